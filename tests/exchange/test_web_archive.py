"""Captures are exported as web archives that other programs can open."""

import gzip
import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from functools import partial
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from warcio.archiveiterator import ArchiveIterator

from articles.exchange import web_archive
from articles.exchange.web_archive import surt, write_wacz, write_warc
from articles.ingest.run import Options, ingest
from articles.models import Article, Capture
from articles.models.capture import capture_storage, pack, stored_name

pytestmark = pytest.mark.django_db
PAGES = settings.BASE_DIR / "tests" / "ingest" / "pages"


@pytest.fixture(autouse=True)
def _pages() -> None:
    assert ingest([PAGES / "wordpress.html", PAGES / "script-shell.html"], Options(largest=1_000_000)).created == 2
    Capture.objects.filter(filename="wordpress.html").update(
        address="https://news.example/a", fetched_address="https://news.example/a"
    )


def written(write: object) -> bytes:
    """Writes a web archive of all captures, and returns its bytes."""
    out = io.BytesIO()
    assert write(out) == Capture.objects.count()
    return out.getvalue()


def test_every_capture_is_a_record_with_its_very_bytes() -> None:
    records = {}
    iterator = ArchiveIterator(io.BytesIO(written(write_warc)), check_digests="raise")
    for record in iterator:
        if record.rec_type != "warcinfo":
            content = record.content_stream().read()
            records[hashlib.sha256(content).hexdigest()] = (
                record.rec_type,
                record.rec_headers.get_header("WARC-Target-URI"),
            )
    assert iterator.err_count == 0
    for capture in Capture.objects.all():
        kind, address = records[capture.sha256]
        is_web = capture.address.startswith("http")
        assert (kind, address) == (
            ("response", capture.address) if is_web else ("resource", f"urn:sha256:{capture.sha256}")
        )


def test_originals_of_drafts_are_left_out_unless_all_are_wanted() -> None:
    hidden = Capture.objects.order_by("id").first()
    Article.objects.filter(pk=hidden.article_id).update(status="draft")
    public, whole = io.BytesIO(), io.BytesIO()
    assert write_warc(whole, include_hidden=True) == write_warc(public) + hidden.article.captures.count()
    digests = [
        hashlib.sha256(record.content_stream().read()).hexdigest()
        for record in ArchiveIterator(io.BytesIO(public.getvalue()))
    ]
    assert hidden.sha256 not in digests


def test_nothing_tells_where_files_lay_on_the_importing_machine() -> None:
    for record in ArchiveIterator(io.BytesIO(written(write_warc))):
        assert "file:" not in str(record.rec_headers)


def test_the_package_keeps_the_wacz_specification() -> None:
    with zipfile.ZipFile(io.BytesIO(written(write_wacz))) as package:
        assert package.testzip() is None
        described = json.loads(package.read("datapackage.json"))
        assert (described["profile"], described["wacz_version"]) == ("data-package", "1.1.1")
        listed = {resource["path"]: resource for resource in described["resources"]}
        assert set(listed) == {"archive/captures.warc.gz", "indexes/index.cdx.gz", "pages/pages.jsonl"}
        for path, resource in listed.items():
            content = package.read(path)
            assert (resource["bytes"], resource["hash"]) == (
                len(content),
                f"sha256:{hashlib.sha256(content).hexdigest()}",
            )
        digest = json.loads(package.read("datapackage-digest.json"))
        assert digest["hash"] == f"sha256:{hashlib.sha256(package.read('datapackage.json')).hexdigest()}"
        # Web archives are already compressed, and replay tools read them in place.
        assert package.getinfo("archive/captures.warc.gz").compress_type == zipfile.ZIP_STORED
        archive = package.read("archive/captures.warc.gz")
        lines = gzip.decompress(package.read("indexes/index.cdx.gz")).decode().splitlines()
        assert lines == sorted(lines) and len(lines) == Capture.objects.filter(address__startswith="http").count()
        for line in lines:
            key, stamp, fields = line.split(" ", 2)
            fields = json.loads(fields)
            assert key == surt(fields["url"]) and len(stamp) == 14
            start, length = int(fields["offset"]), int(fields["length"])
            (record,) = ArchiveIterator(io.BytesIO(archive[start : start + length]))
            assert record.rec_headers.get_header("WARC-Target-URI") == fields["url"]
        pages = package.read("pages/pages.jsonl").decode().splitlines()
        assert json.loads(pages[0])["format"] == "json-pages-1.0" and len(pages) == len(lines) + 1


