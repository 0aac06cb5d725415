"""The context of every page's frame: its sections, its language, its twin in the other language, and the colours."""

import json

from django.http import HttpRequest
from django.urls import translate_url
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

# The sections in the navigation of every page, by the names of their addresses. _SECTION_OF names the section of other
# pages.
SECTIONS = {
    "articles": _("المقالات"), "events": _("الفعاليات"), "actors": _("الفاعلون"), "figures": _("الأرقام"),
    "dates": _("التواريخ"), "timeline": _("الخط الزمني"), "sources": _("المصادر"),
}  # fmt: skip
_SECTION_OF = {
    "article": "articles", "record": "articles", "original": "articles", "compare": "articles", "event": "events",
    "actor": "actors", "year": "dates", "month": "dates", "day": "dates", "source": "sources",
}  # fmt: skip
COOKIE = "theme"
# Seconds for which a browser keeps the choice of colours. Browsers keep no cookie much longer (400 days, RFC 6265bis).
YEAR = 365 * 24 * 3600
THEMES = {"system": _("كما في الجهاز"), "light": _("فاتح"), "dark": _("داكن")}
OTHER_LANGUAGE = {"ar": ("en", "English"), "en": ("ar", "العربية")}


def theme_of(request: HttpRequest) -> str:
    """Returns the reader's theme, a key of THEMES; the default is "system"."""
    theme = request.COOKIES.get(COOKIE, "")
    return theme if theme in THEMES else "system"


def frame(request: HttpRequest) -> dict[str, object]:
    """Returns the context of every template.

    It has the sections, the theme, the address of this page (`here`) and of its `twin` in the other language. The twin
    is None if the page has none. `arabic_block` are the attributes of an HTML block with the archive's Arabic words.
    """
    language = get_language() or "ar"
    code, name = OTHER_LANGUAGE.get(language, OTHER_LANGUAGE["ar"])
    match = request.resolver_match
    here = request.get_full_path()
    there = translate_url(here, code)
    return {
        "theme": theme_of(request),
        "theme_name": THEMES[theme_of(request)],
        "themes": json.dumps({name: str(label) for name, label in THEMES.items()}, ensure_ascii=False),
        "sections": SECTIONS.items(),
        "section": _SECTION_OF.get(match.url_name or "") if match else None,
        "arabic_block": mark_safe(' lang="ar" dir="rtl"') if language == "en" else "",
        "here": here,
        "twin": {"code": code, "name": name, "address": there} if there != here else None,
    }
