"""Products: the batch is one more axis that is not summed over."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...ops.contraction import contract, letters
from ...ops.words import axis_in
from .looping import loop
from .parts import Rule, is_batched, mentions, ndim_of, side_by_side, spread_out, with_axes


def _labelled(args: Any, level: int, left: str, right: str, out: str) -> Any:
    """The contraction of two arrays, at least one of them batched, whose axes have these labels."""
    a, b = args
    batch = next(label for label in letters(52) if label not in left + right)
    if is_batched(a, level):
        a, left = a.physical, batch + left
    if is_batched(b, level):
        b, right = b.physical, batch + right
    return contract(_array(a), _array(b), (left, right, batch + out))


def _array(x: Any) -> Any:
    return x if hasattr(x, "shape") else np.asarray(x)


def _einsum(_function: Any, level: int, args: Any, kwargs: dict[str, Any]) -> Any:
    return _labelled(args, level, *kwargs["labels"])


def _tensordot(_function: Any, level: int, args: Any, kwargs: dict[str, Any]) -> Any:
    a, b = args[:2]
    axes = args[2] if len(args) > 2 else kwargs.get("axes", 2)
    m, n = ndim_of(a), ndim_of(b)
    if np.ndim(axes) == 0:
        over_a, over_b = list(range(m - axes, m)), list(range(axes))
    else:
        over_a, over_b = ([one] if np.ndim(one) == 0 else list(one) for one in axes)
        over_a, over_b = [axis_in(i, m) for i in over_a], [axis_in(i, n) for i in over_b]
    left = letters(m)
    others = iter(letters(m + n)[m:])
    right = "".join(left[over_a[over_b.index(i)]] if i in over_b else next(others) for i in range(n))
    out = "".join(x for i, x in enumerate(left) if i not in over_a)
    out += "".join(x for i, x in enumerate(right) if i not in over_b)
    return _labelled((a, b), level, left, right, out)


def _over(last: tuple[int, int]) -> Rule:
    """A product that sums over one axis of each argument, unless one has no axes."""

    def rule(function: Any, level: int, args: Any, _kwargs: dict[str, Any]) -> Any:
        a, b = args[:2]
        m, n = ndim_of(a), ndim_of(b)
        if m == 0 or n == 0:
            return np.multiply(*side_by_side((a, b), level))
        return _tensordot(function, level, (a, b, ([last[0]], [max(last[1], -n)])), {})

    return rule


def _outer(_function: Any, level: int, args: Any, _kwargs: dict[str, Any]) -> Any:
    rows = [np.reshape(x.physical, (-1, x.size)) if is_batched(x, level) else np.reshape(x, (-1,)) for x in args[:2]]
    labels = ["za" if is_batched(args[0], level) else "a", "zb" if is_batched(args[1], level) else "b"]
    return contract(rows[0], rows[1], (labels[0], labels[1], "zab"))


def _kron(_function: Any, level: int, args: Any, _kwargs: dict[str, Any]) -> Any:
    n = next(x.physical.shape[0] for x in args if is_batched(x, level))
    ndim = max(map(ndim_of, args))
    a, b = (spread_out(x, level, n, ndim) for x in args)
    shape = (n, *[m * k for m, k in zip(a.shape[1:], b.shape[1:], strict=True)])
    a = np.reshape(a, (n, *[k for m in a.shape[1:] for k in (m, 1)]))
    b = np.reshape(b, (n, *[k for m in b.shape[1:] for k in (1, m)]))
    return np.reshape(a * b, shape)


def _matmul(_function: Any, level: int, args: Any, _kwargs: dict[str, Any]) -> Any:
    """Matrices that one factor has for all examples are multiplied by one call of BLAS."""
    a, b = args
    m, n = ndim_of(a), ndim_of(b)
    if m == 0 or n == 0:
        raise ValueError(f"matmul: arguments must have axes, not the shapes {np.shape(a)} and {np.shape(b)}")
    if m > 2 or n > 2:
        left = a if m > 1 else np.expand_dims(a, 0)
        right = b if n > 1 else np.expand_dims(b, 1)
        ndim = max(ndim_of(left), ndim_of(right))
        product = np.matmul(with_axes(left, level, ndim), with_axes(right, level, ndim))
        return np.squeeze(product, -2) if m == 1 else np.squeeze(product, -1) if n == 1 else product
    left, right = letters(3)[:2][-m:], letters(3)[1:][:n]
    return _labelled(args, level, left, right, "".join(x for x in left + right if x != "b"))


def _of_vectors(left: str, right: str) -> Rule:
    """`vecdot`, `matvec` and `vecmat`, whose last axes have these labels; those before are broadcast."""

    def rule(function: Any, level: int, args: Any, kwargs: dict[str, Any]) -> Any:
        if mentions(kwargs, level):
            return loop(function, level, args, kwargs)
        ahead = max(ndim_of(x) - len(labels) for x, labels in zip(args, (left, right), strict=True))
        sides = [with_axes(x, level, ahead + len(y)) for x, y in zip(args, (left, right), strict=True)]
        return function(*sides, **kwargs)

    return rule


def _convolve(_function: Any, level: int, args: Any, kwargs: dict[str, Any]) -> Any:
    """By windows of the longer one, as a product."""
    a, v, *rest = args
    mode = rest[0] if rest else kwargs.get("mode", "full")
    if a.shape[0] < v.shape[0]:
        a, v = v, a
    n, k = a.shape[0], v.shape[0]
    before, after = {"full": (k - 1, k - 1), "same": ((k) // 2, (k - 1) // 2), "valid": (0, 0)}[mode]
    a = a.physical if is_batched(a, level) else a
    margins = (*[(0, 0)] * (len(a.shape) - 1), (before, after))
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(a, margins), k, axis=-1)
    v = np.flip(v.physical if is_batched(v, level) else v, -1)
    assert n >= k
    return np.squeeze(np.matmul(windows, np.expand_dims(v, -1)), -1)


RULES: dict[str, Rule] = {
    "einsum": _einsum,
    "convolve": _convolve,
    "tensordot": _tensordot,
    "dot": _over((-1, -2)),
    "inner": _over((-1, -1)),
    "outer": _outer,
    "kron": _kron,
    "matmul": _matmul,
    "vecdot": _of_vectors("k", "k"),
    "matvec": _of_vectors("mk", "k"),
    "vecmat": _of_vectors("k", "kn"),
}
