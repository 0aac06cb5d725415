"""Finds dates in Arabic text with their span and precision; used by extraction and ingest.

A date expression keeps what the text says and no more: «4 و5 نونبر الجاري» has days and a month and no year.
"""

import calendar
import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache

from hijridate import Hijri

from articles.arabic.characters import LETTERS, strip_ignored, with_ascii_digits
from articles.arabic.folding import fold_name
from articles.arabic.months import GREGORIAN_NUMBERS, HIJRI_NUMBERS, WEEKDAY_NUMBERS
from articles.arabic.words import Word, words

EARLIEST_YEAR, LATEST_YEAR = 1900, 2100


@dataclass(frozen=True)
class DateExpression:
    """A date as a text states it. Parts that it does not state are None.

    start: the offset of the expression, in code points.
    end: the offset after it, in code points.
    year: the year, or the first year of a span of years.
    month: 1 to 12; 0 for a month that is stated only by its relation («الشهر الماضي»).
    day: the day of the month, or the first day of a span of days.
    day_end: the last day of a span of days («4 و5 نونبر»).
    year_end: the last year of a span of years («بين 2002 و2021»).
    weekday: 0 (Monday) to 6 (Sunday).
    hijri: whether year, month and day are of the Hijri calendar.
    future: whether the text says that the date is still to come.
    relation: -1, 0 or 1 for a past, current or coming date («في أبريل الماضي», «4 نونبر الجاري», «الخميس المقبل»).
    shift: the days from the day of writing («أمس» is -1).
    month_first: whether the digits can only be read with the month first («02/13/2023»).
    """

    start: int
    end: int
    year: int | None = None
    month: int | None = None
    day: int | None = None
    day_end: int | None = None
    year_end: int | None = None
    weekday: int | None = None
    hijri: bool = False
    future: bool = False
    relation: int | None = None
    shift: int | None = None
    month_first: bool = False

    @property
    def precision(self) -> str:
        """Returns one of day, month, year and unknown; unknown without a year."""
        if self.year is None:
            return "unknown"
        if self.hijri:
            interval = self.interval
            return "day" if interval and interval[0] == interval[1] else "unknown"
        return "day" if self.day else "month" if self.month else "year"

    @property
    def interval(self) -> tuple[date, date] | None:
        """Returns the first and the last day that the expression covers; None without a year."""
        if self.year is None:
            return None
        if self.hijri:
            return _hijri_interval(self.year, self.month, self.day, self.day_end)
        if self.month is None:
            return date(self.year, 1, 1), date(self.year_end or self.year, 12, 31)
        last = calendar.monthrange(self.year, self.month)[1]
        if self.day is None:
            return date(self.year, self.month, 1), date(self.year, self.month, last)
        return date(self.year, self.month, self.day), date(self.year, self.month, self.day_end or self.day)


# Before this year, tables of the Umm al-Qura calendar differ by a day.
_HIJRI_CERTAIN_FROM = 1420
_HIJRI_FIRST, _HIJRI_LAST = 1343, 1500
_HIJRI_LONGEST_MONTH = 30


@lru_cache(maxsize=4096)
def _hijri_interval(year: int, month: int | None, day: int | None, day_end: int | None) -> tuple[date, date] | None:
    """Returns the first and last Gregorian day of a Hijri date; None outside 1343–1500.

    Where tables differ, the interval is widened by a day on both sides.
    """
    if not _HIJRI_FIRST <= year <= _HIJRI_LAST:
        return None
    last_month = month or 12
    longest = Hijri(year, last_month, 1).month_length()
    first = Hijri(year, month or 1, min(day or 1, longest)).to_gregorian()
    last = Hijri(year, last_month, min(day_end or day or longest, longest)).to_gregorian()
    doubt = timedelta(days=0 if year >= _HIJRI_CERTAIN_FROM else 1)
    return date(first.year, first.month, first.day) - doubt, date(last.year, last.month, last.day) + doubt


