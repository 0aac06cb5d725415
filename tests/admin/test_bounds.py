"""How much of everything the desk shows, counts and takes where there is one row more than that."""

import uuid
from collections.abc import Sequence
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.messages import get_messages
from django.contrib.messages.storage.fallback import FallbackStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone
from pghistory.models import Context

from articles.admin import authority, history
from articles.admin.desk import BoundedPaginator, first_keys, holding_words
from articles.admin.narrowing import suggested_by
from articles.admin.review_screen import _measures
from articles.admin.start_page import _counted
from articles.ingest.authority import AuthorityReport, SharedName
from articles.models import Actor, Alias, ArchiveDate, Article, Coverage, Event, Figure, Measure, Mention, Participation
from articles.models.history import operation
from tests.admin.posting import changelist

pytestmark = pytest.mark.django_db


def stored_articles(bodies: Sequence[str], **fields: Any) -> list[Article]:
    """Articles that no editor has reviewed, newest last."""
    articles = [Article(title=f"خبر {n:04}", body=body, status="published", **fields) for n, body in enumerate(bodies)]
    for article in articles:
        article.published = ArchiveDate.on(date(2024, 1, 1))
    return Article.objects.bulk_create(articles)


def said(response: Any) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_a_list_of_five_thousand(desk: Client) -> None:
    Actor.objects.update(state="confirmed")
    names = [f"هيئة مقترحة {n:04}" for n in range(5001)]
    actors = Actor.objects.bulk_create(Actor(name=name, folded_name=name, kind="civil", state="suggested") for name in names)  # fmt: skip
    suggested = Actor.objects.suggested()
    for rows, count, has_more in ((suggested, 5000, True), (suggested.exclude(pk=actors[0].pk), 5000, False)):
        paginator = BoundedPaginator(rows.order_by("pk"), 50)
        assert (paginator.count, paginator.has_more) == (count, has_more)
    assert first_keys(suggested.order_by("-name")) == [actor.pk for actor in actors[:200]]
    assert [_counted(suggested.filter(pk__lt=actors[n].pk)).rows for n in (999, 1000, 1001, 4000)] == [
        999,
        1000,
        1001,
        1001,
    ]
    chosen = {"action": "confirm", "_selected_action": [actors[0].pk], "select_across": "1"}
    address = f"{changelist('actor')}?state__exact=suggested"
    refused = desk.post(address, chosen)
    assert refused.status_code == 302 and "حددت أكثر من 5,000." in said(refused)[0]
    actors[0].delete()
    shown = desk.post(address, chosen).context
    assert (shown["all"], shown["able"], len(shown["verdicts"]), shown["more"]) == (5000, 5000, 50, 4950)


def test_an_action_tells_of_fifty_rows_that_it_left(desk: Client) -> None:
    articles = stored_articles(["نص"] * 120)
    (actor,) = Actor.objects.bulk_create([Actor(name="هيئة", folded_name="هيئة", kind="civil")])
    mentions = Mention.objects.bulk_create(
        Mention(article=article, actor=actor, state="suggested" if n < 60 else "confirmed")
        for n, article in enumerate(articles)
    )
    posted = {"action": "confirm", "_selected_action": [mention.pk for mention in mentions]}
    shown = desk.post(changelist("mention"), posted).context
    assert (shown["all"], shown["able"], len(shown["verdicts"]), shown["more"]) == (120, 60, 50, 70)
    # The list shows the newest first. Beyond the first fifty, those that cannot have the action are named.
    assert len(shown["unable"]) == 10 and all("من قبل" in reason for _, reason in shown["unable"])
    messages = said(desk.post(changelist("mention"), posted | {"asked": "1", "sure": "1"}))
    assert messages[0] == "تأكيد المحدد: 60 من 120." and messages[-1] == "و10 غيرها لم تتغير." and len(messages) == 52


