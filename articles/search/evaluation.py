"""Measures a ranking against judged queries in BEIR form: nDCG@10, MRR@10, Recall@100 and queries a second."""

import csv
import json
import math
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

from articles.models import Article
from articles.search import statistics
from articles.search.run import search

CHUNK = 500
# A heading for a document that has none: an article must have one, and this one holds no word.
NO_TITLE = "–"


class EvaluationSetError(ValueError):
    """A folder that is not an evaluation set in BEIR form; the message names file, line and what is missing."""


@dataclass(frozen=True)
class EvaluationSet:
    """Documents and queries by id; `judged[query][document]` is a relevance grade, 0 for not relevant."""

    documents: dict[str, tuple[str, str]]
    queries: dict[str, str]
    judged: dict[str, dict[str, int]]

    @classmethod
    def read(cls, folder: Path) -> "EvaluationSet":
        """Reads corpus.jsonl, queries.jsonl and qrels.tsv (or qrels/test.tsv); raises EvaluationSetError."""
        documents = {
            row["_id"]: (row.get("title") or "", row.get("text") or "") for row in _json_lines(folder / "corpus.jsonl")
        }
        queries = {row["_id"]: row.get("text") or "" for row in _json_lines(folder / "queries.jsonl")}
        judgements = folder / "qrels.tsv"
        if not judgements.exists() and (folder / "qrels" / "test.tsv").exists():
            judgements = folder / "qrels" / "test.tsv"
        judged: dict[str, dict[str, int]] = {}
        for number, row in enumerate(_rows(judgements), 1):
            try:
                query, document, grade = row[0], row[1], int(row[2])
            except (IndexError, ValueError):
                if number == 1:
                    continue
                raise EvaluationSetError(
                    f"{judgements}, line {number}: expected query, document and a whole number"
                ) from None
            judged.setdefault(query, {})[document] = grade
        asked = {query for query in judged if query in queries and any(judged[query].values())}
        if not documents or not asked:
            raise EvaluationSetError(f"{folder}: no document, or no query with a relevant document")
        return cls(documents, {query: queries[query] for query in queries if query in asked}, judged)


@dataclass(frozen=True)
class Scores:
    name: str
    ndcg_at_10: float
    mrr_at_10: float
    recall_at_100: float
    queries_per_second: float

    def as_dict(self) -> dict[str, float]:
        return {
            "nDCG@10": round(self.ndcg_at_10, 4), "MRR@10": round(self.mrr_at_10, 4),
            "R@100": round(self.recall_at_100, 4), "qps": round(self.queries_per_second, 1),
        }  # fmt: skip


def measure(name: str, judged: EvaluationSet, rank: Callable[[str], Sequence[str]]) -> Scores:
    """Runs every query through `rank`, which gives document ids best first, and averages over the queries."""
    started = time.perf_counter()
    results = {query: list(rank(text))[:100] for query, text in judged.queries.items()}
    seconds = time.perf_counter() - started
    rows = [(found, judged.judged[query]) for query, found in results.items()]
    number = len(rows)
    return Scores(
        name,
        sum(ndcg(found, grades, 10) for found, grades in rows) / number,
        sum(reciprocal_rank(found, grades, 10) for found, grades in rows) / number,
        sum(recall(found, grades, 100) for found, grades in rows) / number,
        number / seconds,
    )


def ndcg(found: Sequence[str], grades: dict[str, int], depth: int) -> float:
    """Normalised discounted cumulative gain with linear gain, as trec_eval and BEIR compute it."""
    gained = sum(grades.get(document, 0) / math.log2(place + 2) for place, document in enumerate(found[:depth]))
    best = sorted(grades.values(), reverse=True)[:depth]
    ideal = sum(grade / math.log2(place + 2) for place, grade in enumerate(best))
    return gained / ideal if ideal else 0.0


def reciprocal_rank(found: Sequence[str], grades: dict[str, int], depth: int) -> float:
    return next((1 / place for place, document in enumerate(found[:depth], 1) if grades.get(document, 0) > 0), 0.0)


def recall(found: Sequence[str], grades: dict[str, int], depth: int) -> float:
    relevant = {document for document, grade in grades.items() if grade > 0}
    return len(relevant.intersection(found[:depth])) / len(relevant) if relevant else 0.0


def load(judged: EvaluationSet) -> dict[int, str]:
    """Stores the documents as published articles in the current (scratch) database; article id → document id."""
    ids: dict[int, str] = {}
    for chunk in _chunks(list(judged.documents.items())):
        rows = [
            Article(
                title=(title.strip() or NO_TITLE)[:500],
                body=text.strip() or title or NO_TITLE,
                word_count=len(text.split()),
            )
            for _, (title, text) in chunk
        ]
        for article, (document, _) in zip(Article.objects.bulk_create(rows), chunk, strict=True):
            ids[article.pk] = document
    statistics.rebuild()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return ids


def archive_ranking(ids: dict[int, str]) -> Callable[[str], list[str]]:
    """The archive's own search, exactly as the page calls it."""

    def rank(text: str) -> list[str]:
        page = search(text)
        return [ids[pk] for pk in (*page.ids, *page.further)[:100]]

    return rank


def _chunks(rows: list) -> Iterable[list]:
    return (rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK))


def _json_lines(path: Path) -> list[dict]:
    rows = []
    try:
        with open(path, encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    row = json.loads(line)
                    row["_id"] = str(row["_id"])
                    rows.append(row)
    except OSError as error:
        raise EvaluationSetError(f"{path}: {error.strerror}") from error
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise EvaluationSetError(f"{path}, line {number}: not a JSON object with “_id” ({error})") from error
    return rows


def _rows(path: Path) -> list[list[str]]:
    try:
        with open(path, encoding="utf-8", newline="") as file:
            return [row for row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE) if row]
    except OSError as error:
        raise EvaluationSetError(f"{path}: {error.strerror}") from error
