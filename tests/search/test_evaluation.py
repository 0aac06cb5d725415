import json
import math
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from articles.models import Article
from articles.search.evaluation import EvaluationSet, EvaluationSetError, ndcg, recall, reciprocal_rank
from articles.search.peers import lucene_term


def write(folder: Path, qrels: str = "query-id\tcorpus-id\tscore\nq1\td2\t1\nq2\td1\t2\n") -> Path:
    """Writes a small test collection in BEIR's format."""
    documents = {
        "d1": "حضر المؤتمر في الكويت وزراء الخارجية",
        "d2": "وصل القطار السريع إلى طنجة",
        "d3": "نص عن الزراعة والماء",
    }
    rows = [json.dumps({"_id": key, "title": "", "text": text}, ensure_ascii=False) for key, text in documents.items()]
    (folder / "corpus.jsonl").write_text("\n".join(rows), encoding="utf-8")
    queries = {"q1": "متى وصلت القطارات إلى طنجة؟", "q2": "وزراء الخارجية في مؤتمر الكويت", "q3": "بلا حكم"}
    rows = [json.dumps({"_id": key, "text": text}, ensure_ascii=False) for key, text in queries.items()]
    (folder / "queries.jsonl").write_text("\n".join(rows), encoding="utf-8")
    (folder / "qrels.tsv").write_text(qrels, encoding="utf-8")
    return folder


def test_the_measures_are_the_fields_own() -> None:
    grades = {"a": 2, "b": 1, "c": 0}
    assert ndcg(["a", "b"], grades, 10) == 1
    assert ndcg(["b", "a"], grades, 10) == pytest.approx((1 + 2 / math.log2(3)) / (2 + 1 / math.log2(3)))
    assert reciprocal_rank(["c", "b"], grades, 10) == 0.5
    assert reciprocal_rank(["c"] * 10 + ["a"], grades, 10) == 0
    assert recall(["a", "x"], grades, 100) == 0.5


def test_the_lucene_port_stems_as_lucene_does() -> None:
    stems = {
        "ساهدهات": "ساهد",
        "الحسن": "حسن",
        "والحسن": "حسن",
        "للاخر": "اخر",
        "زوجها": "زوج",
        "ساهدية": "ساهد",
        "وحسن": "حسن",
    }
    assert {word: lucene_term(word) for word in stems} == stems


@pytest.mark.django_db(transaction=True)
def test_the_command_measures_in_a_database_of_its_own(tmp_path: Path) -> None:
    before, name = Article.objects.count(), connection.settings_dict["NAME"]
    out = StringIO()
    call_command("evaluate_search", str(write(tmp_path)), "--json", "--peers", stdout=out)
    figures = json.loads(out.getvalue().splitlines()[-1])
    assert (figures["nDCG@10"], figures["MRR@10"], figures["R@100"]) == (1.0, 1.0, 1.0) and figures["qps"] > 0
    assert len(figures["peers"]) >= 4  # includes Lucene where its packages are installed
    assert (Article.objects.count(), connection.settings_dict["NAME"]) == (before, name)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_database WHERE datname LIKE %s", [f"{name}_evaluation%"])
        assert cursor.fetchone()[0] == 0


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda folder: (folder / "corpus.jsonl").unlink(), "corpus.jsonl: No such file"),
        (lambda folder: (folder / "queries.jsonl").write_text("{\n"), "queries.jsonl, line 1"),
        (lambda folder: (folder / "qrels.tsv").write_text("h\th\th\nq1\td2\tmany\n"), "qrels.tsv, line 2"),
        (lambda folder: (folder / "qrels.tsv").write_text("h\th\th\nq9\td2\t1\n"), "no query with a relevant document"),
    ],
)
def test_a_folder_that_is_no_evaluation_set_is_refused_by_name(tmp_path: Path, spoil: object, reason: str) -> None:
    spoil(write(tmp_path))
    with pytest.raises(EvaluationSetError, match=reason):
        EvaluationSet.read(tmp_path)
    with pytest.raises(CommandError):
        call_command("evaluate_search", str(tmp_path))
