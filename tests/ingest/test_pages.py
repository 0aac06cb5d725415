"""Saved web pages, without a database: which text is the article's, and what the page says of itself."""

import json
from datetime import date

import pytest
from lxml import html as lxml_html

from articles.ingest.document import Item, UnreadableError
from articles.ingest.readers import html
from articles.ingest.readers.html import Page, read_page

FIRST = "وصل خمسة وعشرون خبيرا إلى المدينة صباح اليوم للمشاركة في ورشة عمل حول أمن الموانئ والسفن."
SECOND = "وتستمر الورشة ثلاثة أيام بمشاركة اثنتي عشرة دولة من المنطقة ومنظمات دولية معنية بالنقل البحري."
THIRD = "وقال رئيس الوفد إن حماية الأرصفة تحتاج إلى تبادل المعلومات بين الأجهزة المختصة في كل بلد."
PARAGRAPHS = f"<p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p>"
LONG = "ك " * 3000
ADDRESS = "https://www.news.example/2024/story"


def page(head: str = "", body: str = PARAGRAPHS, **item: object) -> Page:
    """Reads a page whose article holds `body`."""
    content = f"<html><head>{head}</head><body><article>{body}</article></body></html>"
    return read_page(Item("page.html", content.encode(), "text/html", **{"address": ADDRESS, **item}))


def linked(**properties: object) -> str:
    """Returns the script of an article's JSON-LD."""
    node = {"@type": "NewsArticle", **properties}
    return f'<script type="application/ld+json">{json.dumps(node, ensure_ascii=False)}</script>'


def meta(**contents: str) -> str:
    return "".join(
        f'<meta property="{name.replace("__", ":")}" content="{content}">' for name, content in contents.items()
    )


# What the page says of itself.


