"""Finds pairs of rows that may be duplicates: they share a name, or their names have similar trigrams."""

from dataclasses import dataclass
from typing import Any

from django.db import connection, models

from articles.models.actor import Actor
from articles.models.event import Event
from articles.models.source import Source

# The least trigram similarity (pg_trgm, 0 to 1) at which two names are shown as alike. Measured on 2026-11-27 with
# fixtures/authority.toml and the authority files of tests/extract: 67 aliases of the kind «spelling» against their
# actor's name, and 1,830 pairs of different actors. At 0.45, 43 aliases and 2 pairs of different actors are alike; at
# 0.55, 35 and none; at 0.65, 17 and none. Editors decide about each pair.
LIKENESS = 0.55
# Model → the column with the folded name that is compared.
NAMES: dict[type[models.Model], str] = {Actor: "folded_name", Event: "folded_title", Source: "folded_name"}


@dataclass(frozen=True)
class Pair:
    """Two rows of one model that may be duplicates.

    first: the row with the lower key.
    second: the row with the higher key.
    likeness: the trigram similarity of the folded names, from 0 to 1; 1 for a shared name.
    in_common: the shared name of two actors; empty where only the trigrams are similar.
    """

    first: models.Model
    second: models.Model
    likeness: float
    in_common: str


_OWN = """
    own AS (
        SELECT id AS actor_id, name, folded_name AS folded FROM articles_actor WHERE id = ANY(%(rows)s)
        UNION ALL
        SELECT actor_id, name, folded FROM articles_alias WHERE actor_id = ANY(%(rows)s)
    ),
    bearers AS (
        SELECT own.actor_id, alias.actor_id AS namesake_id, own.name
        FROM own JOIN articles_alias alias ON alias.folded = own.folded
        UNION ALL
        SELECT own.actor_id, actor.id, own.name FROM own JOIN articles_actor actor ON actor.folded_name = own.folded
    ),
"""
_SHARED = """
    SELECT least(actor_id, namesake_id), greatest(actor_id, namesake_id), 1.0, bearers.name
    FROM bearers JOIN articles_actor actor ON actor.id = namesake_id
    WHERE actor_id <> namesake_id AND actor.merged_into_id IS NULL AND actor.state <> 'rejected'
    UNION ALL
"""


def alike(model: type[Any], *, before: int | None, window: int) -> tuple[list[Pair], int | None]:
    """Returns pairs of alike rows of a model, and the value of `before` for the next window (None at the end).

    At least one row of each pair is among the `window` newest standing rows whose keys are below `before` (None: no
    bound). Pairs come in descending order of likeness, at most 200. Pairs that an editor marked as different (`Apart`)
    are left out.
    """
    name, table = NAMES[model], model._meta.db_table
    standing = model.objects.standing()
    rows = list(
        (standing.filter(pk__lt=before) if before else standing).order_by("-pk").values_list("pk", flat=True)[:window]
    )
    if not rows:
        return [], None
    is_actor = model is Actor
    reviewed = "" if model is Source else "AND {0}.state <> 'rejected'"
    statement = f"""
        WITH threshold AS MATERIALIZED (SELECT set_config('pg_trgm.similarity_threshold', '{LIKENESS}', true)),
        {_OWN if is_actor else ""}
        pairs (lower_key, higher_key, likeness, common) AS (
            {_SHARED if is_actor else ""}
            SELECT least(a.id, b.id), greatest(a.id, b.id), similarity(a.{name}, b.{name}), ''
            FROM threshold, {table} a JOIN {table} b ON b.{name} %% a.{name} AND b.id <> a.id AND b.merged_into_id IS NULL
                {reviewed.format("b")}
            WHERE a.id = ANY(%(rows)s) AND a.merged_into_id IS NULL {reviewed.format("a")}
        )
        SELECT lower_key, higher_key, max(likeness), max(common) FROM pairs
        WHERE NOT EXISTS (
            SELECT FROM articles_apart apart
            WHERE apart.noun = %(noun)s AND (apart.one, apart.other) = (pairs.lower_key, pairs.higher_key)
        )
        GROUP BY lower_key, higher_key ORDER BY 3 DESC, 1 DESC LIMIT 200
    """
    with connection.cursor() as cursor:
        cursor.execute(statement, {"rows": rows, "noun": model._meta.model_name})
        matches = cursor.fetchall()
    stored = model.objects.in_bulk({pk for first, second, *_ in matches for pk in (first, second)})
    pairs = [
        Pair(stored[first], stored[second], float(likeness), common) for first, second, likeness, common in matches
    ]
    return pairs, rows[-1] if len(rows) == window else None
