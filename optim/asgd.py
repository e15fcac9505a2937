"""ASGD: gradient descent with a shrinking step, and beside it the average of where it has been.

    g ← g + λ θ + α sign(θ)              weight_decay λ, l1 α
    θ ← (1 - Λ ηₜ) θ - ηₜ g              lambd Λ
    a ← a + μₜ (θ - a)                   the average, kept in the state as "ax"
    ηₜ₊₁ = lr / (1 + Λ lr t)^κ           alpha κ; η₁ = lr
    μₜ₊₁ = 1 / max(1, t - t₀)            the average begins at step t₀; μ₁ = 1

Polyak and Juditsky, "Acceleration of stochastic approximation by averaging", SIAM Journal on Control and
Optimization 30, 1992; the schedule of η: Bottou, "Large-scale machine learning with stochastic gradient
descent", COMPSTAT 2010.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Unpack

import numpy as np

from .declaration import Common
from .flat import Array
from .groups import Params
from .optimizer import Optimizer
from .options import Check, finite, flag, not_negative
from .penalty import penalized


class ASGD(Optimizer):
    """Averaged stochastic gradient descent; the equations are at the top of this file.

    The parameters are where the last step led; their average is `optimizer.state[p]["ax"]`.

    Args:
        params: the Tensors to train: an iterable of them, of (name, Tensor) pairs, or of dicts, one per
            group, with "params" and the options that differ from those given here.
        lr: the first step size.
        lambd: Λ, how fast the step size shrinks, and a decay of the parameters.
        alpha: κ, the power with which it shrinks.
        t0: t₀, the step at which averaging begins; until then "ax" follows the parameters.
        weight_decay: λ, the weight of an L2 penalty.
        l1: α, the weight of an L1 penalty.
        maximize: go up instead of down.
        common: regularization and constraints, objects of `optim.regularization` and `optim.constraints`.

    Raises:
        TypeError, ValueError: an argument is not what it should be; the message names it.

    >>> import autograd_lite as ag
    >>> w = ag.Tensor([3.0, -1.0], requires_grad=True)
    >>> optimizer = ag.optim.ASGD([w], lr=0.25, lambd=0.0, t0=0)
    >>> for _ in range(2):
    ...     optimizer.zero_grad()
    ...     (w * w).sum().backward()
    ...     optimizer.step()
    >>> w.data, optimizer.state[w]["ax"]
    (array([ 0.75, -0.25], dtype=float32), array([ 0.75, -0.25], dtype=float32))
    """

    _checks: ClassVar[dict[str, Check]] = {
        "lr": not_negative,
        "lambd": not_negative,
        "alpha": finite,
        "t0": finite,
        "weight_decay": not_negative,
        "l1": not_negative,
        "maximize": flag,
    }

    def __init__(
        self,
        params: Params,
        lr: float = 1e-2,
        lambd: float = 1e-4,
        alpha: float = 0.75,
        t0: float = 1e6,
        weight_decay: float = 0.0,
        *,
        l1: float = 0.0,
        maximize: bool = False,
        **common: Unpack[Common],
    ) -> None:
        super().__init__(params, {
            "lr": lr, "lambd": lambd, "alpha": alpha, "t0": t0, "weight_decay": weight_decay,
            "l1": l1, "maximize": maximize,
        }, **common)  # fmt: skip

    def _state_names(self, o: Mapping[str, Any]) -> tuple[str, ...]:
        return ("ax",)

    def _first_numbers(self, o: Mapping[str, Any]) -> dict[str, float]:
        return {"eta": o["lr"], "mu": 1.0}

    def _next_numbers(self, step: int, o: Mapping[str, Any]) -> dict[str, float]:
        return {
            "eta": o["lr"] / (1.0 + o["lambd"] * o["lr"] * step) ** o["alpha"],
            "mu": 1.0 / max(1.0, step - o["t0"]),
        }

    def _update(
        self,
        p: Array,
        g: Array,
        state: Sequence[Array],
        scratch: Sequence[Array],
        step: int,
        o: Mapping[str, Any],
    ) -> None:
        s, t = scratch
        (ax,) = state
        g = penalized(p, g, s, t, o)
        p *= 1.0 - o["lambd"] * o["eta"]
        np.multiply(g, o["eta"], t)
        p -= t
        if o["mu"] == 1.0:
            ax[...] = p
        else:
            np.subtract(p, ax, t)
            t *= o["mu"]
            ax += t
