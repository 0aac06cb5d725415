"""A page as saved from a news site → its text and what its metadata says: JSON-LD, OpenGraph, <meta>, <time>, canonical link."""

import json
import logging
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

import trafilatura
from lxml import etree, html

from articles.arabic.dates import find_dates
from articles.extract.dates import StatedDate, as_archive_date, date_of_line
from articles.ingest.boilerplate import is_label
from articles.ingest.decoding import decode, mended, unmixed
from articles.ingest.document import Item, Note, UnreadableError
from articles.ingest.gate import removed
from articles.models import ArchiveDate
from articles.models.delivery import NoteKind
from articles.platform.addresses import AddressError, canonical_or_empty, read_address
from articles.platform.messages import Message

# What it could not use of a page is told in the report, not in the log.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
# libxml2 gives up below so many elements; no page a reader sees is built so.
DEEPEST = 250
# Less is a button or an error's name, no article.
FEWEST_WORDS = 5
_META_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]{2,40})""", re.IGNORECASE)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)\b[^>]*?(/?)>")
# In code points: a shorter tag has too few attributes to count.
_LONG_TAG, _MOST_ATTRIBUTES = 4000, 1000
_QUOTED = re.compile(r"""=\s*(?:"[^"]*"|'[^']*')""")
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"}
# Elements that close by themselves when the next one opens.
_IMPLIED_END = {"p", "li", "dt", "dd", "option", "tr", "td", "th", "thead", "tbody", "tfoot", "html", "head", "body"}
_ARTICLE_TYPES = re.compile(r"(?:Article|Posting|Report)$")
# A page's own account of its text is used where the text found on the page is so much shorter.
_MUCH_LONGER = 1.25
_WORD = re.compile(r"\w+")
# What pages call the blocks around an article.
_FURNITURE = frozenset(
    "header site-header page-header top top-bar topbar masthead footer site-footer nav navbar navigation menu main-menu sidebar"
    " side-bar breadcrumb breadcrumbs comments comment-list comment-form respond related related-posts related-news also more-news"
    " latest latest-news most-read trending share sharing share-links share-buttons social social-share tags tag-list newsletter"
    " subscribe ad ads advert advertisement banner cookie cookies popup widget".split()
)
_FURNITURE_SHARE = 0.3
_BLOCKS = ("div", "section", "aside", "ul", "nav", "header", "footer")
_TEXT_BLOCKS = {"p", "h2", "h3", "h4", "h5", "h6", "blockquote"}
_LINKED_HEADING = ".//h2//a | .//h3//a | .//h4//a | .//h5//a | .//a//h2 | .//a//h3 | .//a//h4"
# In code points.
_LONGEST_BUTTON = 40
# The elements that the extraction takes out where they are empty: those that carry text.
_CARRIERS = (
    "article", "b", "blockquote", "dd", "div", "dt", "em", "h1", "h2", "h3", "h4", "h5", "h6", "i", "li", "main", "p", "pre", "q",
    "section", "span", "strong",
)  # fmt: skip
_EMPTY = "empty-element"
# Cells of one row, and cells that a page's cells span beside themselves: a table of data has fewer.
_MOST_CELLS, _MOST_SPANNED = 100, 1000
# More dates than a page has that states when it was published, and more paragraphs than extraction loses of an article.
_MOST_DATES, _MOST_LOST = 100, 300
# Elements without content that the extraction deletes.
_FIELDS = ("area", "embed", "frame", "input")
_NO_ADDRESS = Message("the page gives it as its own address, and it is no address of the web; it was passed over")
_SPACE, _NO_SPACE = re.compile(r"\s*"), re.compile(r"\S")


@dataclass
class Metadata:
    """What a page says of itself; empty where it says nothing.

    `claims` are the addresses that it gives as its own, weightiest first, each in its canonical spelling; `malformed` is what it
    gives as one and is none.
    """

    title: str = ""
    author: str = ""
    section: str = ""
    source_name: str = ""
    url: str = ""
    language: str = ""
    body: str = ""
    dates: list[StatedDate] = field(default_factory=list)
    claims: tuple[str, ...] = ()
    malformed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Page:
    """The text of a page, a paragraph a line, its metadata, the encoding it was in, and what was not taken as it was."""

    text: str
    metadata: Metadata
    encoding: str
    notes: tuple[Note, ...] = ()


