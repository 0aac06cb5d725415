"""Describes the events that an article names, and compares them with stored events.

Called by articles/extract/analysis.py, which describes, and articles/extract/coverage.py, which compares.
"""

import re
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

from articles.arabic.characters import strip_ignored
from articles.arabic.dates import DateExpression
from articles.arabic.folding import fold_name, fold_word
from articles.arabic.months import WEEKDAY_NUMBERS
from articles.arabic.names import with_closing_mark
from articles.arabic.phrases import content_words
from articles.arabic.places import spellings_of_places
from articles.arabic.reading import Reading
from articles.arabic.words import Word, words
from articles.extract.authority import Authority, places
from articles.extract.dates import resolve, speaks_of_plans
from articles.models import ActorKind, ArchiveDate, EventKind, Precision
from articles.models.rules import SAME


@dataclass(frozen=True)
class EventDescription:
    """The features of an event by which the rules tell it from other events, stored or named in an article.

    title: the phrase that names the event, or the title of the stored event.
    kind: an EventKind.
    when: the day it begins, as precisely as it is stated.
    cities: the Arabic names of its cities.
    countries: the Arabic names of its countries.
    actors: the keys of actors that the article's lead names, or of the stored event's participants.
    key: the primary key of a stored event, negative for a new event of the batch, None for a description.
    years: the years that the article's title and lead state, or the stored title, four digits each.
    content: the words that are compared; empty for those of the title.
    end: the day it ends; unknown unless a span of days is stated.
    """

    title: str
    kind: str
    when: ArchiveDate
    cities: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()
    actors: frozenset[int] = frozenset()
    key: int | None = None
    years: frozenset[str] = frozenset()
    content: frozenset[str] = field(default=frozenset(), compare=False)
    end: ArchiveDate = field(default_factory=ArchiveDate)

    @property
    def words(self) -> frozenset[str]:
        """Returns the content words of the title; for a description, those of the article's heading as well."""
        return self.content or content_words(self.title)


@dataclass(frozen=True)
class Likeness:
    """How alike a described and a stored event are. The editor who reviews the suggestion sees both values.

    score: from 0 to 1.
    rule: SAME and the names of the features that agree.
    """

    score: float
    rule: str


# Head words by kind. A phrase that opens with a head word names an event. The first kind that fits wins.
_HEADS_OF_KINDS: dict[str, tuple[str, ...]] = {
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
}  # fmt: skip
_HEADS: list[tuple[tuple[str, ...], str]] = sorted(
    (
        (tuple(fold_name(word) for word in phrase.split()), kind)
        for kind, phrases in _HEADS_OF_KINDS.items()
        for phrase in phrases
    ),
    key=lambda head: -len(head[0]),
)
# Maps the first word of a head, proclitic included, to (the head's words, its kind, length of the proclitic).
_HEADS_BY_OPENING: dict[str, list[tuple[tuple[str, ...], str, int]]] = {}
for _phrase, _kind in _HEADS:
    for _proclitic in ("", "و", "ب", "ف", "ل"):
        # «عقد … اجتماعا»: an indefinite head takes an alef as object.
        for _opening in (_proclitic + _phrase[0], _proclitic + _phrase[0] + "ا"):
            _HEADS_BY_OPENING.setdefault(_opening, []).append((_phrase, _kind, len(_proclitic)))
