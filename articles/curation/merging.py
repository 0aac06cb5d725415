"""Merges two actors, events or sources into one: what hung on the first hangs on the second, its address redirects."""

from django.db import transaction

from articles.arabic.words import fold_phrase
from articles.models.actor import Actor, Alias, AliasKind
from articles.models.contradiction import Contradiction
from articles.models.coverage import Coverage
from articles.models.event import Event, Participation
from articles.models.figure import Figure
from articles.models.mention import Mention
from articles.models.merged import Mergeable
from articles.models.review import ReviewState
from articles.models.source import Source

# The reviewed word outweighs the machine's; of two reviews the confirmation stands.
_WEIGHT = {ReviewState.CONFIRMED: 2, ReviewState.REJECTED: 1, ReviewState.SUGGESTED: 0}


class MergeError(ValueError):
    """Two rows that cannot become one: the same row, or one already merged away."""


@transaction.atomic
def merge_actors(gone: Actor, kept: Actor) -> None:
    """Moves aliases, mentions, participations and figures of `gone` to `kept`; its names become aliases of `kept`."""
    _check(gone, kept)
    known = set(kept.aliases.values_list("folded", flat=True)) | {kept.folded_name}
    for alias in [*gone.aliases.all(), Alias(name=gone.name, kind=AliasKind.SPELLING)]:
        folded = fold_phrase(alias.name)
        if folded not in known:
            known.add(folded)
            Alias.objects.create(actor=kept, name=alias.name, kind=alias.kind, found_in_text=alias.found_in_text)
    gone.aliases.all().delete()
    for mention in gone.mentions.all():
        _move_or_join(mention, Mention.objects.filter(article=mention.article_id, actor=kept), actor=kept)
    for part in gone.participations.all():
        _move_or_join(part, Participation.objects.filter(event=part.event_id, actor=kept, role=part.role), actor=kept)
    Figure.objects.filter(actor=gone).update(actor=kept)
    _leave(gone, kept)


@transaction.atomic
def merge_events(gone: Event, kept: Event) -> None:
    """Moves coverages, participations and figures of `gone` to `kept`."""
    _check(gone, kept)
    for coverage in gone.coverages.all():
        _move_or_join(coverage, Coverage.objects.filter(article=coverage.article_id, event=kept), event=kept)
    for part in gone.participations.all():
        _move_or_join(part, Participation.objects.filter(event=kept, actor=part.actor_id, role=part.role), event=kept)
    Figure.objects.filter(event=gone).update(event=kept)
    _leave(gone, kept)
    Contradiction.objects.refresh([gone.pk, kept.pk])


@transaction.atomic
def merge_sources(gone: Source, kept: Source) -> None:
    """Moves articles, domains and marks of `gone` to `kept`."""
    _check(gone, kept)
    gone.articles.update(source=kept)
    kept.domains = [*kept.domains, *(domain for domain in gone.domains if domain not in kept.domains)]
    kept.marks = [*kept.marks, *(mark for mark in gone.marks if mark not in kept.marks)]
    gone.domains = gone.marks = []
    _leave(gone, kept)
    kept.save()


def moves(row: Mergeable) -> dict[str, int]:
    """What would move with a row that is merged into another, or come to it: name of what → how many."""
    if isinstance(row, Source):
        return {"مقالات": row.articles.count(), "نطاقات": len(row.domains), "توقيعات": len(row.marks)}
    own = {"مشاركات": row.participations.count(), "أرقام": row.figures.count()}
    if isinstance(row, Actor):
        return {"أسماء أخرى": row.aliases.count(), "مقالات تذكره": row.mentions.count(), **own}
    return {"مقالات تغطيها": row.coverages.count(), **own}


def joined(gone: Mergeable, kept: Mergeable) -> int:
    """In how many articles both are stated, so that two statements become one."""
    if isinstance(gone, Source):
        return 0
    model, field = (Mention, "actor") if isinstance(gone, Actor) else (Coverage, "event")
    return model.objects.filter(
        **{field: gone}, article__in=model.objects.filter(**{field: kept}).values("article")
    ).count()


@transaction.atomic
def split_actor(actor: Actor, moved: list[Alias], name: str, distinction: str = "", kind: str = "") -> Actor:
    """Takes some names of an actor away as a new one's, with every place of an article where these stand.

    Raises MergeError for a name that is not one of the moved, or where nothing would be left to the one or the other.
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
    """Gives some names of an actor to another that is there, with every place of an article where these stand.

    Raises MergeError where `owner` cannot have them: the same actor, or one merged away.
    """
    _check(actor, owner)
    folded = {alias.folded for alias in moved}
    known = set(owner.aliases.values_list("folded", flat=True)) | {owner.folded_name}
    for alias in moved:
        if alias.folded in known:
            alias.delete()
        else:
            Alias.objects.filter(pk=alias.pk).update(actor=owner)
    for mention in actor.mentions.all():
        _split_mention(mention, owner, folded)


def _split_mention(mention: Mention, new: Actor, folded: set[str]) -> None:
    places = list(zip(mention.spans, mention.quotes, strict=True))
    taken = [place for place in places if fold_phrase(place[1]) in folded]
    left = [place for place in places if place not in taken]
    if not taken:
        return
    if left:
        mention.spans, mention.quotes = [span for span, _ in left], [quote for _, quote in left]
        mention.save()
        mention = Mention(
            article=mention.article, role=mention.role, state=mention.state, rule=mention.rule, score=mention.score,
            reviewed_by=mention.reviewed_by, reviewed_at=mention.reviewed_at,
        )  # fmt: skip
    mention.spans, mention.quotes = [span for span, _ in taken], [quote for _, quote in taken]
    _move_or_join(mention, Mention.objects.filter(article=mention.article_id, actor=new), actor=new)


def _check(gone: Mergeable, kept: Mergeable) -> None:
    if gone.pk == kept.pk:
        raise MergeError("لا يُدمج الشيء في نفسه.")
    if gone.merged_into_id or kept.merged_into_id:
        raise MergeError("أحدهما مدموج من قبل في غيره.")


def _leave(gone: Mergeable, kept: Mergeable) -> None:
    if getattr(gone, "withheld", False) and not kept.withheld:
        # What readers must not meet under one name they must not meet under the other.
        kept.withheld = True
        kept.save()
    # What an editor confirmed under the other name is confirmed, whichever of the two stays.
    if getattr(gone, "state", "") == ReviewState.CONFIRMED and kept.state == ReviewState.SUGGESTED:
        kept.state, kept.reviewed_by, kept.reviewed_at = gone.state, gone.reviewed_by, gone.reviewed_at
        kept.save(update_fields=["state", "reviewed_by", "reviewed_at"])
    gone.merged_into = kept
    gone.save()


def _move_or_join(row: Mention | Coverage | Participation, twins: object, **owner: object) -> None:
    """Gives `row` its new owner, or, where that owner has such a row, joins the two and drops `row`."""
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
