"""Arguments of all sorts: empty, single, large, strided, read-only, integers and masks beside floating ones."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from .. import elements as e
from .. import losses as l
from .. import matrices as m
from .. import networks as n
from ..case import Case, Draw, right

draw = Draw("arguments")


def squares(x: Any) -> Any:
    return np.sum(x * x)


def _squares(g: Any, x: Any) -> Any:
    return 2 * g * x


def read_only(x: Any) -> Any:
    x.flags.writeable = False
    return x


def _masked(g: Any, x: Any, mask: Any) -> Any:
    return 2 * g * x * mask


def _rational(g: Any, x: Any, n: Any) -> Any:
    return g * n * x ** (n - 1)


LARGE = draw.normal(3000)

CASES: list[Case] = [
    right("sum of nothing", squares, _squares, np.zeros(0)),
    right("squares of nothing", lambda x: x * x, lambda g, x: 2 * g * x, np.zeros((0, 3))),
    right("product with an empty matrix", m.matmul.f, m.matmul.vjp, np.zeros((0, 3)), draw.normal(3, 2)),
    right("product over an empty axis", m.matmul.f, m.matmul.vjp, np.zeros((2, 0)), np.zeros((0, 3))),
    right("nothing beside something", lambda x, y: np.sum(x) + np.sum(y * y), lambda g, x,
          y: (g * np.ones_like(x), 2 * g * y),
          np.zeros(0), draw.normal(3)),
    right("a single number", lambda x: np.exp(x) * x, lambda g, x: g * np.exp(x) * (1 + x), 0.7),
    right("a single number in a matrix", squares, _squares, np.array([[0.3]])),
    right("a complex number", lambda z: np.real(z * np.conj(z)), lambda g, z: 2 * g * z, 1.5 - 0.5j),
    right("two single numbers", lambda x, y: x * np.exp(y), lambda g, x, y: (g * np.exp(y), g * x * np.exp(y)), 2.0,
          -0.3),
    right("squares of 3,000", squares, _squares, LARGE),
    right("sines of 3,000 in float32", lambda x: np.mean(np.sin(x)), lambda g, x: g * np.cos(x) / x.size, LARGE,
          dtype=np.float32),
    right("norm of 3,000", e.norm.f, e.norm.vjp, LARGE),
    right("logsumexp of 1,000", e.logsumexp.f, e.logsumexp.vjp, LARGE[:1000]),
    right("variance of 40 by 50", e.variance.f, e.variance.vjp, LARGE[:2000].reshape(40, 50)),
    right("relu of 2,000", lambda x: np.sum(np.maximum(x, 0)), lambda g, x: g * (x > 0), LARGE[:2000]),
    right("kinks among 500", lambda x: np.sum(abs(x)), lambda g, x: g * np.sign(x),
          np.where(LARGE < -1, 0, LARGE)[:500]),
    right("linear regression of 100 by 30", l.linear_regression.f, l.linear_regression.vjp, draw.normal(100, 30),
          draw.normal(30), 0.1, draw.normal(100)),
    right("four axes", lambda x: np.sum(np.sin(x), axis=(1, 3)), lambda g, x: g[:, None, :, None] * np.cos(x),
          draw.normal(2, 3, 2, 2)),
    right("five axes", squares, _squares, draw.normal(1, 2, 1, 3, 2)),
    right("a transposed array", m.matmul.f, m.matmul.vjp, draw.normal(4, 3).T, draw.normal(2, 4).T),
    right("every other element", squares, _squares, draw.normal(12)[::2]),
    right("backwards", m.cumsum.f, m.cumsum.vjp, draw.normal(6)[::-1]),
    right("Fortran's order", e.row_scale.f, e.row_scale.vjp, np.asfortranarray(draw.normal(3, 4)), draw.normal(3, 1)),
    right("overlapping windows", squares, _squares, sliding_window_view(draw.normal(6), 3)),
    right("a read-only array", squares, _squares, read_only(draw.normal(5))),
    right("one row broadcast", squares, _squares, np.broadcast_to(draw.normal(3), (4, 3))),
    right("the same array twice", m.square_matmul.f, m.square_matmul.vjp, *[draw.normal(3, 3)] * 2),
    right("a Boolean mask", lambda x, mask: np.sum(np.where(mask, x * x, 0)), _masked, draw.normal(5),
          np.array([True, False, True, True, False])),
    right("a Boolean mask as an index", lambda x, mask: np.sum(x[mask] ** 2), _masked, draw.normal(5),
          np.array([True, False, True, True, False])),
    right("an integer power", lambda x, n: np.sum(x**n), _rational, draw.normal(4), 3),
    right("integers beside floats", lambda x, counts: np.sum(x * counts), lambda g, x,
          counts: g * counts.astype(x.dtype),
          draw.normal(4), np.array([1, 0, -2, 5])),
    right("large integers beside float32", lambda x, counts: np.sum(x * counts),
          lambda g, x, counts: g * counts.astype(x.dtype), draw.normal(3), np.array([30000, -7, 1], np.int16),
          dtype=np.float32),
    right("rows chosen twice", n.embedding.f, n.embedding.vjp, draw.normal(3, 2), np.array([0, 0, 2, 2, 2])),
    right("negative places", m.take.f, m.take.vjp, draw.normal(4), np.array([-1, -2, 0, -1])),
    right("float32 beside float64", lambda x, y: np.sum(x * y), lambda g, x, y: (g * y, g * x),
          draw.normal(3).astype(np.float32), draw.normal(3)),
    right("complex beside real", lambda z, x: np.sum(np.real(z) * x), lambda g, z, x: (g * x + 0j, g * np.real(z)),
          draw.complex(3), draw.normal(3)),
    right("complex64", e.abs2.f, e.abs2.vjp, draw.complex(4), dtype=np.float32),
    right("piecewise", lambda x: np.sum(np.where(x < 0, np.exp(x), np.where(x < 1, 1 + x, 2 * x * x))),
          lambda g, x: g * np.where(x < 0, np.exp(x), np.where(x < 1, 1, 4 * x)), np.array([-0.5, 0.4, 1.5, 3.0])),
    right("a branch of Python's", lambda x: np.sum(x * x) if float(np.sum(np.real(x))) > 0 else np.sum(x),
          lambda g, x: 2 * g * x if x.sum() > 0 else g * np.ones_like(x), np.array([1.0, 2.0])),
]  # fmt: skip
