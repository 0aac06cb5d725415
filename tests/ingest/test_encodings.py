"""Documents in any encoding and packing: the text is right, a note reports each repair, and nothing is lost silently."""

import csv
import gzip
import io
import json
import zlib
from pathlib import Path

import brotli
import pytest
import zstandard
from django.core.management import call_command
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from articles.ingest.content_coding import unpack
from articles.ingest.decoding import decode
from articles.ingest.document import UnreadableError
from articles.ingest.run import Options, Report, ingest
from articles.models import Article, Capture

pytestmark = pytest.mark.django_db
BODY = (
    "وصل 25 خبيرا إلى المدينة للمشاركة في ورشة عمل حول أمن الموانئ.\n\nوتستمر الورشة ثلاثة أيام بمشاركة 12 دولة من المنطقة، "
    "وتناقش حماية السفن والأرصفة وتبادل المعلومات بين الأجهزة المختصة."
)


def run(*paths: Path, **options: object) -> Report:
    """Ingests files or folders."""
    return ingest(paths, Options(largest=2_000_000, **options))


def page(number: int = 1, charset: str = "") -> str:
    """Returns an HTML page with page furniture before the article."""
    paragraphs = "".join(f"<p>{part} ({number})</p>" for part in BODY.split("\n\n"))
    meta = f'<meta charset="{charset}">' if charset else ""
    title = f"خبر رقم {number} عن الورشة والموانئ"
    furniture = '<div class="menu"><a href="/index.php?lang=ar&amp;page=1">x</a></div>' * 30
    return (
        f"<html><head>{meta}<title>{title}</title></head><body>{furniture}<article>{paragraphs}</article></body></html>"
    )


def warc(*records: tuple[bytes, list[tuple[str, str]]]) -> bytes:
    """Writes a WARC file of answers, each given as (body as sent, headers)."""
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=True)
    for number, (body, headers) in enumerate(records):
        http = StatusAndHeaders("200 OK", [("Content-Type", "text/html"), *headers], protocol="HTTP/1.1")
        writer.write_record(
            writer.create_warc_record(
                f"https://news.example/{number}", "response", payload=io.BytesIO(body), http_headers=http
            )
        )
    return out.getvalue()


# Content-Encoding.


def deflated(content: bytes, wbits: int = 15) -> bytes:
    """Returns the content in the format that `wbits` selects: zlib, raw deflate or gzip."""
    packer = zlib.compressobj(wbits=wbits)
    return packer.compress(content) + packer.flush()


PACKED = {
    "br": brotli.compress, "gzip": gzip.compress, "x-gzip": gzip.compress, "deflate": deflated,
    "zstd": zstandard.compress, "GZIP": gzip.compress, "identity": bytes, "": bytes,
    "deflate, br": lambda content: brotli.compress(deflated(content)), "gzip, gzip": lambda content: gzip.compress(gzip.compress(content)),
}  # fmt: skip


def test_pages_of_every_packing_come_in(tmp_path: Path) -> None:
    records = [(pack(page(n).encode()), [("Content-Encoding", name)]) for n, (name, pack) in enumerate(PACKED.items())]
    records.append((deflated(page(50).encode(), -15), [("Content-Encoding", "deflate")]))
    chunked = brotli.compress(page(51).encode())
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(chunked), chunked)
    records.append((chunked, [("Content-Encoding", "br"), ("Transfer-Encoding", "chunked")]))
    (tmp_path / "a.warc.gz").write_bytes(warc(*records))
    report = run(tmp_path)
    assert (report.created, report.failures) == (len(PACKED) + 2, [])
    assert all(
        article.body.startswith("وصل 25 خبيرا") for article in Article.objects.order_by("-id")[: len(PACKED) + 2]
    )


def damaged(packed: bytes) -> bytes:
    """Returns the bytes with some of them inverted."""
    return packed[:30] + bytes(byte ^ 0xFF for byte in packed[30:60]) + packed[60:]


