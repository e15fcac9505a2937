"""Cutting arrays apart; the transpose joins the pieces."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from ..primitive import linear
from .implementing import implements
from .indexing import as_index
from .words import axis_in

__all__ = ["array_split", "dsplit", "hsplit", "split", "unstack", "vsplit"]


def _unstack(x: Any, axis: int = 0) -> list[Any]:
    return list(np.moveaxis(x, axis, 0))


def _split(x: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    return np.split(x, indices_or_sections, axis=axis)


_unstack.__name__ = "unstack"
_split.__name__ = "split"
_split_primitive = linear(
    _split,
    lambda gs, _ans, _x, indices_or_sections, axis=0: np.concatenate(gs, axis=axis),
    many=True,
    math="dA, dB, ... = the pieces of dX;  X̄ = [Ā, B̄, ...]",
)
_unstack_primitive = linear(
    _unstack,
    lambda gs, _ans, _x, axis=0: np.stack(gs, axis=axis),
    many=True,
    math="dA, dB, ... = the slices of dX;  X̄ = [Ā, B̄, ...]",
)


def unstack(x: Any, /, *, axis: int = 0) -> tuple[Any, ...]:
    """The slices of x along an axis, without that axis."""
    return tuple(_unstack_primitive(x, axis=axis))


implements(np.unstack)(unstack)


@implements(np.split)
def split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    """Pieces of an array along an axis: so many equal ones, or cut before each of some places.

    Places must not decrease.  Raises ValueError if the axis cannot be cut into that many equal parts; `array_split`
    then makes the first ones longer by 1.
    """
    return _pieces(ary, as_index(indices_or_sections), axis)


@implements(np.array_split)
def array_split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    """The same as `split`, but a number of pieces need not divide the length: the first ones are then longer by 1."""
    sections = as_index(indices_or_sections)
    if np.ndim(sections) == 0:
        count = int(sections)
        if count <= 0:
            raise ValueError(f"array_split: the number of pieces must be at least 1, not {count}")
        each, more = divmod(ary.shape[axis_in(axis, ary.ndim)], count)
        sections = [i * each + min(i, more) for i in range(1, count)]
    return _pieces(ary, sections, axis)


@implements(np.hsplit)
def hsplit(ary: Any, indices_or_sections: Any) -> list[Any]:
    """`split` along the second axis, or the first if there is one only."""
    return _family(ary, indices_or_sections, "hsplit", 1, 1 if ary.ndim > 1 else 0)


@implements(np.vsplit)
def vsplit(ary: Any, indices_or_sections: Any) -> list[Any]:
    """`split` along the first axis, of at least two."""
    return _family(ary, indices_or_sections, "vsplit", 2, 0)


@implements(np.dsplit)
def dsplit(ary: Any, indices_or_sections: Any) -> list[Any]:
    """`split` along the third axis."""
    return _family(ary, indices_or_sections, "dsplit", 3, 2)


def _family(ary: Any, sections: Any, name: str, ndim: int, axis: int) -> list[Any]:
    if ary.ndim < ndim:
        raise ValueError(f"{name}: an array of at least {ndim} axes is needed, not the shape {ary.shape}; see split")
    return split(ary, sections, axis)


def _pieces(ary: Any, sections: Any, axis: int) -> list[Any]:
    """Pieces by the primitive if they lie side by side; places that go back or repeat elements are slices each."""
    if np.ndim(sections) and len(sections):
        n = ary.shape[axis_in(axis, ary.ndim)]
        ends = [range(n)[slice(0, int(end))].stop for end in sections]
        if any(a > b for a, b in zip(ends, [*ends[1:], n], strict=True)):
            places = [0, *(int(end) for end in sections), n]
            along = (slice(None),) * (axis % ary.ndim)
            return [ary[(*along, slice(start, end))] for start, end in pairwise(places)]
    return _split_primitive(ary, sections, axis=axis)  # type: ignore[no-any-return]
