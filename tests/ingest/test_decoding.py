"""Bytes to text, without a database: which encoding is taken, how much damage is accepted, and what is mended."""

import gzip
import random
import zlib

import brotli
import pytest
import zstandard

from articles.ingest.content_coding import unpack
from articles.ingest.decoding import decode, encoding_of, mend, plain, unmix
from articles.ingest.document import UnreadableError
from articles.ingest.languages import language_tag

ARABIC = "وصل الوفد إلى الرباط في زيارة رسمية من يومين، ثم غادر المدينة"
FRENCH = "Le président de la République a été reçu à Rabat"


def notes_of(decoded: object) -> list[str]:
    return [f"{note.field}|{note.given}|{note.taken}" for note in decoded.notes]


@pytest.mark.parametrize(
    ("content", "encoding", "declared", "expected"),
    [
        (ARABIC.encode(), "", "", "utf-8"),
        (b"\xef\xbb\xbf" + ARABIC.encode(), "", "", "utf-8-sig"),
        (b"\xff\xfe" + ARABIC.encode("utf-16-le"), "", "", "utf-16"),
        (b"\xfe\xff" + ARABIC.encode("utf-16-be"), "", "", "utf-16"),
        (ARABIC.encode("utf-16-le"), "", "", "utf-16-le"),
        (ARABIC.encode("utf-16-be"), "", "", "utf-16-be"),
        # Letters of one script alone have one kind of high byte.
        (("ب" * 20).encode("utf-16-le"), "", "", "utf-16-le"),
        (("b" * 20).encode("utf-16-be"), "", "", "utf-16-be"),
        # Of 100 characters, 90 are Latin or Arabic.
        (("ب" * 90 + "日" * 10).encode("utf-16-le"), "", "", "utf-16-le"),
        (ARABIC.encode("windows-1256"), "", "", "windows-1256"),
        (ARABIC.encode("iso-8859-6", "replace"), "", "", "iso-8859-6"),
        (ARABIC.encode("windows-1256"), "", "windows-1252", "windows-1256"),
        (ARABIC.encode("windows-1256"), "", "no-such-encoding", "windows-1256"),
        # A declaration that is as good stays as it is spelled.
        (ARABIC.encode("windows-1256"), "", "cp1256", "cp1256"),
        (FRENCH.encode("windows-1252"), "", "windows-1252", "windows-1252"),
        (FRENCH.encode("windows-1252"), "", "iso-8859-15", "iso-8859-15"),
        # Valid UTF-8 is UTF-8, whatever is declared; the caller's word counts above all.
        (ARABIC.encode(), "", "windows-1256", "utf-8"),
        (ARABIC.encode("windows-1256"), "windows-1256", "utf-8", "windows-1256"),
        ("é".encode(), "windows-1252", "", "windows-1252"),
    ],
)  # fmt: skip
def test_the_encoding_of_bytes(content: bytes, encoding: str, declared: str, expected: str) -> None:
    decoded = decode(content, encoding, declared)
    assert decoded.encoding == expected and decoded.text == content.decode(expected)


# Arabic of windows-1256 with French letters, which both encodings share: three of four letters must be Arabic.
@pytest.mark.parametrize(
    ("text", "is_arabic"),
    [
        ("في " + "ب" * 28 + " é" * 10, True),
        ("في " + "ب" * 28 + " é" * 11, False),
        # Half as many words that mix letters as there are words, and one more.
        ("في من " + "aب " * 2, True),
        ("في من " + "aب " * 3, False),
        # The beginning is long enough to hold more than a page of Latin markup.
        ("a " * 60_000 + ARABIC, True),
        # Common words count as whole words only.
        ("كفيل", False),
    ],
)
def test_bytes_are_arabic_of_before_unicode_if_they_read_so(text: str, is_arabic: bool) -> None:
    content = text.encode("windows-1256")
    assert decode(content, "", "windows-1252").encoding == ("windows-1256" if is_arabic else "windows-1252")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file is empty"),
        (b" \n\t ", "the file is empty"),
        (b"plain text with a bell\x07", "the file is binary, not text (it holds control characters)"),
        (b"\x89PNG\r\n\x1a\n\xff\xfe\x00", "the file is binary, not text"),
        (b"\xff" + b"a" * 3000 + b"\x01", "the file is binary, not text"),
        (b"one\ntwo\nab\xffcd", "not UTF-8 text: byte 0xff at offset 10 (line 3); name its encoding, for example --encoding windows-1256"),
        (("ب" * 19).encode("utf-16-le"), "the file is binary, not text (it holds control characters)"),
        (("ب" * 89 + "日" * 11).encode("utf-16-le"), "the file is binary, not text"),
        # Of the first two thousand characters only half are Latin or Arabic.
        (("ب" * 1024 + "日" * 1024).encode("utf-16-le"), "the file is binary, not text"),
        (b"abc \xd9", "not UTF-8 text: byte 0xd9 at offset 4 (line 1); name its encoding, for example --encoding windows-1256"),
    ],
)  # fmt: skip
def test_bytes_that_are_no_text(content: bytes, reason: str) -> None:
    with pytest.raises(UnreadableError) as refused:
        decode(content)
    assert str(refused.value) == reason


