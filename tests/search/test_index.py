"""The database's index and Python split and fold a text into the same words."""

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from articles.arabic.folding import fold_word
from articles.arabic.words import WORD
from articles.models import Article

pytestmark = pytest.mark.django_db
ALPHABET = "اأإآٱبتةهىيوالفكـًَُّءؤئل 0129٠٣۵٬,.،؛:؟!-/()“”«»\n\tabCéЖ\u200f\u00ad"


def folded_in_sql(text: str) -> list[str]:
    """Returns the words of a text as the database folds them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT archive_fold(%s)", [text])
        return cursor.fetchone()[0].split()


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(alphabet=ALPHABET, max_size=120))
def test_python_and_sql_fold_alike(text: str) -> None:
    assert folded_in_sql(text) == [fold_word(match[0]) for match in WORD.finditer(text)]


def test_they_fold_the_seeds_alike() -> None:
    for body in Article.objects.values_list("body", flat=True):
        assert folded_in_sql(body) == [fold_word(match[0]) for match in WORD.finditer(body)]


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(alphabet=ALPHABET, max_size=60), st.text(alphabet=ALPHABET, max_size=120))
def test_the_nth_position_is_the_nth_word(title: str, body: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(p) FROM unnest(archive_vector(%s, %s)) u, unnest(u.positions) p", [title, body])
        last = cursor.fetchone()[0] or 0
    assert last == len(WORD.findall(title)) + len(WORD.findall(body))


def test_arabic_has_trigrams() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT show_trgm('الإرهاب')")
        assert len(cursor.fetchone()[0]) > 5


def test_a_book_of_different_words_still_fits() -> None:
    body = " ".join(f"كلمة{''.join(chr(0x0628 + int(d)) for d in str(n))}" for n in range(60_000))
    with connection.cursor() as cursor:
        cursor.execute("SELECT length(archive_vector('عنوان', %s))", [body])
        assert cursor.fetchone()[0] > 10_000
