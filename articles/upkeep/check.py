"""Checks that everything is stored as it should be. Called by `manage.py check_archive`, nightly and after every fault.

Captures match their digests, texts have passed the gate, spans match their quotes, no row or file is without its owner,
and statistics equal a fresh count.
"""

import logging
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from functools import reduce
from operator import or_
from pathlib import Path
from time import time as seconds_now
from typing import Any

from django.apps import apps
from django.core.files.storage import FileSystemStorage, Storage
from django.db import DatabaseError, connection, models, transaction
from django.db.models import F, Q
from django.db.models.functions import Cast
from pghistory.models import Context

from articles.curation.edited import RETURNED_CAPTURE
from articles.models import Article, Capture, Delivery, DeliveryState, Event
from articles.models.article import LANGUAGE, ArticleStatus, TitleOrigin
from articles.models.capture import DamagedCaptureError, capture_storage, stored_name
from articles.models.delivery import delivery_storage
from articles.models.history import event_model_of, event_models, operation
from articles.models.item_fields import ItemsField, is_astray
from articles.models.limits import FIRST_CAPTURE, capture_days, planned_days, publication_days
from articles.models.merged import Mergeable
from articles.models.review import ScoreField
from articles.models.text_fields import RowsField, cleaned_by, gated_fields
from articles.platform import private_files
from articles.platform.addresses import AddressError, canonical_address, canonical_or_empty
from articles.platform.calendar_bounds import FIRST_DAY, FIRST_MOMENT, LAST_DAY, LAST_MOMENT, is_unheld
from articles.platform.outage import is_outage, lacks_tables
from articles.search import statistics

log = logging.getLogger(__name__)
# Rows read from the database at once. A judgement: texts of 6 KB are some 12 MB; fewer rows make more statements.
ROWS_AT_ONCE = 2_000
# A file younger than this many seconds may belong to an article that is being stored now: files are written before
# their rows. A judgement: a batch of a hundred articles is stored in seconds, an hour covers a machine that was
# suspended.
SETTLED = 3600
# The folder of a store for originals that no row names any more.
SET_ASIDE = "set-aside"
_CAPTURE_FILE = re.compile(r"[0-9a-f]{2}/[0-9a-f]{2}/([0-9a-f]{64})\.gz")


@dataclass(frozen=True)
class Problem:
    """One thing that is not as it should be.

    kind: the kind of problem, such as `capture` or `span`.
    message: where the problem is and what is wrong.
    is_repaired: whether `repair` mended it.
    is_usual: whether it raises no alarm, such as counts that editors' changes have left behind between two nights, or
        addresses as an older version stored them.
    """

    kind: str
    message: str
    is_repaired: bool = False
    is_usual: bool = False


@dataclass
class Checked:
    """The result of a check.

    counts: how many items each check examined, by the check's name.
    problems: the problems of all checks, in the order in which they were reported.
    """

    counts: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def open(self) -> list[Problem]:
        """Returns the problems that still need attention: neither repaired nor usual."""
        return [problem for problem in self.problems if not (problem.is_repaired or problem.is_usual)]

    def as_dict(self) -> dict[str, object]:
        """Returns the counts, the number of open problems by kind, and the number of repaired ones."""
        kinds = {problem.kind for problem in self.problems}
        return {
            **self.counts,
            "problems": {kind: sum(unsolved.kind == kind for unsolved in self.open) for kind in sorted(kinds)},
            "repaired": sum(problem.is_repaired for problem in self.problems),
        }


