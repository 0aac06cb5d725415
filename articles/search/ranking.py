"""Ranks a bounded set of articles as BM25 would, with what plain PostgreSQL has, and somewhat better.

With equal weights ts_rank of one term is H(tf)/(π²/6), H(tf) = 1 + 1/4 + … + 1/tf², so the term's frequency comes back out
of it: tf ≈ 1/((π²/6)·(1 − rank)) − ½. That gives BM25, Σ idf · tf/(tf + k1·(1 − b + b·length/average)), from the vectors as
they are stored. Weaker signals are added: terms in the title, other forms of a term's root (broken plurals, participles),
neighbours that stand side by side as in the query. docs/search.md has what each was measured to bring.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from articles.search import statistics
from articles.search.candidates import Candidates, Counts
from articles.search.compile import Concept
from articles.search.lexemes import quoted

# BM25's k1 and b: how slowly a term's repetitions saturate, how much of the length difference counts.
K1, B = 1.2, 0.5
# What a match in the title, of another form, and of two neighbours side by side, counts beside a match of the term itself.
TITLE_WEIGHT = 0.5
VARIANT_WEIGHT = 0.2
NEIGHBOUR_WEIGHT = 0.1


# Joining an empty vector takes the candidates' vectors out of their storage once instead of at every ts_rank. ts_rank of
# alternatives divides by their number, which `scale` takes back; a phrase ranks near 1 at once.
_RANK = """
    WITH candidate AS MATERIALIZED (
        SELECT id, word_count, vector FROM (
            SELECT id, word_count, search_vector || ''::tsvector AS vector FROM articles_article WHERE id = ANY(%s) OFFSET 0
        ) AS stored
        WHERE %s = '' OR vector @@ %s::tsquery
    ),
    signal AS (
        SELECT query::tsquery, weight, scale, CASE WHEN in_title THEN '{0,0,0,1}'::float4[] ELSE '{1,1,1,1}' END AS weights
        FROM unnest(%s::text[], %s::float8[], %s::float8[], %s::boolean[]) AS signal (query, weight, scale, in_title)
    )
    SELECT candidate.id, sum(weight * frequency / (frequency + %s * (%s + %s * word_count / %s))) AS score
    FROM candidate
    CROSS JOIN signal
    CROSS JOIN LATERAL (SELECT least(ts_rank(weights, vector, query)::float8 * scale, 0.99)) AS ranked (rank)
    CROSS JOIN LATERAL (SELECT 1 / (1.6449340668 * (1 - rank)) - 0.5) AS counted (frequency)
    WHERE rank > 0
    GROUP BY candidate.id
    ORDER BY score DESC, candidate.id DESC
"""


@dataclass(frozen=True)
class Signal:
    """A tsquery that speaks for an article, how much, and by how many alternatives ts_rank divides it."""

    tsquery: str
    weight: float
    scale: int = 1
    in_title: bool = False


def ranked(candidates: Candidates, concepts: Sequence[Concept], counts: Counts) -> list[tuple[int, float]]:
    """(id, score) of the candidates that match, best first; those that hold no concept are left out."""
    if not candidates.ids:
        return []
    signals = _signals(concepts, counts)
    with connection.cursor() as cursor:
        cursor.execute(
            _RANK,
            [
                list(candidates.ids), candidates.must, candidates.must, [signal.tsquery for signal in signals],
                [signal.weight for signal in signals], [float(signal.scale) for signal in signals],
                [signal.in_title for signal in signals], K1, 1 - B, B, counts.totals.length,
            ],
        )  # fmt: skip
        return cursor.fetchall()


def _signals(concepts: Sequence[Concept], counts: Counts) -> list[Signal]:
    idf = [counts.idf(concept.match) for concept in concepts]
    signals = [Signal(concept.tsquery, weight) for concept, weight in zip(concepts, idf, strict=True)]
    terms = [(concept.lexeme, weight) for concept, weight in zip(concepts, idf, strict=True) if concept.lexeme]
    titles = [Signal(quoted(lexeme), TITLE_WEIGHT * weight, in_title=True) for lexeme, weight in terms]
    return [*signals, *titles, *_variants(terms, counts.totals.articles), *_neighbours(terms)]


def _variants(terms: Sequence[tuple[str, float]], articles: int) -> list[Signal]:
    """One signal per term for the other forms of its root; they are worth no more than the term itself."""
    known = statistics.variants(lexeme for lexeme, _ in terms)
    return [
        Signal(
            " | ".join(quoted(form) for form in forms.lexemes),
            VARIANT_WEIGHT * min(weight, statistics.inverse_document_frequency(articles, forms.articles)),
            scale=len(forms.lexemes),
        )
        for lexeme, weight in terms
        if (forms := known.get(lexeme))
    ]


def _neighbours(terms: Sequence[tuple[str, float]]) -> list[Signal]:
    """A signal for each two terms that follow one another in the query and stand side by side in the text."""
    return [
        Signal(
            f"({quoted(a)} <-> {quoted(b)}) | ({quoted(b)} <-> {quoted(a)})",
            NEIGHBOUR_WEIGHT * (one + other) / 2,
            scale=2,
        )
        for (a, one), (b, other) in zip(terms, terms[1:], strict=False)
        if a != b
    ]
