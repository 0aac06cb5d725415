"""Rows that may be one and the same: a name in common, or names alike by their trigrams."""

from dataclasses import dataclass

from django.db import connection, models

from articles.models.actor import Actor
from articles.models.event import Event
from articles.models.source import Source

# From which share of common trigrams on two names are shown as alike.
LIKENESS = 0.55
NAMES: dict[type[models.Model], str] = {Actor: "folded_name", Event: "folded_title", Source: "folded_name"}


@dataclass(frozen=True)
class Pair:
    one: models.Model
    other: models.Model
    likeness: float
    in_common: str


_OWN = """
    own AS (
        SELECT id AS actor_id, name, folded_name AS folded FROM articles_actor WHERE id = ANY(%(rows)s)
        UNION ALL
        SELECT actor_id, name, folded FROM articles_alias WHERE actor_id = ANY(%(rows)s)
    ),
    bearers AS (
        SELECT own.actor_id AS one, alias.actor_id AS other, own.name FROM own JOIN articles_alias alias ON alias.folded = own.folded
        UNION ALL
        SELECT own.actor_id, actor.id, own.name FROM own JOIN articles_actor actor ON actor.folded_name = own.folded
    ),
"""
_SHARED = """
    SELECT least(one, other), greatest(one, other), 1.0, bearers.name FROM bearers JOIN articles_actor actor ON actor.id = other
    WHERE one <> other AND actor.merged_into_id IS NULL AND actor.state <> 'rejected'
    UNION ALL
"""


def alike(model: type[models.Model], *, before: int | None, window: int) -> tuple[list[Pair], int | None]:
    """Pairs of which one is among the `window` newest rows below the key `before`, the most alike first; and where the next
    window begins, None at the end. Pairs that an editor told apart are left out.
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
        pairs (one, other, likeness, common) AS (
            {_SHARED if is_actor else ""}
            SELECT least(a.id, b.id), greatest(a.id, b.id), similarity(a.{name}, b.{name}), ''
            FROM threshold, {table} a JOIN {table} b ON b.{name} %% a.{name} AND b.id <> a.id AND b.merged_into_id IS NULL
                {reviewed.format("b")}
            WHERE a.id = ANY(%(rows)s) AND a.merged_into_id IS NULL {reviewed.format("a")}
        )
        SELECT one, other, max(likeness), max(common) FROM pairs
        WHERE NOT EXISTS (SELECT FROM articles_apart apart WHERE apart.noun = %(noun)s AND (apart.one, apart.other) = (pairs.one, pairs.other))
        GROUP BY one, other ORDER BY 3 DESC, 1 DESC LIMIT 200
    """
    with connection.cursor() as cursor:
        cursor.execute(statement, {"rows": rows, "noun": model._meta.model_name})
        found = cursor.fetchall()
    stored = model.objects.in_bulk({pk for one, other, *_ in found for pk in (one, other)})
    pairs = [Pair(stored[one], stored[other], float(likeness), common) for one, other, likeness, common in found]
    return pairs, rows[-1] if len(rows) == window else None
