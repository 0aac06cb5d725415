"""The read-only JSON API under /api/v1/ (django-ninja), described by /api/v1/openapi.json.

Lists are paged by cursors; their parameters are those of the readers' pages. All rows are public
(articles/models/public.py). Docstrings of operations and schemas appear in the description, so they speak to its
readers.
"""

from collections.abc import Callable
from typing import Any

from django.db.models import Choices, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import translation
from ninja import Field, NinjaAPI, P, PathEx, Query, QueryEx, Schema
from ninja.errors import HttpError
from ninja.pagination import CursorPagination, paginate
from pydantic import ConfigDict, ValidationError

from articles.exchange import rows, schemas
from articles.exchange.doors import RATE
from articles.models import Actor, ActorKind, Article, Event, EventKind, Figure, Source
from articles.models.keys import read_key
from articles.platform.visitors import Rate
from articles.search.filters import LEFT_OUT, ActorFilter, ArticleFilter, EventFilter, FigureFilter, ForgivingFilterSet
from articles.search.limit import SearchTooCostlyError, time_limit
from articles.search.run import Order, Wanted, search

# Rows on a page of a list: by default, and at most. A judgement: more rows mean fewer requests and a longer wait for
# each. An event may have dozens of participants, and its row is made of them all.
ROWS_A_PAGE, MOST_ROWS_A_PAGE = 50, 200
# The last page of search results that can be requested. A search ranks at most 1,500 articles, so that each page that
# exists has a lower number; a number beyond the last page means the last page.
LAST_PAGE = 10_000
UNREVIEWED_DESCRIPTION = (
    "With those that no editor has reviewed yet; without it the list has confirmed ones of public articles."
)
_NOT_OURS = "cursor: not one that this API gave"

# The id in the address of a row.
Id = PathEx[int, P(description="The id of the row, as lists give it.")]

api = NinjaAPI(
    title="Archive of Arabic news on counter-terrorism diplomacy",
    version="1",
    description="Articles, events, actors, figures and sources, and the archive's own search. Read only; each address "
    "has a limit of requests (429 with Retry-After beyond it). Every answer has an ETag. Errors are an object with "
    "`detail`: 404 for a row that is not public, 422 for a parameter that is not understood, 503 for a search that "
    "took too long. Texts are in Arabic unless said otherwise. Offsets count Unicode code points.",
    urls_namespace="api",
    docs_url=None,
    throttle=[Rate(RATE)],
)


@api.exception_handler(SearchTooCostlyError)
def too_costly(request: HttpRequest, error: SearchTooCostlyError) -> HttpResponse:
    """Answers 503 for a query that was stopped because it took too long."""
    return api.create_response(
        request, {"detail": "This took too long and was stopped; ask for rarer words."}, status=503
    )


def _describe_results(schema: dict[str, Any]) -> None:
    """Adds to the schema of a page what its results are."""
    schema["properties"]["results"]["description"] = "The rows of this page, in the order of ids."


class Cursor(CursorPagination):
    """Pages a list in the order of ids. Only the rows of the requested page are made, by `row`."""

    class Input(Schema):
        """The parameters of a page."""

        page_size: int | None = Field(
            None, description=f"Rows on a page: {ROWS_A_PAGE} by default, {MOST_ROWS_A_PAGE} at most."
        )
        cursor: str | None = Field(
            None,
            description="Where the page begins, from `next` or `previous` of an answer; the first page without it.",
        )

    class Output(Schema):
        """An answer with one page."""

        # django-ninja gives each list a subclass that declares `results` anew, without a description.
        model_config = ConfigDict(json_schema_extra=_describe_results)

        previous: str | None = Field(description="The address of the previous page; null on the first page.")
        next: str | None = Field(description="The address of the next page; null on the last page.")
        results: list[Any]

    def __init__(self, row: Callable[[Any], rows.Row], **options: Any) -> None:
        self.row = row
        super().__init__(ordering=("id",), page_size=ROWS_A_PAGE, max_page_size=MOST_ROWS_A_PAGE, **options)

    def _find_position(self, queryset: QuerySet, cursor: Any) -> QuerySet:
        if cursor.p is not None and read_key(cursor.p) is None:
            raise HttpError(422, _NOT_OURS)
        return super()._find_position(queryset, cursor)

    def paginate_queryset(self, queryset: QuerySet, pagination: Any, request: HttpRequest, **params: Any) -> Any:
        with time_limit():
            try:
                page = super().paginate_queryset(queryset, pagination, request, **params)
            except ValidationError as error:  # the cursor's encoding is valid, but not its content
                raise HttpError(422, _NOT_OURS) from error
            return page | {self.items_attribute: [self.row(row) for row in page[self.items_attribute]]}


