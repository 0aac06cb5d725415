"""Runs a sample of mutants and prints the survivors: `make mutants ARGS="--rooms arabic search --sample 40"`.

All tests are collected once, and the database is filled once. Each mutant is tried in a fork of that process with a copy
of that database. The fork puts the changed functions in place of the right ones, runs the tests that reach the changed
line, and stops at the first that fails. Browser tests and tests of whole processes are left out. Code that runs only
while modules are imported cannot be tried like this and is not counted.

`var/mutants/` keeps which tests reach which lines and the results, for each state of the code. A run that was stopped
continues where it was, and `--slice 1/4` runs a quarter of the sample.
"""

import argparse
import ast
import functools
import gc
import hashlib
import importlib
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import types
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from tests.mutation.mutations import Mutant, assigned_names, mutants_of, mutated, sample
from tests.mutation.selection import ARGUMENTS, ROOT, is_usable, test_files

ROOMS = ("arabic", "models", "curation", "search", "extract", "ingest", "exchange", "site", "admin", "upkeep")
# Mutants that change nothing that anybody can see, with the reason.
EQUIVALENT = Path(__file__).with_name("equivalent.json")
# A mutant is tried with the tests of its room first, then with the quickest others, until their seconds add up to this.
SECONDS_OF_TESTS = 60.0
# A mutant that runs for this many seconds is killed and counts as such: one of its loops does not end.
LONGEST = 300.0
MEMORY = 4 * 2**30


@dataclass
class Reach:
    """Which tests reach which lines.

    seconds: how long each test takes.
    tests: the names of tests by path and line.
    """

    seconds: dict[str, float] = field(default_factory=dict)
    tests: dict[str, dict[int, set[str]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(set)))

    @classmethod
    def read(cls, folder: Path) -> "Reach":
        """Reads what tests/mutation/reach.py wrote."""
        reach = cls()
        for path in sorted(folder.glob("reach-*.json")):
            content = json.loads(path.read_text(encoding="utf-8"))
            reach.seconds |= content["seconds"]
            for name, lines in content["reached"].items():
                for line, tests in lines.items():
                    reach.tests[name][int(line)] |= set(tests)
        return reach

    def tests_of(self, mutant: Mutant) -> list[str]:
        """Returns the tests to try a mutant with, the likeliest to notice it first."""
        names = self._tests_of_constant(mutant) if mutant.is_constant else self._tests_of_lines(mutant)
        near = f"tests/{mutant.room}/"
        # Those of the mutant's room come first, and quick ones before slow ones. The n-th set of parameters
        # of a test function counts as n times slower.
        times: Counter[str] = Counter()
        turns: list[tuple[bool, float, str]] = []
        for name in sorted(names, key=lambda name: (self.seconds.get(name, 1.0), name)):
            function = name.split("[")[0]
            times[function] += 1
            turns.append((not name.startswith(near), times[function] * self.seconds.get(name, 1.0), name))
        chosen, seconds = [], 0.0
        for _, _, name in sorted(turns):
            seconds += self.seconds.get(name, 1.0) + 0.05
            if seconds > SECONDS_OF_TESTS and chosen:
                break
            chosen.append(name)
        return chosen

    def _tests_of_lines(self, mutant: Mutant) -> set[str]:
        lines = self.tests.get(mutant.path, {})
        return next((lines[line] for line in mutant.lines if lines.get(line)), set())

    def _tests_of_constant(self, mutant: Mutant) -> set[str]:
        """Returns the tests that reach a line which names the constant, or a constant that is made of it."""
        names = _dependents(mutant.path, mutant.function)
        tests: set[str] = set()
        for path, lines in self.tests.items():
            if path == mutant.path or names & _imported(path):
                tests = tests.union(*(lines.get(line, ()) for line in _lines_that_name(path, frozenset(names))))
        return tests


@functools.cache
def _tree(path: str) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


def _dependents(path: str, constant: str) -> set[str]:
    """Returns the names of the module's constants that are made of a constant, its own among them."""
    names = set(constant.split(", "))
    for node in _tree(path).body:
        if names & _names(node):
            names.update(assigned_names(node))
    return names


