"""Muon: momentum made orthogonal, so that a step moves a matrix as much in every direction.

    B ← μ B + (1 - μ) G                  momentum μ
    M = (1 - μ) G + μ B if nesterov else B
    X = M / max(‖M‖, ε), then ns_steps times
        A = X Xᵀ;  X ← a X + (b A + c A²) X               ns_coefficients (a, b, c)
    θ ← θ - lr λ θ - lr α sign(θ)        weight_decay λ, l1 α
    θ ← θ - lr r X                       r by adjust_lr_fn, see there

The iteration (Newton and Schulz's, with other coefficients) brings all singular values of X near 1, and
leaves the singular vectors what they were.  Only matrices can be trained so: give vectors, and what is no matrix
at heart, such as embeddings, to another optimizer, such as AdamW.

PyTorch rounds the iteration to bfloat16; here it is done in the parameter's own precision.

Jordan, "Muon: an optimizer for hidden layers in neural networks", 2024,
https://kellerjordan.github.io/posts/muon/; match_rms_adamw: Liu et al., "Muon is scalable for LLM training",
2025, https://arxiv.org/abs/2502.16982.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Unpack

import numpy as np

from autograd_lite.errors import describe

from .declaration import Common
from .flat import Array
from .groups import Params, label_of
from .optimizer import Optimizer
from .options import Check, count, finite, flag, not_negative, one_of
from .penalty import decayed


def _three(name: str, value: Any) -> tuple[float, float, float]:
    try:
        a, b, c = value
    except (TypeError, ValueError):
        raise TypeError(f"{name}={value!r} is not a triple; pass three numbers (a, b, c)") from None
    return finite(f"{name}[0]", a), finite(f"{name}[1]", b), finite(f"{name}[2]", c)


def _few(name: str, value: Any) -> int:
    number = count(name, value)
    if number >= 100:
        raise ValueError(f"{name}={value!r} is out of range; pass a whole number below 100: five are enough")
    return number


class Muon(Optimizer):
    """Momentum, orthogonalized; the equations are at the top of this file.

    A step needs memory besides: up to four times that of the largest parameter.

    Args:
        params: the Tensors to train, each with two axes: an iterable of them, of (name, Tensor) pairs, or of
            dicts, one per group, with "params" and the options that differ from those given here.
        lr: about how far each direction of a matrix moves in a step.
        weight_decay: λ; each step shrinks the parameters by lr λ of themselves.
        momentum: μ, how much of the mean gradient is kept.
        nesterov: look ahead along the momentum.
        ns_coefficients: (a, b, c) of the iteration.
        eps: ε, the smallest norm to divide by.
        ns_steps: how often to iterate.
        adjust_lr_fn: the factor r for an m x n matrix: √max(1, m/n) for "original" or None;
            0.2 √max(m, n) for "match_rms_adamw", which makes steps as large as AdamW's.
        l1: α; each step moves the parameters by lr α towards zero.
        maximize: go up instead of down.
        common: regularization and constraints, objects of `optim.regularization` and `optim.constraints`.

    Raises:
        TypeError, ValueError: an argument is not what it should be; the message names it.

    >>> import autograd_lite as ag
    >>> w = ag.Tensor([[4.0, 0.0], [0.0, -1.0]], requires_grad=True)
    >>> optimizer = ag.optim.Muon([w], lr=0.5, weight_decay=0.0)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w.data.round(1)                                   # about 0.5 each, though one gradient is four times the other
    array([[ 3.6,  0. ],
           [ 0. , -0.6]], dtype=float32)
    """

    _checks: ClassVar[dict[str, Check]] = {
        "lr": not_negative,
        "weight_decay": not_negative,
        "momentum": not_negative,
        "nesterov": flag,
        "ns_coefficients": _three,
        "eps": not_negative,
        "ns_steps": _few,
        "adjust_lr_fn": one_of(None, "original", "match_rms_adamw"),
        "l1": not_negative,
        "maximize": flag,
    }
    _counts_steps = False
    _whole_tensors = True

    def __init__(
        self,
        params: Params,
        lr: float = 1e-3,
        weight_decay: float = 0.1,
        momentum: float = 0.95,
        nesterov: bool = True,
        ns_coefficients: tuple[float, float, float] = (3.4445, -4.7750, 2.0315),
        eps: float = 1e-7,
        ns_steps: int = 5,
        adjust_lr_fn: str | None = None,
        *,
        l1: float = 0.0,
        maximize: bool = False,
        **common: Unpack[Common],
    ) -> None:
        super().__init__(params, {
            "lr": lr, "weight_decay": weight_decay, "momentum": momentum, "nesterov": nesterov,
            "ns_coefficients": ns_coefficients, "eps": eps, "ns_steps": ns_steps, "adjust_lr_fn": adjust_lr_fn,
            "l1": l1, "maximize": maximize,
        }, **common)  # fmt: skip

    def _check_group(self, group: Mapping[str, Any], index: int) -> None:
        names = group.get("param_names") or [None] * len(group["params"])
        for i, (param, name) in enumerate(zip(group["params"], names, strict=True)):
            if param.ndim != 2:
                raise ValueError(
                    f"Muon: {label_of(index, i, name or param.name)}, {describe(param)}, is not a matrix; give it to "
                    "another optimizer, such as AdamW"
                )

    def _state_names(self, o: Mapping[str, Any]) -> tuple[str, ...]:
        return ("momentum_buffer",)

    def _update(
        self,
        p: Array,
        g: Array,
        state: Sequence[Array],
        scratch: Sequence[Array],
        step: int,
        o: Mapping[str, Any],
    ) -> None:
        if not p.size:
            return
        (b,) = state
        momentum = o["momentum"]
        x = np.empty_like(p)
        g = decayed(p, g, x, x, o)
        np.multiply(g, 1.0 - momentum, x)
        b *= momentum
        b += x
        if o["nesterov"]:
            x += b * momentum
        else:
            x[...] = b
        rows, columns = p.shape
        x = x if rows <= columns else np.ascontiguousarray(x.T)
        x = orthogonal(x, o["ns_coefficients"], o["ns_steps"], o["eps"])
        x *= o["lr"] * _factor(o["adjust_lr_fn"], rows, columns)
        p -= x if rows <= columns else x.T


def orthogonal(x: Array, coefficients: tuple[float, float, float], steps: int, eps: float) -> Array:
    """The matrix near `x` whose singular values are near 1; `x`, not higher than wide, is overwritten.

    >>> import numpy as np
    >>> x = orthogonal(np.array([[3.0, 1.0], [0.0, 0.1]]), (1.5, -0.5, 0.0), 20, 1e-7)
    >>> (x @ x.T).round(3) + 0.0
    array([[1., 0.],
           [0., 1.]])
    """
    a, b, c = coefficients
    x /= max(math.sqrt(float(np.vdot(x, x))), eps)
    other = np.empty_like(x)
    gram, polynomial = (np.empty((len(x), len(x)), x.dtype) for _ in range(2))
    for _ in range(steps):
        np.matmul(x, x.T, gram)
        np.matmul(gram, gram, polynomial)
        polynomial *= c
        gram *= b
        polynomial += gram
        np.matmul(polynomial, x, other)
        x *= a
        other += x
        x, other = other, x
    return x


def _factor(adjust: str | None, rows: int, columns: int) -> float:
    if adjust == "match_rms_adamw":
        return 0.2 * math.sqrt(max(rows, columns))
    return math.sqrt(max(1.0, rows / columns))
