"""The one door to search: a typed query and a set of articles → one page of results. Pages, command and API all use it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from django.db.models import QuerySet

from articles.arabic.stopwords import is_question_word, is_stop_word
from articles.models import Article
from articles.search import matching
from articles.search.aliases import OtherNames
from articles.search.candidates import FEW, MOST_RANKED, Candidates, Counts, with_all, with_all_further, with_some
from articles.search.compile import CompiledQuery, Concept, compile_query
from articles.search.correction import correction
from articles.search.index import Scope, first_meeting
from articles.search.limit import time_limit
from articles.search.listing import PAGE_SIZE, Direction, Listing, capped_count, listing, page_of
from articles.search.query import Note, ParsedQuery, is_plain, parse, terms_of
from articles.search.ranking import ranked
from articles.search.snippets import Highlighted, highlight, with_positions

# Where fewer than FEW articles have all that was asked, those with some of it are shown too: after them, or, for a query
# of so many words or with a question word, which is put in a person's own words, ranked beside them.
QUESTION = 4
# A query is taken for misspelled only where fewer articles have all its words.
HARDLY_ANY = 3
# In order of date, at most so many articles from the place on are looked at for a common word; beyond, so many that match are
# looked up and sorted.
LOOKED_AT_BY_DATE = 2_000
MOST_SORTED_BY_DATE = 20_000


class Order(StrEnum):
    RELEVANCE = "relevance"
    NEWEST = "newest"
    OLDEST = "oldest"


@dataclass(frozen=True)
class Hit:
    """`score` is 0.0 in a result that is ordered by date."""

    article: Article
    score: float
    highlighted: Highlighted


@dataclass(frozen=True)
class SearchPage:
    """One page of a result.

    `total` is a lower bound where `total_is_capped`; then `ranked` articles were picked and ranked, those that hold the
    words most densely. `ids` are these, best first, and, where all matches are known, the others: what facets count.
    By relevance, pages are numbered; by date they go on from a place: `before` and `after`. `loosened` is set where
    articles with only some of the words are among them, because few or none (`complete`) had all. Of a query that is not
    put like a question, those follow apart: `further`, shown as `further_hits` when the others are, in the same pages.
    """

    query: ParsedQuery
    order: Order = Order.RELEVANCE
    hits: tuple[Hit, ...] = ()
    further_hits: tuple[Hit, ...] = ()
    total: int = 0
    total_is_capped: bool = False
    ranked: int = 0
    number: int = 1
    pages: int = 1
    before: str = ""
    after: str = ""
    complete: int = 0
    loosened: bool = False
    widened: tuple[OtherNames, ...] = ()
    notes: tuple[Note, ...] = ()
    correction: str = ""
    ids: tuple[int, ...] = field(default=(), repr=False)
    further: tuple[int, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Wanted:
    """Which page of a result, in which order. With `ids_alone` no article is read: the page has no hits."""

    order: Order = Order.RELEVANCE
    number: int = 1
    after: str = ""
    before: str = ""
    size: int = PAGE_SIZE
    ids_alone: bool = False

    @property
    def direction(self) -> Direction:
        return Direction.of(oldest=self.order == Order.OLDEST, after=self.after, before=self.before)


def search(
    text: str, articles: QuerySet | None = None, wanted: Wanted | None = None, *, widen: bool = True
) -> SearchPage:
    """Searches `articles` (all published ones by default) for what `text` asks.

    Raises SearchTooCostlyError where the database gave up; anything a person can type is otherwise answered.
    """
    query, wanted = parse(text), wanted or Wanted()
    with time_limit():
        compiled = compile_query(query, widen=widen)
        if compiled is None:
            return SearchPage(query, wanted.order, notes=query.notes)
        among = (Article.objects.public() if articles is None else articles).searchable().filter(*compiled.conditions)
        filtered = articles is not None or bool(compiled.conditions)
        page = (
            _answer(query, compiled, Scope(among, filtered), wanted)
            if compiled.match
            else _listed(query, among, wanted)
        )
        is_in_question = page.complete < HARDLY_ANY and not page.total_is_capped
        meant = correction(query, compiled.known, among if filtered else None) if is_in_question else ""
        return replace(
            page,
            correction=meant,
            widened=tuple(other for other in compiled.widened if len(other.names) > 1),
            notes=(*query.notes, *compiled.notes),
        )


def with_matches(articles: QuerySet, text: str) -> tuple[QuerySet, Callable[[Article], tuple[tuple[int, int], ...]]]:
    """The articles, and what tells the spans of the body of one of them that match a typed query, as the result marked it."""
    with time_limit():
        compiled = compile_query(parse(text))
    if compiled is None:
        return articles, lambda article: ()
    concepts = compiled.concepts
    return with_positions(articles, concepts), lambda article: highlight([article], concepts)[article.pk].body_spans


def _listed(query: ParsedQuery, articles: QuerySet, wanted: Wanted) -> SearchPage:
    """The answer to a query of fields alone, which nothing can rank: by date."""
    order = Order.NEWEST if wanted.order == Order.RELEVANCE else wanted.order
    total, capped = capped_count(articles)
    direction = replace(wanted, order=order).direction
    found = Listing() if wanted.ids_alone else listing(_shown(articles, ()), direction, wanted.size)
    ids = tuple(articles.newest().values_list("pk", flat=True)[:MOST_RANKED])
    return _dated(SearchPage(query, order, total=total, total_is_capped=capped, complete=total, ids=ids), found, ())


def _answer(query: ParsedQuery, compiled: CompiledQuery, scope: Scope, wanted: Wanted) -> SearchPage:
    counts = Counts.of(compiled)
    candidates = with_all(compiled, counts, scope)
    if candidates.are_the_matches and (apart := _apart(query, compiled, len(candidates.known), wanted)) is not None:
        # All that match are known, and are ranked with the others.
        return _loosened(query, compiled, counts, scope, wanted, known=candidates.known, apart=apart)
    candidates, found = _found(compiled, counts, scope, candidates)
    complete = _total(candidates, found)
    if (apart := _apart(query, compiled, complete, wanted)) is not None:
        return _loosened(query, compiled, counts, scope, wanted, known=[pk for pk, _ in found], apart=apart)
    ids = tuple(dict.fromkeys([*(pk for pk, _ in found), *(() if candidates.must else candidates.known)]))
    page = SearchPage(
        query,
        total=complete,
        total_is_capped=not candidates.complete and complete > 0,
        ranked=len(found),
        complete=complete,
        ids=ids,
    )
    if wanted.order == Order.RELEVANCE:
        return _numbered(page, found, compiled.concepts, wanted)
    direction = wanted.direction
    if candidates.complete:
        dated = listing(_shown(Article.objects.filter(pk__in=ids), compiled.concepts), direction, wanted.size)
    else:
        dated = _scanned(scope.articles, compiled, direction, wanted.size)
    return _dated(replace(page, order=wanted.order), dated, compiled.concepts)


def _apart(query: ParsedQuery, compiled: CompiledQuery, complete: int, wanted: Wanted) -> bool | None:
    """Whether articles with some of what was asked stand apart from the `complete` ones with all of it; None where they are
    not looked for: there are enough with all, or all was clearly meant."""
    if not compiled.loose_concepts or complete >= FEW or complete and wanted.order != Order.RELEVANCE:
        return None
    question = _is_question(query, compiled)
    if complete and not question and not (is_plain(query.tree) and _asked(query, compiled) > 1):
        return None
    return bool(complete) and not question


def _loosened(
    query: ParsedQuery, compiled: CompiledQuery, counts: Counts, scope: Scope, wanted: Wanted, *,
    known: Sequence[int], apart: bool,
) -> SearchPage:  # fmt: skip
    """The answer with articles that have some of what was asked: ranked beside the `known` that have all, or `apart`."""
    concepts = compiled.loose_concepts
    candidates = with_some(concepts, counts, scope).beside(known)
    found = ranked(candidates, concepts, counts)
    if apart:
        complete = set(known)
        found.sort(key=lambda row: row[0] not in complete)
    answer = len(known) if apart else len(found)
    page = SearchPage(
        query,
        complete=len(known),
        total=answer,
        total_is_capped=not apart and not candidates.complete and answer > 0,
        ranked=answer,
        loosened=not apart and answer > len(known),
        ids=tuple(pk for pk, _ in found[:answer]),
        further=tuple(pk for pk, _ in found[answer:]),
    )
    return _numbered(page, found, concepts, wanted)


def _found(
    compiled: CompiledQuery, counts: Counts, scope: Scope, candidates: Candidates
) -> tuple[Candidates, list[tuple[int, float]]]:
    """The `candidates`, ranked; for a phrase of common words that hardly any of them hold, others that were looked for further."""
    found = ranked(candidates, compiled.concepts, counts)
    if candidates.complete or scope.filtered or not candidates.must or len(found) >= FEW:
        return candidates, found
    candidates = with_all_further(compiled, counts, scope)
    return candidates, ranked(candidates, compiled.concepts, counts)


def _total(candidates: Candidates, found: Sequence[tuple[int, float]]) -> int:
    """How many match: all that are known, or at least so many, two digits of an estimate being what can be relied on."""
    if candidates.complete:
        return len(found) if candidates.must or candidates.known == candidates.ids else len(candidates.known)
    scale = 10 ** max(0, len(str(candidates.at_least)) - 2)
    return max(len(found), candidates.at_least // scale * scale)


def _shown(articles: QuerySet, concepts: Sequence[Concept]) -> QuerySet:
    """Articles with all that a hit shows."""
    return with_positions(articles.defer("set_aside").select_related("source"), concepts)


def _scanned(articles: QuerySet, compiled: CompiledQuery, direction: Direction, size: int) -> Listing:
    """A page by date of articles that match, where too many may for all to be looked up."""
    must = matching.positions(compiled.match)
    ordered = direction.ordered(articles)
    ids = first_meeting(ordered[:LOOKED_AT_BY_DATE], must, size + 1, rising=direction.rising)
    if len(ids) <= size:
        held = ordered.filter(search_terms__matches=matching.terms(compiled.match)).order_by()[:MOST_SORTED_BY_DATE]
        ids = first_meeting(held, must, size + 1, rising=direction.rising)
    found = _shown(Article.objects.all(), compiled.concepts).in_bulk(ids)
    return page_of([found[pk] for pk in ids if pk in found], direction, size)


def _numbered(
    page: SearchPage, found: Sequence[tuple[int, float]], concepts: Sequence[Concept], wanted: Wanted
) -> SearchPage:
    pages = max(1, -(-len(found) // wanted.size))
    number = min(max(1, wanted.number), pages)
    shown = [] if wanted.ids_alone else found[(number - 1) * wanted.size : number * wanted.size]
    stored = _shown(Article.objects.all(), concepts).in_bulk([pk for pk, _ in shown])
    marked = highlight(stored.values(), concepts)
    hits = [Hit(stored[pk], score, marked[pk]) for pk, score in shown if pk in stored]
    further = set(page.further)
    return replace(
        page,
        hits=tuple(hit for hit in hits if hit.article.pk not in further),
        further_hits=tuple(hit for hit in hits if hit.article.pk in further),
        number=number,
        pages=pages,
    )


def _dated(page: SearchPage, found: Listing, concepts: Sequence[Concept]) -> SearchPage:
    marked = highlight(found.articles, concepts)
    hits = tuple(Hit(article, 0.0, marked[article.pk]) for article in found.articles)
    return replace(page, hits=hits, before=found.before, after=found.after)


def _asked(query: ParsedQuery, compiled: CompiledQuery) -> int:
    """How many things a query names; the words of one name count as one, function words not at all."""
    named = {(other.first, other.last) for other in compiled.widened}
    words = sum(1 for term in terms_of(query.tree) if not is_stop_word(term.text))
    return words - sum(last - first - 1 for first, last in named)


def _is_question(query: ParsedQuery, compiled: CompiledQuery) -> bool:
    """Whether a query is put in a person's own words."""
    terms = terms_of(query.tree)
    return (
        _asked(query, compiled) >= QUESTION or "؟" in query.text or any(is_question_word(term.text) for term in terms)
    )
