"""The documentation is correct: links and anchors resolve, files exist, and commands and their options are known."""

import re
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands, load_command_class
from django.utils.text import slugify

ROOT: Path = settings.BASE_DIR
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
# Folders whose files the docs name by their path from the root.
TOP = "archive|articles|docs|fixtures|static|templates|tests|\\.ci"
# Links and pictures with or without a title, links by reference, and links in HTML.
LINKS = [
    re.compile(r"\[[^\]]*\]\(<?([^)\s>]+)>?(?:\s+[\"'(][^)]*)?\)"),
    re.compile(r"^\s*\[[^\]]+\]:\s*<?(\S+?)>?(?:\s|$)", re.M),
    re.compile(r"<[^>]+\s(?:href|src)=[\"']([^\"']+)[\"']"),
]
CODE = re.compile(r"`([^`\n]+)`")


def in_code(text: str) -> list[str]:
    """Returns everything that a page marks as code: spans, and the lines of blocks."""
    blocks = re.findall(r"^(?: {4}|\t)(\S.*)$", text, re.M) + [
        line.strip()
        for block in re.findall(r"^[ \t>]*```[^\n]*\n(.*?)^[ \t>]*```", text, re.M | re.S)
        for line in block.splitlines()
    ]
    return CODE.findall(text) + blocks


def anchors(text: str) -> set[str]:
    """Returns the anchors that GitHub gives to the headings of a page."""
    return {slugify(heading, allow_unicode=True) for heading in re.findall(r"^#+ (.+)$", text, re.M)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_to_a_file_and_to_a_heading_of_it(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in (target for link in LINKS for target in link.findall(text)):
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


def test_links_of_every_form_are_seen() -> None:
    text = '[a](1.md) [b](2.md "title") ![c](3.png) [d][r]\n\n[r]: 4.md\n<a class="x" href="5.md">e</a>'
    assert sorted(target for link in LINKS for target in link.findall(text)) == "1.md 2.md 3.png 4.md 5.md".split()
    assert in_code("- first:\n  ```sh\n  make run\n  ```\n")[-1] == "make run"


VARIABLE = re.compile(r"\bARCHIVE_[A-Z_]+[A-Z]\b")


@cache
def variables() -> set[str]:
    """Returns the variables that the code and the containers read."""
    files = [ROOT / "docker-compose.yml", ROOT / "Dockerfile", ROOT / "Makefile"]
    files += [*(ROOT / "archive").rglob("*.py"), *(ROOT / "archive").rglob("*.sh"), *(ROOT / "articles").rglob("*.py")]
    return {name for file in files for name in VARIABLE.findall(file.read_text(encoding="utf-8"))}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_variable_is_read_somewhere(page: Path) -> None:
    named = set(VARIABLE.findall(page.read_text(encoding="utf-8")))
    assert named <= variables(), f"{page.name}: {sorted(named - variables())}"
