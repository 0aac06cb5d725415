"""Makes small semantic changes of the code, to measure whether the tests notice them. Used by tests/mutation/run.py."""

import ast
import copy
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

_COMPARISONS: dict[type, type] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
_OPERATORS: dict[type, type] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr,
}  # fmt: skip
# Method calls that a mutant leaves out: `rows.filter(…)` becomes `rows`.
_LEFT_OUT = frozenset(
    (
        "filter", "exclude", "strip", "lower", "casefold", "distinct", "order_by", "public", "standing", "searchable",
        "select_for_update",
    )
)  # fmt: skip
_SWAPPED = {"any": "all", "all": "any", "min": "max", "max": "min", "sorted": "list"}
_LEAST_BOUND = 20
_SKIPPED_FIELDS = {"annotation", "returns", "decorator_list", "ctx", "type_params", "type_comment"}


@dataclass(frozen=True)
class Mutant:
    """One change at one place.

    path: the file, relative to the project.
    lines: the lines to look up the tests for, from 1: the line of the change, then the first line of its statement.
    index: the number of the change among all changes of the file, in the order of `mutants_of`.
    function: the qualified name of the outermost function or method; of a constant its name.
    is_constant: whether the change is in a constant of the module instead of a function.
    description: the code before and after, with a number where a function has the same change again.
    """

    path: str
    lines: tuple[int, ...]
    index: int
    function: str
    is_constant: bool
    description: str

    @property
    def name(self) -> str:
        """Names the mutant independently of line numbers."""
        return f"{self.path} {self.function}: {self.description}"

    @property
    def room(self) -> str:
        return self.path.split("/")[1]


@dataclass(frozen=True)
class _Change:
    """A possible change of a syntax tree.

    node: the node that changes.
    statement: the statement that it stands in.
    make: makes the change in the tree.
    description: the code before and after.
    """

    node: ast.AST
    statement: ast.stmt
    make: Callable[[], None]
    description: str


def mutants_of(path: Path, root: Path) -> Iterator[Mutant]:
    """Yields the mutants of a file: of its functions, and of the numbers of its constants."""
    index = 0
    repeated: Counter[str] = Counter()
    for owner, name, is_constant in _owners(ast.parse(path.read_text(encoding="utf-8"))):
        for change in _changes(owner, numbers_only=is_constant):
            lines = tuple(dict.fromkeys((change.node.lineno, change.statement.lineno)))
            key = f"{name}: {change.description}"
            repeated[key] += 1
            number = f" ({repeated[key]})" if repeated[key] > 1 else ""
            description = change.description + number
            yield Mutant(str(path.relative_to(root)), lines, index, name, is_constant, description)
            index += 1


def mutated(path: Path, index: int) -> ast.Module:
    """Returns the syntax tree of a file with one of its changes made. Raises IndexError for an unknown number."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    number = 0
    for owner, _, is_constant in _owners(tree):
        for change in _changes(owner, numbers_only=is_constant):
            if number == index:
                change.make()
                return ast.fix_missing_locations(tree)
            number += 1
    raise IndexError(f"{path} has no mutant {index}")


def sample(mutants: list[Mutant], size: int, seed: str) -> list[Mutant]:
    """Returns `size` mutants chosen by chance, the same ones for the same seed."""
    return random.Random(seed).sample(mutants, min(size, len(mutants)))


def _owners(tree: ast.Module) -> Iterator[tuple[ast.AST, str, bool]]:
    """Yields (node, qualified name, whether it is a constant) of functions, methods and the module's constants."""
    for node in tree.body:
        if names := assigned_names(node):
            yield node, ", ".join(names), True
    yield from _functions(tree, "")


def assigned_names(node: ast.stmt) -> list[str]:
    """Returns the names that a statement assigns to; none for other statements."""
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        target = node.targets[0]
    elif isinstance(node, ast.AnnAssign) and node.value is not None:
        target = node.target
    else:
        return []
    parts = target.elts if isinstance(target, ast.Tuple) else [target]
    return [part.id for part in parts if isinstance(part, ast.Name)]


