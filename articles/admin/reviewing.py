"""Review of one article on one screen, and the next in the queue without going back."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from django.contrib import admin, messages
from django.contrib.auth.signals import user_logged_out
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_POST

from articles.admin.choosing import MODELS, offered
from articles.admin.decisions import (
    CONFIRM,
    DATE,
    KINDS,
    REJECT,
    UNSEEN,
    AddForm,
    Outcome,
    Seen,
    add,
    choices,
    decide,
    key_of,
    narrow,
)
from articles.admin.pages import desk_page
from articles.arabic.quoting import quoted
from articles.curation.seen import mark_of, marks_of, overtaken
from articles.models import Alias, Article, Basis, Claim, Figure, Measure, Precision, Qualifier, Reprint
from articles.models.history import operation
from articles.models.keys import read_key
from articles.site.annotation import paragraphs
from articles.site.words_for import archive_date, counted, figure_value, number, since

ORDERS = ("new", "old", "unsure", "sure")
# A select box offers no more measures than these.
MOST_MEASURES = 300
_SKIPPED, _MOST_SKIPPED = "skipped", 200
# What becomes of the suggestions left when an article is done: confirmed, rejected (CONFIRM, REJECT), or left to wait with it.
LEAVE = "leave"
# Skips an article although something is typed.
ANYWAY = "anyway"
# An article that someone else changed so is not closed before that is seen.
_CLOSED_BY = ("title", "body", "status", "checked_at", "merged_into")
# A fact of what was merged away is not shown, and waits no more.
_SHOWN = {"mention": {"actor__merged_into": None}, "coverage": {"event__merged_into": None}}


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

    def take(self, request: HttpRequest, after: int | None = None) -> int | None:
        """The article whose turn it is, claimed for the editor so that no other is given it; None at the end."""
        busy = set(Claim.objects.of_others(request.user).values_list("article", flat=True))
        while pk := self.next(request, busy | ({after} if after else set())):
            if not may_review(request.user) or Claim.objects.take(pk, request.user):
                return pk
            # Another editor was given it a moment ago.
            busy.add(pk)
        return None

    def next(self, request: HttpRequest, left_out: set[int]) -> int | None:
        """The article whose turn it is, but for those left out, skipped in this session or in another's charge."""
        skipped = {*request.session.get(_SKIPPED, []), *left_out}
        waiting = Article.objects.unchecked()
        if self.mine:
            waiting = waiting.filter(assigned_to=request.user)
        else:
            waiting = waiting.exclude(in_charge_of_another(request.user))
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


def may_review(user: Model) -> bool:
    return user.has_perm("articles.change_article")


def in_charge_of_another(user: Model) -> Q:
    """Articles that an editor other than `user` has in charge; a closed account has nothing in charge."""
    return Q(assigned_to__isnull=False, assigned_to__is_active=True) & ~Q(assigned_to=user)


def undecided_date() -> Q:
    """Articles whose day of publication the rules inferred, or do not know, and no editor has set."""
    inferred = Q(published_basis=Basis.INFERRED)
    return inferred | Q(published_precision=Precision.UNKNOWN) & ~Q(published_basis=Basis.EDITOR)


@dataclass(frozen=True)
class Item:
    """One line beside the text: a fact with its state, what the rules said of it, and what can be corrected.

    key: «figure-12»; «date» for the day of publication.
    detail: the words it goes by, and whatever helps to decide.
    was: what the form carries of the version shown (Seen).
    verdict: which choice is marked.
    values: what the correction's fields hold, by their names.
    refused: why the choice was not applied; empty where nothing was refused.
    """

    key: str
    noun: str
    label: str
    detail: str
    row: object
    state: str
    score: float | None
    reviewer: str
    was: str = ""
    verdict: str = ""
    values: Mapping[str, object] = field(default_factory=dict)
    refused: str = ""


@desk_page("review/", "review_next")
def first(request: HttpRequest) -> HttpResponse:
    """Leads to the article whose turn it is."""
    turn = Turn.of(request.GET)
    if not request.user.has_perm("articles.view_article"):
        raise PermissionDenied
    if pk := turn.take(request):
        return redirect(f"{reverse('admin:review', args=[pk])}?{turn.query}")
    busy = Claim.objects.of_others(request.user).filter(article__in=Article.objects.unchecked()).count()
    others = f" يراجع غيرك الآن {number(busy)}." if busy else ""
    messages.success(request, f"لا شيء ينتظرك في هذا الصف.{others}")
    request.session.pop(_SKIPPED, None)
    return redirect("admin:index")


