"""Event: a meeting, conference, report or operation that articles report.

EventSeries groups the sessions of an event, and Participation links its actors.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any, Self

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Count, F, OuterRef, Q, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from articles.arabic.phrases import content_words
from articles.arabic.words import fold_phrase, words
from articles.models.actor import Actor
from articles.models.article import BEFORE_ALL_DATES
from articles.models.history import with_history
from articles.models.item_fields import ItemsField
from articles.models.limits import Limited, day_messages, folded_messages, planned_days
from articles.models.merged import not_into_itself
from articles.models.public import NounQuerySet, Withholdable, has, public_article, related_rows
from articles.models.review import Reviewable, ReviewableQuerySet, ReviewState, by_score, review_constraints
from articles.models.tally import TallyKind, are_kept, kept_articles
from articles.models.text_fields import LineField, ProseField
from articles.models.uncertain_date import UncertainDate, date_constraints
from articles.platform.calendar_bounds import FIRST_DAY, LAST_DAY


class EventKind(models.TextChoices):
    """The kinds of events."""

    MINISTERIAL = "ministerial", _("اجتماع وزاري")
    CONFERENCE = "conference", _("مؤتمر")
    DIALOGUE = "dialogue", _("حوار")
    SUMMIT = "summit", _("قمة")
    MEETING = "meeting", _("اجتماع")
    REPORT = "report", _("تقرير")
    LAUNCH = "launch", _("إطلاق")
    OPERATION = "operation", _("عملية")
    ATTACK = "attack", _("هجوم")
    OTHER = "other", _("آخر")


class Role(models.TextChoices):
    """The roles of an actor in an event."""

    HOST = "host", _("مضيف")
    CO_CHAIR = "co_chair", _("رئيس مشارك")
    CONVENER = "convener", _("داع")
    PARTICIPANT = "participant", _("مشارك")
    SPEAKER = "speaker", _("متحدث")
    PUBLISHER = "publisher", _("ناشر")
    SUBJECT = "subject", _("موضوع")


class EventSeriesQuerySet(models.QuerySet["EventSeries"]):
    """Event series that a query selects."""

    def public(self) -> Self:
        """Returns series with at least one public event."""
        return self.filter(has(Event.objects.public().filter(series=OuterRef("pk"))))


@with_history()
class EventSeries(models.Model):
    """A series that groups the sessions of one event."""

    name = LineField("الاسم", max_length=200, unique=True)
    description = ProseField("تعريف", blank=True)

    objects = EventSeriesQuerySet.as_manager()

    class Meta:
        verbose_name = "سلسلة فعاليات"
        verbose_name_plural = "سلاسل الفعاليات"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class EventQuerySet(NounQuerySet["Event"]):
    """Events that a query selects."""

    tally = TallyKind.EVENT

    def stated(self) -> Q:
        """Returns the condition that a public article covers the event, or states a figure of it."""
        figures = related_rows(Event, "figures").in_public_articles().filter(start__isnull=False, event=OuterRef("pk"))
        return self.reported_publicly() | has(figures)

    def reported_publicly(self) -> Q:
        """Returns the condition that a public article covers the event."""
        return has(related_rows(Event, "coverages").in_public_articles().filter(event=OuterRef("pk")))

    def newest(self) -> Self:
        """Orders events by their start, the latest first."""
        return self.order_by("-start_order", "-id")

    def with_title_words(self, text: str) -> Self:
        """Returns events whose title contains every word of `text`, in any spelling that folds alike."""
        events = self
        for word in words(text):
            events = events.filter(folded_title__contains=fold_phrase(text[word.start : word.end]))
        return events

    def in_series(self) -> Self:
        """Orders by the number of the session, then by date."""
        return self.order_by(F("session").asc(nulls_last=True), "start_order", "id")

    def held_between(self, first: date | None, last: date | None) -> Self:
        """Returns events that can have begun from `first` to `last`, both inclusive;
        None excludes nothing on its side.
        """
        events = self
        if first:
            events = events.filter(Q(start_latest__gte=first) | Q(start_latest__isnull=True))
        if last:
            events = events.filter(Q(start_earliest__lte=last) | Q(start_earliest__isnull=True))
        return events

    def dated(self) -> Self:
        """Returns events whose beginning is known at least to the year."""
        return self.filter(start_date__range=(FIRST_DAY, LAST_DAY))

    def unbounded(self) -> Self:
        """Returns events that `begun_in` never returns, since the earliest or the latest day of their beginning is
        unknown.
        """
        bounds = Q(start_earliest__range=(FIRST_DAY, LAST_DAY), start_latest__range=(FIRST_DAY, LAST_DAY))
        return self.filter(~bounds | Q(start_earliest__isnull=True) | Q(start_latest__isnull=True))

    def begun_in(self, first: date, last: date) -> Self:
        """Returns events that can have begun from `first` to `last`, both inclusive.

        Events without an earliest or a latest possible day are left out.
        """
        return self.filter(start_earliest__range=(FIRST_DAY, last), start_latest__range=(first, LAST_DAY))

    def counts_by_month(self) -> dict[tuple[int, int], int]:
        """Maps (year, month) to the number of events that began in it, by the earliest possible day."""
        months = (
            self.filter(start_earliest__range=(FIRST_DAY, LAST_DAY))
            .order_by()
            .values_list("start_earliest__year", "start_earliest__month")
        )
        return {(year, month): n for year, month, n in months.annotate(n=Count("pk"))}

    def with_article_counts(self) -> Self:
        """Adds `articles`, the number of public articles that cover the event."""
        if are_kept():
            return self.annotate(articles=kept_articles(TallyKind.EVENT))
        return self.annotate(
            articles=Count(
                "coverages",
                filter=~Q(coverages__state=ReviewState.REJECTED) & public_article("coverages__article"),
                distinct=True,
            )
        )

    def reported(self) -> Self:
        """Returns confirmed, nameable events that public articles cover, newest first, with `articles`."""
        confirmed = self.nameable().filter(state=ReviewState.CONFIRMED)
        return confirmed.with_article_counts().filter(articles__gt=0).newest()


# The period of events whose beginning is not known to within _MOST_MONTHS months.
ANY_PERIOD = 0
_MOST_MONTHS = 6


def periods_of(first: date | None, last: date | None) -> tuple[list[int] | None, list[int]]:
    """Returns (the numbers of the months of an inclusive interval, its years).

    The months are None if there are more than six. Without one of the bounds, the months are None and the years are
    empty. A month's number is 12 · year + month, so that it differs from the number of any year.
    """
    if first is None or last is None:
        return None, []
    months = range(first.year * 12 + first.month, last.year * 12 + last.month + 1)
    return (list(months) if len(months) <= _MOST_MONTHS else None), list(range(first.year, last.year + 1))


@with_history("folded_title", "terms", "periods", "start_order")
class Event(Limited, Withholdable):
    """A meeting, conference, report or operation that articles report."""

    title = LineField("العنوان", max_length=300)
    folded_title = LineField(max_length=300, editable=False)
    # The distinctive words of the title, by which the event of an article is recognised.
    terms = ItemsField(LineField(max_length=100), default=list, editable=False)
    kind = models.CharField("النوع", max_length=11, choices=EventKind)
    # The periods in which it can have begun, for looking it up among many events: see `periods_of`.
    periods = ItemsField(models.IntegerField(), default=list, editable=False)
    # The columns of `start`.
    start_date: date | None
    start_precision: str
    start_basis: str
    start_earliest: date | None
    start_latest: date | None
    start = UncertainDate("البداية")
    # The columns of `end`.
    end_date: date | None
    end_precision: str
    end_basis: str
    end_earliest: date | None
    end_latest: date | None
    end = UncertainDate("النهاية")
    start_order = models.GeneratedField(
        expression=Coalesce(F("start_date"), F("start_earliest"), Value(BEFORE_ALL_DATES)),
        output_field=models.DateField(),
        db_persist=True,
    )
    place = LineField("المكان", max_length=120, blank=True)
    country = LineField("البلد", max_length=80, blank=True)
    series = models.ForeignKey(
        EventSeries, models.SET_NULL, null=True, blank=True, related_name="events", verbose_name="السلسلة"
    )
    session = models.PositiveSmallIntegerField(
        "رقم الدورة", null=True, blank=True, help_text="مكانها في سلسلتها، مثل 9 للاجتماع الوزاري التاسع."
    )
    description = ProseField("وصف", blank=True)
    actors: "models.ManyToManyField[Actor, Participation]" = models.ManyToManyField(
        Actor, through="Participation", related_name="events", verbose_name="المشاركون"
    )

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = "فعالية"
        verbose_name_plural = "الفعاليات"
        permissions = [("merge_event", "يدمج الفعاليات ويفصلها")]
        constraints = [
            *date_constraints("event", "start"),
            *date_constraints("event", "end"),
            models.CheckConstraint(
                condition=Q(start_date__isnull=True) | Q(end_latest__isnull=True) | Q(end_latest__gte=F("start_date")),
                name="event_dates_in_order",
                violation_error_message="لا تنتهي الفعالية قبل أن تبدأ.",
            ),
            models.CheckConstraint(condition=~Q(title=""), name="event_titled"),
            models.CheckConstraint(condition=Q(kind__in=EventKind.values), name="event_kind_known"),
            *review_constraints("event"),
            not_into_itself("event"),
        ]
        indexes = [
            models.Index(F("start_order").desc(), F("id").desc(), name="event_newest"),
            models.Index(fields=["kind", "-start_order"], name="event_kind_newest"),
            models.Index(fields=["folded_title"], name="event_title"),
            GinIndex(OpClass("folded_title", name="gin_trgm_ops"), name="event_alike"),
            GinIndex(fields=["terms", "periods"], name="event_terms", fastupdate=False),
            models.Index(fields=["state", "id"], name="event_state"),
            # The events that lists show by default.
            models.Index(
                F("start_order").desc(),
                F("id").desc(),
                condition=Q(state=ReviewState.CONFIRMED),
                name="event_confirmed_newest",
            ),
            by_score("event"),
        ]

    def __str__(self) -> str:
        return self.title

    def beyond_limits(self) -> Iterator[tuple[str, str]]:
        yield from folded_messages("title", [fold_phrase(self.title)], 300)
        yield from folded_messages("title", [*content_words(self.title)], 100)
        for name in ("start", "end"):
            yield from day_messages(self, name, planned_days())

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.fold()
        super().save(*args, **kwargs)

    def fold(self) -> None:
        """Sets the derived fields `folded_title`, `terms` and `periods` from the title and the start."""
        self.folded_title = fold_phrase(self.title)
        self.terms = sorted(content_words(self.title))
        self.periods = self.periods_of_start()

    def periods_of_start(self) -> list[int]:
        """Returns what `periods` is to be. It is never empty, or the event would be looked up in vain."""
        months, years = periods_of(self.start.earliest, self.start.latest)
        return [ANY_PERIOD] if months is None else [*months, *years]

    def get_absolute_url(self) -> str:
        """Returns the path of the event's page in the active language."""
        return reverse("event", args=[self.pk])

    def sessions_beside(self, most: int = 6) -> tuple[list["Event"], list["Event"]]:
        """Returns up to `most` public events of its series before it, and up to `most` after it, each nearest first.

        Sessions are compared by number if this event has one, otherwise by date. Events without a number, or with the
        same one, are then left out.
        """
        other_events = Event.objects.public().filter(series=self.series_id).exclude(pk=self.pk)
        if self.session is not None:
            earlier = other_events.filter(session__lt=self.session).order_by("-session", "-start_order")[:most]
            later = other_events.filter(session__gt=self.session).order_by("session", "start_order")[:most]
            return list(earlier), list(later)
        place, before = Q(start_order=self.start_order), Q(start_order__lt=self.start_order)
        earlier = other_events.filter(before | place & Q(pk__lt=self.pk)).newest()[:most]
        later = other_events.exclude(before | place & Q(pk__lt=self.pk)).order_by("start_order", "id")[:most]
        return list(earlier), list(later)


