"""What an editor saves is what is stored: texts pass the text gate, facts keep their words, and an unchanged form
stores nothing.
"""

import re
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection
from django.test import Client
from django.urls import reverse

from articles.arabic.counting import each_once
from articles.arabic.quoting import in_guillemets
from articles.curation.changes import changes_of, versions_of
from articles.extract.authority import Authority
from articles.extract.process import suggest
from articles.models import Actor, Article, Figure, Measure, Mention, ReviewState, Source, SynonymSet
from tests.admin.posting import form_of

pytestmark = pytest.mark.django_db


def change(noun: str, row: object) -> str:
    """Returns the address of a row's form."""
    return reverse(f"admin:articles_{noun}_change", args=[row.pk])


def as_browser(posted: dict) -> dict:
    """Returns the text as a browser posts it: a textarea sends line ends as CRLF."""
    return {name: value.replace("\n", "\r\n") if isinstance(value, str) else value for name, value in posted.items()}


def said(response: Any) -> str:
    """Returns the messages of an answer as one text."""
    return " ".join(str(message) for message in response.context["messages"])


def test_an_untouched_article_form_changes_nothing(desk: Client, seed: Any) -> None:
    article = seed("003")
    before = Article.objects.filter(pk=article.pk).values().get()
    assert before["body"].count("\n\n") >= 3
    posted = as_browser(form_of(desk, change("article", article)))
    assert "\r\n" in posted["body"]
    assert desk.post(change("article", article), posted).status_code == 302
    assert Article.objects.filter(pk=article.pk).values().get() == before
    assert changes_of(article) == []


def test_a_changed_body_is_refused_unless_it_was_asked_for(desk: Client, seed: Any) -> None:
    article = seed("003")
    posted = as_browser(form_of(desk, change("article", article)))
    refused = desk.post(change("article", article), posted | {"body": "غيره برنامج في المتصفح.", "section": "أمن"})
    assert refused.status_code == 200 and "حرّر النص" in refused.context["adminform"].form.errors["body"][0]
    assert (seed("003").body, seed("003").section) == (article.body, article.section)
    for flag in ("0", "", "true", "11"):
        desk.post(change("article", article), posted | {"body": "غيره برنامج في المتصفح.", "edit_body": flag})
        assert seed("003").body == article.body
    closed = desk.get(change("article", article)).content.decode()
    assert "readonly" in closed and 'href="?edit_body=1"' in closed
    opened = desk.get(change("article", article), {"edit_body": "1"}).content.decode()
    assert 'name="edit_body" value="1"' in opened and 'id="edit-body"' not in opened
    posted |= {"edit_body": "1", "body": "فقرة أولى.\r\n\r\n\r\n\tفقرة\u202e ثانية\x10.\r\n"}
    assert desk.post(change("article", article), posted).status_code == 302
    assert seed("003").body == "فقرة أولى.\n\n فقرة ثانية."


def test_facts_move_with_their_words(desk: Client, seed: Any) -> None:
    article = seed("000")
    figures, mentions = article.figures.order_by("start"), article.mentions.order_by("id")
    figures.update(state=ReviewState.CONFIRMED)
    mentions.update(state=ReviewState.CONFIRMED)
    quotes, named = list(figures.values_list("quote", flat=True)), dict(mentions.values_list("pk", "quotes"))
    assert len(quotes) >= 2 and len(named) >= 3
    first, *rest = article.body.split("\n\n")
    body = "\r\n\r\n".join(["كتب محرر فقرة جديدة في المطلع.", *rest, first])
    posted = as_browser(form_of(desk, change("article", article))) | {"edit_body": "1", "body": body}
    assert desk.post(change("article", article), posted).status_code == 302
    article.refresh_from_db()
    for figure in article.figures.filter(state=ReviewState.CONFIRMED):
        assert article.body[figure.start : figure.end] == figure.quote
    assert sorted(article.figures.filter(state=ReviewState.CONFIRMED).values_list("quote", flat=True)) == sorted(quotes)
    for mention in article.mentions.filter(pk__in=named):
        assert mention.state == ReviewState.CONFIRMED and sorted(mention.quotes) == sorted(named[mention.pk])
        assert mention.quotes == [article.body[start:end] for start, end in mention.spans]


