"""An array with one axis hidden, and how NumPy's functions and our primitives meet it.

    x = Batched(np.ones((64, 3)), level)      # 64 examples of an array of shape (3,)
    x.shape                                   # (3,)
    np.sin(x), x @ w, x.sum()                 # Batched again, computed for all examples at once

A function written for one example runs on it unchanged.  It stands where the tape has arrays: `Tensor._data` may be
one, and rules for derivatives compute with it as they do with ndarrays.  Levels tell nested batches apart: the
operation is done for the newest batch first, and what is inside may be Batched for an older one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any, NoReturn

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from .. import ufuncs
from ..methods import Methods
from ..mode import Mode, _mode, current
from ..numpy_protocol import bound, declared_for
from ..ops.words import whole
from ..primitive import Primitive, Traced, registry
from .rules import rule_for, rule_for_function
from .rules.describing import Same


class BatchedShape(tuple[int, ...]):
    """The shape of one example; a node that has it was recorded inside of the batches of these levels."""

    levels: tuple[int, ...]


class Batched(NDArrayOperatorsMixin, Methods, Traced):
    """A batch of arrays, seen as one of them.

    physical  the arrays side by side along the first axis
    level     which batch it belongs to; newer ones have higher levels, and stand outside of older ones
    """

    __slots__ = ("level", "physical")

    _node = None

    def __init__(self, physical: Any, level: int) -> None:
        self.physical = physical
        self.level = level

    @property
    def _data(self) -> Any:  # what a Tensor has in a slot
        return self

    @property
    def shape(self) -> BatchedShape:
        """Of one example."""
        shape = BatchedShape(self.physical.shape[1:])
        shape.levels = self.levels
        return shape

    @property
    def levels(self) -> tuple[int, ...]:
        """Of all the batches that it has an axis of, the newest first."""
        inside = self.physical
        return (self.level, *inside.levels) if isinstance(inside, Batched) else (self.level,)

    @property
    def dtype(self) -> Any:
        return self.physical.dtype

    @property
    def ndim(self) -> int:
        return len(self.physical.shape) - 1

    @property
    def size(self) -> int:
        return int(np.prod(self.physical.shape[1:], dtype=int))

    @property
    def itemsize(self) -> int:
        return int(self.dtype.itemsize)

    @property
    def nbytes(self) -> int:
        return self.size * self.itemsize

    def _apply(self, primitive: Primitive, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        for arg in args:
            if isinstance(arg, Traced) and not isinstance(arg, Batched):
                return arg._apply(primitive, args, kwargs)
        return run(primitive, args, kwargs)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        if method == "__call__" and not kwargs and len(inputs) == 2:
            answer = self._beside_array(ufunc, *inputs)
            if answer is not None:
                return answer
        for x in inputs:
            if isinstance(x, Traced) and not isinstance(x, Batched):
                return x.__array_ufunc__(ufunc, method, *inputs, **kwargs)  # type: ignore[attr-defined]
        self._refuse_out(kwargs)
        function = declared_for(ufunc)
        if function is not None and (kwargs if method == "__call__" else method in ("outer", "at")):
            return ufuncs.run(function, ufunc, method, inputs, kwargs)
        if method == "__call__":
            return _call(registry.get(ufunc, ufunc), inputs, kwargs)
        return _call(getattr(ufunc, method), inputs, kwargs, f"{ufunc.__name__}.{method}")

    def _beside_array(self, ufunc: np.ufunc, x: Any, y: Any) -> Any:
        """The usual case at one look: a batch, and an ndarray that is the same for all examples; else None."""
        other = y if x is self else x
        physical = self.physical
        if type(other) is not np.ndarray or type(physical) is not np.ndarray:
            return None
        ahead = physical.ndim - 1
        if ufunc is np.matmul:
            if other.ndim != 2 or ahead < 1 or (y is self and ahead > 1):
                return None
            if y is self:  # a vector each: all of them are the rows of a matrix
                x, other = self, other.T
        elif ufunc.signature is not None or other.ndim > ahead:
            return None
        _check_alive()
        run = registry.get(ufunc, ufunc)
        raw = run.raw if isinstance(run, Primitive) else run
        return Batched(raw(physical, other) if x is self else raw(other, physical), self.level)

    def __array_function__(self, func: Callable[..., Any], types: Any, args: Any, kwargs: dict[str, Any]) -> Any:
        self._refuse_out(kwargs)
        function = declared_for(func)
        if function is None:
            return _call(func, args, kwargs)
        args, kwargs = bound(func, args, kwargs)
        return function(*args, **kwargs)

    def _refuse_out(self, kwargs: dict[str, Any]) -> None:
        if kwargs.get("out") is not None:
            raise TypeError(
                "inside vmap nothing is written in place: an array of one example cannot hold a whole batch"
            )
        kwargs.pop("out", None)

    def __iadd__(self, other: Any) -> Any:  # the sweeps add in place; here that makes a new array
        return self + other

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(len(self)))

    def __len__(self) -> int:
        return int(self.physical.shape[1])

    def __repr__(self) -> str:
        return f"<a batch of {self.physical.shape[0]} arrays of shape {tuple(self.shape)}, dtype {self.dtype}>"

    __hash__ = object.__hash__  # by identity, as a Tensor

    def _no_number(self, doing: str) -> NoReturn:
        raise TypeError(
            f"inside vmap, {doing} needs the numbers of one example, and there are {self.physical.shape[0]} of them; "
            "choose between values by np.where(condition, a, b), and take numbers out after vmap"
        )

    def __bool__(self) -> NoReturn:  # noqa: PLE0304  # it raises
        self._no_number("`if`, `while`, `and`, `or` or bool() of a Tensor")

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NoReturn:
        self._no_number("an ndarray made of a Tensor")

    def any(self, axis: Any = None, **options: Any) -> Any:
        """Over axes, of each example; without any, whether it holds anywhere in the batch.

        Functions of numpy always look at each example, and so do the methods of Tensors.  Our rules, which hold arrays,
        decide by this which way to go with all examples.
        """
        return np.any(whole(self)) if axis is None and not options else np.any(self, axis, **options)

    def all(self, axis: Any = None, **options: Any) -> Any:
        """Over axes, of each example; without any, whether it holds everywhere in the batch."""
        return np.all(whole(self)) if axis is None and not options else np.all(self, axis, **options)

    def _call(self, function: Callable[..., Any], args: Any, kwargs: dict[str, Any]) -> Any:
        """What `ops.words.of_arrays` asks for: a function that is not one of NumPy's, of arrays like this."""
        return _call(function, args, kwargs)

    def item(self) -> NoReturn:
        self._no_number("item()")

    def __float__(self) -> NoReturn:
        self._no_number("float()")

    def __int__(self) -> NoReturn:
        self._no_number("int()")

    def __complex__(self) -> NoReturn:
        self._no_number("complex()")

    def __index__(self) -> NoReturn:  # noqa: PLE0305  # it raises
        self._no_number("a Tensor as the end of a slice or the length of an axis")

    def tolist(self) -> NoReturn:
        self._no_number("tolist()")