def _names(node: ast.AST) -> set[str]:
    names = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    return names | {part.attr for part in ast.walk(node) if isinstance(part, ast.Attribute)}


@functools.cache
def _imported(path: str) -> set[str]:
    """Returns the names that a module imports from others, and the attributes that it reads."""
    imported = {name.name for node in _tree(path).body if isinstance(node, ast.ImportFrom) for name in node.names}
    return imported | {node.attr for node in ast.walk(_tree(path)) if isinstance(node, ast.Attribute)}


@functools.cache
def _lines_that_name(path: str, names: frozenset[str]) -> list[int]:
    nodes = [node for node in ast.walk(_tree(path)) if isinstance(node, ast.Name | ast.Attribute)]
    return [node.lineno for node in nodes if (node.id if isinstance(node, ast.Name) else node.attr) in names]


@dataclass
class Running:
    """A mutant that a fork tries now.

    mutant: the mutant; None for the right code.
    started: when the fork started (time.monotonic).
    database: the name of its database.
    folder: the folder of its files.
    """

    mutant: Mutant | None
    started: float
    database: str
    folder: Path

    def failed_test(self) -> str:
        """Returns the name of the test that failed in the fork; empty if none did, or if the fork was killed."""
        path = self.folder / "failed"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def clear(self) -> None:
        """Removes the database and the files."""
        with _server() as server:
            server.execute(f'DROP DATABASE IF EXISTS "{self.database}" WITH (FORCE)')
        shutil.rmtree(self.folder, ignore_errors=True)


class Trying:
    """A plugin of pytest that tries mutants instead of running the tests."""

    def __init__(self, options: argparse.Namespace, state: Path) -> None:
        self.options, self.state = options, state
        self.reach = Reach.read(state / "reach")
        self.results_path = state / f"results-{options.seed}.json"
        # Tests that fail in a fork even on the right code.
        self.left_out_path = state / "left-out.json"
        self.left_out: list[str] = []
        if self.left_out_path.exists():
            self.left_out = json.loads(self.left_out_path.read_text(encoding="utf-8"))
        self.code = LoadedCode()
        # For each mutant what became of it, and the test that killed it.
        self.results: dict[str, tuple[str, str]] = {}
        if self.results_path.exists():
            self.results = json.loads(self.results_path.read_text(encoding="utf-8"))

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if is_usable(item)]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        first = next(item for item in session.items if "db" in item.fixturenames and "stored" not in item.fixturenames)
        # This makes and fills the database. A next test in another folder keeps the fixtures of the session alone.
        following = next(item for item in session.items if item.path.parent != first.path.parent)
        first.config.hook.pytest_runtest_protocol(item=first, nextitem=following)
        items = {item.nodeid: item for item in session.items}
        self.code.load()
        # The forks share the memory of all objects that exist now, because their garbage collector leaves them alone.
        gc.collect()
        gc.freeze()
        part, parts = map(int, self.options.slice.split("/"))
        chosen = [mutant for place, mutant in enumerate(_chosen(self.options)) if place % parts == part - 1]
        self._try_all(chosen, items)
        while failing := self._control(items):
            self.left_out += failing
            self.left_out_path.write_text(json.dumps(self.left_out, ensure_ascii=False), encoding="utf-8")
            self.results = {name: result for name, result in self.results.items() if result[1] not in failing}
            self._try_all(chosen, items)
        _report(chosen, {name: outcome for name, (outcome, _) in self.results.items()})
        return True

    def _try_all(self, mutants: Iterable[Mutant], items: dict[str, pytest.Item]) -> None:
        running: dict[int, Running] = {}
        waiting = iter([mutant for mutant in mutants if mutant.name not in self.results])
        while True:
            while len(running) < self.options.processes and (mutant := next(waiting, None)):
                tests = [
                    items[name] for name in self.reach.tests_of(mutant) if name in items and name not in self.left_out
                ]
                if not tests:
                    at_import = any("" in self.reach.tests[mutant.path][line] for line in mutant.lines)
                    self._keep(mutant, "import" if at_import else "unreached", "", 0)
                    continue
                child, attempt = _start(mutant, tests, self.code)
                running[child] = attempt
            if not running:
                return
            time.sleep(0.05)
            for child, attempt in list(running.items()):
                if (outcome := _outcome(child, attempt)) is not None:
                    del running[child]
                    seconds = time.monotonic() - attempt.started
                    self._keep(attempt.mutant, outcome, attempt.failed_test(), seconds)
                    attempt.clear()

    def _control(self, items: dict[str, pytest.Item]) -> list[str]:
        """Runs the tests that killed mutants on the right code, and returns those that fail there too."""
        names = {test for outcome, test in self.results.values() if outcome == "killed" and test in items}
        failing = []
        while names:
            child, attempt = _start(None, [items[name] for name in sorted(names)], self.code)
            os.waitpid(child, 0)
            test = attempt.failed_test()
            output = (attempt.folder / "output").read_text(encoding="utf-8", errors="replace")
            attempt.clear()
            if not test:
                break
            print(f"fails on the right code too: {test}\n{output[-2000:]}", flush=True)
            failing.append(test)
            names.discard(test)
        return failing

    def _keep(self, mutant: Mutant, outcome: str, test: str, seconds: float) -> None:
        self.results[mutant.name] = outcome, test
        self.results_path.write_text(json.dumps(self.results, indent=1, ensure_ascii=False), encoding="utf-8")
        print(f"{outcome:9} {seconds:5.1f} s  {mutant.lines[0]}: {mutant.name}", flush=True)
        if "\n" in test:
            print(test, flush=True)


