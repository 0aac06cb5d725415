"""Dates an article: the publication date that it states, else the interval that its text and its capture leave open."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from articles.arabic.dates import DateExpression, find_dates
from articles.arabic.folding import fold_name
from articles.arabic.reading import Reading
from articles.arabic.words import Word, words
from articles.models import ArchiveDate, Basis, Precision

# A sentence with one of these words speaks of plans. Its dates do not bound the publication from below.
_PLANS = {fold_name(w) for w in ("المقرر", "المرتقب", "المزمع", "المتوقع", "المقبل", "المقبلة", "القادم", "القادمة", "يرتقب",
                                 "سيعقد", "ستعقد", "سينعقد", "ستنعقد", "سيستضيف", "ستستضيف", "سيحتضن", "ستحتضن",
                                 "سينظم", "ستنظم", "بحلول", "أفق", "رؤية", "سيتم", "سيكون", "ستكون")}  # fmt: skip


@dataclass(frozen=True)
class StatedDate:
    """A publication date that an article states.

    where: the part of the article that states it.
    quote: the words that state it.
    date: the date that the words mean.
    """

    where: str
    quote: str
    date: ArchiveDate

    def as_dict(self) -> dict[str, str | None]:
        """Returns the place, the quote and the fields of the date, as JSON values."""
        return {"where": self.where, "quote": self.quote, **self.date.as_dict()}


def as_archive_date(expression: DateExpression, basis: str = Basis.STATED) -> ArchiveDate | None:
    """Returns the date of an expression at the expression's precision; None if it states no year."""
    if expression.interval is None or expression.year is None:
        return None
    if expression.precision == "day":
        return ArchiveDate.on(expression.interval[0], basis)
    if expression.precision == "month" and expression.month is not None:
        return ArchiveDate.in_month(expression.year, expression.month, basis)
    if expression.year_end or expression.hijri:
        return ArchiveDate.between(*expression.interval, basis)
    return ArchiveDate.in_year(expression.year, basis)


def resolve(expression: DateExpression, written: ArchiveDate, *, ahead: bool = False) -> ArchiveDate | None:
    """Returns the date that an expression means in a text written at `written`; None if that is not certain.

    The date is inferred unless the expression states its year. `ahead` is for sentences that speak of plans: a bare
    weekday then means the next such day, else the last one.
    """
    if own_date := as_archive_date(expression):
        return own_date
    if expression.hijri or expression.year:
        return None
    if written.precision != Precision.DAY:
        return _in_only_year(expression, written) if expression.month and expression.day else None
    if written.date is None:
        return None
    if expression.month is not None:
        return _of_month(expression, expression.month, written.date)
    day = _day_from(expression, written.date, ahead=ahead or expression.relation == 1)
    if day:
        return ArchiveDate.on(day, Basis.INFERRED)
    if expression.relation is not None:
        return ArchiveDate.in_year(written.date.year + expression.relation, Basis.INFERRED)
    return None


def _day_from(expression: DateExpression, written: date, *, ahead: bool) -> date | None:
    """Returns the day that «أمس», «الخميس الماضي» or a bare weekday means in a text of the day `written`.

    Where «أمس» and a weekday disagree, the weekday wins. None for an expression without either.
    """
    if expression.shift is not None:
        day = written + timedelta(days=expression.shift)
        if expression.weekday in {None, day.weekday()}:
            return day
    if expression.weekday is None:
        return None
    if ahead or (expression.shift or 0) > 0:
        return written + timedelta(days=(expression.weekday - written.weekday()) % 7 or 7)
    days_back = (written.weekday() - expression.weekday) % 7
    return written - timedelta(days=days_back or (7 if expression.relation == -1 else 0))


def _of_month(expression: DateExpression, stated_month: int, written: date) -> ArchiveDate | None:
    """Returns the date of an expression with a month and no year: a day if it states a day, else a month.

    `stated_month` is the expression's month; 0 is the month of writing.

    Its relation («الماضي», «المقبل») and its weekday determine the year. None for a day that no such month has.
    """
    if stated_month == 0:
        months = written.year * 12 + written.month - 1 + (expression.relation or 0)
        year, month = months // 12, months % 12 + 1
    else:
        year, month = _year_of(expression, stated_month, written), stated_month
    if not expression.day:
        return ArchiveDate.in_month(year, month, Basis.INFERRED)
    days = [day for y in (year, year - 1, year + 1) if (day := _day(y, month, expression.day))]
    if expression.weekday is not None:
        days = [day for day in days if day.weekday() == expression.weekday] or days
    return ArchiveDate.on(days[0], Basis.INFERRED) if days else None