@desk_page("review/<int:pk>/", "review")
def review_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One article with all that is suggested of it; POST decides, adds, takes in charge, skips or closes it."""
    if not request.user.has_perm("articles.view_article"):
        raise PermissionDenied
    article = get_object_or_404(Article.objects.select_related("source", "assigned_to", "checked_by"), pk=pk)
    turn = Turn.of(request.GET)
    if request.method == "POST":
        if not may_review(request.user):
            raise PermissionDenied
        return _answer(request, article, turn)
    if may_review(request.user) and "open" not in request.GET and (holder := _holder(request, article)):
        context = {
            **admin.site.each_context(request), "title": "في عهدة غيرك", "article": article, "holder": holder, "turn": turn,
        }  # fmt: skip
        return TemplateResponse(request, "admin/desk/in_charge.html", context)
    return _page(request, article, turn)


def _holder(request: HttpRequest, article: Article) -> str:
    """Who else has the article, and since when; empty where it is free or already reviewed."""
    if article.checked_at:
        return ""
    if claim := Claim.objects.of_others(request.user).filter(article=article).select_related("by").first():
        long_ago = since(claim.since)
        return f"يراجعه الآن {claim.by}{f'، {long_ago}' if long_ago.startswith('منذ') else ''}."
    if Article.objects.filter(in_charge_of_another(request.user), pk=article.pk).exists():
        return f"المقال في عهدة {article.assigned_to}."
    return ""


@desk_page("review/<int:pk>/release/", "review_release")
@require_POST
def release(request: HttpRequest, pk: int) -> HttpResponse:
    """Ends the editor's claim when the page is left, unless it was opened again since (`claim` is its time)."""
    if renewed_at := parse_datetime(request.POST.get("claim", "")[:40]):
        Claim.objects.release(pk, request.user, renewed_at)
    return HttpResponse(status=204)


@receiver(user_logged_out)
def _release_all(sender: object, request: HttpRequest, user: Model | None, **kwargs: object) -> None:
    if user is not None:
        Claim.objects.filter(by=user).delete()


@dataclass
class Answer:
    """What came of one request of the review screen.

    outcome: what was decided and refused.
    form: the addition, with its errors.
    is_closed: whether the article was marked as reviewed.
    is_left: whether the editor goes on to the next without that.
    asks: whether it is to be asked what becomes of the suggestions left.
    unsent: the items for which something was typed or chosen and not stored.
    """

    outcome: Outcome
    form: AddForm
    is_closed: bool = False
    is_left: bool = False
    asks: bool = False
    unsent: frozenset[str] = frozenset()

    @property
    def goes_on(self) -> bool:
        return self.is_closed or self.is_left

    @property
    def is_held(self) -> bool:
        """Whether the page is shown again with what was typed, since not all of it is stored."""
        return bool(self.outcome.refused or self.form.is_bound or self.asks or self.unsent)


def _answer(request: HttpRequest, article: Article, turn: Turn) -> HttpResponse:
    posted = request.POST
    with transaction.atomic(), operation(what="مراجعة مقال"):
        article = (
            Article.objects.select_for_update(of=("self",)).select_related("source", "assigned_to").get(pk=article.pk)
        )
        answer = _passed_by(request, article) if {"narrow", "take", "skip"} & set(posted) else _stored(request, article)
    claim = None
    if answer.goes_on:
        Claim.objects.release(article.pk, request.user)
    else:
        claim = Claim.objects.take(article.pk, request.user)
    if "application/json" in request.headers.get("Accept", ""):
        told = _as_json(answer, turn, request, article)
        if not answer.goes_on:
            # The page itself says what came of the request; what is left for the next one stays.
            list(messages.get_messages(request))
        return JsonResponse(told | {"claim": claim.renewed_at.isoformat() if claim else ""})
    for key, reason in answer.outcome.refused.items():
        messages.error(request, f"{_named(key)}: {reason}")
    request.session["narrowings"] = [one.as_dict() for one in answer.outcome.narrowings]
    if answer.goes_on:
        return redirect(_onwards(request, turn, article, skipped=answer.is_left))
    return _page(request, article, turn, answer) if answer.is_held else redirect(request.get_full_path())