class ParticipationQuerySet(ReviewableQuerySet["Participation"]):
    """Participations that a query selects."""

    def public(self) -> Self:
        """Returns participations that readers may see.

        They are not rejected, and both actor and event are public. An editor confirmed them, or a public article that
        covers the event mentions the actor.
        """
        articles = (
            related_rows(Event, "coverages")
            .in_public_articles()
            .filter(
                event=OuterRef("event"),
                article__mentions__actor=OuterRef("actor"),
                article__mentions__state__in=(ReviewState.SUGGESTED, ReviewState.CONFIRMED),
            )
        )
        of_public = self.standing().filter(event__in=Event.objects.public(), actor__in=Actor.objects.public())
        return of_public.filter(Q(state=ReviewState.CONFIRMED) | has(articles))


@with_history()
class Participation(Reviewable):
    """The fact that an actor took part in an event, with its role."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="participations", verbose_name="الفعالية")
    actor = models.ForeignKey(Actor, models.CASCADE, related_name="participations", verbose_name="الفاعل")
    role = models.CharField("الدور", max_length=11, choices=Role, default=Role.PARTICIPANT)

    objects = ParticipationQuerySet.as_manager()

    class Meta:
        verbose_name = "مشاركة"
        verbose_name_plural = "المشاركات"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["event", "actor", "role"], name="participation_once_per_role"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="participation_role_known"),
            *review_constraints("participation"),
        ]
        # Serves the latest events of an actor.
        indexes = [models.Index(fields=["actor", "-event"], name="participation_latest")]

    def __str__(self) -> str:
        return f"{self.actor}: {self.get_role_display()}"