def test_a_package_brought_back_changes_nothing(tmp_path: Path) -> None:
    call_command("export", "--format", "wacz", "--output", str(tmp_path / "a.wacz"), stderr=io.StringIO())
    report = ingest([tmp_path], Options(largest=1_000_000))
    assert (report.created, report.updated, report.failures) == (0, 0, [])
    assert report.unchanged == Capture.objects.count()


def test_the_command_says_what_it_cannot_write(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="captures, not articles"):
        call_command("export", "articles", "--format", "warc")
    with pytest.raises(CommandError, match="a noun is needed"):
        call_command("export", "--format", "csv")
    with pytest.raises(CommandError, match="--output is for web archives; csv goes to standard output"):
        call_command("export", "articles", "--format", "csv", "--output", str(tmp_path / "a.csv"))


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("https://www.Example.com/News/?b=2", "com,example)/news/?b=2"),
        ("http://a.b.example:8080", "example,b,a:8080)/"),
    ],
)
def test_addresses_are_sorted_as_indexes_sort_them(address: str, key: str) -> None:
    assert surt(address) == key


WEB = {"address": "https://news.example/b", "fetched_address": "https://news.example/b"}


@pytest.fixture
def captures(make_article: Callable[..., Article]) -> dict[str, Capture]:
    """Captures by name, in the order in which they are written; no others."""
    Capture.objects.all().delete()
    article = make_article("عنوان المقال")

    def kept(number: int, **fields: object) -> Capture:
        content = f"نص {number}".encode()
        digest = hashlib.sha256(content).hexdigest()
        Capture.objects.keep_bytes(digest, pack(content))
        moment = datetime(2024, 3, 5, 10, number, tzinfo=timezone(timedelta(hours=1)))
        return Capture.objects.create(
            article=article, sha256=digest, size=len(content), captured_at=moment, filename=f"{number}.txt",
            **{"media_type": "text/plain", "encoding": "utf-8", **fields},
        )  # fmt: skip

    captures = {
        "file": kept(1), "page": kept(2, **WEB, media_type="text/html"), "rows": kept(3, media_type="application/json"), "bare": kept(4, encoding=""),
        "older": kept(5, address="https://news.example/a", fetched_address="https://news.example/a"),
    }  # fmt: skip
    # A row that is written again stands behind all others in its table.
    Capture.objects.filter(pk=captures["file"].pk).update(size=captures["file"].size)
    return captures


def records_of(content: bytes) -> list[tuple[str, ...]]:
    records = []
    for record in ArchiveIterator(io.BytesIO(content)):
        headers = record.http_headers or record.rec_headers
        names = ("WARC-Target-URI", "WARC-Date")
        text = record.content_stream().read().decode()
        kind = (
            record.rec_type,
            *(record.rec_headers.get_header(name) for name in names),
            headers.get_header("Content-Type"),
        )
        records.append((*kind, text) if record.rec_type != "warcinfo" else kind[:1])
    return records


def test_a_record_of_each_kind_of_capture(captures: dict[str, Capture]) -> None:
    out = io.BytesIO()
    assert write_warc(out) == 5
    urn = {name: f"urn:sha256:{capture.sha256}" for name, capture in captures.items()}
    assert records_of(out.getvalue()) == [
        ("warcinfo",), ("resource", urn["file"], "2024-03-05T09:01:00Z", "text/plain; charset=utf-8", "نص 1"),
        ("response", "https://news.example/b", "2024-03-05T09:02:00Z", "text/html; charset=utf-8", "نص 2"),
        ("resource", urn["rows"], "2024-03-05T09:03:00Z", "application/json", "نص 3"), ("resource", urn["bare"], "2024-03-05T09:04:00Z", "text/plain", "نص 4"),
        ("response", "https://news.example/a", "2024-03-05T09:05:00Z", "text/plain; charset=utf-8", "نص 5"),
    ]  # fmt: skip
    described = next(iter(ArchiveIterator(io.BytesIO(out.getvalue())))).content_stream().read().decode()
    assert "software: counter-terrorism-diplomacy-archive" in described and "format: WARC File Format 1.1" in described