def _functions(tree: ast.AST, prefix: str) -> Iterator[tuple[ast.AST, str, bool]]:
    """Yields the outermost functions; functions inside them are part of them."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node, prefix + node.name, False
        elif isinstance(node, ast.ClassDef):
            yield from _functions(node, f"{prefix}{node.name}.")
        elif not isinstance(node, ast.expr):
            yield from _functions(node, prefix)


def _changes(owner: ast.AST, *, numbers_only: bool) -> Iterator[_Change]:
    body = (
        [("value", None, owner.value)] if numbers_only else [("body", at, node) for at, node in enumerate(owner.body)]
    )
    queue = [(owner, field, at, node, owner) for field, at, node in body]
    while queue:
        parent, field, at, node, statement = queue.pop(0)
        statement = node if isinstance(node, ast.stmt) else statement
        for replacement in _replacements(node, numbers_only=numbers_only):
            description = f"{_line(node)} → {_line(replacement)}"
            yield _Change(node, statement, _setter(parent, field, at, replacement), description)
        for name, value in ast.iter_fields(node):
            if name in _SKIPPED_FIELDS:
                continue
            if isinstance(value, ast.AST):
                queue.append((node, name, None, value, statement))
            elif isinstance(value, list):
                queue += [
                    (node, name, place, item, statement)
                    for place, item in enumerate(value)
                    if isinstance(item, ast.AST)
                ]


def _line(node: ast.AST) -> str:
    """Returns the code of a node in one line; of a compound statement its first line."""
    return ast.unparse(node).split("\n")[0]


def _setter(parent: ast.AST, field: str, at: int | None, replacement: ast.AST) -> Callable[[], None]:
    def change() -> None:
        if at is None:
            setattr(parent, field, replacement)
        else:
            getattr(parent, field)[at] = replacement

    return change


def _replacements(node: ast.AST, *, numbers_only: bool) -> Iterator[ast.AST]:
    """Yields the replacements of a node, each of which is a mutant."""
    if isinstance(node, ast.Constant):
        if isinstance(node.value, bool):
            yield ast.copy_location(ast.Constant(not node.value), node)
        elif isinstance(node.value, int | float):
            yield ast.copy_location(ast.Constant(_other_number(node.value)), node)
    elif numbers_only:
        return
    elif isinstance(node, ast.stmt):
        yield from _statements(node)
    else:
        yield from _expressions(node)


def _other_number(value: float) -> float:
    """Halves bounds, since hardly anything depends on the last unit of a large bound; moves small numbers by 1."""
    if isinstance(value, float):
        return 0.0 if value else 1.0
    return value // 2 if value >= _LEAST_BOUND else value + 1


def _statements(node: ast.stmt) -> Iterator[ast.AST]:
    if isinstance(node, ast.If):
        for value in (True, False):
            yield _with(node, test=ast.copy_location(ast.Constant(value), node.test))
    is_call = isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    if is_call or isinstance(node, ast.Continue | ast.Break | ast.Raise):
        yield ast.copy_location(ast.Pass(), node)


def _expressions(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _COMPARISONS:
        yield _with(node, ops=[_COMPARISONS[type(node.ops[0])]()])
    elif isinstance(node, ast.BoolOp):
        yield _with(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node.operand
    elif isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS and not _is_text(node):
        yield _with(node, op=_OPERATORS[type(node.op)]())
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _LEFT_OUT:
        yield node.func.value
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _SWAPPED:
        name = ast.copy_location(ast.Name(_SWAPPED[node.func.id], ast.Load()), node.func)
        yield _with(node, func=name, keywords=[] if node.func.id == "sorted" else node.keywords)


def _with(node: ast.AST, **fields: object) -> ast.AST:
    other = copy.copy(node)
    for name, value in fields.items():
        setattr(other, name, value)
    return other


def _is_text(node: ast.BinOp) -> bool:
    return any(
        isinstance(side, ast.JoinedStr) or (isinstance(side, ast.Constant) and isinstance(side.value, str))
        for side in (node.left, node.right)
    )