@pytest.mark.parametrize(
    ("body", "header", "reason"),
    [
        (b"\x8b\x21\x00\xff" * 50, "exi", "Content-Encoding is “exi”; known are"),
        (b"\x8b\x21\x00\xff" * 50, "br", "“br”, but the content is"),
        (damaged(gzip.compress(page().encode())), "gzip", "“gzip”, but the content is damaged"),
        (damaged(zstandard.compress(page().encode())), "zstd", "“zstd”, but the content is damaged"),
        (gzip.compress(page().encode())[:12], "gzip", "“gzip”, but the content is cut short"),
    ],
    ids=["unheard", "no brotli", "gzip", "zstd", "cut"],
)
def test_a_record_that_cannot_be_unpacked_is_told_and_the_others_go_on(
    tmp_path: Path, body: bytes, header: str, reason: str
) -> None:
    good = [(page(n).encode(), []) for n in (1, 2)]
    (tmp_path / "a.warc.gz").write_bytes(warc(good[0], (body, [("Content-Encoding", header)]), good[1]))
    report = run(tmp_path)
    assert report.created == 2
    (failure,) = report.failures
    assert "record at offset" in failure.path and reason in failure.reason


@pytest.mark.parametrize("name", ["br", "gzip", "zstd", "utf-8", "deflate"])
def test_a_page_that_is_not_packed_as_its_header_says_is_taken_with_a_note(tmp_path: Path, name: str) -> None:
    (tmp_path / "a.warc.gz").write_bytes(warc((page().encode(), [("Content-Encoding", name)])))
    report = run(tmp_path)
    assert (report.created, report.failures) == (1, [])
    assert [(note.kind, note.field, note.given) for note in report.noted.places] == [
        ("encoding", "Content-Encoding", name)
    ]


@pytest.mark.parametrize("pack", [brotli.compress, gzip.compress, zstandard.compress, deflated])
def test_a_bomb_is_not_unpacked(pack: object) -> None:
    name = next(name for name, packer in PACKED.items() if packer is pack)
    with pytest.raises(UnreadableError, match="larger than 1,000,000"):
        unpack(pack(b"<p>" * 30_000_000), name, 1_000_000)


# Encodings.


@pytest.mark.parametrize(
    "declared", ["iso-8859-1", "windows-1252", "latin1", "us-ascii", "iso-8859-15", "utf-8", "x-unheard"]
)
@pytest.mark.parametrize("real", ["windows-1256", "iso-8859-6"])
def test_arabic_bytes_declared_as_something_else_are_read_rightly(tmp_path: Path, real: str, declared: str) -> None:
    (tmp_path / "page.html").write_bytes(page(charset=declared).encode(real, "replace"))
    report = run(tmp_path)
    article = Article.objects.latest("id")
    assert report.created == 1 and article.body.startswith("وصل 25 خبيرا إلى المدينة")
    assert article.title == "خبر رقم 1 عن الورشة والموانئ" and article.captures.get().encoding == real
    assert [(note.kind, note.given) for note in report.noted.places] == [("encoding", declared)]


def test_a_header_of_a_web_archive_is_no_better(tmp_path: Path) -> None:
    content = page().encode("windows-1256")
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=True)
    http = StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=ISO-8859-1")], protocol="HTTP/1.1")
    writer.write_record(
        writer.create_warc_record("https://news.example/1", "response", payload=io.BytesIO(content), http_headers=http)
    )
    (tmp_path / "a.warc.gz").write_bytes(out.getvalue())
    assert run(tmp_path).created == 1 and Article.objects.latest("id").body.startswith("وصل 25")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (
            "Le président a déclaré à Genève que l'été dernier, près de la forêt, où l'élève naïf était reçu.",
            "iso-8859-1",
        ),
        ("El niño comió piñas en España, según informó anteayer la ministra María Ángeles Muñoz.", "windows-1252"),
        ("Die größten Städte müssen für Öl, Käse und Brötchen höhere Gebühren zahlen, heißt es.", "iso-8859-1"),
        ("На встрече в Москве обсудили вопросы борьбы с терроризмом и безопасность портов.", "koi8-r"),
    ],
)
def test_another_languages_bytes_stay_what_they_are_declared(text: str, name: str) -> None:
    assert decode(text.encode(name), "", name).text == text


