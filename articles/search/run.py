"""Answers a typed query over a set of articles with one page of results.

Every search goes through `search`: the site's pages, the command and the API.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, StrEnum, auto
from functools import cached_property
from typing import Any

from django.db.models import Q, QuerySet

from articles.arabic.stopwords import is_question_word, is_stop_word
from articles.models import Article
from articles.models.article import ArticleQuerySet
from articles.search import matching
from articles.search.aliases import OtherNames
from articles.search.candidates import (
    ENOUGH_MATCHES,
    MOST_RANKED,
    Candidates,
    Counts,
    with_all,
    with_rare_phrase,
    with_some,
)
from articles.search.compile import CompiledQuery, Concept, compile_query
from articles.search.correction import correction
from articles.search.index import SearchSpace, first_meeting
from articles.search.limit import time_limit
from articles.search.listing import PAGE_SIZE, Direction, Listing, capped_count, listing, page_of
from articles.search.matching import Match
from articles.search.query import ParsedQuery, QueryNote, is_plain, parse, terms_of
from articles.search.ranking import rank
from articles.search.snippets import Highlighted, highlight, with_positions

# Where fewer than ENOUGH_MATCHES articles match everything in a query, articles that match some of it are shown too.
# They follow the full matches. Where the query reads as a question, they are ranked together with them: it has a
# question word or question mark, or at least this many words and names. A judgement: few articles hold every word of a
# longer query.
QUESTION = 4
# A correction is looked for only where fewer articles than this hold all words of a query. A judgement: a misspelled
# word may stand misspelled in an article or two. A larger number offers corrections of rare words that are right.
HARDLY_ANY = 3
# A page by date of a query with very many matches first checks this many articles from the page's place on. If these do
# not fill the page, up to MOST_SORTED_BY_DATE matches are read and sorted. Judgements: if an article in a hundred
# matches, the first number fills a page of twenty; the second bounds the time of rarer matches, and may miss some of a
# page.
LOOKED_AT_BY_DATE = 2_000
MOST_SORTED_BY_DATE = 20_000

# (id, score) of articles, best first.
RankedArticles = list[tuple[int, float]]


class Order(StrEnum):
    """How the results of a search are ordered."""

    RELEVANCE = "relevance"
    NEWEST = "newest"
    OLDEST = "oldest"


@dataclass(frozen=True)
class Hit:
    """One article of a page of results.

    article: the article, with the columns that a list shows.
    score: its score, higher is better; 0.0 in a result that is ordered by date.
    highlighted: its title and snippet with the matches marked.
    """

    article: Article
    score: float
    highlighted: Highlighted


@dataclass(frozen=True)
class SearchPage:
    """One page of a result.

    Pages by relevance are numbered. Pages by date continue from a place in the list instead.

    query: the parsed query.
    order: the order of the result.
    hits: the hits of this page that match everything in the query, or some of it where `loosened`.
    further_hits: the hits of this page that are in `further`.
    total: the number of matches, in articles; a lower bound where `total_is_capped`.
    total_is_capped: whether only a bounded set of candidates was ranked, those that hold the words most densely.
    ranked: the number of articles that were ranked.
    number: the page's number, from 1.
    pages: the number of pages.
    before: the place from which the previous page by date is read; empty where there is none.
    after: the place from which the next page by date is read; empty where there is none.
    complete: the number of articles that match everything in the query.
    loosened: whether `hits` contains articles with only some of the words, because few or none had all.
    widened: other names that were searched for too.
    notes: remarks on how the query was read.
    correction: a likelier spelling of the query; empty where there is none.
    ids: ids of the ranked articles, best first, then of the other matches where all are known; facets count these.
    further: ids of articles with only some of the words, which follow the others in the same pages.
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
    notes: tuple[QueryNote, ...] = ()
    correction: str = ""
    ids: tuple[int, ...] = field(default=(), repr=False)
    further: tuple[int, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Wanted:
    """The page of a result that a caller wants.

    order: the order of the result.
    number: the number of the page by relevance, from 1.
    after: the place after which a page by date begins; empty for the first page.
    before: the place before which a page by date ends; `after` takes precedence.
    size: hits on a page.
    ids_alone: whether to read no articles, so that the page has ids but no hits.
    """

    order: Order = Order.RELEVANCE
    number: int = 1
    after: str = ""
    before: str = ""
    size: int = PAGE_SIZE
    ids_alone: bool = False

    @property
    def direction(self) -> Direction:
        """Returns the direction of a page by date."""
        return Direction.of(oldest=self.order == Order.OLDEST, after=self.after, before=self.before)


class Policy(Enum):
    """What a search for words shows besides the full matches, which have everything that the query asks for.

    ALL_WORDS: nothing.
    SOME_WORDS_APART: articles with some of the words, under a heading of their own.
    SOME_WORDS_TOGETHER: articles with some of the words, ranked together with the full matches.
    """

    ALL_WORDS = auto()
    SOME_WORDS_APART = auto()
    SOME_WORDS_TOGETHER = auto()


@dataclass(frozen=True)
class _WordSearch:
    """A search whose query has words.

    query: the parsed query.
    compiled: the compiled query.
    match: the match of `compiled`.
    search_space: the articles that are searched.
    wanted: the page that the caller wants.
    """

    query: ParsedQuery
    compiled: CompiledQuery
    match: Match
    search_space: SearchSpace
    wanted: Wanted

    @cached_property
    def counts(self) -> Counts:
        """Returns the term statistics of the query."""
        return Counts.of(self.compiled)

    @property
    def term_count(self) -> int:
        """Returns the number of words and names in the query; a name counts once, function words do not count."""
        named = {(names.first, names.last) for names in self.compiled.widened}
        content_words = sum(1 for term in terms_of(self.query.tree) if not is_stop_word(term.text))
        return content_words - sum(last - first - 1 for first, last in named)

    @property
    def is_question(self) -> bool:
        """Returns whether the query reads as a question: a question word, a question mark,
        or QUESTION words and names.
        """
        terms = terms_of(self.query.tree)
        return (
            self.term_count >= QUESTION or "؟" in self.query.text or any(is_question_word(term.text) for term in terms)
        )


def search(
    text: str, articles: ArticleQuerySet | None = None, wanted: Wanted | None = None, *, widen: bool = True
) -> SearchPage:
    """Searches `articles`, all public ones by default, with the typed query `text`.

    With `widen`, other names of what the query names are searched for too. Raises SearchTooCostlyError where a
    statement runs into its time limit. No text that a person can type raises anything else.
    """
    query, wanted = parse(text), wanted or Wanted()
    with time_limit():
        compiled = compile_query(query, widen=widen)
        if compiled is None:
            return SearchPage(query, wanted.order, notes=query.notes)
        articles_to_search = (
            (Article.objects.public() if articles is None else articles).searchable().filter(*compiled.conditions)
        )
        filtered = articles is not None or bool(compiled.conditions)
        page = (
            _page_of_matches(
                _WordSearch(query, compiled, compiled.match, SearchSpace(articles_to_search, filtered), wanted)
            )
            if compiled.match
            else _page_of_fields(query, articles_to_search, wanted)
        )
        is_in_question = page.complete < HARDLY_ANY and not page.total_is_capped
        likelier_query = (
            correction(query, compiled.lexicon, articles_to_search if filtered else None) if is_in_question else ""
        )
        return replace(
            page,
            correction=likelier_query,
            widened=tuple(names for names in compiled.widened if len(names.names) > 1),
            notes=(*query.notes, *compiled.notes),
        )


def with_matches(
    articles: ArticleQuerySet, text: str
) -> tuple[QuerySet[Any], Callable[[Article], tuple[tuple[int, int], ...]]]:
    """Returns `articles` and a function that maps one of them to the spans of its body that match the typed query.

    The spans are those that the result marked, in code points of the body. Raises SearchTooCostlyError.
    """
    with time_limit():
        compiled = compile_query(parse(text))
    if compiled is None:
        return articles, lambda article: ()
    concepts = compiled.concepts
    return with_positions(articles, concepts), lambda article: highlight([article], concepts)[article.pk].body_spans


def _page_of_fields(query: ParsedQuery, articles: ArticleQuerySet, wanted: Wanted) -> SearchPage:
    """Answers a query that has only fields; nothing can rank it, so the page is ordered by date."""
    order = Order.NEWEST if wanted.order == Order.RELEVANCE else wanted.order
    total, capped = capped_count(articles)
    direction = replace(wanted, order=order).direction
    page_of_articles = Listing() if wanted.ids_alone else listing(_shown(articles, ()), direction, wanted.size)
    ids = tuple(articles.newest().values_list("pk", flat=True)[:MOST_RANKED])
    return _dated(
        SearchPage(query, order, total=total, total_is_capped=capped, complete=total, ids=ids), page_of_articles, ()
    )


def _page_of_matches(word_search: _WordSearch) -> SearchPage:
    """Answers a query that has words, by the policy that suits the number of full matches."""
    candidates = with_all(word_search.match, word_search.counts, word_search.search_space)
    if candidates.are_the_matches:
        # All full matches are here before any is ranked. A policy that shows other articles too ranks them all at once.
        policy = _policy(word_search, len(candidates.ids_read))
        if policy != Policy.ALL_WORDS:
            return _page_with_some_words(word_search, candidates.ids_read, policy)
    candidates, ranked_articles = _ranked_further(word_search, candidates)
    complete = _total(candidates, ranked_articles)
    policy = _policy(word_search, complete)
    if policy != Policy.ALL_WORDS:
        return _page_with_some_words(word_search, [pk for pk, _ in ranked_articles], policy)
    return _page_with_all_words(word_search, candidates, ranked_articles, complete)


def _policy(word_search: _WordSearch, complete: int) -> Policy:
    """Returns the policy for a search that has `complete` full matches."""
    if not word_search.compiled.loose_concepts or complete >= ENOUGH_MATCHES:
        return Policy.ALL_WORDS
    if not complete:
        return Policy.SOME_WORDS_TOGETHER
    if word_search.wanted.order != Order.RELEVANCE:
        return Policy.ALL_WORDS
    if word_search.is_question:
        return Policy.SOME_WORDS_TOGETHER
    # A query with signs such as a phrase means what it says, and a lone word or name has no parts.
    if is_plain(word_search.query.tree) and word_search.term_count > 1:
        return Policy.SOME_WORDS_APART
    return Policy.ALL_WORDS


def _page_with_all_words(
    word_search: _WordSearch, candidates: Candidates, ranked_articles: RankedArticles, complete: int
) -> SearchPage:
    """Answers with the full matches alone, of which there are `complete`."""
    concepts, wanted = word_search.compiled.concepts, word_search.wanted
    ids = tuple(dict.fromkeys([*(pk for pk, _ in ranked_articles), *(() if candidates.must else candidates.ids_read)]))
    page = SearchPage(
        word_search.query,
        wanted.order,
        total=complete,
        total_is_capped=not candidates.complete and complete > 0,
        ranked=len(ranked_articles),
        complete=complete,
        ids=ids,
    )
    if wanted.order == Order.RELEVANCE:
        return _numbered(page, ranked_articles, concepts, wanted)
    if candidates.complete:
        dated = listing(_shown(Article.objects.filter(pk__in=ids), concepts), wanted.direction, wanted.size)
    else:
        dated = _scanned(word_search, wanted.direction, wanted.size)
    return _dated(page, dated, concepts)


def _page_with_some_words(word_search: _WordSearch, full_matches: Sequence[int], policy: Policy) -> SearchPage:
    """Answers with articles that have some of the words too, ranked with the full matches or apart from them.

    The page is ordered by relevance.
    """
    concepts = word_search.compiled.loose_concepts
    apart = policy == Policy.SOME_WORDS_APART
    candidates = with_some(concepts, word_search.counts, word_search.search_space).beside(full_matches)
    ranked_articles = rank(candidates, concepts, word_search.counts)
    if apart:
        complete = set(full_matches)
        ranked_articles.sort(key=lambda row: row[0] not in complete)
    answer_count = len(full_matches) if apart else len(ranked_articles)
    page = SearchPage(
        word_search.query,
        complete=len(full_matches),
        total=answer_count,
        total_is_capped=not apart and not candidates.complete and answer_count > 0,
        ranked=answer_count,
        loosened=not apart and answer_count > len(full_matches),
        ids=tuple(pk for pk, _ in ranked_articles[:answer_count]),
        further=tuple(pk for pk, _ in ranked_articles[answer_count:]),
    )
    return _numbered(page, ranked_articles, concepts, word_search.wanted)


def _ranked_further(word_search: _WordSearch, candidates: Candidates) -> tuple[Candidates, RankedArticles]:
    """Ranks the candidates and returns them with (id, score) of each match, best first.

    Where hardly any candidate holds a phrase of common words, it ranks candidates from a further look instead.
    """
    concepts = word_search.compiled.concepts
    ranked_articles = rank(candidates, concepts, word_search.counts)
    if (
        candidates.complete
        or word_search.search_space.filtered
        or not candidates.must
        or len(ranked_articles) >= ENOUGH_MATCHES
    ):
        return candidates, ranked_articles
    candidates = with_rare_phrase(word_search.match, word_search.counts, word_search.search_space)
    return candidates, rank(candidates, concepts, word_search.counts)


def _total(candidates: Candidates, ranked_articles: RankedArticles) -> int:
    """Returns the number of matches; for incomplete candidates a lower bound, of whose estimate two digits are kept."""
    if candidates.complete:
        return (
            len(ranked_articles)
            if candidates.must or candidates.ids_read == candidates.ids
            else len(candidates.ids_read)
        )
    scale = int(10 ** max(0, len(str(candidates.at_least)) - 2))
    return max(len(ranked_articles), candidates.at_least // scale * scale)


def _shown(articles: ArticleQuerySet, concepts: Sequence[Concept]) -> ArticleQuerySet:
    """Returns `articles` with everything that a hit shows."""
    return with_positions(articles.defer("set_aside").select_related("source"), concepts)


def _scanned(word_search: _WordSearch, direction: Direction, size: int) -> Listing:
    """Returns a page of matches by date where there may be too many matches to read them all."""
    must = matching.positions(word_search.match)
    ordered = direction.order(word_search.search_space.articles)
    ids = first_meeting(ordered[:LOOKED_AT_BY_DATE], must, size + 1, rising=direction.rising)
    if len(ids) <= size:
        matching_articles = ordered.filter(Q(search_terms__matches=matching.terms(word_search.match))).order_by()[
            :MOST_SORTED_BY_DATE
        ]
        ids = first_meeting(matching_articles, must, size + 1, rising=direction.rising)
    articles_by_id = _shown(Article.objects.all(), word_search.compiled.concepts).in_bulk(ids)
    return page_of([articles_by_id[pk] for pk in ids if pk in articles_by_id], direction, size)


def _numbered(
    page: SearchPage, ranked_articles: RankedArticles, concepts: Sequence[Concept], wanted: Wanted
) -> SearchPage:
    """Returns `page` with the hits of the page number that is wanted; a number beyond the last page means the last."""
    pages = max(1, -(-len(ranked_articles) // wanted.size))
    number = min(max(1, wanted.number), pages)
    rows_of_page = [] if wanted.ids_alone else ranked_articles[(number - 1) * wanted.size : number * wanted.size]
    articles_by_id = _shown(Article.objects.all(), concepts).in_bulk([pk for pk, _ in rows_of_page])
    marked = highlight(articles_by_id.values(), concepts)
    hits = [Hit(articles_by_id[pk], score, marked[pk]) for pk, score in rows_of_page if pk in articles_by_id]
    further = set(page.further)
    return replace(
        page,
        hits=tuple(hit for hit in hits if hit.article.pk not in further),
        further_hits=tuple(hit for hit in hits if hit.article.pk in further),
        number=number,
        pages=pages,
    )


def _dated(page: SearchPage, page_of_articles: Listing, concepts: Sequence[Concept]) -> SearchPage:
    """Returns `page` with the hits and the places of a page by date."""
    marked = highlight(page_of_articles.articles, concepts)
    hits = tuple(Hit(article, 0.0, marked[article.pk]) for article in page_of_articles.articles)
    return replace(page, hits=hits, before=page_of_articles.before, after=page_of_articles.after)
