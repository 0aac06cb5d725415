"""Merges two actors, events or sources into one, and splits actors.

The rows that depend on the merged row move to the row that stays. The address of the merged row redirects there.
"""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from articles.arabic.words import fold_phrase
from articles.models.actor import Actor, Alias, AliasKind
from articles.models.contradiction import Contradiction
from articles.models.coverage import Coverage
from articles.models.event import Event, Participation
from articles.models.figure import Figure
from articles.models.mention import Mention
from articles.models.merged import Mergeable
from articles.models.public import Withholdable
from articles.models.review import ReviewState
from articles.models.source import Source

# Which state stays when two facts become one: an editor's review outweighs a suggestion, and a confirmation a
# rejection.
_WEIGHT: dict[str, int] = {ReviewState.CONFIRMED: 2, ReviewState.REJECTED: 1, ReviewState.SUGGESTED: 0}


class MergeError(ValueError):
    """A merge or split is impossible, such as a merge of a row with itself or with a row that was merged before."""


@transaction.atomic
def merge_actors(gone: Actor, survivor: Actor) -> None:
    """Merges `gone` into `survivor`: moves aliases, mentions, participations and figures.

    The names of `gone` become aliases of `survivor`. Raises MergeError for the same row, or if either was merged
    before.
    """
    _check_mergeable(gone, survivor)
    folded_names = set(survivor.aliases.values_list("folded", flat=True)) | {survivor.folded_name}
    for alias in [*gone.aliases.all(), Alias(name=gone.name, kind=AliasKind.SPELLING)]:
        folded = fold_phrase(alias.name)
        if folded not in folded_names:
            folded_names.add(folded)
            Alias.objects.create(actor=survivor, name=alias.name, kind=alias.kind, found_in_text=alias.found_in_text)
    gone.aliases.all().delete()
    for mention in gone.mentions.all():
        _move_or_join(mention, Mention.objects.filter(article=mention.article_id, actor=survivor), actor=survivor)
    for part in gone.participations.all():
        _move_or_join(
            part, Participation.objects.filter(event=part.event_id, actor=survivor, role=part.role), actor=survivor
        )
    Figure.objects.filter(actor=gone).update(actor=survivor)
    _mark_as_merged(gone, survivor)


@transaction.atomic
def merge_events(gone: Event, survivor: Event) -> None:
    """Merges `gone` into `survivor`: moves coverages, participations and figures, and refreshes contradictions.

    Raises MergeError for the same row, or if either was merged before.
    """
    _check_mergeable(gone, survivor)
    for coverage in gone.coverages.all():
        _move_or_join(coverage, Coverage.objects.filter(article=coverage.article_id, event=survivor), event=survivor)
    for part in gone.participations.all():
        _move_or_join(
            part, Participation.objects.filter(event=survivor, actor=part.actor_id, role=part.role), event=survivor
        )
    Figure.objects.filter(event=gone).update(event=survivor)
    _mark_as_merged(gone, survivor)
    Contradiction.objects.refresh([gone.pk, survivor.pk])


@transaction.atomic
def merge_sources(gone: Source, survivor: Source) -> None:
    """Merges `gone` into `survivor`: moves articles, domains and marks.

    Raises MergeError for the same row, or if either was merged before.
    """
    _check_mergeable(gone, survivor)
    gone.articles.update(source=survivor)
    survivor.domains = [*survivor.domains, *(domain for domain in gone.domains if domain not in survivor.domains)]
    survivor.marks = [*survivor.marks, *(mark for mark in gone.marks if mark not in survivor.marks)]
    gone.domains = gone.marks = []
    _mark_as_merged(gone, survivor)
    survivor.save()


def moves(row: Actor | Event | Source) -> dict[str, int]:
    """Maps Arabic labels of dependent rows to their numbers: what would move if `row` were merged into another row."""
    if isinstance(row, Source):
        return {"مقالات": row.articles.count(), "نطاقات": len(row.domains), "توقيعات": len(row.marks)}
    common = {"مشاركات": row.participations.count(), "أرقام": row.figures.count()}
    if isinstance(row, Actor):
        return {"أسماء أخرى": row.aliases.count(), "مقالات تذكره": row.mentions.count(), **common}
    return {"مقالات تغطيها": row.coverages.count(), **common}


def count_common_articles(gone: Mergeable, survivor: Mergeable) -> int:
    """Returns the number of articles with a mention (of actors) or a coverage (of events) of both rows; 0 for sources.

    A merge joins the two facts of such an article into one.
    """
    if isinstance(gone, Source):
        return 0
    model, field = (Mention, "actor") if isinstance(gone, Actor) else (Coverage, "event")
    return model.objects.filter(
        **{field: gone}, article__in=model.objects.filter(**{field: survivor}).values("article")
    ).count()


