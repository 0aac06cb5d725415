"""Reads authority files (TOML, see docs/authority.md) and stores their sources, actors, aliases, measures, synonyms and
events.

Called by `manage.py load_authority` and the desk.
"""

import codecs
import hashlib
import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, transaction
from django.db.models import Model

from articles.arabic.text_gate import clean_line
from articles.arabic.words import fold_phrase
from articles.ingest.document import shorten_value
from articles.ingest.reasons import reason_of
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
from articles.models.actor import NO_LETTER
from articles.models.limits import planned_days
from articles.models.uncertain_date import complete
from articles.platform.limits import BoundedWorkers, Budget, Exceeded, Job
from articles.platform.messages import Message, MessageError


class AuthorityError(MessageError):
    """An authority file that cannot be applied; the message names file, entry and field."""


# An entry of the file. `_check` checks the types of its values.
Entry = Mapping[str, Any]


@dataclass(frozen=True)
class SharedName:
    """A name of an actor in a file that another actor has, too. Extraction then suggests neither of them by it.

    name: the shared name.
    owner: the label of the actor in the file, as the desk shows it.
    other: the stored actor with the same name.
    """

    name: str
    owner: str
    other: Actor

    def __str__(self) -> str:
        return (
            f"“{self.name}”, a name of “{self.owner}”, is a name of “{self.other}”, too: it suggests neither of the two, except in an article that names "
            "just one of them by another name that nobody shares"
        )


@dataclass
class AuthorityReport:
    """The outcome of applying an authority file.

    applied: the number of entries that were new or changed.
    unchanged: the number of entries that were applied before.
    shared: the names that two actors have now.
    """

    applied: int = 0
    unchanged: int = 0
    shared: Sequence[SharedName] = ()


@dataclass(frozen=True)
class Expected:
    """The expected type of a field of an entry.

    words: the name of the type in messages.
    fits: returns whether a value is of the type.
    choices: the permitted texts; empty if any text is permitted.
    most: the most characters of a text, or of each text of a list; None without a limit.
    """

    words: Message
    fits: Callable[[Any], bool]
    choices: tuple[str, ...] = ()
    most: int | None = None


def _is_list_of(kind: type) -> Callable[[object], bool]:
    return lambda value: isinstance(value, list) and all(type(item) is kind for item in value)


# The most parts of a dotted key (`a.b.c`). No field of an authority file has more than three; tomllib takes quadratic
# time and memory for more. A judgement: a hundred take no time, and no editor writes such a key.
_MOST_KEY_PARTS = 100
# A match starts only at the beginning of a part; otherwise a run of letters would take quadratic time.
_LONG_KEY = re.compile(rf"""(?<![\w-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){{{_MOST_KEY_PARTS}}}""")
_TEXT = Expected(Message("text"), lambda value: type(value) is str and "\0" not in value)
_TEXTS = Expected(
    Message("a list of text"), lambda value: _is_list_of(str)(value) and not any("\0" in item for item in value)
)
_NUMBER = Expected(Message("a whole number"), lambda value: type(value) is int)
_FLAG = Expected(Message("true or false"), lambda value: type(value) is bool)
_DAY = Expected(Message("a date"), lambda value: type(value) is date)
_TABLE = Expected(Message("a table"), lambda value: type(value) is dict)
_TABLE_LIST = Expected(Message("a list of tables"), _is_list_of(dict))


def _of_column(expected: Expected, model: type[Model], name: str) -> Expected:
    """Returns `expected` with the choices, or the greatest length, of a model's column."""
    field = model._meta.get_field(name)
    column: Any = getattr(field, "base_field", field)
    if column.choices:
        blank = ("",) if column.blank else ()
        return replace(expected, choices=(*(value for value, _ in column.choices), *blank))
    return replace(expected, most=column.max_length)


def _of(model: type[Model], **fields: Expected) -> dict[str, Expected]:
    return {name: _of_column(expected, model, name) for name, expected in fields.items()}


