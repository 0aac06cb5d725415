"""What is done each night, part by part, and the record of it. `manage.py nightly` calls it."""

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

# Any number: two runs at once would do everything twice.
LOCK = 7_230_115
# Characters of a part's output that are recorded, the last ones.
LONGEST_OUTPUT = 2_000


class AlreadyRunningError(RuntimeError):
    """Another nightly run is under way."""


@dataclass(frozen=True)
class Part:
    """One command of the nightly run and how it ended.

    `name` is the command's. `status` is its exit status, negative for a signal that killed it. `seconds` is how long it took,
    `output` the end of what it wrote.
    """

    name: str
    status: int
    seconds: float
    output: str


def commands(backup: str = "", keep: int = 0) -> list[list[str]]:
    """The parts as arguments of manage.py. The backup is made last, of a checked archive, and only where it has a place."""
    parts = [
        ["refresh_search_statistics"],
        ["check_archive"],
        ["clearsessions"],
        ["axes_reset_logs", "--age", "30"],
    ]
    return [*parts, ["backup", backup, "--keep", str(keep)]] if backup else parts


def run(parts: Sequence[Sequence[str]], told: Callable[[Part], None] = lambda part: None) -> bool:
    """Runs every part, also after one that failed, and records the run; whether all succeeded.

    Each part is a process of its own, so that one which is killed takes no other with it. Raises AlreadyRunningError.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            raise AlreadyRunningError("another nightly run is under way")
    try:
        return _recorded(parts, told)
    finally:
        connection.close()  # which gives the lock back


def _recorded(parts: Sequence[Sequence[str]], told: Callable[[Part], None]) -> bool:
    record = NightlyRun.objects.create(started_at=timezone.now())
    done: list[Part] = []
    for arguments in parts:
        part = _done(arguments)
        done.append(part)
        told(part)
        # The database may have been restarted, or be away: the next part is done all the same, and the end is recorded or raises.
        with suppress(Error):
            _record(record, parts=[asdict(one) for one in done])
    succeeded = not any(part.status for part in done)
    _record(record, parts=[asdict(one) for one in done], finished_at=timezone.now(), succeeded=succeeded)
    kept = NightlyRun.objects.order_by("-started_at").values_list("pk", flat=True)[: NightlyRun.MOST_KEPT]
    NightlyRun.objects.exclude(pk__in=list(kept)).delete()
    return succeeded


def _record(run: NightlyRun, **fields: object) -> None:
    if not connection.is_usable():
        connection.close()
    NightlyRun.objects.filter(pk=run.pk).update(**fields)


def _done(arguments: Sequence[str]) -> Part:
    begun = time.monotonic()
    done = subprocess.run(
        [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, check=False,
    )  # fmt: skip
    output = done.stdout.decode(errors="replace").replace("\0", "").strip()[-LONGEST_OUTPUT:]
    return Part(arguments[0], done.returncode, round(time.monotonic() - begun, 1), output)


def next_time(clock: str, now: datetime) -> datetime:
    """When it is next so late («02:30») in the time zone of `now`, later than now. Raises ValueError for what is no time of day."""
    hour, minute = (int(part) for part in clock.split(":"))
    then = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return then if then > now else then + timedelta(days=1)
