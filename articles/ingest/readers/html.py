"""Reads the text and the metadata of a saved web page.

Metadata comes from JSON-LD, OpenGraph, <meta>, <time> and the canonical link. Called by articles/ingest/prepare.py.
"""

import json
import logging
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any

import trafilatura
from lxml import etree, html

from articles.arabic.dates import find_dates
from articles.extract.dates import StatedDate, as_archive_date, date_of_line
from articles.ingest.boilerplate import is_label
from articles.ingest.decoding import decode, mend, unmix
from articles.ingest.document import Item, Note, UnreadableError
from articles.ingest.gate import notes_on_removed
from articles.models import ArchiveDate
from articles.models.delivery import NoteKind
from articles.platform.addresses import AddressError, canonical_or_empty, read_address
from articles.platform.messages import Message

# The report names what could not be used of a page. The library's own warnings would repeat it in the log.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
# libxml2 gives up at a deeper nesting. No page of a news site is nested so deep.
DEEPEST = 250
# In words. A shorter text is a button or the name of an error. A judgement: the shortest news has a sentence.
FEWEST_WORDS = 5
_META_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]{2,40})""", re.IGNORECASE)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)\b[^>]*?(/?)>")
# The most attributes of a tag. A news page has dozens. The parser compares each with all others of its tag: measured,
# 1,000 take it 2 ms, 1,900 take 5 ms, 5,000 take 29 ms and 20,000 take 400 ms. They are counted only in a tag longer
# than _LONG_TAG code points, which saves the counting of every tag. A shorter one may have up to 2,000 and is let
# through.
_LONG_TAG, _MOST_ATTRIBUTES = 4000, 1000
_QUOTED = re.compile(r"""=\s*(?:"[^"]*"|'[^']*')""")
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"}
# Elements that close by themselves when the next one opens.
_IMPLIED_END = {"p", "li", "dt", "dd", "option", "tr", "td", "th", "thead", "tbody", "tfoot", "html", "head", "body"}
_ARTICLE_TYPES = re.compile(r"(?:Article|Posting|Report)$")
# The articleBody of the metadata is used if it has more than this many times the words of the extracted text. A
# judgement: it often has no paragraphs, so that it is worth taking only if extraction lost a good part of the text.
_MUCH_LONGER = 1.25
_WORD = re.compile(r"\w+")
# Ids and classes of the blocks around an article.
_FURNITURE = frozenset(
    "header site-header page-header top top-bar topbar masthead footer site-footer nav navbar navigation menu main-menu sidebar"
    " side-bar breadcrumb breadcrumbs comments comment-list comment-form respond related related-posts related-news also more-news"
    " latest latest-news most-read trending share sharing share-links share-buttons social social-share tags tag-list newsletter"
    " subscribe ad ads advert advertisement banner cookie cookies popup widget".split()
)
# A block with more than this share of the page's paragraph text is not removed, whatever its name: the name may
# mislead, and the article would be lost. A judgement: furniture has a few short paragraphs.
_FURNITURE_SHARE = 0.3
_BLOCKS = ("div", "section", "aside", "ul", "nav", "header", "footer")
_TEXT_BLOCKS = {"p", "h2", "h3", "h4", "h5", "h6", "blockquote"}
_LINKED_HEADING = ".//h2//a | .//h3//a | .//h4//a | .//h5//a | .//a//h2 | .//a//h3 | .//a//h4"
# In code points: the longest text of a button or link beside an article. A judgement: a headline or sentence is longer.
_LONGEST_BUTTON = 40
# The text elements that the extraction removes if they are empty.
_CARRIERS = (
    "article", "b", "blockquote", "dd", "div", "dt", "em", "h1", "h2", "h3", "h4", "h5", "h6", "i", "li", "main", "p", "pre", "q",
    "section", "span", "strong",
)  # fmt: skip
_EMPTY = "empty-element"
# Cells of one row, and additional cells that all cells of a page span together (`colspan`, `rowspan`). A table of data
# has fewer of both. The extraction takes quadratic time for a long row, and a span of a few bytes may demand thousands
# of cells.
_MOST_CELLS, _MOST_SPANNED = 100, 1000
# A page states fewer dates of publication than _MOST_DATES. Extraction loses fewer paragraphs than _MOST_LOST. Each is
# compared with all dates or lines so far, so that thousands would take quadratic time. A judgement.
_MOST_DATES, _MOST_LOST = 100, 300
# Void elements that the extraction deletes.
_VOID_ELEMENTS = ("area", "embed", "frame", "input")
_NO_ADDRESS = Message("the page gives it as its own address, and it is no address of the web; it was ignored")
_SPACE, _NO_SPACE = re.compile(r"\s*"), re.compile(r"\S")