def test_a_confirmed_fact_whose_words_are_gone_keeps_its_decision_and_the_editor_is_told(
    desk: Client, seed: Any
) -> None:
    article = seed("000")
    figure = article.figures.order_by("start").first()
    Figure.objects.filter(pk=figure.pk).update(state=ReviewState.CONFIRMED)
    posted = as_browser(form_of(desk, change("article", article)))
    posted |= {"edit_body": "1", "body": article.body.replace(figure.quote, "عدد غير مذكور")}
    response = desk.post(change("article", article), posted, follow=True)
    figure.refresh_from_db()
    assert (figure.state, figure.start, figure.end) == (ReviewState.CONFIRMED, None, None)
    assert f"«{figure.quote}»" in said(response) and "بلا موضع" in said(response)


def test_body_and_a_fact_of_it_are_changed_in_one_form(desk: Client, seed: Any) -> None:
    article = seed("000")
    posted = as_browser(form_of(desk, change("article", article)))
    first = Figure.objects.get(pk=posted["figures-0-id"])
    posted |= {"edit_body": "1", "body": "استدراك. " + article.body, "figures-0-unit": "وحدة جديدة",
               "figures-0-state": "confirmed"}  # fmt: skip
    assert desk.post(change("article", article), posted).status_code == 302
    after = Figure.objects.get(pk=first.pk)
    assert (after.start, after.unit, after.reviewed_by) == (first.start + len("استدراك. "), "وحدة جديدة", desk.user)


def test_only_a_changed_state_is_signed(desk: Client, senior: Client, seed: Any) -> None:
    article = seed("000")
    figure = article.figures.order_by("id").first()
    Figure.objects.filter(pk=figure.pk).update(state=ReviewState.CONFIRMED, reviewed_by=senior.user)
    posted = form_of(desk, change("article", article))
    place = next(n for n in range(99) if posted.get(f"figures-{n}-id") == figure.pk)
    assert desk.post(change("article", article), posted | {f"figures-{place}-unit": "خلية أخرى"}).status_code == 302
    figure.refresh_from_db()
    assert figure.unit == "خلية أخرى" and figure.reviewed_by == senior.user


def test_an_earlier_version_of_a_fact_is_restored_without_words_that_are_gone(desk: Client, seed: Any) -> None:
    article = seed("000")
    figure = article.figures.order_by("start").first()
    mention = next(row for row in article.mentions.all() if len(row.quotes) == 1)
    before = mention.role
    Figure.objects.filter(pk=figure.pk).update(state=ReviewState.CONFIRMED, unit="وحدة")
    Mention.objects.filter(pk=mention.pk).update(state=ReviewState.CONFIRMED, role="صفة")
    article.body = article.body.replace(figure.quote, "كثير").replace(mention.quotes[0], "غيره")
    article.save()
    for noun, fact in (("figure", figure), ("mention", mention)):
        page = reverse(f"admin:articles_{noun}_history", args=[fact.pk])
        oldest = versions_of(fact)[-1]
        messages = said(desk.post(page, {"restore": oldest.pgh_id}, follow=True))
        assert "استُعيدت النسخة" in messages and "بلا موضع" in messages and "inside_body" not in messages
    figure.refresh_from_db()
    mention.refresh_from_db()
    assert (figure.state, figure.start, figure.quote) == (ReviewState.SUGGESTED, None, versions_of(figure)[-1].quote)
    assert (mention.state, mention.spans, mention.role) == (ReviewState.SUGGESTED, [], before)


