"""Rows that are stored by COPY, read in bulk, moved with their words, merged in a circle, or claimed by an editor."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.db.models import F, Value
from django.utils import timezone

from articles.models import (
    Actor,
    ArchiveDate,
    Article,
    Claim,
    Coverage,
    Event,
    Figure,
    Fingerprint,
    Mention,
    Source,
)
from articles.models import readable as reading
from articles.models.carrying import place, span_of
from articles.models.history import attach, event_model_of, event_models, kept_fields, operation
from articles.models.inserting import insert, with_keys
from articles.models.rules import rule_name
from articles.models.uncertain_date import is_derived
from articles.platform.calendar_bounds import UNHELD_DAY, UNHELD_MOMENT
from tests.old_archive import before_the_rules, spoil

MakeArticle = Callable[..., Article]
in_database = pytest.mark.django_db


@in_database
def test_rows_are_stored_by_copy_as_the_orm_would() -> None:
    source, actor = Source(name="البعيدة"), Actor.objects.create(name="زيد بعيد", kind="person")
    articles = [
        Article(title=f"عنوان {n}", body=f"زار زيد {n}", source=source, date_statements=[{"a": n}]) for n in range(3)
    ]
    for article in articles:
        article.published = ArchiveDate.on(date(2024, 5, 10))
    before = timezone.now()
    with_keys(articles)
    keys = [article.pk for article in articles]
    assert keys == sorted(set(keys)) and not Article.objects.filter(pk__in=keys).exists()
    # A related row that got its key after it was assigned.
    source.save()
    insert(articles)
    for article, stored in zip(articles, Article.objects.filter(pk__in=keys).order_by("id"), strict=True):
        assert (stored.title, stored.source, stored.published) == (article.title, source, article.published)
        assert before <= stored.created_at <= stored.updated_at <= timezone.now() and stored.merged_into is None
    # Rows without keys get them from the table, and have none afterwards.
    mentions = [
        Mention(article=article, actor=actor, spans=((4, 8),), quotes=("\x00زيد ",), score=0.5) for article in articles
    ]
    mentions[0].spans, mentions[0].quotes = [[4, 7]], ["زيد"]
    mentions[1:] = [Mention(article=article, actor=actor) for article in articles[1:]]
    insert(iter(mentions))
    assert [mention.pk for mention in mentions] == [None] * 3
    stored_mentions = Mention.objects.filter(actor=actor).order_by("article")
    assert [(row.article_id, row.spans, row.quotes) for row in stored_mentions] == [
        (keys[0], [[4, 7]], ["زيد"]), (keys[1], [], []), (keys[2], [], []),
    ]  # fmt: skip
    Fingerprint.objects.filter(article__in=keys).delete()
    insert([Fingerprint(article=articles[0], text_hash=7, bands=(1, 2))])
    assert Fingerprint.objects.get(article=articles[0]).bands == [1, 2]
    insert([])
    with_keys([])
    # The foreign key that was assigned stays, and one that is empty is stored as none.
    alone = Article(title="وحده", body="نص", source_id=source.pk)
    alone.published = ArchiveDate.unknown()
    with_keys([alone])
    insert([alone])
    assert Article.objects.get(pk=alone.pk).source == source and alone.pk > keys[-1]


@in_database
def test_rows_that_cannot_be_read_are_named_and_skipped(make_article: MakeArticle, caplog: Any) -> None:
    articles = [make_article(f"عنوان {n}", day=date(2024, 5, 10)) for n in range(4)]
    keys = [article.pk for article in articles]
    warnings: list[tuple[str, str]] = []
    wanted, columns = (
        [keys[2], keys[0], 10**12, keys[1]],
        ["updated_at", "published_date", "published_earliest", "published_latest"],
    )
    read = reading.readable(Article.objects.all(), wanted, lambda *words: warnings.append(words))
    assert read == [articles[2], articles[0], articles[1]] and warnings == []
    with before_the_rules():
        spoil(Article, keys[0], "infinity", *columns)
    read = reading.readable(Article.objects.all(), wanted, lambda *words: warnings.append(words))
    assert read == [articles[2], articles[1]]
    assert warnings == [(f"article {keys[0]}", f"the archive cannot hold its {', '.join(columns)}")]
    # Without anybody to tell, it is logged.
    assert reading.readable(Article.objects.all(), keys) == articles[1:]
    assert f"article {keys[0]} was left out" in caplog.text
    # A column that is not read does no harm.
    assert len(reading.readable(Article.objects.defer(*columns), keys)) == 4


@in_database
@pytest.mark.parametrize("count", [1, 2, 3])
def test_one_row_that_postgresql_cannot_read_hides_no_other(make_article: MakeArticle, count: int) -> None:
    """Here a division by zero: the error ends the statement for all rows."""
    articles = [make_article(f"عنوان {n}") for n in range(count)]
    bad = articles[-1].pk
    rows = Article.objects.annotate(broken=Value(1) / (F("pk") - Value(bad)))
    warnings: list[tuple[str, str]] = []
    read = reading.readable(rows, [row.pk for row in articles], lambda *words: warnings.append(words))
    assert read == articles[:-1] and warnings == [(f"article {bad}", "division by zero")]


@pytest.mark.parametrize(
    ("row", "columns"),
    [
        (Figure(value=Decimal(7)), []),
        (Figure(value=None), ["value"]),
        (Figure(value=Decimal(7), value_high=None, period_start=UNHELD_DAY), ["period_start"]),
        (Figure(value=Decimal(7), period_end=date(2024, 5, 10), reviewed_at=UNHELD_MOMENT), ["reviewed_at"]),
        (Article(title="", created_at=datetime(2024, 5, 10, tzinfo=UTC)), []),
        (Article(published_date=UNHELD_DAY, checked_at=UNHELD_MOMENT), ["checked_at", "published_date"]),
    ],
)
def test_columns_that_python_cannot_hold(row: Any, columns: list[str]) -> None:
    assert reading.unheld_columns(row) == columns


@pytest.mark.parametrize(
    ("day", "bounds", "read"),
    [
        (date(2024, 5, 1), (date(2024, 5, 1), date(2024, 5, 31)), ArchiveDate.in_month(2024, 5, "editor")),
        (UNHELD_DAY, (date(2024, 5, 1), date(2024, 5, 31)), ArchiveDate.unknown(basis="editor")),
        (date(2024, 5, 1), (UNHELD_DAY, date(2024, 5, 31)), ArchiveDate.unknown(basis="editor")),
        (date(2024, 5, 1), (date(2024, 5, 1), UNHELD_DAY), ArchiveDate.unknown(basis="editor")),
        (None, (UNHELD_DAY, date(2024, 5, 31)), ArchiveDate(None, "month", "editor", None, date(2024, 5, 31))),
        (None, (None, UNHELD_DAY), ArchiveDate(None, "month", "editor", None, None)),
    ],
)
def test_a_date_that_python_cannot_hold_is_unknown(
    day: date | None, bounds: tuple[date | None, date | None], read: ArchiveDate
) -> None:
    article = Article(
        published_date=day, published_precision="month", published_basis="editor",
        published_earliest=bounds[0], published_latest=bounds[1],
    )  # fmt: skip
    assert article.published == read


def test_a_date_is_an_attribute_of_rows_and_of_their_class() -> None:
    assert Article.published.name == "published" and Event.end.name == "end"
    assert Article().published == ArchiveDate.unknown()


@pytest.mark.parametrize(
    ("model", "known", "derived"),
    [
        (Article, True, ["published_earliest", "published_latest"]),
        (Article, False, []),
        (Event, True, ["start_earliest", "start_latest"]),
    ],
)
def test_the_bounds_of_a_known_date_follow_from_it(model: Any, known: bool, derived: list[str]) -> None:
    row, name = model(), "published" if model is Article else "start"
    setattr(row, name, ArchiveDate.in_year(2024) if known else ArchiveDate.between(date(2024, 5, 1)))
    assert [field.name for field in model._meta.fields if is_derived(row, field)] == derived


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("figure.percent", "نسبة مئوية"), ("", ""), ("old.rule", "old.rule"), ("event.same_kind", "فعالية معروفة، اتفق: النوع"),
        ("event.same_kind_words_date", "فعالية معروفة، اتفق: النوع، كلمات العنوان، اليوم"), ("event.same_kind_moon", "event.same_kind_moon"),
        ("event.same_moon", "event.same_moon"), ("kind_words", "kind_words"),
    ],
)  # fmt: skip
def test_the_name_of_a_rule(code: str, name: str) -> None:
    assert rule_name(code) == name


@in_database
@pytest.mark.parametrize(
    ("path", "survivor"),
    [
        ([None], 0),
        ([1, None], 1),
        ([1, 2, None], 2),
        ([1, 0], None),
        ([1, 2, 1], None),
        ([1, -1], None),
    ],
)
def test_what_stands_for_a_merged_row(path: list[int | None], survivor: int | None) -> None:
    """Each number is the place of the row that this one is merged into; -1 is a row that is gone."""
    rows = [Source.objects.create(name=f"بعيد {n}") for n in range(len(path))]
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    for row, to in zip(rows, path, strict=True):
        if to is not None:
            Source.objects.filter(pk=row.pk).update(merged_into=rows[to].pk if to >= 0 else 10**12)
    result = Source.objects.get(pk=rows[0].pk).survivor
    assert result == (None if survivor is None else rows[survivor])
    Source.objects.filter(pk__in=[row.pk for row in rows]).update(merged_into=None)


BODY = "1 ثم 2 ثم 3 ثم 4"


@in_database
@pytest.mark.parametrize(
    ("state", "body", "starts", "lost"),
    [
        ("confirmed", "أمس 1 ثم 2 ثم 3 ثم 4", [4, 9, 14, 19], []),
        ("confirmed", "4 ثم 3 ثم 2 ثم 1", [15, 10, 5, 0], []),
        ("confirmed", "2 ثم 3 ثم 4 ثم 1", [15, 0, 5, 10], []),
        ("confirmed", "1 ثم 2 ثم 4", [0, 5, None, 10], ["3"]),
        ("confirmed", "2 ثم 3", [None, 0, 5, None], ["1", "4"]),
        ("rejected", "2 ثم 3", [None, 0, 5, None], ["1", "4"]),
        ("suggested", "2 ثم 3", [None, 0, 5, None], []),
    ],
)
def test_figures_move_with_their_words(
    make_article: MakeArticle, state: str, body: str, starts: list[int | None], lost: list[str]
) -> None:
    article, other = make_article(body=BODY), make_article(body=BODY)
    figures = [
        Figure.objects.create(article=row, value=int(digit), quote=digit, start=start, end=start + 1, state=state)
        for row in (article, other) for digit, start in zip("1234", (0, 5, 10, 15), strict=True)
    ]  # fmt: skip
    article.body = body
    article.save()
    stored = [Figure.objects.get(pk=figure.pk) for figure in figures]
    assert [figure.start for figure in stored] == [*starts, 0, 5, 10, 15]
    assert [figure.end for figure in stored[:4]] == [None if start is None else start + 1 for start in starts]
    assert [figure.quote for figure in stored[:4]] == [*"1234"]
    assert [(words.fact, words.words) for words in article.lost_words] == [
        (figure, (figure.quote,)) for figure in figures[:4] if figure.quote in lost
    ]
    # The gap is the place between the nearest words that survived.
    assert all(0 <= start <= end <= len(body) for words in article.lost_words for start, end in words.gaps)
    # A reviewed figure that has no place gets one again when its words come back; a suggestion waits for the rules.
    article.body = BODY
    article.save()
    back = [Figure.objects.get(pk=figure.pk).start for figure in figures[:4]]
    assert back == [start if state != "suggested" or starts[place] is not None else None
                    for place, start in enumerate((0, 5, 10, 15))]  # fmt: skip
    assert article.lost_words == []


@in_database
@pytest.mark.parametrize(
    ("state", "body", "spans", "lost"),
    [
        ("confirmed", "أمس زيد ثم عمرو", [[4, 7], [11, 15]], ()),
        ("confirmed", "عمرو ثم زيد", [[0, 4], [8, 11]], ()),
        ("confirmed", "جاء عمرو", [[4, 8]], ("زيد",)),
        ("confirmed", "لا أحد", [], ("زيد", "عمرو")),
        ("rejected", "لا أحد", [], ("زيد", "عمرو")),
        ("suggested", "جاء عمرو", [[4, 8]], ()),
    ],
)
def test_mentions_move_with_their_words(
    make_article: MakeArticle, state: str, body: str, spans: list[list[int]], lost: tuple[str, ...]
) -> None:
    article, actor = make_article(body="زيد ثم عمرو"), Actor.objects.create(name="زيد بعيد", kind="person")
    row = Mention.objects.create(
        article=article, actor=actor, spans=[[0, 3], [7, 11]], quotes=["زيد", "عمرو"], state=state
    )
    article.body = body
    article.save()
    row.refresh_from_db()
    assert (row.spans, row.quotes, row.state) == (spans, [body[start:end] for start, end in spans], state)
    assert [words.words for words in article.lost_words] == ([lost] if lost else [])
    assert [len(words.gaps) for words in article.lost_words] == ([len(lost)] if lost else [])


@in_database
def test_the_places_of_a_mention_are_stored_if_they_changed(make_article: MakeArticle) -> None:
    body = "زيد ثم عمرو"
    row = Mention.objects.create(
        article=make_article(body=body), actor=Actor.objects.create(name="زيد بعيد", kind="person"),
        spans=[[0, 3], [7, 11]], quotes=["زيد", "عمرو"],
    )  # fmt: skip
    versions = event_model_of(Mention).objects.filter(pgh_obj=row.pk)
    place(row, [(7, 11), None, (0, 3)], body)
    assert not versions.exists()
    place(row, [(7, 11)], body, store=False)
    assert (row.spans, row.quotes) == ([[7, 11]], ["عمرو"]) and not versions.exists()
    place(row, [(0, 3)], body)
    assert versions.count() == 1 and Mention.objects.get(pk=row.pk).quotes == ["زيد"]
    # What cannot be read of a stored row is replaced, even if the rest stays as it is.
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role TO replica")
        cursor.execute(
            "UPDATE articles_mention SET spans = '{{0,3},{-1,2}}', quotes = '{زيد,ب}' WHERE id = %s", [row.pk]
        )
        cursor.execute("SET session_replication_role TO origin")
    stored = Mention.objects.get(pk=row.pk)
    assert stored.is_read_in_part and (stored.spans, stored.quotes) == ([[0, 3]], ["زيد"])
    place(stored, [(0, 3)], body)
    assert not Mention.objects.get(pk=row.pk).is_read_in_part
    assert Mention.objects.defer("spans").get(pk=row.pk).quotes == ["زيد"]
    assert Mention.objects.only("spans", "quotes").get(pk=row.pk).is_read_in_part is False


@pytest.mark.parametrize(
    ("start", "end", "span"), [(0, 3, (0, 3)), (None, None, None), (None, 3, None), (0, None, None)]
)
def test_the_span_of_a_figure(start: int | None, end: int | None, span: tuple[int, int] | None) -> None:
    assert span_of(Figure(start=start, end=end)) == span


@in_database
def test_the_articles_before_and_after_in_an_event(make_article: MakeArticle) -> None:
    event, other = (
        Event.objects.create(title=title, kind="meeting", state="confirmed") for title in ("لقاء بعيد", "غيره")
    )
    days = {"أ": 1, "ب": 2, "ج": 2, "د": 2, "ه": 4, "مسودة": 3, "مرفوض": 3}
    articles = {}
    for title, day in days.items():
        articles[title] = make_article(
            title, day=date(2024, 5, day), status="draft" if title == "مسودة" else "published"
        )
        state = "rejected" if title == "مرفوض" else "confirmed"
        Coverage.objects.create(article=articles[title], event=event, state=state)
    Coverage.objects.create(article=make_article("غريب", day=date(2024, 5, 3)), event=other)
    rows = Coverage.objects.filter(event=event).with_neighbours()
    beside = {
        row.article.title: tuple(article and article["title"] for article in (row.previous, row.following))
        for row in rows
    }
    assert beside == {
        "أ": (None, "ب"), "ب": ("أ", "ج"), "ج": ("ب", "د"), "د": ("ج", "ه"), "ه": ("د", None), "مسودة": ("د", "ه"),
        "مرفوض": ("د", "ه"),
    }  # fmt: skip
    assert rows.get(article=articles["أ"]).following["id"] == articles["ب"].pk


@in_database
def test_an_editor_holds_an_article_for_half_an_hour(make_article: MakeArticle) -> None:
    article, other = make_article(), make_article()
    mine, hers = (User.objects.create(username=name) for name in ("ana", "hiya"))

    def ages(minutes: float) -> None:
        Claim.objects.filter(article=article).update(renewed_at=timezone.now() - timedelta(minutes=minutes))

    claim = Claim.objects.take(article.pk, mine)
    assert claim.by == mine and claim.since == claim.renewed_at
    assert Claim.objects.take(article.pk, hers) is None and Claim.objects.take(other.pk, hers).by == hers
    ages(29)
    assert Claim.objects.take(article.pk, hers) is None
    assert list(Claim.objects.of_others(hers)) == [Claim.objects.get(article=article)]
    assert list(Claim.objects.of_others(mine)) == [Claim.objects.get(article=other)]
    # The editor renews it, and the time since which it is open stays.
    renewed = Claim.objects.take(article.pk, mine)
    assert renewed.since == claim.since and timezone.now() - renewed.renewed_at < timedelta(minutes=1)
    ages(31)
    assert not Claim.objects.running().filter(article=article).exists() and not Claim.objects.of_others(hers).exists()
    taken = Claim.objects.take(article.pk, hers)
    assert taken.by == hers and taken.since == taken.renewed_at > claim.since
    ages(31)
    assert Claim.objects.take(article.pk, hers).since > taken.since
    # Nobody ends the claim of another, or a claim that was renewed since.
    assert Claim.objects.release(article.pk, mine) == 0
    assert Claim.objects.release(article.pk, hers, taken.renewed_at) == 0
    assert Claim.objects.release(article.pk, hers, Claim.objects.get(article=article).renewed_at) == 1
    assert Claim.objects.release(article.pk, hers) == 0 and Claim.objects.release(other.pk, hers) == 1


@in_database
def test_an_operation_carries_what_is_known_of_it(make_article: MakeArticle) -> None:
    article = make_article()
    with operation(user=7, command=None, what="تجربة") as outer, operation(capture=0, user=None):
        Article.objects.filter(pk=article.pk).update(author="زيد")
    (event,) = event_model_of(Article).objects.filter(pgh_obj=article.pk)
    assert event.pgh_context_id == outer.id and event.pgh_context.metadata == {"user": 7, "what": "تجربة", "capture": 0}
    assert event_model_of(Actor).pgh_tracked_model is Actor and len(event_models()) > 10
    with pytest.raises(StopIteration):
        event_model_of(Claim)
    names = {field.name for field in kept_fields(event_model_of(Article))}
    assert {"title", "body", "source", "published_date"} <= names
    assert not {"id", "published_order", "search_vector", "word_count", "updated_at"} & names
    assert "low" not in {field.name for field in kept_fields(event_model_of(Figure))}


@in_database
def test_rows_that_come_by_copy_have_the_operation_if_it_is_announced() -> None:
    for metadata in ({}, {"user": 7}):
        rows = [Article(title="عنوان", body="نص")]
        rows[0].published = ArchiveDate.unknown()
        with operation(**metadata) if metadata else nullcontext():
            with_keys(rows)
            attach()
            insert(rows)
        events = event_model_of(Article).objects.filter(pgh_obj=rows[0].pk)
        assert [event.pgh_context.metadata for event in events] == ([metadata] if metadata else [])
        # Without an operation there is nothing to announce.
        Article.objects.filter(pk=rows[0].pk).update(author="زيد")
        latest = events.order_by("-pgh_id")[0]
        assert (latest.pgh_context is None) is (not metadata)


@in_database
def test_each_moved_figure_is_stored_once(make_article: MakeArticle) -> None:
    article = make_article(body="1 ثم 2")
    figures = [
        Figure.objects.create(article=article, value=n, quote=n, start=at, end=at + 1) for n, at in (("1", 0), ("2", 5))
    ]
    article.body = "أمس 1 ثم 2"
    article.save()
    events = event_model_of(Figure).objects
    assert [events.filter(pgh_obj=figure.pk).count() for figure in figures] == [1, 1]