@pytest.mark.parametrize(
    ("head", "body", "field", "value"),
    [
        # The first place that states a value wins.
        (linked(headline="عنوان أول") + meta(og__title="عنوان ثان") + "<title>عنوان ثالث</title>", "", "title", "عنوان أول"),
        (linked(name="عنوان أول"), "", "title", "عنوان أول"),
        (meta(og__title="عنوان ثان", twitter__title="عنوان آخر") + "<title>عنوان ثالث</title>", "", "title", "عنوان ثان"),
        (meta(twitter__title="عنوان آخر") + "<title>عنوان ثالث</title>", "<h1>عنوان رابع</h1>", "title", "عنوان آخر"),
        ("<title>عنوان ثالث</title>", "<h1>عنوان  <b>رابع</b></h1><h1>خامس</h1>", "title", "عنوان رابع"),
        ("<title> عنوان\n ثالث </title>", "", "title", "عنوان ثالث"),
        ("", "", "title", ""),
        (linked(author="سعيد") + meta(author="محمد"), "", "author", "سعيد"),
        (linked(author={"@type": "Person", "name": "سعيد"}), "", "author", "سعيد"),
        (linked(author=[{"name": "سعيد"}, "محمد", {"name": "سعيد"}, {"name": ""}, 7]), "", "author", "سعيد، محمد"),
        (meta(author="محمد"), "", "author", "محمد"), (meta(article__author="محمد"), "", "author", "محمد"),
        (meta(article__author="https://news.example/author/1"), "", "author", ""),
        (meta(article__author="http://news.example/author/1"), "", "author", ""),
        (linked(articleSection=["سياسة", "أمن"]) + meta(section="ثقافة"), "", "section", "سياسة"),
        (meta(article__section="ثقافة", section="رياضة"), "", "section", "ثقافة"),
        (linked(publisher={"name": "وكالة"}) + meta(og__site_name="موقع"), "", "source_name", "وكالة"),
        (meta(og__site_name="موقع"), "", "source_name", "موقع"),
        (linked(inLanguage="fr-FR") + meta(og__locale="ar_MA"), "", "language", "fr"),
        (meta(og__locale="ar_MA"), "", "language", "ar"), ('<meta http-equiv="Content-Language" content="EN-us">', "", "language", "en"),
        ("", "", "language", ""),
        # The first of two equal names counts; names are compared in lower case; an empty one is none.
        (meta(AUTHOR="محمد") + meta(author="سعيد"), "", "author", "محمد"), (meta(author=" ") + meta(author="سعيد"), "", "author", "سعيد"),
        ('<meta name="author" content=" محمد  علي ">', "", "author", "محمد علي"), ('<meta itemprop="author" content="محمد">', "", "author", "محمد"),
        # Types of articles, wherever in the data they stand.
        (linked(**{"@type": "BlogPosting", "headline": "عنوان"}), "", "title", "عنوان"),
        (linked(**{"@type": ["Thing", "Report"], "headline": "عنوان"}), "", "title", "عنوان"),
        (linked(**{"@type": "WebPage", "headline": "عنوان"}), "", "title", ""), (linked(**{"@type": "ArticleList", "headline": "عنوان"}), "", "title", ""),
        (linked(**{"@type": "WebPage", "mainEntity": {"@type": "NewsArticle", "headline": "عنوان"}}), "", "title", "عنوان"),
        (linked(**{"@type": "WebPage", "@graph": [{"@type": "NewsArticle", "headline": "عنوان"}]}), "", "title", "عنوان"),
        (linked(**{"@type": "WebPage", "author": {"@type": "NewsArticle", "headline": "عنوان"}}), "", "title", ""),
        (f'<script type="application/ld+json">{json.dumps([{"@type": "Article", "headline": "عنوان"}, {"@type": "Article", "headline": "آخر"}])}</script>', "", "title", "عنوان"),
        ('<script type="application/ld+json">no JSON</script>' + linked(headline="عنوان"), "", "title", "عنوان"),
        (f'<script type="application/ld+json">["text", 5, null, {json.dumps({"@type": "Article", "headline": "عنوان"})}]</script>', "", "title", "عنوان"),
        # A name of the site after the title is left out.
        (meta(og__title="عنوان - الموقع", og__site_name="الموقع"), "", "title", "عنوان"),
        (meta(og__title="عنوان - الموقع", og__site_name="غيره"), "", "title", "عنوان - الموقع"),
    ],
)  # fmt: skip
def test_what_a_page_says_of_itself(head: str, body: str, field: str, value: str) -> None:
    assert getattr(page(head, body + PARAGRAPHS).metadata, field) == value


def test_the_language_of_the_page_element_counts_before_its_metas() -> None:
    content = f'<html lang=" FR-fr "><head>{meta(og__locale="ar_MA")}</head><body><article>{PARAGRAPHS}</article></body></html>'
    assert read_page(Item("a", content.encode(), "text/html")).metadata.language == "fr"


@pytest.mark.parametrize(
    ("title", "site", "expected"),
    [
        ("عنوان - الموقع", "الموقع", "عنوان"), ("عنوان | الموقع", " الموقع ", "عنوان"), ("عنوان – الموقع", "", "عنوان – الموقع"),
        # Without the site's name: at least five words before, at most three after.
        ("واحد اثنان ثلاثة أربعة خمسة - اسم", "", "واحد اثنان ثلاثة أربعة خمسة"), ("واحد اثنان ثلاثة أربعة - اسم", "", "واحد اثنان ثلاثة أربعة - اسم"),
        ("واحد اثنان ثلاثة أربعة خمسة - اسم الموقع هذا", "", "واحد اثنان ثلاثة أربعة خمسة"),
        ("واحد اثنان ثلاثة أربعة خمسة - اسم الموقع هذا كله", "", "واحد اثنان ثلاثة أربعة خمسة - اسم الموقع هذا كله"),
        # The last mark counts; a mark without spaces belongs to a word.
        ("أ - ب - الموقع", "الموقع", "أ - ب"), ("كوفيد-19 الموقع", "19 الموقع", "كوفيد-19 الموقع"), (" عنوان ", "", "عنوان"), (" - الموقع", "الموقع", ""),
    ],
)  # fmt: skip
def test_the_name_of_the_site_after_a_title(title: str, site: str, expected: str) -> None:
    assert html._without_site(title, site) == expected


