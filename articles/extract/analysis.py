"""What the rules read out of one text, before anything is looked up or stored: pure, so that it can run in any process."""

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
from articles.extract.fingerprints import Fingerprint, fingerprint
from articles.extract.newcomers import Newcomer, find_newcomers
from articles.models import ArchiveDate

# Of one document so many actors and figures are suggested, and so many places of one actor, the first in the text. A page of 30,000
# figures did not come within two minutes; the longest reports have some hundreds.
MOST_FACTS = 500
# What the column of a figure's value holds: 20 digits before the point.
LARGEST_VALUE = Decimal(10) ** 20


def _openings(*lines: str) -> tuple[str, ...]:
    return tuple(fold_name(word) for line in lines for word in line.split())


# A sentence with a word that begins so speaks of who came, or of whom it struck: its numbers are about the event itself.
_ATTENDANCE = _openings("شارك مشارك يشارك تشارك حضر حضور وفد وفود يحضر تحضر ممثل ضيوف مدعو يجمع تجمع جمع")
_HARM = _openings(
    "قتل مقتل قتيل قتلى مصرع أصيب إصابة جرح جريح ضحايا ضحية اعتقل اعتقال توقيف أوقف موقوف ضبط تفكيك فكك حجز أسفر خلف"
)
# What is only expected is no report of what happened.
_EXPECTED = _openings(
    "متوقع يتوقع مرتقب يرتقب ينتظر منتظر مزمع سيشارك ستشارك سيحضر ستحضر سيعرف ستعرف سيجمع ستجمع سيضم ستضم"
)


@dataclass(frozen=True)
class NamedActor:
    """Someone named in a text under a known name, or unknown so far (`newcomer`); `role` is the office as stated."""

    actor: int | None
    newcomer: Newcomer | None
    spans: tuple[tuple[int, int], ...]
    role: str
    rule: str
    score: float


@dataclass(frozen=True)
class MeasuredFigure:
    """A figure with the measure its unit suggests, what its sentence speaks of, and the places its clause names."""

    found: FoundFigure
    measure: int | None
    of_attendance: bool
    of_harm: bool
    expected: bool
    places: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Analysis:
    actors: tuple[NamedActor, ...]
    events: tuple[events.EventDescription, ...]
    figures: tuple[MeasuredFigure, ...]
    fingerprint: Fingerprint


def analyse(title: str, body: Reading, published: ArchiveDate, authority: Authority) -> Analysis:
    """Everything the rules suggest for an article with this title and text, published at `published`."""
    matches = authority.actors.find(body.text, body.words)
    found = actors_of(matches)
    read_title = Reading(title)
    lead = events.lead_of(body)
    in_lead = {actor.actor for actor in found if actor.spans[0][0] < len(lead.text)}
    in_lead |= {actor.actor for actor in find_actors(read_title, authority.actors)}
    return Analysis(
        tuple(islice(_actors(body, found, [(match.start, match.end) for match in matches]), MOST_FACTS)),
        tuple(events.describe(read_title, lead, published, in_lead, authority)),
        tuple(islice(_figures(body, authority), MOST_FACTS)),
        fingerprint(body.words),
    )


def _actors(body: Reading, found: Iterable[FoundActor], known: list[tuple[int, int]]) -> Iterable[NamedActor]:
    """Those found, then the unknown; `known` are the spans of all names of the authority, a shared name's included."""
    newcomers, offices = find_newcomers(body, known)
    for actor in found:
        role = next((offices[span] for span in actor.spans if span in offices), "")
        yield NamedActor(actor.actor, None, actor.spans[:MOST_FACTS], role, "actor.known_name", actor.score)
    if not newcomers:
        return
    spans: dict[int, list[tuple[int, int]]] = {}
    taken = _Spans(known)
    for match in NameIndex((one.name, at) for at, one in enumerate(newcomers)).find(body.text, body.words):
        if not taken.meet(match.start, match.end):
            spans.setdefault(match.keys[0], []).append((match.start, match.end))
    for at, one in enumerate(newcomers):
        places_of_one = tuple(spans.get(at, [(one.start, one.end)]))[:MOST_FACTS]
        yield NamedActor(None, one, places_of_one, one.role, one.rule, one.score)


class _Spans:
    """Spans of a text, asked one by one what meets them, in a time that their number hardly changes."""

    def __init__(self, spans: Iterable[tuple[int, int]]) -> None:
        ordered = sorted(spans)
        self._starts = [start for start, _ in ordered]
        # How far the spans up to each one reach.
        self._reach = list(accumulate((end for _, end in ordered), max))

    def meet(self, start: int, end: int) -> bool:
        """Whether one of the spans has a character between two offsets."""
        before = bisect_left(self._starts, end) - 1
        return before >= 0 and self._reach[before] > start


def _figures(body: Reading, authority: Authority) -> Iterable[MeasuredFigure]:
    sentences: dict[tuple[int, int], _Sentence] = {}
    for one in find_figures(body):
        if max(one.value, one.value_high or one.value) >= LARGEST_VALUE:
            continue
        span = body.sentence_span(one.start)
        if span not in sentences:
            sentences[span] = _Sentence(body.words_between(*span), authority)
        sentence = sentences[span]
        clause_end = one.end + len(one.about) + 1
        named = places().find(body.text[one.start : clause_end])
        spots = tuple(dict.fromkeys(tuple(place) for match in named for place in match.keys))
        yield MeasuredFigure(
            one, sentence.measure_of(one.measured), sentence.of_attendance, sentence.of_harm, sentence.expected, spots
        )


class _Sentence:
    """What a sentence says about its figures, worked out once: one sentence can hold thousands of them."""

    def __init__(self, of_words: list[Word], authority: Authority) -> None:
        self._words, self._authority = of_words, authority
        self._measures: dict[str, int | None] = {}
        self.of_attendance = _speaks_of(of_words, _ATTENDANCE)
        self.of_harm = _speaks_of(of_words, _HARM)
        self.expected = _speaks_of(of_words, _EXPECTED)

    def measure_of(self, unit: str) -> int | None:
        folded = fold_name(unit)
        if folded not in self._measures:
            self._measures[folded] = self._authority.measure_of(unit, self._words)
        return self._measures[folded]


def _speaks_of(sentence: list[Word], openings: tuple[str, ...]) -> bool:
    bare = (word.folded.removeprefix("و").removeprefix("ال").removeprefix("ب") for word in sentence)
    return any(word.startswith(openings) for word in bare)
