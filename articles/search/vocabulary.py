"""Reads what the archive knows of the words of a query.

That is their lexemes, the number of articles that hold these, other forms of their roots, and the actors and synonym
sets that the query names. One statement reads it at every search, so an editor's change holds from the next search on.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet

from articles.models.public import PUBLIC_ACTOR_SQL
from articles.search.lexemes import Lexemes

# A lexeme whose kept count is below this many articles is counted anew at the search. A judgement: a count of 300
# entries takes little time, and a day's drift of a larger count does not change a first page (a test shows it:
# docs/search.md).
RECOUNTED_BELOW = 300
# The other forms of a root are at most this many lexemes, the commonest with the same skeleton. Eight instead of four
# changed nothing measurable.
MOST_VARIANTS = 4
# A prefix stands for at most this many lexemes, the commonest ones, where a search with prefix* finds very many
# articles. A judgement: each is a condition of its own at every density level.
MOST_BEGINNINGS = 12
# An actor or a set of synonyms adds at most this many names to a query. A judgement: the most-named organisations have
# some dozens of aliases, many of which fold alike; each name is a phrase of its own that the database looks for.
MOST_NAMES = 24

# The statement returns rows of six kinds. The first column has the kind:
# - total: the number of public articles and of their words.
# - lexeme: a lexeme of the parameters or of a text, the number of articles that hold it, and the other forms of its
#   root.
# - text: a text with its lexemes in order; a word such as «2018م» has two.
# - beginning: a prefix with its commonest lexemes.
# - named: an actor or set of synonyms that the query names, with its names, folded too. Only public actors are
#   returned.
# - besides: the rows of an additional lookup.
#
# The statement applies a tsquery before it filters for public articles; OFFSET 0 keeps the two apart. On a table that
# has just been filled or published, the planner expects almost no public articles. It would read them all and compute
# the terms of each article anew for each lexeme, which took half a second per lexeme with a dozen articles of 400,000
# letters.
_LEXICON = r"""
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
    query_lexeme AS MATERIALIZED (
        SELECT lexeme, '''' || replace(replace(lexeme, '\', '\\'), '''', '''''') || '''' AS query
        FROM (SELECT unnest(%(lexemes)s::text[]) UNION SELECT unnest(lexemes) FROM written) AS either (lexeme)
    )
    SELECT 'total' AS kind, NULL AS text, total.articles, NULL::text[] AS lexemes, total.words AS others, NULL::text[] AS folded
    FROM articles_corpus AS corpus
    CROSS JOIN LATERAL (
        SELECT corpus.articles, corpus.words WHERE corpus.articles >= %(recounted_below)s
        UNION ALL
        SELECT count(*), coalesce(sum(word_count), 0) FROM (
            SELECT word_count FROM articles_article WHERE status = 'published' AND merged_into_id IS NULL
            LIMIT %(recounted_below)s
        ) AS first
        HAVING corpus.articles < %(recounted_below)s
    ) AS total
    UNION ALL
    SELECT 'lexeme', query_lexeme.lexeme,
        CASE WHEN coalesce(stored_lexeme.articles, 0) >= %(recounted_below)s THEN stored_lexeme.articles ELSE (
            SELECT count(*) FROM (
                SELECT FROM (
                    SELECT status, merged_into_id FROM articles_article
                    WHERE archive_terms(search_vector, word_count) @@ query_lexeme.query::tsquery OFFSET 0
                ) AS held
                WHERE status = 'published' AND merged_into_id IS NULL
                LIMIT %(recounted_below)s
            ) AS published
        ) END,
        variant.lexemes, variant.articles, NULL
    FROM query_lexeme
    LEFT JOIN articles_lexeme AS stored_lexeme ON stored_lexeme.lexeme = query_lexeme.lexeme
    LEFT JOIN LATERAL (
        SELECT array_agg(form.lexeme) AS lexemes, sum(form.articles)::bigint AS articles FROM (
            SELECT lexeme, articles FROM articles_lexeme
            WHERE skeleton = archive_skeleton(query_lexeme.lexeme) AND lexeme <> query_lexeme.lexeme
            ORDER BY articles DESC, lexeme LIMIT %(variants)s
        ) AS form
    ) AS variant ON true
    UNION ALL
    SELECT 'text', text, NULL, lexemes, NULL, NULL FROM written
    UNION ALL
    SELECT 'beginning', beginning.lexeme, max(completion.together)::bigint, array_agg(completion.lexeme), NULL, NULL
    FROM beginning, LATERAL (
        SELECT lexeme, sum(articles) OVER () AS together FROM articles_lexeme
        WHERE lexeme >= beginning.lexeme AND lexeme < beginning.lexeme || chr(1114111)
        ORDER BY articles DESC, lexeme LIMIT %(most_beginnings)s
    ) AS completion
    GROUP BY beginning.lexeme
    UNION ALL
    SELECT 'named', NULL, NULL, names, id, folded FROM named
