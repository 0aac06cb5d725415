"""Bytes → text, or the reason why not; used by every reader."""

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
# Control characters that no text file holds; tab, line feed, form feed and carriage return are text.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f]")
# Tatweel that stretches a word («القمـــة»); a single one («لـه», «لـ30») is a way of writing.
_STRETCHED = re.compile(f"(?<=[{ARABIC_LETTERS}]){TATWEEL}{{2,}}+(?=[{ARABIC_LETTERS}])")
_SPACES = re.compile(r"[^\S\n]+")
# What only carries layout beside what the gate removes: word joiner, marks of direction. The joiners U+200C and U+200D shape
# letters («می‌خواهد») and stay.
_LAYOUT = re.compile("[\u061c\u200e\u200f\u2060-\u2065]")
_LETTERS = re.compile(r"[^\W\d_\x00-\x7f]")
_ARABIC = re.compile(f"[{ARABIC_LETTERS}]")
# Encodings of Arabic from before Unicode, tried where nothing is declared.
_OLD_ENCODINGS = ("windows-1256", "iso-8859-6")
# Two-byte letters of Arabic UTF-8 read one byte at a time: «Ø§Ù„Ø¥Ø±» in windows-1252, «ط§ظ„ط¥ط±» in windows-1256.
_MIXED_UP = {"windows-1252": re.compile("(?:[ØÙÚÛ].){4}"), "windows-1256": re.compile("(?:[طظ].){4}")}
_SURE_SHARE = 0.75
# Commonest words of Arabic, and words with the article, each by itself.
_COMMON = re.compile(r"(?<!\w)(?:في|من|على|إلى|عن|ال\w+)(?!\w)")
_ARABIC_WORD = re.compile(f"[{ARABIC_LETTERS}]+")
_MIXED_WORD = re.compile(f"[A-Za-z][{ARABIC_LETTERS}]|[{ARABIC_LETTERS}][A-Za-z]")
# Beside Latin names and brands an Arabic page has far more Arabic words; a European one read so has nearly none.
_MOST_MIXED = 0.5
# In code points: how much of a text its encoding is told by.
_TELLING = 200_000
# Letters of windows-1252 beyond ASCII, and a run of them as no European word has.
_WESTERN = re.compile("[\xc0-\xff]")
_WESTERN_RUN = re.compile("[\xc0-\xff]{4}")
_LATIN = re.compile("[A-Za-z]")
_BEYOND_ASCII = re.compile("[^\x00-\x7f]")
_REPLACED = "\ufffd".encode()
# Characters beyond ASCII for each broken one that is taken: a page with more is not mended, a reader would stumble in every
# second line. A short text may have one.
FEW = 50
_FEWEST = 20
_UTF16_SHARE = 0.9


@dataclass(frozen=True)
class Decoded:
    """The text of some bytes, the encoding they were in, and what was not taken as it was."""

    text: str
    encoding: str
    notes: tuple[Note, ...] = ()


def decode(content: bytes, encoding: str = "", declared: str = "") -> Decoded:
    """The text of `content`: in the `encoding` the caller names, else UTF-8 or UTF-16 with or without a byte-order mark, else
    what its transport `declared`, else an old Arabic encoding where the text then reads as Arabic.

    Bytes that are valid UTF-8 are UTF-8 whatever is declared; bytes that read as Arabic in an old Arabic encoding, and not in
    the one declared, are in the old one. A few broken bytes become U+FFFD (see `_few_broken`). Raises UnreadableError for
    empty and binary content and for bytes in no encoding that makes them text.
    """
    if not content.strip():
        raise UnreadableError("the file is empty")
    decoded = _decoded(content, encoding, declared)
    if decoded is None:
        raise UnreadableError(_why_not(content, encoding or _marked(content) or "utf-8"))
    if _CONTROLS.search(decoded.text):
        raise UnreadableError("the file is binary, not text (it holds control characters)")
    text, notes = mended(decoded.text)
    if declared and not text.isascii() and _family(declared) != _family(decoded.encoding):
        notes = (_corrected(declared, decoded.encoding), *notes)
    return Decoded(text, decoded.encoding, (*decoded.notes, *notes))


