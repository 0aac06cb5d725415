"""manage.py nightly: runs the nightly commands. Exit status 1 if one of them failed."""

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils import timezone

from articles.models.heartbeat import OVERDUE, nightly_state
from articles.platform.outage import in_a_line, is_outage
from articles.upkeep.nightly import AlreadyRunningError, NightlyPart, commands, next_time, run

# Seconds of sleep between two looks at the clock, which may be corrected meanwhile.
_NAP = 10
# Hours after which a nightly run is overdue.
_OVERDUE_HOURS = round(OVERDUE.total_seconds() / 3600)


class Command(BaseCommand):
    """Runs the parts, or waits for the hour first (--wait), or only reports on the last run (--check)."""

    help = (
        "Counts statistics anew, checks the archive, cleans up and backs up. A failed part does not stop the others. "
        "Exit status 1 if a part failed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--backup", default=settings.ARCHIVE_BACKUP, metavar="DEST", help="where to add a backup")
        parser.add_argument("--keep", type=int, default=settings.ARCHIVE_BACKUPS_KEPT, metavar="N", help="backups kept")
        parser.add_argument("--wait", action="store_true", help="sleep until ARCHIVE_NIGHTLY, then run once")
        parser.add_argument(
            "--check", action="store_true", help="run nothing; status 1 if the last run failed or is overdue"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["check"]:
                self._check()
                return
            if options["wait"]:
                self._sleep_until_due()
            succeeded = run(commands(options["backup"], options["keep"]), self._tell)
        except AlreadyRunningError as error:
            raise CommandError(str(error)) from error
        except Exception as error:
            if is_outage(error):
                raise CommandError(in_a_line(error)) from error
            raise
        if not succeeded:
            raise CommandError("A part of the nightly run failed.")

    def _tell(self, part: NightlyPart) -> None:
        self.stdout.write(
            f"{part.name}: {f'FAILED (status {part.status})' if part.status else 'done'}, {part.seconds} s"
        )
        if part.status:
            self.stderr.write(part.output)

    def _check(self) -> None:
        """Writes when the last run began.

        Raises CommandError if the last run that ended has failed, or if a successful run is overdue.
        """
        state = nightly_state()
        if state.failed:
            raise CommandError(f"The last nightly run failed: {', '.join(state.failed)}")
        last = (
            f"the last one began {state.last_started:%Y-%m-%d %H:%M %Z}" if state.last_started else "no run has begun"
        )
        if state.overdue and state.success_seconds is None:
            raise CommandError(f"No nightly run has ever succeeded, for more than {_OVERDUE_HOURS} hours; {last}.")
        if state.overdue:
            raise CommandError(f"No nightly run has succeeded for more than {_OVERDUE_HOURS} hours; {last}.")
        if state.success_seconds is None:
            self.stdout.write(f"no run has ended yet; this becomes an error after {_OVERDUE_HOURS} hours; {last}")
        else:
            self.stdout.write(f"last run: {state.last_started:%Y-%m-%d %H:%M %Z}")

    def _sleep_until_due(self) -> None:
        """Sleeps until the time of day ARCHIVE_NIGHTLY comes next, or forever if that setting is empty.

        It holds no connection to the database while it sleeps until that time.
        """
        if not settings.ARCHIVE_NIGHTLY:
            # If the command ended now, its supervisor would start it again at once.
            self.stdout.write("ARCHIVE_NIGHTLY is empty: there is no nightly run. Waiting to be stopped.")
            self.stdout.flush()
        while not settings.ARCHIVE_NIGHTLY:
            time.sleep(_NAP)
        connection.close()
        due = next_time(settings.ARCHIVE_NIGHTLY, timezone.localtime())
        self.stdout.write(f"The nightly run begins at {due:%Y-%m-%d %H:%M %Z}.")
        self.stdout.flush()
        while (remaining := (due - timezone.localtime()).total_seconds()) > 0:
            time.sleep(min(remaining, _NAP))
