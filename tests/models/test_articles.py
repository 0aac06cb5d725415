"""Which articles pages, rules and editors get, and what an article says about itself."""

import hashlib
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.models import Actor, ArchiveDate, Article, Capture, Event, Figure, Reprint
from articles.models.article import can_be_published, says_something
from articles.models.history import operation

MakeArticle = Callable[..., Article]
in_database = pytest.mark.django_db


@pytest.mark.parametrize(
    ("body", "paragraphs"),
    [
        ("أول", [(0, "أول")]),
        ("أول\n\nثان", [(0, "أول"), (5, "ثان")]),
        ("أول\nسطر\n\nثان\n\nثالث", [(0, "أول\nسطر"), (9, "ثان"), (14, "ثالث")]),
    ],
)
def test_the_paragraphs_of_a_body(body: str, paragraphs: list[tuple[int, str]]) -> None:
    article = Article(body=body)
    assert article.paragraphs == paragraphs
    assert all(body[start : start + len(text)] == text for start, text in article.paragraphs)


@pytest.mark.parametrize(
    ("text", "says"), [("", False), ("\u200f .", False), ("ا", True), ("7", True), ("«ا»", True), ("—", False)]
)
def test_a_text_says_something_by_a_letter_or_a_digit(text: str, says: bool) -> None:
    assert says_something(text) is says


@pytest.mark.parametrize(
    ("status", "merged_into", "is_public", "is_shown"),
    [
        ("published", None, True, True),
        ("published", 7, True, False),
        ("draft", None, False, False),
        ("draft", 7, False, False),
        ("withdrawn", None, False, False),
        ("deleted", None, False, False),
    ],
)
def test_which_articles_readers_see(status: str, merged_into: int | None, is_public: bool, is_shown: bool) -> None:
    article = Article(status=status, merged_into_id=merged_into)
    assert (article.is_public, article.is_shown) == (is_public, is_shown)


@pytest.mark.parametrize(
    ("published", "stated", "conflicts"),
    [
        (ArchiveDate.on(date(2024, 5, 10)), ("2024-05-10", "2024-05-10"), False),
        (ArchiveDate.on(date(2024, 5, 10)), ("2024-05-09", "2024-05-09"), False),
        (ArchiveDate.on(date(2024, 5, 10)), ("2024-05-11", "2024-05-11"), False),
        (ArchiveDate.on(date(2024, 5, 10)), ("2024-05-08", "2024-05-08"), True),
        (ArchiveDate.on(date(2024, 5, 10)), ("2024-05-12", "2024-05-12"), True),
        (ArchiveDate.on(date(2024, 5, 10)), ("2024-05-01", "2024-05-31"), False),
        (ArchiveDate.in_month(2024, 5), ("2024-06-01", "2024-06-01"), False),
        (ArchiveDate.in_month(2024, 5), ("2024-06-02", "2024-06-30"), True),
        (ArchiveDate.unknown(), ("2024-06-02", "2024-06-30"), False),
        (ArchiveDate.between(date(2024, 5, 10)), ("2023-06-02", "2023-06-30"), False),
        (ArchiveDate.between(None, date(2024, 5, 10)), ("2025-06-02", "2025-06-30"), False),
        (ArchiveDate.between(date(2024, 5, 10), date(2024, 5, 12)), ("2024-05-14", "2024-05-14"), True),
        # The last day that Python can hold has no day after it.
        (ArchiveDate.on(date.max), ("2024-05-14", "2024-05-14"), True),
    ],
)
def test_which_statements_contradict_the_date(published: ArchiveDate, stated: tuple[str, str], conflicts: bool) -> None:
    statement = {"where": "text", "quote": "أمس", "earliest": stated[0], "latest": stated[1]}
    article = Article(date_statements=[statement])
    article.published = published
    assert article.date_conflicts == ([statement] if conflicts else [])


