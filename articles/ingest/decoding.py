"""Decodes bytes to text and mends wrongly decoded text. Used by every reader."""

import codecs
import re
from contextlib import suppress
from dataclasses import dataclass

from articles.arabic.characters import ARABIC_LETTERS, TATWEEL
from articles.arabic.text_gate import clean_text, compose, shows_something
from articles.ingest.document import Note, UnreadableError
from articles.models.delivery import NoteKind
from articles.platform.messages import Message

_BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# Control characters that no text file contains. Tab, line feed, form feed and carriage return occur in text.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f]")
# Repeated tatweel that stretches a word («القمـــة»). A single one («لـه», «لـ30») is orthography and stays.
_STRETCHED = re.compile(f"(?<=[{ARABIC_LETTERS}]){TATWEEL}{{2,}}+(?=[{ARABIC_LETTERS}])")
_SPACES = re.compile(r"[^\S\n]+")
# Invisible layout characters besides those that the gate removes: word joiner, marks of direction. The joiners U+200C
# and U+200D shape letters («می‌خواهد») and stay.
_LAYOUT = re.compile("[\u061c\u200e\u200f\u2060-\u2065]")
_LETTERS = re.compile(r"[^\W\d_\x00-\x7f]")
_ARABIC = re.compile(f"[{ARABIC_LETTERS}]")
# Arabic encodings from before Unicode, tried on bytes that are no UTF-8.
_OLD_ENCODINGS = ("windows-1256", "iso-8859-6")
# Two-byte letters of Arabic UTF-8 read one byte at a time: «Ø§Ù„Ø¥Ø±» in windows-1252, «ط§ظ„ط¥ط±» in windows-1256.
_MIXED_UP = {"windows-1252": re.compile("(?:[ØÙÚÛ].){4}"), "windows-1256": re.compile("(?:[طظ].){4}")}
# The share of the letters beyond ASCII that are Arabic in a text that counts as Arabic. A judgement: nearly all are in
# an Arabic page, and accented European names take some. A larger value misses pages with many such names; a smaller one
# takes European pages in windows-1256 for Arabic.
_SURE_SHARE = 0.75
# The most common words of Arabic, and words with the definite article, as whole words.
_COMMON_WORD = re.compile(r"(?<!\w)(?:في|من|على|إلى|عن|ال\w+)(?!\w)")
_ARABIC_WORD = re.compile(f"[{ARABIC_LETTERS}]+")
_MIXED_WORD = re.compile(f"[A-Za-z][{ARABIC_LETTERS}]|[{ARABIC_LETTERS}][A-Za-z]")
# The most mixed words per Arabic word. An Arabic page with Latin names and brands has far fewer. A European page in an
# Arabic encoding has nearly no unmixed words. A judgement between the two.
_MOST_MIXED = 0.5
# In code points: the beginning of a text from which its encoding is detected. A judgement: tens of thousands of words
# decide as surely as all, and counting takes the same time for a text of any length.
_TELLING = 200_000
# Letters of windows-1252 beyond ASCII, and a run of them as no European word has.
_WESTERN = re.compile("[\xc0-\xff]")
_WESTERN_RUN = re.compile("[\xc0-\xff]{4}")
_LATIN = re.compile("[A-Za-z]")
_BEYOND_ASCII = re.compile("[^\x00-\x7f]")
_REPLACEMENT = "\ufffd".encode()
# One broken character is accepted for each CHARACTERS_PER_BROKEN characters beyond ASCII. With more, a reader would
# stumble in every second line. A text with _FEWEST characters beyond ASCII may have one. Judgements: in a wrong
# encoding nearly all are broken, so that both values lie far from that.
CHARACTERS_PER_BROKEN = 50
_FEWEST = 20
# The share of every second byte that is 0x00 (ASCII) or 0x06 (Arabic) in UTF-16. A judgement: a tenth is left for
# quotation marks, dashes and other signs. No text in another encoding has 0x00 or 0x06 in half of its bytes.
_UTF16_SHARE = 0.9


@dataclass(frozen=True)
class Decoded:
    """Decoded bytes.

    text: the text.
    encoding: the encoding of the bytes.
    notes: notes on characters that were changed.
    """

    text: str
    encoding: str
    notes: tuple[Note, ...] = ()


def decode(content: bytes, encoding: str = "", declared: str = "") -> Decoded:
    """Decodes `content`.

    The encoding is the first that fits of: the caller's `encoding`; UTF-8 or UTF-16, with or without a byte order mark;
    the `declared` encoding of the transport; an old Arabic encoding in which the text reads as Arabic.

    Valid UTF-8 is read as UTF-8, whatever is declared. Bytes that read as Arabic in an old Arabic encoding, and not in
    the declared one, are read in the old one. A few broken bytes become U+FFFD (see `_few_broken`). Raises
    UnreadableError for empty and binary content, and for bytes that no encoding makes text.
    """
    if not content.strip():
        raise UnreadableError("the file is empty")
    decoded = _decode(content, encoding, declared)
    if decoded is None:
        raise UnreadableError(_undecodable_reason(content, encoding or _encoding_of_mark(content) or "utf-8"))
    if _CONTROLS.search(decoded.text):
        raise UnreadableError("the file is binary, not text (it holds control characters)")
    text, notes = mend(decoded.text)
    if declared and not text.isascii() and _family(declared) != _family(decoded.encoding):
        notes = (_correction_note(declared, decoded.encoding), *notes)
    return Decoded(text, decoded.encoding, (*decoded.notes, *notes))


