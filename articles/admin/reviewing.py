"""The review screen: an editor decides about one article, and goes on to the next in the queue without leaving it."""

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
# A select box offers at most this many measures, and those that the figures have already.
MOST_MEASURES = 300
# The session's key for the articles skipped, and the number of the latest that it holds.
_SKIPPED, _MOST_SKIPPED = "skipped", 200
# A value of `rest`, besides CONFIRM and REJECT: the open suggestions and the article itself go on waiting for a review.
LEAVE = "leave"
# The value of `skip` that skips an article although the page holds unsaved input.
ANYWAY = "anyway"
# An article is not closed if another editor changed one of these fields since the page was opened.
_CLOSED_BY = ("title", "body", "status", "checked_at", "merged_into")
# Facts whose actor or event was merged into another are neither shown nor counted.
_SHOWN = {"mention": {"actor__merged_into": None}, "coverage": {"event__merged_into": None}}


@dataclass(frozen=True)
class Turn:
    """The queue that an editor works through.

    kind: a key of KINDS, or DATE; empty for all kinds of suggestions.
    order: one of ORDERS.
    mine: whether only articles assigned to the editor are in the queue.
    """

    kind: str = ""
    order: str = "new"
    mine: bool = False

    @classmethod
    def of(cls, parameters: Mapping[str, str]) -> "Turn":
        """Reads a queue from the parameters of an address. An unknown kind means all kinds, an unknown order «new»."""
        kind, order = parameters.get("kind", ""), parameters.get("order", "")
        kinds = {*KINDS, DATE}
        return cls(kind if kind in kinds else "", order if order in ORDERS else "new", parameters.get("mine") == "1")

    @property
    def query(self) -> str:
        """The queue as the query string of an address, which `of` reads."""
        return f"kind={self.kind}&order={self.order}&mine={int(self.mine)}"

    def take(self, request: HttpRequest, after: int | None = None) -> int | None:
        """Claims the next article for the editor and returns its key; None at the end of the queue.

        after: the key of an article that is not offered again.

        A user who may not review gets a key without a claim.
        """
        busy = set(Claim.objects.of_others(request.user).values_list("article", flat=True))
        while pk := self.next(request, busy | ({after} if after else set())):
            if not may_review(request.user) or Claim.objects.take(pk, request.user):
                return pk
            # Another editor has claimed it since `busy` was read.
            busy.add(pk)
        return None

    def next(self, request: HttpRequest, excluded: set[int]) -> int | None:
        """Returns the key of the next article in the queue; None at its end.

        Articles whose keys are in `excluded`, and those skipped in this session, are passed over. Those assigned to
        another editor are, too.
        """
        skipped = {*request.session.get(_SKIPPED, []), *excluded}
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
        """Returns the key of the article with the lowest (or highest) score of a suggestion; None if there is none."""
        sign = "" if self.order == "unsure" else "-"
        best: list[tuple[float, int]] = []
        for model in (KINDS[self.kind],) if self.kind else KINDS.values():
            rows = (
                model.objects.suggested().filter(article__in=waiting, score__isnull=False).exclude(article__in=skipped)
            )
            best += rows.order_by(f"{sign}score", f"{sign}id").values_list("score", "article")[:1]
        return min(best, key=lambda pair: pair[0] if not sign else -pair[0])[1] if best else None


def of_kind(articles: QuerySet, kind: str) -> QuerySet:
    """Returns the articles that have a suggestion of a kind: a key of KINDS, or DATE. Empty means all."""
    if kind == DATE:
        return articles.filter(undecided_date())
    if kind:
        return articles.filter(Exists(KINDS[kind].objects.suggested().filter(article=OuterRef("pk"))))
    return articles


def may_review(user: Model) -> bool:
    """Whether the user may decide in a review; anyone who may view articles can read the screen."""
    return user.has_perm("articles.change_article")


def in_charge_of_another(user: Model) -> Q:
    """Selects articles that are assigned to an editor other than `user`. Closed accounts do not count."""
    return Q(assigned_to__isnull=False, assigned_to__is_active=True) & ~Q(assigned_to=user)


