"""The sum of products over axes that two arrays share: what every product of NumPy's is, and each of their gradients.

Axes carry labels, as in `einsum`: `contract(a, b, ("ij", "jk", "ik"))` is the matrix product.  Its transpose in `a`
is the contraction of what it gave with `b`, ("ik", "jk", "ij"), so that gradients of any order are contractions again.
Each runs as one call of BLAS wherever axes are summed over and others are left.
"""

import functools
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..data import from_python, listed
from ..primitive import Primitive, Traced, bilinear, linear

Labels = tuple[str, str, str]
"""The axes of two arrays, and of the answer; no letter twice in one of them."""

Shape = tuple[int, ...]


def as_array(x: Any, *beside: Any) -> Any:
    """An operand of a product: a Tensor or ndarray as it is, lists of Tensors stacked, numbers as an array."""
    if isinstance(x, (Traced, np.ndarray)):
        return x
    if isinstance(x, (list, tuple)) and any(isinstance(item, (Traced, list, tuple)) for item in x):
        return np.stack([as_array(item, *beside) for item in x])
    return listed(x, *beside) if isinstance(x, (list, tuple)) else from_python(x)


def contract(a: Any, b: Any, labels: Labels) -> Any:
    """The sum of a * b over all labels that are not in the third; what has the same label is multiplied.

    An axis of length 1 is broadcast against a longer one of the same label.
    """
    a_steps, b_steps, labels = _preparation(labels, a.shape, b.shape)
    return _contraction(_prepared(a, a_steps), _prepared(b, b_steps), labels=labels)


Steps = tuple[Shape | None, Shape]
"""A shape to take, without the axes that are broadcast, or None; and axes to sum over."""


@functools.lru_cache(maxsize=1024)
def _preparation(labels: Labels, a_shape: Shape, b_shape: Shape) -> tuple[Steps, Steps, Labels]:
    """What is done to each array before, so that axes of one label are equally long, and each is needed."""
    left, right, out = labels
    sizes: dict[str, int] = {}
    for label, n in [*zip(left, a_shape, strict=True), *zip(right, b_shape, strict=True)]:
        if n != 1 or label not in sizes:
            sizes[label] = n
    long_left, long_right = (
        "".join(label for label, n in zip(given, shape, strict=True) if n == sizes[label])
        for given, shape in ((left, a_shape), (right, b_shape))
    )
    steps = []
    for given, kept, other in ((left, long_left, long_right), (right, long_right, long_left)):
        shape = tuple(sizes[label] for label in kept) if kept != given else None
        steps.append((shape, tuple(i for i, label in enumerate(kept) if label not in out and label not in other)))
    kept_left, kept_right = (
        "".join(label for i, label in enumerate(kept) if i not in axes)
        for kept, (_, axes) in zip((long_left, long_right), steps, strict=True)
    )
    return steps[0], steps[1], (kept_left, kept_right, out)


def _prepared(x: Any, steps: Steps) -> Any:
    shape, axes = steps
    x = x if shape is None else np.reshape(x, shape)
    return sum_over(x, axes) if axes else x


def _sum_over(x: Any, axes: Shape) -> Any:
    """The sum over axes, which `einsum` takes faster than `sum`; in the dtype of x also for integers and booleans."""
    labels = letters(x.ndim)
    return np.einsum(f"{labels}->{''.join(label for i, label in enumerate(labels) if i not in axes)}", x)


_sum_over.__name__ = "sum_over"
sum_over: Primitive = linear(
    _sum_over,
    lambda g, _ans, _x, axes: np.broadcast_to(np.expand_dims(g, axes), _x.shape),
    math="dY = Σ dX;  X̄ = Ȳ, repeated",
)


@functools.lru_cache(maxsize=1024)
def _plan(labels: Labels, a_shape: Shape, b_shape: Shape) -> Callable[[Any, Any], Any]:
    """How a contraction is run on ndarrays: as a product of aligned views, by BLAS, or by NumPy's einsum."""
    left, right, out = labels
    sizes = {**dict(zip(left, a_shape, strict=True)), **dict(zip(right, b_shape, strict=True))}
    both = [label for label in left if label in right]
    shared = [label for label in both if label not in out]
    if not shared:
        return _aligned(labels, sizes)
    batch = [label for label in out if label in both]
    rows = [label for label in left if label not in both]
    columns = [label for label in right if label not in both]
    subscripts = f"{left},{right}->{out}"
    if not (rows or columns):
        if batch or left != right:
            return lambda a, b: np.einsum(subscripts, a, b)
        return lambda a, b: (
            a.reshape(-1) @ b.reshape(-1)
            if a.flags.c_contiguous and b.flags.c_contiguous
            else np.einsum(subscripts, a, b)
        )
    work = math.prod(sizes[label] for label in [*rows, *shared, *columns])
    if rows and columns:
        blas = work > 256 or not left[-1] == right[-1] == out[-1]  # loops along the stack win for small matrices
    else:  # a matrix times vectors: only if the matrix can be read as it lies, and is not tiny
        lying = list(left if rows else right)
        blas = lying in (batch + rows + columns + shared, batch + shared + rows + columns) and (work > 32 or not batch)
    if not blas:
        return lambda a, b: np.einsum(subscripts, a, b)
    return _matrix_product(labels, sizes, (batch, rows, shared, columns))


