"""Parameter: a Tensor that a module trains."""

from __future__ import annotations

from typing import Any, Self

from autograd_lite import Tensor


class Parameter(Tensor):
    """A Tensor that requires a gradient and, set as an attribute of a Module, is one of its parameters.

    Args:
        data: the initial values, which are copied.
        requires_grad: False for a parameter that is frozen.

    >>> from autograd_lite import nn
    >>> nn.Parameter([1.0, 2.0])
    Parameter([1., 2.], dtype=float32, requires_grad=True)
    """

    __slots__ = ("_name",)

    _name: str | None

    def __new__(cls, *_args: Any, **_kwargs: Any) -> Self:
        new = super().__new__(cls)
        new._name = None  # also of a copy, which is not initialised
        return new

    def __init__(self, data: Any, requires_grad: bool = True) -> None:
        super().__init__(data, requires_grad=requires_grad)

    def _new_leaf(self, name: str | None = None) -> Any:
        return super()._new_leaf(name or self._name)

    def _rename(self, name: str) -> None:
        """What the module that holds it calls it; pictures show it, also after freezing and thawing."""
        self._name = name
        if self._node is not None:
            self._node.watch.name = name
