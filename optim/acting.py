"""How regularizers and constraints are put around an optimizer's own update; `regularizer` says in which order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from .constraint import Constraint
from .places import Array, Place
from .regularizer import Decoupled, InGradient, PerTensor, Proximal, Regularizer


class Regularized:
    """An update rule with regularizers around it, called block by block as the rule itself would be.

    Args:
        rule: `_update` of an optimizer.
        regularizers: of the group.
        size: how far a steady gradient of 1 moves a parameter in a step.
    """

    def __init__(self, rule: Callable[..., None], regularizers: Iterable[Regularizer], size: float) -> None:
        listed = tuple(regularizers)
        self._rule = rule
        self._size = size
        self._in_gradient = [r for r in listed if isinstance(r, InGradient)]
        self._decoupled = [r for r in listed if isinstance(r, Decoupled)]
        self._proximal = [r for r in listed if isinstance(r, Proximal)]
        self._total: Array | None = None

    def __call__(
        self, p: Array, g: Array, state: Sequence[Array], scratch: Sequence[Array], step: int, o: Mapping[str, Any]
    ) -> None:
        # rules that get whole tensors have a scratch of other shapes
        room = scratch[0] if scratch[0].shape == p.shape else np.empty_like(p)
        if self._in_gradient:
            total = self._total
            if total is None or total.size < p.size or total.dtype != g.dtype:
                total = self._total = np.empty(p.size, g.dtype)
            total = total[: p.size].reshape(p.shape)
            total[...] = g
            # a rule that goes up negates what it gets; the penalties are to pull down all the same
            sign = -1.0 if o.get("maximize") else 1.0
            for regularizer in self._in_gradient:
                regularizer.add_gradient(p, total, sign, room)
            g = total
        for decoupled in self._decoupled:
            decoupled.shrink(p, o["lr"], room)
        self._rule(p, g, state, scratch, step, o)
        for proximal in self._proximal:
            proximal.shrink(p, self._size, room)


def settle(
    places: Iterable[Place], regularizers: Iterable[Regularizer], constraints: Sequence[Constraint], size: float
) -> None:
    """After a step: what needs whole parameters, and the constraints last."""
    per_tensor = [r for r in regularizers if isinstance(r, PerTensor)]
    if not per_tensor and not constraints:
        return
    for place in places:
        for regularizer in per_tensor:
            regularizer.shrink(place.view, size)
        for constraint in constraints:
            constraint.enter(place.view)