# What stands between a weekday and its date.
_JOINS = re.compile(r"[ \t\u00a0،,(]*")
_MAYBE_NUMERIC = re.compile(r"\d[/.-]\d")
_NUMERIC = re.compile(
    r"(?<![\d/.-])(?:(?P<d>\d{1,2})(?P<s>[/.-])(?P<m>\d{1,2})(?P=s)(?P<y>\d{4})"
    r"|(?P<iy>\d{4})(?P<is>[/-])(?P<im>\d{1,2})(?P=is)(?P<id>\d{1,2}))(?![\d/])"
)
_YEAR_WORDS = {fold_name(w) for w in ("سنة", "عام", "سنتي", "عامي", "السنة", "العام", "لسنة", "لعام", "بسنة", "بعام",
                                      "وعام", "وسنة", "منذ", "موسم", "مطلع", "أواخر", "أوائل", "صيف", "ربيع",
                                      "خريف", "شتاء", "نهاية", "بداية", "منتصف")}  # fmt: skip
_WEAK_YEAR_WORDS = {fold_name(w) for w in ("في", "حتى", "إلى", "الى", "بين", "من", "خلال", "غاية", "و", "وفي", "لغاية",
                                           "بحلول", "أفق", "رؤية", "قبل", "بعد", "ومن", "وإلى")}  # fmt: skip
_FUTURE = {fold_name(w) for w in ("بحلول", "أفق", "رؤية", "مقبل", "المقبل", "المقبلة", "القادم", "القادمة", "آفاق")}
_RELATIONS = {
    fold_name(word): relation
    for relation, written in {
        -1: "الماضي الماضية المنصرم المنصرمة الفائت الفائتة المنقضي المنقضية السابق السابقة الماضيين الماضيتين المنصرمين",
        0: "الجاري الجارية الحالي الحالية الراهن الراهنة",
        1: "المقبل المقبلة القادم القادمة المقبلين القادمين",
    }.items()
    for word in written.split()
}
# «أمس» is the day before the day of writing. «أول أمس» is the day before «أمس».
_SHIFTS = {
    fold_name(w): days for w, days in {"أمس": -1, "الأمس": -1, "البارحة": -1, "غدا": 1, "غد": 1, "الغد": 1}.items()
}
_FIRST_OF_YESTERDAY = {fold_name("أول"), fold_name("أولى")}
_TODAY = fold_name("اليوم")
_DAYS_BEFORE_WEEKDAYS = {prefix + day for day in (*_SHIFTS, _TODAY) for prefix in ("", "و", "ف")}
_OF_TODAY = {fold_name(w) for w in ("هذا", "بهذا", "صباح", "مساء", "ظهر", "عصر", "فجر")}
_UNITS_OF_TIME = {fold_name(w): unit for w, unit in {"العام": "year", "السنة": "year", "الشهر": "month"}.items()}
_AND = fold_name("و")
_OF, _AFTER, _MONTH, _THE_MONTH = (fold_name(w) for w in ("من", "بعد", "شهر", "الشهر"))
_MONTH_WORDS = {fold_name(w) for w in ("شهر", "لشهر", "بشهر", "شهري")}
_OF_THE_DAY = {fold_name(w) for w in ("الموافق", "الموافقة", "المصادف", "بتاريخ")}
_TO = {fold_name(w) for w in ("إلى", "الى", "حتى", "وحتى", "وإلى")}


# Folded words that can open a date, besides numbers. All other words of a text are skipped.
_OPENERS = {
    prefix + name.split()[0]
    for names, prefixes in (
        ((*GREGORIAN_NUMBERS, *HIJRI_NUMBERS), ("", "و", "ل")),
        ((*WEEKDAY_NUMBERS, *_SHIFTS, *_UNITS_OF_TIME, _TODAY), ("", "و", "ف")),
    )
    for name in names
    for prefix in prefixes
}