# The most aliases of one actor. An organisation with all its spellings in the archive has some dozens. A judgement:
# each name is looked for in every article.
MOST_ALIASES = 1_000
# The most participants of one event. The largest summits name fewer than two hundred. A judgement: a longer list is
# a mistake of a program.
MOST_PARTICIPANTS = 500
# The most other actors that the report names for one shared name. A judgement: they show what the name is; hundreds
# would hide the rest of the report.
MOST_NAMESAKES = 5
# Before the kind of an entry of the shipped file, whose last state is remembered apart from that of other files.
_SHIPPED = "shipped "
# Tables whose rows are identified by their folded key. Two entries with one key would be one row.
_FOLDED_KEYS = {"source", "actor", "synonyms", "event"}
# The most rows of one SQL statement. A judgement: beyond it the time of a statement is that of its rows, and PostgreSQL
# takes at most 65,535 parameters.
_ROWS_PER_STATEMENT = 500
_ALIAS = {"name": _of_column(_TEXT, Alias, "name"), "kind": _of_column(_TEXT, Alias, "kind"), "found_in_text": _FLAG}
_PART = {"actor": _TEXT, "role": _of_column(_TEXT, Participation, "role")}
_DATE = {
    "date": _DAY, "precision": _of_column(_TEXT, Event, "start_precision"), "basis": _of_column(_TEXT, Event, "start_basis"),
    "earliest": _DAY, "latest": _DAY,
}  # fmt: skip


def load_authority(path: Path, *, shipped: bool = False) -> AuthorityReport:
    """Applies the entries of the file at `path` that are new or have changed since they were last applied.

    The file that comes with the code is loaded at each start, with `shipped`. Its entries are compared with what that
    file said the last time, so that a start does not undo what another file has changed since. All entries are applied,
    or none. Raises AuthorityError for a file that cannot be read, an unknown table or field,
    or a value that is not allowed.
    """
    try:
        return apply_authority(path.name, path.read_bytes(), shipped=shipped)
    except OSError as error:
        raise AuthorityError("{place}: {reason}", place=path, reason=_reason(error)) from error


@transaction.atomic
def apply_authority(name: str, content: bytes, *, most: int | None = None, shipped: bool = False) -> AuthorityReport:
    """Applies the entries in the bytes of a file; `name` is the file's name in messages, `shipped` as of
    `load_authority`.

    `most` is the greatest number of entries, aliases and participants together: it bounds the time that a person waits.
    None means no limit. Raises AuthorityError as `load_authority` does, and for a file of more than `most`.
    """
    tables = _read_tables(name, content)
    if most is not None and (count := _size(tables)) > most:
        raise AuthorityError(
            "{file}: {count} entries and names are more than the {most} taken here; divide the file, or run manage.py load_authority",
            file=name, count=count, most=most,
        )  # fmt: skip
    report = AuthorityReport()
    actors: list[Entry] = []
    for kind, (key_field, fields, apply) in _TABLES.items():
        entries = tables.pop(kind, [])
        if not isinstance(entries, list):
            raise AuthorityError(
                "{file}: {kind}: tables are expected, each as [[{kind}]]; this is {value}",
                file=name, kind=kind, value=_type_name(entries),
            )  # fmt: skip
        entries_by_key: dict[str, tuple[int, Entry]] = {}
        for number, entry in enumerate(entries, 1):
            where = f"{name}: {kind} {number}"
            try:
                _check_types(entry, key_field, fields)
                where += f" ({shorten_value(entry[key_field])})"
                _check_values(entry, fields)
                if kind in _FOLDED_KEYS:
                    _check_once(entry, key_field, entries_by_key, number)
                # A savepoint: an error of the database must not end the outer transaction before the error is reported.
                with transaction.atomic():
                    is_new = _is_changed(kind, entry, key_field, shipped=shipped)
                    if is_new:
                        apply(entry)
                report.applied += is_new
                report.unchanged += not is_new
                if is_new and kind == "actor":
                    actors.append(entry)
            except (
                AuthorityError,
                ValidationError,
                DataError,
                IntegrityError,
                ValueError,
                TypeError,
                AttributeError,
            ) as error:
                raise AuthorityError("{place}: {reason}", place=where, reason=_reason(error)) from error
    if tables:
        raise AuthorityError(
            "{file}: unknown table “{table}”; known are {choices}",
            file=name, table=shorten_value(next(iter(tables))), choices=", ".join(_TABLES),
        )  # fmt: skip
    report.shared = tuple(_shared_names(actors))
    return report


