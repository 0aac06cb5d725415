"""Rows and originals from before the text gate: no page, feed, export, check or backup fails because of one, and each
is reported.
"""

import csv
import io
import json
import zlib
from collections.abc import Callable
from datetime import UTC, date, datetime
from hashlib import sha256
from io import StringIO
from pathlib import Path
from urllib.parse import quote

import feedparser
import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test import Client
from lxml import etree
from warcio.archiveiterator import ArchiveIterator

from articles.exchange import oai
from articles.exchange.web_archive import write_wacz, write_warc
from articles.ingest.run import Options, ingest
from articles.models import (
    Actor,
    ArchiveDate,
    Article,
    Capture,
    Coverage,
    Delivery,
    DeliveryState,
    Event,
    Figure,
    Measure,
    Mention,
    Source,
)
from articles.models.capture import DamagedCaptureError, capture_storage, pack, stored_name
from articles.upkeep.check import check
from articles.upkeep.copies import Made, backup
from tests.old_archive import before_the_rules
from tests.trust.checking import messages_of_check

pytestmark = pytest.mark.django_db
BEYOND = ["0001-01-01 00:00+14", "10000-01-01 13:59:59+00", "0044-03-15 12:00+00 BC", "0001-01-01 00:00+00", "infinity"]
EDGES = [date(1, 1, 1), date(9999, 12, 31)]


def captured(article: Article, moment: str, content: bytes = b"<p>x</p>") -> Capture:
    """Stores a capture with a time that no form and no reader accepts any more."""
    article.save()
    content += moment.encode()
    digest = sha256(content).hexdigest()
    Capture.objects.keep_bytes(digest, pack(content))
    capture = Capture.objects.create(
        article=article, sha256=digest, size=len(content), media_type="text/html", filename="قديم.html",
        address=f"https://old.example/{article.pk}", captured_at="2020-01-01T00:00Z",
    )  # fmt: skip
    with before_the_rules(), connection.cursor() as cursor:
        cursor.execute("UPDATE articles_capture SET captured_at = %s::timestamptz WHERE id = %s", [moment, capture.pk])
    return capture


@pytest.fixture
def bad(make_article: Callable[..., Article]) -> list[Article]:
    """Articles with a capture of a time beyond Python's range, and articles and events of the first and of the last
    day.
    """
    rows = [make_article(f"خبر قديم {n}", "نص الخبر القديم.") for n, _ in enumerate(BEYOND)]
    for row, moment in zip(rows, BEYOND, strict=True):
        captured(row, moment)
    with before_the_rules():
        for day in EDGES:
            rows.append(make_article(f"خبر من {day}", "نص الخبر.", day, url=f"https://old.example/{day}"))
            rows[-1].date_statements = [{"where": "row", "quote": "x", **ArchiveDate.on(date(2020, 1, 1)).as_dict()}]
            rows[-1].save()
            event = Event(title=f"مؤتمر من {day}", kind="conference", state="confirmed")
            event.start = event.end = ArchiveDate.on(day)
            event.save()
    return rows


def exportable(rows: list[Article]) -> set[int]:
    """Returns the keys of the rows that an export contains: all but the one whose day stands for days outside the
    calendar.
    """
    return {row.pk for row in rows if row.published_date != date.min}


def test_pages_and_doors_show_what_they_can(client: Client, bad: list[Article], every_page: list[str]) -> None:
    capture = Capture.objects.get(article=bad[0])
    own = [address for row in bad for address in (row.get_absolute_url(), f"{row.get_absolute_url()}record/")]
    events = [event.get_absolute_url() for event in Event.objects.filter(title__startswith="مؤتمر من")]
    view = f"{bad[0].get_absolute_url()}captures/{capture.sha256}/view/"
    years = [
        "/dates/1/",
        "/dates/0001/",
        "/dates/9999/",
        "/dates/9999/12/",
        "/dates/9999/12/31/",
        "/timeline/?from=1&to=9999",
    ]
    for address in [
        *every_page,
        *own,
        *events,
        view,
        *years,
        "/articles/?since=0001-01-01",
        "/articles/?until=9999-12-31",
    ]:
        assert client.get(address).status_code in (200, 404), address
    for row in bad:
        assert client.get(f"/api/v1/articles/{row.pk}").json()["id"] == row.pk
        for format_name in ("bib", "ris", "json", "txt"):
            assert client.get(f"{row.get_absolute_url()}cite.{format_name}").status_code == 200
    for address in (
        "/feeds/",
        "/oai/?verb=ListRecords&metadataPrefix=oai_dc",
        "/sitemaps/articles.xml",
        "/oai/?verb=Identify",
    ):
        etree.fromstring(client.get(address).content)
    assert "خبر قديم 0" in client.get("/oai/?verb=ListRecords&metadataPrefix=oai_dc").content.decode()
    lines = b"".join(client.get("/export/articles.jsonl").streaming_content).decode().splitlines()
    exported = {json.loads(line)["id"] for line in lines}
    assert {row.pk for row in bad} & exported == exportable(bad) and len(exportable(bad)) == len(bad) - 1


