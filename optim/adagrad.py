"""Adagrad: a step size per number that shrinks with all the gradients it has seen.

    g ← g + λ θ + α sign(θ)              weight_decay λ, l1 α
    G ← G + g²                           from initial_accumulator_value
    θ ← θ - lr / (1 + (t - 1) δ) · g / (√G + ε)               lr_decay δ

Duchi, Hazan and Singer, "Adaptive subgradient methods for online learning and stochastic optimization",
Journal of Machine Learning Research 12, 2011.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Unpack

import numpy as np

from .declaration import Common
from .flat import Array
from .groups import Params
from .optimizer import Optimizer
from .options import Check, flag, not_negative
from .penalty import penalized


class Adagrad(Optimizer):
    """Adagrad; the equations are at the top of this file.

    Args:
        params: the Tensors to train: an iterable of them, of (name, Tensor) pairs, or of dicts, one per
            group, with "params" and the options that differ from those given here.
        lr: the size of the first step, in each number.
        lr_decay: δ, by which `lr` shrinks from step to step besides.
        weight_decay: λ, the weight of an L2 penalty.
        initial_accumulator_value: what the sum of squares begins with.
        eps: ε, keeps the division from exploding where gradients are tiny.
        l1: α, the weight of an L1 penalty.
        maximize: go up instead of down.
        common: regularization and constraints, objects of `optim.regularization` and `optim.constraints`.

    Raises:
        TypeError, ValueError: an argument is not what it should be; the message names it.

    >>> import autograd_lite as ag
    >>> w = ag.Tensor([3.0, -1.0], requires_grad=True)
    >>> optimizer = ag.optim.Adagrad([w], lr=0.5)
    >>> for _ in range(2):
    ...     optimizer.zero_grad()
    ...     (w * w).sum().backward()
    ...     optimizer.step()
    >>> w.data.round(2)
    array([ 2.18, -0.28], dtype=float32)
    """

    _checks: ClassVar[dict[str, Check]] = {
        "lr": not_negative,
        "lr_decay": not_negative,
        "weight_decay": not_negative,
        "initial_accumulator_value": not_negative,
        "eps": not_negative,
        "l1": not_negative,
        "maximize": flag,
    }
    _earliest_state = 0

    def __init__(
        self,
        params: Params,
        lr: float = 1e-2,
        lr_decay: float = 0.0,
        weight_decay: float = 0.0,
        initial_accumulator_value: float = 0.0,
        eps: float = 1e-10,
        *,
        l1: float = 0.0,
        maximize: bool = False,
        **common: Unpack[Common],
    ) -> None:
        super().__init__(params, {
            "lr": lr, "lr_decay": lr_decay, "weight_decay": weight_decay,
            "initial_accumulator_value": initial_accumulator_value, "eps": eps, "l1": l1, "maximize": maximize,
        }, **common)  # fmt: skip

    def _state_names(self, o: Mapping[str, Any]) -> tuple[str, ...]:
        return ("sum",)

    def _update(
        self, p: Array, g: Array, state: Sequence[Array], scratch: Sequence[Array], step: int, o: Mapping[str, Any]
    ) -> None:
        s, t = scratch
        (total,) = state
        if step == 1:
            total[...] = o["initial_accumulator_value"]
        g = penalized(p, g, s, t, o)
        np.square(g, t)
        total += t
        np.sqrt(total, t)
        t += o["eps"]
        np.divide(g, t, t)
        t *= o["lr"] / (1.0 + (step - 1) * o["lr_decay"])
        p -= t
