"""manage.py extract : runs extraction again over stored articles, after the authority or the rules have changed."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from articles.extract.authority import Authority
from articles.extract.process import suggest
from articles.models import Article


class Command(BaseCommand):
    help = "Brings the suggestions of stored articles up to date. What editors confirmed or rejected stays."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("ids", nargs="*", type=int, metavar="ID", help="articles (default: all)")

    def handle(self, *args: Any, **options: Any) -> None:
        authority = Authority.load()
        articles = Article.objects.order_by("id")
        if options["ids"]:
            articles = articles.filter(pk__in=options["ids"])
        done = 0
        for article in articles.iterator(chunk_size=200):
            with transaction.atomic():
                suggest(article, authority)
            done += 1
        self.stdout.write(f"{done} articles")