def check(
    *,
    repair: bool = False,
    settled: float = SETTLED,
    on_problem: Callable[[Problem], None] = lambda problem: None,
    without_digests: bool = False,
) -> Checked:
    """Runs every check and returns the problems and the counts. Calls `on_problem` with each problem as it is detected.

    With `repair`, derived values are computed again, texts lose what a stored text may not hold (arabic/text_gate.py),
    addresses are made canonical, and files that other accounts can read are closed to them. Files that belong to nothing
    and are older than `settled` seconds are removed, originals among them into SET_ASIDE. A file that may be the lost
    original of a row stays. Captures are read whole and digested; with `without_digests`, the check only verifies that
    their files exist.
    """
    checked = Checked()
    lost = LostOriginals()
    for name, start in {
        "captures": lambda: _captures(without_digests, lost),
        "originals": lambda: _missing_captures(lost),
        "files": lambda: _leftovers(repair, settled, lost),
        "addresses": lambda: _addresses(repair),
        "deliveries": _deliveries,
        "modes": lambda: _modes(repair),
        "texts": lambda: _texts(repair),
        "dates": _dates,
        "values": _values,
        "languages": _languages,
        "periods": lambda: _periods(repair),
        "figures": lambda: _rows(_FIGURES_ASTRAY, "figure", "span"),
        "mentions": lambda: _rows(_MENTIONS_ASTRAY, "mention", "span"),
        "references": _references,
        "merged": _merged,
        "statistics": lambda: _statistics(repair),
    }.items():
        count = 0
        for result in _shielded(name, start):
            if isinstance(result, Problem):
                checked.problems.append(result)
                on_problem(result)
            else:
                count += result
        checked.counts[name] = count
    return checked


def _shielded(name: str, start: Callable[[], "Look"]) -> "Look":
    """Yields the results of one check.

    A failure of the check is yielded as a problem, so that later checks still run.
    """
    results = start()
    while True:
        try:
            result = next(results)
        except StopIteration:
            return
        except Exception as error:
            # Without a database or its tables every later check would fail as well.
            if is_outage(error) or lacks_tables(error):
                raise
            log.exception("the check of %s failed", name)
            yield Problem("check", f"the check of {name} failed: {type(error).__name__}: {error}")
            return
        yield result


# A running check. It yields problems and, between them, the number of items that it has examined since the last number.
Look = Iterator[Problem | int]


@dataclass
class LostOriginals:
    """Rows whose original is missing: captures without their bytes, articles without their captures.

    A file that no row names may be the original of such a row.

    rows: how many such rows there are.
    looked: names of the checks for such rows that ran to their end. A check that failed may have missed some.
    """

    rows: int = 0
    looked: set[str] = field(default_factory=set)

    @property
    def may_be_somewhere(self) -> bool:
        """Returns whether a file that no row names may be a lost original."""
        return self.rows > 0 or self.looked != {"captures", "articles"}


def _captures(without_digests: bool, lost: LostOriginals) -> Look:
    """Captures whose file is missing, damaged or of another size than recorded."""
    storage = capture_storage()
    for capture in Capture.objects.order_by("pk").iterator(ROWS_AT_ONCE):
        yield 1
        try:
            if without_digests:
                if not storage.exists(stored_name(capture.sha256)):
                    raise DamagedCaptureError("capture {digest} is gone", digest=capture.sha256)
            elif len(capture.read()) != capture.size:
                raise DamagedCaptureError(
                    "capture {digest} is not {size} bytes long", digest=capture.sha256, size=capture.size
                )
        except DamagedCaptureError as error:
            lost.rows += 1
            yield Problem("capture", f"{error} (article {capture.article_id})")
    lost.looked.add("captures")


def _missing_captures(lost: LostOriginals) -> Look:
    """Finds articles that came from an original and have no capture any more.

    An article that an editor typed never had one. It can be recognised: its title was an editor's from the first, and
    it has nothing but its text that would come from an original (TitleOrigin; ingest stores an article and its capture
    in one transaction). An article whose making of a waiting capture was undone has none either: the capture went back.
    """
    was_read = ~Q(title_origin=TitleOrigin.EDITOR) | ~Q(set_aside=[]) | ~Q(date_statements=[])
    earlier = event_model_of(Article).objects.filter(was_read, pgh_obj=models.OuterRef("pk"))
    bare = Article.objects.filter(merged_into=None).exclude(
        models.Exists(Capture.objects.filter(article=models.OuterRef("pk")))
    )
    yield Article.objects.count()
    went_back: set[int] | None = None
    for pk in (
        bare.filter(was_read | models.Exists(earlier))
        .order_by("pk")
        .values_list("pk", flat=True)
        .iterator(ROWS_AT_ONCE)
    ):
        went_back = _without_their_captures() if went_back is None else went_back
        if pk in went_back:
            continue
        lost.rows += 1
        yield Problem("capture", f"article {pk} was read from an original but has no capture")
    lost.looked.add("articles")


