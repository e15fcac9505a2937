"""Lion: steps of one size, by the sign of a mean between the gradient and its running mean.

    θ ← θ - lr λ θ - lr α sign(θ)        weight_decay λ, l1 α
    θ ← θ - lr sign(β₁ m + (1 - β₁) g)
    m ← β₂ m + (1 - β₂) g

It wants an lr three to ten times smaller than Adam's, and a weight_decay as much larger.

Chen et al., "Symbolic discovery of optimization algorithms", NeurIPS 2023, https://arxiv.org/abs/2302.06675.
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
from .penalty import decayed


class Lion(Optimizer):
    """Lion, which is not in PyTorch; names and defaults are the authors'.  The equations are at the top of this file.

    Args:
        params: the Tensors to train: an iterable of them, of (name, Tensor) pairs, or of dicts, one per
            group, with "params" and the options that differ from those given here.
        lr: the size of a step, in each number.
        betas: (β₁, β₂), how much of the running mean counts in a step, and how much of it is kept.
        weight_decay: λ; each step shrinks the parameters by lr λ of themselves.
        l1: α; each step moves the parameters by lr α towards zero.
        maximize: go up instead of down.
        common: regularization and constraints, objects of `optim.regularization` and `optim.constraints`.

    Raises:
        TypeError, ValueError: an argument is not what it should be; the message names it.

    >>> import autograd_lite as ag
    >>> w = ag.Tensor([3.0, -1.0], requires_grad=True)
    >>> optimizer = ag.optim.Lion([w], lr=0.25)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w.data
    array([ 2.75, -0.75], dtype=float32)
    """

    _checks: ClassVar[dict[str, Check]] = {
        "lr": not_negative,
        "betas": decay_rates,
        "weight_decay": not_negative,
        "l1": not_negative,
        "maximize": flag,
    }
    _counts_steps = False

    def __init__(
        self,
        params: Params,
        lr: float = 1e-4,
        betas: tuple[float, float] = (0.9, 0.99),
        weight_decay: float = 0.0,
        *,
        l1: float = 0.0,
        maximize: bool = False,
        **common: Unpack[Common],
    ) -> None:
        super().__init__(params, {
            "lr": lr, "betas": betas, "weight_decay": weight_decay, "l1": l1, "maximize": maximize,
        }, **common)  # fmt: skip

    def _state_names(self, o: Mapping[str, Any]) -> tuple[str, ...]:
        return ("exp_avg",)

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
        (m,) = state
        beta1, beta2 = o["betas"]
        g = decayed(p, g, s, t, o)

        # both means lie between g and m: g + β (m - g)
        np.subtract(m, g, t)
        np.multiply(t, beta2, m)
        m += g
        t *= beta1
        t += g
        np.sign(t, t)
        t *= o["lr"]
        p -= t
