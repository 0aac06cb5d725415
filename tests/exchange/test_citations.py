"""References in every format are read back by independent programs: whatever a title or a name contains, one record
comes back.
"""

import json
import re

import bibtexparser
import pytest
import rispy
from bibtexparser.latexenc import latex_to_unicode
from citeproc.source.json import CiteProcJSON
from hypothesis import example, given, settings
from hypothesis import strategies as st

from articles.exchange.citations import Citation, bibtex, citation, csl_json, plain, ris
from articles.models import Article, Source

# Characters with a meaning in the formats or their readers, and any other character.
SIGNS = [
    "\n", "\r\n", "\u2028", "\x85", "\x1e", "\x0b", "TY  - JOUR", "ER  - ", "AU  - Mallory", "\nER  - \n\nTY  - NEWS\n", "{", "}", "{}",
    "\\", "\\}", "%", "@", "@article{x,", "#", "$", "&", "_", "~", "^", '"', ",", " and ", ", and ", "؛", "،", "}\n@online{mallory,", "</i>",
    "\u202e", "\u202a", "\u200f", "\u200c", "\x00", "\ufeff", "محمد", "علي، وزير", "الإرهاب", "=", "author = {Mallory}", "\\end{document}",
]  # fmt: skip
texts = st.lists(st.sampled_from(SIGNS) | st.text(max_size=6), max_size=8).map("".join)
CASES = settings(max_examples=100, deadline=None)


def cited(title: str, author: str, publisher: str = "") -> Citation:
    """Returns the citation of an article."""
    article = Article(pk=7, title=title, author=author, url="https://news.example/7", source=Source(name=publisher))
    return citation(article, lambda path: f"https://archive.example{path}")


def as_words(text: str) -> str:
    """Returns a value as a reader sees it: on one line, without control characters and direction marks."""
    text = "".join(" " if ord(sign) < 32 or 127 <= ord(sign) < 160 or sign in "\u2028\u2029" else sign for sign in text)
    return " ".join(re.sub("[\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff\ufffe\uffff]", " ", text).split())


@CASES
@given(texts, texts, texts)
@example("عنوان", "أ\nAU  - Mallory", "")
@example("عنوان\nER  - \n\nTY  - NEWS", "", "")
def test_ris_holds_one_record_and_its_values(title: str, author: str, publisher: str) -> None:
    written = ris(cited(title, author, publisher))
    (record,) = rispy.loads(written)
    assert record.get("title", "") == as_words(title)
    assert record.get("authors", []) == ([as_words(author)] if as_words(author) else [])
    assert record.get("publisher", "") == as_words(publisher)
    assert record["urls"] == ["https://archive.example/articles/7/"] and record["id"] == "archive7"
    assert all(re.match("[A-Z][A-Z0-9]  - ", line) for line in written.splitlines())


def read_tex(text: str) -> str:
    """Returns the text that TeX prints for a value."""
    for command, sign in {
        "\\textbraceleft{}": "\ue001", "\\textbraceright{}": "\ue002", "\\{": "\ue001", "\\}": "\ue002",
        "\\textbackslash{}": "\ue003", "\\textasciitilde{}": "\ue004", "\\textasciicircum{}": "\ue005",
    }.items():  # fmt: skip
        text = text.replace(command, sign)
    text = re.sub(r"\\([&%$#_])", r"\1", text)
    return text.translate(dict(zip(range(0xE001, 0xE006), "{}\\~^", strict=True)))


def assert_one_entry(written: str) -> None:
    """Asserts BibTeX's own rule: all braces count, even after a backslash, and the entry ends where they balance."""
    depth, ends = 0, []
    for at, sign in enumerate(written):
        depth += (sign == "{") - (sign == "}")
        assert depth >= 0
        if sign == "}" and not depth:
            ends.append(at)
    assert ends == [len(written.rstrip()) - 1]


private_use = re.compile("[\ue000-\uf8ff]")


@CASES
@given(texts.filter(lambda text: not private_use.search(text)), texts.filter(lambda text: not private_use.search(text)))
@example("50% {من} الكلفة", "سالم and علي, وزير")
@example("} , author = {Mallory", "محمد}")
def test_bibtex_holds_one_entry_and_its_values(title: str, author: str) -> None:
    written = bibtex(cited(title, author))
    assert_one_entry(written)
    (entry,) = (
        bibtexparser.bparser.BibTexParser(ignore_nonstandard_types=False, common_strings=False).parse(written).entries
    )
    assert set(entry) <= {"ENTRYTYPE", "ID", "title", "author", "organization", "langid", "note", "url"}
    assert read_tex(entry.get("title", "")) == as_words(title)
    name = entry.get("author", "{}")
    assert name.startswith("{") and name.endswith("}") and read_tex(name[1:-1]) == as_words(author)


def test_bibtex_is_read_by_its_parsers_own_decoder() -> None:
    """The parser's own decoder reads signs that it knows; `read_tex` above is our own reading."""
    (entry,) = bibtexparser.loads(bibtex(cited("٥٠% من & #1 a_b", "سالم")).replace("@online", "@misc")).entries
    assert latex_to_unicode(entry["title"]) == "٥٠% من & #1 a_b"


NO_CASE = '<span class="nocase">'


@CASES
@given(texts, texts, texts)
@example("<i>الأرشيف</i> & <b>النسخ</b>", "<محمد>", "وكالة <ساحل>")
@example(f"{NO_CASE}iPad</span> في {NO_CASE}eBay</span>", "محمد\nعلي", f"{NO_CASE}x</span>")
def test_csl_json_holds_one_item_and_its_values(title: str, author: str, publisher: str) -> None:
    written = json.loads(csl_json(cited(title, author, publisher)))
    (item,) = written
    assert item.get("title", "") == as_words(title)
    assert item.get("author", []) == ([{"literal": as_words(author)}] if as_words(author) else [])
    read = CiteProcJSON(written)
    assert list(read) == ["archive7"]
    reference = read["archive7"]
    assert str(reference.get("title", "")) == without_markup(title)
    assert str(reference.get("container_title", "")) == without_markup(publisher)
    assert [name.parts()[1] for name in reference.get("author", [])] == ([as_words(author)] if as_words(author) else [])
    assert str(reference["URL"]) == "https://archive.example/articles/7/"


def without_markup(text: str) -> str:
    """Returns a value without the only markup that citeproc interprets: the one that preserves capitals."""
    return re.sub(f"{NO_CASE}(.*?)</span>", r"\1", as_words(text))


@CASES
@given(texts, texts)
def test_a_plain_reference_is_one_line(title: str, author: str) -> None:
    written = plain(cited(title, author))
    assert written.endswith("\n") and len(written.splitlines()) == 1
    assert as_words(title) in written and as_words(author) in written


@pytest.mark.parametrize("author", ["بول كاغامي and ماكرون", "العلوي, محمد", "{هيئة التحرير", "a\\"])
def test_an_author_is_one_name(author: str) -> None:
    (entry,) = bibtexparser.loads(bibtex(cited("عنوان", author)).replace("@online", "@misc")).entries
    assert read_tex(entry["author"]) == f"{{{author}}}"