def read_page(item: Item, encoding: str = "") -> Page:
    """Raises UnreadableError for what is no page, is nested too deep, or has no text."""
    declared = item.encoding or _declared(item.content)
    decoded = decode(item.content, encoding, declared)
    text = decoded.text
    if (depth := _depth(text)) > DEEPEST:
        raise UnreadableError(
            "elements are nested {depth:,} deep; the deepest page accepted is {most}", depth=depth, most=DEEPEST
        )
    tree = _tree(text)
    metadata = _metadata(tree, item.address)
    found, mixed = _main_text(tree)
    told, seen = len(_WORD.findall(metadata.body)), len(_WORD.findall(found))
    # The same words without their paragraphs are the page's own account of its text, too.
    if told > _MUCH_LONGER * seen or (told >= seen and metadata.body.count("\n") > found.count("\n")):
        found = metadata.body
    if len(_WORD.findall(found)) < FEWEST_WORDS:
        raise UnreadableError("no article text was found on the page")
    claims = (Note(NoteKind.DROPPED, "url", text, _NO_ADDRESS) for text in metadata.malformed)
    # Of the page's own text: the extraction leaves such characters out by itself.
    removals = removed(title=metadata.title, author=metadata.author, text=tree.text_content())
    return Page(found, metadata, decoded.encoding, (*decoded.notes, *mixed, *claims, *removals))


def _declared(content: bytes) -> str:
    # Without the empty halves of UTF-16.
    match = _META_CHARSET.search(content[:8192].replace(b"\0", b"")[:4096])
    return match[1].decode("ascii").lower() if match else ""


def _depth(text: str) -> int:
    """How deep elements are nested, counted without building them."""
    depth = deepest = 0
    # After the last bracket no tag ends; looking for its end from every beginning would take the square of the length.
    for match in _TAG.finditer(text, 0, text.rfind(">") + 1):
        if match.end() - match.start() > _LONG_TAG:
            _refuse_many_attributes(match[0])
        name = match[2].lower()
        if name in _VOID or name in _IMPLIED_END or match[3]:
            continue
        depth = max(0, depth + (-1 if match[1] else 1))
        if depth > deepest:
            deepest = depth
    return deepest


def _refuse_many_attributes(tag: str) -> None:
    """Parsers look through all attributes of a tag for each of them; raises UnreadableError where that would take long."""
    attributes = len(_QUOTED.sub("", tag).split()) - 1
    if attributes > _MOST_ATTRIBUTES:
        raise UnreadableError(
            "a tag has {count:,} attributes; the most accepted is {most:,}", count=attributes, most=_MOST_ATTRIBUTES
        )


def _tree(text: str) -> html.HtmlElement:
    try:
        tree = html.document_fromstring(
            re.sub(r"^\s*<\?xml[^>]*\?>", "", text), parser=html.HTMLParser(encoding="utf-8")
        )
    except ValueError:
        tree = html.document_fromstring(text.encode(), parser=html.HTMLParser(encoding="utf-8"))
    except etree.ParserError:
        raise UnreadableError("the page is empty") from None
    return tree


class _QuickElement(html.HtmlElement):
    """An element that answers what the extraction asks in time that grows with the page and not with its square.

    libxml2 looks for each text of a paragraph among all that it has already, 30 seconds for a page of 100,000 paragraphs.
    """

    _SAME = MappingProxyType({"//p//text()": "//text()[ancestor::p]", ".//p//text()": ".//text()[ancestor::p]"})

    def xpath(self, path: str, **options: object) -> object:
        return super().xpath(self._SAME.get(path, path), **options)


class _QuickElements(html.HtmlElementClassLookup):
    def lookup(self, node_type: str, document: object, namespace: str | None, name: str | None) -> type | None:
        usual = super().lookup(node_type, document, namespace, name)
        return _QuickElement if usual is html.HtmlElement else usual


def _quick_parser() -> html.HTMLParser:
    parser = html.HTMLParser(encoding="utf-8")
    parser.set_element_class_lookup(_QuickElements())
    return parser


