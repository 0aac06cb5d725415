"""Ranks a bounded set of articles as BM25 would, with what plain PostgreSQL has, and somewhat better.

With equal weights ts_rank of one term is H(tf)/(π²/6), H(tf) = 1 + 1/4 + … + 1/tf², so the term's frequency comes back out
of it: tf ≈ 1/((π²/6)·(1 − rank)) − ½. That gives BM25, Σ idf · tf/(tf + k1·(1 − b + b·length/average)), from the vectors as
they are stored. Weaker signals are added: terms in the title, other forms of a term's root (broken plurals, participles),
neighbours that stand side by side as in the query. docs/search.md has what each was measured to bring.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from articles.search import matching
from articles.search.candidates import Candidates, Counts
from articles.search.compile import Concept
from articles.search.lexemes import quoted
from articles.search.matching import Lexeme, Match
from articles.search.rereading import LONGEST_READ, REREAD, Saturation, Written, reread
from articles.search.vocabulary import inverse_document_frequency

# BM25's k1 and b: how slowly a term's repetitions saturate, how much of the length difference counts.
K1, B = 1.2, 0.5
# What a match in the title, of another form, and of two neighbours side by side, counts beside a match of the term itself.
TITLE_WEIGHT = 0.5
VARIANT_WEIGHT = 0.2
NEIGHBOUR_WEIGHT = 0.1


# So many of the candidates, the best by the main signals, are ranked by the weaker ones too.
REFINED = 100

# Deleting the lexeme '' that no vector has takes a vector out of its storage once instead of at every ts_rank, and hands it on
# uncopied; nothing keeps the vectors, for sorting rows that hold them would take as long as the ranking. ts_rank of
# alternatives divides by their number, which `scale` takes back; what it then tells is the sum over those that stand there, as it
# does for what a prefix begins. Each brings at least H(1)/(π²/6): as many as the sum can hold are taken to stand there, equally
# often. Signals of one concept add up their frequencies before these saturate; a signal with a `gate` speaks only where the gate
# matches. Weaker signals only add, so those that are computed for the best alone leave the order of the others as it is.
_SCORE = """
    SELECT coalesce(sum(weight * frequency / (frequency + %(k1)s * (%(short)s + %(b)s * word_count / %(average)s))), 0)
    FROM (
        SELECT weight, sum(different * (1 / (1.6449340668 * (1 - least(rank / different, 0.99))) - 0.5)) AS frequency
        FROM signal
        CROSS JOIN LATERAL (
            SELECT CASE WHEN gate IS NULL OR vector @@ gate THEN ts_rank(weights, vector, query)::float8 * scale END
        ) AS ranked (rank)
        CROSS JOIN LATERAL (SELECT greatest(floor(rank * 1.645), 1)) AS counted (different)
        WHERE {which} AND rank > 0
        GROUP BY concept, weight
    ) AS added
"""
_STORED = """
    SELECT id, word_count, ts_delete(search_vector, '') AS vector FROM articles_article WHERE id = {which} OFFSET 0
"""
_RANK = f"""
    WITH signal AS MATERIALIZED (
        SELECT concept, query::tsquery, gate::tsquery, weight, scale, weaker,
            CASE WHEN in_title THEN '{{0,0,0,1}}'::float4[] ELSE '{{1,1,1,1}}' END AS weights
        FROM unnest(
            %(concepts)s::integer[], %(queries)s::text[], %(gates)s::text[], %(weights)s::float8[], %(scales)s::float8[],
            %(weaker)s::boolean[], %(in_title)s::boolean[]
        ) AS signal (concept, query, gate, weight, scale, weaker, in_title)
    ),
    scored AS MATERIALIZED (
        SELECT id, word_count, ({_SCORE.format(which="NOT weaker")}) AS score
        FROM ({_STORED.format(which="ANY(%(ids)s)")}) AS stored
        WHERE %(must)s = '' OR vector @@ (SELECT %(must)s::tsquery)
    ),
    placed AS (
        SELECT *, row_number() OVER (ORDER BY score DESC, id DESC) AS place FROM scored WHERE score > 0
    ),
    refined AS (
        SELECT id, word_count, score + CASE WHEN place <= %(refined)s THEN (
            SELECT ({_SCORE.format(which="weaker")}) FROM ({_STORED.format(which="placed.id")}) AS stored
        ) ELSE 0 END AS total
        FROM placed
    ),
    ordered AS (
        SELECT id, word_count, total, row_number() OVER (ORDER BY total DESC, id DESC) AS place FROM refined
    )
    SELECT id, total, word_count, CASE WHEN place <= %(reread)s THEN (
        SELECT title || ' ' || left(body, %(longest)s) FROM articles_article WHERE id = ordered.id
    ) END
    FROM ordered ORDER BY place