def _order(given: Sequence[str], wanted: Sequence[str]) -> list[int]:
    return [given.index(label) for label in wanted]


def _aligned(labels: Labels, sizes: dict[str, int]) -> Callable[[Any, Any], Any]:
    """A product in which nothing is summed over: elementwise, of views with the axes of the answer."""
    left, right, out = labels
    a_order, b_order = (_order(given, [label for label in out if label in given]) for given in (left, right))
    a_shape, b_shape = (tuple(sizes[label] if label in given else 1 for label in out) for given in (left, right))
    return lambda a, b: a.transpose(a_order).reshape(a_shape) * b.transpose(b_order).reshape(b_shape)


def _matrix_product(
    labels: Labels, sizes: dict[str, int], groups: tuple[list[str], list[str], list[str], list[str]]
) -> Callable[[Any, Any], Any]:
    """A product of (stacks of) matrices, or of one with vectors, after axes that belong together have become one."""
    left, right, out = labels
    batch, rows, shared, columns = groups

    def length(group: list[str]) -> int:
        return math.prod(sizes[label] for label in group)

    stack = (length(batch),) if batch else ()
    a_order, b_order = _order(left, batch + rows + shared), _order(right, batch + shared + columns)
    a_matrix, b_matrix = (*stack, length(rows), length(shared)), (*stack, length(shared), length(columns))
    if not (stack or rows):
        a_matrix = a_matrix[1:]
    if not (stack or columns):
        b_matrix = b_matrix[:-1]
    given = batch + rows + columns
    shape, out_order = tuple(sizes[label] for label in given), _order(given, out)
    return lambda a, b: (
        (a.transpose(a_order).reshape(a_matrix) @ b.transpose(b_order).reshape(b_matrix))
        .reshape(shape)
        .transpose(out_order)
    )


def _contract(a: Any, b: Any, *, labels: Labels) -> Any:
    return _plan(labels, a.shape, b.shape)(a, b)


def _left(g: Any, _ans: Any, _a: Any, b: Any, *, labels: Labels) -> Any:
    left, right, out = labels
    return _contraction(g, b, labels=(out, right, left))


def _right(g: Any, _ans: Any, a: Any, _b: Any, *, labels: Labels) -> Any:
    left, right, out = labels
    return _contraction(a, g, labels=(left, out, right))


_contraction: Primitive = bilinear(
    np.einsum, _left, _right, raw=_contract,
    math="dYₖ = Σ dAᵢ Bⱼ + Σ Aᵢ dBⱼ over the labels of i, j that are not in k;  Āᵢ = Σ Ȳₖ Bⱼ,  B̄ⱼ = Σ Aᵢ Ȳₖ",
)  # fmt: skip


# -- the products of NumPy, by the labels of their axes


def pulled_left(g: Any, b: Any, labels: Labels, shape: Shape) -> Any:
    """The cotangent of the left argument, of `shape`, of a contraction."""
    left, right, out = labels
    return _pulled(g, b, (out, right), left, shape)


def pulled_right(g: Any, a: Any, labels: Labels, shape: Shape) -> Any:
    """The cotangent of the right argument, of `shape`, of a contraction."""
    left, right, out = labels
    return _pulled(a, g, (left, out), right, shape)


def _pulled(x: Any, y: Any, given: tuple[str, str], wanted: str, shape: Shape) -> Any:
    """The contraction of x and y that has the labels `wanted`; axes of length 1, which were broadcast, are summed."""
    long = {
        label
        for z, labels in zip((x, y), given, strict=True)
        for label, n in zip(labels, z.shape, strict=True)
        if n != 1
    }
    kept = "".join(label for label, n in zip(wanted, shape, strict=True) if n != 1 or label not in long)
    found = contract(x, y, (*given, kept))
    return found if kept == wanted else np.reshape(found, shape)


def product(
    function: Callable[..., Any],
    labelled: Callable[..., Labels],
    *,
    raw: Callable[..., Any] | None = None,
    math: str = "",
) -> Primitive:
    """Declare a product of two arrays by its labels: `labelled(a.ndim, b.ndim, **kwargs)`."""

    def left(g: Any, _ans: Any, _a: Any, b: Any, **kwargs: Any) -> Any:
        return pulled_left(g, b, labelled(len(_a.shape), len(b.shape), **kwargs), _a.shape)

    def right(g: Any, _ans: Any, a: Any, _b: Any, **kwargs: Any) -> Any:
        return pulled_right(g, a, labelled(len(a.shape), len(_b.shape), **kwargs), _b.shape)

    return bilinear(function, left, right, raw=raw, math=math)


_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def letters(count: int, start: int = 0) -> str:
    """So many labels, beginning with the one at `start`."""
    return _LETTERS[start : start + count]
