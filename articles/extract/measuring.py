"""Stores an article's figures, each with its measure, what it limits itself to, and the event it is about."""

from collections.abc import Sequence
from datetime import timedelta

from articles.arabic.span_moves import Span, TextChange
from articles.arabic.words import fold_phrase
from articles.extract.analysis import MeasuredFigure
from articles.extract.coverage import places_of
from articles.extract.events import STRIKES
from articles.extract.figures import SCORES, Period
from articles.extract.subject import Subject
from articles.models import Article, Event, EventKind, Figure, ReviewState


def write_figures(subject: Subject, event: Event | None, new: list[Figure]) -> set[int]:
    """Brings the stored figures up to date and adds those to be stored to `new`; returns the events they are about."""
    article, found = subject.article, subject.analysis.figures
    stored = [] if subject.is_new else list(article.figures.order_by("start", "id"))
    touched = {figure.event_id for figure in stored if figure.event_id}
    pairs, unclaimed = _paired(article, found, stored)
    pairs = _with_rewritten(article, pairs, unclaimed)
    for figure in unclaimed:
        if figure.state == ReviewState.SUGGESTED:
            figure.delete()
        else:
            _keep_reviewed(figure, article.body)
    reviewed = [figure for figure in unclaimed if figure.state != ReviewState.SUGGESTED]
    taken = [(figure.start, figure.end) for figure in reviewed if figure.start is not None]
    moved = [(one, twin) for one, twin in pairs if twin and (twin.start, twin.end) != (one.found.start, one.found.end)]
    if moved:
        # Two may change places: none keeps a span that another is given.
        Figure.objects.filter(pk__in=[twin.pk for _, twin in moved]).update(start=None, end=None)
    for one, twin in moved:
        span = one.found.start, one.found.end
        Figure.objects.filter(pk=twin.pk).update(start=span[0], end=span[1], quote=article.body[slice(*span)])
    for one, twin in pairs:
        values = _values(one, event)
        if twin is None and not any(_overlap((one.found.start, one.found.end), span) for span in taken):
            quote = article.body[one.found.start : one.found.end]
            new.append(
                Figure(
                    article=article, quote=quote, start=one.found.start, end=one.found.end,
                    state=ReviewState.SUGGESTED, **values,
                )
            )  # fmt: skip
            touched |= {values["event_id"]} - {None}
        elif twin is not None and twin.state == ReviewState.SUGGESTED:
            changed = {name: value for name, value in values.items() if getattr(twin, name) != value}
            if changed:
                Figure.objects.filter(pk=twin.pk).update(**changed)
            touched |= {values["event_id"]} - {None}
    return touched


def _paired(
    article: Article, found: Sequence[MeasuredFigure], stored: list[Figure]
) -> tuple[list[tuple[MeasuredFigure, Figure | None]], list[Figure]]:
    """(each found figure with the stored one it is, or None; the stored ones left over).

    A figure is the same one across captures if its quote is; of equal quotes, the first stays the first.
    """
    unclaimed = list(stored)
    by_quote: dict[str, list[Figure]] = {}
    for figure in stored:
        by_quote.setdefault(figure.quote, []).append(figure)
    pairs = []
    for one in found:
        twins = by_quote.get(article.body[one.found.start : one.found.end], [])
        twin = next((figure for figure in twins if figure.start == one.found.start), twins[0] if twins else None)
        if twin:
            twins.remove(twin)
            unclaimed.remove(twin)
        pairs.append((one, twin))
    return pairs, unclaimed


