import csv
import json
from io import StringIO

import pytest
from django.core.management import call_command

from articles.exchange.export import EXPORTS
from articles.models import Actor, Article, Mention

pytestmark = pytest.mark.django_db


def exported(noun: str, form: str = "jsonl", **options: object) -> str:
    """Runs the export command and returns its output."""
    out = StringIO()
    call_command("export", noun, "--format", form, stdout=out, **options)
    return out.getvalue()


def test_a_line_of_articles_holds_what_other_programs_rely_on() -> None:
    rows = [json.loads(line) for line in exported("articles").splitlines()]
    assert len(rows) == 5
    for row in rows:
        assert {"id", "title", "body", "source", "url", "status", "sha256", "capture_filename"} <= set(row)
        assert set(row["published"]) == {"date", "precision", "basis", "earliest", "latest"}
        assert all(set(event) == {"id", "title", "state"} for event in row["events"])
        for actor in row["actors"]:
            assert set(actor) == {"id", "name", "kind", "state", "spans"}
            assert all(row["body"][start:end] for start, end in actor["spans"])
        for figure in row["figures"]:
            assert {
                "id",
                "value",
                "value_high",
                "qualifier",
                "unit",
                "measure",
                "quote",
                "start",
                "end",
                "state",
            } <= set(figure)
            assert row["body"][figure["start"] : figure["end"]] == figure["quote"]
    kuwait = next(row for row in rows if row["capture_filename"].startswith("003"))
    assert kuwait["published"]["date"] == "2024-11-06" and kuwait["source"] == "وكالة المغرب العربي للأنباء"


@pytest.mark.parametrize("noun", EXPORTS)
def test_both_forms_have_the_same_rows(noun: str) -> None:
    lines = [json.loads(line) for line in exported(noun).splitlines()]
    table = list(csv.DictReader(StringIO(exported(noun, "csv"))))
    assert len(lines) == len(table) > 0
    assert [str(row["id"]) for row in lines] == [row["id"] for row in table]


def test_drafts_and_what_was_rejected_are_written_for_the_desk_alone(make_article: object) -> None:
    make_article("مسودة لم تنشر", "نص.", status="draft")
    rejected = Article.objects.public().filter(mentions__isnull=False).first().mentions.first()
    Mention.objects.filter(pk=rejected.pk).update(state="rejected")
    Actor.objects.filter(pk=rejected.actor_id).update(withheld=True)
    public, whole = exported("articles"), exported("articles", all=True)
    assert "مسودة لم تنشر" not in public and "مسودة لم تنشر" in whole
    assert '"rejected"' not in public and '"rejected"' in whole
    name = json.dumps(rejected.actor.name, ensure_ascii=False)
    assert f'"name": {name}' not in exported("actors") and f'"name": {name}' in exported("actors", all=True)


def test_search_prints_one_line_of_json() -> None:
    out = StringIO()
    call_command("search", "مراكش", "--json", "--limit", "2", stdout=out)
    answer = json.loads(out.getvalue())
    assert set(answer) == {"total", "results"} and len(answer["results"]) == 2
    assert set(answer["results"][0]) == {"id", "title", "score"}
