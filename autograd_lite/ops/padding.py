"""np.pad in all its modes.

NumPy pads one axis after the other.  Along an axis each element of the answer is, in all modes but the statistics,

    y_p = s_p x_i(p) + a_p x_first + b_p x_last + c_p value

so the transpose goes through the axes backward and adds what stands in the margins to the elements it was made of
(`fold`), and to the values (`fold_values`).  Reflections of type "odd" fit in: they keep constants, and an array
that grows by 1 at each step shows b.  The statistics (mean, maximum, ...) are in
`padding_statistics`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ..primitive import Primitive, Traced, general, linear
from .implementing import implements
from .joining import joined
from .padding_statistics import Lengths, Widths, pad_statistics
from .repeating import broadcast_to

__all__ = ["pad"]

_STATISTICS = ("maximum", "mean", "median", "minimum")
_KEYWORDS = {
    "constant": "constant_values",
    "linear_ramp": "end_values",
    "reflect": "reflect_type",
    "symmetric": "reflect_type",
}
_KEYWORDS |= dict.fromkeys(_STATISTICS, "stat_length") | dict.fromkeys(("edge", "empty", "wrap"), "")


def _pad(x: Any, values: Any, widths: Widths, mode: str, odd: bool = False) -> Any:
    if not widths:
        return np.array(x)
    if mode in ("constant", "linear_ramp"):
        return np.pad(x, widths, mode, **{_KEYWORDS[mode]: values})  # type: ignore[call-overload]
    if mode in ("reflect", "symmetric"):
        return np.pad(x, widths, mode, reflect_type="odd" if odd else "even")  # type: ignore[call-overload]
    return np.pad(x, widths, mode)  # type: ignore[call-overload]


def _margins(g: Any, widths: Widths, mode: str, odd: bool) -> Iterator[tuple[int, Any, Any, Any]]:
    """Fold g, in place, axis after axis; gives before each its number, its margins, and what lies between."""
    for axis, (left, right) in reversed(list(enumerate(widths))):
        view = np.moveaxis(g, axis, 0)
        end = view.shape[0] - right
        before, core, after = view[:left], view[left:end], view[end:]
        yield axis, before, core, after
        if left + right and core.size:
            _add_margins(before, core, after, mode, odd)
        g = g[(slice(None),) * axis + (slice(left, end),)]


def _add_margins(before: Any, core: Any, after: Any, mode: str, odd: bool) -> None:
    """Add what stands in the margins to those elements of the core that it was made of."""
    left, n, right = len(before), len(core), len(after)
    if mode == "edge":
        core[0] += before.sum(axis=0)
        core[-1] += after.sum(axis=0)
    elif mode == "linear_ramp":
        core[0] += np.tensordot(_ramp(left, core.dtype), before, 1)
        core[-1] += np.tensordot(_ramp(right, core.dtype)[::-1], after, 1)
    elif mode in ("reflect", "symmetric", "wrap"):
        places = np.pad(np.arange(n), (left, right), mode)  # type: ignore[call-overload]
        if odd:
            signs, firsts, lasts = _odd(places, left, right, n, mode, core.dtype)
            along = (-1, *[1] * (core.ndim - 1))
            for margin, part in ((before, slice(0, left)), (after, slice(left + n, None))):
                core[0] += np.tensordot(firsts[part], margin, 1)
                core[-1] += np.tensordot(lasts[part], margin, 1)
                margin *= signs[part].reshape(along)
        _add_runs(core, before, places[:left])
        _add_runs(core, after, places[left + n :])


def _ramp(width: int, dtype: Any) -> Any:
    """What part of the edge is in each element of the margin before it; the rest is the end value."""
    return (np.arange(width) / max(width, 1)).astype(dtype)


def _odd(places: Any, left: int, right: int, n: int, mode: str, dtype: Any) -> tuple[Any, Any, Any]:
    """The coefficients s, a, b of an odd reflection."""
    steps = np.diff(places)
    before, after = np.append(0, steps), np.append(steps, 0)
    signs = np.where(before != 0, before, after)  # backward between an odd number of reflections and the next
    grown = np.pad(np.arange(n), (left, right), mode, reflect_type="odd")  # type: ignore[call-overload]
    lasts = (grown - signs * places) / max(n - 1, 1)
    return signs.astype(dtype), (1 - signs - lasts).astype(dtype), lasts.astype(dtype)


def _add_runs(core: Any, margin: Any, places: Any) -> None:
    """core[places] += margin, run by run: along each, places go steadily up or down, or stand still."""
    steps = np.diff(places)
    turning = np.abs(steps) > 1
    turning[1:] |= steps[1:] != steps[:-1]
    turns = np.flatnonzero(turning) + 1
    for start, end in zip([0, *turns], [*turns, len(places)], strict=True):
        run = margin[start:end]
        if len(run):
            low, high = sorted((places[start], places[end - 1]))
            if low == high:
                core[low] += run.sum(axis=0)
            else:
                core[low : high + 1] += run if places[start] == low else run[::-1]


def _fold(g: Any, widths: Widths, mode: str, odd: bool = False) -> Any:
    if mode not in ("constant", "empty"):
        g = np.array(g)
        for _ in _margins(g, widths, mode, odd):
            pass
    return g[tuple(slice(left, n - right) for (left, right), n in zip(widths, g.shape, strict=True))]


def _fold_values(g: Any, widths: Widths, mode: str) -> Any:
    into = np.zeros((len(widths), 2), g.dtype)
    g = g if mode == "constant" else np.array(g)
    for axis, before, _, after in _margins(g, widths, mode, False):
        if mode == "constant":
            into[axis] = before.sum(), after.sum()
        else:
            into[axis, 0] = np.tensordot(1 - _ramp(len(before), g.dtype), before, 1).sum()
            into[axis, 1] = np.tensordot(1 - _ramp(len(after), g.dtype)[::-1], after, 1).sum()
    return into


def _inner(shape: tuple[int, ...], widths: Widths) -> tuple[int, ...]:
    return tuple(n - left - right for n, (left, right) in zip(shape, widths, strict=True))


def _known(mode: str) -> str:
    """Tangents have zeros where `empty` leaves anything."""
    return "constant" if mode == "empty" else mode


_fold.__name__ = "fold"
_fold_values.__name__ = "fold_values"
_pad_primitive: Primitive = general(
    np.pad,
    vjps=(
        lambda g, _ans, _x, _values, widths, mode, odd=False: fold(g, widths, mode, odd),
        lambda g, _ans, _x, _values, widths, mode, odd=False: fold_values(g, widths, mode),
    ),
    jvps=(
        lambda v, _ans, _x, _values, widths, mode, odd=False: _pad_primitive(v, 0.0, widths, _known(mode), odd),
        lambda v, _ans, x, _values, widths, mode, odd=False: _pad_primitive(
            np.zeros(x.shape, v.dtype), v, widths, mode
        ),
    ),
    raw=_pad,
    math="dy = s dxᵢ + a dx_first + b dx_last + c dv along each axis, with v the value;  "
    "X̄ = Ȳ with its margins folded onto it",
)
fold: Primitive = linear(
    _fold,
    lambda g, _ans, _y, widths, mode, odd=False: _pad_primitive(g, 0.0, widths, _known(mode), odd),
    math="the transpose of pad in its array",
)
fold_values: Primitive = linear(
    _fold_values,
    lambda g, _ans, _y, widths, mode: _pad_primitive(np.zeros(_inner(_y.shape, widths), _y.dtype), g, widths, mode),
    math="the transpose of pad in its values",
)


@implements(np.pad)
def pad(array: Any, pad_width: Any, mode: str = "constant", **kwargs: Any) -> Any:
    """An array with margins, of `pad_width` elements before and after each axis.

    Args:
        pad_width: a number, a pair (before, after), a pair for each axis, or a dict from axes to numbers or pairs.
        mode: what stands in the margins: "constant", "edge", "linear_ramp", "reflect", "symmetric", "wrap", "maximum",
            "mean", "median", "minimum", or "empty" (anything; no gradient comes from there).
        constant_values, end_values: of "constant" and "linear_ramp": a number, a pair, or a pair for each axis, of
            which a Tensor receives its gradient too.
        reflect_type: "even", or "odd": twice the edge minus what is reflected.
        stat_length: of how many elements next to a margin the statistic is taken: None (all), a number or pairs.

    Raises:
        TypeError: `mode` is a function, or widths are no integers.
        ValueError: widths are negative or not as many as axes, the mode is unknown or does not take an argument
            given, or an axis without elements would have to be continued.

    >>> import numpy as np, autograd_lite as ag
    >>> np.pad(ag.Tensor([1.0, 2.0, 4.0]), (1, 2), mode="reflect", reflect_type="odd")
    Tensor([0., 1., 2., 4., 6., 7.], dtype=float32)
    """
    if callable(mode):
        raise TypeError(
            "pad: a function as mode writes into arrays, which no gradient follows; build margins with concat"
        )
    if mode not in _KEYWORDS:
        raise ValueError(f"pad: there is no mode {mode!r}; there are {', '.join(sorted(_KEYWORDS))}")
    unknown = set(kwargs) - {_KEYWORDS[mode]}
    if unknown:
        raise ValueError(
            f"pad: mode {mode!r} takes {_KEYWORDS[mode] or 'no arguments'}, not {', '.join(sorted(unknown))}"
        )
    array = array if hasattr(array, "shape") else np.asarray(array)
    widths = _widths(pad_width, array.ndim)
    if not widths:
        return np.copy(array)
    given = kwargs.get(_KEYWORDS[mode])
    if mode not in ("constant", "empty"):
        for axis, pair in enumerate(widths):
            if any(pair) and array.shape[axis] == 0:
                raise ValueError(f"pad: axis {axis} has no elements, and only 'constant' and 'empty' can continue that")
    if mode in _STATISTICS:
        return pad_statistics(array, widths, mode, _lengths(given, array.shape))
    if mode in ("reflect", "symmetric"):
        if given not in (None, "even", "odd"):
            raise ValueError(f'pad: reflect_type is "even" or "odd", not {given!r}')
        return _pad_primitive(array, 0.0, widths, mode, given == "odd")
    values = 0.0 if given is None else joined(given)
    if isinstance(values, (Traced, np.ndarray)):
        values = broadcast_to(values, (array.ndim, 2))
    return _pad_primitive(array, values, widths, mode)


def _pairs(given: Any, ndim: int, name: str) -> list[tuple[Any, Any]]:
    """A pair for each axis."""
    if given is None or isinstance(given, int):
        return [(given, given)] * ndim
    try:
        return [(before, after) for before, after in np.broadcast_to(np.asarray(given), (ndim, 2)).tolist()]
    except ValueError:
        raise ValueError(
            f"pad: {name} is a number, a pair, or a pair for each of the {ndim} axes, not {given!r}"
        ) from None


def _widths(given: Any, ndim: int) -> Widths:
    if isinstance(given, dict):
        wide: list[Any] = [(0, 0)] * ndim
        for axis, pair in given.items():
            wide[axis] = pair if isinstance(pair, tuple) else (pair, pair)
        given = wide
    if not isinstance(given, int) and ndim and np.asarray(given).dtype.kind not in "iu":
        raise TypeError(f"pad: pad_width must be of integers, not {given!r}")
    pairs = _pairs(given, ndim, "pad_width")
    if any(width < 0 for pair in pairs for width in pair):
        raise ValueError(f"pad: pad_width cannot be negative: {given!r}; cut the array with slices")
    return tuple(pairs)


def _lengths(given: Any, shape: tuple[int, ...]) -> Lengths:
    """Of how many elements before and after each axis the statistic is taken."""
    pairs = _pairs(given, len(shape), "stat_length")
    if any(length is not None and length < 1 for pair in pairs for length in pair):
        raise ValueError(f"pad: a stat_length must be at least 1, not {given!r}")
    return tuple(
        (n if first is None else min(first, n), n if last is None else min(last, n))
        for (first, last), n in zip(pairs, shape, strict=True)
    )
