"""Review of one article on one screen, by plain form and by script. Decisions outlive later runs of the rules."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from articles.extract.authority import Authority
from articles.extract.process import suggest
from articles.models import Actor, Article, Coverage, Event, Figure, Mention
from tests.admin.conftest import account

pytestmark = pytest.mark.django_db


def page_of(article: Article, query: str = "") -> str:
    """Returns the address of an article's review page."""
    return reverse("admin:review", args=[article.pk]) + query


def ask(desk: Client, article: Article, **posted: str) -> dict:
    """Posts to the review page as its script does, and returns the JSON answer.

    The marks of the shown items are sent unless `posted` has them.
    """
    decided = {name.removeprefix("verdict-") for name in posted if name.startswith("verdict-")}
    carried = {f"was-{key}" for key in decided} | ({"was-article"} if {"done", "take"} & set(posted) else set())
    shown = (
        {name: mark for name, mark in was(desk, article).items() if name in carried} if carried - set(posted) else {}
    )
    return desk.post(page_of(article), shown | posted, headers={"Accept": "application/json"}).json()


def was(desk: Client, article: Article) -> dict[str, str]:
    """Returns the marks of the shown version that the page of an article posts."""
    context = desk.get(page_of(article, "?open=1")).context
    return {f"was-{item.key}": item.was for item in context["items"]} | {"was-article": str(context["was_article"])}


def test_every_suggestion_is_marked_in_place_and_listed(desk: Client, seed: Any) -> None:
    article = seed("000")
    page = desk.get(page_of(article)).content.decode()
    for noun, rows in (("mention", article.mentions.all()), ("figure", article.figures.all())):
        for row in rows:
            assert f'id="{noun}-{row.pk}"' in page
    assert page.count("<mark") >= article.figures.count()
    assert article.coverages.get().event.title in page


def test_a_plain_form_decides_and_goes_on_to_the_next(desk: Client, seed: Any) -> None:
    article = seed("000")
    wrong, *right = article.figures.order_by("id")
    posted = (
        {f"verdict-figure-{figure.pk}": "confirm" for figure in right}
        | {
            f"verdict-figure-{wrong.pk}": "reject",
            "done": "1",
            "rest": "confirm",
        }
        | was(desk, article)
    )
    response = desk.post(page_of(article, "?order=old"), posted)
    assert Figure.objects.get(pk=wrong.pk).state == "rejected"
    assert {figure.reviewed_by.username for figure in article.figures.select_related("reviewed_by")} == {"muharrir"}
    article = seed("000")
    assert article.checked_by.username == "muharrir" and article.checked_at
    following = Article.objects.exclude(pk=article.pk).order_by("id").first()
    assert response.status_code == 302 and f"/review/{following.pk}/" in response["Location"]


def test_what_was_decided_outlives_a_later_run(desk: Client, seed: Any) -> None:
    article = seed("000")
    figure, mention = article.figures.order_by("id").first(), article.mentions.order_by("id").first()
    ask(desk, article, **{f"verdict-figure-{figure.pk}": "reject", f"verdict-mention-{mention.pk}": "confirm"})
    suggest(article, Authority.load())
    assert (
        Figure.objects.get(pk=figure.pk).state == "rejected" and Mention.objects.get(pk=mention.pk).state == "confirmed"
    )
    assert article.figures.filter(quote=figure.quote, start=figure.start).count() == 1


def test_a_figure_is_corrected_where_it_is_confirmed(desk: Client, seed: Any) -> None:
    figure = seed("000").figures.get(value=210)
    key = f"figure-{figure.pk}"
    fields = {"value": "211", "value_high": "", "qualifier": "more_than", "unit": "خلية", "measure": ""}
    answer = ask(
        desk, seed("000"), **{f"verdict-{key}": "confirm"}, **{f"{name}-{key}": value for name, value in fields.items()}
    )
    figure.refresh_from_db()
    assert answer["states"] == {key: "confirmed"} and (figure.value, figure.qualifier, figure.measure) == (
        211,
        "more_than",
        None,
    )
    refused = ask(desk, seed("000"), **{f"verdict-{key}": "confirm", f"value-{key}": "كثير"})
    assert refused["refused"][key].startswith("القيمة: ") and Figure.objects.get(pk=figure.pk).value == 211


