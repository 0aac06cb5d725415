import html5lib
import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from articles.curation.merging import merge_actors, merge_events, merge_sources
from articles.models import Actor, Article, Capture, Event, Figure, Source, Tally, TallyKind
from articles.site import pages

pytestmark = pytest.mark.django_db


def text_of(response: object) -> str:
    """Returns the text of an answer."""
    return response.content.decode()


def test_every_page_answers_and_is_valid_html(client: Client, every_page: list[str]) -> None:
    for language, direction in (("", "rtl"), ("/en", "ltr")):
        for address in every_page:
            response = client.get(language + address)
            assert response.status_code == 200, address
            html5lib.HTMLParser(strict=True).parse(text_of(response))
            assert f'dir="{direction}"' in text_of(response)


def test_search_says_what_else_was_searched_and_lets_it_be_turned_off(client: Client) -> None:
    page = text_of(client.get("/search/", {"q": "التحالف العالمي لهزيمة داعش"}))
    assert "بُحث أيضا عن الأسماء الأخرى" in page and "4 مقالات" in page and "widen=0" in page
    assert "1 مقال" not in page
    assert "مقال واحد" in text_of(client.get("/search/", {"q": "«التحالف العالمي لهزيمة داعش»", "widen": "0"}))


def test_filters_stack(client: Client, seed: object) -> None:
    event, actor = Event.objects.get(kind="ministerial"), Actor.objects.get(name="النيجر")
    assert "مقالان" in text_of(client.get("/search/", {"event": event.pk}))
    page = text_of(client.get("/search/", {"event": event.pk, "actor": actor.pk, "q": "مراكش"}))
    assert "مقال واحد" in page and seed("001").title not in page


def test_a_date_filter_keeps_what_may_lie_in_it(client: Client, seed: object) -> None:
    page = text_of(client.get("/articles/", {"since": "2019-01-01", "until": "2020-12-31"}))
    assert seed("001").title in page and seed("000").title not in page and seed("003").title not in page


