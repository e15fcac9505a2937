"""Vector-Jacobian and Jacobian-vector products written by hand, for any framework or none.

check_vjp(f, f_vjp, args)     f_vjp(*args) gives f(*args), and the function from a cotangent to gradients
check_jvp(f, f_jvp, args)     f_jvp(args, tangents) gives f(*args), and its tangent
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from . import reports
from .check import check_gradients, place_of
from .oracles.directions import COMPLETE, DENSE, Array
from .product_rules import from_jvp, from_vjp, given_to, jvp_problems, like, pulled, vjp_problems
from .reports import GradientsDiffer, Report, publish
from .runs import drawn, plain, random_like
from .several import joined
from .subject import as_value


def check_vjp(
    f: Callable[..., Any],
    f_vjp: Callable[..., Any],
    args: Sequence[Any],
    *,
    rtol: float | None = None,
    atol: float | None = None,
    kinks: str = "between",
    seed: int | None = None,
) -> None:
    """Raise GradientsDiffer unless f_vjp is the vector-Jacobian product of f at `args`.

    With `value, pull = f_vjp(*args)`, value must be f(*args), and pull(c) must be c^T J for a cotangent c: the
    gradient of <c, f> by each floating argument, in a tuple (or by itself, if there is one argument).  It is called
    as `jax.test_util.check_vjp` is; where that compares one random number, every element of the gradient for a random
    c is compared here, with oracles chosen for the case, and pull must be linear in c.  Both together leave no
    element of J unseen.

    Args:
        f: a function of ndarrays, or of Tensors where `args` are Tensors; it gives one array.
        f_vjp: as said, `functools.partial(ag.func.vjp, f)` for one.  Complex gradients follow PyTorch's convention.
        args: the arguments; each floating one is checked.
        rtol, atol, kinks, seed: as of `assert_gradients_close`.

    Raises:
        GradientsDiffer: the value, a gradient, its shape or dtype is wrong, it changes from call to call, or
            what was given has been written to.
        TypeError: f_vjp gives no pair of a value and a function, or that gives None for a floating argument.
        ValueError: none of the arguments is of a floating or complex dtype.

    >>> import numpy as np
    >>> def times_vjp(x, y):
    ...     return x * y, lambda c: (c * y, c * x)
    >>> check_vjp(np.multiply, times_vjp, (np.ones(3), np.arange(3.0)))
    >>> check_vjp(np.multiply, times_vjp, (np.ones((2, 3)), np.arange(3.0)))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    autograd_lite.testing.reports.GradientsDiffer: ...input 1 was broadcast: sum its gradient over the axes that are...
    """
    __tracebackhide__ = True
    values, floating = _arguments(args)
    seed = reports.default_seed if seed is None else seed
    answer = plain(f(*given_to(values, args)))
    (c,) = drawn([answer], seed, 1) if answer.size != 1 else [np.ones_like(answer)]

    total = _projection(f, c, args)

    def gradient(*xs: Any) -> Any:
        return tuple(pulled(from_vjp(f_vjp, like(xs, args))[1](like([c], args)[0]), values, floating))

    problems = list(vjp_problems(f_vjp, values, floating, args, answer, c, seed))
    options = {"rtol": rtol, "atol": atol, "kinks": kinks, "seed": seed}
    _settle(f, f_vjp, answer, problems, (total, gradient, values), options)


def check_jvp(
    f: Callable[..., Any],
    f_jvp: Callable[..., Any],
    args: Sequence[Any],
    *,
    rtol: float | None = None,
    atol: float | None = None,
    kinks: str = "between",
    seed: int | None = None,
) -> None:
    """Raise GradientsDiffer unless f_jvp is the Jacobian-vector product of f at `args`.

    With `value, moved = f_jvp(args, tangents)`, value must be f(*args), and moved must be J v: the derivative of f
    along the tangents, of the shape and dtype of the value.  It is called as `jax.test_util.check_jvp` is; tangents
    are given for all arguments (None for those that are not floating).  The tangents of single elements are compared
    for small arguments, and random ones for large.

    Args:
        f: a function of ndarrays, or of Tensors where `args` are Tensors; it gives one array.
        f_jvp: as said, `functools.partial(ag.func.jvp, f)` for one.
        args: the arguments; each floating one is checked.
        rtol, atol, kinks, seed: as of `assert_gradients_close`.

    Raises:
        GradientsDiffer: the value, a tangent, its shape or dtype is wrong, it changes from call to call, or
            what was given has been written to.
        TypeError: f_jvp gives no pair of a value and its tangent.
        ValueError: none of the arguments is of a floating or complex dtype.

    >>> import numpy as np
    >>> def sine_jvp(args, tangents):
    ...     return np.sin(args[0]), np.cos(args[0]) * tangents[0]
    >>> check_jvp(np.sin, sine_jvp, (np.ones(3),))
    >>> check_jvp(np.cos, lambda a, v: (np.cos(a[0]), np.sin(a[0]) * v[0]), (np.ones(3),))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    autograd_lite.testing.reports.GradientsDiffer: ...the sign is flipped...
    """
    __tracebackhide__ = True
    values, floating = _arguments(args)
    seed = reports.default_seed if seed is None else seed
    answer = plain(f(*given_to(values, args)))
    (c,) = drawn([answer], seed, 1) if answer.size != 1 else [np.ones_like(answer)]

    def along(xs: Sequence[Any], moves: dict[int, Array]) -> Array:
        """J v for tangents of some of the arguments."""
        tangents = [moves.get(i, np.zeros_like(x)) if i in floating else None for i, x in enumerate(xs)]
        return plain(from_jvp(f_jvp, like(xs, args), like(tangents, args))[1])

    problems = list(jvp_problems(f_jvp, values, floating, args, answer, seed))
    options = {"rtol": rtol, "atol": atol, "kinks": kinks, "seed": seed}
    if along(values, {}).shape != answer.shape:
        _settle(f, f_jvp, answer, problems, None, options)
        return

    total = _projection(f, c, args)

    def gradient(*xs: Any) -> Any:
        """<c, J e> for each unit tangent e: by the rule, what backward would give."""

        def along_input(i: int) -> Callable[[Array], Any]:
            return lambda v: _paired(c, along(xs, {i: v}))

        return tuple(_transposed(along_input(i), xs[i]) for i in floating)

    rays = [{i: random_like(values[i], [seed, i, k]) for i in floating} for k in range(DENSE)]

    def ahead(t: Any) -> Any:
        moved = {i: values[i] + sum(t[k] * ray[i] for k, ray in enumerate(rays)) for i in floating}
        return total(*(moved.get(i, x) for i, x in enumerate(values)))

    def slopes(_t: Any) -> Any:
        return np.array([_paired(c, along(values, ray)) for ray in rays])

    if sum(values[i].size for i in floating) <= COMPLETE:
        _settle(f, f_jvp, answer, problems, (total, gradient, values), options)
    else:
        coarsest = max((values[i].real.dtype for i in floating), key=lambda dtype: np.finfo(dtype).eps)
        _settle(f, f_jvp, answer, problems, (ahead, slopes, [np.zeros(DENSE, coarsest)]), options)


def _arguments(args: Sequence[Any]) -> tuple[list[Any], list[int]]:
    """The arguments as ndarrays, and which of them are differentiated."""
    values = [as_value(x) for x in args]
    floating = [i for i, x in enumerate(values) if isinstance(x, np.ndarray) and x.dtype.kind in "fc"]
    if not floating:
        raise ValueError("none of the arguments is of a floating or complex dtype: there is nothing to check")
    return values, floating


def _projection(f: Callable[..., Any], c: Array, args: Sequence[Any]) -> Callable[..., Any]:
    """<c, f>, a real function of ndarrays."""

    def total(*xs: Any) -> Any:
        return _paired(c, f(*like(xs, args)))

    return total


def _paired(c: Array, answer: Any) -> Any:
    """<c, answer>, a real number; Tensors stay Tensors."""
    return np.sum(np.real(np.conj(c) * answer))


def _transposed(number: Callable[[Array], Any], x: Array) -> Array:
    """The gradient of which `number` gives the product with a tangent, element by element."""
    gradient = np.zeros(x.shape, x.dtype)
    for place in np.ndindex(x.shape):
        e = np.zeros_like(x)
        e[place] = 1
        gradient[place] = number(e)
        if x.dtype.kind == "c":
            gradient[place] += 1j * number(1j * e)
    return gradient


def _settle(
    f: Callable[..., Any],
    rule: Callable[..., Any],
    answer: Array,
    problems: Sequence[str],
    by_numbers: tuple[Any, Callable[..., Any], Sequence[Any]] | None,
    options: dict[str, Any],
) -> None:
    """Compare the numbers (a function, its gradient by the rule, and where), and raise for all that is wrong."""
    __tracebackhide__ = True
    name = getattr(f, "__name__", type(f).__name__)
    whole = Report(name, place_of(rule), options["seed"], (), tuple(problems))
    if problems:
        publish(whole)
    if by_numbers is not None:
        function, gradient, at = by_numbers
        function.__name__ = name if answer.size == 1 else f"<c, {name}>"
        whole = joined(whole, [check_gradients(function, *at, grad=gradient, **options)])
    if not whole.ok:
        raise GradientsDiffer(whole)
