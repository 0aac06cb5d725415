"""One damage each: what `check_archive` says of it, whether that raises an alarm, and what `--repair` makes of it."""

import fnmatch
import hashlib
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.db import ProgrammingError, connection, models
from django.utils import timezone

from articles.models import (
    Actor,
    Alias,
    ArchiveDate,
    Article,
    Capture,
    Delivery,
    Event,
    Figure,
    Mention,
    Source,
    Tally,
    TallyKind,
)
from articles.models.capture import capture_storage, pack, stored_name
from articles.models.delivery import delivery_storage
from articles.models.history import event_model_of
from articles.search import statistics
from articles.upkeep.check import Checked, Problem, check

pytestmark = pytest.mark.django_db
# Files of no article that are older than this are told. The files of other tests are younger than any test of this.
SETTLED = 10**7
OPEN, USUAL, REPAIRED = "open", "usual", "repaired"
Expected = tuple[str, str, str, str | None]


@contextmanager
def without_triggers() -> Iterator[None]:
    """As a hand at the database's own prompt, or a disk: no trigger and no foreign key watches."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET session_replication_role TO replica")
        yield
        cursor.execute("SET session_replication_role TO origin")


def write(row: models.Model, **columns: object) -> None:
    """Writes columns around the models. A text that begins with «=» is an expression of SQL."""
    shown = {name: (value[1:], []) if isinstance(value, str) and value[:1] == "=" else ("%s", [value]) for name, value in columns.items()}  # fmt: skip
    told = ", ".join(f'"{name}" = {expression}' for name, (expression, _) in shown.items())
    values = [value for _, parameters in shown.values() for value in parameters]
    with without_triggers(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {row._meta.db_table} SET {told} WHERE id = %s", [*values, row.pk])
        assert cursor.rowcount == 1


def outcome(problem: Problem) -> str:
    return REPAIRED if problem.is_repaired else USUAL if problem.is_usual else OPEN


def looked(**options: object) -> Checked:
    return check(**{"settled": SETTLED, **options})


def told(checked: Checked, *but: str) -> list[tuple[str, str, str]]:
    return sorted(
        (problem.kind, problem.message, outcome(problem)) for problem in checked.problems if problem.kind not in but
    )


Maker = Callable[..., Article]


def texts(make: Maker) -> list[Expected]:
    article, actor = (
        make("خبر النصوص", "قال الوفد كذا.", title_origin="editor"),
        Actor.objects.create(name="وفد النصوص", kind="civil"),
    )
    alias, source = (
        Alias.objects.create(actor=actor, name="الوفد النصي"),
        Source.objects.create(name="وكالة النصوص", marks=["نص"]),
    )
    write(article, title="خبر\x10 النصوص", body="قال الوفد\r\nكذا.")
    write(alias, name="الوفد\u202a النصي")
    write(source, marks=["ن\ufeffص"])
    return [
        ("text", f"{row}: its {name} has characters or line ends that a text may not have", OPEN, None)
        for row, name in (
            (f"article {article.pk}", "title"), (f"article {article.pk}", "body"), (f"alias {alias.pk}", "name"),
            (f"source {source.pk}", "marks"),
        )
    ]  # fmt: skip


def days(make: Maker) -> list[Expected]:
    """The first and the last day that are taken, and their neighbours."""
    today = timezone.localdate()
    last, planned = ((today.replace(day=min(today.day, 28), year=today.year + ahead)) for ahead in (2, 100))
    expected: list[Expected] = []
    for day, is_taken in (
        (date(1800, 1, 1), True), (date(1799, 12, 31), False), (last, True), (last + timedelta(1), False),
    ):  # fmt: skip
        article = make(f"خبر من {day}", "نص.", title_origin="editor")
        write(article, published_date=day, published_precision="day", published_earliest=day, published_latest=day)
        message = f"article {article.pk}: its published is not within 1800-01-01 … {last}"
        expected += [] if is_taken else [("date", message, OPEN, OPEN)]
    for day, is_taken in ((planned, True), (planned + timedelta(1), False), (date(1799, 12, 31), False)):
        event = Event(title=f"مؤتمر {day}", kind="conference")
        event.start = event.end = ArchiveDate.on(day)
        event.save()
        for name in () if is_taken else ("start", "end"):
            message = f"event {event.pk}: its {name} is not within 1800-01-01 … {planned}"
            expected.append(("date", message, OPEN, OPEN))
    return expected


def moments(make: Maker) -> list[Expected]:
    """A capture of before the web is an error; one of tomorrow means that a clock was ahead."""
    article, expected = make("خبر الأوقات", "نص.", title_origin="editor"), []
    tomorrow = datetime.combine(timezone.localdate() + timedelta(1), datetime.max.time(), UTC)
    for number, (moment, result) in enumerate(
        (
            (datetime(1990, 1, 1, tzinfo=UTC), None), (datetime(1989, 12, 31, 23, 59, tzinfo=UTC), OPEN), (tomorrow, None),
            (tomorrow + timedelta(hours=1), USUAL),
        )
    ):  # fmt: skip
        capture = captured(article, f"أصل {number}".encode())
        write(capture, captured_at=moment)
        if result:
            message = f"capture {capture.sha256}: its time is not within 1990-01-01 … {tomorrow.date()} (article {article.pk})"
            expected.append(("date", message, result, result))
    return expected


def captured(article: Article, content: bytes, **fields: object) -> Capture:
    digest = hashlib.sha256(content).hexdigest()
    Capture.objects.keep_bytes(digest, pack(content))
    return Capture.objects.create(
        article=article, sha256=digest, size=len(content), media_type="text/plain",
        **{"filename": "أصل.txt", "captured_at": datetime(2024, 1, 1, tzinfo=UTC), **fields},
    )  # fmt: skip


def addresses(make: Maker) -> list[Expected]:
    def at(url: str) -> Article:
        article = make(f"خبر {url}", "نص.", title_origin="editor")
        write(article, url=url)
        return article

    at("https://one.example/a")
    bare = at("https://TWO.example/a")
    bad = at("https://[bad/")
    first, second = at("https://three.example/a"), at("https://THREE.example/a")
    third, fourth = at("https://FOUR.example/a"), at("https://Four.example/a")
    kept = captured(bare, b"address", address="https://ok.example/")
    capture = captured(bare, b"another address", address="https://ok.example/")
    write(capture, address="HTTPS://Capture.example/x".replace("HTTPS", "https"))
    broken = captured(bare, b"a third address", address="https://ok.example/")
    write(broken, address="http://[bad/")
    assert kept.address
    respelled = "{} should be spelled {}; --repair changes it"
    return [
        ("address", f"article {bare.pk}: " + respelled.format("https://TWO.example/a", "https://two.example/a"), USUAL, None),
        ("address", f"article {bad.pk}: *", OPEN, OPEN),
        ("address", f"articles {first.pk}, {second.pk} have one address in different spellings: https://three.example/a", OPEN, OPEN),
        ("address", f"articles {third.pk}, {fourth.pk} have one address in different spellings: https://four.example/a", OPEN, OPEN),
        ("address", f"capture {capture.pk}: " + respelled.format("https://Capture.example/x", "https://capture.example/x"), USUAL, None),
    ]  # fmt: skip


def deliveries(make: Maker) -> list[Expected]:
    delivery_storage().save("there.txt", ContentFile(b"x"))
    expected = []
    for state, name, is_told in (
        ("waiting", "gone.txt", True), ("running", "gone too.txt", True), ("finished", "over.txt", False), ("failed", "over.txt", False),
        ("waiting", "there.txt", False), ("running", "", False),
    ):  # fmt: skip
        row = Delivery.objects.create(name="ملف.txt", stored_as=name, state=state)
        if is_told:
            expected.append(("delivery", f"delivery {row.pk}: its file {name} is gone", OPEN, OPEN))
    return expected


def values(make: Maker) -> list[Expected]:
    article, event = (
        make("خبر القيم", "وصل 25 خبيرا.", title_origin="editor"),
        Event.objects.create(title="لقاء القيم", kind="meeting"),
    )
    actor, other = (Actor.objects.create(name=f"هيئة القيم {n}", kind="civil") for n in (1, 2))
    sound, edge = (Actor.objects.create(name=f"هيئة سليمة {n}", kind="civil", score=n) for n in (0, 1))
    figure = Figure.objects.create(article=article, value=25, unit="خبيرا", quote="25 خبيرا", start=4, end=12)
    source = Source.objects.create(name="وكالة القيم")
    assert sound.score == 0 and edge.score == 1
    captured(article, b"values")
    write(article, date_statements='[{"quote": 1}]')
    write(actor, score=1.5)
    write(other, score=float("nan"))
    write(figure, value="='NaN'::numeric")
    write(source, marks="='{نص,NULL}'::text[]")
    write(event, periods=[])
    return [
        ("value", f"article {article.pk}: its date_statements has an item that is no row of *; pages show the rest", OPEN, OPEN),
        ("value", f"actor {actor.pk}: its score is 1.5, which is not between 0 and 1; pages show no score", OPEN, OPEN),
        ("value", f"actor {other.pk}: its score is NaN, which is not between 0 and 1; pages show no score", OPEN, OPEN),
        ("value", f"figure {figure.pk}: its value is NaN, not a number", OPEN, OPEN),
        ("value", f"source {source.pk}: its marks is not a list of its items only; pages show the rest", OPEN, OPEN),
        ("derived", f"event {event.pk}: its periods, which match articles with it, do not fit its start", OPEN, None),
    ]  # fmt: skip


def languages(make: Maker) -> list[Expected]:
    expected = []
    for code, is_told in (("ar", False), ("ar-MA", False), ("AR", False), ("عربي", True), ("ar_MA", False), ("", True)):
        article = make(f"خبر بلغة {code}", "نص.", title_origin="editor")
        write(article, language=code)
        message = f"article {article.pk}: its language “{code}” is not a code such as ar or ar-MA"
        expected += [("value", message, OPEN, OPEN)] if is_told else []
    return expected


def spans(make: Maker) -> list[Expected]:
    article = make("خبر المواضع", "وصل 25 خبيرا إلى الرباط.", title_origin="editor")
    actor = [Actor.objects.create(name=f"الرباط {n}", kind="government") for n in range(4)]
    at = article.body.index("الرباط")
    sound, moved, fewer, none = (
        Mention.objects.create(article=article, actor=actor[n], spans=[[at, at + 6]], quotes=["الرباط"])
        for n in range(4)
    )
    figures = [
        Figure.objects.create(article=article, value=25, quote=article.body[start:end], start=start, end=end)
        for start, end in ((5, 7), (4 + 1, 13))
    ]
    empty = Figure.objects.create(article=article, value=25, quote="غير موجود")
    write(moved, spans=[[at - 1, at + 5]])
    write(fewer, quotes=["الرباد"])
    write(none, spans=[], quotes=[])
    write(figures[0], start=6, end=8)
    assert sound.pk and empty.pk
    astray = "{} {} of article {}: the words at its span are not its quote"
    return [("span", astray.format("figure", figures[0].pk, article.pk), OPEN, OPEN)] + [
        ("span", astray.format("mention", mention.pk, article.pk), OPEN, OPEN) for mention in (moved, fewer)
    ]


def references(make: Maker) -> list[Expected]:
    article, alias = make("خبر الصلات", "نص.", title_origin="editor"), Alias.objects.create(
        actor=Actor.objects.create(name="هيئة الصلات", kind="civil"), name="الصلات"
    )  # fmt: skip
    write(article, source_id=99_999_991)
    write(alias, actor_id=99_999_992)
    return [
        ("reference", f"articles_article {article.pk}: its source does not exist", OPEN, OPEN),
        ("reference", f"articles_alias {alias.pk}: its actor does not exist", OPEN, OPEN),
    ]


def originals(make: Maker) -> list[Expected]:
    """Captures whose bytes are gone, changed or of another length, and articles that have none any more."""
    article = make("خبر الأصول", "نص.", title_origin="editor")
    gone, changed, longer = (captured(article, f"أصل {number}".encode()) for number in ("مفقود", "تالف", "أطول"))
    path_of(gone).unlink()
    path_of(changed).write_bytes(pack(b"something else"))
    write(longer, size=longer.size + 1)
    bare = make("خبر بلا أصل", "نص.")
    typed = make("خبر كتبه محرر", "نص.", title_origin="editor")
    with_rest = make("خبر فيه أثر أصل", "نص.", title_origin="editor", set_aside=[{"line": 1, "text": "سطر"}])
    merged = make("خبر مدموج", "نص.", merged_into=typed)
    assert merged.pk
    return [
        (
            "capture",
            f"capture {gone.sha256} cannot be read: No such file or directory (article {article.pk})",
            OPEN,
            OPEN,
        ),
        ("capture", f"capture {changed.sha256} *(article {article.pk})", OPEN, OPEN),
        ("capture", f"capture {longer.sha256} is not {longer.size + 1} bytes long (article {article.pk})", OPEN, OPEN),
        ("capture", f"article {bare.pk} was read from an original but has no capture", OPEN, OPEN),
        ("capture", f"article {with_rest.pk} was read from an original but has no capture", OPEN, OPEN),
    ]


def path_of(capture: Capture) -> Path:
    return Path(capture_storage().path(stored_name(capture.sha256)))


def is_as_expected(lines: list[tuple[str, str, str]], expected: list[tuple[str, str, str]]) -> bool:
    """Whether they are the same lines; «*» in an expected message stands for any words."""
    pairs = zip(lines, expected, strict=True)
    return all(
        line[0] == other[0] and line[2] == other[2] and fnmatch.fnmatchcase(line[1], other[1].replace("[", "[[]"))
        for line, other in pairs
    )


DAMAGES = [texts, days, moments, addresses, deliveries, values, languages, spans, references, originals]
# What such rows change by the way, and what other tests leave in the stores.
BESIDE = ("statistics", "leftover file", "mode")


def compared(lines: list[tuple[str, str, str]], expected: list[tuple[str, str, str]]) -> tuple[list, list]:
    """The lines that nothing expects, and what was expected and is no line."""
    unexpected = [line for line in lines if not any(is_as_expected([line], [other]) for other in expected)]
    missed = [other for other in expected if sum(is_as_expected([line], [other]) for line in lines) != 1]
    return unexpected, missed


def test_each_damage_is_told_once_and_repaired_where_that_is_possible(make_article: Maker) -> None:
    """Every damage in one archive, since one look at it takes most of a second."""
    expected = [line for damage in DAMAGES for line in damage(make_article)]
    (gone,) = [line[1] for line in expected if "No such file" in line[1]]
    assert compared(told(looked(), *BESIDE), [(kind, message, before) for kind, message, before, _ in expected]) == (
        [],
        [],
    )
    quick = [
        line for line in told(looked(without_digests=True)) if line[0] == "capture" and line[1].startswith("capture")
    ]
    assert quick == [("capture", gone.replace("cannot be read: No such file or directory", "is gone"), OPEN)]
    repaired = [(kind, message, after or REPAIRED) for kind, message, _, after in expected]
    assert compared(told(looked(repair=True), *BESIDE), repaired) == ([], [])
    left = [(kind, message, after) for kind, message, _, after in expected if after]
    assert compared(told(looked(), *BESIDE), left) == ([], [])


def test_a_sound_archive_is_counted_and_has_no_problem() -> None:
    checked = looked()
    assert told(checked, "mode", "leftover file") == [] and set(checked.as_dict()["problems"].values()) <= {0}
    counts = checked.counts
    assert counts["captures"] == Capture.objects.count() and counts["originals"] == Article.objects.count()
    assert counts["figures"] == Figure.objects.count() and counts["mentions"] == Mention.objects.count()
    assert counts["periods"] == Event.objects.count()
    assert counts["addresses"] == Article.objects.exclude(url="").count()
    assert counts["texts"] > Article.objects.count() + Actor.objects.count()
    assert counts["merged"] == 4 and counts["statistics"] == counts["languages"] == 1
    assert counts["files"] >= Capture.objects.values("sha256").distinct().count()


def test_problems_are_told_at_once_and_a_check_that_fails_is_one(make_article: Maker) -> None:
    heard: list[Problem] = []
    Delivery.objects.create(name="ملف.txt", stored_as="../../outside.txt", state="waiting")
    languages(make_article)
    addresses(make_article)
    # A row that is written again stands behind all others in its table.
    for rows in (Article.objects.filter(language="عربي"), Article.objects.filter(url="https://TWO.example/a")):
        rows.update(section="قسم")
    checked = looked(repair=True, on_problem=heard.append)
    for kind, start in (("value", ""), ("address", "should be|different")):
        lines = [problem.message for problem in heard if problem.kind == kind and re.search(start, problem.message)]
        pks = [int(number[1]) for line in lines if (number := re.match(r"articles? (\d+)", line))]
        assert len(pks) > 1 and pks == sorted(pks)
    assert heard == checked.problems
    (failed,) = [problem for problem in heard if problem.kind == "check"]
    assert (
        failed.message.startswith("the check of deliveries failed: SuspiciousFileOperation: ")
        and outcome(failed) == OPEN
    )
    summed = checked.as_dict()
    assert (summed["problems"]["value"], summed["problems"]["address"], summed["problems"]["check"]) == (2, 3, 1)
    assert summed["repaired"] == sum(problem.is_repaired for problem in heard) >= 2
    assert [problem for problem in checked.open if problem.is_repaired or problem.is_usual] == []


def leftover(name: str, age: float, content: bytes = b"left over") -> Path:
    path = Path(capture_storage().location) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(0o600)
    os.utime(path, (timezone.now().timestamp() - age,) * 2)
    return path


@pytest.fixture
def stores(tmp_path: Path, settings: object) -> Path:
    """Empty stores for captures and uploads, whose folders are open."""
    for store in ("captures", "deliveries"):
        (tmp_path / store).mkdir(mode=0o755)
    folders = {store: {"location": tmp_path / store} for store in ("captures", "deliveries")}
    settings.STORAGES = settings.STORAGES | {
        store: {"BACKEND": settings.STORAGES[store]["BACKEND"], "OPTIONS": options}
        for store, options in folders.items()
    }
    Capture.objects.all().delete()
    Article.objects.update(title_origin="editor", set_aside=[], date_statements=[])
    return tmp_path


def test_files_of_no_article_and_files_that_others_may_read(stores: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE articles_articleevent")  # else the history tells that the articles had originals
    names = [".new-part", stored_name("ef" * 32), "ab/notes.txt", "set-aside/ef/x.gz"]
    old, young = [leftover(name, SETTLED + 60) for name in names], leftover(".new-now", SETTLED - 60)
    uploads = stores / "deliveries"
    (uploads / "inner").mkdir(mode=0o755)
    for name, mode in (("a.txt", 0o644), ("b.txt", 0o600)):
        (uploads / name).touch()
        (uploads / name).chmod(mode)
    uploads.chmod(0o700)
    folders = sum(path.is_dir() for path in (stores / "captures").rglob("*")) + 1
    of_no_article = sorted(f"{name} belongs to no article" for name in names[:3])
    kinds = ("leftover file", "mode")

    def lines(**options: object) -> list[tuple[str, str, str]]:
        return [line for line in told(looked(**options)) if line[0] in kinds]

    before = lines()
    assert before[:3] == [("leftover file", words, OPEN) for words in of_no_article] and all(
        path.exists() for path in old
    )
    assert before[3:] == [
        ("mode", "2 files and folders are open to other accounts, inside a folder that is closed to them", USUAL),
        ("mode", f"{folders} files and folders are open to other accounts, in the store of captures", OPEN),
    ]  # fmt: skip
    repaired = lines(repair=True)
    assert repaired == [("leftover file", words, REPAIRED) for words in of_no_article] + [
        # The folders of what was set aside are made while the check runs, for their owner alone.
        ("mode", f"captures: {folders} files and folders were open to other accounts", REPAIRED),
        ("mode", "deliveries: 2 files and folders were open to other accounts", REPAIRED),
    ]
    assert [path.exists() for path in old] == [False, False, False, True] and young.exists()
    assert (stores / "captures/set-aside" / stored_name("ef" * 32)).read_bytes() == b"left over"
    assert [path.stat().st_mode & 0o777 for path in (uploads, uploads / "inner", uploads / "a.txt")] == [
        0o700,
        0o700,
        0o600,
    ]
    # By default an hour is old enough.
    leftover(".new-hour", 3700), leftover(".new-minutes", 3500)
    again = [problem.message for problem in check().problems if problem.kind in kinds]
    assert again == [".new-hour belongs to no article", ".new-now belongs to no article"]


def test_kept_numbers_that_drift_are_counted_anew(make_article: Maker) -> None:
    statistics.rebuild()
    with without_triggers(), connection.cursor() as cursor:
        cursor.execute("UPDATE articles_corpus SET articles = articles + 7, counted_anew_at = now() + interval '1 day'")
        cursor.execute(
            "UPDATE articles_lexeme SET articles = articles + 1 WHERE lexeme = (SELECT min(lexeme) FROM articles_lexeme)"
        )
    Tally.objects.filter(kind=TallyKind.ARCHIVE).update(articles=9_999)

    def lines(**options: object) -> list[tuple[str, str, str]]:
        return [line for line in told(looked(**options)) if line[0] == "statistics"]

    drifted, count = lines(), Article.objects.public().count()
    assert drifted == [
        ("statistics", "1 lexemes are counted wrong", OPEN),
        ("statistics", "1 tallies of kind archive are counted wrong", OPEN),
        ("statistics", f"{count + 7} articles are counted where {count} are published", OPEN),
    ]
    # A look has changed nothing.
    assert lines(repair=True) == [(kind, words, REPAIRED) for kind, words, _ in drifted]
    # What editors changed since the last count is usual.
    Article.objects.filter(pk=Article.objects.public().first().pk).update(status="draft")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE articles_corpus SET counted_anew_at = now() - interval '1 hour'")
    usual = lines()
    assert ("statistics", f"{count} articles are counted where {count - 1} are published", USUAL) in usual
    assert {line[2] for line in usual} == {USUAL}


def without_rules(*tables: str) -> None:
    """Drops the check constraints of tables, as an archive of before them has none."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "SELECT conrelid::regclass, conname FROM pg_constraint WHERE contype = 'c' AND conrelid::regclass::text = ANY(%s)",
            [list(tables)],
        )
        for table, name in cursor.fetchall():
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')