_HOLDERS: tuple[type, ...] = (tuple, list, dict, slice)


def newest(values: Iterable[Any]) -> int:
    """The newest level of what is Batched among values, in containers and slices too; -1 if nothing is."""
    level = -1
    for value in values:
        if type(value) is Batched:
            found = value.level
        elif isinstance(value, _HOLDERS):
            if isinstance(value, dict):
                found = newest(value.values())
            else:
                inside: Any = (value.start, value.stop, value.step) if isinstance(value, slice) else value
                found = newest(inside)
        else:
            continue
        if found > level:
            level = found
    return level


def run(primitive: Primitive, args: Any, kwargs: dict[str, Any]) -> Any:
    """A primitive on arrays of which some may be Batched."""
    level = newest((*args, kwargs) if kwargs else args)
    if level < 0:
        return primitive.raw(*args, **kwargs)
    _check_alive()
    return _wrapped(rule_for(primitive)(primitive, level, args, kwargs), level)


def _call(function: Any, args: Any, kwargs: dict[str, Any], name: str | None = None) -> Any:
    """A function of NumPy's on arrays of which some may be Batched."""
    if isinstance(function, Primitive):
        return run(function, args, kwargs)
    level = newest((*args, kwargs))
    if level < 0:
        return function(*args, **kwargs)
    _check_alive()
    return _wrapped(rule_for_function(function, name)(function, level, args, kwargs), level)


def _check_alive() -> None:
    """Raise if a batch has got out of the function that was mapped, where nobody knows which axis is hidden."""
    if current().run is None:
        raise RuntimeError(
            "a Tensor from inside vmap is used after vmap has ended: return it from the function instead of storing it"
        )


def _wrapped(answer: Any, level: int) -> Any:
    """What a rule gives, as Batched, if it is not already."""
    if isinstance(answer, Same):
        return answer.answer
    if isinstance(answer, (list, tuple)):
        parts = [_wrapped(part, level) for part in answer]
        return answer._make(parts) if hasattr(answer, "_make") else type(answer)(parts)
    if not isinstance(answer, (np.ndarray, Traced)) or getattr(answer, "level", None) == level:
        return answer
    return Batched(answer, level)


next_level: Callable[[], int] = count().__next__


@contextmanager
def batching(recording: bool | None = None) -> Iterator[int]:
    """Let primitives run on batches inside the block; gives a level of its own for what is batched here."""
    mode = current()
    token = _mode.set(Mode(mode.recording if recording is None else recording, mode.fusing, run, mode.examiner))
    try:
        yield next_level()
    finally:
        _mode.reset(token)