def _without_their_captures() -> set[int]:
    """Returns the keys of deleted articles whose captures went back to where they had waited, and are there."""
    undone = Context.objects.filter(metadata__has_key=RETURNED_CAPTURE).values_list("metadata", flat=True)
    captures = {metadata[RETURNED_CAPTURE]["article"]: metadata[RETURNED_CAPTURE]["pk"] for metadata in undone}
    standing = set(Capture.objects.filter(pk__in=captures.values()).values_list("pk", flat=True))
    deleted = Article.objects.filter(pk__in=captures, status=ArticleStatus.DELETED).values_list("pk", flat=True)
    return {pk for pk in deleted if captures[pk] in standing}


def _leftovers(repair: bool, settled: float, lost: LostOriginals) -> Look:
    """Finds files of the captures' store that no row names: an ingest was killed before its article was committed.

    Where originals are lost, a file named like a capture may be one of them, and stays. A repair never deletes such a
    file: nothing may be known of its loss. It is set aside, in a folder of the same store that is not looked at.
    """
    storage = capture_storage()
    for chunk in _chunks(_files(storage, ""), ROWS_AT_ONCE):
        yield from (problem for problem in chunk if isinstance(problem, Problem))
        names = [name for name in chunk if isinstance(name, str) and not name.startswith(f"{SET_ASIDE}/")]
        digests = [match[1] if (match := _CAPTURE_FILE.fullmatch(name)) else "" for name in names]
        recorded = set(Capture.objects.filter(sha256__in=digests).values_list("sha256", flat=True))
        yield len(names)
        for name, digest in zip(names, digests, strict=True):
            is_original = bool(digest) and lost.may_be_somewhere
            if digest not in recorded and (
                problem := _leftover(storage, name, repair and not is_original, settled, is_original)
            ):
                yield problem


def _leftover(storage: Storage, name: str, remove: bool, settled: float, may_be_original: bool) -> Problem | None:
    """Returns the problem of a file that no row names; None for a file that is new or was removed meanwhile."""
    try:
        if seconds_now() - storage.get_modified_time(name).timestamp() < settled:
            return None
        if remove:
            if _CAPTURE_FILE.fullmatch(name):
                _set_aside(storage, name)
            storage.delete(name)
    except FileNotFoundError:
        return None
    except OSError as error:
        return Problem("leftover file", f"{name} belongs to no article and {_cannot_be(error)}")
    if may_be_original:
        words = f"no capture names {name}; it may be an original that is reported as lost above, and is kept"
        return Problem("leftover file", words)
    return Problem("leftover file", f"{name} belongs to no article", is_repaired=remove)


def _set_aside(storage: Storage, name: str) -> None:
    """Copies a file of a store into its folder SET_ASIDE, under the same name."""
    with storage.open(name) as file:
        storage.save(f"{SET_ASIDE}/{name}", file)


def _cannot_be(error: OSError) -> str:
    return f"cannot be read or removed: {error.strerror or error}"


def _files(storage: Storage, folder: str) -> Iterator[str | Problem]:
    """Yields the name of every file below a folder of a store, in order, and a problem for a folder that cannot be
    listed.
    """
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:  # nothing was ever stored
        return
    except OSError as error:
        yield Problem("leftover file", f"{folder or 'the captures'} {_cannot_be(error)}")
        return
    for name in sorted(files):
        yield f"{folder}/{name}".lstrip("/")
    for name in sorted(folders):
        yield from _files(storage, f"{folder}/{name}".lstrip("/"))


