"""The stored numbers of articles: what they count, when they are used, and how a wrong one is noticed."""

from collections.abc import Callable
from datetime import date

import pytest

from articles.models import Actor, ArchiveDate, Article, Coverage, Event, Mention, Source, Tally, tally
from articles.models.revision import begin_epoch, current, revised_tables
from articles.models.tally import TallyKind

pytestmark = pytest.mark.django_db

MakeArticle = Callable[..., Article]


@pytest.fixture
def world(make_article: MakeArticle) -> dict[str, int]:
    """Two public articles, a draft and a merged one, each with every fact, and the keys of what they are about."""
    Article.objects.update(status="draft")
    actor, event = (
        Actor.objects.create(name="زيد بعيد", kind="person"),
        Event.objects.create(title="لقاء", kind="meeting"),
    )
    source = Source.objects.create(name="البعيدة")
    dates = [
        ArchiveDate.on(date(2024, 5, 10)),
        ArchiveDate.in_year(2024),
        ArchiveDate.on(date(2024, 5, 1)),
        ArchiveDate.unknown(),
    ]
    articles = []
    for published, status in zip(dates, ("published", "published", "draft", "published"), strict=True):
        article = make_article(status=status, source=source)
        article.published = published
        article.save()
        Mention.objects.create(article=article, actor=actor)
        Coverage.objects.create(article=article, event=event, state="suggested")
        articles.append(article)
    Article.objects.filter(pk=articles[3].pk).update(merged_into=articles[0])
    Mention.objects.filter(article=articles[1]).update(state="rejected")
    return {"actor": actor.pk, "event": event.pk, "source": source.pk, "first": articles[0].pk, "last": articles[3].pk}


def test_what_the_numbers_count(world: dict[str, int], make_article: MakeArticle) -> None:
    assert tally.counts(TallyKind.ARCHIVE) == {0: 2}
    assert tally.counts(TallyKind.ACTOR) == {world["actor"]: 1}
    assert tally.counts(TallyKind.EVENT) == {world["event"]: 2}
    assert tally.counts(TallyKind.SOURCE) == {world["source"]: 2}
    assert tally.counts_by_month() == {(2024, 5): 1, (2024, 0): 1}
    for published in (
        ArchiveDate.unknown(), ArchiveDate.between(date(2024, 5, 1), date(2024, 5, 9)), ArchiveDate.in_month(2023, 12),
        ArchiveDate.between(date(2023, 5, 1), date(2024, 5, 9)),
    ):  # fmt: skip
        article = make_article()
        article.published = published
        article.save()
    assert tally.counts_by_month() == {(2024, 5): 2, (2024, 0): 1, (2023, 12): 1, (0, 0): 2}
    assert tally.counts(TallyKind.SOURCE)[0] == 4


@pytest.mark.parametrize(("articles", "is_large"), [(4_999, False), (5_000, True), (5_001, True)])
def test_a_large_archive_uses_the_stored_numbers(world: dict[str, int], articles: int, is_large: bool) -> None:
    Tally.objects.all().delete()
    Tally.objects.create(kind="archive", key=0, articles=articles)
    Tally.objects.create(kind="actor", key=world["actor"], articles=7)
    # Another kind may have the same key.
    Tally.objects.create(kind="month", key=world["actor"], articles=9)
    assert tally.are_kept() is is_large
    assert tally.kept(TallyKind.ACTOR, world["actor"]) == (7 if is_large else None)
    assert tally.kept(TallyKind.ACTOR, 0) is None
    assert tally.counts(TallyKind.ACTOR) == {world["actor"]: 7 if is_large else 1}
    # The number of another kind makes no archive large.
    Tally.objects.filter(kind="archive").delete()
    Tally.objects.filter(kind="actor").update(articles=9_000)
    assert not tally.are_kept() and tally.kept(TallyKind.ACTOR, world["actor"]) is None


def test_numbers_are_added_to_or_counted_anew(world: dict[str, int]) -> None:
    Tally.objects.all().delete()
    Tally.objects.create(kind="actor", key=-1, articles=3)

    def stored() -> dict[tuple[str, int], int]:
        return {(row.kind, row.key): row.articles for row in Tally.objects.all()}

    tally.keep(after=0, up_to=world["first"])
    first = {("archive", 0): 1, ("actor", world["actor"]): 1, ("event", world["event"]): 1, ("source", world["source"]): 1, ("month", 202405): 1}  # fmt: skip
    assert stored() == first
    assert tally.drift(world["first"]) == []
    assert sorted(tally.drift(world["last"])) == [
        f"1 tallies of kind {kind} are counted wrong" for kind in ("archive", "event", "month", "source")
    ]
    tally.keep(after=world["first"], up_to=world["last"])
    both = {("archive", 0): 2, ("actor", world["actor"]): 1, ("event", world["event"]): 2, ("source", world["source"]): 2, ("month", 202405): 1, ("month", 202400): 1}  # fmt: skip
    assert stored() == both and tally.drift(world["last"]) == []
    Tally.objects.filter(kind="actor").update(articles=5)
    Tally.objects.create(kind="actor", key=-1, articles=1)
    assert tally.drift(world["last"]) == ["2 tallies of kind actor are counted wrong"]
    tally.keep(after=0, up_to=world["last"])
    assert stored() == both


def test_a_new_epoch_ends_every_cached_page() -> None:
    before = current()
    assert before.partition("-")[0].isdecimal() and len(before.partition("-")[2]) == 8 and current() == before
    begin_epoch()
    assert current().partition("-")[0] == before.partition("-")[0] and current() != before


def test_what_readers_see_has_a_revision() -> None:
    tables = revised_tables()
    assert tables == sorted(tables)
    names = {table.removeprefix("articles_") for table in tables}
    assert {"article", "actor", "alias", "mention", "source", "tally", "capture"} <= names
    assert not {"delivery", "claim", "heartbeat", "articleevent", "fingerprint", "revision"} & names
