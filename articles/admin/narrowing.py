"""Excludes an alias that led to a rejected mention from later suggestions.

articles/admin/decisions.py asks which aliases may be narrowed, and articles/admin/submission.py narrows the one that
the editor chooses. Nothing here knows of requests.
"""

from dataclasses import dataclass

from django.contrib.auth.models import User

from articles.arabic.words import fold_phrase
from articles.curation.confirming import review
from articles.models import Alias, Mention, ReviewState

# When a name is narrowed, at most this many suggested mentions are rejected at once. A judgement: each has its row in
# the history, and the editor waits for them; the rest stays suggested.
MOST_NARROWED = 500


@dataclass(frozen=True)
class Narrowing:
    """An alias that led to a rejected mention, and that can be excluded from later suggestions.

    alias: the alias whose words the rejected mention quotes.
    others: the number of suggested mentions that quote nothing but this alias, at most MOST_NARROWED.
    """

    alias: Alias
    others: int

    def as_dict(self) -> dict[str, object]:
        """Returns the narrowing as the session, the JSON answer and the template hold it."""
        return {"alias": self.alias.pk, "name": self.alias.name, "actor": str(self.alias.actor), "others": self.others}


def narrowings(mentions: list[Mention]) -> list[Narrowing]:
    """Returns the aliases that the rejected mentions quote and that texts are still searched for."""
    by_alias: dict[int, Narrowing] = {}
    for mention in mentions:
        written = {fold_phrase(quote) for quote in mention.quotes}
        for alias in Alias.objects.filter(
            actor=mention.actor_id, folded__in=written, found_in_text=True
        ).select_related("actor"):
            by_alias[alias.pk] = Narrowing(alias, len(suggested_by(alias)))
    return list(by_alias.values())


def suggested_by(alias: Alias) -> list[Mention]:
    """Returns suggested mentions that quote nothing but the alias: the oldest, at most MOST_NARROWED.

    Only the actor's first 4 × MOST_NARROWED suggested mentions are looked at.
    """
    rows = Mention.objects.suggested().filter(actor=alias.actor_id).order_by("id")[: 4 * MOST_NARROWED]
    by_alias = [row for row in rows if row.quotes and {fold_phrase(quote) for quote in row.quotes} == {alias.folded}]
    return by_alias[:MOST_NARROWED]


def narrow(alias: Alias, editor: User, *, reject_others: bool) -> int:
    """Stops the alias from suggesting mentions. It still widens searches.

    With `reject_others`, also rejects the mentions of `suggested_by`. Returns the number of rejected mentions.
    """
    alias.found_in_text = False
    alias.save(update_fields=["found_in_text"])
    return review(suggested_by(alias), ReviewState.REJECTED, editor) if reject_others else 0
