"""Prints how well the rules do on the labelled passages, and asserts that they meet the archive's promised bounds."""

from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from articles.extract.evaluation import evaluate, read_passages
from articles.ingest.authority import load_authority

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