"""


@dataclass(frozen=True)
class Signal:
    """A tsquery that speaks for an article, how much, and by how many alternatives ts_rank divides it.

    Signals with the same `concept` (and weight) are ways to say one thing. `gate` is a tsquery that must match, too.
    """

    concept: int
    tsquery: str
    weight: float
    scale: int = 1
    gate: str | None = None
    weaker: bool = True
    in_title: bool = False


def ranked(candidates: Candidates, concepts: Sequence[Concept], counts: Counts) -> list[tuple[int, float]]:
    """(id, score) of the candidates that match, best first; those that hold no concept are left out."""
    if not candidates.ids:
        return []
    signals = _signals(concepts, counts)
    written = [Written(concept.written, counts.idf(concept.match)) for concept in concepts if concept.written]
    asked = {
        "ids": list(candidates.ids), "must": candidates.must, "refined": REFINED,
        "concepts": [signal.concept for signal in signals], "queries": [signal.tsquery for signal in signals],
        "gates": [signal.gate for signal in signals], "weights": [signal.weight for signal in signals],
        "scales": [float(signal.scale) for signal in signals], "weaker": [signal.weaker for signal in signals],
        "in_title": [signal.in_title for signal in signals], "k1": K1, "short": 1 - B, "b": B,
        "average": counts.totals.length, "longest": LONGEST_READ, "reread": REREAD if written else 0,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_RANK, asked)
        found = cursor.fetchall()
    return reread(found, written, Saturation(K1, B, counts.totals.length))


def _signals(concepts: Sequence[Concept], counts: Counts) -> list[Signal]:
    weighed = [(number, concept, counts.idf(concept.match)) for number, concept in enumerate(concepts)]
    main = [signal for number, concept, idf in weighed for signal in _main(number, concept.match, idf, counts)]
    terms = [(number, concept.lexeme, idf) for number, concept, idf in weighed if concept.lexeme]
    titles = [Signal(number, quoted(lexeme), TITLE_WEIGHT * weight, in_title=True) for number, lexeme, weight in terms]
    return [*main, *titles, *_variants(terms, counts), *_neighbours(terms)]


def _main(number: int, match: Match, weight: float, counts: Counts) -> list[Signal]:
    """What counts how often an article holds a concept: a phrase as often as the rarest of its words, where it holds it."""
    alternatives = match.parts if isinstance(match, matching.Any) else (match,)
    signals = []
    for alternative in alternatives:
        if isinstance(alternative, Lexeme):
            signals.append(Signal(number, matching.positions(alternative), weight, weaker=False))
        else:
            rarest = min(matching.lexemes_in(alternative), key=counts.at_most)
            gate = matching.positions(alternative)
            signals.append(Signal(number, matching.positions(rarest), weight, gate=gate, weaker=False))
    return signals


def _variants(terms: Sequence[tuple[int, str, float]], counts: Counts) -> list[Signal]:
    """One signal per term for the other forms of its root; they are worth no more than the term itself."""
    articles = counts.totals.articles
    return [
        Signal(
            number,
            " | ".join(quoted(form) for form in forms.lexemes),
            VARIANT_WEIGHT * min(weight, inverse_document_frequency(articles, forms.articles)),
            scale=len(forms.lexemes),
        )
        for number, lexeme, weight in terms
        if (forms := counts.variants.get(lexeme))
    ]


def _neighbours(terms: Sequence[tuple[int, str, float]]) -> list[Signal]:
    """A signal for each two terms that follow one another in the query and stand side by side in the text."""
    return [
        Signal(
            number,
            f"({quoted(a)} <-> {quoted(b)}) | ({quoted(b)} <-> {quoted(a)})",
            NEIGHBOUR_WEIGHT * (one + other) / 2,
            scale=2,
        )
        for (number, a, one), (_, b, other) in zip(terms, terms[1:], strict=False)
        if a != b
    ]
