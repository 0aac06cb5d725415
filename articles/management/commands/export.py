"""manage.py export NOUN --format jsonl|csv writes a noun's rows; export --format warc|wacz writes captures."""

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from articles.exchange.export import EXPORTS
from articles.exchange.lines import LINES
from articles.exchange.web_archive import WEB_ARCHIVES


class Command(BaseCommand):
    """Exit status 1 if a row or a capture had to be left out."""

    help = (
        "Writes the public rows of a noun to standard output. In CSV, the cells of lists and dates hold JSON. The "
        "formats warc and wacz write the originals of public articles as a web archive. With --all, rows that are "
        "not public are written too."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "noun",
            nargs="?",
            choices=[*EXPORTS, "captures"],
            help="what to write; web archives hold captures, which need not be named",
        )
        parser.add_argument(
            "--format", default="jsonl", choices=[*LINES, *WEB_ARCHIVES], help="the format of the output (jsonl)"
        )
        parser.add_argument(
            "--all",
            action="store_true",
            help="also drafts, withdrawn articles, rejected and withheld rows: for editors",
        )
        parser.add_argument("--output", type=Path, metavar="FILE", help="write to this file (web archives only)")

    def handle(self, *args: Any, **options: Any) -> None:
        is_web_archive = options["format"] in WEB_ARCHIVES
        if is_web_archive != (options["noun"] in {None, "captures"}):
            nouns = ", ".join(EXPORTS)
            raise CommandError(f"a noun is needed for the format {options['format']}: {nouns}" if not is_web_archive
                               else f"{options['format']} holds captures, not {options['noun']}")  # fmt: skip
        if is_web_archive:
            self._write_web_archive(options["format"], options["output"], include_hidden=options["all"])
            return
        if options["output"]:
            raise CommandError(f"--output is for web archives; {options['format']} goes to standard output")
        left_out: list[str] = []
        try:
            rows = EXPORTS[options["noun"]].rows(
                lambda place, reason: left_out.append(f"{place} was left out: {reason}"), whole=options["all"]
            )
            for line in LINES[options["format"]](rows):
                self.stdout.write(line, ending="")
        except BrokenPipeError:
            # The reader has gone (`| head`); Python must not complain again when it flushes at exit.
            sys.stdout = None
        for line in left_out:
            self.stderr.write(line)
        if left_out:
            raise SystemExit(1)

    def _write_web_archive(self, name: str, path: Path | None, *, include_hidden: bool) -> None:
        """Writes the public captures as a web archive in the format `name`, to standard output if `path` is None.

        `include_hidden` adds captures of articles that are not public. The number of captures and a line for each loss
        go to standard error. Ends the command with status 1 if there was a loss.
        """
        damaged: list[str] = []
        with path.open("wb") if path else nullcontext(sys.stdout.buffer) as out:
            count = WEB_ARCHIVES[name](
                out, lambda place, reason: damaged.append(f"{place}: {reason}"), include_hidden=include_hidden
            )
        self.stderr.write(f"{count} captures", self.style.NOTICE)
        for line in damaged:
            self.stderr.write(line)
        if damaged:
            raise SystemExit(1)
