"""The review screen: an editor decides about one article, and goes on to the next in the queue without leaving it.

A request goes one way: `review_page` reads it, submission.py applies it (through decisions.py, adding.py and
articles/curation), and `_response` answers with what became of it: JSON, a redirect or the page. review_queue.py chooses
the next article, review_items.py builds the lines beside the text. Only this module knows of requests.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_out
from django.core.exceptions import PermissionDenied
from django.dispatch import receiver
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_POST

from articles.admin.adding import AddForm
from articles.admin.choosing import MODELS, offered
from articles.admin.decisions import CONFIRM, DATE, REJECT, Outcome, Seen, key_of
from articles.admin.editor import editor_of
from articles.admin.pages import desk_page
from articles.admin.review_items import ReviewItem, items_of
from articles.admin.review_queue import Turn, in_charge_of_another, may_review
from articles.admin.submission import Answer, Submission, apply, decided_in_words
from articles.curation.row_marks import row_mark
from articles.models import Alias, Article, Claim, Figure, Measure, Precision, Qualifier
from articles.site.annotation import paragraphs
from articles.site.words_for import number, since

# A select box offers at most this many measures, and those that the figures have already. A judgement: each figure has
# such a box, so that the page grows by their product.
MOST_MEASURES = 300
# The session's key for the articles skipped, and the number of the latest that it holds. A judgement: an editor skips
# fewer in a session, and the session is read at every request.
_SKIPPED, _MOST_SKIPPED = "skipped", 200


@desk_page("review/", "review_next")
def first(request: HttpRequest) -> HttpResponse:
    """Redirects to the next article of the queue, or to the desk's front page at the end of the queue.

    Raises PermissionDenied if the user may not view articles.
    """
    turn = Turn.of(request.GET)
    if not request.user.has_perm("articles.view_article"):
        raise PermissionDenied
    if pk := turn.take(editor_of(request), request.session.get(_SKIPPED, [])):
        return redirect(f"{reverse('admin:review', args=[pk])}?{turn.query}")
    busy = Claim.objects.of_others(editor_of(request)).filter(article__in=Article.objects.unchecked()).count()
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
        if not may_review(editor_of(request)):
            raise PermissionDenied
        try:
            answer = apply(article.pk, Submission(editor_of(request), request.POST))
        except Alias.DoesNotExist:
            raise Http404 from None
        return _response(request, article.pk, turn, answer)
    if may_review(editor_of(request)) and "open" not in request.GET and (holder := _holder(request, article)):
        context = {
            **admin.site.each_context(request), "title": "في عهدة غيرك", "article": article, "holder": holder, "turn": turn,
        }  # fmt: skip
        return TemplateResponse(request, "admin/desk/in_charge.html", context)
    return _page(request, article.pk, turn)


def _holder(request: HttpRequest, article: Article) -> str:
    """Names the other editor who has the article, in a sentence; empty if the article is free or already reviewed."""
    if article.checked_at:
        return ""
    if claim := Claim.objects.of_others(editor_of(request)).filter(article=article).select_related("by").first():
        long_ago = since(claim.since)
        return f"يراجعه الآن {claim.by}{f'، {long_ago}' if long_ago.startswith('منذ') else ''}."
    if Article.objects.filter(in_charge_of_another(editor_of(request)), pk=article.pk).exists():
        return f"المقال في عهدة {article.assigned_to}."
    return ""


@desk_page("review/<int:pk>/release/", "review_release")
@require_POST
def release(request: HttpRequest, pk: int) -> HttpResponse:
    """Ends the editor's claim when the page is closed. `claim` is the time of the claim, in ISO 8601.

    A claim that was renewed since stays: the editor opened the article again.
    """
    if renewed_at := parse_datetime(request.POST.get("claim", "")[:40]):
        Claim.objects.release(pk, editor_of(request), renewed_at)
    return HttpResponse(status=204)


@receiver(user_logged_out)
def _release_all(sender: object, request: HttpRequest, user: User | None, **kwargs: object) -> None:
    if user is not None:
        Claim.objects.filter(by=user).delete()


def _response(request: HttpRequest, pk: int, turn: Turn, answer: Answer) -> HttpResponse:
    """Answers a submission with JSON for the page's script, otherwise with a redirect or the page."""
    claim, next_address = None, ""
    if answer.goes_on:
        Claim.objects.release(pk, editor_of(request))
        next_address = _claim_next(request, pk, turn, is_left=answer.is_left)
    else:
        claim = Claim.objects.take(pk, editor_of(request))
    for sentence in answer.messages:
        messages.success(request, sentence)
    if "application/json" in request.headers.get("Accept", ""):
        response = _as_json(request, pk, answer) | {"next": next_address}
        if not answer.goes_on:
            # The page's script shows the result. Messages stay only if the editor goes on to another page.
            list(messages.get_messages(request))
        return JsonResponse(response | {"claim": claim.renewed_at.isoformat() if claim else ""})
    for key, reason in answer.outcome.refused.items():
        messages.error(request, f"{_named(key)}: {reason}")
    request.session["narrowings"] = [narrowing.as_dict() for narrowing in answer.outcome.narrowings]
    if answer.goes_on:
        return redirect(next_address)
    return _page(request, pk, turn, answer) if answer.is_held else redirect(request.get_full_path())


