"""When an article can have been published: what its text states, else the interval its text and its capture leave open."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from articles.arabic.dates import DateExpression, find_dates
from articles.arabic.folding import fold_name
from articles.arabic.reading import Reading
from articles.arabic.words import Word, words
from articles.models import ArchiveDate, Basis, Precision

# A sentence with one of these speaks of what is yet to come: its dates bound nothing from below.
_PLANS = {fold_name(w) for w in ("المقرر", "المرتقب", "المزمع", "المتوقع", "المقبل", "المقبلة", "القادم", "القادمة", "يرتقب",
                                 "سيعقد", "ستعقد", "سينعقد", "ستنعقد", "سيستضيف", "ستستضيف", "سيحتضن", "ستحتضن",
                                 "سينظم", "ستنظم", "بحلول", "أفق", "رؤية", "سيتم", "سيكون", "ستكون")}  # fmt: skip


@dataclass(frozen=True)
class StatedDate:
    """A publication date that an article gives somewhere: where, in which words, and what they come to."""

    where: str
    quote: str
    date: ArchiveDate

    def as_dict(self) -> dict[str, str | None]:
        return {"where": self.where, "quote": self.quote, **self.date.as_dict()}


def as_archive_date(found: DateExpression, basis: str = Basis.STATED) -> ArchiveDate | None:
    """The date of an expression that has a year, at its own precision; None otherwise."""
    if found.interval is None:
        return None
    if found.precision == "day":
        return ArchiveDate.on(found.interval[0], basis)
    if found.precision == "month":
        return ArchiveDate.in_month(found.year, found.month, basis)
    if found.year_end or found.hijri:
        return ArchiveDate.unknown(*found.interval, basis)
    return ArchiveDate.in_year(found.year, basis)


def resolve(found: DateExpression, written: ArchiveDate, *, ahead: bool = False) -> ArchiveDate | None:
    """What an expression comes to in a text written at `written`; inferred unless it states its year.

    `ahead` is for sentences that speak of plans: a bare weekday is then the next one. None where it cannot be told.
    """
    if known := as_archive_date(found):
        return known
    if found.hijri or found.year:
        return None
    if written.precision != Precision.DAY:
        return _in_only_year(found, written) if found.month and found.day else None
    if found.month is not None:
        return _of_month(found, written.date)
    day = _day_from(found, written.date, ahead=ahead or found.relation == 1)
    if day:
        return ArchiveDate.on(day, Basis.INFERRED)
    if found.relation is not None:
        return ArchiveDate.in_year(written.date.year + found.relation, Basis.INFERRED)
    return None


def _day_from(found: DateExpression, written: date, *, ahead: bool) -> date | None:
    """The day that «أمس», «الخميس الماضي» or a bare weekday means on the day `written`; a weekday outweighs a wrong «أمس»."""
    if found.shift is not None:
        day = written + timedelta(days=found.shift)
        if found.weekday in {None, day.weekday()}:
            return day
    if found.weekday is None:
        return None
    if ahead or (found.shift or 0) > 0:
        return written + timedelta(days=(found.weekday - written.weekday()) % 7 or 7)
    back = (written.weekday() - found.weekday) % 7
    return written - timedelta(days=back or (7 if found.relation == -1 else 0))


def _of_month(found: DateExpression, written: date) -> ArchiveDate | None:
    """A month without a year, and a day of it where one is said: of the year that its relation or its weekday tells."""
    if found.month == 0:
        months = written.year * 12 + written.month - 1 + (found.relation or 0)
        year, month = months // 12, months % 12 + 1
    else:
        year, month = _year_of(found, written), found.month
    if not found.day:
        return ArchiveDate.in_month(year, month, Basis.INFERRED)
    days = [day for y in (year, year - 1, year + 1) if (day := _day(y, month, found.day))]
    if found.weekday is not None:
        days = [day for day in days if day.weekday() == found.weekday] or days
    return ArchiveDate.on(days[0], Basis.INFERRED) if days else None


def _year_of(found: DateExpression, written: date) -> int:
    """The year of a named month that states none."""
    if found.relation == 0:
        return written.year
    if found.relation == 1:
        is_ahead = (found.month, found.day or 31) > (written.month, written.day)
        return written.year if is_ahead else written.year + 1
    if found.relation == -1:
        # A day of the month of writing can be past; the month itself is not.
        is_past = found.month < written.month or (found.day is not None and found.month == written.month)
        return written.year if is_past else written.year - 1
    # The latest that can have been reported by then, or that is about to come.
    return written.year - 1 if found.month > written.month + 1 else written.year


def _in_only_year(found: DateExpression, written: ArchiveDate) -> ArchiveDate | None:
    """A day and month in a text whose own day is unknown: told where only one year that it can be of has that weekday."""
    if written.earliest is None or written.latest is None:
        return None
    days = [
        day
        for year in range(written.earliest.year - 1, written.latest.year + 1)
        if (day := _day(year, found.month, found.day)) and day <= written.latest
        if day >= written.earliest - timedelta(days=31) and found.weekday in {None, day.weekday()}
    ]
    return ArchiveDate.on(days[0], Basis.INFERRED) if len(days) == 1 else None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def publication_date(stated: Sequence[StatedDate], body: Reading, captured: date) -> ArchiveDate:
    """The publication date of a text captured on the day `captured`.

    `stated` are the dates its page, heading and dateline give, weightiest first; without one that was past at the capture
    the date stays unknown, not before what the text looks back on («بين 2002 و2021»: not before 2021) and not after its
    capture.
    """
    return stated_publication(stated, captured) or ArchiveDate.unknown(_looks_back_on(body, captured), captured)


def stated_publication(stated: Sequence[StatedDate], captured: date) -> ArchiveDate | None:
    """The most precise of the dates that were past at the capture, the weightiest of several; None without one."""
    possible = [one.date for one in stated if was_past(one.date, captured)]
    return min(possible, key=lambda known: Precision.values.index(known.precision), default=None)


def was_past(stated: ArchiveDate, captured: date) -> bool:
    """Whether a date had begun on the day of the capture. A page's clock can be a time zone ahead of ours."""
    return stated.earliest is not None and stated.earliest <= captured + timedelta(days=1)