def _chunks(items: Iterable[str | Problem], size: int) -> Iterator[list[str | Problem]]:
    """Yields the items in lists of `size`, the last of which may be shorter."""
    chunk: list[str | Problem] = []
    for item in items:
        chunk.append(item)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _addresses(repair: bool) -> Look:
    """Finds articles whose address is malformed, is not canonical, or is the address of another article in another
    spelling.

    With `repair`, an address is made canonical where no other article has it. Editors decide which of two articles
    keeps an address.
    """
    unusual: dict[str, list[tuple[int, str]]] = {}
    for pk, url in Article.objects.exclude(url="").order_by("pk").values_list("pk", "url").iterator(ROWS_AT_ONCE):
        yield 1
        try:
            canonical = canonical_address(url)
        except AddressError as error:
            yield Problem("address", f"article {pk}: {error}")
            continue
        if canonical != url:
            unusual.setdefault(canonical, []).append((pk, url))
    for canonical, spelled in unusual.items():
        owner = Article.objects.filter(url=canonical).values_list("pk", flat=True).first()
        owners = [*([owner] if owner else []), *(pk for pk, _ in spelled)]
        if len(owners) > 1:
            names = ", ".join(map(str, sorted(owners)))
            yield Problem("address", f"articles {names} have one address in different spellings: {canonical}")
            continue
        ((pk, url),) = spelled
        if repair:
            Article.objects.filter(pk=pk).update(url=canonical)
        yield _misspelled(f"article {pk}", url, canonical, repair)
    yield from _capture_addresses(repair)


def _capture_addresses(repair: bool) -> Look:
    """Captures of older versions whose address is not canonical. Captures are looked up by the canonical address."""
    web = Capture.objects.filter(address__startswith="http").order_by("pk").values_list("pk", "address")
    for pk, address in web.iterator(ROWS_AT_ONCE):
        # A malformed address stays as it was recorded: no lookup uses it, and exports name such a capture by its
        # digest.
        canonical = canonical_or_empty(address) or address
        if canonical != address:
            if repair:
                Capture.objects.filter(pk=pk).update(address=canonical)
            yield _misspelled(f"capture {pk}", address, canonical, repair)


def _misspelled(owner: str, address: str, canonical: str, repair: bool) -> Problem:
    """Returns the problem of an address that is not canonical.

    Such addresses are usual in archives that older code filled. If they raised an alarm, each nightly run there would
    count as failed.
    """
    return Problem(
        "address",
        f"{owner}: {address} should be spelled {canonical}; --repair changes it",
        is_repaired=repair,
        is_usual=True,
    )


def _deliveries() -> Look:
    """Finds deliveries that wait or run and whose file is missing."""
    waiting = Delivery.objects.filter(state__in=[DeliveryState.WAITING, DeliveryState.RUNNING]).exclude(stored_as="")
    for delivery in waiting:
        yield 1
        if not delivery_storage().exists(delivery.stored_as):
            yield Problem("delivery", f"delivery {delivery.pk}: its file {delivery.stored_as} is gone")


def _texts(repair: bool) -> Look:
    """Finds texts that hold characters which the gate removes: they are older than the gate, or were written around it.

    Repairing a body moves its spans, so texts are checked before spans.
    """
    tracking = set(event_models())
    nouns = [model for model in apps.get_app_config("articles").get_models() if model not in tracking]
    for model in sorted(nouns, key=lambda model: model is not Article):
        for pk, names in _ungated_texts(model):
            yield 1
            refusal = _repair_texts(model, pk) if names and repair else ""
            for name in names:
                words = (
                    f"{model._meta.model_name} {pk}: its {name} has characters or line ends that a text may not have"
                )
                if refusal:
                    words += f"; it cannot be repaired, because the database refuses the row: {refusal}"
                yield Problem("text", words, is_repaired=repair and not refusal)


