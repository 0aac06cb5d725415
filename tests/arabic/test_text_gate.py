"""Tests the text gate: what it removes and keeps, that it is idempotent, and that it takes linear time."""

import re
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.arabic.text_gate import clean_body, clean_line, clean_text, compose

# Any code point; those that the gate treats specially occur often.
TELLING = "\r\n\t\v\f\x00\x10\x1f\x7f\x85\u2028\u2029\u200c\u200d\u200e\u202a\u202e\u2066\u2069\ufeff\ud800 \u00a0اأ\u0654\u064b\u0610\u0344"
TEXTS = st.text(st.one_of(st.sampled_from(TELLING), st.characters()), max_size=80)
FORBIDDEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("فقرة\r\n\r\nفقرة", "فقرة\n\nفقرة"),
        ("سطر\rسطر\u2028سطر\u2029سطر\x85سطر", "سطر\nسطر\nسطر\nسطر\nسطر"),
        ("عن\x10وان\tآخر\x00", "عنوان آخر"),
        ("\ufeffقال \u202eمعكوس\u202c و\u2067معزول\u2069", "قال معكوس ومعزول"),
        ("می\u200cخواهد له\u200d هـ\u200f!", "می\u200cخواهد له\u200d هـ\u200f!"),
        ("ا\u0654حمد", "أحمد"),
        ("نص\ud83d\udc00", "نص"),
    ],
)
def test_what_the_gate_removes_and_keeps(text: str, clean: str) -> None:
    assert clean_text(text) == clean


def test_a_line_has_no_line_feeds_and_a_body_one_blank_line_between_paragraphs() -> None:
    assert clean_line("عنوان\r\nمن سطرين\u2028وثالث") == "عنوان من سطرين وثالث"
    assert clean_body("\r\n أ.\r\n \t \r\n\u2029\n\nب.\nج.\r\n\n") == "أ.\n\nب.\nج."


@given(TEXTS)
def test_a_clean_text_stays_as_it_is_and_holds_nothing_forbidden(text: str) -> None:
    for gate in (clean_text, clean_line, clean_body):
        clean = gate(text)
        assert gate(clean) == clean and not FORBIDDEN.search(clean)
        assert unicodedata.is_normalized("NFC", clean)
        clean.encode()


@given(TEXTS, st.integers(0, 80), st.integers(0, 80))
def test_a_quote_from_a_clean_text_is_clean(text: str, start: int, end: int) -> None:
    quote = clean_text(text)[start:end]
    assert clean_text(quote) == quote


@given(st.text(st.sampled_from("اa\u0654\u064b\u0610\u0655\u0344\u0300\u0323\u0f73"), max_size=200))
def test_composing_is_unicodes(text: str) -> None:
    assert compose(text) == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize(
    "unit", ["\u0654\u064b", "ا\u0654", "\r\n", "\n \u00a0", "\t\x10", " ", "\u202a", "\ud800", "ا\u064b\u0610\u0654"]
)
def test_eight_times_the_text_takes_at_most_twelve_times_as_long(unit: str) -> None:
    def seconds(length: int) -> float:
        text, best = unit * (length // len(unit)), float("inf")
        for _ in range(5):
            began = time.process_time()
            clean_body(text)
            best = min(best, time.process_time() - began)
        return best

    assert seconds(200_000) <= 12 * seconds(25_000) + 0.02