@pytest.mark.parametrize(
    ("head", "body", "dates"),
    [
        (linked(datePublished="2024-02-03T10:00:00+01:00"), "", [("JSON-LD datePublished", date(2024, 2, 3))]),
        (meta(article__published_time="2024-02-03") + meta(pubdate="2024-02-04"), "", [("meta article:published_time", date(2024, 2, 3)), ("meta pubdate", date(2024, 2, 4))]),
        ("", '<time datetime="2024-02-03">أمس</time>', [("time", date(2024, 2, 3))]), ("", "<time>3 فبراير 2024</time>", [("time", date(2024, 2, 3))]),
        ("", "<time>نشر في 3 فبراير 2024 على الساعة العاشرة</time>", [("time", date(2024, 2, 3))]),
        # One day of one place is kept once; a day that no calendar has, and a text without a day, are none.
        ("", '<time datetime="2024-02-03T01:00">أ</time><time datetime="2024-02-03T02:00">ب</time>', [("time", date(2024, 2, 3))]),
        ("", '<time datetime="2024-02-30">أ</time><time>فبراير</time><time></time>', []), (meta(date="قبل أيام"), "", []),
        # Beyond the ninth the times of a page are those of other articles.
        ("", "".join(f'<time datetime="2024-02-{day:02}">أ</time>' for day in range(1, 13)), [("time", date(2024, 2, day)) for day in range(1, 10)]),
    ],
)  # fmt: skip
def test_the_dates_of_publication(head: str, body: str, dates: list) -> None:
    stated = page(head, body + PARAGRAPHS).metadata.dates
    assert [(day.where, day.date.date) for day in stated] == dates


def test_a_page_states_few_dates_and_few_nodes_are_visited() -> None:
    def script(nodes: list[dict]) -> str:
        return f'<script type="application/ld+json">{json.dumps(nodes)}</script>'

    days = [date.fromordinal(738_000 + number).isoformat() for number in range(120)]
    nodes = [{"@type": "Article", "datePublished": day} for day in days]
    assert [str(stated.date.date) for stated in page(script(nodes)).metadata.dates] == days[:100]
    others = [{"@type": "Thing"}] * 998
    last = {"@type": "Article", "headline": "عنوان"}
    assert page(script([*others, last])).metadata.title == "عنوان"
    assert page(script([*others, {"@type": "Thing"}, last])).metadata.title == ""


@pytest.mark.parametrize(
    ("head", "claimed_addresses", "malformed"),
    [
        ("", (), ()),
        ('<link rel="canonical" href="/a"><link rel="canonical" href="/b">', ("https://www.news.example/a",), ()),
        ('<link rel="shortlink CANONICAL" href="/a">', ("https://www.news.example/a",), ()), ('<link rel="alternate" href="/a">', (), ()),
        # The canonical link first, then OpenGraph, then JSON-LD; each address once.
        (linked(url="https://news.example/c") + meta(og__url="https://news.example/b") + '<link rel="canonical" href="https://news.example/a">',
         ("https://news.example/a", "https://news.example/b", "https://news.example/c"), ()),
        (linked(url="https://NEWS.example/a") + '<link rel="canonical" href="https://news.example/a">', ("https://news.example/a",), ()),
        (meta(og__url="javascript:x") + '<link rel="canonical" href="/a">', ("https://www.news.example/a",), ("javascript:x",)),
        # The base of relative addresses: the first one that is there, if it is an address of the web.
        ('<base href="https://other.example/x/"><base href="/no/"><link rel="canonical" href="a">', ("https://other.example/x/a",), ()),
        ('<base target="_top"><base href="/x/"><link rel="canonical" href="a">', ("https://www.news.example/x/a",), ()),
        ('<base href="data:x"><base href="/x/"><link rel="canonical" href="a">', ("https://www.news.example/2024/a",), ()),
    ],
)  # fmt: skip
def test_the_addresses_that_a_page_claims(head: str, claimed_addresses: tuple, malformed: tuple) -> None:
    read = page(head)
    assert (read.metadata.claimed_addresses, read.metadata.malformed) == (claimed_addresses, malformed)
    assert [note.given for note in read.notes if note.field == "url"] == list(malformed)