def _check_once(entry: Entry, key_field: str, entries_by_key: dict[str, tuple[int, Entry]], number: int) -> None:
    """Raises AuthorityError for an entry with the key of an earlier, different entry, which it would overwrite."""
    first_number, first_entry = entries_by_key.setdefault(_key(entry, key_field), (number, entry))
    if first_entry != entry:
        raise AuthorityError(
            "its name is that of entry {number}, “{name}”, which it would overwrite; names are compared without marks and hamza: "
            "make one entry of the two, or tell actors apart by “distinction”",
            number=first_number, name=shorten_value(first_entry[key_field]),
        )  # fmt: skip


def _shared_names(entries: Sequence[Entry]) -> Iterator[SharedName]:
    """Yields the names of the entries that other actors have, too, in the order of the entries; at most MOST_NAMESAKES
    per name.
    """
    names = {fold_phrase(name) for entry in entries for name in _names_of(entry)}
    bearers: dict[str, dict[int, Actor]] = {name: {} for name in names}
    folded_names = sorted(names)
    for start in range(0, len(folded_names), _ROWS_PER_STATEMENT):
        chunk = folded_names[start : start + _ROWS_PER_STATEMENT]
        for actor in Actor.objects.standing().filter(folded_name__in=chunk).order_by("id"):
            bearers[actor.folded_name][actor.pk] = actor
        aliases = Alias.objects.filter(folded__in=chunk, actor__in=Actor.objects.standing()).select_related("actor")
        for alias in aliases.order_by("id"):
            bearers[alias.folded][alias.actor_id] = alias.actor
    for entry in entries:
        own_identity = fold_phrase(entry["name"]), entry.get("distinction", "")
        by_folded = {fold_phrase(name): name for name in reversed(_names_of(entry))}
        for folded, name in reversed(by_folded.items()):
            other_bearers = [
                actor for actor in bearers[folded].values() if (actor.folded_name, actor.distinction) != own_identity
            ]
            owner = str(Actor(name=entry["name"], distinction=own_identity[1]))
            yield from (SharedName(name, owner, bearer) for bearer in other_bearers[:MOST_NAMESAKES])


def _names_of(entry: Entry) -> list[str]:
    return [entry["name"], *(alias["name"] for alias in entry.get("aliases", []))]


def _size(tables: dict[str, Any]) -> int:
    """Returns the number of rows that a file may store: its entries, their aliases and their participants."""
    entries = [entry for table in tables.values() if isinstance(table, list) for entry in table]
    lists = [entry.get(name) for entry in entries if isinstance(entry, dict) for name in ("aliases", "participants")]
    return len(entries) + sum(len(rows) for rows in lists if isinstance(rows, list))


def _reason(error: Exception) -> str:
    """Returns why an entry or a file is refused."""
    if isinstance(error, ValidationError):
        return _by_field(error)
    if isinstance(error, DataError | IntegrityError | OSError):
        return reason_of(error)
    return str(error)


def _by_field(error: ValidationError) -> str:
    if not hasattr(error, "error_dict"):
        return "; ".join(error.messages)
    return "; ".join(f"{field}: {' '.join(messages)}" for field, messages in error.message_dict.items())


def _read_tables(name: str, content: bytes) -> dict[str, Any]:
    """Returns the tables of a file.

    Another process parses it within the budget of a document, because one long dotted key takes gigabytes. A byte order
    mark, as Windows editors write it, is removed. Raises AuthorityError for a file that cannot be parse_toml.
    """
    content = content.removeprefix(codecs.BOM_UTF8)
    try:
        with BoundedWorkers(_Parsing(), Budget.of_a_document()) as workers:
            tables: dict[str, Any] | Exceeded = workers.run(content)
    except RecursionError:
        raise AuthorityError(
            "{place}: {reason}", place=name, reason=Message("tables or lists are nested too deep to be read")
        ) from None
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        reason = Message(
            "line {line} is not UTF-8 text (byte 0x{byte}); store the file as UTF-8",
            line=line, byte=f"{content[error.start]:02x}",
        )  # fmt: skip
        raise AuthorityError("{place}: {reason}", place=name, reason=reason) from None
    except ValueError as error:  # A number of thousands of digits, a date that no calendar has.
        raise AuthorityError("{place}: {reason}", place=name, reason=_parse_error_message(error)) from error
    if isinstance(tables, Exceeded):
        raise AuthorityError("{place}: {reason}", place=name, reason=tables.reason)
    return tables


