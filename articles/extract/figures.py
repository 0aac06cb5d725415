"""Finds the figures of a text: numbers that count or measure something, with qualifier, unit, period and exact quote.

Excluded are years, dates, clock times, law articles, resolutions, ordinals, ages, phone numbers, list numbering.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from articles.arabic.characters import strip_ignored
from articles.arabic.dates import DateExpression
from articles.arabic.folding import fold_name
from articles.arabic.numbers import Number
from articles.arabic.places import NATIONALITIES
from articles.arabic.reading import Reading
from articles.models import Qualifier

# For each rule, how sure it is that a number counts something and can be compared, from 0 to 1. Editors can review the
# least sure first. The values give that order and were set without a measurement. On 2026-11-27 all 89 figures that the
# rules suggest in tests/extract/labelled and all 46 in tests/extract/unseen were right, whichever rule suggested them.
SCORES = {
    "figure.percent": 0.95,
    "figure.currency": 0.95,
    "figure.number_and_noun": 0.85,
    "figure.number_of_nouns": 0.75,
    "figure.of_the_same": 0.75,
    "figure.verb_and_number": 0.6,
}
# First and last day, inclusive. None on a side that the text leaves open.
Period = tuple[date | None, date | None]


@dataclass(frozen=True)
class FoundFigure:
    """A figure of a text; `text[start:end]` is its quote, with qualifier and unit.

    value: the number, or the lower value of a range.
    value_high: the upper value of a range, else None.
    qualifier: a Qualifier.
    unit: the unit as the text states it; empty if a verb or «عدد …» implies it.
    start: the offset of the quote, in code points.
    end: the offset after the quote, in code points.
    period: the period that the sentence gives, or None.
    rule: the key of the rule in SCORES.
    about: how the clause goes on after the quote; may be empty.
    implied: the unit that a verb or «عدد …» implies; empty if a unit is stated.
    """

    value: Decimal
    value_high: Decimal | None
    qualifier: str
    unit: str
    start: int
    end: int
    period: Period | None
    rule: str
    about: str = ""
    implied: str = ""

    @property
    def unit_of_measure(self) -> str:
        """Returns the stated unit, else the implied one."""
        return self.unit or self.implied


def _phrases(table: dict[str, tuple[str, ...]]) -> list[tuple[tuple[str, ...], str]]:
    """Returns (folded words, qualifier) of every phrase in the table, longest first."""
    phrases = [(tuple(fold_name(text).split()), qualifier) for qualifier, texts in table.items() for text in texts]
    return sorted(phrases, key=lambda phrase: -len(phrase[0]))


_BEFORE = _phrases({
    Qualifier.AT_MOST: ("أقل من", "لا يتجاوز", "لا تتجاوز", "لم يتجاوز", "لم تتجاوز", "لا يزيد عن", "لا تزيد عن",
                        "لا يزيد على", "لا تزيد على", "ما لا يتجاوز", "لا يتعدى", "لم يتعد", "لم يزد عن", "دون",
                        "ما دون", "بحد أقصى", "كحد أقصى", "لا يفوق", "لا تفوق"),
    Qualifier.MORE_THAN: ("أكثر من", "أزيد من", "ما يزيد عن", "ما يزيد على", "يزيد عن", "يزيد على", "تزيد عن",
                          "تزيد على", "زاد عن", "زاد على", "ما يفوق", "يفوق", "تفوق", "فاق", "فاقت", "يتجاوز",
                          "تتجاوز", "تجاوز", "تجاوزت", "ما يتجاوز", "يربو على", "يربو عن", "تربو على", "ما يربو على",
                          "ما يربو عن", "يتعدى", "تعدى", "أعلى من", "فوق", "أكبر من"),
    Qualifier.AT_LEAST: ("ما لا يقل عن", "لا يقل عن", "لا تقل عن", "على الأقل", "بحد أدنى", "كحد أدنى"),
    Qualifier.ABOUT: ("نحو", "حوالي", "حوالى", "قرابة", "زهاء", "ما يقارب", "ما يقرب من", "يقارب", "تقارب", "ما يناهز",
                      "يناهز", "تناهز", "ناهز", "في حدود", "تقريبا", "بما يقارب", "ما يقدر ب", "قريبا من"),
})  # fmt: skip
_BEFORE_BY_LAST: dict[str, list[tuple[tuple[str, ...], str]]] = {}
for _phrase in _BEFORE:
    _BEFORE_BY_LAST.setdefault(_phrase[0][-1], []).append(_phrase)
_PROCLITICS = frozenset("وفبلك")
_AFTER = _phrases({
    Qualifier.AT_LEAST: ("على الأقل", "كحد أدنى", "على أقل تقدير", "فأكثر", "أو أكثر"),
    Qualifier.MORE_THAN: ("ونيف", "ويزيد", "وأكثر"),
    Qualifier.ABOUT: ("تقريبا", "على وجه التقريب"),
    Qualifier.AT_MOST: ("على الأكثر", "كحد أقصى", "على أبعد تقدير", "فأقل", "أو أقل"),
})  # fmt: skip
# «يتجاوز عددها 80»: these verbs may stand up to _FARTHEST_VERB words before their number. Measured on 2026-11-27 by
# manage.py evaluate_extraction on tests/extract/labelled, on tests/extract/unseen and on 104 labelled articles: with 4
# or 6 one figure is wrong, with 14 none differs.
_DISTANT = {fold_name(w) for w in ("يتجاوز", "تتجاوز", "تجاوز", "تجاوزت", "يفوق", "تفوق", "فاق", "فاقت", "يناهز", "ناهز",
                                   "تناهز", "يقارب", "تقارب", "يربو", "تعدى", "يتعدى")}  # fmt: skip
_FARTHEST_VERB = 9
_COUNT_WORDS = {fold_name(w) for w in ("عدد", "عددها", "عددهم", "عدده", "عددهن", "العدد", "مجموع", "مجموعها", "مجموعهم", "إجمالي",
                                       "حصيلة", "قيمة", "قيمته", "قيمتها", "نسبة", "نسبته", "نسبتها", "عتبة", "سقف", "حاجز",
                                       "حصيلتها", "عديدها", "عديدهم", "قوامه", "قوامها")}  # fmt: skip

# A number after one of these words names a thing and counts nothing.
_NAMING_WORDS = {fold_name(w) for w in (
    "المادة", "مادة", "المادتين", "المواد", "الفصل", "فصل", "الفصلين", "البند", "بند", "الفقرة", "فقرة", "رقم", "القانون",
    "قانون", "القرار", "قرار", "قراره", "القرارات", "قراري", "القرارين", "قرارات", "ظهير", "الظهير", "المرسوم", "مرسوم",
    "الصفحة", "صفحة", "ص", "الساعة", "العدد", "المرتبة", "الرتبة", "المركز", "الدورة", "دورة", "دورته", "دورتها", "الطبعة",
    "النسخة", "نسخة", "الهاتف", "هاتف", "الفاكس", "فاكس", "القناة", "الشارع", "شارع", "ص.ب", "الغرفة", "القاعة", "الرقم",
    "الملحق", "ملحق", "توصية", "التوصية", "الهدف", "كوفيد", "covid", "g", "الجولة", "الذكرى", "رحلة", "الرحلة", "سورة",
    "الآية", "طراز", "الجزء", "المجلد", "المحور", "الحلقة", "الباب", "الطابق", "الطريق", "الفقرات", "البنود", "الفصول", "الأبواب", "العرض",
    "الطول", "الكتيبة", "كتيبة", "الفرقة", "الفيلق", "السرية", "الفوج", "الجيل", "القرن", "المجموعة", "المدرعة", "اللواء", "الخط", "القناة", "تلفون", "جوال", "موبايل", "tel", "fax", "no",
)}  # fmt: skip
_AGE_WORDS = {
    fold_name(w) for w in ("العمر", "عمره", "عمرها", "السن", "عمر", "بعمر", "أعمارهم", "أعمارهن", "عمرهم", "سن")
}
# In years. 60 and 1,000 make no difference on the labelled figures.
_OLDEST = 120
_DURATION_WORDS = tuple(fold_name(w) for w in ("مدة", "مدت", "المدة", "فترة", "العقوبة", "عقوبة"))
_AGED = {fold_name(w) for w in ("يبلغ", "تبلغ", "البالغ", "البالغة", "ناهز")}
_AGE_UNITS = {fold_name(w) for w in ("عاما", "سنة", "عام", "سنوات", "أعوام", "ربيعا")}
# A number before one of these is a time of day, and no figure.
_CLOCK_UNITS = {
    fold_name(w) for w in ("صباحا", "مساء", "ظهرا", "ليلا", "فجرا", "بتوقيت", "غرينتش", "gmt", "زوالا", "بعد")
}
# Function words, verbs and pronouns. None of them is a unit.
_NOT_UNITS = {fold_name(w) for w in (
    "في", "على", "إلى", "الى", "عن", "أن", "إن", "التي", "الذي", "الذين", "اللتين", "هو", "هي", "هم", "كان", "كانت", "كانوا",
    "قد", "لقد", "أو", "أي", "ثم", "مع", "هذا", "هذه", "ذلك", "تلك", "بعد", "قبل", "حتى", "لكن", "غير", "كما", "حيث", "عندما",
    "بينما", "منذ", "خلال", "ضد", "حول", "بين", "ما", "لا", "لم", "لن", "كل", "بعض", "جميع", "تم", "يتم", "عبر", "وفق", "إذ",
    "فقط", "آخر", "آخرين", "آخرون", "أخرى", "إضافة", "فضلا", "بما", "مما", "وهو", "وهي", "وقد", "والتي", "والذي", "منهم",
    "أكثر", "أقل", "نحو", "حوالي", "إضافيا", "إضافية", "سيما", "لدى", "عند", "وراء", "تحت", "فوق", "داخل", "خارج",
    "متتالية", "متتاليا", "بجروح", "بمشاركة", "بحضور", "بحسب", "بدعم", "برئاسة", "سنويا", "شهريا", "يوميا", "بينهم", "بينها", "بينهن", "برصاص", "بنيران", "وجرح", "وقتل", "وفقد", "وتوقيف", "وجرحت", "وقتلت", "تقريبا", "جاء", "من", "منها", "منهن", "قال", "أعلن", "أكد", "بهدف", "بسبب", "نتيجة", "مقابل", "مقارنة",
)}  # fmt: skip
_PARTITIVE = {fold_name("من"): "", fold_name("منها"): "-", fold_name("منهم"): "-", fold_name("منهن"): "-"}
_PERCENT_PHRASES = [
    tuple(fold_name(p).split()) for p in ("في المئة", "في المائة", "بالمئة", "بالمائة", "في المية", "بالمية")
]
_TO_WORDS = {fold_name(w) for w in ("إلى", "الى", "حتى")}
_AND, _FROM, _BETWEEN, _MA, _OF_THEM = (fold_name(word) for word in ("و", "من", "بين", "ما", "منهم"))
_BETWEEN_OR_FROM, _MA_ALONE = {_BETWEEN, _FROM}, {_MA}
_RANGE_OPENERS = {_FROM, _BETWEEN, *_TO_WORDS}
_BEFORE_NUMERALS = {fold_name("ال"), fold_name("ل"), fold_name("ب")}
_JOINED_ARTICLES = {"ا", fold_name("لل"), fold_name("بال")}
_ORDINAL_PREFIXES = {fold_name("ال")}
_HYPHEN = re.compile(r"\s*[-–—]\s*")
_OPEN_ENDED = re.compile(r"[^\S\n]*\)?[^\S\n]*[«“\"(]?[^\S\n]*")
_CLAUSE_END = re.compile(r"[.،؛:؟!\n()«»“”]")
# In words; 4 and 12 make no difference on the labelled figures.
_LONGEST_ABOUT = 8
_SYMBOLS = "$€£¥"
_NOUNS_IN_WA = {
    fold_name(w)
    for w in ("واقعة", "واجب", "واجبا", "وافد", "وافدا", "وافدين", "واعظ", "واعظا", "واعظة", "واحة", "واليا")
}
# «قُتل 3 وأصيب 12»: if no noun follows the number, the verb before it implies the unit.
_IMPLIED = {
    fold_name(word): unit
    for unit, written in {
        "قتيل": "قتل قتلت مقتل ومقتل بمقتل مصرع بمصرع",
        "جريح": "أصيب أصيبت إصابة بإصابة جرح جرحت جرح",
        "موقوف": "اعتقل اعتقلت اعتقال باعتقال توقيف بتوقيف أوقف أوقفت",
    }.items()
    for word in written.split()
}
_NUMBER_OF = {fold_name("عدد"), fold_name("أعداد"), fold_name("العدد الإجمالي")}
# In words before the number. On the labelled figures 4 makes no difference, 12 makes one wrong figure.
_FARTHEST_COUNT = 7
_CURRENCIES = {fold_name(w) for w in ("دولار", "دولارا", "دولارات", "يورو", "درهم", "درهما", "دراهم", "دينار", "دينارا", "دنانير",
                                      "ريال", "ريالا", "ريالات", "جنيه", "جنيها", "جنيهات", "ليرة", "ليرات", "فرنك", "فرنكا",
                                      "روبل", "ين", "يوان", "أوقية", "شيكل", "شيقل")}  # fmt: skip
# These words, like nationalities, can follow a currency and belong to its name: «دولار أمريكي», «جنيه إسترليني»,
# «فرنك سويسري».
_STERLING = {fold_name("إسترليني"), fold_name("استرليني")}
_SINCE = {fold_name(w) for w in ("منذ", "ومنذ")}
_UNTIL = {fold_name(w) for w in ("غاية", "لغاية", "حتى", "متم")}
# The most words that may stand between a figure and its period, after and before the figure. Half and twice these
# values make no difference on the labelled figures, which have no periods in their labels.
_PERIOD_AFTER, _PERIOD_BEFORE = 8, 14
# In words. No date is longer («أمس الأربعاء، الموافق 6 و7 من شهر تشرين الثاني/نونبر سنة 2024» has 14).
_LONGEST_DATE = 20


def find_figures(text: str | Reading) -> list[FoundFigure]:
    """Returns every figure of a text in order of place; spans are in code points and never overlap."""
    return _Figures(Reading(text) if isinstance(text, str) else text).all()


class _Figures:
    """Finds the figures of one text."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.text = reading.text
        self.words = reading.words
        self.numbers = reading.numbers
        self.number_starts = {self.words[number.first_word].start for number in self.numbers}
        # The dates that can be a period, in order, and their offsets.
        self.periods = [d for d in reading.dates if d.interval]
        self.period_starts = [d.start for d in self.periods]
        # Maps a word index to whether a label before it carries over conjunctions to the number there.
        self.carried: dict[int, bool] = {}
        self.dated = {i for d in reading.dates for i in range(reading.word_at(d.start), reading.word_at(d.end))}

    def all(self) -> list[FoundFigure]:
        """Returns every figure in order of place."""
        figures: list[FoundFigure] = []
        skip_to = 0
        for position, number in enumerate(self.numbers):
            if number.start < skip_to or self._is_part_of_date(number):
                continue
            upper, last_number = self._range_from(position)
            if upper is None:
                last_number = self._said_twice(position)
            figure = self._figure(number, last_number, upper, figures[-1] if figures else None)
            # If a range counts nothing, its upper value counts nothing either.
            skip_to = last_number.end if upper is not None else skip_to
            if figure and (not figures or figure.start >= figures[-1].end):
                figures.append(figure)
        return figures

    def _is_part_of_date(self, number: Number) -> bool:
        return any(i in self.dated for i in range(number.first_word, number.next_word))

    def _said_twice(self, position: int) -> Number:
        """Returns the number in brackets that repeats the number at `position`, else that number itself.

        «خمسة وثلاثين (35) بلدا»: the number in brackets repeats the number in words.
        """
        number = self.numbers[position]
        if position + 1 < len(self.numbers):
            following = self.numbers[position + 1]
            gap = self.text[number.end : following.start].strip()
            if following.value == number.value and gap == "(" and self.text[following.end : following.end + 1] == ")":
                return following
        return number

    def _gap(self, left: int, right: int) -> str:
        """Returns the text between word `left` and word `right`."""
        return self.text[self.words[left].end : self.words[right].start]

    def _folded_word(self, index: int) -> str:
        """Returns the folded word at `index`; empty outside the text."""
        return self.words[index].folded if 0 <= index < len(self.words) else ""

    def _range_from(self, position: int) -> tuple[Decimal | None, Number]:
        """Returns (upper value, its number) if the number at `position` opens a range, else (None, that number)."""
        number = self.numbers[position]
        if position + 1 >= len(self.numbers):
            return None, number
        following = self.numbers[position + 1]
        between = range(number.next_word, following.first_word)
        joint = [self._folded_word(i) for i in between]
        hyphen = not joint and _HYPHEN.fullmatch(self.text[number.end : following.start])
        opened = self._bare(number.first_word - 1, _RANGE_OPENERS)
        has_to = len(joint) == 1 and joint[0] in _TO_WORDS and opened not in _TO_WORDS
        joined_and = joint == [_AND] or (not joint and following.in_words)
        between_and = opened == _BETWEEN and joined_and
        is_range = (hyphen or has_to or between_and) and not self._is_part_of_date(following)
        if is_range and number.value < following.value:
            return following.value, following
        return None, number

    def _figure(
        self, number: Number, last: Number, high: Decimal | None, previous: FoundFigure | None
    ) -> FoundFigure | None:
        """Returns the figure that begins with `number`, or None if it counts nothing.

        `last` is the number that ends it, `high` the upper value of a range, `previous` the figure before it.
        """
        if self._is_label(number) or self._is_numbering(number) or self._is_clock_or_code(number, last):
            return None
        unit, end, rule = self._unit(last, previous)
        implied = ""
        if not unit:
            implied = self._implied_unit(number, opens_range=high is not None)
            if not implied:
                return None
            rule = "figure.verb_and_number"
        if fold_name(unit) in _AGE_UNITS and self._is_age(number, end):
            return None
        if self._may_be_year(number, last, end):
            return None
        low = self._scaled_like(number, last) if high is not None else number.value
        if high is not None and not low < high:
            return None
        qualifier, start = self._qualifier_before(number, opens_range=high is not None)
        start = min(start, number.start - len(self._symbol_before(number)))
        if high is not None:
            qualifier = Qualifier.BETWEEN
        elif qualifier is None:
            qualifier, end = self._qualifier_after(end) or (Qualifier.EXACTLY, end)
        return FoundFigure(
            low, high, qualifier, unit, start, end, self._period(start, end), rule, self._about(end), implied
        )

    def _implied_unit(self, number: Number, *, opens_range: bool) -> str:
        """Returns the unit that «عدد …» or the verb directly before the number implies; else empty."""
        index = self._start_of_qualifier(number, opens_range=opens_range) - 1
        if index < 0 or self.text[self.words[index].end : number.start].count("\n"):
            return ""
        if noun := self._counted_before(number):
            return noun
        folded = self._folded_word(index)
        return _IMPLIED.get(folded) or _IMPLIED.get(folded[1:] if folded[:1] in "وف" else "", "")

    def _counted_before(self, number: Number) -> str:
        """Returns the definite noun after «عدد» in the clause before the number, without its article; else empty.

        «بلغ عدد المصابين 47» counts «مصابين»; «ارتفع عدد القتلى إلى 20» counts «قتلى».
        """
        for index in range(number.first_word - 2, max(-1, number.first_word - _FARTHEST_COUNT), -1):
            if re.search(r"[.؛:\n]", self.text[self.words[index].end : number.start]):
                return ""
            if self._bare(index, _NUMBER_OF):
                noun = self.words[index + 1]
                return self.text[noun.start : noun.end].removeprefix("ال") if noun.folded.startswith("ال") else ""
        return ""

    def _start_of_qualifier(self, number: Number, *, opens_range: bool) -> int:
        """Returns the index of the first word of the number with its qualifier,
        or with the words that open its range.
        """
        _, start = self._qualifier_before(number, opens_range=opens_range)
        return self.reading.word_at(start) if start < number.start else number.first_word

    def _about(self, end: int) -> str:
        """Returns what follows in the clause: «84 دولة | عضوا في التحالف».

        At most _LONGEST_ABOUT words; empty if a number is among them.
        """
        index = self.reading.word_at(end)
        following = self.words[index : index + _LONGEST_ABOUT]
        # A clause can be as long as the text, so only the part that may be returned is searched.
        stop = _CLAUSE_END.search(self.text, end, following[-1].start) if following else None
        last = end
        for word in following:
            if stop and word.start >= stop.start():
                break
            if word.is_number or word.start in self.number_starts:
                return ""
            last = word.end
        return re.sub(r"(?:^|\s)و$", "", self.text[end:last].strip(" ،-–—)"))

    def _scaled_like(self, number: Number, last: Number) -> Decimal:
        """Returns the lower value of a range, in the scale of the upper value if it states none: «بين 2 و3 ملايين»."""
        for scale in (10**12, 10**9, 10**6, 10**3):
            if last.value >= scale and last.next_word - last.first_word > 1 and number.value < 1000 <= last.value:
                return number.value * scale
        return number.value

    # What a number is not

    def _is_label(self, number: Number) -> bool:
        """Returns whether the number names or ranks a thing: «المادة 5», «الدورة الـ79»."""
        before = self._folded_word(number.first_word - 1)
        gap = self._gap(number.first_word - 1, number.first_word) if number.first_word else "\n"
        if number.in_words:
            return False
        if "\n" in gap or "." in gap:
            return False
        bare = before[1:] if before[:1] in "وفبل" and len(before) > 3 else before
        bare = "ال" + bare[1:] if before.startswith("لل") else bare
        if {before, bare} & _NAMING_WORDS:
            return True
        if self._is_carried_to(number.first_word):
            return True
        if before in _ORDINAL_PREFIXES or before in _JOINED_ARTICLES:
            # «الـ84 دولة» counts; «الدورة الـ79» and «اليوم الـ15» rank. A counted noun follows and is indefinite.
            is_labelled = self._folded_word(number.first_word - 2) in _NAMING_WORDS
            return is_labelled or not self._counted_noun(number.next_word)
        return False

    def _is_carried_to(self, index: int) -> bool:
        """Returns whether a label carries over conjunctions to the word at `index`.

        Such lists are «القرارين 1373 و1624», «الفقرات 3 و4 و5».
        """
        visited = []
        is_carried = False
        while index >= 3 and self._folded_word(index - 1) == _AND and self.words[index - 2].is_number:
            if index in self.carried:
                is_carried = self.carried[index]
                break
            visited.append(index)
            index -= 2
            if self._folded_word(index - 1) in _NAMING_WORDS:
                is_carried = True
                break
        # The result is kept for every number of the list, so that a long list is walked only once.
        self.carried.update(dict.fromkeys(visited, is_carried))
        return is_carried

    def _is_numbering(self, number: Number) -> bool:
        """Returns whether the number numbers a line: «1. …», «2- …», «3) …» at its start."""
        if not re.match(r"\s*[.)\-–:]\s", self.text[number.end : number.end + 3]):
            return False
        before = number.start
        while before and self.text[before - 1] in " (*-•":
            before -= 1
        return not before or self.text[before - 1] == "\n"

    def _is_clock_or_code(self, number: Number, last: Number) -> bool:
        """Returns whether the number is part of a clock time, a date, a phone number, or a code such as «F-16»."""
        before, after = self.text[max(0, number.start - 1) : number.start], self.text[last.end : last.end + 2]
        if re.match(r"[:/]\d", after) or (before in {":", "/", "+", "#", "@", "_"} and not number.in_words):
            previous = self.text[max(0, number.start - 2) : number.start]
            return (
                bool(re.match(r"[:/]\d", after))
                or bool(re.match(r"[\d+#@_/]", previous))
                or before in {"+", "#", "@", "_"}
            )
        if re.match(r"-\d", after) and number is last:
            return True
        # «F-16», «T-72»
        if re.search(r"[A-Za-z]-?$", self.text[max(0, number.start - 2) : number.start]):
            return True
        if number is last and re.search(r"\d-$", self.text[max(0, number.start - 2) : number.start]):
            return True
        if (
            not number.in_words
            and len(self._folded_word(number.first_word)) >= 8
            and self._folded_word(number.first_word)[0] == "0"
        ):
            return True
        return (
            self._folded_word(last.next_word) in _CLOCK_UNITS
            and number.value <= 24
            and "\n" not in self._gap_after(last)
        )

    def _gap_after(self, number: Number) -> str:
        """Returns the text between a number and the next word; a line feed at the end of the text."""
        return self._gap(number.next_word - 1, number.next_word) if number.next_word < len(self.words) else "\n"

    def _is_age(self, number: Number, end: int) -> bool:
        """Returns whether the number is an age: «البالغ من العمر 35 عاما», «في سن 35», or in brackets: «يوسف (35
        عاما)».

        `end` is the offset after its unit.
        """
        before = self.words[max(0, number.first_word - 4) : number.first_word]
        if any(word.folded in _AGE_WORDS for word in before if "." not in self.text[word.end : number.start]):
            return True
        # «يبلغ 25 سنة», «تبلغ زوجته 29 عاما»; not «تبلغ مدة العقد 25 سنة».
        age_verbs = [self._bare(index, _AGED) for index in range(max(0, number.first_word - 3), number.first_word)]
        if (
            number.value <= _OLDEST
            and any(age_verbs)
            and not any(word.folded.startswith(_DURATION_WORDS) for word in before)
        ):
            return True
        if self.text[end : end + 1] != ")":
            return False
        start = number.start
        while start and self.text[start - 1].isspace():
            start -= 1
        return self.text[start - 1 : start] == "("

    def _may_be_year(self, number: Number, last: Number, end: int) -> bool:
        """Returns whether four digits can be a year because the next word need not be their unit.

        «مونديال 2030 لكرة القدم» and «دورة 2024 تنطلق» are such years. A number with a qualifier is none.
        """
        digits = self.text[number.start : number.end]
        if number is not last or len(digits) != 4 or not 1900 <= number.value <= 2100:
            return False
        following = self._folded_word(number.next_word)
        counts = self._qualifier_before(number, opens_range=False)[0] is not None
        return not counts and following.startswith(("ل", "ب", "ك", "ف", "س", "ي", "ت"))

    # What it counts

    def _counted_noun(self, index: int) -> bool:
        """Returns whether the word at `index` follows the word before it directly and can be a unit."""
        if index >= len(self.words) or not _OPEN_ENDED.fullmatch(self._gap(index - 1, index)):
            return False
        folded = self._folded_word(index)
        return not (
            self.words[index].is_number
            or folded in _NOT_UNITS
            or len(folded) < 2
            or folded.startswith(("ال", "لل", "بال", "كال", "فال"))
            or (folded[0] == "و" and len(folded) > 2 and (folded[1:] in _NOT_UNITS or folded.startswith("وال")))
            or self._is_joined_clause(index)
            or (folded[0] in "ي" and len(folded) == 5 and folded.endswith("ون"))
        )

    def _is_joined_clause(self, index: int) -> bool:
        """Returns whether the word is a conjunction with the next clause: «3 وأصيب 12»,
        but not «3 وفود» or «3 وحدات».
        """
        written = strip_ignored(self.text[self.words[index].start : self.words[index].end])
        return written.startswith(("وأ", "وإ", "وآ", "وا")) and self._folded_word(index) not in _NOUNS_IN_WA

    def _unit(self, last: Number, previous: FoundFigure | None) -> tuple[str, int, str]:
        """Returns (unit as stated, offset after the quote, rule); the unit is empty if none is stated.

        Tries in turn a per cent sign, a phrase for per cent, a currency sign, a counted noun, and the whole of which
        the number is a part. Signs and fixed phrases come first because they are certain: «20% من الدول» is 20 per cent
        and does not count states, «$50 مليار» counts no noun.

        `previous` is the figure before: «5 منها» and «5 منهم» take its unit if it stands in the same sentence.
        """
        index = last.next_word
        sign = re.match(r"[^\S\n]?[%٪]", self.text[last.end : last.end + 2])
        if sign:
            return "%", last.end + sign.end(), "figure.percent"
        for phrase in _PERCENT_PHRASES:
            if tuple(self._folded_word(index + i) for i in range(len(phrase))) == phrase:
                return "%", self.words[index + len(phrase) - 1].end, "figure.percent"
        symbol = re.match(rf"[^\S\n]?([{_SYMBOLS}])", self.text[last.end : last.end + 2])
        if symbol:
            return symbol[1], last.end + symbol.end(), "figure.currency"
        if symbol_before := self._symbol_before(last).strip():
            return symbol_before, last.end, "figure.currency"
        if self._counted_noun(index):
            noun = self.words[index]
            if self._folded_word(index) not in _CURRENCIES:
                return self.text[noun.start : noun.end], noun.end, "figure.number_and_noun"
            is_followed = index + 1 < len(self.words) and self._gap(index, index + 1) == " "
            end = self.words[index + 1].end if is_followed and self._names_currency(index + 1) else noun.end
            return self.text[noun.start : end], end, "figure.currency"
        return self._unit_of_part(last, previous)

    def _unit_of_part(self, last: Number, previous: FoundFigure | None) -> tuple[str, int, str]:
        """Returns what `_unit` does for a number that is a part of a whole: «5 من الدول», «5 منهم»."""
        index = last.next_word
        folded = self._folded_word(index)
        if folded not in _PARTITIVE or self._gap(index - 1, index).strip():
            return "", last.end, ""
        if _PARTITIVE[folded] == "-" or folded == _OF_THEM:
            sentence = self.reading.sentence_number
            if previous and sentence(previous.start) == sentence(last.start):
                return previous.unit, self.words[index].end, "figure.of_the_same"
            return "", last.end, ""
        noun_index = index + 1
        if self._can_be_part_of(noun_index) and not 1900 <= last.value <= 2100:
            noun = self.words[noun_index]
            return self.text[noun.start : noun.end], noun.end, "figure.number_of_nouns"
        return "", last.end, ""

    def _names_currency(self, index: int) -> bool:
        """Returns whether the word at `index` belongs to a currency's name: «أمريكي», «إسترليني»; not «سنويا»."""
        folded = self._folded_word(index)
        return folded.removesuffix("ا") in _STERLING or bool(
            {"ال" + folded, "ال" + folded.removesuffix("ا")} & NATIONALITIES.keys()
        )

    def _symbol_before(self, number: Number) -> str:
        """Returns the currency sign before the digits, with the space between them: «$50 مليون»; empty without one."""
        sign = re.search(rf"[{_SYMBOLS}][^\S\n]?$", self.text[max(0, number.start - 2) : number.start])
        return sign[0] if sign else ""

    def _can_be_part_of(self, index: int) -> bool:
        """Returns whether the noun after «من» names a whole of which the number is a part: «من الدول», «من مقاتلي
        التنظيم».
        """
        folded = self._folded_word(index)
        construct_plural = folded.endswith("ي") and len(folded) >= 5 and self._folded_word(index + 1).startswith("ال")
        return folded.startswith("ال") or construct_plural

    # Around it

    def _qualifier_before(self, number: Number, *, opens_range: bool) -> tuple[str | None, int]:
        """Returns (qualifier or None, offset of the quote). The words that open a range belong to its quote."""
        index = number.first_word
        if self._folded_word(index - 1) in _BEFORE_NUMERALS:
            index -= 1
        for phrase, qualifier in self._phrases_that_end_at(index - 1):
            first = index - len(phrase)
            if first >= 0 and self._phrase_stands_at(first, phrase):
                return qualifier, self._start_without_conjunction(first, phrase[0])
        for back in range(2, _FARTHEST_VERB + 2):
            verb = index - back
            if verb < 0 or re.search(r"[.،؛:\n]", self.text[self.words[verb].end : number.start]):
                break
            bare = self._bare(verb, _DISTANT)
            if bare and any(self._folded_word(i) in _COUNT_WORDS for i in range(verb + 1, index)):
                for phrase, qualifier in _BEFORE:
                    length = len(phrase)
                    if (
                        phrase[-1] == bare
                        and verb - length + 1 >= 0
                        and self._phrase_stands_at(verb - length + 1, phrase)
                    ):
                        return qualifier, self._start_without_conjunction(verb - length + 1, phrase[0])
        first = number.first_word - 1
        opener = self._bare(first, _BETWEEN_OR_FROM)
        if opener and opens_range:
            if self._bare(first - 1, _MA_ALONE):
                first, opener = first - 1, _MA
            return None, self._start_without_conjunction(first, opener)
        return None, number.start

    def _phrases_that_end_at(self, index: int) -> Sequence[tuple[tuple[str, ...], str]]:
        """Returns the qualifiers whose last word may stand at `index`, longest first;
        `_phrase_stands_at` checks the other words.
        """
        folded = self._folded_word(index)
        exact = _BEFORE_BY_LAST.get(folded, ())
        # A proclitic joins the first word, so it meets the last word only in qualifiers of one word.
        return [*exact, *_BEFORE_BY_LAST.get(folded[1:], ())] if folded[:1] in _PROCLITICS else exact

    def _bare(self, index: int, vocabulary: set[str]) -> str:
        """Returns the folded word at `index`, without a conjunction if need be, if the vocabulary holds it;
        else empty.
        """
        folded = self._folded_word(index)
        for form in (folded, folded[1:] if folded[:1] in "وف" else folded):
            if form in vocabulary:
                return form
        return ""

    def _phrase_stands_at(self, first: int, phrase: Sequence[str]) -> bool:
        """Returns whether `phrase` stands at word `first`, its first word perhaps with a conjunction or preposition.

        No mark of punctuation may stand in it or before the next word, which must be there.
        """
        head = self._folded_word(first)
        if head != phrase[0] and not (head[:1] in "وفبلك" and head[1:] == phrase[0]):
            return False
        if any(self._folded_word(first + i) != word for i, word in enumerate(phrase) if i):
            return False
        return not re.search(r"[.،؛\n]", self.text[self.words[first].start : self.words[first + len(phrase)].start])

    def _start_without_conjunction(self, index: int, word: str) -> int:
        """Returns the offset of the folded `word` within the word at `index`, after its proclitic."""
        return self.words[index].start + (1 if self._folded_word(index) != word else 0)

    def _qualifier_after(self, end: int) -> tuple[str, int] | None:
        """Returns (qualifier, offset after it) of a qualifier that follows the offset `end`; None without one."""
        index = self.reading.word_at(end)
        for phrase, qualifier in _AFTER:
            span = range(index, index + len(phrase))
            is_stated = tuple(self._folded_word(i) for i in span) == phrase and self._folded_word(span[-1] + 1) != _FROM
            if is_stated and not re.search(r"[.،؛\n]", self.text[end : self.words[span[-1]].start]):
                return qualifier, self.words[span[-1]].end
        return None

    def _period(self, start: int, end: int) -> Period | None:
        """Returns the nearest period in the sentence: first after the quote («… بين 2002 و2021»), then before it."""
        sentence = self.reading.sentence_number(start)
        dated = self._period_after(end, sentence) or self._period_before(start, sentence)
        return self._open_or_closed(dated) if dated else None

    def _period_after(self, end: int, sentence: int) -> DateExpression | None:
        """Returns the next date of the sentence after `end`, if no comma and few words stand before it; else None."""
        position = bisect_left(self.period_starts, end)
        dated = self.periods[position] if position < len(self.periods) else None
        if dated is None or self._words_between(end, dated.start) > _PERIOD_AFTER:
            return None
        is_near = self.reading.sentence_number(dated.start) == sentence and "،" not in self.text[end : dated.start]
        return dated if is_near else None

    def _period_before(self, start: int, sentence: int) -> DateExpression | None:
        """Returns the last date in the sentence that ends at most _PERIOD_BEFORE words before `start`."""
        for position in range(bisect_left(self.period_starts, start) - 1, -1, -1):
            dated = self.periods[position]
            if self._words_between(dated.start, start) > _PERIOD_BEFORE + _LONGEST_DATE:
                return None
            if self.reading.sentence_number(dated.start) != sentence:
                continue
            if dated.end <= start and self._words_between(dated.end, start) <= _PERIOD_BEFORE:
                return dated
        return None

    def _open_or_closed(self, dated: DateExpression) -> Period:
        """Returns the period of a date: «منذ … 2017» has no end, «إلى غاية 2020» has no beginning."""
        first, last = dated.interval or (None, None)
        index = self.reading.word_at(dated.start)
        leading = {self._folded_word(i) for i in range(max(0, index - 4), index)}
        if leading & _SINCE:
            return first, None
        return (None, last) if leading & _UNTIL else (first, last)

    def _words_between(self, start: int, end: int) -> int:
        """Returns the number of words between two offsets."""
        return self.reading.word_at(end) - self.reading.word_at(start)
