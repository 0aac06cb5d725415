"""What a further capture changes in a stored article, what an editor's decision keeps, and what waits for an editor."""

import json
import os
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from articles.ingest.identity import SAME_ARTICLE_SHARE, shared_wording
from articles.ingest.run import Options, Report, ingest
from articles.models import ArchiveDate, Article, Capture, Source

pytestmark = pytest.mark.django_db

BODY = (
    "وصل 25 خبيرا إلى المدينة صباح اليوم للمشاركة في ورشة عمل حول أمن الموانئ.\n\n"
    "وتستمر الورشة ثلاثة أيام بمشاركة وفود من دول المنطقة كلها كما أعلن المنظمون في بيان لهم."
)
URL = "https://news.example/1"
FIRST, SECOND, THIRD = "2024-03-01T10:00:00Z", "2024-03-02T10:00:00Z", "2024-03-03T10:00:00Z"


def bring(tmp_path: Path, **fields: Any) -> Report:
    """Ingests one row."""
    row = {"title": "خبر عن ورشة الموانئ", "body": BODY, "url": URL, "captured_at": SECOND, **fields}
    path = tmp_path / f"{len(list(tmp_path.iterdir()))}.jsonl"
    path.write_text(json.dumps(row, ensure_ascii=False), encoding="utf-8")
    report = ingest([path], Options(largest=1_000_000))
    assert report.failures == []
    return report


def stored() -> Article:
    return Article.objects.get(url=URL)


def day(value: str) -> dict[str, str]:
    return {"date": value, "precision": "day", "basis": "stated", "earliest": value, "latest": value}


EDITED = ArchiveDate.on(date(2020, 1, 1), "editor")
STATED = ArchiveDate.on(date(2024, 2, 29))


@pytest.mark.parametrize(
    ("captured_at", "is_newer"), [(FIRST, False), (SECOND, True), (THIRD, True)], ids=["older", "same time", "newer"]
)
def test_the_text_is_that_of_the_newest_capture(tmp_path: Path, captured_at: str, is_newer: bool) -> None:
    bring(tmp_path, published=day("2024-02-29"))
    report = bring(
        tmp_path, captured_at=captured_at, title="عنوان آخر للورشة نفسها", body=BODY.replace("25", "27"), published=day("2024-02-28")
    )  # fmt: skip
    article = stored()
    assert (report.updated, article.captures.accepted().count()) == (1, 2)
    assert article.title == ("عنوان آخر للورشة نفسها" if is_newer else "خبر عن ورشة الموانئ")
    assert ("27" in article.body) == is_newer
    assert article.figures.filter(value=27 if is_newer else 25).count() == 1
    assert not article.figures.filter(value=25 if is_newer else 27).exists()
    assert article.published == (ArchiveDate.on(date(2024, 2, 28)) if is_newer else STATED)


@pytest.mark.parametrize("captured_at", [FIRST, THIRD], ids=["older", "newer"])
@pytest.mark.parametrize("stated", [None, "2024-02-28"])
def test_an_editors_title_and_date_stay(tmp_path: Path, captured_at: str, stated: str | None) -> None:
    bring(tmp_path, published=day("2024-02-29"))
    article = stored()
    article.title, article.title_origin, article.published = "عنوان المحرر", "editor", EDITED
    article.save()
    fields = {"published": day(stated)} if stated else {}
    bring(tmp_path, captured_at=captured_at, title="عنوان آخر", body=BODY.replace("25", "27"), **fields)
    assert (stored().title, stored().published) == ("عنوان المحرر", EDITED)
    assert ("27" in stored().body) == (captured_at == THIRD)


@pytest.mark.parametrize(
    ("captured_at", "latest"), [(FIRST, date(2024, 3, 1)), (THIRD, date(2024, 3, 2))], ids=["older", "newer"]
)
def test_an_article_without_a_date_was_published_by_its_first_capture(
    tmp_path: Path, captured_at: str, latest: date
) -> None:
    bring(tmp_path)
    assert stored().published == ArchiveDate.between(None, date(2024, 3, 2))
    bring(tmp_path, captured_at=captured_at, body=BODY.replace("25", "27"))
    assert stored().published == ArchiveDate.between(None, latest)


def test_a_new_capture_may_state_the_date_that_was_unknown(tmp_path: Path) -> None:
    bring(tmp_path)
    bring(tmp_path, captured_at=THIRD, body=BODY.replace("25", "27"), published=day("2024-02-29"))
    assert stored().published == STATED


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (
            {"author": "ليلى العمراني", "section": "", "language": "ar"},
            {"author": "سالم الغافري", "section": "رياضة", "language": "fr"},
            ("ليلى العمراني", "رياضة", "fr"),
        ),
        (
            {"author": "", "section": "سياسة"},
            {"author": "سالم الغافري", "section": "رياضة"},
            ("سالم الغافري", "سياسة", "ar"),
        ),
    ],
)
def test_which_stated_values_stay(
    tmp_path: Path, first: dict[str, str], second: dict[str, str], expected: tuple[str, str, str]
) -> None:
    bring(tmp_path, **first)
    bring(tmp_path, captured_at=THIRD, body=BODY.replace("25", "27"), **second)
    assert (stored().author, stored().section, stored().language) == expected


