"""Compares the results of the rules with human labels: precision, recall and every difference, for each kind.

A labelled set is a folder with `passages.toml` (docs/extraction-quality.md gives its fields) and `authority.toml`, which
holds the names in its passages that the archive's own authority file lacks.
"""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import combinations
from pathlib import Path
from typing import Any

from articles.arabic.folding import fold_name
from articles.arabic.reading import Reading
from articles.extract.authority import Authority
from articles.extract.dates import resolve, speaks_of_plans
from articles.extract.process import suggest
from articles.models import ArchiveDate, Article, Qualifier
from articles.models.carrying import span_of

EVALUATED_KINDS = ("figures", "actors", "dates", "events")


class LabelError(ValueError):
    """A labelled set that cannot be used; the message names the passage and the field."""


@dataclass(frozen=True)
class Passage:
    """A labelled text.

    name: the passage's id.
    title: the title of its article, may be empty.
    body: the text of its article.
    published: the day of publication, or None.
    figures: (quote, low, high or None, qualifier, unit) of every figure.
    actors: the canonical names of the actors of the authority that the body names.
    dates: (quote, first day, last day) of every date.
    event: a key that passages share if they report the same event; empty without a label.
    """

    name: str
    title: str
    body: str
    published: date | None
    figures: tuple[tuple[str, Decimal, Decimal | None, str, str], ...]
    actors: frozenset[str]
    dates: tuple[tuple[str, date, date], ...]
    event: str


