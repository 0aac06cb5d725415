"""The documentation is correct: links and anchors resolve, files exist, and commands and their options are known."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands, load_command_class
from django.utils.text import slugify

ROOT: Path = settings.BASE_DIR
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
# Folders whose files the docs name by their path from the root.
TOP = "archive|articles|docs|fixtures|static|templates|tests|\\.ci"
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")


def in_code(text: str) -> list[str]:
    """Returns everything that a page marks as code: spans, and the lines of blocks."""
    blocks = re.findall(r"^(?: {4}|\t)(\S.*)$", text, re.M) + [
        line for block in re.findall(r"^```\w*\n(.*?)^```", text, re.M | re.S) for line in block.splitlines()
    ]
    return CODE.findall(text) + blocks


def anchors(text: str) -> set[str]:
    """Returns the anchors that GitHub gives to the headings of a page."""
    return {slugify(heading, allow_unicode=True) for heading in re.findall(r"^#+ (.+)$", text, re.M)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_to_a_file_and_to_a_heading_of_it(page: Path) -> None:
    for groups in LINK.findall(page.read_text(encoding="utf-8")):
        target = "".join(groups)
        if re.match(r"\w+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), f"{page.name}: {target}"
        assert not anchor or anchor in anchors(file.read_text(encoding="utf-8")), f"{page.name}: {target}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_that_is_named_exists(page: Path) -> None:
    named = set(re.findall(rf"(?<![\w/.])(?:{TOP})/[\w./-]*\w/?", page.read_text(encoding="utf-8")))
    missing = {name for name in named if not (ROOT / name).exists() and not list(ROOT.glob(f"{name}*"))}
    assert not missing, f"{page.name} names {sorted(missing)}"


def commands() -> list[tuple[str, str, str]]:
    """Returns (page, command, arguments) for each `manage.py` command in the docs."""
    calls = []
    for page in PAGES:
        for code in in_code(page.read_text(encoding="utf-8")):
            for command, rest in re.findall(r"manage\.py ([a-z_]+)([^#|;&]*)", code):
                calls.append((page.name, command, rest))
    return calls


def test_every_command_and_every_option_is_known() -> None:
    assert len(commands()) > 20
    for page, command, rest in commands():
        assert command in get_commands(), f"{page}: manage.py {command}"
        app = get_commands()[command]
        parser = (load_command_class(app, command) if isinstance(app, str) else app).create_parser("manage.py", command)
        options = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", rest)) - {"--"}
        unknown = options - set(parser._option_string_actions)
        assert not unknown, f"{page}: manage.py {command} has no {sorted(unknown)}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_target_of_make_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    named = {
        name
        for code in in_code(page.read_text(encoding="utf-8"))
        for name in re.findall(r"(?<!\S)make ([a-z-]+)", code)
    }
    assert named <= targets, f"{page.name}: make {sorted(named - targets)}"
