"""Products of vectors, matrices and stacks of them; each is declared by the labels of its axes (see `contraction`).

`vdot`, `vecdot` and `vecmat` conjugate their first argument, as in NumPy.  The sweep carries c with dL = Re(c dz), and
Re(c conj(dz)) = Re(conj(c) dz): so the cotangent of that argument is conjugated.
"""

import functools
import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..primitive import bilinear
from .contraction import Labels, as_array, letters, product, pulled_left, pulled_right
from .implementing import implements
from .words import as_vector, conjugate

__all__ = ["cross", "dot", "inner", "kron", "matmul", "matvec", "outer", "tensordot", "vdot", "vecdot", "vecmat"]


# -- matmul and the other generalized ufuncs: stacks that are broadcast


@functools.lru_cache(maxsize=256)
def _stacked(a_ndim: int, b_ndim: int, a_core: str, b_core: str, core: str) -> Labels:
    """Labels of a product of stacks: those of the matrices or vectors, behind those of the stacks."""
    a_stack, b_stack = a_ndim - len(a_core), b_ndim - len(b_core)
    stack = letters(max(a_stack, b_stack))
    return stack[len(stack) - a_stack :] + a_core, stack[len(stack) - b_stack :] + b_core, stack + core


def _matmul_labels(a_ndim: int, b_ndim: int) -> Labels:
    a_core, b_core = "X" * (a_ndim > 1) + "Y", "Y" + "Z" * (b_ndim > 1)
    return _stacked(a_ndim, b_ndim, a_core, b_core, (a_core + b_core).replace("Y", ""))


def _is_matrix(x: Any) -> bool:
    """Whether x is one, of numbers: seen transposed it is no operation that would be recorded."""
    return type(x) is np.ndarray and x.ndim == 2


def _matmul_left(g: Any, _ans: Any, _a: Any, b: Any) -> Any:
    shape = _a.shape
    if _is_matrix(b) or (len(shape) == len(b.shape) > 1 and shape[:-2] == g.shape[:-2]):  # no stack is broadcast
        return g @ b.mT
    return pulled_left(g, b, _matmul_labels(len(shape), len(b.shape)), shape)


def _matmul_right(g: Any, _ans: Any, a: Any, _b: Any) -> Any:
    shape = _b.shape
    if _is_matrix(a) or (len(shape) == len(a.shape) > 1 and shape[:-2] == g.shape[:-2]):
        return a.mT @ g
    return pulled_right(g, a, _matmul_labels(len(a.shape), len(shape)), shape)


_matmul = bilinear(
    np.matmul, _matmul_left, _matmul_right, raw=operator.matmul, math="dY = dA B + A dB;  Ā = Ȳ Bᵀ,  B̄ = Aᵀ Ȳ"
)


_vecdot_labels = functools.partial(_stacked, a_core="X", b_core="X", core="")
_vecdot_primitive = bilinear(
    np.vecdot,
    lambda g, _ans, _a, b: conjugate(pulled_left(g, b, _vecdot_labels(len(_a.shape), len(b.shape)), _a.shape)),
    lambda g, _ans, a, _b: pulled_right(g, conjugate(a), _vecdot_labels(len(a.shape), len(_b.shape)), _b.shape),
    math="dy = dxᴴ z + xᴴ dz;  x̄ = conj(ȳ z),  z̄ = ȳ conj(x)",
)


def _core(axes: Any) -> tuple[int, ...]:
    return (axes,) if isinstance(axes, int) else tuple(axes)


def _moved(x: Any, axes: Any) -> Any:
    """x with `axes` last."""
    axes = _core(axes)
    return np.moveaxis(x, axes, tuple(range(-len(axes), 0)))


def _moved_back(x: Any, axes: Any) -> Any:
    axes = _core(axes)
    return np.moveaxis(x, tuple(range(-len(axes), 0)), axes) if axes else x


