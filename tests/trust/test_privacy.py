"""The privacy table: no interface reveals what is not public.

STATES are the ways in which rows are hidden. DOORS maps every URL pattern to addresses, and NO_ADDRESS covers functions
without an address. GROUPS of states share an archive, in which the rows of each state have marker words and keys of
their own. The test requests every address, and no answer may contain a marker of the hidden rows. A URL pattern that
DOORS does not name fails the test. A new page needs a line in DOORS, and a new noun needs its words in MARKERS and its
rows in `hide`.
"""

import gzip
import hashlib
import html
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from urllib.parse import unquote

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db.models import QuerySet
from django.test import Client
from django.urls import URLPattern, get_resolver
from django.urls.resolvers import LocalePrefixPattern
from django_otp.plugins.otp_totp.models import TOTPDevice

from articles.arabic.keyboard import other_layout
from articles.models import (
    Actor,
    Alias,
    ArchiveDate,
    Article,
    Capture,
    Contradiction,
    Coverage,
    Event,
    EventSeries,
    Figure,
    Measure,
    Mention,
    Participation,
    Reprint,
    Source,
    tally,
)
from articles.models.article import ArticleQuerySet
from articles.models.capture import CaptureQuerySet, pack
from articles.models.contradiction import ContradictionQuerySet
from articles.models.event import ParticipationQuerySet
from articles.models.figure import FigureQuerySet
from articles.models.public import FactQuerySet, NounQuerySet
from articles.models.review import ReviewableQuerySet
from articles.search import related as related_articles
from articles.search import statistics
from articles.search.completion import suggestions
from articles.search.facets import facets
from articles.search.filters import ArticleFilter
from articles.search.related import related, with_frequent_lexemes
from articles.search.run import search
from articles.site.views import article as article_page

pytestmark = pytest.mark.django_db

DAY = date(2019, 5, 6)
SOURCE = "وكالة الساحل للأخبار"
# A marker word for every text of the hidden rows. Each folds to itself and resembles none of the others. The states of
# a group append different letters.
MARKERS = {
    "title": "ظغبشوط", "body": "خظبقون", "author": "ضغفوش", "section": "غظدوق", "url": "hiddenaddressword", "quote": "زخظفور",
    "filename": "hiddenfilenameword", "capture_address": "hiddenoriginword", "original": "ثغظموس", "set_aside": "طخشبوغ",
    "date_statement": "سظغنور", "actor": "قشظوغ", "alias": "وغظجيد", "distinction": "نظغلوب", "country": "بخظقوس",
    "actor_description": "فظخدوج", "role": "جغظبور", "event": "رظخشول", "place": "لغظخوم", "event_description": "مظخفوض",
    "series": "كظغروش", "unit": "شخظلوق", "measure": "دظغقوف", "about": "حظخمور", "scope": "تظغبوس",
}  # fmt: skip
# The markers that are used as queries.
TYPED = ("title", "body", "alias", "author", "place")
# Keys that are unlikely to occur as other numbers in an answer. The states of a group add different thousands.
KEYS = {"article": 48611, "actor": 48623, "event": 48647, "figure": 48649, "other_figure": 48661}
OF_ARTICLE = {
    "title", "body", "author", "section", "url", "quote", "filename", "capture_address", "original", "set_aside", "date_statement",
}  # fmt: skip
OF_FACTS = {"role", "unit", "measure", "about", "scope"}
OF_NOUNS = {
    "actor", "alias", "distinction", "country", "actor_description", "event", "place", "event_description", "series",
}  # fmt: skip


@dataclass(frozen=True)
class State:
    """One way to hide rows.

    article: the status of the article that states them; empty where that is a public one.
    merged_article: whether the article was merged into a public one.
    facts: the review state of the facts.
    nouns: the review state of actor and event.
    merged: whether actor and event were merged into public ones.
    withheld: whether an editor withholds them.
    words: the names in MARKERS of what is hidden so.
    keys: the names in KEYS of what is hidden so.
    """

    article: str = ""
    # Whether readers could see the article before it was hidden.
    was_public: bool = False
    merged_article: bool = False
    facts: str = "suggested"
    nouns: str = "suggested"
    merged: bool = False
    withheld: bool = False
    words: frozenset[str] = frozenset(OF_NOUNS | {"role"})
    keys: frozenset[str] = frozenset({"actor", "event"})


_ALL_WORDS, _ALL_KEYS = frozenset(MARKERS), frozenset(KEYS)
STATES = {
    "draft": State(article="draft", words=_ALL_WORDS, keys=_ALL_KEYS),
    "withdrawn": State(article="withdrawn", was_public=True, words=_ALL_WORDS, keys=_ALL_KEYS),
    "deleted": State(article="deleted", was_public=True, words=_ALL_WORDS, keys=_ALL_KEYS),
    "unpublished": State(article="draft", was_public=True, words=_ALL_WORDS, keys=_ALL_KEYS),
    "withdrawn draft": State(article="withdrawn", words=_ALL_WORDS, keys=_ALL_KEYS),
    "deleted draft": State(article="deleted", words=_ALL_WORDS, keys=_ALL_KEYS),
    "merged article": State(article="published", merged_article=True, words=_ALL_WORDS, keys=_ALL_KEYS),
    "rejected facts": State(facts="rejected", words=frozenset(OF_NOUNS | OF_FACTS), keys=_ALL_KEYS - {"article"}),
    "rejected nouns": State(nouns="rejected", facts="confirmed"),
    "merged nouns": State(nouns="confirmed", facts="confirmed", merged=True),
    "withheld": State(nouns="confirmed", facts="confirmed", withheld=True),
}
# The states that are tried in one archive.
GROUPS = {
    "articles": [name for name, state in STATES.items() if state.article],
    "facts and nouns": [name for name, state in STATES.items() if not state.article],
}
# What the states of a group append to marker words: letters that are no ending of a word, in either script.
_ENDINGS = ["", *"جدرزسصطظ"], ["", *"bcdfghjk"]
# The state in which nothing is hidden, and every marker can be seen.
SHOWN = State(article="published", facts="confirmed", nouns="confirmed", words=frozenset(), keys=frozenset())