def test_a_file_is_no_base_of_an_address() -> None:
    read = page('<link rel="canonical" href="/a">', address="/folder/page.html")
    assert (read.metadata.claimed_addresses, read.metadata.malformed) == ((), ("/a",))


# Its encoding.


@pytest.mark.parametrize(
    ("padding", "encoding", "is_declared"),
    [(0, "windows-1252", True), (3900, "windows-1252", True), (4200, "windows-1252", False), (3900, "utf-16", True)],
)
def test_a_page_declares_its_encoding_near_its_beginning(padding: int, encoding: str, is_declared: bool) -> None:
    words = "Le président de la République a été reçu à Rabat par le ministre et son délégué."
    declared = "windows-1252" if encoding == "windows-1252" else "iso-8859-1"
    content = (
        f'<html><head><!--{"x" * padding}--><meta charset = "{declared}"></head><body><p>{words}</p></body></html>'
    )
    item = Item("a", content.encode(encoding), "text/html")
    if not is_declared:
        with pytest.raises(UnreadableError, match="not UTF-8 text"):
            read_page(item)
        return
    read = read_page(item)
    assert read.encoding == encoding and words in read.text
    assert [note.given for note in read.notes] == ([] if declared == encoding else [declared])


def test_the_transport_declares_before_the_page_and_the_caller_before_both() -> None:
    words = "Le président a reçu le ministre et son délégué à Rabat."
    content = f'<meta charset="ISO-8859-15"><p>{words}</p>'.encode("windows-1252")
    assert read_page(Item("a", content, "text/html", encoding="windows-1252")).encoding == "windows-1252"
    assert read_page(Item("a", content, "text/html")).encoding == "iso-8859-15"
    assert read_page(Item("a", content, "text/html"), "windows-1254").encoding == "windows-1254"


# What is no page.


@pytest.mark.parametrize(
    ("text", "depth"),
    [
        ("", 0), ("a < b > c", 0), ("<div>" * 250, 250), ("<div></div>" * 300, 1), ("<div><div></div></div><div>", 2), ("<br>" * 9, 0),
        ("<p>" * 9, 0), ("<x/>" * 9, 0), ("<DIV><Section>", 2), ("</div></div><div><div>", 2), ("<div><p><i>x</i></p><b>", 2), ("<div", 0),
        ("<my-element class='a'>" * 3, 3),
    ],
)  # fmt: skip
def test_how_deep_elements_are_nested(text: str, depth: int) -> None:
    assert html._depth(text) == depth


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("<div>" * 249 + PARAGRAPHS, ""), ("<div>" * 250 + PARAGRAPHS, "elements are nested 251 deep; the deepest page accepted is 250"),
        (f"<div {' '.join(f'a{n}=1' for n in range(1000))}>{PARAGRAPHS}</div>", ""),
        (f"<div {' '.join(f'a{n}=1' for n in range(1001))}>{PARAGRAPHS}</div>", "a tag has 1,001 attributes; the most accepted is 1,000"),
        (f'<div title="{LONG}">{PARAGRAPHS}</div>', ""), (f"<div title='{LONG}'>{PARAGRAPHS}</div>", ""),
        ("<p>واحد اثنان ثلاثة أربعة</p>", "no article text was found on the page"), ("<p>واحد اثنان ثلاثة أربعة خمسة</p>", ""),
    ],
)  # fmt: skip
def test_pages_that_are_refused(body: str, reason: str) -> None:
    if not reason:
        assert page(body=body).text
        return
    with pytest.raises(UnreadableError) as refused:
        page(body=body)
    assert str(refused.value) == reason