@dataclass
class Score:
    """The counts of one kind.

    right: the number of labels that the rules found.
    missed: the number of labels that they did not find.
    extra: the number of results without a label.
    differences: one line for each missed label (−) and each extra result (+), with the passage's name.
    """

    right: int = 0
    missed: int = 0
    extra: int = 0
    differences: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        """Returns the share of results that are right, from 0 to 1; 1 without results."""
        return self.right / (self.right + self.extra) if self.right + self.extra else 1.0

    @property
    def recall(self) -> float:
        """Returns the share of labels that the rules found, from 0 to 1; 1 without labels."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0

    def count(self, passage: str, labels: Iterable[object], results: Iterable[object]) -> None:
        """Adds the comparison of the labels and results of one passage; equal ones match."""
        labels, results = set(labels), set(results)
        self.right += len(labels & results)
        self.missed += len(labels - results)
        self.extra += len(results - labels)
        self.differences += [f"{passage}: − {difference}" for difference in sorted(map(str, labels - results))]
        self.differences += [f"{passage}: + {difference}" for difference in sorted(map(str, results - labels))]


def read_passages(folder: Path) -> list[Passage]:
    """Reads the passages of the labelled set in `folder`; raises LabelError if a file or field is unusable."""
    file = folder / "passages.toml"
    try:
        entries = tomllib.loads(file.read_text(encoding="utf-8"))["passage"]
    except OSError as error:
        raise LabelError(f"{file}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError) as error:
        raise LabelError(f"{file}: {error}") from None
    return [_passage(entry, number) for number, entry in enumerate(entries, 1)]


def _passage(entry: dict[str, Any], number: int) -> Passage:
    """Makes a passage from a table of the file; raises LabelError. `number` names a passage that has no id."""
    name = str(entry.get("id", f"passage {number}"))
    try:
        body = entry["body"].strip()
        figures = tuple(_figure(*label) for label in entry.get("figures", ()))
        dates = tuple((quote, first, last) for quote, first, last in entry.get("dates", ()))
    except (KeyError, TypeError, ValueError, InvalidOperation) as error:
        raise LabelError(f"{name}: {type(error).__name__}: {error}") from None
    for quote in (label[0] for label in (*figures, *dates)):
        if quote not in body:
            raise LabelError(f"{name}: “{quote}” does not stand in its body")
    return Passage(
        name, entry.get("title", ""), body, entry.get("published"), figures, frozenset(entry.get("actors", ())), dates,
        entry.get("event", ""),
    )  # fmt: skip


def _figure(quote: str, value: str, qualifier: str, unit: str) -> tuple[str, Decimal, Decimal | None, str, str]:
    """Converts a label of a figure, whose value is "low" or "low–high", to a field of Passage."""
    low, _, high = value.partition("–")
    if qualifier not in Qualifier.values:
        raise ValueError(f"unknown qualifier {qualifier}")
    return quote, Decimal(low), Decimal(high) if high else None, qualifier, unit


def evaluate(passages: Iterable[Passage]) -> dict[str, Score]:
    """Stores the passages as articles, in order, runs every rule on them and returns the score of each kind.

    Run it on a scratch database.
    """
    scores = {kind: Score() for kind in EVALUATED_KINDS}
    authority = Authority.load()
    reported: dict[str, int | None] = {}
    labelled = [passage for passage in passages if passage.event]
    for passage in passages:
        article = Article(title=passage.title or passage.name, body=passage.body)
        article.published = ArchiveDate.on(passage.published) if passage.published else ArchiveDate.unknown()
        article.save()
        suggest(article, authority)
        _score_figures(scores["figures"], passage, article)
        names = article.mentions.filter(rule="actor.known_name").values_list("actor__name", flat=True)
        scores["actors"].count(passage.name, passage.actors, names)
        _score_dates(scores["dates"], passage, article)
        reported[passage.name] = article.coverages.values_list("event", flat=True).first()
    _score_events(scores["events"], labelled, reported)
    return scores


# (start, end, value to compare, description for the list of differences).
Labelled = tuple[int, int, object, str]


def _score_spans(score: Score, passage: str, labels: list[Labelled], results: list[Labelled]) -> None:
    """Scores the results of one passage: a result is right if it overlaps a label of equal value.

    A result counts for one label only.
    """
    right: set[int] = set()
    for start, end, value, description in labels:
        overlapping = [index for index, result in enumerate(results) if result[0] < end and start < result[1]]
        match = next((index for index in overlapping if results[index][2] == value and index not in right), None)
        if match is None:
            score.missed += 1
            near_results = ", ".join(results[index][3] for index in overlapping) or "nothing"
            score.differences.append(f"{passage}: − {description} (found: {near_results})")
        else:
            score.right += 1
            right.add(match)
    for index, (_, _, _, description) in enumerate(results):
        if index not in right:
            score.extra += 1
            score.differences.append(f"{passage}: + {description}")


def _score_figures(score: Score, passage: Passage, article: Article) -> None:
    """Scores the figures of one passage; value, qualifier and unit must agree."""
    labels = [
        _label(passage, quote, (low, high, qualifier, fold_name(unit)), f"{low} {qualifier} {unit}")
        for quote, low, high, qualifier, unit in passage.figures
    ]
    results: list[Labelled] = [
        (
            *span, (figure.value, figure.value_high, figure.qualifier, fold_name(figure.unit)),
            f"«{figure.quote}» {figure.value} {figure.qualifier} {figure.unit}",
        )
        for figure in article.figures.all() if (span := span_of(figure))
    ]  # fmt: skip
    _score_spans(score, passage.name, labels, results)


def _label(passage: Passage, quote: str, value: object, description: str) -> Labelled:
    """Returns the labelled span of the first place where the quote stands in the passage."""
    start = passage.body.index(quote)
    return start, start + len(quote), value, f"«{quote}» {description}"


def _score_dates(score: Score, passage: Passage, article: Article) -> None:
    """Scores the dates of one passage; the first and the last day must agree."""
    labels = [_label(passage, quote, (first, last), f"{first}–{last}") for quote, first, last in passage.dates]
    reading = Reading(article.body)
    results: list[Labelled] = []
    for expression in reading.dates:
        ahead = speaks_of_plans(reading.sentence_words(expression.start))
        resolved = resolve(expression, article.published, ahead=ahead)
        if resolved and resolved.earliest:
            last = (
                resolved.latest.replace(day=expression.day_end)
                if expression.day_end and resolved.latest and resolved.precision == "day"
                else resolved.latest
            )
            description = f"«{article.body[expression.start : expression.end]}» {resolved.earliest}–{last}"
            results.append((expression.start, expression.end, (resolved.earliest, last), description))
    _score_spans(score, passage.name, labels, results)


def _score_events(score: Score, labelled: list[Passage], reported: dict[str, int | None]) -> None:
    """Scores pairs of passages. A pair of one event is right if both articles were given the same stored event.

    A pair of different events that were given the same stored event is extra.
    """
    for first, second in combinations(labelled, 2):
        is_same_event = first.event == second.event
        is_joined = reported[first.name] is not None and reported[first.name] == reported[second.name]
        if is_same_event and is_joined:
            score.right += 1
        elif is_same_event:
            score.missed += 1
            score.differences.append(f"{first.name}, {second.name}: − one event")
        elif is_joined:
            score.extra += 1
            score.differences.append(f"{first.name}, {second.name}: + joined")
