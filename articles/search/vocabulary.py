"""What the archive knows of the words of a query: their lexemes, how common these are and what stands beside them, and which
actors and synonyms the query names. Read in one statement at every search, so that what editors save holds for the next one.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db import connection
from django.db.models import QuerySet

from articles.models.public import PUBLIC_ACTOR_SQL
from articles.search.lexemes import Lexemes

# A lexeme that the last count found in fewer articles is counted at the search.
COUNTED_LIVE = 300
# Forms of one root: the commonest few lexemes with a lexeme's skeleton. Eight instead of four changed nothing measurable.
MOST_VARIANTS = 4
# The commonest lexemes that begin as a prefix does; what a search with prefix* goes by where it finds very many.
MOST_BEGINNINGS = 12
# How many names one actor or set of synonyms may add to a query.
MOST_NAMES = 24

# Rows of six kinds, told by the first column: the totals; each lexeme asked for or held by a text asked for, with the number of
# articles that it stands in and the other forms of its root; each text with its lexemes in order (a word such as «2018م» has
# two); each beginning with its commonest lexemes; each actor and set of synonyms that is named, with its names, folded too;
# what was looked up besides. An actor that is not public widens nothing.
# What holds a lexeme is looked for before it is asked what is public (OFFSET 0 keeps them apart): of a table that was filled or
# published just now the planner takes nearly nothing to be public, reads all that is, and works the terms of each article out
# anew for each lexeme. A dozen articles of 400,000 letters took half a second a lexeme so.
_KNOWN = r"""
    WITH named AS MATERIALIZED (
        SELECT actor.id,
            (actor.name || ARRAY(SELECT name::text FROM articles_alias WHERE actor_id = actor.id ORDER BY id))[:%(most_names)s]
                AS names,
            actor.folded_name || ARRAY(SELECT folded::text FROM articles_alias WHERE actor_id = actor.id ORDER BY id) AS folded
        FROM articles_actor AS actor
        WHERE actor.id IN (
                SELECT id FROM articles_actor WHERE folded_name = ANY(%(names)s)
                UNION SELECT actor_id FROM articles_alias WHERE folded = ANY(%(names)s)
            )
            AND {public_actor}
        UNION ALL
        -- As articles/models/item_fields.py reads them: without empty places.
        SELECT NULL, ARRAY(SELECT word::text FROM unnest(words) AS word WHERE word IS NOT NULL LIMIT %(most_names)s),
            ARRAY(SELECT word::text FROM unnest(folded) AS word WHERE word IS NOT NULL)
        FROM articles_synonymset WHERE in_use AND folded && %(names)s
    ),
    written AS MATERIALIZED (
        SELECT text, array_agg(lexeme ORDER BY position) AS lexemes
        FROM (SELECT unnest(%(words)s::text[]) UNION SELECT unnest(names) FROM named) AS written (text),
            unnest(to_tsvector('archive_arabic', archive_fold(text))) AS held (lexeme, positions), unnest(positions) AS position
        GROUP BY text
    ),
    beginning AS MATERIALIZED (
        SELECT DISTINCT lexemes[cardinality(lexemes)] AS lexeme FROM written WHERE text = ANY(%(beginnings)s)
    ),
    asked AS MATERIALIZED (
        SELECT lexeme, '''' || replace(replace(lexeme, '\', '\\'), '''', '''''') || '''' AS query
        FROM (SELECT unnest(%(lexemes)s::text[]) UNION SELECT unnest(lexemes) FROM written) AS either (lexeme)
    )
    SELECT 'total' AS kind, NULL AS text, total.articles, NULL::text[] AS lexemes, total.words AS others, NULL::text[] AS folded
    FROM articles_corpus AS corpus
    CROSS JOIN LATERAL (
        SELECT corpus.articles, corpus.words WHERE corpus.articles >= %(few)s
        UNION ALL
        SELECT count(*), coalesce(sum(word_count), 0) FROM (
            SELECT word_count FROM articles_article WHERE status = 'published' AND merged_into_id IS NULL LIMIT %(few)s
        ) AS first
        HAVING corpus.articles < %(few)s
    ) AS total
    UNION ALL
    SELECT 'lexeme', asked.lexeme,
        CASE WHEN coalesce(known.articles, 0) >= %(few)s THEN known.articles ELSE (
            SELECT count(*) FROM (
                SELECT FROM (
                    SELECT status, merged_into_id FROM articles_article
                    WHERE archive_terms(search_vector, word_count) @@ asked.query::tsquery OFFSET 0
                ) AS held
                WHERE status = 'published' AND merged_into_id IS NULL
                LIMIT %(few)s
            ) AS found
        ) END,
        variant.lexemes, variant.articles, NULL
    FROM asked
    LEFT JOIN articles_lexeme AS known ON known.lexeme = asked.lexeme
    LEFT JOIN LATERAL (
        SELECT array_agg(form.lexeme) AS lexemes, sum(form.articles)::bigint AS articles FROM (
            SELECT lexeme, articles FROM articles_lexeme
            WHERE skeleton = archive_skeleton(asked.lexeme) AND lexeme <> asked.lexeme
            ORDER BY articles DESC, lexeme LIMIT %(variants)s
        ) AS form
    ) AS variant ON true
    UNION ALL
    SELECT 'text', text, NULL, lexemes, NULL, NULL FROM written
    UNION ALL
    SELECT 'beginning', beginning.lexeme, max(known.together)::bigint, array_agg(known.lexeme), NULL, NULL
    FROM beginning, LATERAL (
        SELECT lexeme, sum(articles) OVER () AS together FROM articles_lexeme
        WHERE lexeme >= beginning.lexeme AND lexeme < beginning.lexeme || chr(1114111)
        ORDER BY articles DESC, lexeme LIMIT %(most_beginnings)s
    ) AS known
    GROUP BY beginning.lexeme
    UNION ALL
    SELECT 'named', NULL, NULL, names, id, folded FROM named
