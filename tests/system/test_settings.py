"""Settings in the environment of a process: Django's check of a production archive, HSTS, and the budget of a document."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.system.conftest import ROOT, Archives
from tests.system.test_embedded import finish, run

MB = 1024 * 1024


def deploy_check(**environment: str) -> subprocess.CompletedProcess:
    """Runs `check --deploy` on an archive set up like docker-compose.yml, and returns its output."""
    defaults = {
        "ARCHIVE_SECRET_KEY": "".join(map(chr, range(48, 123))), "ARCHIVE_HTTPS": "1", "ARCHIVE_BEHIND_PROXY": "1",
        "ARCHIVE_HOSTS": "archive.example.org", "DATABASE_URL": "postgres://archive:x@nowhere.invalid/archive",
    }  # fmt: skip
    # The browser tests set a Django variable in the process that runs the tests; no server has it.
    own = ("ARCHIVE_", "DATABASE_", "DJANGO_")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(own)}
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "INFO"], cwd=ROOT, capture_output=True,
        text=True, check=False, env=inherited | defaults | environment,
    )  # fmt: skip


@pytest.mark.parametrize("words", ["", "subdomains", "subdomains,preload"])
def test_a_production_archive_passes_djangos_own_check(words: str, tmp_path: Path) -> None:
    done = deploy_check(ARCHIVE_HSTS=words, ARCHIVE_DATA=str(tmp_path))
    assert done.returncode == 0 and "no issues" in done.stdout, done.stderr


@pytest.mark.parametrize("words", ["preload", "subdomain", "1"])
def test_a_wrong_word_for_hsts_is_refused(words: str, tmp_path: Path) -> None:
    done = deploy_check(ARCHIVE_HSTS=words, ARCHIVE_DATA=str(tmp_path))
    assert done.returncode != 0 and "ARCHIVE_HSTS must be" in done.stderr


@pytest.mark.parametrize(("words", "header"), [
    ("", "max-age=31536000"), ("subdomains", "max-age=31536000; includeSubDomains"),
    ("subdomains,preload", "max-age=31536000; includeSubDomains; preload"),
])  # fmt: skip
def test_hsts_binds_other_sites_only_when_asked_to(words: str, header: str, tmp_path: Path) -> None:
    code = (
        "from django.test import Client; "
        "print(Client().get('/favicon.ico', secure=True, SERVER_NAME='localhost')['Strict-Transport-Security'])"
    )
    environment = {
        "ARCHIVE_HTTPS": "1",
        "ARCHIVE_HSTS": words,
        "ARCHIVE_SECRET_KEY": "x" * 50,
        "ARCHIVE_STATIC": str(tmp_path),
    }
    (tmp_path / "staticfiles.json").write_text(
        '{"paths": {"site/mark.svg": "site/mark.svg"}, "version": "1.1", "hash": ""}'
    )
    assert finish(run(code, tmp_path, **environment)) == header


OF_A_NEW_PROCESS = """
from articles.platform.limits import Budget
import json
budget = Budget.of_a_document()
print(json.dumps([budget.seconds, budget.memory]))
"""


def test_a_new_process_has_the_budget_that_its_environment_says(archives: Archives) -> None:
    archive = archives.empty("budgets")
    environment = {name: os.environ.get(name) for name in ("ARCHIVE_DOCUMENT_SECONDS", "ARCHIVE_DOCUMENT_MEMORY")}
    assert not any(environment.values()), "the tests' own environment sets what is tried here"
    assert archive.ask(OF_A_NEW_PROCESS) == [20, 512 * MB]
    archive.environment |= {"ARCHIVE_DOCUMENT_SECONDS": "1.5", "ARCHIVE_DOCUMENT_MEMORY": str(64 * MB)}
    assert archive.ask(OF_A_NEW_PROCESS) == [1.5, 64 * MB]
