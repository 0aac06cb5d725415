"""manage.py search "QUERY": runs the same search as the search page."""

import json
from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from articles.search.limit import SearchTooCostlyError
from articles.search.run import Hit, Wanted, search


class Command(BaseCommand):
    """Prints score, id and title of each result."""

    help = "Searches the published articles."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("query", help="a query as on the search page, in quotation marks")
        parser.add_argument("--limit", type=int, default=20, metavar="N", help="the most articles to print (20)")
        parser.add_argument("--json", action="store_true", help="print one line of JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["limit"] < 1:
            raise CommandError("--limit must be at least 1")
        try:
            page = search(options["query"], wanted=Wanted(size=options["limit"]))
        except SearchTooCostlyError:
            raise CommandError("the query took too long; use rarer or fewer words") from None
        if options["json"]:
            results = [
                {"id": hit.article.pk, "title": hit.article.title, "score": round(hit.score, 4)}
                for hit in (*page.hits, *page.further_hits)
            ]
            total = page.total + len(page.further)
            self.stdout.write(json.dumps({"total": total, "results": results}, ensure_ascii=False))
            return
        for note in page.notes:
            self.stderr.write(note.message)
        self.stdout.write(f"{page.total}{'+' if page.total_is_capped else ''} articles")
        self._list(page.hits)
        if page.further_hits:
            self.stdout.write(f"{len(page.further)} articles with some of the words")
            self._list(page.further_hits)

    def _list(self, hits: Iterable[Hit]) -> None:
        for hit in hits:
            self.stdout.write(f"{hit.score:7.3f}  {hit.article.pk:>6}  {hit.article.title}")