MAY = ArchiveDate.in_month(2024, 5)
# Whether each can lie, surely lies and perhaps lies in May 2024; and whether it can lie before and after the 10th of May.
PUBLISHED = [
    (ArchiveDate.on(date(2024, 5, 1)), True, True, False, True, False),
    (ArchiveDate.on(date(2024, 5, 10)), True, True, False, True, True),
    (ArchiveDate.on(date(2024, 5, 31)), True, True, False, False, True),
    (ArchiveDate.on(date(2024, 4, 30)), False, False, False, True, False),
    (ArchiveDate.on(date(2024, 6, 1)), False, False, False, False, True),
    (MAY, True, True, False, True, True),
    (ArchiveDate.in_month(2024, 4), False, False, False, True, False),
    (ArchiveDate.in_month(2024, 6), False, False, False, False, True),
    (ArchiveDate.in_year(2024), True, False, True, True, True),
    (ArchiveDate.in_year(2023), False, False, False, True, False),
    (ArchiveDate.in_year(2025), False, False, False, False, True),
    (ArchiveDate.unknown(), True, False, True, True, True),
    (ArchiveDate.between(date(2024, 5, 31)), True, False, True, False, True),
    (ArchiveDate.between(date(2024, 6, 1)), False, False, False, False, True),
    (ArchiveDate.between(None, date(2024, 5, 1)), True, False, True, True, False),
    (ArchiveDate.between(None, date(2024, 4, 30)), False, False, False, True, False),
    (ArchiveDate.between(date(2024, 5, 2), date(2024, 5, 3)), True, True, False, True, False),
    (ArchiveDate.between(date(2024, 4, 2), date(2024, 5, 3)), True, False, True, True, False),
    (ArchiveDate.between(date(2024, 5, 30), date(2024, 6, 3)), True, False, True, False, True),
]


@in_database
def test_when_an_article_can_have_been_published(make_article: MakeArticle) -> None:
    first, last, middle = date(2024, 5, 1), date(2024, 5, 31), date(2024, 5, 10)
    rows = []
    for published, *_ in PUBLISHED:
        article = make_article()
        article.published = published
        article.save()
        rows.append(article.pk)
    articles = Article.objects.filter(pk__in=rows)

    def among(queryset: Any) -> list[bool]:
        keys = set(queryset.values_list("pk", flat=True))
        return [pk in keys for pk in rows]

    # Articles outside of the range are left out of what is surely or perhaps in it.
    assert among(articles.reported_between(first, last)) == [row[1] for row in PUBLISHED]
    assert among(articles.surely_between(first, last)) == [row[2] for row in PUBLISHED]
    assert among(articles.perhaps_between(first, last)) == [row[3] for row in PUBLISHED]
    assert among(articles.reported_between(None, middle)) == [row[4] for row in PUBLISHED]
    assert among(articles.reported_between(middle, None)) == [row[5] for row in PUBLISHED]
    assert among(articles.reported_between(None, None)) == [True] * len(rows)
    assert not can_be_published(None, None)
    assert among(articles.dated()) == [published.earliest is not None for published, *_ in PUBLISHED]
    # Those of a year stand by its first day, and those of no day at all come last; of one day, the latest stored first.
    order = sorted(
        zip(PUBLISHED, rows, strict=True), key=lambda row: (row[0][0].date or row[0][0].earliest or date.min, row[1])
    )
    assert list(articles.newest().values_list("pk", flat=True)) == [pk for _, pk in reversed(order)]
    assert [row.pk for row in Article.objects.in_order_of(rows[3:0:-1])] == rows[3:0:-1]
    assert [row.pk for row in Article.objects.in_order_of([rows[1], rows[3], rows[2]])] == [rows[1], rows[3], rows[2]]


@in_database
def test_which_articles_are_or_were_public(make_article: MakeArticle) -> None:
    other = make_article()
    states: dict[str, dict[str, Any]] = {
        "published": {"status": "published"},
        "draft": {"status": "draft"},
        "withdrawn": {"status": "withdrawn", "notice": "طلب"},
        "deleted": {"status": "deleted", "notice": "طلب"},
        "merged": {"status": "published", "merged_into": other},
        "checked": {"status": "published", "checked_at": timezone.now()},
    }
    keys = {}
    for name, values in states.items():
        was_public, never = make_article(status="published"), make_article(status="draft")
        with operation(command="test"):
            for article in (was_public, never):
                Article.objects.filter(pk=article.pk).update(**values)
        keys[name] = was_public.pk, never.pk
    articles = Article.objects.filter(pk__in=[pk for pair in keys.values() for pk in pair])

    def among(queryset: Any) -> dict[str, list[bool]]:
        present = set(queryset.values_list("pk", flat=True))
        return {name: [pk in present for pk in pair] for name, pair in keys.items()}

    assert {name for name, pair in among(articles.public()).items() if all(pair)} == {"published", "checked"}
    assert among(articles.once_public()) == {
        "published": [True, True], "draft": [True, False], "withdrawn": [True, False], "deleted": [True, False],
        "merged": [True, False], "checked": [True, True],
    }  # fmt: skip
    assert {name for name, pair in among(articles.unchecked()).items() if any(pair)} == {"published", "draft"}