@pytest.mark.parametrize(
    "query",
    [
        "actor=x", "event=99999999999999999999", "source=-1", "kind=zebra", "since=tomorrow", "until=2024-13-45", "page=-3",
        "page=abc", "page=99999999999", "q=%00%27%22", "q=((((", "actor=1&actor=2", "widen=maybe", "q=" + "a" * 5000,
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/search/", "/articles/", "/figures/", "/events/", "/actors/"])
def test_a_wrong_value_is_told_and_never_an_error(client: Client, path: str, query: str) -> None:
    response = client.get(f"{path}?{query}")
    assert response.status_code == 200
    name = query.split("=")[0]
    if path in {"/search/", "/articles/"} and name in {"event", "source", "kind", "since", "until"}:
        assert "أُهمل هذا الشرط" in text_of(response)


def test_hostile_text_is_escaped_everywhere(client: Client, make_article: object) -> None:
    bad = '<script>alert(1)</script> "><img src=x onerror=alert(1)>'
    article = make_article(f"عنوان {bad}", f"قال {bad} إن 25 خبيرا حضروا ياقوتة", author=bad[:100], section=bad[:50])
    Figure.objects.create(
        article=article,
        value=25,
        unit=bad,
        quote=bad,
        start=article.body.find(bad),
        end=article.body.find(bad) + len(bad),
    )
    actor = Actor.objects.create(name=bad, kind="person")
    addresses = ["/", "/articles/", article.get_absolute_url(), actor.get_absolute_url(), "/actors/", "/figures/"]
    for address in [
        *addresses,
        "/search/?q=ياقوتة",
        f"/search/?q={bad}",
        f"{article.get_absolute_url()}?q=ياقوتة <script>",
    ]:
        page = text_of(client.get(address))
        assert "<script>alert" not in page and "<img src=x" not in page, address


def test_an_article_shows_its_facts_and_their_doubt(client: Client, seed: object) -> None:
    page = text_of(client.get(seed("000").get_absolute_url()))
    assert "تاريخ غير معروف، بين 1 يناير 2021" in page
    assert "يتجاوز عددها 80 وفدا" in page and 'id="figure-' in page
    assert "مقترح آليا" in page
    assert "ليس في الأصل عنوان" in text_of(client.get(seed("001").get_absolute_url()))


def test_rejected_facts_are_gone_from_pages(client: Client, seed: object) -> None:
    article = seed("000")
    article.figures.update(state="rejected")
    article.mentions.filter(actor__name="النيجر").update(state="rejected")
    page = text_of(client.get(article.get_absolute_url()))
    assert 'class="figure' not in page.split("</header>")[2].replace('<span class="figure">رقم</span>', "")
    assert Actor.objects.get(name="النيجر").get_absolute_url() not in page


def test_the_original_is_given_back_as_an_inert_download(client: Client, seed: object) -> None:
    capture = seed("002").captures.get()
    response = client.get(reverse("capture", args=[seed("002").pk, capture.sha256]))
    assert response.content == capture.read()
    assert response["Content-Type"] == "application/octet-stream"
    assert "attachment" in response["Content-Disposition"] and "sandbox" in response["Content-Security-Policy"]
    assert client.get(reverse("capture", args=[seed("001").pk, capture.sha256])).status_code == 404


def test_old_addresses_lead_on(client: Client, seed: object) -> None:
    article = seed("000")
    response = client.get(f"{article.get_absolute_url()}عنوان-قديم/")
    assert (response.status_code, response["Location"]) == (301, article.get_absolute_url())
    pairs = [
        (merge_actors, *Actor.objects.order_by("id")[:2]),
        (merge_events, *Event.objects.order_by("id")[:2]),
        (merge_sources, *Source.objects.order_by("id")[:2]),
    ]
    for merge, gone, survivor in pairs:
        merge(gone, survivor)
        response = client.get(gone.get_absolute_url())
        assert (response.status_code, response["Location"]) == (301, survivor.get_absolute_url())


def test_drafts_are_hidden_and_withdrawn_articles_leave_a_notice(client: Client, seed: object) -> None:
    article = seed("000")
    Article.objects.filter(pk=article.pk).update(status="draft")
    assert client.get(article.get_absolute_url()).status_code == 404
    Article.objects.filter(pk=article.pk).update(status="withdrawn")
    response = client.get(article.get_absolute_url())
    assert (
        response.status_code == 410
        and "سُحب هذا المقال" in text_of(response)
        and article.body[:40] not in text_of(response)
    )


def test_an_event_sets_the_reports_figures_side_by_side(client: Client, seed: object) -> None:
    page = text_of(client.get(Event.objects.get(kind="ministerial").get_absolute_url()))
    assert seed("000").title in page and seed("001").title in page
    assert "أكثر من 80 وفدا" in page and "84 دولة" in page


def test_a_month_keeps_what_is_only_possible_apart(client: Client, seed: object) -> None:
    sure, perhaps = text_of(client.get("/dates/2024/11/")).split("ربما نُشرت فيه")
    assert seed("003").title in sure and seed("000").title not in sure and seed("000").title in perhaps
    assert client.get("/dates/2024/13/").status_code == 404
    assert client.get("/dates/0000/").status_code == 404


def test_digits_are_the_settings_choice(client: Client, settings: object, seed: object) -> None:
    settings.ARCHIVE_DIGITS = "arabic"
    assert "٦ نونبر (تشرين الثاني) ٢٠٢٤" in text_of(client.get(seed("003").get_absolute_url()))


def test_colours_follow_the_cookie_and_caches_are_told(client: Client) -> None:
    assert "data-theme" not in text_of(client.get("/"))[:200] and "Cookie" in client.get("/")["Vary"]
    client.cookies["theme"] = "dark"
    assert 'data-theme="dark"' in text_of(client.get("/"))[:200]
    client.cookies["theme"] = '"><script>'
    assert "data-theme" not in text_of(client.get("/"))[:200]


def test_appearance_leads_back_to_this_site_alone(client: Client) -> None:
    assert client.post("/appearance/", {"theme": "light", "next": "/events/"})["Location"] == "/events/"
    assert client.post("/appearance/", {"theme": "light", "next": "https://elsewhere.example/"})["Location"] == "/"


def test_an_unknown_address_is_a_page_and_not_a_stack(client: Client) -> None:
    response = client.get("/لا/شيء/هنا/")
    assert response.status_code == 404 and "لا صفحة في هذا العنوان" in text_of(response)


def test_an_error_is_a_page_too(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from articles.models import Article

    client.raise_request_exception = False
    monkeypatch.setattr(Article.objects, "public", lambda: 1 / 0)
    response = client.get("/articles/")
    assert response.status_code == 500 and "حدث خطأ في الأرشيف" in text_of(response)


def test_a_damaged_capture_is_not_given_out(client: Client, seed: object, tmp_path: object, settings: object) -> None:
    capture: Capture = seed("002").captures.get()
    settings.STORAGES = settings.STORAGES | {
        "captures": {"BACKEND": "articles.models.capture.DigestStorage", "OPTIONS": {"location": tmp_path}}
    }
    response = client.get(reverse("capture", args=[seed("002").pk, capture.sha256]))
    assert response.status_code == 503 and "لا تطابق بصمتها" in text_of(response)


def test_health_and_readiness(client: Client) -> None:
    assert client.get("/healthz").content == b"ok\n"
    assert client.get("/readyz").status_code == 200


def test_pages_carry_a_strict_policy(client: Client) -> None:
    response = client.get("/")
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert response["X-Frame-Options"] == "DENY" and response["X-Content-Type-Options"] == "nosniff"


def test_loading_the_fixtures_again_is_harmless(client: Client) -> None:
    before = text_of(client.get("/"))
    call_command("load_fixtures", verbosity=0)
    assert text_of(client.get("/")) == before


def test_a_long_list_tells_the_kept_number_of_a_large_archive(
    client: Client, make_article: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "MOST_COUNTED_WITH_TALLY", 2)
    source = Source.objects.create(name="صحيفة الميناء")
    for number in range(4):
        make_article(f"خبر {number}", "نص الخبر", source=source)
    Tally.objects.create(kind=TallyKind.SOURCE, key=source.pk, articles=40_123)
    shown = client.get(source.get_absolute_url()).context
    assert (shown["total"], shown["total_is_capped"]) == (4, False)
    Tally.objects.update_or_create(kind=TallyKind.ARCHIVE, key=0, defaults={"articles": 2_000_000})
    make_article("خبر آخر", "نص الخبر", source=source)
    shown = client.get(source.get_absolute_url()).context
    assert (shown["total"], shown["total_is_capped"]) == (40_123, False)