def undecided_date() -> Q:
    """Selects articles whose date of publication is inferred or unknown, and was not set by an editor."""
    inferred = Q(published_basis=Basis.INFERRED)
    return inferred | Q(published_precision=Precision.UNKNOWN) & ~Q(published_basis=Basis.EDITOR)


@dataclass(frozen=True)
class ReviewItem:
    """One line beside the text: a fact, or the date of publication, with its state and its fields for a correction.

    key: the item's key, such as «figure-12»; «date» for the date of publication.
    noun: the model's name in lower case; «date» for the date of publication.
    label: the actor, event, figure, original or date that the item states.
    detail: the quotes of the fact, and other words that help to decide.
    row: the fact; the article for the date of publication.
    state: a value of ReviewState.
    score: how sure the rules are of the fact; None for the date of publication and for facts without a score.
    reviewer: the name of the editor who decided last; empty if nobody did.
    was: the version shown, as the form carries it (Seen).
    verdict: the choice that is marked: CONFIRM, REJECT or an empty string.
    values: the values of the correction's fields, by field name.
    refused: why the choice was not applied; empty if nothing was refused.
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
    """Redirects to the next article of the queue, or to the desk's front page at the end of the queue.

    Raises PermissionDenied if the user may not view articles.
    """
    turn = Turn.of(request.GET)
    if not request.user.has_perm("articles.view_article"):
        raise PermissionDenied
    if pk := turn.take(request):
        return redirect(f"{reverse('admin:review', args=[pk])}?{turn.query}")
    busy = Claim.objects.of_others(request.user).filter(article__in=Article.objects.unchecked()).count()
    busy_words = f" يراجع غيرك الآن {number(busy)}." if busy else ""
    messages.success(request, f"لا شيء ينتظرك في هذا الصف.{busy_words}")
    request.session.pop(_SKIPPED, None)
    return redirect("admin:index")


@desk_page("review/<int:pk>/", "review")
def review_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Shows one article with all its facts. A POST decides, adds a fact, assigns, skips or closes the article.

    If another editor has claimed the article or is assigned to it, a notice is shown instead, unless the address holds
    `open`.
    Raises PermissionDenied if the user may not view articles, or may not review and sends a POST.
    """
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
    """Names the other editor who has the article, in a sentence; empty if the article is free or already reviewed."""
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
    """Ends the editor's claim when the page is closed. `claim` is the time of the claim, in ISO 8601.

    A claim that was renewed since stays: the editor opened the article again.
    """
    if renewed_at := parse_datetime(request.POST.get("claim", "")[:40]):
        Claim.objects.release(pk, request.user, renewed_at)
    return HttpResponse(status=204)


@receiver(user_logged_out)
def _release_all(sender: object, request: HttpRequest, user: Model | None, **kwargs: object) -> None:
    if user is not None:
        Claim.objects.filter(by=user).delete()


@dataclass
class Answer:
    """The result of one POST of the review screen.

    outcome: the decisions that were applied or refused.
    form: the form for an added fact, with its errors.
    is_closed: whether the article was marked as reviewed.
    is_left: whether the editor goes on to the next article without a review of this one.
    asks: whether the page must ask what to do with the open suggestions.
    unsent: the keys of the items whose input is not stored; «add» stands for the form of an added fact.
    """

    outcome: Outcome
    form: AddForm
    is_closed: bool = False
    is_left: bool = False
    asks: bool = False
    unsent: frozenset[str] = frozenset()

    @property
    def goes_on(self) -> bool:
        """Whether the editor goes on to the next article."""
        return self.is_closed or self.is_left

    @property
    def is_held(self) -> bool:
        """Whether the page is shown again with the editor's input, because some of it is not stored."""
        return bool(self.outcome.refused or self.form.is_bound or self.asks or self.unsent)


