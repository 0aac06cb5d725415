"""Ingest reads a folder completely: it follows no link out of the folder, and special files do not block it."""

import os
from pathlib import Path

import pytest

from articles.ingest.run import Options, Report, ingest
from articles.models import Article

pytestmark = pytest.mark.django_db


def text(path: Path, title: str) -> Path:
    """Writes an article as a text file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{title}\n\nنص {title} من الأخبار.", encoding="utf-8")
    return path


def take_in(path: Path) -> Report:
    """Ingests a path."""
    return ingest([path], Options(largest=1_000_000, workers=0))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with two articles, beside a folder with a third one."""
    text(tmp_path / "folder" / "خبر.txt", "خبر المجلد")
    text(tmp_path / "folder" / "inner" / "آخر.txt", "خبر داخلي")
    text(tmp_path / "outside" / "سر.txt", "سر خارج المجلد")
    return tmp_path / "folder"


LEADING_OUT = {
    "absolute": "/etc/hostname",
    "relative": "../outside/سر.txt",
    "folder": "../outside",
    "nothing outside": "/nothing/here",
    "folder beside of a longer name": "../folder-beside",
    "device": "/dev/zero",
}


@pytest.mark.parametrize("name", LEADING_OUT)
def test_a_link_that_leads_out_is_told_and_left(folder: Path, name: str) -> None:
    text(folder.with_name("folder-beside") / "سر.txt", "سر بجانب المجلد")
    for place in (folder / "رابط.txt", folder / "inner" / "رابط.txt"):
        leads_to = LEADING_OUT[name]
        place.symlink_to(
            os.path.join("..", leads_to) if place.parent != folder and leads_to.startswith("..") else leads_to
        )
    report = take_in(folder)
    assert report.created == 2 and not Article.objects.filter(title__startswith="سر").exists()
    assert sorted(failure.path for failure in report.failures) == sorted(
        str(place / "رابط.txt") for place in (folder, folder / "inner")
    )
    assert all("leads out of the folder" in str(failure.reason) for failure in report.failures)


def test_a_link_that_leads_out_by_another_is_left(folder: Path) -> None:
    (folder / "أول.txt").symlink_to("ثان.txt")
    (folder / "ثان.txt").symlink_to("../outside/سر.txt")
    report = take_in(folder)
    assert report.created == 2 and len(report.failures) == 2


def test_links_within_the_folder_are_followed_and_read_once(folder: Path) -> None:
    (folder / "رابط.txt").symlink_to("inner/آخر.txt")
    (folder / "inner" / "up").symlink_to("..")
    (folder / ".hidden").symlink_to("/etc/hostname")
    report = take_in(folder)
    assert (report.created, report.failures) == (2, [])


@pytest.mark.parametrize("thing", ["pipe", "circle", "socket"])
def test_what_is_no_file_is_told_and_holds_nothing_up(folder: Path, thing: str) -> None:
    path = folder / "شيء.txt"
    if thing == "pipe":
        os.mkfifo(path)
    elif thing == "circle":
        path.symlink_to(path.name)
    else:
        os.mknod(path, 0o140600)
    report = take_in(folder)
    assert report.created == 2 and [failure.path for failure in report.failures] == [str(path)]
    assert "not a regular file" in str(report.failures[0].reason)


def test_what_is_named_may_be_a_link(folder: Path) -> None:
    link = folder.with_name("رابط.txt")
    link.symlink_to("outside/سر.txt")
    folder.with_name("way").symlink_to("folder")
    assert take_in(link).created == 1
    report = take_in(folder.with_name("way"))
    assert (report.created, report.failures) == (2, [])
