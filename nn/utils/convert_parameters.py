"""All parameters as one vector, and back: for methods that think of a network as a point in ℝⁿ.

vector = nn.utils.parameters_to_vector(model.parameters())
nn.utils.vector_to_parameters(0.99 * vector, model.parameters())
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

import numpy as np
from numpy import ndarray

from autograd_lite.errors import describe
from autograd_lite.tensor import Tensor

from .checks import as_list

__all__ = ["parameters_to_vector", "vector_to_parameters"]


def parameters_to_vector(parameters: Iterable[Tensor]) -> Tensor:
    """The parameters one after the other, each in the order of its last axis fastest; gradients flow through it.

    Args:
        parameters: at least one Tensor; the vector has the dtype that NumPy gives their concatenation.

    Raises:
        TypeError: something that is not a Tensor.
        ValueError: there is none.

    >>> import autograd_lite as ag
    >>> from autograd_lite import nn
    >>> nn.utils.parameters_to_vector([ag.Tensor([[1.0, 2.0], [3.0, 4.0]]), ag.Tensor(5.0)])
    Tensor([1., 2., 3., 4., 5.], dtype=float32)
    """
    listed = as_list("parameters", parameters)
    if not listed:
        raise ValueError("parameters is empty: there is nothing to make a vector of; has the model any parameters?")
    return cast(Tensor, np.concatenate([param.reshape(-1) for param in listed]))


def vector_to_parameters(vec: Tensor | ndarray[Any, Any], parameters: Iterable[Tensor]) -> None:
    """Set the parameters to the parts of a vector, in the order of `parameters_to_vector`.

    The numbers are copied, into each parameter's dtype; nothing is recorded.

    Args:
        vec: of one axis, with as many numbers as all parameters have together.
        parameters: leaves.

    Raises:
        TypeError: `vec` is not a Tensor or array of real numbers, or a parameter is not a Tensor.
        ValueError: their lengths differ.
        RuntimeError: a parameter was computed.  Nothing has been changed in any of these cases.

    >>> import autograd_lite as ag
    >>> from autograd_lite import nn
    >>> weight, bias = ag.Tensor([[0.0, 0.0], [0.0, 0.0]]), ag.Tensor([0.0])
    >>> nn.utils.vector_to_parameters(ag.Tensor([1.0, 2.0, 3.0, 4.0, 5.0]), [weight, bias])
    >>> weight.tolist(), bias.tolist()
    ([[1.0, 2.0], [3.0, 4.0]], [5.0])
    """
    if not isinstance(vec, (Tensor, ndarray)):
        raise TypeError(f"vec is {describe(vec)}, not a Tensor or an array")
    values = vec._data if isinstance(vec, Tensor) else vec
    if values.dtype.kind not in "fiub":
        raise TypeError(f"vec, {describe(vec)}, is not of real numbers")
    listed = as_list("parameters", parameters)
    size = sum(param.size for param in listed)
    if values.shape != (size,):
        raise ValueError(f"vec is {describe(vec)}, but the parameters have {size} numbers; pass a vector of so many")
    for i, param in enumerate(listed):
        if not param.is_leaf:
            raise RuntimeError(f"parameters[{i}], {describe(param)}, was computed by {param.name}; pass leaves")
    start = 0
    for param in listed:
        param.data = values[start : start + param.size].reshape(param.shape)
        start += param.size
