"""Stores the mentions of an article: actors of the authority, and unknown names as suggested actors."""

from collections import defaultdict
from collections.abc import Sequence

from articles.extract.analysis import NamedActor
from articles.extract.subject import Subject
from articles.models import Actor, Alias, Article, Mention, ReviewState
from articles.models.inserting import insert


def newcomers_of(subjects: Sequence[Subject]) -> dict[str, int]:
    """Maps the folded form of each unknown name in the articles to an actor's key; stores new suggested actors.

    An actor that is already stored under the name is used again. Names that several stored actors share, or whose actor
    an editor rejected, are left out.
    """
    named = {
        named_actor.newcomer.folded: named_actor.newcomer
        for subject in subjects for named_actor in reversed(subject.analysis.actors) if named_actor.newcomer
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
            name=named_actor.name[:200], folded_name=folded[:200], kind=named_actor.kind,
            country=named_actor.country, description=named_actor.role,
            state=ReviewState.SUGGESTED, rule=named_actor.rule, score=named_actor.score,
        )
        for folded, named_actor in sorted(named.items()) if folded not in bearers
    ]  # fmt: skip
    # A concurrent ingest may suggest the same name. Its row is used then.
    Actor.objects.bulk_create(new, ignore_conflicts=True)
    fresh = Actor.objects.filter(folded_name__in=[actor.folded_name for actor in new], merged_into=None)
    stored_keys = dict(fresh.values_list("folded_name", "pk")) if new else {}
    return stored_keys | {
        folded: next(iter(pks)) for folded, pks in bearers.items() if len(pks) == 1 and not pks & rejected
    }


def write_mentions(subjects: Sequence[Subject], newcomers: dict[str, int]) -> None:
    """Brings the stored mentions of the articles up to date with their analyses.

    `newcomers` maps folded unknown names to actors, as `newcomers_of` returns them. Suggested mentions that the rules
    no longer find are deleted; reviewed ones stay.
    """
    new_mentions: list[Mention] = []
    for subject in subjects:
        stored = {} if subject.is_new else {mention.actor_id: mention for mention in subject.article.mentions.all()}
        named: set[int] = set()
        for named_actor in subject.analysis.actors:
            newcomer = named_actor.newcomer
            actor = newcomers.get(newcomer.folded) if newcomer else named_actor.actor
            if actor is None or actor in named:
                continue
            named.add(actor)
            if mention := _mention(subject.article, actor, named_actor, stored.get(actor)):
                new_mentions.append(mention)
        for actor, mention in stored.items():
            if actor not in named:
                _handle_lost_mention(mention, subject.article.body)
    insert(new_mentions)


def _mention(article: Article, actor: int, named_actor: NamedActor, stored: Mention | None) -> Mention | None:
    """Returns a new mention to insert, or None after bringing the `stored` mention up to date."""
    spans = [list(span) for span in named_actor.spans]
    quotes = [article.body[start:end] for start, end in named_actor.spans]
    if stored is None:
        return Mention(
            article=article, actor_id=actor, spans=spans, quotes=quotes, role=named_actor.role[:200],
            state=ReviewState.SUGGESTED, rule=named_actor.rule, score=named_actor.score,
        )  # fmt: skip
    if stored.state != ReviewState.SUGGESTED:
        # A reviewed mention keeps its spans, including those that only the editor found.
        spans, quotes = _with_places_of(stored, spans, article.body)
    if (stored.spans, stored.quotes, stored.role) != (spans, quotes, stored.role or named_actor.role[:200]):
        stored.spans, stored.quotes, stored.role = spans, quotes, stored.role or named_actor.role[:200]
        stored.save(update_fields=["spans", "quotes", "role"])
    return None


def _with_places_of(stored: Mention, spans: list[list[int]], body: str) -> tuple[list[list[int]], list[str]]:
    """Merges the spans of a stored mention with new `spans`; returns all spans in order, and their quotes.

    Stored spans that no longer hold their quote in `body` are left out, and so are new spans that overlap a stored one.
    """
    stored_spans = [
        span for span, quote in zip(stored.spans, stored.quotes, strict=True) if body[slice(*span)] == quote
    ]
    added_spans = [span for span in spans if not any(start < span[1] and span[0] < end for start, end in stored_spans)]
    all_spans = sorted([*stored_spans, *added_spans])
    return all_spans, [body[start:end] for start, end in all_spans]


def _handle_lost_mention(mention: Mention, body: str) -> None:
    """Handles a mention that the rules no longer find: deletes a suggestion, moves the spans of a reviewed mention."""
    if mention.state == ReviewState.SUGGESTED:
        mention.delete()
    elif mention.quotes != [body[start:end] for start, end in mention.spans]:
        mention.spans, mention.quotes = _relocate(body, mention.quotes)
        mention.save(update_fields=["spans", "quotes"])


def _relocate(body: str, quotes: list[str]) -> tuple[list[list[int]], list[str]]:
    """Returns the spans of the quotes in a changed body, and these quotes; quotes that are gone are dropped."""
    spans, remaining_quotes, start = [], [], 0
    for quote in quotes:
        position = body.find(quote, start)
        if position >= 0:
            start = position + len(quote)
            spans.append([position, start])
            remaining_quotes.append(quote)
    return spans, remaining_quotes
