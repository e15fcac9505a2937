"""Adam: a step size per number, from running means of the gradient and of its square.

    g ← g + λ θ + α sign(θ)              weight_decay λ, l1 α
    m ← β₁ m + (1 - β₁) g
    v ← β₂ v + (1 - β₂) g²
    v̂ = v / (1 - β₂ᵗ)                    amsgrad: of the largest v so far
    θ ← θ - lr · m / (1 - β₁ᵗ) / (√v̂ + ε)

Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015, https://arxiv.org/abs/1412.6980;
amsgrad: Reddi et al., "On the convergence of Adam and beyond", ICLR 2018, https://arxiv.org/abs/1904.09237.
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


class Adam(Optimizer):
    """Adam; the equations are at the top of this file.

    Args:
        params: the Tensors to train: an iterable of them, of (name, Tensor) pairs, or of dicts, one per
            group, with "params" and the options that differ from those given here.
        lr: about the size of a step, in each number.
        betas: (β₁, β₂), how much of the running means of gradient and squared gradient is kept.
        eps: ε, keeps the division from exploding where gradients are tiny.
        weight_decay: λ, the weight of an L2 penalty in the gradient (for decay apart from it: `AdamW`).
        amsgrad: divide by the largest mean square so far, so that no step size ever grows again.
        l1: α, the weight of an L1 penalty in the gradient.
        maximize: go up instead of down.
        decoupled_weight_decay: let the penalties act on the parameters and not on the gradient, as in `AdamW`.
        common: regularization and constraints, objects of `optim.regularization` and `optim.constraints`.

    Raises:
        TypeError, ValueError: an argument is not what it should be; the message names it.

    >>> import autograd_lite as ag
    >>> w = ag.Tensor([3.0, -1.0], requires_grad=True)
    >>> optimizer = ag.optim.Adam([w], lr=0.5)
    >>> for _ in range(2):
    ...     optimizer.zero_grad()
    ...     (w * w).sum().backward()
    ...     optimizer.step()
    >>> w.data.round(2)
    array([ 2.  , -0.03], dtype=float32)
    """

    _checks: ClassVar[dict[str, Check]] = {
        "lr": not_negative,
        "betas": decay_rates,
        "eps": not_negative,
        "weight_decay": not_negative,
        "amsgrad": flag,
        "l1": not_negative,
        "maximize": flag,
        "decoupled_weight_decay": flag,
    }

    def __init__(
        self,
        params: Params,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        amsgrad: bool = False,
        *,
        l1: float = 0.0,
        maximize: bool = False,
        decoupled_weight_decay: bool = False,
        **common: Unpack[Common],
    ) -> None:
        super().__init__(params, {
            "lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "amsgrad": amsgrad,
            "l1": l1, "maximize": maximize, "decoupled_weight_decay": decoupled_weight_decay,
        }, **common)  # fmt: skip

    def _state_names(self, o: Mapping[str, Any]) -> tuple[str, ...]:
        return ("exp_avg", "exp_avg_sq", "max_exp_avg_sq") if o["amsgrad"] else ("exp_avg", "exp_avg_sq")

    def _update(
        self, p: Array, g: Array, state: Sequence[Array], scratch: Sequence[Array], step: int, o: Mapping[str, Any]
    ) -> None:
        s, t = scratch
        m, v = state[:2]
        beta1, beta2 = o["betas"]
        g = regularized(p, g, s, t, o)
        keep_means(m, v, g, t, o["betas"])
        if o["amsgrad"]:
            v = np.maximum(state[2], v, out=state[2])

        # m / (√v / c + ε) = c m / (√v + c ε) with c = √(1 - β₂ᵗ): c joins the step size, a number
        c = math.sqrt(1.0 - beta2**step)
        np.sqrt(v, t)
        t += c * o["eps"]
        np.divide(m, t, t)
        t *= c * o["lr"] / (1.0 - beta1**step)
        p -= t