def test_a_mention_is_given_to_the_right_actor(desk: Client, make_article: Any) -> None:
    wrong = Actor.objects.create(name="سمير الأول", kind="person")
    right = Actor.objects.create(name="سمير الثاني", kind="person", distinction="السفير")
    article = make_article(body="قال سمير الأول إن الأمر كذا.")
    suggest(article, Authority.load())
    mention = article.mentions.get(actor=wrong)
    key = f"mention-{mention.pk}"
    assert (
        "لا فاعل بهذا الاسم"
        in ask(desk, article, **{f"verdict-{key}": "confirm", f"actor-{key}": "لا أحد"})["refused"][key]
    )
    ask(desk, article, **{f"verdict-{key}": "confirm", f"actor-{key}": "سمير الثاني"})
    moved = article.mentions.get(actor=right)
    assert moved.state == "confirmed" and moved.quotes == ["سمير الأول"]
    assert Mention.objects.get(pk=mention.pk).state == "rejected"
    suggest(article, Authority.load())
    assert (
        article.mentions.get(actor=wrong).state == "rejected" and article.mentions.get(actor=right).state == "confirmed"
    )


def test_who_is_confirmed_in_an_article_is_confirmed_as_an_actor(desk: Client, make_article: Any) -> None:
    article = make_article(body="كلمات عن فلان.")
    actor = Actor.objects.create(name="فلان", kind="person", state="suggested")
    mention = Mention.objects.create(
        article=article, actor=actor, spans=[[9, 13]], quotes=[article.body[9:13]], state="suggested"
    )
    ask(desk, article, **{f"verdict-mention-{mention.pk}": "confirm"})
    assert Actor.objects.get(pk=actor.pk).state == "confirmed"


def test_rejecting_an_alias_offers_to_narrow_it(desk: Client, make_article: Any) -> None:
    actor = Actor.objects.create(name="مركز الدراسات البعيد", kind="civil")
    alias = actor.aliases.create(name="المركز البعيد")
    articles = [make_article(title=f"خبر {n}", body=f"في المركز البعيد حديث {n}.") for n in range(3)]
    for article in articles:
        suggest(article, Authority.load())
    first = articles[0].mentions.get(actor=actor)
    answer = ask(desk, articles[0], **{f"verdict-mention-{first.pk}": "reject"})
    assert [(narrowing["name"], narrowing["others"]) for narrowing in answer["narrowings"]] == [("المركز البعيد", 2)]
    ask(desk, articles[0], narrow=str(alias.pk), reject_others="on")
    alias.refresh_from_db()
    assert not alias.found_in_text
    assert set(Mention.objects.filter(actor=actor).values_list("state", flat=True)) == {"rejected"}
    later = make_article(title="خبر آخر", body="عن المركز البعيد أيضا.")
    suggest(later, Authority.load())
    assert not later.mentions.filter(actor=actor).exists()


def test_what_was_missed_is_added_from_the_text(desk: Client, make_article: Any) -> None:
    article = make_article(
        title="خبر", body="التقى الوفد في المدينة.\n\nوحضر ٤٢ مراقبا لقاء المدينة.", day=date(2024, 2, 3)
    )
    at = article.body.rindex("المدينة")
    posted = {"add": "1", "kind": "actor", "quote": "المدينة", "name": "بلدية المدينة", "new_kind": "government",
              "start": str(at), "end": str(at + 7)}  # fmt: skip
    assert ask(desk, article, **posted)["errors"] == {}
    mention = article.mentions.get(actor__name="بلدية المدينة")
    assert mention.spans == [[at, at + 7]] and mention.state == "confirmed"
    assert ask(desk, article, add="1", kind="figure", quote="٤٢ مراقبا")["errors"] == {}
    figure = article.figures.get()
    assert figure.value == 42 and article.body[figure.start : figure.end] == "٤٢ مراقبا" and figure.state == "confirmed"
    assert "quote" in ask(desk, article, add="1", kind="figure", quote="٤٣ مراقبا")["errors"]
    assert "quote" in ask(desk, article, add="1", kind="figure", quote="التقى الوفد")["errors"]
    assert ask(desk, article, add="1", kind="event", name="لقاء المدينة", new_kind="meeting")["errors"] == {}
    assert Coverage.objects.get(article=article).event == Event.objects.get(title="لقاء المدينة")
    unknown = ask(desk, article, add="1", kind="actor", quote="الوفد", name="وفد مجهول", new_kind="")
    assert "لا فاعل بهذا الاسم" in unknown["errors"]["name"][0]


def test_the_date_is_confirmed_written_or_unknown(desk: Client, seed: Any) -> None:
    article = seed("001")
    assert article.published_basis == "inferred"
    ask(desk, article, **{"verdict-date": "confirm"})
    assert seed("001").published_basis == "editor" and seed("001").published == article.published.__class__(
        article.published.date,
        article.published.precision,
        "editor",
        article.published.earliest,
        article.published.latest,
    )
    ask(desk, article, **{"verdict-date": "confirm", "date-value": "2024-11-05", "date-precision": "month"})
    assert (str(seed("001").published.earliest), str(seed("001").published.latest)) == ("2024-11-01", "2024-11-30")
    assert "date" in ask(desk, article, **{"verdict-date": "confirm", "date-value": "أمس"})["refused"]
    ask(desk, article, **{"verdict-date": "reject"})
    assert seed("001").published_precision == "unknown" and seed("001").published_basis == "editor"


