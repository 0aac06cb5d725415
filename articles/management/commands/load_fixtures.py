"""manage.py load_fixtures: loads the authority file, then ingests the seed documents."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from articles.ingest.authority import AuthorityError, load_authority
from articles.ingest.run import Options, ingest
from articles.management.commands.ingest import tell
from articles.search import statistics


class Command(BaseCommand):
    """Exit status 1 if a document failed."""

    help = "Loads fixtures/authority.toml, then ingests fixtures/seeds. A second run changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="end with one line of JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        fixtures = settings.BASE_DIR / "fixtures"
        try:
            authority = load_authority(fixtures / "authority.toml", shipped=True)
        except AuthorityError as error:
            raise CommandError(str(error)) from error
        report = ingest([fixtures / "seeds"], Options(largest=settings.ARCHIVE_LARGEST_FILE))
        statistics.update()
        if not options["json"]:
            self.stdout.write(f"Authority: {authority.applied} entries applied, {authority.unchanged} unchanged")
        tell(self, report, as_json=options["json"], authority_applied=authority.applied)
        if report.failures:
            raise SystemExit(1)
