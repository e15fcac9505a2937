"""Linear algebra, and functions that move elements about."""

from __future__ import annotations

from typing import Any

import numpy as np

from .case import Function

inv = np.linalg.inv


def _solve(g: Any, a: Any, b: Any) -> Any:
    db = np.linalg.solve(a.T, g)
    return -np.outer(db, np.linalg.solve(a, b)), db


def _kron(g: Any, a: Any, b: Any) -> Any:
    blocks = g.reshape(a.shape[0], b.shape[0], a.shape[1], b.shape[1])
    return np.einsum("ipjq,pq->ij", blocks, b), np.einsum("ipjq,ij->pq", blocks, a)


def reversed_cumsum(g: Any) -> Any:
    return np.flip(np.cumsum(np.flip(g, -1), axis=-1), -1)


def _cumprod(g: Any, x: Any) -> Any:
    return reversed_cumsum(g * np.cumprod(x)) / x


def _diff(g: Any, x: Any) -> Any:
    out = np.zeros_like(x)
    out[..., 1:] += g
    out[..., :-1] -= g
    return out


def _sort(g: Any, x: Any) -> Any:
    out = np.empty_like(x)
    out[np.argsort(x)] = g
    return out


def largest_of_rows(g: Any, x: Any) -> Any:
    return g[:, None] * (x == x.max(-1, keepdims=True))


def _take(g: Any, x: Any, places: Any) -> Any:
    out = np.zeros_like(x)
    np.add.at(out, places, g)
    return out


def _convolve(g: Any, x: Any, w: Any) -> Any:
    return np.correlate(g, w, "valid"), np.correlate(g, x, "valid")


def _determinant(g: Any, a: Any) -> Any:
    return g * np.linalg.det(a) * inv(a).T


matmul = Function(
    "matrix product", lambda a, b: a @ b, lambda g, a, b: (g @ b.T, a.T @ g), lambda d: (d.normal(3, 4), d.normal(4, 2))
)
square_matmul = Function(
    "product of square matrices", lambda a, b: np.sum((a @ b) ** 2),
    lambda g, a, b: (2 * g * a @ b @ b.T, 2 * g * a.T @ a @ b), lambda d: (d.normal(3, 3), d.normal(3, 3)),
)  # fmt: skip
batched = Function(
    "batched product", lambda a, b: a @ b, lambda g, a, b: (g @ b.mT, a.mT @ g),
    lambda d: (d.normal(2, 3, 3), d.normal(2, 3, 3)),
)  # fmt: skip
einsum = Function(
    "einsum bij,jk", lambda a, b: np.einsum("bij,jk->bik", a, b),
    lambda g, a, b: (np.einsum("bik,jk->bij", g, b), np.einsum("bij,bik->jk", a, g)),
    lambda d: (d.normal(2, 3, 3), d.normal(3, 3)),
)  # fmt: skip
outer = Function(
    "outer product", lambda x, y: x[:, None] * y, lambda g, x, y: (g @ y, x @ g), lambda d: (d.normal(4), d.normal(4))
)
kron = Function("Kronecker product", np.kron, _kron, lambda d: (d.normal(2, 2), d.normal(2, 2)))
trace = Function(
    "trace of a product", lambda a, b: np.trace(a @ b), lambda g, a, b: (g * b.T, g * a.T),
    lambda d: (d.normal(3, 3), d.normal(3, 3)),
)  # fmt: skip
bilinear_form = Function(
    "bilinear form", lambda x, a, y: x @ a @ y, lambda g, x, a, y: (g * a @ y, g * np.outer(x, y), g * x @ a),
    lambda d: (d.normal(3), d.normal(3, 3), d.normal(3)),
)  # fmt: skip
quadratic = Function(
    "quadratic form", lambda x, a: x @ a @ x, lambda g, x, a: (g * (a + a.T) @ x, g * np.outer(x, x)),
    lambda d: (d.normal(4), d.normal(4, 4)),
)  # fmt: skip
inverse = Function("inverse", inv, lambda g, a: -inv(a).T @ g @ inv(a).T, lambda d: (d.matrix(3),))
log_determinant = Function(
    "log-determinant", lambda a: np.linalg.slogdet(a)[1], lambda g, a: g * inv(a).T, lambda d: (d.matrix(3),)
)
determinant = Function("determinant", np.linalg.det, _determinant, lambda d: (d.matrix(3),))
solve = Function("solution of equations", np.linalg.solve, _solve, lambda d: (d.matrix(3), d.normal(3)))
covariance = Function("Gram matrix", lambda x: x.T @ x, lambda g, x: x @ (g + g.T), lambda d: (d.normal(4, 3),))
cumsum = Function("cumsum", np.cumsum, lambda g, x: reversed_cumsum(g), lambda d: (d.normal(6),))
cumprod = Function("cumprod", np.cumprod, _cumprod, lambda d: (d.positive(5),))
diff = Function("diff", np.diff, _diff, lambda d: (d.normal(7),))
sort = Function("sort", np.sort, _sort, lambda d: (d.apart(7),))
row_max = Function("max of rows", lambda x: np.max(x, axis=1), largest_of_rows, lambda d: (d.apart(3, 4),))
take = Function(
    "elements at places", lambda x, places: x[places], _take, lambda d: (d.normal(5), np.array([4, 0, 1, 1, 3, 2]))
)
roll = Function("roll", lambda x: np.roll(x, 2), lambda g, x: np.roll(g, -2), lambda d: (d.normal(7),))
flip = Function("flip", lambda x: x[:, ::-1], lambda g, x: g[:, ::-1], lambda d: (d.normal(2, 4),))
transposed = Function(
    "axes permuted", lambda x: np.transpose(x, (1, 2, 0)), lambda g, x: np.transpose(g, (2, 0, 1)),
    lambda d: (d.normal(2, 3, 4),),
)  # fmt: skip
tiled = Function("tile", lambda x: np.tile(x, 3), lambda g, x: g.reshape(3, -1).sum(0), lambda d: (d.normal(4),))
padded = Function("pad", lambda x: np.pad(x, ((1, 0), (0, 2))), lambda g, x: g[1:, :-2], lambda d: (d.normal(3, 3),))
convolve = Function("convolve", np.convolve, _convolve, lambda d: (d.normal(7), d.normal(3)))
concatenated = Function(
    "concatenation", lambda x, y: np.concatenate([x, y]), lambda g, x, y: (g[: len(x)], g[len(x) :]),
    lambda d: (d.normal(4), d.normal(4)),
)  # fmt: skip
complex_matmul = Function(
    "complex matrix product", lambda a, b: a @ b, lambda g, a, b: (g @ b.conj().T, a.conj().T @ g),
    lambda d: (d.complex(2, 3), d.complex(3, 2)),
)  # fmt: skip

FUNCTIONS = [
    matmul, square_matmul, batched, einsum, outer, kron, trace, bilinear_form, quadratic, inverse, log_determinant,
    determinant, solve, covariance, cumsum, cumprod, diff, sort, row_max, take, roll, flip, transposed, tiled, padded,
    convolve, concatenated, complex_matmul,
]  # fmt: skip
