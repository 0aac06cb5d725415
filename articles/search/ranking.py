"""Ranks candidates by BM25 and some weaker signals, computed in plain PostgreSQL.

With equal weights, ts_rank of one term is H(tf)/(π²/6), where H(tf) = 1 + 1/4 + … + 1/tf². The term's frequency follows
from it as tf ≈ 1/((π²/6)·(1 − rank)) − ½. So the stored vectors suffice for BM25:
Σ idf · tf/(tf + k1·(1 − b + b·length/average)).

Weaker signals are added to the score: terms in the title, other forms of a term's root (broken plurals, participles),
and terms side by side as in the query. docs/search-quality.md has the measured gain of each.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from articles.search import matching
from articles.search.candidates import Candidates, Counts
from articles.search.compile import Concept
from articles.search.lexemes import quote_lexeme
from articles.search.matching import Lexeme, Match
from articles.search.rereading import LONGEST_READ, REREAD, Saturation, Written, reread
from articles.search.vocabulary import inverse_document_frequency

# BM25's k1 is how slowly repetitions of a term saturate; b is how much of the difference in length counts.
# Measured on XQuAD: b 0.3 or 0.75 and k1 0.9 or 2 change nDCG@10 by at most 0.002 (docs/decisions/0002).
K1, B = 1.2, 0.5
# The weights of a match in the title, of another form of the root, and of two neighbours side by side, relative to the
# idf of the term itself.
# Measured on 2026-11-27 by evaluate_search's measures on 400 questions of XQuAD, and on two random words of each:
# nDCG@10 is 0.9517 and 0.7439. Other forms at 0: 0.9505, 0.7418; at 0.1: 0.9508, 0.7434; at 0.4: 0.9505, 0.7429.
# Neighbours at 0: 0.9504, 0.7441; at 0.05: 0.9516, 0.7440; at 0.2: 0.9506, 0.7413. These values are older than the gate
# of the neighbours; on 58 of the questions, nDCG@10 is the same with the gate, without it and without the signal.
# XQuAD has no titles. TITLE_WEIGHT was measured on 104 labelled articles: the title of each of 52 is the query, and the
# other articles of its event are relevant. nDCG@10 is 0.861; with 0: 0.859, 0.25: 0.860, 0.75: 0.865, 1: 0.850,
# 2: 0.832. With two random words of each title it is 0.551 with 0.5 and 0.547 with 0.75.
TITLE_WEIGHT = 0.5
VARIANT_WEIGHT = 0.2
NEIGHBOUR_WEIGHT = 0.1


# The weaker signals are computed only for this many candidates, the best by the main signals: five pages of results. A
# larger number lets them move more articles, and takes more time. On XQuAD's 240 paragraphs (2026-11-28) nDCG@10 is
# 0.9602 with 10 candidates and 0.9606 with 20, 50, 100 or all; the pages after the first are the reason for more.
REFINED = 100

# How the statement works:
# - ts_delete of the lexeme '', which no vector has, fetches a vector from its storage once instead of at every ts_rank,
#   and passes it on without a copy. No step keeps the vectors: sorting rows that hold them would take as long as the
#   ranking.
# - ts_rank of alternatives divides by their number; `scale` multiplies by it again. The result is the sum over the
#   alternatives that an article holds, as ts_rank returns it for a prefix. Each of them adds at least H(1)/(π²/6). The
#   statement assumes that an article holds as many as fit into the sum, all equally often.
# - The frequencies of the signals of one concept are added before they saturate. A signal with a `gate` counts only
#   where the gate matches.
# - Weaker signals only add to a score. So computing them for the best candidates alone leaves the order of the others
#   as it is.
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
    """A tsquery that raises the score of articles.

    concept: the number of the concept; frequencies of signals with the same concept and weight are added.
    tsquery: the tsquery whose frequency counts.
    weight: the weight of its saturated frequency.
    scale: the number of alternatives in the tsquery, by which ts_rank divides.
    gate: a tsquery that must match too; None if there is none.
    weaker: whether the signal is computed only for the best REFINED candidates.
    in_title: whether only occurrences in the title count.
    """

    concept: int
    tsquery: str
    weight: float
    scale: int = 1
    gate: str | None = None
    weaker: bool = True
    in_title: bool = False


def rank(candidates: Candidates, concepts: Sequence[Concept], counts: Counts) -> list[tuple[int, float]]:
    """Returns (id, score) of the candidates that match, best first; those that hold no concept are left out."""
    if not candidates.ids:
        return []
    signals = _signals(concepts, counts)
    written = [Written(concept.written, counts.idf(concept.match)) for concept in concepts if concept.written]
    parameters: dict[str, Any] = {
        "ids": list(candidates.ids), "must": candidates.must, "refined": REFINED,
        "concepts": [signal.concept for signal in signals], "queries": [signal.tsquery for signal in signals],
        "gates": [signal.gate for signal in signals], "weights": [signal.weight for signal in signals],
        "scales": [float(signal.scale) for signal in signals], "weaker": [signal.weaker for signal in signals],
        "in_title": [signal.in_title for signal in signals], "k1": K1, "short": 1 - B, "b": B,
        "average": counts.totals.length, "longest": LONGEST_READ, "reread": REREAD if written else 0,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_RANK, parameters)
        rows = cursor.fetchall()
    return reread(rows, written, Saturation(K1, B, counts.totals.length))


def _signals(concepts: Sequence[Concept], counts: Counts) -> list[Signal]:
    """Returns the signals of all concepts."""
    weighed = [(number, concept, counts.idf(concept.match)) for number, concept in enumerate(concepts)]
    main = [signal for number, concept, idf in weighed for signal in _main(number, concept.match, idf, counts)]
    terms = [(number, concept.lexeme, idf) for number, concept, idf in weighed if concept.lexeme]
    titles = [
        Signal(number, quote_lexeme(lexeme), TITLE_WEIGHT * weight, in_title=True) for number, lexeme, weight in terms
    ]
    return [*main, *titles, *_variants(terms, counts), *_neighbours(terms)]


def _main(number: int, match: Match, weight: float, counts: Counts) -> list[Signal]:
    """Returns the main signals of a concept; a phrase counts as often as its rarest word, where an article holds it."""
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
    """Returns a signal for the other forms of each term's root; their idf counts no higher than the term's own."""
    articles = counts.totals.articles
    return [
        Signal(
            number,
            " | ".join(quote_lexeme(form) for form in forms.lexemes),
            VARIANT_WEIGHT * min(weight, inverse_document_frequency(articles, forms.articles)),
            scale=len(forms.lexemes),
        )
        for number, lexeme, weight in terms
        if (forms := counts.variants.get(lexeme))
    ]


def _neighbours(terms: Sequence[tuple[int, str, float]]) -> list[Signal]:
    """Returns a signal for each two terms in a row in the query; it counts where they stand side by side in a text."""
    return [
        Signal(
            number,
            f"{quote_lexeme(a)} | {quote_lexeme(b)}",
            NEIGHBOUR_WEIGHT * (first_weight + second_weight) / 2,
            scale=2,
            # ts_rank of alternatives looks at single words, so only the gate sees whether they are neighbours.
            gate=f"({quote_lexeme(a)} <-> {quote_lexeme(b)}) | ({quote_lexeme(b)} <-> {quote_lexeme(a)})",
        )
        for (number, a, first_weight), (_, b, second_weight) in itertools.pairwise(terms)
        if a != b
    ]