def capture(article: Article, content: str, **fields: Any) -> Capture:
    digest = hashlib.sha256(content.encode()).hexdigest()
    fields = {"captured_at": datetime(2024, 5, 10, tzinfo=UTC), "size": len(content)} | fields
    return Capture.objects.create(article=article, sha256=digest, media_type="text/plain", **fields)


@in_database
def test_the_latest_accepted_capture_of_each_article(make_article: MakeArticle) -> None:
    article, other, none = make_article(), make_article(), make_article()
    capture(article, "أ")
    latest = capture(article, "ب", captured_at=datetime(2024, 5, 12, tzinfo=UTC), size=5)
    capture(article, "ج", captured_at=datetime(2024, 5, 11, tzinfo=UTC))
    capture(article, "د", captured_at=datetime(2024, 5, 14, tzinfo=UTC), state="waiting")
    capture(article, "ه", captured_at=datetime(2024, 5, 14, tzinfo=UTC), state="refused")
    capture(other, "و", captured_at=datetime(2024, 5, 13, tzinfo=UTC))
    # Of one moment, the one that was stored last.
    last = capture(other, "ز", captured_at=datetime(2024, 5, 13, tzinfo=UTC))
    captures = {
        row.pk: row.capture
        for row in Article.objects.filter(pk__in=[article.pk, other.pk, none.pk]).with_latest_capture()
    }
    assert (captures[article.pk]["sha256"], captures[article.pk]["size"]) == (latest.sha256, 5)
    assert captures[article.pk]["captured_at"].startswith("2024-05-12T00:00:00")
    assert captures[other.pk]["sha256"] == last.sha256 and captures[none.pk] is None
    Capture.objects.filter(pk=latest.pk).update(state="waiting")
    assert Article.objects.filter(pk=article.pk).with_latest_capture().get().capture["size"] == 1
    Article.objects.filter(pk=other.pk).update(status="draft")
    rows = Capture.objects.filter(article__in=[article, other])
    assert set(rows.public()) == {row for row in rows if row.article_id == article.pk and row.state == "accepted"}
    assert {row.state for row in rows.waiting()} == {"waiting"} and rows.waiting().count() == 2
    assert {row.state for row in rows.accepted()} == {"accepted"} and rows.accepted().count() == 4


@in_database
def test_a_list_shows_the_beginning_of_a_text(make_article: MakeArticle) -> None:
    body = "أبجد هوز " * 60
    article = make_article(body=body)
    (row,) = Article.objects.filter(pk=article.pk).for_listing()
    assert row.lead == body[:320]
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert row.source is None and row.title and row.set_aside == []
    # What a list does not show is read when it is asked for.
    assert len(queries) == 1


@in_database
@pytest.mark.parametrize(
    ("fields", "refused"),
    [
        ({"url": "https://a.example/1"}, True),
        ({"url": "https://a.example/2"}, False),
        ({"url": "https://a.example/own"}, False),
        ({"url": ""}, False),
        ({"status": "deleted", "notice": "."}, True),
        ({"status": "deleted", "notice": "خطأ"}, False),
        ({"status": "draft", "notice": ""}, False),
    ],
)
def test_an_address_belongs_to_one_article(make_article: MakeArticle, fields: dict[str, Any], refused: bool) -> None:
    make_article(url="https://a.example/1")
    make_article(url="")
    article = make_article(url="https://a.example/own")
    for name, value in fields.items():
        setattr(article, name, value)
    with pytest.raises(ValidationError) if refused else nullcontext():
        article.clean()


@in_database
@pytest.mark.parametrize(
    ("update_fields", "is_moved", "is_stored"),
    [(None, True, True), (["body"], True, True), (["body", "word_count"], True, True), (["title"], False, False)],
)
def test_facts_move_when_the_body_is_stored(
    make_article: MakeArticle, update_fields: list[str] | None, is_moved: bool, is_stored: bool
) -> None:
    article, other = make_article(body="ضم 23 دولة."), make_article(body="ضم 23 دولة.")
    figures = [Figure.objects.create(article=row, value=23, quote="23", start=3, end=5) for row in (article, other)]
    article.body = "أمس ضم 23 دولة."
    with CaptureQueriesContext(connection) as queries:
        article.save(**({"update_fields": update_fields} if update_fields else {}))
    assert [Figure.objects.get(pk=figure.pk).start for figure in figures] == [7 if is_moved else 3, 3]
    assert (Article.objects.get(pk=article.pk).body == article.body) is is_stored
    assert article.word_count == 4 and article.lost_words == []
    # Nobody else changes the body between its reading and its writing.
    assert any("FOR UPDATE" in query["sql"] for query in queries) is is_moved