def test_an_earlier_version_of_a_fact_is_restored_where_its_words_stand_now(desk: Client, seed: Any) -> None:
    article = seed("000")
    figure = article.figures.order_by("start").last()
    Figure.objects.filter(pk=figure.pk).update(unit="وحدة")
    article.body = "استدراك طويل في المطلع.\n\n" + article.body
    article.save()
    page = reverse("admin:articles_figure_history", args=[figure.pk])
    desk.post(page, {"restore": versions_of(figure)[-1].pgh_id})
    restored = Figure.objects.get(pk=figure.pk)
    assert restored.unit == figure.unit and article.body[restored.start : restored.end] == figure.quote


def test_what_the_database_refuses_is_told_in_arabic_at_every_page(desk: Client, seed: Any) -> None:
    figure = seed("000").figures.order_by("id").first()
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'figure_secret_rule'; END $$"
        )
        cursor.execute(
            "CREATE TRIGGER figure_secret_rule BEFORE UPDATE ON articles_figure FOR EACH ROW EXECUTE FUNCTION refuse()"
        )
    posted = form_of(desk, change("figure", figure)) | {"unit": "وحدة"}
    refused = desk.post(change("figure", figure), posted)
    page = refused.content.decode()
    assert refused.status_code == 409 and "قواعد الأرشيف" in page and "secret_rule" not in page


def test_a_name_that_another_source_has_is_refused_without_the_constraints_name(desk: Client, db: None) -> None:
    first, second = Source.objects.create(name="جريدة ألف"), Source.objects.create(name="جريدة باء")
    response = desk.post(change("source", second), form_of(desk, change("source", second)) | {"name": first.name})
    page = response.content.decode()
    assert response.status_code == 200 and "يوجد مصدر بهذا الاسم" in page and "source_one_name" not in page
    with pytest.raises(IntegrityError, match="source_one_name"):
        Source.objects.filter(pk=second.pk).update(folded_name=first.folded_name)


@pytest.mark.parametrize(
    "dirty", ["مح\x10مد\tعلي\r\nالعلوي", "\ufeffمحمد\u202e علي\u2028العلوي", "محم\ud800د علي\x85العلوي"]
)
def test_names_of_every_noun_pass_the_gate(desk: Client, dirty: str) -> None:
    actor = Actor.objects.create(name=dirty, kind="person", description=dirty)
    assert actor.name == "محمد علي العلوي" and Actor.objects.get(name=dirty) == actor
    assert Actor.objects.get(pk=actor.pk).description == "محمد علي\nالعلوي".replace("علي\n", "علي\n")
    Actor.objects.filter(pk=actor.pk).update(country=dirty)
    assert Actor.objects.get(pk=actor.pk).country == "محمد علي العلوي"
    Measure.objects.bulk_create([Measure(label=dirty, units=[dirty])])
    assert Measure.objects.get(label=dirty).units == ["محمد علي العلوي"]
    posted = form_of(desk, change("actor", actor)) | {"name": f"الدكتور {dirty}".replace("\ud800", "")}
    assert desk.post(change("actor", actor), posted).status_code == 302
    assert Actor.objects.get(pk=actor.pk).name == "الدكتور محمد علي العلوي"
    synonyms = SynonymSet.objects.create(words=[dirty, "ثان"], kind="meaning")
    assert SynonymSet.objects.get(pk=synonyms.pk).words == ["محمد علي العلوي", "ثان"]


