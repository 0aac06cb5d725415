"""The desk's start page: what waits for editors, with counts, ages and links, for all editors or for the user only."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from articles.admin.decisions import FACT_MODELS
from articles.admin.editor import editor_of
from articles.admin.review_queue import of_kind, undecided_date
from articles.models import Actor, Article, Capture, Contradiction, Coverage, Delivery, Event, Figure, Mention, Reprint
from articles.models.heartbeat import nightly_state
from articles.site.words_for import ago, number

# Counts stop here, so that the page opens as quickly if a million rows wait. A judgement: to an editor, more than a
# thousand is the same as a thousand.
MOST_WAITING_COUNTED = 1_000
# The newest suggestions of a kind whose articles are looked at for a count. A judgement, for the same reason; those of
# reviewed articles are then left out.
MOST_LOOKED_AT = 2_000
_SUGGESTED = "state__exact=suggested"


@dataclass(frozen=True)
class Counted:
    """A bounded count of the rows that wait.

    rows: the number of rows, at most MOST_LOOKED_AT + 1.
    or_more: whether some rows were not looked at, so that there may be more.
    """

    rows: int
    or_more: bool = False

    def __str__(self) -> str:
        if self.rows > MOST_WAITING_COUNTED:
            return f"أكثر من {number(MOST_WAITING_COUNTED)}"
        return f"{number(self.rows)} على الأقل" if self.or_more else number(self.rows)


@dataclass(frozen=True)
class Waiting:
    """One line of the start page.

    name: the kind of what waits, as editors read it.
    count: how many rows wait.
    oldest: since when the oldest row waits; None if nothing waits or the moment is unknown.
    links: label and address of each way through the queue, such as the oldest or the least sure first.
    list_address: the address of the list of the rows.
    """

    name: str
    count: Counted
    oldest: datetime | None
    links: tuple[tuple[str, str], ...]
    list_address: str


def waiting(request: HttpRequest) -> dict[str, object]:
    """Returns the context of the start page, for the nouns that the user may view. `?mine=1` limits it to their own."""
    mine = request.GET.get("mine") == "1"
    lines = [line for noun, line in _lines(request, mine) if request.user.has_perm(f"articles.view_{noun}")]
    may = request.user.has_perm
    return {
        "lines": lines, "mine": mine, "may_ingest": may("articles.ingest_article"), "may_merge": may("articles.merge_actor"),
        "warnings": _warnings(), "nothing": not any(line.count.rows for line in lines),
    }  # fmt: skip


def _warnings() -> list[str]:
    """Returns warnings about the nightly run. The template admin/desk/processing.html warns about deliveries."""
    warnings = []
    nightly = nightly_state()
    if nightly.failed:
        warnings.append(
            f"تعذر بعض أعمال الليلة الماضية: {'، '.join(NIGHTLY_PARTS.get(part, part) for part in nightly.failed)}."
        )
    if nightly.overdue and nightly.success_seconds is not None:
        warnings.append(f"لم تنجح أعمال الليل منذ {ago(nightly.success_seconds)}.")
    elif nightly.overdue:
        warnings.append("لم تنجح أعمال الليل قط.")
    return warnings


# The names of the parts of the nightly run (articles/upkeep/nightly.py), as editors read them.
NIGHTLY_PARTS = {
    "refresh_search_statistics": "إحصاءات البحث", "check_archive": "فحص المحفوظات", "clearsessions": "حذف الجلسات المنتهية",
    "axes_reset_logs": "حذف سجل الدخول القديم", "backup": "النسخة الاحتياطية",
}  # fmt: skip


def _lines(request: HttpRequest, mine: bool) -> list[tuple[str, Waiting]]:
    """Returns the lines of the start page, each with the noun that a user must be allowed to view."""
    articles = Article.objects.unchecked()
    if mine:
        articles = articles.filter(assigned_to=editor_of(request))

    def facts(model: type[Any]) -> Counted:
        """Counts the suggestions of articles that wait. Those of a reviewed article do not count."""
        rows = model.objects.suggested().order_by("-pk")
        if mine:
            return _counted(rows.filter(article__in=articles))
        newest = list(rows.values_list("article", flat=True)[: MOST_LOOKED_AT + 1])
        wait = set(articles.filter(pk__in=set(newest)).values_list("pk", flat=True))
        return Counted(sum(article in wait for article in newest), len(newest) > MOST_LOOKED_AT)

    lines = [
        ("article", _articles("مقالات لم تُراجع", articles, _counted(articles), "", mine)),
        ("mention", _articles("فاعلون مذكورون", articles, facts(Mention), "mention", mine)),
        ("coverage", _articles("فعاليات مغطاة", articles, facts(Coverage), "coverage", mine)),
        ("figure", _articles("أرقام", articles, facts(Figure), "figure", mine)),
        (
            "article",
            _articles("تواريخ نشر غير محسومة", articles, _counted(articles.filter(undecided_date())), "date", mine),
        ),
        ("reprint", _articles("نصوص مكررة محتملة", articles, facts(Reprint), "reprint", mine)),
    ]
    if not mine:
        lines += [
            (
                "actor",
                _own("فاعلون جدد مقترحون", Actor.objects.suggested().filter(merged_into=None), "actor", _SUGGESTED),
            ),
            (
                "event",
                _own("فعاليات جديدة مقترحة", Event.objects.suggested().filter(merged_into=None), "event", _SUGGESTED),
            ),
            (
                "contradiction",
                _own(
                    "أرقام متعارضة",
                    Contradiction.objects.suggested().filter(is_open=True),
                    "contradiction",
                    f"{_SUGGESTED}&is_open__exact=1",
                ),
            ),
        ]
        lines.append(("capture", _own("نسخ تنتظر محررا", Capture.objects.waiting(), "capture", "state__exact=waiting")))
    troubled = Delivery.objects.troubled()
    if mine:
        troubled = troubled.filter(by=editor_of(request))
    lines.append(("delivery", _own("واردات تعذر بعضها", troubled, "delivery", "trouble=yes")))
    return lines


def _counted(rows: QuerySet) -> Counted:
    return Counted(rows.order_by()[: MOST_WAITING_COUNTED + 1].count())


def _articles(name: str, articles: QuerySet, count: Counted, kind: str, mine: bool) -> Waiting:
    """Makes the line of a kind that is reviewed on the review screen. `kind` is as for `of_kind`."""
    scored = kind in FACT_MODELS
    oldest = of_kind(articles, kind).order_by("id").values_list("created_at", flat=True).first() if count.rows else None
    review = f"{reverse('admin:review_next')}?kind={kind}&mine={int(mine)}&order="
    orders = [
        ("الأقدم", "old"),
        ("الأحدث", "new"),
        *([("الأقل ثقة", "unsure"), ("الأكثر ثقة", "sure")] if scored else []),
    ]
    links = tuple((label, review + order) for label, order in orders) if count.rows else ()
    noun = kind if kind in FACT_MODELS else "article"
    list_filter = "checked=mine" if mine and noun == "article" else "checked=no" if noun == "article" else _SUGGESTED
    return Waiting(name, count, oldest, links, f"{reverse(f'admin:articles_{noun}_changelist')}?{list_filter}")


def _own(name: str, rows: QuerySet, noun: str, condition: str) -> Waiting:
    """Makes the line of a noun that is reviewed in its own list. `condition` is the list's query string."""
    address = f"{reverse(f'admin:articles_{noun}_changelist')}?{condition}"
    times = {"contradiction": "found_at", "delivery": "brought_at", "capture": "captured_at"}
    count = _counted(rows)
    oldest = rows.order_by("id").values_list(times[noun], flat=True).first() if noun in times and count.rows else None
    links = [("القائمة", address)]
    columns = list(admin.site.get_model_admin(rows.model).list_display)
    if "score" in columns:
        by_score = columns.index("score") + 1
        links += [("الأقل ثقة", f"{address}&o={by_score}"), ("الأكثر ثقة", f"{address}&o=-{by_score}")]
    return Waiting(name, count, oldest, tuple(links) if count.rows else (), address)