def _one_of(kinds: type[Choices]) -> str:
    """Returns the values of a parameter for its description: «a, b or c»."""
    *values, last = kinds.values
    return f"{', '.join(values)} or {last}"


class ArticleConditions(Schema):
    """Filters of articles, as on the page of articles."""

    event: int | None = Field(None, description="The id of an event that the articles report.")
    actor: int | None = Field(None, description="The id of an actor that the articles name.")
    source: int | None = Field(None, description="The id of the source that published the articles.")
    kind: str | None = Field(None, description=f"The kind of an event that the articles report: {_one_of(EventKind)}.")
    since: str | None = Field(
        None, description="A day, such as 2024-11-06. Articles that can have been published on it or later."
    )
    until: str | None = Field(
        None, description="A day, such as 2024-11-06. Articles that can have been published on it or earlier."
    )
    published: str | None = Field(
        None, description="A year or month, such as 2024 or 2024-11. Articles that were certainly published in it."
    )


class EventConditions(Schema):
    """Filters of events, as on the page of events."""

    kind: str | None = Field(None, description=f"The kind of the events: {_one_of(EventKind)}.")
    year: str | None = Field(
        None, description="A year or month, such as 2024 or 2024-11. Events that can have begun in it."
    )
    unreviewed: bool | None = Field(None, description=UNREVIEWED_DESCRIPTION)


class ActorConditions(Schema):
    """Filters of actors, as on the page of actors."""

    kind: str | None = Field(None, description=f"The kind of the actors: {_one_of(ActorKind)}.")
    q: str | None = Field(None, description="A part of a name or alias, in any spelling.")
    unreviewed: bool | None = Field(None, description=UNREVIEWED_DESCRIPTION)


class FigureConditions(Schema):
    """Filters of figures, as on the page of figures."""

    measure: int | None = Field(None, description="The id of a measure, as in the address of the page /figures/.")
    event: int | None = Field(None, description="The id of an event that the figures belong to.")
    actor: int | None = Field(
        None, description="The id of an actor. Figures that belong to it, and those of articles that name it."
    )
    source: int | None = Field(None, description="The id of the source of the figures' articles.")
    conflicting: bool | None = Field(
        None, description="true: only figures that contradict another of the same event, measure and scope."
    )


def _met(filters: type[ForgivingFilterSet], conditions: Schema, among: QuerySet) -> ForgivingFilterSet:
    """Returns the rows of `among` that meet the conditions. Raises HttpError 422 for an invalid condition."""
    values = {name: str(value) for name, value in conditions.model_dump().items() if value is not None}
    filterset = filters(values, among)
    with translation.override("en"):
        if faults := filterset.form.errors:
            # A page leaves such a condition out; a program would take the rows for those that it asked for.
            reasons = (
                f"{name}: {str(errors[0]).removesuffix(str(LEFT_OUT)).strip(' .')}" for name, errors in faults.items()
            )
            raise HttpError(422, "; ".join(reasons))
    return filterset


def _row_of(among: QuerySet, row: Callable[[Any], rows.Row], pk: int) -> rows.Row:
    """Returns the row with this key. Raises Http404 if `among` has none."""
    with time_limit():
        return row(get_object_or_404(among, pk=pk))


@api.get("/articles", response=list[schemas.ArticleSummary], summary="Published articles")
@paginate(Cursor, row=rows.article_summary)
def articles(request: HttpRequest, conditions: Query[ArticleConditions]) -> QuerySet:
    """Returns public articles that meet the conditions, in the order of ids."""
    listed = Article.objects.public().defer("body", "set_aside").select_related("source")
    return _met(ArticleFilter, conditions, listed).qs


