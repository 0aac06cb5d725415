"""Which codes name a language, and how they are spelled: for the gate that judges every document."""

import re
from functools import lru_cache

from babel import Locale
from babel.core import get_global

# A language's subtag alone, or with script, region and variants (RFC 5646): «ar», «ar-MA», «zh-Hant».
_TAG = re.compile(r"(?P<language>[a-z]{2,3})(?P<rest>(?:[-_][a-z0-9]{2,8})*)", re.IGNORECASE | re.ASCII)
_SCRIPT, _REGION = 4, 2


def language_tag(given: str) -> str:
    """A language's tag in the spelling of RFC 5646 (2.1.1), «AR_ma» as «ar-MA»; empty for what names no language of ISO 639.

    A code that has a shorter or newer one is given by it: «ara» is «ar».
    """
    match = _TAG.fullmatch(given.strip())
    if match is None:
        return ""
    code = match["language"].lower()
    code = _newer().get(code, code)
    if code not in _codes():
        return ""
    rest = re.split("[-_]", match["rest"])[1:]
    return "-".join((code, *map(_cased, rest)))


def _cased(subtag: str) -> str:
    if len(subtag) == _SCRIPT and subtag.isalpha():
        return subtag.title()
    return subtag.upper() if len(subtag) == _REGION else subtag.lower()


@lru_cache(maxsize=1)
def _codes() -> frozenset[str]:
    """The codes of ISO 639 that the Unicode CLDR knows, which Babel has inside."""
    return frozenset(code for code in Locale("en").languages if len(code) in {2, 3})


@lru_cache(maxsize=1)
def _newer() -> dict[str, str]:
    """Codes that have another one now. A code that is in use by itself is left: CLDR reads «tl» as «fil»."""
    aliases = get_global("language_aliases")
    return {code: alias for code, alias in aliases.items() if code not in _codes() and alias in _codes()}