""".replace("{public_actor}", PUBLIC_ACTOR_SQL)
_BESIDES = (
    " UNION ALL SELECT 'besides', place::text, reading, NULL, id, NULL FROM ({sql}) AS found (place, reading, id)"
)


@dataclass(frozen=True)
class Totals:
    """How many published articles there are, and their mean length in words; at least 1 and 1.0."""

    articles: int
    length: float


@dataclass(frozen=True)
class Alike:
    """Known lexemes that stand for one asked for, the commonest first, and in how many articles they are, summed."""

    lexemes: tuple[str, ...]
    articles: int


@dataclass(frozen=True)
class Named:
    """An actor (its id) or a set of synonyms (None): up to MOST_NAMES of its names, the canonical one or the set's first word
    first, and all of them folded."""

    actor: int | None
    names: tuple[str, ...]
    folded: tuple[str, ...]


class Rows(NamedTuple):
    """A statement of three columns of numbers, and its parameters by name."""

    sql: str
    params: Mapping[str, object]

    @classmethod
    def of(cls, rows: QuerySet) -> "Rows":
        sql, params = rows.query.sql_with_params()
        named = {f"besides_{place}": value for place, value in enumerate(params)}
        return cls(sql % tuple(f"%({name})s" for name in named), named)


@dataclass(frozen=True)
class Known:
    """What is known of some texts and lexemes: each text's lexemes in order (texts without any, signs, are left out), in how
    many published articles each lexeme stands, for each that has any the other forms of its root («خلايا» for «خلي»), for the
    last lexeme of each beginning asked for the commonest that begin so (`articles` counts all that do), who is named, and the
    totals. The names of those who are named are among the texts. `besides` are the rows of what was to be looked up besides."""

    lexemes: Mapping[str, Lexemes]
    frequencies: Mapping[str, int]
    variants: Mapping[str, Alike]
    totals: Totals
    beginnings: Mapping[str, Alike] = field(default_factory=dict)
    named: tuple[Named, ...] = ()
    besides: tuple[tuple[int, int, int], ...] = ()


def known(
    lexemes: Iterable[str] = (),
    *,
    words: Iterable[str] = (),
    beginnings: Iterable[str] = (),
    names: Iterable[str] = (),
    besides: Rows | None = None,
) -> Known:
    """In one statement, whatever is asked. `beginnings` are those of the `words` that may be unfinished; `names`, folded, are
    looked for among the actors and the sets of synonyms."""
    asked = {
        "lexemes": sorted(set(lexemes)), "words": sorted(set(words)), "beginnings": sorted(set(beginnings)),
        "names": sorted(set(names)), "few": COUNTED_LIVE, "variants": MOST_VARIANTS, "most_beginnings": MOST_BEGINNINGS,
        "most_names": MOST_NAMES,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            _KNOWN + (_BESIDES.format(sql=besides.sql) if besides else ""), asked | (besides.params if besides else {})
        )
        rows = cursor.fetchall()
    of: dict[str, list[tuple]] = defaultdict(list)
    for kind, *row in rows:
        of[kind].append(row)
    ((_, articles, _, length, _),) = of["total"]
    return Known(
        {text: tuple(found) for text, _, found, _, _ in of["text"]},
        {lexeme: count for lexeme, count, _, _, _ in of["lexeme"]},
        {lexeme: Alike(tuple(forms), int(together)) for lexeme, _, forms, together, _ in of["lexeme"] if forms},
        Totals(max(articles, 1), max(float(length) / max(articles, 1), 1.0)),
        {lexeme: Alike(tuple(begun), count) for lexeme, count, begun, _, _ in of["beginning"]},
        tuple(
            Named(actor, tuple(names), tuple(folded))
            for _, _, names, actor, folded in sorted(of["named"], key=lambda row: (row[3] is None, row[3], row[2]))
            if names
        ),
        tuple((int(place), reading, pk) for place, reading, _, pk, _ in of["besides"]),
    )


def inverse_document_frequency(articles: int, frequency: float) -> float:
    """BM25's idf, ln(1 + (N − n + 0.5)/(n + 0.5)); never negative."""
    return math.log(1 + (max(articles, frequency) - frequency + 0.5) / (frequency + 0.5))