def test_the_command_exports_them(bad: list[Article]) -> None:
    for noun in ("articles", "events"):
        for form in ("jsonl", "csv"):
            out, err = StringIO(), StringIO()
            with pytest.raises(SystemExit):
                call_command("export", noun, "--format", form, stdout=out, stderr=err)
            assert len(err.getvalue().splitlines()) >= 1 and "was left out" in err.getvalue()
            if (noun, form) == ("articles", "jsonl"):
                rows = [json.loads(line) for line in out.getvalue().splitlines()]
                assert exportable(bad) <= {row["id"] for row in rows}


def test_a_row_that_cannot_be_read_is_stepped_over_and_told(client: Client, seed: Callable[[str], Article]) -> None:
    """A day before the year 1, which only SQL at the database's own prompt can have written."""
    with before_the_rules(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE articles_article SET published_date = '0044-03-15 BC', published_earliest = '0044-03-15 BC', "
            "published_latest = '0044-03-15 BC', published_precision = 'day' WHERE id = %s", [seed("000").pk],
        )  # fmt: skip
    out, err = StringIO(), StringIO()
    with pytest.raises(SystemExit) as stop:
        call_command("export", "articles", stdout=out, stderr=err)
    assert stop.value.code == 1 and len(out.getvalue().splitlines()) == Article.objects.count() - 1
    assert err.getvalue().startswith("article ") and "was left out" in err.getvalue()


def test_they_come_out_as_a_web_archive_and_those_that_cannot_are_told(bad: list[Article]) -> None:
    for write in (write_warc, write_wacz):
        reasons: list[str] = []
        out = io.BytesIO()
        count = write(out, lambda place, reason, reasons=reasons: reasons.append(reason))
        assert count == Capture.objects.count() - len(reasons) and len(reasons) == len(BEYOND)
        assert all("has no time" in reason for reason in reasons)


def test_an_address_that_is_none_stops_no_web_archive(make_article: Callable[..., Article]) -> None:
    for address in ("http://[bad/", "http://h:99999/", "http://h/\r\nWARC-Type: metadata"):
        capture = captured(make_article(f"خبر {address}", "نص."), "2020-01-01", address.encode())
        Capture.objects.filter(pk=capture.pk).update(address=address)
    for write in (write_warc, write_wacz):
        reasons: list[str] = []
        out = io.BytesIO()
        write(out, lambda place, reason, reasons=reasons: reasons.append(reason))
        if write is write_warc:
            kinds = [record.rec_type for record in ArchiveIterator(io.BytesIO(out.getvalue()))]
            # The first record describes the file itself. Every capture without a reported reason is written, under the
            # name of its digest.
            assert "metadata" not in kinds and len(kinds) - 1 + len(reasons) == Capture.objects.count()


def test_the_check_goes_on_and_tells_each(bad: list[Article]) -> None:
    checked = check(settled=10**9)
    messages = [problem.message for problem in checked.open if problem.kind == "date"]
    for row in bad:
        assert any(f"article {row.pk}" in line for line in messages), row
    assert sum("event" in line for line in messages) == len(EDGES)
    captured(bad[0], "1800-01-01 00:00+00", b"another")
    out, err = StringIO(), StringIO()
    with pytest.raises(SystemExit):
        call_command("check_archive", stdout=out, stderr=err)
    assert "its time is not within 1990-01-01" in err.getvalue()


