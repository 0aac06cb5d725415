"""Whatever an editor types is either stored, or shown again in the answer with the reason why it is not stored."""

import re
from datetime import date
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from lxml import html

from articles.models import Actor, Article, Event, Figure, Measure, Mention
from tests.admin.conftest import PASSWORD
from tests.admin.posting import form_of
from tests.admin.test_review_screen import ask, page_of, was

pytestmark = pytest.mark.django_db


def shown(page: str, name: str) -> str:
    """Returns the value of an input of a page."""
    (field,) = re.findall(rf'<input [^>]*name="{re.escape(name)}"[^>]*>', page)
    return unescape(re.search(r'value="([^"]*)"', field)[1])


def is_checked(page: str, name: str, value: str) -> bool:
    """Returns whether a radio button of a page is checked."""
    (radio,) = re.findall(rf'<input type="radio" name="{re.escape(name)}" value="{value}"[^>]*>', page)
    return "checked" in radio


def figure_fields(figure: Figure, **changed: str) -> dict[str, str]:
    """Returns the correction fields of a figure on the review page, with some values changed."""
    values = {"value": f"{figure.value.normalize():f}", "value_high": "", "qualifier": figure.qualifier,
              "unit": figure.unit, "measure": str(figure.measure_id or "")} | changed  # fmt: skip
    return {f"{name}-figure-{figure.pk}": value for name, value in values.items()}


@pytest.mark.parametrize("button", ["save", "done"])
def test_a_correction_without_its_verdict_is_kept_and_told(desk: Client, seed: Any, button: str) -> None:
    article = seed("000")
    figure = article.figures.get(value=210)
    key = f"figure-{figure.pk}"
    form = was(desk, article) | figure_fields(figure, value="213")
    page = desk.post(page_of(article), form | {button: "1"})
    text = page.content.decode()
    assert page.status_code == 200 and "كتبت تصحيحا ولم تختر «أكّد»" in text
    assert shown(text, f"value-{key}") == "213" and not is_checked(text, f"verdict-{key}", "confirm")
    assert Figure.objects.get(pk=figure.pk).value == 210 and not seed("000").checked_at
    # The same button stores what the page holds now.
    desk.post(
        page_of(article),
        form | {button: "1", f"verdict-{key}": "confirm", f"was-{key}": was(desk, article)[f"was-{key}"]},
    )
    assert Figure.objects.get(pk=figure.pk).value == 213


def test_a_name_and_a_date_without_a_verdict_are_kept_and_told(desk: Client, seed: Any) -> None:
    article = seed("001")
    mention = article.mentions.order_by("id").first()
    form = was(desk, article) | {f"actor-mention-{mention.pk}": "اسم كتبه", "date-value": "2024-11-05",
                                 "date-precision": "month"}  # fmt: skip
    text = desk.post(page_of(article), form | {"save": "1"}).content.decode()
    assert shown(text, f"actor-mention-{mention.pk}") == "اسم كتبه" and shown(text, "date-value") == "2024-11-05"
    assert 'value="month" selected' in text and text.count("كتبت تصحيحا ولم تختر «أكّد»") >= 2
    assert seed("001").published_basis == "inferred"


def test_the_precision_alone_is_a_correction_of_the_date(desk: Client, seed: Any) -> None:
    article = seed("001")
    Article.objects.filter(pk=article.pk).update(
        published_date=date(2024, 11, 5), published_precision="day", published_basis="inferred",
        published_earliest=date(2024, 11, 5), published_latest=date(2024, 11, 5),
    )  # fmt: skip
    form = was(desk, article) | {"date-value": "", "date-precision": "month", "verdict-date": "confirm", "save": "1"}
    assert desk.post(page_of(article), form).status_code == 302
    assert (seed("001").published_precision, str(seed("001").published_latest)) == ("month", "2024-11-30")


def test_a_rejected_item_with_a_typed_correction_is_asked_about(desk: Client, seed: Any) -> None:
    figure = seed("000").figures.get(value=210)
    form = was(desk, seed("000")) | figure_fields(figure, unit="خلايا نائمة")
    text = desk.post(
        page_of(seed("000")), form | {f"verdict-figure-{figure.pk}": "reject", "save": "1"}
    ).content.decode()
    assert "كتبت تصحيحا واخترت رفضه" in text and shown(text, f"unit-figure-{figure.pk}") == "خلايا نائمة"
    assert Figure.objects.get(pk=figure.pk).state == "suggested"


def test_what_was_refused_stands_in_the_answer(desk: Client, seed: Any) -> None:
    """A name of no actor was once discarded with the answer, together with all other typed values."""
    article = seed("000")
    mention, figure = article.mentions.order_by("id").first(), article.figures.get(value=210)
    form = was(desk, article) | figure_fields(figure, value="كثير") | {
        f"actor-mention-{mention.pk}": "لا أحد يحمله", f"verdict-mention-{mention.pk}": "confirm",
        f"verdict-figure-{figure.pk}": "confirm", "save": "1",
    }  # fmt: skip
    text = desk.post(page_of(article), form).content.decode()
    assert (
        shown(text, f"actor-mention-{mention.pk}") == "لا أحد يحمله"
        and shown(text, f"value-figure-{figure.pk}") == "كثير"
    )
    assert "لا فاعل بهذا الاسم" in text