def _main_text(tree: html.HtmlElement) -> tuple[str, tuple[Note, ...]]:
    """(the article's own text, a paragraph a line; notes on letters that were put right).

    Nothing of the text is given up for the sake of leaving furniture out.
    """
    copy = html.document_fromstring(etree.tostring(tree, encoding="unicode"), parser=_quick_parser())
    _without_layout_tables(copy)
    _without_furniture(copy)
    _without_empty(copy)
    found = trafilatura.bare_extraction(
        copy, include_comments=False, include_tables=True, favor_recall=True, with_metadata=False, fast=True
    )
    text, notes = mended(found.text if found and found.text else "")
    lines = text.split("\n") if text else []
    lines = [line.strip().strip("|").strip() if line.startswith("|") else line for line in lines]
    return "\n".join(_with_what_was_lost(copy, lines)), notes


def _with_what_was_lost(tree: html.HtmlElement, lines: list[str]) -> list[str]:
    """The lines with the headings and paragraphs that stand between two of them on the page and were left out."""
    place = {_spaced(line): at for at, line in enumerate(lines)}
    lost: dict[int, list[str]] = {}
    tried, seen = 0, set()
    for parent in dict.fromkeys(element.getparent() for element in tree.iter("p")):
        texts = [_spaced(child.text_content()) for child in parent if child.tag in _TEXT_BLOCKS]
        found = [at for at, text in enumerate(texts) if text in place]
        for at in range(found[0], found[-1]) if len(found) > 1 else ():
            text = texts[at]
            if text in place:
                before = place[text]
            elif text and tried < _MOST_LOST and text not in seen:
                tried += 1
                if not any(text in line for line in place):
                    lost.setdefault(before, []).append(text)
                else:
                    seen.add(text)
    return [one for at, line in enumerate(lines) for one in (line, *lost.get(at, ()))]


def _spaced(text: str) -> str:
    return " ".join(text.split())


def _without_furniture(tree: html.HtmlElement) -> None:
    """Takes away what stands around an article by its own account: blocks named so, cards that lead elsewhere, buttons.

    A block that holds the heading or a good part of the page's paragraphs stays, whatever it is called.
    """
    for card in list(tree.iter("article")):
        if card.getparent() is not None and card.find(".//h1") is None and card.xpath(_LINKED_HEADING):
            card.drop_tree()
    contents = _Contents(tree)
    most = _FURNITURE_SHARE * contents.of_paragraphs(tree)
    for element in list(tree.iter(*_BLOCKS)):
        if element.getparent() is None or contents.has_heading(element):
            continue
        names = set(f"{element.get('id', '')} {element.get('class', '')}".lower().replace("_", "-").split())
        is_block = names & _FURNITURE and contents.of_paragraphs(element) <= most
        text = contents.short_text(element)
        if is_block or (text and is_label(text)):
            element.drop_tree()


class _Contents:
    """What the elements of a tree hold, worked out in one pass: blocks inside blocks would else be read over and over.

    Taking an element away changes only the blocks around it, which come before it in the order of the document.
    """

    def __init__(self, tree: html.HtmlElement) -> None:
        texts: list[str] = []
        length = in_paragraphs = headings = 0
        # Block → where its text begins and ends, the length of its paragraphs' texts, and the headings in it.
        self._of: dict[html.HtmlElement, tuple[int, int, int, int]] = {}
        begun: list[tuple[int, int, int]] = []
        for event, element in etree.iterwalk(tree, events=("start", "end", "comment", "pi")):
            if event == "start":
                begun.append((length, in_paragraphs, headings))
                texts.append(element.text or "")
                length += len(texts[-1])
                continue
            if event == "end":
                start, paragraphs, before = begun.pop()
                if element.tag == "p":
                    in_paragraphs += length - start
                # Not of every element: keeping each as an object takes more memory than the page.
                if element.tag in _BLOCKS or element is tree:
                    self._of[element] = start, length, in_paragraphs - paragraphs, headings - before
                headings += element.tag == "h1"
            texts.append(element.tail or "" if element is not tree else "")
            length += len(texts[-1])
        self._text = "".join(texts)

    def of_paragraphs(self, element: html.HtmlElement) -> int:
        """Code points of the texts of all paragraphs in `element`."""
        return self._of[element][2]

    def has_heading(self, element: html.HtmlElement) -> bool:
        """Whether a heading of the first order stands in `element`."""
        return self._of[element][3] > 0

    def short_text(self, element: html.HtmlElement) -> str:
        """The text of `element` without the space around it if it is no longer than a button's, else an empty string."""
        start, end, *_ = self._of[element]
        start = _SPACE.match(self._text, start, end).end()
        if _NO_SPACE.search(self._text, start + _LONGEST_BUTTON, end):
            return ""
        return self._text[start : min(end, start + _LONGEST_BUTTON)].strip()


