"""Words of linear algebra that the rules are written with; each takes stacks of matrices, arrays or Tensors."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from .. import numpy_protocol
from ..ops.joining import joined
from ..ops.words import array_of, conjugate
from ..primitive import Traced


def array(x: Any) -> Any:
    """An argument as an array or a Tensor; a nested list of Tensors stacked, a list of numbers as NumPy makes it."""
    if hasattr(x, "dtype"):
        return x
    found = joined(x)
    return found if hasattr(found, "dtype") else np.asarray(found)


def adjoint(x: Any) -> Any:
    """The conjugate transpose of each matrix."""
    return conjugate(x).mT


def hermitian(x: Any) -> Any:
    """The Hermitian part of each matrix, (X + X^H) / 2."""
    return (x + adjoint(x)) * 0.5


def skew(x: Any) -> Any:
    """X - X^H."""
    return x - adjoint(x)


def diagonal_of(x: Any) -> Any:
    """The diagonal of each matrix, as vectors."""
    places = np.arange(min(x.shape[-2:]))
    return x[..., places, places]


def columns(v: Any) -> Any:
    """Vectors as matrices of one column: what multiplies the rows of a matrix."""
    return v[..., :, None]


def rows(v: Any) -> Any:
    """Vectors as matrices of one row: what multiplies the columns of a matrix."""
    return v[..., None, :]


def identity(n: int, dtype: Any) -> Any:
    return np.eye(n, dtype=dtype)


def real_dtype(dtype: Any) -> Any:
    """The dtype of the real and the imaginary part."""
    return np.empty(0, dtype).real.dtype


def off_diagonal(n: int) -> Any:
    return ~np.eye(n, dtype=bool)


def matters(x: Any, beside: Any = None) -> Any:
    """Which entries of each matrix are more than rounding leaves beside the largest of them (or of `beside`)."""
    sizes = np.abs(array_of(x))
    others = sizes if beside is None else np.abs(array_of(beside))
    largest = np.max(others, axis=(-2, -1), keepdims=True, initial=0.0)
    return sizes > largest * (10 * max(1, *sizes.shape[-2:]) * float(np.finfo(sizes.dtype).eps))


def quotient(x: Any, difference: Any, size: Any, lost: Any) -> Any:
    """x / difference; where the difference is 0, or what rounding leaves of numbers of that size: 0, or NaN if `lost`.

    It stands where a derivative divides by a difference of eigenvalues or by a singular value, and x is 0 with them
    for a function that does not depend on which vectors are chosen.  What the limit of 0 / 0 is, the values at that
    point do not say; `lost` are the places where it may be anything but 0.
    """
    # LAPACK leaves up to 10 eps between equal ones of matrices of 500 rows; in float32 distinct ones are 300 eps apart
    nothing = np.abs(array_of(difference)) <= array_of(size) * (20 * float(np.finfo(size.dtype).eps))
    found = np.where(nothing, 0.0, x / np.where(nothing, 1.0, difference))
    lost = lost & nothing
    return np.where(lost, np.nan, found) if lost.any() else found


def largest(values: Any) -> Any:
    """The largest modulus among the eigenvalues or singular values of each matrix, as a matrix of one element."""
    return np.max(np.abs(array_of(values)), axis=-1, keepdims=True, initial=0.0)[..., None]


def refuse_phases(name: str, turns: Any) -> None:
    """Raise if a function depends on the phases of complex vectors; `turns` is V^H gradient of V, per matrix.

    Its diagonal is imaginary along a turn of each vector by a phase.  (PyTorch refuses such functions too.)

    Raises:
        LinAlgError: it does.
    """
    values = array_of(turns)
    if values.dtype.kind != "c" or not values.size:
        return
    along = np.abs(np.imag(diagonal_of(values)))
    size = np.max(np.abs(values), axis=(-2, -1), initial=0.0)[..., None]
    eps = float(np.finfo(values.dtype).eps)
    if ((along > size * eps**0.25) & (along > eps**0.5)).any():  # not what rounding leaves where all cancels
        raise np.linalg.LinAlgError(
            f"{name}: the loss depends on the phases of complex vectors, which the matrix does not determine; make it "
            "of what stays the same if a vector is multiplied by exp(i phi), such as np.abs(v) or v @ np.conj(v).mT"
        )


def _of_values(function: Any) -> Any:
    """A NumPy function on arrays, which inside of vmap would lead back to the function of ours that calls it."""

    @functools.wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        for arg in args:
            if isinstance(arg, Traced):
                return arg._call(run, args, kwargs)  # type: ignore[attr-defined]
        return function(*args, **kwargs)

    return run


def undifferentiated(function: Any, *args: Any, **kwargs: Any) -> Any:
    """A NumPy function of the values alone; of a Tensor it gives a Tensor without gradient."""
    if any(isinstance(arg, Traced) for arg in args):
        return numpy_protocol.plain(_of_values(function), args, kwargs)
    return function(*args, **kwargs)


def gradient_rule(rule: Any) -> Any:
    """A VJP out of a rule in terms of gradients, that is, of adjoints, as textbooks have it for complex matrices.

    A sweep carries the conjugates of gradients (`autograd_lite.sweeps`): they are conjugated on the way in and out.
    """

    def vjp(g: Any, ans: Any, *args: Any, **kwargs: Any) -> Any:
        given = [conjugate(part) for part in g] if isinstance(g, list) else conjugate(g)
        return conjugate(rule(given, ans, *args, **kwargs))

    return vjp
