"""Docstrings: every public method has one unless it overrides a documented method, every longer function has one, every
field of a dataclass has a line in the docstring of its class, and summaries are whole sentences.
"""

import ast
import dataclasses
import functools
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType

import pytest
from django.conf import settings
from django.utils.functional import cached_property

import articles

ROOT: Path = settings.BASE_DIR
APP = ROOT / "articles"
# Modules of generated files, whose classes have no docstrings.
MIGRATIONS = APP / "migrations"
# A function of this many lines is not read at a glance. A judgement.
LONGER_LINES = 8
# Methods of commands, which the docstring and the help of the command describe.
OF_COMMANDS = {"handle", "add_arguments"}
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
Definition = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


@pytest.fixture(scope="module")
def classes() -> list[type]:
    """Returns the classes that the modules of the app define, those within other classes included."""
    packages = pkgutil.walk_packages(articles.__path__, "articles.")
    modules = [importlib.import_module(found.name) for found in packages if ".migrations" not in found.name]
    return [inner for module in modules for inner in _within(module, module.__name__)]


def _within(place: object, module_name: str) -> Iterator[type]:
    for member in list(vars(place).values()):
        if inspect.isclass(member) and member.__module__ == module_name and member is not place:
            yield member
            yield from _within(member, module_name)


def _function(member: object) -> FunctionType | None:
    """Returns the function in a method or property; None for any other member, and for a function of a library."""
    if isinstance(member, classmethod | staticmethod):
        member = member.__func__
    elif isinstance(member, property):
        member = member.fget
    elif isinstance(member, cached_property | functools.cached_property):
        member = member.func
    if not inspect.isfunction(member) or member.__name__ == "<lambda>":
        return None
    member = inspect.unwrap(member)
    return member if APP in Path(member.__code__.co_filename).parents else None


def _has_docstring(member: object) -> bool:
    function = _function(member)
    return function is not None and bool(function.__doc__)


def _is_documented(owner: type, name: str, subclasses: list[type]) -> bool:
    """Returns whether the method has a docstring, its own or one of a method that it overrides.

    A method of a library needs none here: the library documents it. A mixin overrides what its subclasses inherit from
    the class that it is mixed into, so their bases count as well.
    """
    heirs = [heir.__mro__[heir.__mro__.index(owner) :] for heir in subclasses]
    return any(
        not base.__module__.startswith("articles.") or _has_docstring(vars(base)[name])
        for bases in heirs
        for base in bases
        if name in vars(base)
    )


def test_every_public_method_has_a_docstring_or_overrides_one_that_has(classes: list[type]) -> None:
    bare = [
        f"{owner.__module__}.{owner.__qualname__}.{name}"
        for owner in classes
        for name, member in vars(owner).items()
        if not name.startswith("_") and _function(member)
        if not _is_documented(owner, name, [heir for heir in classes if owner in heir.__mro__])
    ]
    assert not bare


def test_every_field_has_a_line_in_the_docstring_of_its_class(classes: list[type]) -> None:
    lacking = []
    for owner in classes:
        if dataclasses.is_dataclass(owner):
            names = {field.name for field in dataclasses.fields(owner)} & set(vars(owner).get("__annotations__", {}))
        elif issubclass(owner, tuple) and "_fields" in vars(owner):
            names = set(vars(owner)["_fields"])
        else:
            continue
        described = set(re.findall(r"^\s*(\w+): ", owner.__doc__ or "", re.MULTILINE))
        if names - described:
            lacking.append(f"{owner.__module__}.{owner.__qualname__}: {sorted(names - described)}")
    assert not lacking


def _definitions() -> Iterator[tuple[str, Definition]]:
    """Yields (place, definition) for every module, class and function of the project's code."""
    for path in [*APP.rglob("*.py"), *(ROOT / "archive").rglob("*.py")]:
        if MIGRATIONS not in path.parents:
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, Definition):
                    yield f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}", node


def _docstrings() -> Iterator[tuple[str, Definition, str]]:
    """Yields (place, definition, docstring) for every docstring of the project's code."""
    for place, node in _definitions():
        if docstring := ast.get_docstring(node):
            yield place, node, docstring


def test_every_longer_function_has_a_docstring() -> None:
    bare = [
        f"{place} {node.name}"
        for place, node in _definitions()
        if isinstance(node, FUNCTIONS)
        and not ast.get_docstring(node)
        and node.end_lineno - node.lineno + 1 >= LONGER_LINES
        if not node.name.startswith("__") and node.name not in OF_COMMANDS
    ]
    assert not bare


def test_summaries_are_whole_sentences() -> None:
    broken = [place for place, _, docstring in _docstrings() if docstring.split("\n\n")[0].strip()[-1] not in ".?!»"]
    assert not broken


def test_docstrings_of_functions_begin_with_a_verb() -> None:
    """A verb in the third person ends in «s», as plural nouns do: this finds «The …», «Whether …» and «`name` …»."""
    others = [
        f"{place}: {docstring[:40]}"
        for place, node, docstring in _docstrings()
        if isinstance(node, FUNCTIONS) and not re.match(r"[A-Z][a-z]+s\b(?!')", docstring)
    ]
    assert not others
