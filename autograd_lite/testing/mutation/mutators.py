"""What can go wrong in a rule: changes of its syntax tree, one place at a time.

    v * ans          v                      a factor is dropped
    a + b            a,  b,  a - b          a term is dropped, or has the wrong sign
    -g               g
    g / n            g,  g * n              the mean and the sum exchanged
    x > 0            x >= 0,  x < 0         on which side of the kink
    b.mT             b                      not transposed
    f(a, b)          f(b, a)                arguments exchanged
    sum(g, axis=0)   sum(g, axis=1)         the wrong axis, or another constant
    np.conj(z)       z

Where a rule's source cannot be had, or to be sure that each rule has some, what it gives is changed instead.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from .sources import Tree


class Change(NamedTuple):
    """A changed tree, and the place before and after, as code."""

    tree: Tree
    before: str
    after: str


def changes_of(tree: Tree) -> Iterator[Change]:
    """The tree with each of the changes."""
    for path, node in _nodes(tree):
        for after in _instead_of(node):
            change = Change(copy.deepcopy(tree), ast.unparse(node), ast.unparse(after))
            if change.before != change.after:
                _replace(change.tree, path, after)
                yield change


Path = tuple[tuple[str, int | None], ...]


def _nodes(tree: Tree) -> Iterator[tuple[Path, ast.expr]]:
    """All expressions of the body, with the way to them; docstrings and annotations are none."""
    stack: list[tuple[Path, ast.AST]]
    stack = [((("body", None),), tree.body)] if isinstance(tree, ast.Lambda) else [
        ((("body", i),), statement) for i, statement in reversed(list(enumerate(tree.body)))
        if not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))
    ]  # fmt: skip
    while stack:
        path, node = stack.pop()
        if isinstance(node, (ast.Raise, ast.Assert)):
            continue  # what is checked and said of wrong input
        if isinstance(node, ast.expr):
            yield path, node
        for name, value in reversed(list(ast.iter_fields(node))):
            if name in ("annotation", "returns", "decorator_list", "func"):
                continue
            if isinstance(value, ast.AST):
                stack.append(((*path, (name, None)), value))
            elif isinstance(value, list):
                stack += [
                    ((*path, (name, i)), item)
                    for i, item in reversed(list(enumerate(value)))
                    if isinstance(item, ast.AST)
                ]


def _replace(tree: Tree, path: Path, new: ast.expr) -> None:
    node: Any = tree
    for name, index in path[:-1]:
        node = getattr(node, name) if index is None else getattr(node, name)[index]
    name, index = path[-1]
    if index is None:
        setattr(node, name, new)
    else:
        getattr(node, name)[index] = new


def _instead_of(node: ast.expr) -> Iterator[ast.expr]:
    """What may stand in the place of an expression by mistake."""
    if isinstance(node, ast.BinOp):
        yield from _of_operation(node)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.Invert)):
        yield node.operand
    elif isinstance(node, ast.Compare) and len(node.ops) == 1:
        for kind in _OTHER_COMPARISONS.get(type(node.ops[0]), ()):
            yield ast.Compare(node.left, [kind()], node.comparators)
    elif isinstance(node, ast.IfExp):
        yield node.body
        yield node.orelse
    elif isinstance(node, ast.Attribute) and node.attr in ("mT", "T", "mH"):
        yield node.value
    elif isinstance(node, ast.Call):
        yield from _of_call(node)
    elif isinstance(node, ast.Constant) and isinstance(node.value, (int, float)) and not isinstance(node.value, bool):
        yield ast.Constant(node.value + 1)


_OTHER_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
}


def _of_operation(node: ast.BinOp) -> Iterator[ast.expr]:
    if isinstance(node.op, (ast.Add, ast.Sub)):
        yield node.left
        yield node.right
        yield ast.BinOp(node.left, ast.Sub() if isinstance(node.op, ast.Add) else ast.Add(), node.right)
    elif isinstance(node.op, (ast.Mult, ast.MatMult)):
        yield node.left
        yield node.right
    elif isinstance(node.op, (ast.Div, ast.FloorDiv)):
        yield node.left
        yield ast.BinOp(node.left, ast.Mult(), node.right)
    elif isinstance(node.op, ast.Pow):
        yield node.left


_LEFT_OUT = {"conj", "conjugate", "negative", "flip", "real", "abs", "sign", "reciprocal", "square"}
_IN_ANY_ORDER = {"add", "multiply", "maximum", "minimum", "max", "min", "hypot", "logaddexp", "convolve", "equal"}
_ABOUT_SHAPES = {"reshape", "broadcast_to", "isinstance", "zip", "getattr", "zeros", "ones", "full"}


def _of_call(node: ast.Call) -> Iterator[ast.expr]:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if name in _LEFT_OUT and len(node.args) == 1:
        yield node.args[0]
    plain = [i for i, a in enumerate(node.args) if not isinstance(a, (ast.Starred, ast.Constant))]
    if len(plain) >= 2 and name not in _IN_ANY_ORDER and name not in _ABOUT_SHAPES:
        i, j = plain[:2]
        exchanged = list(node.args)
        exchanged[i], exchanged[j] = node.args[j], node.args[i]
        yield ast.Call(node.func, exchanged, node.keywords)


# --- what a rule gives, changed ------------------------------------------------------------------------------

Result = Callable[[Any], Any]

RESULTS: dict[str, Result] = {
    "the sign of the result": lambda d: -d,
    "twice the result": lambda d: 2 * d,
    "the result, and 1e-3 of it": lambda d: d * 1.001,
    "zeros for the result": lambda d: d * 0.0,
    "the result shifted along its last axis": lambda d: np.roll(d, 1, -1) if d.ndim else d,
    "the result without its first element": lambda d: (
        d * np.where(np.arange(max(d.size, 1)) == 0, 0.0, 1.0)[: d.size].reshape(d.shape).astype(d.dtype)
    ),
}
"""Changes of the result of any rule."""
