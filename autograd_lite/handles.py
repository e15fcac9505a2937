"""Handles of hooks: what registering a function of the user's gives, to take it away again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from itertools import count
from typing import Any, TypeAlias

from .errors import describe

Hook: TypeAlias = Callable[..., Any]

_numbers = count()


class RemovableHandle:
    """What registering a hook gives: `remove()` ends it, and so does the end of a `with` block.

    >>> import autograd_lite as ag
    >>> x = ag.Tensor(3.0, requires_grad=True)
    >>> with x.register_hook(lambda grad: -grad):
    ...     x.backward()
    >>> x.backward()
    >>> x.grad.item()
    0.0
    """

    def __init__(self, hooks: OrderedDict[int, Hook], hook: Hook, prepend: bool = False) -> None:
        if not callable(hook):
            raise TypeError(f"hook={describe(hook)} cannot be called; pass a function")
        self._hooks = hooks
        self.id = next(number for number in _numbers if number not in hooks)  # some may come from another process
        hooks[self.id] = hook
        if prepend:
            hooks.move_to_end(self.id, last=False)

    def remove(self) -> None:
        """Do not call the hook any more; a second time, it does nothing."""
        self._hooks.pop(self.id, None)

    def __enter__(self) -> RemovableHandle:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()
