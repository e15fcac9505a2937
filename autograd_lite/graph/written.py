"""What the operands of an operation are called in the user's program, where its line is known.

>>> from autograd_lite.graph.written import operands_of
>>> operands_of("matmul", "X @ w"), operands_of("subtract", "1 - p"), operands_of("maximum", "np.maximum(x, y * z)")
(('X', 'w'), ('1', 'p'), ('x', None))
>>> operands_of("multiply", "normalized(x, y)")             # an operation inside of a function
()
"""

from __future__ import annotations

import ast
from functools import lru_cache

_OPERATORS = {"add": ast.Add, "subtract": ast.Sub, "multiply": ast.Mult, "divide": ast.Div, "matmul": ast.MatMult,
              "power": ast.Pow}  # fmt: skip
_LONGEST = 500


@lru_cache(maxsize=1024)
def operands_of(op: str, expression: str) -> tuple[str | None, ...]:
    """The operands that are names or numbers, None for others; () if the expression is not a call of the operation."""
    if not expression or len(expression) > _LONGEST:
        return ()
    try:
        tree = ast.parse(f"({expression})", mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    if isinstance(tree, ast.BinOp) and isinstance(tree.op, _OPERATORS.get(op, ast.BitXor)):
        return (_name(tree.left), _name(tree.right))
    if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Attribute | ast.Name):
        name = tree.func.attr if isinstance(tree.func, ast.Attribute) else tree.func.id
        return tuple(map(_name, tree.args)) if name == op else ()
    return ()


def _name(tree: ast.expr) -> str | None:
    if isinstance(tree, ast.Name):
        return tree.id
    return repr(tree.value) if isinstance(tree, ast.Constant) and isinstance(tree.value, (int, float)) else None