_ASSEMBLIES = {EventKind.MINISTERIAL, EventKind.CONFERENCE, EventKind.DIALOGUE, EventKind.SUMMIT, EventKind.MEETING}
STRIKES = {EventKind.ATTACK, EventKind.OPERATION}
# The head of a title and two adjectives. A judgement: headings seldom have a third.
_MOST_DECLINED = 3
_ARABIC_WORD = re.compile(r"[ء-ي]{3,}")
_DEFINITE = re.compile(r"[وف]?(?:[بك]?ال|لل)(?=...)")
# The tanwin of the accusative (U+064B) is written before or after its alef, or without one («لقاءً»). A shadda (U+0651)
# can stand beside it.
_TANWIN = re.compile(r"\u064b\u0651?ا?$|ا\u064b$")
_ACCUSATIVE_ENDING = re.compile(r"\u064b?(\u0651?)\u064b?ا?\u064b?$")
# Forms of adjectives: with -ي after three letters or more («دوليا», «ثنائيا»), participles with م («مشتركا»), and two
# forms with one long vowel («كبيرا», «طارئا»).
_ADJECTIVE_FORMS = tuple(
    re.compile(form) for form in ("[ء-ي]{3,}ي", "م[ء-ي]{3,}", "[ء-ي][ء-ي]ي[ء-ي]", "[ء-ي]ا[ء-ي][ء-ي]")
)
# Shorter words have the forms of too many nouns and adverbs («عليا», «سعيا», «دعما», «غانا»). These are adjectives.
_SHORT_ADJECTIVES = frozenset("سري ودي جدي فني قوي جوي بري هام خاص عام جاد حاد تام مهم ضخم صعب حر".split())
# Words with an alef of their own that have one of the forms: names of countries, where «ليبيا» can also be the adjective,
# and others.
_NOUNS_IN_ALEF = frozenset(
    fold_name(word)
    for names in (
        (name for spelling, _ in spellings_of_places() for name in spelling.split()),
        "عليا دنيا رؤيا ميليشيا مليشيا مافيا بكتيريا هستيريا ملاريا أكاديميا طالما مثلما حالما علينا إلينا لدينا".split(),
    )
    for word in names
)
# Adverbs in the accusative that have the form of an adjective, or often have a tanwin. They keep it whatever the case of
# the head.
_ADVERBS = frozenset(
    "مؤخرا مجددا مسبقا مرارا سابقا لاحقا حاليا أخيرا جميعا تماشيا تفاديا تلافيا تحاشيا تحديا تصديا وفقا طبقا نظرا تبعا دعما "
    "سعيا".split()
)
_NOUNS_IN_YA = {
    fold_name(w)
    for w in ("يوليو", "يونيو", "يوليوز", "يناير", "ياباني", "يابانية", "يمني", "يمنية", "يوناني", "يونانية")
}
# Words that end the phrase of an event.
_PHRASE_STOPS = {fold_name(w) for w in (
    "الذي", "التي", "بدعوة", "بمشاركة", "بحضور", "يومي", "يوم", "اليوم", "أمس", "غدا", "خلال", "هامش", "تحت", "برئاسة", "وذلك",
    "حيث", "أن", "وهو", "وهي", "المنعقد", "المنعقدة", "الممتد", "بهدف", "قصد", "والتي", "والذي", "كما", "مع", "منذ", "على",
    "الجاري", "المقبل", "الماضي", "المقرر", "وفق", "بعد", "قبل", "من", "عن", "إلى", "أبرزت", "أكد", "أكدت", "عقد", "انطلقت",
    "وقع", "وقعت", "نفذه", "نفذته", "نفذها", "استهدف", "استهدفت", "خلف", "خلفت", "أسفر", "أسفرت", "أودى", "أوقع", "هو", "هي", "بحسب",
    "حسب", "جاء", "صاحب", "أيضا", "كذلك", "ليل", "صباح", "مساء", "ظهر", "ضمن", "إثر", "قرب", "النار",
)}  # fmt: skip
# «هجوم على مدرسة …»: the target of a strike is part of its name.
_STRIKE_STOPS = _PHRASE_STOPS - {fold_name("على")}
_ORDINALS = {fold_word(w): n for n, ws in enumerate((
    ("الأول", "الأولى"), ("الثاني", "الثانية"), ("الثالث", "الثالثة"), ("الرابع", "الرابعة"), ("الخامس", "الخامسة"),
    ("السادس", "السادسة"), ("السابع", "السابعة"), ("الثامن", "الثامنة"), ("التاسع", "التاسعة"), ("العاشر", "العاشرة"),
), 1) for w in ws}  # fmt: skip
# Words of the heads. Thousands of events share them, so they look up no event.
HEAD_WORDS = frozenset(
    word
    for phrases in _HEADS_OF_KINDS.values()
    for phrase in phrases
    for word in content_words(phrase.split(" ", 1)[0])
)
# The kinds of actors that tell one event from another. States take part in too many events.
TELLING_KINDS = {
    ActorKind.COALITION, ActorKind.ORGANISATION, ActorKind.GOVERNMENT, ActorKind.PERSON, ActorKind.ARMED_GROUP,
    ActorKind.CIVIL,
}  # fmt: skip
# In words, paragraphs and code points. Measured on 2026-11-27 by manage.py evaluate_extraction on
# tests/extract/labelled, on tests/extract/unseen and on 104 labelled articles: with one paragraph 6 pairs of one event
# are missed and 3 wrong ones made; 2 or 5 paragraphs, phrases of 8 to 24 words, and 500 to 3,000 code points make no
# difference.
_LONGEST_PHRASE = 16
_LEAD_PARAGRAPHS = 3
_LEAD_LENGTH = 1500
# The weights of `likeness` and the least score of one event, from 0 to 1. The first version set them without a
# measurement. manage.py evaluate_extraction measured their neighbours on 2026-11-27, one value changed at a time.
# tests/extract/labelled has 12 pairs of one event, tests/extract/unseen has 5. With the values below all pairs are found
# and no other.
#
#   value            changed to: effect on pairs                                no effect
#   _ENOUGH          0.35 to 0.5: 2 wrong; 0.65: 3 missed                       0.6
#   _KIND_WEIGHT     0: 4 missed; 0.05: 2 missed; 0.25: 2 wrong                 -
#   _WORDS_WEIGHT    0.1: 3 missed; 0.4: 2 wrong                                0.2
#   _ACTORS_WEIGHT   0.15: 2 missed; 0.25: 1 missed                             0.45
#   _PLACE_WEIGHT    0: 4 missed; 0.1: 2 missed; 0.3: 2 wrong                   -
#   _DATE_WEIGHT     0 or 0.05: 1 missed; 0.25: 2 wrong                         -
#   _OTHER_CAST      0 or 0.1: 2 wrong                                          0.2, 0.3
#   _OF_A_REPORT     1: 1 missed                                                0.65
#
# The weights sum to 1.15, so an event may lack the kind or the date and still reach 1, where scores are cut.
_ENOUGH = 0.55
_KIND_WEIGHT, _WORDS_WEIGHT, _ACTORS_WEIGHT, _PLACE_WEIGHT, _DATE_WEIGHT = 0.15, 0.30, 0.35, 0.20, 0.15
# A report is published in one place and read everywhere. Only kind, words and actors speak for it: their weights
# summed.
_OF_A_REPORT = 0.80
# The opening and the closing of a gathering are reported on different days. With 1, 2, 7 and 14 days the same pairs are
# found in the two labelled folders.
NEIGHBOURING = timedelta(days=4)
# Events on different days need this share of words or actors. With 0.3 to 0.7 the same pairs are found.
_CLEARLY_SHARED = 0.5
_OTHER_CAST = 0.15
# Two events below both shares have only their kind and day in common. With words 0 to 0.3, and with actors 0 to 0.5, the
# same pairs are found; words 0.4 miss 1 pair.
LEAST_SHARED_WORDS, LEAST_SHARED_ACTORS = 0.2, 0.3
# An event without a stated date lies within this time of the publication. With 7, 14 and 62 days the same pairs are
# found, also in 104 labelled articles.
_REPORTED_WITHIN = timedelta(days=31)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


