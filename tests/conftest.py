"""A database of its own for every run, with the fixtures loaded once; captures in a folder of the run."""

import os
import re
from collections.abc import Callable
from datetime import date
from importlib import import_module

import hypothesis
import psutil
import pytest
from django.apps import apps
from django.conf import settings as project
from django.contrib.auth.models import Group
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
    """Static files as they lie in the tree, before anything asks for one: a manifest may be of an older collection. Passwords are
    hashed in no time: the real hash takes half a second on purpose."""
    project.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    project.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # How long an example takes depends on what else the machine does.
    hypothesis.settings.register_profile("any_pace", deadline=None)
    hypothesis.settings.load_profile("any_pace")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Which tests one process runs together: those of each file, but each of tests/browser, tests/system and tests/trust by
    itself, since they take long. Those that commit their changes come last (pytest-django's order)."""
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
    """Two runs at once use two databases; those of killed runs are dropped."""
    project.DATABASES["default"]["TEST"]["NAME"] = connection.settings_dict["TEST"]["NAME"] = (
        f"test_archive_{os.getpid()}"
    )
    # The processes of one run share nothing on the disk, either.
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
    """The database with the fixtures' rows, which are put back after each test whose changes are committed."""
    with django_db_blocker.unblock():
        if not connection.settings_dict["TEST"].get("TEMPLATE"):
            migrated_tables.keep()
        call_command("load_fixtures", verbosity=0)
        kept = KeptRows()
    # What Django does when a test ends whose changes are committed: it empties the tables.
    TransactionTestCase._fixture_teardown = lambda _case: kept.put_back()


@pytest.fixture
def stored(transactional_db: None) -> None:
    """The fixtures' rows for a test whose changes are committed."""


@pytest.fixture(autouse=True)
def _hosts(settings: object) -> None:
    settings.ALLOWED_HOSTS = ["*"]


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    """Neither pages nor how often somebody asked are known from the test before."""
    cache.clear()


@pytest.fixture(autouse=True)
def _language() -> None:
    """What a page's language was in the test before must not be found in this one's addresses."""
    translation.activate("ar")


@pytest.fixture
def authority(db: None) -> Authority:
    """The names that the rules know, with those of the fixtures."""
    return Authority.load()


@pytest.fixture
def seed(db: None) -> Callable[[str], Article]:
    """The article of a seed by its number: `seed("003")`."""
    return lambda number: Article.objects.filter(captures__filename__startswith=number).distinct().get()


@pytest.fixture
def make_article(db: None) -> Callable[..., Article]:
    def make(title: str = "عنوان", body: str = "نص المقال.", day: date | None = None, **fields: object) -> Article:
        article = Article(title=title, body=body, **fields)
        article.published = ArchiveDate.on(day) if day else ArchiveDate.unknown()
        article.save()
        return article

    return make


@pytest.fixture
def roles(db: None) -> None:
    """The groups that a migration makes."""
    if not Group.objects.exists():
        import_module("articles.migrations.0004_rules").make_roles(apps, None)


@pytest.fixture
def every_page(db: None) -> list[str]:
    """An address of every kind of page that readers meet, with the fixtures' rows."""
    article, event = (
        Article.objects.order_by("id").first(),
        Event.objects.filter(coverages__isnull=False).order_by("id").first(),
    )
    actor = Actor.objects.filter(mentions__isnull=False).order_by("id").first()
    capture = article.captures.first()
    measure = Measure.objects.filter(figures__isnull=False).order_by("id").first()
    other = Article.objects.exclude(pk=article.pk).order_by("id").first()
    details = [row.get_absolute_url() for row in (article, event, actor, Source.objects.order_by("id").first())]
    return [
        "/", "/search/", "/search/?q=الإرهاب", "/search/?q=مراكش الحدود&kind=conference", "/search/?q=لاشيءهنا", "/articles/",
        "/events/", "/actors/", "/actors/?q=مغرب", "/figures/", f"/figures/?measure={measure.pk}", "/dates/", "/dates/2024/",
        "/dates/2024/11/", "/dates/2024/11/6/", "/timeline/", "/sources/", "/about/", "/help/", "/appearance/", *details,
        f"{details[0]}?q=المغرب", f"{details[0]}record/", f"{details[0]}captures/{capture.sha256}/view/",
        f"{details[0]}compare/{other.pk}/",
    ]  # fmt: skip


@pytest.fixture
def report(make_article: Callable[..., Article]) -> Callable[..., Article]:
    """Stores a report of one conference with a number of those who took part, and all that the rules find in it."""

    def write(number: str, when: date = date(2023, 2, 8), day: int = 7) -> Article:
        body = f"استضافت مسقط يوم {day} شباط 2023 المؤتمر الخامس حول أمن السواحل بمشاركة {number}."
        article = make_article("مسقط تستضيف المؤتمر الخامس حول أمن السواحل", body, when)
        suggest(article, Authority.load())
        return article

    return write
