"""Adamax: Adam with the largest recent gradient in the place of the root mean square.

    g ← g + λ θ + α sign(θ)              weight_decay λ, l1 α
    m ← β₁ m + (1 - β₁) g
    u ← max(β₂ u, |g| + ε)
    θ ← θ - lr · m / (1 - β₁ᵗ) / u

Kingma and Ba, "Adam: a method for stochastic optimization", section 7.1, ICLR 2015,
https://arxiv.org/abs/1412.6980.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Unpack

import numpy as np

from .declaration import Common
from .flat import Array
from .groups import Params
from .optimizer import Optimizer
from .options import Check, decay_rates, flag, not_negative
from .penalty import penalized


class Adamax(Optimizer):
    """Adamax; the equations are at the top of this file.

    Args:
        params: the Tensors to train: an iterable of them, of (name, Tensor) pairs, or of dicts, one per
            group, with "params" and the options that differ from those given here.
        lr: about the size of a step, in each number.
        betas: (β₁, β₂), how much of the running mean is kept, and how fast a large gradient is forgotten.
        eps: ε, keeps the division from exploding where gradients are tiny.
        weight_decay: λ, the weight of an L2 penalty in the gradient.
        l1: α, the weight of an L1 penalty in the gradient.
        maximize: go up instead of down.
        common: regularization and constraints, objects of `optim.regularization` and `optim.constraints`.

    Raises:
        TypeError, ValueError: an argument is not what it should be; the message names it.

    >>> import autograd_lite as ag
    >>> w = ag.Tensor([3.0, -1.0], requires_grad=True)
    >>> optimizer = ag.optim.Adamax([w], lr=0.5)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w.data.round(4)
    array([ 2.5, -0.5], dtype=float32)
    """

    _checks: ClassVar[dict[str, Check]] = {
        "lr": not_negative,
        "betas": decay_rates,
        "eps": not_negative,
        "weight_decay": not_negative,
        "l1": not_negative,
        "maximize": flag,
    }

    def __init__(
        self,
        params: Params,
        lr: float = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        *,
        l1: float = 0.0,
        maximize: bool = False,
        **common: Unpack[Common],
    ) -> None:
        super().__init__(params, {
            "lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "l1": l1, "maximize": maximize,
        }, **common)  # fmt: skip

    def _state_names(self, o: Mapping[str, Any]) -> tuple[str, ...]:
        return ("exp_avg", "exp_inf")

    def _update(
        self, p: Array, g: Array, state: Sequence[Array], scratch: Sequence[Array], step: int, o: Mapping[str, Any]
    ) -> None:
        s, t = scratch
        m, u = state
        beta1, beta2 = o["betas"]
        g = penalized(p, g, s, t, o)

        m *= beta1
        np.multiply(g, 1.0 - beta1, t)
        m += t

        u *= beta2
        np.abs(g, t)
        t += o["eps"]
        np.maximum(u, t, out=u)

        np.divide(m, u, t)
        t *= o["lr"] / (1.0 - beta1**step)
        p -= t