def _passed_by(request: HttpRequest, article: Article) -> Answer:
    """Skips, takes in charge or narrows a name: buttons that decide nothing, so that what is typed beside them stays typed."""
    posted = request.POST
    unsent = {choice.key for choice in choices(article, posted) if choice.is_unsent}
    if AddForm.is_filled(posted):
        unsent.add("add")
    answer = Answer(Outcome(), AddForm(article=article), unsent=frozenset(unsent))
    if "narrow" in posted:
        alias = get_object_or_404(Alias, pk=read_key(posted["narrow"]))
        count = narrow(request, alias, reject_others="reject_others" in posted)
        messages.success(request, f"لن يُقترح «{alias.name}» في النصوص بعد الآن. رُفض من المقترح به: {number(count)}.")
    elif "take" in posted:
        if refusal := _overtaken(request, article, ("assigned_to",)):
            answer.outcome.refused["article"] = refusal
        else:
            Article.objects.filter(pk=article.pk).update(assigned_to=request.user)
    elif unsent and posted["skip"] != ANYWAY:
        answer.outcome.refused["article"] = "كتبت ما لم يُحفظ، وهو باق أدناه. احفظه، أو تخطَّ المقال واترك ما كتبته."
    else:
        answer.is_left, answer.unsent = True, frozenset()
    return answer


def _stored(request: HttpRequest, article: Article) -> Answer:
    """Stores what was decided and what is to be added; then, if that is asked for and nothing was refused, closes the article."""
    posted = request.POST
    answer = Answer(decide(request, article, posted), AddForm(article=article))
    if "add" in posted or AddForm.is_filled(posted):
        form = AddForm(posted, article=article)
        if form.is_valid() and (added := add(request, article, form)):
            answer.outcome.added.append(key_of(added))
            messages.success(request, "أضيف إلى المقال.")
        else:
            answer.form = form
    if not posted.get("done") or answer.is_held:
        return answer
    rest = posted.get("rest", "")
    if refusal := _overtaken(request, article, _CLOSED_BY):
        answer.outcome.refused["article"] = refusal
    elif rest == LEAVE:
        answer.is_left = True
    elif waiting_of(article, but_the_date=rest == REJECT):
        answer.asks = True
    else:
        Article.objects.filter(pk=article.pk).update(checked_at=timezone.now(), checked_by=request.user)
        answer.is_closed = True
        if rest in _OF_ALL:
            messages.success(request, f"«{article}»: {_OF_ALL[rest]} {_counted_by_kind(answer.outcome.of_the_rest)}.")
    return answer


_OF_ALL = {CONFIRM: "أُكّد", REJECT: "رُفض"}
_KIND_NOUNS = {"mention": "actor", "figure": "figure", "coverage": "event", "reprint": "reprint"}


def _counted_by_kind(keys: Iterable[str]) -> str:
    """«فاعلان، 3 أرقام، تاريخ النشر»: how many of what were decided."""
    counts = Counter(key.split("-")[0] for key in keys)
    told = [counted(counts[noun], name) for noun, name in _KIND_NOUNS.items() if counts[noun]]
    return "، ".join([*told, *(["تاريخ النشر"] if counts[DATE] else [])]) or "لا شيء"


def _overtaken(request: HttpRequest, article: Article, fields: tuple[str, ...]) -> str:
    """Who changed one of those fields of the article since the page was opened, and to what; empty where nobody did."""
    seen = Seen.of(request.POST.get("was-article", ""))
    if seen.mark is None:
        return UNSEEN
    return str(overtaken(article, seen.mark, request.user, fields) or "")


def waiting_of(article: Article, *, but_the_date: bool = False) -> int:
    """How much of the article waits for a decision; the day of publication counts as one."""
    facts = sum(
        model.objects.suggested().filter(article=article, **_SHOWN.get(noun, {})).count()
        for noun, model in KINDS.items()
    )
    return facts + (0 if but_the_date else int(Article.objects.filter(undecided_date(), pk=article.pk).exists()))


def _onwards(request: HttpRequest, turn: Turn, article: Article, *, skipped: bool) -> str:
    if skipped:
        request.session[_SKIPPED] = [*request.session.get(_SKIPPED, []), article.pk][-_MOST_SKIPPED:]
    following = turn.take(request, after=article.pk)
    return (
        f"{reverse('admin:review', args=[following])}?{turn.query}"
        if following
        else f"{reverse('admin:review_next')}?{turn.query}"
    )


