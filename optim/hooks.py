"""Hooks: functions of the user's that are called around an optimizer's step, and around saving and loading it.

    handle = optimizer.register_step_post_hook(lambda optimizer, args, kwargs: print("stepped"))
    ...
    handle.remove()

Names, arguments and order are PyTorch's.  Hooks are not copied or pickled with the optimizer.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from autograd_lite.errors import describe
from autograd_lite.handles import Hook as Hook
from autograd_lite.handles import RemovableHandle as RemovableHandle
from autograd_lite.mode import current

F = TypeVar("F", bound=Callable[..., Any])


class Hooks:
    """The hooks of one optimizer, by the moment at which they are called."""

    def __init__(self) -> None:
        self.before_step: OrderedDict[int, Hook] = OrderedDict()
        self.after_step: OrderedDict[int, Hook] = OrderedDict()
        self.before_saving: OrderedDict[int, Hook] = OrderedDict()
        self.after_saving: OrderedDict[int, Hook] = OrderedDict()
        self.before_loading: OrderedDict[int, Hook] = OrderedDict()
        self.after_loading: OrderedDict[int, Hook] = OrderedDict()
        self.stepping = False

    def around(self, step: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Take a step with the hooks before it and after it; `args` begin with the optimizer, as in PyTorch."""
        optimizer = args[0]
        self.stepping = True
        try:
            for hook in [*self.before_step.values()]:
                given = hook(optimizer, args, kwargs)
                if given is None:
                    continue
                if not isinstance(given, tuple) or len(given) != 2:
                    raise RuntimeError(
                        f"a step pre-hook must return None, or a tuple (new_args, new_kwargs), not {describe(given)}"
                    )
                args, kwargs = given
            result = step(*args, **kwargs)
            for hook in [*self.after_step.values()]:
                hook(optimizer, args, kwargs)
        finally:
            self.stepping = False
        return result


def with_hooks(step: F) -> F:
    """A `step` that calls the hooks, if there are any; also when another class's `step` calls it, only once.

    Inside of `detect_anomaly` the parameters are looked at afterwards.
    """

    @wraps(step)
    def hooked(self: Hookable, *args: Any, **kwargs: Any) -> Any:
        hooks = self._hooks
        if hooks is None or hooks.stepping:
            result = step(self, *args, **kwargs)
        else:
            result = hooks.around(step, (self, *args), kwargs)
        examiner = current().examiner
        if examiner is not None:
            params = [param for group in self.param_groups for param in group["params"]]
            examiner.examine_update(f"{type(self).__name__}.step", params)
        return result

    return cast("F", hooked)


class Hookable:
    """What an optimizer offers to register hooks."""

    _hooks: Hooks | None = None
    param_groups: list[dict[str, Any]]

    def _own_hooks(self) -> Hooks:
        if self._hooks is None:
            self._hooks = Hooks()
        return self._hooks

    def register_step_pre_hook(self, hook: Hook) -> RemovableHandle:
        """Call `hook(optimizer, args, kwargs)` before each step.

        Args:
            hook: `args` is (optimizer, ...), with what `step` was called with.  It returns None, or
                (new_args, new_kwargs) to call `step` with.

        >>> import autograd_lite as ag
        >>> w = ag.Tensor([1.0], requires_grad=True)
        >>> optimizer = ag.optim.SGD([w], lr=0.5)
        >>> with optimizer.register_step_pre_hook(lambda *_: print("about to step")):
        ...     optimizer.step()
        about to step
        >>> optimizer.step()
        """
        return RemovableHandle(self._own_hooks().before_step, hook)

    def register_step_post_hook(self, hook: Hook) -> RemovableHandle:
        """Call `hook(optimizer, args, kwargs)` after each step, with what `step` was called with."""
        return RemovableHandle(self._own_hooks().after_step, hook)

    def register_state_dict_pre_hook(self, hook: Hook, prepend: bool = False) -> RemovableHandle:
        """Call `hook(optimizer)` before `state_dict()` reads anything; with `prepend`, before other such hooks."""
        return RemovableHandle(self._own_hooks().before_saving, hook, prepend)

    def register_state_dict_post_hook(self, hook: Hook, prepend: bool = False) -> RemovableHandle:
        """Call `hook(optimizer, state_dict)` on what `state_dict()` is about to give; it may return another."""
        return RemovableHandle(self._own_hooks().after_saving, hook, prepend)

    def register_load_state_dict_pre_hook(self, hook: Hook, prepend: bool = False) -> RemovableHandle:
        """Call `hook(optimizer, state_dict)` on what is about to be loaded; it may return another."""
        return RemovableHandle(self._own_hooks().before_loading, hook, prepend)

    def register_load_state_dict_post_hook(self, hook: Hook, prepend: bool = False) -> RemovableHandle:
        """Call `hook(optimizer)` when a state dict has been loaded."""
        return RemovableHandle(self._own_hooks().after_loading, hook, prepend)
