"""Gradients of functions that give one number, and of functions that work element by element."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..errors import describe
from .recording import Recording, as_parts, chosen, per_argument


def value_and_grad(
    f: Callable[..., Any], argnums: int | Sequence[int] = 0, *, has_aux: bool = False, holomorphic: bool = False
) -> Callable[..., Any]:
    """A function that gives (f(x), gradient of f at x); arguments and options as those of `grad`.

    With `has_aux` it gives ((value, aux), gradient).

    >>> import autograd_lite as ag
    >>> value, slope = ag.func.value_and_grad(lambda x: x**2)(3.0)
    >>> value.item(), slope.item()
    (9.0, 6.0)
    """

    @functools.wraps(f)
    def differentiated(*args: Any, **kwargs: Any) -> Any:
        of_chosen, primals = chosen(f, args, kwargs, argnums, "grad")
        run = Recording(of_chosen, primals, "grad", has_aux=has_aux)
        (value,) = run.outputs if len(run.outputs) == 1 else (None,)
        if value is None or value.size != 1:
            given = describe(value) if value is not None else f"a {getattr(run.out_structure.kind, '__name__', None)}"
            raise ValueError(
                f"grad: the function must give a single number, not {given}; reduce it (.sum() or .mean()), or use "
                "jacobian, vjp, or elementwise_grad"
            )
        _check_complex(run, value, holomorphic)
        found: Sequence[Any] = run.pull([np.ones(value.shape, value.dtype)])
        if holomorphic:
            found = [np.conjugate(g) for g in found]
        gradient = per_argument(as_parts(run.structure, found), argnums)
        return ((run.value, run.passed_on) if has_aux else run.value), gradient

    return differentiated


def _check_complex(run: Recording, value: Any, holomorphic: bool) -> None:
    if holomorphic:
        real = [x for x in (*run.inputs, value) if x.dtype.kind != "c"]
        if real:
            raise TypeError(
                "grad: with holomorphic=True arguments and value are complex, and there is a "
                f"{describe(real[0])}; convert it (.astype(np.complex128))"
            )
    elif value.dtype.kind == "c":
        raise TypeError(
            "grad: the function gives a complex number; pass holomorphic=True if it has a complex derivative, or else "
            "take its real part (np.real), its imaginary part or its modulus (np.abs)"
        )


def grad(
    f: Callable[..., Any], argnums: int | Sequence[int] = 0, *, has_aux: bool = False, holomorphic: bool = False
) -> Callable[..., Any]:
    """A function that gives the gradient of f, which gives a single number.

    The gradient of a container (a dict of weights, a list, a dataclass, a Module) is built as the container is.

    Args:
        argnums: by which argument, counted from 0; several give a tuple of gradients.
        has_aux: f gives a pair (value, aux); the function gives (gradient, aux).
        holomorphic: f takes and gives complex numbers and has a complex derivative, which is what is given:
            df/dz.  Without it, the gradient of a real f by a complex z is PyTorch's: g with df = Re(conj(g) dz).

    Raises:
        ValueError: f gives more than one number, or argnums is out of range.
        TypeError: an argument is not floating-point, f gives no Tensor, or complex numbers without `holomorphic`.

    >>> import numpy as np, autograd_lite as ag
    >>> ag.func.grad(np.sin)(0.0).item()
    1.0
    >>> ag.func.grad(ag.func.grad(lambda x: x**3))(2.0).item()
    12.0
    >>> ag.func.grad(lambda p, x: (p["w"] * x + p["b"]).sum())({"w": np.ones(2), "b": 0.5}, np.array([3.0, 4.0]))
    {'w': Tensor([3., 4.], dtype=float64), 'b': Tensor(2., dtype=float32)}
    """
    both = value_and_grad(f, argnums, has_aux=has_aux, holomorphic=holomorphic)

    @functools.wraps(f)
    def gradient(*args: Any, **kwargs: Any) -> Any:
        value, found = both(*args, **kwargs)
        return (found, value[1]) if has_aux else found

    return gradient


def elementwise_grad(f: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., Any]:
    """The derivative of a function that works element by element, at each element: the gradient of the sum.

    Where f mixes elements it gives the sum of the derivatives of all results by each element.

    >>> import numpy as np, autograd_lite as ag
    >>> ag.func.elementwise_grad(np.square)(np.array([1.0, 2.0, 3.0]))
    Tensor([2., 4., 6.], dtype=float64)
    """

    @functools.wraps(f)
    def derivative(*args: Any, **kwargs: Any) -> Any:
        of_chosen, primals = chosen(f, args, kwargs, argnums, "elementwise_grad")
        run = Recording(of_chosen, primals, "elementwise_grad")
        found = run.pull([np.ones(y.shape, y.dtype) for y in run.outputs])
        return per_argument(as_parts(run.structure, found), argnums)

    return derivative
