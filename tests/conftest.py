"""Fixtures of all tests: each run has a database of its own with the fixtures loaded once, and captures in its own
folder.
"""

import os
import re
from collections.abc import Callable
from datetime import date

import hypothesis
import psutil
import pytest
from django.conf import settings as project
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection, connections
from django.test import TransactionTestCase
from django.utils import translation

from articles.extract.authority import Authority
from articles.extract.process import suggest
from articles.models import Actor, ArchiveDate, Article, Event, Measure, Source
from tests import migrated_tables
from tests.kept_rows import KeptRows


def pytest_configure() -> None:
    """Serves static files from the source tree, replaces the slow password hash, and gives searches time.

    A manifest of collected files may be of an older collection. The real hash takes half a second by design.
    """
    project.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    # A page that a busy machine answers late is still an answer. The tests of the limit set their own.
    project.ARCHIVE_SEARCH_TIMEOUT = 60_000
    project.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # How long an example takes depends on what else the machine does.
    hypothesis.settings.register_profile("any_pace", deadline=None)
    hypothesis.settings.load_profile("any_pace")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Groups the tests that one process runs together.

    The tests of a file form a group, but each test of tests/browser, tests/system and tests/trust is a group of its
    own, since they take long. Tests that commit their changes come last (pytest-django's order).
    """
    for item in items:
        marker = item.get_closest_marker("django_db")
        commits = bool({"transactional_db", "live_server"} & set(getattr(item, "fixturenames", ())))
        commits = commits or bool(marker and marker.kwargs.get("transaction"))
        group = f"{item.path.name}{' commits' if commits else ''}"
        if item.path.parent.name in {"browser", "system", "trust"}:
            group = item.nodeid
        item.add_marker(pytest.mark.xdist_group(group))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: object) -> None:
    """Two concurrent runs use two databases; the databases of killed runs are dropped."""
    project.DATABASES["default"]["TEST"]["NAME"] = connection.settings_dict["TEST"]["NAME"] = (
        f"test_archive_{os.getpid()}"
    )
    # The processes of one run share no files, either.
    for store in ("captures", "deliveries"):
        project.STORAGES[store]["OPTIONS"]["location"] = tmp_path_factory.mktemp(store)
    with django_db_blocker.unblock(), connections["default"]._nodb_cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname ~ '^test_archive_[0-9]+$'")
        for (name,) in cursor.fetchall():
            if not psutil.pid_exists(int(re.sub(r"\D", "", name))):
                cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
        if migrated_tables.is_kept():
            project.DATABASES["default"]["TEST"]["TEMPLATE"] = migrated_tables.kept_database()
            connection.settings_dict["TEST"]["TEMPLATE"] = migrated_tables.kept_database()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: object) -> None:
    """The database with the fixtures' rows, which are restored after each test that commits."""
    with django_db_blocker.unblock():
        if not connection.settings_dict["TEST"].get("TEMPLATE"):
            migrated_tables.keep()
        call_command("load_fixtures", verbosity=0)
        fixture_rows = KeptRows()
    # Django's own teardown after a committing test would empty the tables.
    TransactionTestCase._fixture_teardown = lambda _case: fixture_rows.put_back()


@pytest.fixture
def stored(transactional_db: None) -> None:
    """The fixtures' rows for a test that commits its changes."""


@pytest.fixture(autouse=True)
def _hosts(settings: object) -> None:
    settings.ALLOWED_HOSTS = ["*"]


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    """Clears cached pages and request counts of the test before."""
    cache.clear()


@pytest.fixture(autouse=True)
def _language() -> None:
    """Resets the language, since the test before may have left another, which the addresses would contain."""
    translation.activate("ar")


@pytest.fixture
def authority(db: None) -> Authority:
    """The names that the rules know, including those of the fixtures."""
    return Authority.load()


@pytest.fixture
def seed(db: None) -> Callable[[str], Article]:
    """The article of a seed by its number: `seed("003")`."""
    return lambda number: Article.objects.filter(captures__filename__startswith=number).distinct().get()


@pytest.fixture
def make_article(db: None) -> Callable[..., Article]:
    """Returns a function that stores an article; without a day its date is unknown."""

    def make(title: str = "عنوان", body: str = "نص المقال.", day: date | None = None, **fields: object) -> Article:
        article = Article(title=title, body=body, **fields)
        article.published = ArchiveDate.on(day) if day else ArchiveDate.unknown()
        article.save()
        return article

    return make


@pytest.fixture
def roles(db: None) -> None:
    """The groups that a migration creates. They are restored after each test that commits."""


@pytest.fixture
def every_page(db: None) -> list[str]:
    """An address of every kind of readers' page, with the fixtures' rows."""
    article, event = (
        Article.objects.order_by("id").first(),
        Event.objects.filter(coverages__isnull=False).order_by("id").first(),
    )
    actor = Actor.objects.filter(mentions__isnull=False).order_by("id").first()
    capture = article.captures.first()
    measure = Measure.objects.filter(figures__isnull=False).order_by("id").first()
    second_article = Article.objects.exclude(pk=article.pk).order_by("id").first()
    details = [row.get_absolute_url() for row in (article, event, actor, Source.objects.order_by("id").first())]
    return [
        "/", "/search/", "/search/?q=الإرهاب", "/search/?q=مراكش الحدود&kind=conference", "/search/?q=لاشيءهنا", "/articles/",
        "/events/", "/actors/", "/actors/?q=مغرب", "/figures/", f"/figures/?measure={measure.pk}", "/dates/", "/dates/2024/",
        "/dates/2024/11/", "/dates/2024/11/6/", "/timeline/", "/sources/", "/about/", "/help/", "/appearance/", *details,
        f"{details[0]}?q=المغرب", f"{details[0]}record/", f"{details[0]}captures/{capture.sha256}/view/",
        f"{details[0]}compare/{second_article.pk}/",
    ]  # fmt: skip


@pytest.fixture
def report(make_article: Callable[..., Article]) -> Callable[..., Article]:
    """Returns a function that stores a report of one conference, with a number of participants, and the facts that the
    rules find in it.
    """

    def write(number: str, when: date = date(2023, 2, 8), day: int = 7) -> Article:
        body = f"استضافت مسقط يوم {day} شباط 2023 المؤتمر الخامس حول أمن السواحل بمشاركة {number}."
        article = make_article("مسقط تستضيف المؤتمر الخامس حول أمن السواحل", body, when)
        suggest(article, Authority.load())
        return article

    return write
