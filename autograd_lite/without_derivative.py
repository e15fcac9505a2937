"""NumPy's functions that the engine has no rule for, as data: which of them need none, and why others are refused.

`WITHOUT_DERIVATIVE` run on the values of a Tensor that requires a gradient.  `REFUSED` would lose the gradient, so
they raise with the remedy that stands here, and run only where there is no gradient to lose.  `NO_ARRAYS` never
see a Tensor.  A test holds that every public function of NumPy is in one of these, or declared.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Function = Callable[..., Any]


def find(name: str) -> Any:
    """NumPy's object of that name, "sin" or "linalg.inv"; None if this version of NumPy has none."""
    found: Any = np
    for part in name.split("."):
        found = getattr(found, part, None)
    return found


def _found(names: str) -> frozenset[Function]:
    return frozenset(filter(None, map(find, names.split())))


_STEPS = """
    floor ceil trunc fix rint round around floor_divide spacing nextafter
    zeros_like ones_like empty_like full_like
"""
"""Constant between jumps, so that their derivative is zero wherever it exists."""

_TRUTHS = """
    equal not_equal less less_equal greater greater_equal logical_and logical_or logical_not logical_xor
    isfinite isinf isnan isnat isneginf isposinf iscomplex isreal iscomplexobj isrealobj signbit
    any all array_equal array_equiv allclose isclose isin
    bitwise_and bitwise_or bitwise_xor bitwise_count invert left_shift right_shift packbits unpackbits gcd lcm
"""
"""Their answers are true or false, or bits."""

_PLACES = """
    argmax argmin nanargmax nanargmin argsort argpartition argwhere lexsort nonzero flatnonzero count_nonzero
    searchsorted digitize bincount histogram histogram2d histogramdd histogram_bin_edges
    unique unique_all unique_counts unique_inverse unique_values intersect1d setdiff1d setxor1d union1d
    ravel_multi_index unravel_index tril_indices_from triu_indices_from diag_indices_from ix_
    linalg.matrix_rank fft.fftfreq fft.rfftfreq
"""
"""Their answers are places, counts, or sets of what is there."""

_DESCRIPTIONS = """
    shape ndim size result_type can_cast min_scalar_type common_type may_share_memory shares_memory
    array_repr array_str array2string save savez savez_compressed savetxt
"""
"""They say something about an array, or write it down."""

WITHOUT_DERIVATIVE = _found(_STEPS + _TRUTHS + _PLACES + _DESCRIPTIONS)
"""Functions whose derivative is zero wherever it exists, or whose answer is not made of real numbers."""

CONSTANT = {
    "full_like": ("fill_value", "ag.stop_gradient(fill_value), or np.broadcast_to(fill_value, shape)"),
    "bincount": ("weights", "ag.scatter_add(weights, x, (length,))"),
    "histogram": ("weights", "np.digitize and ag.scatter_add"),
    "histogram2d": ("weights", "np.digitize and ag.scatter_add"),
    "histogramdd": ("weights", "np.digitize and ag.scatter_add"),
}
"""Functions above with an argument that a gradient would flow to, and what to write for it."""

_SLICES = "call the function on the slices t[i] (iterate over t), and join the answers by ag.stack"
_COPY = "a Tensor is an array already: use it as it is, ag.asarray(t) or t.copy()"
_LOOSE = "what it gives depends on the values of the argument; np.emath has no derivatives; use np.{}"
_GRID = "write start + (stop - start) * np.linspace(0, 1, num), whose gradient flows to both ends"
_POLYNOMIAL = "write it with np.convolve and sums of coefficients"
_POWERS_GRID = "write np.exp or base ** of start + (stop - start) * np.linspace(0, 1, num), with exponents as ends"
_OBJECTS = "calls a Python function on one number after another; write it in NumPy's functions of whole arrays"

_REASONS: dict[str, str] = {
    "apply_along_axis apply_over_axes": _SLICES,
    "array asarray asanyarray ascontiguousarray asfortranarray asarray_chkfinite require": _COPY,
    "asmatrix bmat": "np.matrix carries no gradients; use arrays of two axes, and np.block",
    "lib.stride_tricks.as_strided": "elements that share memory would each get a part of the gradient; "
    "use np.lib.stride_tricks.sliding_window_view",
    "linspace": _GRID,
    "logspace geomspace": _POWERS_GRID,
    "arange": "how many numbers it gives depends on the values; use a fixed number, as start + step * np.arange(n)",
    "i0": "use ag.special.i0(t)",
    "full": "use np.broadcast_to(t, shape)",
    "poly polyadd polysub polymul polydiv polyder polyint": _POLYNOMIAL,
    "polyfit": "use np.linalg.lstsq(np.vander(x, deg + 1), y)[0]",
    "roots": "use np.linalg.eigvals of the companion matrix",
    "frompyfunc vectorize": _OBJECTS,
    **{f"emath.{name}": _LOOSE.format(name) for name in ["sqrt", "log", "log2", "log10", "power", "arccos", "arcsin"]},
    "emath.arctanh": _LOOSE.format("arctanh"),
    "emath.logn": _LOOSE.format("log"),
}

REFUSED: dict[Function, str] = {
    function: reason
    for names, reason in _REASONS.items()
    for name in names.split()
    if (function := find(name)) is not None
}
"""From a function that no gradient flows through to what to do instead."""

NO_ARRAYS = _found(
    """
    ones zeros empty eye identity tri indices fromfunction diag_indices tril_indices triu_indices mask_indices
    broadcast_shapes bartlett blackman hamming hanning kaiser
    frombuffer fromfile fromiter fromstring fromregex from_dlpack genfromtxt loadtxt load
    base_repr binary_repr format_float_positional format_float_scientific typename info iterable isscalar isfortran
    isdtype issubdtype promote_types mintypecode nested_iters
    busday_count busday_offset is_busday datetime_as_string datetime_data
    geterr geterrcall getbufsize get_include get_printoptions printoptions set_printoptions setbufsize seterr
    seterrcall show_config show_runtime test
    """
)
"""Functions that make arrays of numbers, or are about something else than arrays of numbers."""