def _without_empty(tree: html.HtmlElement) -> None:
    """Takes out the elements that hold nothing, whatever follows each of them stays.

    The extraction would do it one by one and join the text behind each to all of the text before: the square of their number.
    """
    for element in reversed(list(tree.iter(*_CARRIERS))):
        if not element.text and all(child.tag == _EMPTY and not child.tail for child in element):
            element.tag = _EMPTY
    etree.strip_tags(tree, _EMPTY)
    etree.strip_elements(tree, *_FIELDS, with_tail=False)


def _without_layout_tables(tree: html.HtmlElement) -> None:
    """Tables that place a page's parts, as old pages have them, become plain blocks; tables of data stay.

    So do tables with a row of very many cells: the extraction takes the square of their number. Where cells span very many others
    they span none: it would build them all.
    """
    tables = tree.xpath("//table[.//p or .//table or .//div or .//h1 or .//h2 or count(.//br) > 2]")
    cells = list(tree.iter("td", "th"))
    for row, count in Counter(cell.getparent() for cell in cells).items():
        if count > _MOST_CELLS:
            tables.append(row if row.tag == "table" else next(row.iterancestors("table"), row))
    for table in dict.fromkeys(tables):
        for element in table.iter("table", "tbody", "thead", "tr", "td", "th"):
            element.tag = "div"
    if sum(_spanned(cell) for cell in cells) > _MOST_SPANNED:
        for cell in cells:
            cell.attrib.pop("colspan", None)
            cell.attrib.pop("rowspan", None)


def _spanned(cell: html.HtmlElement) -> int:
    """How many cells one cell stands for beside itself, as it says."""
    spans = [cell.get(name, "").strip() for name in ("colspan", "rowspan")]
    columns, rows = (max(1, int(span[:4])) if span.isdecimal() else 1 for span in spans)
    return columns * rows - 1


# Metadata


def _metadata(tree: html.HtmlElement, address: str) -> Metadata:
    """JSON-LD first, then OpenGraph and <meta>, then what the page shows."""
    found = Metadata()
    for node in _linked_data(tree):
        _take(found, node)
    metas = _metas(tree)
    found.title = (
        found.title or _first(metas, "og:title", "twitter:title") or _text(tree, "//h1[1]") or _text(tree, "//title")
    )
    found.author = found.author or _first(metas, "author", "article:author", "dc.creator", "parsely-author")
    found.section = found.section or _first(metas, "article:section", "section")
    found.source_name = found.source_name or _first(metas, "og:site_name", "application-name", "dc.publisher")
    for name in ("article:published_time", "og:published_time", "datepublished", "date", "dc.date", "dc.date.issued", "pubdate",
                 "publish-date", "parsely-pub-date"):  # fmt: skip
        _add_date(found, f"meta {name}", metas.get(name, ""))
    for element in tree.iter("time"):
        _add_date(found, "time", element.get("datetime") or element.text_content())
        if len(found.dates) > 8:
            break
    language = found.language or tree.get("lang") or _first(metas, "og:locale", "content-language")
    found.language = re.split("[-_]", language.strip().lower())[0] if language else ""
    links = [link.get("href") for link in tree.iter("link") if "canonical" in link.get("rel", "").lower().split()]
    base = _base(tree, address if address.startswith("http") else "")
    said = {text: canonical_or_empty(text, base) for text in (*links[:1], metas.get("og:url", ""), found.url) if text}
    found.claims = tuple(dict.fromkeys(claim for claim in said.values() if claim))
    found.malformed = tuple(text for text, claim in said.items() if not claim)
    if found.author.startswith(("http://", "https://")):
        found.author = ""
    found.title = _without_site(" ".join(unmixed(found.title).split()), found.source_name)
    return found


def _base(tree: html.HtmlElement, address: str) -> str:
    """What the page's relative addresses are joined to: the first <base href> that is an address of the web, else the page's own.

    HTML Standard, 4.2.3 and 2.4.2 (document base URL): a first one that is none leaves the page's own.
    """
    for element in tree.iter("base"):
        if (href := element.get("href")) is not None:
            try:
                return read_address(href, address).text
            except AddressError:
                break
    return address