def _ungated_texts(model: type[models.Model]) -> Iterator[tuple[int, list[str]]]:
    """Yields (primary key, names of the fields whose text the gate would change) for every row.

    Rows are read in chunks by their keys.
    """
    fields = gated_fields(model)
    if not fields:
        return
    rows = _as_stored(model, fields).order_by("pk")
    part = list(rows[:ROWS_AT_ONCE])
    while part:
        for pk, *texts in part:
            yield pk, [field.name for field in _cleaned(fields, texts)]
        part = list(rows.filter(pk__gt=part[-1][0])[:ROWS_AT_ONCE])


def _as_stored(model: type[models.Model], fields: Sequence[models.Field]) -> models.QuerySet:
    """Returns a queryset of (primary key, *values of `fields`).

    A RowsField has its whole stored value, not only the rows of its shape.
    """
    values = [
        Cast(field.attname, models.JSONField()) if isinstance(field, RowsField) else F(field.attname)
        for field in fields
    ]
    return model._base_manager.values_list("pk", *values)


def _cleaned(fields: Sequence[models.Field], texts: Iterable[object]) -> dict[models.Field, object]:
    """Maps each field whose text the gate would change to the text as the gate would have it."""
    pairs = [(field, text, cleaned_by(field, text)) for field, text in zip(fields, texts, strict=True)]
    return {field: cleaned for field, text, cleaned in pairs if cleaned != text}


def _repair_texts(model: type[models.Model], pk: object) -> str:
    """Sends the texts of a row through the gate and stores it. Returns the database's reason where it refuses, else "".

    Only the columns that change are written: Python may be unable to hold the stored values of the others, and has read
    substitutes for them.
    """
    fields = gated_fields(model)
    try:
        with transaction.atomic(), operation(command="check_archive"):
            row = model._base_manager.select_for_update(of=("self",)).get(pk=pk)
            _, *texts = _as_stored(model, fields).get(pk=pk)
            columns = [field for field in model._meta.concrete_fields if not (field.generated or field.primary_key)]
            before = [getattr(row, field.attname) for field in columns]
            for field, cleaned in _cleaned(fields, texts).items():
                setattr(row, field.attname, cleaned)
            # This writes nothing: it lets the model derive its other values from its texts, such as a folded name.
            row.save(update_fields=[])
            pairs = zip(columns, before, strict=True)
            changed = [field.name for field, value in pairs if getattr(row, field.attname) != value]
            row.save(update_fields=[*changed, *(field.name for field in columns if getattr(field, "auto_now", False))])
    except DatabaseError as error:
        return next(iter(str(error).splitlines()), type(error).__name__)
    return ""


def _dates() -> Look:
    """Finds days and times outside the range that ingest and forms accept. Such rows are older than that rule."""
    for model in apps.get_app_config("articles").get_models():
        yield from _beyond_calendar(model)
    for model, name, days in (
        (Article, "published", publication_days()),
        (Event, "start", planned_days()),
        (Event, "end", planned_days()),
    ):
        yield 1
        fields = [f"{name}_{part}" for part in ("date", "earliest", "latest")]
        outside = _any_of(
            Q(**{f"{part}__range": (FIRST_DAY, days.first - timedelta(days=1))})
            | Q(**{f"{part}__range": (days.last + timedelta(days=1), LAST_DAY)})
            for part in fields
        )
        for pk in model.objects.filter(outside).order_by("pk").values_list("pk", flat=True).iterator(ROWS_AT_ONCE):
            yield Problem("date", f"{model._meta.model_name} {pk}: its {name} is not within {days}")
    yield 1
    last = datetime.combine(capture_days().last, time.max, UTC)
    outside = Q(captured_at__gte=FIRST_MOMENT, captured_at__lt=FIRST_CAPTURE) | Q(
        captured_at__gt=last, captured_at__lte=LAST_MOMENT
    )
    captures = Capture.objects.filter(outside).order_by("pk").values_list("sha256", "article", "captured_at")
    for digest, article, moment in captures.iterator(ROWS_AT_ONCE):
        message = f"capture {digest}: its time is not within {capture_days()} (article {article})"
        # A time in the future means that a clock was ahead. Nobody can mend that, so it raises no alarm each night.
        yield Problem("date", message, is_usual=moment is not None and moment > last)