def _answer(request: HttpRequest, article: Article, turn: Turn) -> HttpResponse:
    """Applies a POST in one operation, with the article locked. Answers with JSON, a redirect or the page."""
    posted = request.POST
    with transaction.atomic(), operation(what="مراجعة مقال"):
        article = (
            Article.objects.select_for_update(of=("self",)).select_related("source", "assigned_to").get(pk=article.pk)
        )
        answer = _pass_over(request, article) if {"narrow", "take", "skip"} & set(posted) else _store(request, article)
    claim = None
    if answer.goes_on:
        Claim.objects.release(article.pk, request.user)
    else:
        claim = Claim.objects.take(article.pk, request.user)
    if "application/json" in request.headers.get("Accept", ""):
        response = _as_json(answer, turn, request, article)
        if not answer.goes_on:
            # The page's script shows the result. Messages stay only if the editor goes on to another page.
            list(messages.get_messages(request))
        return JsonResponse(response | {"claim": claim.renewed_at.isoformat() if claim else ""})
    for key, reason in answer.outcome.refused.items():
        messages.error(request, f"{_named(key)}: {reason}")
    request.session["narrowings"] = [narrowing.as_dict() for narrowing in answer.outcome.narrowings]
    if answer.goes_on:
        return redirect(_claim_next(request, turn, article, skipped=answer.is_left))
    return _page(request, article, turn, answer) if answer.is_held else redirect(request.get_full_path())


def _pass_over(request: HttpRequest, article: Article) -> Answer:
    """Skips or assigns the article, or narrows a name. These buttons store no other input of the page."""
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
        if refusal := _conflict(request, article, ("assigned_to",)):
            answer.outcome.refused["article"] = refusal
        else:
            Article.objects.filter(pk=article.pk).update(assigned_to=request.user)
    elif unsent and posted["skip"] != ANYWAY:
        answer.outcome.refused["article"] = "كتبت ما لم يُحفظ، وهو باق أدناه. احفظه، أو تخطَّ المقال واترك ما كتبته."
    else:
        answer.is_left, answer.unsent = True, frozenset()
    return answer


def _store(request: HttpRequest, article: Article) -> Answer:
    """Stores the decisions and the added fact. Then closes the article, if `done` was sent and nothing was refused."""
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
    if refusal := _conflict(request, article, _CLOSED_BY):
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


# The verb for a verdict on several items at once.
_OF_ALL = {CONFIRM: "أُكّد", REJECT: "رُفض"}
_KIND_NOUNS = {"mention": "actor", "figure": "figure", "coverage": "event", "reprint": "reprint"}


def _counted_by_kind(keys: Iterable[str]) -> str:
    """Counts the items of each noun, in words: «فاعلان، 3 أرقام، تاريخ النشر»."""
    counts = Counter(key.split("-")[0] for key in keys)
    counts_in_words = [counted(counts[noun], name) for noun, name in _KIND_NOUNS.items() if counts[noun]]
    return "، ".join([*counts_in_words, *(["تاريخ النشر"] if counts[DATE] else [])]) or "لا شيء"


def _conflict(request: HttpRequest, article: Article, fields: tuple[str, ...]) -> str:
    """Says which editor changed one of `fields` of the article since the page was opened, and to what.

    Returns an empty string if nobody did, and UNSEEN if the form does not say which version it showed.
    """
    seen = Seen.of(request.POST.get("was-article", ""))
    if seen.mark is None:
        return UNSEEN
    return str(overtaken(article, seen.mark, request.user, fields) or "")


def waiting_of(article: Article, *, but_the_date: bool = False) -> int:
    """Counts the suggestions of an article. An undecided date of publication counts as one, unless `but_the_date`."""
    facts = sum(
        model.objects.suggested().filter(article=article, **_SHOWN.get(noun, {})).count()
        for noun, model in KINDS.items()
    )
    return facts + (0 if but_the_date else int(Article.objects.filter(undecided_date(), pk=article.pk).exists()))


