"""Compares what the rules find with what people labelled, kind by kind: precision, recall, and every difference.

A labelled set is a folder with `passages.toml` (docs/extraction.md gives its fields) and, for what its passages name beside
the archive's own authority file, `authority.toml`.
"""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import combinations
from pathlib import Path

from articles.arabic.folding import fold_name
from articles.arabic.reading import Reading
from articles.extract.authority import Authority
from articles.extract.dates import resolve, speaks_of_plans
from articles.extract.process import suggest
from articles.models import ArchiveDate, Article, Qualifier

KINDS = ("figures", "actors", "dates", "events")


class LabelError(ValueError):
    """A labelled set that cannot be used; the message names the passage and the field."""


@dataclass(frozen=True)
class Passage:
    """A labelled text. `figures` are (quote, low, high, qualifier, unit), `dates` (quote, first day, last day); `event` is
    a key that the passages reporting one event share, empty where none is labelled."""

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
    """Counts of one kind; `differences` name the passage and what was missed (−) or found beside the labels (+)."""

    right: int = 0
    missed: int = 0
    extra: int = 0
    differences: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.extra) if self.right + self.extra else 1.0

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0

    def count(self, passage: str, wanted: Iterable[object], found: Iterable[object]) -> None:
        wanted, found = set(wanted), set(found)
        self.right += len(wanted & found)
        self.missed += len(wanted - found)
        self.extra += len(found - wanted)
        self.differences += [f"{passage}: − {one}" for one in sorted(map(str, wanted - found))]
        self.differences += [f"{passage}: + {one}" for one in sorted(map(str, found - wanted))]


def read_passages(folder: Path) -> list[Passage]:
    """The passages of a labelled set; raises LabelError."""
    file = folder / "passages.toml"
    try:
        entries = tomllib.loads(file.read_text(encoding="utf-8"))["passage"]
    except OSError as error:
        raise LabelError(f"{file}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError) as error:
        raise LabelError(f"{file}: {error}") from None
    return [_passage(entry, number) for number, entry in enumerate(entries, 1)]


def _passage(entry: dict, number: int) -> Passage:
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
    low, _, high = value.partition("–")
    if qualifier not in Qualifier.values:
        raise ValueError(f"unknown qualifier {qualifier}")
    return quote, Decimal(low), Decimal(high) if high else None, qualifier, unit


def evaluate(passages: Iterable[Passage]) -> dict[str, Score]:
    """Stores the passages as articles, in order, runs every rule, and scores each kind; the database is a scratch one."""
    scores = {kind: Score() for kind in KINDS}
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


# A span of a text, what is said of it, and how a difference tells of it.
Labelled = tuple[int, int, object, str]


def _score_spans(score: Score, passage: str, wanted: list[Labelled], found: list[Labelled]) -> None:
    """What is found is right where it overlaps a labelled span of which the same is said; each counts once."""
    right: set[int] = set()
    for start, end, said, told in wanted:
        near = [at for at, one in enumerate(found) if one[0] < end and start < one[1]]
        twin = next((at for at in near if found[at][2] == said and at not in right), None)
        if twin is None:
            score.missed += 1
            others = ", ".join(found[at][3] for at in near) or "nothing"
            score.differences.append(f"{passage}: − {told} (found: {others})")
        else:
            score.right += 1
            right.add(twin)
    for at, (_, _, _, told) in enumerate(found):
        if at not in right:
            score.extra += 1
            score.differences.append(f"{passage}: + {told}")


def _score_figures(score: Score, passage: Passage, article: Article) -> None:
    """Value, qualifier and unit are to agree."""
    wanted = [
        _labelled(passage, quote, (low, high, qualifier, fold_name(unit)), f"{low} {qualifier} {unit}")
        for quote, low, high, qualifier, unit in passage.figures
    ]
    found = [
        (
            one.start, one.end, (one.value, one.value_high, one.qualifier, fold_name(one.unit)),
            f"«{one.quote}» {one.value} {one.qualifier} {one.unit}",
        )
        for one in article.figures.all()
    ]  # fmt: skip
    _score_spans(score, passage.name, wanted, found)


def _labelled(passage: Passage, quote: str, said: object, told: str) -> Labelled:
    start = passage.body.index(quote)
    return start, start + len(quote), said, f"«{quote}» {told}"


def _score_dates(score: Score, passage: Passage, article: Article) -> None:
    """The days are to be the same."""
    wanted = [_labelled(passage, quote, (first, last), f"{first}–{last}") for quote, first, last in passage.dates]
    reading = Reading(article.body)
    found: list[Labelled] = []
    for one in reading.dates:
        ahead = speaks_of_plans(reading.sentence_words(one.start))
        when = resolve(one, article.published, ahead=ahead)
        if when and when.earliest:
            last = when.latest.replace(day=one.day_end) if one.day_end and when.precision == "day" else when.latest
            told = f"«{article.body[one.start : one.end]}» {when.earliest}–{last}"
            found.append((one.start, one.end, (when.earliest, last), told))
    _score_spans(score, passage.name, wanted, found)


def _score_events(score: Score, labelled: list[Passage], reported: dict[str, int | None]) -> None:
    """Counts pairs: two passages of one event are right when they are joined, of two events when they are not."""
    for one, other in combinations(labelled, 2):
        same = one.event == other.event
        joined = reported[one.name] is not None and reported[one.name] == reported[other.name]
        if same and joined:
            score.right += 1
        elif same:
            score.missed += 1
            score.differences.append(f"{one.name}, {other.name}: − one event")
        elif joined:
            score.extra += 1
            score.differences.append(f"{one.name}, {other.name}: + joined")
