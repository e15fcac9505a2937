"""Rprop: only the sign of the gradient counts; each number has a step size that grows until the sign flips.

    s ← η₊ s   where g has the sign of the last one       etas (η₋, η₊); s = lr at first
    s ← η₋ s   where it has the other, and there g ← 0
    s ← s held between the step_sizes (smallest, largest)
    θ ← θ - s sign(g)

It asks for gradients of the whole data: between batches signs flip by chance.

Riedmiller and Braun, "A direct adaptive method for faster backpropagation learning: the RPROP algorithm", IEEE
International Conference on Neural Networks, 1993.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Unpack

import numpy as np

from .declaration import Common
from .flat import Array
from .groups import Params
from .optimizer import Optimizer
from .options import Check, flag, not_negative, pair


def _factors(name: str, value: Any) -> tuple[float, float]:
    wanted = "two numbers, the first between 0 and 1, the second above 1"
    return pair(name, value, wanted, lambda down, up: 0.0 < down < 1.0 < up < float("inf"))


def _limits(name: str, value: Any) -> tuple[float, float]:
    wanted = "the smallest step size and the largest, the first >= 0 and not above the second"
    return pair(name, value, wanted, lambda smallest, largest: 0.0 <= smallest <= largest)


class Rprop(Optimizer):
    """Resilient backpropagation; the equations are at the top of this file.

    Args:
        params: the Tensors to train: an iterable of them, of (name, Tensor) pairs, or of dicts, one per
            group, with "params" and the options that differ from those given here.
        lr: the step size of each number at first.
        etas: (η₋, η₊), by which step sizes shrink and grow.
        step_sizes: the smallest and the largest step size.
        maximize: go up instead of down.
        common: regularization and constraints, objects of `optim.regularization` and `optim.constraints`.

    Raises:
        TypeError, ValueError: an argument is not what it should be; the message names it.

    >>> import autograd_lite as ag
    >>> w = ag.Tensor([3.0, -0.5], requires_grad=True)
    >>> optimizer = ag.optim.Rprop([w], lr=1.0, etas=(0.5, 1.25))
    >>> for _ in range(2):
    ...     optimizer.zero_grad()
    ...     (w * w).sum().backward()
    ...     optimizer.step()
    >>> w.data                                            # 3 - 1 - 1.25; -0.5 + 1, where the sign has flipped
    array([0.75, 0.5 ], dtype=float32)
    """

    _checks: ClassVar[dict[str, Check]] = {
        "lr": not_negative,
        "etas": _factors,
        "step_sizes": _limits,
        "maximize": flag,
    }

    def __init__(
        self,
        params: Params,
        lr: float = 1e-2,
        etas: tuple[float, float] = (0.5, 1.2),
        step_sizes: tuple[float, float] = (1e-6, 50.0),
        *,
        maximize: bool = False,
        **common: Unpack[Common],
    ) -> None:
        super().__init__(params, {"lr": lr, "etas": etas, "step_sizes": step_sizes, "maximize": maximize}, **common)

    def _state_names(self, o: Mapping[str, Any]) -> tuple[str, ...]:
        return ("prev", "step_size")

    def _update(
        self, p: Array, g: Array, state: Sequence[Array], scratch: Sequence[Array], step: int, o: Mapping[str, Any]
    ) -> None:
        t = scratch[1]
        prev, sizes = state
        if step == 1:
            sizes[...] = o["lr"]
        shrink, grow = o["etas"]

        np.multiply(g, prev, t)
        if o["maximize"]:  # `prev` is of what is minimised
            np.negative(t, t)
            np.negative(g, prev)
        else:
            prev[...] = g
        flipped = t < 0.0
        np.multiply(sizes, grow, sizes, where=t > 0.0)
        np.multiply(sizes, shrink, sizes, where=flipped)
        np.clip(sizes, *o["step_sizes"], out=sizes)
        prev[flipped] = 0.0
        np.sign(prev, t)
        t *= sizes
        p -= t
