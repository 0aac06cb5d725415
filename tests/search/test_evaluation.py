import json
import math
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from articles.models import Article
from articles.search.evaluation import EvaluationSet, EvaluationSetError, Scores, measure, ndcg, recall, reciprocal_rank
from articles.search.peers import lucene_term, peers


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
        (lambda folder: (folder / "corpus.jsonl").write_bytes("نص".encode("cp1256")), "corpus.jsonl: not UTF-8"),
        (lambda folder: (folder / "queries.jsonl").write_bytes("نص".encode("cp1256")), "queries.jsonl: not UTF-8"),
        (lambda folder: (folder / "qrels.tsv").write_bytes("نص".encode("cp1256")), "qrels.tsv: not UTF-8"),
        (lambda folder: (folder / "qrels.tsv").write_text("h\th\th\nq9\td2\t1\n"), "no query with a relevant document"),
    ],
)
def test_a_folder_that_is_no_evaluation_set_is_refused_by_name(tmp_path: Path, spoil: object, reason: str) -> None:
    spoil(write(tmp_path))
    with pytest.raises(EvaluationSetError, match=reason):
        EvaluationSet.read(tmp_path)
    with pytest.raises(CommandError):
        call_command("evaluate_search", str(tmp_path))


@pytest.mark.parametrize(
    ("ranking", "grades", "gained", "ideal"),
    [
        (["a"], {"a": 1}, 1.0, 1.0),
        (["x", "a"], {"a": 1}, 1 / math.log2(3), 1.0),
        (["a", "b"], {"b": 3, "a": 1}, 1 + 3 / math.log2(3), 3 + 1 / math.log2(3)),
        (["x"], {"a": 1, "b": 1}, 0.0, 1 + 1 / math.log2(3)),
        # Only the first two count, of the ranking and of the best possible one.
        (["x", "x", "a"], {"a": 1}, 0.0, 1.0),
        (["a", "b"], {"a": 1, "b": 1, "c": 1}, 1 + 1 / math.log2(3), 1 + 1 / math.log2(3)),
        # Nothing is relevant.
        (["a"], {"a": 0}, 0.0, 1.0),
        (["a"], {}, 0.0, 1.0),
    ],
)
def test_the_gain_of_a_ranking(ranking: list[str], grades: dict[str, int], gained: float, ideal: float) -> None:
    assert ndcg(ranking, grades, 2) == pytest.approx(gained / ideal)


@pytest.mark.parametrize(
    ("ranking", "rank", "share"),
    [
        (["a", "b"], 1, 1),
        (["x", "b"], 1 / 2, 0.5),
        (["x", "y", "a"], 0, 0),
        (["c", "x"], 0, 0),
        ([], 0, 0),
    ],
)
def test_the_rank_and_the_share_of_what_is_relevant(ranking: list[str], rank: float, share: float) -> None:
    grades = {"a": 2, "b": 1, "c": 0}
    assert (reciprocal_rank(ranking, grades, 2), recall(ranking, grades, 2)) == (rank, share)
    assert (reciprocal_rank(ranking, {"c": 0}, 2), recall(ranking, {"c": 0}, 2)) == (0, 0)


def test_the_scores_are_means_of_ten_and_a_hundred_results() -> None:
    judged = EvaluationSet(
        {}, {"q1": "أول", "q2": "ثان"}, {"q1": {"d9": 1, "d50": 1, "d99": 1}, "q2": {"d10": 1, "d100": 1}}
    )
    scores = measure("اسم", judged, lambda text: [f"d{number}" for number in range(200)])
    assert (scores.name, scores.mrr_at_10) == ("اسم", pytest.approx((1 / 10 + 0) / 2))
    assert scores.recall_at_100 == pytest.approx((1 + 1 / 2) / 2)
    best = 1 + 1 / math.log2(3) + 1 / math.log2(4)
    assert scores.ndcg_at_10 == pytest.approx((1 / math.log2(11) / best + 0) / 2)
    assert scores.queries_per_second > 0
    assert Scores("", 0.123456, 0.234567, 0.345678, 12.345).as_dict() == {
        "nDCG@10": 0.1235, "MRR@10": 0.2346, "R@100": 0.3457, "qps": 12.3,
    }  # fmt: skip


def test_the_time_of_a_query_is_measured_from_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter((1_000.0, 1_004.0))
    monkeypatch.setattr("articles.search.evaluation.time.perf_counter", lambda: next(clock))
    judged = EvaluationSet({}, {"q1": "أول", "q2": "ثان"}, {"q1": {"d": 1}, "q2": {"d": 1}})
    assert measure("", judged, lambda text: ["d"]).queries_per_second == 0.5