def find_dates(text: str, of_words: Sequence[Word] | None = None) -> list[DateExpression]:
    """Returns every date expression of `text`: numeric, day–month–year, month–year, years, relative, Hijri.

    They are in order and never overlap. `of_words` are the words of the text, if the caller has them. A bare four-digit
    number is a year only if the words around it say so: «1500 عنصر» is no year.
    """
    of_words = words(text) if of_words is None else of_words
    numeric = _numeric_dates(text) if _MAYBE_NUMERIC.search(text) else []
    dates = [_with_weekday(date_, text, of_words) for date_ in numeric]
    # Numeric dates are in order and do not overlap, so a word can only lie in the last one that begins before it.
    numeric_starts, numeric_ends = [date_.start for date_ in dates], [date_.end for date_ in dates]
    after = 0
    openers = [index for index, word in enumerate(of_words) if word.folded in _OPENERS or word.folded[0] <= "9"]
    for index in openers:
        word = of_words[index]
        if index < after:
            continue
        last = bisect_right(numeric_starts, word.start) - 1
        if last >= 0 and word.start < numeric_ends[last]:
            continue
        expression, after = (
            _named_month_at(text, of_words, index)
            or _year_at(text, of_words, index)
            or _relative_at(text, of_words, index)
            or (None, index + 1)
        )
        # «أمس - الأحد 12/3/2024»: words that reach into a date of digits say less than it does.
        reaches_digits = last + 1 < len(numeric) and of_words[after - 1].start >= numeric_starts[last + 1]
        if expression and not reaches_digits:
            dates.append(expression)
    return sorted(dates, key=lambda date_: date_.start)


def _with_weekday(numeric: DateExpression, text: str, of_words: Sequence[Word]) -> DateExpression:
    """Returns a date of digits with the weekday before it: «الأحد 12/3/2024», «أمس الأحد، 2024-03-12»."""
    index = bisect_left(of_words, numeric.start, key=lambda word: word.start) - 1
    start = numeric.start
    if index >= 1 and of_words[index].folded in _OF_THE_DAY:
        start, index = of_words[index].start, index - 1
    if (
        index < 0
        or of_words[index].folded not in WEEKDAY_NUMBERS
        or not _JOINS.fullmatch(text, of_words[index].end, start)
    ):
        return numeric
    weekday, start = WEEKDAY_NUMBERS[of_words[index].folded], of_words[index].start
    if (
        index
        and of_words[index - 1].folded in _DAYS_BEFORE_WEEKDAYS
        and _JOINS.fullmatch(text, of_words[index - 1].end, start)
    ):
        start = of_words[index - 1].start
    return replace(numeric, start=start, weekday=weekday)


def _numeric_dates(text: str) -> list[DateExpression]:
    """Returns the dates of a text that are written in digits only, if the calendar has them."""
    dates = []
    for match in _NUMERIC.finditer(with_ascii_digits(text)):
        part = match.groupdict()
        day, month, year = (int(part[k] or part["i" + k]) for k in "dmy")
        month_first = bool(part["d"]) and month > 12 >= day
        if month_first:
            day, month = month, day
        if _HIJRI_FIRST <= year <= _HIJRI_LAST:
            if 1 <= month <= 12 and 1 <= day <= _HIJRI_LONGEST_MONTH:
                span = match.start(), match.end()
                dates.append(DateExpression(*span, year, month, day, hijri=True, month_first=month_first))
            continue
        if not EARLIEST_YEAR <= year <= LATEST_YEAR:
            continue
        try:
            date(year, month, day)
        except ValueError:
            continue
        dates.append(DateExpression(match.start(), match.end(), year, month, day, month_first=month_first))
    return dates


