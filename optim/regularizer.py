"""Where a regularizer acts: in the gradient, before the step, or after it.

    step       what acts                        on                         how far
    1          `InGradient`                     a copy of the gradient     g ← g + ∂R(θ)
    2          `Decoupled`                      the parameters             by lr
    3          the optimizer's own update
    4          `Proximal`                       the parameters             by the size of the step
    5          `PerTensor`                      one parameter at a time    by the size of the step
    6          constraints (see `optim.constraints`)

Those of one kind act in the order in which they are given.  1 to 4 work on any number by itself, and are
done on blocks of the optimizer's buffers, in the cache, between the same few NumPy calls however many
parameters there are.  The user's `p.grad` stays what backward made of it, and a parameter that has no
gradient is left alone, as by the optimizer.

To write another one, subclass one of the four and write its one method; see `l2.py` and `proximal_l1.py`.

The size of a step is how far a steady gradient of 1 moves a parameter: lr, and with SGD's momentum μ
lr / (1 - μ).  So the point where gradient and regularizer balance is the minimum of f + R, with momentum
too.  Optimizers that divide by a running size of the gradient (Adam, RMSprop, ...) have no such number: they
go about lr whatever the gradient is, and R then weighs as much as it does beside a gradient of size 1.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, TypeAlias

from autograd_lite.errors import describe
from autograd_lite.tensor import Tensor

from .flat import Array
from .options import Check, not_negative
from .parts import Part

Parameters: TypeAlias = Tensor | Iterable[Tensor] | Iterable[tuple[str, Tensor]]


class Regularizer(Part):
    """The base of all regularizers; subclass `InGradient`, `Decoupled`, `Proximal` or `PerTensor`."""


class Penalty(Regularizer):
    """A regularizer that is a function R of the parameters; called on them, gives R as a Tensor.

    Args:
        strength: how much it weighs; may be changed at any time.

    Raises:
        TypeError, ValueError: `strength` is not a finite number >= 0.
    """

    _checks: ClassVar[dict[str, Check]] = {"strength": not_negative}
    strength: float

    def __init__(self, strength: float) -> None:
        self.strength = strength

    def __call__(self, params: Parameters) -> Tensor:
        """R(θ), to add to a loss: a Tensor without axes, which carries gradients.

        Args:
            params: a Tensor, or an iterable of Tensors or of (name, Tensor) pairs.

        Raises:
            TypeError: it is something else.
            ValueError: there is none; or one has a shape that this penalty is not for.
        """
        fits_all = type(self).check_fits is Part.check_fits
        if fits_all and type(params) is list and params and all(isinstance(param, Tensor) for param in params):
            return self._of(params)  # as usual: nobody needs a name for a message
        found = []
        for i, (name, param) in enumerate(named(params)):
            self.check_fits(param.shape, f"params[{i}]" + (f" ({name!r})" if name else ""))
            found.append(param)
        if not found:
            raise ValueError(f"{type(self).__name__}: params is empty: there is nothing to penalize")
        return self._of(found)

    def _of(self, params: list[Tensor]) -> Tensor:
        """R of all parameters together."""
        total = self._norm(params[0])
        for param in params[1:]:
            total = total + self._norm(param)
        return total * self.strength

    def _norm(self, param: Tensor) -> Tensor:
        """R of one parameter at strength 1."""
        raise NotImplementedError(f"{type(self).__name__} defines no _norm")


class InGradient(Penalty):
    """A penalty that acts through its gradient, which is added to that of the loss."""

    def add_gradient(self, p: Array, g: Array, sign: float, scratch: Array) -> None:
        """g ← g + sign ∂R(p), for a block of numbers; `scratch` is an array like `p` to work in."""
        raise NotImplementedError(f"{type(self).__name__} defines no add_gradient")


class Decoupled(Regularizer):
    """A regularizer that changes the parameters before the step, beside the gradient."""

    def shrink(self, p: Array, lr: float, scratch: Array) -> None:
        """Change a block of numbers in place; `scratch` is an array like `p` to work in."""
        raise NotImplementedError(f"{type(self).__name__} defines no shrink")


class Proximal(Penalty):
    """A penalty of each number by itself that acts after the step, exactly: p ← argminₓ ½ (x - p)² + size R(x)."""

    def shrink(self, p: Array, size: float, scratch: Array) -> None:
        """Change a block of numbers in place; `scratch` is an array like `p` to work in."""
        raise NotImplementedError(f"{type(self).__name__} defines no shrink")


class PerTensor(Regularizer):
    """A regularizer that needs a whole parameter at once; acts after the step."""

    def shrink(self, p: Array, size: float) -> None:
        """Change a parameter's array in place."""
        raise NotImplementedError(f"{type(self).__name__} defines no shrink")


def named(params: Any) -> Iterable[tuple[str | None, Tensor]]:
    if isinstance(params, Tensor):
        return [(params.name, params)]
    if isinstance(params, str) or not isinstance(params, Iterable):
        raise TypeError(f"params must be a Tensor, or an iterable of Tensors, not {describe(params)}")
    found = []
    for i, item in enumerate(params):
        name, param = item if isinstance(item, tuple) and len(item) == 2 else (None, item)
        if not isinstance(param, Tensor):
            raise TypeError(f"params[{i}] is {describe(param)}, not a Tensor")
        found.append((name or param.name, param))
    return found
