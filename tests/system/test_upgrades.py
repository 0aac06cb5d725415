"""An upgrade interrupts nobody: the schema is migrated first, the old code works on it, then the code is replaced."""

import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import migrations
from django.db.models.fields import NOT_PROVIDED

from tests.system.conftest import ROOT, Archives, written

FOLDER = ROOT / "articles" / "migrations"
# Migrations from here on follow the rules of docs/upgrade.md.
FIRST_UNDER_RULES = 5


def ruled() -> list[str]:
    """Returns the names of the migrations that must follow the rules."""
    names = sorted(path.stem for path in FOLDER.glob("0*.py"))
    return [name for name in names if int(name[:4]) >= FIRST_UNDER_RULES]


def test_every_migration_leaves_what_older_code_needs() -> None:
    """Columns that running code reads are neither dropped nor renamed, and columns that it does not write have a
    database default.
    """
    assert ruled()
    for name in ruled():
        for operation in import_module(f"articles.migrations.{name}").Migration.operations:
            description = f"{name}: {operation.describe()}"
            assert not isinstance(
                operation,
                (migrations.DeleteModel, migrations.RemoveField, migrations.RenameField, migrations.RenameModel),
            ), description
            if isinstance(operation, (migrations.AddField, migrations.AlterField)):
                field = operation.field
                assert field.null or field.db_default is not NOT_PROVIDED or field.many_to_many, description
            if isinstance(operation, migrations.RunSQL):
                assert operation.reverse_sql is not None, description
                words = " ".join(str(operation.sql).upper().split())
                assert not any(bad in words for bad in ("DROP COLUMN", "DROP TABLE", "RENAME COLUMN", "RENAME TO")), (
                    description
                )
                assert "ADD COLUMN" not in words or "NOT NULL" not in words or "DEFAULT" in words, description


_CALLED_AS_BEFORE = """
from django.db import connection
from django.db.migrations.loader import MigrationLoader
squashed = [row for row in MigrationLoader(None).disk_migrations.items() if row[0][0] == "articles" and row[1].replaces]
with connection.cursor() as cursor:
    for (app, name), migration in squashed:
        cursor.execute("DELETE FROM django_migrations WHERE app = %s AND name = %s", [app, name])
        for old in migration.replaces:
            cursor.execute("INSERT INTO django_migrations (app, name, applied) VALUES (%s, %s, now())", old)
"""


def test_an_archive_with_the_migrations_before_the_squash_is_up_to_date(archives: Archives, tmp_path: Path) -> None:
    archive = archives.filled("before-the-squash")
    archive.run("shell", "--no-imports", "-c", _CALLED_AS_BEFORE)
    archive.run("backup", str(tmp_path / "copies"))
    assert "No migrations to apply" in archive.run("migrate")
    archive.run("restore", str(tmp_path / "copies"), "--replace")
    assert archive.whole()["captures"] == 35


@pytest.fixture
def code_before(tmp_path: Path) -> Path:
    """Checks out the code before the newest migration was added, from the project's own history."""
    newest = f"articles/migrations/{ruled()[-1]}.py"
    added = git("log", "--diff-filter=A", "--format=%H", "--", newest).strip().splitlines()
    before = git("rev-list", "--parents", "-n1", added[-1]).split()[1:] if added else []
    if not before:
        pytest.skip("no history here that holds the code before the newest migration")
    folder = tmp_path / "before"
    folder.mkdir()
    packed = subprocess.run(["git", "archive", before[0]], cwd=ROOT, capture_output=True, check=True).stdout
    subprocess.run(["tar", "-x", "-C", str(folder)], input=packed, check=True)
    return folder


def git(*arguments: str) -> str:
    """Runs git in the project, and returns its output."""
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False).stdout


_EDITS_AND_READS = """
import json
from django.conf import settings
from django.test import Client
from articles.models import Article
settings.ALLOWED_HOSTS = ["*"]
article = Article.objects.order_by("pk").first()
article.section = "سياسة"
article.save()
client = Client()
pages = ["/", "/search/?q=الحدود", article.get_absolute_url(), "/events/", "/figures/", "/api/v1/articles", "/admin/login/"]
print(json.dumps([client.get(page).status_code for page in pages]))
"""


def test_the_code_before_works_on_the_new_schema(archives: Archives, code_before: Path, tmp_path: Path) -> None:
    archive = archives.filled("upgraded")
    rows = str(written(tmp_path / "old.jsonl", 5, "old"))

    def old(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments], cwd=code_before, env=archive.environment_of(), capture_output=True, text=True, check=False
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    old("collectstatic", "--noinput", "-v0")
    assert "5 created" in old("ingest", rows)
    assert set(json.loads(old("shell", "-c", _EDITS_AND_READS).strip().splitlines()[-1])) == {200}
    assert archive.whole()["captures"] == 40
    # The new code shows at once what the old code wrote.
    assert "سياسة" in archive.run("export", "articles")


@pytest.mark.django_db(transaction=True)
def test_migrations_go_back_and_forth() -> None:
    call_command("migrate", "articles", "zero", verbosity=0)
    call_command("migrate", verbosity=0)