@dataclass
class Metadata:
    """The metadata of a page. A field that the page does not state is empty.

    title: the title, without the name of the site.
    author: the names of the authors.
    section: the section of the outlet.
    source_name: the publisher's name.
    url: the address that the JSON-LD states, as written.
    language: the language code in lower case, without a region.
    body: the JSON-LD articleBody.
    dates: the dates of publication that the page states, at most _MOST_DATES.
    claimed_addresses: the addresses that the page states as its own, in canonical spelling, the most reliable first.
    malformed: texts that the page states as its own address and that are no web address.
    """

    title: str = ""
    author: str = ""
    section: str = ""
    source_name: str = ""
    url: str = ""
    language: str = ""
    body: str = ""
    dates: list[StatedDate] = field(default_factory=list)
    claimed_addresses: tuple[str, ...] = ()
    malformed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Page:
    """A page as it was read.

    text: the article's text, one paragraph per line.
    metadata: the metadata that the page states.
    encoding: the encoding of the page's bytes.
    notes: notes on values that were not stored as they were stated.
    """

    text: str
    metadata: Metadata
    encoding: str
    notes: tuple[Note, ...] = ()


def read_page(item: Item, encoding: str = "") -> Page:
    """Reads the page in an item's bytes. A non-empty `encoding` overrides the declared one.

    Raises UnreadableError if the bytes are no page, are nested too deep, or hold no article text.
    """
    declared = item.encoding or _declared_encoding(item.received)
    decoded = decode(item.received, encoding, declared)
    text = decoded.text
    if (depth := _depth(text)) > DEEPEST:
        raise UnreadableError(
            "elements are nested {depth:,} deep; the deepest page accepted is {most}", depth=depth, most=DEEPEST
        )
    tree = _tree(text)
    metadata = _metadata(tree, item.address)
    article_text, mending_notes = _main_text(tree)
    metadata_words, text_words = len(_WORD.findall(metadata.body)), len(_WORD.findall(article_text))
    # The articleBody also wins if it has as many words and more paragraphs.
    if metadata_words > _MUCH_LONGER * text_words or (
        metadata_words >= text_words and metadata.body.count("\n") > article_text.count("\n")
    ):
        article_text = metadata.body
    if len(_WORD.findall(article_text)) < FEWEST_WORDS:
        raise UnreadableError("no article text was found on the page")
    address_notes = (Note(NoteKind.DROPPED, "url", text, _NO_ADDRESS) for text in metadata.malformed)
    # The whole page's text is checked, because the extraction drops such characters without a note.
    removal_notes = notes_on_removed(title=metadata.title, author=metadata.author, text=tree.text_content())
    return Page(
        article_text, metadata, decoded.encoding, (*decoded.notes, *mending_notes, *address_notes, *removal_notes)
    )


def _declared_encoding(content: bytes) -> str:
    # NUL bytes are removed, so that a declaration in UTF-16 matches, too.
    match = _META_CHARSET.search(content[:8192].replace(b"\0", b"")[:4096])
    return match[1].decode("ascii").lower() if match else ""


