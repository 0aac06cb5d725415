"""Generates articles with the statistics of a topical Arabic archive; the same number always yields the same article.

Words follow Zipf and Mandelbrot's law (exponent 1.07, offset 2.7) over 240,000 words made of roots and patterns, with
the usual clitics. Function words and the words of the topic stand in as many articles as in the seeds (60 to 95 %).
Lengths are log-normal about 250 words. A Zipf-like number of articles reports each event near its day, over twenty
years.
"""

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

FIRST_CORPUS_DAY, LAST_CORPUS_DAY = date(2005, 1, 1), date(2024, 12, 31)
ACTORS, EVENTS, SOURCES = 2_000, 5_000, 120
ROOTS = 8_000
# Articles are generated in blocks of this many; each block has a random seed of its own.
BLOCK = 1_000

_LETTERS = "بتثجحخدذرزسشصضطعغفقكلمنهوي"
_PATTERNS = (
    "{}{}{}", "{}ا{}{}", "م{}{}و{}", "{}{}ا{}", "ت{}{}ي{}", "م{}ا{}{}ة", "ا{}{}ا{}", "م{}{}{}", "{}{}ي{}", "{}{}و{}",
    "ت{}ا{}{}", "ان{}{}ا{}", "ا{}ت{}ا{}", "است{}{}ا{}", "م{}{}{}ة", "{}{}ا{}ة", "{}{}{}ية", "{}وا{}{}", "{}{}{}ان", "م{}ت{}{}",
    "{}{}{}ون", "{}{}{}ات", "ي{}{}{}", "ت{}{}{}", "{}ا{}{}ين", "أ{}{}ا{}", "{}{}{}اء", "م{}{}ا{}", "{}ائ{}{}", "{}{}{}وا",
)  # fmt: skip
# Clitics with the share of a word's occurrences that carry each, in percent.
_CLITICS = (("", 46), ("ال", 36), ("وال", 6), ("بال", 4), ("لل", 3), ("و", 3), ("ب", 1), ("ل", 1))
# Words of the topic with the share of articles that hold each.
TOPIC = {
    "الإرهاب": 0.92, "مكافحة": 0.86, "الأمن": 0.74, "الدول": 0.71, "التعاون": 0.66, "الدولي": 0.63, "الوزير": 0.44,
    "اجتماع": 0.41, "الأمم": 0.33, "المتحدة": 0.36, "التحالف": 0.28, "تنظيم": 0.35, "داعش": 0.31, "العراق": 0.27,
    "المغرب": 0.22, "الحدود": 0.19, "التطرف": 0.24, "العنيف": 0.13, "تمويل": 0.15, "المقاتلين": 0.11, "الأجانب": 0.09,
    "مؤتمر": 0.26, "الساحل": 0.08, "إفريقيا": 0.17, "خلية": 0.06, "تفكيك": 0.05, "المخدرات": 0.02, "القرصنة": 0.004,
}  # fmt: skip
_FUNCTION = (
    "في من على إلى أن التي الذي عن مع هذا بعد كما ما بين أو كان قد ذلك خلال حول لا هو كل إن أنه وقال وأضاف وأكد".split()
)
_PAIRS = (
    ("مكافحة", "الإرهاب"),
    ("الأمم", "المتحدة"),
    ("المقاتلين", "الأجانب"),
    ("التطرف", "العنيف"),
    ("تفكيك", "خلية"),
)
_FIRST_NAMES = (
    "أحمد محمد فاطمة خالد ناصر مريم سعيد يوسف ليلى حسن عمر زينب طارق سلمى أنطوني جون ماري إبراهيم نادية كريم".split()
)
_BODIES = "منظمة وزارة مركز هيئة تحالف لجنة منتدى جماعة جامعة معهد".split()
_MEETINGS = "اجتماع مؤتمر حوار منتدى ندوة قمة ورشة".split()
_ACTOR_KINDS = ("person", "state", "organisation", "government", "coalition", "armed_group", "civil")
_EVENT_KINDS = ("ministerial", "conference", "dialogue", "summit", "meeting", "report", "operation")
# The units of figures, in the form that follows a number from 11 to 99.
UNITS = "وفدا دولة خلية مقاتلا مشاركا متدربا خبيرا قتيلا قاضيا مشروعا سنة عملية".split()


@dataclass(frozen=True)
class GeneratedArticle:
    """A generated article.

    number: its number, from 0.
    title: its title.
    body: its body, which contains `quote`.
    source: the number of its source, from 0.
    day: its date of publication.
    precision: the precision of the date: "day", "month", "year" or "unknown".
    event: the number of the event it reports, from 0; −1 if none.
    actors: the numbers of the actors it names, from 0.
    count: the value of its figure.
    unit: the number of the figure's unit in UNITS, from 0.
    """

    number: int
    title: str
    body: str
    source: int
    day: date
    precision: str
    event: int
    actors: tuple[int, ...]
    count: int
    unit: int

    @property
    def quote(self) -> str:
        """Returns the figure as the body states it: the count and its unit."""
        return f"{self.count} {UNITS[self.unit]}"