def test_an_evaluation_set_as_it_is_read(tmp_path: Path) -> None:
    write(tmp_path, "q1\td2\t1\n\nq1\td1\t0\nq2\td1\t0\nq9\td1\t1\n")
    rows = '{"_id": 7}\n\n  \n{"_id": "d2", "title": "عنوان", "text": "نص"}\n'
    (tmp_path / "corpus.jsonl").write_text(rows, encoding="utf-8")
    judged = EvaluationSet.read(tmp_path)
    assert judged.documents == {"7": ("", ""), "d2": ("عنوان", "نص")}
    # Only queries with a relevant document are ranked. The first line may be a judgement or a heading.
    assert judged.queries == {"q1": "متى وصلت القطارات إلى طنجة؟"}
    assert judged.judged == {"q1": {"d2": 1, "d1": 0}, "q2": {"d1": 0}, "q9": {"d1": 1}}
    # Judgements may stand in a folder of their own, and those beside the documents count first.
    (tmp_path / "qrels").mkdir()
    (tmp_path / "qrels" / "test.tsv").write_text("q2\td2\t1\n", encoding="utf-8")
    assert set(EvaluationSet.read(tmp_path).queries) == {"q1"}
    (tmp_path / "qrels.tsv").unlink()
    assert set(EvaluationSet.read(tmp_path).queries) == {"q2"}


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("qrels.tsv", "q1\td2\n", "no document, or no query"),
        ("qrels.tsv", "q1\td2\t1\nq2\td1\n", "qrels.tsv, line 2: expected query"),
        ("qrels.tsv", "q1\td2\t1\nq2\td1\t1.5\n", "qrels.tsv, line 2: expected query"),
        ("qrels.tsv", "q1\td2\t0\n", "no document, or no query"),
        ("qrels.tsv", None, "qrels.tsv: No such file"),
        ("corpus.jsonl", "", "no document, or no query"),
        ("corpus.jsonl", '{"_id": "d1"}\n{"title": ""}\n', "corpus.jsonl, line 2: not a JSON object"),
        ("corpus.jsonl", "[]\n", "corpus.jsonl, line 1: not a JSON object"),
        ("queries.jsonl", "", "no document, or no query"),
    ],
)
def test_a_fault_of_an_evaluation_set_is_named(tmp_path: Path, name: str, content: str | None, reason: str) -> None:
    write(tmp_path)
    (tmp_path / name).unlink()
    if content is not None:
        (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(EvaluationSetError, match=reason):
        EvaluationSet.read(tmp_path)


@pytest.mark.parametrize(
    ("word", "term"),
    [
        # A prefix is removed if two letters remain, three after a lone waw; only one prefix is.
        ("البت", "بت"),
        ("الب", "الب"),
        ("ولد", "ولد"),
        ("وولد", "ولد"),
        ("والبت", "بت"),
        ("والب", "الب"),
        ("للبت", "بت"),
        ("بالبت", "بت"),
        ("كالبت", "بت"),
        ("فالبت", "بت"),
        ("الوجه", "وج"),
        ("اللوح", "لوح"),
        # A suffix is removed if two letters remain; each is tried in turn.
        ("بتها", "بت"),
        ("بها", "بها"),
        ("بته", "بت"),
        ("به", "به"),
        ("بتون", "بت"),
        ("بتيه", "بت"),
        ("بتاتها", "بت"),
        ("أمور", "امور"),
    ],
)
def test_how_a_word_is_stemmed_by_the_port(word: str, term: str) -> None:
    assert lucene_term(word) == term


def rankings(documents: dict[str, str]) -> dict[str, Callable[[str], list[str]]]:
    """The peers that need no database, by the beginning of their names."""
    judged = EvaluationSet({key: ("", text) for key, text in documents.items()}, {}, {})
    return {
        name: ranking
        for key, name in (("Lucene's", "port"), ("Snowball", "bm25s"), ("tantivy", "tantivy"))
        if (ranking := next((rank for peer, rank in peers(judged, {}) if peer.startswith(key)), None))
    }


def test_the_peers_rank_as_bm25_does() -> None:
    documents = {
        "none": "نص عن الزراعة",
        "long": "وصل القطار " + "كلام " * 40,
        "short": "وصل القطار كلام",
        "often": "القطار القطار القطار كلام كلام",
        "rare": "زمرد كلام كلام كلام كلام",
    }
    for name, rank in rankings(documents).items():
        # A word counts more often in a text of about the same length, and in a shorter text.
        ranked = rank("قطار")
        assert set(ranked[:3]) == {"often", "short", "long"} and ranked[2] == "long", name
        if name != "tantivy":
            assert set(rank("كلام")) >= set(documents) - {"none"} and rank("من في") == [] and rank("؟") == [], name
        # A rare word outweighs a common one.
        assert rank("زمرد كلام")[0] == "rare", name


def test_the_port_computes_the_scores_of_lucene() -> None:
    """With k1 = 1.2 and b = 0.75, a word twice in forty words counts less than once in ten, and thrice counts more."""
    first = {}
    for times, length in ((1, 20), (2, 20), (2, 40), (3, 40), (4, 70), (5, 70), (6, 70)):
        documents = {
            "long": " ".join(["زمرد"] * times + ["حشو"] * (length - times)),
            "short": " ".join(["زمرد", *["حشو"] * 9]),
            "other": " ".join(["حشو"] * (65 - length)),
        }
        first[times, length] = rankings(documents)["port"]("زمرد")[0]
    # 1 / (1 + 1.2 · (0.25 + 0.75 · 10 / 25)) is 0.602; the long one has, in this order, 0.499, 0.666, 0.535, 0.633 …
    average = {length: (10 + max(length, 65) if length > 65 else 75) / 3 for _, length in first}
    for (times, length), name in first.items():
        score, short = (
            n / (n + 1.2 * (0.25 + 0.75 * words / average[length])) for n, words in ((times, length), (1, 10))
        )
        assert name == ("long" if score > short else "short"), (times, length)
    assert set(first.values()) == {"long", "short"}


def test_a_peer_names_a_hundred_documents_at_most() -> None:
    documents = {f"d{number}": "زمرد وياقوت" for number in range(110)}
    for name, rank in rankings(documents).items():
        assert len(rank("زمرد")) == 100, name
    few = {"d1": "زمرد", "d2": "ياقوت", "d3": ""}
    assert all(rank("زمرد")[0] == "d1" for rank in rankings(few).values())
