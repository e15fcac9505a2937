"""NAdam: Adam with Nesterov's momentum, which looks one step ahead along the running mean.

    g ← g + λ θ + α sign(θ)              weight_decay λ, l1 α
    μₜ = β₁ (1 - 0.96^(t ψ) / 2)         momentum_decay ψ;  Πₜ = μ₁ μ₂ ... μₜ
    m ← β₁ m + (1 - β₁) g
    v ← β₂ v + (1 - β₂) g²
    m̂ = μₜ₊₁ m / (1 - Πₜ₊₁) + (1 - μₜ) g / (1 - Πₜ)
    θ ← θ - lr · m̂ / (√(v / (1 - β₂ᵗ)) + ε)

With `decoupled_weight_decay` the penalties act on θ itself, as in AdamW:  θ ← θ - lr λ θ - lr α sign(θ).

Dozat, "Incorporating Nesterov momentum into Adam", ICLR workshop 2016,
https://openreview.net/forum?id=OM0jvwB8jIp57ZJjtNEZ.
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


class NAdam(Optimizer):
    """Adam with Nesterov momentum; the equations are at the top of this file.

    Args:
        params: the Tensors to train: an iterable of them, of (name, Tensor) pairs, or of dicts, one per
            group, with "params" and the options that differ from those given here.
        lr: about the size of a step, in each number.
        betas: (β₁, β₂), how much of the running means of gradient and squared gradient is kept.
        eps: ε, keeps the division from exploding where gradients are tiny.
        weight_decay: λ, the weight of an L2 penalty.
        momentum_decay: ψ, how fast the momentum grows from β₁ / 2 to β₁.
        decoupled_weight_decay: let the penalties act on the parameters and not on the gradient.
        l1: α, the weight of an L1 penalty.
        maximize: go up instead of down.
        common: regularization and constraints, objects of `optim.regularization` and `optim.constraints`.

    Raises:
        TypeError, ValueError: an argument is not what it should be; the message names it.

    >>> import autograd_lite as ag
    >>> w = ag.Tensor([3.0, -1.0], requires_grad=True)
    >>> optimizer = ag.optim.NAdam([w], lr=0.5)
    >>> for _ in range(3):
    ...     optimizer.zero_grad()
    ...     (w * w).sum().backward()
    ...     optimizer.step()
    >>> w.data.round(2)
    array([ 1.8 , -0.07], dtype=float32)
    """

    _checks: ClassVar[dict[str, Check]] = {
        "lr": not_negative,
        "betas": decay_rates,
        "eps": not_negative,
        "weight_decay": not_negative,
        "momentum_decay": not_negative,
        "decoupled_weight_decay": flag,
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
        momentum_decay: float = 4e-3,
        decoupled_weight_decay: bool = False,
        *,
        l1: float = 0.0,
        maximize: bool = False,
        **common: Unpack[Common],
    ) -> None:
        super().__init__(params, {
            "lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "momentum_decay": momentum_decay,
            "decoupled_weight_decay": decoupled_weight_decay, "l1": l1, "maximize": maximize,
        }, **common)  # fmt: skip

    def _state_names(self, o: Mapping[str, Any]) -> tuple[str, ...]:
        return ("exp_avg", "exp_avg_sq")

    def _first_numbers(self, o: Mapping[str, Any]) -> dict[str, float]:
        return {"mu_product": 1.0}

    def _next_numbers(self, step: int, o: Mapping[str, Any]) -> dict[str, float]:
        return {"mu_product": o["mu_product"] * _momentum(step, o)}

    def _update(
        self, p: Array, g: Array, state: Sequence[Array], scratch: Sequence[Array], step: int, o: Mapping[str, Any]
    ) -> None:
        s, t = scratch
        m, v = state
        beta2 = o["betas"][1]
        g = regularized(p, g, s, t, o)
        keep_means(m, v, g, t, o["betas"])

        # g / (√v / c + ε) = c g / (√v + c ε) with c = √(1 - β₂ᵗ)
        c = math.sqrt(1.0 - beta2**step)
        np.sqrt(v, t)
        t += c * o["eps"]

        mu, mu_next = _momentum(step, o), _momentum(step + 1, o)
        product = o["mu_product"] * mu
        np.divide(g, t, s)
        s *= c * o["lr"] * (1.0 - mu) / (1.0 - product)
        p -= s
        np.divide(m, t, s)
        s *= c * o["lr"] * mu_next / (1.0 - product * mu_next)
        p -= s


def _momentum(step: int, o: Mapping[str, Any]) -> float:
    beta1, decay = o["betas"][0], o["momentum_decay"]
    return float(beta1 * (1.0 - 0.5 * 0.96 ** (step * decay)))
