"""What a class of optimizers says of itself: its options, what it keeps, and how it updates a block of numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, TypedDict

from .constraint import Constraint
from .hooks import Hookable
from .options import Check
from .parts import PARTS, parts
from .places import Array
from .regularizer import Regularizer

COMMON: dict[str, Check] = {
    "regularization": lambda name, value: parts(name, value, Regularizer, "ProximalL1(1e-3)"),
    "constraints": lambda name, value: parts(name, value, Constraint, "NonNegative()"),
}
"""The options that every optimizer has, whatever its update."""


class Common(TypedDict, total=False):
    """The same, as the keyword arguments that a constructor passes on to `Optimizer`."""

    regularization: Regularizer | Sequence[Regularizer]
    constraints: Constraint | Sequence[Constraint]


class Declaration(Hookable):
    """The part of `Optimizer` that subclasses fill in."""

    _checks: ClassVar[dict[str, Check]]
    """The options, and what each of them may be."""
    _counts_steps: ClassVar[bool] = True
    """Whether the update reads the number of the step, beyond whether it is the first."""
    _whole_tensors: ClassVar[bool] = False
    """Whether `_update` gets one parameter at a time, whole and in its shape, instead of blocks of many."""
    _earliest_state: ClassVar[int] = 1
    """The step from which on PyTorch keeps state: 1, or 0 if it makes some in the constructor."""

    _takes_parts: ClassVar[bool] = True
    """Whether regularization and constraints act; a class with a `step` of its own must say so if they do."""

    def _check_together(self, o: Mapping[str, Any]) -> None:
        """Raise if options that are right each do not go together."""

    def _check_group(self, group: Mapping[str, Any], index: int) -> None:
        """Raise if the parameters of this group, the `index`-th, are not what this optimizer can train."""

    def _state_names(self, o: Mapping[str, Any]) -> tuple[str, ...]:
        """The names of the arrays kept from step to step, in the order in which `_update` gets them."""
        return ()

    def _state_shapes(self, shape: tuple[int, ...], o: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
        """The same with their shapes, for a parameter of this shape; others than that only with `_whole_tensors`."""
        return dict.fromkeys(self._state_names(o), shape)

    def _first_numbers(self, o: Mapping[str, Any]) -> dict[str, float]:
        """Numbers kept for each parameter beside its arrays, as they are before the first step."""
        return {}

    def _next_numbers(self, step: int, o: Mapping[str, Any]) -> dict[str, float]:
        """What they are after the `step`-th; `o` has the options, and what they were before it."""
        return {}

    def _update(
        self, p: Array, g: Array, state: Sequence[Array], scratch: Sequence[Array], step: int, o: Mapping[str, Any]
    ) -> None:
        """Update a block of parameters.

        All arrays have one axis, one length and one dtype.  `p` and `state` (zeros at first) are changed in
        place; `g`, the gradient, is only read; `scratch` holds two arrays to work in.  `step` is 1 at the
        first step (and not exact after it, unless `_counts_steps`), `o` the options as plain Python values,
        and with them the numbers that are kept, as they were before this step.

        With `_whole_tensors`, `p`, `g` and `state` are one parameter and what is kept for it, each in its shape.
        """
        raise NotImplementedError(f"{type(self).__name__} defines no _update")

    def _step_size(self, o: Mapping[str, Any]) -> float:
        """How far a steady gradient of 1 moves a parameter in a step: what proximal regularizers go by."""
        return float(o["lr"])

    def _parsed(self, options: Mapping[str, Any]) -> dict[str, Any]:
        parsed = {name: check(f"{type(self).__name__}: {name}", options[name]) for name, check in self._checks.items()}
        self._check_together(parsed)
        for name in PARTS:
            if parsed[name] and not self._takes_parts:
                raise ValueError(
                    f"{type(self).__name__}: {name}={list(parsed[name])}: its step() has no place where they "
                    "could act; add a penalty to the loss that the closure computes, loss + L2(1e-3)(params), and put "
                    "constraints to `AugmentedLagrangian`"
                )
        return parsed