def test_a_sound_archive_has_no_such_problem() -> None:
    assert not [problem for problem in check(settled=10**9).open if problem.kind == "date"]
    with time_machine.travel("2031-05-05"):
        assert not [problem for problem in check(settled=10**9).open if problem.kind == "date"]


# Damaged originals.


def damage(capture: Capture, change: Callable[[bytes], bytes]) -> None:
    """Changes the stored bytes of a capture."""
    path = Path(capture_storage().path(stored_name(capture.sha256)))
    path.write_bytes(change(path.read_bytes()))


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "packed bytes": lambda packed: packed[:40] + bytes(byte ^ 0xFF for byte in packed[40:80]) + packed[80:],
    "first block": lambda packed: packed[:10] + b"\xff" * 20 + packed[30:],
    "checksum": lambda packed: packed[:-8] + b"\0" * 8,
    "header": lambda packed: b"\0" + packed[1:],
    "flags": lambda packed: packed[:3] + b"\xff" + packed[4:],
    "cut": lambda packed: packed[:-20],
    "cut in its head": lambda packed: packed[:7],
    "nothing": lambda packed: b"",
    "another file": lambda packed: pack(b"something else"),
    "not packed": lambda packed: b"something else",
}


@pytest.fixture
def whole(tmp_path: Path) -> Capture:
    """An undamaged capture of an ingested article."""
    text = "خبر عن ورشة الموانئ\n\n" + "وصل 25 خبيرا إلى المدينة للمشاركة في ورشة عمل حول أمن الموانئ. " * 20
    (tmp_path / "خبر.txt").write_text(text + str(tmp_path), encoding="utf-8")
    assert ingest([tmp_path / "خبر.txt"], Options(largest=1_000_000)).created == 1
    return Capture.objects.latest("id")


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_original_is_told_by_everyone_and_stops_nobody(client: Client, whole: Capture, name: str) -> None:
    damage(whole, DAMAGES[name])
    with pytest.raises(DamagedCaptureError):
        whole.read()
    for address in ("captures/{}/", "captures/{}/view/"):
        response = client.get(whole.article.get_absolute_url() + address.format(whole.sha256))
        assert response.status_code == 503 and "النسخة الأصلية غير متاحة" in response.content.decode()
    problems = [problem.message for problem in check(settled=10**9).open if problem.kind == "capture"]
    assert len(problems) == 1 and whole.sha256 in problems[0]
    reasons: list[str] = []
    assert write_warc(io.BytesIO(), lambda place, reason: reasons.append(reason)) == Capture.objects.count() - 1
    assert len(reasons) == 1 and whole.sha256 in reasons[0]
    # The command also reports the problem that follows the damaged original.
    last = captured(whole.article, "1800-01-01 00:00+00")
    assert last.pk > whole.pk
    err = StringIO()
    with pytest.raises(SystemExit) as stop:
        call_command("check_archive", "--settled", "1000000000", stdout=StringIO(), stderr=err)
    assert stop.value.code == 1
    lines = err.getvalue().splitlines()
    assert [line for line in lines if line.startswith("capture:") and whole.sha256 in line]
    assert [line for line in lines if line.startswith("date:") and last.sha256 in line]


def test_any_changed_byte_is_a_damaged_original(whole: Capture) -> None:
    path = Path(capture_storage().path(stored_name(whole.sha256)))
    packed = path.read_bytes()
    for at in range(0, len(packed), 3):
        for change in (0xFF, 0x01):
            path.write_bytes(packed[:at] + bytes([packed[at] ^ change]) + packed[at + 1 :])
            try:
                assert zlib.crc32(whole.read()) >= 0  # this byte is no content, as the time or the system
            except DamagedCaptureError:
                continue
    path.write_bytes(packed)
    assert whole.read()


@pytest.mark.parametrize("name", ["packed bytes", "another file"])
def test_a_backup_tells_of_a_damaged_original_and_goes_on(whole: Capture, tmp_path: Path, name: str) -> None:
    damage(whole, DAMAGES[name])
    made = backup(tmp_path / "copy")
    assert made.missing == [] and len(made.damaged) == 1 and whole.sha256 in made.damaged[0]
    assert made.files == Capture.objects.values("sha256").distinct().count() + 1


