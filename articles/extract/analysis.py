"""Runs every rule on one text. Nothing is looked up or stored here, so this code can run in any process.

Called by articles/extract/process.py and its workers.
"""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate, islice

from articles.arabic.folding import fold_name
from articles.arabic.names import NameIndex
from articles.arabic.reading import Reading
from articles.arabic.words import Word
from articles.extract import events
from articles.extract.actors import FoundActor, actors_of, find_actors
from articles.extract.authority import Authority, places
from articles.extract.figures import FoundFigure, find_figures
from articles.extract.fingerprints import TextFingerprint, fingerprint
from articles.extract.newcomers import Newcomer, find_newcomers
from articles.models import ArchiveDate

# The most actors of a document that are suggested, the most figures, and the most spans of an actor. The first of the
# text are taken.
# A page of 30,000 figures took more than two minutes. The longest reports have some hundreds.
MOST_FACTS = 500
# The column of a figure's value holds 20 digits before the point.
LARGEST_VALUE = Decimal(10) ** 20


def _openings(*lines: str) -> tuple[str, ...]:
    return tuple(fold_name(word) for line in lines for word in line.split())


# A sentence with a word that begins so speaks of attendance or of harm. Its numbers are about the event itself.
_ATTENDANCE = _openings("شارك مشارك يشارك تشارك حضر حضور وفد وفود يحضر تحضر ممثل ضيوف مدعو يجمع تجمع جمع")
_HARM = _openings(
    "قتل مقتل قتيل قتلى مصرع أصيب إصابة جرح جريح ضحايا ضحية اعتقل اعتقال توقيف أوقف موقوف ضبط تفكيك فكك حجز أسفر خلف"
)
# A sentence with a word that begins so states what is expected, and not what happened.
_EXPECTED = _openings(
    "متوقع يتوقع مرتقب يرتقب ينتظر منتظر مزمع سيشارك ستشارك سيحضر ستحضر سيعرف ستعرف سيجمع ستجمع سيضم ستضم"
)


@dataclass(frozen=True)
class NamedActor:
    """An actor that a text names: either an actor of the authority or a newcomer.

    actor: the key of the actor; None for a newcomer.
    newcomer: the unknown person or body; None for an actor of the authority.
    spans: where the text names the actor, in code points.
    role: the office as the text states it; may be empty.
    rule: the rule that found the name.
    score: from 0 to 1.
    """

    actor: int | None
    newcomer: Newcomer | None
    spans: tuple[tuple[int, int], ...]
    role: str
    rule: str
    score: float


@dataclass(frozen=True)
class MeasuredFigure:
    """A figure with what its sentence and its clause say about it.

    figure: the figure as the rules read it.
    measure: the key of the measure that its unit suggests, or None.
    of_attendance: whether its sentence speaks of attendance.
    of_harm: whether its sentence speaks of people killed, hurt or arrested, or of goods seized.
    expected: whether its sentence states what is expected.
    places: (city, country) of the places that its clause names; the city may be empty.
    """

    figure: FoundFigure
    measure: int | None
    of_attendance: bool
    of_harm: bool
    expected: bool
    places: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Analysis:
    """Everything that the rules suggest for an article.

    actors: actors of the authority, then newcomers, each in order of place.
    events: descriptions of the events that title and lead name, likeliest first.
    figures: the figures of the body, in order of place.
    fingerprint: the fingerprint of the body.
    """

    actors: tuple[NamedActor, ...]
    events: tuple[events.EventDescription, ...]
    figures: tuple[MeasuredFigure, ...]
    fingerprint: TextFingerprint


def analyse(title: str, body: Reading, published: ArchiveDate, authority: Authority) -> Analysis:
    """Returns everything that the rules suggest for an article with this title, body and publication date."""
    matches = authority.actors.find(body.text, body.words)
    named_actors = actors_of(matches)
    read_title = Reading(title)
    lead = events.lead_of(body)
    in_lead = {actor.actor for actor in named_actors if actor.spans[0][0] < len(lead.text)}
    in_lead |= {actor.actor for actor in find_actors(read_title, authority.actors)}
    return Analysis(
        tuple(islice(_actors(body, named_actors, [(match.start, match.end) for match in matches]), MOST_FACTS)),
        tuple(events.describe(read_title, lead, published, in_lead, authority)),
        tuple(islice(_figures(body, authority), MOST_FACTS)),
        fingerprint(body.words),
    )


