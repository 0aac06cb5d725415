"""The bulk actions of articles: publish, withdraw, delete, set source, date or event, assign, and mark as reviewed."""

from collections.abc import Callable, Sequence

from django import forms
from django.contrib.admin.widgets import AdminDateWidget
from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from articles.admin.bulk import Bulk
from articles.admin.choosing import NamedRow
from articles.admin.digits import DateField
from articles.admin.editor import editor_of
from articles.admin.security import FreshForm
from articles.curation.confirming import confirm_subjects
from articles.models import (
    TAKEN_AWAY,
    Article,
    ArticleStatus,
    Basis,
    Contradiction,
    Coverage,
    Event,
    Figure,
    Precision,
    ReviewState,
    Source,
)
from articles.models.article import NO_REASON, says_something
from articles.models.limits import check_publication_day
from articles.models.uncertain_date import DATE_PARTS, complete


def events_of(articles: Sequence[Article]) -> QuerySet:
    """Returns the keys of the events that figures of the articles are about."""
    return Figure.objects.filter(article__in=articles, event__isnull=False).values_list("event", flat=True).distinct()


def take_away(articles: Sequence[Article], status: str, notice: str) -> None:
    """Withdraws or deletes articles, whose addresses answer with the notice from now on.

    `status` is WITHDRAWN or DELETED. Raises ValueError if the notice says nothing.
    """
    if not says_something(notice):
        raise ValueError("an article is taken away with a notice that tells readers why")
    _update(articles, status=status, notice=notice)


def _update(articles: Sequence[Article], **values: object) -> None:
    """Stores the values on the articles. A new status may change which figures contradict each other."""
    Article.objects.filter(pk__in=[article.pk for article in articles]).update(updated_at=timezone.now(), **values)
    if "status" in values:
        Contradiction.objects.refresh(events_of(articles))


class RemovalForm(FreshForm):
    """Asks for the notice at the address of a withdrawn or deleted article, and for the password if it is not fresh."""

    notice = forms.CharField(
        label="السبب", max_length=300, error_messages={"required": NO_REASON}, widget=forms.TextInput(attrs={"class": "vLargeTextField"}),
        help_text="يقرؤه من يفتح عنوان المقال، مثل: سُحب بطلب من الناشر.",
    )  # fmt: skip

    def clean_notice(self) -> str:
        """Returns the reason that readers will see. Raises ValidationError if it says nothing visible."""
        notice = self.cleaned_data["notice"]
        if not says_something(notice):
            raise forms.ValidationError(NO_REASON)
        return notice


class SourceForm(forms.Form):
    """Asks for the source of articles."""

    source = NamedRow(Source, label="المصدر", help_text="اسم مصدر معروف، بأي رسم، مثل: هسبريس.")


class EventChoiceForm(forms.Form):
    """Asks for the event that articles report."""

    event = NamedRow(Event, label="الفعالية", help_text="عنوان فعالية محفوظة، أو رقمها.")


class DateForm(forms.Form):
    """Asks for a date of publication, with its precision and basis."""

    date = DateField(
        label="التاريخ", widget=AdminDateWidget, validators=[check_publication_day],
        help_text="مثل: 2024-11-05، أو 5/11/2024، أو 5 نونبر 2024. للشهر أو السنة يكفي أي يوم منهما.",
    )  # fmt: skip
    precision = forms.ChoiceField(
        label="الدقة", choices=[pair for pair in Precision.choices if pair[0] != Precision.UNKNOWN],
    )  # fmt: skip
    basis = forms.ChoiceField(
        label="الأساس",
        choices=Basis.choices,
        initial=Basis.EDITOR,
        help_text="من أين عُرف: من النص، أو استنتاجا، أو من المحرر.",
    )


class AssignForm(forms.Form):
    """Asks for the editor to whom articles are assigned. Without one, the assignment is removed."""

    editor = forms.ModelChoiceField(
        get_user_model().objects.filter(is_staff=True, is_active=True), label="المحرر", required=False,
        empty_label="لا أحد", help_text="يجدها في «ما يخصني».",
    )  # fmt: skip


def _not_already(status: str) -> Callable[[Article, dict], str]:
    """Makes a check that an article can get the status. Only a senior editor brings back a withdrawn or deleted one."""

    def check(article: Article, cleaned: dict) -> str:
        if article.status == status:
            return f"«{ArticleStatus(status).label}» من قبل"
        if status == ArticleStatus.PUBLISHED and article.status in TAKEN_AWAY:
            return "مسحوب أو محذوف: يعيده محرر أول من صفحته"
        return ""

    return check


