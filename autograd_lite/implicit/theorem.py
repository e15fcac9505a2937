"""The implicit function theorem, as a rule on the tape.

Where F(x, a) = 0 defines x(a), its derivative is  dx = -(dF/dx)^-1 (dF/da) da,  in reverse mode
a̅ = -(dF/da)^T (dF/dx)^-T x̅.  Products with dF/da are sweeps over F; the system of equations is solved by its matrix
where x is small, and else by GMRES with sweeps for products.  S. G. Krantz and H. R. Parks, The Implicit Function
Theorem (2002); A. Griewank and A. Walther, Evaluating Derivatives (2008), chapter 15.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

import numpy as np

from ..changes import can_change
from ..custom.calls import Call, Rules, Saved, is_recorded
from ..errors import describe
from ..func import jacobian, jvp, vjp
from ..func.recording import Recording
from ..mode import no_grad
from ..primitive import Traced
from ..tensor import Tensor
from ..trees import Structure, flatten

DENSE = 500
"""Up to so many unknowns the matrix of the system is made and solved."""

Residual = Callable[..., Any]
"""F(x, *args), of the shape of x."""


def scipy_module(name: str) -> Any:
    """A module of SciPy; raises ImportError that names the extra to install."""
    try:
        return import_module(f"scipy.{name}")
    except ModuleNotFoundError as error:
        raise ImportError(
            f'autograd_lite.implicit needs SciPy: pip install "autograd_lite[scipy]" ({error})'
        ) from error


def numbers(x: Any, doing: str) -> Any:
    """An array of floating-point numbers to start from."""
    x = x._data if isinstance(x, Tensor) else x if isinstance(x, Traced) else np.asarray(x)
    if x.dtype.kind in "iub":
        x = x.astype(np.float64)
    if x.dtype.kind != "f":
        raise TypeError(
            f"{doing}: the unknown must be real numbers, not {describe(x)}; split complex ones in two parts"
        )
    return x


def constant(args: Sequence[Any]) -> list[Any]:
    """Arguments in which Tensors carry no gradient."""
    leaves, structure = flatten(tuple(args))
    return list(structure.unflatten([x.detach() if isinstance(x, Tensor) else x for x in leaves]))


def solution(name: str, residual: Residual, x: Any, args: Sequence[Any], symmetric: bool = False) -> Tensor:
    """x, which solves residual(x, *args) = 0, as a function of args.

    Raises:
        ValueError: the residual depends on Tensors that are not among its arguments, and whose gradients would be lost.
    """
    leaves, structure = flatten(tuple(args))
    _check_closure(name, residual, x, args)
    if not is_recorded(leaves):
        return Tensor(x)
    call = _Implicit(name, residual, structure, symmetric, Arguments(leaves))
    (found,) = _RULES[name].record(call, leaves, [x])
    return found  # type: ignore[no-any-return]


def _check_closure(name: str, residual: Residual, x: Any, args: Sequence[Any]) -> None:
    run = Recording(lambda x: residual(x, *constant(args)), (x,), name)
    if run.recorded:
        raise ValueError(
            f"{name}: the function depends on Tensors that require gradients and are not among its arguments; pass "
            "them as arguments after the first, where their gradients are found, or detach() them"
        )
    if tuple(run.outputs[0].shape) != tuple(x.shape):
        raise ValueError(
            f"{name}: as many equations as unknowns are needed; the function gives shape "
            f"{tuple(run.outputs[0].shape)} for an unknown of shape {tuple(x.shape)}"
        )


class Arguments:
    """What a call was given: Tensors, which the tape keeps, and the rest, which its rules see as it was given.

    The rest is not made to Tensors (0.1 would be rounded to float32, and a number of axes be no int any more), and
    arrays are copied, since whoever holds one may change it before backward.

    tensors  the places of the Tensors
    moving   those of them that gradients flow to
    """

    def __init__(self, given: Sequence[Any]) -> None:
        self.tensors = [i for i, x in enumerate(given) if isinstance(x, Tensor)]
        self.moving = [i for i in self.tensors if given[i]._node is not None]
        self._fixed = [
            None if isinstance(x, Tensor) else x.copy() if isinstance(x, np.ndarray) and can_change(x) else x
            for x in given
        ]

    def values(self, saved: Saved) -> list[Any]:
        """All of them, as rules see them."""
        values = list(self._fixed)
        for i in self.tensors:
            values[i] = saved.argument(i)
        return values


class _Implicit(Call):
    answers = True

    def __init__(
        self, name: str, residual: Residual, structure: Structure, symmetric: bool, arguments: Arguments
    ) -> None:
        self.name, self.residual, self.structure, self.symmetric = name, residual, structure, symmetric
        self.arguments, self.kept = arguments, arguments.tensors

    def _parts(self, saved: Saved) -> tuple[Tensor, list[Any], list[int]]:
        return saved.answer(0), self.arguments.values(saved), self.arguments.moving

    def _of(self, x: Any, leaves: Sequence[Any], places: Sequence[int]) -> Callable[..., Any]:
        """The residual at x as a function of those leaves of the arguments that are differentiated."""

        def of_leaves(*moving: Any) -> Any:
            values = list(leaves)
            for i, value in zip(places, moving, strict=True):
                values[i] = value
            return self.residual(x, *self.structure.unflatten(values))

        return of_leaves

    def pull(self, gradients: list[Any], saved: Saved) -> Sequence[Any]:
        x, leaves, places = self._parts(saved)
        args = self.structure.unflatten(leaves)
        w = solve(lambda x: self.residual(x, *args), x, gradients[0], transposed=not self.symmetric)
        _, back = vjp(self._of(x, leaves, places), *[leaves[i] for i in places])
        found: list[Any] = [None] * len(leaves)
        for i, g in zip(places, back(-w), strict=True):
            found[i] = g
        return found

    def push(self, tangents: list[Any], saved: Saved) -> Sequence[Any]:
        x, leaves, places = self._parts(saved)
        args = self.structure.unflatten(leaves)
        moving = [np.zeros(leaves[i].shape, leaves[i].dtype) if tangents[i] is None else tangents[i] for i in places]
        _, change = jvp(self._of(x, leaves, places), [leaves[i] for i in places], moving)
        return [-solve(lambda x: self.residual(x, *args), x, change, transposed=False)]


_RULES: dict[str, Rules] = {}


def declare(function: Any) -> Any:
    """Give a solver a place on the tape under its name."""
    _RULES[function.__name__] = Rules(function)
    return function


def solve(f: Callable[[Any], Any], x: Any, b: Any, *, transposed: bool) -> Any:
    """The y with J y = b (or J^T y = b), where J is the Jacobian of f at x."""
    if x.size <= DENSE:
        matrix = np.reshape(jacobian(f, mode="forward")(x), (x.size, x.size))
        return np.reshape(np.linalg.solve(matrix.mT if transposed else matrix, np.reshape(b, (-1,))), x.shape)
    return _iterated(f, x, b, transposed)


def _iterated(f: Callable[[Any], Any], x: Any, b: Any, transposed: bool) -> Any:
    """The same without the matrix: y is a root of J y - b itself, so that it is differentiated as one."""

    def product(x: Any, v: Any) -> Any:
        if transposed:
            return vjp(f, x)[1](v)[0]
        return jvp(f, (x,), (v,))[1]

    point = x.detach() if isinstance(x, Tensor) else x
    right = np.asarray(b.detach() if isinstance(b, Tensor) else b)
    linalg = scipy_module("sparse.linalg")
    with no_grad():
        operator = linalg.LinearOperator(
            (x.size, x.size),
            lambda v: np.array(product(point, v.reshape(x.shape).astype(x.dtype))).ravel(),
            dtype=x.dtype,
        )
        found, info = linalg.gmres(operator, right.ravel(), rtol=1e-12, atol=0.0, restart=100)
    miss = float(np.linalg.norm(operator @ found - right.ravel())) / max(float(np.linalg.norm(right)), 1e-300)
    if info or miss > 1e-6:
        raise RuntimeError(f"the linear system of the derivative was not solved: relative residual {miss:.1e} by GMRES")
    y = found.reshape(x.shape).astype(x.dtype)
    if not is_recorded([x, b]):
        return Tensor(y)
    return solution("_linear", lambda y, x, b: product(x, y) - b, y, (x, b))


def _linear() -> None:
    """Stands in graphs for the solution of a linear system."""


declare(_linear)
