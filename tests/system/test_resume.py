"""An ingest that is killed at any point and run again ends as if it was never interrupted."""

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

ROWS = 400
NAME = f"test_resume_{os.getpid()}"
_PLACES = ("الرباط", "تونس", "عمّان", "بيروت", "الدوحة", "نواكشوط", "القاهرة")


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    """Writes reports of some meetings, each by several outlets; one in ten is a reprint."""
    chance = random.Random(7)
    made = []
    for number in range(ROWS):
        meeting, place = number % 40, _PLACES[number % 40 % len(_PLACES)]
        words = " ".join(
            chance.choice(["مندوب", "وثيقة", "تنسيق", "ساحل", "حدود", "تدريب", "شراكة", "خطة"]) for _ in range(60)
        )
        body = (
            f"انعقد في {place} يوم {meeting % 27 + 1} مارس 2022 المؤتمر رقم {meeting} حول أمن الحدود بمشاركة {chance.randint(20, 90)} دولة.\n\n"
            f"وقال الدكتور سالم العتيبي إن الخطة تشمل {words}."
        )
        if number % 10 == 9:
            body = made[-1]["body"] + " وانتهت الأشغال مساء."
        made.append({"title": f"المؤتمر رقم {meeting} حول أمن الحدود في {place}", "body": body, "url": f"https://news.example/{number}",
                     "captured_at": "2022-05-01T00:00:00Z"})  # fmt: skip
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in made), encoding="utf-8")
    return path


@pytest.fixture
def archive(tmp_path: Path, django_db_blocker: object) -> Iterator[dict[str, str]]:
    """Returns the environment of a process whose archive has a database of its own on the tests' server."""
    own = connection.settings_dict
    with django_db_blocker.unblock(), connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{NAME}"')
        cursor.execute(f'CREATE DATABASE "{NAME}" TEMPLATE template0')
    host = own["HOST"] or ""
    address = f"postgresql://{own['USER']}:{own['PASSWORD']}@/{NAME}?host={host}&port={own['PORT']}"
    yield os.environ | {"DATABASE_URL": address, "ARCHIVE_DATA": str(tmp_path / "data"), "PYTHONUNBUFFERED": "1"}
    with django_db_blocker.unblock(), connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{NAME}" WITH (FORCE)')


def manage(environment: dict[str, str], *arguments: str, **options: object) -> subprocess.Popen:
    """Starts a management command."""
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments]
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options
    )


def done(environment: dict[str, str], *arguments: str) -> str:
    """Runs a management command to its successful end, and returns its output."""
    process = manage(environment, *arguments)
    out, err = process.communicate(timeout=240)
    assert process.returncode == 0, err
    return out


_STATE = """
from articles.models import *
import json
rows = {
    "articles": sorted(Article.objects.values_list("url", "title", "body", "published_earliest", "published_latest")),
    "figures": sorted(map(str, Figure.objects.values_list("article__url", "quote", "value", "start", "event__title", "rule"))),
    "mentions": sorted(map(str, Mention.objects.values_list("article__url", "actor__name", "spans", "role", "state"))),
    "coverage": sorted(map(str, Coverage.objects.values_list("article__url", "event__title", "event__start_date", "rule"))),
    "reprints": sorted(map(str, Reprint.objects.values_list("article__url", "original__url", "score"))),
    "conflicts": sorted(map(str, Contradiction.objects.values_list("event__title", "measure__label", "is_open"))),
    "captures": sorted(Capture.objects.values_list("sha256", "size")),
    "events": sorted(map(str, Event.objects.values_list("title", "place", "start_date"))),
    "readable": [capture.size == len(capture.read()) for capture in Capture.objects.all()].count(True),
}
print(json.dumps(rows, default=str, ensure_ascii=False))
"""


def state(environment: dict[str, str]) -> dict[str, list]:
    """Returns the contents of an archive, by kind."""
    return json.loads(done(environment, "shell", "--no-imports", "-c", _STATE).strip().splitlines()[-1])


def test_killing_it_again_and_again_changes_nothing_in_the_end(
    rows: Path, archive: dict[str, str], django_db_blocker: object
) -> None:
    done(archive, "migrate", "-v0")
    done(archive, "load_authority", str(settings.BASE_DIR / "fixtures" / "authority.toml"))
    chance, output = random.Random(11), ""
    # It is killed after this many lines of progress, at whatever step it has reached a moment later.
    for lines in (0, 1, 60, 130):
        process = manage(archive, "ingest", str(rows), "--workers", "2", "--verbosity", "2", start_new_session=True)
        for _ in range(lines):
            output += process.stdout.readline()
        time.sleep(chance.uniform(0, 0.2))
        assert process.poll() is None
        os.killpg(process.pid, signal.SIGKILL)
        output += process.communicate()[0]
    # Every row that was reported as stored is stored; at worst there are files of no article.
    checked = json.loads(manage(archive, "check_archive", "--settled", "0", "--json").communicate()[0])
    assert set(checked["problems"]) <= {"leftover file"}
    stored = {address for address, *_ in state(archive)["articles"]}
    acknowledged = {
        f"https://news.example/{int(line) - 1}" for line in re.findall(r"^created: .* line (\d+)", output, re.MULTILINE)
    }
    assert acknowledged and acknowledged <= stored
    done(archive, "ingest", str(rows), "--workers", "2")
    assert "0 problems" in done(archive, "check_archive", "--settled", "0", "--repair")
    interrupted = state(archive)
    assert len(interrupted["articles"]) == ROWS and interrupted["readable"] == len(interrupted["captures"])
    with django_db_blocker.unblock(), connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE "{NAME}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{NAME}" TEMPLATE template0')
    done(archive, "migrate", "-v0")
    done(archive, "load_authority", str(settings.BASE_DIR / "fixtures" / "authority.toml"))
    done(archive, "ingest", str(rows), "--workers", "1")
    uninterrupted = state(archive)
    for kind, values in uninterrupted.items():
        assert interrupted[kind] == values, kind
    assert uninterrupted["reprints"] and uninterrupted["conflicts"]
