"""Writes dates, numbers and counts in words, in the language of the page: Arabic with two month names, or English."""

from datetime import date, datetime
from decimal import Decimal

from django.conf import settings
from django.utils import timezone
from django.utils.dates import MONTHS
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from articles.arabic import counting
from articles.arabic.characters import ARABIC_INDIC_DIGITS
from articles.arabic.months import LEVANT, MAGHREB
from articles.curation.telling import moment_in_words
from articles.models import ArchiveDate, Figure, Precision, Qualifier, Source
from articles.models.review import Reviewable
from articles.platform.calendar_bounds import held, is_unheld


def in_english() -> bool:
    """Returns whether the page is in English."""
    return get_language() == "en"


def arabic(text: object) -> object:
    """Marks Arabic words of the archive as Arabic on an English page, and isolates their direction.

    On an Arabic page the words are returned as they are.
    """
    return format_html('<bdi lang="ar" dir="rtl">{}</bdi>', text) if in_english() and text else text


def source_name(source: Source | None) -> object:
    """Returns a source's name, or words for an unknown source."""
    return arabic(source.name) if source else _("مصدر غير معروف")


def state(fact: Reviewable) -> SafeString | str:
    """Returns the mark of a suggested fact; empty for a confirmed one."""
    return format_html('<span class="state">{}</span>', _("مقترح آليا")) if fact.is_suggested else ""


def digits(text: object) -> str:
    """Returns `text` in the digits that ARCHIVE_DIGITS chooses; on an English page always in Latin digits."""
    eastern = settings.ARCHIVE_DIGITS == "arabic" and not in_english()
    return str(text).translate(ARABIC_INDIC_DIGITS) if eastern else str(text)


def number(value: Decimal | int) -> str:
    """Writes a number with thousands separators and without trailing zeros after the point."""
    plain = f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}"
    return digits(plain.rstrip("0").rstrip(".") if "." in plain else plain)


def month_name(month: int) -> str:
    """Returns the name of a month, 1 to 12.

    In Arabic it is the Maghreb's name and, where it differs, the Levant's: «نونبر (تشرين الثاني)».
    """
    if in_english():
        return str(MONTHS[month])
    maghreb, levant = MAGHREB[month - 1], LEVANT[month - 1]
    return maghreb if maghreb == levant else f"{maghreb} ({levant})"


def short_month(month: int) -> str:
    """Returns the name of a month, 1 to 12; in Arabic the Maghreb's alone."""
    return str(MONTHS[month]) if in_english() else MAGHREB[month - 1]


def day(value: date) -> str:
    """Writes a day with the month's name as `month_name` has it."""
    return f"{digits(value.day)} {month_name(value.month)} {digits(value.year)}"


def short_day(value: date) -> str:
    """Writes a day with the month's name as `short_month` has it."""
    return f"{digits(value.day)} {short_month(value.month)} {digits(value.year)}"


def year_or_month(value: str) -> str:
    """Writes «2024» or «2024-11», the values of the page's filter, in words."""
    year, _dash, month = value.partition("-")
    return f"{month_name(int(month))} {digits(year)}" if month else digits(year)


def archive_date(value: ArchiveDate) -> str:
    """Writes a date to its precision: a day, a month, a year, or the bounds of an unknown date."""
    if value.date and value.precision == Precision.DAY:
        return day(value.date)
    if value.date and value.precision == Precision.MONTH:
        return f"{month_name(value.date.month)} {digits(value.date.year)}"
    if value.date and value.precision == Precision.YEAR:
        return _("سنة %(year)s") % {"year": digits(value.date.year)}
    first, last = (bound and short_day(bound) for bound in (value.earliest, value.latest))
    if first and last:
        return _("تاريخ غير معروف، بين %(first)s و%(last)s") % {"first": first, "last": last}
    if first:
        return _("تاريخ غير معروف، لا يسبق %(first)s") % {"first": first}
    return _("تاريخ غير معروف، لا يتأخر عن %(last)s") % {"last": last} if last else _("تاريخ غير معروف")