@dataclass(frozen=True)
class Hidden:
    """The rows that a state hides.

    state: how they are hidden.
    words: the marker words by their names in MARKERS.
    keys: the keys by their names in KEYS.
    sha256: the digest of the capture that is hidden, or of a public one.
    """

    state: State
    words: dict[str, str] = field(default_factory=lambda: MARKERS)
    keys: dict[str, int] = field(default_factory=lambda: KEYS)
    sha256: str = ""

    def fill(self) -> dict[str, object]:
        """Returns the values that fill the addresses of hidden rows."""
        words = self.words | {"actor_word": self.words["actor"], "event_word": self.words["event"]}
        begun = {f"{name}_begun": word[:-1] for name, word in self.words.items()}
        return words | begun | {f"h_{name}": key for name, key in self.keys.items()} | {"h_sha256": self.sha256}


@dataclass
class World:
    """Public rows, and the hidden ones beside them."""

    article: Article
    second_article: Article
    event: Event
    actor: Actor
    source: Source
    capture: Capture
    hidden: list[Hidden] = field(default_factory=list)


def captured(article: Article, content: str, filename: str, address: str) -> Capture:
    """Stores a capture of an article."""
    packed = content.encode()
    sha256 = hashlib.sha256(packed).hexdigest()
    Capture.objects.keep_bytes(sha256, pack(packed))
    return Capture.objects.create(
        article=article, sha256=sha256, size=len(packed), media_type="text/plain", encoding="utf-8", filename=filename,
        address=address, captured_at=datetime(2019, 5, 7, tzinfo=UTC),
    )  # fmt: skip


def stored(**fields: object) -> Article:
    """Stores an article of DAY."""
    article = Article(**fields)
    article.published = ArchiveDate.on(DAY)
    article.save()
    return article


def world() -> World:
    """Stores two public articles that report a public event and name a public actor, with a capture each."""
    source = Source.objects.create(name=SOURCE, kind="agency", domains=["sahel.example"])
    # Each state of a group states a figure of its own.
    article = stored(
        title="مؤتمر نواكشوط لأمن الحدود", source=source,
        body="أعلن المجلس تفكيك 17 خلية في الإقليم، ثم 18 خلية و19 خلية و20 خلية و21 خلية.",
    )  # fmt: skip
    second_article = stored(
        title="ختام مؤتمر نواكشوط", source=source,
        body="قال المجلس إن 23 خلية فُككت في الإقليم، ثم 24 خلية و25 خلية و26 خلية و27 خلية.",
    )  # fmt: skip
    event = Event(title="مؤتمر نواكشوط لأمن الحدود 2019", kind="conference", state="confirmed")
    event.start = ArchiveDate.on(DAY)
    event.save()
    actor = Actor.objects.create(name="مجلس نواكشوط", kind="government", state="confirmed")
    for row in (article, second_article):
        Mention.objects.create(article=row, actor=actor, state="confirmed")
        Coverage.objects.create(article=row, event=event, state="confirmed")
    Participation.objects.create(event=event, actor=actor, role="host", state="confirmed")
    capture = captured(article, "أعلن المجلس تفكيك 17 خلية في الإقليم.", "public.txt", "https://sahel.example/1")
    captured(second_article, "قال المجلس إن 23 خلية فُككت في الإقليم.", "other.txt", "https://sahel.example/2")
    return World(article, second_article, event, actor, source, capture)