class Corpus:
    """The words, actors, events and sources from which articles are generated.

    A corpus is cheap to make, so each process makes its own.
    """

    def __init__(self) -> None:
        rng = random.Random(2005)
        roots = ["".join(rng.sample(_LETTERS, 3)) for _ in range(ROOTS)]
        distinct_words = {pattern.format(*root): None for pattern in _PATTERNS for root in roots}
        self.words = list(distinct_words)
        rng.shuffle(self.words)
        bases = [*_FUNCTION, *self.words]
        surfaces: list[str] = []
        weights: list[float] = []
        for rank, base in enumerate(bases):
            weight = (rank + 3.7) ** -1.07
            if rank < len(_FUNCTION):
                surfaces.append(base)
                weights.append(weight * 100)
                continue
            for clitic, share in _CLITICS:
                surfaces.append(clitic + base)
                weights.append(weight * share)
        self.surfaces = surfaces
        self.cumulative = list(itertools.accumulate(weights))
        self.actors = [self._actor(rng, number) for number in range(ACTORS)]
        self.events = [self._event(rng, number) for number in range(EVENTS)]
        self.sources = [f"صحيفة {self.words[number * 7]} {number + 1}" for number in range(SOURCES)]
        self.actor_odds = list(itertools.accumulate((rank + 8) ** -0.9 for rank in range(ACTORS)))
        self.event_odds = list(itertools.accumulate((rank + 20) ** -0.8 for rank in range(EVENTS)))
        self.source_odds = list(itertools.accumulate((rank + 3) ** -1.0 for rank in range(SOURCES)))
        self.lead = list(TOPIC)

    def _actor(self, rng: random.Random, number: int) -> tuple[str, str]:
        kind = _ACTOR_KINDS[number % len(_ACTOR_KINDS)]
        head = rng.choice(_FIRST_NAMES) if kind == "person" else rng.choice(_BODIES)
        return f"{head} {rng.choice(self.words)} {rng.choice(self.words)}", kind

    def _event(self, rng: random.Random, number: int) -> tuple[str, str, date]:
        title = f"{rng.choice(_MEETINGS)} {rng.choice(self.words)} {rng.choice(list(TOPIC))} رقم {number + 1}"
        return title, _EVENT_KINDS[number % len(_EVENT_KINDS)], _a_day(rng)

    def block(self, number: int) -> Iterator[GeneratedArticle]:
        """Yields the articles number·BLOCK to (number + 1)·BLOCK − 1."""
        rng = random.Random(f"block {number}")
        for place in range(number * BLOCK, (number + 1) * BLOCK):
            yield self._article(rng, place)

    def _article(self, rng: random.Random, number: int) -> GeneratedArticle:
        """Generates the article with a number, from the random numbers of its block.

        Words are drawn by their frequency. Words and pairs of the topic, names of actors and one figure are then
        written over some of them. Seven in ten articles report an event; they are dated on its day or days after.
        """
        length = min(max(int(rng.lognormvariate(5.5, 0.5)), 40), 3_000)
        tokens = rng.choices(self.surfaces, cum_weights=self.cumulative, k=length)
        for word, share in TOPIC.items():
            if rng.random() < share:
                times = 1 + int(rng.expovariate(1 / (length / 250)))
                for _ in range(min(times, 25)):
                    tokens[int(rng.random() * length)] = word
        for first, second in _PAIRS:
            if rng.random() < 0.5 * min(TOPIC[first], TOPIC[second]):
                at = int(rng.random() * (length - 1))
                tokens[at : at + 2] = first, second
        actors = tuple(
            dict.fromkeys(rng.choices(range(ACTORS), cum_weights=self.actor_odds, k=1 + int(rng.random() * 5)))
        )
        for actor in actors:
            at = int(rng.random() * (length - 3))
            tokens[at : at + 3] = self.actors[actor][0].split()
        count, unit = 11 + int(rng.random() * 89), int(rng.random() * len(UNITS))
        tokens[int(rng.random() * length)] = f"{count} {UNITS[unit]}"
        event = rng.choices(range(EVENTS), cum_weights=self.event_odds)[0] if rng.random() < 0.7 else -1
        day = self.events[event][2] + timedelta(int(rng.expovariate(0.2))) if event >= 0 else _a_day(rng)
        chance = rng.random()
        return GeneratedArticle(
            number,
            " ".join(
                [rng.choice(self.lead), *tokens[:4], rng.choice(self.lead), *tokens[4 : 5 + int(rng.random() * 4)]]
            ),
            _paragraphs(rng, tokens),
            rng.choices(range(SOURCES), cum_weights=self.source_odds)[0],
            min(day, LAST_CORPUS_DAY),
            "day" if chance < 0.9 else "month" if chance < 0.94 else "year" if chance < 0.96 else "unknown",
            event,
            actors,
            count,
            unit,
        )


def _a_day(rng: random.Random) -> date:
    """Returns a random day of the twenty years; later days are likelier, because archives grow."""
    return FIRST_CORPUS_DAY + timedelta(int((LAST_CORPUS_DAY - FIRST_CORPUS_DAY).days * rng.random() ** 0.7))


def _paragraphs(rng: random.Random, tokens: list[str]) -> str:
    """Returns the words as sentences of 8 to 25 words, in paragraphs of three sentences."""
    sentences, at = [], 0
    while at < len(tokens):
        size = 8 + int(rng.random() * 18)
        sentences.append(" ".join(tokens[at : at + size]) + ".")
        at += size
    return "\n\n".join(" ".join(sentences[first : first + 3]) for first in range(0, len(sentences), 3))
