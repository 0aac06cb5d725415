"""Review of one article on one screen, and the next in the queue without going back."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from articles.admin.choosing import MODELS, offered
from articles.admin.decisions import (
    DATE,
    KINDS,
    AddForm,
    Outcome,
    add,
    decide,
    key_of,
    narrow,
)
from articles.admin.pages import desk_page
from articles.models import Alias, Article, Basis, Measure, Precision, Qualifier, Reprint
from articles.models.history import operation
from articles.models.keys import read_key
from articles.site.annotation import paragraphs
from articles.site.words_for import archive_date, figure_value

ORDERS = ("new", "old", "unsure", "sure")
# A select box offers no more measures than these.
MOST_MEASURES = 300
_SKIPPED, _MOST_SKIPPED = "skipped", 200


@dataclass(frozen=True)
class Turn:
    """Which queue an editor works through: the kind of suggestion, the order, one's own articles or all."""

    kind: str = ""
    order: str = "new"
    mine: bool = False

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> "Turn":
        kind, order = asked.get("kind", ""), asked.get("order", "")
        known = {*KINDS, DATE}
        return cls(kind if kind in known else "", order if order in ORDERS else "new", asked.get("mine") == "1")

    @property
    def query(self) -> str:
        return f"kind={self.kind}&order={self.order}&mine={int(self.mine)}"

    def next(self, request: HttpRequest, after: int | None = None) -> int | None:
        """The article whose turn it is, but for `after` and those skipped in this session; None at the end."""
        skipped = {*request.session.get(_SKIPPED, []), *([after] if after else [])}
        waiting = Article.objects.unchecked()
        if self.mine:
            waiting = waiting.filter(assigned_to=request.user)
        if self.order in {"unsure", "sure"} and self.kind != DATE:
            return self._by_score(waiting, skipped)
        waiting = of_kind(waiting.exclude(pk__in=skipped), self.kind)
        return waiting.order_by("id" if self.order == "old" else "-id").values_list("pk", flat=True).first()

    def _by_score(self, waiting: QuerySet, skipped: set[int]) -> int | None:
        sign = "" if self.order == "unsure" else "-"
        best: list[tuple[float, int]] = []
        for model in (KINDS[self.kind],) if self.kind else KINDS.values():
            rows = (
                model.objects.suggested().filter(article__in=waiting, score__isnull=False).exclude(article__in=skipped)
            )
            best += rows.order_by(f"{sign}score", f"{sign}id").values_list("score", "article")[:1]
        return min(best, key=lambda pair: pair[0] if not sign else -pair[0])[1] if best else None


def of_kind(articles: QuerySet, kind: str) -> QuerySet:
    """Those of the articles of which something of that kind is suggested; all where no kind is named."""
    if kind == DATE:
        return articles.filter(undecided_date())
    if kind:
        return articles.filter(Exists(KINDS[kind].objects.suggested().filter(article=OuterRef("pk"))))
    return articles


def undecided_date() -> Q:
    """Articles whose day of publication the rules inferred, or do not know, and no editor has set."""
    inferred = Q(published_basis=Basis.INFERRED)
    return inferred | Q(published_precision=Precision.UNKNOWN) & ~Q(published_basis=Basis.EDITOR)


@dataclass(frozen=True)
class Item:
    """One line beside the text: a fact with its state, what the rules said of it, and what can be corrected."""

    key: str
    noun: str
    label: str
    detail: str
    row: object
    state: str
    score: float | None
    reviewer: str


@desk_page("review/", "review_next")
def first(request: HttpRequest) -> HttpResponse:
    """Leads to the article whose turn it is."""
    turn = Turn.of(request.GET)
    if not request.user.has_perm("articles.view_article"):
        raise PermissionDenied
    if pk := turn.next(request):
        return redirect(f"{reverse('admin:review', args=[pk])}?{turn.query}")
    messages.success(request, "لا شيء ينتظر في هذا الصف.")
    request.session.pop(_SKIPPED, None)
    return redirect("admin:index")


@desk_page("review/<int:pk>/", "review")
def review_page(request: HttpRequest, pk: int) -> HttpResponse:
    if not request.user.has_perm("articles.view_article"):
        raise PermissionDenied
    article = get_object_or_404(Article.objects.select_related("source", "assigned_to", "checked_by"), pk=pk)
    turn = Turn.of(request.GET)
    if request.method == "POST":
        if not request.user.has_perm("articles.change_article"):
            raise PermissionDenied
        return _answer(request, article, turn)
    return _page(request, article, turn, AddForm(article=article))


def _answer(request: HttpRequest, article: Article, turn: Turn) -> HttpResponse:
    posted = request.POST
    wants_json = "application/json" in request.headers.get("Accept", "")
    outcome, form = Outcome(), AddForm(article=article)
    with transaction.atomic(), operation(what="مراجعة مقال"):
        article = Article.objects.select_for_update(of=("self",)).select_related("source").get(pk=article.pk)
        if "narrow" in posted:
            alias = get_object_or_404(Alias, pk=read_key(posted["narrow"]))
            count = narrow(request, alias, reject_others="reject_others" in posted)
            messages.success(request, f"لن يُقترح «{alias.name}» في النصوص بعد الآن. رُفض من المقترح به: {count}.")
        elif "add" in posted:
            form = AddForm(posted, article=article)
            if form.is_valid() and (added := add(request, article, form)):
                outcome.added.append(key_of(added))
                messages.success(request, "أضيف إلى المقال.")
                form = AddForm(article=article)
        elif "take" in posted:
            Article.objects.filter(pk=article.pk).update(assigned_to=request.user)
        elif "skip" not in posted:
            outcome = decide(request, article, posted)
            if posted.get("done"):
                Article.objects.filter(pk=article.pk).update(checked_at=timezone.now(), checked_by=request.user)
    if wants_json:
        list(messages.get_messages(request))
        return JsonResponse(_as_json(outcome, form, turn, request, article, is_done=bool(posted.get("done"))))
    for key, reason in outcome.refused.items():
        messages.error(request, f"{_named(key)}: {reason}")
    request.session["narrowings"] = [one.as_dict() for one in outcome.narrowings]
    if form.errors:
        return _page(request, article, turn, form)
    if posted.get("done") or "skip" in posted:
        return redirect(_onwards(request, turn, article, skipped="skip" in posted))
    return redirect(request.get_full_path())