def _depth(text: str) -> int:
    """Returns how deep elements are nested, counted on the text without building a tree."""
    depth = deepest = 0
    # No tag ends after the last bracket. Searching for an end from every opening would take quadratic time.
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
    """Raises UnreadableError for a tag with more than _MOST_ATTRIBUTES attributes.

    A parser compares each attribute with all others of its tag, which takes quadratic time.
    """
    attributes = len(_QUOTED.sub("", tag).split()) - 1
    if attributes > _MOST_ATTRIBUTES:
        raise UnreadableError(
            "a tag has {count:,} attributes; the most accepted is {most:,}", count=attributes, most=_MOST_ATTRIBUTES
        )


def _tree(text: str) -> html.HtmlElement:
    """Parses a page and returns its root element. Raises UnreadableError for an empty page.

    lxml refuses a decoded text that declares an encoding. So the XML declaration is removed, and a text that is still
    refused is parsed as UTF-8 bytes.
    """
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
    """An element whose XPath queries take linear time for the extraction's queries of paragraph text.

    libxml2 compares each text of a paragraph with all texts that it has already. That takes 30 seconds for a page of
    100,000 paragraphs. The equivalent queries in _SAME avoid it.
    """

    _SAME = MappingProxyType({"//p//text()": "//text()[ancestor::p]", ".//p//text()": ".//text()[ancestor::p]"})

    def xpath(self, path: str, **options: Any) -> object:
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
    """Returns (the article's own text, one paragraph per line; notes on letters that were mended).

    The extraction favours recall: some page furniture in the text is better than a lost paragraph.
    """
    copy = html.document_fromstring(etree.tostring(tree, encoding="unicode"), parser=_quick_parser())
    _without_layout_tables(copy)
    _without_furniture(copy)
    _without_empty(copy)
    extraction = trafilatura.bare_extraction(
        copy, include_comments=False, include_tables=True, favor_recall=True, with_metadata=False, fast=True
    )
    # Without `as_dict`, the library returns an object or None.
    text, notes = mend(getattr(extraction, "text", None) or "")
    lines = text.split("\n") if text else []
    lines = [line.strip().strip("|").strip() if line.startswith("|") else line for line in lines]
    return "\n".join(_with_lost_paragraphs(copy, lines)), notes


def _with_lost_paragraphs(tree: html.HtmlElement, lines: list[str]) -> list[str]:
    """Returns the extracted lines with the headings and paragraphs that the extraction dropped between two of them."""
    line_of = {_single_spaced(line): index for index, line in enumerate(lines)}
    lost_after: dict[int, list[str]] = {}
    tried, seen = 0, set()
    for parent in dict.fromkeys(element.getparent() for element in tree.iter("p")):
        texts = [_single_spaced(child.text_content()) for child in parent if child.tag in _TEXT_BLOCKS]
        kept_indexes = [index for index, text in enumerate(texts) if text in line_of]
        for index in range(kept_indexes[0], kept_indexes[-1]) if len(kept_indexes) > 1 else ():
            text = texts[index]
            if text in line_of:
                before = line_of[text]
            elif text and tried < _MOST_LOST and text not in seen:
                tried += 1
                if not any(text in line for line in line_of):
                    lost_after.setdefault(before, []).append(text)
                else:
                    seen.add(text)
    return [paragraph for index, line in enumerate(lines) for paragraph in (line, *lost_after.get(index, ()))]


def _single_spaced(text: str) -> str:
    return " ".join(text.split())


