"""manage.py evaluate_search DIR: measures how well the archive's search ranks an evaluation set, beside its peers."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from articles.platform.scratch import scratch_database
from articles.search.evaluation import EvaluationSet, EvaluationSetError, Scores, archive_ranking, load, measure
from articles.search.peers import peers


class Command(BaseCommand):
    """Prints a line of measures for each ranking. It uses a scratch database."""

    help = "Ranks the queries of DIR (BEIR form) in a scratch database and prints nDCG@10, MRR@10, Recall@100, queries a second."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("dir", type=Path, metavar="DIR", help="holds corpus.jsonl, queries.jsonl, qrels.tsv")
        parser.add_argument("--peers", action="store_true", help="measure other rankings in the same run")
        parser.add_argument("--json", action="store_true", help="end with one line of JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            evaluation_set = EvaluationSet.read(options["dir"])
        except EvaluationSetError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{len(evaluation_set.documents)} documents, {len(evaluation_set.queries)} queries")
        self.stdout.write(f"{'':40} {'nDCG@10':>8} {'MRR@10':>8} {'R@100':>8} {'qps':>8}")
        with scratch_database("evaluation"):
            ids = load(evaluation_set)
            own = measure("the archive", evaluation_set, archive_ranking(ids))
            self._row(own)
            peer_scores = {}
            for name, rank in peers(evaluation_set, ids) if options["peers"] else ():
                if rank is None:
                    self.stdout.write(f"{name:40} (its package is not installed)")
                    continue
                peer_scores[name] = measure(name, evaluation_set, rank)
                self._row(peer_scores[name])
        if options["json"]:
            rows = {"peers": {name: scores.as_dict() for name, scores in peer_scores.items()}} if peer_scores else {}
            self.stdout.write(json.dumps(own.as_dict() | rows, ensure_ascii=False))

    def _row(self, scores: Scores) -> None:
        figures = scores.as_dict()
        self.stdout.write(
            f"{scores.name:40} {figures['nDCG@10']:8.4f} {figures['MRR@10']:8.4f} {figures['R@100']:8.4f} {figures['qps']:8.1f}"
        )
