"""Stores the figures of an article: each with its measure, its scope (places, expected or not) and its event."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from articles.arabic.span_moves import Span, TextChange
from articles.arabic.words import fold_phrase
from articles.extract.analysis import MeasuredFigure
from articles.extract.coverage import places_of
from articles.extract.events import STRIKES
from articles.extract.figures import SCORES, Period
from articles.extract.subject import Subject
from articles.models import Article, Event, EventKind, Figure, ReviewState
from articles.models.carrying import span_of


def write_figures(subject: Subject, event: Event | None, new_figures: list[Figure]) -> set[int]:
    """Brings the stored figures of an article up to date with its analysis.

    `event` is the event that the article reports, or None. Figures that must still be inserted are appended to
    `new_figures`. Returns the keys of all events that the figures are or were about.
    """
    article, measured_figures = subject.article, subject.analysis.figures
    stored = [] if subject.is_new else list(article.figures.order_by("start", "id"))
    touched = {figure.event_id for figure in stored if figure.event_id}
    pairs, unclaimed = _pair_figures(article, measured_figures, stored)
    pairs = _with_rewritten(article, pairs, unclaimed)
    for figure in unclaimed:
        if figure.state == ReviewState.SUGGESTED:
            figure.delete()
        else:
            _keep_reviewed(figure, article.body)
    reviewed = [figure for figure in unclaimed if figure.state != ReviewState.SUGGESTED]
    reviewed_spans = [span for figure in reviewed if (span := span_of(figure))]
    moved = [
        (measured, twin)
        for measured, twin in pairs
        if twin and (twin.start, twin.end) != (measured.figure.start, measured.figure.end)
    ]
    if moved:
        # Two figures may swap spans, and spans are unique: all of them are cleared before any is set.
        Figure.objects.filter(pk__in=[twin.pk for _, twin in moved]).update(start=None, end=None)
    for measured, moved_figure in moved:
        span = measured.figure.start, measured.figure.end
        Figure.objects.filter(pk=moved_figure.pk).update(start=span[0], end=span[1], quote=article.body[slice(*span)])
    for measured, twin in pairs:
        values = _values(measured, event)
        if twin is None and not any(
            _overlap((measured.figure.start, measured.figure.end), span) for span in reviewed_spans
        ):
            quote = article.body[measured.figure.start : measured.figure.end]
            new_figures.append(
                Figure(
                    article=article, quote=quote, start=measured.figure.start, end=measured.figure.end,
                    state=ReviewState.SUGGESTED, **values,
                )
            )  # fmt: skip
            touched |= _events_of(values)
        elif twin is not None and twin.state == ReviewState.SUGGESTED:
            changed = {name: value for name, value in values.items() if getattr(twin, name) != value}
            if changed:
                Figure.objects.filter(pk=twin.pk).update(**changed)
            touched |= _events_of(values)
    return touched


def _events_of(values: dict[str, Any]) -> set[int]:
    """Returns the key of the event of a figure's values, if it has one."""
    event: int | None = values["event_id"]
    return set() if event is None else {event}


def _pair_figures(
    article: Article, measured_figures: Sequence[MeasuredFigure], stored: list[Figure]
) -> tuple[list[tuple[MeasuredFigure, Figure | None]], list[Figure]]:
    """Pairs every measured figure with its stored row, or with None.

    Returns the pairs and the stored rows without a pair. Two figures are the same figure across captures if their
    quotes are equal. Of equal quotes, the row with the same start wins, else the first.
    """
    unclaimed = list(stored)
    by_quote: dict[str, list[Figure]] = {}
    for figure in stored:
        by_quote.setdefault(figure.quote, []).append(figure)
    pairs = []
    for measured in measured_figures:
        same_quote = by_quote.get(article.body[measured.figure.start : measured.figure.end], [])
        twin = next(
            (figure for figure in same_quote if figure.start == measured.figure.start),
            same_quote[0] if same_quote else None,
        )
        if twin:
            same_quote.remove(twin)
            unclaimed.remove(twin)
        pairs.append((measured, twin))
    return pairs, unclaimed