@pytest.mark.parametrize("button", [{"skip": "1"}, {"take": "1"}])
def test_buttons_beside_what_is_typed_keep_it(desk: Client, seed: Any, button: dict) -> None:
    article = seed("000")
    figure = article.figures.get(value=210)
    form = (
        was(desk, article)
        | figure_fields(figure, value="213")
        | {"kind": "actor", "quote": "كلمات حددها", "name": "صاحبها"}
    )
    text = desk.post(page_of(article), form | button).content.decode()
    assert shown(text, f"value-figure-{figure.pk}") == "213"
    assert shown(text, "quote") == "كلمات حددها" and shown(text, "name") == "صاحبها"
    assert f"/review/{article.pk}/" not in desk.post(page_of(article), form | {"skip": "anyway"})["Location"]


def test_an_addition_is_stored_by_whatever_button_stores(desk: Client, make_article: Any) -> None:
    article = make_article(body="حضر ٤٢ مراقبا لقاء المدينة.")
    desk.post(page_of(article), was(desk, article) | {"kind": "figure", "quote": "٤٢ مراقبا", "save": "1"})
    assert article.figures.get().value == 42
    page = desk.post(
        page_of(article),
        was(desk, article) | {"kind": "actor", "quote": "ليست في النص", "done": "1", "rest": "confirm"},
    )
    assert shown(page.content.decode(), "quote") == "ليست في النص"
    assert not Article.objects.get(pk=article.pk).checked_at


def test_a_measure_that_is_not_offered_is_not_dropped(desk: Client, seed: Any) -> None:
    """A select box that lacks a figure's measure would send nothing, and so remove the measure."""
    figure = seed("000").figures.filter(measure__isnull=False).first()
    Measure.objects.filter(pk=figure.measure_id).update(label="ييي آخر المقاييس")
    Measure.objects.bulk_create(Measure(label=f"ا مقياس {n}") for n in range(310))
    page = desk.get(page_of(seed("000"))).content.decode()
    assert f'value="{figure.measure_id}" selected' in page


def test_one_press_does_not_close_an_article_over_what_waits(desk: Client, seed: Any) -> None:
    article = seed("000")
    count = Mention.objects.suggested().filter(article=article).count()
    page = desk.post(page_of(article), was(desk, article) | {"done": "1"})
    text = page.content.decode()
    assert page.status_code == 200 and not seed("000").checked_at and count > 3
    for words in ("أكّد الكل", "اترك الباقي ينتظر", "ارفض الباقي"):
        assert words in text
    assert ask(desk, article, done="1")["asks"] is True


def test_the_rest_is_confirmed_rejected_or_left(desk: Client, seed: Any) -> None:
    carried = was(desk, seed("000")) | {"done": "1"}
    assert f"/review/{seed('000').pk}/" not in desk.post(page_of(seed("000")), carried | {"rest": "leave"})["Location"]
    assert not seed("000").checked_at and Mention.objects.suggested().filter(article=seed("000")).exists()
    assert desk.post(page_of(seed("000")), carried | {"rest": "confirm"}).status_code == 302
    assert seed("000").checked_by == desk.user and not Mention.objects.suggested().filter(article=seed("000")).exists()
    basis = seed("001").published_basis
    desk.post(page_of(seed("001")), was(desk, seed("001")) | {"done": "1", "rest": "reject"})
    assert set(seed("001").figures.values_list("state", flat=True)) <= {"rejected"}
    assert seed("001").checked_at and seed("001").published_basis == basis


def test_what_came_after_the_page_was_opened_is_not_confirmed_with_the_rest(desk: Client, make_article: Any) -> None:
    article = make_article(body="كلمات عن فلان.", day=date(2024, 2, 3))
    carried = was(desk, article)
    actor = Actor.objects.create(name="فلان", kind="person")
    late = Mention.objects.create(article=article, actor=actor, spans=[[9, 13]], quotes=["فلان"], state="suggested")
    page = desk.post(page_of(article), carried | {"done": "1", "rest": "confirm"})
    assert "أكّد الكل" in page.content.decode() and Mention.objects.get(pk=late.pk).state == "suggested"


