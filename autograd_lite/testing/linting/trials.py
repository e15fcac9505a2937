"""A function run to be looked at: with source lines and all values kept, and again, with its parameters moved.

What a graph cannot show, a second run can: a constant of the graph that changes when nothing but the parameters was
moved was computed from them, by whatever way, and its gradient is lost.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from ...graph.reading import leading_to
from ...primitive import registry
from ...random import generator_or_default
from ...source_lines import source_lines
from ...tensor import Tensor
from .walk import Step, View

_MOST_ALONE = 16  # parameters without a path that are moved one by one
_STEP = 0.01  # how far a parameter is moved, beside its own size

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
    before = _random_states(beside.get("model"))
    try:
        loss = _recorded(run)
        view = View(loss, **beside)
        again = _repeated(run, before)
        constants = _constants(loss)
        same = (
            again is not None
            and _same(constants, _constants(again))
            and np.array_equal(loss.data, again.data, equal_nan=True)
        )
        view.trials = _moved(run, before, view, loss, constants) if same else None
        return view
    finally:
        _restore(before)


def _recorded(run: Callable[[], Any]) -> Tensor:
    with source_lines(), _everything_kept(), np.errstate(all="ignore"):  # a rule says it, and where
        loss = run()
    if not isinstance(loss, Tensor):
        raise TypeError(f"the function given to lint must give the loss, a Tensor, not {type(loss).__name__}")
    return loss


def _repeated(run: Callable[[], Any], states: Sequence[Any]) -> Tensor | None:
    """The loss of another run, with the same random numbers; None if it cannot be run again."""
    _restore(states)
    try:
        return _recorded(run)
    except Exception:  # an iterator is at its end, a graph was freed: it can be run only once
        return None


def _moved(
    run: Callable[[], Any], states: Sequence[Any], view: View, loss: Tensor, constants: dict[Position, Any]
) -> Trials | None:
    free = [parameter for _, parameter in view.parameters if parameter._node is not None]
    if not free:
        return None
    with _displaced(free):
        other = _repeated(run, states)
    lost: list[tuple[Step, int]] = []
    if other is not None:
        there = _constants(other)
        if there.keys() == constants.keys():  # else it took another branch, and nothing can be compared
            for (index, position), value in constants.items():
                step = view.steps[index]
                if not _equal(value, there[index, position]) and not _maximum_of_other(step, position, value):
                    lost.append((step, position))
    hidden = set()
    for parameter in [p for p in free if p._node not in view.leaves][:_MOST_ALONE]:
        with _displaced([parameter]):
            other = _repeated(run, states)
        if other is not None and not np.array_equal(other.data, loss.data, equal_nan=True):
            hidden.add(id(parameter))
    return Trials(lost, hidden)


def _constants(loss: Tensor) -> dict[Position, Any]:
    """The floating-point constants of a graph."""
    if loss._node is None:
        return {}
    return {
        (index, position): value
        for index, node in enumerate(leading_to([loss._node]))
        for position, (parent, value) in enumerate(zip(node.parents, (node.saved or ())[1:], strict=False))
        if parent is None and (isinstance(value, float) or (_is_array(value) and value.dtype.kind in "fc"))
    }


def _is_array(value: Any) -> bool:
    return isinstance(value, (np.ndarray, np.generic))


def _equal(a: Any, b: Any) -> bool:
    return np.shape(a) == np.shape(b) and np.array_equal(a, b, equal_nan=True)


def _same(a: dict[Position, Any], b: dict[Position, Any]) -> bool:
    return a.keys() == b.keys() and all(_equal(a[key], b[key]) for key in a)


def _maximum_of_other(step: Step, position: int, value: Any) -> bool:
    """Whether a constant is the maximum of what it is subtracted from: it cancels, as in a softmax that is stable."""
    x = step.argument(0) if step.op == "subtract" and position == 1 else None
    if x is None or np.ndim(x) == 0:
        return False
    greatest = [np.max(x, keepdims=True)] + [np.max(x, axis=axis, keepdims=True) for axis in range(np.ndim(x))]
    return any(np.size(value) == m.size and np.array_equal(np.reshape(value, m.shape), m) for m in greatest)


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


class _KeepsAll:
    """Stands in for a primitive where it is asked what to keep: all of it."""

    def kept(self, _wanted: Sequence[int], count: int) -> set[int]:
        return set(range(count + 1))


@contextmanager
def _everything_kept() -> Iterator[None]:
    """Let operations save all their arguments and their answer, whether a rule reads them or not.

    It holds for all threads; another one's graphs need more memory meanwhile, and mean the same.
    """
    primitives = list(registry.values())
    for primitive in primitives:
        primitive.keepers.clear()
        primitive.keepers.primitive = _KeepsAll()  # type: ignore[assignment]
    try:
        yield
    finally:
        for primitive in primitives:
            primitive.keepers.primitive = primitive
            primitive.keepers.clear()


def _random_states(*modules: Any) -> list[tuple[Callable[[Any], None], Any]]:
    """Where the generators of random numbers stand, each as what to call to put it back there, and with what."""
    generators = {id(g): g for g in [generator_or_default(None), *_generators_of(modules)]}
    states: list[tuple[Callable[[Any], None], Any]] = [
        (random.setstate, random.getstate()),
        (np.random.set_state, np.random.get_state()),
    ]
    for generator in generators.values():
        bits = generator.bit_generator
        states.append((lambda state, bits=bits: setattr(bits, "state", state), bits.state))  # type: ignore[misc]
    return states


def _generators_of(modules: Iterable[Any]) -> Iterator[Any]:
    for outer in modules:
        for module in () if outer is None else outer.modules():
            if getattr(module, "generator", None) is not None:
                yield module.generator


def _restore(states: Iterable[tuple[Callable[[Any], None], Any]]) -> None:
    for put_back, state in states:
        put_back(state)