def _with_rewritten(
    article: Article, pairs: list[tuple[MeasuredFigure, Figure | None]], unclaimed: list[Figure]
) -> list[tuple[MeasuredFigure, Figure | None]]:
    """Completes `pairs` with reviewed figures that lost their span at the article's last save.

    A measured figure without a stored row is such a reviewed figure if it has the same number and unit and stands where
    the lost words stood: «350 مقاتلا» may be «٣٥٠ مقاتلا» now. A matched row is removed from `unclaimed`. Its values
    stay as the editor set them; the caller changes only its span and quote.
    """
    lost_spans = {words.fact.pk: words.gaps[0] for words in article.lost_words if isinstance(words.fact, Figure)}
    unplaced = [figure for figure in unclaimed if figure.start is None and figure.pk in lost_spans]
    unclaimed_spans = [span for figure in unclaimed if (span := span_of(figure))]
    completed_pairs = []
    for measured, stored in pairs:
        twin = stored
        span = measured.figure.start, measured.figure.end
        if twin is None and not any(_overlap(span, unclaimed_span) for unclaimed_span in unclaimed_spans):
            same = (
                figure for figure in unplaced if _overlap(span, lost_spans[figure.pk]) and _is_same(measured, figure)
            )
            twin = next(same, None)
            if twin:
                unplaced.remove(twin)
                unclaimed.remove(twin)
        completed_pairs.append((measured, twin))
    return completed_pairs


def _overlap(left: Span, right: Span) -> bool:
    """Returns whether two spans share a code point."""
    return left[0] < right[1] and right[0] < left[1]


def _is_same(measured: MeasuredFigure, figure: Figure) -> bool:
    """Returns whether the measured figure has the number, qualifier and unit of the reviewed `figure`."""
    extracted = measured.figure
    rule_values = extracted.value, extracted.value_high, extracted.qualifier, fold_phrase(extracted.unit[:120])
    return rule_values == (figure.value, figure.value_high, figure.qualifier, fold_phrase(figure.unit))


def _keep_reviewed(figure: Figure, body: str) -> None:
    """Moves the span of a reviewed figure to where its quote stands in `body`.

    If the quote no longer stands there, the figure keeps the quote and loses its span. A quote must not begin or end
    inside a word or number: «23 دولة» does not stand in «123 دولة».
    """
    if figure.start is not None and body[figure.start : figure.end] == figure.quote:
        return
    (span,) = TextChange("", body).move([(None, figure.quote)])
    if span != (None if figure.start is None else (figure.start, figure.end)):
        figure.start, figure.end = span or (None, None)
        figure.save(update_fields=["start", "end"])


def _values(measured: MeasuredFigure, event: Event | None) -> dict[str, object]:
    """Returns field values of the stored figure, but for its span, quote and state."""
    figure = measured.figure
    about_event = event if event and _is_about(measured, event) else None
    period_start, period_end = figure.period or (None, None)
    return {
        "value": figure.value, "value_high": figure.value_high, "qualifier": figure.qualifier,
        "unit": figure.unit[:120], "measure_id": measured.measure,
        "period_start": period_start, "period_end": period_end,
        "about": figure.about[:200], "scope": _scope(measured, event),
        "event_id": about_event.pk if about_event else None, "rule": figure.rule, "score": SCORES[figure.rule],
    }  # fmt: skip


# Marks the scope of a figure that was stated before its event. Such figures are not compared with later ones.
EXPECTED = "متوقع"
_GATHERINGS = {EventKind.MINISTERIAL, EventKind.CONFERENCE, EventKind.DIALOGUE, EventKind.SUMMIT, EventKind.MEETING}


def _is_about(measured: MeasuredFigure, event: Event) -> bool:
    """Returns whether a figure counts something at the reported event, rather than in its background."""
    if event.kind == EventKind.REPORT:
        return measured.measure is not None
    if _spans_longer_than_events(measured.figure.period) or _lies_elsewhere(measured.figure.period, event):
        return False
    return (event.kind in _GATHERINGS and measured.of_attendance) or (event.kind in STRIKES and measured.of_harm)


def _spans_longer_than_events(period: Period | None) -> bool:
    """Returns whether a period is open or longer than 31 days, and so longer than any event: «منذ 2002», «خلال عام
    2023».
    """
    if period is None:
        return False
    first, last = period
    return first is None or last is None or (last - first).days > 31


def _lies_elsewhere(period: Period | None, event: Event) -> bool:
    """Returns whether a period lies more than 31 days from the event: it belongs to another meeting or an earlier
    attack.
    """
    if period is None or event.start.earliest is None or event.start.latest is None:
        return False
    near = timedelta(days=31)
    first, last = period
    is_before = last is not None and last < event.start.earliest - near
    return is_before or (first is not None and first > event.start.latest + near)


def _scope(measured: MeasuredFigure, event: Event | None) -> str:
    """Returns the scope of a figure, as text: EXPECTED if it was only expected, then the places that its clause limits
    it to.

    Places of the event itself are left out. At most 120 code points.
    """
    event_places = places_of(event) if event and measured.places else frozenset()
    event_countries = {country for _, country in event_places}
    limiting_places = [
        place
        for place in measured.places
        if place not in event_places and not (place[1] in event_countries and not place[0])
    ]
    names = sorted(city or country for city, country in limiting_places)
    return "، ".join([*([EXPECTED] if measured.expected else []), *names])[:120]
