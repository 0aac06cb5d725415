"""manage.py evaluate_extraction DIR: measures precision and recall of the rules on labelled passages."""

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from articles.extract.evaluation import LabelError, evaluate, read_passages
from articles.ingest.authority import AuthorityError, load_authority
from articles.platform.scratch import scratch_database


class Command(BaseCommand):
    """Prints the scores of each kind of fact. The archive's own data stay untouched: it uses a scratch database."""

    help = (
        "Compares the rules' results with the labels in DIR/passages.toml, with the archive's authority file and "
        "DIR/authority.toml."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("directory", metavar="DIR", type=Path, help="holds passages.toml and authority.toml")
        parser.add_argument("--json", action="store_true", help="end with one line of JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        folder = options["directory"]
        try:
            passages = read_passages(folder)
            with scratch_database("labels"):
                load_authority(settings.BASE_DIR / "fixtures" / "authority.toml")
                if (folder / "authority.toml").exists():
                    load_authority(folder / "authority.toml")
                scores = evaluate(passages)
        except (LabelError, AuthorityError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{len(passages)} passages")
        self.stdout.write(f"{'':10}{'labelled':>10}{'precision':>11}{'recall':>9}")
        for kind, score in scores.items():
            labelled = score.right + score.missed
            self.stdout.write(f"{kind:10}{labelled:>10}{score.precision:>11.3f}{score.recall:>9.3f}")
        if options["verbosity"] > 1:
            for kind, score in scores.items():
                for line in score.differences:
                    self.stdout.write(f"{kind}: {line}")
        if options["json"]:
            figures = {
                kind: {"precision": round(s.precision, 4), "recall": round(s.recall, 4)} for kind, s in scores.items()
            }
            self.stdout.write(json.dumps(figures))