@lru_cache(maxsize=20_000)
def years_in(text: str) -> frozenset[str]:
    """Returns the years from 1900 to 2099 that a text states in four digits."""
    return frozenset(_YEAR.findall(text))


def lead_of(body: Reading) -> Reading:
    """Returns the first _LEAD_PARAGRAPHS paragraphs of a body,
    cut after the last word within _LEAD_LENGTH code points.
    """
    length = len("\n\n".join(body.text.split("\n\n", _LEAD_PARAGRAPHS)[:_LEAD_PARAGRAPHS]))
    if length > _LEAD_LENGTH:
        last = body.word_at(_LEAD_LENGTH) - 1
        length = min(body.words[last].end, length) if last >= 0 else _LEAD_LENGTH
    return body.beginning(length)


def describe(
    title: Reading, lead: Reading, published: ArchiveDate, actors: Iterable[int], authority: Authority
) -> list[EventDescription]:
    """Describes the events that the title or the lead of an article name, likeliest first.

    `actors` are the keys of the actors that title and lead name; those that the authority does not hold are left out.
    An event takes its dates from its sentence, else from the publication (`_when`).
    """
    described: dict[tuple[str, str], EventDescription] = {}
    named_actors = frozenset(actor for actor in actors if actor in authority.kinds)
    # The event happens at the places of the title and the first paragraph. Places further down are background.
    opening = lead.text.split("\n", 1)[0]
    matches = [*places().find(title.text, title.words)]
    matches += [match for match in places().find(lead.text, lead.words) if match.start < len(opening)]
    named_places = [place for match in matches for place in match.keys]
    cities = frozenset(place.city for place in named_places if place.city)
    countries = frozenset(place.country for place in named_places)
    phrases = [
        (phrase, kind, *_when(reading, offset, published))
        for reading in (title, lead)
        for phrase, kind, offset in event_phrases(reading)
    ]
    years = frozenset(_YEAR.findall(f"{title.text} {lead.text}"))
    for phrase, kind, when, end in phrases:
        # A heading seldom states the day. The lead's sentence that names an event of the same kind often does.
        if not when.is_known:
            stated = ((w, e) for _, k, w, e in phrases if _kinds_agree(k, kind) and w.is_known)
            when, end = next(stated, (when, end))
        description = EventDescription(
            phrase, kind, when, cities, countries, named_actors, years=years,
            content=content_words(phrase) | content_words(title.text), end=end,
        )  # fmt: skip
        described.setdefault((kind, " ".join(sorted(content_words(phrase)))), description)
    return list(described.values())


