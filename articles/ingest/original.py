"""Lists the lines of an original, and why each of them is not in the article's text.

The desk shows them beside the article.
"""

from dataclasses import dataclass

from articles.ingest.decoding import decode, plain
from articles.ingest.document import Item, UnreadableError
from articles.ingest.readers import html, rows
from articles.models import Article, Capture
from articles.platform.limits import BoundedWorkers, Budget, Exceeded, Job

# Kind of a line that was set aside → its Arabic name for editors.
SET_ASIDE_KINDS = {
    "furniture": "أثاث الصفحة", "repeated title": "عنوان مكرر", "repeated": "فقرة مكررة", "pull quote": "اقتباس مكرر",
    "section": "القسم", "date": "التاريخ", "author": "الكاتب", "source": "المصدر", "heading line": "سطر فوق العنوان",
}  # fmt: skip


@dataclass(frozen=True)
class OriginalLine:
    """A line of an original.

    number: the number of the line, from 1.
    text: the line.
    kind: why it is not in the article's text, in Arabic; empty if it is.
    """

    number: int
    text: str
    kind: str


def original_lines(capture: Capture, article: Article) -> list[OriginalLine]:
    """Returns the non-empty lines of a capture's text. Another process reads it, within the budget of a document.

    Raises DamagedCaptureError, and UnreadableError for bytes that cannot be read or that exceed the budget.
    """
    aside = {line["line"]: SET_ASIDE_KINDS.get(kind := str(line.get("kind", "")), kind) for line in article.set_aside}
    original = Item("", capture.read(), capture.media_type, address=capture.address, encoding=capture.encoding)
    with BoundedWorkers(_Cleaning(), Budget.of_a_document()) as workers:
        text = workers.run(original)
    if isinstance(text, Exceeded):
        raise UnreadableError(text.reason)
    lines = text.split("\n")
    return [OriginalLine(number, line, aside.get(number, "")) for number, line in enumerate(lines, 1) if line.strip()]


class _Cleaning(Job):
    """The job of a worker: returns the text of an original before lines are set aside."""

    def __call__(self, original: Item) -> str:
        if original.media_type in {rows.JSON_TYPE, rows.CSV_TYPE}:
            return rows.read_row(original)[0].body
        if original.media_type in {"text/html", "application/xhtml+xml"}:
            return plain(html.read_page(original).text)
        return plain(decode(original.received, original.encoding).text)
