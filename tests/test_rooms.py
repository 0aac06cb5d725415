"""The packages in README's table: every package is listed, imports follow the table, no modules import each other
in a circle, and no two classes share a name, with or without an underscore.
"""

import ast
import re
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
from django.conf import settings

ROOT: Path = settings.BASE_DIR
# Folders of the app that are no packages: generated or translated files.
NO_ROOMS = {"migrations", "locale"}


def table() -> dict[str, set[str]]:
    """Returns what each package may import by README's table, in its order."""
    rows = re.findall(r"^\| `articles/(\w+)/(?:commands/)?` \|.*\| ([^|]+) \|$", (ROOT / "README.md").read_text(), re.M)
    allowed: dict[str, set[str]] = {}
    for room, words in rows:
        named = {"all above": set(allowed), "nothing of ours": set()}.get(words, set(words.split(", ")))
        assert named <= set(allowed), f"{room} is to import rooms that do not stand above it in the table: {words}"
        allowed[room] = named
    return allowed


def modules(folder: str) -> dict[str, Path]:
    """Returns the modules of a folder of the project, by their dotted names."""
    paths = (ROOT / folder).rglob("*.py")
    return {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in paths}


def imported(path: Path, module_paths: dict[str, Path]) -> set[str]:
    """Returns the modules that a file imports anywhere; for `from package import name`, the module `name` where it is
    one.
    """
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            parts = {f"{node.module}.{alias.name}" for alias in node.names}
            names |= {part for part in parts if part in module_paths} | (
                {node.module} if parts - set(module_paths) else set()
            )
    return names


def rooms() -> list[str]:
    """Returns the folders of the app that hold modules."""
    holding = {path.relative_to(ROOT / "articles").parts[0] for path in (ROOT / "articles").glob("*/**/*.py")}
    return sorted(holding - NO_ROOMS)


def used(room: str) -> dict[str, set[str]]:
    """Returns what each module of a package imports of the project and of Django, by the module's dotted name."""
    module_paths = modules("articles")
    return {name: imported(path, module_paths) for name, path in modules(f"articles/{room}").items()}


def test_the_table_names_every_room() -> None:
    assert sorted(table()) == rooms()
    assert {path.stem for path in (ROOT / "articles").glob("*.py")} == {"__init__", "apps"}


def test_the_project_holds_nothing_but_the_project() -> None:
    names = set(modules("archive")) - {"archive"}
    own = {"apps", "bootstrap", "formats", "formats.ar", "formats.ar.formats", "gunicorn", "settings", "urls", "wsgi"}
    assert names == {f"archive.{name}" for name in own}


@pytest.mark.parametrize("room", rooms())
def test_a_room_imports_only_what_the_table_allows(room: str) -> None:
    allowed = table()[room] | {room}
    for name, imported_names in used(room).items():
        for imported_name in imported_names:
            package, *rest = imported_name.split(".")
            assert package != "archive", (
                f"{name} imports {imported_name}: the project stands on the app, not the app on the project"
            )
            assert package != "articles" or rest[0] in allowed, f"{name} imports {imported_name}"
            assert package != "django" or room != "arabic", f"{name} imports {imported_name}"


@pytest.mark.parametrize("room", rooms())
def test_the_table_allows_only_what_is_imported(room: str) -> None:
    """A package that may import all above need not do so."""
    needed = {name.split(".")[1] for names in used(room).values() for name in names if name.startswith("articles.")}
    assert table()[room] in (needed - {room}, set(list(table())[: list(table()).index(room)]))


def test_no_modules_import_one_another_in_a_circle() -> None:
    module_paths = modules("articles") | modules("archive")
    order = TopologicalSorter(
        {name: imported(path, module_paths) & set(module_paths) for name, path in module_paths.items()}
    )
    order.prepare()


def test_no_two_classes_share_a_name() -> None:
    homes: dict[str, list[str]] = {}
    for name, path in (modules("articles") | modules("archive")).items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            # Django gives these names a meaning.
            if isinstance(node, ast.ClassDef) and node.name not in {"Meta", "Command", "Migration"}:
                homes.setdefault(node.name.lstrip("_"), []).append(name)
    assert not {name: places for name, places in homes.items() if len(places) > 1}