def _claim_next(request: HttpRequest, pk: int, turn: Turn, *, is_left: bool) -> str:
    """Claims the article after `pk` and returns its address. At the end of the queue, returns the address of the queue.

    An article that was left without a review is kept in the session, so that it is not offered again.
    """
    if is_left:
        request.session[_SKIPPED] = [*request.session.get(_SKIPPED, []), pk][-_MOST_SKIPPED:]
    following = turn.take(editor_of(request), [*request.session.get(_SKIPPED, []), pk])
    return (
        f"{reverse('admin:review', args=[following])}?{turn.query}"
        if following
        else f"{reverse('admin:review_next')}?{turn.query}"
    )


def _as_json(request: HttpRequest, pk: int, answer: Answer) -> dict:
    """Builds the answer for the page's script."""
    outcome = answer.outcome
    decided = {*outcome.states, *outcome.refused, *outcome.moved.values()}
    article = Article.objects.select_related("source", "assigned_to", "checked_by").get(pk=pk)
    shown = {item.key: item for item in items_of(article)} if decided else {}
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
        "summary": decided_in_words(verdict, outcome.states)
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
    }


def _is_renewed(key: str, outcome: Outcome) -> bool:
    """Returns whether the page replaces the item by its stored version."""
    return key not in outcome.refused or key in outcome.overtaken


def _verdict_of_all(states: Mapping[str, str]) -> str:
    """Returns the verdict that all states follow from; empty if the states differ."""
    distinct_states = set(states.values())
    return (
        {"confirmed": CONFIRM, "rejected": REJECT}.get(distinct_states.pop(), "") if len(distinct_states) == 1 else ""
    )


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


def _item_context(request: HttpRequest, figures: list[Figure]) -> dict[str, object]:
    """Returns the context that the template of an item needs besides the item."""
    return {
        "qualifiers": Qualifier.choices, "measures": _measures(figures), "may_change": may_review(editor_of(request)),
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


def _page(request: HttpRequest, pk: int, turn: Turn, answer: Answer | None = None) -> HttpResponse:
    """Renders the screen. After an answer that could not store everything, it shows the input and the reasons."""
    article = Article.objects.select_related("source", "assigned_to", "checked_by").get(pk=pk)
    claim = (
        Claim.objects.take(article.pk, editor_of(request))
        if may_review(editor_of(request)) and not article.checked_at
        else None
    )
    form = _form(request, article, answer)
    items, pieces = items_of(article), []
    if answer:
        items = [_as_typed(item, request.POST, answer) for item in items]
    mentions: list[Any] = [item.row for item in items if item.noun == "mention" and item.state != "rejected"]
    figures: list[Any] = [item.row for item in items if item.noun == "figure" and item.state != "rejected"]
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
        "open": sum(item.state == "suggested" for item in items), "was_article": Seen("", row_mark(article)),
        "asks": answer is not None and answer.asks, "holds": answer is not None and bool(answer.unsent or answer.outcome.refused),
    }  # fmt: skip
    return TemplateResponse(request, "admin/desk/review.html", context)


def _measures(figures: list[Figure]) -> list[Measure]:
    """Returns the first MOST_MEASURES measures by label, and the measures of the figures.

    A select box that lacked a figure's measure would remove it from the figure.
    """
    by_label = list(Measure.objects.order_by("label")[:MOST_MEASURES])
    measures_in_use = dict.fromkeys(figure.measure for figure in figures)
    return by_label + [measure for measure in measures_in_use if measure and measure not in by_label]


def _form(request: HttpRequest, article: Article, answer: Answer | None) -> AddForm:
    """Returns the form for an added fact: with its errors, with unsaved input, or empty."""
    if answer and "add" in answer.unsent:
        return AddForm(article=article, initial=request.POST.dict())
    return answer.form if answer else AddForm(article=article)


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
