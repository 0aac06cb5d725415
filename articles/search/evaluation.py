"""Measures a ranking on judged queries in BEIR form: nDCG@10, MRR@10, Recall@100 and queries per second."""

import csv
import json
import math
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection

from articles.models import Article
from articles.search import statistics
from articles.search.run import search

# Articles stored at once. A judgement: they fit in memory, and their statements take few round trips.
ROWS_AT_ONCE = 500
# The title of a document without one: an article must have a title, and this one holds no word.
NO_TITLE = "–"


class EvaluationSetError(ValueError):
    """Raised for a folder that is not an evaluation set in BEIR form; the message names file, line and fault."""


@dataclass(frozen=True)
class EvaluationSet:
    """Documents, queries and relevance judgements.

    documents: (title, text) of each document, by id.
    queries: the text of each query that has a relevant document, by id.
    judged: relevance grades, by query id, then by document id; 0 means not relevant.
    """

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
        usable_queries = {query for query in judged if query in queries and any(judged[query].values())}
        if not documents or not usable_queries:
            raise EvaluationSetError(f"{folder}: no document, or no query with a relevant document")
        return cls(documents, {query: queries[query] for query in queries if query in usable_queries}, judged)


@dataclass(frozen=True)
class Scores:
    """The scores of one ranking, averaged over the queries.

    name: the name of the ranking.
    ndcg_at_10: nDCG of the first 10 documents, from 0 to 1.
    mrr_at_10: mean reciprocal rank within the first 10 documents, from 0 to 1.
    recall_at_100: share of the relevant documents among the first 100, from 0 to 1.
    queries_per_second: queries ranked per second.
    """

    name: str
    ndcg_at_10: float
    mrr_at_10: float
    recall_at_100: float
    queries_per_second: float

    def as_dict(self) -> dict[str, float]:
        """Returns the rounded scores by their usual names."""
        return {
            "nDCG@10": round(self.ndcg_at_10, 4), "MRR@10": round(self.mrr_at_10, 4),
            "R@100": round(self.recall_at_100, 4), "qps": round(self.queries_per_second, 1),
        }  # fmt: skip


def measure(name: str, judged: EvaluationSet, rank: Callable[[str], Sequence[str]]) -> Scores:
    """Ranks every query with `rank`, which returns document ids, best first, and returns the scores."""
    started = time.perf_counter()
    results = {query: list(rank(text))[:100] for query, text in judged.queries.items()}
    seconds = time.perf_counter() - started
    rows = [(ranking, judged.judged[query]) for query, ranking in results.items()]
    number = len(rows)
    return Scores(
        name,
        sum(ndcg(ranking, grades, 10) for ranking, grades in rows) / number,
        sum(reciprocal_rank(ranking, grades, 10) for ranking, grades in rows) / number,
        sum(recall(ranking, grades, 100) for ranking, grades in rows) / number,
        number / seconds,
    )


def ndcg(ranking: Sequence[str], grades: dict[str, int], depth: int) -> float:
    """Returns the normalised discounted cumulative gain of the first `depth` documents, from 0 to 1.

    The gain is linear, as in trec_eval and BEIR. `grades` maps document ids to relevance grades.
    """
    gained = sum(grades.get(document, 0) / math.log2(place + 2) for place, document in enumerate(ranking[:depth]))
    best = sorted(grades.values(), reverse=True)[:depth]
    ideal = sum(grade / math.log2(place + 2) for place, grade in enumerate(best))
    return gained / ideal if ideal else 0.0


def reciprocal_rank(ranking: Sequence[str], grades: dict[str, int], depth: int) -> float:
    """Returns 1 / rank of the first relevant document, or 0 if there is none among the first `depth`."""
    return next((1 / place for place, document in enumerate(ranking[:depth], 1) if grades.get(document, 0) > 0), 0.0)


def recall(ranking: Sequence[str], grades: dict[str, int], depth: int) -> float:
    """Returns the share of the relevant documents that are among the first `depth`; 0 if no document is relevant."""
    relevant = {document for document, grade in grades.items() if grade > 0}
    return len(relevant.intersection(ranking[:depth])) / len(relevant) if relevant else 0.0


def load(judged: EvaluationSet) -> dict[int, str]:
    """Stores the documents as public articles in the current (scratch) database; returns document ids by article id."""
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
    """Returns the ranking of the archive's own search, called as the search page calls it.

    `ids` maps article ids to document ids.
    """

    def rank(text: str) -> list[str]:
        page = search(text)
        return [ids[pk] for pk in (*page.ids, *page.further)[:100]]

    return rank


def _chunks(rows: list[Any]) -> Iterable[list[Any]]:
    return (rows[start : start + ROWS_AT_ONCE] for start in range(0, len(rows), ROWS_AT_ONCE))


def _json_lines(path: Path) -> list[dict[str, Any]]:
    """Returns the rows of a file of JSON objects, one a line, each with its `_id` as text. Skips empty lines.

    Raises EvaluationSetError for a file that cannot be read and for a line that is no JSON object with `_id`.
    """
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
    except UnicodeDecodeError as error:
        raise EvaluationSetError(f"{path}: not UTF-8") from error
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise EvaluationSetError(f"{path}, line {number}: not a JSON object with “_id” ({error})") from error
    return rows


def _rows(path: Path) -> list[list[str]]:
    """Returns the rows of a file of tab-separated values, without empty ones. Raises EvaluationSetError."""
    try:
        with open(path, encoding="utf-8", newline="") as file:
            return [row for row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE) if row]
    except UnicodeDecodeError as error:
        raise EvaluationSetError(f"{path}: not UTF-8") from error
    except OSError as error:
        raise EvaluationSetError(f"{path}: {error.strerror}") from error
