"""What losses have in common."""

from __future__ import annotations

from typing import Any

from autograd_lite.kernels.reduction import check_reduction

from ..functional.arguments import array
from ..module import Module


class Loss(Module):
    """A loss per element, reduced: `reduction` is "mean", "sum" or "none"."""

    also: tuple[str, ...] = ()
    """Reductions that this loss has besides."""

    def __init__(self, *, reduction: str = "mean") -> None:
        super().__init__()
        check_reduction(type(self).__name__, reduction, *self.also)
        self.reduction = reduction

    def hold(self, name: str, weight: Any) -> None:
        """Keep a weight as a buffer; None is no weight."""
        self.register_buffer(name, None if weight is None else array(weight))
