"""manage.py restore SRC: restores the archive from a backup."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from articles.upkeep.copies import BackupError, restore


class Command(BaseCommand):
    """Prints the stamp of the restored backup."""

    help = (
        "Restores an empty archive from a backup in the folder SRC. PostgreSQL must have the version of the backup or a "
        "newer one."
    )
    # The checks need tables, which the database may not have yet.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("src", type=Path, help="the folder that `backup` wrote to")
        parser.add_argument("--stamp", default="", help="which backup; the newest by default")
        parser.add_argument("--replace", action="store_true", help="replace what the archive holds")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            stamp = restore(options["src"], options["stamp"], replace=options["replace"])
        except (BackupError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Restored backup {stamp}")