def _beyond_calendar(model: type[models.Model]) -> Look:
    """Finds rows with a day or a time that the database's rules no longer accept
    (articles/platform/calendar_bounds.py).

    In the history of rows such a value is reported and raises no alarm: history is never mended.
    """
    fields = [
        field for field in model._meta.concrete_fields if isinstance(field, models.DateField) and not field.generated
    ]
    if not fields:
        return
    yield 1
    is_history = model in event_models()
    outside = {field: _outside(field) for field in fields}
    # A message names the row's article. For a row of Article, its key does; `merged_into` would name another article.
    articles = [
        field.attname
        for field in model._meta.concrete_fields
        if field.related_model is Article and model is not Article
    ][:1]
    names = [*articles, *(field.attname for field in fields)]
    as_written = [Cast(name, models.TextField()) for name in names]
    rows = model._base_manager.filter(_any_of(outside.values())).annotate(
        **{
            f"outside_{field.attname}": models.ExpressionWrapper(condition, models.BooleanField())
            for field, condition in outside.items()
        }
    )
    flags = [f"outside_{field.attname}" for field in fields]
    for pk, *values in rows.order_by("pk").values_list("pk", *flags, *as_written).iterator(ROWS_AT_ONCE):
        flagged, written = values[: len(flags)], values[len(flags) :]
        owner = written.pop(0) if articles else None
        article = f" (article {owner})" if owner else ""
        values_beyond = ", ".join(
            f"{field.column} {value}"
            for field, is_outside, value in zip(fields, flagged, written, strict=True)
            if is_outside
        )
        place = f"{model._meta.db_table} {pk}, {model._meta.model_name} {pk}{article}"
        yield Problem("date", f"{place}: outside the calendar: {values_beyond}", is_usual=is_history)


def _values() -> Look:
    """Finds values that no form and no reader of documents stores, and that pages leave out.

    These are: a value that is no list and rows without their keys (RowsField), arrays with NULL items or of other
    dimensions (ItemsField), scores beyond their range, and NaN (articles/platform/number_bounds.py).
    """
    tracking = set(event_models())
    for model in apps.get_app_config("articles").get_models():
        if model in tracking:
            continue
        for column in model._meta.local_concrete_fields:
            look = next((look for kind, look in _VALUE_CHECKS.items() if isinstance(column, kind)), None)
            if look is None:
                continue
            yield 1
            for pk, words in look(model, column):
                yield Problem("value", f"{model._meta.model_name} {pk}: its {column.name} {words}")


def _rows_astray(model: type[models.Model], column: RowsField) -> Iterator[tuple[int, str]]:
    stored_rows = model._base_manager.order_by("pk").values_list("pk", Cast(column.attname, models.JSONField()))
    for pk, stored in stored_rows.iterator(ROWS_AT_ONCE):
        if column.rows_of(stored) != stored:
            yield pk, f"has an item that is no row of {', '.join(column.shape)}; pages show the rest"


def _scores_astray(model: type[models.Model], column: ScoreField) -> Iterator[tuple[int, str]]:
    astray = _as_written(model, column).exclude(**{f"{column.attname}__range": (0, 1)}).exclude(written=None)
    for pk, value in astray.values_list("pk", "written").iterator(ROWS_AT_ONCE):
        yield pk, f"is {value}, which is not between 0 and 1; pages show no score"


def _decimals_astray(model: type[models.Model], column: models.DecimalField) -> Iterator[tuple[int, str]]:
    for pk in _as_written(model, column).filter(written="NaN").values_list("pk", flat=True).iterator(ROWS_AT_ONCE):
        yield pk, "is NaN, not a number"


def _as_written(model: type[models.Model], column: models.Field) -> models.QuerySet:
    """Returns the rows of a model with `written`: the value of a column as the database writes it, whatever Django
    reads of it.
    """
    return model._base_manager.order_by("pk").annotate(written=Cast(column.attname, models.TextField()))