@dataclass
class LoadedCode:
    """What a mutant may have to change in memory.

    functions: the functions of each file, by its path.
    caches: the functions of the archive that keep their results.
    """

    functions: dict[str, list[types.FunctionType]] = field(default_factory=lambda: defaultdict(list))
    caches: list[functools._lru_cache_wrapper] = field(default_factory=list)

    def load(self) -> None:
        """Imports the rooms' modules, since a module that a test imports later would bring the right code."""
        for path in [path for room in ROOMS for path in sorted((ROOT / "articles" / room).rglob("*.py"))]:
            importlib.import_module(_module_name(str(path.relative_to(ROOT))))
        for value in gc.get_objects():
            # `isinstance` would ask a lazy object for its class, and so make what it stands for.
            if issubclass(type(value), types.FunctionType):
                self.functions[value.__code__.co_filename].append(value)
            elif issubclass(type(value), functools._lru_cache_wrapper) and (value.__module__ or "").startswith(
                "articles"
            ):
                self.caches.append(value)


def _module_name(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _start(mutant: Mutant | None, tests: list[pytest.Item], code: LoadedCode) -> tuple[int, Running]:
    """Starts a fork that tries a mutant, or the right code. Returns its process id with what it uses."""
    from django.db import connection, connections

    connections.close_all()
    base = connection.settings_dict["NAME"]
    attempt = Running(mutant, time.monotonic(), f"{base}_{time.monotonic_ns()}", _scratch())
    with _server() as server:
        server.execute(f'CREATE DATABASE "{attempt.database}" TEMPLATE "{base}"')
    child = os.fork()
    if child == 0:
        try:
            os._exit(_tried(attempt, tests, code))
        except BaseException:
            # An error of this tool, or a mutant that ends even pytest.
            (attempt.folder / "failed").write_text(traceback.format_exc(), encoding="utf-8")
        finally:
            os._exit(1)
    return child, attempt


def _server() -> psycopg.Connection:
    from django.db import connection

    settings = connection.settings_dict
    return psycopg.connect(
        dbname="postgres", user=settings["USER"], password=settings["PASSWORD"] or None, host=settings["HOST"],
        port=settings["PORT"] or None, autocommit=True,
    )  # fmt: skip


def _scratch() -> Path:
    """Makes a folder with a copy of the stored files, which a mutant may delete."""
    from django.conf import settings

    folder = Path(tempfile.mkdtemp(prefix="mutant-"))
    for store in ("captures", "deliveries"):
        shutil.copytree(settings.STORAGES[store]["OPTIONS"]["location"], folder / store)
    return folder


def _outcome(child: int, attempt: Running) -> str | None:
    """Returns what became of a mutant: "killed" or "survived"; None while its fork runs."""
    done, status = os.waitpid(child, os.WNOHANG)
    if done:
        return "survived" if os.waitstatus_to_exitcode(status) == 0 else "killed"
    if time.monotonic() - attempt.started < LONGEST:
        return None
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return "killed"


def _chosen(options: argparse.Namespace) -> list[Mutant]:
    """The sample, with an equal share for each room. Lines that no test reaches are part of it."""
    share = -(-options.sample // len(options.rooms))
    chosen = []
    for room in options.rooms:
        paths = sorted((ROOT / "articles" / room).rglob("*.py"))
        mutants = [mutant for path in paths for mutant in mutants_of(path, ROOT) if options.match in mutant.name]
        chosen += sample(mutants, share, f"{options.seed} {room}")
    return chosen


# What runs in a fork.


class _Failures:
    """A plugin of pytest that counts failed tests, and keeps what the last one said."""

    count = 0
    text = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.count += report.failed
        self.text = report.longreprtext if report.failed else self.text


def _tried(attempt: Running, items: list[pytest.Item], code: LoadedCode) -> int:
    """Runs the tests with the mutant in place. Returns 1 if one fails, else 0."""
    os.setsid()
    with (attempt.folder / "output").open("wb") as output:
        for descriptor in (1, 2):
            os.dup2(output.fileno(), descriptor)
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    _use(attempt)
    if attempt.mutant is not None:
        _put_in_place(attempt.mutant, code)
    failures = _Failures()
    items[0].config.pluginmanager.register(failures)
    for item, following in zip(items, [*items[1:], items[-1]], strict=True):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if failures.count:
            print(failures.text, flush=True)
            (attempt.folder / "failed").write_text(item.nodeid, encoding="utf-8")
            return 1
    return 0


def _use(attempt: Running) -> None:
    """Connects to the fork's own database and stores."""
    from django.conf import settings
    from django.core.files.storage import storages
    from django.db import connections

    for connection in connections.all():
        connection.settings_dict["NAME"] = attempt.database
    for store in ("captures", "deliveries"):
        settings.STORAGES[store]["OPTIONS"]["location"] = attempt.folder / store
        storage = storages[store]
        storage._location = attempt.folder / store
        for name in ("base_location", "location"):
            storage.__dict__.pop(name, None)


def _put_in_place(mutant: Mutant, code: LoadedCode) -> None:
    """Gives every function of the mutant's file its changed code, or every module its changed constant."""
    path = ROOT / mutant.path
    tree = mutated(path, mutant.index)
    if mutant.is_constant:
        _set_constants(tree, mutant)
    else:
        functions = code.functions[str(path)]
        _name_classes(tree, functions)
        new = dict(_codes(compile(tree, str(path), "exec")))
        for function in functions:
            replacement = new.get((function.__code__.co_qualname, function.__code__.co_firstlineno))
            if replacement is not None and replacement.co_freevars == function.__code__.co_freevars:
                function.__code__ = replacement
    for cache in code.caches:
        cache.cache_clear()


def _name_classes(tree: ast.Module, functions: list[types.FunctionType]) -> None:
    """Names its class at the beginning of each method that calls `super()`.

    A method that a mutant leaves without that call would not fit into the place of the right one, which refers to its
    class.
    """
    lines = {function.__code__.co_firstlineno for function in functions if "__class__" in function.__code__.co_freevars}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first_line = min(part.lineno for part in (node, *node.decorator_list))
            if first_line in lines:
                node.body.insert(0, ast.Expr(ast.Name("__class__", ast.Load())))
    ast.fix_missing_locations(tree)


def _codes(code: types.CodeType) -> Iterator[tuple[tuple[str, int], types.CodeType]]:
    """Yields ((qualified name, first line), code) of the functions in a code object, however deep."""
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield (constant.co_qualname, constant.co_firstlineno), constant
            yield from _codes(constant)


def _set_constants(tree: ast.Module, mutant: Mutant) -> None:
    """Evaluates the changed constant and those that are made of it, in its module and where they are imported."""
    module = sys.modules[_module_name(mutant.path)]
    names = _dependents(mutant.path, mutant.function)
    for node in tree.body:
        if not names & (assigned := set(assigned_names(node))):
            continue
        old = {name: getattr(module, name) for name in assigned}
        exec(compile(ast.Module([node], []), str(ROOT / mutant.path), "exec"), module.__dict__)
        for other in [value for key, value in sys.modules.items() if key.startswith("articles.")]:
            for name in [name for name in assigned if vars(other).get(name) is old[name]]:
                setattr(other, name, getattr(module, name))


# The report.


def _report(chosen: list[Mutant], results: dict[str, str]) -> None:
    left_out = set(json.loads(EQUIVALENT.read_text(encoding="utf-8")))
    left_out |= {name for name, outcome in results.items() if outcome == "import"}
    tried = [mutant for mutant in chosen if mutant.name in results and mutant.name not in left_out]
    table: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for mutant in tried:
        for row in (table[mutant.room], table["all"]):
            row[0] += results[mutant.name] == "killed"
            row[1] += 1
    print("\nroom        killed   of   share")
    for room, (killed, count) in sorted(table.items(), key=lambda row: (row[0] == "all", row[0])):
        print(f"{room:10} {killed:7} {count:4} {killed / count:7.0%}")
    print(f"not counted, since equivalent or run at import only: {len(chosen) - len(tried)}")
    for mutant in tried:
        if results[mutant.name] != "killed":
            print(f"{results[mutant.name]}: {mutant.lines[0]}: {mutant.name}")


def _measure_reach(folder: Path, processes: int) -> None:
    print(f"Measuring which tests reach which lines, into {folder} …", flush=True)
    partial = folder.with_name("reach-partial")
    shutil.rmtree(partial, ignore_errors=True)
    files = test_files()
    command = [sys.executable, "-m", "tests.mutation.reach", str(partial)]
    running = [
        subprocess.Popen([*command, *files[part::processes]], cwd=ROOT, stdout=subprocess.DEVNULL)
        for part in range(processes)
    ]
    statuses = [process.wait() for process in running]
    if any(statuses):
        sys.exit("The tests could not be run once.")
    partial.rename(folder)


def _state() -> Path:
    """Returns the folder of what is kept for this state of the code and the tests."""
    digest = hashlib.sha256()
    for path in sorted([*(ROOT / "articles").rglob("*.py"), *(ROOT / "tests").rglob("*.py")]):
        if "node_modules" not in path.parts and path.parent != Path(__file__).parent:
            digest.update(path.read_bytes())
    return ROOT / "var" / "mutants" / digest.hexdigest()[:12]


def main() -> None:
    """Reads the arguments, measures the reach where it is not kept, and tries the mutants."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rooms", nargs="+", default=list(ROOMS), choices=ROOMS)
    parser.add_argument("--sample", type=int, default=200, help="the number of mutants, in equal shares of the rooms")
    parser.add_argument("--seed", default="1", help="another seed chooses another sample")
    parser.add_argument("--match", default="", help="only mutants whose names contain this text")
    parser.add_argument("--slice", default="1/1", help="the part of the sample to run, such as 2/4")
    parser.add_argument("--processes", type=int, default=2, help="the number of mutants tried at once")
    parser.add_argument("--state", type=Path, help="the folder of reach and results; by default chosen by the code")
    options = parser.parse_args()
    state = options.state or _state()
    state.mkdir(parents=True, exist_ok=True)
    if not (state / "reach").exists():
        _measure_reach(state / "reach", options.processes)
    pytest.main([*ARGUMENTS, *test_files()], plugins=[Trying(options, state)])


if __name__ == "__main__":
    main()
