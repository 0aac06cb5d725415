"""Documents made to cost more than their size: a generator a shape, for tests/trust/test_budgets.py.

Each generator takes a size in bytes and returns a document of about that size. The shapes are of what a stranger can
bring through any door: text, pages, CSV, JSON lines, web archives and authority files.
"""

import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

Generator = Callable[[int], bytes]
# A sentence of ordinary words, so that what surrounds a hostile part is an article.
SENTENCE = "قال وزير الخارجية إن الاجتماع الذي عقد في الرباط بحث أمن الحدود ومكافحة الإرهاب. "
_TITLE = "اجتماع وزاري يبحث أمن الحدود"


@dataclass(frozen=True)
class Shape:
    """A kind of hostile document.

    kind: the format, which names the reader: text, html, csv, jsonl, warc or toml.
    make: the generator, from a size in bytes to a document.
    """

    kind: str
    make: Generator


def repeated(part: str, before: str = "", after: str = "") -> Generator:
    """Returns a generator that repeats `part` between a beginning and an end."""

    def make(size: int) -> bytes:
        length = len(part.encode())
        return (before + part * max(1, size // length) + after).encode()

    return make


def numbered(part: str, before: str = "", after: str = "") -> Generator:
    """Returns a generator that repeats `part`, with a new number for each «{n}»."""

    def make(size: int) -> bytes:
        parts, length = [], 0
        for n in count():
            parts.append(part.replace("{n}", str(n)))
            length += len(parts[-1].encode())
            if length >= size:
                return (before + "".join(parts) + after).encode()

    return make


def lettered(part: str, before: str = "", after: str = "") -> Generator:
    """Returns a generator that repeats `part`, with a new Arabic word for each «{w}»."""
    letters = "ابتجحدرسشصعغفقكلمن"

    def word(n: int) -> str:
        made = ""
        while True:
            n, digit = divmod(n, len(letters))
            made += letters[digit]
            if not n:
                return "م" + made + "ر"

    def make(size: int) -> bytes:
        parts, length = [], 0
        for n in count():
            parts.append(part.replace("{w}", word(n)))
            length += len(parts[-1].encode())
            if length >= size:
                return (before + "".join(parts) + after).encode()

    return make


def page(make: Generator) -> Generator:
    """Puts the shape inside the body of a page that is otherwise an article."""
    head = f"<html><head><title>{_TITLE}</title></head><body><h1>{_TITLE}</h1><p>{SENTENCE * 3}</p>".encode()
    return lambda size: head + make(size) + f"<p>{SENTENCE}</p></body></html>".encode()


def in_head(make: Generator) -> Generator:
    """Puts the shape inside the head of a page that is otherwise an article."""
    return lambda size: (
        b"<html><head>" + make(size) + f"</head><body><h1>{_TITLE}</h1><p>{SENTENCE * 3}</p></body></html>".encode()
    )


def article(make: Generator) -> Generator:
    """Puts the shape into the last paragraph of an article."""
    return lambda size: f"{_TITLE}\n\n{SENTENCE * 2}\n\n".encode() + make(size)


def row(field: str, make: Generator) -> Generator:
    """Puts the shape into one field of a JSON line."""

    def of(size: int) -> bytes:
        values = {"title": _TITLE, "body": SENTENCE * 2} | {field: make(size).decode()}
        return json.dumps(values, ensure_ascii=False).encode() + b"\n"

    return of


def csv_file(body: Generator, header: str = "title,body") -> Generator:
    """Puts the shape into the rows of a CSV file."""
    return lambda size: header.encode() + b"\n" + body(size)


def warc_file(make: Generator, header: bytes = b"", http_header: bytes = b"") -> Generator:
    """Puts the shape into the page of a web archive's only record."""

    def of(size: int) -> bytes:
        answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n" + http_header + b"\r\n" + make(size)
        return record(answer, header)

    return of


def record(answer: bytes, header: bytes = b"", kind: bytes = b"response") -> bytes:
    """Returns a record of a web archive that holds a server's answer."""
    return (
        b"WARC/1.0\r\nWARC-Type: " + kind + b"\r\nWARC-Record-ID: <urn:uuid:1b4e28ba-2fa1-11d2-883f-0016d3cca427>\r\n"
        b"WARC-Target-URI: https://example.org/a\r\nWARC-Date: 2024-01-01T00:00:00Z\r\n"
        b"Content-Type: application/http; msgtype=response\r\n" + header +
        b"Content-Length: " + str(len(answer)).encode() + b"\r\n\r\n" + answer + b"\r\n\r\n"
    )  # fmt: skip


def _warc_long_header(size: int) -> bytes:
    return warc_file(lambda _: f"<p>{SENTENCE}</p>".encode(), b"X-Long: " + b"a" * size + b"\r\n")(0)


def _warc_many_headers(size: int) -> bytes:
    lines = b"".join(b"X-%d: a\r\n" % n for n in range(size // 12))
    return warc_file(lambda _: f"<p>{SENTENCE}</p>".encode(), lines)(0)


def _warc_long_http_header(size: int) -> bytes:
    return warc_file(lambda _: f"<p>{SENTENCE}</p>".encode(), http_header=b"X-Long: " + b"a " * (size // 2) + b"\r\n")(
        0
    )


def _warc_many_http_headers(size: int) -> bytes:
    lines = b"".join(b"X-%d: a\r\n" % n for n in range(size // 12))
    return warc_file(lambda _: f"<p>{SENTENCE}</p>".encode(), http_header=lines)(0)


def _warc_folded_header(size: int) -> bytes:
    return warc_file(lambda _: f"<p>{SENTENCE}</p>".encode(), b"X-Long: a\r\n" + b" a\r\n" * (size // 4))(0)


def _warc_tiny_chunks(size: int) -> bytes:
    chunks = b"1\r\na\r\n" * (size // 6) + b"0\r\n\r\n"
    return warc_file(lambda _: chunks, http_header=b"Transfer-Encoding: chunked\r\n")(0)


def _warc_many_records(size: int) -> bytes:
    small_record = record(b"HTTP/1.1 404 Not Found\r\n\r\n")
    return small_record * max(1, size // len(small_record))


# The member is cut off after most of its text.
_CUT_MEMBER = gzip.compress(
    b"WARC/1.0\r\nWARC-Type: metadata\r\nContent-Length: 9000\r\n\r\n" + SENTENCE.encode() * 60, mtime=0
)[:-20]


def _warc_no_record(size: int) -> bytes:
    return b"WARC/1.0\r\n" * (size // 10)


def _deep_json(size: int) -> bytes:
    row_start = json.dumps({"title": _TITLE, "body": SENTENCE}, ensure_ascii=False)[:-1]
    return (row_start + ',"published":' + "[" * (size // 2) + "]" * (size // 2) + "}\n").encode()


def _long_integer_json(size: int) -> bytes:
    row_start = json.dumps({"title": _TITLE, "body": SENTENCE}, ensure_ascii=False)[:-1]
    return (row_start + ',"id":' + "9" * size + "}\n").encode()


def _many_keys_json(size: int) -> bytes:
    values = {"title": _TITLE, "body": SENTENCE} | {f"k{n}": n for n in range(size // 14)}
    return json.dumps(values, ensure_ascii=False).encode() + b"\n"


def _escaped_json(size: int) -> bytes:
    return json.dumps({"title": _TITLE, "body": SENTENCE + "\u0627\u064b" * (size // 12)}).encode() + b"\n"


def _dotted_toml(size: int) -> bytes:
    return b"a" + b".a" * (size // 2) + b" = 1\n"


def _nested_html(tag: str) -> Generator:
    return lambda size: f"<{tag}>".encode() * (size // (len(tag) + 2))


_LD = '<script type="application/ld+json">{}</script>'

TEXT: dict[str, Generator] = {
    "text: numbers and strokes": article(repeated("1/1/")),
    "text: numbers and hyphens": article(repeated("1-")),
    "text: figures of persons": article(repeated("7 أشخاص ")),
    "text: amounts of money": article(repeated("5 ملايين دولار ")),
    "text: letters that are a sentence": article(repeated("ﷺ")),
    "waw and a number": repeated("و3 "),
    "tatweel": article(repeated("ـ")),
    "tatweel between letters": article(repeated("بـــــ")),
    "tatweel after a space": article(repeated(" ـ")),
    "numbered words a line": numbered("كلمة{n} أخرى{n}\n"),
    "per cent": article(repeated("12 في المائة ")),
    "per cent signs": article(repeated("12% ")),
    "dates": article(repeated("12 نونبر 2024 ")),
    "numeric dates": article(repeated("06/11/2024 ")),
    "months": article(repeated("نونبر ")),
    "months of two words": article(repeated("تشرين الثاني ")),
    "Hijri dates": article(repeated("10 محرم 1446 ")),
    "weekdays": article(repeated("الخميس ")),
    "yesterdays": article(repeated("أمس ")),
    "spans of years": article(repeated("2019-2021 ")),
    "combining marks": article(repeated("\u064b")),
    "combining marks of two classes": article(repeated("\u0301\u0323")),
    "combining marks in falling order": article(lambda size: "ا".encode() + "\u0651\u064b".encode() * (size // 4)),
    "shadda and kasra on a letter": article(repeated("بّ\u0650")),
    "one word a line": lettered("{w}\n"),
    "one letter a line": repeated("ب\n"),
    "short lines with a colon": lettered("{w}: {w}\n"),
    "the same line": repeated("الاجتماع الوزاري في الرباط\n"),
    "lines that may be pull quotes": lettered("وزير {w} يبحث أمن {w} في {w} مع نظيره\n"),
    "empty lines": repeated("\n", "عنوان الخبر\n", "\n" + SENTENCE),
    "lines of a space": repeated(" \n", "عنوان الخبر\n", "\n" + SENTENCE),
    "carriage returns": repeated("\r", "عنوان الخبر\n", "\n" + SENTENCE),
    "spaces": repeated(" ", SENTENCE, SENTENCE),
    "no-break spaces": repeated("\u00a0", SENTENCE, SENTENCE),
    "tabs in brackets": repeated("(\t", SENTENCE, SENTENCE),
    "ones and commas": repeated("1,"),
    "ones and commas, a space": article(repeated("1, 1, ")),
    "thousands": article(repeated(",123", "1")),
    "thousands with points": article(repeated(".123", "1")),
    "thousands with spaces": article(repeated(" 123", "1")),
    "digits": article(repeated("9")),
    "Arabic-Indic digits": article(repeated("٩")),
    "scales": article(repeated(" ألف", "5")),
    "thousands and thousands": article(repeated("5 آلاف و")),
    "five and fifty": article(repeated("خمسة وخمسون ")),
    "number words joined": article(repeated(" وخمسون", "خمسة")),
    "numbers": article(repeated("12 ")),
    "numbers and nouns": article(repeated("12 خبيرا ")),
    "numbers of the same": article(repeated("12 منهم ")),
    "killed and wounded": article(repeated("قتل 3 وأصيب 12 ")),
    "between and": article(repeated("بين 2 و3 ملايين ")),
    "resolutions": article(repeated(" و1373", "القرارات 1267")),
    "resolutions apart": article(repeated("القرار 1373 و1624 و12 ")),
    "more than": article(repeated("أكثر من ")),
    "count of": article(repeated("عدد ")),
    "ages": article(repeated("يبلغ 25 سنة ")),
    "currencies": article(repeated("$50 مليون دولار أمريكي ")),
    "clock times": article(repeated("10:30 ")),
    "versions": article(repeated("1.", "")),
    "opening brackets": article(repeated("(")),
    "opening quotation marks": article(repeated("«")),
    "closing quotation marks": article(repeated("»")),
    "straight quotation marks": article(repeated('"ا ')),
    "full stops": article(repeated(".")),
    "full stops and spaces": article(repeated(". ")),
    "exclamation": article(repeated("!؟")),
    "dots and quotes": article(repeated("…»")),
    "dashes": article(repeated(" - ا")),
    "slashes": article(repeated("/ا")),
    "an actor": article(repeated("وزير الخارجية المغربي ناصر بوريطة ")),
    "the United Nations": article(repeated("الأمم المتحدة ")),
    "half of a long name": article(repeated("الأمم ")),
    "offices": article(repeated("وزير ")),
    "offices of office": article(repeated("مدير مكتب ")),
    "ministers of new names": article(lettered("وزير الخارجية {w} {w} ")),
    "bodies of new names": article(lettered("منظمة ال{w} ال{w} ال{w}، ")),
    "two names by turns": article(repeated("السيد ناصر بوريطة والسيد أحمد سالم ")),
    "sons of": article(repeated("بن ")),
    "events": article(repeated("المؤتمر الدولي ")),
    "events in the first line": repeated("اجتماع وزاري "),
    "new events": article(lettered("مؤتمر {w} في {w}. ")),
    "places": article(repeated("الرباط ")),
    "new words": article(lettered("{w} ")),
    "one long word": article(repeated("ب")),
    "a long word of waws": article(repeated("و")),
    "a long word of alefs and lams": article(repeated("ال")),
    "Latin letters": article(repeated("a")),
    "Latin words": article(repeated("word ")),
    "emoji": article(repeated("👩‍👩‍👧 ")),
    "flags": article(repeated("🇲🇦")),
    "right-to-left marks": article(repeated("\u200f")),
    "joiners": article(repeated("ب\u200c")),
    "presentation forms": article(repeated("ﷺ")),
    "ligatures": article(repeated("ﻻ")),
    "letters that decompose": article(repeated("أ")),
    "spaced letters": repeated("ب "),
    "spaced letters in brackets": repeated("(ب ", SENTENCE + "\n"),
    "an author's line": repeated(" ا", "بقلم"),
    "a dateline": repeated("الرباط ", "", f"(ومع) - {SENTENCE}"),
    "a dateline of dashes": repeated("- ا", "الرباط "),
    "labels": repeated("اقرأ أيضا | "),
    "buttons on a line": repeated("شارك|"),
    "mixed up letters": article(repeated("Ø§Ù„")),
    "mixed up lines": repeated("Ø§Ù„Ø¥Ø±\n"),
    "sentences of one number": article(repeated("قتل 3. ")),
    "plans": article(repeated("من المقرر 2024 ")),
    "one sentence of years": article(repeated("سنة 2019 ")),
    "financial": article(repeated("غلاف مالي ")),
    "Hangul": article(repeated("\u1100\u1161")),
    "a title of many words": lambda size: repeated("الاجتماع ")(size) + f"\n\n{SENTENCE}".encode(),
    "a heading that stands twice": lambda size: (repeated("الاجتماع ")(size // 2) + b"\n") * 2 + SENTENCE.encode(),
}

HTML: dict[str, Generator] = {
    "html: open paragraphs of a letter": repeated("<p>ا", f"<article><h1>{_TITLE}</h1><p>{SENTENCE * 3}</p>"),
    "html: paragraphs of a word": repeated("<p>كلمة</p>\n", f"<main><h1>{_TITLE}</h1><p>{SENTENCE * 3}</p>"),
    "html: paragraphs with parts": repeated(
        "<p>ا<b>ب</b>ج<i>د</i></p>", f"<article><h1>{_TITLE}</h1><p>{SENTENCE * 3}</p>"
    ),
    "html: open items of lists": repeated("<li>ا", f"<article><h1>{_TITLE}</h1><p>{SENTENCE * 3}</p><ul>"),
    "html: headings": page(repeated("<h1>ع</h1>")),
    "open anchors": repeated("<a "),
    "open anchors in an article": page(repeated("<a ")),
    "open tags": page(repeated("<p")),
    "opening angles": page(repeated("<")),
    "closing tags": page(repeated("</p>")),
    "open attribute": page(repeated(' a="', "<p")),
    "attributes of one tag": page(numbered(" a{n}=b", "<p", ">ا</p>")),
    "attributes without values": page(numbered(" a{n}", "<div", ">ا</div>")),
    "one long attribute": page(repeated("a", "<p class='", "'>ا</p>")),
    "classes of one tag": page(numbered(" c{n}", "<p class='", "'>ا</p>")),
    "nested divs": page(_nested_html("div")),
    "nested spans": page(_nested_html("span")),
    "nested fonts": page(_nested_html("font")),
    "nested bold": page(_nested_html("b")),
    "nested paragraphs": page(_nested_html("p")),
    "nested lists": page(repeated("<ul><li>")),
    "nested table cells": page(repeated("<table><tr><td>")),
    "table cells": page(repeated("<td>ا</td>", "<table><tr>", "</tr></table>")),
    "table rows": page(repeated("<tr><td>ا</td></tr>", "<table>", "</table>")),
    "layout tables": page(repeated("<table><tr><td><p>ا ب</p></td></tr></table>")),
    "paragraphs": page(lettered("<p>{w} {w}</p>")),
    "paragraphs of a sentence": page(lettered(f"<p>{{w}} {SENTENCE}</p>")),
    "paragraphs each in a block": page(lettered("<div><p>{w} {w}</p></div>")),
    "named blocks": page(lettered("<div class='related'><p>{w}</p></div>")),
    "nested named blocks": page(lambda size: ("<section class='related'>" * 200 + "<p>ا</p>" * (size // 9)).encode()),
    "buttons": page(lettered("<div>{w}</div>")),
    "cards": page(lettered("<article><h2><a href='/'>{w}</a></h2></article>")),
    "headings": page(lettered("<h2>{w}</h2>")),
    "links": page(lettered("<a href='/{w}'>{w}</a> ")),
    "list items": page(lettered("<li>{w}</li>")),
    "line breaks": page(repeated("<br>ا")),
    "line breaks alone": page(repeated("<br>")),
    "comments": page(repeated("<!-- ا -->")),
    "open comment": page(repeated("ا ", "<!-- ")),
    "opening comments": page(repeated("<!--")),
    "entities": page(repeated("&amp;")),
    "unknown entities": page(repeated("&ا")),
    "numeric entities": page(repeated("&#1575;")),
    "ampersands": page(repeated("&")),
    "meta tags": in_head(numbered("<meta name='n{n}' content='c'>")),
    "open meta": repeated("<meta "),
    "meta charsets": repeated("<meta charset"),
    "titles": in_head(repeated("<title>ا</title>")),
    "a long title": in_head(repeated("ا - ", "<title>", "</title>")),
    "a title of spaces": in_head(repeated(" ", "<title>ا", "-</title>")),
    "a title of spaced dashes": in_head(repeated("  -", "<title>ا", "</title>")),
    "JSON-LD scripts": in_head(repeated(_LD.format('{"@type":"NewsArticle","headline":"ا"}'))),
    "JSON-LD graph": in_head(
        repeated('{"@type":"NewsArticle"},', '<script type="application/ld+json">[', "{}]</script>")
    ),
    "JSON-LD nested graph": in_head(repeated('{"@graph":[', '<script type="application/ld+json">')),
    "JSON-LD authors": in_head(
        numbered(
            '{"name":"ا{n}"},', '<script type="application/ld+json">{"@type":"NewsArticle","author":[', "{}]}</script>"
        )
    ),
    "JSON-LD body of markup": in_head(
        repeated(
            "<p ا ", '<script type="application/ld+json">{"@type":"NewsArticle","articleBody":"<br>', '"}</script>'
        )
    ),
    "JSON-LD body of open breaks": in_head(
        repeated("<br", '<script type="application/ld+json">{"@type":"NewsArticle","articleBody":"<br>', '"}</script>')
    ),
    "times": page(repeated("<time>12 نونبر 2024</time>")),
    "times of nothing": page(repeated("<time>ا</time>")),
    "canonical links": in_head(repeated("<link rel='canonical' href='https://example.org/a'>")),
    "a long canonical link": in_head(numbered("&a{n}=b", "<link rel='canonical' href='https://example.org/?a", "'>")),
    "scripts": page(repeated("<script>ا</script>")),
    "open script": page(repeated("ا", "<script>")),
    "styles": page(repeated("<style>a{}</style>")),
    "document types": repeated("<!DOCTYPE html>", "", f"<p>{SENTENCE}</p>"),
    "xml declarations": repeated("<?xml ", "", f"<p>{SENTENCE}</p>"),
    "spaces before an xml declaration": repeated(" ", "", f"<?xml <p>{SENTENCE}</p>"),
    "processing instructions": page(repeated("<?a ?>")),
    "cdata": page(repeated("<![CDATA[ا]]>")),
    "frames": page(repeated("<iframe src='a'></iframe>")),
    "forms": page(repeated("<form><input>")),
    "options": page(repeated("<option>ا")),
    "preformatted lines": page(repeated("ا\n", "<pre>", "</pre>")),
    "quotations": page(repeated("<blockquote>ا</blockquote>")),
    "deleted text": page(repeated("<del>ا</del>")),
    "a paragraph of spans": page(repeated("<span>ا</span> ", "<p>", "</p>")),
    "a paragraph of links": page(repeated("<a href='/'>ا</a> ", "<p>", "</p>")),
    "text outside paragraphs": page(repeated("ا ب ت ")),
    "inline elements alone": repeated("<i>م</i>"),
    "a paragraph of inline elements": page(repeated("<i>م</i>", "<p>", "</p>")),
    "a block of inline elements": page(repeated("<q>م ب</q> ", "<div>", "</div>")),
    "empty inline elements between letters": page(repeated("<i></i>م", "<p>", "</p>")),
    "empty elements in empty elements": page(repeated("<b><i></i></b>م", "<p>", "</p>")),
    "empty blocks between letters": page(repeated("<div></div>م")),
    "a paragraph of line breaks": page(repeated("<br>ا", "<p>", "</p>")),
    "rules between letters": page(repeated("<hr>ا")),
    "notes between letters": page(repeated("<sup>1</sup>م", "<div>", "</div>")),
    "fields between letters": page(repeated("<input>م", "<div>", "</div>")),
    "comments between letters": page(repeated("ا<!-- c -->", "<p>", "</p>")),
    "elements that cross": page(repeated("<a><p>م</a>")),
    "a row of many heads": page(repeated("<th>ا</th>", "<table><tr>", "</tr></table>")),
    "cells without rows": page(repeated("<td>ا</td>", "<table>", "</table>")),
    "cells that span columns": page(repeated("<tr><td colspan=1000>ا</td></tr>", "<table>", "</table>")),
    "cells that span rows": page(repeated("<tr><td rowspan=1000 colspan=50>ا</td></tr>", "<table>", "</table>")),
    "definitions": page(lettered("<dt>{w}</dt><dd>{w}</dd>", "<dl>", "</dl>")),
    "lists in lists that close": page(repeated("<ul><li>ا</li></ul>")),
    "attributes of many elements": page(repeated("<i class='a b c' id='x' style='y'>م</i>", "<p>", "</p>")),
    "words that mix letters": page(repeated("كwد", "<p>", "</p>")),
    "one long paragraph": page(repeated(SENTENCE, "<p>", "</p>")),
}

CSV: dict[str, Generator] = {
    "csv: open quote": csv_file(repeated("ا\n", '"')),
    "csv: quotes": csv_file(repeated('"')),
    "csv: doubled quotes": csv_file(repeated('""', 'عنوان,"', '"')),
    "csv: cells": csv_file(repeated(",")),
    "csv: columns": lambda size: numbered(",c{n}", "title,body")(size) + b"\nt,b\n",
    "csv: empty rows": csv_file(repeated("\n")),
    "csv: rows of too few cells": csv_file(repeated("ا\n")),
    "csv: rows": csv_file(lettered("{w},{w} كلمة أخرى هنا\n")),
    "csv: rows with an open quote each": csv_file(repeated('ا,"ب\n')),
    "csv: a long cell": csv_file(repeated("ا ", "عنوان,")),
    "csv: carriage returns": csv_file(repeated("ا,ب\r")),
    "csv: a long header": lambda size: b"title,body," + b"a" * size + b"\nt,b,c\n",
}

JSONL: dict[str, Generator] = {
    "json: nested": _deep_json,
    "json: a long integer": _long_integer_json,
    "json: many keys": _many_keys_json,
    "json: escapes": _escaped_json,
    "json: opening brackets": repeated("["),
    "json: open string": repeated('\\"', '{"title":"'),
    "json: empty lines": repeated("\n"),
    "json: rows": lettered('{"title":"{w}","body":"{w} كلمة أخرى"}\n'),
    "json: body of waws and numbers": row("body", repeated("و3 ")),
    "json: a long date": row("published", repeated("12 نونبر 2024 ")),
    "json: a long number as a date": row("published", repeated("9")),
    "json: a long capture time": row("captured_at", repeated("2024-01-01T")),
    "json: a long address": row("url", repeated("/a", "https://example.org")),
    "json: a body of line ends": row("body", repeated("\r\n", "ا", "ا")),
}

WARC: dict[str, Generator] = {
    "warc: a long header": _warc_long_header,
    "warc: many headers": _warc_many_headers,
    "warc: a folded header": _warc_folded_header,
    "warc: a long HTTP header": _warc_long_http_header,
    "warc: many HTTP headers": _warc_many_http_headers,
    "warc: tiny chunks": _warc_tiny_chunks,
    "warc: many records": _warc_many_records,
    "warc: beginnings of records": _warc_no_record,
    "warc: heads that say no length": repeated("WARC/1.0\r\nbroken\r\n\r\n"),
    "warc: lines that begin records": repeated("WARC/1.0\r\n", after="\r\n"),
    "warc: records that hold all that follows": repeated(
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://h.example/\r\nContent-Length: 999999999\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"
    ),
    "warc: members that are cut": lambda size: _CUT_MEMBER * max(1, size // len(_CUT_MEMBER)),
    "warc: a page of open anchors": warc_file(repeated("<a ")),
}

TOML: dict[str, Generator] = {
    "toml: dotted key": _dotted_toml,
    "toml: nested arrays": repeated("[", "a = "),
    "toml: nested tables": repeated("{a=", "a = "),
    "toml: tables": numbered("[a{n}]\n"),
    "toml: tables of tables": repeated(".a", "[a", "]"),
    "toml: arrays of tables": repeated("[[synonyms]]\n"),
    "toml: keys": numbered("a{n} = 1\n"),
    "toml: a long integer": repeated("9", "a = "),
    "toml: a long float": repeated("9", "a = 1."),
    "toml: open string": repeated("ا", 'a = "'),
    "toml: open long string": repeated("\n", 'a = """'),
    "toml: comments": repeated("#\n"),
    "toml: escapes": repeated("\\u0627", 'a = "', '"'),
}

SHAPES: dict[str, Shape] = {
    name: Shape(kind, make)
    for kind, shapes in (
        ("text", TEXT), ("html", HTML), ("csv", CSV), ("jsonl", JSONL), ("warc", WARC), ("toml", TOML),
    )
    for name, make in shapes.items()
}  # fmt: skip
