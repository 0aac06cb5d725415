"""The project as a whole: checks, missing migrations, the compose file."""

import json
import os
import re
import subprocess
from importlib.resources import files
from io import StringIO
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from django.conf import settings
from django.core.management import call_command, get_commands, load_command_class
from django.db import connection

ROOT: Path = settings.BASE_DIR


def test_system_checks_are_clean(db: None) -> None:
    out, err = StringIO(), StringIO()
    call_command("check", "--fail-level", "INFO", "--database", "default", stdout=out, stderr=err)
    assert "no issues" in out.getvalue()


def test_no_migration_is_missing(db: None) -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_debug_is_off_unless_asked_for() -> None:
    assert settings.DEBUG is False and "*" not in os.environ.get("ARCHIVE_HOSTS", "")


def test_the_compose_file_names_what_it_needs() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    compose = yaml.safe_load(text)
    services = compose["services"]
    assert {"proxy", "database", "cache", "migrate", "site", "worker", "nightly", "replica"} == set(services)
    assert services["database"]["image"] == services["replica"]["image"]
    assert services["replica"]["profiles"] == ["replica"]
    for name in ("database", "site", "cache", "replica", "worker", "nightly"):
        assert services[name]["healthcheck"]["test"]
    for name in ("site", "worker", "nightly"):
        assert services[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
    assert services["migrate"]["depends_on"]["database"]["condition"] == "service_healthy"
    # Only the proxy can be reached from outside.
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]
    mounts = {mount.rpartition(":")[0] for service in services.values() for mount in service.get("volumes", [])}
    assert mounts == set(compose["volumes"]) - {"backup"} | {"${BACKUP_FOLDER:-backup}"}
    used_configs = {config["source"] for service in services.values() for config in service.get("configs", [])}
    assert used_configs == set(compose["configs"])
    for config in compose["configs"].values():
        assert (ROOT / config["file"]).is_file()
    for secret in ("ARCHIVE_SECRET_KEY", "POSTGRES_PASSWORD", "DATABASE_PASSWORD", "REPLICATION_PASSWORD",
                   "SCRATCH_PASSWORD", "CACHE_PASSWORD"):  # fmt: skip
        assert f"${{{secret}:?" in text, secret
    # Settings know every variable of the archive that it passes on.
    python_code = "".join(
        path.read_text()
        for path in [*(ROOT / "archive").rglob("*.py"), *(ROOT / "articles" / "platform").rglob("*.py")]
    )
    passed = [name for name in services["site"]["environment"] if name.startswith(("ARCHIVE_", "DATABASE_"))]
    assert passed and all(f'"{name}"' in python_code for name in passed)


def manage_words(command: str | list[str]) -> list[str]:
    """Returns the words after manage.py in a command of the compose file; empty where it does not run manage.py."""
    words = command.split() if isinstance(command, str) else [word for part in command for word in part.split()]
    return words[words.index("manage.py") + 1 :] if "manage.py" in words else []


def test_every_command_that_the_compose_file_runs_is_known_with_its_options() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    run = {
        (name, part): words
        for name, service in services.items()
        for part, command in (
            ("command", service.get("command", [])),
            ("check", service.get("healthcheck", {}).get("test", [])),
        )
        if (words := manage_words(command))
    }
    assert {
        ("worker", "check"),
        ("nightly", "check"),
        ("worker", "command"),
        ("nightly", "command"),
        ("migrate", "command"),
    } <= set(run)
    for place, words in run.items():
        # A shell may join several commands, which are checked one by one.
        words = words[: next((at for at, word in enumerate(words) if word in {"&&", ";", "||"}), len(words))]
        name, *options = words
        assert name in get_commands(), place
        parser = load_command_class(get_commands()[name], name).create_parser("manage.py", name)
        # A Django command's parser raises for an unknown option; `$$` and the like need no values here.
        parser.parse_args(options)
    assert (run["worker", "check"][0], run["nightly", "check"]) == ("worker_health", ["nightly", "--check"])


OUR_COMMANDS = sorted(name for name, app in get_commands().items() if app == "articles")


@pytest.mark.parametrize("name", OUR_COMMANDS)
def test_a_command_explains_itself_and_each_of_its_arguments(name: str) -> None:
    command = load_command_class("articles", name)
    assert command.help
    arguments = command.create_parser("manage.py", name)._actions
    assert [argument.dest for argument in arguments if not argument.help] == []


