"""A command in an archive whose database was never migrated prints one line that says what to do."""

import subprocess

import pytest

from tests.system.conftest import ROOT, Archive, Archives


@pytest.fixture(scope="module")
def bare(_archives: Archives) -> Archive:
    """An archive whose database has no tables."""
    return _archives.empty("bare")


@pytest.mark.parametrize(
    "command",
    [
        ("ingest", str(ROOT / "fixtures" / "seeds")), ("search", "الإرهاب"), ("extract",), ("worker",), ("check_archive",),
        ("nightly",), ("load_authority", str(ROOT / "fixtures" / "authority.toml")),
    ],
    ids=lambda command: command[0],
)  # fmt: skip
def test_a_command_without_tables_says_what_to_do(bare: Archive, command: tuple[str, ...]) -> None:
    process = bare.start(*command, stderr=subprocess.STDOUT)
    out, _ = process.communicate(timeout=120)
    assert process.returncode and "manage.py migrate" in out and "Traceback" not in out, out
