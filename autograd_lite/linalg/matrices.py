"""Words of linear algebra that the rules are written with; each takes stacks of matrices, arrays or Tensors."""

from __future__ import annotations

from typing import Any

import numpy as np


def conjugate(x: Any) -> Any:
    """The complex conjugate; a real array as it is, without a copy."""
    return np.conjugate(x) if x.dtype.kind == "c" else x


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


def reciprocal_or_zero(x: Any, size: Any) -> Any:
    """1 / x, and 0 where x is no more than rounding makes of numbers of a size, stacks of it.

    It stands where a derivative divides by a difference of eigenvalues or by a singular value: where these are
    equal, or zero, the eigenvectors are not determined, and a function that does not depend on which are
    chosen gives a numerator of 0 there.
    """
    nothing = np.abs(plain(x)) <= plain(size) * (x.shape[-1] * float(np.finfo(x.dtype).eps))
    return np.where(nothing, 0.0, 1.0) / np.where(nothing, 1.0, x)


def plain(x: Any) -> Any:
    """The values of an array or a Tensor, outside the graph."""
    return x.data if hasattr(x, "detach") else x


def gradient_rule(rule: Any) -> Any:
    """A VJP out of a rule in terms of gradients, that is, of adjoints, as textbooks have it for complex matrices.

    A sweep carries the conjugates of gradients (`autograd_lite.sweeps`): they are conjugated on the way in and out.
    """

    def vjp(g: Any, ans: Any, *args: Any, **kwargs: Any) -> Any:
        given = [conjugate(part) for part in g] if isinstance(g, list) else conjugate(g)
        return conjugate(rule(given, ans, *args, **kwargs))

    return vjp