def hide(state: State, of: World, number: int = 0) -> World:
    """Adds an article, its facts and the nouns that they name to a world, hidden as `state` says.

    `number` is the place of the state in its group; 0 for a state alone, which has the words and keys of the tables.
    """
    arabic, latin = (endings[number] for endings in _ENDINGS)
    words = {name: word + (latin if word.isascii() else arabic) for name, word in MARKERS.items()}
    keys = {name: key + 1000 * number for name, key in KEYS.items()}
    if state.article:
        article = stored(
            pk=keys["article"], title=f"{words['title']} نواكشوط", author=words["author"], section=words["section"],
            body=f"أعلن المجلس {words['body']} تفكيك 48 {words['quote']} و 31 خلية في الإقليم.", source=of.source,
            url=f"https://sahel.example/{words['url']}", status="published" if state.was_public else state.article,
            set_aside=[{"line": 3, "text": words["set_aside"]}],
            date_statements=[{"quote": words["date_statement"], "where": "text", "earliest": "2019-05-06", "latest": "2019-05-06"}],
            merged_into=of.article if state.merged_article else None,
        )  # fmt: skip
        of_hidden = captured(
            article,
            f"{words['original']} 48",
            f"{words['filename']}.txt",
            f"https://sahel.example/{words['capture_address']}",
        )
        Reprint.objects.create(article=article, original=of.article, state="confirmed", score=0.9)
        # It reports what is public, too: the public event and actor must not tell of it.
        Coverage.objects.create(article=article, event=of.event, state="confirmed")
        Mention.objects.create(article=article, actor=of.actor, state="confirmed")
        quote_of_figure = f"48 {words['quote']}"
    else:
        article, of_hidden, quote_of_figure = of.article, of.capture, f"{17 + number} خلية"
    nouns = {"state": state.nouns, "withheld": state.withheld}
    actor = Actor.objects.create(
        pk=keys["actor"], name=words["actor"], distinction=words["distinction"], kind="person", country=words["country"],
        description=words["actor_description"], merged_into=of.actor if state.merged else None, **nouns,
    )  # fmt: skip
    # The alias «الإقليم» is also a word of the public articles: a search for it must not lead to the hidden actor.
    Alias.objects.create(actor=actor, name=words["alias"])
    Alias.objects.create(actor=actor, name="الإقليم")
    event = Event(
        pk=keys["event"], title=words["event"], kind="attack", place=words["place"], description=words["event_description"],
        series=EventSeries.objects.create(name=words["series"]), merged_into=of.event if state.merged else None, **nouns,
    )  # fmt: skip
    event.start = ArchiveDate.on(DAY)
    event.save()
    start = article.body.index("المجلس")
    Mention.objects.create(
        article=article,
        actor=actor,
        state=state.facts,
        role=words["role"],
        spans=[[start, start + 6]],
        quotes=["المجلس"],
    )
    Coverage.objects.create(article=article, event=event, state=state.facts)
    measure = Measure.objects.create(label=words["measure"])
    for key, quote, about, row in (
        ("figure", quote_of_figure, event, article),
        ("other_figure", "31 خلية" if state.article else f"{23 + number} خلية", of.event if state.article else event, article if state.article else of.second_article),
    ):  # fmt: skip
        at = row.body.index(quote)
        Figure.objects.create(
            pk=keys[key], article=row, value=int(quote[:2]), unit=words["unit"], measure=measure, about=words["about"],
            scope=words["scope"], quote=quote, start=at, end=at + len(quote), event=about, actor=actor, state=state.facts,
        )  # fmt: skip
    for row in (event, of.event):
        Contradiction.objects.create(event=row, measure=measure, scope=words["scope"], state="confirmed")
    state_of_part = "confirmed" if state.article == "" and state.facts != "rejected" else state.facts
    Participation.objects.create(event=of.event, actor=actor, role="speaker", state=state_of_part)
    Participation.objects.create(event=event, actor=of.actor, role="host", state=state_of_part)
    if state.was_public:
        Article.objects.filter(pk=article.pk).update(status=state.article)
    of.hidden.append(Hidden(state, words, keys | {"article": article.pk}, of_hidden.sha256))
    return of