@pytest.mark.parametrize(
    ("wrong", "right"), [("windows-1252", "utf-8"), ("windows-1256", "utf-8"), ("windows-1252", "windows-1256")]
)
def test_text_that_was_wrongly_decoded_before_it_came_is_put_right_with_a_note(
    tmp_path: Path, wrong: str, right: str
) -> None:
    def spoilt(text: str) -> str:
        return "".join(bytes([byte]).decode(wrong, "ignore") or chr(byte) for byte in text.encode(right))

    rows = [{"title": spoilt("خبر عن الورشة في الموانئ"), "body": spoilt(BODY)}]
    (tmp_path / "rows.jsonl").write_text(json.dumps(rows[0], ensure_ascii=False), encoding="utf-8")
    report = run(tmp_path)
    assert report.created == 1 and Article.objects.latest("id").body == BODY
    assert ("mixed", "body") in {(note.kind, note.field) for note in report.noted.places}


# Broken bytes.


@pytest.mark.parametrize("keep", [-1, -3])
def test_a_page_cut_inside_a_letter_is_taken_with_a_note(tmp_path: Path, keep: int) -> None:
    content = page().partition("ختصة")[0].encode()[:keep]
    with pytest.raises(UnicodeDecodeError):
        content.decode()
    (tmp_path / "page.html").write_bytes(content)
    report = run(tmp_path)
    assert report.created == 1 and {note.kind for note in report.noted.places} == {"broken"}


def test_a_broken_byte_inside_is_shown_and_told(tmp_path: Path) -> None:
    content = BODY.encode().replace("المدينة".encode(), "المدين".encode() + b"\xd8", 1)
    (tmp_path / "خبر.txt").write_bytes("خبر عن ورشة الموانئ اليوم\n\n".encode() + content)
    report = run(tmp_path)
    assert report.created == 1 and "\ufffd" in Article.objects.latest("id").body
    assert [(note.kind, note.taken) for note in report.noted.places] == [
        ("broken", "1 broken bytes of UTF-8 became “\ufffd”")
    ]


def test_many_broken_bytes_are_refused(tmp_path: Path) -> None:
    content = bytearray(BODY.encode())
    content[20::40] = b"\xff" * len(content[20::40])
    (tmp_path / "خبر.txt").write_bytes(bytes(content))
    report = run(tmp_path)
    assert report.created == 0 and "not UTF-8" in report.failures[0].reason


# Rows as spreadsheets write them.