def brief_date(value: ArchiveDate) -> str:
    """Writes a date for lists, like `archive_date`, but the bounds of an unknown date as years."""
    if value.is_known:
        return archive_date(value)
    first, last = (bound and digits(bound.year) for bound in (value.earliest, value.latest))
    if first and last:
        if first == last:
            return _("غير مؤرخ، سنة %(year)s") % {"year": first}
        return _("غير مؤرخ، بين %(first)s و%(last)s") % {"first": first, "last": last}
    return _("غير مؤرخ، منذ %(year)s أو بعدها") % {"year": first} if first else _("غير مؤرخ")


def basis(value: ArchiveDate) -> str:
    """Returns a short remark on the basis of a date."""
    if not value.is_known and value.basis == "inferred":
        return _("لا يذكر النص تاريخ نشره؛ المدى مستنتج مما يرويه ومن وقت التقاطه.")
    return {"stated": _("مذكور في الأصل."), "inferred": _("مستنتج من النص."), "editor": _("وضعه محرر.")}[value.basis]


def date_place(where: str) -> str:
    """Returns readers' words for the place in the original where a date is stated."""
    places = {
        "heading": _("فوق النص"), "closing line": _("آخر النص"), "dateline": _("مطلع النص"), "row": _("جدول الاستيراد"),
    }  # fmt: skip
    return places.get(where) or _("بيانات الصفحة: %(where)s") % {"where": where}


def figure_value(figure: Figure) -> str:
    """Writes a figure's value with its qualifier: «أكثر من 80», «بين 20 و30»."""
    # The database's value is no number (articles/platform/number_bounds.py).
    if figure.value is None:
        return "–"
    value = number(figure.value)
    if figure.qualifier == Qualifier.BETWEEN:
        return _("بين %(low)s و%(high)s") % {
            "low": value,
            "high": "–" if figure.value_high is None else number(figure.value_high),
        }
    words: dict[str, str] = {
        Qualifier.MORE_THAN: _("أكثر من %(value)s"),
        Qualifier.AT_LEAST: _("ما لا يقل عن %(value)s"),
        Qualifier.ABOUT: _("نحو %(value)s"),
        Qualifier.AT_MOST: _("لا يتجاوز %(value)s"),
    }
    return words.get(figure.qualifier, "%(value)s") % {"value": value}


def figure_with_unit(figure: Figure) -> str | SafeString:
    """Writes a figure's value with its unit: «أكثر من 80 وفدا». On an English page the unit is marked as Arabic."""
    return format_html("{} {}", figure_value(figure), arabic(figure.unit)) if figure.unit else figure_value(figure)


def period(figure: Figure) -> str:
    """Writes the years that a figure is about: «2023», «2002–2021», «منذ 2017», «حتى 2020»; empty if unknown."""
    first, last = (day and digits(day.year) for day in map(held, (figure.period_start, figure.period_end)))
    if first and last:
        return first if first == last else f"{first}–{last}"
    if first:
        return _("منذ %(year)s") % {"year": first}
    return _("حتى %(year)s") % {"year": last} if last else ""


def counted(count: int, noun: str) -> str:
    """Writes a count of one of NOUN_FORMS in its grammatical form.

    In Arabic: مقال واحد، مقالان، 3 مقالات، 11 مقالا، 100 مقال; in English: 1 article, 2 articles.
    """
    if in_english():
        singular, plural = ENGLISH_NOUNS[noun]
        return f"{number(count) if count else 'no'} {singular if count == 1 else plural}"
    return agreeing(count, NOUN_FORMS[noun])


def agreeing(count: int, forms: counting.Forms) -> str:
    """Writes a count of a noun in Arabic, in the archive's digits.

    `forms` are the noun's forms for one, for two, for three to ten, and for eleven and more.
    """
    return counting.agreeing(count, forms, number(count))


def file_size(count: int) -> str:
    """Writes the size of a file, from bytes: «بايتان», «7.2 كيلوبايت»; or 2 bytes, 7.2 KB."""
    size, place = Decimal(count), 0
    while size >= _KILO and place < len(_UNITS_OF_SIZE):
        size, place = size / _KILO, place + 1
    if not place:
        return counted(count, "byte")
    arabic_unit, english_unit = _UNITS_OF_SIZE[place - 1]
    return f"{number(round(size, 1))} {english_unit if in_english() else arabic_unit}"


