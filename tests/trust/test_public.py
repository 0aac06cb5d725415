"""A public archive: what it needs to start, what it sends with every page, and its rate limits."""

import base64
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from django.conf import settings as project
from django.test import Client

from articles.platform import visitors
from tests.admin.conftest import account

ROOT: Path = project.BASE_DIR
KEY = base64.b64encode(os.urandom(60)).decode()


def compose_environment(service: str = "site") -> dict[str, str]:
    """Returns the environment that docker-compose.yml gives a service, with its variables filled in."""
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    variables = {"POSTGRES_PASSWORD": "secret", "ARCHIVE_SECRET_KEY": KEY, "ARCHIVE_HOSTS": "archive.example.org"}

    def filled(text: str) -> str:
        return re.sub(r"\$\{(\w+)(?::?[-?]([^}]*))?\}", lambda match: variables.get(match[1], match[2] or ""), text)

    return {name: filled(str(value)) for name, value in compose["services"][service]["environment"].items()}


def run(*command: str, **environment: str) -> subprocess.CompletedProcess:
    """Runs Python on a file of the project, with only the given settings in its environment."""
    clean = {
        name: value for name, value in os.environ.items() if not name.startswith(("ARCHIVE_", "DATABASE_", "DJANGO_"))
    }
    return subprocess.run(
        [sys.executable, *command],
        env=clean | environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_deployment_check_is_clean_as_compose_runs_it(tmp_path: Path) -> None:
    done = run(
        "manage.py", "check", "--deploy", "--fail-level", "INFO", **compose_environment(), ARCHIVE_DATA=str(tmp_path)
    )
    assert done.returncode == 0 and "no issues (2 silenced)" in done.stdout, done.stderr


@pytest.mark.parametrize(
    "environment", [{"ARCHIVE_HOSTS": "archive.example.org"}, {"ARCHIVE_HTTPS": "1"}, {"ARCHIVE_BEHIND_PROXY": "1"}]
)
def test_it_does_not_start_for_others_without_a_key(environment: dict[str, str], tmp_path: Path) -> None:
    done = run("manage.py", "check", **environment, ARCHIVE_DATA=str(tmp_path))
    assert done.returncode != 0 and "ARCHIVE_SECRET_KEY must be set" in done.stderr
    assert not (tmp_path / "secret_key").exists()


def test_no_server_opens_without_a_key(tmp_path: Path) -> None:
    opened = ["-c", "import archive.wsgi"]
    assert "ARCHIVE_SECRET_KEY must be set" in run(*opened, ARCHIVE_DATA=str(tmp_path)).stderr
    assert run(*opened, ARCHIVE_DATA=str(tmp_path), ARCHIVE_SECRET_KEY=KEY).returncode == 0
    assert run(*opened, ARCHIVE_DATA=str(tmp_path), ARCHIVE_DEBUG="1").returncode == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["/", "/search/?q=الحدود", "/admin/login/", "/no-such-page", "/api/v1/articles", "/robots.txt"]
)
def test_every_page_is_sent_with_what_protects_it(client: Client, address: str, settings: object) -> None:
    settings.SECURE_HSTS_SECONDS = 31_536_000
    response = client.get(address, secure=True)
    policy = dict(part.strip().split(" ", 1) for part in response["Content-Security-Policy"].split(";"))
    assert (
        policy["default-src"] == "'none'"
        and policy["script-src"] == policy["style-src"] == policy["img-src"] == "'self'"
    )
    assert policy["base-uri"] == policy["frame-ancestors"] == "'none'" and policy["form-action"] == "'self'"
    assert "unsafe" not in response["Content-Security-Policy"]
    assert response["X-Content-Type-Options"] == "nosniff" and response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in response["Permissions-Policy"] and response["X-Request-ID"]


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/", "/search/?q=الحدود", "/admin/login/", "/about/"])
def test_no_script_and_no_style_stands_in_a_page(client: Client, address: str) -> None:
    page = client.get(address).content.decode()
    assert not re.search(r"<style|\sstyle=|\son\w+=", page)
    assert all("src=" in tag or "ld+json" in tag for tag in re.findall(r"<script[^>]*>", page))


