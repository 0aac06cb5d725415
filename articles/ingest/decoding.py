"""Bytes → text, or the reason why not; used by every reader."""

import codecs
import re
import unicodedata

from articles.arabic.characters import ARABIC_LETTERS, INVISIBLE, TATWEEL
from articles.arabic.composing import compose
from articles.ingest.document import UnreadableError

_BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# Control characters that no text file holds; tab, line feed, form feed and carriage return are text.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f]")
# Isolated, initial, medial and final forms of letters, and ligatures: another writing of the plain letters.
_PRESENTATION_FORMS = re.compile("[\ufb50-\ufdff\ufe70-\ufefc]+")
# Tatweel that stretches a word («القمـــة»); a single one («لـه», «لـ30») is a way of writing.
_STRETCHED = re.compile(f"(?<=[{ARABIC_LETTERS}]){TATWEEL}{{2,}}+(?=[{ARABIC_LETTERS}])")
_SPACES = re.compile(r"[^\S\n]+")
_LINE_ENDS = re.compile("\r\n|[\r\x0c\u2028\u2029]")
# Joiners shape the letters of some names (Persian); the rest of the invisible characters only carry layout.
_INVISIBLE = re.compile(f"[{INVISIBLE.replace('‌', '')}]")
_LETTERS = re.compile(r"[^\W\d_\x00-\x7f]")
_ARABIC = re.compile(f"[{ARABIC_LETTERS}]")
# Encodings of Arabic from before Unicode, tried where nothing is declared.
_OLD_ENCODINGS = ("windows-1256", "iso-8859-6")
# Two-byte letters of Arabic UTF-8 read one byte at a time: «Ø§Ù„Ø¥Ø±» in windows-1252, «ط§ظ„ط¥ط±» in windows-1256.
_MIXED_UP = {"windows-1252": re.compile("(?:[ØÙÚÛ].){4}"), "windows-1256": re.compile("(?:[طظ].){4}")}
_SURE_SHARE = 0.75


def decode(content: bytes, encoding: str = "", declared: str = "") -> tuple[str, str]:
    """(text, encoding) of `content`: in the `encoding` the caller names, else UTF-8 or UTF-16 with a byte-order mark, else
    what its transport `declared`, else an old Arabic encoding where the text then reads as Arabic.

    Bytes that are valid UTF-8 are UTF-8 whatever is declared. Raises UnreadableError for empty and binary content and for
    bytes in no encoding that makes them text.
    """
    if not content.strip():
        raise UnreadableError("the file is empty")
    named = encoding or next((name for mark, name in _BYTE_ORDER_MARKS if content.startswith(mark)), "")
    tried = [named] if named else ["utf-8", *([declared] if declared else []), *_OLD_ENCODINGS]
    for name in tried:
        try:
            text = content.decode(name)
        except LookupError:
            if name == encoding:
                raise UnreadableError(f"unknown encoding “{encoding}”") from None
            continue
        except UnicodeDecodeError:
            continue
        if name in _OLD_ENCODINGS and name not in {named, declared} and not _reads_as_arabic(text):
            continue
        if _CONTROLS.search(text):
            raise UnreadableError("the file is binary, not text (it holds control characters)")
        return unmixed(text), name
    raise UnreadableError(_why_not(content, named or "utf-8"))


def _why_not(content: bytes, encoding: str) -> str:
    if _CONTROLS.search(content[:4096].decode("latin-1")):
        return "the file is binary, not text"
    try:
        content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return (
            f"not {encoding.upper()} text: byte 0x{content[error.start]:02x} at offset {error.start} (line {line}); "
            "name its encoding, for example --encoding windows-1256"
        )
    return "the text is in no encoding that is known"


def _reads_as_arabic(text: str) -> bool:
    """Whether nearly all letters beyond ASCII are Arabic and the commonest of all words are there."""
    letters = len(_LETTERS.findall(text))
    common = re.findall(r"(?<!\w)(?:في|من|على|إلى|عن|ال\w+)(?!\w)", text)
    return letters > 0 and len(_ARABIC.findall(text)) >= _SURE_SHARE * letters and len(common) >= 1


def unmixed(text: str) -> str:
    """`text` with lines put right that were UTF-8 and were once read as windows-1252 or windows-1256."""
    if not any(pattern.search(text) for pattern in _MIXED_UP.values()):
        return text
    return "\n".join(_unmixed_line(line) for line in text.split("\n"))


def _unmixed_line(line: str) -> str:
    for encoding, pattern in _MIXED_UP.items():
        if not pattern.search(line):
            continue
        try:
            read = b"".join(_byte(letter, encoding) for letter in line).decode("utf-8")
        except UnicodeError:
            continue
        if _reads_as_arabic(read) or len(_ARABIC.findall(read)) > 2 * len(_LETTERS.findall(read)) / 3:
            return read
    return line


def _byte(letter: str, encoding: str) -> bytes:
    """The byte that was read as `letter`; bytes that the encoding leaves undefined pass as they are."""
    try:
        return letter.encode(encoding)
    except UnicodeEncodeError:
        return letter.encode("latin-1")


def plain(text: str) -> str:
    """`text` with one kind of line break, plain letters for presentation forms, single spaces, no invisible controls and no
    stretched words.
    """
    text = _LINE_ENDS.sub("\n", text)
    text = _PRESENTATION_FORMS.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)
    text = _STRETCHED.sub("", compose(_INVISIBLE.sub("", text)))
    return "\n".join(_SPACES.sub(" ", line).strip() for line in text.split("\n"))
