"""Parameters side by side: one buffer for their values, one for their gradients, one per optimizer state.

A `Flat` gives each of its parameters a place in these buffers, so that one NumPy call updates them all:

    data   [ weight 1 ......... | bias 1 . | weight 2 .... | bias 2 ]
    grad   [ weight 1 ......... | bias 1 . | weight 2 .... | bias 2 ]

A parameter stays an ordinary Tensor.  Its array becomes a view of `data`, and backward is told to write
its gradient into a view of `grad`.  Whoever replaces one or the other (`p.data = new`, a second optimizer,
`p.grad = g`) is served as well: what was put there is copied into its place at the next step.

A gradient that somebody still holds is never written over.  Each place has a memory owner of its own,
whose reference count says whether anyone outside has a view of it; if so, backward takes fresh memory.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping, Sequence
from contextvars import Context
from itertools import count
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy import ndarray

from autograd_lite.changes import note_changes, owner
from autograd_lite.tensor import Tensor

Array: TypeAlias = ndarray[Any, Any]

BLOCK = 32_768
"""How many numbers are updated at a time: few enough to stay in the cache from one NumPy call to the next."""

Block: TypeAlias = tuple[Array, Array, list[Array], list[Array]]
"""Parameters, gradients, state, scratch: parts of the buffers, of one length."""

_always_new = count()
# A Python that counts no references cannot tell whether somebody looks at an array; then somebody always does.
_references: Callable[[Any], int] = getattr(sys, "getrefcount", lambda _: next(_always_new))


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


class Room:
    """Where backward may write the gradient of one parameter: called, gives the array, or None if it is in use."""

    __slots__ = ("_idle", "_line", "array")

    def __init__(self, grad: Array, place: Place) -> None:
        self._line = _line(grad, place.start, place.stop)
        self.array: Array = place.shaped(self._line)
        # Views that others take refer to `_line`.  Nobody has seen the two arrays yet, not even a local name here.
        self._idle = _references(self._line) + _references(self.array)

    def __call__(self) -> Array | None:
        return self.array if _references(self._line) + _references(self.array) == self._idle else None


class Place:
    """The place of one parameter in the buffers.

    A Room does not know its Place, nor the parameter: a parameter that is dropped goes without the
    garbage collector.  A parameter that lies transposed in memory, as the weight of a linear layer does, lies
    so in the buffers too.
    """

    __slots__ = ("label", "own", "param", "room", "shape", "start", "step", "stop", "turned", "view")

    def __init__(self, param: Tensor, label: str, start: int, data: Array, grad: Array) -> None:
        self.param = param
        self.label = label
        self.start = start
        self.stop = start + param.size
        self.step = 0
        self.own: Mapping[str, Any] = {}
        """State that is not in the buffers: numbers, and arrays of another shape; its neighbours may share it."""
        self.shape: tuple[int, ...] = param.shape
        self.turned: bool = not param._data.flags.c_contiguous and param._data.flags.f_contiguous
        self.view: Array = self.shaped(_line(data, start, self.stop))
        self.room = Room(grad, self)
        self.move_in()

    def shaped(self, line: Array) -> Array:
        """A part of a buffer in the shape of the parameter."""
        return line.reshape(self.shape[::-1]).T if self.turned else line.reshape(self.shape)

    def laid(self, array: Array) -> Array:
        """An array of the parameter's shape on one axis, in the order of the buffers."""
        return array.T.reshape(-1) if self.turned else array.reshape(-1)

    def move_in(self) -> None:
        """Make the parameter's array, and its next gradient, those of this place; its values stay what they are."""
        param = self.param
        if param._data is not self.view:
            self.view[...] = param._data
            param._data = self.view
        if param._node is not None:
            param._node.watch.room = self.room

    def check(self, grad: Any) -> Array:
        """The gradient as an array, if parameter and gradient still fit this place."""
        now = self.param._data
        if now.shape != self.view.shape or now.dtype != self.view.dtype:
            raise ValueError(
                f"step(): {self.label} is now {now.dtype}{list(now.shape)}, but the optimizer was made for "
                f"{self.view.dtype}{list(self.view.shape)}; make a new optimizer for it"
            )
        array = np.asarray(grad._data if isinstance(grad, Tensor) else grad)
        if array.shape != now.shape or array.dtype != now.dtype:
            raise ValueError(
                f"step(): the gradient of {self.label} is {array.dtype}{list(array.shape)}, but the parameter is "
                f"{now.dtype}{list(now.shape)}; assign p.grad an array of the parameter's shape and dtype"
            )
        return array

    def refuse(self, grad: Array) -> None:
        """Raise because the gradient has an element that is not a number, or infinite."""
        wrong = np.argwhere(~np.isfinite(grad))
        first = tuple(wrong[0].tolist())
        raise ValueError(
            f"step(): the gradient of {self.label}, {grad.dtype}{list(grad.shape)}, has {len(wrong)} elements that are "
            f"not finite, the first {grad[first]} at {list(first)}; no parameter was changed. Look for the operation "
            "that overflows or divides by zero, or lower lr; zero_grad() passes this step over"
        )


Present: TypeAlias = tuple[Place, Array]
"""A parameter that has a gradient, and the gradient as an array."""


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


def _line(buffer: Array, start: int, stop: int) -> Array:
    """A part of a buffer as an array that views of it name as their base.

    An ordinary slice would hand its own base on, the whole buffer, and so could not tell whether somebody
    looks at this part of it, nor the tape which part has changed.
    """
    return np.frombuffer(buffer.data, buffer.dtype, stop - start, start * buffer.itemsize)
