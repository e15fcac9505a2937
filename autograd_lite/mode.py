"""How the engine behaves right now: does it record, does it use fused kernels.

    with ag.no_grad():            # nothing inside is recorded
        accuracy = (model(x).argmax(1) == y).mean()

    @ag.no_grad()                 # the same for a whole function
    def evaluate(model): ...

The mode belongs to the running thread, and to the running asyncio task: switching it in one never
changes another.  A new thread starts with recording on.
"""

from __future__ import annotations

import functools
import inspect
import os
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


class Mode:
    """An immutable set of switches; a change of mode is a new Mode.

    recording  whether operations are written down
    fusing     whether fused kernels are used, or their references
    run        how a primitive is run on arrays, inside of `vmap`; None for directly
    examiner   what looks at all that is recorded and swept, inside of `detect_anomaly`; None for nobody
    """

    __slots__ = ("examiner", "fusing", "recording", "run")

    def __init__(
        self, recording: bool, fusing: bool, run: Callable[..., Any] | None = None, examiner: Any = None
    ) -> None:
        self.recording = recording
        self.fusing = fusing
        self.run = run
        self.examiner = examiner

    def with_recording(self, recording: bool) -> Mode:
        """The same, but for whether operations are written down."""
        return Mode(recording, self.fusing, self.run, self.examiner)

    def with_examiner(self, examiner: Any) -> Mode:
        """The same, but for who looks at what is recorded and swept."""
        return Mode(self.recording, self.fusing, self.run, examiner)


def _switch_from_environment(name: str) -> bool:
    value = os.environ.get(name, "1")
    if value not in ("0", "1"):
        raise ValueError(f"the environment variable {name} must be 0 or 1, not {value!r}")
    return value == "1"


_mode: ContextVar[Mode] = ContextVar(
    "autograd_lite_mode",
    default=Mode(True, _switch_from_environment("AUTOGRAD_LITE_FUSION")),  # noqa: B039  # never changed
)

current = _mode.get


_RUN_LATER = (inspect.isgeneratorfunction, inspect.iscoroutinefunction, inspect.isasyncgenfunction)


class _Switch:
    """A context manager that is also a decorator; it can be entered again while it is entered.

    Where to go back to is kept per thread and task, as the mode itself is, so that they can share a switch.
    """

    def __init__(self) -> None:
        self._before: ContextVar[tuple[Mode, ...]] = ContextVar("autograd_lite_modes_before", default=())

    def _changed(self, mode: Mode) -> Mode:
        raise NotImplementedError

    def _again(self) -> _Switch:
        return type(self)()

    def __enter__(self) -> None:
        mode = current()
        self._before.set((*self._before.get(), mode))
        _mode.set(self._changed(mode))

    def __exit__(self, *exception: object) -> None:
        *before, mode = self._before.get()
        self._before.set(tuple(before))
        _mode.set(mode)

    def __call__(self, function: F) -> F:
        if any(is_kind(function) for is_kind in _RUN_LATER):
            # Its body runs after the call has returned, outside the block that a decorator opens.
            raise TypeError(
                f"{type(self).__name__} cannot decorate {function.__name__}, a generator or coroutine: "
                f"write `with {type(self).__name__}(...):` inside it"
            )

        @functools.wraps(function)
        def switched(*args: Any, **kwargs: Any) -> Any:
            with self._again():
                return function(*args, **kwargs)

        return switched  # type: ignore[return-value]  # wraps keeps the signature, which F says


class no_grad(_Switch):
    """Record nothing inside a `with` block, or inside a decorated function.

    >>> import autograd_lite as ag
    >>> x = ag.Tensor([1.0, 2.0], requires_grad=True)
    >>> with ag.no_grad():
    ...     (x * 2).requires_grad
    False
    """

    def _changed(self, mode: Mode) -> Mode:
        return mode.with_recording(False)


class enable_grad(_Switch):
    """Record again inside a `no_grad` block.

    >>> import autograd_lite as ag
    >>> x = ag.Tensor([1.0, 2.0], requires_grad=True)
    >>> with ag.no_grad(), ag.enable_grad():
    ...     (x * 2).requires_grad
    True
    """

    def _changed(self, mode: Mode) -> Mode:
        return mode.with_recording(True)


class fusion(_Switch):
    """Use fused kernels (`True`, the default) or run their plain references instead (`False`).

    The numbers are the same up to rounding and the graph shows every elementary step; it is slower.
    The environment variable AUTOGRAD_LITE_FUSION=0 turns fusion off for a whole program.

    >>> import autograd_lite as ag
    >>> with ag.fusion(False):
    ...     ag.is_fusion_enabled()
    False
    """

    def __init__(self, enabled: bool) -> None:
        super().__init__()
        self.enabled = bool(enabled)

    def _changed(self, mode: Mode) -> Mode:
        return Mode(mode.recording, self.enabled, mode.run, mode.examiner)

    def _again(self) -> _Switch:
        return fusion(self.enabled)


def is_grad_enabled() -> bool:
    """Whether operations are being recorded in this thread (or asyncio task)."""
    return current().recording


def is_fusion_enabled() -> bool:
    """Whether fused kernels are in use in this thread (or asyncio task)."""
    return current().fusing