def _year_of(expression: DateExpression, month: int, written: date) -> int:
    """Returns the year of the expression's named `month`, which has no year.

    The relation is 0 for «الجاري», 1 for «المقبل», -1 for «الماضي», None for none.
    """
    if expression.relation == 0:
        return written.year
    if expression.relation == 1:
        is_ahead = (month, expression.day or 31) > (written.month, written.day)
        return written.year if is_ahead else written.year + 1
    if expression.relation == -1:
        # A day of the month of writing can be past. The month itself cannot.
        is_past_day = month == written.month and expression.day is not None and expression.day <= written.day
        return written.year if month < written.month or is_past_day else written.year - 1
    # The month that comes next, else the latest such month that has begun.
    if month == written.month % 12 + 1:
        return written.year + (written.month == 12)
    return written.year - 1 if month > written.month else written.year


def _in_only_year(expression: DateExpression, written: ArchiveDate) -> ArchiveDate | None:
    """Returns the date of a day and month in a text whose own day is unknown.

    None unless exactly one of the possible years has that day on the stated weekday.
    """
    month, day_of_month = expression.month, expression.day
    if written.earliest is None or written.latest is None or not month or not day_of_month:
        return None
    days = [
        day
        for year in range(written.earliest.year - 1, written.latest.year + 1)
        if (day := _day(year, month, day_of_month)) and day <= written.latest
        if day >= written.earliest - timedelta(days=31) and expression.weekday in {None, day.weekday()}
    ]
    return ArchiveDate.on(days[0], Basis.INFERRED) if len(days) == 1 else None


def _day(year: int, month: int, day: int) -> date | None:
    """Returns the day; None if the calendar has no such day."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def publication_date(stated: Sequence[StatedDate], body: Reading, captured: date) -> ArchiveDate:
    """Returns the publication date of a text that was captured on the day `captured`.

    `stated` are the dates that page, heading and dateline state, weightiest first. If none of them was past at the
    capture, the date is unknown: not before the latest past date in the text («بين 2002 و2021»: not before 2021), and
    not after the capture.
    """
    return stated_publication(stated, captured) or ArchiveDate.between(_looks_back_on(body, captured), captured)


def stated_publication(stated: Sequence[StatedDate], captured: date) -> ArchiveDate | None:
    """Returns the most precise of the dates that were past at the capture; None without one.

    Of equally precise dates the first one in `stated`, which is the weightiest, wins.
    """
    possible = [statement.date for statement in stated if was_past(statement.date, captured)]
    return min(possible, key=lambda stated_date: Precision.values.index(stated_date.precision), default=None)


def was_past(stated: ArchiveDate, captured: date) -> bool:
    """Returns whether a date had begun by the day after the capture:
    a page's clock can be a time zone ahead of ours.
    """
    return stated.earliest is not None and stated.earliest <= captured + timedelta(days=1)


def _looks_back_on(body: Reading, captured: date) -> date | None:
    """Returns the latest first day of the past dates in `body`; None without one.

    An article cannot report what happens after its publication, so it was not published before that day.
    """
    bounds = []
    # Maps a sentence's span to whether it speaks of plans, because one sentence can hold thousands of dates.
    plans: dict[tuple[int, int], bool] = {}
    for expression in body.dates:
        if expression.interval is None or expression.future:
            continue
        first = date(expression.year_end, 1, 1) if expression.year_end else expression.interval[0]
        if first > captured:
            continue
        sentence = body.sentence_span(expression.start)
        if sentence not in plans:
            plans[sentence] = speaks_of_plans(body.words_between(*sentence))
        if not plans[sentence]:
            bounds.append(first)
    return max(bounds, default=None)


def speaks_of_plans(sentence: Iterable[Word]) -> bool:
    """Returns whether a sentence speaks of plans: «من المقرر أن», «ستحتضن»."""
    return any(word.folded in _PLANS for word in sentence)


_SEPARATORS = re.compile(r"[\s،,:|•·\-–—()\[\]/]+")
_LABEL_WORDS = {fold_name(w) for w in (
    "نشر", "نشرت", "النشر", "تاريخ", "التاريخ", "بتاريخ", "أضيفت", "حرر", "صدر", "في", "يوم", "آخر", "تحديث", "التحديث", "حدث", "أضيف", "كتب", "الساعة",
    "على", "صباحا", "مساء", "ص", "م", "gmt", "بتوقيت", "غرينتش", "دقيقة", "هـ", "ه", "الموافق", "ل", "published", "updated",
    "الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت", "الأحد", "الإثنين", "أخر", "و",
)}  # fmt: skip
# In code points. A longer line is a sentence.
_LONGEST_DATE_LINE = 120
_CLOCK = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?")


def date_of_line(line: str) -> DateExpression | None:
    """Returns the date of a line that holds only a date, labels, a weekday and a clock time; None for others."""
    if len(line) > _LONGEST_DATE_LINE:
        return None
    expressions = find_dates(line)
    dated = next((expression for expression in expressions if expression.interval), None)
    if dated is None:
        return None
    rest = line
    for expression in reversed(expressions):
        rest = rest[: expression.start] + " " + rest[expression.end :]
    rest = _SEPARATORS.sub(" ", _CLOCK.sub(" ", rest))
    if any(word.folded not in _LABEL_WORDS and not word.is_number for word in words(rest)):
        return None
    return dated
