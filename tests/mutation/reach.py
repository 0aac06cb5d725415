"""Measures which tests reach which lines: runs the tests once with counters in the code.

`python -m tests.mutation.reach FOLDER FILES…` runs the test files and writes the lines and the seconds of each test into
FOLDER. A tracer (coverage.py) would make the run two to ten times as long; a counter at the beginning of each block of
statements costs little.
"""

import ast
import builtins
import json
import os
import sys
from collections.abc import Iterator
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType

import pytest

from tests.mutation.selection import ARGUMENTS, ROOT, is_usable

_COMPOUND = ast.If | ast.For | ast.While | ast.Try | ast.With | ast.Match
_COUNTER = "__reached__"


class Counting(SourceFileLoader):
    """Loads a module of the archive with a counter in each block of its functions."""

    # (path, lines) of each block, by its number.
    blocks: list[tuple[str, list[int]]] = []

    def get_code(self, fullname: str) -> CodeType:
        path = self.get_filename(fullname)
        tree = ast.parse(self.get_data(path))
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                self._count(node, path)
        return compile(ast.fix_missing_locations(tree), path, "exec", dont_inherit=True)

    def _count(self, owner: ast.AST, path: str) -> None:
        """Puts counters into the statement lists of a node, but for those of functions inside it."""
        for name in ("body", "orelse", "finalbody"):
            if isinstance(statements := getattr(owner, name, None), list):
                setattr(owner, name, self._counted(statements, path))
        for part in (*getattr(owner, "handlers", ()), *getattr(owner, "cases", ())):
            self._count(part, path)

    def _counted(self, statements: list[ast.stmt], path: str) -> list[ast.stmt]:
        counted: list[ast.stmt] = []
        lines: list[int] | None = None
        for statement in statements:
            if lines is None and not _is_docstring(statement):
                lines = []
                self.blocks.append((path, lines))
                number = ast.Constant(len(self.blocks) - 1)
                call = ast.Call(ast.Name(_COUNTER, ast.Load()), [number], [])
                counted.append(ast.copy_location(ast.Expr(call), statement))
            counted.append(statement)
            if lines is not None:
                lines += _lines(statement)
            if isinstance(statement, _COMPOUND):
                self._count(statement, path)
                lines = None
        return counted


class CountingFinder(PathFinder):
    """Finds the modules of the archive."""

    @classmethod
    def find_spec(cls, fullname: str, path: object = None, target: object = None) -> ModuleSpec | None:
        if not fullname.startswith("articles."):
            return None
        spec = super().find_spec(fullname, path, target)
        if spec is not None and isinstance(spec.loader, SourceFileLoader):
            spec.loader = Counting(spec.loader.name, spec.loader.path)
        return spec


def _is_docstring(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _lines(statement: ast.stmt) -> range:
    """Returns the lines of a statement; of a compound statement those before its first block."""
    last = statement.end_lineno
    if isinstance(statement, _COMPOUND | ast.FunctionDef | ast.ClassDef):
        first = statement.cases[0].pattern if isinstance(statement, ast.Match) else statement.body[0]
        last = max(statement.lineno, first.lineno - 1)
    return range(statement.lineno, last + 1)


class Measuring:
    """A plugin of pytest that notes the blocks that each test reaches, and its seconds."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.seconds: dict[str, float] = {}
        self.reached: dict[str, list[int]] = {}
        self.test = ""
        self.blocks: set[int] = set()
        setattr(builtins, _COUNTER, self.blocks.add)
        sys.meta_path.insert(0, CountingFinder)
        exit_at_once = os._exit

        def save_and_exit(status: int) -> None:
            with open(folder / f"fork-{os.getpid()}.json", "a", encoding="utf-8") as file:
                file.write(json.dumps([self.test, sorted(self.blocks)]) + "\n")
            exit_at_once(status)

        def begin_fork() -> None:
            # Documents are read in forks, which end by os._exit.
            self.blocks.clear()
            os._exit = save_and_exit

        os.register_at_fork(after_in_child=begin_fork)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if is_usable(item)]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        if not self.test:
            # What ran while the modules were imported.
            self.reached[""] = sorted(self.blocks)
        self.test = item.nodeid
        self.blocks.clear()
        answer = yield
        self.reached[item.nodeid] = sorted(self.blocks)
        return answer

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call":
            self.seconds[report.nodeid] = report.duration

    def save(self) -> None:
        """Writes {"seconds": {test: seconds}, "reached": {path: {line: tests}}}."""
        tests_of: dict[int, set[str]] = {}
        pairs = list(self.reached.items())
        for path in self.folder.glob("fork-*.json"):
            pairs += [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        for test, blocks in pairs:
            for block in blocks:
                tests_of.setdefault(block, set()).add(test)
        reached: dict[str, dict[int, list[str]]] = {}
        for block, (path, lines) in enumerate(Counting.blocks):
            for line in lines:
                reached.setdefault(os.path.relpath(path, ROOT), {})[line] = sorted(tests_of.get(block, ()))
        content = {"seconds": self.seconds, "reached": reached}
        (self.folder / f"reach-{os.getpid()}.json").write_text(json.dumps(content), encoding="utf-8")


def main() -> None:
    """Runs the test files that the arguments name."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    measuring = Measuring(folder)
    pytest.main([*ARGUMENTS, *sys.argv[2:]], plugins=[measuring])
    measuring.save()


if __name__ == "__main__":
    main()
