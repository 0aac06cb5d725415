"""Words of the desk's templates: counts of rows with their noun, moments, dates inside lines of Arabic. Loaded into every template."""

import re
from decimal import Decimal

from django import template
from django.db.models.options import Options
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from articles.arabic import isolating
from articles.models.heartbeat import processing
from articles.platform.addresses import readable_address
from articles.site import words_for
from articles.site.differences import Change
from articles.site.words_for import ago, agreeing, moment, number, since

register = template.Library()
# One of them, two, three to ten, eleven and more, by the name of the model; nouns that are not here are told with a colon.
NOUNS = words_for.NOUNS | {
    "capture": ("نسخة أصلية", "نسختان أصليتان", "نسخ أصلية", "نسخة أصلية"),
    "delivery": ("واردة", "واردتان", "واردات", "واردة"),
    "eventseries": ("سلسلة", "سلسلتان", "سلاسل", "سلسلة"),
    "mention": ("ذكر", "ذكران", "مواضع ذكر", "موضع ذكر"),
    "coverage": ("تغطية", "تغطيتان", "تغطيات", "تغطية"),
    "reprint": ("إعادة نشر", "إعادتا نشر", "إعادات نشر", "إعادة نشر"),
    "measure": ("مقياس", "مقياسان", "مقاييس", "مقياسا"),
    "synonymset": ("مجموعة مترادفات", "مجموعتا مترادفات", "مجموعات مترادفات", "مجموعة مترادفات"),
    "alias": ("اسم آخر", "اسمان آخران", "أسماء أخرى", "اسما آخر"),
    "participation": ("مشاركة", "مشاركتان", "مشاركات", "مشاركة"),
    "user": ("مستخدم", "مستخدمان", "مستخدمين", "مستخدما"),
    "group": ("مجموعة", "مجموعتان", "مجموعات", "مجموعة"),
    "totpdevice": ("هاتف", "هاتفان", "هواتف", "هاتفا"),
    "staticdevice": ("دفتر رموز", "دفترا رموز", "دفاتر رموز", "دفتر رموز"),
    "accessattempt": ("محاولة دخول", "محاولتا دخول", "محاولات دخول", "محاولة دخول"),
    "accesslog": ("دخول", "دخولان", "مرات دخول", "مرة دخول"),
    "accessfailurelog": ("دخول فاشل", "دخولان فاشلان", "مرات دخول فاشل", "مرة دخول فاشل"),
}
_FEMININE_ONE = {"capture": "نسخة أصلية واحدة", "accesslog": "دخول واحد", "mention": "ذكر واحد", "reprint": "إعادة نشر واحدة",
                 "alias": "اسم آخر واحد", "synonymset": "مجموعة مترادفات واحدة", "staticdevice": "دفتر رموز واحد",
                 "accessattempt": "محاولة دخول واحدة", "accessfailurelog": "دخول فاشل واحد"}  # fmt: skip
# Of a run of words that did not change, so many are shown at each of its ends.
_SHOWN = 12


@register.filter
def counted_rows(count: int, options: Options) -> str:
    """How many rows of a noun: «مقال واحد», «واردتان», «3 مصادر», «11 فاعلا»."""
    name = options.model_name
    if name not in NOUNS:
        return f"{options.verbose_name_plural}: {number(count)}"
    return _FEMININE_ONE[name] if count == 1 and name in _FEMININE_ONE else agreeing(count, NOUNS[name])


@register.simple_tag
def processing_warning() -> str:
    """Since when no worker takes deliveries in; empty while it is done (templates/admin/desk/processing.html)."""
    state = processing()
    if not state.stalled:
        return ""
    if state.silent_seconds is None:
        return "معالجة الملفات لم تبدأ بعد. ما يُرفع محفوظ، ويُعالج حين تبدأ."
    return f"معالجة الملفات متوقفة منذ {ago(state.silent_seconds)}. ما يُرفع محفوظ، ويُعالج حين تعود."


register.filter("moment", moment)
register.filter("since", since)


@register.filter
def isolated_dates(text: object) -> SafeString | str:
    """A text in which every date of digits keeps its order between Arabic words; what was safe stays safe."""
    # A message of Django's carries safe HTML without being safe itself: its text is.
    shown = str(text)
    isolated = isolating.isolated_dates(shown)
    # Nothing but marks of direction was added.
    return mark_safe(isolated) if hasattr(shown, "__html__") else isolated  # noqa: S308


@register.filter
def address_from_the_left(address: str) -> SafeString | str:
    """An address of the web as people read it, from its left, whatever stands around it; a dash for none."""
    return format_html('<bdi dir="ltr">{}</bdi>', readable_address(address)) if address else "–"


@register.filter
def own_direction(name: str) -> SafeString | str:
    """The name of a file, or another foreign text, in the direction of its own letters; a dash for none."""
    return format_html("<bdi>{}</bdi>", name) if name else "–"


@register.filter
def value_in_words(value: object) -> object:
    """A value of a version as pages show it: «3,575» for 3575.0000; a dash for none."""
    if isinstance(value, bool) or value in (None, ""):
        return "–" if value in (None, "") else value
    if isinstance(value, float):
        return number(Decimal(str(value)))
    return number(value) if isinstance(value, int | Decimal) else value


@register.filter
def shortened(change: Change) -> str:
    """A run that did not change without its middle, where it is long; the spaces at its ends stay, for they part words."""
    words = re.findall(r"\S+\s*|^\s+", change.text)
    if len(words) <= 3 * _SHOWN:
        return change.text
    return f"{''.join(words[:_SHOWN])}… {''.join(words[-_SHOWN:])}"


@register.filter
def labelled(cell: str, text: str) -> SafeString:
    """A cell of Django's list under the name of its column, which is shown beside it on a narrow screen."""
    # The box that selects all rows is the heading of a column, too, and no name.
    label = format_html(' data-label="{}"', text) if text and "<" not in str(text) else ""
    return mark_safe(re.sub(r"^(\s*<t[dh])", rf"\1{label}", conditional_escape(cell), count=1))  # noqa: S308


@register.filter
def at(values: list, place: int) -> object:
    """The value at a place, as a header has its column's; an empty text where there is none."""
    return values[place] if place < len(values) else ""
