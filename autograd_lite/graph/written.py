"""What the operands of an operation are called in the user's program, where its line is known.

>>> from autograd_lite.graph.written import operands_of
>>> operands_of("matmul", "X @ w"), operands_of("subtract", "1 - p"), operands_of("maximum", "np.maximum(x, y * z)")
(('X', 'w'), ('1', 'p'), ('x', 'y * z'))
>>> operands_of("multiply", "normalized(x, y)")             # an operation inside of a function
()
"""

from __future__ import annotations

import ast
import warnings
from functools import lru_cache

from .model import Graph

_OPERATORS = {"add": ast.Add, "subtract": ast.Sub, "multiply": ast.Mult, "divide": ast.Div, "matmul": ast.MatMult,
              "power": ast.Pow}  # fmt: skip
_LONGEST = 500


@lru_cache(maxsize=1024)
def operands_of(op: str, expression: str) -> tuple[str, ...]:
    """The operands as they are written; () if the expression is not a call of the operation."""
    if not expression or len(expression) > _LONGEST:
        return ()
    try:
        with warnings.catch_warnings(action="ignore"):  # of escapes in strings, which the user's file has given before
            tree = ast.parse(f"({expression})", mode="eval").body
        return tuple(map(ast.unparse, _operands(op, tree)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()


def _operands(op: str, tree: ast.expr) -> list[ast.expr]:
    if isinstance(tree, ast.BinOp) and isinstance(tree.op, _OPERATORS.get(op, ast.BitXor)):
        return [tree.left, tree.right]
    if not isinstance(tree, ast.Call) or any(isinstance(each, ast.Starred) for each in tree.args):
        return []
    name = tree.func.attr if isinstance(tree.func, ast.Attribute) else getattr(tree.func, "id", None)
    return tree.args if name == op else []


def constants_of(graph: Graph) -> dict[str, str]:
    """The constants of a graph, by id, as they are written where they are used first, if the lines are known."""
    found: dict[str, str] = {}
    for node in graph.nodes:
        expression = node.line.expression if node.line is not None else ""
        for id, text in zip(node.arguments, operands_of(node.op or "", expression), strict=False):
            if id is not None and graph[id].kind == "constant":
                found.setdefault(id, text)
    return found
