"""Parameters in any arrangement, seen as one vector, and back again.

    structure = Structure({"w": np.zeros((2, 3)), "b": 0.5})
    structure.start                     the seven numbers, in float64
    structure.tensors(vector)           {"w": Tensor, "b": Tensor}, and the Tensors in a list
    structure.rebuild(vector)           {"w": ndarray, "b": float}, as they were given

Leaves are Tensors, ndarrays, NumPy scalars and Python floats (which are float64: that is what a Python float
is); they may be arranged in dicts, lists, tuples, named tuples and dataclasses, inside each other as you like.
"""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np

from autograd_lite import Tensor
from autograd_lite.errors import describe

Array: TypeAlias = np.ndarray[Any, Any]


@dataclasses.dataclass(frozen=True)
class Leaf:
    """One array of the structure: where it is, what it is, and its place in the vector."""

    path: str
    shape: tuple[int, ...]
    dtype: Any
    kind: type
    start: int
    stop: int

    def array(self, vector: Array) -> Array:
        """Its part of the vector, in its own shape and dtype, in memory of its own."""
        return vector[self.start : self.stop].reshape(self.shape).astype(self.dtype)

    def restore(self, vector: Array) -> Any:
        """Its part of the vector, as the kind of thing that was given."""
        array = self.array(vector)
        if self.kind is Tensor:
            return Tensor(array)
        if self.kind is np.ndarray:
            return array
        return float(array) if self.kind is float else array[()]


class Structure:
    """The arrangement of x0.

    Raises:
        TypeError: a leaf is not of a floating-point dtype, or is nothing that holds numbers.
        ValueError: there are no numbers in it, or one of them is NaN or infinite.
    """

    def __init__(self, x0: Any) -> None:
        self.leaves: list[Leaf] = []
        parts: list[Array] = []

        def take(value: Any, path: str) -> Leaf:
            array = _array(value, path)
            if not np.isfinite(array).all():
                raise ValueError(f"{path} holds a NaN or an infinite number: {describe(value)}; start from finite ones")
            begin = self.leaves[-1].stop if self.leaves else 0
            kind = float if type(value) is float else Tensor if isinstance(value, Tensor) else type(value)
            kind = np.ndarray if isinstance(value, np.ndarray) else kind
            self.leaves.append(Leaf(path, array.shape, array.dtype, kind, begin, begin + array.size))
            parts.append(array.astype(np.float64).ravel())
            return self.leaves[-1]

        self._template = _map(x0, take, "x0")
        self.start: Array = np.concatenate(parts) if parts else np.zeros(0)
        if not self.start.size:
            raise ValueError(f"x0={describe(x0)} has no numbers in it; pass arrays, or a dict, list, ... of them")
        self.dtype = min((leaf.dtype for leaf in self.leaves), key=lambda dtype: dtype.itemsize)
        """The coarsest dtype of a leaf: what precision there is."""
        self.eps = float(np.finfo(self.dtype).eps)
        self._exact = all(leaf.dtype == np.float64 for leaf in self.leaves)

    @property
    def size(self) -> int:
        """How many numbers there are."""
        return self.start.size

    def tensors(self, vector: Array) -> tuple[Any, list[Tensor]]:
        """Fresh Tensors that require gradients, in the structure of x0 and in a list."""
        made = [Tensor(leaf.array(vector), requires_grad=True) for leaf in self.leaves]
        found = iter(made)
        return _map(self._template, lambda _leaf, _path: next(found), ""), made

    def rebuild(self, vector: Array) -> Any:
        """The vector in the structure of x0, each leaf of the kind and dtype that was given."""
        with np.errstate(over="ignore"):  # a standard error may be beyond float16
            return _map(self._template, lambda leaf, _path: leaf.restore(vector), "")

    def rounded(self, vector: Array) -> Array:
        """The vector with each number as its leaf's dtype can hold it."""
        if self._exact:
            return vector
        return self.flat([leaf.array(vector) for leaf in self.leaves])

    def flat(self, arrays: Sequence[Any]) -> Array:
        """Arrays (or Tensors), one per leaf, as one vector."""
        return np.concatenate([np.asarray(array, np.float64).ravel() for array in arrays])

    def split(self, vector: Array) -> list[Array]:
        """A vector in arrays, one per leaf."""
        return [leaf.array(vector) for leaf in self.leaves]

    def spread(self, value: Any, name: str, missing: float | None = None) -> Array:
        """A number for all, or a structure like x0 whose leaves broadcast to those of x0, as a vector.

        Args:
            value: the number or the structure.
            name: what messages call it.
            missing: what None stands for, as a leaf or inside one; None: it may not occur.

        Raises:
            TypeError, ValueError: it is not like x0, or not numbers; the message begins with `name`.
        """
        if isinstance(value, (int, float, np.number)) and not isinstance(value, bool):
            return np.full(self.size, float(value))
        found: list[Any] = []
        _walk_together(self._template, value, name, found)
        return np.concatenate([
            _broadcast(given, leaf, path, missing) for (given, path), leaf in zip(found, self.leaves, strict=True)
        ])  # fmt: skip


