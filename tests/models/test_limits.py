"""Which days, moments and texts a noun takes, on both sides of each limit."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from articles.models import Actor, Alias, ArchiveDate, Article, Event, Figure, Source, SynonymSet
from articles.models import limits as rules

# Letters and digits beside each other are words of their own: such a name has twice as many characters when it is folded.
LONG = "أ" * 150
GROWS = "a1" * 60


@pytest.fixture
def today(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> date:
    """The day of the test, which is the same on each run."""
    day = getattr(request, "param", date(2024, 5, 10))
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_: day)
    return day


@pytest.mark.parametrize(
    ("today", "published", "planned", "captured"),
    [
        (date(2024, 5, 10), date(2026, 5, 10), date(2124, 5, 10), date(2024, 5, 11)),
        (date(2024, 2, 29), date(2026, 2, 28), date(2124, 2, 28), date(2024, 3, 1)),
        (date(2023, 12, 31), date(2025, 12, 28), date(2123, 12, 28), date(2024, 1, 1)),
        (date(2024, 1, 1), date(2026, 1, 1), date(2124, 1, 1), date(2024, 1, 2)),
    ],
    indirect=["today"],
)
def test_the_last_sensible_days(today: date, published: date, planned: date, captured: date) -> None:
    assert rules.publication_days() == rules.Days(date(1800, 1, 1), published)
    assert rules.planned_days() == rules.Days(date(1800, 1, 1), planned)
    assert rules.capture_days() == rules.Days(date(1990, 1, 1), captured)
    assert str(rules.publication_days()) == f"1800-01-01 … {published}"


@pytest.mark.parametrize(
    ("moment", "is_sensible"),
    [
        (datetime(1989, 12, 31, 23, 59, tzinfo=UTC), False),
        (datetime(1990, 1, 1, tzinfo=UTC), True),
        (datetime(1990, 1, 1, 1, tzinfo=timezone(timedelta(hours=3))), False),
        (datetime(2024, 5, 11, 23, 59), True),
        (datetime(2024, 5, 12, tzinfo=UTC), False),
        (datetime(2024, 5, 12, 2, tzinfo=timezone(timedelta(hours=3))), True),
        (datetime.min.replace(tzinfo=timezone(timedelta(hours=3))), False),
        (datetime.max.replace(tzinfo=timezone(timedelta(hours=-3))), False),
    ],
)
def test_when_an_original_can_have_been_captured(today: date, moment: datetime, is_sensible: bool) -> None:
    assert rules.is_sensible_capture(moment) is is_sensible


@pytest.mark.parametrize(
    ("day", "is_refused"),
    [(date(1799, 12, 31), True), (date(1800, 1, 1), False), (date(2026, 5, 10), False), (date(2026, 5, 11), True)],
)
def test_a_form_refuses_a_day_on_which_no_article_can_be_published(today: date, day: date, is_refused: bool) -> None:
    if not is_refused:
        rules.check_publication_day(day)
        return
    with pytest.raises(ValidationError) as refusal:
        rules.check_publication_day(day)
    assert "1800-01-01" in refusal.value.message and "2026-05-10" in refusal.value.message


OLD, NEW, FAR = date(1799, 12, 31), date(1800, 1, 1), date(2026, 5, 11)


@pytest.mark.parametrize(
    ("published", "fields"),
    [
        (ArchiveDate.on(NEW), []),
        (ArchiveDate.on(OLD), ["published_date"]),
        (ArchiveDate.in_year(1799), ["published_date"]),
        (ArchiveDate.on(FAR), ["published_date"]),
        (ArchiveDate.between(OLD, NEW), ["published_earliest"]),
        (ArchiveDate.between(NEW, FAR), ["published_latest"]),
        (ArchiveDate.between(OLD, FAR), ["published_earliest", "published_latest"]),
        (ArchiveDate.unknown(), []),
        # The year begins within the limit, and ends beyond it.
        (ArchiveDate.in_year(2026), ["published_date"]),
    ],
)
def test_an_uncertain_date_has_sensible_days(today: date, published: ArchiveDate, fields: list[str]) -> None:
    article = Article(title="عنوان", body="نص")
    article.published = published
    assert [field for field, _ in article.beyond_limits()] == fields


def made(model: type[Any], **fields: Any) -> Any:
    """A row with uncertain dates set as attributes."""
    dates = {name: value for name, value in fields.items() if isinstance(value, ArchiveDate)}
    row = model(**{name: value for name, value in fields.items() if name not in dates})
    for name, value in dates.items():
        setattr(row, name, value)
    return row


# A row, and the fields whose values it may not have.
@pytest.mark.parametrize(
    ("row", "fields"),
    [
        (made(Actor, name=LONG), []),
        (made(Actor, name="أ" * 200), []),
        (made(Actor, name=GROWS), ["name"]),
        (made(Alias, name=LONG), []),
        (made(Alias, name=GROWS), ["name"]),
        (made(Source, name=LONG), []),
        (made(Source, name=GROWS), ["name"]),
        (made(Source, name="بعيد", marks=["و" * 40, "ب"]), []),
        (made(Source, name="بعيد", marks=["ب", "و" * 41]), ["marks"]),
        (made(SynonymSet, words=["أ" * 100, "ب"]), []),
        (made(SynonymSet, words=["ب", "a1" * 26]), ["words"]),
        (made(Event, title="أ" * 100 + " " + "ب" * 100 + " " + "ج" * 98), []),
        (made(Event, title="a1" * 100), ["title"]),
        (made(Event, title="أ" * 101), ["title"]),
        (made(Event, title="لقاء", start=ArchiveDate.on(OLD)), ["start_date"]),
        (made(Event, title="لقاء", end=ArchiveDate.on(OLD)), ["end_date"]),
        (made(Event, title="لقاء", start=ArchiveDate.on(FAR), end=ArchiveDate.on(date(2124, 5, 10))), []),
        (made(Event, title="لقاء", end=ArchiveDate.on(date(2124, 5, 11))), ["end_date"]),
        (made(Figure, period_start=NEW, period_end=FAR), []),
        (made(Figure, period_start=OLD, period_end=FAR), ["period_start"]),
        (made(Figure, period_start=NEW, period_end=date(2124, 5, 11)), ["period_end"]),
        (made(Figure), []),
        (made(Article, language="ar"), []),
        (made(Article, language=""), []),
        (made(Article, language="ar-MA"), []),
        (made(Article, language="AR_ma"), []),
        (made(Article, language="zh-Hant"), []),
        (made(Article, language="عر"), ["language"]),
        (made(Article, language="a"), ["language"]),
        (made(Article, language="arab"), ["language"]),
        (made(Article, language="ar-"), ["language"]),
        (made(Article, language="ar-M"), ["language"]),
        # Without regard to case, «ſ» would be an «s», and the Kelvin sign a «k».
        (made(Article, language="ſa"), ["language"]),
        (made(Article, language="\u212aa"), ["language"]),
        (made(Article, url="https://x.example/" + "a" * 2582), []),
        (made(Article, url="https://x.example/" + "a" * 2583), ["url"]),
    ],
)
def test_what_a_noun_may_hold(today: date, row: Any, fields: list[str]) -> None:
    assert [field for field, _ in row.beyond_limits()] == fields


@pytest.mark.parametrize(
    ("fields", "exclude", "errors"),
    [
        ({"title": "لقاء", "kind": "meeting"}, [], set()),
        ({"title": "أ" * 101, "kind": "meeting"}, [], {"title"}),
        ({"title": "أ" * 101, "kind": "meeting"}, None, {"title"}),
        ({"title": "أ" * 101, "kind": "meeting"}, ["title"], set()),
        ({"title": "أ" * 101, "kind": "meeting"}, ["place"], {"title"}),
        ({"title": "لقاء", "kind": "party"}, [], {"kind"}),
        # The limits are checked when Django's own checks pass.
        ({"title": "أ" * 101, "kind": "party"}, [], {"kind"}),
        ({"title": "أ" * 101, "kind": "meeting", "start": ArchiveDate.on(OLD)}, [], {"title", "start_date"}),
    ],
)
def test_a_form_shows_each_value_beyond_its_limit(
    today: date, fields: dict[str, Any], exclude: list[str] | None, errors: set[str]
) -> None:
    row = made(Event, **fields)
    # The row's foreign keys would be looked up.
    skipped = None if exclude is None else [*exclude, "series", "merged_into", "reviewed_by"]
    if not errors:
        row.clean_fields(skipped)
        return
    with pytest.raises(ValidationError) as refusal:
        row.clean_fields(skipped)
    assert set(refusal.value.error_dict) == errors


@pytest.mark.parametrize(
    ("text", "size"), [("", 0), ("a", 1), ("ا", 2), ("\u20ac", 3), ("\U0001f600", 4), ("\ud800", 3), ("ا a", 4)]
)
def test_the_size_of_a_text(text: str, size: int) -> None:
    assert rules.size_in_bytes(text) == size
