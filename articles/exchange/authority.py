"""Writes the archive's authority file, in the form that docs/authority.md describes and `load_authority` reads."""

from collections import defaultdict
from collections.abc import Iterator

import tomli_w
from django.db.models import Model

from articles.models import (
    Actor,
    ArchiveDate,
    Event,
    EventSeries,
    Measure,
    Participation,
    ReviewState,
    Source,
    SynonymSet,
)


def authority_file() -> Iterator[str]:
    """Yields the file in parts, one entry each. An entry comes after those that it refers to.

    The entries are standing rows, of actors and events the confirmed ones. Withheld rows are included, because the file
    is for editors.
    """
    yield "# The archive's authority file: sources, actors, measures, words, series, events.\n\n"
    for kind, entries in (
        ("source", _sources()), ("actor", _actors()), ("measure", _measures()), ("synonyms", _synonyms()), ("series", _series()),
        ("event", _events()),
    ):  # fmt: skip
        for entry in entries:
            yield f"[[{kind}]]\n{''.join(map(_line, entry.items()))}\n"


def _line(pair: tuple[str, object]) -> str:
    """Writes a key and its value. Tables inside an entry take one line each, as people write them."""
    key, value = pair
    if isinstance(value, dict):
        return f"{key} = {_inline(value)}\n"
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return f"{key} = [\n{''.join(f'    {_inline(table)},{chr(10)}' for table in value)}]\n"
    return tomli_w.dumps({key: value})


def _inline(table: dict[str, object]) -> str:
    return "{ " + ", ".join(tomli_w.dumps({key: value}).strip() for key, value in table.items()) + " }"


def _filled(row: Model, *fields: str) -> dict[str, object]:
    """Returns those of the row's `fields` that are not empty."""
    return {field: value for field in fields if (value := getattr(row, field)) not in ("", None, [])}


def _withheld(row: Actor | Event) -> dict[str, bool]:
    """Returns the field of a withheld row: the archive that loads the file must withhold it too."""
    return {"withheld": True} if row.withheld else {}


def _sources() -> Iterator[dict]:
    for row in Source.objects.standing().order_by("id"):
        yield _filled(row, "name", "kind", "country", "domains", "marks")


def _actors() -> Iterator[dict]:
    rows = Actor.objects.standing().filter(state=ReviewState.CONFIRMED).prefetch_related("aliases").order_by("id")
    for row in rows.iterator(chunk_size=500):
        aliases = [{"name": a.name, "kind": a.kind, "found_in_text": a.found_in_text} for a in row.aliases.all()]
        entry = _filled(row, "name", "distinction", "kind", "country", "description") | _withheld(row)
        yield {**entry, **({"aliases": aliases} if aliases else {})}


def _measures() -> Iterator[dict]:
    for row in Measure.objects.order_by("id"):
        yield _filled(row, "label", "units", "broad_units", "cues")


def _synonyms() -> Iterator[dict]:
    for row in SynonymSet.objects.filter(in_use=True).order_by("id"):
        # Of an array of another shape nothing may be left (ItemsField).
        if row.words:
            yield {"word": row.words[0], "others": row.words[1:], "kind": row.kind}


def _series() -> Iterator[dict]:
    for row in EventSeries.objects.order_by("id"):
        yield _filled(row, "name", "description")


def _events() -> Iterator[dict]:
    """Yields the confirmed events with their dates, the names of their series and their confirmed participants."""
    parts: dict[int, list[dict]] = defaultdict(list)
    confirmed = Participation.objects.filter(state=ReviewState.CONFIRMED, actor__in=Actor.objects.standing())
    for part in confirmed.select_related("actor").order_by("id"):
        parts[part.event_id].append({"actor": part.actor.name, "role": part.role})
    rows = Event.objects.standing().filter(state=ReviewState.CONFIRMED).select_related("series").order_by("id")
    for row in rows.iterator(chunk_size=500):
        entry = _filled(row, "title", "kind", "place", "country", "session", "description") | _withheld(row)
        for name in ("start", "end"):
            if date_table := _date(getattr(row, name)):
                entry[name] = date_table
        if row.series:
            entry["series"] = row.series.name
        yield {**entry, **({"participants": parts[row.pk]} if parts[row.pk] else {})}


def _date(value: ArchiveDate) -> dict[str, object]:
    """Returns the table of a date: the date or its bounds; empty if nothing is known."""
    if value.date:
        return {"date": value.date, "precision": value.precision, "basis": value.basis}
    bounds = {"earliest": value.earliest, "latest": value.latest}
    known_bounds = {name: day for name, day in bounds.items() if day}
    return {**known_bounds, "basis": value.basis} if known_bounds else {}
