"""RMSprop: the gradient divided by the running root mean square of itself.

    g ← g + λ θ + α sign(θ)              weight_decay λ, l1 α
    v ← ρ v + (1 - ρ) g²                 alpha ρ
    a ← ρ a + (1 - ρ) g;  v̂ = v - a²     centered: the variance; else v̂ = v
    d = g / (√v̂ + ε)
    b ← μ b + d;  θ ← θ - lr b           momentum μ; without it  θ ← θ - lr d

Tieleman and Hinton, "Neural networks for machine learning", lecture 6.5, Coursera, 2012; centered: Graves,
"Generating sequences with recurrent neural networks", 2013, https://arxiv.org/abs/1308.0850.
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


class RMSprop(Optimizer):
    """RMSprop; the equations are at the top of this file.

    Args:
        params: the Tensors to train: an iterable of them, of (name, Tensor) pairs, or of dicts, one per
            group, with "params" and the options that differ from those given here.
        lr: about the size of a step, in each number.
        alpha: ρ, how much of the running means is kept.
        eps: ε, keeps the division from exploding where gradients are tiny.
        weight_decay: λ, the weight of an L2 penalty.
        momentum: μ, how much of the last direction is kept.
        centered: divide by the standard deviation of the gradient, and not by its root mean square.
        l1: α, the weight of an L1 penalty.
        maximize: go up instead of down.
        common: regularization and constraints, objects of `optim.regularization` and `optim.constraints`.

    Raises:
        TypeError, ValueError: an argument is not what it should be; the message names it.

    >>> import autograd_lite as ag
    >>> w = ag.Tensor([3.0, -1.0], requires_grad=True)
    >>> optimizer = ag.optim.RMSprop([w], lr=0.125, alpha=0.75)
    >>> (w * w).sum().backward()
    >>> optimizer.step()                                  # the root mean square is half the gradient
    >>> w.data
    array([ 2.75, -0.75], dtype=float32)
    """

    _checks: ClassVar[dict[str, Check]] = {
        "lr": not_negative,
        "alpha": share,
        "eps": not_negative,
        "weight_decay": not_negative,
        "momentum": not_negative,
        "centered": flag,
        "l1": not_negative,
        "maximize": flag,
    }

    def __init__(
        self,
        params: Params,
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum: float = 0.0,
        centered: bool = False,
        *,
        l1: float = 0.0,
        maximize: bool = False,
        **common: Unpack[Common],
    ) -> None:
        super().__init__(params, {
            "lr": lr, "alpha": alpha, "eps": eps, "weight_decay": weight_decay, "momentum": momentum,
            "centered": centered, "l1": l1, "maximize": maximize,
        }, **common)  # fmt: skip

    def _state_names(self, o: Mapping[str, Any]) -> tuple[str, ...]:
        names = ["square_avg"]
        if o["momentum"]:
            names.append("momentum_buffer")
        if o["centered"]:
            names.append("grad_avg")
        return tuple(names)

    def _step_size(self, o: Mapping[str, Any]) -> float:
        # under a steady gradient, b comes to d / (1 - μ)
        momentum = o["momentum"]
        return float(o["lr"] / (1.0 - momentum) if momentum < 1.0 else o["lr"])

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
        v, *others = state
        alpha = o["alpha"]
        g = penalized(p, g, s, t, o)

        v *= alpha
        np.square(g, t)
        t *= 1.0 - alpha
        v += t
        if o["centered"]:
            a = others.pop()
            a *= alpha
            np.multiply(g, 1.0 - alpha, t)
            a += t
            np.square(a, t)
            np.subtract(v, t, t)
            np.maximum(t, 0.0, out=t)  # a variance; rounding may have made it a trifle less
            np.sqrt(t, t)
        else:
            np.sqrt(v, t)
        t += o["eps"]
        np.divide(g, t, t)
        if o["momentum"]:
            (b,) = others
            b *= o["momentum"]
            b += t
            np.multiply(b, o["lr"], t)
        else:
            t *= o["lr"]
        p -= t