def _with_rewritten(
    article: Article, pairs: list[tuple[MeasuredFigure, Figure | None]], unclaimed: list[Figure]
) -> list[tuple[MeasuredFigure, Figure | None]]:
    """The pairs, where a found figure without a stored one may be a reviewed one that the article's last save left without a place:
    the same number of the same unit, read where that stood («350 مقاتلا» that is «٣٥٠ مقاتلا» now). It is taken out of `unclaimed`.

    Its values stay what the editor made of them; only its place and its quote are another.
    """
    lost = {words.fact.pk: words.gaps[0] for words in article.lost_words if isinstance(words.fact, Figure)}
    waiting = [figure for figure in unclaimed if figure.start is None and figure.pk in lost]
    held = [(figure.start, figure.end) for figure in unclaimed if figure.start is not None]
    placed = []
    for one, stored in pairs:
        twin = stored
        place = one.found.start, one.found.end
        if twin is None and not any(_overlap(place, span) for span in held):
            same = (figure for figure in waiting if _overlap(place, lost[figure.pk]) and _is_same(one, figure))
            twin = next(same, None)
            if twin:
                waiting.remove(twin)
                unclaimed.remove(twin)
        placed.append((one, twin))
    return placed


def _overlap(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _is_same(one: MeasuredFigure, figure: Figure) -> bool:
    """Whether the rules read the number, with its qualifier and its unit, that an editor reviewed."""
    found = one.found
    read = found.value, found.value_high, found.qualifier, fold_phrase(found.unit[:120])
    return read == (figure.value, figure.value_high, figure.qualifier, fold_phrase(figure.unit))


def _keep_reviewed(figure: Figure, body: str) -> None:
    """A reviewed figure stays; where a changed text no longer holds its words it keeps them without a span.

    The words must stand for themselves: «23 دولة» does not stand in «123 دولة».
    """
    if figure.start is not None and body[figure.start : figure.end] == figure.quote:
        return
    (place,) = TextChange("", body).moved([(None, figure.quote)])
    if place != (None if figure.start is None else (figure.start, figure.end)):
        figure.start, figure.end = place or (None, None)
        figure.save(update_fields=["start", "end"])


def _values(one: MeasuredFigure, event: Event | None) -> dict[str, object]:
    found = one.found
    about = event if event and _is_about(one, event) else None
    period_start, period_end = found.period or (None, None)
    return {
        "value": found.value, "value_high": found.value_high, "qualifier": found.qualifier, "unit": found.unit[:120],
        "measure_id": one.measure, "period_start": period_start, "period_end": period_end, "about": found.about[:200],
        "scope": _scope(one, event), "event_id": about.pk if about else None, "rule": found.rule, "score": SCORES[found.rule],
    }  # fmt: skip


# Numbers told before an event are not compared with those told after it.
EXPECTED = "متوقع"
_GATHERINGS = {EventKind.MINISTERIAL, EventKind.CONFERENCE, EventKind.DIALOGUE, EventKind.SUMMIT, EventKind.MEETING}


def _is_about(one: MeasuredFigure, event: Event) -> bool:
    """Whether the event that an article reports is what its figure counts, and not some background of it."""
    if event.kind == EventKind.REPORT:
        return one.measure is not None
    if _spans_longer_than_events(one.found.period) or _lies_elsewhere(one.found.period, event):
        return False
    return (event.kind in _GATHERINGS and one.of_attendance) or (event.kind in STRIKES and one.of_harm)


def _spans_longer_than_events(period: Period | None) -> bool:
    """Whether a period is longer than any event: «منذ 2002», «خلال عام 2023»."""
    return period is not None and (None in period or (period[1] - period[0]).days > 31)


def _lies_elsewhere(period: Period | None, event: Event) -> bool:
    """Whether a period has no day near the event's: another meeting, an earlier attack."""
    if period is None or event.start.earliest is None or event.start.latest is None:
        return False
    near = timedelta(days=31)
    return period[1] < event.start.earliest - near or period[0] > event.start.latest + near


def _scope(one: MeasuredFigure, event: Event | None) -> str:
    """The places that a figure's clause limits it to, but for the event's own; and whether it was only expected."""
    own = places_of(event) if event and one.places else frozenset()
    countries = {country for _, country in own}
    limited = [place for place in one.places if place not in own and not (place[1] in countries and not place[0])]
    named = sorted(city or country for city, country in limited)
    return "، ".join([*([EXPECTED] if one.expected else []), *named])[:120]