# A kilobyte is 1,024 bytes, as in PostgreSQL's pg_size_pretty.
_KILO = 1024
_UNITS_OF_SIZE = (("كيلوبايت", "KB"), ("ميغابايت", "MB"), ("غيغابايت", "GB"))


def moment(value: datetime | str | None) -> str:
    """Writes a moment in the archive's time zone: «6 نونبر 2024، 10:30».

    None, and the empty text that templates pass for it, give a dash.
    """
    if not isinstance(value, datetime) or is_unheld(value):
        return "–"
    if not in_english():
        return moment_in_words(value)
    local = timezone.localtime(value)
    return f"{short_day(local.date())}، {local:%H:%M}"


def since(value: datetime | str | None) -> str:
    """Writes how long ago a moment was: «الآن», «منذ دقيقتين», «منذ 3 أشهر»; a dash for None."""
    if not isinstance(value, datetime) or is_unheld(value):
        return "–"
    seconds = (timezone.now() - value).total_seconds()
    return f"منذ {ago(seconds)}" if seconds >= _MINUTE else "الآن"


def ago(seconds: float) -> str:
    """Writes a duration in seconds as whole units, as it stands after «منذ»: دقيقتين، 5 دقائق، ساعة، 11 يوما، شهرين."""
    for unit, size in (
        ("year", 31_557_600),
        ("month", 2_629_800),
        ("day", 86_400),
        ("hour", 3_600),
        ("minute", _MINUTE),
    ):
        if seconds >= size:
            break
    count = int(seconds // size)
    if in_english():
        return f"{number(count)} {unit}{'' if count == 1 else 's'}" if count else "less than a minute"
    forms = _TIME_UNITS[unit]
    return ("أقل من دقيقة", *forms[:2])[count] if count < 3 else agreeing(count, forms)


_MINUTE = 60  # in seconds
# The units in the genitive, as after a preposition: for one, two, three to ten, eleven and more.
_TIME_UNITS = {
    "minute": ("دقيقة", "دقيقتين", "دقائق", "دقيقة"),
    "hour": ("ساعة", "ساعتين", "ساعات", "ساعة"),
    "day": ("يوم", "يومين", "أيام", "يوما"),
    "month": ("شهر", "شهرين", "أشهر", "شهرا"),
    "year": ("سنة", "سنتين", "سنوات", "سنة"),
}
# Arabic counts with six plural forms. They stand here, because the source texts are Arabic, and gettext's source texts
# have two forms only.
NOUN_FORMS = {
    "article": ("مقال", "مقالان", "مقالات", "مقالا"),
    "event": ("فعالية", "فعاليتان", "فعاليات", "فعالية"),
    "actor": ("فاعل", "فاعلان", "فاعلين", "فاعلا"),
    "figure": ("رقم", "رقمان", "أرقام", "رقما"),
    "source": ("مصدر", "مصدران", "مصادر", "مصدرا"),
    "mention": ("مرة", "مرتان", "مرات", "مرة"),
    "reprint": ("تكرار", "تكراران", "تكرارات", "تكرارا"),
    "name": ("اسم", "اسمان", "أسماء", "اسما"),
    "word": ("كلمة", "كلمتان", "كلمات", "كلمة"),
    "contradiction": ("تعارض", "تعارضان", "تعارضات", "تعارضا"),
    "byte": counting.BYTES,
}
ENGLISH_NOUNS = {
    "article": ("article", "articles"),
    "event": ("event", "events"),
    "actor": ("actor", "actors"),
    "figure": ("figure", "figures"),
    "source": ("source", "sources"),
    "mention": ("time", "times"),
    "reprint": ("repetition", "repetitions"),
    "name": ("name", "names"),
    "word": ("word", "words"),
    "contradiction": ("contradiction", "contradictions"),
    "byte": ("byte", "bytes"),
}
