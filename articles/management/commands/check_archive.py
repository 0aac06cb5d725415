"""manage.py check_archive: checks whether everything is stored as it should be."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from articles.upkeep.check import SETTLED, Problem, check


class Command(BaseCommand):
    """Prints each problem to standard error. Exit status 1 if a problem remains open."""

    help = (
        "Finds captures that are gone or damaged, texts that hold what no text may, addresses that several articles have, "
        "values that pages cannot read, spans that are not their quotes, rows and files without an owner, and statistics that have drifted; exit status 1 "
        "where something stays wrong."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--repair",
            action="store_true",
            help="make anew what follows from the rest, clean texts, remove files of no article",
        )
        parser.add_argument(
            "--settled", type=float, default=SETTLED, help="seconds after which a file of no article is one left over"
        )
        parser.add_argument(
            "--without-digests", action="store_true", help="look for captures only, do not read and digest them"
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
            self.stdout.write(f"Looked at {counts}: {len(result.open)} problems")
        if result.open:
            raise SystemExit(1)

    def _tell(self, problem: Problem) -> None:
        note = (
            " (repaired)"
            if problem.is_repaired
            else " (usual after an upgrade; --repair closes them)"
            if problem.is_usual and problem.kind == "mode"
            else " (usual after editing; counted anew nightly)"
            if problem.kind == "statistics" and problem.is_usual
            else " (usual after an upgrade)"
            if problem.is_usual
            else ""
        )
        self.stderr.write(f"{problem.kind}: {problem.message}{note}")