# Maps every URL pattern to addresses. {word} is a marker word, {h_article} and the like are keys of hidden rows,
# {article} and the like keys of public rows. Patterns of the site are requested in both languages. An answer may
# contain no marker word of the state, except those of its own address, which it may repeat.
DOORS: dict[str, list[str]] = {
    "favicon.ico": ["/favicon.ico"],
    "robots.txt": ["/robots.txt"],
    "sitemap.xml": ["/sitemap.xml"],
    "sitemaps/<str:section>.xml": [
        f"/sitemaps/{section}.xml{page}" for section in ("articles", "events", "actors", "sources", "pages") for page in ("", "?p=10")
    ],
    "api/v1/": ["/api/v1/"],
    "api/v1/openapi.json": ["/api/v1/openapi.json"],
    "api/v1/articles": ["/api/v1/articles", "/api/v1/articles?actor={h_actor}", "/api/v1/articles?event={h_event}", "/api/v1/articles?kind=attack"],
    "api/v1/articles/<int:pk>": ["/api/v1/articles/{h_article}", "/api/v1/articles/{article}"],
    "api/v1/search": ["/api/v1/search?q=نواكشوط", "/api/v1/search?q=خلية&actor={h_actor}", *(f"/api/v1/search?q={{{name}}}" for name in TYPED)],
    "api/v1/events": ["/api/v1/events", "/api/v1/events?unreviewed=true", "/api/v1/events?kind=attack&unreviewed=true"],
    "api/v1/events/<int:pk>": ["/api/v1/events/{h_event}", "/api/v1/events/{event}"],
    "api/v1/actors": ["/api/v1/actors", "/api/v1/actors?unreviewed=true", "/api/v1/actors?q={alias}&unreviewed=true"],
    "api/v1/actors/<int:pk>": ["/api/v1/actors/{h_actor}", "/api/v1/actors/{actor}"],
    "api/v1/figures": ["/api/v1/figures", "/api/v1/figures?event={h_event}", "/api/v1/figures?actor={h_actor}", "/api/v1/figures?event={event}", "/api/v1/figures?actor={actor}"],
    "api/v1/sources": ["/api/v1/sources"],
    "api/v1/sources/<int:pk>": ["/api/v1/sources/{source}"],
    "articles/<int:pk>/cite.<str:format>": [f"/articles/{{{of}}}/cite.{style}" for of in ("h_article", "article") for style in ("txt", "bib", "ris", "json")],
    "export/<str:noun>.<str:format>": [
        f"/export/{noun}.{style}{query}" for noun in ("articles", "events", "actors", "figures", "sources") for style in ("csv", "jsonl")
        for query in ("", "?unreviewed=1")
    ] + ["/export/articles.jsonl?q={title}", "/export/articles.jsonl?actor={h_actor}"],
    "feeds/": ["/feeds/"],
    "feeds/search/": ["/feeds/search/?q=نواكشوط", "/feeds/search/?q={title}"],
    "feeds/events/<int:pk>/": ["/feeds/events/{h_event}/", "/feeds/events/{event}/"],
    "feeds/actors/<int:pk>/": ["/feeds/actors/{h_actor}/", "/feeds/actors/{actor}/"],
    "feeds/sources/<int:pk>/": ["/feeds/sources/{source}/"],
    "oai/": [
        f"/oai/?verb={verb}" for verb in (
            "Identify", "ListMetadataFormats", "ListSets", "ListIdentifiers&metadataPrefix=oai_dc", "ListRecords&metadataPrefix=oai_dc",
            "ListRecords&metadataPrefix=oai_dc&set=source:{source}", "GetRecord&metadataPrefix=oai_dc&identifier=oai:testserver:{h_article}",
            "GetRecord&metadataPrefix=oai_dc&identifier=oai:testserver:{article}",
        )
    ],
    "": ["/"],
    "search/": [
        "/search/", "/search/?q=نواكشوط", "/search/?q=خلية", "/search/?q=الإقليم", "/search/?event={h_event}", "/search/?actor={h_actor}", "/search/?kind=attack",
        "/search/?event={event}", "/search/?actor={actor}", "/search/?source={source}", "/search/?q=الفاعل:{actor_word}", "/search/?q=الحدث:{event_word}",
        *(f"/search/?q={{{name}}}" for name in TYPED), "/search/?q={actor_word}", "/search/?q={event_word}",
    ],
    "search/suggest/": [f"/search/suggest/?q={{{name}_begun}}" for name in ("title", "actor", "alias", "event", "body", "author", "place")],
    "articles/": ["/articles/", "/articles/?event={h_event}", "/articles/?actor={h_actor}", "/articles/?kind=attack", "/articles/?sort=oldest"],
    "articles/<int:pk>/": ["/articles/{h_article}/", "/articles/{article}/", "/articles/{other}/", "/articles/{article}/?q={alias}"],
    "articles/<int:pk>/record/": ["/articles/{h_article}/record/", "/articles/{article}/record/"],
    "articles/<int:pk>/captures/<str:sha256>/": ["/articles/{h_article}/captures/{h_sha256}/", "/articles/{article}/captures/{h_sha256}/", "/articles/{article}/captures/{sha256}/"],
    "articles/<int:pk>/captures/<str:sha256>/view/": ["/articles/{h_article}/captures/{h_sha256}/view/", "/articles/{article}/captures/{h_sha256}/view/", "/articles/{article}/captures/{sha256}/view/"],
    "articles/<int:pk>/compare/<int:other>/": ["/articles/{article}/compare/{h_article}/", "/articles/{h_article}/compare/{article}/", "/articles/{article}/compare/{other}/"],
    "articles/<int:pk>/<path:slug>/": ["/articles/{h_article}/word/", "/articles/{article}/word/"],
    "events/": ["/events/", "/events/?unreviewed=1", "/events/?kind=attack", "/events/?kind=attack&unreviewed=1", "/events/?year=2019&unreviewed=1"],
    "events/<int:pk>/": ["/events/{h_event}/", "/events/{event}/"],
    "actors/": ["/actors/", "/actors/?unreviewed=1", "/actors/?kind=person&unreviewed=1", "/actors/?q={alias}&unreviewed=1"],
    "actors/<int:pk>/": ["/actors/{h_actor}/", "/actors/{actor}/"],
    "figures/": ["/figures/", "/figures/?conflicting=on", "/figures/?event={h_event}", "/figures/?actor={h_actor}", "/figures/?event={event}", "/figures/?source={source}"],
    "dates/": ["/dates/", "/dates/?unreviewed=1"],
    "dates/<year:year>/": ["/dates/2019/", "/dates/2019/?unreviewed=1"],
    "dates/<year:year>/<int:month>/": ["/dates/2019/5/", "/dates/2019/5/?unreviewed=1"],
    "dates/<year:year>/<int:month>/<int:day>/": ["/dates/2019/5/6/", "/dates/2019/5/6/?unreviewed=1"],
    "timeline/": ["/timeline/", "/timeline/?from=2019&to=2019", "/timeline/?from=2019&to=2019&unreviewed=1"],
    "sources/": ["/sources/"],
    "sources/<int:pk>/": ["/sources/{source}/"],
    "about/": ["/about/"],
    "help/": ["/help/"],
    "appearance/": ["/appearance/"],
}  # fmt: skip
# Addresses that may reveal articles that were once public: the OAI protocol lists the numbers of deleted records.
DELETED_RECORDS = "/oai/"
# The desk's patterns are filled by their converters; they answer nobody without an account.
DESK = "admin/"
# Addresses outside the URL patterns (articles/exchange/monitoring.py).
WATCHED = ["/healthz", "/readyz", "/metrics"]


def exported(*arguments: str) -> str:
    """Runs the export command and returns its output."""
    out = io.StringIO()
    call_command("export", *arguments, stdout=out)
    return out.getvalue()


def web_archive(kind: str) -> str:
    """Returns a web archive's records and lists, unpacked."""
    from articles.exchange.web_archive import WEB_ARCHIVES

    out = io.BytesIO()
    WEB_ARCHIVES[kind](out)
    if kind == "warc":
        return gzip.decompress(out.getvalue()).decode()
    with zipfile.ZipFile(out) as package:
        members = {name: package.read(name) for name in package.namelist()}
    return "\n".join(
        (gzip.decompress(member) if name.endswith(".gz") else member).decode() for name, member in members.items()
    )


def searched(text: str) -> str:
    """Returns everything that a search reveals, as a text."""
    page = search(text)
    return f"{page.ids} {page.further} {page.total} {page.widened} {page.correction} {page.notes}"


def command_search(text: str) -> str:
    """Runs the search command and returns its output."""
    out = io.StringIO()
    call_command("search", text, "--json", stdout=out)
    return out.getvalue()


def related_to(title: str) -> str:
    """Returns the related articles of an article, as a text."""
    article = with_frequent_lexemes(Article.objects).get(title=title)
    return repr([(neighbour.pk, neighbour.title, neighbour.lead) for neighbour in related(article, 5)])