@pytest.mark.parametrize("content", ["<!-- nothing -->", "<?xml version='1.0'?>"])
def test_an_empty_page(content: str) -> None:
    with pytest.raises(UnreadableError, match=r"^(the page is empty|no article text was found on the page)$"):
        read_page(Item("a", content.encode(), "text/html"))


def test_a_page_may_begin_as_xml() -> None:
    content = f'\n <?xml version="1.0" encoding="windows-1252"?><html><body><p>{FIRST}</p></body></html>'
    assert FIRST in read_page(Item("a", content.encode(), "text/html")).text


# The text.


@pytest.mark.parametrize(
    ("words", "breaks", "is_taken"),
    [(25, 0, False), (26, 0, True), (20, 1, True), (20, 0, False), (19, 3, False), (0, 0, False)],
)
def test_the_body_of_the_metadata_is_taken_if_it_has_more(words: int, breaks: int, is_taken: bool) -> None:
    """The text of the page has twenty words in one paragraph."""
    written = [f"كلمة{number}" for number in range(words)]
    body = "\n".join(written[: breaks + 1]) + " " + " ".join(written[breaks + 1 :])
    read = page(linked(articleBody=body), f"<p>{' '.join(f'عبارةطويلةجدا{number}' for number in range(20))}</p>")
    assert ("كلمة0" in read.text) == is_taken


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("نص بلا وسوم", "نص بلا وسوم"), ("3 < 5 و 7 > 2", "3 < 5 و 7 > 2"), ("<p>أول</p><p>ثان</p>", "أول\nثان\n"), ("أول<br/>ثان <b>و<strong>ثالث</strong></b>", "أول\nثان وثالث"),
        ("<div>أول</div>ثان", "أول\nثان"),
    ],
)  # fmt: skip
def test_a_body_of_the_metadata_may_have_markup(written: str, text: str) -> None:
    assert html._plain_body(written) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (" أ \t ب ", "أ ب"), (" أ  ب\nج ", "أ  ب\nج"), (["أ", "ب"], "أ"), ([1, "ب"], "ب"), ([], ""), (7, ""), (None, ""), ({"a": 1}, ""),
    ],
)  # fmt: skip
def test_a_value_of_the_metadata_as_text(value: object, text: str) -> None:
    assert html._string(value) == text


@pytest.mark.parametrize(
    ("blocks", "is_kept"),
    [
        # A block is furniture by its name if it holds at most three tenths of the paragraphs' text.
        ("<div class='related' x><p>300</p></div><p>700</p>", False), ("<div class='related' x><p>301</p></div><p>699</p>", True),
        ("<section id='Related_Posts' x><p>300</p></section><p>700</p>", False), ("<nav class='story related wide' x><p>300</p></nav><p>700</p>", False),
        ("<div class='relatedness' x><p>300</p></div><p>700</p>", True), ("<p class='related' x>300</p><p>700</p>", True),
        ("<div class='related' x><h1>عنوان</h1><p>300</p></div><p>700</p>", True), ("<p>700</p><div class='related' x><p>300</p></div><h1>عنوان</h1>", False),
        ("<div x><div class='related'><p>300</p></div><p>700</p></div>", True),
        # A block that is a button by its text; one that holds more is none.
        ("<div x>شارك</div><p>700</p>", False), ("<div x>شارك</div><div class='share'>طباعة</div>", False), ("<div x><h1>شارك</h1></div><p>700</p>", True),
        ("<ul x><li>شارك</li><li>في المؤتمر وفد كبير من بلدان المنطقة كلها</li></ul><p>700</p>", True), ("<div x></div><p>700</p>", True),
        # A card with a linked heading tells of another article, unless it has the main heading.
        ("<article x><h2><a href='/b'>خبر</a></h2><p>300</p></article><p>700</p>", False), ("<article x><a href='/b'><h3>خبر</h3></a></article><p>700</p>", False),
        ("<article x><h1>عنوان</h1><h2><a href='/b'>خبر</a></h2></article><p>700</p>", True), ("<article x><h2>عنوان</h2></article><p>700</p>", True),
        ("<article><h2><a href='/b'>خبر</a></h2></article><p x>700</p>", True),
    ],
)  # fmt: skip
def test_what_is_furniture_of_a_page(blocks: str, is_kept: bool) -> None:
    for length in (300, 301, 699, 700):
        blocks = blocks.replace(str(length), "ن" * length)
    tree = lxml_html.document_fromstring(f"<html><body>{blocks}</body></html>")
    html._without_furniture(tree)
    assert bool(tree.xpath("//*[@x]")) == is_kept


