"""Parameters side by side: one buffer for their values, one for their gradients, one per optimizer state.

A `Flat` gives each of its parameters a place in these buffers, so that one NumPy call updates them all:

    data   [ weight 1 ......... | bias 1 . | weight 2 .... | bias 2 ]
    grad   [ weight 1 ......... | bias 1 . | weight 2 .... | bias 2 ]

A parameter stays an ordinary Tensor.  Its array becomes a view of `data`, and backward is told to write
its gradient into a view of `grad`.  Whoever replaces one or the other (`p.data = new`, a second optimizer,
`p.grad = g`) is served as well: what was put there is copied into its place at the next step.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from contextvars import Context
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy import ndarray

from autograd_lite.changes import note_changes, owner
from autograd_lite.tensor import Tensor

from .places import Array as Array
from .places import Place, Present

BLOCK = 32_768
"""How many numbers are updated at a time: few enough to stay in the cache from one NumPy call to the next."""

Block: TypeAlias = tuple[Array, Array, list[Array], list[Array]]
"""Parameters, gradients, state, scratch: parts of the buffers, of one length."""


class Run(NamedTuple):
    """Neighbouring parameters that are updated as one: data[start:stop], for the `step`-th time.

    grad      of all of them, on one axis
    in_place  whether that is a part of the gradient buffer
    own       what else is kept for each of them, the same for all: numbers by name
    """

    start: int
    stop: int
    step: int
    grad: Array
    in_place: bool
    own: Mapping[str, Any]


class Flat:
    """The parameters of one group that have one dtype, in buffers.

    Args:
        params: with a label for messages, each.
        dtype: of all of them.
    """

    def __init__(self, params: Sequence[tuple[Tensor, str]], dtype: Any) -> None:
        size = sum(param.size for param, _ in params)
        # An overflow, or 0 / 0 without an eps, shows in the numbers, as in PyTorch; it shall not end a step midway
        # where the user has made warnings errors.  A context says so to NumPy at a third of what errstate costs.
        self.quietly = Context().run
        self.quietly(np.seterr, all="ignore")
        self.data = _aligned(size, dtype)
        self.grad = _aligned(size, dtype)
        # Half precision cannot hold the squares Adam divides by (a gradient of 0.005 already makes it divide by
        # 0), so the state and the arithmetic of a step are float32 there.
        self.widened = dtype == np.float16
        self._work = np.dtype(np.float32) if self.widened else np.dtype(dtype)
        self._state: dict[str, Array] = {}
        self._scratch = [_aligned(min(size, BLOCK), self._work) for _ in range(4 if self.widened else 2)]
        self._cut: dict[tuple[int, int, tuple[str, ...]], list[Block]] = {}
        self.places: list[Place] = []
        start = 0
        for param, label in params:
            self.places.append(Place(param, label, start, self.data, self.grad))
            start += param.size
        self._owners = [id(owner(place.view)) for place in self.places]

    def state(self, name: str) -> Array:
        """The buffer of one optimizer state, zeros at first."""
        buffer = self._state.get(name)
        if buffer is None:
            buffer = self._state[name] = _aligned(self.data.size, self._work)
        return buffer

    def kept(self, value: Any) -> Any:
        """State of one parameter as it is kept here: a number, or an array of its own in the dtype of the state."""
        return np.array(value, self._work) if isinstance(value, ndarray) else float(value)

    def drop_state(self) -> None:
        """Forget the arrays of all state."""
        self._state.clear()
        self._cut.clear()
        for place in self.places:
            place.own = {}

    def whole(self) -> Run | None:
        """All parameters as one run, if each of them and its gradient is in its place: the usual case."""
        step = self.places[0].step
        for place in self.places:
            param = place.param
            node = param._node
            if node is None or param._data is not place.view or place.step != step:
                return None
            watch, room = node.watch, place.room
            if watch.grad is not room.array or watch.room is not room:
                return None
        own = self.places[0].own
        if own and not all(place.own is own or place.own == own for place in self.places):
            return None
        return Run(0, self.data.size, step + 1, self.grad, True, own)

    def present(self) -> list[Present]:
        """The parameters to update, in order; raises if one of them does not fit.  Changes nothing."""
        found = []
        for place in self.places:
            node = place.param._node
            if node is None:  # frozen
                continue
            grad = node.watch.grad
            if grad is None:
                continue
            if grad is not place.room.array or place.param._data is not place.view:
                grad = place.check(grad)
            found.append((place, grad))
        return found

    def check_finite(self, present: Sequence[Present] | None) -> None:
        """Raise if a gradient of these places, or of all for None, is not finite."""
        if present is None:
            if self.quietly(_is_finite, self.grad):
                return
            present = [(place, place.room.array) for place in self.places]
        for place, grad in present:
            if not self.quietly(_is_finite, place.laid(grad)):
                place.refuse(grad)

    def runs(self, present: Sequence[Present]) -> list[Run]:
        """Bring values and gradients to their places, and join neighbours that are at the same step."""
        runs: list[Run] = []
        start, stop, step = -1, -1, -1  # of the run that is growing, whose gradients are in `grad`
        own: Mapping[str, Any] = {}
        for place, grad in present:
            if place.param._data is not place.view or place.param._node.watch.room is not place.room:
                place.move_in()
            if grad is not place.room.array:
                room = place.room()
                if room is None:  # somebody holds an older gradient that lies there: use this one where it is
                    runs.append(Run(place.start, place.stop, place.step + 1, place.laid(grad), False, place.own))
                    continue
                room[...] = grad
            if place.start == stop and place.step + 1 == step and place.own == own:
                stop = place.stop
                continue
            if step > 0:
                runs.append(Run(start, stop, step, self.grad[start:stop], True, own))
            start, stop, step, own = place.start, place.stop, place.step + 1, place.own
        if step > 0:
            runs.append(Run(start, stop, step, self.grad[start:stop], True, own))
        return runs

    def finish(self, present: Sequence[Present] | None, counting: bool) -> None:
        """Count a step of these parameters, or of all for None; without `counting`, 1 says that there is state."""
        for place in self.places if present is None else [place for place, _ in present]:
            if counting or place.step == 0:
                place.step += 1

    def renew(self, present: Sequence[Present] | None, after: Callable[[int, Mapping[str, Any]], Any]) -> None:
        """Replace what each of these places, or all for None, keeps of its own by `after(step, own)`."""
        found: dict[tuple[float, ...], Any] = {}  # few are different: neighbours that went together share one
        for place in self.places if present is None else [place for place, _ in present]:
            key = (place.step, *place.own.values())
            if key not in found:
                found[key] = after(place.step + 1, place.own)
            place.own = found[key]

    def update_each(
        self,
        present: Sequence[Present],
        shapes: Callable[[tuple[int, ...]], Mapping[str, tuple[int, ...]]],
        rule: Callable[..., None],
        options: Mapping[str, Any],
    ) -> None:
        """Call `rule(p, g, state, scratch, step, options)` on each parameter whole, in its shape.

        Args:
            shapes: gives the shapes of the arrays that are kept for a parameter of some shape, by name.
        """
        runs = [self.runs([one])[0] for one in present]
        self.announce(present)
        for (place, _), run in zip(present, runs, strict=True):
            if not place.own:
                place.own = {name: np.zeros(s, self._work) for name, s in shapes(place.view.shape).items()}
            p, g = place.view, place.shaped(run.grad)
            if self.widened:
                p, g = p.astype(self._work), g.astype(self._work)
            rule(p, g, list(place.own.values()), self._scratch[:2], run.step, options)
            if self.widened:
                place.view[...] = p

    def announce(self, present: Sequence[Present] | None) -> None:
        """Tell the tape that these parameters, or all for None, are about to move."""
        if present is None:
            note_changes(self._owners)
        else:
            note_changes([id(owner(place.view)) for place, _ in present])

    def update(self, run: Run, names: tuple[str, ...], rule: Callable[..., None], options: Mapping[str, Any]) -> None:
        """Call `rule(p, g, state, scratch, step, options)` on each block of a run."""
        for p, g, state, scratch in self._blocks(run, names):
            if not self.widened:
                rule(p, g, state, scratch, run.step, options)
            else:
                s, t, wide_p, wide_g = scratch
                wide_p[...] = p
                wide_g[...] = g
                rule(wide_p, wide_g, state, (s, t), run.step, options)
                p[...] = wide_p

    def _blocks(self, run: Run, names: tuple[str, ...]) -> list[Block]:
        """A run cut into blocks; kept for the next step if its gradients are in place."""
        key = (run.start, run.stop, names)
        if run.in_place and key in self._cut:
            return self._cut[key]
        states = [self.state(name) for name in names]
        blocks = []
        for start in range(run.start, run.stop, BLOCK):
            stop = min(start + BLOCK, run.stop)
            blocks.append(
                (
                    self.data[start:stop],
                    run.grad[start - run.start : stop - run.start],
                    [buffer[start:stop] for buffer in states],
                    [buffer[: stop - start] for buffer in self._scratch],
                )
            )
        if run.in_place:
            if len(self._cut) >= 16:  # parameters come and go: do not collect every combination
                self._cut.clear()
            self._cut[key] = blocks
        return blocks


def _is_finite(line: Array) -> bool:
    """Whether all numbers are finite; takes no memory to speak of."""
    # one pass, unless a square overflows; half precision overflows on ordinary gradients
    if line.itemsize > 2 and math.isfinite(line.dot(line)):
        return True
    return all(np.isfinite(line[start : start + BLOCK]).all() for start in range(0, line.size, BLOCK))


def _aligned(size: int, dtype: Any) -> Array:
    """Zeros that begin where a cache line does: NumPy goes through them about a tenth faster."""
    room = np.zeros(size * np.dtype(dtype).itemsize + 64, np.uint8)
    start = -room.ctypes.data % 64
    return room[start : start + room.size - 64].view(dtype)