@implements(np.matmul, np.linalg.matmul)
def matmul(x1: Any, x2: Any, /, *, axes: Sequence[Any] | None = None) -> Any:
    """The matrix product over the last two axes; a vector counts as one row (left) or one column (right).

    Args:
        axes: which two axes of x1, of x2 and of the answer are the matrices, if not the last.
    """
    x1, x2 = as_array(x1, x2), as_array(x2, x1)
    if axes is None:
        return _matmul(x1, x2)
    return _moved_back(_matmul(_moved(x1, axes[0]), _moved(x2, axes[1])), axes[2])


@implements(np.vecdot, np.linalg.vecdot)
def vecdot(x1: Any, x2: Any, /, *, axis: int = -1, keepdims: bool = False, axes: Sequence[Any] | None = None) -> Any:
    """The dot product of the vectors along an axis, of which those of x1 are conjugated: sum_i conj(x1_i) x2_i.

    Args:
        axes: as `axis`, for x1, x2 and the answer (with none, or with `keepdims` that of length 1) one by one.

    >>> import autograd_lite as ag
    >>> ag.vecdot(ag.Tensor([[1.0, 2.0], [3.0, 4.0]]), ag.Tensor([1.0, -1.0]))
    Tensor([-1., -1.], dtype=float32)
    """
    x1, x2 = as_array(x1, x2), as_array(x2, x1)
    into: Any = axis
    if axes is not None:
        x1, x2 = _moved(x1, axes[0]), _moved(x2, axes[1])
        into = axes[2] if len(axes) > 2 and keepdims else axes[0]
    elif axis != -1:
        x1, x2 = _moved(x1, axis), _moved(x2, axis)
    found = _vecdot_primitive(x1, x2)
    return np.expand_dims(found, _core(into)) if keepdims else found


_matvec_labels = functools.partial(_stacked, a_core="XY", b_core="Y", core="X")
_vecmat_labels = functools.partial(_stacked, a_core="X", b_core="XY", core="Y")
_matvec = product(np.matvec, _matvec_labels, math="dy = dA x + A dx;  Ā = ȳ xᵀ,  x̄ = Aᵀ ȳ")
_vecmat = bilinear(
    np.vecmat,
    lambda g, _ans, _x, a: conjugate(pulled_left(g, a, _vecmat_labels(len(_x.shape), len(a.shape)), _x.shape)),
    lambda g, _ans, x, _a: pulled_right(g, conjugate(x), _vecmat_labels(len(x.shape), len(_a.shape)), _a.shape),
    math="dyᵀ = dxᴴ A + xᴴ dA;  x̄ = conj(A ȳ),  Ā = conj(x) ȳᵀ",
)


@implements(np.matvec)
def matvec(x1: Any, x2: Any, /, *, axes: Sequence[Any] | None = None) -> Any:
    """Matrices (the last two axes of x1) times vectors (the last of x2); `axes` as in `matmul`."""
    x1, x2 = as_array(x1, x2), as_array(x2, x1)
    if axes is None:
        return _matvec(x1, x2)
    return _moved_back(_matvec(_moved(x1, axes[0]), _moved(x2, axes[1])), axes[2])


@implements(np.vecmat)
def vecmat(x1: Any, x2: Any, /, *, axes: Sequence[Any] | None = None) -> Any:
    """Vectors (the last axis of x1), conjugated, times matrices (the last two of x2); `axes` as in `matmul`."""
    x1, x2 = as_array(x1, x2), as_array(x2, x1)
    if axes is None:
        return _vecmat(x1, x2)
    return _moved_back(_vecmat(_moved(x1, axes[0]), _moved(x2, axes[1])), axes[2])


# -- dot, inner, outer, tensordot, kron: all pairs of the axes that are not summed over


