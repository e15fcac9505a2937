"""Sums of products in which one sequence slides along the other: `convolve`, `correlate`; and polynomials' values.

With y = a * v whole, of n + m - 1 numbers, the transpose in a is a correlation: ā = (ȳ * reversed v) where both
overlap fully.  The modes "same" and "valid" give a part of y; the rest of ȳ is 0.
"""

from typing import Any

import numpy as np

from ..primitive import bilinear, general
from .contraction import as_array
from .implementing import implements
from .words import conjugate

__all__ = ["convolve", "correlate", "polyval"]


def _whole(g: Any, n: int, m: int, mode: str) -> Any:
    """The cotangent of the whole convolution of n and m numbers, from that of the part that `mode` keeps."""
    short = min(n, m)
    before = {"full": 0, "same": (short - 1) // 2, "valid": short - 1}[mode]
    after = n + m - 1 - before - len(g)
    if not (before or after):
        return g
    return np.concatenate([np.zeros(before, g.dtype), g, np.zeros(after, g.dtype)])


_convolve = bilinear(
    np.convolve,
    lambda g, _ans, _a, v, *, mode: np.convolve(_whole(g, _a.shape[0], len(v), mode), v[::-1], "valid"),
    lambda g, _ans, a, _v, *, mode: np.convolve(_whole(g, len(a), _v.shape[0], mode), a[::-1], "valid"),
    math="dy = da * v + a * dv;  āₙ = Σₖ ȳₙ₊ₖ vₖ,  v̄ₙ = Σₖ ȳₙ₊ₖ aₖ",
)
_MODES = {0: "valid", 1: "same", 2: "full", "v": "valid", "s": "same", "f": "full"}


def _operands(name: str, a: Any, v: Any, mode: Any) -> tuple[Any, Any, str]:
    """Two sequences with one axis, and the mode by its name; raises for what else there may be."""
    a, v = (np.reshape(x, (1,)) if len(x.shape) == 0 else x for x in (as_array(a, v), as_array(v, a)))
    if len(a.shape) > 1 or len(v.shape) > 1 or 0 in (*a.shape, *v.shape):
        raise ValueError(
            f"{name} of the shapes {a.shape} and {v.shape}: both must have one axis and not be empty; ravel them, or "
            "multiply by windows of more axes (np.lib.stride_tricks.sliding_window_view)"
        )
    mode = _MODES.get(mode, mode)
    if mode not in ("full", "same", "valid"):
        raise ValueError(f"{name}: mode is 'full', 'same' or 'valid', not {mode!r}")
    return a, v, mode


@implements(np.convolve)
def convolve(a: Any, v: Any, mode: str = "full") -> Any:
    """y_n = sum_k a_k v_(n-k), of two sequences.

    Args:
        mode: "full" for all n with any overlap, "valid" for those where the shorter one lies within the longer, "same"
            for as many in the middle as the longer has.

    >>> import autograd_lite as ag
    >>> ag.convolve(ag.Tensor([1.0, 2.0, 3.0]), [1.0, -1.0])
    Tensor([ 1.,  1.,  1., -3.], dtype=float32)
    """
    a, v, mode = _operands("convolve", a, v, mode)
    return _convolve(a, v, mode=mode)


@implements(np.correlate)
def correlate(a: Any, v: Any, mode: str = "valid") -> Any:
    """y_n = sum_k a_(n+k) conj(v_k), of two sequences; `mode` as in `convolve`."""
    a, v, mode = _operands("correlate", a, v, mode)
    if v.shape[0] > a.shape[0]:  # NumPy puts the middle of "same" elsewhere then
        return conjugate(np.flip(_convolve(v, conjugate(np.flip(a)), mode=mode)))
    return _convolve(a, conjugate(np.flip(v)), mode=mode)


# -- polynomials


def _slope(p: Any) -> Any:
    """The coefficients of the derivative of a polynomial."""
    degree = p.shape[0] - 1
    return p[:-1] * np.arange(degree, 0, -1).astype(p.dtype) if degree > 0 else p[:1] * 0


def _powers_times(g: Any, _ans: Any, _p: Any, x: Any) -> Any:
    """The sums of g x^k, for the highest k first."""
    sums = []
    for k in range(_p.shape[0]):
        g = g * x if k else g
        sums.append(np.sum(g))
    return np.stack(sums[::-1]) if sums else np.zeros(0, _p.dtype)


_polyval = general(
    np.polyval,
    vjps=(_powers_times, lambda g, _ans, p, x: g * np.polyval(_slope(p), x)),
    jvps=(lambda v, _ans, _p, x: np.polyval(v, x), lambda v, _ans, p, x: v * np.polyval(_slope(p), x)),
    math="dy = Σ xⁿ⁻ᵏ dpₖ + p′(x) dx;  p̄ₖ = Σ ȳ xⁿ⁻ᵏ,  x̄ = p′(x) ȳ",
)


@implements(np.polyval)
def polyval(p: Any, x: Any) -> Any:
    """The polynomial p_0 x^n + ... + p_n at each element of x, by Horner's rule; a gradient flows to p and x.

    >>> import autograd_lite as ag
    >>> ag.polyval(ag.Tensor([1.0, 0.0, -1.0]), [2.0, 3.0])
    Tensor([3., 8.], dtype=float32)
    """
    if isinstance(p, np.poly1d) or isinstance(x, np.poly1d):
        raise TypeError("polyval: a Tensor does not go together with a poly1d; pass its coefficients")
    p, x = as_array(p, x), as_array(x, p)
    if len(p.shape) != 1:
        raise ValueError(f"polyval: the coefficients have one axis, not the shape {p.shape}")
    return _polyval(p, x)
