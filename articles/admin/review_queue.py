"""Chooses the article that an editor reviews next. The review screen and the desk's start page ask it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, Q, QuerySet

from articles.admin.decisions import DATE, FACT_MODELS
from articles.models import Article, Basis, Claim, Precision

ORDERS = ("new", "old", "unsure", "sure")
# Facts whose actor or event was merged into another are neither shown nor counted.
_SUBJECT_STANDS = {"mention": {"actor__merged_into": None}, "coverage": {"event__merged_into": None}}


@dataclass(frozen=True)
class Turn:
    """The queue that an editor works through.

    kind: a key of FACT_MODELS, or DATE; empty for all kinds of suggestions.
    order: one of ORDERS.
    mine: whether only articles assigned to the editor are in the queue.
    """

    kind: str = ""
    order: str = "new"
    mine: bool = False

    @classmethod
    def of(cls, parameters: Mapping[str, str]) -> "Turn":
        """Reads a queue from the parameters of an address. An unknown kind means all kinds, an unknown order «new»."""
        kind, order = parameters.get("kind", ""), parameters.get("order", "")
        kinds = {*FACT_MODELS, DATE}
        return cls(kind if kind in kinds else "", order if order in ORDERS else "new", parameters.get("mine") == "1")

    @property
    def query(self) -> str:
        """Returns the queue as the query string of an address, which `of` reads."""
        return f"kind={self.kind}&order={self.order}&mine={int(self.mine)}"

    def take(self, editor: User, excluded: Collection[int]) -> int | None:
        """Claims the next article for the editor and returns its key; None at the end of the queue.

        excluded: the keys of articles that are not offered.

        A user who may not review gets a key without a claim.
        """
        busy = set(Claim.objects.of_others(editor).values_list("article", flat=True))
        while pk := self.next(editor, busy.union(excluded)):
            if not may_review(editor) or Claim.objects.take(pk, editor):
                return pk
            # Another editor has claimed it since `busy` was read.
            busy.add(pk)
        return None

    def next(self, editor: User, excluded: set[int]) -> int | None:
        """Returns the key of the next article in the queue; None at its end.

        Articles whose keys are in `excluded`, and those assigned to another editor, are left out.
        """
        unchecked = Article.objects.unchecked()
        of_another_editor = in_charge_of_another(editor)
        waiting = unchecked.filter(assigned_to=editor) if self.mine else unchecked.exclude(of_another_editor)
        if self.order in {"unsure", "sure"} and self.kind != DATE:
            return self._by_score(waiting, excluded)
        rows = of_kind(waiting.exclude(pk__in=excluded), self.kind)
        return rows.order_by("id" if self.order == "old" else "-id").values_list("pk", flat=True).first()

    def _by_score(self, waiting: QuerySet, excluded: set[int]) -> int | None:
        """Returns the key of the article with the lowest (or highest) score of a suggestion; None if there is none."""
        sign = "" if self.order == "unsure" else "-"
        best: list[tuple[float, int]] = []
        for model in (FACT_MODELS[self.kind],) if self.kind else FACT_MODELS.values():
            rows = (
                model.objects.suggested().filter(article__in=waiting, score__isnull=False).exclude(article__in=excluded)
            )
            best += rows.order_by(f"{sign}score", f"{sign}id").values_list("score", "article")[:1]
        return min(best, key=lambda pair: pair[0] if not sign else -pair[0])[1] if best else None


def of_kind(articles: QuerySet, kind: str) -> QuerySet:
    """Returns the articles that have a suggestion of a kind: a key of FACT_MODELS, or DATE. Empty means all."""
    if kind == DATE:
        return articles.filter(undecided_date())
    if kind:
        return articles.filter(Exists(FACT_MODELS[kind].objects.suggested().filter(article=OuterRef("pk"))))
    return articles


def may_review(user: User) -> bool:
    """Returns whether the user may decide in a review; anyone who may view articles can read the screen."""
    return user.has_perm("articles.change_article")


def in_charge_of_another(user: User) -> Q:
    """Selects articles that are assigned to an editor other than `user`. Closed accounts do not count."""
    return Q(assigned_to__isnull=False, assigned_to__is_active=True) & ~Q(assigned_to=user)


def undecided_date() -> Q:
    """Selects articles whose date of publication is inferred or unknown, and was not set by an editor."""
    inferred = Q(published_basis=Basis.INFERRED)
    return inferred | Q(published_precision=Precision.UNKNOWN) & ~Q(published_basis=Basis.EDITOR)


def has_undecided_date(article: Article) -> bool:
    """Returns whether the stored date of publication of an article is undecided."""
    return Article.objects.filter(undecided_date(), pk=article.pk).exists()


def waiting_of(article: Article, *, but_the_date: bool = False) -> int:
    """Counts the suggestions of an article. An undecided date of publication counts as one, unless `but_the_date`."""
    facts = sum(
        model.objects.suggested().filter(article=article, **_SUBJECT_STANDS.get(noun, {})).count()
        for noun, model in FACT_MODELS.items()
    )
    return facts + (0 if but_the_date else int(has_undecided_date(article)))
