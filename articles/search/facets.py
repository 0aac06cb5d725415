"""Counts a result by actor, event, kind of event, source and time; pages show the counts and use them as filters."""

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import connection
from django.utils.translation import gettext_lazy as _

from articles.models import EventKind
from articles.models.article import ArticleQuerySet
from articles.models.public import NAMEABLE_SQL
from articles.platform.calendar_bounds import FIRST_DAY, LAST_DAY
from articles.search.candidates import MOST_FOUND, MOST_RANKED

# The values that a facet offers. More would make the column of facets longer than the results beside it.
MOST_VALUES = 8
# A result that spans at most this many years is shown by month: at most 24 bars.
FACET_YEARS_BY_MONTH = 2
# The most bars of a chart. On a phone 360 pixels wide, each has nine pixels with its gap.
MOST_TIME_BARS = 40

# One statement counts a set of public articles in every way. Actors that readers may not see are left out after the
# count, when only few rows remain.
_COUNTS = """
    WITH coverage AS MATERIALIZED (
        SELECT coverage.article_id, event.id, event.title, event.kind
        FROM articles_coverage AS coverage JOIN articles_event AS event ON event.id = coverage.event_id
        WHERE coverage.article_id = ANY(%(ids)s) AND coverage.state <> 'rejected'
            AND {nameable_event}
    ),
    article AS MATERIALIZED (
        SELECT source_id, to_char(published_earliest, 'YYYY-MM') AS first, to_char(published_latest, 'YYYY-MM') AS last,
            published_earliest >= '{first_day}' AND published_latest <= '{last_day}' AS is_in_calendar
        FROM articles_article WHERE id = ANY(%(ids)s)
    ),
    mention AS (
        SELECT actor_id, count(*) AS n FROM articles_mention
        WHERE article_id = ANY(%(ids)s) AND state <> 'rejected' GROUP BY actor_id
    )
    (SELECT 'event', id::text, title, count(*) AS n FROM coverage GROUP BY id, title ORDER BY n DESC, id LIMIT %(most)s)
    UNION ALL
    (SELECT 'actor', id::text, name, n FROM mention JOIN articles_actor AS actor ON id = actor_id
        WHERE {nameable_actor} ORDER BY n DESC, id LIMIT %(most)s)
    UNION ALL
    (SELECT 'kind', kind, '', count(DISTINCT article_id) AS n FROM coverage GROUP BY kind ORDER BY n DESC, kind LIMIT %(most)s)
    UNION ALL
    (SELECT 'source', id::text, name, n
        FROM (SELECT source_id, count(*) AS n FROM article GROUP BY source_id) AS counted
        JOIN articles_source ON id = source_id
        ORDER BY n DESC, id LIMIT %(most)s)
    UNION ALL
    (SELECT 'time', CASE WHEN first = last THEN first ELSE left(first, 4) END AS moment, '', count(*)
        FROM article WHERE is_in_calendar AND left(first, 4) = left(last, 4) GROUP BY moment)
"""
_COUNTS = _COUNTS.replace("{first_day}", str(FIRST_DAY)).replace("{last_day}", str(LAST_DAY))
for _noun in ("event", "actor"):
    _COUNTS = _COUNTS.replace(f"{{nameable_{_noun}}}", NAMEABLE_SQL.format(row=_noun))
_LABELS = {
    "event": _("الفعالية"), "actor": _("الفاعل"), "kind": _("نوع الفعالية"), "source": _("المصدر"), "published": _("السنة"),
}  # fmt: skip


@dataclass(frozen=True)
class FacetValue:
    """One value of a facet.

    value: the value as the page's parameter takes it.
    label: the text that readers see.
    count: the number of articles of the result that have the value.
    """

    value: str
    label: str
    count: int


@dataclass(frozen=True)
class Facet:
    """A facet of a result.

    name: the parameter of the page that filters by a value.
    label: the text that readers see.
    values: the commonest values, at most MOST_VALUES.
    """

    name: str
    label: str
    values: tuple[FacetValue, ...]


