"""Tally: how many published articles an actor, event, source or month has, kept where counting each time would be slow.

Small archives count live, so what an editor changes shows at once. From KEPT_FROM articles on pages take the kept numbers,
which commands bring up to date with the statistics of search.
"""

from django.db import connection, models
from django.db.models import Exists, OuterRef, Subquery
from django.db.models.functions import Coalesce

from articles.platform.calendar_bounds import FIRST_DAY, LAST_DAY

# An archive of so many articles takes the kept numbers.
KEPT_FROM = 5_000

_PUBLISHED = (
    "article.status = 'published' AND article.merged_into_id IS NULL "
    "AND article.id > %(after)s AND (%(up_to)s::bigint IS NULL OR article.id <= %(up_to)s)"
)


class TallyKind(models.TextChoices):
    ARCHIVE = "archive", "كل المقالات"
    ACTOR = "actor", "فاعل"
    EVENT = "event", "فعالية"
    SOURCE = "source", "مصدر"
    MONTH = "month", "شهر"


# Rows (key, articles) of each kind. The key of a month is yyyymm, of a year whose month is unknown yyyy00, else 0.
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


def _of_large_archive() -> models.QuerySet:
    """The tally of the whole archive, if that is so large that pages take the kept numbers."""
    return Tally.objects.filter(kind=TallyKind.ARCHIVE, articles__gte=KEPT_FROM)


def are_kept() -> bool:
    """Whether the archive is so large that pages take the kept numbers."""
    return _of_large_archive().exists()


def kept_articles(kind: TallyKind) -> Coalesce:
    """An expression for the kept number of articles of each row of a queryset of `kind`."""
    kept = Tally.objects.filter(kind=kind, key=OuterRef("pk")).values("articles")[:1]
    return Coalesce(Subquery(kept), 0, output_field=models.BigIntegerField())


def kept(kind: TallyKind, key: int) -> int | None:
    """The kept number of one actor, event, source or month; None where there is none, or the archive is small."""
    found = Tally.objects.filter(Exists(_of_large_archive()), kind=kind, key=key)
    return found.values_list("articles", flat=True).first()


def counts(kind: TallyKind) -> dict[int, int]:
    """Key → number of articles, kept or counted."""
    if are_kept():
        return dict(Tally.objects.filter(kind=kind).values_list("key", "articles"))
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS[kind], {"after": 0, "up_to": None})
        return dict(cursor.fetchall())


def counts_by_month() -> dict[tuple[int, int], int]:
    """(year, month) → articles surely of it, month 0 for those of which only the year is sure; (0, 0) for all others."""
    return {divmod(key, 100): articles for key, articles in counts(TallyKind.MONTH).items()}


def keep(*, after: int, up_to: int) -> None:
    """Adds the articles with ids above `after`, up to `up_to`, to what is kept; with 0 all is counted anew. In a transaction."""
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
    """What is kept otherwise than a new count of the articles with ids of at most `up_to` would have it, in words."""
    told = []
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
                told.append(f"{differing} tallies of kind {kind.value} are counted wrong")
    return told