def test_a_backup_tells_of_an_original_that_is_no_file(whole: Capture, tmp_path: Path) -> None:
    path = Path(capture_storage().path(stored_name(whole.sha256)))
    path.unlink()
    path.mkdir()
    made = backup(tmp_path / "copy")
    path.rmdir()
    assert len(made.damaged) == 1 and "cannot be" in made.damaged[0]


LOSSES: dict[str, Callable[[Path], object]] = {
    "cut": lambda path: path.write_bytes(path.read_bytes()[:-20]),
    "empty": lambda path: path.write_bytes(b""),
    "another file": lambda path: path.write_bytes(pack(b"something else")),
    "grown": lambda path: path.write_bytes(b"x" + path.read_bytes()),
    "gone": lambda path: path.unlink(),
}


@pytest.mark.parametrize("name", LOSSES)
def test_a_backup_that_has_a_whole_copy_keeps_it_and_tells(whole: Capture, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "copy"
    path = Path(capture_storage().path(stored_name(whole.sha256)))
    packed, copy = path.read_bytes(), folder / "captures" / stored_name(whole.sha256)
    first = at_the_second(1, folder)
    LOSSES[name](path)
    for second in (2, 3):
        made = at_the_second(second, folder)
        messages = made.missing if name == "gone" else made.damaged
        assert len(made.missing + made.damaged) == len(messages) == 1
        assert whole.sha256 in messages[0] and "keeps its copy" in messages[0]
        assert (made.files, made.added) == (first.files, 1) and copy.read_bytes() == packed
    # This also holds where no manifest names the copy, because the backup that made it was killed.
    for manifest in folder.glob("*.jsonl"):
        manifest.unlink()
    made = at_the_second(4, folder)
    assert len(made.missing + made.damaged) == 1 and made.files == first.files and copy.read_bytes() == packed
    out, err = StringIO(), StringIO()
    with time_machine.travel("2031-05-05T00:00:05Z", tick=False), pytest.raises(SystemExit) as stop:
        call_command("backup", folder, stdout=out, stderr=err)
    assert stop.value.code == 1 and whole.sha256 in err.getvalue()
    path.write_bytes(packed)
    made = at_the_second(6, folder)
    assert made.missing == made.damaged == [] and made.added == 1


@pytest.mark.parametrize("name", ["packed bytes", "another file", "cut"])
def test_a_mended_original_takes_the_place_of_its_damaged_copy(whole: Capture, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "copy"
    path = Path(capture_storage().path(stored_name(whole.sha256)))
    packed, copy = path.read_bytes(), folder / "captures" / stored_name(whole.sha256)
    damage(whole, DAMAGES[name])
    for second in (1, 2):
        assert len(at_the_second(second, folder).damaged) == 1 and copy.read_bytes() != packed
    path.write_bytes(packed)
    made = at_the_second(3, folder)
    assert made.damaged == [] and made.added == 2 and copy.read_bytes() == packed
    assert at_the_second(4, folder).added == 1


def at_the_second(second: int, folder: Path) -> Made:
    """Makes a backup at that second of a day, since two backups of the same second are refused."""
    with time_machine.travel(f"2031-05-05T00:00:{second:02}Z", tick=False):
        return backup(folder)


HOSTILE_DAYS = [
    "0000-00-00",
    "0001-01-01",
    "9999-12-31",
    "10000-01-01",
    "-1",
    "2024-13",
    "2024-02-30",
    "0000",
    "9" * 5_000,
    "٢٠٢٤",
    "\0",
]


@pytest.mark.parametrize("day", HOSTILE_DAYS, ids=range(len(HOSTILE_DAYS)))
def test_no_day_that_is_asked_for_is_a_server_error(client: Client, day: str) -> None:
    for address, names in {
        "/articles/": ["since", "until", "published"],
        "/search/": ["since", "until", "published"],
        "/events/": ["year"],
        "/timeline/": ["from", "to"],
        "/api/v1/articles": ["since", "until", "published"],
        "/api/v1/search": ["since", "until", "published"],
        "/api/v1/events": ["year"],
        "/export/articles.csv": ["since", "until", "published"],
        "/feeds/search/": ["since", "until"],
    }.items():
        for name in names:
            query = {"q": "الإرهاب", "from": "2000", "to": "2024"} | {name: day}
            response = client.get(address, query)
            # A server reads or closes every answer; a download holds its place until then.
            b"".join(response)
            assert response.status_code in (200, 404, 422), (address, name)
    for verb in ("ListRecords", "ListIdentifiers"):
        for name in ("from", "until"):
            assert client.get("/oai/", {"verb": verb, "metadataPrefix": "oai_dc", name: day}).status_code == 200
    quoted = day.replace("\0", "%00")
    for address in (f"/dates/{quoted}/", f"/dates/{quoted}/1/", f"/dates/2024/{quoted}/", f"/dates/2024/2/{quoted}/"):
        assert client.get(address).status_code in (200, 301, 302, 404), address


# Rows that Python cannot read.


BC = "0044-03-15 BC"
BY_HAND = {
    "article": "UPDATE articles_article SET published_date = %(day)s, published_earliest = %(day)s, published_latest = %(day)s, "
    "published_precision = 'day' WHERE id = %(article)s",
    "event": "UPDATE articles_event SET start_date = %(day)s, start_earliest = %(day)s, start_latest = %(day)s, start_precision = 'day' "
    "WHERE id = (SELECT event_id FROM articles_coverage WHERE article_id = %(article)s LIMIT 1)",
    "figure": "UPDATE articles_figure SET period_start = %(day)s, period_end = %(day)s WHERE article_id = %(article)s",
}  # fmt: skip


def written_by_hand(noun: str, article: Article) -> None:
    """Writes a day before the year 1 into the article, its event or its figures."""
    with before_the_rules(), connection.cursor() as cursor:
        cursor.execute(BY_HAND[noun], {"day": BC, "article": article.pk})
        assert cursor.rowcount


@pytest.fixture
def reported(make_article: Callable[..., Article]) -> list[Article]:
    """Public articles of one source about one event, actor and measure; the second has an event and facts of its own."""
    source = Source.objects.create(name="وكالة الريف", kind="agency", domains=["rif.example"])
    actor = Actor.objects.create(name="هيئة الريف", kind="civil", state="confirmed")
    event, second_event = (Event(title=f"ملتقى الريف {n}", kind="conference", state="confirmed") for n in (1, 2))
    rows = []
    for row in (event, second_event):
        row.start = ArchiveDate.on(date(2021, 4, 5))
        row.save()
    for number in range(4):
        article = make_article(
            f"ريفيات {number}", f"حضر {number + 10} خبيرا ملتقى الريف.", date(2021, 4, 5), source=source
        )
        Mention.objects.create(article=article, actor=actor, state="confirmed")
        Coverage.objects.create(article=article, event=second_event if number == 1 else event, state="confirmed")
        Figure.objects.create(
            article=article, value=number + 10, unit="خبيرا", quote=f"{number + 10} خبيرا", start=4, end=12, state="confirmed"
        )  # fmt: skip
        rows.append(article)
    return rows


def left_out_messages(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Returns the log messages about rows that were left out."""
    return [record.getMessage() for record in caplog.records if "was left out" in record.getMessage()]


@pytest.mark.parametrize("noun", BY_HAND)
@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_a_download_gives_all_rows_but_the_unreadable(
    client: Client, reported: list[Article], caplog: pytest.LogCaptureFixture, form: str, noun: str
) -> None:
    bad, readable = reported[1], [reported[0], *reported[2:]]
    written_by_hand(noun, bad)
    for query in ("", "?q=ريفيات", f"?source={bad.source_id}", "?q=المصدر:الريف"):
        caplog.clear()
        lines = b"".join(client.get(f"/export/articles.{form}{query}")).decode("utf-8-sig")
        rows = (
            list(csv.DictReader(StringIO(lines)))
            if form == "csv"
            else [json.loads(line) for line in lines.splitlines()]
        )
        ids = {int(row["id"]) for row in rows}
        # An unreadable event or figure is another row: its date is left out, and the article stays.
        assert ids >= {row.pk for row in readable} and (bad.pk in ids) == (noun != "article"), query
        assert [line.partition(": ")[0] for line in left_out_messages(caplog)] == (
            [f"article {bad.pk} was left out"] if noun == "article" else []
        ), query


def test_feeds_hold_all_articles_but_the_unreadable(
    client: Client, reported: list[Article], caplog: pytest.LogCaptureFixture
) -> None:
    bad, readable = reported[1], [reported[0], *reported[2:]]
    Coverage.objects.filter(article=bad).update(event=readable[0].coverages.get().event)
    written_by_hand("article", bad)
    for address in (
        "/feeds/", f"/feeds/sources/{bad.source_id}/", f"/feeds/events/{readable[0].coverages.get().event_id}/",
        f"/feeds/actors/{readable[0].mentions.get().actor_id}/", "/feeds/search/?q=ريفيات", "/feeds/search/?q=المصدر:الريف",
        f"/feeds/search/?source={bad.source_id}",
    ):  # fmt: skip
        caplog.clear()
        response = client.get(address)
        read = feedparser.parse(response.content)
        assert response.status_code == 200 and not read.bozo, address
        titles = {entry.title for entry in read.entries}
        assert titles >= {row.title for row in readable} and bad.title not in titles, address
        (line,) = left_out_messages(caplog)
        assert line.startswith(f"article {bad.pk} was left out: "), address


@pytest.mark.parametrize("noun", BY_HAND)
@pytest.mark.parametrize("place", range(4))
def test_a_harvest_goes_on_past_the_unreadable(
    client: Client,
    reported: list[Article],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    noun: str,
    place: int,
) -> None:
    """The bad row stands first, last and between, and tokens split the harvest into two records each."""
    monkeypatch.setattr(oai, "RECORDS", 2)
    bad, readable = reported[1], [reported[0], *reported[2:]]
    # A harvest is ordered by the last changes; the bad row takes each place in turn.
    for at, row in enumerate([*readable[:place], bad, *readable[place:]]):
        Article.objects.filter(pk=row.pk).update(updated_at=datetime(2035, 1, 1 + at, tzinfo=UTC))
    written_by_hand(noun, bad)
    namespace = {"o": "http://www.openarchives.org/OAI/2.0/"}
    for verb in ("ListRecords", "ListIdentifiers"):
        caplog.clear()
        harvested, token = [], f"&metadataPrefix=oai_dc&set=source:{bad.source_id}"
        for _part in range(3):
            response = client.get(f"/oai/?verb={verb}{token}")
            assert response.status_code == 200
            answer = etree.fromstring(response.content)
            harvested += [
                header.text.rpartition(":")[2] for header in answer.findall(".//o:header/o:identifier", namespace)
            ]
            token = answer.findtext(".//o:resumptionToken", namespaces=namespace)
            if not token:
                break
            token = f"&resumptionToken={quote(token)}"
        # A list of identifiers contains no day of publication.
        is_listed = verb == "ListIdentifiers" or noun != "article"
        assert set(harvested) == {str(row.pk) for row in readable} | ({str(bad.pk)} if is_listed else set())
        assert len(left_out_messages(caplog)) == (0 if is_listed else 1), left_out_messages(caplog)
    address = f"/oai/?verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:testserver:{bad.pk}"
    assert ("idDoesNotExist" in client.get(address).content.decode()) == (noun == "article")


# Values that no page expects.


def write_by_hand(statement: str, *values: object) -> None:
    """Runs a statement as at the database's own prompt, with triggers and references switched off."""
    with connection.cursor() as cursor:
        # References that the test wrote before are checked before they are switched off.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET session_replication_role TO replica")
        cursor.execute(statement, values)
        assert cursor.rowcount == 1
        cursor.execute("SET session_replication_role TO origin")


def pages_of(article: Article) -> list[str]:
    """Returns the addresses that show an article."""
    own = article.get_absolute_url()
    return [own, f"{own}record/", f"/admin/articles/article/{article.pk}/change/", f"/admin/review/{article.pk}/",
            f"/api/v1/articles/{article.pk}", "/export/articles.jsonl", "/export/articles.csv", "/articles/"]  # fmt: skip


def assert_pages_open(client: Client, addresses: list[str]) -> None:
    """Asserts that every address answers with 200."""
    for address in addresses:
        response = client.get(address)
        b"".join(response)
        assert response.status_code == 200, address


@pytest.mark.parametrize("stored", [
    '"text"', '{"a": 1}', "null", "17", '[1, "x", null, [2]]', '[{}]', '[{"line": "x", "where": 3, "quote": null}]',
])  # fmt: skip
@pytest.mark.parametrize("column", ["set_aside", "date_statements"])
def test_json_of_another_shape_ends_no_page_and_is_named(
    admin_client: Client, reported: list[Article], column: str, stored: str
) -> None:
    article = reported[0]
    write_by_hand(f"UPDATE articles_article SET {column} = %s::jsonb WHERE id = %s", stored, article.pk)
    assert_pages_open(admin_client, pages_of(article))
    (message,) = messages_of_check("value")
    assert message.startswith(f"article {article.pk}: its {column} ")


def test_the_sound_rows_beside_a_bad_one_are_shown(admin_client: Client, reported: list[Article]) -> None:
    article = reported[0]
    stored = '[7, {"line": 3, "kind": "date", "text": "سطر معزول"}]'
    write_by_hand("UPDATE articles_article SET set_aside = %s::jsonb WHERE id = %s", stored, article.pk)
    for address in (f"{article.get_absolute_url()}record/", f"/admin/articles/article/{article.pk}/change/"):
        assert "سطر معزول" in admin_client.get(address).content.decode(), address
    assert len(messages_of_check("value")) == 1


@pytest.mark.parametrize("column", ["failures", "notes"])
def test_a_record_of_a_delivery_of_another_shape_ends_no_page(admin_client: Client, column: str) -> None:
    delivery = Delivery.objects.create(name="خبر.txt", state=DeliveryState.FINISHED)
    write_by_hand(f"UPDATE articles_delivery SET {column} = '[\"x\", 5]' WHERE id = %s", delivery.pk)
    assert_pages_open(admin_client, [f"/admin/articles/delivery/{delivery.pk}/change/", "/admin/articles/delivery/"])
    (message,) = messages_of_check("value")
    assert message.startswith(f"delivery {delivery.pk}: its {column} ")


@pytest.mark.parametrize("changed", ["value = 'NaN'", "value_high = 'NaN', qualifier = 'between'"])
def test_a_figure_that_is_no_number_ends_no_page_and_is_named(
    admin_client: Client, reported: list[Article], changed: str
) -> None:
    measure = Measure.objects.create(label="عدد خبراء الريف")
    Figure.objects.filter(article__in=reported).update(measure=measure)
    article, figure = reported[0], reported[0].figures.get()
    write_by_hand(f"UPDATE articles_figure SET {changed} WHERE id = %s", figure.pk)
    event = reported[0].coverages.get().event
    addresses = [
        *pages_of(article), f"/figures/?measure={measure.pk}", "/figures/", event.get_absolute_url(), "/admin/articles/figure/",
        f"/admin/articles/figure/{figure.pk}/change/",
    ]  # fmt: skip
    assert_pages_open(admin_client, addresses)
    # The other figures are drawn on one scale as before.
    assert "12 خبيرا" in admin_client.get(f"/figures/?measure={measure.pk}").content.decode()
    (message,) = messages_of_check("value")
    assert message.startswith(f"figure {figure.pk}: its {changed.partition(' ')[0]} ") and "NaN" in message


@pytest.mark.parametrize(("table", "column"), [
    ("mention", "actor_id"), ("coverage", "event_id"), ("figure", "event_id"), ("figure", "actor_id"), ("figure", "measure_id"),
])  # fmt: skip
def test_a_fact_of_what_is_gone_ends_no_page_and_is_named(
    admin_client: Client, reported: list[Article], table: str, column: str
) -> None:
    article = reported[0]
    write_by_hand(f"UPDATE articles_{table} SET {column} = 987654321 WHERE article_id = %s", article.pk)
    assert_pages_open(admin_client, pages_of(article))
    messages = messages_of_check("reference")
    assert (
        len(messages) == 1
        and messages[0].startswith(f"articles_{table} ")
        and column.removesuffix("_id") in messages[0]
    )
    # References are checked at the end of the test, too.
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role TO replica")
        cursor.execute(f"DELETE FROM articles_{table} WHERE {column} = 987654321")
        cursor.execute("SET session_replication_role TO origin")