@in_database
def test_what_a_reviewed_fact_lost_is_known_until_the_next_save(make_article: MakeArticle) -> None:
    article = make_article(body="ضم 23 دولة.")
    Figure.objects.create(article=article, value=23, quote="23", start=3, end=5)
    article.body = "ضم دولا."
    article.save()
    assert [words.words for words in article.lost_words] == [("23",)]
    article.save()
    assert article.lost_words == []


@in_database
@pytest.mark.parametrize(
    ("article_status", "original_status", "state", "public"),
    [
        ("published", "published", "suggested", True),
        ("published", "published", "confirmed", True),
        ("published", "published", "rejected", False),
        ("draft", "published", "confirmed", False),
        ("published", "draft", "confirmed", False),
    ],
)
def test_which_reprints_readers_see(
    make_article: MakeArticle, article_status: str, original_status: str, state: str, public: bool
) -> None:
    article, original = make_article(status=article_status), make_article(status=original_status)
    row = Reprint.objects.create(article=article, original=original, state=state)
    assert Reprint.objects.filter(pk=row.pk).public().exists() is public


@in_database
def test_the_articles_of_one_text(make_article: MakeArticle) -> None:
    """Oldest first, with their similarity to the original; only those that readers see, and without the article itself."""
    original = make_article("الأصل", day=date(2024, 5, 10))
    rows = {
        "قديم": (date(2024, 5, 9), {"score": 0.9}),
        "جديد": (date(2024, 5, 12), {"score": 0.8, "state": "suggested"}),
        "تلاه": (date(2024, 5, 12), {"score": None}),
        "مرفوض": (date(2024, 5, 8), {"score": 0.7, "state": "rejected"}),
        "مسودة": (date(2024, 5, 8), {"score": 0.7}),
    }
    articles = {}
    for title, (day, fields) in rows.items():
        articles[title] = make_article(title, day=day, status="draft" if title == "مسودة" else "published")
        Reprint.objects.create(article=articles[title], original=original, **fields)
    stranger = make_article("غريب")
    Reprint.objects.create(article=stranger, original=make_article("أصل غريب"), score=1.0)

    def group(article: Article) -> list[tuple[str, float | None]]:
        return [(member.title, score) for member, score in Reprint.objects.group_of(article)]

    assert group(original) == [("قديم", 0.9), ("جديد", 0.8), ("تلاه", None)]
    assert group(articles["جديد"]) == [("قديم", 0.9), ("الأصل", None), ("تلاه", None)]
    # What an editor rejected is no reprint.
    assert group(articles["مرفوض"]) == [] and group(make_article("وحده")) == []
    assert group(stranger) == [("أصل غريب", None)]
    Article.objects.filter(pk=original.pk).update(merged_into=stranger)
    assert [title for title, _ in group(articles["جديد"])] == ["قديم", "تلاه"]


@pytest.mark.parametrize(
    ("article", "original", "refused"), [(7, 7, True), (7, 8, False), (None, None, False), (None, 7, False)]
)
def test_no_article_is_its_own_reprint(article: int | None, original: int | None, refused: bool) -> None:
    with pytest.raises(ValidationError, match="لنفسه") if refused else nullcontext():
        Reprint(article_id=article, original_id=original).clean()


@in_database
@pytest.mark.parametrize(
    ("model", "state", "other", "count"),
    [(Actor, "confirmed", "suggested", 1), (Actor, "confirmed", "confirmed", 0), (Event, "rejected", "confirmed", 1)],
)
def test_a_review_names_the_editor_of_changed_rows_alone(
    django_user_model: Any, model: Any, state: str, other: str, count: int
) -> None:
    editor = django_user_model.objects.create(username="muharrir")
    fields = {"name": "زيد بعيد", "kind": "person"} if model is Actor else {"title": "لقاء بعيد", "kind": "meeting"}
    row = model.objects.create(**fields, state=other)
    rows = model.objects.filter(pk=row.pk)
    assert rows.suggested().exists() is row.is_suggested is (other == "suggested")
    assert rows.review(state, editor) == count
    row.refresh_from_db()
    assert (row.state, row.reviewed_by, row.reviewed_at is not None) == (state, editor if count else None, bool(count))
