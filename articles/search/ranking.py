"""Ranks a bounded set of matching articles as BM25 would, with what plain PostgreSQL has, and somewhat better.

With equal weights ts_rank of one term is H(tf)/(π²/6), H(tf) = 1 + 1/4 + … + 1/tf², so the term's frequency comes back out
of it: tf ≈ 1/((π²/6)·(1 − rank)) − ½. That gives BM25, Σ idf · tf/(tf + k1·(1 − b + b·length/average)), from the index as it
is. Weaker signals are added: terms in the title, other forms of a term's root (broken plurals, participles), neighbours
that stand side by side as in the query. docs/search.md has what each was measured to bring.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.postgres.search import SearchVectorField
from django.db import connection
from django.db.models import Lookup, QuerySet

from articles.search import statistics
from articles.search.compile import Concept
from articles.search.lexemes import quoted

# BM25's k1 and b: how slowly a term's repetitions saturate, how much of the length difference counts.
K1, B = 1.2, 0.5
# What a match in the title, of another form, and of two neighbours side by side, counts beside a match of the term itself.
TITLE_WEIGHT = 0.5
VARIANT_WEIGHT = 0.2
NEIGHBOUR_WEIGHT = 0.1
# The matches that are ranked. Ranking all of 200,000 matches took a second, ranking 2,000 some 15 ms.
MOST_RANKED = 2_000
# Counting stops here; readers are told «أكثر من».
MOST_COUNTED = 10_000


@SearchVectorField.register_lookup
class Matches(Lookup):
    """`search_vector__matches="'lexeme' & …"`: the vector matches a tsquery whose lexemes are ready."""

    lookup_name = "matches"

    def as_sql(self, compiler: object, connection: object) -> tuple[str, list]:
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        return f"{left} @@ {right}::tsquery", [*left_params, *right_params]


# Joining an empty vector takes the candidates' vectors out of compressed storage once instead of at every ts_rank. ts_rank
# of alternatives divides by their number, which `scale` takes back; a phrase ranks near 1 at once.
_RANK = """
    WITH candidate AS MATERIALIZED (
        SELECT id, word_count, search_vector || ''::tsvector AS search_vector FROM articles_article WHERE id = ANY(%s)
    ),
    signal AS (
        SELECT query::tsquery, weight, scale, CASE WHEN in_title THEN '{0,0,0,1}'::float4[] ELSE '{1,1,1,1}' END AS weights
        FROM unnest(%s::text[], %s::float8[], %s::float8[], %s::boolean[]) AS signal (query, weight, scale, in_title)
    )
    SELECT candidate.id, sum(weight * frequency / (frequency + %s * (%s + %s * word_count / %s))) AS score
    FROM candidate
    CROSS JOIN signal
    CROSS JOIN LATERAL (SELECT least(ts_rank(weights, search_vector, query)::float8 * scale, 0.99)) AS ranked (rank)
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


def matching(articles: QuerySet, tsquery: str) -> QuerySet:
    return articles.filter(search_vector__matches=tsquery)


def capped_count(articles: QuerySet) -> tuple[int, bool]:
    """(how many, whether there are more than MOST_COUNTED); never counts further."""
    found = articles.order_by().values("pk")[: MOST_COUNTED + 1].count()
    return min(found, MOST_COUNTED), found > MOST_COUNTED


def newest_ids(articles: QuerySet, limit: int = MOST_RANKED) -> list[int]:
    return list(articles.newest().values_list("pk", flat=True)[:limit])


def rarest_first_ids(articles: QuerySet, concepts: Sequence[Concept], counts: Sequence[int]) -> list[int]:
    """Up to MOST_RANKED articles that have any of the concepts, those with the rarest ones before the rest.

    `counts` are the concepts' frequencies.
    """
    if sum(counts) <= MOST_RANKED:
        return newest_ids(matching(articles, " | ".join(f"({concept.tsquery})" for concept in concepts)))
    found: dict[int, None] = {}
    for _, concept in sorted(zip(counts, concepts, strict=True), key=lambda pair: pair[0]):
        left = MOST_RANKED - len(found)
        if left <= 0:
            break
        found.update(dict.fromkeys(newest_ids(matching(articles, concept.tsquery), left)))
    return list(found)


def ranked(ids: Sequence[int], concepts: Sequence[Concept], counts: Sequence[int]) -> list[tuple[int, float]]:
    """(id, score) of the articles `ids`, best first; those that match no concept are left out."""
    articles, length = statistics.totals()
    signals = _signals(concepts, counts, articles)
    with connection.cursor() as cursor:
        cursor.execute(
            _RANK,
            [
                list(ids), [signal.tsquery for signal in signals], [signal.weight for signal in signals],
                [float(signal.scale) for signal in signals], [signal.in_title for signal in signals], K1, 1 - B, B, length,
            ],
        )  # fmt: skip
        return cursor.fetchall()


def _signals(concepts: Sequence[Concept], counts: Sequence[int], articles: int) -> list[Signal]:
    idf = [statistics.inverse_document_frequency(articles, count) for count in counts]
    signals = [Signal(concept.tsquery, weight) for concept, weight in zip(concepts, idf, strict=True)]
    terms = [(concept.lexeme, weight) for concept, weight in zip(concepts, idf, strict=True) if concept.lexeme]
    titles = [Signal(quoted(lexeme), TITLE_WEIGHT * weight, in_title=True) for lexeme, weight in terms]
    return [*signals, *titles, *_variants(terms, articles), *_neighbours(terms)]


def _variants(terms: Sequence[tuple[str, float]], articles: int) -> list[Signal]:
    """One signal per term for the other forms of its root; they are worth no more than the term itself."""
    known = statistics.variants(lexeme for lexeme, _ in terms)
    alike = [(_any_of(known[lexeme]), len(known[lexeme]), weight) for lexeme, weight in terms if lexeme in known]
    counts = statistics.frequencies([concept for concept, _, _ in alike])
    return [
        Signal(
            concept.tsquery,
            VARIANT_WEIGHT * min(weight, statistics.inverse_document_frequency(articles, count)),
            scale=number,
        )
        for (concept, number, weight), count in zip(alike, counts, strict=True)
    ]


def _any_of(lexemes: Sequence[str]) -> Concept:
    return Concept(" | ".join(quoted(lexeme) for lexeme in lexemes), tuple((lexeme,) for lexeme in lexemes))


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