def _publish(request: HttpRequest, articles: Sequence[Article], cleaned: dict) -> None:
    _update(articles, status=ArticleStatus.PUBLISHED)


def _withdraw(request: HttpRequest, articles: Sequence[Article], cleaned: dict) -> None:
    take_away(articles, ArticleStatus.WITHDRAWN, cleaned["notice"])


def _delete(request: HttpRequest, articles: Sequence[Article], cleaned: dict) -> None:
    take_away(articles, ArticleStatus.DELETED, cleaned["notice"])


def _set_source(request: HttpRequest, articles: Sequence[Article], cleaned: dict) -> None:
    _update(articles, source=cleaned["source"])


def _why_not_given_source(article: Article, cleaned: dict) -> str:
    return "هذا مصدره من قبل" if cleaned and article.source_id == cleaned["source"].pk else ""


def _set_date(request: HttpRequest, articles: Sequence[Article], cleaned: dict) -> None:
    value = complete(cleaned["date"], cleaned["precision"], cleaned["basis"], None, None)
    _update(articles, **{f"published_{part}": getattr(value, part) for part in DATE_PARTS})


def _captured_before(article: Article, cleaned: dict) -> str:
    """Refuses a date of publication that is later than the article's first capture."""
    if not cleaned:
        return ""
    earliest = complete(cleaned["date"], cleaned["precision"], cleaned["basis"], None, None).earliest
    first_captured_at = (
        article.captures.accepted().order_by("captured_at").values_list("captured_at", flat=True).first()
    )
    # None, too, if the moment is out of Python's range; then it says nothing about the publication.
    if first_captured_at is None or earliest is None or timezone.localdate(first_captured_at) >= earliest:
        return ""
    return f"وصل أصله في {timezone.localdate(first_captured_at)}، قبل هذا التاريخ"


def _join(request: HttpRequest, articles: Sequence[Article], cleaned: dict) -> None:
    """Joins articles to the event of the form: confirms the coverage that exists and adds the rest as confirmed.

    Confirms the event too if it was only suggested, and brings its contradictions up to date.
    """
    decision = {"state": ReviewState.CONFIRMED, "reviewed_by": request.user, "reviewed_at": timezone.now()}
    event = cleaned["event"]
    stored_coverage = Coverage.objects.filter(article__in=articles, event=event)
    covered_keys = set(stored_coverage.values_list("article", flat=True))
    stored_coverage.update(**decision)
    Coverage.objects.bulk_create(
        Coverage(article=article, event=event, **decision) for article in articles if article.pk not in covered_keys
    )
    confirm_subjects(Coverage.objects.filter(article__in=articles, event=event), editor_of(request))
    Contradiction.objects.refresh([event.pk])


def _why_not_joined(article: Article, cleaned: dict) -> str:
    """Says that the article is joined to the event already; empty if it is not, and before the form is filled."""
    if not cleaned:
        return ""
    confirmed_coverage = article.coverages.filter(event=cleaned["event"], state=ReviewState.CONFIRMED)
    return "مربوط بهذه الفعالية من قبل" if confirmed_coverage.exists() else ""


def _assign(request: HttpRequest, articles: Sequence[Article], cleaned: dict) -> None:
    Article.objects.filter(pk__in=[article.pk for article in articles]).update(assigned_to=cleaned["editor"])


def _mark_checked(request: HttpRequest, articles: Sequence[Article], cleaned: dict) -> None:
    now = timezone.now()
    Article.objects.filter(pk__in=[article.pk for article in articles]).update(checked_at=now, checked_by=request.user)


PUBLISH = Bulk("publish", "نشر المحدد", "change", _publish, _not_already(ArticleStatus.PUBLISHED))
WITHDRAW = Bulk("withdraw", "سحب المحدد", "withdraw", _withdraw, _not_already(ArticleStatus.WITHDRAWN), RemovalForm)
DELETE = Bulk("delete", "حذف المحدد", "withdraw", _delete, _not_already(ArticleStatus.DELETED), RemovalForm)
SET_SOURCE = Bulk("set_source", "تعيين المصدر", "change", _set_source, _why_not_given_source, SourceForm)
SET_DATE = Bulk("set_date", "تعيين تاريخ النشر", "change", _set_date, _captured_before, DateForm)
JOIN_EVENT = Bulk("join_event", "الربط بفعالية", "change", _join, _why_not_joined, EventChoiceForm)
ASSIGN = Bulk("assign", "وضعها في عهدة محرر", "change", _assign, form=AssignForm)
CHECKED = Bulk(
    "mark_checked",
    "تمت مراجعتها",
    "change",
    _mark_checked,
    lambda row, cleaned: "روجع من قبل" if row.checked_at else "",
)