# Words that may stand beside a date without changing it: «يوم 8 نونبر 2024 م».
_BESIDE_A_DAY = {fold_name(w) for w in ("يوم", "م", "ميلادية", "ميلادي")}
_SPACED_SEPARATOR = re.compile(r"(?<=\d)\s*([/.-])\s*(?=\d)")
_LETTER = re.compile(f"[{LETTERS}]")


def typed_day(text: str) -> date | None:
    """Returns the day that a typed text consists of: «2024-11-08», «8/11/2024», «الجمعة ٨ نونبر ٢٠٢٤».

    In a date of digits, the day or the year comes first, never the month. None for all other texts: a month or a year
    alone, a span, a day that the calendar does not have, a wrong weekday, a Hijri date, or a year of two digits.
    """
    written = with_ascii_digits(strip_ignored(text)).strip()
    if not _LETTER.search(written):
        return _day_of_digits(_SPACED_SEPARATOR.sub(r"\1", written))
    dates = find_dates(written)
    if len(dates) != 1 or dates[0].hijri or dates[0].day_end or dates[0].precision != "day":
        return None
    stated = dates[0]
    if stated.interval is None:
        return None
    day: date | None = stated.interval[0]
    words_beside = words(f"{written[: stated.start]} {written[stated.end :]}")
    is_whole = all(word.folded in _BESIDE_A_DAY for word in words_beside)
    # `find_dates` accepts digits with the month first. For typed text they are read again without that.
    if digits := _NUMERIC.search(written):
        day = _day_of_digits(digits[0])
    return day if is_whole and day and stated.weekday in {None, day.weekday()} else None


def _day_of_digits(written: str) -> date | None:
    """Returns the day that the digits state, with the day or the year first; None if there is no such day."""
    match = _NUMERIC.fullmatch(written)
    if match is None:
        return None
    # The groups d, m and y are a date with its day first. The groups iy, im and id are an ISO date.
    year, month, day = (int(match[part] or match[f"i{part}"]) for part in "ymd")
    # «8/5/1446» is a Hijri date. A date with its year first never is.
    if match["y"] and _HIJRI_FIRST <= year <= _HIJRI_LAST:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _month_at(of_words: Sequence[Word], index: int) -> tuple[int, bool, int] | None:
    """Returns (month, whether it is Hijri, next index) of the month's name at `index`; None without one."""
    if of_words[index].is_number:
        return None
    for length in (2, 1):
        if index + length > len(of_words):
            continue
        name = " ".join(word.folded for word in of_words[index : index + length])
        for spelling in {name, name[1:] if name[0] in "ول" else name}:
            if spelling in GREGORIAN_NUMBERS:
                return GREGORIAN_NUMBERS[spelling], False, index + length
            if spelling in HIJRI_NUMBERS:
                return HIJRI_NUMBERS[spelling], True, index + length
    return None


def _is_day(word: Word) -> bool:
    return word.is_number and len(word.folded) <= 2 and 1 <= int(word.folded) <= 31


def _is_year(word: Word, hijri: bool = False) -> bool:
    low, high = (1300, 1600) if hijri else (EARLIEST_YEAR, LATEST_YEAR)
    return word.is_number and len(word.folded) == 4 and low <= int(word.folded) <= high


