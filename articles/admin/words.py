"""The filters and tags of the desk's templates: counts with their noun, moments, dates inside Arabic text.

They are loaded into every template.
"""

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
from articles.site.differences import DifferenceRun
from articles.site.words_for import ago, agreeing, moment, number, since

register = template.Library()
# Model's name → its noun for one, two, three to ten, and eleven or more rows. Other nouns are shown with a colon.
DESK_NOUN_FORMS = words_for.NOUN_FORMS | {
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
# The number of words shown at each end of a long unchanged run. A judgement: a line, which tells where a change stands.
_WORDS_AT_END = 12


@register.filter
def counted_rows(count: int, options: Options) -> str:
    """Returns a count with the model's noun: «مقال واحد», «واردتان», «3 مصادر», «11 فاعلا»."""
    name = options.model_name
    if name not in DESK_NOUN_FORMS:
        return f"{options.verbose_name_plural}: {number(count)}"
    return _FEMININE_ONE[name] if count == 1 and name in _FEMININE_ONE else agreeing(count, DESK_NOUN_FORMS[name])


@register.simple_tag
def processing_warning() -> str:
    """Says since when no worker takes in deliveries; empty if one does (templates/admin/desk/processing.html)."""
    state = processing()
    if not state.stalled:
        return ""
    if state.silent_seconds is None:
        return "معالجة الملفات لم تبدأ بعد. ما يُرفع محفوظ، ويُعالج حين تبدأ."
    return f"معالجة الملفات متوقفة منذ {ago(state.silent_seconds)}. ما يُرفع محفوظ، ويُعالج حين تعود."


register.filter("moment", moment)
register.filter("since", since)


@register.filter
def isolate_dates(text: object) -> SafeString | str:
    """Isolates every numeric date of a text, so that it keeps its order among Arabic words. Safe text stays safe."""
    # A message of Django may hold safe HTML without being safe itself. Its text is safe.
    plain = str(text)
    isolated = isolating.isolate_dates(plain)
    # Safe text stays safe: only marks of direction were added.
    return mark_safe(isolated) if hasattr(plain, "__html__") else isolated  # noqa: S308


@register.filter
def address_from_the_left(address: str) -> SafeString | str:
    """Shows a web address in readable form, from left to right in any context; a dash if it is empty."""
    return format_html('<bdi dir="ltr">{}</bdi>', readable_address(address)) if address else "–"


@register.filter
def own_direction(name: str) -> SafeString | str:
    """Shows a file name, or other foreign text, in the direction of its own letters; a dash if it is empty."""
    return format_html("<bdi>{}</bdi>", name) if name else "–"


@register.filter
def value_in_words(value: object) -> object:
    """Shows a value of a version: «3,575» for 3575.0000, and a dash for None or an empty text."""
    if isinstance(value, bool) or value in (None, ""):
        return "–" if value in (None, "") else value
    if isinstance(value, float):
        return number(Decimal(str(value)))
    return number(value) if isinstance(value, int | Decimal) else value


@register.filter
def shortened(change: DifferenceRun) -> str:
    """Leaves out the middle of a long unchanged run. The spaces at its ends stay, because they separate words."""
    words = re.findall(r"\S+\s*|^\s+", change.text)
    if len(words) <= 3 * _WORDS_AT_END:
        return change.text
    return f"{''.join(words[:_WORDS_AT_END])}… {''.join(words[-_WORDS_AT_END:])}"


@register.filter
def labelled(cell: str, text: str) -> SafeString:
    """Adds the name of the column to a cell of Django's list. Narrow screens show it beside the cell."""
    # The heading of the first column is a checkbox, not a name.
    label = format_html(' data-label="{}"', text) if text and "<" not in str(text) else ""
    # The label and the cell are escaped.
    return mark_safe(re.sub(r"^(\s*<t[dh])", rf"\1{label}", conditional_escape(cell), count=1))  # noqa: S308


@register.filter
def at(values: list, place: int) -> object:
    """Returns the value at an index, from 0; an empty text if the list is shorter."""
    return values[place] if place < len(values) else ""