def _parse_error_message(error: ValueError) -> Message:
    """Returns a readable message for a parse error.

    Messages of tomllib name line and column; those of Python do not.
    """
    words = str(error)
    if isinstance(words, Message):
        return words
    if isinstance(error, tomllib.TOMLDecodeError):
        return Message("not TOML: {reason}", reason=words, in_arabic=_place_in(words))
    if "digits" in words:
        return Message("a number has more digits than can be read")
    return Message("a value is not one that TOML knows ({reason})", reason=words)


def _place_in(words: str) -> Message:
    """Returns the place of a TOML syntax error, which tomllib states at the end of its message."""
    place = re.search(r"line (\d+), column (\d+)", words)
    if place:
        return Message("line {line}, column {column}", line=int(place[1]), column=int(place[2]))
    return Message("the end of the file")


def parse_toml(text: str) -> dict[str, Any]:
    """Returns the tables of a TOML text.

    Raises ValueError for a text that is no TOML, MessageError for a key of _MOST_KEY_PARTS parts or more, and
    RecursionError for tables or lists that are nested too deep. tomllib takes quadratic time and memory for a dotted
    key.
    """
    if _LONG_KEY.search(text):
        raise MessageError("a key of {most} parts or more", most=_MOST_KEY_PARTS)
    return tomllib.loads(text)


class _Parsing(Job):
    """The job of a worker: parses the bytes of a file."""

    def __call__(self, content: bytes) -> dict[str, Any]:
        return parse_toml(content.decode())


def _check(entry: Any, key_field: str, fields: Mapping[str, Expected], within: str = "") -> None:
    """Checks an entry of a list. Raises AuthorityError as `_check_types` and `_check_values` do."""
    _check_types(entry, key_field, fields, within)
    _check_values(entry, fields, within)


def _check_types(entry: object, key_field: str, fields: Mapping[str, Expected], within: str = "") -> None:
    """Raises AuthorityError for an entry that is no table, lacks its key, or has an unknown or wrongly typed field.

    `within` is a prefix of field names in messages: the list that holds the entry, and the entry's number in it.
    """
    if not isinstance(entry, dict):
        raise AuthorityError(
            "{expected} is expected, this is {value}", expected=Message("a table"), value=_type_name(entry)
        )
    for field, value in entry.items():
        if field not in fields:
            raise AuthorityError(
                "unknown field “{field}”; known are {choices}",
                field=shorten_value(f"{within}{field}"),
                choices=", ".join(sorted(fields)),
            )
        if any(isinstance(text, str) and "\0" in text for text in (value if isinstance(value, list) else [value])):
            raise AuthorityError("“{field}” holds a NUL character", field=f"{within}{field}")
        if not fields[field].fits(value):
            raise AuthorityError(
                "{field}: {expected} is expected, this is {value}",
                field=f"{within}{field}", expected=fields[field].words, value=_type_name(value),
            )  # fmt: skip
    if not str(entry.get(key_field, "")).strip():
        raise AuthorityError("“{field}” is missing", field=f"{within}{key_field}")


def _check_values(entry: Entry, fields: Mapping[str, Expected], within: str = "") -> None:
    """Raises AuthorityError for a text that is not among a field's choices, or is too long for it."""
    for field, value in entry.items():
        expected = fields[field]
        for text in value if isinstance(value, list) else [value]:
            if not isinstance(text, str):
                continue
            if expected.choices and text not in expected.choices:
                raise AuthorityError(
                    "{field}: “{value}” is not one of {choices}",
                    field=f"{within}{field}", value=shorten_value(text),
                    choices=", ".join(filter(None, expected.choices)),
                )  # fmt: skip
            length = len(clean_line(text).strip())
            if expected.most is not None and length > expected.most:
                raise AuthorityError(
                    "{field}: “{value}” has {length:,} characters; the most is {most:,}",
                    field=f"{within}{field}", value=shorten_value(text), length=length, most=expected.most,
                )  # fmt: skip


