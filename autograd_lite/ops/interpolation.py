"""Piecewise linear interpolation, and the powers that polynomials are made of."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..primitive import Primitive, Traced, general
from .implementing import implements
from .indexing import scatter, take
from .joining import joined
from .words import array_of, of_arrays, own_array

__all__ = ["interp", "vander"]


def _interp(x: Any, xp: Any, fp: Any, left: Any, right: Any) -> Any:
    """np.interp, which computes in double precision, in the dtype of its arguments."""
    dtype = np.result_type(*(a if hasattr(a, "dtype") else np.float64(0) for a in (x, xp, fp)))
    out = np.interp(x, xp, fp, left, right)
    return out.astype(dtype) if dtype.kind in "fc" else out


@of_arrays
def _nodes_beside(x: Any, xp: Any) -> tuple[Any, Any, Any]:
    """The nodes on either side of each x, and where x lies between the first and the last node."""
    inside = (x >= xp[0]) & (x <= xp[-1])
    low = np.clip(np.searchsorted(xp, x, side="right") - 1, 0, max(len(xp) - 2, 0))
    return low, np.minimum(low + 1, len(xp) - 1), inside


def _between(x: Any, xp: Any) -> tuple[Any, Any, Any, Any, Any]:
    """The nodes on either side, how far apart they are, what part of that x has gone, and where all this holds."""
    low, high, inside = _nodes_beside(x, xp)
    width = take(xp, high) - take(xp, low)
    width = np.where(inside & (width != 0), width, 1.0)  # a single node, or two at one place
    return low, high, width, (x - take(xp, low)) / width, inside


def _by_x(v: Any, _ans: Any, x: Any, xp: Any, fp: Any, _left: Any, _right: Any) -> Any:
    low, high, width, _, inside = _between(x, xp)
    return np.where(inside, v * ((take(fp, high) - take(fp, low)) / width), 0.0)


def _to_nodes(g: Any, low: Any, high: Any, part: Any, size: int) -> Any:
    """g shared out to the nodes on either side."""
    index = np.stack([low, high]).reshape(-1)
    return scatter(np.ravel(np.stack([g * (1.0 - part), g * part])), index, (size,))


def _ends(g: Any, x: Any, xp: Any, size: int, left: Any, right: Any) -> Any:
    """What reaches the first and the last node from beyond them, where no value is given for there."""
    total: Any = 0.0
    for given, at, beyond in ((left, 0, x < xp[0]), (right, size - 1, x > xp[-1])):
        if given is None:
            total = total + scatter(np.sum(np.where(beyond, g, 0.0)), at, (size,))
    return total


def _to_fp(g: Any, _ans: Any, x: Any, xp: Any, _fp: Any, left: Any, right: Any) -> Any:
    low, high, _, part, inside = _between(x, xp)
    size = xp.shape[0]
    shared = _to_nodes(np.where(inside, g, 0.0), low, high, np.where(inside, part, 0.0), size)
    return shared + _ends(g, x, xp, size, left, right)


def _to_xp(g: Any, _ans: Any, x: Any, xp: Any, fp: Any, _left: Any, _right: Any) -> Any:
    low, high, width, part, inside = _between(x, xp)
    slope = (take(fp, high) - take(fp, low)) / width
    return _to_nodes(np.where(inside, -g * slope, 0.0), low, high, np.where(inside, part, 0.0), xp.shape[0])


def _along_xp(v: Any, _ans: Any, x: Any, xp: Any, fp: Any, _left: Any, _right: Any) -> Any:
    low, high, width, part, inside = _between(x, xp)
    moved = take(v, low) * (1.0 - part) + take(v, high) * part
    return np.where(inside, -moved * ((take(fp, high) - take(fp, low)) / width), 0.0)


def _along_fp(v: Any, _ans: Any, x: Any, xp: Any, _fp: Any, left: Any, right: Any) -> Any:
    low, high, _, part, inside = _between(x, xp)
    out = np.where(inside, take(v, low) * (1.0 - part) + take(v, high) * part, 0.0)
    out = out if left is not None else np.where(x < xp[0], v[0], out)
    return out if right is not None else np.where(x > xp[-1], v[-1], out)


def _below(v: Any, _ans: Any, x: Any, xp: Any, _fp: Any, _left: Any, _right: Any) -> Any:
    return np.where(x < xp[0], v, 0.0)


def _above(v: Any, _ans: Any, x: Any, xp: Any, _fp: Any, _left: Any, _right: Any) -> Any:
    return np.where(x > xp[-1], v, 0.0)


_interp_primitive: Primitive = general(
    np.interp,
    vjps=(_by_x, _to_xp, _to_fp, _below, _above),
    jvps=(_by_x, _along_xp, _along_fp, _below, _above),
    raw=_interp,
    math="y = (1 − t) fₖ + t fₖ₊₁, t = (x − xₖ) / (xₖ₊₁ − xₖ), s = (fₖ₊₁ − fₖ) / (xₖ₊₁ − xₖ):  "
    "dy = s dx + (1 − t) (dfₖ − s dxₖ) + t (dfₖ₊₁ − s dxₖ₊₁)",
)


@implements(np.interp)
def interp(x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: float | None = None) -> Any:
    """The piecewise linear function through the points (xp, fp) at x, with gradients to all of these.

    At a node the slope by x is that of the piece to the right, at the last node that of the piece to the left.

    Args:
        xp: the nodes, one axis, which must increase (unless there is a period).
        fp: the values at the nodes.
        left, right: the value before the first node and after the last one; without, that of the node.
        period: of a periodic function, for which nodes may come in any order; left and right are then ignored.

    Float32 stays float32, where NumPy gives float64.

    >>> import numpy as np, autograd_lite as ag
    >>> x = ag.Tensor([0.5, 1.5], requires_grad=True)
    >>> np.interp(x, [0.0, 1.0, 2.0], [0.0, 1.0, 5.0]).sum().backward()
    >>> x.grad
    Tensor([1., 4.], dtype=float32)
    """
    x, xp, fp = _floating(x, xp, fp)
    if period is not None:
        if period == 0:
            raise ValueError("interp: the period must not be 0")
        period, left, right = abs(period), None, None
        x, xp = np.remainder(x, period), np.remainder(xp, period)
        order = np.argsort(xp)
        xp, fp = take(xp, order), take(fp, order)
        xp = np.concatenate([xp[-1:] - period, xp, xp[:1] + period])
        fp = np.concatenate([fp[-1:], fp, fp[:1]])
    return _interp_primitive(x, xp, fp, left, right)


def _floating(*arrays: Any) -> list[Any]:
    """Integers, and lists of numbers, in the floating dtype that the others have together, or float64."""
    found = [joined(a) for a in arrays]
    floats = [
        hasattr(a, "dtype") and a.dtype.kind in "fc" and (isinstance(a, Traced) or a is given)
        for a, given in zip(found, arrays, strict=True)
    ]
    kinds = [np.empty(0, a.dtype).real.dtype for a, known in zip(found, floats, strict=True) if known]
    dtype = np.result_type(*kinds) if kinds else np.dtype(np.float64)
    return [a if known else own_array(array_of(a), _widened(a, dtype)) for a, known in zip(found, floats, strict=True)]


def _widened(array: Any, dtype: Any) -> Any:
    """The dtype, or its complex one for a list of complex numbers."""
    return np.result_type(dtype, np.complex64) if np.iscomplexobj(array) else dtype


def _vander(x: Any, N: int | None = None, increasing: bool = False) -> Any:
    """np.vander, but float32 stays float32."""
    if x.ndim != 1 or x.dtype.kind not in "fc":
        return np.vander(x, N, increasing)
    out = np.empty((len(x), len(x) if N is None else N), x.dtype)
    columns = out if increasing else out[:, ::-1]
    columns[:, :1] = 1
    columns[:, 1:] = x[:, np.newaxis]
    np.multiply.accumulate(columns[:, 1:], axis=1, out=columns[:, 1:])
    return out


def _powers(ans: Any, increasing: bool) -> Any:
    """The derivative of each column but the constant one: its power times the column of the power below."""
    n = ans.shape[1]
    powers = np.arange(1, n, dtype=ans.dtype)
    return powers * ans[:, :-1] if increasing else powers[::-1] * ans[:, 1:]


def _changing(g: Any, increasing: bool) -> Any:
    return g[:, 1:] if increasing else g[:, :-1]


def _vander_vjp(g: Any, ans: Any, _x: Any, N: int | None = None, increasing: bool = False) -> Any:
    return np.sum(_changing(g, increasing) * _powers(ans, increasing), axis=1)


def _vander_jvp(v: Any, ans: Any, _x: Any, N: int | None = None, increasing: bool = False) -> Any:
    moving = np.reshape(v, (-1, 1)) * _powers(ans, increasing)
    still = np.zeros((ans.shape[0], min(ans.shape[1], 1)), v.dtype)
    return np.concatenate([still, moving] if increasing else [moving, still], axis=1)


vander = general(
    np.vander,
    raw=_vander,
    vjps=(_vander_vjp,),
    jvps=(_vander_jvp,),
    math="yᵢⱼ = xᵢʲ (or with the powers falling):  dyᵢⱼ = j xᵢʲ⁻¹ dxᵢ",
)