def _claim_next(request: HttpRequest, turn: Turn, article: Article, *, skipped: bool) -> str:
    """Claims the next article and returns its address. At the end of the queue, returns the address of the queue.

    A skipped article is kept in the session, so that it is not offered again.
    """
    if skipped:
        request.session[_SKIPPED] = [*request.session.get(_SKIPPED, []), article.pk][-_MOST_SKIPPED:]
    following = turn.take(request, after=article.pk)
    return (
        f"{reverse('admin:review', args=[following])}?{turn.query}"
        if following
        else f"{reverse('admin:review_next')}?{turn.query}"
    )


def _as_json(answer: Answer, turn: Turn, request: HttpRequest, article: Article) -> dict:
    """Builds the answer for the page's script. Claims the next article if the editor goes on."""
    outcome = answer.outcome
    decided = {*outcome.states, *outcome.refused, *outcome.moved.values()}
    article = Article.objects.select_related("source", "assigned_to", "checked_by").get(pk=article.pk)
    shown = {item.key: item for item in _items(article)} if decided else {}
    renewed = [_as_typed(shown[key], {}, answer) for key in decided if key in shown and _is_renewed(key, outcome)]
    context = _item_context(request, [item.row for item in renewed if isinstance(item.row, Figure)])
    return {
        # HTML of the items as they are stored now. Items with unsaved input are left out, so that the page keeps it.
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
        "narrowings": [narrowing.as_dict() for narrowing in answer.outcome.narrowings],
        "added": answer.outcome.added,
        "errors": {name: list(errors) for name, errors in answer.form.errors.items()},
        # The stored version of each item, which the page sends with its next decision.
        "was": {key: shown[key].was for key in decided if key in shown},
        "asks": answer.asks,
        "next": _claim_next(request, turn, article, skipped=answer.is_left) if answer.goes_on else "",
    }


def _is_renewed(key: str, outcome: Outcome) -> bool:
    """Whether the page replaces the item by its stored version."""
    return key not in outcome.refused or key in outcome.overtaken


def _verdict_of_all(states: Mapping[str, str]) -> str:
    """Returns the verdict that all states follow from; empty if the states differ."""
    distinct_states = set(states.values())
    return (
        {"confirmed": CONFIRM, "rejected": REJECT}.get(distinct_states.pop(), "") if len(distinct_states) == 1 else ""
    )


def _item_context(request: HttpRequest, figures: list[Figure]) -> dict[str, object]:
    """Returns the context that the template of an item needs besides the item."""
    return {
        "qualifiers": Qualifier.choices, "measures": _measures(figures), "may_change": may_review(request.user),
        "precisions": Precision.choices[:3],
    }  # fmt: skip


def _named(key: str) -> str:
    """Returns the Arabic noun of an item's key; the key itself if its noun is unknown."""
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
    """Renders the screen. After an answer that could not store everything, it shows the input and the reasons."""
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
    for (offset, _), pieces_of_paragraph in zip(
        article.paragraphs, paragraphs(article, mentions, figures, ()), strict=True
    ):
        pieces.append((offset, pieces_of_paragraph))
    context = {
        **admin.site.each_context(request), "title": f"مراجعة: {article}", "article": article, "items": items,
        "paragraphs": pieces, "form": form, "turn": turn, "claim": claim, **_item_context(request, figures),
        "narrowings": request.session.pop("narrowings", []),
        "open": sum(item.state == "suggested" for item in items), "was_article": Seen("", mark_of(article)),
        "asks": answer is not None and answer.asks, "holds": answer is not None and bool(answer.unsent or answer.outcome.refused),
    }  # fmt: skip
    return TemplateResponse(request, "admin/desk/review.html", context)


def _measures(figures: list[Figure]) -> list[Measure]:
    """Returns the first MOST_MEASURES measures by label, and the measures of the figures.

    A select box that lacked a figure's measure would remove it from the figure.
    """
    first = list(Measure.objects.order_by("label")[:MOST_MEASURES])
    return first + [
        measure for measure in dict.fromkeys(figure.measure for figure in figures) if measure and measure not in first
    ]


