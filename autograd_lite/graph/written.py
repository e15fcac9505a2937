"""What the operands of an operation are called in the user's program, where its line is known.

>>> from autograd_lite.graph.written import operands_of
>>> operands_of("matmul", "X @ w"), operands_of("subtract", "1 - p"), operands_of("maximum", "np.maximum(x, y * z)")
(('X', 'w'), ('1', 'p'), ('x', 'y * z'))
>>> operands_of("multiply", "normalized(x, y)")             # an operation inside of a function
()
"""

from __future__ import annotations

import ast
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
        tree = ast.parse(f"({expression})", mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    operands: list[ast.expr] = []
    if isinstance(tree, ast.BinOp) and isinstance(tree.op, _OPERATORS.get(op, ast.BitXor)):
        operands = [tree.left, tree.right]
    elif isinstance(tree, ast.Call) and isinstance(tree.func, ast.Attribute | ast.Name):
        name = tree.func.attr if isinstance(tree.func, ast.Attribute) else tree.func.id
        operands = tree.args if name == op else []
    return () if any(isinstance(each, ast.Starred) for each in operands) else tuple(map(ast.unparse, operands))


def constants_of(graph: Graph) -> dict[str, str]:
    """The constants of a graph, by id, as they are written where they are used first, if the lines are known."""
    found: dict[str, str] = {}
    for node in graph.nodes:
        expression = node.line.expression if node.line is not None else ""
        for id, text in zip(node.arguments, operands_of(node.op or "", expression), strict=False):
            if id is not None and graph[id].kind == "constant":
                found.setdefault(id, text)
    return found
