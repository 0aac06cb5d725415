"""Normalises language tags, for the gate of ingest."""

import re
from functools import lru_cache

from babel import Locale
from babel.core import get_global

from articles.models.article import LANGUAGE

_LANGUAGE_TAG = re.compile(LANGUAGE, re.IGNORECASE | re.ASCII)
# The number of letters of a script's and of a region's subtag (RFC 5646, section 2.2).
_SCRIPT, _REGION = 4, 2


def language_tag(code_or_tag: str) -> str:
    """Returns a language's tag in the spelling of RFC 5646 (2.1.1): «ar-MA» for «AR_ma».

    A code is replaced by its shorter or newer one: «ara» becomes «ar». The result is empty if `code_or_tag` names no
    language of ISO 639.
    """
    tag = code_or_tag.strip()
    if not _LANGUAGE_TAG.fullmatch(tag):
        return ""
    code, *rest = re.split("[-_]", tag)
    code = _newer().get(code.lower(), code.lower())
    if code not in _codes():
        return ""
    return "-".join((code, *map(_set_case, rest)))


def _set_case(subtag: str) -> str:
    if len(subtag) == _SCRIPT and subtag.isalpha():
        return subtag.title()
    return subtag.upper() if len(subtag) == _REGION else subtag.lower()


@lru_cache(maxsize=1)
def _codes() -> frozenset[str]:
    """Returns the codes of ISO 639 that the Unicode CLDR, which is part of Babel, has names for."""
    return frozenset(str(code) for code in Locale("en").languages if len(str(code)) in {2, 3})


@lru_cache(maxsize=1)
def _newer() -> dict[str, str]:
    """Maps obsolete codes to their successors.

    A code that is still in use is left out: CLDR would map «tl» to «fil».
    """
    aliases = get_global("language_aliases")
    return {code: alias for code, alias in aliases.items() if code not in _codes() and alias in _codes()}