# Functions without an address: name → (function, the texts to call it with).
NO_ADDRESS: dict[str, tuple[Callable[[str], str], list[str]]] = {
    # Only these articles are counted: a facet has few values, which other articles would fill.
    "facets": (lambda typed: repr(facets(Article.objects.public().filter(source__name=typed))), [SOURCE]),
    "completion": (lambda typed: repr(suggestions(typed)), [MARKERS[name][:-1] for name in ("title", "actor", "alias", "event")]),
    "name widening and correction": (searched, [MARKERS[name] for name in (*TYPED, "actor", "event", "unit")]),
    "did-you-mean": (searched, [MARKERS[name][:2] + MARKERS[name][3:] for name in TYPED]),
    "fields": (searched, [f"{name}:{MARKERS[of]}" for name, of in (("الفاعل", "alias"), ("الحدث", "event"), ("العنوان", "title"))]),
    "manage.py search": (command_search, [MARKERS["title"], "نواكشوط"]),
    "manage.py export": (
        lambda typed: exported(*typed.split()),
        [f"{noun} --format {form}" for noun in ("articles", "events", "actors", "figures", "sources") for form in ("jsonl", "csv")],
    ),
    "web archives": (web_archive, ["warc", "wacz"]),
    "related": (related_to, ["مؤتمر نواكشوط لأمن الحدود", "ختام مؤتمر نواكشوط"]),
}  # fmt: skip


# The markers that each address shows when nothing is hidden: names in MARKERS, and names in KEYS after a «#». An
# address that showed fewer would make the privacy test vacuous.
MET: dict[str, str] = {
    "api/v1/articles": "title url #article",
    "api/v1/articles/<int:pk>": "actor author body date_statement event measure quote section title unit url #actor #event #figure #other_figure",
    "api/v1/search": "body quote title url #article",
    "api/v1/events": "actor event event_description place series #actor #article #event",
    "api/v1/events/<int:pk>": "actor event event_description place series #actor #article",
    "api/v1/actors": "actor actor_description alias country distinction #actor",
    "api/v1/actors/<int:pk>": "actor actor_description alias country distinction",
    "api/v1/figures": "about measure quote scope unit #actor #article #event #figure #other_figure",
    "articles/<int:pk>/cite.<str:format>": "author title url",
    "export/<str:noun>.<str:format>": "about actor actor_description alias author body country date_statement distinction event event_description filename measure place quote scope section series title unit url #actor #article #event #figure #other_figure",
    "feeds/": "author body quote title #article",
    "feeds/search/": "author body quote title #article",
    "feeds/events/<int:pk>/": "author body event quote title #article",
    "feeds/actors/<int:pk>/": "actor author body distinction quote title #article",
    "feeds/sources/<int:pk>/": "author body quote title #article",
    "oai/": "actor author body event quote title url #article",
    "sitemaps/<str:section>.xml": "#actor #article #event",
    "": "body event quote title #article #event",
    "search/": "actor body distinction event quote title #actor #article #event",
    "search/suggest/": "actor distinction event title #actor #article #event",
    "articles/": "actor body distinction event quote title #actor #article #event",
    "articles/<int:pk>/": "about actor author body distinction event measure quote role section title unit url #actor #article #event #figure #other_figure",
    "articles/<int:pk>/record/": "capture_address date_statement set_aside title",
    "articles/<int:pk>/captures/<str:sha256>/": "original",
    "articles/<int:pk>/captures/<str:sha256>/view/": "filename original title",
    "articles/<int:pk>/compare/<int:other>/": "body quote title",
    "events/": "event place series #event",
    "events/<int:pk>/": "actor body distinction event event_description filename measure place quote series title unit #actor #article #figure #other_figure",
    "actors/": "actor distinction #actor",
    "actors/<int:pk>/": "actor actor_description alias body country distinction event quote role title #article #event",
    "figures/": "about actor distinction event measure quote title unit #article #event #figure #other_figure",
    "dates/<year:year>/": "body event quote title #article #event",
    "dates/<year:year>/<int:month>/": "body event quote title #article #event",
    "dates/<year:year>/<int:month>/<int:day>/": "body event quote title #article #event",
    "timeline/": "event #event",
    "sources/<int:pk>/": "actor body event quote title #actor #article #event",
    "facets": "actor event #actor #event",
    "completion": "actor distinction event title #actor #article #event",
    "name widening and correction": "actor alias #actor #article",
    "did-you-mean": "title",
    "fields": "#article",
    "manage.py search": "title #article",
    "manage.py export": "about actor actor_description alias author body country date_statement distinction event event_description filename measure place quote scope section series title unit url #actor #article #event #figure #other_figure",
    "web archives": "capture_address original title",
    "related": "title #article",
}  # fmt: skip
# Patterns that reveal no row, or only the rows that the address names.
TELL_OF_NOTHING = {
    "favicon.ico", "api/v1/openapi.json", "api/v1/sources", "api/v1/sources/<int:pk>", "api/v1/", "robots.txt", "sitemap.xml", "articles/<int:pk>/<path:slug>/", "dates/", "sources/", "about/", "help/", "appearance/",
}  # fmt: skip


def patterns() -> Iterator[tuple[str, bool]]:
    """Yields (route, whether it has an English twin) for every URL pattern."""

    def walk(url_patterns: Iterable[object], prefix: str, twin: bool) -> Iterator[tuple[str, bool]]:
        for pattern in url_patterns:
            is_language = isinstance(pattern.pattern, LocalePrefixPattern)
            route = prefix if is_language else prefix + str(pattern.pattern)
            if isinstance(pattern, URLPattern):
                yield route, twin
            else:
                yield from walk(pattern.url_patterns, route, twin or is_language)

    return walk(get_resolver().url_patterns, "", False)