def test_a_body_that_the_old_form_damaged_is_reported_and_mended_with_its_spans(seed: Any, capsys: Any) -> None:
    article = seed("000")
    body, spans = article.body, list(article.figures.order_by("id").values_list("start", "end"))
    figure, mention = article.figures.order_by("start").last(), article.mentions.order_by("id").first()
    Figure.objects.filter(pk=figure.pk).update(state=ReviewState.CONFIRMED)
    shifted = body.replace("\n", "\r\n")
    with connection.cursor() as cursor:  # As the form stored it before texts were cleaned.
        cursor.execute("SET session_replication_role TO replica")
        cursor.execute(
            "UPDATE articles_article SET body = %s, title = %s WHERE id = %s", [shifted, "عن\x10وان", article.pk]
        )
        for fact in article.figures.all():
            at = shifted.index(fact.quote)
            values = [None, None] if fact == figure else [at, at + len(fact.quote)]
            cursor.execute('UPDATE articles_figure SET start = %s, "end" = %s WHERE id = %s', [*values, fact.pk])
        for fact in article.mentions.all():
            moved = [[s + body.count("\n", 0, s), e + body.count("\n", 0, e)] for s, e in fact.spans]
            cursor.execute("UPDATE articles_mention SET spans = %s WHERE id = %s", [moved, fact.pk])
        cursor.execute("SET session_replication_role TO DEFAULT")
    with pytest.raises(SystemExit):
        call_command("check_archive", "--without-digests")
    errors = capsys.readouterr().err
    assert f"article {article.pk}: its body" in errors and f"article {article.pk}: its title" in errors
    call_command("check_archive", "--without-digests", "--repair")
    article.refresh_from_db()
    assert (article.body, article.title) == (body, "عنوان")
    assert list(article.figures.order_by("id").values_list("start", "end")) == spans
    assert Mention.objects.get(pk=mention.pk).spans == mention.spans
    call_command("check_archive", "--without-digests")


def test_a_name_that_is_lost_many_times_is_told_once_with_its_count(desk: Client, make_article: Any) -> None:
    sentence = "قال التحالف الدولي إن 5 خبراء وصلوا. "
    article = make_article(body=(sentence * 14).strip())
    actor = Actor.objects.create(name="التحالف الدولي", kind="organisation")
    places = [match.span() for match in re.finditer("التحالف الدولي", article.body)]
    Mention.objects.create(
        article=article,
        actor=actor,
        spans=[list(place) for place in places],
        quotes=["التحالف الدولي"] * 14,
        state="confirmed",
    )
    for start in (match.start() for match in re.finditer("5 خبراء", article.body)):
        Figure.objects.create(
            article=article, value=5, unit="خبراء", quote="5 خبراء", start=start, end=start + 7, state="confirmed"
        )
    address = change("article", article)
    posted = form_of(desk, address) | {"body": "نص آخر كله.", "edit_body": "1"}
    posted = {name: value for name, value in posted.items() if not name.startswith(("figures-", "mentions-"))} | {
        f"{prefix}-{name}_FORMS": "0" for prefix in ("figures", "mentions") for name in ("TOTAL", "INITIAL")
    }
    messages = said(desk.post(address, posted, follow=True))
    assert "(التحالف الدولي): «التحالف الدولي» (14 مرة)" in messages and messages.count("«التحالف الدولي»") == 1
    assert messages.count("«5 خبراء»") == 1 and "«5 خبراء» (14 مرة)" in messages


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["ا", "ب", "ا"], ["ا (مرتان)", "ب"]), (["ا"], ["ا"]), (["ب", *["ا"] * 3], ["ب", "ا (3 مرات)"]), ([], []),
        (["ا"] * 11, ["ا (11 مرة)"]),
    ],
)  # fmt: skip
def test_each_text_is_said_once(texts: list[str], expected: list[str]) -> None:
    assert list(each_once(texts)) == expected


# A text with a confirmed number, and the same number as an editor may write it.
_REWRITTEN = [
    ("350 مقاتلا", "٣٥٠ مقاتلا"),
    ("1200 مقاتل", "1,200 مقاتل"),
    ("ثلاثة مقاتلين", "3 مقاتلين"),
]