@pytest.mark.parametrize("encoding", ["no-such-encoding", "rot13"])
def test_an_encoding_that_is_none_is_named(encoding: str) -> None:
    with pytest.raises(UnreadableError, match=f"unknown encoding “{encoding}”"):
        decode(ARABIC.encode(), encoding)


def test_a_form_feed_and_a_tab_are_text() -> None:
    assert decode(b"a\tb\x0cc\r\n").text == "a\tb\x0cc\r\n"


@pytest.mark.parametrize(
    ("letters", "broken", "is_taken"),
    [(19, 1, False), (20, 1, True), (99, 1, True), (99, 2, False), (100, 2, True), (149, 3, False), (150, 3, True)],
)
def test_a_few_broken_bytes_are_shown_and_more_are_refused(letters: int, broken: int, is_taken: bool) -> None:
    content = b" \xff ".join([b"x"] * (broken + 1)) + ("ب" * letters).encode()
    if not is_taken:
        with pytest.raises(UnreadableError):
            decode(content)
        return
    decoded = decode(content)
    assert decoded.text.count("\ufffd") == broken and decoded.encoding == "utf-8"
    assert notes_of(decoded) == [f"text||{broken} broken bytes of UTF-8 became “\ufffd”"]


def test_what_was_replaced_before_is_not_broken_now_and_a_cut_letter_is_told() -> None:
    before = f"{ARABIC} \ufffd".encode()
    assert notes_of(decode(before)) == []
    assert notes_of(decode(before + b" \xff")) == ["text||1 broken bytes of UTF-8 became “\ufffd”"]
    cut = decode(ARABIC.encode() + b"\xd9")
    assert cut.text == ARABIC and notes_of(cut) == ["text||the last character is cut off; it was left out"]
    assert len(decode(ARABIC.encode() + b" \xff \xd9").notes) == 2


@pytest.mark.parametrize(
    ("content", "declared", "is_told"),
    [
        (ARABIC.encode(), "utf8", False), (ARABIC.encode("utf-16-le"), "utf-16", False), (ARABIC.encode(), "", False),
        (b"plain", "windows-1256", False), (ARABIC.encode(), "windows-1256", True), (ARABIC.encode(), "x-unheard", True),
        (b"\xef\xbb\xbf" + ARABIC.encode(), "utf-8", False),
    ],
)  # fmt: skip
def test_a_wrong_declaration_is_told(content: bytes, declared: str, is_told: bool) -> None:
    told = [f"encoding|{declared}|the bytes are utf-8, and were read so"]
    assert notes_of(decode(content, "", declared)) == (told if is_told else [])


@pytest.mark.parametrize(
    ("sample", "encoding"),
    [
        (b"", "utf-8"), (b"  ", "utf-8"), (ARABIC.encode(), "utf-8"), (ARABIC.encode()[:-1], "utf-8"), (b"\xff\xff", "utf-8"),
        (ARABIC.encode("windows-1256"), "windows-1256"), (b"\xff\xfe" + ARABIC.encode("utf-16-le"), "utf-16"),
    ],
)  # fmt: skip
def test_the_encoding_of_a_beginning(sample: bytes, encoding: str) -> None:
    assert encoding_of(sample) == encoding


