"""When an article can have been published: what its text states, else the interval its text and its capture leave open."""

import re
from datetime import date

from articles.arabic.dates import DateExpression, find_dates
from articles.arabic.folding import fold_name
from articles.arabic.words import sentence_at, words
from articles.models import ArchiveDate, Basis

# A sentence with one of these speaks of what is yet to come: its dates bound nothing from below.
_PLANS = {fold_name(w) for w in ("المقرر", "المرتقب", "المزمع", "المتوقع", "المقبل", "المقبلة", "القادم", "القادمة", "يرتقب",
                                 "سيعقد", "ستعقد", "سينعقد", "ستنعقد", "سيستضيف", "ستستضيف", "سيحتضن", "ستحتضن",
                                 "سينظم", "ستنظم", "بحلول", "أفق", "رؤية", "سيتم", "سيكون", "ستكون")}  # fmt: skip


def as_archive_date(found: DateExpression, basis: str = Basis.STATED) -> ArchiveDate | None:
    """The date of an expression that has a Gregorian year, at its own precision; None otherwise."""
    if found.interval is None:
        return None
    if found.precision == "day":
        return ArchiveDate.on(found.interval[0], basis)
    if found.precision == "month":
        return ArchiveDate.in_month(found.year, found.month, basis)
    if found.year_end:
        return ArchiveDate.unknown(*found.interval, basis)
    return ArchiveDate.in_year(found.year, basis)


def publication_date(stated: DateExpression | None, body: str, captured: date) -> ArchiveDate:
    """The publication date of a text captured on the day `captured`.

    `stated` is the date its heading states; without one the date stays unknown, not before what the text looks back
    on («بين 2002 و2021»: not before 2021) and not after its capture.
    """
    if stated and (known := as_archive_date(stated)) and known.earliest <= captured:
        return known
    return ArchiveDate.unknown(_looks_back_on(body, captured), captured)


def _looks_back_on(body: str, captured: date) -> date | None:
    """The latest day that some date of the past in `body` begins on: nothing is reported before it happened."""
    bounds = []
    for found in find_dates(body):
        if found.interval is None or found.future:
            continue
        first = date(found.year_end, 1, 1) if found.year_end else found.interval[0]
        if first <= captured and not speaks_of_plans(sentence_at(body, found.start)):
            bounds.append(first)
    return max(bounds, default=None)


def speaks_of_plans(sentence: str) -> bool:
    """Whether a sentence tells what is yet to come: «من المقرر أن», «ستحتضن»."""
    return any(word.folded in _PLANS for word in words(sentence))


_LABEL = re.compile(r"[\s،,:|•·\-–—()\[\]/]+")
_LABEL_WORDS = {fold_name(w) for w in (
    "نشر", "نشرت", "نشرت", "النشر", "تاريخ", "بتاريخ", "في", "يوم", "آخر", "تحديث", "التحديث", "حدث", "أضيف", "كتب", "الساعة",
    "على", "صباحا", "مساء", "ص", "م", "gmt", "بتوقيت", "غرينتش", "دقيقة", "هـ", "ه", "الموافق", "ل", "published", "updated",
    "الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت", "الأحد", "الإثنين", "أخر", "و",
)}  # fmt: skip
_CLOCK = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?")


def date_of_line(line: str) -> DateExpression | None:
    """The date that a whole line consists of, labels, weekday and clock time aside; None for any other line."""
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
