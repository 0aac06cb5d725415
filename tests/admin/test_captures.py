"""A capture that waits for an editor: the desk announces it and shows it beside the stored text.

An editor accepts it, makes it an article of its own or refuses it.
"""

import hashlib
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from html import unescape
from io import BytesIO
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pghistory.models import Context
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from articles.ingest.run import Options, ingest
from articles.models import Article, Capture, Source
from articles.models.capture import capture_storage, pack, stored_name
from articles.upkeep.check import check
from tests.admin.posting import form_of

pytestmark = pytest.mark.django_db
ADDRESS = "https://news.example/story"
BODY = "وصل 25 خبيرا إلى المدينة صباح اليوم للمشاركة في ورشة عمل حول أمن الموانئ وتستمر الورشة ثلاثة أيام بمشاركة وفود من دول المنطقة"
UNRELATED_TEXT = "اختتمت في الشمال أمس أشغال ملتقى عن الزراعة والماء حضره 40 باحثا ومزارعا وناقش سبل حماية الواحات من الجفاف في السنوات المقبلة"


def page(body: str, title: str) -> bytes:
    """Returns an HTML page with one paragraph."""
    return f'<html><head><meta charset="utf-8"><title>{title}</title></head><body><article><p>{body}.</p></article></body></html>'.encode()


def bring(tmp_path: Path, body: str, title: str, when: str, address: str = ADDRESS) -> None:
    """Ingests a WARC file of one page, captured at `when` from `address`."""
    path = tmp_path / f"{when[:10]}.warc.gz"
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        http = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
        record = writer.create_warc_record(
            address,
            "response",
            payload=BytesIO(page(body, title)),
            http_headers=http,
            warc_headers_dict={"WARC-Date": when},
        )
        writer.write_record(record)
    assert ingest([path], Options(largest=1_000_000)).failures == []


@pytest.fixture
def waiting(tmp_path: Path) -> Capture:
    """A second capture of an article, with a different story in it."""
    bring(tmp_path, BODY, "ورشة حول أمن الموانئ", "2024-03-01T00:00:00Z")
    bring(tmp_path, UNRELATED_TEXT, "ملتقى عن الزراعة والماء", "2024-03-05T00:00:00Z")
    return Capture.objects.get(state="waiting")


def marks(client: Client, capture: Capture) -> dict[str, str]:
    """Returns the hidden fields of a capture's page, as a browser holds them after opening it."""
    page = client.get(reverse("admin:decide-capture", args=[capture.pk])).content.decode()
    fields = re.findall(r'<input type="hidden" name="(seen_\w+)" value="([^"]*)">', page)
    return {name: unescape(value) for name, value in fields}


def decide(client: Client, capture: Capture, verdict: str, shown: dict[str, str] | None = None) -> HttpResponse:
    """Presses a button on a page that is opened now, or that was opened when it held the marks `shown`."""
    posted = {verdict: "1"} | (marks(client, capture) if shown is None else shown)
    return client.post(reverse("admin:decide-capture", args=[capture.pk]), posted, follow=True)


def test_the_desk_tells_what_waits_and_shows_both_texts(desk: Client, waiting: Capture) -> None:
    start = desk.get(reverse("admin:index")).content.decode()
    assert "نسخ تنتظر محررا" in start
    listed = desk.get(reverse("admin:articles_capture_changelist") + "?state__exact=waiting").content.decode()
    address = reverse("admin:decide-capture", args=[waiting.pk])
    assert address in listed
    shown = desk.get(address).content.decode()
    assert "الزراعة والماء" in shown and "أمن الموانئ" in shown and "نصها غير نص المقال" in shown and ADDRESS in shown


def test_an_accepted_capture_becomes_the_text(desk: Client, waiting: Capture) -> None:
    decide(desk, waiting, "accept")
    article = Article.objects.get(url=ADDRESS)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.decided_by) == ("accepted", desk.user)
    assert article.title == "ملتقى عن الزراعة والماء" and article.body.startswith("اختتمت")
    assert [figure.value for figure in article.figures.standing()] == [40]
    page = Client().get(article.get_absolute_url()).content.decode()
    assert "الواحات" in page and waiting.sha256 in page
    assert "قُرر في هذه النسخة من قبل" in decide(desk, waiting, "refuse").content.decode()


