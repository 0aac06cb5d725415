"""Suggests which event an article reports: recognises a known one by kind, actors, place and words, or describes a new one."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

from articles.arabic.folding import fold_name, fold_word
from articles.arabic.months import WEEKDAY_NUMBERS
from articles.arabic.names import with_closing_mark
from articles.arabic.phrases import content_words
from articles.arabic.reading import Reading
from articles.arabic.words import Word, words
from articles.extract.authority import Authority, places
from articles.extract.dates import resolve, speaks_of_plans
from articles.models import ActorKind, ArchiveDate, EventKind, Precision
from articles.models.rules import SAME


@dataclass(frozen=True)
class EventDescription:
    """What is known of an event for telling it from others, whether stored or read out of an article."""

    title: str
    kind: str
    when: ArchiveDate
    cities: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()
    actors: frozenset[int] = frozenset()
    key: int | None = None
    years: frozenset[str] = frozenset()
    content: frozenset[str] = field(default=frozenset(), compare=False)
    end: ArchiveDate = ArchiveDate()

    @property
    def words(self) -> frozenset[str]:
        """What its title says, and for an article's description what the article's heading says too."""
        return self.content or content_words(self.title)


@dataclass(frozen=True)
class Likeness:
    """How alike a described and a known event are, 0 to 1, and in what: for the editor who reviews the suggestion."""

    score: float
    rule: str


# Head words by kind; a phrase that opens with one names an event. The first kind that fits wins.
_HEADS: list[tuple[tuple[str, ...], str]] = sorted(
    (
        (tuple(fold_name(word) for word in phrase.split()), kind)
        for kind, phrases in {
            EventKind.MINISTERIAL: ("الاجتماع الوزاري", "اجتماع وزاري", "الاجتماعات الوزارية", "المؤتمر الوزاري", "مؤتمر وزاري",
                                    "اجتماع وزراء", "الدورة الوزارية", "اللقاء الوزاري"),
            EventKind.SUMMIT: ("القمة", "قمة"),
            EventKind.CONFERENCE: ("المؤتمر", "مؤتمر", "المنتدى", "منتدى", "الندوة", "ندوة", "الملتقى", "ملتقى", "المناظرة",
                                   "الورشة", "ورشة", "الأسبوع", "أسبوع", "المعرض"),
            EventKind.DIALOGUE: ("الحوار", "حوار", "المشاورات", "مشاورات", "المباحثات", "مباحثات", "محادثات", "المحادثات"),
            EventKind.MEETING: ("الاجتماع", "اجتماع", "الدورة", "دورة", "اللقاء", "لقاء", "الجلسة", "جلسة"),
            EventKind.REPORT: ("التقرير", "تقرير", "تقريرها", "تقريره", "تقريرهم"),
            EventKind.OPERATION: ("عملية أمنية", "العملية الأمنية", "تفكيك خلية", "تفكيك شبكة", "توقيف", "عملية عسكرية",
                                  "تمرين", "مناورات", "عملية مشتركة"),
            EventKind.ATTACK: ("هجوم", "الهجوم", "تفجير", "التفجير", "اعتداء", "الاعتداء", "هجمات"),
            EventKind.LAUNCH: ("إطلاق", "تدشين", "افتتاح", "إحداث"),
        }.items()
        for phrase in phrases
    ),
    key=lambda head: -len(head[0]),
)  # fmt: skip
# First word of a phrase, with whatever may be written onto it → (the phrase, its kind, how many letters are written on).
_HEADS_BY_OPENING: dict[str, list[tuple[tuple[str, ...], str, int]]] = {}
for _phrase, _kind in _HEADS:
    for _proclitic in ("", "و", "ب", "ف", "ل"):
        # «عقد … اجتماعا»: an indefinite head takes an alef as object.
        for _opening in (_proclitic + _phrase[0], _proclitic + _phrase[0] + "ا"):
            _HEADS_BY_OPENING.setdefault(_opening, []).append((_phrase, _kind, len(_proclitic)))
_ASSEMBLIES = {EventKind.MINISTERIAL, EventKind.CONFERENCE, EventKind.DIALOGUE, EventKind.SUMMIT, EventKind.MEETING}
STRIKES = {EventKind.ATTACK, EventKind.OPERATION}
_NOUNS_IN_YA = {
    fold_name(w)
    for w in ("يوليو", "يونيو", "يوليوز", "يناير", "ياباني", "يابانية", "يمني", "يمنية", "يوناني", "يونانية")
}
# What a launch launches is often the better name: «إطلاق حوار …» is a dialogue.
_PHRASE_STOPS = {fold_name(w) for w in (
    "الذي", "التي", "بدعوة", "بمشاركة", "بحضور", "يومي", "يوم", "اليوم", "أمس", "غدا", "خلال", "هامش", "تحت", "برئاسة", "وذلك",
    "حيث", "أن", "وهو", "وهي", "المنعقد", "المنعقدة", "الممتد", "بهدف", "قصد", "والتي", "والذي", "كما", "مع", "منذ", "على",
    "الجاري", "المقبل", "الماضي", "المقرر", "وفق", "بعد", "قبل", "من", "عن", "إلى", "أبرزت", "أكد", "أكدت", "عقد", "انطلقت",
    "وقع", "وقعت", "نفذه", "نفذته", "نفذها", "استهدف", "استهدفت", "خلف", "خلفت", "أسفر", "أسفرت", "أودى", "أوقع", "هو", "هي", "بحسب",
    "حسب", "جاء", "صاحب", "أيضا", "كذلك", "ليل", "صباح", "مساء", "ظهر", "ضمن", "إثر", "قرب", "النار",
)}  # fmt: skip
# «هجوم على مدرسة …»: what is struck is part of the name.
_STRIKE_STOPS = _PHRASE_STOPS - {fold_name("على")}
_ORDINALS = {fold_word(w): n for n, ws in enumerate((
    ("الأول", "الأولى"), ("الثاني", "الثانية"), ("الثالث", "الثالثة"), ("الرابع", "الرابعة"), ("الخامس", "الخامسة"),
    ("السادس", "السادسة"), ("السابع", "السابعة"), ("الثامن", "الثامنة"), ("التاسع", "التاسعة"), ("العاشر", "العاشرة"),
), 1) for w in ws}  # fmt: skip
# Words that say what kind of event it is: shared by thousands, so no event is looked up by them.
HEAD_WORDS = frozenset(word for phrase, _ in _HEADS for word in content_words(phrase[0]))
# States take part in everything; these tell one event from another.
TELLING_KINDS = {
    ActorKind.COALITION, ActorKind.ORGANISATION, ActorKind.GOVERNMENT, ActorKind.PERSON, ActorKind.ARMED_GROUP,
    ActorKind.CIVIL,
}  # fmt: skip
_LONGEST_PHRASE = 16
_LEAD_PARAGRAPHS = 3
_LEAD_LENGTH = 1500
_ENOUGH = 0.55
# An opening and a closing of one gathering are reported on days of their own.
NEIGHBOURING = timedelta(days=4)
_CLEARLY_SHARED = 0.5
_OTHER_CAST = 0.15
# Below both, two events have nothing in common but their kind and day.
LEAST_SHARED_WORDS, LEAST_SHARED_ACTORS = 0.2, 0.3
_REPORTED_WITHIN = timedelta(days=31)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


@lru_cache(maxsize=20_000)
def years_in(text: str) -> frozenset[str]:
    return frozenset(_YEAR.findall(text))


def lead_of(body: Reading) -> Reading:
    """The first paragraphs, at most _LEAD_LENGTH code points, cut behind a word."""
    length = len("\n\n".join(body.text.split("\n\n", _LEAD_PARAGRAPHS)[:_LEAD_PARAGRAPHS]))
    if length > _LEAD_LENGTH:
        last = body.word_at(_LEAD_LENGTH) - 1
        length = min(body.words[last].end, length) if last >= 0 else _LEAD_LENGTH
    return body.beginning(length)


def describe(
    title: Reading, lead: Reading, published: ArchiveDate, actors: Iterable[int], authority: Authority
) -> list[EventDescription]:
    """The events that the title or the lead of an article name, likeliest first; `actors` are those its lead names.

    An event's interval is the dates its sentence states, else what is known of the publication.
    """
    described: dict[tuple[str, str], EventDescription] = {}
    named = frozenset(actor for actor in actors if actor in authority.kinds)
    # A place in the title or the first paragraph is where it happens; further down it is background.
    opening = lead.text.split("\n", 1)[0]
    matches = [*places().find(title.text, title.words)]
    matches += [match for match in places().find(lead.text, lead.words) if match.start < len(opening)]
    spots = [place for match in matches for place in match.keys]
    cities = frozenset(place.city for place in spots if place.city)
    countries = frozenset(place.country for place in spots)
    phrases = [
        (phrase, kind, *_when(reading, offset, published))
        for reading in (title, lead)
        for phrase, kind, offset in event_phrases(reading)
    ]
    years = frozenset(_YEAR.findall(f"{title.text} {lead.text}"))
    for phrase, kind, when, end in phrases:
        # A heading seldom states the day; the sentence of the lead that names the same kind of event does.
        if not when.is_known:
            dated = ((w, e) for _, k, w, e in phrases if _kinds_agree(k, kind) and w.is_known)
            when, end = next(dated, (when, end))
        description = EventDescription(
            phrase, kind, when, cities, countries, named, years=years,
            content=content_words(phrase) | content_words(title.text), end=end,
        )  # fmt: skip
        described.setdefault((kind, " ".join(sorted(content_words(phrase)))), description)
    return list(described.values())


def event_phrases(reading: Reading) -> list[tuple[str, str, int]]:
    """(phrase, kind, offset) of every event that a text names, in order: a head word and what follows it."""
    text, of_words = reading.text, reading.words
    found = []
    after = 0
    for index in [index for index, word in enumerate(of_words) if word.folded in _HEADS_BY_OPENING]:
        head = _head_at(of_words, index) if index >= after else None
        if head is None:
            continue
        length, kind, offset = head
        last = _end_of_phrase(text, of_words, index, index + length, kind)
        end = with_closing_mark(text, offset, of_words[last - 1].end)
        found.append((" ".join(text[offset:end].split()), kind, offset))
        after = max(last, index + 1) if kind != EventKind.LAUNCH else index + length
    return found


def _head_at(of_words: Sequence[Word], index: int) -> tuple[int, str, int] | None:
    folded = of_words[index].folded
    for heads, kind, written_on in _HEADS_BY_OPENING.get(folded, ()):
        if all(index + i < len(of_words) and of_words[index + i].folded == word for i, word in enumerate(heads) if i):
            if kind == EventKind.CONFERENCE and _is_annual_body(of_words, index):
                return None
            return len(heads), kind, of_words[index].start + written_on
    return None


def nominative(phrase: str) -> str:
    """«مؤتمرا دوليا حول …» as a title has it: the indefinite head and its adjectives without the alef of the object."""
    written = phrase.split(" ")
    for index, word in enumerate(written[:3]):
        if not re.fullmatch(r"[ء-ي]{3,}اً?", word) or word.startswith("ال"):
            break
        written[index] = word.removesuffix("ً").removesuffix("ا")
    return " ".join(written)


def _is_annual_body(of_words: Sequence[Word], index: int) -> bool:
    """«المنتدى العالمي لمكافحة الإرهاب» is a standing body, not a gathering, unless its session is meant."""
    after = of_words[index + 1].folded if index + 1 < len(of_words) else ""
    return of_words[index].folded.endswith(fold_name("المنتدى")) and after == fold_name("العالمي")


def _end_of_phrase(text: str, of_words: Sequence[Word], first: int, index: int, kind: str) -> int:
    stops = _STRIKE_STOPS if kind in STRIKES else _PHRASE_STOPS
    while index < len(of_words) and index - first < _LONGEST_PHRASE:
        gap = text[of_words[index - 1].end : of_words[index].start]
        if re.search(r"[.،؛:؟!\n–—-]", gap):
            break
        folded = of_words[index].folded
        if folded in stops or folded in WEEKDAY_NUMBERS or (folded[:1] == "و" and folded[1:] in stops):
            break
        # «المؤتمر يتزامن …»: hardly a noun begins so.
        if folded.startswith("ي") and len(folded) > 3 and folded not in _NOUNS_IN_YA:
            break
        index += 1
    while index - 1 > first and of_words[index - 1].folded in {fold_name("في"), fold_name("و"), fold_name("هذا")}:
        index -= 1
    return index


def _when(reading: Reading, offset: int, published: ArchiveDate) -> tuple[ArchiveDate, ArchiveDate]:
    """(start, end) of an event, by the sentence that names it and what is known of the publication.

    A stated date stands. A day without a year takes the year of publication; a bare weekday is the last one before it.
    Without either an event is reported within a month of its taking place.
    """
    first, last = reading.sentence_span(offset)
    dates = reading.dates_between(first, last)
    plans = speaks_of_plans(reading.words_between(first, last))
    # A day said in full outweighs a month, a month a weekday.
    for asked in (
        lambda one: one.day and one.month is not None,
        lambda one: one.month,
        lambda one: one.weekday is not None or one.shift is not None,
    ):
        for found in filter(asked, dates):
            when = resolve(found, published, ahead=plans)
            if when and when.earliest and not _is_long_past(when, published, found):
                return when, _last_day(when, found.day_end)
    if published.precision == Precision.DAY:
        around = published.date - _REPORTED_WITHIN, published.date + _REPORTED_WITHIN
        return ArchiveDate.unknown(*around), ArchiveDate()
    return ArchiveDate.unknown(published.earliest, published.latest), ArchiveDate()


def _is_long_past(when: ArchiveDate, published: ArchiveDate, found: object) -> bool:
    """Whether a month or year of background («منذ يناير 2015») stands in the sentence of a recent event."""
    recent = published.precision == Precision.DAY and when.latest and when.latest < published.date - timedelta(days=365)
    return bool(recent and not found.day)


def _last_day(when: ArchiveDate, day_end: int | None) -> ArchiveDate:
    """The end of an event that a span of days dates: «يومي 4 و5 نونبر»."""
    if not day_end or when.precision != Precision.DAY or day_end < when.date.day:
        return ArchiveDate()
    return ArchiveDate.on(date(when.date.year, when.date.month, day_end), when.basis)


def likeness(described: EventDescription, known: EventDescription, authority: Authority) -> Likeness | None:
    """How alike the two are; None where kind, place, date, ordinal or year of the title tell them apart."""
    if not _kinds_agree(described.kind, known.kind):
        return None
    same_days = described.when.may_overlap(known.when)
    if not same_days and not _days_close(described, known):
        return None
    if _numbers_differ(described.title, known.title) or _other_year(described, known):
        return None
    place = _place_agreement(described, known)
    if place is None:
        return None
    shared_words = _shared_words(described, known)
    mine = {a for a in described.actors if authority.kinds.get(a) in TELLING_KINDS}
    theirs = {a for a in known.actors if authority.kinds.get(a) in TELLING_KINDS}
    shared_actors = containment(mine, theirs)
    # Each has its own cast.
    apart = _OTHER_CAST if mine and theirs and not mine & theirs else 0
    dates_close = 1.0 if described.when.is_known and known.when.is_known and same_days else 0.0
    if not same_days and max(shared_words, shared_actors) < _CLEARLY_SHARED:
        return None
    same_kind = 1.0 if described.kind == known.kind else 0.5
    score = 0.15 * same_kind + 0.30 * shared_words + 0.35 * shared_actors + 0.20 * place + 0.15 * dates_close
    score -= apart
    if EventKind.REPORT in {described.kind, known.kind}:
        score /= 0.80
    if shared_words < LEAST_SHARED_WORDS and shared_actors < LEAST_SHARED_ACTORS:
        return None
    agreed = [
        name
        for name, value in (
            ("kind", same_kind),
            ("words", shared_words),
            ("actors", shared_actors),
            ("place", place),
            ("date", dates_close),
        )
        if value >= 0.5
    ]
    return Likeness(min(score, 1.0), SAME + "_".join(agreed))


def _days_close(described: EventDescription, known: EventDescription) -> bool:
    """Whether two gatherings begin within a few days of each other; attacks and operations have days of their own."""
    if STRIKES & {described.kind, known.kind}:
        return False
    mine, theirs = described.when, known.when
    return mine.is_known and theirs.is_known and abs(mine.earliest - theirs.earliest) <= NEIGHBOURING


def _shared_words(described: EventDescription, known: EventDescription) -> float:
    mine, theirs = _telling_words(described), _telling_words(known)
    # «هجوم مقديشو» has no word but those of its kind and place; then all of them count.
    return containment(mine, theirs) if mine and theirs else containment(described.words, known.words)


def _telling_words(event: EventDescription) -> frozenset[str]:
    """Its words but for those that say what kind of event it is and where, which are compared by themselves."""
    return event.words - HEAD_WORDS - _words_of_places(event.cities | event.countries)


@lru_cache(maxsize=5_000)
def _words_of_places(names: frozenset[str]) -> frozenset[str]:
    words_of_names = content_words(" ".join(names))
    return words_of_names | {"ب" + word for word in words_of_names}


def best_match(
    described: Sequence[EventDescription], known: Iterable[EventDescription], authority: Authority
) -> tuple[EventDescription, Likeness] | None:
    """The known event that one of the described ones most likely is, or None when none is alike enough."""
    best: tuple[EventDescription, Likeness] | None = None
    for candidate in known:
        for mine in described:
            alike = likeness(mine, candidate, authority)
            if alike and alike.score >= _ENOUGH and (best is None or alike.score > best[1].score):
                best = candidate, alike
    return best


def _kinds_agree(mine: str, theirs: str) -> bool:
    return mine == theirs or {mine, theirs} <= _ASSEMBLIES or EventKind.LAUNCH in {mine, theirs}


def _other_year(described: EventDescription, known: EventDescription) -> bool:
    """Whether a yearly report is known for a year that the article does not speak of."""
    yearly = EventKind.REPORT in {described.kind, known.kind} and known.years and described.years
    return bool(yearly and not known.years & described.years)


def _numbers_differ(my_title: str, their_title: str) -> bool:
    my_ordinals, their_ordinals = _ordinals(my_title), _ordinals(their_title)
    if my_ordinals and their_ordinals and not my_ordinals & their_ordinals:
        return True
    my_years, their_years = years_in(my_title), years_in(their_title)
    return bool(my_years and their_years and not my_years & their_years)


@lru_cache(maxsize=20_000)
def _ordinals(title: str) -> frozenset[int]:
    folded = (fold_word(word.folded) for word in words(title))
    return frozenset(_ORDINALS[word] for word in folded if word in _ORDINALS)


def _place_agreement(mine: EventDescription, theirs: EventDescription) -> float | None:
    """1 for a shared city, 0.6 for a shared country, 0 where one says nothing, None where both say something else.

    A report is published somewhere and read everywhere: where it is from does not tell it apart.
    """
    if mine.cities & theirs.cities:
        return 1.0
    if mine.countries & theirs.countries:
        return 0.6
    elsewhere = mine.countries and theirs.countries and EventKind.REPORT not in {mine.kind, theirs.kind}
    return None if elsewhere else 0.0


def containment(mine: Iterable, theirs: Iterable) -> float:
    """The share of the smaller of two sets found in the larger, 0 to 1."""
    mine, theirs = set(mine), set(theirs)
    return len(mine & theirs) / min(len(mine), len(theirs)) if mine and theirs else 0.0