def test_a_form_outlives_its_session(desk: Client) -> None:
    """The session ends while an editor types. After the editor signs in again, the typed values are sent."""
    address = reverse("admin:articles_event_add")
    body = "سطر أول\nوسطر <ثان> «بين قوسين»"
    typed = {
        "title": "لقاء كُتب قبل انتهاء الجلسة", "kind": "meeting", "description": body, "state": "confirmed",
        "start_precision": "unknown", "start_basis": "editor", "end_precision": "unknown", "end_basis": "editor",
        "participations-TOTAL_FORMS": "0", "participations-INITIAL_FORMS": "0", "coverages-TOTAL_FORMS": "0",
        "coverages-INITIAL_FORMS": "0", "_save": "1",
    }  # fmt: skip
    desk.logout()
    ended = desk.post(address, typed)
    assert ended.status_code == 401 and "انتهت جلستك" in ended.content.decode()
    carried = hidden(ended.content.decode())
    wrong = desk.post(reverse("admin:login"), carried | {"username": "muharrir", "password": "خطأ"})
    assert hidden(wrong.content.decode()) == carried
    signed = desk.post(reverse("admin:login"), carried | {"username": "muharrir", "password": PASSWORD})
    again = signed.content.decode()
    assert signed.status_code == 200 and f'action="{address}"' in again and "muharrir" not in hidden(again).values()
    assert desk.post(address, hidden(again)).status_code == 302
    assert Event.objects.get(title="لقاء كُتب قبل انتهاء الجلسة").description.replace("\r", "") == body


def test_a_kept_form_goes_nowhere_else_and_holds_no_password(desk: Client) -> None:
    desk.logout()
    ended = desk.post(
        "/admin/password_change/", {"old_password": "السر القديم", "new_password1": "السر الجديد", "token": "123456"}
    )
    for secret in ("السر القديم", "السر الجديد", "123456"):
        assert secret not in ended.content.decode()
    for target in ("https://elsewhere.example/", "//elsewhere.example/admin/", "/articles/", "javascript:alert(1)"):
        posted = {"username": "muharrir", "password": PASSWORD, "kept-target": target, "kept:name": "x"}
        answer = desk.post(f"{reverse('admin:login')}?next=/admin/", posted)
        assert answer.status_code == 302 and answer["Location"].startswith("/admin/")
        desk.logout()


def hidden(page: str) -> dict[str, str]:
    """Returns the hidden fields of the page's own form, as a browser sends them."""
    fields = dict(re.findall(r'<textarea [^>]*name="([^"]+)" hidden>\n(.*?)</textarea>', page, re.DOTALL))
    fields |= dict(
        re.findall(r'<input type="hidden" (?:form="login-form" )?name="(kept-[a-z]+)" value="([^"]*)">', page)
    )
    return {unescape(name): unescape(value) for name, value in fields.items()}


# The session was renewed in another window.


ORIGIN = "http://testserver"


def strict(user: str) -> tuple[Client, str]:
    """A signed-in client that checks CSRF tokens, and the token of a page that it opened."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.get(username=user), backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("admin:deliver"))
    return client, re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.content.decode())[1]


@pytest.mark.parametrize("page", ["article", "review", "actor"])
def test_a_form_of_before_the_session_was_renewed_is_kept_and_sent_again(desk: Client, seed: Any, page: str) -> None:
    article, actor = seed("000"), Actor.objects.first()
    address = {
        "article": reverse("admin:articles_article_change", args=[article.pk]), "review": page_of(article),
        "actor": reverse("admin:articles_actor_change", args=[actor.pk]),
    }[page]  # fmt: skip
    posted = was(desk, article) | {"save": "1"} if page == "review" else form_of(desk, address)
    typed = {"author": "كاتب كتبه المحرر", "quote": "كلمات كتبها المحرر", "distinction": "تمييز كتبه المحرر"}
    client, old = strict("muharrir")
    client.logout()
    client.force_login(desk.user, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post(address, posted | typed | {"csrfmiddlewaretoken": old}, headers={"origin": ORIGIN})
    text = answer.content.decode()
    assert answer.status_code == 403 and "تجددت جلستك" in text and all(words in text for words in typed.values())
    form = html.fromstring(text).xpath(f'//form[@action="{address}"]')[0]
    again = {field.get("name"): field.get("value") or field.text or "" for field in form.xpath(".//*[@name]")}
    again = {name: value.removeprefix("\n") for name, value in again.items()}
    assert client.post(address, again, headers={"origin": ORIGIN}).status_code in (200, 302)
    if page == "article":
        assert Article.objects.get(pk=article.pk).author == "كاتب كتبه المحرر"


@pytest.mark.parametrize("headers", [{}, {"origin": "https://evil.example"}, {"origin": "null"}])
def test_what_another_site_sends_to_the_desk_is_neither_done_nor_offered(
    desk: Client, seed: Any, headers: dict[str, str]
) -> None:
    client, _ = strict("muharrir")
    answer = client.post(page_of(seed("000")), {"quote": "زرعه غريب", "save": "1"}, headers=headers)
    text = answer.content.decode()
    assert answer.status_code == 403 and "زرعه غريب" not in text and "هذا غير مسموح لك" in text


def test_an_old_sign_in_form_leads_to_a_new_one(desk: Client) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post(reverse("admin:login"), {"username": "muharrir", "password": "x"}, headers={"origin": ORIGIN})
    assert (answer.status_code, answer["Location"]) == (302, reverse("admin:login"))
