from datetime import date

import pytest

from articles.models import ArchiveDate, Article

pytestmark = pytest.mark.django_db


def test_an_article_of_unknown_day_is_found_in_every_period_it_can_be_of(make_article: object) -> None:
    article = make_article("غير مؤرخ")
    article.published = ArchiveDate.between(date(2021, 1, 1), date(2022, 6, 30))
    article.save()
    inside = Article.objects.filter(pk=article.pk)
    assert inside.reported_between(date(2022, 1, 1), date(2022, 12, 31)).exists()
    assert inside.reported_between(date(2020, 1, 1), None).exists()
    assert not inside.reported_between(date(2022, 7, 1), None).exists()
    assert not inside.surely_between(date(2022, 1, 1), date(2022, 12, 31)).exists()
    assert inside.surely_between(date(2021, 1, 1), date(2022, 12, 31)).exists()


def test_dates_keep_their_precision() -> None:
    assert ArchiveDate.in_month(2024, 2).latest == date(2024, 2, 29)
    assert ArchiveDate.in_year(2024).as_dict() == {
        "date": "2024-01-01", "precision": "year", "basis": "stated", "earliest": "2024-01-01", "latest": "2024-12-31",
    }  # fmt: skip


def test_newest_puts_the_undated_by_their_earliest_day(make_article: object) -> None:
    old, new = make_article("قديم", day=date(2001, 1, 1)), make_article("جديد", day=date(2031, 1, 1))
    never = make_article("بلا تاريخ")
    order = list(Article.objects.filter(pk__in=[old.pk, new.pk, never.pk]).newest())
    assert order == [new, old, never]