def _named_month_at(text: str, of_words: Sequence[Word], index: int) -> tuple[DateExpression, int] | None:
    """Returns the date with a named month that begins at `index`, and the next index; None without one.

    Its form is [weekday] [day [and day]] month [month] [year].
    """
    first = index
    weekday, index = _weekday_at(of_words, index)
    day, day_end, index = _days_at(text, of_words, index)
    if day and index + 1 < len(of_words):
        # «20 من الشهر الجاري», «5 من شهر رمضان»: a day and its month. Ordinals such as «الثالث» are not read.
        after = index + 1 if of_words[index].folded == _OF else index
        if of_words[after].folded == _THE_MONTH:
            relation, end = _relation_at(text, of_words, after + 1)
            if relation is None:
                return None
            span = of_words[first].start, of_words[end - 1].end
            return DateExpression(*span, None, 0, day, day_end, None, weekday, relation=relation), end
        if of_words[after].folded == _MONTH:
            after += 1
        index = after if after < len(of_words) and _month_at(of_words, after) else index
    if index >= len(of_words) or (month := _month_at(of_words, index)) is None:
        return None
    number, hijri, index = month
    # Two names can state one month: «نوفمبر/تشرين الثاني», «نونبر (تشرين الثاني)».
    if index < len(of_words) and (repeated := _month_at(of_words, index)) and repeated[:2] == (number, hijri):
        index = repeated[2]
    year, index = _year_of_month_at(text, of_words, index, hijri)
    relation, index = _relation_at(text, of_words, index) if year is None else (None, index)
    is_bare = year is None and day is None and relation is None
    if is_bare and not _follows_month_word(of_words, first):
        return None
    if not _exists(year, number, hijri, (day, day_end)):
        return None
    future = relation == 1 or any(word.folded in _FUTURE for word in of_words[index : index + 1])
    span = of_words[first].start, of_words[index - 1].end
    return DateExpression(*span, year, number, day, day_end, None, weekday, hijri, future, relation), index


def _weekday_at(of_words: Sequence[Word], index: int) -> tuple[int | None, int]:
    """Returns (weekday, next index) if a weekday stands at `index`, else (None, index).

    «الأربعاء، 6 نونبر», «الخميس الموافق 26 شتنبر».
    """
    if of_words[index].folded not in WEEKDAY_NUMBERS:
        return None, index
    weekday, index = WEEKDAY_NUMBERS[of_words[index].folded], index + 1
    joins = index < len(of_words) and of_words[index].folded in _OF_THE_DAY
    return weekday, index + 1 if joins else index


def _days_at(text: str, of_words: Sequence[Word], index: int) -> tuple[int | None, int | None, int]:
    """Returns (day, last day, next index) if a day or a range of days stands at `index`; what is not there is None.

    «6», «6 و7», «من 6 إلى 7», «6-7».
    """
    if index >= len(of_words) or not _is_day(of_words[index]):
        return None, None, index
    day, index = int(of_words[index].folded), index + 1
    last = index
    if last < len(of_words) and (of_words[last].folded == _AND or of_words[last].folded in _TO):
        last += 1
    if last >= len(of_words) or not _is_day(of_words[last]):
        return day, None, index
    gap = text[of_words[index - 1].end : of_words[last].start]
    if last == index and gap.strip() not in {"-", "–", "/"}:
        return day, None, index
    return day, int(of_words[last].folded), last + 1


def _year_of_month_at(text: str, of_words: Sequence[Word], index: int, hijri: bool) -> tuple[int | None, int]:
    """Returns (year, next index) if the year of a month stands at `index`, in its own sentence, else (None, index)."""
    if index >= len(of_words):
        return None, index
    place = index + 1 if of_words[index].folded in _YEAR_WORDS and index + 1 < len(of_words) else index
    gap = text[of_words[index - 1].end : of_words[place].start]
    if not _is_year(of_words[place], hijri) or re.search(r"[.؛\n]", gap):
        return None, index
    return int(of_words[place].folded), place + 1


def _relation_at(text: str, of_words: Sequence[Word], index: int) -> tuple[int | None, int]:
    """Returns (relation, next index) if the words from `index` on state a relation, else (None, index).

    «الجاري» and «من الشهر الجاري» state one.
    """
    for skip in (0, 1, 2):
        position = index + skip
        if position >= len(of_words) or re.search(
            r"[.،؛:\n]", text[of_words[position - 1].end : of_words[position].start]
        ):
            break
        if of_words[position].folded in _RELATIONS:
            return _RELATIONS[of_words[position].folded], position + 1
        if of_words[position].folded != _OF and of_words[position].folded not in _UNITS_OF_TIME:
            break
    return None, index


