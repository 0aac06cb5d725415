"""For any text, the rules return spans inside it."""

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from articles.arabic.dates import find_dates
from articles.arabic.reading import Reading
from articles.arabic.words import words
from articles.extract.events import event_phrases
from articles.extract.figures import find_figures
from articles.extract.newcomers import find_newcomers
from articles.ingest.document import UnreadableError
from articles.ingest.text import read_text

PIECES = st.sampled_from(
    "بين من إلى و ما لا أكثر من نحو على الأقل يتجاوز عددها 5 12 2021 3575 1.5 50,000 ١٢ ألف مليون خمسة وثلاثين عشر مئة دولة شخصا "
    "منها سنة عام 6 نونبر تشرين الثاني رمضان المادة رقم الساعة 10:30 % $ - – . ، ( ) « » “ ” \n \n\n ء ـ ال لـ المؤتمر الاجتماع الوزاري "
    "القمة في مراكش اترك تعليقا شارك بقلم: سالم المصدر: و م ع 2024-11-06 99/99/9999 31".split(" ")
)
TEXTS = st.lists(PIECES, max_size=40).map(" ".join) | st.text(max_size=120)


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_spans_lie_inside_and_do_not_overlap(text: str) -> None:
    figures = find_figures(text)
    for figure in figures:
        assert 0 <= figure.start < figure.end <= len(text) and figure.unit_of_measure
        assert figure.value_high is None or figure.value < figure.value_high
        assert not figure.period or None in figure.period or figure.period[0] <= figure.period[1]
    assert all(a.end <= b.start for a, b in itertools.pairwise(figures))
    for date in find_dates(text, words(text)):
        assert 0 <= date.start < date.end <= len(text)
    event_phrases(Reading(text))
    find_newcomers(Reading(text), [])


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_any_text_becomes_an_article_or_a_reason(text: str) -> None:
    try:
        document = read_text(text)
    except UnreadableError:
        return
    assert document.title and document.body and len(document.title) <= 500
