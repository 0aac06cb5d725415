"""Prints how well the rules do on the labelled passages, and asserts that they meet the archive's promised bounds."""

from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from articles.extract.evaluation import (
    Score,
    _score_events,
    _score_spans,
    evaluate,
    read_passages,
)
from articles.ingest.authority import load_authority
from articles.models import Actor

LABELLED = settings.BASE_DIR / "tests" / "extract" / "labelled"
PROMISED = {"figures": (0.95, 0.90), "actors": (0.95, 0.95), "dates": (0.90, 0.90), "events": (0.90, 0.90)}


@pytest.mark.django_db
def test_the_rules_keep_what_is_promised() -> None:
    load_authority(LABELLED / "authority.toml")
    passages = read_passages(LABELLED)
    assert len(passages) >= 40
    for kind, score in evaluate(passages).items():
        precision, recall = PROMISED[kind]
        print(f"{kind}: precision {score.precision:.3f}, recall {score.recall:.3f}")
        assert score.precision >= precision and score.recall >= recall, "\n".join(score.differences)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "passage"), ("[[passage]]\nid = 'a'", "a: KeyError"), ("nonsense", "passages.toml"),
        ("[[passage]]\nid = 'a'\nbody = 'نص'\nfigures = [['غائب', '1', 'exactly', '']]", "does not stand"),
        ("[[passage]]\nid = 'a'\nbody = 'نص'\nfigures = [['نص', '1', 'perhaps', '']]", "unknown qualifier"),
    ],
)  # fmt: skip
def test_wrong_labels_are_told(tmp_path: Path, content: str, reason: str) -> None:
    (tmp_path / "passages.toml").write_text(content, encoding="utf-8")
    with pytest.raises(CommandError, match=reason):
        call_command("evaluate_extraction", str(tmp_path), stdout=StringIO())


@pytest.mark.parametrize(
    ("labels", "results", "counts", "differences"),
    [
        ("ابت", "ابت", (3, 0, 0), []),
        ("ابت", "اب", (2, 1, 0), ["م: − ت"]),
        ("اب", "ابتث", (2, 0, 2), ["م: + ت", "م: + ث"]),
        ("بب", "ج", (0, 1, 1), ["م: − ب", "م: + ج"]),
        ("", "", (0, 0, 0), []),
    ],
)
def test_labels_and_results_are_counted(
    labels: str, results: str, counts: tuple[int, int, int], differences: list[str]
) -> None:
    score = Score()
    score.count("م", labels, results)
    assert (score.right, score.missed, score.extra) == counts and score.differences == differences
    score.count("ن", labels, results)
    assert (score.right, score.missed, score.extra) == tuple(2 * count for count in counts)


@pytest.mark.parametrize(
    ("right", "missed", "extra", "precision", "recall"),
    [(3, 1, 0, 1, 0.75), (3, 0, 1, 0.75, 1), (0, 0, 0, 1, 1), (0, 2, 0, 1, 0), (0, 0, 2, 0, 1), (1, 3, 1, 0.5, 0.25)],
)
def test_precision_and_recall(right: int, missed: int, extra: int, precision: float, recall: float) -> None:
    score = Score(right, missed, extra)
    assert (score.precision, score.recall) == (precision, recall)


@pytest.mark.parametrize(
    ("labels", "results", "counts", "differences"),
    [
        ([(0, 4, 5)], [(0, 4, 5)], (1, 0, 0), []),
        ([(0, 4, 5)], [(3, 9, 5)], (1, 0, 0), []),
        # Neighbours do not overlap, and another value is another figure.
        ([(0, 4, 5)], [(4, 9, 5)], (0, 1, 1), ["م: − ل5 (found: nothing)", "م: + ن5"]),
        ([(4, 9, 5)], [(0, 4, 5)], (0, 1, 1), ["م: − ل5 (found: nothing)", "م: + ن5"]),
        ([(0, 4, 5)], [(0, 4, 6)], (0, 1, 1), ["م: − ل5 (found: ن6)", "م: + ن6"]),
        ([(0, 4, 5)], [(0, 2, 6), (2, 4, 5)], (1, 0, 1), ["م: + ن6"]),
        # A result counts for one label.
        ([(0, 4, 5), (2, 6, 5)], [(0, 6, 5)], (1, 1, 0), ["م: − ل5 (found: ن5)"]),
        ([(0, 4, 5), (2, 6, 5)], [(0, 6, 5), (1, 3, 5)], (2, 0, 0), []),
        ([], [(0, 6, 5)], (0, 0, 1), ["م: + ن5"]),
    ],
)
def test_a_result_is_right_where_it_overlaps_a_label_of_its_value(
    labels: list[tuple[int, int, int]], results: list[tuple[int, int, int]], counts: tuple[int, int, int],
    differences: list[str],
) -> None:  # fmt: skip
    score = Score()
    _score_spans(score, "م", [(*label, f"ل{label[2]}") for label in labels], [(*row, f"ن{row[2]}") for row in results])
    assert (score.right, score.missed, score.extra) == counts and score.differences == differences


