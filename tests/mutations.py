# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The small mistakes that `make mutants` plants: which node of a syntax tree becomes which other."""

from __future__ import annotations

import ast
import copy
from dataclasses import dataclass
from os.path import commonprefix
from types import CodeType
from typing import Any, Iterator

COMPARISONS: dict[type, type] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
FUNCTIONS = {"any": "all", "all": "any", "min": "max", "max": "min", "sorted": "list", "reversed": "list"}
METHODS = {"startswith": "endswith", "endswith": "startswith", "partition": "rpartition", "rpartition": "partition"}
# Calls that give back their only operand, changed or as a copy.
COPIES = ("deepcopy", "copy")
CONVERSIONS = ("casefold", "lower", "upper", "strip", "lstrip", "rstrip", "copy")
UNTOUCHED_FIELDS = ("annotation", "returns", "decorator_list", "type_params")
DELETED = (ast.Raise, ast.Continue, ast.Break, ast.AugAssign, ast.Delete)


@dataclass
class Mutant:
    """A file with one mistake: the line, the change as [-before-]{+after+}, and the module's code."""

    line: int
    change: str
    code: CodeType


def mutants_of(source: str, filename: str) -> Iterator[Mutant]:
    """Every mutant of a file's decisions, one after the other."""
    tree = ast.parse(source)
    for parent, field, index, node in list(_places(tree)):
        for mutation in _mutations(node):
            _put(parent, field, index, mutation)
            ast.fix_missing_locations(tree)
            line = getattr(mutation, "changed_line", None) or getattr(node, "lineno", None) or _first_line(node)
            yield Mutant(line, _change(ast.unparse(node), ast.unparse(mutation)), compile(tree, filename, "exec"))
        _put(parent, field, index, node)


def _put(parent: ast.AST, field: str, index: int | None, node: ast.AST) -> None:
    if index is None:
        setattr(parent, field, node)
    else:
        getattr(parent, field)[index] = node


def _first_line(node: ast.AST) -> int:
    return min(child.lineno for child in ast.walk(node) if hasattr(child, "lineno"))


def _change(before: str, after: str) -> str:
    start = len(commonprefix([before, after]))
    end = len(commonprefix([before[start:][::-1], after[start:][::-1]]))
    changed = "[-{0}-]{{+{1}+}}".format(before[start : len(before) - end], after[start : len(after) - end])
    shown = before[max(0, start - 50) : start] + changed + before[len(before) - end :][:50]
    return " ".join(shown.split())


def _places(node: ast.AST, within: bool = False) -> Iterator[tuple[ast.AST, str, int | None, ast.AST]]:
    """The nodes that make decisions, with their places. within: inside of a function or a table of the module."""
    for field, value in ast.iter_fields(node):
        if field in UNTOUCHED_FIELDS:
            continue
        for index, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(child, ast.AST) or _is_words(child) or _is_left_out(child, node):
                continue
            inside = within or isinstance(child, ast.FunctionDef) or (isinstance(node, ast.Module) and _is_table(child))
            if inside:
                yield node, field, index, child
            yield from _places(child, inside)


def _is_table(node: ast.AST) -> bool:
    """A table or constant of the module; not a module's options, which the tests of the documentation hold."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    names = [target.id for target in targets if isinstance(target, ast.Name)]
    return any(name.isupper() and not name.endswith("OPTIONS") for name in names)


def _is_left_out(node: ast.AST, parent: ast.AST) -> bool:
    if isinstance(node, ast.FunctionDef):
        return node.name == "read" or _talks(node)
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True
    return isinstance(parent, (ast.Module, ast.ClassDef)) and isinstance(node, (ast.Import, ast.ImportFrom, ast.If))


def _talks(function: ast.FunctionDef) -> bool:
    """Whether a function itself calls AWS or the platform: something of `clients` is called."""
    called = [
        node.func.value for node in ast.walk(function) if isinstance(node, ast.Call) and hasattr(node.func, "value")
    ]
    return any(
        getattr(part, "id", getattr(part, "attr", None)) == "clients" for owner in called for part in _chain(owner)
    )


def _chain(node: ast.expr) -> Iterator[ast.expr]:
    yield node
    while isinstance(node, ast.Attribute):
        node = node.value
        yield node


def _is_words(node: ast.AST) -> bool:
    """A text for people: one with a space in it, alone, filled in, joined or added to others."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and " " in node.value
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.attr in ("format", "join") and _is_words(node.func.value)
    if isinstance(node, ast.BinOp):
        return _is_words(node.left) or _is_words(node.right)
    return isinstance(node, ast.JoinedStr)


