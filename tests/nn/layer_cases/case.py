"""A case: a layer, function or loss, made the same way with our `nn` and with PyTorch's, and what it is called with.

    case("Conv2d padded", lambda nn: nn.Conv2d(2, 4, 3, padding=1), normal(2, 2, 5, 5))
    case("interpolate", lambda nn: lambda x: nn.functional.interpolate(x, scale_factor=2), normal(1, 2, 3, 3))
    case("Dropout", lambda nn: nn.Dropout(0.3), normal(3, 4), modes=("eval",))

Floating arrays are differentiated, integer and boolean ones are given as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

PARTS = ("value", "second", "forward mode", "float32", "layouts", "copies", "repr", "keys", "tensors")
"""What of a case can be left out, for a reason."""


@dataclass(frozen=True)
class Case:
    """One layer, function or loss with its arguments.

    make    from `autograd_lite.nn` or `torch.nn` to a module or a function
    inputs  ndarrays
    modes   "train", "eval" or both
    call    (nn, module, *inputs) -> outputs, in any nesting
    skip    from a part (see PARTS) to the reason why it is left out
    rtol    of comparisons in float64
    """

    name: str
    make: Callable[[Any], Any]
    inputs: Sequence[Any]
    modes: Sequence[str] = ("train", "eval")
    call: Callable[..., Any] = lambda nn, module, *inputs: module(*inputs)
    skip: Mapping[str, str] = field(default_factory=dict)
    rtol: float = 1e-10


def case(name: str, make: Callable[[Any], Any], *inputs: Any, **options: Any) -> Case:
    """A case; see `Case` for the options."""
    unknown = set(options.get("skip", ())) - set(PARTS)
    assert not unknown, f"no such parts: {unknown}"
    return Case(name, make, inputs, **options)


def normal(*shape: int, seed: int = 0, scale: float = 1.0) -> Any:
    """Normal float64 numbers, the same for the same shape and seed."""
    return np.random.default_rng([*shape, seed]).normal(size=shape) * scale


def uniform(*shape: int, low: float = 0.0, high: float = 1.0, seed: int = 0) -> Any:
    """Uniform float64 numbers in [low, high)."""
    return np.random.default_rng([*shape, seed, 1]).uniform(low, high, shape)


def integers(*shape: int, high: int, low: int = 0, seed: int = 0) -> Any:
    """int64 numbers in [low, high)."""
    return np.random.default_rng([*shape, seed, 2]).integers(low, high, shape)
