"""Makes the queries of a benchmark, in the classes that readers' queries fall into.

Words are picked by the number of articles that hold them.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from articles.benchmark.corpus import ACTORS, SOURCES, TOPIC, Corpus
from articles.search import vocabulary

# Rare and medium words are picked from a sample of this many words.
SAMPLED = 6_000
# Shares of all articles. A common word stands in COMMON of them or more, a rare word in less than RARE, and a medium
# word in MEDIUM or more but less than a fifth of COMMON.
COMMON, MEDIUM, RARE = 0.05, 0.001, 0.0002
_QUESTIONS = (
    "متى عقد {} حول {} في {}؟", "كم عدد {} التي ذكرها {} عن {} و{}؟", "ما الذي قاله {} بشأن {} بعد {}؟",
    "لماذا دعا {} إلى {} ضد {} في {}؟", "من شارك في {} الذي نظمه {} عن {}؟",
)  # fmt: skip


@dataclass(frozen=True)
class ReaderQuery:
    """A query as a reader sends it.

    text: the typed query.
    filters: the values of the search page's filters, by parameter.
    """

    text: str
    filters: Mapping[str, str] = field(default_factory=dict)


def classes(corpus: Corpus, each: int) -> dict[str, list[ReaderQuery]]:
    """Returns `each` queries of every class, by the name of the class; the same archive yields the same queries."""
    rng = random.Random(7)
    words = _by_share(corpus, rng)
    common, medium, rare = words["common"], words["medium"], words["rare"]
    phrases = ["مكافحة الإرهاب", "الأمم المتحدة", "المقاتلين الأجانب", "التطرف العنيف", "تفكيك خلية"]

    def some(make: Callable[[], str]) -> list[ReaderQuery]:
        return [ReaderQuery(make()) for _ in range(each)]

    def question() -> str:
        form = rng.choice(_QUESTIONS)
        return form.format(*(rng.choice(rng.choice((common, medium, medium, rare))) for _ in range(form.count("{}"))))

    def filtered() -> ReaderQuery:
        """Returns a common word with two filters, picked at random."""
        year = rng.randint(2008, 2023)
        filters = rng.choice((
            {"actor": str(rng.randint(1, ACTORS // 4)), "since": f"{year}-01-01"},
            {"source": str(rng.randint(1, SOURCES // 2)), "until": f"{year}-12-31"},
            {"kind": "conference", "source": str(rng.randint(1, SOURCES // 2))},
        ))  # fmt: skip
        return ReaderQuery(rng.choice(common), filters)

    return {
        "rare word": some(lambda: rng.choice(rare)),
        "medium word": some(lambda: rng.choice(medium)),
        "common word": some(lambda: rng.choice(common)),
        "two words": some(lambda: f"{rng.choice(common)} {rng.choice(rng.choice((common, medium)))}"),
        "three words": some(lambda: " ".join((rng.choice(common), rng.choice(common), rng.choice(rng.choice((common, medium)))))),
        "phrase": some(lambda: f"«{rng.choice(rng.choice((phrases, [name for name, _ in corpus.actors[:500]])))}»"),
        "question": some(question),
        "prefix": some(lambda: rng.choice(rng.choice((common, medium)))[:4] + "*"),
        "two filters": [filtered() for _ in range(each)],
    }  # fmt: skip


def _by_share(corpus: Corpus, rng: random.Random) -> dict[str, list[str]]:
    """Returns words of one lexeme in the groups "common", "medium" and "rare", by their share of articles."""
    sampled = [*TOPIC, *rng.sample(corpus.words[:60_000], SAMPLED)]
    lexicon = vocabulary.lexicon_of(words=sampled)
    counts = {word: lexicon.frequencies[lexemes[0]] for word, lexemes in lexicon.lexemes.items() if len(lexemes) == 1}
    shares = {word: count / lexicon.totals.articles for word, count in counts.items() if count}
    return {
        "common": sorted(word for word, share in shares.items() if share >= COMMON),
        "medium": sorted(word for word, share in shares.items() if MEDIUM <= share < COMMON / 5),
        "rare": sorted(word for word, share in shares.items() if share < RARE)
        or sorted(shares, key=lambda word: shares[word])[:50],
    }
