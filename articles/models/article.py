"""Article: one news text, with its source and the date of its publication."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, JSONObject, Left
from django.db.models.sql.compiler import SQLCompiler
from django.urls import reverse

from articles.arabic.text_gate import clean_body
from articles.models import field_types
from articles.models.carrying import LostWords, carry_facts
from articles.models.history import event_model_of, with_history
from articles.models.limits import Limited, day_messages, indexed_messages, moments_within, publication_days
from articles.models.merged import Mergeable, not_into_itself
from articles.models.public import has, public_article, related_rows
from articles.models.source import Source
from articles.models.text_fields import AddressField, BodyField, LineField, RowsField
from articles.models.uncertain_date import Precision, UncertainDate, date_constraints
from articles.platform.calendar_bounds import FIRST_DAY, LAST_DAY, READABLE_MOMENTS

# The length of the part of the body that a list shows, in code points.
LEAD_LENGTH = 320
# Stands for the date of articles without any known date: newest first, they come after all others.
BEFORE_ALL_DATES = date(1, 1, 1)
# The expression by which searches look up articles. The index article_terms holds it
# (articles/search/sql/0001_functions.sql).
SEARCH_TERMS = models.Func(
    F("search_vector"), F("word_count"), function="archive_terms", output_field=SearchVectorField()
)


@SearchVectorField.register_lookup
class Matches(field_types.Lookup[str]):
    """The lookup `search_terms__matches="'lexeme' & …"`: a vector or the terms match a tsquery of finished lexemes.

    The tsquery stands in a subquery of its own. The planner has no statistics for it, and would otherwise read the
    whole table for a tsquery with many alternatives.
    """

    lookup_name = "matches"

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, list[Any]]:
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        return f"{left} @@ (SELECT {right}::tsquery)", [*left_params, *right_params]


# The precisions of a publication date that is known to the year at most. They are plain values, because migrations
# write them into the condition of an index.
VAGUE = (Precision.YEAR.value, Precision.UNKNOWN.value)


def can_be_published(first: date | None, last: date | None) -> Q:
    """Returns the condition that the publication of an article can lie from `first` to `last`, both inclusive.

    None excludes nothing on its side.
    """
    condition = Q()
    if first:
        condition &= Q(published_latest__gte=first) | Q(published_latest__isnull=True)
        # If the month is known, `published_order` lies in the same month. So for articles that are not vague only this
        # part of its index is read.
        condition &= Q(published_order__gte=first.replace(day=1)) | Q(published_precision__in=VAGUE)
    if last:
        # `published_order` is never after the earliest possible day, so that the index of the order can be read from
        # `last`.
        condition &= Q(published_order__lte=last) & (
            Q(published_earliest__lte=last) | Q(published_earliest__isnull=True)
        )
    return condition


class ArticleStatus(models.TextChoices):
    """The states of an article; only published ones are public."""

    DRAFT = "draft", "مسودة"
    PUBLISHED = "published", "منشور"
    WITHDRAWN = "withdrawn", "مسحوب"
    DELETED = "deleted", "محذوف"


class TitleOrigin(models.TextChoices):
    """Where the title of an article comes from: the text, the beginning of the text, or an editor."""

    STATED = "stated", "من النص"
    MADE = "made", "مصوغ من مطلع النص"
    EDITOR = "editor", "كتبه محرر"


# A code of a language: its subtag, which script and region may follow (RFC 5646): «ar», «ar-MA», «zh-Hant». Case is
# ignored.
LANGUAGE = "[a-z]{2,3}(?:[-_][a-z0-9]{2,8})*"
# The states of articles that an editor removed. If an article was ever public (`once_public`), its address answers with
# a notice. Its captures and its history stay.
TAKEN_AWAY = (ArticleStatus.WITHDRAWN, ArticleStatus.DELETED)


NO_REASON = "اكتب سبب السحب أو الحذف: يقرؤه من يفتح عنوان المقال."


def says_something(text: str) -> bool:
    """Returns whether a text has a letter or a digit. A text of nothing but direction marks looks empty."""
    return any(map(str.isalnum, text))


class ArticleQuerySet(models.QuerySet["Article"]):
    """Articles that a query selects."""

    def public(self) -> Self:
        """Returns articles that readers may see: published and not merged into another."""
        return self.filter(public_article())

    def once_public(self) -> Self:
        """Returns articles that are public, or that the history shows to have been public.

        These were withdrawn, deleted, merged or made drafts again. Readers learn nothing of any other article, not even
        that it exists.
        """
        versions = event_model_of(Article).objects.filter(public_article(), pgh_obj=OuterRef("pk"))
        return self.filter(public_article() | has(versions))

    def unchecked(self) -> Self:
        """Returns articles that wait for an editor: not marked as reviewed, not withdrawn or deleted,
        and not merged.
        """
        return self.filter(checked_at__isnull=True, merged_into__isnull=True).exclude(status__in=TAKEN_AWAY)

    def reported_between(self, first: date | None, last: date | None) -> Self:
        """Returns articles whose publication can lie from `first` to `last`, both inclusive.

        None excludes nothing on its side.
        """
        return self.filter(can_be_published(first, last))

    def surely_between(self, first: date, last: date) -> Self:
        """Returns articles whose publication certainly lies from `first` to `last`, both inclusive."""
        # Their `published_order` lies there too, so that only this part of its index is read.
        within = Q(published_order__gte=first, published_order__lte=last)
        return self.filter(within, published_earliest__gte=first, published_latest__lte=last)

    def dated(self) -> Self:
        """Returns articles with at least a known earliest day of publication."""
        return self.filter(published_order__range=(FIRST_DAY, LAST_DAY))

    def perhaps_between(self, first: date, last: date) -> Self:
        """Returns articles whose publication can lie from `first` to `last`, both inclusive, but can also lie outside.

        The days must be those of one whole month or year.
        """
        vague = self.filter(published_precision__in=VAGUE).reported_between(first, last)
        return vague.exclude(published_earliest__gte=first, published_latest__lte=last)

    def naming(self, *actors: object) -> Self:
        """Returns articles with a standing mention of any of `actors`."""
        return self.filter(
            pk__in=related_rows(Article, "mentions").standing().filter(actor__in=actors).values("article")
        )

    def reporting(self, *events: object) -> Self:
        """Returns articles with a standing coverage of any of `events`."""
        return self.filter(
            pk__in=related_rows(Article, "coverages").standing().filter(event__in=events).values("article")
        )

    def searchable(self) -> Self:
        """Adds the alias `search_terms` for filters, which the index article_terms serves."""
        return self.alias(search_terms=SEARCH_TERMS)

    def newest(self) -> Self:
        """Orders by publication, newest first.

        Articles with an unknown day are ordered by their earliest possible day.
        """
        return self.order_by("-published_order", "-id")

    def in_order_of(self, ids: Sequence[int]) -> Self:
        """Returns articles with the primary keys `ids`, in the order of `ids`."""
        place = models.Func(Value(list(ids), ArrayField(models.BigIntegerField())), F("pk"), function="array_position")
        return self.filter(pk__in=ids).order_by(place)

    def with_latest_capture(self) -> Self:
        """Adds `capture`, the latest accepted capture: {"sha256", "size", "captured_at"}, or None.

        "captured_at" is in ISO 8601; it is None for a moment that Python cannot hold.
        """
        moment = models.Case(models.When(captured_at__range=READABLE_MOMENTS, then=F("captured_at")))
        columns = JSONObject(sha256="sha256", size="size", captured_at=moment)
        captures = (
            related_rows(Article, "captures").accepted().filter(article=OuterRef("pk")).order_by("-captured_at", "-id")
        )
        return self.annotate(capture=Subquery(captures.values(columns=columns)[:1]))

    def for_listing(self) -> Self:
        """Reads what a list shows, without the body. Adds `lead`, the first LEAD_LENGTH code points of the body."""
        return self.defer("body", "set_aside").select_related("source").annotate(lead=Left("body", LEAD_LENGTH))


# The type check reads the base class of the manager from an assignment of its own.
_ArticleManager = models.Manager.from_queryset(ArticleQuerySet)


class ArticleManager(_ArticleManager["Article"]):
    """Never loads the search vector, which is as large as the text and which only the database uses."""

    def get_queryset(self) -> ArticleQuerySet:
        return super().get_queryset().defer("search_vector")  # type: ignore[return-value] # The base class makes one.


@with_history("published_order", "search_vector", "updated_at", "word_count")
class Article(Limited, Mergeable):
    """A news text as the archive shows it.

    `lost_words` holds the words that reviewed facts lost in the last save of this object (articles/models/carrying.py).
    """

    lost_words: Sequence[LostWords] = ()

    # The columns of `published`.
    published_date: date | None
    published_precision: str
    published_basis: str
    published_earliest: date | None
    published_latest: date | None
    # What `with_latest_capture` and `for_listing` add, and what searches do (articles/search/snippets.py, related.py).
    capture: dict[str, Any] | None
    lead: str
    positions: dict[str, list[int]] | None
    frequent: dict[str, int] | None

    title = LineField("العنوان", max_length=500)
    title_origin = models.CharField("أصل العنوان", max_length=6, choices=TitleOrigin, default=TitleOrigin.STATED)
    body = BodyField("النص", help_text="فقرات يفصل بينها سطر فارغ.")
    author = LineField("الكاتب", max_length=200, blank=True)
    section = LineField("القسم", max_length=100, blank=True)
    source = models.ForeignKey(
        Source, models.PROTECT, null=True, blank=True, related_name="articles", verbose_name="المصدر"
    )
    url = AddressField("الرابط", max_length=2000, blank=True)
    published = UncertainDate("تاريخ النشر")
    published_order = models.GeneratedField(
        expression=Coalesce(F("published_date"), F("published_earliest"), Value(BEFORE_ALL_DATES)),
        output_field=models.DateField(),
        db_persist=True,
    )
    date_statements = RowsField(
        "ما ذُكر من تواريخ النشر",
        shape={"where": str, "quote": str, "earliest": str, "latest": str},
        default=list,
        blank=True,
        editable=False,
        help_text="كل موضع ذُكر فيه تاريخ النشر، بلفظه ومداه.",
    )
    language = LineField("اللغة", max_length=8, default="ar")
    status = models.CharField("الحالة", max_length=9, choices=ArticleStatus, default=ArticleStatus.PUBLISHED)
    notice = LineField(
        "سبب السحب أو الحذف",
        max_length=300,
        blank=True,
        help_text="يقرؤه من يفتح عنوان المقال بعد سحبه، مثل: سُحب بطلب من الناشر.",
    )
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, db_index=False, related_name="+",
        limit_choices_to={"is_staff": True, "is_active": True}, verbose_name="في عهدة", help_text="المحرر الذي يراجع المقال، ويجده في «ما يخصني».",
    )  # fmt: skip
    checked_at = models.DateTimeField("تمت مراجعته في", null=True, blank=True, editable=False)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, db_index=False,
        related_name="+", verbose_name="راجعه",
    )  # fmt: skip
    word_count = models.PositiveIntegerField("عدد الكلمات", default=0, editable=False)
    set_aside = RowsField(
        "ما عُزل عن النص",
        shape={"line": int, "text": str},
        default=list,
        blank=True,
        editable=False,
        help_text="أسطر الأصل التي ليست من متن المقال: رقم السطر ونوعه ونصه.",
    )
    created_at = models.DateTimeField("أضيف في", auto_now_add=True)
    updated_at = models.DateTimeField("عُدل في", auto_now=True)
    search_vector = models.GeneratedField(
        expression=models.Func(F("title"), F("body"), function="archive_vector"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = ArticleManager()

    class Meta:
        verbose_name = "مقال"
        verbose_name_plural = "المقالات"
        base_manager_name = "objects"
        get_latest_by = "published_order"
        permissions = [("withdraw_article", "يسحب المقالات ويحذفها"), ("ingest_article", "يرفع ملفات ويجلب صفحات")]
        constraints = [
            *date_constraints("article", "published"),
            *moments_within("article", "checked_at", "created_at", "updated_at"),
            not_into_itself("article"),
            models.CheckConstraint(condition=Q(status__in=ArticleStatus.values), name="article_status_known"),
            models.CheckConstraint(condition=~Q(title="") & ~Q(body=""), name="article_title_and_body"),
            models.UniqueConstraint(
                fields=["url"],
                condition=~Q(url=""),
                name="article_one_url",
                violation_error_message="في الأرشيف مقال آخر بهذا الرابط.",
            ),
        ]
        indexes = [
            # How long its pending list may grow is for each session to say (articles/platform/pending_lists.py).
            GinIndex(SEARCH_TERMS, name="article_terms"),
            models.Index(F("published_order").desc(), F("id").desc(), name="article_newest"),
            # Counts and filters a source's public articles without reading them.
            models.Index(
                "source",
                F("published_order").desc(),
                F("id").desc(),
                condition=Q(status="published", merged_into__isnull=True),
                name="article_source_public",
            ),
            models.Index(fields=["published_earliest", "published_latest"], name="article_interval"),
            # The few articles that perhaps belong to a year or month, which its page shows separately.
            models.Index(
                F("published_order").desc(),
                F("id").desc(),
                condition=Q(published_precision__in=VAGUE),
                name="article_vague_newest",
            ),
            models.Index(fields=["status", "-created_at"], name="article_status_created"),
            # Articles that wait for review, and those that are assigned to an editor.
            models.Index(F("id").desc(), condition=Q(checked_at__isnull=True), name="article_unchecked"),
            models.Index(
                "assigned_to",
                F("id").desc(),
                condition=Q(assigned_to__isnull=False, checked_at__isnull=True),
                name="article_assigned",
            ),
            # Libraries harvest changes in this order.
            models.Index(fields=["updated_at", "id"], name="article_updated"),
        ]

    def __str__(self) -> str:
        return self.title

    def beyond_limits(self) -> Iterator[tuple[str, str]]:
        yield from day_messages(self, "published", publication_days())
        yield from indexed_messages("url", self.url)
        if self.language and not re.fullmatch(LANGUAGE, self.language, re.IGNORECASE | re.ASCII):
            yield "language", "اكتب رمز لغة، مثل ar أو ar-MA."

    def clean(self) -> None:
        """Checks the notice and the address.

        Raises ValidationError if a removed article has no notice for readers, or if another article has its address.
        """
        if self.status in TAKEN_AWAY and not says_something(self.notice):
            raise ValidationError({"notice": NO_REASON})
        if self.url and Article.objects.filter(url=self.url).exclude(pk=self.pk).exists():
            raise ValidationError({"url": "مقال آخر له هذا الرابط."})

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Stores the article, and moves the spans of its facts with their words if its body changes.

        Both happen in one transaction. The words that reviewed facts lost thereby are in `lost_words` until the next
        save.
        """
        self.body = clean_body(self.body)
        self.word_count = len(self.body.split())
        self.lost_words = []
        with transaction.atomic():
            before = self._stored_body(kwargs.get("update_fields"))
            super().save(*args, **kwargs)
            if before is not None and before != self.body:
                self.lost_words = carry_facts(self, before)

    def _stored_body(self, update_fields: Iterable[str] | None) -> str | None:
        """Returns the stored body that this save replaces, and locks the row.

        Returns None for a new article, or if the save does not write the body.
        """
        if self.pk is None or (update_fields is not None and "body" not in update_fields):
            return None
        stored = Article.objects.select_for_update(of=("self",)).filter(pk=self.pk)
        return stored.values_list("body", flat=True).first()

    def get_absolute_url(self) -> str:
        """Returns the path of the article's page in the active language."""
        return reverse("article", args=[self.pk])

    @property
    def is_public(self) -> bool:
        """Returns whether the article is published. A merged article can be; readers are led from it to the row that
        stays.
        """
        return self.status == ArticleStatus.PUBLISHED

    @property
    def paragraphs(self) -> list[tuple[int, str]]:
        """Returns the paragraphs of the body: pairs of (offset in the body in code points, text)."""
        paragraphs, start = [], 0
        for paragraph in self.body.split("\n\n"):
            paragraphs.append((start, paragraph))
            start += len(paragraph) + 2
        return paragraphs

    @property
    def is_shown(self) -> bool:
        """Returns whether readers see the article itself: it is published and not merged into another."""
        return self.is_public and self.merged_into_id is None

    @property
    def date_conflicts(self) -> list[dict[str, str | None]]:
        """Returns the statements of a publication date that disagree with the stored date by more than one day.

        One day is allowed for differences of time zones.
        """
        publication = self.published
        if publication.earliest is None or publication.latest is None:
            return []
        # The first and the last day that Python can hold have no neighbour.
        first = publication.earliest - timedelta(days=publication.earliest > date.min)
        last = publication.latest + timedelta(days=publication.latest < date.max)
        return [
            statement
            for statement in self.date_statements
            if statement["earliest"] > last.isoformat() or statement["latest"] < first.isoformat()
        ]
