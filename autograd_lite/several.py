"""Operations that give several arrays: one node for the operation, and one on top of it for each answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .primitive import Primitive, general
from .tape import Node, record, wrap


class StandIn:
    """The shape and dtype of an array that is not kept."""

    __slots__ = ("dtype", "shape")

    def __init__(self, shape: tuple[int, ...], dtype: Any) -> None:
        self.shape = shape
        self.dtype = dtype

    @property
    def ndim(self) -> int:
        return len(self.shape)


class Bundle:
    """The cotangent of an operation with several answers: those that have arrived, by position.

    It has what the sweep asks of a cotangent: addition, a dtype (None, as its node has) and a shape
    (as its node has: a tuple of a StandIn per answer).
    """

    __slots__ = ("parts", "shape")
    dtype = None

    def __init__(self, parts: dict[int, Any], shape: tuple[StandIn, ...]) -> None:
        self.parts = parts
        self.shape = shape

    def __add__(self, other: Bundle) -> Bundle:
        parts = dict(self.parts)
        for i, part in other.parts.items():
            parts[i] = parts[i] + part if i in parts else part
        return Bundle(parts, self.shape)

    def filled(self) -> list[Any]:
        """All the parts, zeros where nothing arrived."""
        return [
            self.parts[i] if i in self.parts else np.zeros(spec.shape, spec.dtype) for i, spec in enumerate(self.shape)
        ]


def output(several: Any, i: int) -> Any:
    """The i-th answer of an operation that gives several."""
    return several[i]


OUTPUT = general(
    output,
    vjps=(lambda g, _ans, _several, *, i: Bundle({i: g}, _several.shape),),
    jvps=(lambda v, _ans, _several, *, i: v[i],),
    math="dy = dXᵢ;  X̄ᵢ = ȳ, 0 for the others",
)


def record_many(
    primitive: Primitive,
    answers: Sequence[Any],
    saved: tuple[Any, ...],
    parents: tuple[Node | None, ...],
    kwargs: dict[str, Any] | None,
) -> list[Any]:
    """A node for the operation as a whole, and one on top of it for each answer."""
    leading = [answer for answer in answers if answer.dtype.kind in "fc"]
    whole = record(primitive, leading[0], saved, parents, kwargs)._node if leading else None
    if whole is None:
        return [wrap(answer, None) for answer in answers]
    whole.shape = tuple(StandIn(answer.shape, answer.dtype) for answer in answers)
    whole.dtype = None
    return [pick(whole, i, answer) for i, answer in enumerate(answers)]


def pick(whole: Node, i: int, answer: Any) -> Any:
    """The i-th answer of an operation that gives several, as a Tensor."""
    return record(OUTPUT, answer, (None, whole), (whole,), {"i": i})