def test_make_pin_asks_for_every_file_that_names_images() -> None:
    """`make pin` runs the command that tests/system/test_compose.py tries on copies."""
    # The tests may run under make, which passes its options and its depth to every make below it.
    outside = {name: value for name, value in os.environ.items() if not name.startswith("MAKE") and name != "MFLAGS"}
    plan = subprocess.run(["make", "-n", "pin"], cwd=ROOT, capture_output=True, text=True, check=True, env=outside)
    (line,) = [line for line in plan.stdout.splitlines() if line.strip()]
    _python, *words = line.split()
    files = ["docker-compose.yml", "Dockerfile"]
    assert words == ["articles/platform/pin_images.py", *files]
    assert all((ROOT / word).is_file() for word in words)
    # No other file of the project's root names an image.
    texts = {path.name: path.read_text(encoding="utf-8", errors="replace") for path in ROOT.iterdir() if path.is_file()}
    assert {name for name, text in texts.items() if re.search(r"(?m)^(FROM|\s+image:) \S+", text)} == set(files)


def compose_schema() -> Any:
    """Returns a validator of the Compose Specification's own schema, as the package check-jsonschema ships it."""
    text = files("check_jsonschema").joinpath("builtin_schemas/vendor/compose-spec.json").read_text()
    schema = json.loads(text)
    return jsonschema.validators.validator_for(schema)(schema)


def test_the_compose_file_follows_the_specification() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    schema = compose_schema()
    assert [error.message for error in schema.iter_errors(compose)] == []
    compose["services"]["site"]["read_olny"] = True
    assert len(list(schema.iter_errors(compose))) == 1, "the schema sees a slip"


def test_every_container_has_no_right_that_it_does_not_need() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    for name, service in compose["services"].items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["read_only"] is True and service["tmpfs"] and service["mem_limit"], name
        assert not service.get("privileged") and "network_mode" not in service
        assert set(service.get("cap_add", [])) <= ({"NET_BIND_SERVICE"} if name == "proxy" else set()), name
        # The version is exact, perhaps with a digest; our own image is built from the Dockerfile.
        assert "build" in service or re.fullmatch(
            r"[\w/]+:\d+\.\d+(\.\d+)?(@sha256:[0-9a-f]{64})?", service["image"]
        ), name
    for line in (ROOT / "Dockerfile").read_text().splitlines():
        if line.startswith("FROM "):
            assert re.match(r"FROM python:\d+\.\d+\.\d+-slim-\w+", line), line


def test_no_read_only_service_is_given_a_text_of_the_compose_file() -> None:
    """Compose refuses to start such a service: «cannot create config … in read-only service: 'file' is the sole
    supported option».
    """
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    count = 0
    for name, service in compose["services"].items():
        for kind in ("configs", "secrets"):
            for reference in service.get(kind, []):
                count += 1
                definition = compose[kind][reference if isinstance(reference, str) else reference["source"]]
                assert not service["read_only"] or set(definition) == {"file"}, name
    assert count


def test_no_service_connects_as_the_superuser() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    holders = [name for name, service in services.items() if "POSTGRES_PASSWORD" in str(service.get("environment"))]
    assert holders == ["database"]
    for name in ("site", "worker", "migrate", "nightly"):
        environment = services[name]["environment"]
        assert environment["DATABASE_URL"].startswith("postgres://archive:${DATABASE_PASSWORD:?"), name
        assert environment["ARCHIVE_CACHE"].startswith("redis://:${CACHE_PASSWORD:?"), name
        assert not {"REPLICATION_PASSWORD", "SCRATCH_PASSWORD"} & set(environment), name


@pytest.mark.django_db
def test_postgresql_knows_the_settings_that_compose_starts_it_with() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    commands = [" ".join(services["database"]["command"]), services["replica"]["entrypoint"][-1]]
    for command in commands:
        settings = dict(re.findall(r"-c (\w+)=(\S+)", command))
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_settings WHERE name = ANY(%s)", [list(settings)])
            assert cursor.fetchone() == (len(settings),)
            cursor.execute(
                "SELECT true FROM pg_available_extensions WHERE name = %s", [settings["shared_preload_libraries"]]
            )
            assert cursor.fetchone()


def test_the_image_runs_as_nobody_special() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    assert len([line for line in lines if line.startswith("FROM ")]) >= 2
    assert any(line.startswith("USER ") and "root" not in line for line in lines)


# The packages that each package may import (the table in README.md).
