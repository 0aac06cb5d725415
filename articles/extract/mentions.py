"""Stores who an article names: known actors, and the unknown as suggested ones."""

from collections import defaultdict
from collections.abc import Sequence

from articles.extract.analysis import NamedActor
from articles.extract.subject import Subject
from articles.models import Actor, Alias, Article, Mention, ReviewState
from articles.models.inserting import insert


def newcomers_of(subjects: Sequence[Subject]) -> dict[str, int]:
    """Folded name → actor, for every unknown name of the articles: one stored before under that name, or a new suggestion.

    A name that an editor rejected, or that several actors bear, suggests no one.
    """
    named = {
        one.newcomer.folded: one.newcomer
        for subject in subjects for one in reversed(subject.analysis.actors) if one.newcomer
    }  # fmt: skip
    if not named:
        return {}
    bearers: dict[str, set[int]] = defaultdict(set)
    actors = Actor.objects.filter(folded_name__in=named, merged_into=None).values_list("folded_name", "pk")
    aliases = Alias.objects.filter(folded__in=named, actor__merged_into=None).values_list("folded", "actor")
    for folded, actor in (*actors, *aliases):
        bearers[folded].add(actor)
    rejected = set(
        Actor.objects.filter(pk__in={pk for pks in bearers.values() for pk in pks}, state=ReviewState.REJECTED)
        .values_list("pk", flat=True)
    )  # fmt: skip
    new = [
        Actor(
            name=one.name[:200], folded_name=folded[:200], kind=one.kind, country=one.country, description=one.role,
            state=ReviewState.SUGGESTED, rule=one.rule, score=one.score,
        )
        for folded, one in sorted(named.items()) if folded not in bearers
    ]  # fmt: skip
    # Another ingest may suggest the same name at this moment; then theirs stands.
    Actor.objects.bulk_create(new, ignore_conflicts=True)
    fresh = Actor.objects.filter(folded_name__in=[actor.folded_name for actor in new], merged_into=None)
    found = dict(fresh.values_list("folded_name", "pk")) if new else {}
    return found | {folded: next(iter(pks)) for folded, pks in bearers.items() if len(pks) == 1 and not pks & rejected}


def write_mentions(subjects: Sequence[Subject], newcomers: dict[str, int]) -> None:
    new: list[Mention] = []
    for subject in subjects:
        stored = {} if subject.is_new else {mention.actor_id: mention for mention in subject.article.mentions.all()}
        named: set[int] = set()
        for one in subject.analysis.actors:
            actor = one.actor or newcomers.get(one.newcomer.folded)
            if actor is None or actor in named:
                continue
            named.add(actor)
            if mention := _mention(subject.article, actor, one, stored.get(actor)):
                new.append(mention)
        for actor, mention in stored.items():
            if actor not in named:
                _unnamed(mention, subject.article.body)
    insert(new)


def _mention(article: Article, actor: int, one: NamedActor, stored: Mention | None) -> Mention | None:
    """A new mention to be stored, or None after bringing the stored one up to date."""
    spans = [list(span) for span in one.spans]
    quotes = [article.body[start:end] for start, end in one.spans]
    if stored is None:
        return Mention(
            article=article, actor_id=actor, spans=spans, quotes=quotes, role=one.role[:200],
            state=ReviewState.SUGGESTED, rule=one.rule, score=one.score,
        )  # fmt: skip
    if stored.state != ReviewState.SUGGESTED:
        # What an editor decided of keeps the places that it has, those that only the editor saw included.
        spans, quotes = _with_places_of(stored, spans, article.body)
    if (stored.spans, stored.quotes, stored.role) != (spans, quotes, stored.role or one.role[:200]):
        stored.spans, stored.quotes, stored.role = spans, quotes, stored.role or one.role[:200]
        stored.save(update_fields=["spans", "quotes", "role"])
    return None


def _with_places_of(stored: Mention, spans: list[list[int]], body: str) -> tuple[list[list[int]], list[str]]:
    """The places that a stored mention has in the body, and those of the others that no such place overlaps; in their order."""
    kept = [span for span, quote in zip(stored.spans, stored.quotes, strict=True) if body[slice(*span)] == quote]
    new = [span for span in spans if not any(start < span[1] and span[0] < end for start, end in kept)]
    places = sorted([*kept, *new])
    return places, [body[start:end] for start, end in places]


def _unnamed(mention: Mention, body: str) -> None:
    """A mention that the rules no longer find: a suggestion goes, a reviewed one keeps the words that still stand."""
    if mention.state == ReviewState.SUGGESTED:
        mention.delete()
    elif mention.quotes != [body[start:end] for start, end in mention.spans]:
        mention.spans, mention.quotes = _relocate(body, mention.quotes)
        mention.save(update_fields=["spans", "quotes"])


def _relocate(body: str, quotes: list[str]) -> tuple[list[list[int]], list[str]]:
    """Where the quotes of a reviewed mention stand in a changed body; those that are gone are dropped."""
    spans, kept, start = [], [], 0
    for quote in quotes:
        at = body.find(quote, start)
        if at >= 0:
            start = at + len(quote)
            spans.append([at, start])
            kept.append(quote)
    return spans, kept
