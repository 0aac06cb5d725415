"""manage.py export_authority: writes the authority file, as load_authority reads it, to standard output."""

from typing import Any

from django.core.management.base import BaseCommand

from articles.exchange.authority import authority_file


class Command(BaseCommand):
    """Writes entry by entry."""

    help = "Writes the confirmed rows as an authority file (docs/authority.md)."

    def handle(self, *args: Any, **options: Any) -> None:
        for part in authority_file():
            self.stdout.write(part, ending="")
