"""Rows of a table:  y = table[indices].

    embedding(indices, table)        indices of any shape, table (V, D)  ->  (*indices.shape, D)

Backward adds rows up: for a small table by a product with a matrix of ones and zeros, else sorted by their row.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..primitive import fused
from .constants import positions
from .room import room
from .scratch import scratch

ONE_HOT = 1 << 18
"""So many numbers such a matrix has at most."""


def reference(indices: Any, table: Any) -> Any:
    return table[indices]


def forward(indices: Any, table: Any) -> tuple[Any, None]:
    return table.take(indices, axis=0), None


def backward(g: Any, _residual: None, needs: Sequence[Any], indices: Any, table: Any) -> tuple[None, Any]:
    return None, rows_added(g.reshape(indices.size, table.shape[1]), indices.reshape(-1), len(table), room(needs[1]))


def rows_added(rows: Any, indices: Any, count: int, out: Any = None) -> Any:
    """(count, D): the sum of the rows (N, D) of each index."""
    if out is None or not out.flags.c_contiguous:
        out = np.empty((count, rows.shape[1]), rows.dtype)
    if len(rows) * count <= ONE_HOT and rows.dtype.itemsize > 2:
        chosen = scratch("chosen", (count, len(rows)), rows.dtype)
        chosen.fill(0)
        chosen[indices, positions(len(rows))] = 1
        return np.dot(chosen, rows, out=out)
    out.fill(0)
    if len(rows):
        order = np.argsort(indices, kind="stable")
        found = indices[order]
        starts = np.flatnonzero(np.diff(found, prepend=-1))
        out[found[starts]] = np.add.reduceat(rows[order], starts, axis=0)
    return out


reference.__name__ = "embedding"
embedding = fused(reference, forward=forward, backward=backward, math="Y = T[i];  T̄ = 0, T̄[i] += Ȳ")
