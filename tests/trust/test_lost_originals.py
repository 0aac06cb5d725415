"""Originals whose rows are lost: the check reports each article that has lost its capture, and no repair removes a file
that may be an original.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client

from articles.ingest.run import Options, ingest
from articles.models import Article, Capture, TitleOrigin
from articles.models.capture import capture_storage, pack, stored_name
from articles.models.history import operation
from articles.upkeep.check import SET_ASIDE
from tests.trust.checking import messages_of_check

pytestmark = pytest.mark.django_db
LEFTOVER = "0" * 64


@pytest.fixture
def read(tmp_path: Path) -> Article:
    """An article that was read from a file."""
    (tmp_path / "خبر.txt").write_text(f"خبر عن ورشة المرافئ\n\nوصل 25 خبيرا إلى المدينة. {tmp_path}", encoding="utf-8")
    assert ingest([tmp_path / "خبر.txt"], Options(largest=1_000_000)).created == 1
    return Article.objects.latest("id")


@pytest.fixture
def leftover() -> Iterator[Path]:
    """A file that an ingest left when it was killed before its article was committed."""
    Capture.objects.keep_bytes(LEFTOVER, pack(b"left over"))
    path = Path(capture_storage().path(stored_name(LEFTOVER)))
    yield path
    path.unlink(missing_ok=True)


def path_of(capture: Capture) -> Path:
    """Returns the path of a capture's original."""
    return Path(capture_storage().path(stored_name(capture.sha256)))


def test_what_an_editor_typed_has_no_original_and_is_no_problem(admin_client: Client) -> None:
    typed = {
        "title": "كتبه محرر", "body": "نص كتبه محرر.", "language": "ar", "status": "published", "published_precision": "unknown",
        "published_basis": "stated", "title_origin": "stated",
    }  # fmt: skip
    management = {
        f"{prefix}-{name}_FORMS": "0"
        for prefix in ("captures", "mentions", "coverages", "figures")
        for name in ("TOTAL", "INITIAL")
    }
    admin_client.post("/admin/articles/article/add/", typed | management)
    article = Article.objects.get(title="كتبه محرر")
    assert (
        article.title_origin == TitleOrigin.EDITOR
        and not article.captures.exists()
        and messages_of_check("capture") == []
    )


@pytest.mark.parametrize("is_retitled", [False, True])
def test_an_article_that_lost_its_captures_is_told(read: Article, is_retitled: bool) -> None:
    if is_retitled:
        # An editor has since changed its title, so only history shows that the title was read from a file.
        with operation(user=get_user_model().objects.create(username="محرر").pk):
            read.title, read.title_origin, read.set_aside, read.date_statements = (
                "عنوان آخر",
                TitleOrigin.EDITOR,
                [],
                [],
            )
            read.save()
    assert messages_of_check("capture") == []
    path = path_of(read.captures.get())
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM articles_capture WHERE article_id = %s", [read.pk])
    (line,) = messages_of_check("capture")
    assert line.startswith(f"article {read.pk} ")
    # The repair keeps the file that was its original.
    assert (
        any(path.name in line for line in messages_of_check("leftover file", settled=-1, repair=True)) and path.exists()
    )
    path.unlink()


LOSSES: dict[str, Callable[[Article, Capture], object]] = {
    "the row": lambda article, capture: Capture.objects.filter(pk=capture.pk).delete(),
    "its digest": lambda article, capture: Capture.objects.filter(pk=capture.pk).update(sha256="ab" * 32),
    "its file": lambda article, capture: path_of(capture).unlink(),
    "its length": lambda article, capture: Capture.objects.filter(pk=capture.pk).update(size=capture.size + 1),
}


@pytest.mark.parametrize("without_digests", [False, True])
@pytest.mark.parametrize("loss", ["the row", "its digest", "its file"])
def test_no_repair_removes_what_may_be_an_original(
    read: Article, leftover: Path, loss: str, without_digests: bool
) -> None:
    capture = read.captures.get()
    original = path_of(capture)
    packed = original.read_bytes()
    LOSSES[loss](read, capture)
    for _ in range(2):
        lines = messages_of_check("leftover file", settled=-1, repair=True, without_digests=without_digests)
        assert any(leftover.name in line and "may be an original" in line for line in lines)
        assert (
            any(original.name in line for line in lines) == (loss != "its file") == original.exists()
            and leftover.exists()
        )
    # Once the original is in its place again, nothing is in doubt, and the leftover is removed.
    original.write_bytes(packed)
    if loss == "the row":
        capture.save(force_insert=True)
    Capture.objects.filter(pk=capture.pk).update(sha256=capture.sha256)
    assert messages_of_check("capture") == messages_of_check("leftover file", settled=-1, repair=True) == []
    assert original.exists() and not leftover.exists()
    os.unlink(original)


def test_the_newest_of_several_originals_is_set_aside_and_not_deleted(read: Article, leftover: Path) -> None:
    """While the article has another capture, nothing shows that one is gone; the bytes are kept nevertheless."""
    row = read.captures.get()
    capture = Capture.objects.get(pk=row.pk)
    capture.pk, capture.sha256 = None, LEFTOVER
    capture.save(force_insert=True)
    capture.delete()
    packed = leftover.read_bytes()
    assert messages_of_check("leftover file", settled=-1, repair=True) == [] and not leftover.exists()
    aside = Path(capture_storage().path(f"{SET_ASIDE}/{stored_name(LEFTOVER)}"))
    assert aside.read_bytes() == packed and aside.stat().st_mode & 0o777 == 0o600
    # Neither the next check nor the one after reports the set-aside file as a leftover.
    assert (
        messages_of_check("leftover file", settled=-1)
        == messages_of_check("leftover file", settled=-1, repair=True)
        == []
    )
    assert aside.exists()


def test_a_capture_of_another_length_is_a_doubt_as_well(read: Article, leftover: Path) -> None:
    capture = read.captures.get()
    LOSSES["its length"](read, capture)
    assert messages_of_check("leftover file", settled=-1, repair=True) and leftover.exists()
    path_of(capture).unlink()


def test_what_has_no_name_of_an_original_is_removed_all_the_same(read: Article) -> None:
    path_of(read.captures.get()).unlink()
    part = Path(capture_storage().location) / ".new-part"
    part.write_bytes(b"x")
    assert (
        not any(part.name in line for line in messages_of_check("leftover file", settled=-1, repair=True))
        and not part.exists()
    )
