"""All first derivatives of a function, and all second ones: matrices of derivatives, one sweep for all rows."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..batching import Batched, batching, leave
from ..errors import describe
from ..mode import fusion
from .gradient import grad
from .recording import Recording, as_parts, chosen, per_argument


def jacobian(
    f: Callable[..., Any],
    argnums: int | Sequence[int] = 0,
    *,
    mode: str | None = None,
    has_aux: bool = False,
    holomorphic: bool = False,
) -> Callable[..., Any]:
    """A function that gives the Jacobian of f: of shape (shape of the value, shape of the argument).

    J[i, j] = df_i / dx_j.  All rows (or columns) are computed in one batched sweep over one recorded run of f.  Where
    value and argument are containers, it gives for each leaf of the value a container like the argument.

    Args:
        argnums: by which argument, counted from 0; several give a tuple for each leaf of the value.
        mode: "reverse", a row per element of the value; "forward", a column per element of the argument; None takes
            the one with fewer.
        has_aux: f gives a pair (value, aux); the function gives (Jacobian, aux).
        holomorphic: arguments and value are complex, and f has a complex derivative.

    Raises:
        TypeError: an argument is not floating-point, or f gives no Tensor; complex numbers without `holomorphic`.
        ValueError: an unknown mode.

    >>> import numpy as np, autograd_lite as ag
    >>> ag.func.jacobian(lambda x: x[:2] * x[2])(np.array([1.0, 2.0, 3.0]))
    Tensor([[3., 0., 1.],
            [0., 3., 2.]], dtype=float64)
    """
    if mode not in (None, "forward", "reverse"):
        raise ValueError(f'jacobian: mode is "forward", "reverse" or None, not {mode!r}')

    @functools.wraps(f)
    def differentiated(*args: Any, **kwargs: Any) -> Any:
        of_chosen, primals = chosen(f, args, kwargs, argnums, "jacobian")
        run = Recording(of_chosen, primals, "jacobian", has_aux=has_aux)
        complex_value = _check_complex(run, holomorphic, mode)
        forward = mode == "forward" or (mode is None and (complex_value or _is_wide(run)))
        rows = (_columns if forward else _rows)(run)
        if holomorphic and not forward:
            rows = [[np.conjugate(block) for block in row] for row in rows]
        found = run.out_structure.unflatten([per_argument(as_parts(run.structure, row), argnums) for row in rows])
        return (found, run.passed_on) if has_aux else found

    return differentiated


def jacrev(f: Callable[..., Any], argnums: int | Sequence[int] = 0, *, has_aux: bool = False) -> Callable[..., Any]:
    """`jacobian` by reverse mode: for functions that give less than they take."""
    return jacobian(f, argnums, mode="reverse", has_aux=has_aux)


def jacfwd(f: Callable[..., Any], argnums: int | Sequence[int] = 0, *, has_aux: bool = False) -> Callable[..., Any]:
    """`jacobian` by forward mode: for functions that take less than they give."""
    return jacobian(f, argnums, mode="forward", has_aux=has_aux)


def _check_complex(run: Recording, holomorphic: bool, mode: str | None) -> bool:
    """Whether the value is complex; raises where a Jacobian of complex numbers would not be one."""
    of_arguments = "c" in [x.dtype.kind for x in run.inputs]
    of_value = "c" in [y.dtype.kind for y in run.outputs]
    if holomorphic:
        real = [x for x in (*run.inputs, *run.outputs) if x.dtype.kind != "c"]
        if real:
            raise TypeError(f"jacobian: with holomorphic=True all is complex, and there is a {describe(real[0])}")
        return False
    if of_arguments:
        raise TypeError(
            "jacobian: the derivative by a complex argument is one number only if f is holomorphic: pass "
            "holomorphic=True, or take the real and imaginary parts for arguments"
        )
    if of_value and mode == "reverse":
        raise TypeError('jacobian: complex values of real arguments need mode="forward"')
    return of_value


def _is_wide(run: Recording) -> bool:
    """Whether the value has more elements than the arguments."""
    return sum([y.size for y in run.outputs]) > sum([x.size for x in run.inputs])


def _identity(x: Any) -> Any:
    """For each element of x an array like x, of zeros and a one at that element."""
    return np.eye(x.size, dtype=x.dtype).reshape(x.size, *x.shape)


def _rows(run: Recording) -> list[list[Any]]:
    """For each output the Jacobian by each input, by one sweep backward."""
    rows = []
    for i, y in enumerate(run.outputs):
        with batching() as level:
            cotangents = [Batched(_identity(y), level) if j == i else None for j in range(len(run.outputs))]
            found = [leave(g, level, y.size) for g in run.pull(cotangents)]
        rows.append([_shaped(g, (*y.shape, *x.shape)) for g, x in zip(found, run.inputs, strict=True)])
    return rows


def _columns(run: Recording) -> list[list[Any]]:
    """The same, by one sweep forward for each input."""
    columns = []
    for i, x in enumerate(run.inputs):
        with batching() as level:
            tangents = [
                Batched(_identity(x), level) if j == i else np.zeros(other.shape, other.dtype)
                for j, other in enumerate(run.inputs)
            ]
            found = [leave(v, level, x.size) for v in run.push(tangents)]
        columns.append(
            [_shaped(np.moveaxis(v, 0, -1), (*y.shape, *x.shape)) for v, y in zip(found, run.outputs, strict=True)]
        )
    return [list(row) for row in zip(*columns, strict=True)]


def _shaped(x: Any, shape: tuple[int, ...]) -> Any:
    return x if x.shape == shape else np.reshape(x, shape)


def hessian(f: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., Any]:
    """A function that gives the Hessian of f, which gives a single number: all second derivatives.

    H[i, j] = d2f / dx_i dx_j, of shape (shape of x, shape of x): the Jacobian, forward, of the gradient, backward.  Of
    several arguments, or of containers, it gives for each part a container like all of them.

    Raises:
        ValueError: f gives more than one number.

    >>> import numpy as np, autograd_lite as ag
    >>> ag.func.hessian(lambda x: x[0] ** 2 * x[1])(np.array([3.0, 5.0]))
    Tensor([[10.,  6.],
            [ 6.,  0.]], dtype=float64)
    """
    of_gradient = jacobian(grad(f, argnums), argnums, mode="forward")

    @functools.wraps(f)
    def second(*args: Any, **kwargs: Any) -> Any:
        with _unfused:
            return of_gradient(*args, **kwargs)

    return second


_unfused = fusion(False)
"""A gradient that is differentiated again goes through the references of kernels: better to run them at once."""


def hvp(f: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
    """The gradient of f at `primals`, and the product H v of its Hessian with `tangents`, without the Hessian.

    Forward over reverse: the derivative of the gradient along v, at a few times the cost of a gradient (Pearlmutter
    1994, "Fast exact multiplication by the Hessian").  Both are tuples with a part per argument.

    Raises:
        ValueError: f gives more than one number; a tangent is missing, or has not the shape of its argument.

    >>> import numpy as np, autograd_lite as ag
    >>> f = lambda x: x[0] ** 2 * x[1]
    >>> (gradient,), (product,) = ag.func.hvp(f, (np.array([3.0, 5.0]),), (np.array([1.0, 0.0]),))
    >>> gradient, product
    (Tensor([30.,  9.], dtype=float64), Tensor([10.,  6.], dtype=float64))
    """
    with _unfused:
        run = Recording(grad(f, range(len(primals))), primals, "hvp")
    return run.value, run.out_structure.unflatten(run.push(run.tangents(tangents)))
