"""Reads an authority file (TOML, see docs/authority.md): what editors know, from outlets and actors to events."""

import hashlib
import json
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model

from articles.arabic.words import fold_phrase
from articles.models import (
    Actor,
    Alias,
    ArchiveDate,
    AuthorityEntry,
    Event,
    EventSeries,
    Measure,
    Participation,
    ReviewState,
    Source,
    SynonymSet,
)
from articles.models.uncertain_date import complete


class AuthorityError(ValueError):
    """An authority file that cannot be applied; the message names file, entry and field."""


@dataclass
class AuthorityReport:
    applied: int = 0
    unchanged: int = 0


Entry = Mapping[str, object]


def load_authority(path: Path) -> AuthorityReport:
    """Applies the entries of `path` that are new or changed since they were last applied; all of them or none.

    Raises AuthorityError for a file that cannot be read, an unknown table or field, or a value that is not allowed.
    """
    try:
        return apply_authority(path.name, path.read_bytes())
    except OSError as error:
        raise AuthorityError(f"{path}: {error.strerror}") from error


@transaction.atomic
def apply_authority(name: str, content: bytes) -> AuthorityReport:
    """The same for the bytes of a file of that name."""
    tables = _read(name, content)
    report = AuthorityReport()
    for kind, (key_field, fields, apply) in _TABLES.items():
        for number, entry in enumerate(tables.pop(kind, []), 1):
            where = f"{name}: {kind} {number}"
            try:
                _check(entry, key_field, fields)
                _apply(kind, entry, key_field, apply, report)
            except ValidationError as error:
                raise AuthorityError(f"{where} ({entry.get(key_field)}): {'; '.join(error.messages)}") from error
            except (AuthorityError, ValueError, TypeError, AttributeError) as error:
                raise AuthorityError(f"{where} ({entry.get(key_field)}): {error}") from error
    if tables:
        raise AuthorityError(f"{name}: unknown table “{next(iter(tables))}”; known are {', '.join(_TABLES)}")
    return report


def _read(name: str, content: bytes) -> dict:
    try:
        return tomllib.loads(content.decode())
    except RecursionError:
        raise AuthorityError(f"{name}: nested too deep to be read") from None
    # Not only TOMLDecodeError: a number of thousands of digits is refused by int() itself.
    except ValueError as error:
        raise AuthorityError(f"{name}: {error}") from error


def _check(entry: Entry, key_field: str, fields: frozenset[str]) -> None:
    if not isinstance(entry, dict) or not str(entry.get(key_field, "")).strip():
        raise AuthorityError(f"“{key_field}” is missing")
    for field in entry:
        if field not in fields:
            raise AuthorityError(f"unknown field “{field}”; known are {', '.join(sorted(fields))}")


def _apply(kind: str, entry: Entry, key_field: str, apply: Callable[[Entry], None], report: AuthorityReport) -> None:
    key = f"{fold_phrase(str(entry[key_field]))}|{entry.get('distinction', '')}"
    digest = hashlib.sha256(json.dumps(entry, ensure_ascii=False, sort_keys=True, default=str).encode()).hexdigest()
    known, created = AuthorityEntry.objects.get_or_create(kind=kind, key=key, defaults={"digest": digest})
    if not created and known.digest == digest:
        report.unchanged += 1
        return
    apply(entry)
    known.digest = digest
    known.save()
    report.applied += 1


def _set(row: Model, entry: Entry, *fields: str) -> None:
    for field in fields:
        if field in entry:
            setattr(row, field, entry[field])
    row.full_clean(validate_unique=False, validate_constraints=False)
    row.save()


def _source(entry: Entry) -> None:
    folded = fold_phrase(entry["name"])
    row = Source.objects.standing().filter(folded_name=folded).first() or Source()
    _set(row, entry, "name", "kind", "country", "domains", "marks")


def _actor(entry: Entry) -> None:
    distinction = entry.get("distinction", "")
    row = (
        Actor.objects.filter(
            merged_into__isnull=True, folded_name=fold_phrase(entry["name"]), distinction=distinction
        ).first()
        or Actor()
    )
    row.state = ReviewState.CONFIRMED
    _set(row, entry, "name", "distinction", "kind", "country", "description")
    for alias in entry.get("aliases", []):
        _check(alias, "name", frozenset({"name", "kind", "found_in_text"}))
        stored = row.aliases.filter(folded=fold_phrase(alias["name"])).first() or Alias(actor=row)
        _set(stored, alias, "name", "kind", "found_in_text")


def _measure(entry: Entry) -> None:
    _set(
        Measure.objects.filter(label=entry["label"]).first() or Measure(),
        entry,
        "label",
        "units",
        "broad_units",
        "cues",
    )


def _synonyms(entry: Entry) -> None:
    row = SynonymSet.objects.filter(folded__0=fold_phrase(entry["word"])).order_by("id").first() or SynonymSet()
    _set(row, {**entry, "words": [entry["word"], *entry.get("others", [])]}, "words", "kind")


def _series(entry: Entry) -> None:
    _set(EventSeries.objects.filter(name=entry["name"]).first() or EventSeries(), entry, "name", "description")


def _event(entry: Entry) -> None:
    folded = fold_phrase(entry["title"])
    row = Event.objects.filter(merged_into__isnull=True, folded_title=folded).first() or Event()
    row.state = ReviewState.CONFIRMED
    if "series" in entry:
        row.series = EventSeries.objects.filter(name=entry["series"]).first()
        if row.series is None:
            raise AuthorityError(f"series: no series is named “{entry['series']}”")
    for name in ("start", "end"):
        if name in entry:
            setattr(row, name, _date(name, entry[name]))
    _set(row, entry, "title", "kind", "place", "country", "session", "description")
    for part in entry.get("participants", []):
        _check(part, "actor", frozenset({"actor", "role"}))
        actor = Actor.objects.named(part["actor"]).order_by("id").first()
        if actor is None:
            raise AuthorityError(f"participants: no actor is named “{part['actor']}”")
        role = part.get("role", "participant")
        stored, _ = Participation.objects.get_or_create(event=row, actor=actor, role=role)
        stored.full_clean(validate_unique=False)


def _date(name: str, entry: Entry) -> ArchiveDate:
    for field, value in entry.items():
        expected = date if field in {"date", "earliest", "latest"} else str
        if field not in {"date", "precision", "basis", "earliest", "latest"} or not isinstance(value, expected):
            raise AuthorityError(f"{name}.{field}: not a date field, or not of its type")
    known = entry.get("date")
    precision = entry.get("precision", "day" if known else "unknown")
    return complete(known, precision, entry.get("basis", "editor"), entry.get("earliest"), entry.get("latest"))


# Table → (its key, its fields, what applies an entry), in the order in which they refer to one another.
_TABLES: dict[str, tuple[str, frozenset[str], Callable[[Entry], None]]] = {
    "source": ("name", frozenset({"name", "kind", "country", "domains", "marks"}), _source),
    "actor": ("name", frozenset({"name", "distinction", "kind", "country", "description", "aliases"}), _actor),
    "measure": ("label", frozenset({"label", "units", "broad_units", "cues"}), _measure),
    "synonyms": ("word", frozenset({"word", "others", "kind"}), _synonyms),
    "series": ("name", frozenset({"name", "description"}), _series),
    "event": (
        "title",
        frozenset(
            {"title", "kind", "start", "end", "place", "country", "series", "session", "description", "participants"}
        ),
        _event,
    ),
}
