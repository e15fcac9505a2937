"""Roots, minima and fixed points, as functions of the arguments of what they are the roots, minima, fixed points of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..func import grad, jacobian, value_and_grad
from ..mode import no_grad
from ..tensor import Tensor
from .batches import solved_together
from .theorem import DENSE, constant, declare, numbers, scipy_module, solution


def _array(x: Any) -> Any:
    return np.asarray(x.detach() if isinstance(x, Tensor) else x)


def _step_left(f: Callable[[Any], Any], x: Any) -> float:
    """Newton's step from x to a root of f, beside 1 + |x|; infinite where it cannot be told.

    At a root or minimum SciPy may report that it makes no progress.  How small f is does not tell whether that is why:
    it depends on the units of f.
    """
    if x.size > DENSE:
        return float("inf")
    matrix, miss = _array(jacobian(f)(x)).reshape(x.size, x.size), _array(f(Tensor(x))).ravel()
    try:
        step = np.linalg.solve(matrix, miss)
    except np.linalg.LinAlgError:
        return float("inf")
    return float(np.abs(step).max(initial=0.0) / (1 + np.abs(x).max(initial=0.0)))


@declare
def root(
    f: Callable[..., Any], x0: Any, *args: Any, method: str = "hybr", tol: float | None = None, options: Any = None
) -> Tensor:
    """An x with f(x, *args) = 0, and its derivatives by args.

    The equations are solved by `scipy.optimize.root` in double precision, with our Jacobian; derivatives do not go
    through its steps, but follow from the implicit function theorem.

    Args:
        f: gives as many numbers as x has; what it depends on and is to be differentiated by has to be among `args`.
        x0: where to begin; no gradient flows to it.
        args: arrays, Tensors, or containers of them.
        method, tol, options: passed on to SciPy.

    Raises:
        RuntimeError: the solver did not converge.
        ValueError: f gives another shape than x, or closes over Tensors that require gradients.
        ImportError: SciPy is not installed.
        numpy.linalg.LinAlgError: (by backward) the Jacobian at the root is singular: there is no derivative.

    >>> import autograd_lite as ag
    >>> a = ag.Tensor(9.0, requires_grad=True)
    >>> x = ag.implicit.root(lambda x, a: x**2 - a, 1.0, a)
    >>> x.backward()
    >>> round(x.item(), 6), round(a.grad.item(), 6)          # sqrt(a), and 1 / (2 sqrt(a))
    (3.0, 0.166667)
    """
    start = numbers(x0, "root")
    fixed = constant(args)

    def solved(f: Callable[[Any], Any], start: Any) -> Any:
        def value(flat: Any) -> Any:
            found = _array(f(Tensor(flat.reshape(start.shape))))
            if found.shape != start.shape:
                raise ValueError(f"root: f gives shape {found.shape} for x of shape {start.shape}")
            return found.ravel().astype(np.float64)

        def slope(flat: Any) -> Any:
            return _array(jacobian(f)(flat.reshape(start.shape))).reshape(flat.size, -1)

        begin = start.ravel().astype(np.float64)
        jac = slope if method in ("hybr", "lm") and start.size <= DENSE else None
        found = scipy_module("optimize").root(value, begin, jac=jac, method=method, tol=tol, options=options)
        if not found.success and not _step_left(f, found.x.reshape(start.shape)) <= 1e-10:
            miss = float(np.abs(found.fun).max(initial=0.0))
            raise RuntimeError(f"root: no root was found, |f| = {miss:.1e}: {found.message}")
        return found.x.reshape(start.shape).astype(start.dtype)

    with no_grad():
        found = solved_together(solved, lambda x: f(x, *fixed), start)
    return solution("root", f, found, args)


@declare
def minimize(
    f: Callable[..., Any], x0: Any, *args: Any, method: str = "BFGS", tol: float | None = None, options: Any = None
) -> Tensor:
    """An x at which f(x, *args), a number, is least, and its derivatives by args.

    `scipy.optimize.minimize` finds it in double precision, with our gradients.  The derivatives are those of the root
    of the gradient: dx = -H^-1 (d/da grad f) da, with H the Hessian.  They are as exact as x is a stationary point: ask
    for a small `tol`.  (`autograd_lite.optim` has optimizers to train with.)

    Raises:
        RuntimeError: the solver did not converge.
        ValueError: f gives more than one number, or closes over Tensors that require gradients.
        ImportError: SciPy is not installed.

    >>> import numpy as np, autograd_lite as ag
    >>> target = ag.Tensor([1.0, 2.0], dtype=np.float64, requires_grad=True)
    >>> x = ag.implicit.minimize(lambda x, t: ((x - t) ** 2).sum() + (x**2).sum(), np.zeros(2), target)
    >>> x.sum().backward()
    >>> bool(np.allclose(x.data, [0.5, 1.0])), bool(np.allclose(target.grad, [0.5, 0.5]))
    (True, True)
    """
    start = numbers(x0, "minimize")
    fixed = constant(args)

    def solved(f: Callable[[Any], Any], start: Any) -> Any:
        of = value_and_grad(f)

        def both(flat: Any) -> tuple[float, Any]:
            value, slope = of(flat.reshape(start.shape))
            return float(_array(value)), _array(slope).ravel().astype(np.float64)

        found = scipy_module("optimize").minimize(
            both, start.ravel().astype(np.float64), jac=True, method=method, tol=tol, options=options
        )
        if not found.success and not _step_left(grad(f), found.x.reshape(start.shape)) <= 1e-6:
            size = float(np.abs(found.jac).max(initial=0.0))
            raise RuntimeError(f"minimize: no minimum was found, |gradient| = {size:.1e}: {found.message}")
        return found.x.reshape(start.shape).astype(start.dtype)

    with no_grad():
        found = solved_together(solved, lambda x: f(x, *fixed), start, summed=True)
    return solution("minimize", grad(f), found, args, symmetric=True)


@declare
def fixed_point(
    f: Callable[..., Any],
    x0: Any,
    *args: Any,
    tol: float = 1e-10,
    max_iterations: int = 1000,
    memory: int = 5,
) -> Tensor:
    """An x with x = f(x, *args), and its derivatives by args.

    It is found by iteration, with Anderson acceleration over the last `memory` steps (0 for plain iteration; D. G.
    Anderson 1965, "Iterative procedures for nonlinear integral equations").  f should be a contraction near x.

    Args:
        tol: stop where |f(x) - x| <= tol (1 + |x|), by the largest element.

    Raises:
        RuntimeError: it did not converge in `max_iterations`, or came to numbers that are not finite.
        ValueError: `max_iterations` is less than 1; f gives another shape than x, or closes over Tensors that
            require gradients.

    >>> import numpy as np, autograd_lite as ag
    >>> a = ag.Tensor(1.0, dtype=np.float64, requires_grad=True)
    >>> x = ag.implicit.fixed_point(lambda x, a: np.cos(a * x), np.array(0.5), a)
    >>> x.backward()
    >>> round(x.item(), 6), round(a.grad.item(), 6)
    (0.739085, -0.297474)
    """
    start = numbers(x0, "fixed_point")
    fixed = constant(args)
    if max_iterations < 1:
        raise ValueError(f"fixed_point: max_iterations must be at least 1, not {max_iterations}")

    def solved(f: Callable[[Any], Any], start: Any) -> Any:
        eps = float(np.finfo(start.dtype).eps)
        x = start.astype(np.float64).ravel()
        points: list[Any] = []
        images: list[Any] = []
        for _ in range(max_iterations):
            image = _array(f(Tensor(x.reshape(start.shape).astype(start.dtype))))
            if image.shape != start.shape:
                raise ValueError(f"fixed_point: f gives shape {image.shape} for x of shape {start.shape}")
            image = image.ravel().astype(np.float64)
            miss = float(np.abs(image - x).max(initial=0.0))
            if miss <= max(tol, 8 * eps) * (1 + np.abs(x).max(initial=0.0)):
                return image.reshape(start.shape).astype(start.dtype)
            if not np.isfinite(miss):
                raise RuntimeError("fixed_point: the iteration came to numbers that are not finite")
            points, images = [*points[-memory:], x], [*images[-memory:], image]
            x = _mixed(points, images) if memory and len(points) > 1 else image
        raise RuntimeError(f"fixed_point: not converged in {max_iterations} iterations, |f(x) - x| = {miss:.1e}")

    with no_grad():
        found = solved_together(solved, lambda x: f(x, *fixed), start)
    return solution("fixed_point", lambda x, *args: f(x, *args) - x, found, args)


def _mixed(points: list[Any], images: list[Any]) -> Any:
    """Anderson's next point: of the mixtures of images that one with the least mixed residual."""
    residuals = np.array([image - point for image, point in zip(images, points, strict=True)])
    steps = np.diff(residuals, axis=0).T
    weights, *_ = np.linalg.lstsq(steps, residuals[-1], rcond=None)
    return images[-1] - np.diff(np.array(images), axis=0).T @ weights
