"""Contradiction: outlets give values for one measure of one event that cannot all be true."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import models
from django.db.models import Count, Exists, F, Max, Min, OuterRef, Window
from django.db.models.functions import RowNumber

from articles.models.event import Event
from articles.models.figure import Figure, Measure
from articles.models.history import with_history
from articles.models.limits import moments_within
from articles.models.review import Reviewable, ReviewableQuerySet, ReviewState, review_constraints
from articles.models.text_fields import LineField

RULE, SCORE = "contradiction.values_apart", 0.9
# Beyond so many figures of one measure and event the bounds are compared without their periods.
MOST_COMPARED = 400
# Of a contradiction between very many figures a page shows so many.
EARLIEST = 4
_BY_DATE = ("article__published_order", "article", "start")


@dataclass(frozen=True)
class Bounds:
    """What one figure says: from `low` to `high`, for the days from `first` to `last`; None leaves a side open."""

    article: int
    low: Decimal | None
    high: Decimal | None
    first: date | None = None
    last: date | None = None

    def contradicts(self, other: "Bounds") -> bool:
        """Whether two articles' figures speak of days in common and no value satisfies both."""
        apart = _beyond(self.low, other.high) or _beyond(other.low, self.high)
        in_common = not (_beyond(self.first, other.last) or _beyond(other.first, self.last))
        return self.article != other.article and apart and in_common


def _beyond(low: Decimal | date | None, high: Decimal | date | None) -> bool:
    return low is not None and high is not None and low > high


def any_contradict(figures: list[Bounds]) -> bool:
    """Whether two of the figures contradict each other."""
    if len(figures) > MOST_COMPARED:
        lows = sorted((one for one in figures if one.low is not None), key=lambda one: -one.low)[:2]
        highs = sorted((one for one in figures if one.high is not None), key=lambda one: one.high)[:2]
        return any(one.contradicts(other) for one in lows for other in highs)
    return any(one.contradicts(other) for at, one in enumerate(figures) for other in figures[:at])


class ContradictionQuerySet(ReviewableQuerySet):
    def open(self) -> "ContradictionQuerySet":
        """Those that stand now and that no editor rejected."""
        return self.standing().filter(is_open=True)

    def of_nameable_events(self) -> "ContradictionQuerySet":
        """The open ones of events that readers may be told."""
        return self.open().filter(event__in=Event.objects.nameable())

    def of_confirmed_events(self) -> "ContradictionQuerySet":
        return self.filter(event__state=ReviewState.CONFIRMED)

    def public(self) -> "ContradictionQuerySet":
        """Those that hold between public figures alone: a contradiction that rests on a hidden figure would tell of it until
        `refresh` closes it. The bounds that are compared are those of all days together."""
        sides = (
            Figure.objects.public()
            .filter(**{name: OuterRef(name) for name in ("event", "measure", "scope")})
            .order_by()
            .values("event")
            .annotate(highest=Max("low"), lowest=Min("high"), articles=Count("article", distinct=True))
            .filter(highest__gt=F("lowest"), articles__gt=1)
        )
        return self.of_nameable_events().filter(Exists(sides))

    def newest(self) -> "ContradictionQuerySet":
        return self.order_by("-found_at", "-id")

    def with_sides(self) -> list["Contradiction"]:
        """The rows with what a page shows of them, read in two queries for all: `sides`, the first EARLIEST figures published and
        the lowest and the highest, in order of publication; `others`, how many more there are."""
        rows = list(self.select_related("measure", "event"))
        found: dict[tuple[int, int, str], list[Figure]] = defaultdict(list)
        together = dict(
            _sides(Figure.objects.public().filter(event__in={row.event_id for row in rows})) if rows else ()
        )
        for figure in _told(Figure.objects.filter(pk__in=together)):
            found[figure.event_id, figure.measure_id, figure.scope].append(figure)
        for row in rows:
            row.sides = found[row.event_id, row.measure_id, row.scope]
            row.others = together[row.sides[0].pk] - len(row.sides) if row.sides else 0
        return rows

    def refresh(self, events: Iterable[int]) -> None:
        """Brings the contradictions of `events` up to date with their figures; what an editor reviewed is kept, closed."""
        asked = {event for event in events if event}
        if not asked:
            return
        groups: dict[tuple[int, int, str], list[Bounds]] = defaultdict(list)
        rows = Figure.objects.public().filter(event__in=asked, measure__isnull=False)
        columns = ("event", "measure", "scope", "article", "low", "high", "period_start", "period_end")
        for event, measure, scope, *bounds in rows.values_list(*columns):
            groups[event, measure, scope].append(Bounds(*bounds))
        apart = {key for key, figures in groups.items() if any_contradict(figures)}
        stored = {(one.event_id, one.measure_id, one.scope): one for one in self.filter(event__in=asked)}
        self.bulk_create(
            Contradiction(
                event_id=event, measure_id=measure, scope=scope, state=ReviewState.SUGGESTED, rule=RULE, score=SCORE
            )
            for event, measure, scope in sorted(apart - stored.keys())
        )
        for key, one in stored.items():
            if key not in apart and one.state == ReviewState.SUGGESTED:
                one.delete()
            elif one.is_open != (key in apart):
                self.filter(pk=one.pk).update(is_open=key in apart)


@with_history()
class Contradiction(Reviewable):
    """An open one stands between figures as they are now; an editor confirms that it is one, or rejects it."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="contradictions", verbose_name="الفعالية")
    measure = models.ForeignKey(Measure, models.CASCADE, related_name="contradictions", verbose_name="المقياس")
    scope = LineField("النطاق", max_length=120, blank=True)
    is_open = models.BooleanField("قائم", default=True)
    found_at = models.DateTimeField("كُشف في", auto_now_add=True)

    objects = ContradictionQuerySet.as_manager()

    class Meta:
        verbose_name = "تعارض أرقام"
        verbose_name_plural = "أرقام متعارضة"
        constraints = [
            models.UniqueConstraint(fields=["event", "measure", "scope"], name="contradiction_once"),
            *review_constraints("contradiction"),
            *moments_within("contradiction", "found_at"),
        ]
        indexes = [
            models.Index(fields=["state", "id"], name="contradiction_state"),
            models.Index(fields=["-found_at", "-id"], condition=models.Q(is_open=True), name="contradiction_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.measure}: {self.event}"

    def figures(self) -> models.QuerySet:
        """The public figures concerned, the first published first."""
        return _told(Figure.objects.public().filter(event=self.event_id, measure=self.measure_id, scope=self.scope))


def _told(figures: models.QuerySet) -> models.QuerySet:
    """Those of a measure, with what is said of them, the first published first."""
    told = figures.filter(measure__isnull=False).select_related("article__source", "measure")
    return told.defer("article__body", "article__set_aside").order_by(*_BY_DATE)


def _sides(figures: models.QuerySet) -> models.QuerySet:
    """For each event, measure and scope the ids of the first EARLIEST, the lowest and the highest, and how many there are
    together."""

    def over(function: models.Func, *order: str) -> Window:
        return Window(function, partition_by=["event", "measure", "scope"], order_by=order or None)

    counted = figures.filter(measure__isnull=False).annotate(
        place=over(RowNumber(), *_BY_DATE),
        lowest=over(RowNumber(), "value", "id"),
        highest=over(RowNumber(), "-value", "id"),
        together=over(Count("pk")),
    )
    sides = counted.filter(models.Q(place__lte=EARLIEST) | models.Q(lowest=1) | models.Q(highest=1))
    return sides.values_list("pk", "together")
