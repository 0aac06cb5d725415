"""manage.py export_authority : the authority file, as load_authority reads it, on standard output."""

from typing import Any

from django.core.management.base import BaseCommand

from articles.exchange.authority import authority_file


class Command(BaseCommand):
    help = "Writes what the editors confirmed as an authority file (docs/authority.md)."

    def handle(self, *args: Any, **options: Any) -> None:
        for part in authority_file():
            self.stdout.write(part, ending="")
