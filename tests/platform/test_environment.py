"""Every command refuses invalid settings with one line that names the variable."""

import re
import signal
import subprocess
import sys
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, load_command_class

from articles.platform import environment

NAME = "ARCHIVE_TRIED"
READERS: dict[str, Callable[[], object]] = {
    "switch": lambda: environment.switch(NAME), "whole": lambda: environment.whole(NAME, 3),
    "seconds": lambda: environment.seconds(NAME, 2.5), "choice": lambda: environment.choice(NAME, ("latin", "arabic")),
    "rate": lambda: environment.rate(NAME, "120/m"), "clock time": lambda: environment.clock_time(NAME, "02:30"),
    "time zone": lambda: environment.time_zone(NAME, "Africa/Casablanca"),
    "folder": lambda: environment.folder(NAME, Path("/tmp")),
}  # fmt: skip


@pytest.mark.parametrize(("reader", "value", "read"), [
    ("switch", "1", True), ("switch", "Yes", True), ("switch", "off", False), ("switch", "", False),
    ("whole", "20971520", 20_971_520), ("whole", "", 3), ("whole", " 7 ", 7), ("seconds", "0.5", 0.5), ("seconds", "20", 20),
    ("choice", "ARABIC", "arabic"), ("choice", "", "latin"), ("rate", "5/10s", "5/10s"), ("rate", "9999999/h", "9999999/h"), ("rate", "", "120/m"),
    ("clock time", "23:59", "23:59"), ("clock time", "", ""), ("time zone", "Asia/Beirut", "Asia/Beirut"),
    ("folder", "/tmp/not-there-yet", Path("/tmp/not-there-yet")),
])  # fmt: skip
def test_a_value_is_read(monkeypatch: pytest.MonkeyPatch, reader: str, value: str, read: object) -> None:
    monkeypatch.setenv(NAME, value)
    assert READERS[reader]() == read


@pytest.mark.parametrize(("reader", "value"), [
    ("switch", "perhaps"), ("switch", "2"), ("whole", "20MiB"), ("whole", "1.5"), ("whole", "0"), ("whole", "-4"), ("whole", "٢٠"),
    ("whole", "9" * 40), ("seconds", "-1"), ("seconds", "0"), ("seconds", "nan"), ("seconds", "inf"), ("seconds", "1e3"),
    ("choice", "roman"), ("rate", "fast"), ("rate", "0/m"), ("rate", "120"),
    ("rate", "99999999999999999999999/m"), ("rate", "10000000/m"), ("rate", "5/0s"), ("rate", "5/999999999999d"), ("clock time", "25:99"), ("clock time", "half past two"),
    ("clock time", "2:30"), ("time zone", "Mars/X"), ("time zone", "../etc/passwd"), ("folder", "/etc/hostname"),
])  # fmt: skip
def test_a_value_that_cannot_be_used_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, reader: str, value: str
) -> None:
    monkeypatch.setenv(NAME, value)
    with pytest.raises(ImproperlyConfigured) as refusal:
        READERS[reader]()
    assert str(refusal.value).startswith(f"{NAME}: ") and value in str(refusal.value)


@pytest.mark.parametrize(
    ("command", "name"),
    [
        *product(("check", "ingest"), ("ARCHIVE_LARGEST_FILE", "ARCHIVE_LOG_LEVEL", "DATABASE_URL")),
        ("serve", "PORT"),
        ("serve", "ARCHIVE_WORKERS"),
    ],
)
def test_a_command_ends_in_one_line(command: str, name: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", command, *([str(tmp_path)] if command == "ingest" else [])], cwd=settings.BASE_DIR,
        env={"PATH": "/usr/bin", "ARCHIVE_DATA": str(tmp_path), name: "mysql://wrong"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1 and len(done.stderr.splitlines()) == 1 and name in done.stderr


def test_a_data_folder_that_takes_no_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    inside = tmp_path / "file" / "data"
    done = subprocess.run(
        [sys.executable, "manage.py", "check"], cwd=settings.BASE_DIR, env={"PATH": "/usr/bin", "ARCHIVE_DATA": str(inside)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (
        done.returncode == 1
        and len(done.stderr.splitlines()) == 1
        and f"ARCHIVE_DATA: nothing can be stored in {inside}" in done.stderr
    )


@pytest.mark.parametrize(("name", "value"), [
    ("DATABASE_URL", "postgres://[::1/x"), ("DATABASE_REPLICA_URLS", "postgres://[::1/x"),
    ("DATABASE_REPLICA_URLS", "postgres://h/x,postgres://h:port/x"), ("DATABASE_REPLICA_URLS", "mysql://h/x"),
    ("ARCHIVE_SCRATCH_URL", "postgres://[::1/x"), ("ARCHIVE_SCRATCH_URL", "sqlite://x"), ("ARCHIVE_CACHE", "redis://[::1/0"),
    ("ARCHIVE_CACHE", "redis://h:port/0"), ("ARCHIVE_CACHE", "redis://h/0,rediss://[h/0"), ("ARCHIVE_CACHE", "memcached://h"),
    ("ARCHIVE_API_RATE", "99999999999999999999999/m"),
])  # fmt: skip
def test_an_address_that_cannot_be_read_is_refused_under_the_name_of_its_own_variable(
    name: str, value: str, tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "check"], cwd=settings.BASE_DIR, capture_output=True, text=True, check=False,
        env={"PATH": "/usr/bin", "ARCHIVE_DATA": str(tmp_path), name: value},
    )  # fmt: skip
    (line,) = done.stderr.splitlines()
    assert done.returncode == 1 and re.findall(r"(?:ARCHIVE|DATABASE)_[A-Z_]+", line) == [name]


def test_serve_takes_port_and_workers_from_their_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    def defaults() -> tuple[int, int]:
        options = load_command_class("articles", "serve").create_parser("manage.py", "serve").parse_args([])
        return options.port, options.workers

    monkeypatch.delenv("PORT", raising=False)
    monkeypatch.delenv("ARCHIVE_WORKERS", raising=False)
    assert defaults() == (8000, 2)
    monkeypatch.setenv("PORT", "8123")
    monkeypatch.setenv("ARCHIVE_WORKERS", "5")
    assert defaults() == (8123, 5)


@pytest.mark.parametrize(("option", "value"), [
    ("--port", "0"), ("--port", "65536"), ("--port", "99999"), ("--port", "80x"), ("--workers", "0"), ("--workers", "-1"),
    ("--workers", "two"),
])  # fmt: skip
def test_serve_refuses_options_that_it_cannot_use(option: str, value: str) -> None:
    parser = load_command_class("articles", "serve").create_parser("manage.py", "serve")
    with pytest.raises(CommandError, match=rf"{option}: “{value}” is not a whole number"):
        parser.parse_args([f"{option}={value}"])


def test_a_port_beyond_the_last_is_refused_under_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "65536")
    with pytest.raises(ImproperlyConfigured, match="PORT.*from 1 to 65535"):
        load_command_class("articles", "serve").create_parser("manage.py", "serve")


def test_an_interrupted_command_ends_without_a_traceback(tmp_path: Path) -> None:
    """`nightly --wait` gets the terminal's Ctrl-C beside `serve`."""
    program = "import os, signal, sys; import django.core.management as m; m.execute_from_command_line = lambda argv: " \
        "os.kill(os.getpid(), signal.SIGINT); sys.path.insert(0, '.'); signal.signal(signal.SIGINT, " \
        "signal.default_int_handler); import manage; manage.main()"  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=settings.BASE_DIR, env={"PATH": "/usr/bin", "ARCHIVE_DATA": str(tmp_path)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (-signal.SIGINT, "")