def addresses(of: World, *routes: str) -> Iterator[str]:
    """Yields the filled addresses of DOORS, or only those of `routes` where any are named."""
    public = {name: getattr(of, name).pk for name in ("article", "event", "actor", "source")}
    public |= {"other": of.second_article.pk, "sha256": of.capture.sha256}
    for route, twin in patterns():
        if routes and route not in routes:
            continue
        if route.startswith(DESK):
            yield "/" + desk_address(route)
            continue
        for place, address in enumerate(DOORS[route]):
            # An address that names no hidden row is the same for all of them.
            for filled in dict.fromkeys(address.format_map(hidden.fill() | public) for hidden in of.hidden):
                yield filled
                # The English pages show the same rows as the Arabic ones, so two addresses per pattern suffice.
                if twin and place < 2:
                    yield "/en" + filled
    yield from () if routes else WATCHED


def desk_address(route: str) -> str:
    """Returns an address of a desk pattern, its parts filled with the key of a hidden article or event."""
    route = re.sub(r"\^|\$|\(\?P<\w+>([^)|]*)[^)]*\)", r"\1", route).replace(".*", "word")
    value_by_converter = {"uuid": "00000000-0000-0000-0000-000000000000", "str": "actor"}
    return re.sub(r"<(?:(\w+):)?\w+>", lambda part: value_by_converter.get(part[1], str(KEYS["article"])), route)


def text_of(response: object) -> str:
    """Returns an answer's headers and text, decoded to plain characters."""
    body = b"".join(response) if response.streaming else response.content
    headers = "\n".join(f"{name}: {value}" for name, value in response.items() if name not in ("ETag", "X-Request-ID"))
    return plain(f"{headers}\n{body.decode('utf-8', 'replace')}")


def plain(text: str) -> str:
    """Decodes JSON escapes, HTML entities and percent encoding in a text."""
    if "\\u" in text:
        text = re.sub(r"\\u([0-9a-fA-F]{4})", lambda code: chr(int(code[1], 16)), text)
    return unquote(html.unescape(text))


def leaks(text: str, hidden: Hidden, request_text: str = "") -> list[str]:
    """Returns the markers of hidden rows that occur in a text but not in the request itself."""
    text, request_text = plain(text), plain(request_text)
    words = {name: hidden.words[name] for name in sorted(hidden.state.words)}
    names = [name for name, word in words.items() if word in text and word not in request_text]
    keys = {name: rf"(?<![0-9A-Za-z]){hidden.keys[name]}(?![0-9A-Za-z])" for name in sorted(hidden.state.keys)}
    return names + [
        f"key of {name}" for name, key in keys.items() if re.search(key, text) and not re.search(key, request_text)
    ]


@pytest.fixture(autouse=True)
def unlimited(settings: object) -> None:
    """Lifts the rate limits."""
    for rate in ("API", "SEARCH", "LOGIN"):
        setattr(settings, f"ARCHIVE_{rate}_RATE", "100000/m")


def test_every_pattern_is_in_the_table() -> None:
    """A new page must name its addresses in the table; the line of a removed page must be removed."""
    routes = {route for route, _twin in patterns() if not route.startswith(DESK)}
    assert routes == set(DOORS)
    assert all(DOORS.values())


def leaks_everywhere(of: World, client: Client, *routes: str) -> list[str]:
    """Returns the leaks of every address, and the addresses of hidden rows that answer as if the rows were public."""
    leaked = []
    for address in addresses(of, *routes):
        response = client.get(address)
        text, path = text_of(response), address.partition("?")[0]
        for hidden in of.hidden:
            names = leaks(text, hidden, request_text=address)
            if address.startswith(DELETED_RECORDS) and hidden.state.was_public:
                names = [name for name in names if name != "key of article"]
            if names:
                leaked.append(f"{unquote(address)}: {', '.join(names)}")
            if response.status_code not in allowed_answers(path, hidden, response.status_code):
                leaked.append(f"{unquote(address)}: answered {response.status_code}")
    return leaked


def allowed_answers(path: str, hidden: Hidden, answer: int) -> set[int]:
    """Returns the statuses that an address may have.

    For a hidden row it is 404, as for a row that never existed. For a row that readers once saw it may also be a notice
    (410) or a redirect to its replacement (301). For any other row it is the status that it has.
    """
    if path.startswith(f"/{DESK}"):
        return {answer}
    parts, state = path.split("/"), hidden.state
    names = {name for name in state.keys if str(hidden.keys[name]) in parts}
    if not names:
        return {answer}
    was_readable = state.merged or ("article" in names and (state.merged_article or state.was_public))
    return {301, 404, 410} if was_readable else {404}


def world_of(group: str) -> World:
    """Stores a world with the hidden rows of each state of a group."""
    of = world()
    for number, name in enumerate(GROUPS[group], 1):
        hide(STATES[name], of, number)
    return of


@pytest.mark.parametrize("group", GROUPS)
def test_no_address_tells_of_what_is_hidden(group: str, client: Client) -> None:
    leaked = leaks_everywhere(world_of(group), client)
    assert not leaked, "\n".join(leaked)


@pytest.mark.parametrize("name", STATES)
def test_nothing_else_tells_of_what_is_hidden(name: str) -> None:
    (hidden,) = hide(STATES[name], world()).hidden
    leaked = [
        f"{door} {typed}: {', '.join(names)}"
        for door, (answer, texts) in NO_ADDRESS.items()
        for typed in texts
        if (names := leaks(answer(typed), hidden, request_text=typed))
    ]
    assert not leaked, "\n".join(leaked)