@pytest.mark.parametrize(("written", "rewritten"), _REWRITTEN)
@pytest.mark.parametrize("state", [ReviewState.CONFIRMED, ReviewState.REJECTED])
def test_a_reviewed_figure_takes_the_place_of_its_number_in_other_digits(
    desk: Client, make_article: Any, written: str, rewritten: str, state: str
) -> None:
    body = f"أعلنت الحكومة أمس أن {written} ألقوا السلاح في الشمال."
    article = make_article(body=body)
    suggest(article, Authority.load())
    (figure,) = article.figures.all()
    Figure.objects.filter(pk=figure.pk).update(state=state)
    posted = as_browser(form_of(desk, change("article", article)))
    posted |= {"edit_body": "1", "body": body.replace(written, rewritten)}
    response = desk.post(change("article", article), posted, follow=True)
    article.refresh_from_db()
    (after,) = article.figures.all()
    assert (after.pk, after.state, after.value) == (figure.pk, state, figure.value)
    assert after.quote == article.body[after.start : after.end] and rewritten.split()[0] in after.quote
    assert "بلا موضع" not in said(response)


def test_the_same_number_elsewhere_or_of_another_thing_is_another_fact(desk: Client, make_article: Any) -> None:
    body = "أعلنت الحكومة أمس أن 350 مقاتلا ألقوا السلاح في الشمال.\n\nوقال الوزير إن المدينة هادئة."
    moved = "أعلنت الحكومة أمس أن كثيرين ألقوا السلاح في الشمال.\n\nوقال الوزير إن المدينة هادئة وإن ٣٥٠ مقاتلا فيها."
    for changed in (moved, body.replace("350 مقاتلا", "٣٥٠ جنديا"), body.replace("350 مقاتلا", "٣٥١ مقاتلا")):
        article = make_article(body=body)
        suggest(article, Authority.load())
        Figure.objects.filter(article=article).update(state=ReviewState.CONFIRMED)
        posted = as_browser(form_of(desk, change("article", article))) | {"edit_body": "1", "body": changed}
        response = desk.post(change("article", article), posted, follow=True)
        confirmed = article.figures.get(state=ReviewState.CONFIRMED)
        assert (confirmed.quote, confirmed.start) == ("350 مقاتلا", None)
        assert article.figures.filter(state=ReviewState.SUGGESTED).count() == 1
        assert "«350 مقاتلا»" in said(response)


def test_only_facts_that_stand_nowhere_any_more_are_named_as_lost(desk: Client, make_article: Any) -> None:
    body = "التقى سعيد الورداني نظيره. وأعلن أن 350 مقاتلا و90 خبيرا عادوا، ثم عاد سعيد الورداني."
    article = make_article(body=body)
    actor = Actor.objects.create(name="سعيد الورداني", kind="person")
    actor.aliases.create(name="الأستاذ الورداني")
    suggest(article, Authority.load())
    gone = Actor.objects.create(name="ضيف", kind="person")
    at = body.index("نظيره")
    Mention.objects.create(article=article, actor=gone, spans=[[at, at + 5]], quotes=["نظيره"], state="confirmed")
    article.mentions.update(state=ReviewState.CONFIRMED)
    article.figures.update(state=ReviewState.CONFIRMED)
    assert article.figures.count() == 2
    changed = body.replace("سعيد الورداني", "الأستاذ الورداني").replace("350", "٣٥٠").replace("90 خبيرا", "خبراء")
    posted = as_browser(form_of(desk, change("article", article)))
    posted |= {"edit_body": "1", "body": changed.replace("نظيره", "الوفد")}
    message = said(desk.post(change("article", article), posted, follow=True))
    assert article.mentions.get(actor=actor).quotes == ["الأستاذ الورداني"] * 2
    assert "90 خبيرا" in message and "«نظيره»" in message
    assert "الورداني" not in message.split("بلا موضع")[1] and "350" not in message


def test_words_in_guillemets_are_not_quoted_twice(make_article: Any) -> None:
    article = make_article(body="بلغت «42 درجة» أمس")
    for quote in ("«42 درجة»", "««42 درجة»»"):
        assert str(Figure(article=article, value=42, quote=quote)) == "«42 درجة»"
    assert in_guillemets("«نعم» و«لا»") == "«“نعم” و“لا”»"
    assert in_guillemets("قال «نعم»") == "«قال “نعم”»"
