"""Captures are exported as web archives that other programs can open."""

import gzip
import hashlib
import io
import json
import zipfile
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from warcio.archiveiterator import ArchiveIterator

from articles.exchange.web_archive import surt, write_wacz, write_warc
from articles.ingest.run import Options, ingest
from articles.models import Article, Capture

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
    assert write_warc(whole, whole=True) == write_warc(public) + hidden.article.captures.count()
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
            key, stamp, facts = line.split(" ", 2)
            facts = json.loads(facts)
            assert key == surt(facts["url"]) and len(stamp) == 14
            start, length = int(facts["offset"]), int(facts["length"])
            (record,) = ArchiveIterator(io.BytesIO(archive[start : start + length]))
            assert record.rec_headers.get_header("WARC-Target-URI") == facts["url"]
        pages = package.read("pages/pages.jsonl").decode().splitlines()
        assert json.loads(pages[0])["format"] == "json-pages-1.0" and len(pages) == len(lines) + 1


def test_a_package_brought_back_changes_nothing(tmp_path: Path) -> None:
    call_command("export", "--format", "wacz", "--output", str(tmp_path / "a.wacz"), stderr=io.StringIO())
    report = ingest([tmp_path], Options(largest=1_000_000))
    assert (report.created, report.updated, report.failures) == (0, 0, [])
    assert report.unchanged == Capture.objects.count()


def test_the_command_says_what_it_cannot_write() -> None:
    with pytest.raises(CommandError, match="captures, not articles"):
        call_command("export", "articles", "--format", "warc")
    with pytest.raises(CommandError, match="a noun is needed"):
        call_command("export", "--format", "csv")


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("https://www.Example.com/News/?b=2", "com,example)/news/?b=2"),
        ("http://a.b.example:8080", "example,b,a:8080)/"),
    ],
)
def test_addresses_are_sorted_as_indexes_sort_them(address: str, key: str) -> None:
    assert surt(address) == key
