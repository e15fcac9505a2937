"""Gradients made shorter before a step, so that one bad batch cannot throw the parameters far away.

By norm, the gradients g of all parameters taken as one vector, which keeps its direction (Pascanu, Mikolov and
Bengio 2013, "On the difficulty of training recurrent neural networks"):

    g ← g · min(1, max_norm / (‖g‖ + 1e-6))

By value, each number on its own: g ← min(max(g, -v), v).

Gradients are changed where they lie, so that an optimizer finds them in its buffer as before.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable
from types import GeneratorType
from typing import Any, TypeAlias

import numpy as np
from numpy import ndarray

from autograd_lite.changes import note_change
from autograd_lite.errors import describe
from autograd_lite.tensor import Tensor

from .checks import as_list, at_least_zero

Array: TypeAlias = ndarray[Any, Any]
Tensors: TypeAlias = Tensor | Iterable[Tensor]

BLOCK = 32_768
"""How many numbers are widened at a time where a norm cannot be computed in their own dtype."""

__all__ = ["clip_grad_norm_", "clip_grad_value_", "clip_grads_with_norm_", "get_total_norm"]


def get_total_norm(tensors: Tensors, norm_type: float = 2.0, error_if_nonfinite: bool = False) -> Tensor:
    """The norm of all tensors taken as one vector, (Σ |x|^p)^(1/p), without a graph.

    Args:
        tensors: a Tensor or an iterable of them, of any shapes; none have the norm 0.
        norm_type: p > 0; `math.inf` (or "inf") for the largest absolute value.
        error_if_nonfinite: raise if the norm is infinite or not a number.

    Returns:
        A Tensor without axes, of the tensors' dtype; float32 for half precision, which could not hold the norm.

    Raises:
        TypeError: something that is not a Tensor of a floating-point dtype.
        ValueError: `norm_type` is not greater than 0.
        RuntimeError: the norm is not finite, and `error_if_nonfinite`.

    >>> import autograd_lite as ag
    >>> from autograd_lite import nn
    >>> nn.utils.get_total_norm([ag.Tensor([3.0]), ag.Tensor([[0.0, 4.0]])])
    Tensor(5., dtype=float32)
    """
    order = _order(norm_type)
    listed = as_list("tensors", tensors)
    for i, tensor in enumerate(listed):
        if tensor.dtype.kind != "f":
            raise TypeError(f"tensors[{i}], {describe(tensor)}, is not of a floating-point dtype, and has no such norm")
    return _total_norm([tensor._data for tensor in listed], order, error_if_nonfinite)


def clip_grads_with_norm_(parameters: Tensors, max_norm: float, total_norm: Tensor | float) -> None:
    """Scale gradients by min(1, max_norm / (total_norm + 1e-6)), where they lie.

    With `get_total_norm`, this is `clip_grad_norm_` in two steps: for a norm that is computed otherwise, or over more
    parameters than are scaled.

    Args:
        parameters: a Tensor or an iterable of them; those without a gradient are passed over.
        max_norm: a number >= 0.
        total_norm: the norm to go by.

    Raises:
        TypeError: something that is not a Tensor, or not a number.
        ValueError: a parameter twice, or `max_norm` is out of range.
        RuntimeError: a gradient is itself part of a graph.  Nothing has been changed in any of these cases.

    >>> import autograd_lite as ag
    >>> from autograd_lite import nn
    >>> w = ag.Tensor([1.0, 1.0], requires_grad=True)
    >>> (w * w).sum().backward()
    >>> nn.utils.clip_grads_with_norm_(w, max_norm=1.0, total_norm=4.0)
    >>> w.grad.data.round(3)
    array([0.5, 0.5], dtype=float32)
    """
    limit = at_least_zero("max_norm", max_norm)
    _scale(_gradients(as_list("parameters", parameters)), limit, float(total_norm))


def clip_grad_norm_(
    parameters: Tensors, max_norm: float, norm_type: float = 2.0, error_if_nonfinite: bool = False
) -> Tensor:
    """Make the gradients, as one vector, no longer than `max_norm`; in place, before `optimizer.step()`.

    A norm that is infinite makes finite gradients 0 and infinite ones NaN, and a NaN makes all of them NaN, as in
    PyTorch; the step will then raise and name the parameter.  `error_if_nonfinite` raises here, with nothing changed.

    Args:
        parameters: a Tensor or an iterable of them; those without a gradient are passed over.
        max_norm: a number >= 0; `math.inf` only measures.
        norm_type: p of the norm, see `get_total_norm`.
        error_if_nonfinite: raise if the norm is infinite or not a number.

    Returns:
        The norm before clipping, a Tensor without axes.

    Raises:
        TypeError: something that is not a Tensor, or not a number.
        ValueError: a parameter twice, or a number out of range.
        RuntimeError: the norm is not finite, and `error_if_nonfinite`; or a gradient is itself part of a graph.
            Nothing has been changed in any of these cases.

    >>> import autograd_lite as ag
    >>> from autograd_lite import nn
    >>> w = ag.Tensor([1.5, 2.0], requires_grad=True)
    >>> (w * w).sum().backward()
    >>> nn.utils.clip_grad_norm_([w], max_norm=1.0)
    Tensor(5., dtype=float32)
    >>> w.grad.data.round(3)
    array([0.6, 0.8], dtype=float32)
    """
    limit, order = at_least_zero("max_norm", max_norm), _order(norm_type)
    listed = as_list("parameters", parameters)
    if not listed and isinstance(parameters, GeneratorType):
        warnings.warn(
            "clip_grad_norm_: parameters is a generator that gives nothing, so nothing is clipped; was it used up "
            "before? Call model.parameters() anew",
            UserWarning,
            stacklevel=2,
        )
    gradients = _gradients(listed)
    total = _total_norm(gradients, order, error_if_nonfinite)
    _scale(gradients, limit, total.item())
    return total


def clip_grad_value_(parameters: Tensors, clip_value: float) -> None:
    """Bring each number in the gradients into [-clip_value, clip_value]; in place.  A NaN stays.

    Args:
        parameters: a Tensor or an iterable of them; those without a gradient are passed over.
        clip_value: a number >= 0.

    Raises:
        TypeError: something that is not a Tensor, or not a number.
        ValueError: a parameter twice, or `clip_value` is out of range.
        RuntimeError: a gradient is itself part of a graph.  Nothing has been changed in any of these cases.

    >>> import autograd_lite as ag
    >>> from autograd_lite import nn
    >>> w = ag.Tensor([1.5, -0.25], requires_grad=True)
    >>> (w * w).sum().backward()
    >>> nn.utils.clip_grad_value_([w], clip_value=1.0)
    >>> w.grad
    Tensor([ 1. , -0.5], dtype=float32)
    """
    limit = at_least_zero("clip_value", clip_value)
    gradients = _gradients(as_list("parameters", parameters))
    for g in gradients:
        bound = limit if limit <= float(np.finfo(g.dtype).max) else math.inf  # half precision cannot hold every limit
        np.clip(g, -bound, bound, out=g)
    note_change(*gradients)


def _gradients(parameters: list[Tensor]) -> list[Array]:
    """The gradients there are, as arrays that may be written to; raises before it changes anything."""
    if len({id(param) for param in parameters}) < len(parameters):
        raise ValueError("parameters has a Tensor twice, whose gradient would be clipped twice; pass each once")
    for i, param in enumerate(parameters):
        if param.dtype.kind == "c":
            raise TypeError(
                f"parameters[{i}], {describe(param)}, is complex, whose gradient is not clipped; train its "
                "real and its imaginary part, as optimizers ask for"
            )
    watches = [param._node.watch for param in parameters if param._node is not None and param._node.watch is not None]
    for watch in watches:
        if isinstance(watch.grad, Tensor) and watch.grad.requires_grad:
            raise RuntimeError(
                f"the gradient of {watch.name or 'a parameter'}, {describe(watch.grad)}, is part of a graph (it was "
                "made with create_graph=True), which would not follow; clip p.grad.detach() instead: "
                "p.grad = p.grad.detach()"
            )
    for watch in watches:
        if isinstance(watch.grad, Tensor):  # a constant, whose memory may be somebody else's
            watch.grad = np.array(watch.grad._data)
    return [watch.grad for watch in watches if watch.grad is not None]


def _scale(gradients: list[Array], max_norm: float, total_norm: float) -> None:
    factor = max_norm / (total_norm + 1e-6)
    if factor >= 1.0:
        return
    with np.errstate(all="ignore"):  # 0 · inf
        for g in gradients:
            if g.dtype == np.float16:  # which may not hold the factor
                np.multiply(g, factor, out=g, dtype=np.float32, casting="same_kind")
            else:
                np.multiply(g, factor, out=g)
    note_change(*gradients)


def _total_norm(arrays: list[Array], order: float, error_if_nonfinite: bool) -> Tensor:
    dtype = np.result_type(np.float32, *{x.dtype for x in arrays}) if arrays else np.dtype(np.float32)
    total = _norm(np.array([_norm(x, order) for x in arrays]), order)
    if error_if_nonfinite and not math.isfinite(total):
        raise RuntimeError(
            f"the norm of order {order:g} of all gradients is {total}, so they cannot be clipped; look for the "
            "operation that overflows or divides by zero, or pass error_if_nonfinite=False to scale by it all the same"
        )
    with np.errstate(over="ignore"):
        return Tensor(np.asarray(total, dtype))


def _norm(x: Array, order: float) -> float:
    """The norm of one array, in no more than a block of further memory."""
    if x.size == 0:
        return 0.0
    line = x.ravel(order="K")  # a view, however the array lies
    with np.errstate(all="ignore"):
        if order == 2.0 and x.dtype != np.float16:
            square = float(np.dot(line, line))
            limits = np.finfo(x.dtype)
            if float(limits.tiny / limits.eps) < square < math.inf:  # else the squares may not be what they should
                return math.sqrt(square)
        largest = float(np.maximum(np.max(line), -np.min(line)))
        if order == math.inf or largest == 0.0 or not math.isfinite(largest):
            return largest
        total = 0.0
        for start in range(0, line.size, BLOCK):
            block = np.abs(line[start : start + BLOCK].astype(np.float64))
            block /= largest
            total += float(np.sum(np.power(block, order, out=block)))
        return float(largest * total ** (1.0 / order))


def _order(norm_type: Any) -> float:
    try:
        order = float(norm_type)
    except (TypeError, ValueError):
        raise TypeError(f"norm_type={norm_type!r} is not a number; pass one > 0, or math.inf") from None
    if not order > 0.0:
        raise ValueError(f"norm_type={norm_type!r} gives no norm; pass a number > 0, or math.inf")
    return order
