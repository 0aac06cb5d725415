"""manage.py check_archive: checks whether everything is stored as it should be."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from articles.upkeep.check import SETTLED, Problem, check


class Command(BaseCommand):
    """Prints each problem to standard error. Exit status 1 if a problem remains open."""

    help = (
        "Checks captures, texts, addresses, values, spans, references, files and statistics, and prints each problem. "
        "Exit status 1 if a problem remains."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--repair",
            action="store_true",
            help="correct derived data, clean texts, set aside originals and remove other files of no article",
        )
        parser.add_argument(
            "--settled", type=float, default=SETTLED, help="age in seconds from which a file of no article is reported"
        )
        parser.add_argument(
            "--without-digests", action="store_true", help="check that captures exist, but do not read them"
        )
        parser.add_argument("--json", action="store_true", help="end with one line of JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        result = check(
            repair=options["repair"],
            settled=options["settled"],
            without_digests=options["without_digests"],
            on_problem=self._tell,
        )
        if options["json"]:
            self.stdout.write(json.dumps(result.as_dict()))
        else:
            counts = ", ".join(f"{count:,} {name}" for name, count in result.counts.items())
            self.stdout.write(f"Checked {counts}: {len(result.open)} problems")
        if result.open:
            raise SystemExit(1)

    def _tell(self, problem: Problem) -> None:
        """Writes a problem to standard error, and says whether it was repaired or is usual."""
        note = (
            " (repaired)"
            if problem.is_repaired
            else " (usual after an upgrade; --repair closes them)"
            if problem.is_usual and problem.kind == "mode"
            else " (usual after editing; the nightly run counts anew)"
            if problem.kind == "statistics" and problem.is_usual
            else " (usual after an upgrade)"
            if problem.is_usual
            else ""
        )
        self.stderr.write(f"{problem.kind}: {problem.message}{note}")