def test_who_asks_is_whom_our_proxy_names(rf: object, settings: object) -> None:
    request = rf.get("/", HTTP_X_FORWARDED_FOR="1.1.1.1, 10.0.0.1 , 203.0.113.9", REMOTE_ADDR="172.18.0.2")
    assert visitors.address(request) == "172.18.0.2"
    settings.ARCHIVE_BEHIND_PROXY = True
    assert visitors.address(request) == "203.0.113.9"
    assert visitors.address(rf.get("/", REMOTE_ADDR="172.18.0.2")) == "172.18.0.2"


@pytest.mark.django_db
@pytest.mark.parametrize("behind_proxy", [False, True])
@pytest.mark.parametrize(
    ("setting", "address", "posted"),
    [
        ("ARCHIVE_SEARCH_RATE", "/search/?q=كلمة{n}", False), ("ARCHIVE_API_RATE", "/export/articles.csv?n={n}", False),
        ("ARCHIVE_LOGIN_RATE", "/admin/login/?n={n}", True),
    ],
)  # fmt: skip
def test_nobody_asks_more_by_lying_about_where_from(
    client: Client, settings: object, setting: str, address: str, posted: bool, behind_proxy: bool
) -> None:
    settings.ARCHIVE_BEHIND_PROXY = behind_proxy
    setattr(settings, setting, "3/m")

    def ask(number: int, forwarded: str, remote: str) -> int:
        headers = {
            "HTTP_X_FORWARDED_FOR": forwarded,
            "REMOTE_ADDR": remote,
            "HTTP_X_REAL_IP": f"8.8.{number}.8",
            "HTTP_FORWARDED": f"for=9.9.9.{number}",
        }
        at = address.format(n=number)
        form = {"username": f"a{number}", "password": "x"}
        response = client.post(at, form, **headers) if posted else client.get(at, **headers)
        # A server reads or closes every answer; a download holds its place until then.
        b"".join(response)
        return response.status_code

    # Our proxy adds the last address, which the client cannot choose.
    lying = [ask(n, f"1.2.3.{n}, 203.0.113.9", "198.51.100.7") for n in range(5)]
    assert lying[:3] == [200, 200, 200] and lying[3:] == [429, 429]
    elsewhere = ask(9, "203.0.113.9, 203.0.113.10", "198.51.100.8")
    assert elsewhere == 200


@pytest.mark.django_db
def test_who_asks_too_often_is_told_when_to_come_back(client: Client, settings: object) -> None:
    settings.ARCHIVE_SEARCH_RATE = "1/m"
    client.get("/search/?q=أولى")
    refused = client.get("/en/search/?q=second")
    assert refused.status_code == 429 and 0 < int(refused["Retry-After"]) <= 60
    assert client.get("/articles/").status_code == 200, "lists without words are not searches"


@pytest.mark.django_db
def test_a_name_is_closed_for_who_guesses_and_not_for_its_owner(roles: None, settings: object) -> None:
    settings.ARCHIVE_BEHIND_PROXY = True
    account("muharrir", "محررون")

    def sign_in(forwarded: str, password: str) -> int:
        headers = {"HTTP_X_FORWARDED_FOR": forwarded, "REMOTE_ADDR": "172.18.0.2"}
        return Client().post("/admin/login/", {"username": "muharrir", "password": password}, **headers).status_code

    assert [sign_in(f"5.5.5.{n}, 203.0.113.9", "تخمين") for n in range(6)][-1] == 429
    assert sign_in("203.0.113.9, 203.0.113.77", "كلمة-مرور-طويلة-1") == 302


@pytest.mark.django_db
def test_what_is_counted_is_shown_to_who_has_the_token(client: Client, settings: object) -> None:
    assert client.get("/metrics").status_code == 404
    settings.ARCHIVE_METRICS_TOKEN = "token"
    assert (
        client.get("/metrics").status_code
        == client.get("/metrics", headers={"authorization": "Bearer no"}).status_code
        == 404
    )
    shown = client.get("/metrics", headers={"authorization": "Bearer token"}).content.decode()
    assert "django_http_responses_total_by_status_view_method_total" in shown


def test_every_pinned_package_has_its_hashes() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        pinned = re.findall(r"^[a-zA-Z0-9][^\n]*(?:\n[ \t]+[^\n]*)*", (ROOT / name).read_text(), re.MULTILINE)
        assert len(pinned) > 40 and all("--hash=sha256:" in requirement for requirement in pinned)