@pytest.mark.parametrize("first", ["accept", "own", "refuse"])
@pytest.mark.parametrize("second", ["accept", "own", "refuse"])
def test_who_decided_since_the_page_was_opened_is_named(
    desk: Client, senior: Client, waiting: Capture, first: str, second: str
) -> None:
    shown = marks(desk, waiting)
    decide(senior, waiting, first)
    decided = Capture.objects.values().get(pk=waiting.pk)
    articles = list(Article.objects.order_by("pk").values("pk", "body", "status"))
    assert "سبقك awwal" in decide(desk, waiting, second, shown).content.decode()
    assert Capture.objects.values().get(pk=waiting.pk) == decided
    assert list(Article.objects.order_by("pk").values("pk", "body", "status")) == articles


@pytest.mark.parametrize("verdict", ["accept", "own", "refuse"])
@pytest.mark.parametrize("left_out", ["seen_decision", "seen_rows"])
def test_a_decision_without_the_marks_of_its_page_is_refused(
    desk: Client, waiting: Capture, verdict: str, left_out: str
) -> None:
    shown = marks(desk, waiting)
    del shown[left_out]
    answer = decide(desk, waiting, verdict, shown).content.decode()
    is_explained = "لا يُعرف ما عرضته الصفحة" in answer
    # A refusal leaves the article as it is, so its page carries no mark of the article that must be current.
    assert (
        is_explained
        == (Capture.objects.get(pk=waiting.pk).state == "waiting")
        == (left_out != "seen_rows" or verdict != "refuse")
    )


def test_an_editor_thinks_again_in_another_window(desk: Client, waiting: Capture) -> None:
    shown = marks(desk, waiting)
    decide(desk, waiting, "refuse")
    decide(desk, waiting, "accept", shown)
    assert Article.objects.get(url=ADDRESS).body.startswith("اختتمت")


def test_an_accepted_capture_leaves_the_editors_title(desk: Client, waiting: Capture) -> None:
    Article.objects.filter(url=ADDRESS).update(title="عنوان المحرر", title_origin="editor")
    decide(desk, waiting, "accept")
    assert Article.objects.get(url=ADDRESS).title == "عنوان المحرر"


def test_the_next_update_of_an_accepted_text_is_an_ordinary_one(desk: Client, waiting: Capture, tmp_path: Path) -> None:
    decide(desk, waiting, "accept")
    bring(tmp_path, UNRELATED_TEXT.replace("40", "41"), "ملتقى عن الزراعة والماء", "2024-03-07T00:00:00Z")
    assert "41 باحثا" in Article.objects.get(url=ADDRESS).body


def test_a_capture_becomes_an_article_of_its_own_and_stays_one(desk: Client, waiting: Capture, tmp_path: Path) -> None:
    decide(desk, waiting, "own")
    first = Article.objects.get(url=ADDRESS)
    waiting.refresh_from_db()
    own = waiting.article
    assert own.pk != first.pk and own.url == "" and first.body.startswith("وصل") and own.body.startswith("اختتمت")
    assert [figure.value for figure in own.figures.standing()] == [40] and own.captures.get() == waiting
    # A later capture from that address updates the article whose text it resembles.
    bring(tmp_path, UNRELATED_TEXT.replace("40", "41"), "ملتقى عن الزراعة والماء", "2024-03-07T00:00:00Z")
    bring(tmp_path, BODY.replace("25", "26"), "ورشة حول أمن الموانئ", "2024-03-08T00:00:00Z")
    assert "41 باحثا" in Article.objects.get(pk=own.pk).body and "26 خبيرا" in Article.objects.get(pk=first.pk).body
    assert not Capture.objects.waiting().exists()


def test_a_refused_capture_stays_refused(desk: Client, waiting: Capture, tmp_path: Path) -> None:
    decide(desk, waiting, "refuse")
    bring(tmp_path, UNRELATED_TEXT, "ملتقى عن الزراعة والماء", "2024-03-09T00:00:00Z")
    waiting.refresh_from_db()
    article = Article.objects.get(url=ADDRESS)
    assert waiting.state == "refused" and article.captures.count() == 2 and article.body.startswith("وصل")
    assert Client().get(f"{article.get_absolute_url()}captures/{waiting.sha256}/").status_code == 404
    # An editor can change the decision.
    decide(desk, waiting, "accept")
    assert Article.objects.get(url=ADDRESS).body.startswith("اختتمت")


