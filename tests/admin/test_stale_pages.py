"""A decision on a page that a colleague's change made stale is refused, and the answer names the colleague."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from articles.curation.changes import versions_of
from articles.models import Actor, Article, Basis, Event, EventSeries, Figure, Mention, Source
from tests.admin.posting import changelist
from tests.admin.test_review_screen import ask, page_of, was

pytestmark = pytest.mark.django_db


def opened(client: Client, article: Article, *keys: str) -> dict[str, str]:
    """Returns the marks that the review page of an article carries of some items, or of all items."""
    carried = was(client, article)
    return {name: value for name, value in carried.items() if not keys or name.removeprefix("was-") in keys}


def test_a_date_that_a_colleague_has_set_is_not_rejected(desk: Client, senior: Client, seed: Any) -> None:
    article = seed("001")
    marks = opened(desk, article, "date")
    ask(senior, article, **{"verdict-date": "confirm", "date-value": "2024-11-05", "date-precision": "day"})
    answer = ask(desk, article, **{"verdict-date": "reject"}, **marks)
    assert "awwal" in answer["refused"]["date"] and "2024-11-05" in answer["refused"]["date"]
    assert str(seed("001").published_date) == "2024-11-05"
    # The answer carries the current marks, so the same button now decides.
    assert ask(desk, article, **{"verdict-date": "reject"}, **opened(desk, article, "date"))["refused"] == {}
    assert seed("001").published_precision == "unknown"


def test_a_figure_that_a_colleague_has_corrected_is_not_confirmed_unseen(
    desk: Client, senior: Client, seed: Any
) -> None:
    """The figure is confirmed before and after the correction, so its state alone reveals no change."""
    figure = seed("000").figures.get(value=210)
    key = f"figure-{figure.pk}"
    Figure.objects.filter(pk=figure.pk).update(state="confirmed")
    marks = opened(desk, seed("000"), key)
    fields = {"value": "211", "value_high": "", "qualifier": "exactly", "unit": "خلية", "measure": ""}
    ask(senior, seed("000"), **{f"verdict-{key}": "confirm"}, **{f"{name}-{key}": v for name, v in fields.items()})
    answer = ask(desk, seed("000"), **{f"verdict-{key}": "reject"}, **marks)
    assert "awwal" in answer["refused"][key] and "211" in answer["refused"][key]
    figure.refresh_from_db()
    assert (figure.value, figure.state) == (211, "confirmed")


def test_a_mention_that_now_names_another_is_not_confirmed_unseen(desk: Client, senior: Client, seed: Any) -> None:
    mention = seed("000").mentions.order_by("id").first()
    key = f"mention-{mention.pk}"
    marks = opened(desk, seed("000"), key)
    new_actor = Actor.objects.create(name="فاعل بعيد عن هذا", kind="person")
    senior.post(
        reverse("admin:articles_mention_change", args=[mention.pk]),
        {"article": mention.article_id, "actor": new_actor.pk, "role": "", "state": "suggested", "_seen": ""},
    )
    assert Mention.objects.get(pk=mention.pk).actor == new_actor
    answer = ask(desk, seed("000"), **{f"verdict-{key}": "confirm"}, **marks)
    assert "awwal" in answer["refused"][key] and "فاعل بعيد عن هذا" in answer["refused"][key]
    assert Mention.objects.get(pk=mention.pk).state == "suggested"


def test_ones_own_earlier_decision_may_be_changed(desk: Client, seed: Any) -> None:
    figure = seed("000").figures.order_by("id").first()
    key = f"figure-{figure.pk}"
    marks = opened(desk, seed("000"), key)
    ask(desk, seed("000"), **{f"verdict-{key}": "confirm"}, **marks)
    assert ask(desk, seed("000"), **{f"verdict-{key}": "reject"}, **marks)["refused"] == {}
    assert Figure.objects.get(pk=figure.pk).state == "rejected"


def test_what_a_plain_form_sends_of_items_left_alone_is_no_decision(desk: Client, senior: Client, seed: Any) -> None:
    figure = seed("000").figures.order_by("id").first()
    key = f"figure-{figure.pk}"
    ask(desk, seed("000"), **{f"verdict-{key}": "confirm"})
    marks = opened(desk, seed("000"), key)
    ask(senior, seed("000"), **{f"verdict-{key}": "reject"}, **marks)
    answer = ask(desk, seed("000"), **{f"verdict-{key}": "confirm"}, **marks)
    assert answer["refused"] == {} and Figure.objects.get(pk=figure.pk).state == "rejected"


def test_an_article_is_not_closed_over_a_colleagues_change_of_it(desk: Client, senior: Client, seed: Any) -> None:
    article = seed("000")
    marks = opened(desk, article, "article")
    ask(senior, article, done="1", rest="confirm", **opened(senior, article))
    answer = ask(desk, article, done="1", rest="confirm", **marks)
    assert "awwal" in answer["refused"]["article"] and answer["next"] == ""
    assert seed("000").checked_by.username == "awwal"


def test_an_article_that_a_colleague_took_is_not_taken_from_an_old_page(
    desk: Client, senior: Client, seed: Any
) -> None:
    article = seed("000")
    marks = opened(desk, article, "article")
    senior.post(page_of(article), {"take": "1"} | opened(senior, article, "article"))
    response = desk.post(page_of(article), {"take": "1"} | marks)
    assert "awwal" in response.content.decode() and seed("000").assigned_to.username == "awwal"


def preview(client: Client, noun: str, action: str, *rows: Any, **fields: Any) -> dict[str, Any]:
    """Returns the fields that the preview page would post when the editor confirms."""
    chosen = {"action": action, "_selected_action": [row.pk for row in rows]} | fields
    context = client.post(changelist(noun), chosen).context
    return chosen | {"asked": "1", "sure": "1", context["seen_name"]: context["seen"]}


def test_a_bulk_action_leaves_rows_that_changed_after_its_preview(desk: Client, senior: Client, seed: Any) -> None:
    figures = list(seed("000").figures.order_by("id")[:2])
    form = preview(desk, "figure", "confirm", *figures)
    ask(senior, seed("000"), **{f"verdict-figure-{figures[0].pk}": "reject"})
    page = desk.post(changelist("figure"), form, follow=True).content.decode()
    states = [Figure.objects.get(pk=figure.pk).state for figure in figures]
    assert states == ["rejected", "confirmed"] and "سبقك awwal" in page


def test_a_bulk_assignment_leaves_an_article_that_was_given_to_another_meanwhile(
    desk: Client, senior: Client, seed: Any
) -> None:
    articles = [seed("000"), seed("001")]
    form = preview(desk, "article", "assign", *articles, editor=desk.user.pk)
    senior.post(page_of(articles[0]), {"take": "1"} | opened(senior, articles[0], "article"))
    desk.post(changelist("article"), form, follow=True)
    assert [seed(n).assigned_to.username for n in ("000", "001")] == ["awwal", "muharrir"]


def test_a_row_that_came_to_the_list_after_the_preview_is_left(desk: Client, make_article: Any) -> None:
    shown = make_article(title="كان في المعاينة", status="draft")
    chosen = {"action": "publish", "_selected_action": [shown.pk], "select_across": "1"}
    address = changelist("article") + "?status__exact=draft"
    context = desk.post(address, chosen).context
    late = make_article(title="جاء بعدها", status="draft")
    form = chosen | {"asked": "1", "sure": "1", context["seen_name"]: context["seen"]}
    page = desk.post(address, form, follow=True).content.decode()
    assert Article.objects.get(pk=shown.pk).status == "published" and Article.objects.get(pk=late.pk).status == "draft"
    assert "لم يكن في المعاينة" in page


def seen_in(response: Any) -> dict[str, str]:
    """Returns the hidden field of a page that records what the editor saw."""
    return {response.context["seen_name"]: response.context["seen"]}


def test_a_merge_of_what_a_colleague_changed_is_shown_again(desk: Client, senior: Client, signed_in: Any) -> None:
    colleague = signed_in("thani", "محررون أول")
    survivor, gone = (Actor.objects.create(name=f"مركز بعيد {n}", kind="civil") for n in (1, 2))
    address = f"{reverse('admin:merge', args=['actor'])}?rows={survivor.pk},{gone.pk}"
    carried = seen_in(senior.get(address))
    form = {"name": "اسم غيّره الزميل", "distinction": "", "kind": "civil", "country": "", "description": "",
            "state": "confirmed", "aliases-TOTAL_FORMS": "0", "aliases-INITIAL_FORMS": "0",
            "participations-TOTAL_FORMS": "0", "participations-INITIAL_FORMS": "0"}  # fmt: skip
    colleague.post(reverse("admin:articles_actor_change", args=[gone.pk]), form)
    page = senior.post(address, {"kept": str(survivor.pk)} | carried, follow=True).content.decode()
    assert "سبقك thani" in page and Actor.objects.get(pk=gone.pk).merged_into is None


def test_a_merge_into_what_a_colleague_merged_away_is_refused(senior: Client, signed_in: Any) -> None:
    colleague = signed_in("thani", "محررون أول")
    rows = [Actor.objects.create(name=f"مركز بعيد {n}", kind="civil") for n in range(3)]
    address = f"{reverse('admin:merge', args=['actor'])}?rows={','.join(str(row.pk) for row in rows)}"
    carried = seen_in(senior.get(address))
    colleague.post(
        f"{reverse('admin:merge', args=['actor'])}?rows={rows[0].pk},{rows[1].pk}", {"kept": str(rows[0].pk)}
    )
    page = senior.post(address, {"kept": str(rows[1].pk)} | carried, follow=True).content.decode()
    assert "ولم يُدمج شيء" in page and Actor.objects.get(pk=rows[2].pk).merged_into is None


def test_a_withdrawal_from_an_old_page_is_asked_again(senior: Client, desk: Client, seed: Any) -> None:
    article = seed("000")
    address = reverse("admin:articles_article_withdraw", args=[article.pk])
    carried = seen_in(senior.get(address))
    ask(desk, article, **{"verdict-date": "confirm", "date-value": "2024-11-05"})
    page = senior.post(address, {"notice": "طلب الناشر"} | carried)
    assert "سبقك muharrir" in page.content.decode() and seed("000").status == "published"
    senior.post(address, {"notice": "طلب الناشر"} | seen_in(page))
    assert seed("000").status == "withdrawn"


def test_a_version_is_not_put_back_over_a_change_that_was_not_seen(desk: Client, senior: Client, seed: Any) -> None:
    article = seed("001")
    ask(desk, article, **{"verdict-date": "confirm", "date-value": "2024-11-05"})
    address = reverse("admin:articles_article_history", args=[article.pk])
    carried = seen_in(desk.get(address))
    earlier = versions_of(article)[0]
    ask(senior, article, **{"verdict-date": "confirm", "date-value": "2024-11-06"})
    page = desk.post(address, {"restore": str(earlier.pgh_id)} | carried, follow=True).content.decode()
    assert "سبقك awwal" in page and str(seed("001").published_date) == "2024-11-06"


def test_the_order_of_a_series_is_not_overwritten_and_typed_numbers_outlive_a_button(
    desk: Client, senior: Client
) -> None:
    series = EventSeries.objects.create(name="سلسلة بعيدة")
    rows = [Event.objects.create(title=f"دورة {n}", kind="meeting", series=series) for n in (1, 2, 3)]
    address = reverse("admin:series_order", args=[series.pk])
    carried = seen_in(desk.get(address))
    senior.post(address, {f"session-{row.pk}": str(n) for n, row in enumerate(rows, 5)})
    page = desk.post(address, {f"session-{row.pk}": "9" for row in rows} | carried)
    assert "سبقك awwal" in page.content.decode()
    assert [Event.objects.get(pk=row.pk).session for row in rows] == [5, 6, 7]
    typed = dict(zip((f"session-{row.pk}" for row in rows), ("3", "2", "1"), strict=True))
    desk.post(address, typed | {"up": str(rows[0].pk)} | seen_in(page))
    assert [Event.objects.get(pk=row.pk).session for row in rows] == [2, 3, 1]


def test_marks_that_are_none_are_no_error(desk: Client, seed: Any) -> None:
    figure = seed("000").figures.order_by("id").first()
    key = f"figure-{figure.pk}"
    for nonsense in ("suggested@", "@", "suggested@9999999999999999999999", "suggested@-1", "@@", "x" * 9000):
        assert ask(desk, seed("000"), **{f"was-{key}": nonsense, f"verdict-{key}": ""})["states"] == {}
    for nonsense in ("[]", "{", json.dumps({"a": "b"}), "1", '{"1": null}'):
        desk.post(changelist("source"), {"action": "merge", "_selected_action": [Source.objects.first().pk],
                                         "seen_rows": nonsense})  # fmt: skip
        posted = {
            "action": "confirm",
            "_selected_action": [figure.pk],
            "asked": "1",
            "sure": "1",
            "seen_rows": nonsense,
        }
        assert desk.post(changelist("figure"), posted).status_code == 302
    assert seed("001").published_basis == Basis.INFERRED


def test_the_editor_is_named_who_changed_what_was_decided_about(
    desk: Client, senior: Client, signed_in: Any, seed: Any
) -> None:
    """The answer does not name the editor who touched the row last: a mark can be older than several changes."""
    third = signed_in("thalith", "محررون أول")
    article = seed("001")
    marks = opened(desk, article, "date")
    ask(senior, article, **{"verdict-date": "confirm", "date-value": "2024-11-05"})
    third.post(page_of(article), {"take": "1"} | opened(third, article, "article"))
    refused = ask(desk, article, **{"verdict-date": "reject"}, **marks)["refused"]["date"]
    assert "awwal" in refused and "thalith" not in refused
    # Two editors changed the date; the answer names the one whose value is stored.
    ask(third, article, **{"verdict-date": "confirm", "date-value": "2024-11-06"})
    Article.objects.filter(pk=article.pk).update(section="باب آخر")
    refused = ask(desk, article, **{"verdict-date": "reject"}, **marks)["refused"]["date"]
    assert "thalith" in refused and "2024-11-06" in refused and "awwal" not in refused


@pytest.mark.parametrize("carried", [{}, {"was-{key}": "suggested"}, {"was-{key}": "suggested@"}, {"was-{key}": ""}])
@pytest.mark.parametrize("noun", ["figure", "mention", "coverage", "date"])
def test_nothing_is_decided_about_what_was_not_seen(desk: Client, seed: Any, noun: str, carried: dict) -> None:
    """The post lacks the marks that the page carries."""
    article = seed("000")
    row = None if noun == "date" else getattr(article, f"{noun}s").order_by("id").first()
    key = f"{noun}-{row.pk}" if row else "date"
    before = (article.published_basis, row and row.state)
    posted = {name.format(key=key): value for name, value in carried.items()} | {
        f"verdict-{key}": "reject",
        "save": "1",
    }
    answer = desk.post(page_of(article), posted, headers={"Accept": "application/json"}).json()
    assert key in answer["refused"] and answer["states"] == {}
    assert "لم يُطبّق" in desk.post(page_of(article), posted).content.decode()
    article = seed("000")
    assert (article.published_basis, row and type(row).objects.get(pk=row.pk).state) == before
    # An article is neither closed nor claimed this way.
    for button in ({"done": "1", "rest": "confirm"}, {"take": "1"}):
        assert desk.post(page_of(article), button, headers={"Accept": "application/json"}).json()["refused"]
    assert seed("000").checked_at is None and seed("000").assigned_to is None


@pytest.mark.parametrize("typed", ["", "2024-11-07"])
def test_after_a_stale_date_the_page_shows_what_is_stored_and_decides_nothing(
    desk: Client, senior: Client, seed: Any, typed: str
) -> None:
    article = seed("001")
    marks = opened(desk, article, "date")
    ask(senior, article, **{"verdict-date": "confirm", "date-value": "2024-11-05", "date-precision": "day"})
    posted = {"verdict-date": "confirm", "date-value": typed, "date-precision": "month", "save": "1"} | marks
    answer = desk.post(page_of(article), posted)
    item = next(item for item in answer.context["items"] if item.key == "date")
    assert item.label.startswith("5 ") and item.verdict == "" and item.values == {"value": "", "precision": "day"}
    assert not typed or typed in item.refused
    reply = desk.post(page_of(article), posted, headers={"Accept": "application/json"}).json()
    for shown in (answer.content.decode().partition('id="date"')[2].partition("</li>")[0], reply["items"]["date"]):
        assert "checked" not in shown and "5 " in shown and 'value="day" selected' in shown
    assert "2024" in reply["head"]


def test_the_line_of_an_item_is_as_it_is_stored_after_a_correction(desk: Client, seed: Any) -> None:
    article = seed("000")
    figure, mention = article.figures.get(value=210), article.mentions.order_by("id").first()
    new_actor = Actor.objects.create(name="مركز الدراسات البعيدة", kind="civil")
    key = f"figure-{figure.pk}"
    fields = {"value": "٢١٣", "value_high": "", "qualifier": "exactly", "unit": "خلية", "measure": ""}
    answer = ask(desk, article, **{f"verdict-{key}": "confirm"}, **{f"{name}-{key}": v for name, v in fields.items()})
    assert (
        "213" in answer["items"][key].partition("</strong>")[0]
        and "210" not in answer["items"][key].partition("</strong>")[0]
    )
    key = f"mention-{mention.pk}"
    answer = ask(desk, article, **{f"verdict-{key}": "confirm", f"actor-{key}": new_actor.name})
    moved = answer["moved"][key]
    assert new_actor.name in answer["items"][moved] and answer["was"][moved].startswith("confirmed@")
    answer = ask(desk, article, **{"verdict-date": "confirm", "date-value": "2024-11-09"})
    assert "9 " in answer["head"] and "2024" in answer["head"]


@pytest.mark.parametrize("verdict", ["confirm", "reject"])
def test_what_was_decided_of_all_is_told_by_number(desk: Client, seed: Any, verdict: str) -> None:
    article = seed("000")
    figures = article.figures.suggested().count()
    form = opened(desk, article) | {"done": "1", "rest": verdict}
    answer = desk.post(page_of(article), form, headers={"Accept": "application/json"}).json()
    assert answer["next"]
    page = desk.get(answer["next"], follow=True).content.decode()
    word = {"confirm": "أُكّد", "reject": "رُفض"}[verdict]
    (message,) = [
        line
        for line in page.replace("</li", "<li").split("<li")
        if word in line and str(article) in line.replace("&quot;", '"')
    ]
    assert f"{figures} " in message or "رقم" in message
    assert ("تاريخ النشر" in message) == (verdict == "confirm")