def _actors(body: Reading, actors: Iterable[FoundActor], known_spans: list[tuple[int, int]]) -> Iterable[NamedActor]:
    """Yields the actors of the authority, then the newcomers.

    `known_spans` are the spans of all names of the authority, including names that several actors share.
    """
    newcomers, offices = find_newcomers(body, known_spans)
    for actor in actors:
        role = next((offices[span] for span in actor.spans if span in offices), "")
        yield NamedActor(actor.actor, None, actor.spans[:MOST_FACTS], role, "actor.known_name", actor.score)
    if not newcomers:
        return
    spans: dict[int, list[tuple[int, int]]] = {}
    spans_of_known = _Spans(known_spans)
    for match in NameIndex((unknown.name, position) for position, unknown in enumerate(newcomers)).find(
        body.text, body.words
    ):
        if not spans_of_known.meet(match.start, match.end):
            spans.setdefault(match.keys[0], []).append((match.start, match.end))
    for position, unknown in enumerate(newcomers):
        newcomer_spans = tuple(spans.get(position, [(unknown.start, unknown.end)]))[:MOST_FACTS]
        yield NamedActor(None, unknown, newcomer_spans, unknown.role, unknown.rule, unknown.score)


class _Spans:
    """Spans of a text, sorted so that an overlap is looked up by bisection."""

    def __init__(self, spans: Iterable[tuple[int, int]]) -> None:
        ordered = sorted(spans)
        self._starts = [start for start, _ in ordered]
        # The greatest end among the spans up to each span.
        self._reach = list(accumulate((end for _, end in ordered), max))

    def meet(self, start: int, end: int) -> bool:
        """Returns whether any of the spans has a code point between two offsets."""
        before = bisect_left(self._starts, end) - 1
        return before >= 0 and self._reach[before] > start


def _figures(body: Reading, authority: Authority) -> Iterable[MeasuredFigure]:
    """Yields the figures of a body in order of place; values from LARGEST_VALUE on are left out."""
    sentences: dict[tuple[int, int], _Sentence] = {}
    for figure in find_figures(body):
        if max(figure.value, figure.value_high or figure.value) >= LARGEST_VALUE:
            continue
        span = body.sentence_span(figure.start)
        if span not in sentences:
            sentences[span] = _Sentence(body.words_between(*span), authority)
        sentence = sentences[span]
        clause_end = figure.end + len(figure.about) + 1
        place_matches = places().find(body.text[figure.start : clause_end])
        clause_places = tuple(
            dict.fromkeys((place.city, place.country) for match in place_matches for place in match.keys)
        )
        yield MeasuredFigure(
            figure,
            sentence.measure_of(figure.unit_of_measure),
            sentence.of_attendance,
            sentence.of_harm,
            sentence.expected,
            clause_places,
        )


class _Sentence:
    """What a sentence says about its figures. It is computed once, because a sentence can hold thousands of figures."""

    def __init__(self, of_words: list[Word], authority: Authority) -> None:
        self._words, self._authority = of_words, authority
        self._measures: dict[str, int | None] = {}
        self.of_attendance = _speaks_of(of_words, _ATTENDANCE)
        self.of_harm = _speaks_of(of_words, _HARM)
        self.expected = _speaks_of(of_words, _EXPECTED)

    def measure_of(self, unit: str) -> int | None:
        """Returns the key of the measure that a unit suggests in this sentence, or None."""
        folded = fold_name(unit)
        if folded not in self._measures:
            self._measures[folded] = self._authority.measure_of(unit, self._words)
        return self._measures[folded]


def _speaks_of(sentence: list[Word], openings: tuple[str, ...]) -> bool:
    """Returns whether a word of the sentence, without «و», «ال» and «ب», begins with one of the openings."""
    bare = (word.folded.removeprefix("و").removeprefix("ال").removeprefix("ب") for word in sentence)
    return any(word.startswith(openings) for word in bare)
