"""Hooks on modules: functions of the user's that are called around a module's forward, and around its backward.

    handle = layer.register_forward_hook(lambda module, args, output: print(output.shape))
    handle = layer.register_full_backward_hook(lambda module, grad_input, grad_output: print(grad_output[0].shape))
    handle.remove()

Names, arguments and order are PyTorch's.  Hooks are copied with the module, and pickled if they can be.
"""

from __future__ import annotations

import warnings
from collections import OrderedDict
from typing import Any

from autograd_lite.changes import next_order
from autograd_lite.errors import describe
from autograd_lite.handles import Hook, RemovableHandle
from autograd_lite.spans import mark_call

from .backward_hooks import BackwardCall


class ModuleHooks:
    """The hooks of one module, by the moment at which they are called.

    before_with_kwargs, after_with_kwargs  the numbers of those that take keyword arguments too
    always                                 the numbers of those that are called also when `forward` raises
    """

    def __init__(self) -> None:
        self.before_forward: OrderedDict[int, Hook] = OrderedDict()
        self.after_forward: OrderedDict[int, Hook] = OrderedDict()
        self.before_backward: OrderedDict[int, Hook] = OrderedDict()
        self.after_backward: OrderedDict[int, Hook] = OrderedDict()
        self.before_with_kwargs: set[int] = set()
        self.after_with_kwargs: set[int] = set()
        self.always: set[int] = set()

    def call(self, module: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call the module, with all that is to be called around it."""
        start = next_order()
        called: set[int] = set()
        result = None
        try:
            for number, hook in [*self.before_forward.items()]:
                args, kwargs = self._before(number, hook, module, args, kwargs)
            backward = None
            if self.before_backward or self.after_backward:
                backward = BackwardCall(module, self.before_backward, self.after_backward)
                args = backward.enter(args)
            result = module.forward(*args, **kwargs)
            for number, hook in [*self.after_forward.items()]:
                called.add(number)
                result = self._after(number, hook, module, args, kwargs, result)
            if backward is not None:
                result = backward.leave(result)
        except Exception:
            for number, hook in [*self.after_forward.items()]:
                if number in self.always and number not in called:
                    try:
                        result = self._after(number, hook, module, args, kwargs, result)
                    except Exception as error:
                        warnings.warn(
                            f"a forward hook with always_call=True raised {type(error).__name__}: {error}; it was "
                            f"passed over, because {type(module).__name__} had raised another error before",
                            stacklevel=3,
                        )
            raise
        mark_call(module, start, result)
        return result

    def _before(
        self, number: int, hook: Hook, module: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        if number in self.before_with_kwargs:
            given = hook(module, args, kwargs)
            if given is None:
                return args, kwargs
            if not isinstance(given, tuple) or len(given) != 2:
                raise RuntimeError(
                    "a forward pre-hook with with_kwargs=True must return None, or a tuple (new_args, new_kwargs), not "
                    f"{describe(given)}"
                )
            return given
        given = hook(module, args)
        if given is None:
            return args, kwargs
        return (given if isinstance(given, tuple) else (given,)), kwargs

    def _after(
        self, number: int, hook: Hook, module: Any, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any
    ) -> Any:
        given = (args, kwargs, result) if number in self.after_with_kwargs else (args, result)
        answer = hook(module, *given)
        return result if answer is None else answer


class Hookable:
    """What a module offers to register hooks."""

    _hooks: ModuleHooks | None = None

    def _own_hooks(self) -> ModuleHooks:
        if self._hooks is None:
            self._hooks = ModuleHooks()
        return self._hooks

    def register_forward_pre_hook(
        self, hook: Hook, *, prepend: bool = False, with_kwargs: bool = False
    ) -> RemovableHandle:
        """Call `hook(module, args)` before `forward`.

        Args:
            hook: returns None, or the positional arguments to call `forward` with instead: a tuple, or a single one.
            prepend: before the hooks registered so far.
            with_kwargs: call `hook(module, args, kwargs)`, which returns None or a tuple (new_args, new_kwargs).

        >>> from autograd_lite import nn
        >>> import numpy as np
        >>> layer = nn.Tanh()
        >>> handle = layer.register_forward_pre_hook(lambda module, args: args[0] * 0)
        >>> layer(np.ones(2))
        Tensor([0., 0.], dtype=float64)
        """
        hooks = self._own_hooks()
        handle = RemovableHandle(hooks.before_forward, hook, prepend)
        return _noted(handle, hooks.before_with_kwargs, with_kwargs)

    def register_forward_hook(
        self, hook: Hook, *, prepend: bool = False, with_kwargs: bool = False, always_call: bool = False
    ) -> RemovableHandle:
        """Call `hook(module, args, output)` after `forward`.

        Args:
            hook: returns None, or what the module shall give instead of `output`.
            prepend: before the hooks registered so far.
            with_kwargs: call `hook(module, args, kwargs, output)`.
            always_call: also when `forward`, or a hook, has raised an error; `output` is then None, or what there was
                before the error.

        >>> from autograd_lite import nn
        >>> import numpy as np
        >>> layer = nn.Linear(3, 2)
        >>> with layer.register_forward_hook(lambda module, args, output: print(args[0].shape, output.shape)):
        ...     _ = layer(np.ones((5, 3), np.float32))
        (5, 3) (5, 2)
        """
        hooks = self._own_hooks()
        handle = RemovableHandle(hooks.after_forward, hook, prepend)
        _noted(handle, hooks.always, always_call)
        return _noted(handle, hooks.after_with_kwargs, with_kwargs)

    def register_full_backward_pre_hook(self, hook: Hook, prepend: bool = False) -> RemovableHandle:
        """Call `hook(module, grad_output)` when the gradients of what the module gave have arrived.

        `grad_output` is a tuple with an entry per output: None where an output is not a Tensor, or no gradient arrived.
        The hook returns None, or a tuple (for one output, also a single gradient) that flows on into the module.
        It concerns calls made from now on, of modules that give a Tensor or a tuple of Tensors.
        """
        return RemovableHandle(self._own_hooks().before_backward, hook, prepend)

    def register_full_backward_hook(self, hook: Hook, prepend: bool = False) -> RemovableHandle:
        """Call `hook(module, grad_input, grad_output)` when the gradients of the module's arguments are complete.

        `grad_input` is a tuple with an entry per positional argument, None for what is not a Tensor: what flows through
        this call of the module, whatever else the argument is used for.  The hook returns None, or a tuple (for one
        argument, also a single gradient) that flows on in its place.  If no argument requires a gradient, the hook is
        called with Nones when those of the outputs have arrived.  In second derivatives it is called in each sweep.

        >>> import numpy as np
        >>> from autograd_lite import nn, Tensor
        >>> layer = nn.Linear(3, 2)
        >>> x = Tensor([[1.0, 2.0, 3.0]], requires_grad=True)
        >>> def ones(module, grad_input, grad_output):
        ...     return np.ones((1, 3), np.float32)
        >>> with layer.register_full_backward_hook(ones):
        ...     layer(x).sum().backward()
        >>> x.grad
        Tensor([[1., 1., 1.]], dtype=float32)
        """
        return RemovableHandle(self._own_hooks().after_backward, hook, prepend)


def _noted(handle: RemovableHandle, numbers: set[int], said: bool) -> RemovableHandle:
    """Say of a hook that it is among `numbers`, or is not: another one, that is gone, may have had its number."""
    (numbers.add if said else numbers.discard)(handle.id)
    return handle