def mixed_up(text: str, encoding: str) -> str:
    """Returns the text as a program shows it that reads its UTF-8 in an old encoding."""
    return "".join(
        bytes([byte]).decode(encoding) if bytes([byte]).decode(encoding, "ignore") else chr(byte)
        for byte in text.encode()
    )


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (mixed_up("سافر إلى الرباط", "windows-1252"), "سافر إلى الرباط"),
        (mixed_up("سافر إلى الرباط", "windows-1256"), "سافر إلى الرباط"),
        # Without a common word: two thirds of the letters must be Arabic.
        (mixed_up("محمد", "windows-1252"), "محمد"),
        (mixed_up("محمدé", "windows-1252"), "محمدé"),
        (mixed_up("محمدéé", "windows-1252"), mixed_up("محمدéé", "windows-1252")),
        # Lines that are right stay right.
        (f"سطر سليم\n{mixed_up('سافر إلى الرباط', 'windows-1252')}\nplain", "سطر سليم\nسافر إلى الرباط\nplain"),
        # Three letters in a row may be a name.
        (mixed_up("محم", "windows-1252"), mixed_up("محم", "windows-1252")),
        ("Ýí ÇáãÛÑÈ", "في المغرب"), ("Ýí ÇáãÛÑÈ abcdefg", "في المغرب abcdefg"), ("Ýí ÇáãÛÑÈ abcdefgh", "Ýí ÇáãÛÑÈ abcdefgh"),
        # Lines are judged together.
        ("ãÍãÏ\nÝí ÇáãÛÑÈ", "محمد\nفي المغرب"), ("ãÍãÏ", "ãÍãÏ"), (FRENCH, FRENCH), ("", ""),
    ],
)  # fmt: skip
def test_text_that_was_once_wrongly_decoded(written: str, read: str) -> None:
    assert unmix(written) == read


def test_mended_letters_are_told_with_their_line_and_others_with_their_place() -> None:
    right, wrong = "سطر سليم قبله", mixed_up("سافر إلى الرباط", "windows-1252")
    text, (note,) = mend(f"{right}\n  {wrong} \n{right}")
    assert text == f"{right}\n  سافر إلى الرباط \n{right}"
    assert (note.kind, note.field, note.given) == ("mixed", "text", wrong)
    assert note.taken == "letters that were once wrongly decoded were put right"
    left = mixed_up("محمد", "windows-1252")
    doubtful = f"{'x' * 30}{left}éééé{'y' * 30}"
    text, (note,) = mend(doubtful)
    assert text == doubtful and note.taken == "reads as if it was once wrongly decoded; it was taken as it is"
    assert note.given.startswith("x" * 20 + left[0]) and note.given.endswith("y" * 16)
    assert mend(f"{left}éééé")[1][0].given == f"{left}éééé"
    assert mend(right) == (right, ())


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("القمـــة", "القمة"), ("لـه", "لـه"), ("لـــ", "لـــ"), ("ا\u200eل\u2060م\u061c", "الم"), ("می\u200cخواهد", "می\u200cخواهد"),
        ("  أ \t ب\u00a0 ج  ", "أ ب ج"), ("أ\n \u200e \nب", "أ\n\nب"), ("أ\r\nب", "أ\nب"),
    ],
)  # fmt: skip
def test_a_text_as_it_is_stored(written: str, stored: str) -> None:
    assert plain(written) == stored


# What a server packed.


def deflated(content: bytes, wbits: int) -> bytes:
    packer = zlib.compressobj(wbits=wbits)
    return packer.compress(content) + packer.flush()


# Bytes that look like no text: each has a high byte.
CONTENT = bytes(range(128, 256)) * 1600
PACKERS = {
    "gzip": gzip.compress, "x-gzip": gzip.compress, "deflate": lambda content: deflated(content, 15), "br": brotli.compress,
    "zstd": zstandard.compress,
}  # fmt: skip


@pytest.mark.parametrize("name", PACKERS)
def test_packed_content_comes_whole_up_to_the_limit(name: str) -> None:
    packed = PACKERS[name](CONTENT)
    assert unpack(packed, f" {name.upper()} ", len(CONTENT)) == (CONTENT, ())
    with pytest.raises(UnreadableError, match=f"larger than {len(CONTENT) - 1:,} bytes when unpacked"):
        unpack(packed, name, len(CONTENT) - 1)
    # Cut in the middle: what came is taken, with a note.
    noise = random.Random(1).randbytes(200_000)
    content, notes = unpack(PACKERS[name](noise)[:-600], name, len(noise))
    assert 0 < len(content) <= len(noise) and noise.startswith(content)
    assert [(note.kind, note.field, note.given, note.taken) for note in notes] == [
        ("broken", "Content-Encoding", name, "the packed content is cut short; what came of it was taken")
    ]