def event_phrases(reading: Reading) -> list[tuple[str, str, int]]:
    """Returns (phrase, kind, offset) of every event that a text names, in order of place.

    A phrase is a head word and the words after it, up to a stop. The offset is in code points. A launch also yields
    what is launched: «إطلاق حوار …» names a dialogue too, and that is often the better name.
    """
    text, of_words = reading.text, reading.words
    named_events = []
    after = 0
    for index in [index for index, word in enumerate(of_words) if word.folded in _HEADS_BY_OPENING]:
        head = _head_at(of_words, index) if index >= after else None
        if head is None:
            continue
        length, kind, offset = head
        last = _end_of_phrase(text, of_words, index, index + length, kind)
        end = with_closing_mark(text, offset, of_words[last - 1].end)
        named_events.append((" ".join(text[offset:end].split()), kind, offset))
        after = last if kind != EventKind.LAUNCH else index + length
    return named_events


def _head_at(of_words: Sequence[Word], index: int) -> tuple[int, str, int] | None:
    """Returns (number of words, kind, offset without the proclitic) of the head at word `index`.

    None without one, and for the name of a standing forum.
    """
    for heads, kind, proclitic_length in _HEADS_BY_OPENING.get(of_words[index].folded, ()):
        following = [word.folded for word in of_words[index + 1 : index + len(heads)]]
        # The lookup has matched the first word.
        if following == list(heads[1:]):
            if kind == EventKind.CONFERENCE and _is_standing_forum(of_words, index):
                return None
            return len(heads), kind, of_words[index].start + proclitic_length
    return None