def _follows_month_word(of_words: Sequence[Word], first: int) -> bool:
    """Returns whether a word for «شهر» stands before the word at `first`.

    A month without day or year counts only in «شهر أبريل» or «في أبريل الماضي», because «آب» and «مارس» are also words.
    """
    return first > 0 and of_words[first - 1].folded in _MONTH_WORDS


def _relative_at(text: str, of_words: Sequence[Word], index: int) -> tuple[DateExpression, int] | None:
    """Returns the date at `index` that is stated from the day of writing, and the next index; None without one.

    Such dates are «أمس الأربعاء», «الخميس الماضي», «العام الجاري» or a bare weekday.
    """
    folded = of_words[index].folded
    bare = folded[1:] if folded[:1] in "وف" and folded[1:] in {*_SHIFTS, *WEEKDAY_NUMBERS, *_UNITS_OF_TIME} else folded
    if bare in _UNITS_OF_TIME:
        relation, after = _relation_at(text, of_words, index + 1)
        if relation is None or after != index + 2:
            return None
        span = of_words[index].start, of_words[after - 1].end
        # Month 0 is a month stated only by its relation. extract/dates.py counts it from the month of writing.
        month = 0 if _UNITS_OF_TIME[bare] == "month" else None
        return DateExpression(*span, month=month, future=relation == 1, relation=relation), after
    shift, after = None, index
    if bare in _SHIFTS:
        shift, after = _SHIFTS[bare], index + 1
        back = 2 if index > 1 and of_words[index - 1].folded == _OF else 1
        if shift == -1 and index >= back and of_words[index - back].folded in _FIRST_OF_YESTERDAY:
            shift, index = -2, index - back
        elif shift == 1 and index and of_words[index - 1].folded == _AFTER:
            shift, index = 2, index - 1
    elif bare == _TODAY and (
        (index + 1 < len(of_words) and of_words[index + 1].folded in WEEKDAY_NUMBERS)
        or (index and of_words[index - 1].folded in _OF_TODAY)
        or re.match(r"\s*[،,(]", text[of_words[index].end : of_words[index].end + 3])
    ):
        shift, after = 0, index + 1
    weekday = None
    if after < len(of_words) and (shift is None or not re.search(r"[.؛:\n]", _gap_before(text, of_words, after))):
        name = bare if shift is None else of_words[after].folded
        if name in WEEKDAY_NUMBERS:
            # «أمس السبت 10 محرم 1429» is one date.
            if shift is not None and (full := _named_month_at(text, of_words, after)) and full[0].day:
                return replace(full[0], start=of_words[index].start), full[1]
            weekday, after = WEEKDAY_NUMBERS[name], after + 1
    if shift is None and weekday is None:
        return None
    relation = None
    if shift is None:
        relation, after = _relation_at(text, of_words, after)
    span = of_words[index].start, of_words[after - 1].end
    future = relation == 1 or (shift or 0) > 0
    return DateExpression(*span, weekday=weekday, future=future, relation=relation, shift=shift), after


def _gap_before(text: str, of_words: Sequence[Word], index: int) -> str:
    """Returns the text between the word at `index` and the word before it."""
    return text[of_words[index - 1].end : of_words[index].start] if index else ""


def _exists(year: int | None, month: int, hijri: bool, days: tuple[int | None, int | None]) -> bool:
    """Returns whether the month has the first and the last day, in this order. Without a year, it is a month of a leap
    year.

    A Hijri month has at most 30 days; tables differ on which months have 30.
    """
    month_length = _HIJRI_LONGEST_MONTH if hijri else calendar.monthrange(year or 2024, month)[1]
    first, last = (day or 1 for day in days)
    return first <= month_length and last <= month_length and (days[1] is None or first <= last)