def _mutations(node: ast.AST) -> Iterator[ast.AST]:
    """What the node may become by one mistake."""
    if isinstance(node, ast.Constant):
        yield from _constants(node.value)
    elif isinstance(node, ast.Compare) and len(node.ops) == 1:
        yield _with(node, ops=[COMPARISONS[type(node.ops[0])]()])
    elif isinstance(node, ast.BoolOp):
        yield _with(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
        yield from (dropped if len(dropped.values) > 1 else dropped.values[0] for dropped in _without(node, "values"))
    elif isinstance(node, ast.UnaryOp):
        yield node.operand
    elif isinstance(node, ast.BinOp):
        yield from (node.left, node.right)
    elif isinstance(node, (ast.If, ast.IfExp)):
        yield from (_with(node, test=ast.Constant(value)) for value in (True, False))
    elif isinstance(node, ast.comprehension):
        yield from _without(node, "ifs")
    elif isinstance(node, ast.Call):
        yield from _calls(node)
    elif isinstance(node, (ast.List, ast.Set)) or _is_table_row(node):
        yield from _without(node, "elts")
    elif isinstance(node, ast.Dict):
        yield from (_with(node, keys=_but(node.keys, i), values=_but(node.values, i)) for i in range(len(node.keys)))
    elif isinstance(node, ast.Slice):
        yield from (_with(node, **{end: None}) for end in ("lower", "upper") if getattr(node, end))
    elif isinstance(node, ast.Return) and node.value is not None and not isinstance(node.value, ast.Constant):
        yield ast.Return(ast.Constant(None))
    elif isinstance(node, DELETED) or _is_effect(node):
        yield ast.Pass()


def _is_table_row(node: ast.AST) -> bool:
    """A tuple that is not taken apart into two names at once."""
    return isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Load) and len(node.elts) > 2


def _constants(value: Any) -> Iterator[ast.expr]:
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, (int, float)):
        yield ast.Constant(value + 1)
    elif isinstance(value, str):
        yield ast.Constant(value + "~")


def _calls(node: ast.Call) -> Iterator[ast.expr]:
    """A keyword left out, another function or method, a copy or a conversion left out."""
    yield from (
        _with(node, keywords=_but(node.keywords, i))
        for i, word in enumerate(node.keywords)
        if not _is_words(word.value)
    )
    function = node.func
    if isinstance(function, ast.Name) and function.id in FUNCTIONS and len(node.args) == 1:
        keywords = [] if FUNCTIONS[function.id] == "list" else node.keywords
        yield _with(node, func=ast.Name(FUNCTIONS[function.id], ast.Load()), keywords=keywords)
    elif getattr(function, "id", getattr(function, "attr", None)) in COPIES and len(node.args) == 1:
        yield node.args[0]
    elif isinstance(function, ast.Attribute) and function.attr in METHODS:
        yield _with(node, func=_with(function, attr=METHODS[function.attr]))
    elif isinstance(function, ast.Attribute) and function.attr in CONVERSIONS:
        yield function.value


def _is_effect(node: ast.AST) -> bool:
    """A statement that can be left out while every name stays known."""
    if isinstance(node, ast.Assign):
        return not any(isinstance(target, (ast.Name, ast.Tuple)) for target in node.targets)
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)


def _with(node: Any, **fields: Any) -> Any:
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed


def _but(items: list[Any], index: int) -> list[Any]:
    return items[:index] + items[index + 1 :]


def _without(node: Any, field: str) -> Iterator[Any]:
    items = getattr(node, field)
    for index, item in enumerate(items):
        yield _with(node, changed_line=item.lineno, **{field: _but(items, index)})