def nominative(phrase: str) -> str:
    """Returns a phrase with its head, and the adjectives beside it, in the nominative.

    «مؤتمرا دوليا حول …» becomes «مؤتمر دولي حول …». Of the first _MOST_DECLINED words those are changed that stand before
    the first word without an ending of the accusative.
    """
    written = phrase.split(" ")
    for index, word in enumerate(written[:_MOST_DECLINED]):
        bare = strip_ignored(word)
        if _DEFINITE.match(bare) or not _ARABIC_WORD.fullmatch(bare) or bare in _ADVERBS:
            break
        has_alef_of_case = bare.endswith("ا") and not _ends_in_own_alef(bare) and (index == 0 or _is_adjective(bare))
        if not has_alef_of_case and not _TANWIN.search(word):
            break
        written[index] = _ACCUSATIVE_ENDING.sub(r"\1", word, count=1)
    return " ".join(written)


def _ends_in_own_alef(bare: str) -> bool:
    """Returns whether the last alef of a word without marks belongs to its stem or to a pronoun: «قضايا», «ليبيا», «محورها»."""
    names = {fold_name(bare), fold_name(bare.removeprefix("و"))}
    return bare.endswith(("ايا", "لوجيا", "ها")) or not names.isdisjoint(_NOUNS_IN_ALEF)


def _is_adjective(bare: str) -> bool:
    """Returns whether a word without marks has the form of a masculine adjective in the accusative.

    Other words in -ا are nouns in -ا and adverbs («دعما»). In doubt the answer is no: an adjective left in the accusative
    is a small fault, but a stem without its last letter is another word.
    """
    adjectives = {bare.removesuffix("ا"), bare.removeprefix("و").removesuffix("ا")}
    return not adjectives.isdisjoint(_SHORT_ADJECTIVES) or any(
        form.fullmatch(adjective) for form in _ADJECTIVE_FORMS for adjective in adjectives
    )


def _is_standing_forum(of_words: Sequence[Word], index: int) -> bool:
    """Returns whether «المنتدى العالمي» stands at `index`: the Global Counterterrorism Forum is a body, not a gathering."""
    after = of_words[index + 1].folded if index + 1 < len(of_words) else ""
    # A conjunction or preposition may be joined to the head.
    return of_words[index].folded.endswith(fold_name("المنتدى")) and after == fold_name("العالمي")


def _end_of_phrase(text: str, of_words: Sequence[Word], first: int, index: int, kind: str) -> int:
    """Returns the index after the last word of the phrase that begins at `first` and whose head ends before `index`."""
    stops = _STRIKE_STOPS if kind in STRIKES else _PHRASE_STOPS
    while index < len(of_words) and index - first < _LONGEST_PHRASE:
        gap = text[of_words[index - 1].end : of_words[index].start]
        if re.search(r"[.،؛:؟!\n–—-]", gap):
            break
        folded = of_words[index].folded
        if folded in stops or folded in WEEKDAY_NUMBERS or (folded[:1] == "و" and folded[1:] in stops):
            break
        # «المؤتمر يتزامن …»: a verb. Hardly any noun begins with «ي»; _NOUNS_IN_YA are the exceptions.
        if folded.startswith("ي") and len(folded) > 3 and folded not in _NOUNS_IN_YA:
            break
        index += 1
    while of_words[index - 1].folded in {fold_name("في"), fold_name("و"), fold_name("هذا")}:
        index -= 1
    return index


