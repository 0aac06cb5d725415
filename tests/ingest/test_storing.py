"""What of one delivery of many documents becomes an article, a capture, or a line of the report."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from articles.extract.authority import Authority
from articles.ingest.arabic import in_arabic
from articles.ingest.document import Broken, Item
from articles.ingest.prepare import Prepared, prepare
from articles.ingest.run import Options, Preparing, ingest, ingest_items
from articles.models import Article, Capture, Source
from articles.models.capture import capture_storage, stored_name

pytestmark = pytest.mark.django_db
NOW = datetime(2024, 3, 5, 10, tzinfo=UTC)
OPTIONS = Options(largest=1_000_000)


def sentences(word: str, count: int = 6) -> str:
    """Returns a text of its own, whose sentences have nothing in common with those of another word."""
    return "\n\n".join(
        f"قال {word}{letter} في {word}{letter}ه إن {word}{letter}ات {letter}{word} تستمر {word} {letter}."
        for letter in "بتجدرس"[:count]
    )


def item(name: str, text: str, **fields: object) -> Item:
    return Item(name, text.encode(), "text/plain", **{"filename": name, "captured_at": NOW, **fields})


def outcomes(*items: Item) -> list[tuple[str, str]]:
    """Ingests items; returns the outcome of each with its place."""
    told: list[tuple[str, str]] = []
    options = Options(largest=1_000_000, on_outcome=lambda outcome, place: told.append((str(place), outcome)))
    ingest_items(items, options)
    return told


def test_documents_of_one_batch_that_belong_together() -> None:
    first, other = f"عنوان أول للخبر\n\n{sentences('ياقوت')}", f"عنوان ثان للخبر\n\n{sentences('زمرد')}"
    changed = first.replace("تستمر", "تتواصل", 1)
    told = outcomes(
        item("a.txt", first), item("b.txt", other), item("copy.txt", first), item("a.txt", changed), item("c.txt", first.replace("أول", "أول\u200e")),
    )  # fmt: skip
    assert told == [
        ("a.txt", "created"),
        ("b.txt", "created"),
        ("copy.txt", "unchanged"),
        ("a.txt", "updated"),
        ("c.txt", "updated"),
    ]
    article = Article.objects.get(title="عنوان أول للخبر")
    assert list(article.captures.order_by("id").values_list("filename", flat=True)) == ["a.txt", "a.txt", "c.txt"]
    assert Article.objects.get(title="عنوان ثان للخبر").captures.count() == 1


def test_an_address_of_two_articles_is_that_of_the_more_alike() -> None:
    """An editor made an article of its own of a capture that another page of the same address had."""
    address = "https://news.example/live"
    texts = {name: f"عنوان {name} للخبر\n\n{sentences(name)}" for name in ("ياقوت", "زمرد", "مرجان")}
    outcomes(item("a", texts["ياقوت"], address=address), item("b", texts["زمرد"], address="https://news.example/other"))
    first, second = (Article.objects.get(title=f"عنوان {name} للخبر") for name in ("ياقوت", "زمرد"))
    Capture.objects.filter(article=second).update(address=address, fetched_address=address)
    Article.objects.filter(pk=second.pk).update(url="")
    third = Article.objects.create(title="قديم", body=texts["ياقوت"])
    for name, article in (("ياقوت", first), ("زمرد", second)):
        changed = texts[name].replace("تستمر", "تتواصل", 1)
        assert outcomes(item("x", changed, address=address)) == [("x", "updated")]
        assert article.captures.count() == 2 and "تتواصل" in Article.objects.get(pk=article.pk).body
    assert not third.captures.exists()
    # What is like neither waits for an editor, beside the first of them.
    assert outcomes(item("x", texts["مرجان"], address=address)) == [("x", "waiting")]


def test_a_document_that_the_database_refuses_costs_no_other() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.title LIKE '%%ممنوع%%' THEN "
            "RAISE EXCEPTION 'not this title' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END $$"
        )
        cursor.execute("CREATE TRIGGER refuse BEFORE INSERT ON articles_article FOR EACH ROW EXECUTE FUNCTION refuse()")
    told = outcomes(
        *(item(f"{name}.txt", f"عنوان {name} للخبر\n\n{sentences(name)}") for name in ("ياقوت", "ممنوع", "زمرد")),
    )
    assert told == [("ياقوت.txt", "created"), ("ممنوع.txt", "failed"), ("زمرد.txt", "created")]
    report = ingest_items([item("d.txt", f"عنوان ممنوع آخر\n\n{sentences('مرجان')}")], OPTIONS)
    (failure,) = report.failures
    assert (failure.path, failure.is_rest) == ("d.txt", False)
    assert failure.reason == "the database refused it: not this title" and in_arabic(failure.reason) != failure.reason


def prepared(text: str) -> Prepared:
    made = prepare(item("a.txt", text), "", NOW, Authority.load())
    assert isinstance(made, Prepared)
    return made


def test_a_worker_stores_bytes_only_in_the_store_of_its_parent() -> None:
    entry = prepared(f"عنوان للخبر هنا\n\n{sentences('عقيق')}")
    authority, name = Authority.load(), stored_name(entry.sha256)
    broken = Broken("a", "", "reason")
    for storages in (None, {}, {"captures": {}}):
        assert Preparing("", NOW, authority, storages).finish([entry, broken]) is False
        assert not capture_storage().exists(name)
    job = Preparing("", NOW, authority, settings.STORAGES)
    assert job.finish([entry, broken]) is True and capture_storage().exists(name)
    assert job(broken) is broken and job(item("a.txt", "عنوان للخبر\n\nنص المقال كله.")).document.title == "عنوان للخبر"


def test_sources_are_found_by_name_then_mark_then_host() -> None:
    by_name, by_mark, by_host = (
        Source.objects.create(name="صدى الجنوب"), Source.objects.create(name="وكالة الساحل", marks=["و س ع"]),
        Source.objects.create(name="جريدة الشمال", domains=["north.example"]),
    )  # fmt: skip
    row = {"body": sentences("فيروز"), "title": "عنوان"}

    def source_of(text: str | None = None, address: str = "", **fields: str) -> int | None:
        number = Article.objects.count()
        content = json.dumps(row | {"title": f"عنوان {number}", "body": f"{row['body']}\n\n{'ن' * number}."} | fields)
        document = (
            item("a", text, address=address)
            if text
            else Item(f"{number}.jsonl", content.encode(), "application/json", captured_at=NOW)
        )
        ingest_items([document], OPTIONS)
        return Article.objects.latest("id").source_id

    marked = f"عنوان له علامة هنا\n\n{sentences('لؤلؤ')}\n\nو س ع"
    assert source_of(source="صدى الجنوب") == by_name.pk and source_of(source="لا أحد") is None and source_of() is None
    assert source_of(source="صدى الجنوب", url="https://north.example/1") == by_name.pk
    assert (
        source_of(url="https://www.north.example/2") == by_host.pk and source_of(url="https://south.example/2") is None
    )
    assert source_of(marked) == by_mark.pk
    assert source_of(marked.replace("لؤلؤ", "كهرمان"), "https://north.example/3") == by_mark.pk


def test_what_a_report_says_of_files_and_their_places(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"title": "ع"}\n{\n', encoding="utf-8")
    (tmp_path / "b.txt").write_text(f"عنوان للخبر\n\n{sentences('مرمر')}", encoding="utf-8")
    (tmp_path / ".hidden.txt").write_text("نص", encoding="utf-8")
    report = ingest([tmp_path / "nothing", tmp_path, tmp_path / "b.txt"], OPTIONS)
    assert [(failure.path, str(failure.reason)) for failure in report.failures] == [
        (str(tmp_path / "nothing"), "no such file or folder"), (f"{tmp_path}/a.jsonl: line 1", "“body” is missing or empty"),
        (f"{tmp_path}/a.jsonl: line 2", "not JSON: it breaks off or goes wrong at character 2"),
    ]  # fmt: skip
    assert (report.created, report.done, report.last[1]) == (1, 1, "created") and report.seconds > 0
    again = ingest([tmp_path / "b.txt"], OPTIONS)
    assert (again.unchanged, again.last) == (1, (report.last[0], "unchanged"))


def test_revisits_are_known_by_a_capture_or_an_article_of_their_address() -> None:
    address = "https://news.example/seen"
    revisit = Item("a.warc", None, "", address=address, place="record at offset 5")
    told = ingest_items([revisit], OPTIONS)
    assert [str(failure.reason) for failure in told.failures] == [
        f"a revisit of {address}, of which no capture is stored"
    ]
    outcomes(item("a", f"عنوان للخبر\n\n{sentences('زبرجد')}", address=address))
    article = Article.objects.get(url=address)
    for column, value in (("address", "elsewhere"), ("address", address)):
        Capture.objects.filter(article=article).update(**{column: value})
        assert (ingest_items([revisit], OPTIONS).unchanged, Article.objects.filter(url=address).count()) == (1, 1)
    Article.objects.filter(pk=article.pk).update(url="")
    assert ingest_items([revisit], OPTIONS).unchanged == 1
    Capture.objects.filter(article=article).update(address="elsewhere")
    assert len(ingest_items([revisit], OPTIONS).failures) == 1


def test_a_value_that_a_stored_article_does_not_take_is_told() -> None:
    def notes(number: int, **fields: str) -> list[str]:
        body = sentences("مرو").replace("تستمر", "تتواصل", number)
        row = {"title": "عنوان للخبر", "body": body, "url": "https://news.example/kept", **fields}
        document = Item(f"{number}.jsonl", json.dumps(row).encode(), "application/json", captured_at=NOW)
        return [str(note) for note in ingest_items([document], OPTIONS).noted.places]

    assert notes(0, author="سالم") == []
    assert notes(1, author="ليلى", section="سياسة", status="draft") == [
        "author “ليلى”: the article was stored before and keeps “سالم”",
        "status “draft”: the article was stored before and keeps “published”",
    ]
    assert notes(2, author="سالم", section="سياسة", status="published") == []