def _onwards(request: HttpRequest, turn: Turn, article: Article, *, skipped: bool) -> str:
    if skipped:
        request.session[_SKIPPED] = [*request.session.get(_SKIPPED, []), article.pk][-_MOST_SKIPPED:]
    following = turn.next(request, after=article.pk)
    return (
        f"{reverse('admin:review', args=[following])}?{turn.query}"
        if following
        else f"{reverse('admin:review_next')}?{turn.query}"
    )


def _as_json(
    outcome: Outcome, form: AddForm, turn: Turn, request: HttpRequest, article: Article, *, is_done: bool
) -> dict:
    return {
        "states": outcome.states,
        "refused": outcome.refused,
        "narrowings": [one.as_dict() for one in outcome.narrowings],
        "added": outcome.added,
        "errors": {name: list(errors) for name, errors in form.errors.items()},
        "next": _onwards(request, turn, article, skipped=False) if is_done else "",
    }


def _named(key: str) -> str:
    nouns = {"mention": "ذكر فاعل", "figure": "رقم", "coverage": "فعالية", "reprint": "إعادة نشر", DATE: "تاريخ النشر"}
    return nouns.get(key.split("-")[0], key)


def _page(request: HttpRequest, article: Article, turn: Turn, form: AddForm) -> HttpResponse:
    items, pieces = _items(article), []
    mentions = [item.row for item in items if item.noun == "mention" and item.state != "rejected"]
    figures = [item.row for item in items if item.noun == "figure" and item.state != "rejected"]
    for mention in mentions:
        mention.actor.desk_key, mention.actor.desk_state = key_of(mention), mention.state
    for figure in figures:
        figure.desk_key, figure.desk_state = key_of(figure), figure.state
    for (offset, _), cut in zip(article.paragraphs, paragraphs(article, mentions, figures, ()), strict=True):
        pieces.append((offset, cut))
    context = {
        **admin.site.each_context(request), "title": f"مراجعة: {article}", "article": article, "items": items,
        "paragraphs": pieces, "form": form, "qualifiers": Qualifier.choices,
        "measures": Measure.objects.order_by("label")[:MOST_MEASURES], "narrowings": request.session.pop("narrowings", []),
        "open": sum(item.state == "suggested" for item in items),
        "may_change": request.user.has_perm("articles.change_article"), "precisions": Precision.choices[:3],
    }  # fmt: skip
    return TemplateResponse(request, "admin/desk/review.html", context)


def _items(article: Article) -> list[Item]:
    """All facts of the article, those that wait first within each noun, in the order of the text."""
    mentions = list(article.mentions.select_related("actor", "reviewed_by").filter(actor__merged_into=None))
    mentions.sort(key=lambda mention: (mention.spans or [[len(article.body)]])[0][0])
    figures = article.figures.select_related("measure", "event", "reviewed_by").order_by("start", "id")
    coverages = article.coverages.select_related("event", "reviewed_by").filter(event__merged_into=None).order_by("id")
    reprints = Reprint.objects.filter(article=article).select_related("original", "reviewed_by")
    waits = bool(Article.objects.filter(pk=article.pk).filter(undecided_date()).count())
    said = "؛ ".join(f"«{one['quote']}»" for one in article.date_statements[:4])
    date = Item(
        DATE, DATE, archive_date(article.published), said, article, "suggested" if waits else "confirmed", None, "",
    )  # fmt: skip
    items = [date]
    items += [_item(row, row.event.title, "فعالية جديدة مقترحة" if row.event.is_suggested else "") for row in coverages]
    items += [
        _item(row, str(row.actor), " · ".join(filter(None, [
            "، ".join(f"«{quote}»" for quote in dict.fromkeys(row.quotes)), row.role,
            "فاعل جديد مقترح" if row.actor.is_suggested else "",
        ])))
        for row in mentions
    ]  # fmt: skip
    items += [
        _item(row, f"{figure_value(row)} {row.unit}", " · ".join(filter(None, [f"«{row.quote}»", str(row.measure or ""), row.scope])))
        for row in figures
    ]  # fmt: skip
    items += [_item(row, row.original.title, "تكرار لنص وصل قبله") for row in reprints]
    return items


def _item(row: Model, label: str, detail: str) -> Item:
    reviewer = str(row.reviewed_by) if row.reviewed_by else ""
    return Item(key_of(row), row._meta.model_name, label, detail, row, row.state, row.score, reviewer)


@desk_page("names/<str:noun>/", "names")
def names(request: HttpRequest, noun: str) -> JsonResponse:
    """What may be meant by what is being typed: {"names": […]}, for fields that take a name."""
    model = MODELS.get(noun)
    if model is None or not request.user.has_perm(f"articles.view_{noun}"):
        raise PermissionDenied
    typed = request.GET.get("q", "").strip()[:200]
    return JsonResponse({"names": [str(row) for row in offered(model, typed)] if typed else []})
