"""Puts dates and numbers into words for Arabic readers: two month names, digits as the settings choose."""

from datetime import date
from decimal import Decimal

from django.conf import settings

from articles.arabic.characters import ARABIC_INDIC_DIGITS
from articles.arabic.months import LEVANT, MAGHREB
from articles.models import ArchiveDate, Figure, Precision, Qualifier


def digits(text: object) -> str:
    """`text` with the digits that readers of this archive see (ARCHIVE_DIGITS)."""
    return str(text).translate(ARABIC_INDIC_DIGITS) if settings.ARCHIVE_DIGITS == "arabic" else str(text)


def number(value: Decimal | int) -> str:
    """A number with thousands marks and no idle zeros after the point."""
    plain = f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}"
    return digits(plain.rstrip("0").rstrip(".") if "." in plain else plain)


def month_name(month: int) -> str:
    """The Maghreb's name of the month and, where it differs, the Levant's: «نونبر (تشرين الثاني)»."""
    maghreb, levant = MAGHREB[month - 1], LEVANT[month - 1]
    return maghreb if maghreb == levant else f"{maghreb} ({levant})"


def day(value: date) -> str:
    return f"{digits(value.day)} {month_name(value.month)} {digits(value.year)}"


def short_day(value: date) -> str:
    return f"{digits(value.day)} {MAGHREB[value.month - 1]} {digits(value.year)}"


def year_or_month(value: str) -> str:
    """«2024» or «2024-11», as the page's filter has them, in words."""
    year, _, month = value.partition("-")
    return f"{month_name(int(month))} {digits(year)}" if month else digits(year)


def archive_date(value: ArchiveDate) -> str:
    """What is known of a date, in words: a day, a month, a year, or the bounds of an unknown one."""
    if value.precision == Precision.DAY:
        return day(value.date)
    if value.precision == Precision.MONTH:
        return f"{month_name(value.date.month)} {digits(value.date.year)}"
    if value.precision == Precision.YEAR:
        return f"سنة {digits(value.date.year)}"
    if value.earliest and value.latest:
        return f"تاريخ غير معروف، بين {short_day(value.earliest)} و{short_day(value.latest)}"
    if value.earliest:
        return f"تاريخ غير معروف، لا يسبق {short_day(value.earliest)}"
    if value.latest:
        return f"تاريخ غير معروف، لا يتأخر عن {short_day(value.latest)}"
    return "تاريخ غير معروف"


def brief_date(value: ArchiveDate) -> str:
    """`archive_date` for lists: unknown dates by their years alone."""
    if value.is_known:
        return archive_date(value)
    if value.earliest and value.latest:
        years = sorted({value.earliest.year, value.latest.year})
        return "غير مؤرخ، " + (
            f"سنة {digits(years[0])}" if len(years) == 1 else f"بين {digits(years[0])} و{digits(years[1])}"
        )
    return f"غير مؤرخ، منذ {digits(value.earliest.year)} أو بعدها" if value.earliest else "غير مؤرخ"


def basis(value: ArchiveDate) -> str:
    """Where a date comes from, as a short remark."""
    if not value.is_known and value.basis == "inferred":
        return "لا يذكر النص تاريخ نشره؛ المدى مستنتج مما يرويه ومن وقت التقاطه."
    return {"stated": "مذكور في الأصل.", "inferred": "مستنتج من النص.", "editor": "وضعه محرر."}[value.basis]


def date_place(where: str) -> str:
    """Where in its original an article states a date, for readers."""
    places = {"heading": "فوق النص", "closing line": "آخر النص", "dateline": "مطلع النص", "row": "جدول الاستيراد"}
    return places.get(where, f"بيانات الصفحة: {where}")


def figure_value(figure: Figure) -> str:
    """A figure's value with its qualifier: «أكثر من 80», «بين 20 و30»."""
    value = number(figure.value)
    if figure.qualifier == Qualifier.BETWEEN:
        return f"بين {value} و{number(figure.value_high)}"
    words = {
        Qualifier.MORE_THAN: "أكثر من ",
        Qualifier.AT_LEAST: "ما لا يقل عن ",
        Qualifier.ABOUT: "نحو ",
        Qualifier.AT_MOST: "لا يتجاوز ",
    }
    return words.get(figure.qualifier, "") + value


def period(figure: Figure) -> str:
    """The years a figure is about: «2023», «2002–2021», «منذ 2017», «حتى 2020», or nothing."""
    first, last = (day and digits(day.year) for day in (figure.period_start, figure.period_end))
    if first and last:
        return first if first == last else f"{first}–{last}"
    return f"منذ {first}" if first else f"حتى {last}" if last else ""


def counted(count: int, one: str, two: str, few: str, many: str) -> str:
    """A count with its noun as Arabic grammar has it: مقال واحد، مقالان، 3 مقالات، 11 مقالا، 100 مقال."""
    if count == 0:
        return f"لا {few}"
    if count == 1:
        return f"{one} {'واحدة' if one.endswith('ة') else 'واحد'}"
    if count == 2:
        return two
    rest = count % 100
    if 3 <= rest <= 10:
        return f"{number(count)} {few}"
    return f"{number(count)} {many if rest >= 11 else one}"


NOUNS = {
    "article": ("مقال", "مقالان", "مقالات", "مقالا"),
    "event": ("فعالية", "فعاليتان", "فعاليات", "فعالية"),
    "actor": ("فاعل", "فاعلان", "فاعلين", "فاعلا"),
    "figure": ("رقم", "رقمان", "أرقام", "رقما"),
    "source": ("مصدر", "مصدران", "مصادر", "مصدرا"),
    "mention": ("مرة", "مرتان", "مرات", "مرة"),
    "name": ("اسم", "اسمان", "أسماء", "اسما"),
    "word": ("كلمة", "كلمتان", "كلمات", "كلمة"),
}
