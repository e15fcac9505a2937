"""Adadelta: steps in the parameters' own unit, from running means of squared gradients and squared steps.

    g ← g + λ θ + α sign(θ)              weight_decay λ, l1 α
    v ← ρ v + (1 - ρ) g²
    d = √(u + ε) / √(v + ε) · g
    u ← ρ u + (1 - ρ) d²
    θ ← θ - lr d

Zeiler, "ADADELTA: an adaptive learning rate method", 2012, https://arxiv.org/abs/1212.5701.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Unpack

import numpy as np

from .declaration import Common
from .flat import Array
from .groups import Params
from .optimizer import Optimizer
from .options import Check, flag, not_negative, share
from .penalty import penalized


class Adadelta(Optimizer):
    """Adadelta; the equations are at the top of this file.

    Args:
        params: the Tensors to train: an iterable of them, of (name, Tensor) pairs, or of dicts, one per
            group, with "params" and the options that differ from those given here.
        lr: a factor for the steps.
        rho: ρ, how much of the running means is kept.
        eps: ε, with which the steps begin, and which keeps the division from exploding.
        weight_decay: λ, the weight of an L2 penalty.
        l1: α, the weight of an L1 penalty.
        maximize: go up instead of down.
        common: regularization and constraints, objects of `optim.regularization` and `optim.constraints`.

    Raises:
        TypeError, ValueError: an argument is not what it should be; the message names it.

    >>> import autograd_lite as ag
    >>> w = ag.Tensor([3.0, -1.0], requires_grad=True)
    >>> optimizer = ag.optim.Adadelta([w], rho=0.75, eps=0.25)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w.data.round(2)
    array([ 2.01, -0.11], dtype=float32)
    """

    _checks: ClassVar[dict[str, Check]] = {
        "lr": not_negative,
        "rho": share,
        "eps": not_negative,
        "weight_decay": not_negative,
        "l1": not_negative,
        "maximize": flag,
    }

    def __init__(
        self,
        params: Params,
        lr: float = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0.0,
        *,
        l1: float = 0.0,
        maximize: bool = False,
        **common: Unpack[Common],
    ) -> None:
        super().__init__(params, {
            "lr": lr, "rho": rho, "eps": eps, "weight_decay": weight_decay, "l1": l1, "maximize": maximize,
        }, **common)  # fmt: skip

    def _state_names(self, o: Mapping[str, Any]) -> tuple[str, ...]:
        return ("square_avg", "acc_delta")

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
        v, u = state
        rho, eps = o["rho"], o["eps"]
        g = penalized(p, g, s, t, o)

        v *= rho
        np.square(g, t)
        t *= 1.0 - rho
        v += t

        np.add(v, eps, t)
        np.sqrt(t, t)
        np.divide(g, t, t)
        np.add(u, eps, s)  # g, which may have been in s, is done with
        np.sqrt(s, s)
        t *= s

        u *= rho
        np.square(t, s)
        s *= 1.0 - rho
        u += s
        t *= o["lr"]
        p -= t