def test_days_and_times_that_no_calendar_has_are_told_with_their_article(make_article: Maker) -> None:
    tables = [f"articles_{name}" for name in ("article", "capture", "event", "articleevent", "sourceevent")]
    without_rules(*tables)
    article, other = make_article("خبر بلا تقويم", "نص."), make_article("خبر آخر", "نص.", title_origin="editor")
    capture, sound = captured(article, b"beyond"), captured(article, b"within")
    event = Event.objects.create(title="لقاء بلا تقويم", kind="meeting")
    write(article, published_date="infinity", updated_at="-infinity", merged_into_id=other.pk)
    write(capture, captured_at="infinity")
    write(event, start_earliest="-infinity", periods=[])
    history, source_history = event_model_of(Article), event_model_of(Source)
    source = Source.objects.create(name="وكالة بلا تقويم")
    Source.objects.filter(pk=source.pk).update(country="المغرب")
    Article.objects.filter(pk=other.pk).update(title="خبر آخر تماما")
    for model in (history, source_history):
        row = model.objects.latest("pgh_id")
        column = "published_latest" if model is history else "pgh_created_at"
        with without_triggers(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE {model._meta.db_table} SET {column} = 'infinity' WHERE pgh_id = %s", [row.pk])
    beyond = [line for line in told(looked(repair=True)) if "outside the calendar" in line[1]]
    pk, name = history.objects.latest("pgh_id").pk, history._meta.model_name
    owner = history.objects.values_list("pgh_obj", flat=True).get(pk=pk)
    source_pk, source_name = source_history.objects.latest("pgh_id").pk, source_history._meta.model_name
    assert beyond == sorted(
        ("date", f"{place}: outside the calendar: {values}", outcome)
        for place, values, outcome in (
            (
                f"articles_article {article.pk}, article {article.pk}",
                "updated_at -infinity, published_date infinity",
                OPEN,
            ),
            (
                f"articles_capture {capture.pk}, capture {capture.pk} (article {article.pk})",
                "captured_at infinity",
                OPEN,
            ),
            (f"articles_event {event.pk}, event {event.pk}", "start_earliest -infinity", OPEN),
            (f"{history._meta.db_table} {pk}, {name} {pk} (article {owner})", "published_latest infinity", USUAL),
            (
                f"{source_history._meta.db_table} {source_pk}, {source_name} {source_pk}",
                "pgh_created_at infinity",
                USUAL,
            ),
        )
    )
    assert sound.pk
    # What cannot follow from such a start is neither told nor changed.
    with connection.cursor() as cursor:
        cursor.execute("SELECT periods FROM articles_event WHERE id = %s", [event.pk])
        assert cursor.fetchone() == ([],)


def test_values_of_the_past_are_left_alone(make_article: Maker) -> None:
    article = make_article("خبر له تاريخ", "نص.", title_origin="editor")
    Article.objects.filter(pk=article.pk).update(title="خبر آخر")
    history = event_model_of(Article)._meta.db_table
    with without_triggers(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {history} SET date_statements = '[{{\"quote\": 1}}]', title = E'خبر\\x10'")
        assert cursor.rowcount > 0
    # That an original was read once is known by its history.
    assert told(looked(), *BESIDE, "capture") == []


def test_a_missing_table_ends_the_check_at_once() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE articles_figure RENAME TO articles_figure_gone")
    with pytest.raises(ProgrammingError, match="articles_figure"):
        looked()


@pytest.mark.parametrize("kind", ["memory", "file"])
def test_stores_of_another_kind(stores: Path, settings: object, kind: str) -> None:
    """A store elsewhere has no modes; one that is no folder cannot be listed."""
    if kind == "memory":
        # A folder of that name has nothing to do with it.
        (stores / "open").mkdir(mode=0o755)
        backend = {"BACKEND": "django.core.files.storage.InMemoryStorage", "OPTIONS": {"location": stores / "open"}}
    else:
        (stores / "file").touch(mode=0o600)
        backend = {**settings.STORAGES["captures"], "OPTIONS": {"location": stores / "file"}}
    settings.STORAGES = settings.STORAGES | {"captures": backend, "deliveries": backend}
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE articles_articleevent")
    expected = [("leftover file", "the captures cannot be read or removed: Not a directory", OPEN)]
    assert told(looked()) == ([] if kind == "memory" else expected)
