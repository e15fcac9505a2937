"""The two sweeps as functions: `vjp` backward, `jvp` and `linearize` forward."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .recording import Recording


def vjp(f: Callable[..., Any], *primals: Any, has_aux: bool = False) -> Any:
    """The value of f at `primals`, and the map from a cotangent g to g^T J, a tuple with a part per argument.

    Arguments and value may be containers (dicts, lists, tuples, dataclasses, Modules) of arrays; the cotangent is built
    as the value is, and each part of what the map gives as its argument is.  Arguments that no path leads to get
    zeros.  The map may be called any number of times.  Complex numbers follow PyTorch's convention (see
    `autograd_lite.grad`).

    Args:
        has_aux: f gives a pair, of which the second part is not differentiated; it comes third.

    Raises:
        TypeError: an argument is not floating-point, or f gives no Tensor.
        ValueError: (by the map) the cotangent is not built as the value.

    >>> import autograd_lite as ag
    >>> value, pull = ag.func.vjp(lambda x, y: x * y, 2.0, 5.0)
    >>> [g.item() for g in pull(1.0)]
    [5.0, 2.0]
    """
    run = Recording(f, primals, "vjp", has_aux=has_aux)

    def pull(g: Any) -> Any:
        return run.structure.unflatten(run.pull(run.cotangents(g)))

    return (run.value, pull, run.passed_on) if has_aux else (run.value, pull)


def jvp(f: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any], *, has_aux: bool = False) -> Any:
    """The value of f at `primals`, and J v: its derivative along `tangents`, in forward mode.

    Of a complex argument the tangent is complex too: the derivative along it is that of f(z + t v) by the real t at 0,
    whether f is holomorphic or not.

    Args:
        has_aux: f gives a pair, of which the second part is not differentiated; it comes third.

    Raises:
        TypeError: an argument is not floating-point, or f gives no Tensor.
        ValueError: a tangent is missing, is not built as its argument is, or has another shape.

    >>> import autograd_lite as ag
    >>> value, tangent = ag.func.jvp(lambda x: x**3, (2.0,), (1.0,))
    >>> value.item(), tangent.item()
    (8.0, 12.0)
    """
    if len(primals) != len(tangents):
        raise ValueError(f"jvp: {len(primals)} arguments need as many tangents, not {len(tangents)}")
    run = Recording(f, primals, "jvp", has_aux=has_aux)
    tangent = run.out_structure.unflatten(run.push(run.tangents(tangents)))
    return (run.value, tangent, run.passed_on) if has_aux else (run.value, tangent)


def linearize(f: Callable[..., Any], *primals: Any) -> tuple[Any, Callable[..., Any]]:
    """The value of f at `primals`, and the map from tangents v (one per argument) to J v, by forward mode.

    f is run once, however often the map is called.

    Raises:
        TypeError: an argument is not floating-point, or f gives no Tensor.
        ValueError: (by the map) a tangent is missing, is not built as its argument is, or has another shape.

    >>> import autograd_lite as ag
    >>> value, push = ag.func.linearize(lambda x, y: x * y, 2.0, 5.0)
    >>> push(1.0, 0.0).item(), push(0.0, 1.0).item()
    (5.0, 2.0)
    """
    run = Recording(f, primals, "linearize")

    def push(*tangents: Any) -> Any:
        return run.out_structure.unflatten(run.push(run.tangents(tangents)))

    return run.value, push