PASSAGES = """
[[passage]]
id = "أول"
title = "خبر"
body = " حضر 5 خبراء من 6 دول. "
published = 2024-11-06
figures = [["5 خبراء", "5", "exactly", "خبراء"], ["6 دول", "6–8", "between", "دول"]]
actors = ["هيئة السواحل"]
dates = [["6", 2024-11-06, 2024-11-07]]
event = "م1"
[[passage]]
body = "نص"
event = "م1"
[[passage]]
id = "ثالث"
body = "نص"
event = "م2"
[[passage]]
id = "رابع"
body = "نص"
"""


def test_passages_as_they_are_read(tmp_path: Path) -> None:
    (tmp_path / "passages.toml").write_text(PASSAGES, encoding="utf-8")
    first, second, third, _ = read_passages(tmp_path)
    assert (first.name, first.title, first.body, first.published) == (
        "أول",
        "خبر",
        "حضر 5 خبراء من 6 دول.",
        date(2024, 11, 6),
    )
    assert first.figures == (
        ("5 خبراء", Decimal(5), None, "exactly", "خبراء"), ("6 دول", Decimal(6), Decimal(8), "between", "دول"),
    )  # fmt: skip
    assert (first.actors, first.event) == ({"هيئة السواحل"}, "م1")
    assert first.dates == (("6", date(2024, 11, 6), date(2024, 11, 7)),)
    # A passage without an id is named by its place.
    assert (second.name, second.title, second.published, second.figures) == ("passage 2", "", None, ())
    for stored, right, missed, extra in (
        ({"أول": 1, "passage 2": 1, "ثالث": 2}, 1, 0, 0),
        ({"أول": 1, "passage 2": 2, "ثالث": 2}, 0, 1, 1),
        ({"أول": 1, "passage 2": 1, "ثالث": 1}, 1, 0, 2),
        # Articles without an event are not joined.
        ({"أول": None, "passage 2": None, "ثالث": None}, 0, 1, 0),
    ):
        score = Score()
        _score_events(score, [first, second, third], stored)
        assert (score.right, score.missed, score.extra) == (right, missed, extra), stored
        assert len(score.differences) == missed + extra


@pytest.mark.django_db
def test_what_the_rules_find_in_a_passage_is_scored(tmp_path: Path) -> None:
    Actor.objects.create(name="هيئة السواحل العليا", kind="civil", state="confirmed")
    (tmp_path / "passages.toml").write_text(
        """
[[passage]]
id = "أول"
body = "حضرت هيئة السواحل العليا، وشارك نحو 5 خبراء يومي 4 و5 نوفمبر، وغاب 6 نواب، أمس."
published = 2024-11-06
figures = [["5 خبراء", "5", "about", "خبراء"], ["6 نواب", "7", "exactly", "نواب"]]
actors = ["هيئة السواحل العليا", "هيئة أخرى"]
dates = [["يومي 4 و5 نوفمبر", 2024-11-04, 2024-11-05], ["أمس", 2024-11-05, 2024-11-05]]
""",
        encoding="utf-8",
    )
    scores = evaluate(read_passages(tmp_path))
    assert {kind: (score.right, score.missed, score.extra) for kind, score in scores.items()} == {
        "figures": (1, 1, 1), "actors": (1, 1, 0), "dates": (2, 0, 0), "events": (0, 0, 0),
    }  # fmt: skip
