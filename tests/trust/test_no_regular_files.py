"""Special files in place of an original, an upload or a leftover: no process waits for them or fails because of them."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from articles.ingest.run import Options, ingest
from articles.models import Capture, Delivery, DeliveryState
from articles.models.capture import DamagedCaptureError, capture_storage, pack, stored_name
from articles.models.delivery import delivery_storage
from articles.upkeep.check import check
from articles.upkeep.copies import backup

pytestmark = pytest.mark.django_db


def in_a_circle(path: Path) -> None:
    """Makes two symbolic links that point at each other."""
    path.with_name("other").unlink(missing_ok=True)
    path.symlink_to(path.with_name("other"))
    path.with_name("other").symlink_to(path)


THINGS: dict[str, Callable[[Path], object]] = {
    "pipe": os.mkfifo,
    "folder": Path.mkdir,
    "circle of links": in_a_circle,
    "link to nothing": lambda path: path.symlink_to("/nothing/here"),
    "link to itself": lambda path: path.symlink_to(path),
    "link to a device": lambda path: path.symlink_to("/dev/zero"),
    "link to a folder": lambda path: path.symlink_to("/tmp"),
}


@pytest.fixture
def original(tmp_path: Path) -> Capture:
    """A capture of an ingested article."""
    (tmp_path / "خبر.txt").write_text(f"خبر عن الملفات\n\nوصل 25 خبيرا إلى المدينة. {tmp_path}", encoding="utf-8")
    assert ingest([tmp_path / "خبر.txt"], Options(largest=1_000_000)).created == 1
    return Capture.objects.latest("id")


@pytest.fixture
def put_back() -> list[Path]:
    """Paths that are removed after the test, since the store outlives it."""
    paths: list[Path] = []
    yield paths
    for path in paths:
        if path.is_dir() and not path.is_symlink():
            path.rmdir()
        else:
            path.unlink(missing_ok=True)


@pytest.mark.parametrize("thing", THINGS)
def test_in_an_originals_place(
    client: Client, original: Capture, tmp_path: Path, put_back: list[Path], thing: str
) -> None:
    path = Path(capture_storage().path(stored_name(original.sha256)))
    packed = path.read_bytes()
    path.unlink()
    put_back += [path, path.with_name("other")]
    THINGS[thing](path)
    with pytest.raises(DamagedCaptureError):
        original.read()
    address = original.article.get_absolute_url()
    assert client.get(f"{address}record/").status_code == 200
    for page in ("", "view/"):
        assert client.get(f"{address}captures/{original.sha256}/{page}").status_code == 503
    for without_digests in (False, True):
        checked = check(settled=0, without_digests=without_digests)
        messages = [problem.message for problem in checked.open if problem.kind == "capture"]
        assert len(messages) == 1 and original.sha256 in messages[0]
        assert not [problem for problem in checked.open if problem.kind == "check"] and "statistics" in checked.counts
    made = backup(tmp_path / "copy")
    assert len(made.damaged + made.missing) == 1 and original.sha256 in (made.damaged + made.missing)[0]
    # Delivering the same bytes again stores them again, except where a folder has their name.
    if thing != "folder":
        Capture.objects.keep_bytes(original.sha256, packed)
        assert original.read()


@pytest.mark.parametrize("thing", THINGS)
def test_among_the_originals(original: Capture, put_back: list[Path], thing: str) -> None:
    root = Path(capture_storage().location)
    path = root / "ab-leftover"
    put_back += [path, root / "other"]
    THINGS[thing](path)
    checked = check(settled=0)
    names = [problem.message for problem in checked.open if problem.kind == "leftover file"]
    # An empty folder is no leftover.
    assert any("ab-leftover" in name for name in names) == (thing != "folder"), names
    assert not [problem for problem in checked.open if problem.kind == "check"] and "statistics" in checked.counts
    check(settled=0, repair=True)
    assert os.path.lexists(path) == (thing == "folder")
    assert Path("/dev/zero").exists() and Path("/tmp").is_dir() and original.read()


def test_a_folder_that_leads_into_itself_ends(original: Capture, put_back: list[Path]) -> None:
    root = Path(capture_storage().location)
    put_back += [root / "loop"]
    (root / "loop").symlink_to(root)
    names = [problem.message for problem in check(settled=0).open if problem.kind == "leftover file"]
    assert len([name for name in names if name.startswith("loop")]) == 1


@pytest.mark.parametrize("thing", THINGS)
def test_in_an_uploads_place(tmp_path: Path, settings: object, put_back: list[Path], thing: str) -> None:
    path = Path(delivery_storage().path("2031/01/upload.txt"))
    path.parent.mkdir(parents=True, exist_ok=True)
    put_back += [path, path.with_name("other")]
    THINGS[thing](path)
    Delivery.objects.create(stored_as="2031/01/upload.txt", state=DeliveryState.WAITING)
    with pytest.raises(OSError):  # noqa: PT011  Each thing raises an error of its own.
        delivery_storage().open("2031/01/upload.txt")
    made = backup(tmp_path / "copy")
    assert len(made.damaged + made.missing) == 1 and "upload.txt" in (made.damaged + made.missing)[0]
    assert [problem for problem in check(settled=10**9).open if problem.kind == "delivery"]


def test_a_check_that_fails_does_not_stop_the_others(original: Capture, put_back: list[Path]) -> None:
    """The store's folder is a file, so listing it fails, and every check that lists it fails, too."""
    storage = capture_storage()
    folder = Path(storage.location)
    aside = folder.with_name("aside")
    folder.rename(aside)
    try:
        folder.write_bytes(pack(b"x"))
        checked = check(settled=0)
    finally:
        folder.unlink()
        aside.rename(folder)
    kinds = {problem.kind for problem in checked.open}
    assert "capture" in kinds and "leftover file" in kinds
    assert {"texts", "dates", "references", "merged", "statistics"} <= set(checked.counts)
