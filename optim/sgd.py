"""SGD: stochastic gradient descent, with momentum, in the form PyTorch gives it.

    g ← g + λ θ + α sign(θ)              weight_decay λ, l1 α
    b ← μ b + (1 - τ) g                  momentum μ, dampening τ; b = g at the first step
    d = g + μ b  if nesterov else  b     (d = g without momentum)
    θ ← θ - lr d

Polyak, "Some methods of speeding up the convergence of iteration methods", 1964; nesterov as in Sutskever
et al., "On the importance of initialization and momentum in deep learning", ICML 2013.
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


class SGD(Optimizer):
    """Stochastic gradient descent; the equations are at the top of this file.

    Args:
        params: the Tensors to train: an iterable of them, of (name, Tensor) pairs, or of dicts, one per
            group, with "params" and the options that differ from those given here.
        lr: how far to go along the negative gradient.
        momentum: μ, how much of the last direction is kept.
        dampening: τ, how much of the gradient is left out of the new direction.
        weight_decay: λ, the weight of an L2 penalty.
        nesterov: look ahead along the momentum; needs momentum, and no dampening.
        l1: α, the weight of an L1 penalty.
        maximize: go up instead of down.
        common: regularization and constraints, objects of `optim.regularization` and `optim.constraints`.

    Raises:
        TypeError, ValueError: an argument is not what it should be; the message names it.

    >>> import autograd_lite as ag
    >>> w = ag.Tensor([3.0, -1.0], requires_grad=True)
    >>> optimizer = ag.optim.SGD([w], lr=0.125, momentum=0.5)
    >>> for _ in range(2):
    ...     optimizer.zero_grad()
    ...     (w * w).sum().backward()
    ...     optimizer.step()
    >>> w
    Tensor([ 1.3125, -0.4375], dtype=float32, requires_grad=True)
    """

    _checks: ClassVar[dict[str, Check]] = {
        "lr": not_negative,
        "momentum": not_negative,
        "dampening": finite,
        "weight_decay": not_negative,
        "nesterov": flag,
        "l1": not_negative,
        "maximize": flag,
    }
    _counts_steps = False

    def __init__(
        self,
        params: Params,
        lr: float = 1e-3,
        momentum: float = 0.0,
        dampening: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
        *,
        l1: float = 0.0,
        maximize: bool = False,
        **common: Unpack[Common],
    ) -> None:
        super().__init__(params, {
            "lr": lr, "momentum": momentum, "dampening": dampening, "weight_decay": weight_decay,
            "nesterov": nesterov, "l1": l1, "maximize": maximize,
        }, **common)  # fmt: skip

    def _check_together(self, o: Mapping[str, Any]) -> None:
        if o["nesterov"] and (not o["momentum"] or o["dampening"]):
            raise ValueError(
                f"nesterov=True needs momentum > 0 and dampening=0, not momentum={o['momentum']} and "
                f"dampening={o['dampening']}"
            )

    def _state_names(self, o: Mapping[str, Any]) -> tuple[str, ...]:
        return ("momentum_buffer",) if o["momentum"] else ()

    def _step_size(self, o: Mapping[str, Any]) -> float:
        # under a steady gradient g, b comes to (1 - τ) g / (1 - μ)
        momentum, rest = o["momentum"], 1.0 - o["momentum"]
        if not 0.0 < rest < 1.0:  # no momentum; or one that never settles
            return float(o["lr"])
        settled = (1.0 - o["dampening"]) / rest
        return float(o["lr"] * (1.0 + momentum * settled if o["nesterov"] else settled))

    def _update(
        self, p: Array, g: Array, state: Sequence[Array], scratch: Sequence[Array], step: int, o: Mapping[str, Any]
    ) -> None:
        s, t = scratch
        g = penalized(p, g, s, t, o)
        if o["momentum"]:
            (b,) = state
            if step == 1:
                b[...] = g
            else:
                np.multiply(b, o["momentum"], b)
                np.add(b, np.multiply(g, 1.0 - o["dampening"], t) if o["dampening"] else g, b)
            if o["nesterov"]:
                np.multiply(b, o["momentum"], t)
                g = np.add(g, t, t)
            else:
                g = b
        np.multiply(g, o["lr"], t)
        np.subtract(p, t, p)