def _linked_data(tree: html.HtmlElement) -> Iterator[dict]:
    """The nodes of the page's JSON-LD that describe an article."""
    for script in tree.xpath("//script[@type='application/ld+json']"):
        try:
            data = json.loads(script.text or "", strict=False)
        except (ValueError, RecursionError):
            continue
        waiting, seen = [data], 0
        while waiting and seen < 1000:
            node, seen = waiting.pop(0), seen + 1
            if isinstance(node, list):
                waiting[:0] = node
            elif isinstance(node, dict):
                waiting += [
                    node[key]
                    for key in ("@graph", "mainEntity", "mainEntityOfPage")
                    if isinstance(node.get(key), dict | list)
                ]
                kinds = node.get("@type")
                if any(_ARTICLE_TYPES.search(str(kind)) for kind in (kinds if isinstance(kinds, list) else [kinds])):
                    yield node


def _take(found: Metadata, node: dict) -> None:
    found.title = found.title or _string(node.get("headline")) or _string(node.get("name"))
    found.author = found.author or _named(node.get("author"))
    found.section = found.section or _string(node.get("articleSection"))
    found.source_name = found.source_name or _named(node.get("publisher"))
    found.language = found.language or _string(node.get("inLanguage"))
    found.url = found.url or _string(node.get("url"))
    found.body = found.body or _plain_body(_string(node.get("articleBody")))
    _add_date(found, "JSON-LD datePublished", _string(node.get("datePublished")))


def _plain_body(text: str) -> str:
    """An articleBody, which some sites fill with markup."""
    if "<" in text and re.search(r"</?(?:p|br|div|strong|span|a)\b", text):
        ended = text.rfind(">") + 1
        text = re.sub(r"<(?:/p|br|/div)[^>]*>", "\n", text[:ended]) + text[ended:]
        text = html.fromstring(f"<div>{text}</div>").text_content()
    return text


def _string(value: object) -> str:
    if isinstance(value, list):
        value = next((one for one in value if isinstance(one, str)), "")
    if not isinstance(value, str):
        return ""
    # Lines are a text's paragraphs; elsewhere a space is a space.
    return value.strip() if "\n" in value else " ".join(value.split())


def _named(value: object) -> str:
    nodes = value if isinstance(value, list) else [value]
    names = [_string(node.get("name")) if isinstance(node, dict) else _string(node) for node in nodes]
    return "، ".join(dict.fromkeys(name for name in names if name))


def _metas(tree: html.HtmlElement) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in tree.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or element.get("http-equiv")
        content = (element.get("content") or "").strip()
        if name and content:
            found.setdefault(name.strip().lower(), content)
    return found


def _first(metas: dict[str, str], *names: str) -> str:
    return next((" ".join(metas[name].split()) for name in names if name in metas), "")


def _text(tree: html.HtmlElement, path: str) -> str:
    element = next(iter(tree.xpath(path)), None)
    return " ".join(element.text_content().split()) if element is not None else ""


def _add_date(found: Metadata, where: str, value: str) -> None:
    """Adds the date that a machine-readable or written value gives; a clock time is dropped, an exact repeat too."""
    value = " ".join(value.split())[:80]
    if not value:
        return
    known = None
    if match := re.match(r"(\d{4})-(\d\d)-(\d\d)", value):
        try:
            known = ArchiveDate.on(date(*map(int, match.groups())))
        except ValueError:
            return
    else:
        expression = date_of_line(value) or next((one for one in find_dates(value) if one.precision == "day"), None)
        known = as_archive_date(expression) if expression else None
    if known and len(found.dates) < _MOST_DATES and all((one.where, one.date) != (where, known) for one in found.dates):
        found.dates.append(StatedDate(where, value, known))


def _without_site(title: str, site: str) -> str:
    """«عنوان - اسم الموقع» without the site's name."""
    head, mark, tail = next(
        ((title[: m.start()], m[0], title[m.end() :]) for m in reversed(list(re.finditer(r"\s+[-|–—•]\s+", title)))),
        (title, "", ""),
    )
    is_site = site and tail.strip() == site.strip()
    return head.strip() if mark and (is_site or (len(tail.split()) <= 3 and len(head.split()) >= 5)) else title.strip()