def test_who_only_reads_decides_nothing(signed_in: Callable[..., Client], waiting: Capture) -> None:
    reader = signed_in("qari", "قراء المسودات")
    assert 'name="accept"' not in reader.get(reverse("admin:decide-capture", args=[waiting.pk])).content.decode()
    for verdict in ("accept", "own", "refuse"):
        assert decide(reader, waiting, verdict).status_code == 403
    stranger = Client().post(reverse("admin:decide-capture", args=[waiting.pk]), {"accept": "1"})
    assert stranger.status_code == 401
    waiting.refresh_from_db()
    assert waiting.state == "waiting"


def test_a_damaged_capture_is_told_and_can_only_be_refused(desk: Client, waiting: Capture) -> None:
    name = stored_name(waiting.sha256)
    path = Path(capture_storage().path(name))
    content = path.read_bytes()
    path.unlink()
    try:
        shown = desk.get(reverse("admin:decide-capture", args=[waiting.pk])).content.decode()
        assert waiting.sha256 in shown and 'name="accept"' not in shown
        answered = decide(desk, waiting, "accept").content.decode()
        path.write_bytes(b"no gzip file")
        damaged = desk.get(reverse("admin:decide-capture", args=[waiting.pk])).content.decode()
        path.write_bytes(pack(b"other bytes"))
        changed = desk.get(reverse("admin:decide-capture", args=[waiting.pk])).content.decode()
        for answer, words in [
            (shown, "تعذرت قراءة بايتات النسخة"), (answered, "تعذرت قراءة بايتات النسخة"), (damaged, "فلا يُفك ضغطها"),
            (changed, "فلم تعد الأصل"),
        ]:  # fmt: skip
            assert words in answer and not re.search(r"\b(?:No such file|Not a gzipped|cannot be|Compressed)", answer)
        assert Article.objects.get(url=ADDRESS).body.startswith("وصل")
        decide(desk, waiting, "refuse")
        waiting.refresh_from_db()
        assert waiting.state == "refused"
    finally:
        path.write_bytes(content)


def test_a_colleagues_edit_is_not_replaced_by_a_capture_unseen(desk: Client, senior: Client, waiting: Capture) -> None:
    shown = marks(desk, waiting)
    article = waiting.article
    form = form_of(senior, f"{reverse('admin:articles_article_change', args=[article.pk])}?edit_body=1")
    senior.post(
        reverse("admin:articles_article_change", args=[article.pk]),
        form | {"body": f"{article.body}\n\nفقرة كتبها زميل.", "edit_body": "1"},
    )
    answer = decide(desk, waiting, "accept", shown).content.decode()
    article.refresh_from_db()
    waiting.refresh_from_db()
    assert "سبقك" in answer and "فقرة كتبها زميل" in article.body and waiting.state == "waiting"
    # The answer shows the current text, so a decision made on it is about that text.
    decide(desk, waiting, "accept")
    article.refresh_from_db()
    assert "فقرة كتبها زميل" not in article.body


@pytest.mark.parametrize("status", ["withdrawn", "deleted", "draft"])
def test_a_capture_of_what_readers_do_not_meet_becomes_a_draft(
    desk: Client, client: Client, waiting: Capture, status: str
) -> None:
    Article.objects.filter(pk=waiting.article_id).update(status=status, notice="سُحب.")
    answer = decide(desk, waiting, "own").content.decode()
    own = Capture.objects.get(pk=waiting.pk).article
    assert own.pk != waiting.article_id and own.status == "draft" and "مسودة" in answer
    assert client.get(own.get_absolute_url()).status_code == 404