def _items_astray(model: type[models.Model], column: ItemsField) -> Iterator[tuple[int, str]]:
    key, table = model._meta.pk.column, model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {key} FROM {table} WHERE {is_astray(column)} ORDER BY {key}")
        astray = cursor.fetchall()
    for (pk,) in astray:
        yield pk, "is not a list of its items only; pages show the rest"


# Maps a class of field to the check of its values, which yields (primary key, description of the fault).
_VALUE_CHECKS: dict[type, Callable[[type[models.Model], Any], Iterator[tuple[int, str]]]] = {
    RowsField: _rows_astray,
    ScoreField: _scores_astray,
    models.DecimalField: _decimals_astray,
    ItemsField: _items_astray,
}


def _languages() -> Look:
    """Finds articles whose language is no language code."""
    yield 1
    codes = Article.objects.exclude(language__iregex=f"^{LANGUAGE}$").order_by("pk").values_list("pk", "language")
    for pk, code in codes.iterator(ROWS_AT_ONCE):
        yield Problem("value", f"article {pk}: its language “{code}” is not a code such as ar or ar-MA")


def _periods(repair: bool) -> Look:
    """Finds events whose `periods` do not follow from their start. Articles are matched with events by `periods`."""
    rows = Event.objects.only("periods", "start_earliest", "start_latest").order_by("pk")
    for event in rows.iterator(ROWS_AT_ONCE):
        yield 1
        # `_dates` reports a day that no calendar has.
        if is_unheld(event.start_earliest) or is_unheld(event.start_latest):
            continue
        if (periods := event.periods_of_start()) != event.periods:
            if repair:
                Event.objects.filter(pk=event.pk).update(periods=periods)
            words = f"event {event.pk}: its periods, which match articles with it, do not fit its start"
            yield Problem("derived", words, is_repaired=repair)


def _outside(field: models.DateField) -> Q:
    """Returns the condition that a field holds a day or moment outside the calendar's bounds."""
    is_moment = isinstance(field, models.DateTimeField)
    first, last = (FIRST_MOMENT, LAST_MOMENT) if is_moment else (FIRST_DAY, LAST_DAY)
    return Q(**{f"{field.attname}__isnull": False}) & (
        Q(**{f"{field.attname}__lt": first}) | Q(**{f"{field.attname}__gt": last})
    )


def _any_of(conditions: Iterable[Q]) -> Q:
    return reduce(or_, conditions)


def _merged() -> Look:
    """Finds rows that were merged in a circle, so that none of them is the row that stays."""
    for model in apps.get_app_config("articles").get_models():
        if not issubclass(model, Mergeable):
            continue
        yield 1
        with connection.cursor() as cursor:
            cursor.execute(_MERGED_IN_A_CIRCLE.format(table=model._meta.db_table))
            circles = cursor.fetchall()
        for pk, into in circles:
            yield Problem("merged", f"{model._meta.model_name} {pk}: it is merged into {into}, which leads back to it")


# Follows `merged_into` from each merged row, step by step. UNION drops a step that is there already, so the recursion
# ends in a circle, too.
_MERGED_IN_A_CIRCLE = """
    WITH RECURSIVE chain (origin, reached) AS (
        SELECT id, merged_into_id FROM {table} WHERE merged_into_id IS NOT NULL
        UNION
        SELECT chain.origin, step.merged_into_id FROM chain JOIN {table} AS step ON step.id = chain.reached
        WHERE step.merged_into_id IS NOT NULL
    )
    SELECT row.id, row.merged_into_id FROM chain JOIN {table} AS row ON row.id = chain.origin
    WHERE chain.origin = chain.reached ORDER BY row.id
"""