@functools.lru_cache(maxsize=256)
def _summed_over(a_ndim: int, b_ndim: int, a_axes: tuple[int, ...], b_axes: tuple[int, ...]) -> Labels:
    """Labels of a sum over pairs of axes, in which all other axes of a stand before those of b."""
    left = letters(a_ndim)
    right = list(letters(b_ndim, a_ndim))
    for i, j in zip(a_axes, b_axes, strict=True):
        right[j] = left[i]
    free = [label for label in left if label not in right] + [label for label in right if label not in left]
    return left, "".join(right), "".join(free)


_dot = product(
    np.dot,
    lambda a_ndim, b_ndim: _summed_over(a_ndim, b_ndim, (-1,), (-min(b_ndim, 2),)),
    math="dY = dA B + A dB;  Ā = Ȳ Bᵀ,  B̄ = Aᵀ Ȳ",
)
_inner = product(
    np.inner,
    lambda a_ndim, b_ndim: _summed_over(a_ndim, b_ndim, (-1,), (-1,)),
    math="dY = dA Bᵀ + A dBᵀ;  Ā = Ȳ B,  B̄ = Ȳᵀ A",
)
_outer = product(np.outer, lambda _a_ndim, _b_ndim: ("a", "b", "ab"), math="dY = da bᵀ + a dbᵀ;  ā = Ȳ b,  b̄ = Ȳᵀ a")
_tensordot = product(
    np.tensordot,
    lambda a_ndim, b_ndim, *, axes: _summed_over(a_ndim, b_ndim, *axes),
    math="dY = dA · B + A · dB;  Ā = Ȳ · B over the axes of Y from B,  B̄ = A · Ȳ over those from A",
)


def _unless_number(x: Any, beside: Any) -> Any:
    """An operand as an array, but one of Python's numbers as it is, which widens no dtype."""
    return x if isinstance(x, (int, float, complex)) else as_array(x, beside)


@implements(np.dot)
def dot(a: Any, b: Any) -> Any:
    """The sum over the last axis of a and the second-last (or only one) of b; with a number, the product."""
    a, b = _unless_number(a, b), _unless_number(b, a)
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return np.multiply(a, b)
    return _dot(a, b)


@implements(np.inner)
def inner(a: Any, b: Any) -> Any:
    """The sum over the last axes of a and b; with a number, the product."""
    a, b = _unless_number(a, b), _unless_number(b, a)
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return np.multiply(a, b)
    return _inner(a, b)


@implements(np.vdot)
def vdot(a: Any, b: Any, /) -> Any:
    """The dot product of all elements of a, conjugated, and of b, each in a row."""
    return _vecdot_primitive(as_vector(as_array(a, b)), as_vector(as_array(b, a)))


@implements(np.outer, np.linalg.outer)
def outer(a: Any, b: Any) -> Any:
    """All products of an element of a and one of b, each in a row."""
    return _outer(as_vector(as_array(a, b)), as_vector(as_array(b, a)))


@implements(np.tensordot, np.linalg.tensordot)
def tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    """The sum over pairs of axes: the last `axes` of a with the first of b, or those in axes[0] and axes[1].

    >>> import numpy as np, autograd_lite as ag
    >>> ag.tensordot(ag.Tensor(np.ones((2, 3, 4))), np.ones((4, 5, 3)), axes=([1, 2], [2, 0])).shape
    (2, 5)
    """
    a, b = as_array(a, b), as_array(b, a)
    if np.ndim(axes) == 0 and not isinstance(axes, (list, tuple)):
        count = int(axes)
        pairs = tuple(range(a.ndim - count, a.ndim)), tuple(range(count))
        fitting = 0 <= count <= min(a.ndim, b.ndim)
    else:
        first, second = axes
        pairs = tuple(map(int, np.atleast_1d(first))), tuple(map(int, np.atleast_1d(second)))
        fitting = len(pairs[0]) == len(pairs[1])
    if not (
        fitting
        and all(-a.ndim <= i < a.ndim and -b.ndim <= j < b.ndim for i, j in zip(*pairs, strict=True))
        and all(a.shape[i] == b.shape[j] for i, j in zip(*pairs, strict=True))
    ):
        raise ValueError(
            f"tensordot of the shapes {a.shape} and {b.shape} with axes={axes}: axes summed over together must exist "
            "and be equally long; give axes=([of a], [of b]), or how many of the last of a and the first of b"
        )
    return _tensordot(a, b, axes=pairs)


