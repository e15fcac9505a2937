"""Differential operators of fields: functions of a point x that give a number or a vector."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from .jacobians import hessian, jacobian


def divergence(f: Callable[..., Any]) -> Callable[..., Any]:
    """A function that gives the divergence of a vector field f, of its first argument: the sum of df_i / dx_i.

    Raises:
        ValueError: f(x) has not the shape of x.

    >>> import numpy as np, autograd_lite as ag
    >>> ag.func.divergence(lambda x: x**2)(np.array([1.0, 2.0])).item()
    6.0
    """

    @functools.wraps(f)
    def of_field(x: Any, *args: Any, **kwargs: Any) -> Any:
        found = jacobian(f)(x, *args, **kwargs)
        shape = tuple(np.shape(x))
        if tuple(found.shape) != shape + shape:
            raise ValueError(
                f"divergence: the field must have the shape of the point, {shape}, not "
                f"{tuple(found.shape[: found.ndim - len(shape)])}"
            )
        return _trace(found, shape)

    return of_field


def _trace(matrix: Any, shape: tuple[int, ...]) -> Any:
    """The sum of the derivatives of each element by itself."""
    n = math.prod(shape)
    return np.trace(np.reshape(matrix, (n, n)))


def laplacian(f: Callable[..., Any]) -> Callable[..., Any]:
    """A function that gives the Laplacian of f, a number, by its first argument: the sum of d2f / dx_i^2.

    Raises:
        ValueError: f gives more than one number.

    >>> import numpy as np, autograd_lite as ag
    >>> ag.func.laplacian(lambda x: (x**3).sum())(np.array([1.0, 2.0])).item()
    18.0
    """
    second = hessian(f)

    @functools.wraps(f)
    def of_field(x: Any, *args: Any, **kwargs: Any) -> Any:
        return _trace(second(x, *args, **kwargs), tuple(np.shape(x)))

    return of_field