@dataclass(frozen=True)
class Bar:
    """A bar of a chart over time.

    value: the year or month, as «2024» or «2024-11».
    first: its first day.
    count: the number of articles that were certainly published in it.
    """

    value: str
    first: date
    count: int

    @property
    def is_month(self) -> bool:
        """Returns whether the bar stands for a month, not for a year."""
        return "-" in self.value


@dataclass(frozen=True)
class Facets:
    """The facets of a result.

    facets: the facets that have values.
    times: numbers of articles by month, as «2024-11», or by year, as «2024», where the month is unknown.
    counted: the number of articles that were counted.
    undated: the number of these whose year is unknown.
    """

    facets: tuple[Facet, ...] = ()
    times: Mapping[str, int] = field(default_factory=dict)
    counted: int = 0
    undated: int = 0

    @property
    def bars(self) -> tuple[Bar, ...]:
        """Returns `times` as bars without a gap."""
        return bars(self.times)


def facets(articles: ArticleQuerySet, ids: Sequence[int] | None = None) -> Facets:
    """Counts the facets of a result.

    With `ids`, the ids of a search's result, it counts the first MOST_FOUND of them; otherwise the newest MOST_RANKED
    articles.
    """
    counted = list(
        ids[:MOST_FOUND] if ids is not None else articles.newest().values_list("pk", flat=True)[:MOST_RANKED]
    )
    if not counted:
        return Facets()
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, {"ids": counted, "most": MOST_VALUES})
        rows = cursor.fetchall()
    values: dict[str, list[FacetValue]] = {name: [] for name in _LABELS}
    times: dict[str, int] = {}
    for name, value, label, count in rows:
        if name == "time":
            times[value] = count
        else:
            values[name].append(FacetValue(value, str(EventKind(value).label) if name == "kind" else label, count))
    years = _by_year(times)
    values["published"] = [FacetValue(year, year, n) for year, n in sorted(years.items(), reverse=True)[:MOST_VALUES]]
    facets_with_values = tuple(
        Facet(name, str(label), tuple(values[name])) for name, label in _LABELS.items() if values[name]
    )
    return Facets(facets_with_values, times, len(counted), len(counted) - sum(years.values()))


def _by_year(times: Mapping[str, int]) -> dict[str, int]:
    """Returns the numbers of articles by year, months added up."""
    years: dict[str, int] = {}
    for moment, count in times.items():
        years[moment[:4]] = years.get(moment[:4], 0) + count
    return years


def bars(times: Mapping[str, int], years_by_month: int = FACET_YEARS_BY_MONTH) -> tuple[Bar, ...]:
    """Returns numbers of articles by «2024» or «2024-11» as bars without a gap.

    The bars are months where every month is known and they span at most `years_by_month` years; otherwise they are
    years, the latest MOST_TIME_BARS.
    """
    years = _by_year(times)
    if not years:
        return ()
    first, last = int(min(years)), int(max(years))
    if last - first < years_by_month and all("-" in moment for moment in times):
        months = [f"{year:04}-{month:02}" for year in range(first, last + 1) for month in range(1, 13)]
        months = months[months.index(min(times)) : months.index(max(times)) + 1]
        return tuple(Bar(month, date.fromisoformat(f"{month}-01"), times.get(month, 0)) for month in months)
    shown = range(max(first, last - MOST_TIME_BARS + 1), last + 1)
    return tuple(Bar(f"{year:04}", date(year, 1, 1), years.get(f"{year:04}", 0)) for year in shown)


def interval(value: str) -> tuple[date, date] | None:
    """Returns the first and last day of a year «2024» or month «2024-11»; None for anything else."""
    try:
        if len(value) == 4 and value.isascii() and value.isdigit():
            return date(int(value), 1, 1), date(int(value), 12, 31)
        first = date.fromisoformat(f"{value}-01")
        return first, first.replace(day=calendar.monthrange(first.year, first.month)[1])
    except ValueError:
        return None
