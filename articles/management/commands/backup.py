"""manage.py backup DEST: adds a backup of the database and of every capture to a folder."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from articles.upkeep.copies import BackupError, backup


class Command(BaseCommand):
    """Prints what the backup holds. Exit status 1 if an original is gone or damaged."""

    help = (
        "Adds a backup to the folder DEST: the whole database, and the captures that DEST lacks. The archive can be "
        "used meanwhile. Exit status 1 if an original is gone or damaged. An original that was copied before and has the "
        "same length is not read again; check_archive reads every original."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("dest", type=Path, help="a folder, on another machine's disk if possible")
        parser.add_argument(
            "--keep", type=int, default=0, metavar="N", help="keep the databases of the newest N backups only"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = backup(options["dest"], keep=max(options["keep"], 0))
        except BackupError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{error.filename or options['dest']}: {error.strerror or error}") from error
        for line in made.missing:
            self.stderr.write(line)
        for line in made.damaged:
            self.stderr.write(f"damaged: {line}")
        self.stdout.write(
            f"Backup {made.stamp}: {made.files:,} files, {made.added:,} of them new, {made.bytes_added:,} bytes"
        )
        if made.missing or made.damaged:
            raise SystemExit(1)
