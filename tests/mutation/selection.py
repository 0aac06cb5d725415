"""Chooses the tests that mutants are tried with: those that run in copies of one process, and quickly."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_FOLDERS = (
    "admin", "arabic", "curation", "exchange", "extract", "ingest", "models", "platform", "search", "site", "trust", "upkeep",
)  # fmt: skip
# These visit all pages for each of many values, or fill memory: minutes in which few mutants die that live otherwise.
_SLOW = ("test_wrong_values.py", "test_budgets.py", "test_hostile.py", "test_bad_rows.py", "test_no_regular_files.py")
ARGUMENTS = ["-n", "0", "-q", "-s", "-p", "no:cacheprovider"]


def test_files() -> list[str]:
    """Returns the paths of the test files, relative to the project."""
    files = [path for name in _FOLDERS for path in sorted((ROOT / "tests" / name).glob("test_*.py"))]
    return [str(path.relative_to(ROOT)) for path in files if path.name not in _SLOW]


def is_usable(item: pytest.Item) -> bool:
    """Returns whether a test needs neither a browser nor a server in a thread."""
    return item.get_closest_marker("browser") is None and "live_server" not in item.fixturenames
