import pytest
from django.test import Client
from django.urls import reverse

from articles.curation.changes import changes_of
from articles.models import Article, Figure, Mention, Source
from tests.admin.posting import act, changelist, form_of

pytestmark = pytest.mark.django_db

NOUNS = [
    "article",
    "actor",
    "event",
    "eventseries",
    "mention",
    "coverage",
    "figure",
    "measure",
    "source",
    "capture",
    "reprint",
    "contradiction",
    "synonymset",
]


@pytest.mark.parametrize("noun", NOUNS)
def test_an_editor_opens_every_list_and_form(desk: Client, noun: str, django_assert_max_num_queries: object) -> None:
    with django_assert_max_num_queries(20):
        assert desk.get(changelist(noun)).status_code == 200
    assert desk.get(changelist(noun), {"q": "المغرب"}).status_code == 200
    assert desk.get(reverse(f"admin:articles_{noun}_change", args=[1]), follow=True).status_code == 200


def test_an_editor_may_not_delete_evidence(desk: Client, seed: object) -> None:
    article = seed("000")
    assert desk.post(reverse("admin:articles_article_delete", args=[article.pk]), {"post": "yes"}).status_code == 403
    capture = article.captures.get()
    assert desk.post(reverse("admin:articles_capture_delete", args=[capture.pk]), {"post": "yes"}).status_code == 403


def test_a_stranger_sees_no_desk(client: Client) -> None:
    assert client.get(changelist("article")).status_code == 302


def test_the_desk_searches_as_the_archive_does(desk: Client, seed: object) -> None:
    for written in ("والإرهابية", "التحالف العالمي لهزيمة داعش"):
        page = desk.get(changelist("article"), {"q": written}).content.decode()
        assert seed("001").title in page
    assert seed("002").title not in desk.get(changelist("article"), {"q": "داعش"}).content.decode()


def test_bulk_review_is_signed_and_logged(desk: Client, seed: object) -> None:
    figures = list(seed("000").figures.order_by("id")[:3])
    act(desk, "figure", "confirm", *figures)
    for figure in Figure.objects.filter(pk__in=[f.pk for f in figures]):
        assert figure.state == "confirmed" and figure.reviewed_by.username == "muharrir" and figure.reviewed_at
    assert {change.user.username for change in changes_of(figures[0])} == {"muharrir"}
    act(desk, "figure", "reject", figures[0])
    assert Figure.objects.get(pk=figures[0].pk).state == "rejected"


def test_withdrawing_takes_an_article_off_the_shelves(senior: Client, seed: object) -> None:
    act(senior, "article", "withdraw", seed("000"), notice="بطلب من الناشر")
    page = senior.get(seed("000").get_absolute_url())
    assert seed("000").status == "withdrawn" and page.status_code == 410 and "بطلب من الناشر" in page.content.decode()


def test_a_day_and_its_precision_are_enough(desk: Client, seed: object) -> None:
    article = seed("000")
    address = reverse("admin:articles_article_change", args=[article.pk])
    posted = form_of(desk, address) | {"published_date": "2022-05-11", "published_precision": "day"}
    posted |= {"published_earliest": "", "published_latest": ""}
    response = desk.post(address, posted)
    assert response.status_code == 302, response.context["errors"]
    changed = seed("000").published
    assert (str(changed.earliest), str(changed.latest), changed.basis) == ("2022-05-11", "2022-05-11", "editor")


def test_a_changed_text_takes_its_facts_along(desk: Client, seed: object) -> None:
    article = seed("000")
    address = reverse("admin:articles_article_change", args=[article.pk])
    posted = form_of(desk, address) | {"body": "استدراك. " + article.body, "edit_body": "1"}
    response = desk.post(address, posted)
    assert response.status_code == 302, response.context["errors"]
    article = seed("000")
    for mention in Mention.objects.filter(article=article):
        assert mention.quotes == [article.body[start:end] for start, end in mention.spans]
    assert article.figures.filter(quote="210 خليا").exists()


def test_a_quote_that_the_text_does_not_hold_is_refused_by_name(desk: Client, seed: object) -> None:
    figure = seed("000").figures.get(value=210)
    address = reverse("admin:articles_figure_change", args=[figure.pk])
    posted = form_of(desk, address)
    response = desk.post(address, posted | {"quote": "211 خلية"})
    assert "غير موجود حرفيا" in response.content.decode()
    response = desk.post(address, posted | {"quote": "بتفكيك 210 خليا إرهابية"})
    assert response.status_code == 302
    figure.refresh_from_db()
    assert seed("000").body[figure.start : figure.end] == "بتفكيك 210 خليا إرهابية"


def test_autocomplete_finds_an_actor_by_any_name(desk: Client) -> None:
    query = {"app_label": "articles", "model_name": "mention", "field_name": "actor", "term": "انطوني بلينكن"}
    results = desk.get(reverse("admin:autocomplete"), query).json()["results"]
    assert [row["text"] for row in results] == ["أنتوني بلينكن"]


def test_a_source_keeps_its_marks(desk: Client) -> None:
    source = Source.objects.create(name="وكالة تجربة", marks=["و ت ج"])
    address = reverse("admin:articles_source_change", args=[source.pk])
    desk.post(address, {"name": source.name, "kind": "agency", "country": "", "domains": "", "marks": "و ت ج,وتج نيوز"})
    assert Source.objects.by_mark("وتج نيوز") == source and Article.objects.count() == 5


def test_what_is_too_long_for_a_form_is_led_to_as_a_list(
    desk: Client, make_article: object, monkeypatch: object
) -> None:
    from articles.admin import desk as base
    from articles.models import Event

    monkeypatch.setattr(base, "MOST_INLINE", 3)
    event = Event.objects.create(title="لقاء طويل", kind="meeting")
    for n in range(5):
        make_article(title=f"خبر {n}").coverages.create(event=event)
    page = desk.get(reverse("admin:articles_event_change", args=[event.pk]))
    assert (
        "coverages-TOTAL_FORMS" not in page.content.decode() and "participations-TOTAL_FORMS" in page.content.decode()
    )
    ((_, address),) = page.context["longer"]
    assert desk.get(address).context["cl"].result_count == 5
