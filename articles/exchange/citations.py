"""An article as a reference: in words, BibTeX, RIS and CSL-JSON, for papers and reference managers."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from articles.exchange.addresses import Absolute, permanent
from articles.models import Article

ARCHIVE = "أرشيف دبلوماسية مكافحة الإرهاب"
# What TeX and BibTeX would read as their own, by its escape.
_BIBTEX = {ord(sign): f"\\{sign}" for sign in "&%$#_"} | {
    ord("\\"): "\\textbackslash{}", ord("~"): "\\textasciitilde{}", ord("^"): "\\textasciicircum{}",
}  # fmt: skip
_PAIRED_BRACES = {ord("{"): "\\{", ord("}"): "\\}"}
# BibTeX counts a brace whether a backslash stands before it or not: one without its fellow would end or swallow the entry.
_LONE_BRACES = {ord("{"): "\\textbraceleft{}", ord("}"): "\\textbraceright{}"}
# An address is printed letter by letter: a brace in it is written as addresses write it.
_IN_ADDRESS = {ord("{"): "%7B", ord("}"): "%7D", ord("\\"): "%5C", ord(" "): "%20"}
# Controls (C0, C1), of which some end a line for some reader, the separators of lines and paragraphs, and the embeddings and
# overrides of direction, which reach beyond the value they stand in. Surrogates and noncharacters are no text.
_NO_LINE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff\ufffe\uffff]+")


@dataclass(frozen=True)
class Citation:
    """What a reference says, every text on one line (`in_one_line`); `iso` is the date as far as it is known, perhaps empty."""

    key: str
    title: str
    author: str
    publisher: str
    iso: str
    address: str
    original: str
    language: str

    @property
    def parts(self) -> list[str]:
        """Year, month and day as far as they are known."""
        return self.iso.split("-") if self.iso else []


def citation(article: Article, absolute: Absolute) -> Citation:
    return Citation(
        f"archive{article.pk}",
        in_one_line(article.title),
        in_one_line(article.author),
        in_one_line(article.source.name) if article.source else "",
        article.published.iso,
        in_one_line(absolute(permanent(article))),
        in_one_line(article.url),
        in_one_line(article.language),
    )


def in_one_line(text: str) -> str:
    """`text` as a value of a reference: one line, single spaces, nothing that a reader of any format takes for a line's end."""
    return " ".join(_NO_LINE.sub(" ", text).split())


def plain(cited: Citation) -> str:
    """One line: author, «title», publisher, date, archive, address."""
    said = [cited.author, f"«{cited.title}»", cited.publisher, cited.iso or "د.ت.", ARCHIVE, cited.address]
    return "، ".join(part for part in said if part) + "\n"


def bibtex(cited: Citation) -> str:
    """An @online entry of BibLaTeX, which plain BibTeX styles read as one of an unknown type.

    Names stand in braces of their own: what is in one («and», a comma) is one name, as it is written.
    """
    fields = {
        "title": cited.title,
        "author": cited.author,
        "organization": cited.publisher,
        "date": cited.iso,
        "year": cited.parts[0] if cited.parts else "",
        "langid": "arabic" if cited.language == "ar" else "",
        "note": ARCHIVE,
    }
    said = {name: _in_bibtex(text) for name, text in fields.items() if text}
    said |= {name: f"{{{said[name]}}}" for name in ("author", "organization") if name in said}
    said["url"] = cited.address.translate(_IN_ADDRESS)
    lines = ",\n".join(f"  {name} = {{{text}}}" for name, text in said.items())
    return f"@online{{{cited.key},\n{lines}\n}}\n"


def _in_bibtex(text: str) -> str:
    depth, is_paired = 0, True
    for sign in text:
        depth += (sign == "{") - (sign == "}")
        is_paired &= depth >= 0
    return text.translate(_BIBTEX | (_PAIRED_BRACES if is_paired and not depth else _LONE_BRACES))


def ris(cited: Citation) -> str:
    """A record of type NEWS; a date not known to the day leaves its parts empty, as the format has it."""
    year, month, day = cited.parts + [""] * (3 - len(cited.parts))
    tags = [
        ("TY", "NEWS"), ("ID", cited.key), ("TI", cited.title), ("AU", cited.author), ("PB", cited.publisher),
        ("PY", year), ("DA", f"{year}/{month}/{day}/" if year else ""), ("LA", cited.language), ("DB", ARCHIVE),
        ("UR", cited.address), ("L2", cited.original),
    ]  # fmt: skip
    return "".join(f"{tag}  - {text}\n" for tag, text in tags if text) + "ER  - \n"


def csl_json(cited: Citation) -> str:
    """A list of one item, as reference managers import it."""
    item: dict[str, object] = {
        "id": cited.key,
        "type": "article-newspaper",
        "title": cited.title,
        "author": [{"literal": cited.author}] if cited.author else [],
        "container-title": cited.publisher,
        "issued": {"date-parts": [[int(part) for part in cited.parts]]} if cited.parts else None,
        "archive": ARCHIVE,
        "URL": cited.address,
        "language": cited.language,
    }
    return json.dumps([{name: value for name, value in item.items() if value}], ensure_ascii=False, indent=1) + "\n"


@dataclass(frozen=True)
class Style:
    """A way to write a citation: what makes it, its media type, and its name for readers."""

    write: Callable[[Citation], str]
    media_type: str
    name: str


# By the ending of the file.
STYLES = {
    "txt": Style(plain, "text/plain", _("نص")),
    "bib": Style(bibtex, "application/x-bibtex", "BibTeX"),
    "ris": Style(ris, "application/x-research-info-systems", "RIS"),
    "json": Style(csl_json, "application/vnd.citationstyles.csl+json", "CSL-JSON"),
}