def _when(reading: Reading, offset: int, published: ArchiveDate) -> tuple[ArchiveDate, ArchiveDate]:
    """Returns (start, end) of the event that the sentence around `offset` names.

    A date that the sentence states is taken as stated. `resolve` completes a day without a year, or a bare weekday,
    from the day of publication. Without a date, the start is unknown within _REPORTED_WITHIN of the publication.
    """
    first, last = reading.sentence_span(offset)
    dates = reading.dates_between(first, last)
    plans = speaks_of_plans(reading.words_between(first, last))
    # A full day outweighs a month, and a month outweighs a weekday.
    for states_enough in (
        lambda expression: expression.day and expression.month is not None,
        lambda expression: expression.month,
        lambda expression: expression.weekday is not None or expression.shift is not None,
    ):
        for expression in filter(states_enough, dates):
            when = resolve(expression, published, ahead=plans)
            if when and when.earliest and not _is_long_past(when, published, expression):
                return when, _last_day(when, expression.day_end)
    if published.date and published.precision == Precision.DAY:
        around = published.date - _REPORTED_WITHIN, published.date + _REPORTED_WITHIN
        return ArchiveDate.between(*around), ArchiveDate()
    return ArchiveDate.between(published.earliest, published.latest), ArchiveDate()


def _is_long_past(when: ArchiveDate, published: ArchiveDate, expression: DateExpression) -> bool:
    """Returns whether a date without a day is background («منذ يناير 2015»): it ends over a year before the
    publication.
    """
    if published.date is None or published.precision != Precision.DAY or when.latest is None or expression.day:
        return False
    return when.latest < published.date - timedelta(days=365)


def _last_day(when: ArchiveDate, day_end: int | None) -> ArchiveDate:
    """Returns the last day of an event whose date states a span of days, «يومي 4 و5 نونبر»; else an unknown date."""
    if not day_end or when.date is None or when.precision != Precision.DAY or day_end < when.date.day:
        return ArchiveDate()
    return ArchiveDate.on(date(when.date.year, when.date.month, day_end), when.basis)


def likeness(described: EventDescription, stored: EventDescription, authority: Authority) -> Likeness | None:
    """Returns how alike two events are; None where kind, place, date, ordinal or year of the title tell them apart.

    The score is a weighted sum of kind, shared words, shared actors, place and date, at most 1. _OTHER_CAST is
    subtracted where both name telling actors and share none. With a report, the score is divided by _OF_A_REPORT.
    """
    if not _kinds_agree(described.kind, stored.kind):
        return None
    same_days = described.when.may_overlap(stored.when)
    if not same_days and not _days_close(described, stored):
        return None
    if _numbers_differ(described.title, stored.title) or _other_year(described, stored):
        return None
    place = _place_agreement(described, stored)
    if place is None:
        return None
    shared_words = _shared_words(described, stored)
    described_actors = {actor for actor in described.actors if authority.kinds.get(actor) in TELLING_KINDS}
    stored_actors = {actor for actor in stored.actors if authority.kinds.get(actor) in TELLING_KINDS}
    shared_actors = containment(described_actors, stored_actors)
    # Both name telling actors, and share none.
    penalty = _OTHER_CAST if described_actors and stored_actors and not described_actors & stored_actors else 0
    dates_close = 1.0 if described.when.is_known and stored.when.is_known and same_days else 0.0
    if not same_days and max(shared_words, shared_actors) < _CLEARLY_SHARED:
        return None
    # With 0 for different kinds, one of the labelled pairs is missed.
    same_kind = 1.0 if described.kind == stored.kind else 0.5
    score = (
        _KIND_WEIGHT * same_kind
        + _WORDS_WEIGHT * shared_words
        + _ACTORS_WEIGHT * shared_actors
        + _PLACE_WEIGHT * place
        + _DATE_WEIGHT * dates_close
    ) - penalty
    if EventKind.REPORT in {described.kind, stored.kind}:
        score /= _OF_A_REPORT
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


def _days_close(described: EventDescription, stored: EventDescription) -> bool:
    """Returns whether two gatherings begin within NEIGHBOURING of each other. False for attacks and operations."""
    if STRIKES & {described.kind, stored.kind}:
        return False
    described_start, stored_start = described.when, stored.when
    if described_start.earliest is None or stored_start.earliest is None:
        return False
    are_known = described_start.is_known and stored_start.is_known
    return are_known and abs(described_start.earliest - stored_start.earliest) <= NEIGHBOURING