def _without_furniture(tree: html.HtmlElement) -> None:
    """Removes page furniture: blocks whose id or class names it, cards that link to other articles, and buttons.

    A block with the main heading, or with more than _FURNITURE_SHARE of the page's paragraph text, stays whatever its
    name.
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
    """The lengths and headings of a tree's blocks.

    They are computed in one pass. Reading each block by itself would read nested blocks repeatedly.

    Removing an element changes only the blocks around it, and these come before it in document order.
    """

    def __init__(self, tree: html.HtmlElement) -> None:
        texts: list[str] = []
        length = in_paragraphs = headings = 0
        # Block → (start and end of its text, length of its paragraphs' texts, number of h1 headings), in code points.
        self._of: dict[html.HtmlElement, tuple[int, int, int, int]] = {}
        open_elements: list[tuple[int, int, int]] = []
        for event, element in etree.iterwalk(tree, events=("start", "end", "comment", "pi")):
            if event == "start":
                open_elements.append((length, in_paragraphs, headings))
                texts.append(element.text or "")
                length += len(texts[-1])
                continue
            if event == "end":
                start, paragraphs_before, headings_before = open_elements.pop()
                if element.tag == "p":
                    in_paragraphs += length - start
                # Only blocks are recorded: an object for every element takes more memory than the page.
                if element.tag in _BLOCKS or element is tree:
                    self._of[element] = start, length, in_paragraphs - paragraphs_before, headings - headings_before
                headings += element.tag == "h1"
            texts.append(element.tail or "" if element is not tree else "")
            length += len(texts[-1])
        self._text = "".join(texts)

    def of_paragraphs(self, element: html.HtmlElement) -> int:
        """Returns the length of the texts of all paragraphs in `element`, in code points."""
        return self._of[element][2]

    def has_heading(self, element: html.HtmlElement) -> bool:
        """Returns whether `element` contains an h1 heading."""
        return self._of[element][3] > 0

    def short_text(self, element: html.HtmlElement) -> str:
        """Returns the stripped text of `element`; empty if it has more than _LONGEST_BUTTON code points."""
        start, end, *_ = self._of[element]
        if space := _SPACE.match(self._text, start, end):
            start = space.end()
        if _NO_SPACE.search(self._text, start + _LONGEST_BUTTON, end):
            return ""
        return self._text[start : min(end, start + _LONGEST_BUTTON)].strip()


def _without_empty(tree: html.HtmlElement) -> None:
    """Removes empty elements; the text that follows each of them stays.

    The extraction would remove them one by one and join the text after each to all of the text before, in quadratic
    time.
    """
    for element in reversed(list(tree.iter(*_CARRIERS))):
        if not element.text and all(child.tag == _EMPTY and not child.tail for child in element):
            element.tag = _EMPTY
    # The parser takes the text that follows some of these fields as theirs, so only their tags are removed.
    etree.strip_tags(tree, _EMPTY, *_VOID_ELEMENTS)


def _without_layout_tables(tree: html.HtmlElement) -> None:
    """Turns the layout tables of old pages into plain blocks; tables of data stay.

    A table with a row of more than _MOST_CELLS cells is turned into blocks, too: the extraction takes quadratic time
    for it. If the cells of a page span more than _MOST_SPANNED others, the spans are dropped: the extraction would
    build every cell.
    """
    tables = tree.xpath("//table[.//p or .//table or .//div or .//h1 or .//h2 or count(.//br) > 2]")
    cells = list(tree.iter("td", "th"))
    for row, count in Counter(cell.getparent() for cell in cells).items():
        if count > _MOST_CELLS:
            tables.append(row if row.tag == "table" else next(row.iterancestors("table"), row))
    for table in dict.fromkeys(tables):
        for element in table.iter("table", "tbody", "thead", "tr", "td", "th"):
            element.tag = "div"
    if sum(_additional_cells(cell) for cell in cells) > _MOST_SPANNED:
        for cell in cells:
            cell.attrib.pop("colspan", None)
            cell.attrib.pop("rowspan", None)


def _additional_cells(cell: html.HtmlElement) -> int:
    """Returns how many additional cells a cell spans by its colspan and rowspan."""
    spans = [cell.get(name, "").strip() for name in ("colspan", "rowspan")]
    columns, rows = (max(1, int(span[:4])) if span.isdecimal() else 1 for span in spans)
    return columns * rows - 1


# Metadata


def _metadata(tree: html.HtmlElement, address: str) -> Metadata:
    """Returns the metadata of a page: from JSON-LD first, then OpenGraph and <meta>, then the visible page."""
    page_metadata = Metadata()
    for node in _linked_data(tree):
        _add_linked_data(page_metadata, node)
    metas = _metas(tree)
    page_metadata.title = (
        page_metadata.title
        or _first(metas, "og:title", "twitter:title")
        or _text(tree, "//h1[1]")
        or _text(tree, "//title")
    )
    page_metadata.author = page_metadata.author or _first(
        metas, "author", "article:author", "dc.creator", "parsely-author"
    )
    page_metadata.section = page_metadata.section or _first(metas, "article:section", "section")
    page_metadata.source_name = page_metadata.source_name or _first(
        metas, "og:site_name", "application-name", "dc.publisher"
    )
    for name in ("article:published_time", "og:published_time", "datepublished", "date", "dc.date", "dc.date.issued", "pubdate",
                 "publish-date", "parsely-pub-date"):  # fmt: skip
        _add_date(page_metadata, f"meta {name}", metas.get(name, ""))
    for element in tree.iter("time"):
        _add_date(page_metadata, "time", element.get("datetime") or element.text_content())
        if len(page_metadata.dates) > 8:
            break
    language = page_metadata.language or tree.get("lang") or _first(metas, "og:locale", "content-language")
    page_metadata.language = re.split("[-_]", language.strip().lower())[0] if language else ""
    links = [link.get("href") for link in tree.iter("link") if "canonical" in link.get("rel", "").lower().split()]
    base = _base(tree, address if address.startswith("http") else "")
    claimed_address_of = {
        text: canonical_or_empty(text, base)
        for text in (*links[:1], metas.get("og:url", ""), page_metadata.url)
        if text
    }
    page_metadata.claimed_addresses = tuple(dict.fromkeys(filter(None, claimed_address_of.values())))
    page_metadata.malformed = tuple(text for text, claimed_address in claimed_address_of.items() if not claimed_address)
    if page_metadata.author.startswith(("http://", "https://")):
        page_metadata.author = ""
    page_metadata.title = _without_site(" ".join(unmix(page_metadata.title).split()), page_metadata.source_name)
    return page_metadata


def _base(tree: html.HtmlElement, address: str) -> str:
    """Returns the base of the page's relative addresses: the first <base href> if it is a web address, else `address`.

    Source: HTML Standard, 4.2.3 and 2.4.2 (document base URL). If the first href is no web address, later ones do not
        count.
    """
    for element in tree.iter("base"):
        if (href := element.get("href")) is not None:
            try:
                return read_address(href, address).text
            except AddressError:
                break
    return address


def _linked_data(tree: html.HtmlElement) -> Iterator[dict[str, Any]]:
    """Yields the JSON-LD nodes that describe an article."""
    for script in tree.xpath("//script[@type='application/ld+json']"):
        try:
            data = json.loads(script.text or "", strict=False)
        except (ValueError, RecursionError):
            continue
        pending, visited = [data], 0
        while pending and visited < 1000:
            node, visited = pending.pop(0), visited + 1
            if isinstance(node, list):
                pending[:0] = node
            elif isinstance(node, dict):
                pending += [
                    node[key]
                    for key in ("@graph", "mainEntity", "mainEntityOfPage")
                    if isinstance(node.get(key), dict | list)
                ]
                kinds = node.get("@type")
                if any(_ARTICLE_TYPES.search(str(kind)) for kind in (kinds if isinstance(kinds, list) else [kinds])):
                    yield node


def _add_linked_data(page_metadata: Metadata, node: dict[str, Any]) -> None:
    """Fills the empty fields of `page_metadata` from a JSON-LD node, and adds the node's date of publication."""
    page_metadata.title = page_metadata.title or _string(node.get("headline")) or _string(node.get("name"))
    page_metadata.author = page_metadata.author or _names_in(node.get("author"))
    page_metadata.section = page_metadata.section or _string(node.get("articleSection"))
    page_metadata.source_name = page_metadata.source_name or _names_in(node.get("publisher"))
    page_metadata.language = page_metadata.language or _string(node.get("inLanguage"))
    page_metadata.url = page_metadata.url or _string(node.get("url"))
    page_metadata.body = page_metadata.body or _plain_body(_string(node.get("articleBody")))
    _add_date(page_metadata, "JSON-LD datePublished", _string(node.get("datePublished")))