def _type_name(value: object) -> Message:
    """Returns the name of a value's TOML type."""
    names = {
        str: Message("text"), bool: Message("true or false"), int: Message("a number"),
        float: Message("a number with a fraction"), dict: Message("a table"),
    }  # fmt: skip
    if not isinstance(value, list):
        return names.get(type(value), Message("a date or time"))
    kinds = sorted({_type_name(item) for item in value if not isinstance(item, list)})
    if not kinds:
        return Message("a list")
    return Message("a list of {kind}", kind=kinds[0] if len(kinds) == 1 else Message("values of several kinds"))


def _is_changed(kind: str, entry: Entry, key_field: str, *, shipped: bool) -> bool:
    """Returns whether an entry is new or has changed since it was last applied, and remembers it as applied.

    An entry of the shipped file is compared with that file's last one; an archive that has not remembered that yet
    compares it with the last one of any file.
    """
    key = _key(entry, key_field)
    digest = hashlib.sha256(json.dumps(entry, ensure_ascii=False, sort_keys=True, default=str).encode()).hexdigest()
    kinds = [f"{_SHIPPED}{kind}", kind] if shipped else [kind]
    applied = dict(AuthorityEntry.objects.filter(kind__in=kinds, key=key).values_list("kind", "digest"))
    last = next((applied[name] for name in kinds if name in applied), None)
    for name in kinds if last != digest else kinds[:1]:
        if applied.get(name) != digest:
            AuthorityEntry.objects.update_or_create(kind=name, key=key, defaults={"digest": digest})
    return last != digest


def _key(entry: Entry, key_field: str) -> str:
    return f"{fold_phrase(str(entry[key_field]))}|{entry.get('distinction', '')}"


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
    """Stores an actor and its aliases, and confirms the actor.

    A stored actor with the same folded name and distinction is updated, unless it is merged into another one. Fields
    that the entry does not name stay as they are.
    """
    distinction = entry.get("distinction", "")
    row = (
        Actor.objects.filter(
            merged_into__isnull=True, folded_name=fold_phrase(entry["name"]), distinction=distinction
        ).first()
        or Actor()
    )
    row.state = ReviewState.CONFIRMED
    _set(row, entry, "name", "distinction", "kind", "country", "description", "withheld")
    _aliases(row, entry.get("aliases", []))


def _aliases(actor: Actor, entries: list[Entry]) -> None:
    """Stores an actor's aliases, in three statements for up to _ROWS_PER_STATEMENT of them."""
    if len(entries) > MOST_ALIASES:
        raise AuthorityError(
            "aliases: an actor has at most {most} names here, this has {count}", most=MOST_ALIASES, count=len(entries)
        )
    stored = {alias.folded: alias for alias in actor.aliases.all()}
    values_before = {folded: _values(alias) for folded, alias in stored.items()}
    for number, entry in enumerate(entries, 1):
        _check(entry, "name", _ALIAS, f"aliases {number}: ")
        folded = fold_phrase(entry["name"])
        alias = stored.setdefault(folded, Alias(actor=actor))
        alias.folded = folded
        for field in _ALIAS.keys() & entry.keys():
            setattr(alias, field, entry[field])
        if not folded:
            raise ValidationError({"name": NO_LETTER})
        # The actor was stored just now, and `stored` has each name once. So neither needs a query.
        alias.clean_fields(exclude={"actor"})
    Alias.objects.bulk_create([alias for alias in stored.values() if alias.pk is None], _ROWS_PER_STATEMENT)
    changed = [stored[folded] for folded, values in values_before.items() if _values(stored[folded]) != values]
    if changed:
        Alias.objects.bulk_update(changed, list(_ALIAS), _ROWS_PER_STATEMENT)


def _values(alias: Alias) -> tuple[object, ...]:
    return tuple(getattr(alias, field) for field in _ALIAS)