def _array(value: Any, path: str) -> Array:
    if isinstance(value, Tensor):
        array: Array = np.asarray(value.data)
    elif isinstance(value, (np.ndarray, np.generic, float)):
        array = np.asarray(value)
    elif isinstance(value, (bool, int)):
        raise TypeError(f"{path}={value!r} is a {type(value).__name__}, not floating-point; write {float(value)}")
    else:
        raise TypeError(
            f"{path} is a {type(value).__name__}; pass a Tensor, an ndarray or a float, or a dict, list, tuple or "
            "dataclass of them"
        )
    if array.dtype.kind == "c":
        raise TypeError(
            f"{path}, {describe(array)}, is complex, and points are made of real numbers; pass the real and the "
            "imaginary part, and put them together in the function: re + 1j * im"
        )
    if array.dtype not in (np.float64, np.float32, np.float16):
        raise TypeError(f"{path}, {describe(array)}, is not of a floating-point dtype; use .astype(np.float64)")
    return array


def _children(tree: Any) -> list[tuple[Any, str]] | None:
    """What is directly inside a container, each with how to write its place; None if it is no container."""
    if isinstance(tree, dict):
        return [(key, f"[{key!r}]") for key in tree]
    if isinstance(tree, (list, tuple)):
        return [(i, f"[{i}]") for i in range(len(tree))]
    if dataclasses.is_dataclass(tree) and not isinstance(tree, (type, Leaf)):
        return [(field.name, f".{field.name}") for field in dataclasses.fields(tree)]
    return None


def _get(tree: Any, key: Any) -> Any:
    return tree[key] if isinstance(tree, (dict, list, tuple)) else getattr(tree, key)


def _map(tree: Any, function: Callable[[Any, str], Any], path: str) -> Any:
    """The same structure with `function(leaf, path)` in the place of each leaf, in order."""
    children = _children(tree)
    if children is None:
        return function(tree, path)
    new = [_map(_get(tree, key), function, path + where) for key, where in children]
    if isinstance(tree, (list, tuple)):
        if hasattr(tree, "_fields"):  # a named tuple takes its parts one by one
            return type(tree)(*new)
        return type(tree)(new)
    result = copy.copy(tree)
    for (key, _), value in zip(children, new, strict=True):
        if isinstance(tree, dict):
            result[key] = value
        else:
            object.__setattr__(result, key, value)  # a frozen dataclass too
    return result


def _walk_together(template: Any, tree: Any, path: str, found: list[Any]) -> None:
    if isinstance(template, Leaf):
        found.append((tree, path))
        return
    wanted, given = _children(template), _children(tree)
    assert wanted is not None
    keys = [key for key, _ in wanted]
    if given is None or len(given) != len(keys) or {key for key, _ in given} != set(keys):
        raise ValueError(
            f"{path} is not arranged as x0 is: there it has {keys}, here it is {describe(tree)}; "
            "pass a number, or the structure of x0"
        )
    for key, where in wanted:
        _walk_together(_get(template, key), _get(tree, key), path + where, found)


def _broadcast(given: Any, leaf: Leaf, path: str, missing: float | None) -> Array:
    try:
        array = np.asarray(given.data if isinstance(given, Tensor) else given)
        if array.dtype == object:  # NumPy would make NaN of None
            array = np.array([_filled(one, missing) for one in array.flat]).reshape(array.shape)
        return np.broadcast_to(array.astype(np.float64), leaf.shape).ravel()
    except (TypeError, ValueError):
        raise ValueError(
            f"{path}={describe(given)} does not broadcast to the shape {leaf.shape} of {leaf.path}; "
            "pass a number or an array of that shape"
        ) from None


def _filled(value: Any, missing: float | None) -> float:
    if value is None and missing is not None:
        return missing
    if value is None:
        raise TypeError("None where a number is needed")
    return float(value)
