"""The schemas of the API's answers, for its OpenAPI description. articles/exchange/rows.py makes these rows.

The descriptions of the fields are what a stranger knows of the API: each says the unit or format, and what null means.
A test fails for a field without one.
"""

from datetime import date as Day  # noqa: N812  A field of the answers is named `date`.
from typing import Any

from ninja import Field, Schema

_STATE = "suggested (by a rule, not yet reviewed) or confirmed (by an editor)"
_ACTOR_KIND = "person, state, organisation, government, coalition, armed_group or civil"


class DateAnswer(Schema):
    """A date, with its precision and basis."""

    date: Day | None = Field(
        description="YYYY-MM-DD. The first day of its month or year where no day is known; null for an unknown date."
    )
    precision: str = Field(description="day, month, year or unknown")
    basis: str = Field(description="How the date is known: stated (in the original), inferred or editor")
    earliest: Day | None = Field(
        description="The first possible day, YYYY-MM-DD. Null only for an unknown date without such a bound."
    )
    latest: Day | None = Field(
        description="The last possible day, inclusive, YYYY-MM-DD. Null only for an unknown date without such a bound."
    )


class ArticleSummary(Schema):
    """An article in a list."""

    id: int = Field(description="The article's permanent number, as in its page's address /articles/ID/.")
    title: str = Field(description="The title, on one line.")
    source: str | None = Field(
        description="The name of the outlet or agency that published the article; null if it is not known."
    )
    url: str | None = Field(description="The web address where it was published; null if none is known.")
    language: str = Field(description="A language tag, such as ar or ar-MA.")
    word_count: int = Field(description="The number of words of the body, which white space separates.")
    published: DateAnswer = Field(description="The date of publication.")


class EventOfArticle(Schema):
    """An event that an article reports."""

    id: int = Field(description="The event's id.")
    title: str = Field(description="The event's title.")
    state: str = Field(description=f"Whether the article reports the event: {_STATE}.")


class ActorOfArticle(Schema):
    """An actor that an article names."""

    id: int = Field(description="The actor's id.")
    name: str = Field(description="The actor's canonical name, which the article may write otherwise.")
    kind: str = Field(description=_ACTOR_KIND)
    state: str = Field(description=f"Whether the article names the actor: {_STATE}.")
    spans: list[list[int]] = Field(
        description="The places of the name in the body: [start, end] in Unicode code points from 0, the end "
        "exclusive. Empty if the body no longer has the name."
    )


class FigureOfArticle(Schema):
    """A figure as an article states it. `quote` is exactly the body from `start` to `end`."""

    id: int = Field(description="The figure's id.")
    value: float = Field(
        description="The number that the article states; the lower one where the qualifier is between."
    )
    value_high: float | None = Field(
        description="The upper number where the qualifier is between; null for every other qualifier."
    )
    qualifier: str = Field(
        description="How the words limit the value: exactly, more_than, at_least, about, at_most or between"
    )
    unit: str = Field(description="What is counted or measured, in the article's words; empty if it is not stated.")
    measure: str | None = Field(
        description="The measure by which figures of several articles are compared; null if the figure has none."
    )
    period_start: Day | None = Field(
        description="The first day of the period that the figure covers, YYYY-MM-DD; null if it is not stated."
    )
    period_end: Day | None = Field(
        description="The last day of that period, inclusive, YYYY-MM-DD; null if it is not stated."
    )
    quote: str = Field(description="The exact words of the body that state the figure.")
    start: int | None = Field(
        description="Where the quote begins in the body, in Unicode code points from 0. Null if the body no longer "
        "holds the quote; public answers leave such figures out."
    )
    end: int | None = Field(
        description="Where the quote ends in the body, in Unicode code points, exclusive. Null where `start` is."
    )
    state: str = Field(description=f"Whether the article states this figure: {_STATE}.")


class ArticleAnswer(ArticleSummary):
    """An article with its text and facts."""

    title_origin: str = Field(
        description="stated (by the original), made (from the beginning of the body) or editor (written by an editor)"
    )
    body: str = Field(
        description="The text, without the page's furniture. An empty line separates paragraphs. All offsets count its "
        "Unicode code points, not bytes or UTF-16 units."
    )
    author: str = Field(
        description="The names of the authors as the original or an editor writes them; empty if unknown."
    )
    section: str = Field(description="The section of the outlet in which it appeared; empty if none is stated.")
    sha256: str | None = Field(
        description="SHA-256 digest of the bytes of the latest original, in hexadecimal; null if there is no original."
    )
    captured_at: str | None = Field(
        description="When the latest original was captured, in ISO 8601 with the offset from UTC; null if it is not "
        "known."
    )
    fetched_address: str | None = Field(
        description="The web address that the latest original was fetched from; null for a file."
    )
    claimed_address: str | None = Field(
        description="The web address that the latest original gives as its own, unproven by itself; null if it gives "
        "none."
    )
    date_statements: list[dict[str, Any]] = Field(
        description="All statements of the date of publication in the original. `where` is the place (heading, "
        "dateline, closing line, row, or the name of a field of the page), `quote` the words; `earliest` and `latest` "
        "are the first and the last day that the words allow, YYYY-MM-DD. Further keys are those of a date."
    )
    events: list[EventOfArticle] = Field(description="The events that it reports.")
    actors: list[ActorOfArticle] = Field(description="The actors that it names.")
    figures: list[FigureOfArticle] = Field(description="The figures that it states, in the order of the body.")