def test_a_withdrawal_since_the_page_was_opened_is_told_before_a_capture_becomes_an_article(
    desk: Client, senior: Client, waiting: Capture
) -> None:
    shown = marks(desk, waiting)
    senior.post(reverse("admin:articles_article_withdraw", args=[waiting.article_id]), {"notice": "خطأ.", "sure": "1"})
    assert Article.objects.get(pk=waiting.article_id).status == "withdrawn"
    answer = decide(desk, waiting, "own", shown).content.decode()
    assert "سبقك" in answer and Capture.objects.get(pk=waiting.pk).state == "waiting"


# An article's form.


def save(desk: Client, article: Article, **changed: str) -> str:
    """Saves an article's form with some fields changed, and returns the answer's page."""
    address = reverse("admin:articles_article_change", args=[article.pk])
    return desk.post(address, form_of(desk, address) | changed, follow=True).content.decode()


def test_the_form_stores_an_address_in_its_one_spelling(desk: Client, make_article: Callable[..., Article]) -> None:
    article = make_article("مقال")
    save(desk, article, url="http://H.example:80/أخبار?utm_source=x#top")
    article.refresh_from_db()
    assert article.url == "http://h.example/%D8%A3%D8%AE%D8%A8%D8%A7%D8%B1"
    second_article = make_article("مقال ثان")
    assert "هذا رابط مقال آخر" in save(desk, second_article, url="http://h.example/أخبار")
    assert "errorlist" in save(desk, second_article, url="http://[::1")
    assert "errorlist" in save(desk, second_article, url="http://h..example/")
    second_article.refresh_from_db()
    assert second_article.url == ""


def test_a_form_left_alone_changes_no_stored_address(desk: Client, make_article: Callable[..., Article]) -> None:
    article = make_article("مقال", url="http://H.example:80/أخبار")
    save(desk, article)
    article.refresh_from_db()
    assert article.url == "http://H.example:80/أخبار"


def test_a_capture_is_found_by_any_spelling_of_its_address(desk: Client, waiting: Capture) -> None:
    listed = desk.get(reverse("admin:articles_capture_changelist"), {"q": "HTTPS://News.example:443/story#x"})
    assert reverse("admin:decide-capture", args=[waiting.pk]) in listed.content.decode()


def test_a_source_takes_a_domain_in_any_spelling_and_no_other_text(senior: Client) -> None:
    address = reverse("admin:articles_source_add")
    fields = {"name": "موقع الضاد", "kind": "site", "country": "", "marks": ""}
    refused = senior.post(address, fields | {"domains": "ليس نطاقا"}).content.decode()
    assert "ليس نطاقا: «ليس نطاقا»" in refused
    senior.post(address, fields | {"domains": "WWW.موقع.مصر"})
    assert Source.objects.get(name="موقع الضاد").domains == ["xn--4gbrim.xn--wgbh1c"]


# Originals that take longer to read than the budget allows.

REASON = "تحتاج قراءته أكثر من 0.5 ثانية من وقت المعالج"
COSTLY = {
    "text/plain": "عنوان خبر طويل من الشمال\n\n" + "12 خبيرا في المدينة و3 في القرية، " * 30_000,
    "text/html": "<html><body><h1>عنوان خبر طويل من الشمال</h1>"
    + "<p>وصل 12 خبيرا إلى <b>المدينة</b> صباح اليوم.</p>" * 100_000,
}


@pytest.fixture
def costly(make_article: Callable[..., Article], settings: object) -> Callable[[str, str], Capture]:
    """Returns a function that stores a capture whose original exceeds the budget of a document."""
    settings.ARCHIVE_DOCUMENT_SECONDS = 0.5

    def keep(kind: str, state: str) -> Capture:
        content = COSTLY[kind].encode()
        sha256 = hashlib.sha256(content).hexdigest()
        Capture.objects.keep_bytes(sha256, pack(content))
        return Capture.objects.create(
            article=make_article("خبر محفوظ", "نص المقال المحفوظ."), sha256=sha256, size=len(content), media_type=kind, encoding="utf-8",
            filename="طويل", captured_at=datetime(2024, 3, 1, tzinfo=UTC), state=state, waiting_reason="unlike" if state == "waiting" else "",
        )  # fmt: skip

    return keep


def answered(ask: Callable[[], object]) -> str:
    """Rendering the page takes little time in this process, because another process reads the original."""
    started = time.process_time()
    response = ask()
    assert response.status_code == 200 and time.process_time() - started < 10
    return response.content.decode()