def _as_json(answer: Answer, turn: Turn, request: HttpRequest, article: Article) -> dict:
    outcome = answer.outcome
    decided = {*outcome.states, *outcome.refused, *outcome.moved.values()}
    article = Article.objects.select_related("source", "assigned_to", "checked_by").get(pk=article.pk)
    shown = {item.key: item for item in _items(article)} if decided else {}
    renewed = [_as_typed(shown[key], {}, answer) for key in decided if key in shown and _is_renewed(key, outcome)]
    context = _item_context(request, [item.row for item in renewed if isinstance(item.row, Figure)])
    return {
        # Items as they are stored now, for those of which nothing typed waits in the page.
        "items": {
            item.key: render_to_string("admin/desk/review_item.html", {**context, "item": item}, request)
            for item in renewed
        },
        "head": render_to_string("admin/desk/review_head.html", {"article": article}, request) if decided else "",
        "moved": outcome.moved,
        "summary": f"{_OF_ALL[verdict]} {_counted_by_kind(outcome.states)}."
        if len(outcome.states) > 1 and (verdict := _verdict_of_all(outcome.states))
        else "",
        "states": answer.outcome.states,
        "refused": answer.outcome.refused,
        "narrowings": [one.as_dict() for one in answer.outcome.narrowings],
        "added": answer.outcome.added,
        "errors": {name: list(errors) for name, errors in answer.form.errors.items()},
        # What each item is now, so that the page carries it from here on.
        "was": {key: shown[key].was for key in decided if key in shown},
        "asks": answer.asks,
        "next": _onwards(request, turn, article, skipped=answer.is_left) if answer.goes_on else "",
    }


def _is_renewed(key: str, outcome: Outcome) -> bool:
    return key not in outcome.refused or key in outcome.overtaken


def _verdict_of_all(states: Mapping[str, str]) -> str:
    """The verdict that all of them were given; empty where they differ."""
    given = set(states.values())
    return {"confirmed": CONFIRM, "rejected": REJECT}.get(given.pop(), "") if len(given) == 1 else ""


def _item_context(request: HttpRequest, figures: list[Figure]) -> dict[str, object]:
    """What the template of an item needs beside it."""
    return {
        "qualifiers": Qualifier.choices, "measures": _measures(figures), "may_change": may_review(request.user),
        "precisions": Precision.choices[:3],
    }  # fmt: skip


def _named(key: str) -> str:
    nouns = {
        "article": "المقال",
        "mention": "ذكر فاعل",
        "figure": "رقم",
        "coverage": "فعالية",
        "reprint": "إعادة نشر",
        DATE: "تاريخ النشر",
    }
    return nouns.get(key.split("-")[0], key)


def _page(request: HttpRequest, article: Article, turn: Turn, answer: Answer | None = None) -> HttpResponse:
    """The screen; after an answer that stored not everything, with what was typed and why it was not stored."""
    article = Article.objects.select_related("source", "assigned_to", "checked_by").get(pk=article.pk)
    claim = (
        Claim.objects.take(article.pk, request.user) if may_review(request.user) and not article.checked_at else None
    )
    form = _form(request, article, answer)
    items, pieces = _items(article), []
    if answer:
        items = [_as_typed(item, request.POST, answer) for item in items]
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
        "paragraphs": pieces, "form": form, "turn": turn, "claim": claim, **_item_context(request, figures),
        "narrowings": request.session.pop("narrowings", []),
        "open": sum(item.state == "suggested" for item in items), "was_article": Seen("", mark_of(article)),
        "asks": answer is not None and answer.asks, "holds": answer is not None and bool(answer.unsent or answer.outcome.refused),
    }  # fmt: skip
    return TemplateResponse(request, "admin/desk/review.html", context)


def _measures(figures: list[Figure]) -> list[Measure]:
    """The first so many by name, and those that the figures have: a select box must not drop one by not offering it."""
    first = list(Measure.objects.order_by("label")[:MOST_MEASURES])
    return first + [one for one in dict.fromkeys(figure.measure for figure in figures) if one and one not in first]


def _form(request: HttpRequest, article: Article, answer: Answer | None) -> AddForm:
    """The form of an addition: with its errors, or as it was typed beside a button that adds nothing, or empty."""
    if answer and "add" in answer.unsent:
        return AddForm(article=article, initial=request.POST.dict())
    return answer.form if answer else AddForm(article=article)