@api.get("/articles/{int:pk}", response=schemas.ArticleAnswer, summary="One article with its text and facts")
def article(request: HttpRequest, pk: Id) -> rows.Row:
    """Returns one public article with its body, events, actors and figures."""
    return _row_of(rows.with_facts(Article.objects.public(), public=True), rows.article_row, pk)


@api.get(
    "/search",
    response=schemas.SearchAnswer,
    summary="The archive's search, nearest first",
    # Programs that were generated from the description call the operation by this name.
    operation_id="articles_exchange_api_found",
)
def search_results(
    request: HttpRequest,
    q: QueryEx[str, P(description="A query as on the search page.")],
    conditions: Query[ArticleConditions],
    page: QueryEx[int, P(description="The number of the page of results, from 1.")] = 1,
    widen: QueryEx[bool, P(description="Whether other names and spellings are searched for too.")] = True,
) -> rows.Row:
    """Searches the public articles. `q` is a query as on the search page; `widen=false` does not search for other names
    and spellings.
    """
    with time_limit(), translation.override("en"):
        filterset = _met(ArticleFilter, conditions, Article.objects.public())
        wanted = Wanted(Order.RELEVANCE, min(max(page, 1), LAST_PAGE))
        result = search(q, filterset.qs if filterset.chosen else None, wanted, widen=widen)
    return {
        "total": result.total,
        "total_is_capped": result.total_is_capped,
        "complete": result.complete,
        "page": result.number,
        "pages": result.pages,
        "results": [
            rows.article_summary(hit.article)
            | {"score": hit.score, "snippet": "".join(piece.text for piece in hit.highlighted.snippet)}
            for hit in (*result.hits, *result.further_hits)
        ],
        "notes": [note.message for note in result.notes],
    }


@api.get("/events", response=list[schemas.EventAnswer], summary="Events")
@paginate(Cursor, row=rows.event_row)
def events(request: HttpRequest, conditions: Query[EventConditions]) -> QuerySet:
    """Returns events that meet the conditions, in the order of ids."""
    return rows.with_participants(_met(EventFilter, conditions, Event.objects.all()).qs, public=True)


@api.get("/events/{int:pk}", response=schemas.EventAnswer, summary="One event")
def event(request: HttpRequest, pk: Id) -> rows.Row:
    """Returns one public event with its participants and articles."""
    return _row_of(rows.with_participants(Event.objects.public(), public=True), rows.event_row, pk)


@api.get("/actors", response=list[schemas.ActorAnswer], summary="Actors with all their names")
@paginate(Cursor, row=rows.actor_row)
def actors(request: HttpRequest, conditions: Query[ActorConditions]) -> QuerySet:
    """Returns actors that meet the conditions, in the order of ids."""
    return rows.with_aliases(_met(ActorFilter, conditions, Actor.objects.all()).qs)


@api.get("/actors/{int:pk}", response=schemas.ActorAnswer, summary="One actor")
def actor(request: HttpRequest, pk: Id) -> rows.Row:
    """Returns one public actor with its aliases."""
    return _row_of(rows.with_aliases(Actor.objects.public()), rows.actor_row, pk)


@api.get("/figures", response=list[schemas.FigureAnswer], summary="Figures with their quotes")
@paginate(Cursor, row=rows.figure_row)
def figures(request: HttpRequest, conditions: Query[FigureConditions]) -> QuerySet:
    """Returns public figures that meet the conditions, in the order of ids."""
    return rows.with_measures(_met(FigureFilter, conditions, Figure.objects.public()).qs, public=True)


@api.get("/sources", response=list[schemas.SourceAnswer], summary="Sources")
@paginate(Cursor, row=rows.source_row)
def sources(request: HttpRequest) -> QuerySet:
    """Returns all public sources, in the order of ids."""
    return Source.objects.public()


@api.get("/sources/{int:pk}", response=schemas.SourceAnswer, summary="One source")
def source(request: HttpRequest, pk: Id) -> rows.Row:
    """Returns one public source."""
    return _row_of(Source.objects.public(), rows.source_row, pk)
