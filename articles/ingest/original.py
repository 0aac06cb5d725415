"""What an original looked like to the rules that cleaned it: its lines, and which of them the article's text left out."""

from dataclasses import dataclass

from articles.ingest.decoding import decode, plain
from articles.ingest.document import Item
from articles.ingest.readers import html, rows
from articles.models import Article, Capture

# What became of a line, for editors.
KINDS = {
    "furniture": "أثاث الصفحة", "repeated title": "عنوان مكرر", "repeated": "فقرة مكررة", "pull quote": "اقتباس مكرر",
    "section": "القسم", "date": "التاريخ", "author": "الكاتب", "source": "المصدر", "heading line": "سطر فوق العنوان",
}  # fmt: skip


@dataclass(frozen=True)
class OriginalLine:
    """A line of the original by its number; `kind` says why it is not in the text, empty where it is."""

    number: int
    text: str
    kind: str


def original_lines(capture: Capture, article: Article) -> list[OriginalLine]:
    """The lines of a capture's text; raises DamagedCaptureError or UnreadableError."""
    aside = {line["line"]: KINDS.get(line["kind"], line["kind"]) for line in article.set_aside}
    lines = _text(capture).split("\n")
    return [OriginalLine(number, line, aside.get(number, "")) for number, line in enumerate(lines, 1) if line.strip()]


def _text(capture: Capture) -> str:
    content = capture.read()
    item = Item("", content, capture.media_type, address=capture.address, encoding=capture.encoding)
    if capture.media_type in {rows.JSON_TYPE, rows.CSV_TYPE}:
        return rows.read_row(item)[0].body
    if capture.media_type in {"text/html", "application/xhtml+xml"}:
        return plain(html.read_page(item).text)
    return plain(decode(content, capture.encoding).text)