def encoding_of(sample: bytes) -> str:
    """Returns the encoding of a file that begins with `sample`; UTF-8 by default. `sample` may end within a character."""
    decoded = _decode(sample, "", "") if sample.strip() else None
    return decoded.encoding if decoded else "utf-8"


def _encoding_of_mark(content: bytes) -> str:
    return next((name for mark, name in _BYTE_ORDER_MARKS if content.startswith(mark)), "")


def _decode(content: bytes, encoding: str, declared: str) -> Decoded | None:
    """Decodes without a check for binary content; returns None if no encoding fits."""
    if certain_encoding := encoding or _encoding_of_mark(content) or _unmarked_utf16(content):
        try:
            return _decoded_strictly(content, certain_encoding) or _few_broken(content, certain_encoding)
        except LookupError:
            raise UnreadableError("unknown encoding “{name}”", name=encoding) from None
    if decoded := _decoded_strictly(content, "utf-8") or _few_broken(content, "utf-8"):
        return decoded
    return _in_old_encoding(content, declared)


def _decoded_strictly(content: bytes, name: str) -> Decoded | None:
    """Returns the decoded content, or None if it is invalid in the encoding.

    Raises LookupError for an unknown encoding.
    """
    try:
        return Decoded(content.decode(name), name)
    except UnicodeError:
        return None


def _few_broken(content: bytes, name: str) -> Decoded | None:
    """Returns the text with U+FFFD for broken bytes, or None if there are too many of them.

    One broken character is accepted for each CHARACTERS_PER_BROKEN characters beyond ASCII, or one in a text with at
    least _FEWEST of them. In a wrong encoding nearly every such character is broken. A character that is cut off at the
    end is left out.
    """
    decoder = codecs.getincrementaldecoder(name)("replace")
    # The decoder's state holds the bytes of a character that is cut off at the end. It holds no other broken bytes.
    decoded_text = decoder.decode(content)
    is_cut = bool(decoder.getstate()[0])
    broken = decoded_text.count("\ufffd") - content.count(_REPLACEMENT)
    beyond_ascii = sum(1 for _ in _BEYOND_ASCII.finditer(decoded_text)) - broken
    if broken > max(beyond_ascii // CHARACTERS_PER_BROKEN, 1 if beyond_ascii >= _FEWEST else 0) or not beyond_ascii:
        return None
    notes = []
    if broken > 0:
        message = Message("{count:,} broken bytes of {name} became “\ufffd”", count=broken, name=name.upper())
        notes.append(Note(NoteKind.BROKEN, "text", "", message))
    if is_cut:
        notes.append(Note(NoteKind.BROKEN, "text", "", Message("the last character is cut off; it was left out")))
    return Decoded(decoded_text, name, tuple(notes))


def _unmarked_utf16(content: bytes) -> str:
    """Returns the byte order of UTF-16 without a mark, or an empty string.

    In UTF-16 nearly every second byte is the high byte of an ASCII or an Arabic letter.
    """
    sample = content[:4096]
    if b"\x00" not in sample and b"\x06" not in sample:
        return ""
    for name, high in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[::2])):
        if len(high) >= _FEWEST and sum(byte in (0x00, 0x06) for byte in high) >= _UTF16_SHARE * len(high):
            return name
    return ""


def _in_old_encoding(content: bytes, declared: str) -> Decoded | None:
    """Decodes in the declared encoding, or in an old Arabic encoding if the text then has more common Arabic words."""
    try:
        as_declared = _decoded_strictly(content, declared) if declared else None
    except LookupError:
        as_declared = None
    possible_readings = [decoded for name in _OLD_ENCODINGS if (decoded := _decoded_strictly(content, name))]
    best = max(possible_readings, key=lambda decoded: _common_words(decoded.text), default=None)
    score = _common_words(best.text) if best else 0
    if score and (as_declared is None or score > _common_words(as_declared.text)):
        return best
    return as_declared


def _correction_note(declared: str, name: str) -> Note:
    return Note(NoteKind.ENCODING, "encoding", declared, Message("the bytes are {name}, and were read so", name=name))


def _family(name: str) -> str:
    """Returns an encoding's name without byte order and mark; the name itself if Python does not know it."""
    try:
        return re.sub(r"-(?:sig|le|be)$", "", codecs.lookup(name).name)
    except LookupError:
        return name


