"""The read-only JSON API under /api/v1/ (django-ninja), described by /api/v1/openapi.json.

Lists are paged by cursors; their parameters are those of the readers' pages. All rows are public
(articles/models/public.py). Docstrings of operations and schemas appear in the description, so they speak to its
readers.
"""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import translation
from ninja import Field, NinjaAPI, Query, Schema
from ninja.errors import HttpError
from ninja.pagination import CursorPagination, paginate
from pydantic import ValidationError

from articles.exchange import rows, schemas
from articles.exchange.doors import RATE
from articles.models import Actor, Article, Event, Figure, Source
from articles.models.keys import read_key
from articles.platform.visitors import Rate
from articles.search.filters import ActorFilter, ArticleFilter, EventFilter, FigureFilter, ForgivingFilterSet
from articles.search.limit import SearchTooCostlyError, time_limit
from articles.search.run import Order, Wanted, search

# Rows on a page of a list: by default, and at most.
ROWS_A_PAGE, MOST_ROWS_A_PAGE = 50, 200
# The last page of search results that can be requested.
LAST_PAGE = 10_000
UNREVIEWED_DESCRIPTION = (
    "With those that no editor has reviewed yet; without it the list has confirmed ones of public articles."
)
_NOT_OURS = "cursor: not one that this API gave"

api = NinjaAPI(
    title="Archive of Arabic news on counter-terrorism diplomacy",
    version="1",
    description="Articles, events, actors, figures and sources, and the archive's own search. Read only; each address may ask "
    "so many times a minute (429 with Retry-After beyond). Every answer has an ETag.",
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


class Cursor(CursorPagination):
    """Pages a list in the order of ids. Only the rows of the requested page are made, by `row`."""

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


class ArticleConditions(Schema):
    """Filters of articles, as on the page of articles."""

    event: int | None = None
    actor: int | None = None
    source: int | None = None
    kind: str | None = None
    since: str | None = None
    until: str | None = None
    published: str | None = None


class EventConditions(Schema):
    """Filters of events, as on the page of events."""

    kind: str | None = None
    year: str | None = None
    unreviewed: bool | None = Field(None, description=UNREVIEWED_DESCRIPTION)


class ActorConditions(Schema):
    """Filters of actors, as on the page of actors."""

    kind: str | None = None
    q: str | None = None
    unreviewed: bool | None = Field(None, description=UNREVIEWED_DESCRIPTION)


class FigureConditions(Schema):
    """Filters of figures, as on the page of figures."""

    measure: int | None = None
    event: int | None = None
    actor: int | None = None
    source: int | None = None
    conflicting: bool | None = None


def _met(filters: type[ForgivingFilterSet], conditions: Schema, among: QuerySet) -> ForgivingFilterSet:
    """Returns the rows of `among` that meet the conditions. Raises HttpError 422 for an invalid condition."""
    values = {name: str(value) for name, value in conditions.model_dump().items() if value is not None}
    filterset = filters(values, among)
    with translation.override("en"):
        if filterset.form.errors:
            raise HttpError(422, "; ".join(f"{name}: {errors[0]}" for name, errors in filterset.form.errors.items()))
    return filterset


def _row_of(among: QuerySet, row: Callable[[Any], rows.Row], pk: int) -> rows.Row:
    """Returns the row with this key. Raises Http404 if `among` has none."""
    with time_limit():
        return row(get_object_or_404(among, pk=pk))


@api.get("/articles", response=list[schemas.ArticleSummary], summary="Published articles")
@paginate(Cursor, row=rows.article_summary)
def articles(request: HttpRequest, conditions: Query[ArticleConditions]) -> QuerySet:
    """Public articles that meet the conditions, in the order of ids."""
    listed = Article.objects.public().defer("body", "set_aside").select_related("source")
    return _met(ArticleFilter, conditions, listed).qs


@api.get("/articles/{int:pk}", response=schemas.Article, summary="One article with its text and facts")
def article(request: HttpRequest, pk: int) -> rows.Row:
    """One public article with its body, events, actors and figures."""
    return _row_of(rows.with_facts(Article.objects.public(), public=True), rows.article_row, pk)


@api.get("/search", response=schemas.Found, summary="The archive's search, nearest first")
def found(
    request: HttpRequest, q: str, conditions: Query[ArticleConditions], page: int = 1, widen: bool = True
) -> rows.Row:
    """`q` is a query as on the search page; `widen=false` does not search for other names and spellings."""
    with time_limit(), translation.override("en"):
        filterset = _met(ArticleFilter, conditions, Article.objects.public())
        wanted = Wanted(Order.RELEVANCE, min(max(page, 1), LAST_PAGE))
        result = search(q, filterset.qs if filterset.chosen else None, wanted, widen=widen)
    return {
        "total": result.total,
        "total_is_capped": result.total_is_capped,
        "page": result.number,
        "pages": result.pages,
        "results": [
            rows.article_summary(hit.article)
            | {"score": hit.score, "snippet": "".join(piece.text for piece in hit.highlighted.snippet)}
            for hit in (*result.hits, *result.further_hits)
        ],
        "notes": [note.message for note in result.notes],
    }


@api.get("/events", response=list[schemas.Event], summary="Events")
@paginate(Cursor, row=rows.event_row)
def events(request: HttpRequest, conditions: Query[EventConditions]) -> QuerySet:
    """Events that meet the conditions, in the order of ids."""
    return rows.with_participants(_met(EventFilter, conditions, Event.objects.all()).qs, public=True)


@api.get("/events/{int:pk}", response=schemas.Event, summary="One event")
def event(request: HttpRequest, pk: int) -> rows.Row:
    """One public event with its participants and articles."""
    return _row_of(rows.with_participants(Event.objects.public(), public=True), rows.event_row, pk)


@api.get("/actors", response=list[schemas.Actor], summary="Actors with all their names")
@paginate(Cursor, row=rows.actor_row)
def actors(request: HttpRequest, conditions: Query[ActorConditions]) -> QuerySet:
    """Actors that meet the conditions, in the order of ids."""
    return rows.with_aliases(_met(ActorFilter, conditions, Actor.objects.all()).qs)


@api.get("/actors/{int:pk}", response=schemas.Actor, summary="One actor")
def actor(request: HttpRequest, pk: int) -> rows.Row:
    """One public actor with its aliases."""
    return _row_of(rows.with_aliases(Actor.objects.public()), rows.actor_row, pk)


@api.get("/figures", response=list[schemas.Figure], summary="Figures with their quotes")
@paginate(Cursor, row=rows.figure_row)
def figures(request: HttpRequest, conditions: Query[FigureConditions]) -> QuerySet:
    """Public figures that meet the conditions, in the order of ids."""
    return rows.with_measures(_met(FigureFilter, conditions, Figure.objects.public()).qs, public=True)


@api.get("/sources", response=list[schemas.Source], summary="Sources")
@paginate(Cursor, row=rows.source_row)
def sources(request: HttpRequest) -> QuerySet:
    """All public sources, in the order of ids."""
    return Source.objects.public()


@api.get("/sources/{int:pk}", response=schemas.Source, summary="One source")
def source(request: HttpRequest, pk: int) -> rows.Row:
    """One public source."""
    return _row_of(Source.objects.public(), rows.source_row, pk)