class ParticipantAnswer(Schema):
    """An actor that takes part in an event."""

    actor: int = Field(description="The actor's id.")
    name: str = Field(description="The actor's canonical name.")
    role: str = Field(description="host, co_chair, convener, participant, speaker, publisher or subject")
    state: str = Field(description=f"Whether the actor takes part: {_STATE}.")


class ArticleOfEvent(Schema):
    """An article that reports an event."""

    id: int = Field(description="The article's id.")
    state: str = Field(description=f"Whether the article reports the event: {_STATE}.")


class EventAnswer(Schema):
    """An event, with its participants and articles."""

    id: int = Field(description="The event's permanent number, as in its page's address /events/ID/.")
    title: str = Field(description="The title, on one line.")
    kind: str = Field(
        description="ministerial, conference, dialogue, summit, meeting, report, launch, operation, attack or other"
    )
    start: DateAnswer = Field(description="When it began.")
    end: DateAnswer = Field(description="When it ended.")
    place: str = Field(description="The city or place, in words; empty if it is not known.")
    country: str = Field(description="The country, in words; empty if it is not known.")
    series: str | None = Field(
        description="The name of the series of which it is a session; null if it belongs to no series."
    )
    description: str = Field(description="An editor's description; empty if there is none.")
    state: str = Field(description=f"Whether the event is one: {_STATE}.")
    participants: list[ParticipantAnswer] = Field(description="The actors that take part.")
    articles: list[ArticleOfEvent] = Field(description="The public articles that report it.")


class AliasAnswer(Schema):
    """Another name of an actor."""

    name: str = Field(description="The name.")
    kind: str = Field(description="spelling, acronym, former, short or latin")
    found_in_text: bool = Field(
        description="Whether articles are searched for the name. If false it is too ambiguous, and only widens "
        "searches."
    )


class ActorAnswer(Schema):
    """An actor, with its aliases."""

    id: int = Field(description="The actor's permanent number, as in its page's address /actors/ID/.")
    name: str = Field(description="The canonical name.")
    distinction: str = Field(
        description="What tells the actor from others of the same name, such as an office; empty if it is not needed."
    )
    kind: str = Field(description=_ACTOR_KIND)
    country: str = Field(description="The country, in words; empty if it is not known.")
    description: str = Field(description="An editor's description; empty if there is none.")
    state: str = Field(description=f"Whether the actor is one: {_STATE}.")
    aliases: list[AliasAnswer] = Field(description="All other names.")


class FigureAnswer(FigureOfArticle):
    """A figure, with its article and what it is about."""

    article: int = Field(description="The id of the article that states it.")
    event: int | None = Field(
        description="The id of the event that the figure belongs to; null if it belongs to none that is public."
    )
    actor: int | None = Field(
        description="The id of the actor that the figure belongs to; null if it belongs to none that is public."
    )
    about: str = Field(description="How the sentence goes on after the quote; empty if it ends there.")
    scope: str = Field(
        description="A place to which the figure is limited, or «متوقع» for an expected figure; empty if there is no "
        "limit. Figures of different scopes are not compared."
    )


class SourceAnswer(Schema):
    """The outlet or agency that published articles."""

    id: int = Field(description="The source's permanent number, as in its page's address /sources/ID/.")
    name: str = Field(description="The name.")
    kind: str = Field(description="agency, newspaper, site, broadcaster, official or other")
    country: str = Field(description="The country, in words; empty if it is not known.")
    domains: list[str] = Field(
        description="The domains on which it publishes, without scheme and www, such as mapnews.ma."
    )
    marks: list[str] = Field(description="The signatures of its articles, such as «و م ع».")


class HitAnswer(ArticleSummary):
    """An article that matches a search."""

    score: float = Field(
        description="Higher is nearer, without unit. Compare scores within one search only. 0 if the query has only "
        "fields, since the results are then ordered by date, newest first."
    )
    snippet: str = Field(
        description="The passage of the body that shows most matches, of about 36 words, as plain text."
    )


class SearchAnswer(Schema):
    """A page of search results."""

    total: int = Field(
        description="The number of articles found. Where articles with all words are few or none, those that were "
        "found for some of the words count too; compare `complete`."
    )
    total_is_capped: bool = Field(
        description="Whether `total` is only a lower bound, since there are very many matches."
    )
    complete: int = Field(
        description="The number of articles that hold all words of the query, as far as they were counted; 0 if all "
        "results hold only some of them."
    )
    page: int = Field(description="The number of this page, from 1.")
    pages: int = Field(description="The number of pages. A query that has only fields has a single page.")
    results: list[HitAnswer] = Field(description="The articles of this page, nearest first.")
    notes: list[str] = Field(
        description="What of the query could not be read as it was written, in English; empty if all could."
    )