def _common_words(text: str) -> int:
    """Returns the number of common Arabic words in an Arabic text; 0 for a text that is not Arabic.

    In an Arabic text nearly all letters beyond ASCII are Arabic. Few words mix them with Latin letters, as European
    words do when they are decoded with an Arabic encoding.
    """
    text = text[:_TELLING]
    arabic_letters = len(_ARABIC.findall(text))
    if not arabic_letters or arabic_letters < _SURE_SHARE * len(_LETTERS.findall(text)):
        return 0
    mixed_words, arabic_words = len(_MIXED_WORD.findall(text)), len(_ARABIC_WORD.findall(text))
    return len(_COMMON_WORD.findall(text)) if mixed_words <= _MOST_MIXED * arabic_words else 0


def _undecodable_reason(content: bytes, encoding: str) -> Message:
    """Returns why bytes could not be decoded.

    Either they are binary, or some are not valid in `encoding`: the message names the first such byte and its place.
    If neither is so, it says only that no known encoding fits.
    """
    if _CONTROLS.search(content[:4096].decode("latin-1")):
        return Message("the file is binary, not text")
    try:
        content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return Message(
            "not {name} text: byte 0x{byte} at offset {offset} (line {line}); name its encoding, for example --encoding windows-1256",
            name=encoding.upper(), byte=f"{content[error.start]:02x}", offset=error.start, line=line,
        )  # fmt: skip
    return Message("the text is in no encoding that is known")


def mend(text: str) -> tuple[str, tuple[Note, ...]]:
    """Returns (`text` with wrongly decoded lines mended, notes on mended lines and on those that still look wrong)."""
    mended_text = unmix(text)
    notes = []
    if mended_text != text:
        line = next(old for old, new in zip(text.split("\n"), mended_text.split("\n"), strict=True) if old != new)
        message = Message("letters that were once wrongly decoded were put right")
        notes.append(Note(NoteKind.MIXED, "text", line.strip(), message))
    if remaining := next((match for pattern in _MIXED_UP.values() if (match := pattern.search(mended_text))), None):
        quote = mended_text[max(0, remaining.start() - 20) : remaining.end() + 20]
        message = Message("reads as if it was once wrongly decoded; it was taken as it is")
        notes.append(Note(NoteKind.MIXED, "text", quote, message))
    return mended_text, tuple(notes)


def unmix(text: str) -> str:
    """Returns `text` with wrongly decoded lines mended.

    Such a line was UTF-8 and was decoded as windows-1252 or windows-1256, or was windows-1256 and was decoded as
    windows-1252 («ÇáãÛÑÈ»).
    """
    if any(pattern.search(text) for pattern in _MIXED_UP.values()):
        text = "\n".join(_unmixed_line(line) for line in text.split("\n"))
    return _unwestern(text) if _WESTERN_RUN.search(text) else text


def _unmixed_line(line: str) -> str:
    """Returns a line of UTF-8 that was decoded as windows-1252 or windows-1256, decoded again as UTF-8.

    The result must read as Arabic; otherwise the line is returned as it is.
    """
    for encoding, pattern in _MIXED_UP.items():
        if not pattern.search(line):
            continue
        try:
            decoded_line = b"".join(_byte(letter, encoding) for letter in line).decode("utf-8")
        except UnicodeError:
            continue
        if (
            _common_words(decoded_line)
            or len(_ARABIC.findall(decoded_line)) > 2 * len(_LETTERS.findall(decoded_line)) / 3
        ):
            return decoded_line
    return line


def _unwestern(text: str) -> str:
    """Returns `text` with lines mended that were windows-1256 and were decoded as windows-1252.

    A line is suspect if most of its letters are windows-1252 letters beyond ASCII. The suspect lines are mended if
    together they then read as Arabic.
    """
    lines = text.split("\n")
    decoded_lines: dict[int, str] = {}
    for number, line in enumerate(lines):
        western_letters, ascii_letters = len(_WESTERN.findall(line)), len(_LATIN.findall(line))
        if western_letters <= ascii_letters:
            continue
        with suppress(UnicodeError):
            decoded_lines[number] = b"".join(_byte(letter, "windows-1252") for letter in line).decode("windows-1256")
    if not _common_words("\n".join(decoded_lines.values())):
        return text
    return "\n".join(decoded_lines.get(number, line) for number, line in enumerate(lines))


def _byte(letter: str, encoding: str) -> bytes:
    """Returns the byte that was decoded as `letter`. Bytes that the encoding leaves undefined stay as they are."""
    try:
        return letter.encode(encoding)
    except UnicodeEncodeError:
        return letter.encode("latin-1")


def plain(text: str) -> str:
    """Returns `text` as the archive stores texts: cleaned by the gate, without layout characters and stretched words.

    Spaces are single, and lines have none at their ends. A line without visible characters becomes empty.
    """
    text = compose(_STRETCHED.sub("", _LAYOUT.sub("", clean_text(text))))
    lines = (_SPACES.sub(" ", line).strip() for line in text.split("\n"))
    return "\n".join(line if shows_something(line) else "" for line in lines)