def test_two_editors_at_one_article(desk: Client, senior: Client, seed: Any) -> None:
    figure = seed("000").figures.order_by("id").first()
    key = f"figure-{figure.pk}"
    marks = {f"was-{key}": was(desk, seed("000"))[f"was-{key}"]}
    ask(senior, seed("000"), **{f"verdict-{key}": "reject"}, **marks)
    answer = ask(desk, seed("000"), **{f"verdict-{key}": "confirm"}, **marks)
    assert "awwal" in answer["refused"][key] and Figure.objects.get(pk=figure.pk).state == "rejected"
    plain = desk.post(page_of(seed("000")), {f"verdict-{key}": "confirm"} | marks, follow=True)
    assert "سبقك awwal" in plain.content.decode()


def test_facts_of_another_article_are_out_of_reach(desk: Client, seed: Any) -> None:
    figure = seed("000").figures.order_by("id").first()
    assert (
        ask(desk, seed("001"), **{f"verdict-figure-{figure.pk}": "reject", "verdict-nonsense-1": "confirm"})["states"]
        == {}
    )
    assert Figure.objects.get(pk=figure.pk).state == "suggested"


def test_orders_of_the_queue(desk: Client, seed: Any) -> None:
    Article.objects.filter(pk=seed("000").pk).update(checked_at="2026-01-01T00:00Z")
    newest, oldest = (
        Article.objects.unchecked().order_by("-id").first(),
        Article.objects.unchecked().order_by("id").first(),
    )
    turn = reverse("admin:review_next")
    assert f"/{newest.pk}/" in desk.get(turn, {"order": "new"})["Location"]
    assert f"/{oldest.pk}/" in desk.get(turn, {"order": "old"})["Location"]
    doubtful = (
        Figure.objects.suggested().filter(article__in=Article.objects.unchecked()).order_by("score", "id").first()
    )
    assert f"/{doubtful.article_id}/" in desk.get(turn, {"order": "unsure", "kind": "figure"})["Location"]
    assert desk.get(turn, {"mine": "1"})["Location"] == reverse("admin:index")
    desk.post(page_of(oldest), {"take": "1", "was-article": was(desk, oldest)["was-article"]})
    assert f"/{oldest.pk}/" in desk.get(turn, {"mine": "1"})["Location"]
    skipped = desk.post(page_of(newest), {"skip": "1"})["Location"]
    assert f"/{newest.pk}/" not in skipped and not Article.objects.get(pk=newest.pk).checked_at