def contents_of(content: str) -> tuple[html._Contents, lxml_html.HtmlElement]:
    tree = lxml_html.document_fromstring(content)
    return html._Contents(tree), tree


def test_the_contents_of_blocks_are_those_of_their_own_elements() -> None:
    contents, tree = contents_of(
        "<html><body>قبل<div id='a'> <p>أربعة</p>بين<!-- ملاحظة -->ثم<section id='b'><p>ستة<b>ها</b></p><h1>ع</h1></section></div>بعد"
        "<aside id='c'>  قصير  </aside><aside id='d'>{}</aside><aside id='e'>{}</aside></body></html>".format(
            "ن" * 40, "ن" * 41
        )
    )
    block = {element.get("id"): element for element in tree.iter("div", "section", "aside")}
    assert {name: contents.of_paragraphs(element) for name, element in block.items()} == {
        "a": 10,
        "b": 5,
        "c": 0,
        "d": 0,
        "e": 0,
    }
    assert {name: contents.has_heading(element) for name, element in block.items()} == {
        "a": True, "b": True, "c": False, "d": False, "e": False,
    }  # fmt: skip
    short = {name: contents.short_text(element) for name, element in block.items()}
    assert short == {"a": "أربعةبينثمستةهاع", "b": "ستةهاع", "c": "قصير", "d": "ن" * 40, "e": ""}
    assert contents.of_paragraphs(tree) == 10 and contents.has_heading(tree)


def test_text_around_empty_elements_and_fields_stays() -> None:
    # The parser takes « وأخيرا.» as the text of <embed>.
    body = f"<p>{FIRST}<b></b> ثم<span><i></i></span> بعده<input> وبعد الحقل<embed> وأخيرا.</p>{PARAGRAPHS}"
    assert f"{FIRST} ثم بعده وبعد الحقل وأخيرا." in page(body=body).text
    tree = lxml_html.fragment_fromstring("<div><p>أ<b></b>ب<span><i></i>ج</span><em>د</em><b><br></b></p></div>")
    html._without_empty(tree)
    assert lxml_html.tostring(tree, encoding="unicode") == "<div><p>أب<span>ج</span><em>د</em><b><br></b></p></div>"


