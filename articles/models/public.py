"""What «public» means: the conditions that the `public()` of every noun is made of, for the ORM and for raw SQL.

Public is what may be read by who has no account. Each noun's QuerySet has `public()`, and every door of readers and machines
(pages, search, API, feeds, exports, sitemaps, web archives) asks it and decides nothing by itself. tests/trust/test_privacy.py
asks every door.
"""

from django.db import models
from django.db.models import Q, QuerySet

from articles.models.merged import Mergeable
from articles.models.review import Reviewable, ReviewableQuerySet, ReviewState
from articles.models.tally import Tally, TallyKind, are_kept

# The same conditions for raw SQL (for `LIMIT 1` see `has`), which names the table's row «article», «actor» or «event».
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
    """The condition that an article is public, for querysets of articles or of rows that reach one by `path`."""
    prefix = f"{path}__" if path else ""
    return Q(**{f"{prefix}status": "published", f"{prefix}merged_into__isnull": True})


def has(rows: QuerySet) -> Q:
    """The condition that a subquery, which speaks of the outer row by OuterRef, has a row.

    It is asked for each outer row by an index. For an EXISTS beside an OR PostgreSQL may read the facts of the whole archive into
    a hash first, and does: of 100,000 mentions that took 25 times as long as 60 actors' own. A scalar subquery it cannot hash.
    """
    return Q(models.Subquery(rows.order_by().values_list(models.Value(True))[:1], output_field=models.BooleanField()))


def related_rows(model: type[models.Model], name: str) -> QuerySet:
    """All rows that point at `model` under a related name, with their own QuerySet: so a noun asks for its facts, whose modules
    import the noun's."""
    return model._meta.get_field(name).related_model._default_manager.all()


class FactQuerySet(ReviewableQuerySet):
    """Facts of an article: mentions, coverages, figures."""

    def in_public_articles(self) -> "FactQuerySet":
        """Those that no editor rejected, of public articles."""
        return self.standing().filter(public_article("article"))


class NounQuerySet(ReviewableQuerySet):
    """Nouns that articles speak of: actors and events. A subclass says by which facts articles state one."""

    tally: TallyKind

    def stated(self) -> Q:
        """The condition that a public article states the row by a fact that no editor rejected."""
        raise NotImplementedError

    def reported_publicly(self) -> Q:
        """The condition that a public article names or reports the row, which is narrower than `stated`."""
        raise NotImplementedError

    def standing(self) -> "NounQuerySet":
        """What the desk works on: neither rejected nor merged away."""
        return super().standing().filter(merged_into__isnull=True)

    def nameable(self) -> "NounQuerySet":
        """What a public fact may name: standing and not withheld from readers."""
        return self.filter(_NAMEABLE)

    def public(self) -> "NounQuerySet":
        """What readers may meet: nameable, and confirmed by an editor or stated by a public article."""
        return self.filter(self._public())

    def with_publicity(self) -> "NounQuerySet":
        """With `is_public`: for a page that has to tell a row that is hidden from one that was merged away."""
        return self.annotate(is_public=models.ExpressionWrapper(self._public(), models.BooleanField()))

    def _public(self) -> Q:
        return _NAMEABLE & (Q(state=ReviewState.CONFIRMED) | self.stated())

    def listed(self, *, kept: bool | None = None) -> "NounQuerySet":
        """What public lists show unasked: nameable, confirmed by an editor, and in a public article.

        `kept` is what `are_kept` says, where the caller knows it already.
        """
        return self.nameable().filter(self._has_articles(kept), state=ReviewState.CONFIRMED)

    def unreviewed(self, *, kept: bool | None = None) -> "NounQuerySet":
        """What public lists show on demand besides: nameable, in a public article, and waiting for review. For counting: in a
        large archive the kept numbers decide what is in a public article, so that rows that are shown go through `public`."""
        return self.nameable().filter(self._has_articles(kept), state=ReviewState.SUGGESTED)

    def _has_articles(self, kept: bool | None) -> Q:
        """Whether the row is in a public article: in a large archive by the kept numbers, since looking at the facts of thousands
        of rows takes too long. They may be some hours old; of confirmed rows, which are public anyway, that leaks nothing."""
        if are_kept() if kept is None else kept:
            return has(Tally.objects.filter(kind=self.tally, key=models.OuterRef("pk"), articles__gt=0))
        return self.reported_publicly()


class Withholdable(Mergeable, Reviewable):
    """A noun that editors can withhold from readers, whatever articles say of it."""

    withheld = models.BooleanField(
        "محجوب عن القراء",
        default=False,
        db_default=False,
        help_text="لا يظهر للقراء في أي صفحة أو بحث أو ملف، ولو ذكرته مقالات منشورة؛ مثل مشتبه فيه ظهرت براءته.",
    )

    class Meta:
        abstract = True


def first_listed(rows: QuerySet, most: int, examined: int) -> list[models.Model]:
    """Up to `most` of the first `examined` confirmed rows that public lists show unasked, in the order of `rows`: for lists that are
    made at every letter typed, where a look at the facts of every row that has it would take too long."""
    keys = list(rows.nameable().filter(state=ReviewState.CONFIRMED).values_list("pk", flat=True)[:examined])
    found = rows.model.objects.listed().in_bulk(keys)
    return [found[pk] for pk in keys if pk in found][:most]
