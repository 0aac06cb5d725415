import pytest
from django.db import connection

from articles.search import statistics, vocabulary
from articles.search.run import search

pytestmark = pytest.mark.django_db


def stored_count(lexeme: str) -> int:
    """Returns the stored number of articles with a lexeme."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(sum(articles), 0) FROM articles_lexeme WHERE lexeme = %s", [lexeme])
        return int(cursor.fetchone()[0])


def test_new_articles_are_added_to_the_counts_and_counted_once(make_article: object) -> None:
    statistics.rebuild()
    make_article("عن الزبرجد", "زبرجد في زبرجد")
    assert statistics.update() > 0
    assert statistics.update() == 0
    assert stored_count("زبرجد") == 1
    statistics.rebuild()
    assert stored_count("زبرجد") == 1


def test_rare_words_are_counted_live(make_article: object) -> None:
    assert vocabulary.lexicon_of(["زبرجد"]).frequencies == {"زبرجد": 0}
    make_article(body="زبرجد")
    make_article(body="زبرجد", status="draft")
    assert vocabulary.lexicon_of(["زبرجد"]).frequencies == {"زبرجد": 1}


def test_common_words_take_the_kept_count(make_article: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vocabulary, "RECOUNTED_BELOW", 2)
    for _ in range(4):
        make_article(body="زبرجد نفيس")
    statistics.rebuild()
    make_article(body="زبرجد نفيس")
    assert vocabulary.lexicon_of(["زبرجد", "نفيس"]).frequencies == {"زبرجد": 4, "نفيس": 4}
    assert vocabulary.lexicon_of(words=["زبر"], beginnings=["زبر"]).beginnings["زبر"] == vocabulary.Alike(("زبرجد",), 4)


def test_forms_of_one_root_know_each_other(make_article: object) -> None:
    make_article(body="فككت السلطات خلايا نائمة وخلية أخرى، ومقاتل بين مقاتلين وقتال")
    statistics.rebuild()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT archive_skeleton('قتال'), archive_skeleton('مقاتل'), archive_skeleton('2024'), archive_skeleton('من')"
        )
        assert cursor.fetchone() == ("قتل", "قتل", None, None)
    assert "قتال" in vocabulary.lexicon_of(["مقاتل"]).variants["مقاتل"].lexemes


def test_neighbours_side_by_side_go_before_neighbours_apart(make_article: object) -> None:
    apart = make_article(body="القطن يزرع هنا كثيرا والحرير يأتي من بعيد كل عام")
    beside = make_article(body="هنا يباع القطن والحرير كثيرا ويأتي كل عام من بعيد")
    assert [hit.article for hit in search("القطن والحرير").hits] == [beside, apart]


def test_words_of_a_question_joined_by_or_do_not_shut_out_the_answer(make_article: object) -> None:
    answer = make_article(body="تأسست شركة الفوسفاط سنة 1920 في خريبكة بقرار من الدولة")
    page = search("في أي سنة تأسست شركة «الفوسفاط الشريف» أو أنشئت؟")
    assert page.loosened and page.hits[0].article == answer


def test_what_is_excluded_stays_out_however_few_are_found(make_article: object) -> None:
    make_article(body="زبرجد وياقوت وعقيق ومرجان")
    assert search("زبرجد ياقوت عقيق لؤلؤ -مرجان").total == 0
