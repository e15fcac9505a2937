"""A function run to be looked at: with source lines and all values kept, and again, with its parameters moved.

What a graph cannot show, a second run can: a constant of the graph that changes when nothing but the parameters was
moved was computed from them, by whatever way, and its gradient is lost.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from threading import get_ident
from typing import Any

import numpy as np

from ... import changes
from ...graph.reading import leading_to
from ...mode import fusion
from ...ops import stop_gradient
from ...source_lines import source_lines
from ...tape import Node
from ...tensor import Tensor
from ..patching import changing_operations
from ..run_again import everything_kept, random_states, restore
from .walk import Step, View

_MOST_ALONE = 16  # parameters without a path that are moved one by one
_STEP = 0.01  # how far a parameter is moved, beside its own size
_ROUNDING = 100  # so many units of rounding, of the greatest element, may two runs of the same differ

Position = tuple[int, int]
"""An argument of an operation: which operation, and which of its arguments."""


class Trials:
    """What further runs of a function have shown.

    lost      the constants that depend on the parameters: the step that takes each, and the position
    hidden    ids of the parameters without a path to the loss on which its value depends all the same
    """

    def __init__(self, lost: list[tuple[Step, int]], hidden: set[int]) -> None:
        self.lost, self.hidden = lost, hidden


def looked_at(run: Callable[[], Any], **beside: Any) -> View:
    """The View of what `run` gives, with the trials; every random number is as if it had never been called."""
    states = random_states(beside.get("model"))
    last_change = changes.last_change
    try:
        stopped = _Stopped()
        first = _Run(run, stopped)
        view = View(first.loss, **beside)
        free = [parameter for _, parameter in view.parameters if parameter._node is not None]
        free += _tensors_of(view.leaves.keys() - {parameter._node for parameter in free})
        if free and changes.last_change == last_change:  # else it trains, and is not to be run again
            with _gradients_aside(free):
                view.trials = _trials(lambda: _again(run, states, stopped), view, first, free)
        return view
    finally:
        restore(states)


def _tensors_of(leaves: Collection[Node]) -> list[Tensor]:
    """The Tensors whose leaves these are, wherever they are held: a node of the tape does not know its Tensor."""
    holders = gc.get_referrers(*leaves) if leaves else ()
    return [holder for holder in holders if isinstance(holder, Tensor) and holder._node in leaves]


class _Run:
    """A run of the function: the loss, the names of the operations, and the floating-point constants."""

    def __init__(self, run: Callable[[], Any], stopped: _Stopped) -> None:
        # Fused, so that a loss is known for what it is; of overflow and the like the rules tell, with the place.
        with fusion(True), source_lines(), everything_kept(), stopped, np.errstate(all="ignore"):
            self.loss = run()
        if not isinstance(self.loss, Tensor):
            raise TypeError(f"the function given to lint must give the loss, a Tensor, not {type(self.loss).__name__}")
        nodes = [] if self.loss._node is None else leading_to([self.loss._node])
        self.operations = [node.name for node in nodes]
        self.constants: dict[Position, Any] = {
            (index, position): value
            for index, node in enumerate(nodes)
            for position, (parent, value) in enumerate(zip(node.parents, (node.saved or ())[1:], strict=False))
            if parent is None and (isinstance(value, float) or (_is_array(value) and value.dtype.kind in "fc"))
        }

    def changed(self, other: _Run) -> list[Position] | None:
        """The constants that differ from those of another run; None if it did something else."""
        if self.operations != other.operations or self.constants.keys() != other.constants.keys():
            return None
        return [at for at, value in self.constants.items() if not _equal(value, other.constants[at])]


def _again(run: Callable[[], Any], states: Sequence[Any], stopped: _Stopped) -> _Run | None:
    """Another run, with the same random numbers; None if it cannot be run again."""
    restore(states)
    try:
        return _Run(run, stopped)
    except Exception:  # an iterator is at its end, a file is closed, ...
        return None


def _trials(again: Callable[[], _Run | None], view: View, first: _Run, free: Sequence[Tensor]) -> Trials | None:
    same = again()
    if same is None or first.changed(same) != [] or not _equal(first.loss.data, same.loss.data):
        return None
    with _displaced(free):
        moved = again()
    changed = None if moved is None else first.changed(moved)  # another branch was taken: nothing can be compared
    lost = [(view.steps[index], position) for index, position in changed or ()]
    hidden = set()
    for parameter in [p for p in free if p._node not in view.leaves][:_MOST_ALONE]:
        with _displaced([parameter]):
            other = again()
        if other is not None and not _equal(first.loss.data, other.loss.data):
            hidden.add(id(parameter))
    return Trials([(step, i) for step, i in lost if not _maximum_of_other(step, i)], hidden)


def _is_array(value: Any) -> bool:
    return isinstance(value, (np.ndarray, np.generic))


def _equal(a: Any, b: Any) -> bool:
    """Whether two values are the same up to rounding, which depends on where arrays happen to lie in memory."""
    a, b = np.asarray(a), np.asarray(b)
    if a.shape != b.shape or a.dtype != b.dtype:
        return False
    if not a.size or np.array_equal(a, b, equal_nan=True):
        return True
    finite = np.isfinite(a)
    if (finite != np.isfinite(b)).any() or not np.array_equal(a[~finite], b[~finite], equal_nan=True):
        return False
    scale = np.max(np.abs(a[finite]), initial=0)
    return bool(np.all(np.abs(a[finite] - b[finite]) <= _ROUNDING * np.finfo(a.dtype).eps * scale))


def _maximum_of_other(step: Step, position: int) -> bool:
    """Whether a constant is the maximum of what it is subtracted from: it cancels, as in a softmax that is stable."""
    x, value = step.argument(0), step.constant(position)
    if step.op != "subtract" or position != 1 or x is None or not np.size(x):
        return False
    greatest = [np.max(x, keepdims=True)] + [np.max(x, axis=axis, keepdims=True) for axis in range(np.ndim(x))]
    return any(np.size(value) == m.size and np.array_equal(np.reshape(value, m.shape), m) for m in greatest)


@contextmanager
def _gradients_aside(parameters: Iterable[Tensor]) -> Iterator[None]:
    """Parameters without gradients, so that a function that calls backward adds nothing to those there are."""
    watches = [watch for parameter in parameters if (watch := parameter._node.watch) is not None]
    held = [(watch, watch.grad) for watch in watches]
    try:
        for watch in watches:
            watch.grad = None
        yield
    finally:
        for watch, gradient in held:
            watch.grad = gradient


@contextmanager
def _displaced(parameters: Iterable[Tensor]) -> Iterator[None]:
    """Parameters a little off their places; their own arrays come back, and nobody's view of them notices."""
    rng = np.random.default_rng(0)
    held = [(parameter, parameter._data) for parameter in parameters]
    try:
        for parameter, array in held:
            size = float(np.sqrt(np.mean(np.abs(array) ** 2))) if array.size else 0.0
            parameter._data = (array + _STEP * max(size, 1.0) * rng.standard_normal(array.shape)).astype(array.dtype)
        yield
    finally:
        for parameter, array in held:
            parameter._data = array


class _Stopped:
    """While a function runs: what `stop_gradient` gives is in every run what it was in the first.

    So what depends on the parameters by way of `stop_gradient` alone does not change when they are moved: it says
    that a constant is meant.  Other threads are given what they ask for.
    """

    def __init__(self) -> None:
        self._given: list[Any] = []
        self._coming: Iterator[Any] | None = None

    def __enter__(self) -> None:
        changing_operations.acquire()
        self._thread, self._raw = get_ident(), stop_gradient.raw
        stop_gradient.raw = self._stop

    def __exit__(self, *exception: object) -> None:
        stop_gradient.raw = self._raw
        changing_operations.release()
        self._coming = iter(self._given)

    def _stop(self, x: Any) -> Any:
        if get_ident() == self._thread:
            if self._coming is None:
                self._given.append(x)
            else:
                then = next(self._coming, None)
                if then is not None and np.shape(then) == np.shape(x):
                    return then
        return self._raw(x)