@pytest.mark.parametrize("kind", COSTLY)
def test_a_waiting_capture_that_costs_too_much_is_told_and_goes_on_waiting(
    desk: Client, costly: Callable[[str, str], Capture], kind: str
) -> None:
    capture = costly(kind, "waiting")
    address, articles = reverse("admin:decide-capture", args=[capture.pk]), Article.objects.count()
    assert REASON in answered(lambda: desk.get(address))
    for verdict in ("accept", "own"):
        assert REASON in answered(lambda verdict=verdict: decide(desk, capture, verdict)), verdict
        capture.refresh_from_db()
        assert (capture.state, capture.article.body) == ("waiting", "نص المقال المحفوظ.")
    assert Article.objects.count() == articles
    decide(desk, capture, "refuse")
    capture.refresh_from_db()
    assert capture.state == "refused"


def test_an_original_that_costs_too_much_is_told_beside_the_cleaned_text(
    desk: Client, costly: Callable[[str, str], Capture]
) -> None:
    capture = costly("text/html", "accepted")
    address = reverse("admin:articles_article_cleaning", args=[capture.article_id])
    page = answered(lambda: desk.get(address))
    assert REASON in page and "نص المقال المحفوظ." in page


@pytest.mark.parametrize("kind", COSTLY)
def test_readers_see_an_original_of_any_cost(client: Client, costly: Callable[[str, str], Capture], kind: str) -> None:
    capture = costly(kind, "accepted")
    page = answered(lambda: client.get(f"{capture.article.get_absolute_url()}captures/{capture.sha256}/view/"))
    assert "عنوان خبر طويل من الشمال" in page


# Taking a decision back.


def take_back(client: Client, **metadata: object) -> Context:
    """Takes back the operation with this metadata, and returns the operation that undid it."""
    done = Context.objects.get(**{f"metadata__{name}": value for name, value in metadata.items()})
    page = client.post(reverse("admin:operation", args=[done.pk]), follow=True).content.decode()
    assert "أُلغيت العملية" in page
    assert ("عادت النسخة الأصلية تنتظر محررا" in page) == ("capture" in done.metadata)
    return Context.objects.get(metadata__undoes=str(done.pk))


@pytest.mark.parametrize("verdict", ["accept", "own"])
def test_a_capture_whose_acceptance_is_taken_back_waits_again(desk: Client, waiting: Capture, verdict: str) -> None:
    former = waiting.article_id
    decide(desk, waiting, verdict)
    take_back(desk, capture=waiting.pk)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.decided_by, waiting.decided_at, waiting.article_id) == (
        "waiting",
        None,
        None,
        former,
    )
    assert Article.objects.get(url=ADDRESS).body.startswith("وصل")
    # The article that was made of it has lost nothing.
    assert [problem for problem in check().problems if problem.kind == "capture"] == []
    # Readers do not see it, and it can be decided again.
    assert waiting.sha256 not in Client().get(waiting.article.get_absolute_url()).content.decode()
    assert decide(desk, waiting, "accept").status_code == 200
    assert Article.objects.get(url=ADDRESS).body.startswith("اختتمت")


@pytest.mark.parametrize("verdict", ["accept", "own"])
def test_taking_back_is_taken_back_with_the_capture(desk: Client, waiting: Capture, verdict: str) -> None:
    decide(desk, waiting, verdict)
    waiting.refresh_from_db()
    decided = (waiting.state, waiting.decided_by_id, waiting.decided_at, waiting.article_id)
    undone = take_back(desk, capture=waiting.pk)
    take_back(desk, undoes=undone.metadata["undoes"])
    waiting.refresh_from_db()
    assert (waiting.state, waiting.decided_by_id, waiting.decided_at, waiting.article_id) == decided
    assert Article.objects.get(pk=waiting.article_id).body.startswith("اختتمت")


def test_what_took_no_capture_in_leaves_captures_alone(desk: Client, waiting: Capture) -> None:
    decide(desk, waiting, "refuse")
    save(desk, Article.objects.get(url=ADDRESS), title="عنوان غيّره المحرر")
    take_back(desk, what="تعديل")
    waiting.refresh_from_db()
    assert waiting.state == "refused"
