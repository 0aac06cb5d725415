"""What is done to many articles at once: publishing, taking away, source, date, event, whose they are, reviewed."""

from collections.abc import Sequence

from django import forms
from django.contrib.admin.widgets import AdminDateWidget
from django.contrib.auth import get_user_model
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from articles.admin.bulk import Bulk
from articles.admin.choosing import NamedRow
from articles.admin.digits import DateField
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
from articles.models.uncertain_date import PARTS, complete


def events_of(articles: Sequence[Article]) -> QuerySet:
    """The events that figures of the articles are about."""
    return Figure.objects.filter(article__in=articles, event__isnull=False).values_list("event", flat=True).distinct()


def take_away(articles: Sequence[Article], status: str, notice: str) -> None:
    """Withdraws or deletes: the addresses answer with a notice from now on; raises ValueError without one."""
    if not says_something(notice):
        raise ValueError("an article is taken away with a notice that tells readers why")
    _update(articles, status=status, notice=notice)


def _update(articles: Sequence[Article], **values: object) -> None:
    Article.objects.filter(pk__in=[article.pk for article in articles]).update(updated_at=timezone.now(), **values)
    if "status" in values:
        Contradiction.objects.refresh(events_of(articles))


class RemovalForm(FreshForm):
    notice = forms.CharField(
        label="السبب", max_length=300, error_messages={"required": NO_REASON}, widget=forms.TextInput(attrs={"class": "vLargeTextField"}),
        help_text="يقرؤه من يفتح عنوان المقال، مثل: سُحب بطلب من الناشر.",
    )  # fmt: skip

    def clean_notice(self) -> str:
        notice = self.cleaned_data["notice"]
        if not says_something(notice):
            raise forms.ValidationError(NO_REASON)
        return notice


class SourceForm(forms.Form):
    source = NamedRow(Source, label="المصدر", help_text="اسم مصدر معروف، بأي رسم، مثل: هسبريس.")


class EventForm(forms.Form):
    event = NamedRow(Event, label="الفعالية", help_text="عنوان فعالية محفوظة، أو رقمها.")


class DateForm(forms.Form):
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
    editor = forms.ModelChoiceField(
        get_user_model().objects.filter(is_staff=True, is_active=True), label="المحرر", required=False,
        empty_label="لا أحد", help_text="يجدها في «ما يخصني».",
    )  # fmt: skip


def _not_already(status: str) -> object:
    def check(article: Model, asked: dict) -> str:
        if article.status == status:
            return f"«{ArticleStatus(status).label}» من قبل"
        if status == ArticleStatus.PUBLISHED and article.status in TAKEN_AWAY:
            return "مسحوب أو محذوف: يعيده محرر أول من صفحته"
        return ""

    return check


def _publish(request: HttpRequest, articles: Sequence[Article], asked: dict) -> None:
    _update(articles, status=ArticleStatus.PUBLISHED)


def _withdraw(request: HttpRequest, articles: Sequence[Article], asked: dict) -> None:
    take_away(articles, ArticleStatus.WITHDRAWN, asked["notice"])


def _delete(request: HttpRequest, articles: Sequence[Article], asked: dict) -> None:
    take_away(articles, ArticleStatus.DELETED, asked["notice"])


def _set_source(request: HttpRequest, articles: Sequence[Article], asked: dict) -> None:
    _update(articles, source=asked["source"])


def _has_source(article: Article, asked: dict) -> str:
    return "هذا مصدره من قبل" if asked and article.source_id == asked["source"].pk else ""


def _set_date(request: HttpRequest, articles: Sequence[Article], asked: dict) -> None:
    value = complete(asked["date"], asked["precision"], asked["basis"], None, None)
    _update(articles, **{f"published_{part}": getattr(value, part) for part in PARTS})


def _captured_before(article: Article, asked: dict) -> str:
    """An article cannot have been published after its original was received."""
    if not asked:
        return ""
    earliest = complete(asked["date"], asked["precision"], asked["basis"], None, None).earliest
    first = article.captures.accepted().order_by("captured_at").values_list("captured_at", flat=True).first()
    # None also where the moment is beyond what Python can hold: it says nothing of the publication then.
    if first is None or timezone.localdate(first) >= earliest:
        return ""
    return f"وصل أصله في {timezone.localdate(first)}، قبل هذا التاريخ"


def _join(request: HttpRequest, articles: Sequence[Article], asked: dict) -> None:
    signed = {"state": ReviewState.CONFIRMED, "reviewed_by": request.user, "reviewed_at": timezone.now()}
    event = asked["event"]
    stored = Coverage.objects.filter(article__in=articles, event=event)
    known = set(stored.values_list("article", flat=True))
    stored.update(**signed)
    Coverage.objects.bulk_create(
        Coverage(article=article, event=event, **signed) for article in articles if article.pk not in known
    )
    confirm_subjects(Coverage.objects.filter(article__in=articles, event=event), request.user)
    Contradiction.objects.refresh([event.pk])


def _covers(article: Article, asked: dict) -> str:
    if not asked:
        return ""
    known = article.coverages.filter(event=asked["event"], state=ReviewState.CONFIRMED)
    return "مربوط بهذه الفعالية من قبل" if known.exists() else ""


def _assign(request: HttpRequest, articles: Sequence[Article], asked: dict) -> None:
    Article.objects.filter(pk__in=[article.pk for article in articles]).update(assigned_to=asked["editor"])


def _mark_checked(request: HttpRequest, articles: Sequence[Article], asked: dict) -> None:
    now = timezone.now()
    Article.objects.filter(pk__in=[article.pk for article in articles]).update(checked_at=now, checked_by=request.user)


PUBLISH = Bulk("publish", "نشر المحدد", "change", _publish, _not_already(ArticleStatus.PUBLISHED))
WITHDRAW = Bulk("withdraw", "سحب المحدد", "withdraw", _withdraw, _not_already(ArticleStatus.WITHDRAWN), RemovalForm)
DELETE = Bulk("delete", "حذف المحدد", "withdraw", _delete, _not_already(ArticleStatus.DELETED), RemovalForm)
SET_SOURCE = Bulk("set_source", "تعيين المصدر", "change", _set_source, _has_source, SourceForm)
SET_DATE = Bulk("set_date", "تعيين تاريخ النشر", "change", _set_date, _captured_before, DateForm)
JOIN_EVENT = Bulk("join_event", "الربط بفعالية", "change", _join, _covers, EventForm)
ASSIGN = Bulk("assign", "وضعها في عهدة محرر", "change", _assign, form=AssignForm)
CHECKED = Bulk(
    "mark_checked", "تمت مراجعتها", "change", _mark_checked, lambda row, asked: "روجع من قبل" if row.checked_at else ""
)