@pytest.mark.parametrize("name", ["gzip", "deflate", "br", "zstd"])
def test_packed_content_that_is_nothing(name: str) -> None:
    with pytest.raises(UnreadableError, match="but the content is (damaged|cut short)"):
        unpack(PACKERS[name](CONTENT)[:5] + b"\xff" * 3, name, 1000)


@pytest.mark.parametrize(
    ("packed", "header"),
    [
        (deflated(CONTENT, -15), "deflate"),
        (gzip.compress(CONTENT[:100]) + gzip.compress(CONTENT[100:]), "gzip"),
        (gzip.compress(CONTENT) + b"\0\0", "gzip"),
        (gzip.compress(deflated(CONTENT, 15)), "deflate, gzip"),
        (gzip.compress(CONTENT), "identity, gzip, none, "),
        (CONTENT, ""), (CONTENT, "identity"),
    ],
)  # fmt: skip
def test_ways_to_pack(packed: bytes, header: str) -> None:
    assert unpack(packed, header, len(CONTENT)) == (CONTENT, ())


def test_raw_deflate_may_begin_nearly_as_zlib_does() -> None:
    stored = b"\x08\x03\x00\xfc\xff" + CONTENT[:3] + b"\x01\x00\x00\xff\xff"
    assert unpack(stored, "deflate", 10) == (CONTENT[:3], ())
    # The last byte of output comes when all input is used.
    assert unpack(deflated(b"\x80" * 65_537, -15), "deflate", 70_000)[0] == b"\x80" * 65_537
    with pytest.raises(UnreadableError, match="but the content is cut short"):
        unpack(b"\x88", "deflate", 10)


@pytest.mark.parametrize(
    "content",
    [
        b"<!DOCTYPE html>\xff", b"\xef\xbb\xbf \r\n<html>\xff", b"<head>\xff", b"<?xml ?>\xff", b"<!-- x -->\xff", b"<BODY>\xff", "نص".encode(), b"",
        b" " * 300 + b"<html>\xff",
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["gzip", "deflate", "br", "zstd", "moon"])
def test_content_that_is_not_packed_is_taken_with_a_note(content: bytes, name: str) -> None:
    taken, (note,) = unpack(content, name, 1000)
    assert taken == content and (note.kind, note.field, note.given) == ("encoding", "Content-Encoding", name)
    assert note.taken == "the content is not packed; it was taken as it is"


def test_what_does_not_begin_as_its_coding_does_is_not_packed() -> None:
    for name in ("gzip", "x-gzip", "zstd"):
        assert unpack(CONTENT, name, len(CONTENT))[0] == CONTENT


def test_an_unheard_coding_is_named_with_those_that_are_known() -> None:
    with pytest.raises(UnreadableError) as refused:
        unpack(CONTENT, "x" * 50, 1000)
    assert str(refused.value) == f"Content-Encoding is “{'x' * 40}”; known are gzip, x-gzip, deflate, br, zstd"


def test_a_window_that_no_browser_takes_is_refused() -> None:
    def with_window(bits: int) -> bytes:
        parameters = zstandard.ZstdCompressionParameters(window_log=bits, enable_ldm=True)
        packer = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
        return packer.compress(CONTENT) + packer.flush()

    assert unpack(with_window(23), "zstd", len(CONTENT))[0] == CONTENT
    with pytest.raises(UnreadableError, match="but the content is damaged"):
        unpack(with_window(24), "zstd", len(CONTENT))
    # The sixth byte states the window: here it is an eighth larger.
    packed = bytearray(with_window(23))
    packed[5] |= 1
    with pytest.raises(UnreadableError, match="but the content is damaged"):
        unpack(bytes(packed), "zstd", len(CONTENT))


# Tags of languages.


@pytest.mark.parametrize(
    ("stated", "tag"),
    [
        ("ar", "ar"), (" AR ", "ar"), ("AR_ma", "ar-MA"), ("ar-MA", "ar-MA"), ("ara", "ar"), ("iw", "he"), ("zh_hant_tw", "zh-Hant-TW"),
        ("sr-latn", "sr-Latn"), ("de-1996", "de-1996"), ("es-419", "es-419"), ("tl", "tl"), ("xx", ""), ("", ""), ("arabic", ""), ("ar-", ""),
        ("عربي", ""), ("en-us-posix", "en-US-posix"), ("ku", "ku"), ("ckb", "ckb"), ("sl-rozaj", "sl-rozaj"),
    ],
)  # fmt: skip
def test_a_language_is_stored_by_its_usual_tag(stated: str, tag: str) -> None:
    assert language_tag(stated) == tag