def encoding_of(sample: bytes) -> str:
    """The encoding of a file that begins with `sample`, which may end inside a character; UTF-8 where nothing else is likely."""
    decoded = _decoded(sample, "", "") if sample.strip() else None
    return decoded.encoding if decoded else "utf-8"


def _marked(content: bytes) -> str:
    return next((name for mark, name in _BYTE_ORDER_MARKS if content.startswith(mark)), "")


def _decoded(content: bytes, encoding: str, declared: str) -> Decoded | None:
    """Without looking for what is no text; None where no encoding fits."""
    if named := encoding or _marked(content) or _unmarked_utf16(content):
        try:
            return _strictly(content, named) or _few_broken(content, named)
        except LookupError:
            raise UnreadableError("unknown encoding “{name}”", name=encoding) from None
    if decoded := _strictly(content, "utf-8") or _few_broken(content, "utf-8"):
        return decoded
    return _in_old_encoding(content, declared)


def _strictly(content: bytes, name: str) -> Decoded | None:
    """Raises LookupError for an encoding that Python does not know."""
    try:
        return Decoded(content.decode(name), name)
    except UnicodeError:
        return None


def _few_broken(content: bytes, name: str) -> Decoded | None:
    """The text with U+FFFD for broken bytes where they are few: one for every FEW characters beyond ASCII, or one in twenty.

    A character that the end of the bytes cuts is left out. In an encoding that is not the right one nearly every such
    character is broken.
    """
    decoder = codecs.getincrementaldecoder(name)("replace")
    # Bytes that begin a character which the end cuts wait in the decoder; broken bytes before them do not.
    whole = decoder.decode(content)
    is_cut = bool(decoder.getstate()[0])
    broken = whole.count("\ufffd") - content.count(_REPLACED)
    beyond_ascii = sum(1 for _ in _BEYOND_ASCII.finditer(whole)) - broken
    if broken > max(beyond_ascii // FEW, 1 if beyond_ascii >= _FEWEST else 0) or not beyond_ascii:
        return None
    notes = []
    if broken > 0:
        taken = Message("{count:,} broken bytes of {name} became “\ufffd”", count=broken, name=name.upper())
        notes.append(Note(NoteKind.BROKEN, "text", "", taken))
    if is_cut:
        notes.append(Note(NoteKind.BROKEN, "text", "", Message("the last character is cut off; it was left out")))
    return Decoded(whole, name, tuple(notes))


def _unmarked_utf16(content: bytes) -> str:
    """UTF-16 without a mark: nearly every second byte is the high byte of an ASCII or an Arabic letter."""
    sample = content[:4096]
    if b"\x00" not in sample and b"\x06" not in sample:
        return ""
    for name, high in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[::2])):
        if len(high) >= _FEWEST and sum(byte in (0x00, 0x06) for byte in high) >= _UTF16_SHARE * len(high):
            return name
    return ""


def _in_old_encoding(content: bytes, declared: str) -> Decoded | None:
    """In the encoding declared, unless the bytes read as Arabic in another one and not, or not so well, in that."""
    try:
        as_declared = _strictly(content, declared) if declared else None
    except LookupError:
        as_declared = None
    others = [decoded for name in _OLD_ENCODINGS if (decoded := _strictly(content, name))]
    best = max(others, key=lambda decoded: _common_words(decoded.text), default=None)
    score = _common_words(best.text) if best else 0
    if score and (as_declared is None or score > _common_words(as_declared.text)):
        return best
    return as_declared


def _corrected(declared: str, name: str) -> Note:
    return Note(NoteKind.ENCODING, "encoding", declared, Message("the bytes are {name}, and were read so", name=name))


def _family(name: str) -> str:
    """An encoding without its order of bytes and its mark; the name itself where Python does not know it."""
    try:
        return re.sub(r"-(?:sig|le|be)$", "", codecs.lookup(name).name)
    except LookupError:
        return name