def _kron_parts(a_shape: tuple[int, ...], b_shape: tuple[int, ...]) -> tuple[Any, Any, Any, Labels]:
    """Shapes of a and b with as many axes each, that of their product before axes are merged, and the labels."""
    n = max(len(a_shape), len(b_shape))
    a_shape, b_shape = (1,) * (n - len(a_shape)) + a_shape, (1,) * (n - len(b_shape)) + b_shape
    left, right = letters(n), letters(n, n)
    pairs = list(zip(left, right, strict=True))
    whole = tuple(length for pair in zip(a_shape, b_shape, strict=True) for length in pair)
    return a_shape, b_shape, whole, (left, right, "".join(x + y for x, y in pairs))


def _kron_left(g: Any, _ans: Any, _a: Any, b: Any) -> Any:
    a_shape, b_shape, whole, labels = _kron_parts(_a.shape, b.shape)
    return np.reshape(pulled_left(np.reshape(g, whole), np.reshape(b, b_shape), labels, a_shape), _a.shape)


def _kron_right(g: Any, _ans: Any, a: Any, _b: Any) -> Any:
    a_shape, b_shape, whole, labels = _kron_parts(a.shape, _b.shape)
    return np.reshape(pulled_right(np.reshape(g, whole), np.reshape(a, a_shape), labels, b_shape), _b.shape)


_kron = bilinear(
    np.kron,
    _kron_left,
    _kron_right,
    math="dY = dA ⊗ B + A ⊗ dB;  Āᵢⱼ = Σ of Ȳ ⊙ B over the block i, j,  B̄ = Σᵢⱼ Aᵢⱼ times the block i, j of Ȳ",
)


@implements(np.kron)
def kron(a: Any, b: Any) -> Any:
    """The Kronecker product: each element of a times all of b, in blocks."""
    return _kron(as_array(a, b), as_array(b, a))


# -- cross


def _cross(a: Any, b: Any) -> Any:
    return np.cross(a, b)


_cross_primitive = bilinear(
    np.cross,
    lambda g, _ans, _a, b: np.cross(b, g),
    lambda g, _ans, a, _b: np.cross(g, a),
    raw=_cross,
    math="dY = dA × B + A × dB;  Ā = B × Ȳ,  B̄ = Ȳ × A",
)


@implements(np.cross)
def cross(a: Any, b: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None) -> Any:
    """The vector product of the vectors along an axis, of three components.

    Vectors of two components lie in the plane: of two such there is only the third component, a number.
    """
    if axis is not None:
        axisa = axisb = axisc = axis
    a, b = as_array(a, b), as_array(b, a)
    lengths = [x.shape[k] if -x.ndim <= k < x.ndim else 0 for x, k in ((a, axisa), (b, axisb))]
    if not set(lengths) <= {2, 3}:
        raise ValueError(
            f"cross of the shapes {a.shape} and {b.shape}: the vectors, along axisa={axisa} and axisb={axisb}, must "
            "have 3 components, or 2; see axis="
        )
    a, b = (np.moveaxis(x, k, -1) if k != -1 else x for x, k in ((a, axisa), (b, axisb)))
    if lengths == [2, 2]:
        return a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]
    a, b = (
        np.concatenate([x, np.zeros((*x.shape[:-1], 1), x.dtype)], axis=-1) if n == 2 else x
        for x, n in zip((a, b), lengths, strict=True)
    )
    found = _cross_primitive(a, b)
    return np.moveaxis(found, -1, axisc) if axisc != -1 else found