def _looks_back_on(body: Reading, captured: date) -> date | None:
    """The latest day that some date of the past in `body` begins on: nothing is reported before it happened."""
    bounds = []
    # Sentence → whether it speaks of plans; one sentence can hold thousands of dates.
    plans: dict[tuple[int, int], bool] = {}
    for found in body.dates:
        if found.interval is None or found.future:
            continue
        first = date(found.year_end, 1, 1) if found.year_end else found.interval[0]
        if first > captured:
            continue
        sentence = body.sentence_span(found.start)
        if sentence not in plans:
            plans[sentence] = speaks_of_plans(body.words_between(*sentence))
        if not plans[sentence]:
            bounds.append(first)
    return max(bounds, default=None)


def speaks_of_plans(sentence: Iterable[Word]) -> bool:
    """Whether a sentence tells what is yet to come: «من المقرر أن», «ستحتضن»."""
    return any(word.folded in _PLANS for word in sentence)


_LABEL = re.compile(r"[\s،,:|•·\-–—()\[\]/]+")
_LABEL_WORDS = {fold_name(w) for w in (
    "نشر", "نشرت", "النشر", "تاريخ", "التاريخ", "بتاريخ", "أضيفت", "حرر", "صدر", "في", "يوم", "آخر", "تحديث", "التحديث", "حدث", "أضيف", "كتب", "الساعة",
    "على", "صباحا", "مساء", "ص", "م", "gmt", "بتوقيت", "غرينتش", "دقيقة", "هـ", "ه", "الموافق", "ل", "published", "updated",
    "الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت", "الأحد", "الإثنين", "أخر", "و",
)}  # fmt: skip
# In code points; anything longer is a sentence.
_LONGEST_DATE_LINE = 120
_CLOCK = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?")


def date_of_line(line: str) -> DateExpression | None:
    """The date that a whole line consists of, labels, weekday and clock time aside; None for any other line."""
    if len(line) > _LONGEST_DATE_LINE:
        return None
    found = find_dates(line)
    dated = next((expression for expression in found if expression.interval), None)
    if dated is None:
        return None
    rest = line
    for expression in reversed(found):
        rest = rest[: expression.start] + " " + rest[expression.end :]
    rest = _LABEL.sub(" ", _CLOCK.sub(" ", rest))
    if any(word.folded not in _LABEL_WORDS and not word.is_number for word in words(rest)):
        return None
    return dated
