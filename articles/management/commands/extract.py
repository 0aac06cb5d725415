"""manage.py extract: runs extraction again over stored articles, after the authority file or the rules have changed."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from articles.extract.authority import Authority
from articles.extract.process import suggest_within_budget
from articles.models import Actor, Alias, Article
from articles.models.history import operation
from articles.search.compile import holding_phrase


class Command(BaseCommand):
    """Prints the number of articles. Exit status 1 if extraction failed for an article."""

    help = "Runs the rules again on stored articles. What editors confirmed or rejected stays."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("ids", nargs="*", type=int, metavar="ID", help="articles (default: all)")
        parser.add_argument("--naming", type=int, metavar="ACTOR", help="only articles that hold a name of this actor")

    def handle(self, *args: Any, **options: Any) -> None:
        authority = Authority.load()
        articles = Article.objects.order_by("id")
        if options["ids"]:
            articles = articles.filter(pk__in=options["ids"])
            if unknown := set(options["ids"]) - set(articles.values_list("pk", flat=True)):
                raise CommandError(f"no article has the id {', '.join(map(str, sorted(unknown)))}")
        if actor := options["naming"]:
            if not Actor.objects.filter(pk=actor).exists():
                raise CommandError(f"no actor has the id {actor}")
            names = Alias.objects.filter(actor=actor, found_in_text=True).values_list("name", flat=True)
            holding_ids = {pk for name in names for pk in holding_phrase(name).values_list("pk", flat=True)}
            articles = articles.filter(pk__in=holding_ids)
        done = failed = 0
        with operation(command="extract"):
            for article, complaint in suggest_within_budget(articles.iterator(chunk_size=200), authority):
                if complaint:
                    self.stderr.write(f"article {article.pk}: {complaint}")
                    failed += 1
                else:
                    done += 1
        self.stdout.write(f"{done} articles")
        if failed:
            raise SystemExit(1)