def test_an_account_without_its_token_reads_what_everybody_reads(client: Client) -> None:
    of = hide(STATES["draft"], world())
    user = User.objects.create_superuser("awwal", password="كلمة-مرور-طويلة-1")
    TOTPDevice.objects.create(user=user, confirmed=True)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    leaked = leaks_everywhere(of, client)
    assert not leaked, "\n".join(leaked)


def markers_in(text: str, request_text: str) -> set[str]:
    """Returns the markers of all STATES that occur in a text, named as in MET."""
    everything = Hidden(State(words=_ALL_WORDS, keys=_ALL_KEYS))
    return {name.replace("key of ", "#") for name in leaks(text, everything, request_text=request_text)}


def test_every_door_tells_of_what_nothing_hides(client: Client) -> None:
    """The privacy test would be blind to an address that shows less, and to a marker that no address shows."""
    of = hide(SHOWN, world())
    statistics.rebuild()
    met = {
        route: set().union(*(markers_in(text_of(client.get(address)), address) for address in addresses(of, route)))
        for route in DOORS
    }
    for door, (answer, texts) in NO_ADDRESS.items():
        met[door] = set().union(*(markers_in(answer(typed), typed) for typed in texts))
    missed = {door: set(names.split()) - met[door] for door, names in MET.items()}
    assert not {door: names for door, names in missed.items() if names}
    assert set().union(*met.values()) == set(MARKERS) | {f"#{name}" for name in KEYS}


def test_a_reason_that_waits_for_a_withdrawal_is_met_at_no_door(client: Client) -> None:
    """Readers see it once the article is withdrawn, and only at the article's own address."""
    of = hide(SHOWN, world())
    prepared = "زعبدوق"
    Article.objects.filter(pk__in=[KEYS["article"], of.article.pk]).update(notice=prepared)
    doors = {address for route in DOORS for address in addresses(of, route)}
    assert not [address for address in doors if prepared in text_of(client.get(address))]
    Article.objects.filter(pk=of.article.pk).update(status="withdrawn")
    assert prepared in text_of(client.get(of.article.get_absolute_url()))


def test_every_door_says_what_it_tells() -> None:
    assert not set(MET) & TELL_OF_NOTHING
    assert set(MET) | TELL_OF_NOTHING == set(DOORS) | set(NO_ADDRESS)


def latest_articles(article: Article, most: int) -> list[Article]:
    """Replaces `related` of articles/search/related.py; returns the articles stored last."""
    return list(Article.objects.exclude(pk=article.pk).order_by("-id").for_listing()[:most])


# Weakened definitions, and where the privacy test must detect each: (class, method, replacement, state, route).
FORGOTTEN = [
    (NounQuerySet, "public", NounQuerySet.nameable, "draft", "feeds/actors/<int:pk>/"),
    (NounQuerySet, "public", NounQuerySet.nameable, "withdrawn", "api/v1/events"),
    (NounQuerySet, "nameable", NounQuerySet.standing, "withheld", "articles/<int:pk>/"),
    (NounQuerySet, "nameable", QuerySet.all, "merged nouns", "oai/"),
    (FactQuerySet, "in_public_articles", ReviewableQuerySet.standing, "deleted", "api/v1/figures"),
    (ReviewableQuerySet, "standing", QuerySet.all, "rejected facts", "api/v1/figures"),
    (ParticipationQuerySet, "public", ParticipationQuerySet.standing, "withheld", "events/<int:pk>/"),
    (ArticleQuerySet, "public", QuerySet.all, "merged article", "articles/"),
    (CaptureQuerySet, "public", QuerySet.all, "draft", "articles/<int:pk>/captures/<str:sha256>/"),
    (ContradictionQuerySet, "public", ContradictionQuerySet.open, "draft", "events/<int:pk>/"),
    (FigureQuerySet, "with_nameable", lambda rows: rows.select_related("event", "actor"), "rejected nouns", "figures/"),
    (article_page, "related", latest_articles, "draft", "articles/<int:pk>/"),
]


