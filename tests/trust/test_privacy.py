"""The privacy table: what is not public is met at no door.

STATES are the ways in which rows are hidden, DOORS is every URL pattern with the addresses that fill it, NO_ADDRESS what is
reached without one. For every state each door is asked and none of the marker words of what is hidden may stand in its answer.
A URL pattern that DOORS does not name fails the test: a later page joins by a line there, a later noun by its words in MARKERS
and its rows in `hide`.
"""

import gzip
import hashlib
import html
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
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
# A word for every text of what is hidden. Each folds to itself and is alike to none of the others.
MARKERS = {
    "title": "ظغبشوط", "body": "خظبقون", "author": "ضغفوش", "section": "غظدوق", "url": "hiddenaddressword", "quote": "زخظفور",
    "filename": "hiddenfilenameword", "capture_address": "hiddenoriginword", "original": "ثغظموس", "set_aside": "طخشبوغ",
    "date_statement": "سظغنور", "actor": "قشظوغ", "alias": "وغظجيد", "distinction": "نظغلوب", "country": "بخظقوس",
    "actor_description": "فظخدوج", "role": "جغظبور", "event": "رظخشول", "place": "لغظخوم", "event_description": "مظخفوض",
    "series": "كظغروش", "unit": "شخظلوق", "measure": "دظغقوف", "about": "حظخمور", "scope": "تظغبوس",
}  # fmt: skip
# Those that searches are asked by.
TYPED = ("title", "body", "alias", "author", "place")
# Keys that no other number of an answer is likely to be.
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
# Everything of all this is met where nothing hides it.
SHOWN = State(article="published", facts="confirmed", nouns="confirmed", words=frozenset(), keys=frozenset())


@dataclass
class World:
    """The public rows that stand beside what is hidden, and the fillings of addresses."""

    article: Article
    other: Article
    event: Event
    actor: Actor
    source: Source
    capture: Capture
    fill: dict[str, object] = field(default_factory=dict)


def captured(article: Article, content: str, filename: str, address: str) -> Capture:
    packed = content.encode()
    sha256 = hashlib.sha256(packed).hexdigest()
    Capture.objects.keep_bytes(sha256, pack(packed))
    return Capture.objects.create(
        article=article, sha256=sha256, size=len(packed), media_type="text/plain", encoding="utf-8", filename=filename,
        address=address, captured_at=datetime(2019, 5, 7, tzinfo=UTC),
    )  # fmt: skip


def stored(**fields: object) -> Article:
    article = Article(**fields)
    article.published = ArchiveDate.on(DAY)
    article.save()
    return article


def world() -> World:
    """Two public articles that report a public event and name a public actor, with an original each."""
    source = Source.objects.create(name=SOURCE, kind="agency", domains=["sahel.example"])
    article = stored(title="مؤتمر نواكشوط لأمن الحدود", body="أعلن المجلس تفكيك 17 خلية في الإقليم.", source=source)
    other = stored(title="ختام مؤتمر نواكشوط", body="قال المجلس إن 23 خلية فُككت في الإقليم.", source=source)
    event = Event(title="مؤتمر نواكشوط لأمن الحدود 2019", kind="conference", state="confirmed")
    event.start = ArchiveDate.on(DAY)
    event.save()
    actor = Actor.objects.create(name="مجلس نواكشوط", kind="government", state="confirmed")
    for row in (article, other):
        Mention.objects.create(article=row, actor=actor, state="confirmed")
        Coverage.objects.create(article=row, event=event, state="confirmed")
    Participation.objects.create(event=event, actor=actor, role="host", state="confirmed")
    capture = captured(article, "أعلن المجلس تفكيك 17 خلية في الإقليم.", "public.txt", "https://sahel.example/1")
    captured(other, "قال المجلس إن 23 خلية فُككت في الإقليم.", "other.txt", "https://sahel.example/2")
    return World(article, other, event, actor, source, capture)


