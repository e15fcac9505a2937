"""Derivatives as functions of functions.

value, pull = vjp(f, x)        # pull(g) is g^T J, any number of times
value, tangent = jvp(f, (x,), (v,))     # J v, by forward mode
value, push = linearize(f, x)  # push(v) is J v, any number of times
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from . import sweeps
from .errors import describe
from .gradients import seed, sweep
from .mode import enable_grad
from .sweeps import ALIAS
from .tape import wrap
from .tensor import Tensor


def _inputs(primals: Sequence[Any], doing: str) -> list[Tensor]:
    """A place of its own in the graph for each argument, so that each gets a derivative of its own."""
    inputs = []
    for i, primal in enumerate(primals):
        x = primal if isinstance(primal, Tensor) else Tensor(primal)
        if x.dtype.kind not in "fc":
            raise TypeError(f"{doing}: argument {i}, {describe(x)}, must be of a floating-point or complex dtype")
        inputs.append(ALIAS(x) if x.requires_grad else x.detach().requires_grad_())
    return inputs


def _run(f: Callable[..., Any], inputs: Sequence[Tensor], doing: str) -> Tensor:
    with enable_grad():
        value = f(*inputs)
    if not isinstance(value, Tensor):
        raise TypeError(f"{doing}: the function must give a Tensor, not {type(value).__name__}")
    return value


def vjp(f: Callable[..., Any], *primals: Any) -> tuple[Tensor, Callable[[Any], tuple[Tensor, ...]]]:
    """The value of f at `primals`, and the map from a cotangent g to g^T J, one array per argument.

    Arguments that no path leads to get zeros.  The map may be called any number of times.  Complex numbers
    follow PyTorch's convention (see `autograd_lite.grad`).

    Raises:
        TypeError: an argument is not floating-point, or f gives no Tensor.

    >>> import autograd_lite as ag
    >>> value, pull = ag.func.vjp(lambda x, y: x * y, 2.0, 5.0)
    >>> [g.item() for g in pull(1.0)]
    [5.0, 2.0]
    """
    inputs = _inputs(primals, "vjp")
    value = _run(f, inputs, "vjp")
    recorded = _depends_on_more(value, inputs)

    def pull(g: Any) -> tuple[Tensor, ...]:
        if value._node is None:
            return tuple(wrap(np.zeros(x.shape, x.dtype), None) for x in inputs)
        record = recorded or (isinstance(g, Tensor) and g.requires_grad)
        found = sweep(
            sweeps.pullback,
            [value._node],
            [seed(value, g, "vjp")],
            inputs=[x._node for x in inputs],
            retain_graph=True,
            create_graph=record,
        )
        return tuple(_result(_conjugate(g), x.shape, x.dtype) for g, x in zip(found, inputs, strict=True))

    return value if recorded else value.detach(), pull


def jvp(f: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Tensor, Tensor]:
    """The value of f at `primals`, and J v: its derivative along `tangents`, in forward mode.

    Of a complex argument the tangent is complex too: the derivative along it is that of f(z + t v) by the real t at 0,
    whether f is holomorphic or not.

    Raises:
        TypeError: an argument is not floating-point, or f gives no Tensor.
        ValueError: a tangent is missing, or has not the shape of its argument.

    >>> import autograd_lite as ag
    >>> value, tangent = ag.func.jvp(lambda x: x**3, (2.0,), (1.0,))
    >>> value.item(), tangent.item()
    (8.0, 12.0)
    """
    if len(primals) != len(tangents):
        raise ValueError(f"jvp: {len(primals)} arguments need as many tangents, not {len(tangents)}")
    value, push = _linearized(f, primals, "jvp")
    return value, push(*tangents)


def linearize(f: Callable[..., Any], *primals: Any) -> tuple[Tensor, Callable[..., Tensor]]:
    """The value of f at `primals`, and the map from tangents v (one per argument) to J v, by forward mode.

    f is run once, however often the map is called.

    Raises:
        TypeError: an argument is not floating-point, or f gives no Tensor.
        ValueError: (by the map) a tangent is missing, or has not the shape of its argument.

    >>> import autograd_lite as ag
    >>> value, push = ag.func.linearize(lambda x, y: x * y, 2.0, 5.0)
    >>> push(1.0, 0.0).item(), push(0.0, 1.0).item()
    (5.0, 2.0)
    """
    return _linearized(f, primals, "linearize")


def _linearized(f: Callable[..., Any], primals: Sequence[Any], doing: str) -> tuple[Tensor, Callable[..., Tensor]]:
    inputs = _inputs(primals, doing)
    value = _run(f, inputs, doing)
    recorded = _depends_on_more(value, inputs)
    nodes = [x._node for x in inputs]

    def run(outputs: Any, values: Any, **options: Any) -> Any:
        return sweeps.pushforward(outputs, nodes, values, **options)

    def push(*tangents: Any) -> Tensor:
        if len(tangents) != len(inputs):
            raise ValueError(f"{doing}: {len(inputs)} arguments need as many tangents, not {len(tangents)}")
        moving = [v if isinstance(v, Tensor) else Tensor(v) for v in tangents]
        for i, (x, v) in enumerate(zip(inputs, moving, strict=True)):
            if x.shape != v.shape:
                raise ValueError(f"{doing}: tangent {i} has shape {v.shape}, but its argument has {x.shape}")
        moving = [v if v.dtype == x.dtype else sweeps.cast(v, x.dtype) for x, v in zip(inputs, moving, strict=True)]
        if value._node is None:
            return _result(None, value.shape, value.dtype)
        record = recorded or any(v.requires_grad for v in moving)
        found = sweep(run, [value._node], moving, create_graph=record)[0]
        return _result(found, value.shape, value.dtype)

    return value if recorded else value.detach(), push


def _depends_on_more(value: Tensor, inputs: Sequence[Tensor]) -> bool:
    """Whether gradients flow into `value` from outside: through an input, or past them through a closure.

    Then what is derived here is part of a larger computation that is being differentiated too, and has
    to be recorded.
    """
    own = {x._node for x in inputs if x.is_leaf}
    seen = set()
    stack = [value._node]
    while stack:
        node = stack.pop()
        if node is None or node in seen or node in own:
            continue
        if node.primitive is None:
            return True
        seen.add(node)
        stack.extend(node.parents)
    return False


def _conjugate(g: Any) -> Any:
    """The gradient that a cotangent stands for; a sweep carries the conjugates of complex ones."""
    return np.conjugate(g) if g is not None and g.dtype.kind == "c" else g


def _result(found: Any, shape: tuple[int, ...], dtype: Any) -> Tensor:
    if found is None:
        found = np.zeros(shape, dtype)
    return found if isinstance(found, Tensor) else wrap(np.array(found), None)
