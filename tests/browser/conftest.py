"""Fixtures for a real Chromium on a live server that holds the fixtures' rows."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import Group, User
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.db import connection
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.npm import installed
from tests.tools import path_of

PASSWORD = "كلمة-مرور-طويلة-1"
# Playwright's synchronous API runs an event loop in this thread, which Django takes for asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
# Colours with a transition are checked after it has ended.
_AXE = """
    async (rules) => {
      await Promise.all(document.getAnimations().map((animation) => animation.finished));
      return (await axe.run(document, { resultTypes: ["violations"], ...rules })).violations;
    }
"""
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--no-first-run",
             "--disable-component-update", "--disable-sync"]  # fmt: skip


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium of this machine."""
    path = os.environ.get("CHROMIUM") or path_of(
        "chromium", "chromium-browser", "google-chrome", package="chromium; the variable CHROMIUM names another browser"
    )
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture(scope="session", autouse=True)
def _cached_files() -> None:
    """Lets the browser keep static files from page to page, as the archive's server does."""
    serve = StaticFilesHandler.serve

    def serve_for_an_hour(handler: StaticFilesHandler, request: HttpRequest) -> HttpResponseBase:
        answer = serve(handler, request)
        answer["Cache-Control"] = "max-age=3600"
        return answer

    StaticFilesHandler.serve = serve_for_an_hour


@pytest.fixture(scope="session")
def modules() -> Path:
    """The folder of npm packages from package.json, with axe-core and the Nu validator."""
    return installed(Path(__file__).parent, "axe-core/axe.min.js")


@pytest.fixture
def stored(stored: None) -> Iterator[None]:
    """The fixtures' rows. Teardown waits until no request reads them before the tables are emptied."""
    yield
    _wait_for_requests()


@pytest.fixture
def every_page(stored: None, every_page: list[str]) -> list[str]:
    """The addresses, once the fixtures are stored again."""
    return every_page


@pytest.fixture
def page(browser: Browser, live_server: object, stored: None) -> Iterator[Page]:
    """A page whose base URL is the archive's. A script error or a refused resource fails the test."""
    context = browser.new_context(base_url=live_server.url, locale="ar", viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    yield opened
    context.close()
    assert errors == []


def sign_in(page: Page, server: object, user: User) -> None:
    """Gives a browser the session of an account. The tests of signing in use the form instead."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": server.url}])


def load_axe(context: BrowserContext, modules: Path) -> None:
    """Loads axe with each page that the context will open, which `accessibility_violations` needs."""
    context.add_init_script(path=modules / "axe-core" / "axe.min.js")


def accessibility_violations(page: Page) -> list[tuple[str, str, str, str]]:
    """Returns the violations that axe finds on the page: (colour scheme, rule, element, message).

    In the dark scheme axe checks only colours, since nothing else of the page differs.
    """
    reported = []
    for scheme, rules in [("light", {}), ("dark", {"runOnly": ["color-contrast", "link-in-text-block"]})]:
        page.emulate_media(color_scheme=scheme)
        violations = page.evaluate(_AXE, rules)
        reported += [
            (scheme, violation["id"], violation["nodes"][0]["html"][:200], violation["nodes"][0]["failureSummary"])
            for violation in violations
        ]
    page.emulate_media(color_scheme="light")
    return reported


def _wait_for_requests() -> None:
    """Waits until the server's threads have answered the closed page's requests, which emptying the tables would block."""
    deadline = time.monotonic() + 10
    busy = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute(busy)
            if cursor.fetchone() == (0,):
                return
        time.sleep(0.05)


@pytest.fixture
def desk(page: Page, live_server: object, stored: None, roles: None, settings: object, tmp_path: Path) -> Page:
    """A senior editor's browser, signed in."""
    settings.STORAGES = settings.STORAGES | {
        "deliveries": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "kept"},
        }
    }
    user = User.objects.create_user("salma", password=PASSWORD, is_staff=True, first_name="سلمى")
    user.groups.add(Group.objects.get(name="محررون أول"))
    sign_in(page, live_server, user)
    return page