def _shared_words(described: EventDescription, stored: EventDescription) -> float:
    """Returns the share of telling words that two events have in common, from 0 to 1."""
    described_words, stored_words = _telling_words(described), _telling_words(stored)
    # «هجوم مقديشو» has only words of its kind and place. Then all words count.
    return (
        containment(described_words, stored_words)
        if described_words and stored_words
        else containment(described.words, stored.words)
    )


def _telling_words(event: EventDescription) -> frozenset[str]:
    """Returns the words of an event without those of its kind and its places, which are compared separately."""
    return event.words - HEAD_WORDS - _words_of_places(event.cities | event.countries)


@lru_cache(maxsize=5_000)
def _words_of_places(names: frozenset[str]) -> frozenset[str]:
    """Returns the content words of place names, with and without the preposition «ب»."""
    words_of_names = content_words(" ".join(names))
    return words_of_names | {"ب" + word for word in words_of_names}


def best_match(
    described: Sequence[EventDescription], stored: Iterable[EventDescription], authority: Authority
) -> tuple[EventDescription, Likeness] | None:
    """Returns the stored event that is most like any of the described events, and their likeness.

    None if no stored event reaches the score _ENOUGH.
    """
    best: tuple[EventDescription, Likeness] | None = None
    for stored_event in stored:
        for description in described:
            match = likeness(description, stored_event, authority)
            if match and match.score >= _ENOUGH and (best is None or match.score > best[1].score):
                best = stored_event, match
    return best


def _kinds_agree(left: str, right: str) -> bool:
    """Returns whether two kinds can belong to one event: equal kinds, two kinds of assembly,
    or a launch with any kind.
    """
    return left == right or {left, right} <= _ASSEMBLIES or EventKind.LAUNCH in {left, right}


def _other_year(described: EventDescription, stored: EventDescription) -> bool:
    """Returns whether two reports state years and share none: editions of a yearly report are different events."""
    yearly = EventKind.REPORT in {described.kind, stored.kind} and stored.years and described.years
    return bool(yearly and not stored.years & described.years)


def _numbers_differ(left_title: str, right_title: str) -> bool:
    """Returns whether two titles both state ordinals and share none, or both state years and share none."""
    left_ordinals, right_ordinals = _ordinals(left_title), _ordinals(right_title)
    if left_ordinals and right_ordinals and not left_ordinals & right_ordinals:
        return True
    left_years, right_years = years_in(left_title), years_in(right_title)
    return bool(left_years and right_years and not left_years & right_years)


@lru_cache(maxsize=20_000)
def _ordinals(title: str) -> frozenset[int]:
    folded = (fold_word(word.folded) for word in words(title))
    return frozenset(_ORDINALS[word] for word in folded if word in _ORDINALS)


def _place_agreement(left: EventDescription, right: EventDescription) -> float | None:
    """Returns how far two events agree in place: 1 for a shared city, 0.6 for a shared country; None if they cannot be
    one event.

    They cannot if both name countries and share none. Of a report, different countries tell nothing: it is published in
    one place and read everywhere. Then, and where one event names no country, it is 0. For a shared country, 0.3 and 1
    make no difference on the labelled pairs.
    """
    if left.cities & right.cities:
        return 1.0
    if left.countries & right.countries:
        return 0.6
    are_elsewhere = left.countries and right.countries and EventKind.REPORT not in {left.kind, right.kind}
    return None if are_elsewhere else 0.0


def containment(left: Iterable[Hashable], right: Iterable[Hashable]) -> float:
    """Returns the share of the smaller of two sets that the larger one contains, from 0 to 1; 0 if either is empty."""
    left, right = set(left), set(right)
    return len(left & right) / min(len(left), len(right)) if left and right else 0.0