def _as_typed(item: Item, posted: Mapping[str, str], answer: Answer) -> Item:
    """The item with what was typed or chosen for it, where that is not stored."""
    if item.key in answer.outcome.overtaken:
        # What is stored now is looked at first, and decided anew; what was typed stands in the reason.
        return replace(item, verdict="", refused=answer.outcome.refused[item.key])
    if item.key not in answer.unsent | set(answer.outcome.refused):
        return item
    names = {name: f"{name}-{item.key}" for name in (*item.values, "actor", "event")}
    if item.key == DATE:
        names = {name: f"{DATE}-{name}" for name in item.values}
    typed = {name: posted[field_name] for name, field_name in names.items() if field_name in posted}
    # A correction without a verdict is not confirmed by the page: «تمت» would then store what the editor was warned of.
    reason = answer.outcome.refused.get(item.key, "لم يُحفظ بعد.")
    verdict = posted.get(f"verdict-{item.key}", "")
    return replace(item, values={**item.values, **typed}, verdict=verdict, refused=reason)


def _items(article: Article) -> list[Item]:
    """All facts of the article, those that wait first within each noun, in the order of the text."""
    mentions = list(article.mentions.select_related("actor", "reviewed_by").filter(actor__merged_into=None))
    mentions.sort(key=lambda mention: (mention.spans or [[len(article.body)]])[0][0])
    figures = article.figures.select_related("measure", "event", "reviewed_by").order_by("start", "id")
    coverages = article.coverages.select_related("event", "reviewed_by").filter(event__merged_into=None).order_by("id")
    reprints = Reprint.objects.filter(article=article).select_related("original", "reviewed_by")
    waits = bool(Article.objects.filter(pk=article.pk).filter(undecided_date()).count())
    said = "؛ ".join(quoted(one["quote"]) for one in article.date_statements[:4])
    date = Item(
        DATE, DATE, archive_date(article.published), said, article, "suggested" if waits else "confirmed", None, "",
        was=str(Seen("suggested" if waits else "confirmed", mark_of(article))),
        values={"value": "", "precision": article.published_precision},
    )  # fmt: skip
    details = [
        *((row, row.event.title, "فعالية جديدة مقترحة" if row.event.is_suggested else "") for row in coverages),
        *((row, str(row.actor), " · ".join(filter(None, [
            "، ".join(map(quoted, dict.fromkeys(row.quotes))), row.role,
            "فاعل جديد مقترح" if row.actor.is_suggested else "",
        ]))) for row in mentions),
        *((row, f"{figure_value(row)} {row.unit}", " · ".join(filter(None, [quoted(row.quote), str(row.measure or ""), row.scope])))
          for row in figures),
        *((row, row.original.title, "تكرار لنص وصل قبله") for row in reprints),
    ]  # fmt: skip
    marks: dict[type[Model], dict[int, int]] = {
        model: marks_of(row for row, _, _ in details if isinstance(row, model)) for model in KINDS.values()
    }
    return [date, *(_item(row, label, detail, marks[type(row)][row.pk]) for row, label, detail in details)]


def _item(row: Model, label: str, detail: str, mark: int) -> Item:
    reviewer = str(row.reviewed_by) if row.reviewed_by else ""
    verdict = {"confirmed": CONFIRM, "rejected": REJECT}.get(row.state, "")
    values: dict[str, object] = {}
    if isinstance(row, Figure):
        value, high = ("" if one is None else f"{one.normalize():f}" for one in (row.value, row.value_high))
        values = {"value": value, "value_high": high, "qualifier": row.qualifier, "unit": row.unit,
                  "measure": str(row.measure_id or "")}  # fmt: skip
    return Item(
        key_of(row), row._meta.model_name, label, detail, row, row.state, row.score, reviewer,
        was=str(Seen(row.state, mark)), verdict=verdict, values=values,
    )  # fmt: skip


@desk_page("names/<str:noun>/", "names")
def names(request: HttpRequest, noun: str) -> JsonResponse:
    """What may be meant by what is being typed: {"names": […]}, for fields that take a name."""
    model = MODELS.get(noun)
    if model is None or not request.user.has_perm(f"articles.view_{noun}"):
        raise PermissionDenied
    typed = request.GET.get("q", "").strip()[:200]
    return JsonResponse({"names": [str(row) for row in offered(model, typed)] if typed else []})
