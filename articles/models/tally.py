"""Tally: the stored number of public articles of an actor, event, source or month.

Small archives count live, so that the changes of editors show at once. From KEPT_FROM articles on, where counting each
time would be slow, pages use the stored numbers. Commands update these together with the statistics of search.
"""

from typing import Any

from django.db import connection, models
from django.db.models import Exists, OuterRef, Subquery
from django.db.models.functions import Coalesce

from articles.platform.calendar_bounds import FIRST_DAY, LAST_DAY

# The number of public articles from which an archive uses the stored numbers.
KEPT_FROM = 5_000

_PUBLISHED = (
    "article.status = 'published' AND article.merged_into_id IS NULL "
    "AND article.id > %(after)s AND (%(up_to)s::bigint IS NULL OR article.id <= %(up_to)s)"
)


class TallyKind(models.TextChoices):
    """What a tally counts the articles of."""

    ARCHIVE = "archive", "كل المقالات"
    ACTOR = "actor", "فاعل"
    EVENT = "event", "فعالية"
    SOURCE = "source", "مصدر"
    MONTH = "month", "شهر"


# Kind → a query with rows (key, articles). The key of a month is yyyymm, or yyyy00 if only the year is known, otherwise
# 0.
_COUNTS = {
    TallyKind.ARCHIVE: f"SELECT 0 AS key, count(*) FROM articles_article AS article WHERE {_PUBLISHED}",
    TallyKind.ACTOR: f"""
        SELECT actor_id AS key, count(*) FROM articles_mention JOIN articles_article AS article ON article.id = article_id
        WHERE state <> 'rejected' AND {_PUBLISHED} GROUP BY key
    """,
    TallyKind.EVENT: f"""
        SELECT event_id AS key, count(*) FROM articles_coverage JOIN articles_article AS article ON article.id = article_id
        WHERE state <> 'rejected' AND {_PUBLISHED} GROUP BY key
    """,
    TallyKind.SOURCE: f"""
        SELECT coalesce(source_id, 0) AS key, count(*) FROM articles_article AS article WHERE {_PUBLISHED} GROUP BY key
    """,
    TallyKind.MONTH: f"""
        SELECT CASE WHEN published_earliest < '{FIRST_DAY}' OR published_latest > '{LAST_DAY}' THEN 0
                    WHEN to_char(published_earliest, 'YYYYMM') = to_char(published_latest, 'YYYYMM')
                        THEN to_char(published_earliest, 'YYYYMM')::bigint
                    WHEN to_char(published_earliest, 'YYYY') = to_char(published_latest, 'YYYY')
                        THEN to_char(published_earliest, 'YYYY00')::bigint
                    ELSE 0 END AS key, count(*)
        FROM articles_article AS article WHERE {_PUBLISHED} GROUP BY key
    """,
}


class Tally(models.Model):
    """The stored number of public articles of one actor, event, source or month, or of the archive."""

    kind = models.CharField(max_length=7, choices=TallyKind)
    key = models.BigIntegerField()
    articles = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "key"], include=["articles"], name="tally_once"),
            models.CheckConstraint(condition=models.Q(kind__in=TallyKind.values), name="tally_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}: {self.articles}"


def _of_large_archive() -> models.QuerySet[Any]:
    """Returns the tally of the whole archive if that has at least KEPT_FROM articles; otherwise an empty queryset."""
    return Tally.objects.filter(kind=TallyKind.ARCHIVE, articles__gte=KEPT_FROM)


def are_kept() -> bool:
    """Returns whether the archive is so large that pages use the stored numbers."""
    return _of_large_archive().exists()


def kept_articles(kind: TallyKind) -> Coalesce:
    """Returns an expression for the stored number of articles of each row, for a queryset of the nouns of `kind`."""
    numbers = Tally.objects.filter(kind=kind, key=OuterRef("pk")).values("articles")[:1]
    return Coalesce(Subquery(numbers), 0, output_field=models.BigIntegerField())


def kept(kind: TallyKind, key: int) -> int | None:
    """Returns the stored number of one actor, event, source or month; None if there is none or the archive is small."""
    tallies = Tally.objects.filter(Exists(_of_large_archive()), kind=kind, key=key)
    return tallies.values_list("articles", flat=True).first()


def counts(kind: TallyKind) -> dict[int, int]:
    """Maps keys to numbers of public articles: stored ones in a large archive, otherwise counted now."""
    if are_kept():
        return dict(Tally.objects.filter(kind=kind).values_list("key", "articles"))
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS[kind], {"after": 0, "up_to": None})
        return dict(cursor.fetchall())


def counts_by_month() -> dict[tuple[int, int], int]:
    """Maps (year, month) to the number of articles that are certainly of that month.

    (year, 0) counts those of which only the year is certain, and (0, 0) all others.
    """
    return {divmod(key, 100): articles for key, articles in counts(TallyKind.MONTH).items()}


def keep(*, after: int, up_to: int) -> None:
    """Adds the articles with primary keys above `after`, up to `up_to` inclusive, to the stored numbers.

    If `after` is 0, all numbers are counted anew. Call it in a transaction.
    """
    with connection.cursor() as cursor:
        if not after:
            cursor.execute("DELETE FROM articles_tally")
        for kind, rows in _COUNTS.items():
            cursor.execute(
                f"INSERT INTO articles_tally (kind, key, articles) SELECT '{kind.value}', * FROM ({rows}) AS counted (key, articles) "
                "ON CONFLICT (kind, key) DO UPDATE SET articles = articles_tally.articles + excluded.articles",
                {"after": after, "up_to": up_to},
            )


def drift(up_to: int) -> list[str]:
    """Returns a message for each kind whose stored numbers differ from a new count.

    The new count includes the articles with primary keys up to `up_to`, inclusive.
    """
    messages = []
    with connection.cursor() as cursor:
        for kind, rows in _COUNTS.items():
            cursor.execute(
                f"SELECT count(*) FROM (SELECT key, articles FROM articles_tally WHERE kind = '{kind.value}') AS kept "
                f"FULL JOIN ({rows} ) AS counted (key, articles) USING (key) "
                "WHERE coalesce(kept.articles, 0) <> coalesce(counted.articles, 0)",
                {"after": 0, "up_to": up_to},
            )
            (differing,) = cursor.fetchone()
            if differing:
                messages.append(f"{differing} tallies of kind {kind.value} are counted wrong")
    return messages
