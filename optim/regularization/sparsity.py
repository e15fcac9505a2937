"""sparsity: how many of the parameters are exactly zero, as a table and as data."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..regularizer import Parameters, named


class Row(NamedTuple):
    """One parameter: its name, its shape, how many numbers it has and how many of them are zero."""

    name: str
    shape: tuple[int, ...]
    size: int
    zeros: int

    @property
    def fraction(self) -> float:
        """The share of zeros, from 0 to 1; 0 of a parameter without elements."""
        return self.zeros / self.size if self.size else 0.0


class Sparsity:
    """What `sparsity` gives: `rows`, one per parameter, and `total`; its repr is the table."""

    def __init__(self, rows: list[Row]) -> None:
        self.rows = rows
        self.total = Row("total", (), sum(row.size for row in rows), sum(row.zeros for row in rows))

    def __repr__(self) -> str:
        cells = [("parameter", "shape", "zeros", "of", "share")]
        for row in [*self.rows, self.total]:
            shape = "" if row is self.total else "×".join(map(str, row.shape)) or "()"
            cells.append((row.name, shape, f"{row.zeros:,}", f"{row.size:,}", f"{row.fraction:.1%}"))
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        lines = []
        for line in cells:
            left = [cell.ljust(width) for cell, width in zip(line[:2], widths[:2], strict=True)]
            right = [cell.rjust(width) for cell, width in zip(line[2:], widths[2:], strict=True)]
            lines.append("  ".join(left + right))
        return "\n".join(lines)


def sparsity(params: Parameters) -> Sparsity:
    """Count the zeros in parameters.

    Args:
        params: a Tensor, or an iterable of Tensors or of (name, Tensor) pairs, as `model.named_parameters()`
            gives; those without a name are called by their number.

    Raises:
        TypeError: it is something else.

    >>> import autograd_lite as ag
    >>> report = ag.optim.sparsity([("weight", ag.Tensor([[0.0, 2.0], [0.0, 0.0]])), ("bias", ag.Tensor([1.0]))])
    >>> report
    parameter  shape  zeros  of  share
    weight     2×2        3   4  75.0%
    bias       1          0   1   0.0%
    total                 3   5  60.0%
    >>> report.total.zeros, report.rows[0].fraction
    (3, 0.75)
    """
    return Sparsity([
        Row(name or f"[{i}]", param.shape, param.size, param.size - int(np.count_nonzero(param.data)))
        for i, (name, param) in enumerate(named(params))
    ])  # fmt: skip
