"""Runs the nightly commands one after the other and records the run. Called by `manage.py nightly`."""

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import Error, connection
from django.utils import timezone

from articles.models import NightlyRun

# The key of an advisory lock, an arbitrary number. Without the lock, two runs at once would do everything twice. Keys
# of one number and keys of two (articles/exchange/long_answers.py) are kept apart by PostgreSQL.
NIGHTLY_LOCK = 7_230_115
# How many characters of a part's output are recorded, counted from its end, where it says what failed. A judgement:
# some twenty lines; the log has all.
LONGEST_OUTPUT = 2_000


class AlreadyRunningError(RuntimeError):
    """Another nightly run is under way."""


@dataclass(frozen=True)
class NightlyPart:
    """One command of the nightly run and how it ended.

    name: the command's name.
    status: its exit status; negative for the number of a signal that killed it.
    seconds: how long it took.
    output: the end of its output, at most LONGEST_OUTPUT characters.
    """

    name: str
    status: int
    seconds: float
    output: str


def commands(backup: str = "", keep: int = 0) -> list[list[str]]:
    """Returns the parts as arguments of manage.py.

    backup: the folder for a backup; empty for none. The backup comes last, after the check of the archive.
    keep: how many backups stay there; 0 for all.
    """
    parts = [
        ["refresh_search_statistics"],
        ["check_archive"],
        ["clearsessions"],
        ["axes_reset_logs", "--age", "30"],
    ]
    return [*parts, ["backup", backup, "--keep", str(keep)]] if backup else parts


def run(parts: Sequence[Sequence[str]], on_part: Callable[[NightlyPart], None] = lambda part: None) -> bool:
    """Runs every part, also after a failed one, and records the run. Returns whether all parts succeeded.

    Each part is a separate process, so a killed part does not end the run. `on_part` is called with each part when it
    ends. Raises AlreadyRunningError.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [NIGHTLY_LOCK])
        if not cursor.fetchone()[0]:
            raise AlreadyRunningError("another nightly run is in progress")
    try:
        return _run_recorded(parts, on_part)
    finally:
        connection.close()  # this releases the lock


def _run_recorded(parts: Sequence[Sequence[str]], on_part: Callable[[NightlyPart], None]) -> bool:
    """Runs the parts and keeps the run's row up to date. Returns whether all parts succeeded."""
    record = NightlyRun.objects.create(started_at=timezone.now())
    done: list[NightlyPart] = []
    for arguments in parts:
        part = _run_command(arguments)
        done.append(part)
        on_part(part)
        # The database may be restarting or away. The next part runs anyway; only the last record of the run must
        # succeed.
        with suppress(Error):
            _record(record, parts=[asdict(part_done) for part_done in done])
    succeeded = not any(part.status for part in done)
    _record(record, parts=[asdict(part_done) for part_done in done], finished_at=timezone.now(), succeeded=succeeded)
    newest = NightlyRun.objects.order_by("-started_at").values_list("pk", flat=True)[: NightlyRun.MOST_KEPT]
    NightlyRun.objects.exclude(pk__in=list(newest)).delete()
    return succeeded


def _record(run: NightlyRun, **fields: object) -> None:
    """Updates fields of the run's row, on a new connection if the old one is broken."""
    if not connection.is_usable():
        connection.close()
    NightlyRun.objects.filter(pk=run.pk).update(**fields)


def _run_command(arguments: Sequence[str]) -> NightlyPart:
    """Runs one command in a process of its own and waits for its end."""
    begun = time.monotonic()
    process = subprocess.run(
        [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, check=False,
    )  # fmt: skip
    output = process.stdout.decode(errors="replace").replace("\0", "").strip()[-LONGEST_OUTPUT:]
    return NightlyPart(arguments[0], process.returncode, round(time.monotonic() - begun, 1), output)


def next_time(clock: str, now: datetime) -> datetime:
    """Returns the next moment after `now` with this time of day («02:30»), in the time zone of `now`.

    Raises ValueError if `clock` is no time of day.
    """
    hour, minute = (int(part) for part in clock.split(":"))
    then = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return then if then > now else then + timedelta(days=1)