def hide(state: State, of: World) -> World:
    """Adds to a world an article, its facts and the nouns that they name, hidden as `state` says."""
    words = MARKERS
    if state.article:
        article = stored(
            pk=KEYS["article"], title=f"{words['title']} نواكشوط", author=words["author"], section=words["section"],
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
        article, of_hidden, quote_of_figure = of.article, of.capture, "17 خلية"
    nouns = {"state": state.nouns, "withheld": state.withheld}
    actor = Actor.objects.create(
        pk=KEYS["actor"], name=words["actor"], distinction=words["distinction"], kind="person", country=words["country"],
        description=words["actor_description"], merged_into=of.actor if state.merged else None, **nouns,
    )  # fmt: skip
    # The other name is a word of the public articles, too: who searches for the hidden one must not be led there.
    Alias.objects.create(actor=actor, name=words["alias"])
    Alias.objects.create(actor=actor, name="الإقليم")
    event = Event(
        pk=KEYS["event"], title=words["event"], kind="attack", place=words["place"], description=words["event_description"],
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
    for key, told, about, row in (
        ("figure", quote_of_figure, event, article),
        ("other_figure", "31 خلية" if state.article else "23 خلية", of.event if state.article else event, article if state.article else of.other),
    ):  # fmt: skip
        at = row.body.index(told)
        Figure.objects.create(
            pk=KEYS[key], article=row, value=int(told[:2]), unit=words["unit"], measure=measure, about=words["about"],
            scope=words["scope"], quote=told, start=at, end=at + len(told), event=about, actor=actor, state=state.facts,
        )  # fmt: skip
    for row in (event, of.event):
        Contradiction.objects.create(event=row, measure=measure, scope=words["scope"], state="confirmed")
    state_of_part = "confirmed" if state.article == "" and state.facts != "rejected" else state.facts
    Participation.objects.create(event=of.event, actor=actor, role="speaker", state=state_of_part)
    Participation.objects.create(event=event, actor=of.actor, role="host", state=state_of_part)
    if state.was_public:
        Article.objects.filter(pk=article.pk).update(status=state.article)
    of.fill = KEYS | {"sha256": of_hidden.sha256, "article": article.pk}
    return of


# Every URL pattern → the addresses that fill it. {word} is a marker word, {h_article} and the like keys of what is hidden,
# {article} and the like keys of public rows. Patterns of the reading room are asked in both languages. At every door every
# marker word of the state is forbidden, but for those that the address itself holds, which an answer may repeat.
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
# What a door may tell of articles that readers met once, by the protocol: the numbers of deleted records.
DELETED_RECORDS = "/oai/"
# The desk's patterns are filled by what they are made of; they answer nobody who has no account.
DESK = "admin/"
# Answered outside the patterns (articles/exchange/monitoring.py).
WATCHED = ["/healthz", "/readyz", "/metrics"]


def exported(*arguments: str) -> str:
    out = io.StringIO()
    call_command("export", *arguments, stdout=out)
    return out.getvalue()


def web_archive(kind: str) -> str:
    """A web archive's records and lists, unpacked."""
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
    found = search(text)
    return f"{found.ids} {found.further} {found.total} {found.widened} {found.correction} {found.notes}"


def command_search(text: str) -> str:
    out = io.StringIO()
    call_command("search", text, "--json", stdout=out)
    return out.getvalue()


def related_to(title: str) -> str:
    article = with_frequent_lexemes(Article.objects).get(title=title)
    return repr([(other.pk, other.title, other.lead) for other in related(article, 5)])


# What is reached without an address of its own: name → answers, by the texts that were typed.
NO_ADDRESS: dict[str, tuple[Callable[[str], str], list[str]]] = {
    # Of these articles alone: a facet has few values, which other articles would fill.
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


# What each door tells of the same rows where nothing hides them: names in MARKERS, and names in KEYS after a «#». A door that showed
# less would be asked in vain.
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
# Doors that tell of no row, or only of those that the address names.
TELL_OF_NOTHING = {
    "favicon.ico", "api/v1/openapi.json", "api/v1/sources", "api/v1/sources/<int:pk>", "api/v1/", "robots.txt", "sitemap.xml", "articles/<int:pk>/<path:slug>/", "dates/", "sources/", "about/", "help/", "appearance/",
}  # fmt: skip


def patterns() -> Iterator[tuple[str, bool]]:
    """(route, whether it has an English twin) of every URL pattern."""

    def walk(found: Iterable[object], prefix: str, twin: bool) -> Iterator[tuple[str, bool]]:
        for one in found:
            is_language = isinstance(one.pattern, LocalePrefixPattern)
            route = prefix if is_language else prefix + str(one.pattern)
            if isinstance(one, URLPattern):
                yield route, twin
            else:
                yield from walk(one.url_patterns, route, twin or is_language)

    return walk(get_resolver().url_patterns, "", False)


def addresses(of: World, *routes: str) -> Iterator[str]:
    """Every address of the table, filled; those of `routes` alone where any are named."""
    fill = {f"h_{name}": value for name, value in of.fill.items()} | MARKERS
    fill |= {f"{name}_begun": word[:-1] for name, word in MARKERS.items()}
    fill |= {"actor_word": MARKERS["actor"], "event_word": MARKERS["event"], "sha256": of.capture.sha256}
    fill |= {name: getattr(of, name).pk for name in ("article", "other", "event", "actor", "source")}
    for route, twin in patterns():
        if routes and route not in routes:
            continue
        if route.startswith(DESK):
            yield "/" + desk_address(route)
            continue
        for place, address in enumerate(DOORS[route]):
            yield address.format_map(fill)
            # The English pages are the Arabic ones in other words, so that some of them will do.
            if twin and place < 2:
                yield "/en" + address.format_map(fill)
    yield from () if routes else WATCHED


def desk_address(route: str) -> str:
    """The address of a pattern of the desk, its parts filled with the key of a hidden article or event."""
    route = re.sub(r"\^|\$|\(\?P<\w+>([^)|]*)[^)]*\)", r"\1", route).replace(".*", "word")
    given = {"uuid": "00000000-0000-0000-0000-000000000000", "str": "actor"}
    return re.sub(r"<(?:(\w+):)?\w+>", lambda part: given.get(part[1], str(KEYS["article"])), route)


def text_of(response: object) -> str:
    """An answer's headers and text, in plain letters whatever it wraps them in."""
    body = b"".join(response) if response.streaming else response.content
    headers = "\n".join(f"{name}: {value}" for name, value in response.items() if name not in ("ETag", "X-Request-ID"))
    return plain(f"{headers}\n{body.decode('utf-8', 'replace')}")


def plain(text: str) -> str:
    if "\\u" in text:
        text = re.sub(r"\\u([0-9a-fA-F]{4})", lambda code: chr(int(code[1], 16)), text)
    return unquote(html.unescape(text))


def leaks(text: str, state: State, asked: str = "") -> list[str]:
    """What of the state's hidden rows stands in a text, but for what was asked in these very words."""
    text, asked = plain(text), plain(asked)
    found = [name for name in sorted(state.words) if MARKERS[name] in text and MARKERS[name] not in asked]
    keys = {name: rf"(?<![0-9A-Za-z]){KEYS[name]}(?![0-9A-Za-z])" for name in sorted(state.keys)}
    return found + [
        f"key of {name}" for name, key in keys.items() if re.search(key, text) and not re.search(key, asked)
    ]


@pytest.fixture(autouse=True)
def unlimited(settings: object) -> None:
    for rate in ("API", "SEARCH", "LOGIN"):
        setattr(settings, f"ARCHIVE_{rate}_RATE", "100000/m")


def test_every_pattern_is_in_the_table() -> None:
    """A new page has to say by which addresses the table asks it; a line for a page that is gone is taken out."""
    routes = {route for route, _twin in patterns() if not route.startswith(DESK)}
    assert routes == set(DOORS)
    assert all(DOORS.values())


def asked_everywhere(of: World, state: State, client: Client, *routes: str) -> list[str]:
    """What leaks at which address, and which pages of hidden rows are answered as if they were there."""
    told = []
    for address in addresses(of, *routes):
        response = client.get(address)
        found = leaks(text_of(response), state, asked=address)
        if address.startswith(DELETED_RECORDS) and state.was_public:
            found = [name for name in found if name != "key of article"]
        if found:
            told.append(f"{unquote(address)}: {', '.join(found)}")
        path = address.partition("?")[0]
        if response.status_code not in allowed_answers(path, state, response.status_code):
            told.append(f"{unquote(address)}: answered {response.status_code}")
    return told


def allowed_answers(path: str, state: State, answer: int) -> set[int]:
    """The statuses that an address may have: for that of a hidden row 404, as if it had never been; for one that readers met once
    also a notice (410) or the way to what stands for it (301); for any other one what it has."""
    if path.startswith(f"/{DESK}"):
        return {answer}
    parts = path.split("/")
    hidden = {name for name in state.keys if str(KEYS[name]) in parts}
    if not hidden:
        return {answer}
    was_met = state.merged or ("article" in hidden and (state.merged_article or state.was_public))
    return {301, 404, 410} if was_met else {404}


@pytest.mark.parametrize("name", STATES)
def test_no_address_tells_of_what_is_hidden(name: str, client: Client) -> None:
    state = STATES[name]
    told = asked_everywhere(hide(state, world()), state, client)
    assert not told, "\n".join(told)


@pytest.mark.parametrize("name", STATES)
def test_nothing_else_tells_of_what_is_hidden(name: str) -> None:
    state = STATES[name]
    hide(state, world())
    told = [
        f"{door} {typed}: {', '.join(found)}"
        for door, (answer, texts) in NO_ADDRESS.items()
        for typed in texts
        if (found := leaks(answer(typed), state, asked=typed))
    ]
    assert not told, "\n".join(told)


def test_an_account_without_its_token_reads_what_everybody_reads(client: Client) -> None:
    state = STATES["draft"]
    of = hide(state, world())
    user = User.objects.create_superuser("awwal", password="كلمة-مرور-طويلة-1")
    TOTPDevice.objects.create(user=user, confirmed=True)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    told = asked_everywhere(of, state, client)
    assert not told, "\n".join(told)


def names_met(text: str, asked: str) -> set[str]:
    """What of all that STATES hide stands in a text, named as MET names it."""
    everything = State(words=_ALL_WORDS, keys=_ALL_KEYS)
    return {name.replace("key of ", "#") for name in leaks(text, everything, asked=asked)}


def test_every_door_tells_of_what_nothing_hides(client: Client) -> None:
    """The table would be blind at a door that shows less, and for a word that no door shows."""
    of = hide(SHOWN, world())
    statistics.rebuild()
    met = {
        route: set().union(*(names_met(text_of(client.get(address)), address) for address in addresses(of, route)))
        for route in DOORS
    }
    for door, (answer, texts) in NO_ADDRESS.items():
        met[door] = set().union(*(names_met(answer(typed), typed) for typed in texts))
    missed = {door: set(names.split()) - met[door] for door, names in MET.items()}
    assert not {door: names for door, names in missed.items() if names}
    assert set().union(*met.values()) == set(MARKERS) | {f"#{name}" for name in KEYS}


def test_a_reason_that_waits_for_a_withdrawal_is_met_at_no_door(client: Client) -> None:
    """Readers read it once the article is withdrawn, and only at the article's own address."""
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


def every_other(article: Article, most: int) -> list[Article]:
    """Stands for `related` of articles/search/related.py: whatever was stored last."""
    return list(Article.objects.exclude(pk=article.pk).order_by("-id").for_listing()[:most])


# A definition that is made wider, and where the table has to see that: (class, method, what takes its place, state, route).
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
    (article_page, "related", every_other, "draft", "articles/<int:pk>/"),
]


@pytest.mark.parametrize(("queries", "method", "wider", "name", "route"), FORGOTTEN)
def test_the_table_sees_a_definition_that_is_too_wide(
    queries: type, method: str, wider: object, name: str, route: str, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = hide(STATES[name], world())
    assert not asked_everywhere(of, STATES[name], client, route)
    monkeypatch.setattr(queries, method, wider)
    assert asked_everywhere(of, STATES[name], client, route)


def test_the_related_articles_that_are_kept_for_a_day_are_no_longer_shown(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(related_articles, "KEPT_FROM", 1)
    of = hide(SHOWN, world())
    page = of.other.get_absolute_url()
    assert MARKERS["title"] in text_of(client.get(page))
    hidden = Article.objects.get(pk=KEYS["article"])
    for fields in ({"status": "draft"}, {"status": "withdrawn"}, {"status": "published", "merged_into": of.article}):
        set_all([hidden], **fields)
        assert not leaks(text_of(client.get(page)), State(words=frozenset({"title"}), keys=frozenset({"article"}))), (
            fields
        )


# Lists and pages of public rows, whose numbers would tell of what is hidden.
COUNTED = [
    "/", "/search/", "/search/?q=نواكشوط", "/search/?q=خلية", "/articles/", "/articles/?kind=attack", "/events/", "/events/?unreviewed=1",
    "/actors/", "/actors/?unreviewed=1", "/actors/?q=مجلس", "/figures/", "/figures/?conflicting=on", "/dates/", "/dates/2019/", "/dates/2019/5/",
    "/dates/2019/5/6/", "/timeline/?from=2019&to=2019", "/sources/", "/sources/{source}/", "/events/{event}/", "/actors/{actor}/", "/articles/{article}/",
    "/articles/{article}/record/", "/api/v1/articles", "/api/v1/events", "/api/v1/actors", "/api/v1/figures", "/api/v1/search?q=خلية",
    "/export/articles.jsonl", "/export/events.jsonl?unreviewed=1", "/export/actors.jsonl?unreviewed=1",
]  # fmt: skip
# What differs from one asking to the next, and the figures' own place in their article's text, which is public.
_CHANGES = re.compile(r"csrfmiddlewaretoken\S+|<span class=\"figure[^>]*>|X-Request-ID: \S+")


@pytest.mark.parametrize("name", [name for name in STATES if STATES[name].article or STATES[name].facts == "rejected"])
def test_numbers_are_the_same_with_and_without_what_is_hidden(name: str, client: Client) -> None:
    of = world()
    places = {part: getattr(of, part).pk for part in ("article", "event", "actor", "source")}
    asked = [address.format_map(places) for address in COUNTED]
    before = {address: _CHANGES.sub("", text_of(client.get(address))) for address in asked}
    hide(STATES[name], of)
    after = {address: _CHANGES.sub("", text_of(client.get(address))) for address in asked}
    assert [address for address in asked if before[address] != after[address]] == []


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


# How the only articles with a word cease to be public.
TAKEN_AWAY: dict[str, Callable[[list[Article], Article], object]] = {
    "draft": lambda written, other: set_all(written, status="draft"),
    "withdrawn": lambda written, other: set_all(written, status="withdrawn"),
    "deleted": lambda written, other: set_all(written, status="deleted"),
    "merged": lambda written, other: set_all(written, merged_into=other),
}


def set_all(written: list[Article], **fields: object) -> None:
    for article in written:
        for name, value in fields.items():
            setattr(article, name, value)
        article.save()


def corrections() -> set[str]:
    """What is proposed for a word of a letter less, of another letter, and for the word on the other layout."""
    word = MARKERS["title"]
    return {search(typed).correction for typed in (word[:-1] + "ظ", word[:-2] + word[-1], other_layout(word))} - {""}


@pytest.mark.parametrize("is_counted", [False, True], ids=["before the count", "after the count"])
@pytest.mark.parametrize("name", TAKEN_AWAY)
def test_a_word_of_hidden_articles_alone_is_no_correction(
    make_article: Callable[..., Article], name: str, is_counted: bool
) -> None:
    word, other = MARKERS["title"], make_article("تقرير آخر", "وصل الوفد إلى المدينة.", DAY)
    written = [make_article("تقرير", f"وصل {word} إلى المدينة {number}.", DAY) for number in range(6)]
    statistics.update()
    assert corrections() == {word}
    TAKEN_AWAY[name](written, other)
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
    """Kept numbers may be older than the last withdrawal; what they decide is no more than which confirmed rows are listed."""
    monkeypatch.setattr(tally, "KEPT_FROM", 1)
    of = hide(SHOWN, world())
    Actor.objects.filter(pk=KEYS["actor"]).update(state="suggested")
    Event.objects.filter(pk=KEYS["event"]).update(state="suggested")
    statistics.rebuild()
    assert MARKERS["actor"] in text_of(client.get("/actors/?unreviewed=1"))
    Article.objects.filter(pk=KEYS["article"]).update(status="withdrawn")
    state = STATES["withdrawn"]
    Participation.objects.filter(actor=KEYS["actor"]).update(state="suggested")
    Participation.objects.filter(event=KEYS["event"]).update(state="suggested")
    told = asked_everywhere(of, state, client)
    assert not told, "\n".join(told)
