"""Bytes → text, or the reason why not; used by every reader of text files."""

import codecs
import re
import unicodedata

from articles.arabic.characters import INVISIBLE
from articles.ingest.document import UnreadableError

_BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# Control characters that no text file holds; tab, line feed, form feed and carriage return are text.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f]")
# Isolated, initial, medial and final forms of letters, and ligatures: another writing of the plain letters.
_PRESENTATION_FORMS = re.compile("[\ufb50-\ufdff\ufe70-\ufefc]+")
_SPACES = re.compile(r"[^\S\n]+")
# Joiners shape the letters of some names (Persian); the rest of the invisible characters only carry layout.
_INVISIBLE = re.compile(f"[{INVISIBLE.replace('‌', '')}]")


def decode(content: bytes, encoding: str = "") -> tuple[str, str]:
    """(text, encoding) of `content`: UTF-8, UTF-16 with a byte-order mark, or the `encoding` the caller names.

    Raises UnreadableError for empty and binary content and for bytes that are not in that encoding.
    """
    if not content.strip():
        raise UnreadableError("the file is empty")
    if not encoding:
        encoding = next((name for mark, name in _BYTE_ORDER_MARKS if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding)
    except LookupError:
        raise UnreadableError(f"unknown encoding “{encoding}”") from None
    except UnicodeDecodeError as error:
        if _CONTROLS.search(content[:4096].decode("latin-1")):
            raise UnreadableError("the file is binary, not text") from None
        line = content.count(b"\n", 0, error.start) + 1
        raise UnreadableError(
            f"not {encoding.upper()} text: byte 0x{content[error.start]:02x} at offset {error.start} (line {line}); "
            "name its encoding, for example --encoding windows-1256"
        ) from None
    if _CONTROLS.search(text):
        raise UnreadableError("the file is binary, not text (it holds control characters)")
    return text, encoding


def plain(text: str) -> str:
    """`text` with one line break, plain letters for presentation forms, single spaces, and no invisible controls."""
    text = (
        text.replace("\r\n", "\n")
        .replace("\r", "\n")
        .replace("\x0c", "\n")
        .replace("\u2028", "\n")
        .replace("\u2029", "\n")
    )
    text = _PRESENTATION_FORMS.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)
    text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text))
    return "\n".join(_SPACES.sub(" ", line).strip() for line in text.split("\n"))