@pytest.mark.parametrize(("queries", "method", "wider", "name", "route"), FORGOTTEN)
def test_the_table_sees_a_definition_that_is_too_wide(
    queries: type, method: str, wider: object, name: str, route: str, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = hide(STATES[name], world())
    assert not leaks_everywhere(of, client, route)
    monkeypatch.setattr(queries, method, wider)
    assert leaks_everywhere(of, client, route)


def test_the_related_articles_that_are_kept_for_a_day_are_no_longer_shown(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(related_articles, "KEPT_FROM", 1)
    of = hide(SHOWN, world())
    page = of.second_article.get_absolute_url()
    assert MARKERS["title"] in text_of(client.get(page))
    hidden = Article.objects.get(pk=KEYS["article"])
    for fields in ({"status": "draft"}, {"status": "withdrawn"}, {"status": "published", "merged_into": of.article}):
        set_all([hidden], **fields)
        state = State(words=frozenset({"title"}), keys=frozenset({"article"}))
        assert not leaks(text_of(client.get(page)), Hidden(state)), fields


# Lists and pages of public rows, whose numbers might depend on hidden rows.
COUNTED = [
    "/", "/search/", "/search/?q=نواكشوط", "/search/?q=خلية", "/articles/", "/articles/?kind=attack", "/events/", "/events/?unreviewed=1",
    "/actors/", "/actors/?unreviewed=1", "/actors/?q=مجلس", "/figures/", "/figures/?conflicting=on", "/dates/", "/dates/2019/", "/dates/2019/5/",
    "/dates/2019/5/6/", "/timeline/?from=2019&to=2019", "/sources/", "/sources/{source}/", "/events/{event}/", "/actors/{actor}/", "/articles/{article}/",
    "/articles/{article}/record/", "/api/v1/articles", "/api/v1/events", "/api/v1/actors", "/api/v1/figures", "/api/v1/search?q=خلية",
    "/export/articles.jsonl", "/export/events.jsonl?unreviewed=1", "/export/actors.jsonl?unreviewed=1",
]  # fmt: skip
# Parts that differ between two requests, and the markup of figures in their article's text, which is public.
_CHANGES = re.compile(r"csrfmiddlewaretoken\S+|<span class=\"figure[^>]*>|X-Request-ID: \S+")


@pytest.mark.parametrize("names", [GROUPS["articles"], ["rejected facts"]], ids=["articles", "facts"])
def test_numbers_are_the_same_with_and_without_what_is_hidden(names: list[str], client: Client) -> None:
    of = world()
    places = {part: getattr(of, part).pk for part in ("article", "event", "actor", "source")}
    filled_addresses = [address.format_map(places) for address in COUNTED]
    before = {address: _CHANGES.sub("", text_of(client.get(address))) for address in filled_addresses}
    for number, name in enumerate(names):
        hide(STATES[name], of, number)
    after = {address: _CHANGES.sub("", text_of(client.get(address))) for address in filled_addresses}
    assert [address for address in filled_addresses if before[address] != after[address]] == []


@pytest.mark.parametrize("name", ["rejected nouns", "merged nouns", "withheld"])
def test_no_condition_finds_articles_by_a_hidden_noun(name: str) -> None:
    of = hide(STATES[name], world())
    public = Article.objects.public()
    for condition in ({"kind": "attack"}, {"actor": str(KEYS["actor"])}, {"event": str(KEYS["event"])}):
        chosen = ArticleFilter(condition, public)
        assert not chosen.qs.filter(pk=of.article.pk).exists() or not chosen.chosen, condition
    assert "attack" not in repr(facets(public))
    for typed in (MARKERS["actor"], MARKERS["alias"], f"الفاعل:{MARKERS['alias']}"):
        assert search(typed).total == 0 and not search(typed).widened, typed


# The ways in which the only articles with a word cease to be public.
TAKEN_AWAY: dict[str, Callable[[list[Article], Article], object]] = {
    "draft": lambda written, public_article: set_all(written, status="draft"),
    "withdrawn": lambda written, public_article: set_all(written, status="withdrawn"),
    "deleted": lambda written, public_article: set_all(written, status="deleted"),
    "merged": lambda written, public_article: set_all(written, merged_into=public_article),
}


def set_all(written: list[Article], **fields: object) -> None:
    """Sets fields of several articles and saves them."""
    for article in written:
        for name, value in fields.items():
            setattr(article, name, value)
        article.save()


def corrections() -> set[str]:
    """Returns the corrections for a word that lacks a letter, has another letter, or was typed in the other layout."""
    word = MARKERS["title"]
    return {search(typed).correction for typed in (word[:-1] + "ظ", word[:-2] + word[-1], other_layout(word))} - {""}


@pytest.mark.parametrize("is_counted", [False, True], ids=["before the count", "after the count"])
@pytest.mark.parametrize("name", TAKEN_AWAY)
def test_a_word_of_hidden_articles_alone_is_no_correction(
    make_article: Callable[..., Article], name: str, is_counted: bool
) -> None:
    word, public_article = MARKERS["title"], make_article("تقرير آخر", "وصل الوفد إلى المدينة.", DAY)
    written = [make_article("تقرير", f"وصل {word} إلى المدينة {number}.", DAY) for number in range(6)]
    statistics.update()
    assert corrections() == {word}
    TAKEN_AWAY[name](written, public_article)
    if is_counted:
        statistics.rebuild()
    assert corrections() == set() and search(word).total == 0


@pytest.mark.parametrize("is_counted", [False, True], ids=["before the count", "after the count"])
@pytest.mark.parametrize("hidden", [{"state": "rejected"}, {"withheld": True}, {"merged_into": True}], ids=str)
def test_a_name_of_hidden_nouns_alone_is_no_correction(
    make_article: Callable[..., Article], hidden: dict[str, object], is_counted: bool
) -> None:
    article, word = make_article("تقرير", "وصل الوفد إلى المدينة.", DAY), MARKERS["title"]
    actor = Actor.objects.create(name=word, kind="civil", state="confirmed")
    Alias.objects.create(actor=actor, name=f"{word} الوفد")
    Mention.objects.create(article=article, actor=actor, state="confirmed")
    if "merged_into" in hidden:
        hidden = {"merged_into": Actor.objects.create(name="وفد المدينة", kind="civil", state="confirmed")}
    Actor.objects.filter(pk=actor.pk).update(**hidden)
    statistics.rebuild() if is_counted else statistics.update()
    assert corrections() == set()
    assert not search(word).total and not search(word).widened


def test_what_is_hidden_stays_so_in_an_archive_of_kept_numbers(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stored tallies may be older than the last withdrawal; they decide only which confirmed rows are listed."""
    monkeypatch.setattr(tally, "KEPT_FROM", 1)
    of = hide(SHOWN, world())
    Actor.objects.filter(pk=KEYS["actor"]).update(state="suggested")
    Event.objects.filter(pk=KEYS["event"]).update(state="suggested")
    statistics.rebuild()
    assert MARKERS["actor"] in text_of(client.get("/actors/?unreviewed=1"))
    Article.objects.filter(pk=KEYS["article"]).update(status="withdrawn")
    of.hidden = [replace(of.hidden[0], state=STATES["withdrawn"])]
    Participation.objects.filter(actor=KEYS["actor"]).update(state="suggested")
    Participation.objects.filter(event=KEYS["event"]).update(state="suggested")
    leaked = leaks_everywhere(of, client)
    assert not leaked, "\n".join(leaked)