def _year_at(text: str, of_words: Sequence[Word], index: int) -> tuple[DateExpression, int] | None:
    """Returns the year or the span of years at `index`, and the next index; None if it is no year."""
    word = of_words[index]
    if not _is_year(word):
        return None
    year = int(word.folded)
    before = of_words[index - 1] if index else None
    gap = text[before.end if before else 0 : word.start]
    after = _following(text, of_words, index)
    # «2019-2021», «بين 2002 و2021», «من 2015 إلى 2020»: the second year closes a span of years.
    closing = index + 1
    if closing < len(of_words) and (of_words[closing].folded == _AND or of_words[closing].folded in _TO):
        closing += 1
    is_span = (
        closing < len(of_words)
        and _is_year(of_words[closing])
        and int(of_words[closing].folded) > year
        and (closing > index + 1 or text[word.end : of_words[closing].start].strip() in {"-", "–", "—", "/"})
    )
    previous = before.folded if before and not gap.strip(" (") else ""
    stripped = previous[1:] if previous[:1] in "وف" and len(previous) > 2 else previous
    strong = bool({previous, stripped} & _YEAR_WORDS)
    weak = bool({previous, stripped} & _WEAK_YEAR_WORDS) and not _counts_things(after)
    bracketed = gap.endswith("(") and text[word.end : word.end + 1] == ")"
    marked = after == "م" or bool(re.match(r"م(?!\w)", text[word.end : word.end + 2]))
    if not (
        strong or weak or bracketed or marked or (is_span and not _counts_things(_following(text, of_words, closing)))
    ):
        return None
    # «بحلول سنة 2030», «في أفق 2030».
    spoken_of = {previous, stripped, after}
    if strong and index > 1 and not _gap_before(text, of_words, index - 1).strip():
        spoken_of.add(of_words[index - 2].folded)
    future = bool(spoken_of & _FUTURE)
    if is_span:
        last = of_words[closing]
        return DateExpression(word.start, last.end, year, year_end=int(last.folded), future=future), closing + 1
    return DateExpression(word.start, word.end, year, future=future), index + 1


def _following(text: str, of_words: Sequence[Word], index: int) -> str:
    """Returns the folded word after the word at `index` if only space stands between them, else an empty string."""
    if index + 1 >= len(of_words) or text[of_words[index].end : of_words[index + 1].start].strip():
        return ""
    return of_words[index + 1].folded


# After a number from 100 on, the counted noun is a bare singular. A stop, a particle, a verb or «الـ…»
# follows a year.
_AFTER_YEARS = {fold_name(w) for w in ("في", "من", "على", "إلى", "عن", "أن", "التي", "الذي", "هو", "هي", "كان", "كانت",
                                       "تم", "قد", "إن", "أي", "مع", "حيث", "بعد", "قبل", "ثم", "أو", "لم", "لا", "ما",
                                       "حول", "بين", "ضد", "عبر", "وفق", "بهدف", "عقب", "خلال", "إثر", "بموجب", "نحو",
                                       "كما", "حتى", "عندما", "حين", "بينما", "لكن", "م", "ميلادية", "هجرية", "سنويا",
                                       "كفضاء", "منها", "قتل", "قتلت", "أصيب", "سجل", "سجلت", "شهد", "شهدت", "عرف",
                                       "عرفت", "بلغ", "بلغت", "ارتفع", "ارتفعت", "انخفض", "تراجع", "فكك", "فككت", "اعتقل", "أوقف",
                                       "نفذ", "وقع", "وقعت", "أسفر", "خلف", "استفاد", "شارك", "جرى", "عقد", "انعقد", "صدر", "لقي", "بمشاركة", "بمناسبة", "أطلق", "أطلقت", "أعلن", "أعلنت"
                                       )}  # fmt: skip


def _counts_things(folded: str) -> bool:
    """Returns whether the word after a four-digit number looks like a counted noun."""
    if not folded or folded in _AFTER_YEARS:
        return False
    return not folded.startswith(("ال", "و", "ب", "ل", "ف", "ي", "ت", "ك", "س"))
