"""RAdam: Adam that waits with dividing by the root mean square until that can be trusted.

    g ← g + λ θ + α sign(θ)              weight_decay λ, l1 α
    m ← β₁ m + (1 - β₁) g
    v ← β₂ v + (1 - β₂) g²
    m̂ = m / (1 - β₁ᵗ)
    ρ∞ = 2 / (1 - β₂) - 1;  ρ = ρ∞ - 2 t β₂ᵗ / (1 - β₂ᵗ)      about how many gradients v averages
    r = √((ρ - 4) (ρ - 2) ρ∞ / ((ρ∞ - 4) (ρ∞ - 2) ρ))
    θ ← θ - lr · m̂ · r √(1 - β₂ᵗ) / (√v + ε)   if ρ > 5, else  θ ← θ - lr · m̂

With `decoupled_weight_decay` the penalties act on θ itself, as in AdamW:  θ ← θ - lr λ θ - lr α sign(θ).

Liu et al., "On the variance of the adaptive learning rate and beyond", ICLR 2020,
https://arxiv.org/abs/1908.03265.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Unpack

import numpy as np

from .declaration import Common
from .flat import Array
from .groups import Params
from .moments import keep_means
from .optimizer import Optimizer
from .options import Check, decay_rates, flag, not_negative
from .penalty import regularized


class RAdam(Optimizer):
    """Rectified Adam; the equations are at the top of this file.

    Args:
        params: the Tensors to train: an iterable of them, of (name, Tensor) pairs, or of dicts, one per
            group, with "params" and the options that differ from those given here.
        lr: about the size of a step, in each number.
        betas: (β₁, β₂), how much of the running means of gradient and squared gradient is kept.
        eps: ε, keeps the division from exploding where gradients are tiny.
        weight_decay: λ, the weight of an L2 penalty.
        decoupled_weight_decay: let the penalties act on the parameters and not on the gradient.
        l1: α, the weight of an L1 penalty.
        maximize: go up instead of down.
        common: regularization and constraints, objects of `optim.regularization` and `optim.constraints`.

    Raises:
        TypeError, ValueError: an argument is not what it should be; the message names it.

    >>> import autograd_lite as ag
    >>> w = ag.Tensor([3.0, -1.0], requires_grad=True)
    >>> optimizer = ag.optim.RAdam([w], lr=0.25)
    >>> (w * w).sum().backward()
    >>> optimizer.step()                                  # the first steps are those of SGD with momentum
    >>> w.data
    array([ 1.5, -0.5], dtype=float32)
    """

    _checks: ClassVar[dict[str, Check]] = {
        "lr": not_negative,
        "betas": decay_rates,
        "eps": not_negative,
        "weight_decay": not_negative,
        "decoupled_weight_decay": flag,
        "l1": not_negative,
        "maximize": flag,
    }

    def __init__(
        self,
        params: Params,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        decoupled_weight_decay: bool = False,
        *,
        l1: float = 0.0,
        maximize: bool = False,
        **common: Unpack[Common],
    ) -> None:
        super().__init__(params, {
            "lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay,
            "decoupled_weight_decay": decoupled_weight_decay, "l1": l1, "maximize": maximize,
        }, **common)  # fmt: skip

    def _state_names(self, o: Mapping[str, Any]) -> tuple[str, ...]:
        return ("exp_avg", "exp_avg_sq")

    def _update(
        self, p: Array, g: Array, state: Sequence[Array], scratch: Sequence[Array], step: int, o: Mapping[str, Any]
    ) -> None:
        s, t = scratch
        m, v = state
        beta1, beta2 = o["betas"]
        g = regularized(p, g, s, t, o)
        keep_means(m, v, g, t, o["betas"])

        rate = o["lr"] / (1.0 - beta1**step)
        longest = 2.0 / (1.0 - beta2) - 1.0
        length = longest - 2.0 * step * beta2**step / (1.0 - beta2**step)
        if length > 5.0:
            rate *= math.sqrt(
                (length - 4.0) * (length - 2.0) * longest / ((longest - 4.0) * (longest - 2.0) * length)
            )  # fmt: skip
            rate *= math.sqrt(1.0 - beta2**step)
            np.sqrt(v, t)
            t += o["eps"]
            np.divide(m, t, t)
            t *= rate
        else:
            np.multiply(m, rate, t)
        p -= t