def _form(request: HttpRequest, article: Article, answer: Answer | None) -> AddForm:
    """Returns the form for an added fact: with its errors, with unsaved input, or empty."""
    if answer and "add" in answer.unsent:
        return AddForm(article=article, initial=request.POST.dict())
    return answer.form if answer else AddForm(article=article)


def _as_typed(item: ReviewItem, posted: Mapping[str, str], answer: Answer) -> ReviewItem:
    """Returns the item with the editor's input for it, if that is not stored; otherwise the item as it is."""
    if item.key in answer.outcome.overtaken:
        # The editor must look at the stored version before deciding again. The reason repeats the input.
        return replace(item, verdict="", refused=answer.outcome.refused[item.key])
    if item.key not in answer.unsent | set(answer.outcome.refused):
        return item
    names = {name: f"{name}-{item.key}" for name in (*item.values, "actor", "event")}
    if item.key == DATE:
        names = {name: f"{DATE}-{name}" for name in item.values}
    typed = {name: posted[field_name] for name, field_name in names.items() if field_name in posted}
    # The page must not confirm a correction that has no verdict: «تمت» would then store what the editor was warned of.
    reason = answer.outcome.refused.get(item.key, "لم يُحفظ بعد.")
    verdict = posted.get(f"verdict-{item.key}", "")
    return replace(item, values={**item.values, **typed}, verdict=verdict, refused=reason)


def _items(article: Article) -> list[ReviewItem]:
    """Returns the date of publication, then the coverage, mentions, figures and reprints of the article.

    Mentions and figures stand in the order of the text.
    """
    mentions = list(article.mentions.select_related("actor", "reviewed_by").filter(actor__merged_into=None))
    mentions.sort(key=lambda mention: (mention.spans or [[len(article.body)]])[0][0])
    figures = article.figures.select_related("measure", "event", "reviewed_by").order_by("start", "id")
    coverages = article.coverages.select_related("event", "reviewed_by").filter(event__merged_into=None).order_by("id")
    reprints = Reprint.objects.filter(article=article).select_related("original", "reviewed_by")
    waits = bool(Article.objects.filter(pk=article.pk).filter(undecided_date()).count())
    stated = "؛ ".join(quoted(statement["quote"]) for statement in article.date_statements[:4])
    date = ReviewItem(
        DATE, DATE, archive_date(article.published), stated, article, "suggested" if waits else "confirmed", None, "",
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


def _item(row: Model, label: str, detail: str, mark: int) -> ReviewItem:
    """Builds the item of a fact. `mark` is the mark of its stored version (articles/curation/seen.py)."""
    reviewer = str(row.reviewed_by) if row.reviewed_by else ""
    verdict = {"confirmed": CONFIRM, "rejected": REJECT}.get(row.state, "")
    values: dict[str, object] = {}
    if isinstance(row, Figure):
        value, high = ("" if bound is None else f"{bound.normalize():f}" for bound in (row.value, row.value_high))
        values = {"value": value, "value_high": high, "qualifier": row.qualifier, "unit": row.unit,
                  "measure": str(row.measure_id or "")}  # fmt: skip
    return ReviewItem(
        key_of(row), row._meta.model_name, label, detail, row, row.state, row.score, reviewer,
        was=str(Seen(row.state, mark)), verdict=verdict, values=values,
    )  # fmt: skip


@desk_page("names/<str:noun>/", "names")
def names(request: HttpRequest, noun: str) -> JsonResponse:
    """Suggests names for a field that takes a name, as {"names": […]}. `q` is what was typed, up to 200 characters.

    Raises PermissionDenied for an unknown noun, and if the user may not view its rows.
    """
    model = MODELS.get(noun)
    if model is None or not request.user.has_perm(f"articles.view_{noun}"):
        raise PermissionDenied
    typed = request.GET.get("q", "").strip()[:200]
    return JsonResponse({"names": [str(row) for row in offered(model, typed)] if typed else []})
