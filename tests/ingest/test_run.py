import json
import threading
from io import StringIO
from pathlib import Path

import psutil
import pytest
from django.conf import settings
from django.core.management import BaseCommand, call_command

from articles.ingest import run as running
from articles.ingest.run import Options, ingest
from articles.management.commands.ingest import Progress
from articles.models import Article, Capture, Figure, Mention

pytestmark = pytest.mark.django_db
SEEDS = settings.BASE_DIR / "fixtures" / "seeds"
TEXT = "عنوان خبر قصير من الجنوب\n\nوصل 25 خبيرا إلى المدينة صباح اليوم للمشاركة في ورشة عمل حول أمن الموانئ.\n"


def run(*paths: Path, **options: object) -> object:
    """Ingests files or folders."""
    return ingest(paths, Options(largest=options.pop("largest", 1_000_000), **options))


def test_running_again_changes_nothing() -> None:
    before = [list(model.objects.order_by("id").values()) for model in (Capture, Mention, Figure)]
    stamps = list(Article.objects.values_list("updated_at", flat=True))
    report = run(SEEDS)
    assert (report.created, report.updated, report.unchanged, report.failures) == (0, 0, 5, [])
    assert before == [list(model.objects.order_by("id").values()) for model in (Capture, Mention, Figure)]
    assert stamps == list(Article.objects.values_list("updated_at", flat=True))


def test_the_original_bytes_are_kept(tmp_path: Path) -> None:
    for path in SEEDS.iterdir():
        assert Capture.objects.get(filename=path.name).read() == path.read_bytes()


def test_a_changed_file_is_a_second_capture_of_the_same_article(tmp_path: Path) -> None:
    file = tmp_path / "خبر.txt"
    file.write_text(TEXT, encoding="utf-8")
    assert run(tmp_path).created == 1
    file.write_text(TEXT.replace("25", "27"), encoding="utf-8")
    report = run(tmp_path)
    article = Article.objects.get(title__startswith="عنوان خبر")
    assert (report.updated, report.created, article.captures.count()) == (1, 0, 2)
    assert [figure.value for figure in article.figures.all()] == [27]
    assert run(tmp_path).unchanged == 1


def test_a_copy_elsewhere_of_a_changed_seed_is_known_again(tmp_path: Path, seed: object) -> None:
    original = next(SEEDS.glob("004_*"))
    (tmp_path / original.name).write_text(original.read_text().replace("56", "57"), encoding="utf-8")
    assert run(tmp_path).updated == 1
    assert seed("004").captures.count() == 2


def test_two_files_of_one_name_and_different_text_are_two_articles(tmp_path: Path) -> None:
    for folder, text in {
        "a": TEXT,
        "b": "عنوان آخر تماما هنا\n\nاختتمت في الشمال أشغال ملتقى عن الزراعة والماء وحضره جمع غفير.\n",
    }.items():
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "index.txt").write_text(text, encoding="utf-8")
    assert run(tmp_path).created == 2


def test_an_editors_title_outlives_a_new_capture(tmp_path: Path) -> None:
    file = tmp_path / "خبر.txt"
    file.write_text(TEXT, encoding="utf-8")
    run(file)
    article = Article.objects.get(title__startswith="عنوان خبر")
    article.title, article.title_origin = "عنوان المحرر", "editor"
    article.save()
    file.write_text("سطر مضاف إلى العنوان هنا\n\n" + TEXT, encoding="utf-8")
    run(file)
    assert Article.objects.get(pk=article.pk).title == "عنوان المحرر"


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("empty.txt", b"", "empty"),
        ("blank.txt", b" \n\n \t", "empty"),
        ("image.txt", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "binary"),
        ("nul.txt", "نص فيه\x00 صفر".encode(), "binary"),
        ("old.txt", "déjà lu à Genève, à côté".encode("latin-1"), "not UTF-8"),
        ("big.txt", "كلمة ".encode() * 200_000, "largest"),
        ("form.txt", "اترك تعليقا\n".encode(), "no article text"),
        ("page.pdf", b"%PDF-1.7", ".pdf"),
    ],
)
def test_a_bad_file_is_reported_and_stops_no_other(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    (tmp_path / name).write_bytes(content)
    (tmp_path / "good.txt").write_text(TEXT, encoding="utf-8")
    stored = Capture.objects.count()
    report = run(tmp_path)
    assert report.created == 1 and Capture.objects.count() == stored + 1
    (failure,) = report.failures
    assert failure.path.endswith(name) and reason in failure.reason


def test_a_named_encoding_is_read(tmp_path: Path) -> None:
    (tmp_path / "old.txt").write_bytes(TEXT.encode("windows-1256"))
    assert run(tmp_path, encoding="windows-1256").created == 1


def test_the_command_ends_with_one_line_of_json_and_a_status(tmp_path: Path) -> None:
    out, err = StringIO(), StringIO()
    (tmp_path / "empty.txt").touch()
    with pytest.raises(SystemExit) as stop:
        call_command("ingest", str(tmp_path), str(tmp_path / "missing.txt"), "--json", stdout=out, stderr=err)
    assert stop.value.code == 1
    assert json.loads(out.getvalue().splitlines()[-1]) == {
        "created": 0, "updated": 0, "unchanged": 0, "failed": 2, "articles_per_second": 0.0,
    }  # fmt: skip
    assert "missing.txt: no such file" in err.getvalue() and "empty.txt: the file is empty" in err.getvalue()


def test_a_failure_halfway_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from articles.ingest import store

    def breaks(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store, "suggest_all", breaks)
    (tmp_path / "good.txt").write_text(TEXT, encoding="utf-8")
    articles = Article.objects.count()
    report = run(tmp_path)
    assert report.failures[0].reason == "No space left on device" and Article.objects.count() == articles


def test_killed_workers_cost_no_article(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, few in {"BATCH": 5, "AHEAD": 1, "_FEWEST_FOR_WORKERS": 10}.items():
        monkeypatch.setattr(running, name, few)
    rows = (
        {"title": f"خبر عن الورشة رقم {n}", "body": f"وصل {n} خبيرا إلى المدينة.", "url": f"https://a.example/{n}"}
        for n in range(60)
    )
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    killed = []

    def kill_once(outcome: str, place: str) -> None:
        if not killed:
            killed.extend(psutil.Process().children())
            for worker in killed:
                if "postgres" not in worker.name():
                    worker.kill()

    report = run(tmp_path, workers=2, on_outcome=kill_once)
    assert killed and (report.created, report.failures) == (60, [])


def test_the_progress_of_the_command_starts_no_thread() -> None:
    """A process with several threads must not fork, and starting a fork server takes seconds."""
    before = threading.active_count()
    with Progress(BaseCommand(), verbosity=1) as progress:
        progress("created", "one")
        assert threading.active_count() == before