def _common_words(text: str) -> int:
    """How many of the commonest words of Arabic stand in a text that is Arabic; 0 for a text that is not.

    Nearly all letters beyond ASCII must be Arabic, and few words may mix them with Latin letters, as words of European
    languages do when they are read in an Arabic encoding.
    """
    text = text[:_TELLING]
    arabic = len(_ARABIC.findall(text))
    if not arabic or arabic < _SURE_SHARE * len(_LETTERS.findall(text)):
        return 0
    mixed, whole = len(_MIXED_WORD.findall(text)), len(_ARABIC_WORD.findall(text))
    return len(_COMMON.findall(text)) if mixed <= _MOST_MIXED * whole else 0


def _why_not(content: bytes, encoding: str) -> Message:
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


def mended(text: str) -> tuple[str, tuple[Note, ...]]:
    """(`text` with wrongly decoded lines put right, notes): what was mended, and what still looks wrong."""
    right = unmixed(text)
    notes = []
    if right != text:
        line = next(old for old, new in zip(text.split("\n"), right.split("\n"), strict=True) if old != new)
        taken = Message("letters that were once wrongly decoded were put right")
        notes.append(Note(NoteKind.MIXED, "text", line.strip(), taken))
    if left := next((found for pattern in _MIXED_UP.values() if (found := pattern.search(right))), None):
        quote = right[max(0, left.start() - 20) : left.end() + 20]
        taken = Message("reads as if it was once wrongly decoded; it was taken as it is")
        notes.append(Note(NoteKind.MIXED, "text", quote, taken))
    return right, tuple(notes)


def unmixed(text: str) -> str:
    """`text` with lines put right that were UTF-8 and were once read as windows-1252 or windows-1256, or windows-1256 read as
    windows-1252 («ÇáãÛÑÈ»).
    """
    if any(pattern.search(text) for pattern in _MIXED_UP.values()):
        text = "\n".join(_unmixed_line(line) for line in text.split("\n"))
    return _unwestern(text) if _WESTERN_RUN.search(text) else text


def _unmixed_line(line: str) -> str:
    for encoding, pattern in _MIXED_UP.items():
        if not pattern.search(line):
            continue
        try:
            read = b"".join(_byte(letter, encoding) for letter in line).decode("utf-8")
        except UnicodeError:
            continue
        if _common_words(read) or len(_ARABIC.findall(read)) > 2 * len(_LETTERS.findall(read)) / 3:
            return read
    return line


def _unwestern(text: str) -> str:
    """Lines most of whose letters are those that windows-1252 has where windows-1256 has Arabic, read as Arabic, if they then
    read as Arabic together.
    """
    lines = text.split("\n")
    read: dict[int, str] = {}
    for number, line in enumerate(lines):
        western, ascii_letters = len(_WESTERN.findall(line)), len(_LATIN.findall(line))
        if western <= ascii_letters:
            continue
        with suppress(UnicodeError):
            read[number] = b"".join(_byte(letter, "windows-1252") for letter in line).decode("windows-1256")
    if not _common_words("\n".join(read.values())):
        return text
    return "\n".join(read.get(number, line) for number, line in enumerate(lines))


def _byte(letter: str, encoding: str) -> bytes:
    """The byte that was read as `letter`; bytes that the encoding leaves undefined pass as they are."""
    try:
        return letter.encode(encoding)
    except UnicodeEncodeError:
        return letter.encode("latin-1")


def plain(text: str) -> str:
    """`text` as the archive's gate for texts leaves it, with single spaces, no invisible characters of layout and no stretched
    words; lines without spaces at their ends, and empty where nothing of them can be seen.
    """
    text = compose(_STRETCHED.sub("", _LAYOUT.sub("", clean_text(text))))
    lines = (_SPACES.sub(" ", line).strip() for line in text.split("\n"))
    return "\n".join(line if shows_something(line) else "" for line in lines)
