"""The schemas of the API's answers, for its OpenAPI description. articles/exchange/rows.py makes these rows."""

from datetime import date as Day  # noqa: N812  A field of the answers is named `date`.
from typing import Any

from ninja import Field, Schema


class Date(Schema):
    """A date, with its precision and basis."""

    date: Day | None = Field(
        description="First day of its month or year where no day is known; null for an unknown date."
    )
    precision: str = Field(description="day, month, year or unknown")
    basis: str = Field(description="stated, inferred or editor")
    earliest: Day | None
    latest: Day | None


class ArticleSummary(Schema):
    """An article in a list."""

    id: int
    title: str
    source: str | None
    url: str | None = Field(description="Where it was published.")
    language: str
    word_count: int
    published: Date


class EventOfArticle(Schema):
    """An event that an article reports."""

    id: int
    title: str
    state: str = Field(description="suggested or confirmed")


class ActorOfArticle(Schema):
    """An actor that an article names."""

    id: int
    name: str
    kind: str
    state: str
    spans: list[list[int]] = Field(description="[start, end] in code points of the body.")


class FigureOfArticle(Schema):
    """A figure as an article states it. `start` and `end` are code points of the body."""

    id: int
    value: float
    value_high: float | None
    qualifier: str = Field(description="exactly, more_than, at_least, about, at_most or between")
    unit: str
    measure: str | None
    period_start: Day | None
    period_end: Day | None
    quote: str
    start: int | None
    end: int | None
    state: str


class Article(ArticleSummary):
    """An article with its text and facts."""

    title_origin: str
    body: str
    author: str
    section: str
    sha256: str | None = Field(description="Digest of the latest original.")
    captured_at: str | None
    fetched_address: str | None = Field(description="Where the latest original was fetched from; null for a file.")
    claimed_address: str | None = Field(
        description="The address that the original gives as its own; unproven by itself."
    )
    date_statements: list[dict[str, Any]]
    events: list[EventOfArticle]
    actors: list[ActorOfArticle]
    figures: list[FigureOfArticle]


class Participant(Schema):
    """An actor that takes part in an event."""

    actor: int
    name: str
    role: str
    state: str


class ArticleOfEvent(Schema):
    """An article that reports an event."""

    id: int
    state: str


class Event(Schema):
    """An event, with its participants and articles."""

    id: int
    title: str
    kind: str
    start: Date
    end: Date
    place: str
    country: str
    series: str | None
    description: str
    state: str
    participants: list[Participant]
    articles: list[ArticleOfEvent]


class Alias(Schema):
    """Another name of an actor."""

    name: str
    kind: str
    found_in_text: bool


class Actor(Schema):
    """An actor, with its aliases."""

    id: int
    name: str
    distinction: str
    kind: str
    country: str
    description: str
    state: str
    aliases: list[Alias]


class Figure(FigureOfArticle):
    """A figure, with its article and what it is about."""

    article: int
    event: int | None
    actor: int | None
    about: str
    scope: str


class Source(Schema):
    """The outlet or agency that published articles."""

    id: int
    name: str
    kind: str
    country: str
    domains: list[str]
    marks: list[str]


class Hit(ArticleSummary):
    """An article that matches a search."""

    score: float
    snippet: str


class Found(Schema):
    """A page of search results."""

    total: int
    total_is_capped: bool = Field(description="Whether there are more than `total`.")
    page: int
    pages: int
    results: list[Hit]
    notes: list[str] = Field(description="What of the query could not be read as it was written.")
