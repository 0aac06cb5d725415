"""A message quotes in one pair of guillemets, whatever the words hold."""

import pytest

from articles.arabic.quoting import in_guillemets


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("المغرب", "«المغرب»"),
        ("  المغرب ", "«المغرب»"),
        ("", "«»"),
        (7, "«7»"),
        ("«المغرب»", "«المغرب»"),
        ("« «المغرب» »", "«المغرب»"),
        ("«أ» و«ب»", "«“أ” و“ب”»"),
        ("«أ «ب» ج»", "«أ “ب” ج»"),
        ("قال «نعم»", "«قال “نعم”»"),
        ("«نعم» قال", "«“نعم” قال»"),
        ("«نعم", "«“نعم»"),
        ("نعم»", "«نعم”»"),
        ("«", "«“»"),
        ("»", "«”»"),
        ("«»", "«»"),
        ("»أ«", "«”أ“»"),
        ("«أ»»", "«“أ””»"),
    ],
)
def test_words_are_quoted_once(words: object, message: str) -> None:
    assert in_guillemets(words) == message