def test_the_start_page_says_what_waits(desk: Client, seed: Any, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(40):
        page = desk.get(reverse("admin:index"))
    lines = {line.name: line.count.rows for line in page.context["lines"]}
    assert lines["مقالات لم تُراجع"] == 5 and lines["أرقام"] == Figure.objects.suggested().count()
    counts = {line.name: line.count.rows for line in desk.get(reverse("admin:index"), {"mine": "1"}).context["lines"]}
    assert counts["مقالات لم تُراجع"] == 0
    Article.objects.filter(pk=seed("000").pk).update(assigned_to=desk.user)
    counts = {line.name: line.count.rows for line in desk.get(reverse("admin:index"), {"mine": "1"}).context["lines"]}
    assert counts["مقالات لم تُراجع"] == 1 and counts["أرقام"] == seed("000").figures.suggested().count()


def test_names_are_offered_while_they_are_typed(desk: Client) -> None:
    names = desk.get(reverse("admin:names", args=["actor"]), {"q": "انطوني"}).json()["names"]
    assert names == ["أنتوني بلينكن"]
    assert account("other").pk


def test_an_actor_is_chosen_by_the_name_it_is_offered_under(desk: Client, make_article: Any) -> None:
    first = Actor.objects.create(name="سعيد الأول", kind="person", distinction="الوزير")
    second = Actor.objects.create(name="سعيد الأول", kind="person", distinction="السفير")
    assert desk.get(reverse("admin:names", args=["actor"]), {"q": "سعيد الأول"}).json()["names"] == [
        str(first),
        str(second),
    ]
    article = make_article(body="تحدث سعيد الأول مطولا.")
    ambiguous = ask(desk, article, add="1", kind="actor", quote="سعيد الأول")
    assert f"#{first.pk}" in ambiguous["errors"]["name"][0]
    assert ask(desk, article, add="1", kind="actor", quote="سعيد الأول", name=str(second))["errors"] == {}
    assert article.mentions.get().actor == second


def test_what_a_reviewed_article_still_has_waits_no_more(desk: Client, seed: Any) -> None:
    Article.objects.update(checked_at="2026-01-01T00:00Z")
    lines = {line.name: line.count.rows for line in desk.get(reverse("admin:index")).context["lines"]}
    assert lines["أرقام"] == 0 and Figure.objects.suggested().exists()
    assert desk.get(reverse("admin:review_next"), {"kind": "figure"})["Location"] == reverse("admin:index")


def test_suggested_actors_are_listed_by_how_sure_they_are(desk: Client) -> None:
    for n in (3, 1, 2):
        Actor.objects.create(name=f"هيئة {n}", kind="civil", state="suggested", score=n / 10)
    links = next(
        line.links for line in desk.get(reverse("admin:index")).context["lines"] if line.name.startswith("فاعلون جدد")
    )
    listed = {label: [actor.name for actor in desk.get(address).context["cl"].result_list] for label, address in links}
    assert listed["الأقل ثقة"] == ["هيئة 1", "هيئة 2", "هيئة 3"] == listed["الأكثر ثقة"][::-1]


# Characters that a form may send along with the words: Windows line ends, a byte order mark, controls, bidi overrides,
# tabs.
STRAY = {
    "as they are": "{0}", "a mark before": "\ufeff{0}", "a mark within": "{1}\ufeff{2}", "an override": "\u202e{0}\u202c", "a control": "{1}\x10{2}",
    "an embedding within": "{1}\u202b{2}",
}  # fmt: skip


def test_a_correction_is_stored_clean(desk: Client, seed: Any) -> None:
    article = seed("000")
    figure = article.figures.get(value=210)
    key, before = f"figure-{figure.pk}", (figure.start, figure.end, figure.quote)
    for unit, stored in (
        ("خلية\x10\u202e", "خلية"),
        ("\ufeffخلية\r\nنائمة", "خلية نائمة"),
        ("خلايا\tنائمة\u2028", "خلايا نائمة"),
    ):
        fields = {"value": "210", "value_high": "", "qualifier": "more_than", "unit": unit, "measure": ""}
        answer = ask(
            desk, article, **{f"verdict-{key}": "confirm"}, **{f"{name}-{key}": value for name, value in fields.items()}
        )
        assert answer["states"] == {key: "confirmed"}, answer
        figure.refresh_from_db()
        assert figure.unit == stored
        assert (
            (figure.start, figure.end, figure.quote)
            == before
            == (before[0], before[1], article.body[before[0] : before[1]])
        )


@pytest.mark.parametrize("stray", STRAY)
@pytest.mark.parametrize("is_selected", [False, True], ids=["typed", "selected"])
def test_an_addition_is_found_in_the_text_whatever_comes_along(
    desk: Client, make_article: Any, stray: str, is_selected: bool
) -> None:
    article = make_article(body="التقى الوفد في المدينة.\n\nوحضر ٤٢ مراقبا لقاء المدينة.")
    at = article.body.rindex("المدينة")
    place = {"start": str(at), "end": str(at + 7)} if is_selected else {}
    quote = STRAY[stray].format("المدينة", "المد", "ينة")
    posted = {
        "add": "1",
        "kind": "actor",
        "quote": quote,
        "name": "\ufeffبلدية\x10 المدينة\r\n",
        "new_kind": "government",
    }
    assert ask(desk, article, **posted, **place)["errors"] == {}
    mention = article.mentions.get(actor__name="بلدية المدينة")
    first = at if is_selected else article.body.index("المدينة")
    assert mention.quotes == ["المدينة"] and mention.spans == [[first, first + 7]]
    figure_quote = STRAY[stray].format("٤٢ مراقبا", "٤٢ مر", "اقبا")
    assert ask(desk, article, add="1", kind="figure", quote=figure_quote)["errors"] == {}
    figure = article.figures.get()
    assert (figure.value, figure.unit, figure.quote) == (42, "مراقبا", "٤٢ مراقبا")
    assert article.body[figure.start : figure.end] == figure.quote


@pytest.mark.parametrize("break_", ["\n\n", "\r\n\r\n", "\r\r", "\u2029\u2029"], ids=["LF", "CRLF", "CR", "U+2029"])
def test_an_addition_over_two_paragraphs_keeps_its_span(desk: Client, make_article: Any, break_: str) -> None:
    article = make_article(body="عقد في الرباط.\n\nوانعقد لقاء المدينة.")
    ends = {"start": str(article.body.index("الرباط")), "end": str(article.body.index("لقاء") - 1)}
    for place in ({}, ends):
        posted = {
            "add": "1",
            "kind": "actor",
            "quote": f"الرباط.{break_}وانعقد",
            "name": f"هيئة {len(place)}",
            "new_kind": "civil",
        }
        assert ask(desk, article, **posted, **place)["errors"] == {}
        mention = article.mentions.get(actor__name=f"هيئة {len(place)}")
        assert mention.quotes == ["الرباط.\n\nوانعقد"] == [article.body[start:end] for start, end in mention.spans]