def _measure(entry: Entry) -> None:
    """Stores a measure. A stored measure with the same label is updated."""
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
    """Stores an event with its dates and participants, and confirms the event.

    A stored event with the same folded title is updated, unless it is merged into another one. Fields that the entry
    does not name stay as they are. Participants are added, and none is removed. Raises AuthorityError for a series or
    an actor that is not stored, for dates in the wrong order, and for too many participants.
    """
    folded = fold_phrase(entry["title"])
    row = Event.objects.filter(merged_into__isnull=True, folded_title=folded).first() or Event()
    row.state = ReviewState.CONFIRMED
    if "series" in entry:
        row.series = EventSeries.objects.filter(name=entry["series"]).first()
        if row.series is None:
            raise AuthorityError("series: no series is named “{name}”", name=entry["series"])
    for name in ("start", "end"):
        if name in entry:
            setattr(row, name, _date(name, entry[name]))
    if row.start.date and row.end.latest and row.end.latest < row.start.date:
        raise AuthorityError(
            "end: the event ends on {end}, before it begins on {start}", end=str(row.end.latest), start=str(row.start.date)
        )  # fmt: skip
    _set(row, entry, "title", "kind", "place", "country", "session", "description", "withheld")
    participants = entry.get("participants", [])
    if len(participants) > MOST_PARTICIPANTS:
        raise AuthorityError(
            "participants: an event has at most {most} here, this has {count}",
            most=MOST_PARTICIPANTS, count=len(participants),
        )  # fmt: skip
    for number, participant in enumerate(participants, 1):
        _check(participant, "actor", _PART, f"participants {number}: ")
        actor = Actor.objects.named(participant["actor"]).order_by("id").first()
        if actor is None:
            raise AuthorityError("participants: no actor is named “{name}”", name=participant["actor"])
        role = participant.get("role", "participant")
        stored, _ = Participation.objects.get_or_create(event=row, actor=actor, role=role)
        stored.full_clean(validate_unique=False)


def _date(name: str, entry: Entry) -> ArchiveDate:
    """Returns the date that the table `name` ("start" or "end") of an event states.

    Without a precision, a date is known to the day; without a basis, an editor set it. Raises AuthorityError for an
    unknown field, a value of the wrong type, a day outside the permitted days, and bounds in the wrong order.
    """
    for field, value in entry.items():
        if field not in _DATE or not _DATE[field].fits(value):
            raise AuthorityError("{field}: not a date field, or not of its type", field=f"{name}.{field}")
        if _DATE[field] is _DAY and not (days := planned_days()).holds(value):
            raise AuthorityError(
                "{field}: {value} is not within {days}", field=f"{name}.{field}", value=str(value), days=str(days)
            )
    _check_values(entry, _DATE, f"{name}.")
    if "earliest" in entry and "latest" in entry and entry["latest"] < entry["earliest"]:
        raise AuthorityError(
            "{field}: {value} is before {earliest}",
            field=f"{name}.latest", value=str(entry["latest"]), earliest=f"{name}.earliest, {entry['earliest']}",
        )  # fmt: skip
    day = entry.get("date")
    precision = entry.get("precision", "day" if day else "unknown")
    return complete(day, precision, entry.get("basis", "editor"), entry.get("earliest"), entry.get("latest"))


# Table → (its key field, its fields, the function that applies an entry). A table follows the tables that it refers to.
_TABLES: dict[str, tuple[str, dict[str, Expected], Callable[[Entry], None]]] = {
    "source": ("name", _of(Source, name=_TEXT, kind=_TEXT, country=_TEXT, domains=_TEXTS, marks=_TEXTS), _source),
    "actor": (
        "name",
        _of(Actor, name=_TEXT, distinction=_TEXT, kind=_TEXT, country=_TEXT, description=_TEXT)
        | {"withheld": _FLAG, "aliases": _TABLE_LIST},
        _actor,
    ),
    "measure": ("label", _of(Measure, label=_TEXT, units=_TEXTS, broad_units=_TEXTS, cues=_TEXTS), _measure),
    "synonyms": (
        "word",
        _of(SynonymSet, kind=_TEXT)
        | {"word": _of_column(_TEXT, SynonymSet, "words"), "others": _of_column(_TEXTS, SynonymSet, "words")},
        _synonyms,
    ),
    "series": ("name", _of(EventSeries, name=_TEXT, description=_TEXT), _series),
    "event": (
        "title",
        _of(Event, title=_TEXT, kind=_TEXT, place=_TEXT, country=_TEXT, description=_TEXT)
        | {
            "start": _TABLE, "end": _TABLE, "series": _TEXT, "session": _NUMBER, "withheld": _FLAG, "participants": _TABLE_LIST,
        },
        _event,
    ),
}  # fmt: skip
