"""What losses have in common."""

from __future__ import annotations

from autograd_lite.kernels.reduction import check_reduction

from ..module import Module


class Loss(Module):
    """A loss per element, reduced: `reduction` is "mean", "sum" or "none"."""

    def __init__(self, *, reduction: str = "mean") -> None:
        super().__init__()
        check_reduction(type(self).__name__, reduction)
        self.reduction = reduction

    def extra_repr(self) -> str:
        return f"reduction={self.reduction!r}"