def test_the_source_stays_once_it_is_set(tmp_path: Path) -> None:
    by_host = Source.objects.create(name="جريدة المثال", domains=["news.example"])
    other = Source.objects.create(name="جريدة أخرى")
    bring(tmp_path)
    assert stored().source == by_host
    bring(tmp_path, captured_at=THIRD, body=BODY.replace("25", "27"), source="جريدة أخرى")
    assert stored().source == by_host
    # A row that names its source has it, whatever the host.
    bring(tmp_path, url="https://news.example/2", title="خبر ثان", source="جريدة أخرى")
    assert Article.objects.get(url="https://news.example/2").source == other


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"body": BODY.replace("25", "27")}, ""),
        ({"body": BODY[: len(BODY) // 3]}, "unlike"),
        ({"body": "كلام آخر تماما عن الزراعة والماء في الجنوب لا صلة له بما سبق من خبر الورشة."}, "unlike"),
    ],
)
def test_a_capture_of_another_text_waits(tmp_path: Path, fields: dict[str, str], reason: str) -> None:
    bring(tmp_path)
    report = bring(tmp_path, captured_at=THIRD, **fields)
    capture = stored().captures.get(captured_at=THIRD)
    assert (capture.waiting_reason, capture.state) == (reason, "waiting" if reason else "accepted")
    assert (stored().body == BODY) == bool(reason)
    assert (report.updated, report.created) == (1, 0)


@pytest.mark.parametrize(
    ("other", "is_same"),
    [
        ({"url": ""}, True),
        ({"url": "", "title": "عنوان آخر"}, False),
        ({"url": "", "body": BODY + " وزيادة."}, False),
        ({"url": "https://other.example/1"}, False),
        ({"url": "https://news.example/2"}, False),
        ({"url": URL + "?utm_source=x"}, True),
    ],
)
def test_which_document_is_the_same_article(tmp_path: Path, other: dict[str, str], is_same: bool) -> None:
    bring(tmp_path)
    before = Article.objects.count()
    bring(tmp_path, captured_at=THIRD, capture_filename="غيره.html", **other)
    assert (Article.objects.count() == before) == is_same


@pytest.mark.parametrize("share", [0.45, 0.55])
def test_files_of_one_name_are_one_article_if_they_share_half_their_wording(tmp_path: Path, share: float) -> None:
    words = [f"{a}{b}{c}" for a in "حدرصطع" for b in "ثخذضظغ" for c in "جحشقطز"]
    # Of two texts of 100 words, `kept` words at the beginning are the same.
    number_shared = round(100 * 2 * share / (1 + share))
    first, second = words[:100], [*words[:number_shared], *words[100 : 200 - number_shared]]
    report = None
    for folder, text in (("a", first), ("b", second)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "index.txt").write_text("عنوان خبر قصير\n\n" + " ".join(text) + ".\n", encoding="utf-8")
        report = ingest([tmp_path / folder], Options(largest=1_000_000))
    assert report is not None and (report.created == 0) == (share > 0.5)


def test_the_share_of_a_wording_is_of_the_longer_text() -> None:
    assert shared_wording(BODY, BODY) == 1.0
    assert shared_wording(BODY, BODY.replace("\n\n", " ")) == 1.0
    assert 0 < shared_wording(BODY, BODY[: len(BODY) // 3]) < SAME_ARTICLE_SHARE
    assert shared_wording(BODY[: len(BODY) // 3], BODY) == shared_wording(BODY, BODY[: len(BODY) // 3])
    assert shared_wording(BODY, "") == 0.0
    assert SAME_ARTICLE_SHARE < shared_wording(BODY, BODY.replace("25", "27")) < 1


def test_hidden_files_and_folders_are_skipped(tmp_path: Path) -> None:
    for name in ("seen.txt", ".hidden.txt", ".folder/inside.txt", "folder/other.txt", "folder/.hidden.txt"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"عنوان خبر قصير {len(name)}\n\n{BODY} {name}.\n", encoding="utf-8")
    report = ingest([tmp_path], Options(largest=1_000_000))
    names = set(Capture.objects.filter(article__title__startswith="عنوان خبر قصير").values_list("filename", flat=True))
    assert (report.created, report.failures, names) == (2, [], {"seen.txt", "other.txt"})
    # A hidden file that is named itself is taken.
    assert ingest([tmp_path / ".hidden.txt"], Options(largest=1_000_000)).created == 1
    os.remove(tmp_path / ".hidden.txt")