@transaction.atomic
def split_actor(actor: Actor, moved: list[Alias], name: str, distinction: str = "", kind: str = "") -> Actor:
    """Moves the aliases `moved` of an actor to a new actor, with the spans of the mentions that have these names.

    The new actor has the canonical name `name` and is confirmed. `kind` is empty for that of `actor`. Returns the new
    actor. Raises MergeError if `name` is none of the moved names, or if both actors would have the same canonical name
    and no `distinction` is set. Raises ValidationError if the new actor's values are invalid.
    """
    folded = {alias.folded for alias in moved}
    if fold_phrase(name) not in folded:
        raise MergeError("الاسم المعتمد الجديد يجب أن يكون واحدا من الأسماء المنقولة.")
    if actor.folded_name in folded and not distinction:
        raise MergeError("للاثنين الاسم نفسه: اكتب تمييزا للجديد.")
    new = Actor(
        name=name, distinction=distinction, kind=kind or actor.kind, country=actor.country, state=ReviewState.CONFIRMED,
        withheld=actor.withheld,
    )  # fmt: skip
    new.full_clean(exclude=["reviewed_by"])
    new.save()
    for alias in moved:
        if alias.folded == new.folded_name:
            alias.delete()
        else:
            Alias.objects.filter(pk=alias.pk).update(actor=new)
    for mention in actor.mentions.all():
        _split_mention(mention, new, folded)
    return new


@transaction.atomic
def give_names(actor: Actor, moved: list[Alias], owner: Actor) -> None:
    """Moves the aliases `moved` of an actor to the actor `owner`, with the spans of the mentions that have these names.

    Raises MergeError if both are the same actor, or if either was merged before.
    """
    _check_mergeable(actor, owner)
    folded = {alias.folded for alias in moved}
    folded_names = set(owner.aliases.values_list("folded", flat=True)) | {owner.folded_name}
    for alias in moved:
        if alias.folded in folded_names:
            alias.delete()
        else:
            Alias.objects.filter(pk=alias.pk).update(actor=owner)
    for mention in actor.mentions.all():
        _split_mention(mention, owner, folded)


def _split_mention(mention: Mention, new: Actor, folded: set[str]) -> None:
    """Moves the spans of a mention whose folded quotes are in `folded` to a mention of the actor `new`."""
    places = list(zip(mention.spans, mention.quotes, strict=True))
    moved = [place for place in places if fold_phrase(place[1]) in folded]
    remaining = [place for place in places if place not in moved]
    if not moved:
        return
    if remaining:
        mention.spans, mention.quotes = [span for span, _ in remaining], [quote for _, quote in remaining]
        mention.save()
        mention = Mention(
            article=mention.article, role=mention.role, state=mention.state, rule=mention.rule, score=mention.score,
            reviewed_by=mention.reviewed_by, reviewed_at=mention.reviewed_at,
        )  # fmt: skip
    mention.spans, mention.quotes = [span for span, _ in moved], [quote for _, quote in moved]
    _move_or_join(mention, Mention.objects.filter(article=mention.article_id, actor=new), actor=new)


def _check_mergeable(gone: Mergeable, survivor: Mergeable) -> None:
    """Raises MergeError if both rows are the same, or if either was merged before."""
    if gone.pk == survivor.pk:
        raise MergeError("لا يُدمج الشيء في نفسه.")
    if gone.merged_into_id or survivor.merged_into_id:
        raise MergeError("أحدهما مدموج من قبل في غيره.")


def _mark_as_merged(gone: Mergeable, survivor: Mergeable) -> None:
    """Points `gone` to `survivor` and saves it. The survivor takes over that it is withheld or confirmed."""
    if isinstance(gone, Withholdable) and isinstance(survivor, Withholdable):
        if gone.withheld and not survivor.withheld:
            # A merge must not make public what was withheld.
            survivor.withheld = True
            survivor.save()
        # A confirmation of either row holds for the row that stays.
        if gone.state == ReviewState.CONFIRMED and survivor.state == ReviewState.SUGGESTED:
            survivor.state, survivor.reviewed_by, survivor.reviewed_at = gone.state, gone.reviewed_by, gone.reviewed_at
            survivor.save(update_fields=["state", "reviewed_by", "reviewed_at"])
    gone.merged_into = survivor
    gone.save()


def _move_or_join(row: Mention | Coverage | Participation, twins: QuerySet[Any], **owner: object) -> None:
    """Sets the new owner of `row`.

    If the owner already has such a row, the first of `twins`, joins the two and deletes `row`.
    """
    twin = twins.first()
    if twin is None:
        for field, value in owner.items():
            setattr(row, field, value)
        row.save()
        return
    if _WEIGHT[row.state] > _WEIGHT[twin.state]:
        twin.state, twin.reviewed_by, twin.reviewed_at = row.state, row.reviewed_by, row.reviewed_at
    if isinstance(row, Mention):
        twin.add_places(row.spans, row.quotes)
    if row.pk:
        row.delete()
    twin.save()
