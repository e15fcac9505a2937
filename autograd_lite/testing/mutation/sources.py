"""The syntax tree of a function, found again from its code; and functions made of changed trees."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path
from types import CellType, CodeType, FunctionType
from typing import Any

Tree = ast.Lambda | ast.FunctionDef


def tree_of(function: Callable[..., Any]) -> Tree | None:
    """The tree of a function that was written in a file, or None.

    Several lambdas may begin in one line: the shortest is taken that instructions of the code come from.
    """
    if not isinstance(function, FunctionType):
        return None
    code = function.__code__
    places = [(line, column) for line, _, column, _ in code.co_positions() if line is not None and column is not None]
    found = None
    for node in _functions_in(code.co_filename):
        same_name = code.co_name == (node.name if isinstance(node, ast.FunctionDef) else "<lambda>")
        body = node.body if isinstance(node.body, list) else [node.body]
        first, last = body[0], body[-1]
        end = (last.end_lineno or 0, last.end_col_offset or 0)
        inside = [place for place in places if (first.lineno, first.col_offset) <= place < end]
        names = [a.arg for a in [*node.args.posonlyargs, *node.args.args]]
        fits = same_name and inside and names == list(code.co_varnames[: code.co_argcount])
        if fits and (found is None or _length(node) < _length(found)):
            found = node
    return found


def _length(node: Tree) -> tuple[int, int]:
    return (node.end_lineno or 0) - node.lineno, (node.end_col_offset or 0) - node.col_offset


@cache
def _functions_in(file: str) -> list[Tree]:
    try:
        tree = ast.parse(Path(file).read_text(encoding="utf-8"))
    except (OSError, SyntaxError):
        return []
    return [node for node in ast.walk(tree) if isinstance(node, (ast.Lambda, ast.FunctionDef))]


def function_of(tree: Tree, original: FunctionType) -> FunctionType:
    """A function made of a tree, with the globals, defaults and closed-over variables of the original.

    Raises:
        SyntaxError, ValueError: the tree is no function.
    """
    names = original.__code__.co_freevars
    module = ast.parse(f"def outer({', '.join(names)}):\n    rule = None\n    return rule")
    outer = module.body[0]
    assert isinstance(outer, ast.FunctionDef)
    if isinstance(tree, ast.Lambda):
        assert isinstance(outer.body[0], ast.Assign)
        outer.body[0].value = tree
    else:
        made = copy.copy(tree)
        made.name, made.decorator_list = "rule", []
        outer.body[0] = made
    ast.fix_missing_locations(module)
    code = _code_named("rule" if isinstance(tree, ast.FunctionDef) else "<lambda>", compile(module, "<mutant>", "exec"))
    cells = dict(zip(names, original.__closure__ or (), strict=True))
    closure = tuple(cells[name] for name in code.co_freevars)
    function = FunctionType(code, original.__globals__, original.__name__, original.__defaults__, closure)
    function.__kwdefaults__ = original.__kwdefaults__
    return function


Remake = Callable[[FunctionType], FunctionType]


def parts_of(rule: Callable[..., Any]) -> Iterator[tuple[str, FunctionType, Remake]]:
    """What a rule is made of: itself, the functions that it closes over, and the private ones of its module it calls.

    Each with its name ("" for the rule itself), and the way to make the rule with another function in its place.  Of a
    decorated function it is the one that was written.
    """
    if not isinstance(rule, FunctionType):
        return
    yield "", rule, lambda new: new
    for name, cell in zip(rule.__code__.co_freevars, rule.__closure__ or (), strict=True):
        if isinstance(cell.cell_contents, FunctionType):
            yield name, *_written(cell.cell_contents, partial(_closing_over, rule, name))
    for name in rule.__code__.co_names:
        value = rule.__globals__.get(name)
        if name.startswith("_") and isinstance(value, FunctionType) and value.__module__ == rule.__module__:
            yield name, *_written(value, partial(_calling, rule, name))


def _written(function: FunctionType, remake: Remake) -> tuple[FunctionType, Remake]:
    """The function that a decorator has wrapped, if it is one of `functools.wraps`; else the function."""
    inner = getattr(function, "__wrapped__", None)
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        if isinstance(inner, FunctionType) and cell.cell_contents is inner:
            return inner, lambda new, cell=name: remake(_closing_over(function, cell, new))
    return function, remake


def _closing_over(rule: FunctionType, name: str, new: FunctionType) -> FunctionType:
    cells = zip(rule.__code__.co_freevars, rule.__closure__ or (), strict=True)
    closure = tuple(CellType(new) if free == name else cell for free, cell in cells)
    return _like(rule, FunctionType(rule.__code__, rule.__globals__, rule.__name__, rule.__defaults__, closure))


def _calling(rule: FunctionType, name: str, new: FunctionType) -> FunctionType:
    known = {**rule.__globals__, name: new}
    return _like(rule, FunctionType(rule.__code__, known, rule.__name__, rule.__defaults__, rule.__closure__))


def _like(rule: FunctionType, made: FunctionType) -> FunctionType:
    made.__kwdefaults__ = rule.__kwdefaults__
    return made


def _code_named(name: str, code: CodeType) -> CodeType:
    """The code of the first function of that name, inside others."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            return constant if constant.co_name == name else _code_named(name, constant)
    raise ValueError(f"no function {name!r}")