""".replace("{public_actor}", PUBLIC_ACTOR_SQL)
_BESIDES = (
    " UNION ALL SELECT 'besides', place::text, reading, NULL, id, NULL FROM ({sql}) AS field_match (place, reading, id)"
)


@dataclass(frozen=True)
class Totals:
    """Totals of the archive.

    articles: the number of published articles, at least 1.
    length: their mean length in words, at least 1.0.
    """

    articles: int
    length: float


@dataclass(frozen=True)
class Alike:
    """Lexemes that a search takes for another lexeme or for a prefix.

    lexemes: these lexemes, the commonest first.
    articles: the sum of the numbers of articles that hold each.
    """

    lexemes: tuple[str, ...]
    articles: int


@dataclass(frozen=True)
class Named:
    """An actor or a set of synonyms that a query names.

    actor: the actor's id; None for a set of synonyms.
    names: up to MOST_NAMES of its names; the canonical name or the set's first word comes first.
    folded: all of its names, folded.
    """

    actor: int | None
    names: tuple[str, ...]
    folded: tuple[str, ...]


class NumbersStatement(NamedTuple):
    """A statement that returns three columns of numbers.

    sql: the statement, with named placeholders.
    params: its parameters by name.
    """

    sql: str
    params: Mapping[str, Any]

    @classmethod
    def of(cls, rows: QuerySet[Any]) -> "NumbersStatement":
        """Returns the statement of a queryset, its placeholders named so that they can stand beside others."""
        sql, params = rows.query.sql_with_params()
        named = {f"besides_{place}": value for place, value in enumerate(params)}
        return cls(sql % tuple(f"%({name})s" for name in named), named)


@dataclass(frozen=True)
class Lexicon:
    """What the vocabulary of the archive holds of some texts and lexemes.

    lexemes: the lexemes of each text, in order. Texts without lexemes, such as signs, are left out; the names in
        `named` are in.
    frequencies: the number of published articles that hold each lexeme.
    variants: the other forms of a lexeme's root («خلايا» for «خلي»), for lexemes that have any.
    totals: the totals of the archive.
    beginnings: for the last lexeme of each unfinished word, the commonest lexemes that begin with it; `articles` counts
        all.
    named: the actors and sets of synonyms that the query names.
    besides: the rows of the additional lookup.
    """

    lexemes: Mapping[str, Lexemes]
    frequencies: Mapping[str, int]
    variants: Mapping[str, Alike]
    totals: Totals
    beginnings: Mapping[str, Alike] = field(default_factory=dict)
    named: tuple[Named, ...] = ()
    besides: tuple[tuple[int, int, int], ...] = ()


def lexicon_of(
    lexemes: Iterable[str] = (),
    *,
    words: Iterable[str] = (),
    beginnings: Iterable[str] = (),
    names: Iterable[str] = (),
    besides: NumbersStatement | None = None,
) -> Lexicon:
    """Reads the vocabulary of a query in one statement.

    `lexemes` and `words` are looked up themselves. `beginnings` are those of the `words` that may be unfinished.
    `names` are folded names to find among the public actors and the sets of synonyms. `besides` is an additional
    lookup.
    """
    parameters: dict[str, Any] = {
        "lexemes": sorted(set(lexemes)), "words": sorted(set(words)), "beginnings": sorted(set(beginnings)),
        "names": sorted(set(names)), "recounted_below": RECOUNTED_BELOW, "variants": MOST_VARIANTS,
        "most_beginnings": MOST_BEGINNINGS,
        "most_names": MOST_NAMES,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            _LEXICON + (_BESIDES.format(sql=besides.sql) if besides else ""),
            {**parameters, **(besides.params if besides else {})},
        )
        rows = cursor.fetchall()
    rows_by_kind: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for kind, *row in rows:
        rows_by_kind[kind].append(row)
    ((_, articles, _, length, _),) = rows_by_kind["total"]
    return Lexicon(
        {text: tuple(lexemes_of_text) for text, _, lexemes_of_text, _, _ in rows_by_kind["text"]},
        {lexeme: count for lexeme, count, _, _, _ in rows_by_kind["lexeme"]},
        {
            lexeme: Alike(tuple(forms), int(together))
            for lexeme, _, forms, together, _ in rows_by_kind["lexeme"]
            if forms
        },
        Totals(max(articles, 1), max(float(length) / max(articles, 1), 1.0)),
        {lexeme: Alike(tuple(begun), count) for lexeme, count, begun, _, _ in rows_by_kind["beginning"]},
        tuple(
            Named(actor, tuple(names), tuple(folded))
            for _, _, names, actor, folded in sorted(
                rows_by_kind["named"], key=lambda row: (row[3] is None, row[3], row[2])
            )
            if names
        ),
        tuple((int(place), reading, pk) for place, reading, _, pk, _ in rows_by_kind["besides"]),
    )


def inverse_document_frequency(articles: int, frequency: float) -> float:
    """Returns BM25's idf, ln(1 + (N − n + 0.5)/(n + 0.5)), for n of N articles; never negative."""
    return math.log(1 + (max(articles, frequency) - frequency + 0.5) / (frequency + 0.5))
