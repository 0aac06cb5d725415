"""Defines «public»: the conditions from which the `public()` of every noun is built, for the ORM and for raw SQL.

Public rows are those that a visitor without an account may read. Each noun's QuerySet has `public()`. Every door for
readers and machines (pages, search, API, feeds, exports, sitemaps, web archives) filters by it and adds no rule of its
own. tests/trust/test_privacy.py checks every door.
"""

from typing import Any, Self, TypeVar

from django.db import models
from django.db.models import Q, QuerySet

from articles.models.merged import Mergeable
from articles.models.review import Reviewable, ReviewableQuerySet, ReviewState, Row
from articles.models.tally import Tally, TallyKind, are_kept

# The same conditions for raw SQL, which must alias the table as «article», «actor» or «event». For `LIMIT 1` see `has`.
PUBLIC_ARTICLE_SQL = "article.status = 'published' AND article.merged_into_id IS NULL"
NAMEABLE_SQL = "{row}.state <> 'rejected' AND {row}.merged_into_id IS NULL AND NOT {row}.withheld"
PUBLIC_ACTOR_SQL = f"""
    {NAMEABLE_SQL.format(row="actor")} AND (
        actor.state = 'confirmed'
        OR (
            SELECT true FROM articles_mention AS mention JOIN articles_article AS article ON article.id = mention.article_id
            WHERE mention.actor_id = actor.id AND mention.state <> 'rejected' AND {PUBLIC_ARTICLE_SQL} LIMIT 1
        )
        OR (
            SELECT true FROM articles_figure AS figure JOIN articles_article AS article ON article.id = figure.article_id
            WHERE figure.actor_id = actor.id AND figure.state <> 'rejected' AND figure.start IS NOT NULL
                AND {PUBLIC_ARTICLE_SQL} LIMIT 1
        )
    )
"""


_NAMEABLE = ~Q(state=ReviewState.REJECTED) & Q(merged_into__isnull=True, withheld=False)


def public_article(path: str = "") -> Q:
    """Returns the condition that an article is public.

    `path` is the lookup path from the queryset's model to the article; empty for querysets of articles.
    """
    prefix = f"{path}__" if path else ""
    return Q(**{f"{prefix}status": "published", f"{prefix}merged_into__isnull": True})


def has(rows: QuerySet[Any, Any]) -> Q:
    """Returns the condition that a subquery, which refers to the outer row by OuterRef, has a row.

    It is a scalar subquery, which PostgreSQL evaluates for each outer row by an index. For an EXISTS beside an OR,
    PostgreSQL may read the facts of the whole archive into a hash first. With 100,000 mentions that took 25 times as
    long as reading those of 60 actors. PostgreSQL cannot hash a scalar subquery.
    """
    return Q(models.Subquery(rows.order_by().values_list(models.Value(True))[:1], output_field=models.BooleanField()))


def related_rows(model: type[models.Model], name: str) -> Any:
    """Returns all rows of the model that refers to `model` under the related name `name`.

    They come as that model's own QuerySet; the type check cannot know which. A noun reaches its facts by it without
    importing their modules, which import the noun's module.
    """
    related: Any = model._meta.get_field(name).related_model
    return related._default_manager.all()


Noun = TypeVar("Noun", bound="Withholdable")


class FactQuerySet(ReviewableQuerySet[Row]):
    """Facts of an article: mentions, coverages, figures."""

    def in_public_articles(self) -> Self:
        """Returns standing facts of public articles."""
        return self.standing().filter(public_article("article"))


class NounQuerySet(ReviewableQuerySet[Row]):
    """Nouns that articles state: actors and events. A subclass defines which facts state a row."""

    tally: TallyKind

    def stated(self) -> Q:
        """Returns the condition that a public article states the row by a standing fact."""
        raise NotImplementedError

    def reported_publicly(self) -> Q:
        """Returns the condition that a public article mentions or covers the row. It is narrower than `stated`."""
        raise NotImplementedError

    def standing(self) -> Self:
        """Returns rows that editors work on: neither rejected nor merged into another."""
        return super().standing().filter(merged_into__isnull=True)

    def nameable(self) -> Self:
        """Returns rows that a public fact may name: standing and not withheld from readers."""
        return self.filter(_NAMEABLE)

    def public(self) -> Self:
        """Returns rows that readers may see: nameable, and confirmed by an editor or stated by a public article."""
        return self.filter(self._public())

    def with_publicity(self) -> Self:
        """Adds `is_public`, for a page that must distinguish hidden rows from merged ones."""
        return self.annotate(is_public=models.ExpressionWrapper(self._public(), models.BooleanField()))

    def _public(self) -> Q:
        return _NAMEABLE & (Q(state=ReviewState.CONFIRMED) | self.stated())

    def listed(self, *, tallies_kept: bool | None = None) -> Self:
        """Returns rows that public lists show by default: nameable, confirmed by an editor, and in a public article.

        `tallies_kept` is the result of `are_kept`, if the caller has it already.
        """
        return self.nameable().filter(self._has_articles(tallies_kept), state=ReviewState.CONFIRMED)

    def unreviewed(self, *, tallies_kept: bool | None = None) -> Self:
        """Returns rows that public lists show only on demand: nameable, in a public article, and waiting for review.

        Use it for counting only. In a large archive the tallies decide whether a row is in a public article, and they
        may be outdated, so rows that are shown must pass `public` as well. `tallies_kept` is as in `listed`.
        """
        return self.nameable().filter(self._has_articles(tallies_kept), state=ReviewState.SUGGESTED)

    def _has_articles(self, tallies_kept: bool | None) -> Q:
        """Returns the condition that the row is in a public article.

        In a large archive the tallies decide, since looking up the facts of thousands of rows takes too long. Tallies
        may be some hours old. That reveals nothing about confirmed rows, which are public in any case.
        """
        if are_kept() if tallies_kept is None else tallies_kept:
            return has(Tally.objects.filter(kind=self.tally, key=models.OuterRef("pk"), articles__gt=0))
        return self.reported_publicly()


class Withholdable(Mergeable, Reviewable):
    """A noun that editors can withhold from readers, whatever articles say of it."""

    # Whether readers may see the row; `NounQuerySet.with_publicity` adds it.
    is_public: bool

    withheld = models.BooleanField(
        "محجوب عن القراء",
        default=False,
        db_default=False,
        help_text="لا يظهر للقراء في أي صفحة أو بحث أو ملف، ولو ذكرته مقالات منشورة؛ مثل مشتبه فيه ظهرت براءته.",
    )

    class Meta:
        abstract = True


def first_listed(rows: NounQuerySet[Noun], most: int, examined: int) -> list[Noun]:
    """Returns up to `most` listed rows (see `NounQuerySet.listed`), in the order of `rows`.

    Only the first `examined` nameable and confirmed rows are checked. It serves lists that are made at every keystroke,
    where looking up the facts of every matching row would take too long.
    """
    keys = list(rows.nameable().filter(state=ReviewState.CONFIRMED).values_list("pk", flat=True)[:examined])
    nouns: Any = rows.model._default_manager
    listed_rows: dict[int, Noun] = nouns.listed().in_bulk(keys)
    return [listed_rows[pk] for pk in keys if pk in listed_rows][:most]
