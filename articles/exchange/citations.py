"""Writes articles as references for papers and reference managers: plain text, BibTeX, RIS and CSL-JSON."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from articles.exchange.addresses import Absolute, permanent
from articles.models import Article

ARCHIVE = "أرشيف دبلوماسية مكافحة الإرهاب"
# The escapes of characters that have a meaning in TeX or BibTeX.
_BIBTEX = {ord(sign): f"\\{sign}" for sign in "&%$#_"} | {
    ord("\\"): "\\textbackslash{}", ord("~"): "\\textasciitilde{}", ord("^"): "\\textasciicircum{}",
}  # fmt: skip
_PAIRED_BRACES = {ord("{"): "\\{", ord("}"): "\\}"}
# BibTeX counts braces even after a backslash, so an unpaired one would end the entry or swallow the next one.
_LONE_BRACES = {ord("{"): "\\textbraceleft{}", ord("}"): "\\textbraceright{}"}
# Addresses are printed letter by letter, so these characters are percent-encoded in them.
_IN_ADDRESS = {ord("{"): "%7B", ord("}"): "%7D", ord("\\"): "%5C", ord(" "): "%20"}
# Characters that must not stand in a value. C0 and C1 controls and the separators of lines and paragraphs end a line
# for some programs; embeddings, overrides and isolates of direction reach beyond the value; surrogates and
# noncharacters are no text.
_NO_LINE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff\ufffe\uffff]+")


@dataclass(frozen=True)
class Citation:
    """The parts of a reference. Every text is on one line (`in_one_line`) and may be empty.

    key: the key of the entry, «archive» and the article's id.
    title: the article's title.
    author: its author.
    publisher: the name of its source.
    iso: its date of publication to its precision (ISO 8601); empty if unknown.
    address: the absolute address of its page in the archive.
    original: the address where it was published.
    language: the code of its language.
    """

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
        """Returns year, month and day, as far as they are known."""
        return self.iso.split("-") if self.iso else []


def citation(article: Article, absolute: Absolute) -> Citation:
    """Makes the reference of an article; `absolute` turns a path into an address with scheme and host."""
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
    """Returns `text` as a value of a reference: on one line, with single spaces, without characters that end a line."""
    return " ".join(_NO_LINE.sub(" ", text).split())


def plain(cited: Citation) -> str:
    """Writes one line: author, «title», publisher, date, archive, address."""
    parts = [cited.author, f"«{cited.title}»", cited.publisher, cited.iso or "د.ت.", ARCHIVE, cited.address]
    return "، ".join(part for part in parts if part) + "\n"


def bibtex(cited: Citation) -> str:
    """Writes an @online entry of BibLaTeX; plain BibTeX styles treat it as an entry of unknown type.

    Names stand in extra braces, so that BibTeX does not split them at «and» or at a comma.
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
    values = {name: _in_bibtex(text) for name, text in fields.items() if text}
    values |= {name: f"{{{values[name]}}}" for name in ("author", "organization") if name in values}
    values["url"] = cited.address.translate(_IN_ADDRESS)
    lines = ",\n".join(f"  {name} = {{{text}}}" for name, text in values.items())
    return f"@online{{{cited.key},\n{lines}\n}}\n"


def _in_bibtex(text: str) -> str:
    """Escapes a text for BibTeX. Braces stay braces if all are paired."""
    depth, is_paired = 0, True
    for sign in text:
        depth += (sign == "{") - (sign == "}")
        is_paired &= depth >= 0
    return text.translate(_BIBTEX | (_PAIRED_BRACES if is_paired and not depth else _LONE_BRACES))


def ris(cited: Citation) -> str:
    """Writes a record of type NEWS. Unknown parts of the date stay empty, as the format prescribes."""
    year, month, day = cited.parts + [""] * (3 - len(cited.parts))
    tags = [
        ("TY", "NEWS"), ("ID", cited.key), ("TI", cited.title), ("AU", cited.author), ("PB", cited.publisher),
        ("PY", year), ("DA", f"{year}/{month}/{day}/" if year else ""), ("LA", cited.language), ("DB", ARCHIVE),
        ("UR", cited.address), ("L2", cited.original),
    ]  # fmt: skip
    return "".join(f"{tag}  - {text}\n" for tag, text in tags if text) + "ER  - \n"


def csl_json(cited: Citation) -> str:
    """Writes a CSL-JSON list of one item, the form that reference managers import."""
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
    """A format of citations.

    write: writes a citation.
    media_type: the media type of the file.
    name: the format's name for readers.
    """

    write: Callable[[Citation], str]
    media_type: str
    name: str | Promise


# The formats by the suffix of the file.
STYLES = {
    "txt": Style(plain, "text/plain", _("نص")),
    "bib": Style(bibtex, "application/x-bibtex", "BibTeX"),
    "ris": Style(ris, "application/x-research-info-systems", "RIS"),
    "json": Style(csl_json, "application/vnd.citationstyles.csl+json", "CSL-JSON"),
}