def test_a_common_word_is_looked_for_in_the_newest_articles() -> None:
    """Common is a word that more than a hundred of the newest five thousand articles hold."""
    last = 10**8
    keys = [last - 6000, last - 5000, last - 4999, *range(last - 98, last + 1)]
    articles = [Article(pk=key, title=f"خبر {key}", body="ياقوتة", status="draft") for key in keys]
    for article in articles:
        article.published = ArchiveDate.unknown()
    Article.objects.bulk_create(articles)
    assert holding_words("ياقوتة") == keys[::-1]
    Article.objects.bulk_create([Article(pk=last - 3000, title="آخر", body="ياقوتة", published_precision="unknown")])
    assert holding_words("ياقوتة") == [*keys[:2:-1], last - 3000, last - 4999]
    assert holding_words("") == [] and holding_words("زمردة") == []


def test_of_very_many_articles_and_suggestions(desk: Client) -> None:
    Article.objects.update(checked_at=timezone.now())
    (waiting,) = stored_articles(["ياقوتة زمردة"])
    articles = [waiting, *stored_articles(["ياقوتة زمردة"] * 2000, checked_at=timezone.now())]
    assert holding_words("ياقوتة") == [article.pk for article in articles[:0:-1]]
    actor = Actor.objects.create(name="هيئة", kind="civil")
    aliases = [Alias.objects.create(actor=actor, name=name) for name in ("ياقوتة", "زمردة")]
    places = [([[0, 6]], ["ياقوتة"])] * 600 + [([], [])] * 1300 + [([[7, 12]], ["زمردة"])] * 101
    Mention.objects.all().delete()
    mentions = Mention.objects.bulk_create(
        Mention(article=article, actor=actor, state="suggested", spans=spans, quotes=quotes)
        for article, (spans, quotes) in zip(articles, places, strict=True)
    )
    # A name is narrowed for the five hundred oldest suggestions that quote nothing else, of the first two thousand.
    assert [mention.pk for mention in suggested_by(aliases[0])] == [mention.pk for mention in mentions[:500]]
    assert [mention.pk for mention in suggested_by(aliases[1])] == [mention.pk for mention in mentions[1900:2000]]
    # The start page looks at the newest two thousand. Those of articles that were reviewed wait for nobody.
    for count in ("1 على الأقل", "1"):
        lines = {line.name: line for line in desk.get(reverse("admin:index")).context["lines"]}
        assert str(lines["فاعلون مذكورون"].count) == count
        mentions.pop().delete()


def test_a_form_shows_up_to_a_hundred_and_fifty_rows_of_a_kind() -> None:
    articles = stored_articles(["نص"] * 151)
    event = Event.objects.create(title="لقاء طويل", kind="meeting")
    Coverage.objects.bulk_create(Coverage(article=article, event=event) for article in articles)
    desk, request = admin.site.get_model_admin(Event), RequestFactory().get("/")
    assert [inline.model for inline in desk.get_inlines(request, event)] == [Participation]
    assert request.longer == [
        (Coverage._meta.verbose_name_plural, f"{changelist('coverage')}?event__id__exact={event.pk}")
    ]
    Coverage.objects.filter(article=articles[0]).delete()
    assert [inline.model for inline in desk.get_inlines(request, event)] == [Participation, Coverage]
    assert request.longer == [] and len(desk.get_inlines(request, None)) == 2


def test_so_many_measures_are_offered_and_no_figure_loses_its_own() -> None:
    measures = Measure.objects.bulk_create(Measure(label=f"ي{n:03}") for n in range(301))
    Measure.objects.exclude(label__startswith="ي").delete()
    own = [Figure(measure=measures[300]), Figure(measure=measures[300]), Figure(measure=measures[0]), Figure()]
    assert _measures([]) == measures[:300]
    assert _measures(own) == measures


def test_operations_are_listed_by_thirties_up_to_three_thousand(desk: Client) -> None:
    articles = stored_articles(["نص"] * 6)
    Context.objects.bulk_create(Context(id=uuid.uuid4(), metadata={}) for _ in range(2998))
    for n, user in enumerate((desk.user.pk, 0, desk.user.pk)):
        with operation(user=user, what=f"عملية {n}"):
            Article.objects.filter(pk__in=[article.pk for article in articles]).update(author=f"كاتب {n}")
        # All operations of one transaction have its time.
        Context.objects.filter(metadata__what=f"عملية {n}").update(created_at=timezone.now() + timedelta(hours=n + 1))
    page = desk.get(reverse("admin:operations")).context["page"]
    assert (len(page), page.paginator.count, page.paginator.num_pages) == (30, 3000, 100)
    shown = desk.get(reverse("admin:operations")).context
    assert [entry.metadata["what"] for entry, _, _ in shown["rows"]] == ["عملية 2", "عملية 1", "عملية 0"]
    assert [user for *_, user in shown["rows"]] == [desk.user, None, desk.user] and not shown["mine"]
    mine = desk.get(reverse("admin:operations"), {"who": "me"}).context
    assert [entry.metadata["what"] for entry, _, _ in mine["rows"]] == ["عملية 2", "عملية 0"] and mine["mine"]


