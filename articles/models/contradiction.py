"""Contradiction: outlets give values for one measure of one event that cannot all be true."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Self, TypeVar

from django.db import models
from django.db.models import Count, Exists, F, Max, Min, OuterRef, Window
from django.db.models.functions import RowNumber

from articles.models.event import Event
from articles.models.figure import Figure, Measure
from articles.models.history import with_history
from articles.models.limits import moments_within
from articles.models.review import Reviewable, ReviewableQuerySet, ReviewState, review_constraints
from articles.models.text_fields import LineField

# The score only orders what waits at the desk. Values that exclude each other are hardly ever a mistake of the rule.
RULE, SCORE = "contradiction.values_apart", 0.9
# The most figures of one measure and event that are compared pairwise. Of more, only the two highest lower bounds and
# the two lowest upper bounds are compared.
MOST_COMPARED_PAIRWISE = 400
# The number of earliest figures that a page shows of a contradiction between many figures.
EARLIEST = 4
_BY_DATE = ("article__published_order", "article", "start")


Bound = TypeVar("Bound", Decimal, date)


@dataclass(frozen=True)
class Bounds:
    """The values and the days that one figure allows. All bounds are inclusive; None leaves a side open.

    article: the key of the figure's article.
    low: the least value.
    high: the greatest value.
    first: the first day of the figure's period.
    last: the last day of the figure's period.
    """

    article: int
    low: Decimal | None
    high: Decimal | None
    first: date | None = None
    last: date | None = None

    def contradicts(self, other: "Bounds") -> bool:
        """Returns whether the figures are of two articles, their periods overlap, and no value satisfies both."""
        apart = _beyond(self.low, other.high) or _beyond(other.low, self.high)
        in_common = not (_beyond(self.first, other.last) or _beyond(other.first, self.last))
        return self.article != other.article and apart and in_common


def _beyond(low: Bound | None, high: Bound | None) -> bool:
    return low is not None and high is not None and low > high


def _bound(pair: tuple[Decimal, Bounds]) -> Decimal:
    return pair[0]


def any_contradict(figures: list[Bounds]) -> bool:
    """Returns whether two of the figures contradict each other.

    Of more than MOST_COMPARED_PAIRWISE figures, only the two highest lower bounds and the two lowest upper bounds are
    compared. A contradiction can be missed where these are of one article, or of periods that do not overlap.
    """
    if len(figures) > MOST_COMPARED_PAIRWISE:
        lows = sorted(((figure.low, figure) for figure in figures if figure.low is not None), key=_bound, reverse=True)
        highs = sorted(((figure.high, figure) for figure in figures if figure.high is not None), key=_bound)
        return any(figure.contradicts(other_figure) for _low, figure in lows[:2] for _high, other_figure in highs[:2])
    return any(figure.contradicts(other_figure) for at, figure in enumerate(figures) for other_figure in figures[:at])


class ContradictionQuerySet(ReviewableQuerySet["Contradiction"]):
    """Contradictions that a query selects."""

    def open(self) -> Self:
        """Returns contradictions that hold between the present figures and that no editor rejected."""
        return self.standing().filter(is_open=True)

    def of_nameable_events(self) -> Self:
        """Returns open contradictions of nameable events."""
        return self.open().filter(event__in=Event.objects.nameable())

    def of_confirmed_events(self) -> Self:
        """Returns contradictions of events that an editor confirmed."""
        return self.filter(event__state=ReviewState.CONFIRMED)

    def public(self) -> Self:
        """Returns contradictions that public figures alone prove, of nameable events.

        A contradiction that depends on a hidden figure would otherwise reveal it until `refresh` closes the
        contradiction. The bounds are compared without regard to periods.
        """
        sides = (
            Figure.objects.public()
            .filter(**{name: OuterRef(name) for name in ("event", "measure", "scope")})
            .order_by()
            .values("event")
            .annotate(highest=Max("low"), lowest=Min("high"), articles=Count("article", distinct=True))
            .filter(highest__gt=F("lowest"), articles__gt=1)
        )
        return self.of_nameable_events().filter(Exists(sides))

    def newest(self) -> Self:
        """Orders contradictions by the moment when they were noticed, the latest first."""
        return self.order_by("-found_at", "-id")

    def with_sides(self) -> list["Contradiction"]:
        """Returns the rows with the figures that a page shows, read in two further queries for all rows.

        Each row gets two attributes. `sides` is a list of the EARLIEST figures published first, the lowest and the
        highest, in order of publication. `others` is the number of the remaining figures.
        """
        rows = list(self.select_related("measure", "event"))
        sides: dict[tuple[int, int, str], list[Figure]] = defaultdict(list)
        totals = dict(_sides(Figure.objects.public().filter(event__in={row.event_id for row in rows})) if rows else ())
        for figure in _for_display(Figure.objects.filter(pk__in=totals)):
            sides[figure.event_id, figure.measure_id, figure.scope].append(figure)
        for row in rows:
            row.sides = sides[row.event_id, row.measure_id, row.scope]
            row.others = totals[row.sides[0].pk] - len(row.sides) if row.sides else 0
        return rows

    def refresh(self, events: Iterable[int | None]) -> None:
        """Brings the contradictions of events up to date with their public figures.

        `events` are keys; empty ones are ignored. New contradictions are added. A suggested contradiction that no
        longer holds is deleted; one that an editor reviewed is kept and closed (`is_open`), and opened again when it
        holds again.
        """
        event_keys = {event for event in events if event}
        groups: dict[tuple[int, int, str], list[Bounds]] = defaultdict(list)
        rows = Figure.objects.public().filter(event__in=event_keys, measure__isnull=False)
        columns = ("event", "measure", "scope", "article", "low", "high", "period_start", "period_end")
        for event, measure, scope, *bounds in rows.values_list(*columns):
            groups[event, measure, scope].append(Bounds(*bounds))
        contradicted = {key for key, figures in groups.items() if any_contradict(figures)}
        stored = {
            (contradiction.event_id, contradiction.measure_id, contradiction.scope): contradiction
            for contradiction in self.filter(event__in=event_keys)
        }
        self.bulk_create(
            Contradiction(
                event_id=event, measure_id=measure, scope=scope, state=ReviewState.SUGGESTED, rule=RULE, score=SCORE
            )
            for event, measure, scope in sorted(contradicted - stored.keys())
        )
        for key, contradiction in stored.items():
            if key not in contradicted and contradiction.state == ReviewState.SUGGESTED:
                contradiction.delete()
            elif contradiction.is_open != (key in contradicted):
                self.filter(pk=contradiction.pk).update(is_open=key in contradicted)


@with_history()
class Contradiction(Reviewable):
    """Figures of one measure, event and scope that cannot all be true.

    It is open while it holds between the present figures. An editor confirms or rejects it.
    """

    # What `ContradictionQuerySet.with_sides` adds.
    sides: list[Figure]
    others: int

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

    def figures(self) -> models.QuerySet[Any]:
        """Returns the public figures of the measure, event and scope, in order of publication."""
        return _for_display(
            Figure.objects.public().filter(event=self.event_id, measure=self.measure_id, scope=self.scope)
        )


def _for_display(figures: models.QuerySet[Any]) -> models.QuerySet[Any]:
    """Returns figures that have a measure, with what a page shows of each, in order of publication."""
    measured = figures.filter(measure__isnull=False).select_related("article__source", "measure")
    return measured.defer("article__body", "article__set_aside").order_by(*_BY_DATE)


def _sides(figures: models.QuerySet[Any]) -> models.QuerySet[Any]:
    """Returns rows (key of a figure, number of figures) for each event, measure and scope.

    Of each group it selects the EARLIEST figures published first, the lowest and the highest. The number counts the
    whole group.
    """

    def over(function: models.Func | models.Aggregate, *order: str) -> Window:
        return Window(function, partition_by=["event", "measure", "scope"], order_by=order or None)  # type: ignore[list-item] # Stubs: texts are allowed.

    counted = figures.filter(measure__isnull=False).annotate(
        place=over(RowNumber(), *_BY_DATE),
        lowest=over(RowNumber(), "value", "id"),
        highest=over(RowNumber(), "-value", "id"),
        together=over(Count("pk")),
    )
    sides = counted.filter(models.Q(place__lte=EARLIEST) | models.Q(lowest=1) | models.Q(highest=1))
    rows: models.QuerySet[Any] = sides.values_list("pk", "together")
    return rows