def _plain_body(text: str) -> str:
    """Returns the text of an articleBody. Some sites put markup into it, which is removed."""
    if "<" in text and re.search(r"</?(?:p|br|div|strong|span|a)\b", text):
        # Up to the last «>», `[^>]*` always meets its end. Behind it, every «<br» would scan the rest in vain.
        end_of_tags = text.rfind(">") + 1
        text = re.sub(r"<(?:/p|br|/div)[^>]*>", "\n", text[:end_of_tags]) + text[end_of_tags:]
        text = html.fromstring(f"<div>{text}</div>").text_content()
    return text


def _string(value: object) -> str:
    if isinstance(value, list):
        value = next((item for item in value if isinstance(item, str)), "")
    if not isinstance(value, str):
        return ""
    # Line feeds separate paragraphs, so a text with line feeds keeps its spacing.
    return value.strip() if "\n" in value else " ".join(value.split())


def _names_in(value: object) -> str:
    nodes = value if isinstance(value, list) else [value]
    names = [_string(node.get("name")) if isinstance(node, dict) else _string(node) for node in nodes]
    return "، ".join(dict.fromkeys(name for name in names if name))


def _metas(tree: html.HtmlElement) -> dict[str, str]:
    """Maps the names of a page's meta elements, in lower case, to their contents.

    The name is the value of `property`, `name`, `itemprop` or `http-equiv`. Of several elements with one name the first
    that is not empty counts.
    """
    contents: dict[str, str] = {}
    for element in tree.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or element.get("http-equiv")
        content = (element.get("content") or "").strip()
        if name and content:
            contents.setdefault(name.strip().lower(), content)
    return contents