def table(delimiter: str = ",") -> str:
    """Returns a CSV file of two articles with this delimiter."""
    written = io.StringIO()
    writer = csv.writer(written, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(["Title", "body", "published", "author"])
    writer.writerow(["ورشة الموانئ، اليوم الأول", BODY, "6 نونبر 2024", 'سالم "أبو علي"; محمد'])
    writer.writerow(["ورشة الموانئ: اليوم الثاني", BODY.replace("25", "26"), "2024-11-07", "ليلى, وفاء"])
    return written.getvalue()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "windows-1256", "iso-8859-6", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_a_table_is_read_however_it_was_saved(tmp_path: Path, encoding: str, delimiter: str) -> None:
    (tmp_path / "table.csv").write_bytes(table(delimiter).encode(encoding))
    report = run(tmp_path)
    assert (report.created, report.failures) == (2, [])
    second, first = Article.objects.order_by("-id")[:2]
    assert (first.title, first.body, first.author) == ("ورشة الموانئ، اليوم الأول", BODY, 'سالم "أبو علي"; محمد')
    assert (str(first.published.date), second.author) == ("2024-11-06", "ليلى, وفاء")
    assert run(tmp_path).unchanged == 2
    # The stored original can be read on its own.
    assert second.captures.get().read().decode().count(delimiter) >= 3


@pytest.mark.parametrize("line", ["sep=;", '"sep=;"', "SEP=;"])
def test_excels_line_before_the_header_names_the_separator(tmp_path: Path, line: str) -> None:
    (tmp_path / "table.csv").write_bytes(f"{line}\r\n{table(';')}".encode("utf-16"))
    report = run(tmp_path)
    assert (report.created, report.failures) == (2, [])


def test_excels_line_may_name_a_tab(tmp_path: Path) -> None:
    table_of_tabs = table("\t")
    (tmp_path / "table.csv").write_bytes(f"sep=\t\r\n{table_of_tabs}".encode("utf-16"))
    assert run(tmp_path).created == 2


def test_a_named_encoding_holds_for_rows(tmp_path: Path) -> None:
    text = "title;body\r\nA story of Genève;Déjà vu à Genève, où l'été naît à la fête.\r\n"
    (tmp_path / "table.csv").write_bytes(text.encode("mac_roman"))
    assert run(tmp_path, encoding="mac_roman").created == 1
    assert Article.objects.latest("id").title == "A story of Genève"
    row = {"title": "خبر الجنوب", "body": BODY}
    (tmp_path / "table.csv").unlink()
    (tmp_path / "rows.jsonl").write_bytes(json.dumps(row, ensure_ascii=False).encode("cp720", "replace"))
    assert run(tmp_path, encoding="cp720").created == 1 and Article.objects.latest("id").title == "خبر الجنوب"


def test_an_unheard_encoding_is_told(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text(table(), encoding="utf-8")
    for name in ("latin99", "base64"):
        assert f"unknown encoding “{name}”" in run(tmp_path, encoding=name).failures[0].reason


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1256", "utf-16", "utf-16-le"])
def test_json_lines_in_other_encodings_are_read(tmp_path: Path, encoding: str) -> None:
    rows = [{"title": f"خبر من الورشة {n}", "body": f"{BODY} {n}"} for n in range(3)]
    text = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    (tmp_path / "rows.jsonl").write_bytes(text.encode(encoding))
    report = run(tmp_path)
    assert (report.created, report.failures) == (3, [])
    assert Article.objects.latest("id").title == "خبر من الورشة 2"


def test_a_row_with_a_broken_byte_is_taken_and_one_of_nonsense_is_not(tmp_path: Path) -> None:
    rows = [
        json.dumps({"title": f"خبر من الورشة {n}", "body": f"{BODY} {n}"}, ensure_ascii=False).encode()
        for n in range(3)
    ]
    rows[1] = rows[1].replace("الورشة ثلاثة".encode(), "الورشة ثلا".encode() + b"\xd8" + "ة".encode())
    rows[2] = b'{"title": "\xff\xfe\xfd", "body": "\xff\xfe"}'
    (tmp_path / "rows.jsonl").write_bytes(b"\n".join(rows))
    report = run(tmp_path)
    assert report.created == 2 and [failure.path.rpartition(": ")[2] for failure in report.failures] == ["line 3"]
    assert {note.kind for note in report.noted.places} == {"broken"}


# The folder of a file.


def test_no_address_of_this_machine_is_stored(tmp_path: Path) -> None:
    folder = tmp_path / "home" / "editor"
    folder.mkdir(parents=True)
    (folder / "page.html").write_text(page(), encoding="utf-8")
    call_command("ingest", str(folder), verbosity=0)
    capture = Capture.objects.latest("id")
    assert (capture.address, capture.filename) == ("", "page.html")


@pytest.mark.parametrize("declared", ["iso-8859-1", "windows-1254", "us-ascii", "no-such-charset", ""])
def test_arabic_with_many_latin_names_stuck_to_its_words_is_read_rightly(tmp_path: Path, declared: str) -> None:
    text = page(charset=declared).replace(" في ", " في منصةX وشبكةTV ")
    (tmp_path / "mixed.html").write_bytes(text.encode("windows-1256", "xmlcharrefreplace"))
    assert run(tmp_path / "mixed.html").created == 1
    assert "منصةX" in Article.objects.latest("id").body


def test_two_header_lines_of_codings_are_one_list(tmp_path: Path) -> None:
    packed = gzip.compress(brotli.compress(page().encode()))
    headers = [("Content-Type", "text/html; charset=utf-8"), ("Content-Encoding", "br"), ("Content-Encoding", "gzip")]
    (tmp_path / "two.warc.gz").write_bytes(warc((packed, headers)))
    assert run(tmp_path / "two.warc.gz").created == 1
