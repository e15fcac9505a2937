"""Modules made of modules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .module import Module

__all__ = ["Sequential"]


class Sequential(Module):
    """Modules one after the other: the output of each is the input of the next.

    Args:
        modules: the modules, which are named "0", "1", ...; or one dict from name to module.

    >>> from autograd_lite import nn
    >>> model = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1))
    >>> [name for name, _ in model.named_parameters()]
    ['0.weight', '0.bias', '2.weight', '2.bias']
    """

    def __init__(self, *modules: Module | dict[str, Module]) -> None:
        super().__init__()
        if len(modules) == 1 and isinstance(modules[0], dict):
            named = modules[0]
        else:
            named = {str(i): module for i, module in enumerate(modules)}  # type: ignore[misc]  # checked below
        for name, module in named.items():
            if not isinstance(module, Module):
                raise TypeError(f"Sequential: element {name!r} is a {type(module).__name__}, not a Module")
            self._modules[name] = module

    def forward(self, x: Any) -> Any:
        for module in self._modules.values():
            x = module(x)
        return x

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[Module]:
        return iter(self._modules.values())

    def __getitem__(self, index: int | slice) -> Module:
        """The module at a place, or a Sequential of those in a slice (which share their parameters)."""
        names = list(self._modules)
        if isinstance(index, slice):
            return Sequential({name: self._modules[name] for name in names[index]})
        return self._modules[names[index]]
