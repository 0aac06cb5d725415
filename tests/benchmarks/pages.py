"""Compares ways to extract an article's text from a page, on labelled pages. It counts the words found, missed and
added.

    python tests/benchmarks/pages.py [DIR]

DIR holds pairs of NAME.html and NAME.txt; by default the pages of tests/ingest/pages. It measures and asserts nothing.
"""

import sys
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))


def ways() -> dict:
    """Returns the compared extractors by name."""
    import justext
    import trafilatura
    from lxml import html as lxml_html

    from articles.ingest.document import Item
    from articles.ingest.prepare import _page_document
    from articles.ingest.readers.html import read_page

    def archive(content: bytes) -> str:
        return _page_document(read_page(Item("", content, "text/html"))).body

    def all_text(content: bytes) -> str:
        tree = lxml_html.fromstring(content)
        for element in tree.xpath("//script|//style"):
            element.drop_tree()
        return tree.text_content()

    return {
        "the archive": archive,
        "trafilatura": lambda content: trafilatura.extract(content, include_comments=False) or "",
        "trafilatura, precision": lambda content: trafilatura.extract(content, favor_precision=True) or "",
        "trafilatura, recall": lambda content: trafilatura.extract(content, favor_recall=True) or "",
        "jusText": lambda content: "\n".join(
            p.text for p in justext.justext(content, justext.get_stoplist("Arabic")) if not p.is_boilerplate
        ),
        "all text of the page": all_text,
    }


def main(folder: Path) -> None:
    """Prints precision and recall of each extractor on the pages of a folder."""
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "archive.settings")
    django.setup()
    from articles.arabic.words import words

    pages = sorted(folder.glob("*.html"))
    print(f"{len(pages)} pages\n{'':26}{'precision':>10}{'recall':>8}{'F1':>8}{'ms a page':>11}")
    for name, way in ways().items():
        right = suggested = wanted = 0
        started = time.perf_counter()
        for page in pages:
            expected = Counter(word.folded for word in words(page.with_suffix(".txt").read_text(encoding="utf-8")))
            try:
                text = way(page.read_bytes())
            except Exception as error:  # an extractor that fails on a page returns no words
                print(f"{name} on {page.name}: {type(error).__name__}: {error}", file=sys.stderr)
                text = ""
            got = Counter(word.folded for word in words(text))
            right += (expected & got).total()
            suggested += got.total()
            wanted += expected.total()
        took = (time.perf_counter() - started) / len(pages) * 1000
        precision, recall = right / suggested if suggested else 0, right / wanted
        f1 = 2 * precision * recall / (precision + recall) if right else 0
        print(f"{name:26}{precision:>10.3f}{recall:>8.3f}{f1:>8.3f}{took:>11.1f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "tests" / "ingest" / "pages")