@pytest.mark.parametrize(("count", "rest"), [(9, ""), (10, ""), (11, "؛ وغيرها، وعدده 1"), (12, "؛ وغيرها، وعدده 2")])
def test_ten_lost_facts_are_named_and_the_rest_counted(rf: Any, count: int, rest: str) -> None:
    quotes = [f"{n} خبيرا" for n in range(11, 11 + count)]
    (article,) = stored_articles([" ".join(quotes)])
    Figure.objects.bulk_create(
        Figure(article=article, value=n, quote=quote, start=9 * n, end=9 * n + 8, state="confirmed")
        for n, quote in enumerate(quotes)
    )
    article.body = "نص آخر."
    article.save()
    request = rf.get("/")
    request.session = {}
    request._messages = FallbackStorage(request)
    history.tell_lost_words(request, article)
    (told,) = map(str, request._messages)
    assert told.count("خبيرا") == min(count, 10) and told.endswith(f"{rest}.") and ("وغيرها" in told) is bool(rest)


# Authority files.


@pytest.mark.parametrize(("size", "is_read"), [(10 * 1024 * 1024, True), (10 * 1024 * 1024 + 1, False)])
def test_a_file_of_ten_megabytes_is_read(rf: Any, size: int, is_read: bool) -> None:
    file = SimpleUploadedFile("a.toml", b"")
    file.size = size
    form = authority.AuthorityForm(None, request=SimpleNamespace(session={"password_given_at": 10**12}))
    form.cleaned_data, form._errors = {"file": file}, {}
    report = authority._apply_file(rf.post("/"), form)
    assert (report is not None) is is_read and form.errors == (
        {} if is_read else {"file": ["الملف أكبر من 10 ميغابايت."]}
    )


@pytest.mark.parametrize(("count", "is_too_many"), [(2000, False), (2001, True)])
def test_a_file_of_two_thousand_names_is_taken(senior: Client, count: int, is_too_many: bool) -> None:
    """The first entry is wrong, so that none is stored, but a file of too many entries is refused before it is read."""
    entries = "[[source]]\nname = 7\n" + "".join(f'[[source]]\nname = "جريدة {n}"\n' for n in range(count - 1))
    page = senior.post(reverse("admin:authority"), {"file": SimpleUploadedFile("a.toml", entries.encode())})
    (complaint,) = page.context["form"].errors["file"]
    assert ("2,000" in complaint or "2000" in complaint) is is_too_many, complaint


@pytest.mark.parametrize(("count", "warnings", "last"), [(0, 0, ""), (50, 50, ""), (51, 51, "1"), (70, 51, "20")])
def test_fifty_shared_names_are_told_one_by_one(count: int, warnings: int, last: str) -> None:
    other = Actor(name="مرصد")
    shared = [SharedName(f"اسم {n}", f"صاحب {n}", other) for n in range(count)]
    told = authority._warnings_of_shared_names(AuthorityReport(shared=shared))
    assert len(told) == warnings and (not last or told[-1] == f"وغيرها من الأسماء المشتركة: {last}.")
    assert not told or told[0].startswith("الاسم «اسم 0» يحمله فاعلان، «صاحب 0» و«مرصد»")


def test_a_window_of_duplicates_has_a_hundred_rows(senior: Client) -> None:
    names = [f"هيئة {chr(0x0627 + n // 10)}{n}" for n in range(101)]
    actors = Actor.objects.bulk_create(Actor(name=name, folded_name=name, kind="civil") for name in names)
    shown = senior.get(reverse("admin:duplicates")).context
    assert (shown["window"], shown["following"]) == (100, actors[1].pk)