def _first(metas: dict[str, str], *names: str) -> str:
    return next((" ".join(metas[name].split()) for name in names if name in metas), "")


def _text(tree: html.HtmlElement, path: str) -> str:
    element = next(iter(tree.xpath(path)), None)
    return " ".join(element.text_content().split()) if element is not None else ""


def _add_date(page_metadata: Metadata, where: str, value: str) -> None:
    """Adds the day that a machine-readable or written value states, with the value as its quote.

    Adds nothing if the value states no day, if `where` has stated the same day before, or after _MOST_DATES dates.
    """
    value = " ".join(value.split())[:80]
    if not value:
        return
    archive_date = None
    if match := re.match(r"(\d{4})-(\d\d)-(\d\d)", value):
        try:
            archive_date = ArchiveDate.on(date(*map(int, match.groups())))
        except ValueError:
            return
    else:
        expression = date_of_line(value) or next(
            (stated for stated in find_dates(value) if stated.precision == "day"), None
        )
        archive_date = as_archive_date(expression) if expression else None
    if (
        archive_date
        and len(page_metadata.dates) < _MOST_DATES
        and all((stated.where, stated.date) != (where, archive_date) for stated in page_metadata.dates)
    ):
        page_metadata.dates.append(StatedDate(where, value, archive_date))


def _without_site(title: str, site: str) -> str:
    """Returns a title such as «عنوان - اسم الموقع» without the site's name."""
    head, mark, tail = next(
        ((title[: m.start()], m[0], title[m.end() :]) for m in reversed(list(re.finditer(r"\s+[-|–—•]\s+", title)))),
        (title, "", ""),
    )
    is_site = site and tail.strip() == site.strip()
    return head.strip() if mark and (is_site or (len(tail.split()) <= 3 and len(head.split()) >= 5)) else title.strip()