def _modes(repair: bool) -> Look:
    """Finds files and folders of captures and uploads that other accounts of the machine can read.

    Each start closes the outer folders, which keeps other accounts from everything inside. With `repair`, files and
    folders inside that an earlier version left open are closed as well.
    """
    for name, storage in (("captures", capture_storage()), ("deliveries", delivery_storage())):
        if not isinstance(storage, FileSystemStorage):
            continue
        folder = Path(storage.location)
        looked = left_open = mended = 0
        for path in private_files.walk(folder):
            looked += 1
            if not private_files.open_to_others(path):
                continue
            if repair and private_files.tighten(path):
                mended += 1
            else:
                left_open += 1
        yield looked
        if mended:
            yield Problem("mode", f"{name}: {mended:,} files and folders were open to other accounts", is_repaired=True)
        if left_open:
            is_closed = not private_files.open_to_others(folder)
            where = "inside a folder that is closed to them" if is_closed else f"in the store of {name}"
            yield Problem(
                "mode", f"{left_open:,} files and folders are open to other accounts, {where}", is_usual=is_closed
            )


# Rows in a range of keys whose spans do not match their quotes. The database refuses such rows, but it does not notice
# damage by a disk, or by somebody who has switched triggers off.
_FIGURES_ASTRAY = """
    SELECT figure.id, figure.article_id
    FROM articles_figure AS figure JOIN articles_article AS article ON article.id = figure.article_id
    WHERE figure.id > %s AND figure.id <= %s AND figure.start IS NOT NULL
        AND substr(article.body, figure.start + 1, figure."end" - figure.start) <> figure.quote
"""
_MENTIONS_ASTRAY = """
    SELECT mention.id, mention.article_id
    FROM articles_mention AS mention JOIN articles_article AS article ON article.id = mention.article_id
    WHERE mention.id > %s AND mention.id <= %s AND (
        cardinality(mention.quotes) <> coalesce(array_length(mention.spans, 1), 0)
        OR EXISTS (
            SELECT FROM generate_subscripts(mention.quotes, 1) AS n
            WHERE substr(article.body, mention.spans[n][1] + 1, mention.spans[n][2] - mention.spans[n][1])
                IS DISTINCT FROM mention.quotes[n]
        )
    )
"""


def _rows(statement: str, noun: str, kind: str) -> Look:
    """Runs a statement that selects faulty rows of a noun, one range of keys after the other."""
    model = apps.get_model("articles", noun)
    last = model.objects.aggregate(last=models.Max("pk"))["last"] or 0
    for start in range(0, last, ROWS_AT_ONCE):
        with connection.cursor() as cursor:
            cursor.execute(statement, [start, start + ROWS_AT_ONCE])
            faulty = cursor.fetchall()
        yield model.objects.filter(pk__gt=start, pk__lte=start + ROWS_AT_ONCE).count()
        yield from (
            Problem(kind, f"{noun} {pk} of article {article}: the words at its span are not its quote")
            for pk, article in faulty
        )


def _references() -> Look:
    """Finds references from one noun to another whose row does not exist."""
    for model in apps.get_app_config("articles").get_models():
        for reference in model._meta.concrete_fields:
            if not (isinstance(reference, models.ForeignKey) and reference.db_constraint):  # type: ignore[attr-defined] # Stubs: it is missing.
                continue
            yield 1
            target: Any = reference.related_model
            existing = target.objects.filter(**{reference.target_field.attname: models.OuterRef(reference.attname)})
            lost = model._base_manager.filter(**{f"{reference.attname}__isnull": False}).exclude(
                models.Exists(existing)
            )
            for pk in lost.values_list("pk", flat=True)[:ROWS_AT_ONCE]:
                yield Problem("reference", f"{model._meta.db_table} {pk}: its {reference.name} does not exist")


def _statistics(repair: bool) -> Look:
    """Finds statistics of search and pages that differ from a fresh count of the same articles."""
    with transaction.atomic():
        drifted = statistics.drift()
        transaction.set_rollback(True)  # Discards the fresh count.
    yield 1
    if drifted.differences and repair:
        statistics.rebuild()
    for words in drifted.differences:
        yield Problem("statistics", words, is_repaired=repair, is_usual=drifted.is_usual)