@pytest.mark.parametrize(
    ("table", "is_kept"),
    [
        ("<table><tr><td>أ</td><td>ب</td></tr></table>", True), ("<table><tr><td>أ<br>ب<br>ج</td></tr></table>", True),
        ("<table><tr><td>أ<br>ب<br>ج<br>د</td></tr></table>", False), ("<table><tr><td><p>أ</p></td></tr></table>", False),
        ("<table><tr><td><div>أ</div></td></tr></table>", False), ("<table><tr><td><h2>أ</h2></td></tr></table>", False),
        (f"<table><tr>{'<td>أ</td>' * 100}</tr></table>", True), (f"<table><tr>{'<td>أ</td>' * 101}</tr></table>", False),
        (f"<table>{'<tr><td>أ</td><th>ب</th></tr>' * 80}</table>", True),
    ],
)  # fmt: skip
def test_tables_of_layout_become_blocks(table: str, is_kept: bool) -> None:
    tree = lxml_html.fragment_fromstring(f"<div>{table}</div>")
    html._without_layout_tables(tree)
    assert bool(tree.findall(".//table") and tree.findall(".//td")) == is_kept
    assert bool(tree.findall(".//tr")) == is_kept


@pytest.mark.parametrize(("spanned", "is_kept"), [(1000, True), (1001, False)])
def test_cells_that_span_too_many_span_none(spanned: int, is_kept: bool) -> None:
    cells = f'<tr><td colspan="501">أ</td><td rowspan="{spanned - 500 + 1}">ب</td></tr>'
    tree = lxml_html.fragment_fromstring(f"<div><table>{cells}</table></div>")
    html._without_layout_tables(tree)
    assert bool(tree.xpath(".//td[@colspan]") and tree.xpath(".//td[@rowspan]")) == is_kept


@pytest.mark.parametrize(
    ("columns", "rows", "others"),
    [("", "", 0), ("1", "1", 0), ("2", "", 1), ("3", " 2 ", 5), ("0", "5", 4), ("x", "2", 1), ("-3", "2", 1), ("12345", "1", 1233)],
)  # fmt: skip
def test_how_many_others_a_cell_spans(columns: str, rows: str, others: int) -> None:
    cell = lxml_html.fragment_fromstring(f'<td colspan="{columns}" rowspan="{rows}">أ</td>')
    assert html._additional_cells(cell) == others


@pytest.mark.parametrize(
    ("blocks", "kept", "text"),
    [
        # What the extraction lost comes back between two paragraphs that it kept, not before or after them.
        ("<p>أ</p><p>ب</p><p>ج</p>", "أج", "أبج"), ("<p>أ</p><p>ب</p><p>ج</p>", "بج", "بج"), ("<p>أ</p><p>ب</p><p>ج</p>", "أب", "أب"),
        ("<p>أ</p><h2>ب</h2><blockquote>ت</blockquote><p>ج</p>", "أج", "أبتج"), ("<p>أ</p><div>ب</div><p>ج</p>", "أج", "أج"),
        ("<p>أ</p><p>ب</p><p>ج</p><p>ب</p><p>د</p>", "أجد", "أبجبد"), ("<p>أ</p><p>ب</p><p>ج</p>", "أ", "أ"), ("<p>أ</p><p> </p><p>ج</p>", "أج", "أج"),
        # Paragraphs of two blocks are not between one another.
        ("<div><p>أ</p></div><div><p>ب</p></div><div><p>ج</p></div>", "أج", "أج"),
    ],
)  # fmt: skip
def test_paragraphs_that_the_extraction_lost_come_back(blocks: str, kept: str, text: str) -> None:
    tree = lxml_html.fragment_fromstring(f"<div>{blocks}</div>")
    assert "".join(html._with_lost_paragraphs(tree, list(kept))) == text


def test_what_stands_within_a_kept_line_is_not_lost_and_few_paragraphs_are() -> None:
    tree = lxml_html.fragment_fromstring("<div><p>أول سطر</p><p>سطر</p><p>آخر  سطر</p></div>")
    assert html._with_lost_paragraphs(tree, ["أول سطر", "آخر سطر"]) == ["أول سطر", "آخر سطر"]
    lost = "".join(f"<p>فقرة {number}</p>" for number in range(310))
    tree = lxml_html.fragment_fromstring(f"<div><p>أ</p>{lost}<p>ب</p></div>")
    assert len(html._with_lost_paragraphs(tree, ["أ", "ب"])) == 302