@pytest.mark.parametrize("run", [1, 2, 50_000])
def test_the_index_is_sorted_however_many_lines_are_held_at_once(
    captures: dict[str, Capture], run: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_archive, "_RUN", run)
    out = io.BytesIO()
    assert write_wacz(out) == 5
    with zipfile.ZipFile(out) as package:
        lines = gzip.decompress(package.read("indexes/index.cdx.gz")).decode().splitlines()
        pages = [json.loads(line) for line in package.read("pages/pages.jsonl").decode().splitlines()]
        described = json.loads(package.read("datapackage.json"))
    assert [line[:37] for line in lines] == [
        'example,news)/a 20240305090500 {"url"',
        'example,news)/b 20240305090200 {"url"',
    ]
    entries = [json.loads(line.partition("{")[1] + line.partition("{")[2]) for line in lines]
    assert [(entry["mime"], entry["status"], entry["filename"]) for entry in entries] == [
        ("text/plain", "200", "captures.warc.gz"), ("text/html", "200", "captures.warc.gz"),
    ]  # fmt: skip
    assert [entry["digest"] for entry in entries] == [f"sha256:{captures[name].sha256}" for name in ("older", "page")]
    assert pages == [{"format": "json-pages-1.0", "id": "pages", "title": "All Pages"}] + [
        {"id": str(captures[name].pk), "url": url, "title": "عنوان المقال", "ts": f"2024-03-05T09:0{minute}:00Z"}
        for name, url, minute in (("page", "https://news.example/b", 2), ("older", "https://news.example/a", 5))
    ]
    assert [resource["name"] for resource in described["resources"]] == [
        "captures.warc.gz",
        "index.cdx.gz",
        "pages.jsonl",
    ]


def note_loss(lost: list[tuple[str, str]], name: str, reason: str) -> None:
    lost.append((name, reason))


def test_a_capture_that_cannot_be_written_is_told_and_left_out(captures: dict[str, Capture]) -> None:
    storage = capture_storage()
    storage.delete(stored_name(captures["file"].sha256))
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE articles_capture DROP CONSTRAINT capture_captured_at_in_calendar")
        cursor.execute("SET session_replication_role TO replica")
        for name, column, value in (
            ("page", "media_type", "text/html\r\nX: y"), ("rows", "captured_at", "infinity"), ("older", "fetched_address", "https://[bad/"),
            ("older", "address", "https://[bad/"), ("bare", "filename", ""), ("bare", "encoding", "a\x7fb"),
        ):  # fmt: skip
            cursor.execute(f"UPDATE articles_capture SET {column} = %s WHERE id = %s", [value, captures[name].pk])
        cursor.execute("SET session_replication_role TO origin")
    for write in (write_warc, write_wacz):
        out, lost = io.BytesIO(), list[tuple[str, str]]()
        assert write(out, partial(note_loss, lost)) == 1
        assert [name for name, _ in lost] == ["1.txt", "2.txt", "3.txt", captures["bare"].sha256]
        first, second, third, fourth = (reason for _, reason in lost)
        no_header = "its address or type cannot stand in a header"
        assert "cannot be read" in first and second == f"capture {captures['page'].sha256}: {no_header}"
        assert third.endswith(f" has no time that can be written (article {captures['rows'].article_id})")
        assert fourth == f"capture {captures['bare'].sha256}: {no_header}"
    # A malformed address is not written: its bytes have their digest as a name.
    write_warc(out := io.BytesIO(), lambda *loss: None)
    assert records_of(out.getvalue())[1][:2] == ("resource", f"urn:sha256:{captures['older'].sha256}")
