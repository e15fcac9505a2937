"""Ordinary differential equations: solutions as functions of the initial value, the times and the parameters.

Backward solves the adjoint equation  da/dt = -a^T df/dy  from the last time to the first, together with the solution
itself and the integrals  -a^T df/dargs; forward mode solves the equation of variations.  No step of the solver is kept.
L. S. Pontryagin and others, The Mathematical Theory of Optimal Processes (1962); R. T. Q. Chen and others 2018, "Neural
ordinary differential equations".
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..custom.calls import Call, Rules, Saved, as_tensor, is_recorded
from ..func import jvp, vjp
from ..func.recording import Recording
from ..mode import no_grad
from ..tensor import Tensor
from ..trees import Structure, flatten
from .batches import solved_together
from .theorem import Arguments, constant, numbers, scipy_module


def odeint(
    f: Callable[..., Any],
    y0: Any,
    t: Any,
    *args: Any,
    rtol: float = 1e-8,
    atol: float = 1e-8,
    method: str = "DOP853",
) -> Tensor:
    """The solution of dy/dt = f(t, y, *args) with y(t[0]) = y0, at the times t; its derivatives by y0, t and args.

    Args:
        f: of a time, a state of any shape, and args; gives an array of the state's shape.  What it depends on and is to
            be differentiated by has to be among `args`: arrays, Tensors, containers or Modules.
        y0: the state at t[0].
        t: times (T,), rising or falling.
        rtol, atol, method: of `scipy.integrate.solve_ivp`, forward and backward.  Derivatives are exact up to these
            tolerances, not to rounding: the adjoint equation is solved, and not the steps of the solver differentiated.

    Returns:
        The states, of shape (T, *y0.shape).

    Raises:
        RuntimeError: the solver failed.
        ValueError: f gives another shape than the state, closes over Tensors that require gradients, or times do not
            rise or fall.
        ImportError: SciPy is not installed.

    >>> import numpy as np, autograd_lite as ag
    >>> rate = ag.Tensor(0.5, dtype=np.float64, requires_grad=True)
    >>> ys = ag.implicit.odeint(lambda t, y, rate: -rate * y, np.array(2.0), np.array([0.0, 1.0, 2.0]), rate)
    >>> ys[-1].backward()
    >>> bool(np.allclose(ys.data, 2 * np.exp([0.0, -0.5, -1.0]))), round(rate.grad.item(), 5)   # -4 / e
    (True, -1.47152)
    """
    start, times = numbers(y0, "odeint"), numbers(t, "odeint")
    if times.ndim != 1 or not times.size or not (np.all(np.diff(times) > 0) or np.all(np.diff(times) < 0)):
        raise ValueError(f"odeint: t is one axis of times that rise or fall, not {times!r}")
    leaves, structure = flatten(args)
    moving = [y0 if isinstance(y0, Tensor) else start, t if isinstance(t, Tensor) else times, *leaves]
    fixed = constant(args)
    _check(f, times[0], start, fixed)
    solver = {"rtol": rtol, "atol": atol, "method": method}

    def solved(f: Callable[[Any, Any], Any], y: Any) -> Any:
        return _solved(f, y, times, solver)

    states = solved_together(solved, lambda t, y: f(t, y, *fixed), start, times[0], ahead=1)
    if not is_recorded(moving):
        return Tensor(states)
    call = _Solve(f, structure, Arguments(moving), solver)
    (found,) = _RULES.record(call, moving, [states])
    return found  # type: ignore[no-any-return]


_RULES = Rules(odeint)


def _check(f: Callable[..., Any], t: Any, y: Any, args: Sequence[Any]) -> None:
    run = Recording(lambda t, y: f(t, y, *args), (np.asarray(t), y), "odeint")
    if run.recorded:
        raise ValueError(
            "odeint: the function depends on Tensors that require gradients and are not among its arguments; pass them "
            "as arguments after the times, where their gradients are found, or detach() them"
        )
    if tuple(run.outputs[0].shape) != tuple(y.shape):
        raise ValueError(f"odeint: f gives shape {tuple(run.outputs[0].shape)} for a state of shape {tuple(y.shape)}")


def _solved(f: Callable[[Any, Any], Any], y0: Any, times: Any, solver: dict[str, Any]) -> Any:
    """The states at the times, as arrays, by SciPy."""

    def slope(t: float, flat: Any) -> Any:
        found = f(Tensor(np.asarray(t, y0.dtype)), Tensor(flat.reshape(y0.shape).astype(y0.dtype)))
        return np.asarray(found.detach() if isinstance(found, Tensor) else found, np.float64).ravel()

    if times.size == 1:
        return y0[None]
    with no_grad():
        found = scipy_module("integrate").solve_ivp(
            slope,
            (float(times[0]), float(times[-1])),
            y0.astype(np.float64).ravel(),
            t_eval=times.astype(float),
            **solver,
        )
    if not found.success:
        raise RuntimeError(
            f"odeint: the solver stopped at t = {found.t[-1] if found.t.size else times[0]}: {found.message}"
        )
    return found.y.T.reshape(times.size, *y0.shape).astype(y0.dtype)


class _Solve(Call):
    """A solution that was recorded: its arguments are y0, t, and the leaves of args."""

    name = "odeint"
    answers = True

    def __init__(
        self, f: Callable[..., Any], structure: Structure, arguments: Arguments, solver: dict[str, Any]
    ) -> None:
        self.f, self.structure, self.solver = f, structure, solver
        self.arguments, self.kept = arguments, arguments.tensors

    def _parts(self, saved: Saved) -> tuple[Any, Any, list[Any], list[int]]:
        _, times, *leaves = self.arguments.values(saved)
        return saved.answer(0), as_tensor(times), leaves, [i - 2 for i in self.arguments.moving if i >= 2]

    def _of(self, leaves: Sequence[Any], places: Sequence[int]) -> Callable[..., Any]:
        def of_leaves(t: Any, y: Any, *moving: Any) -> Any:
            values = list(leaves)
            for i, value in zip(places, moving, strict=True):
                values[i] = value
            return self.f(t, y, *self.structure.unflatten(values))

        return of_leaves

    def pull(self, gradients: list[Any], saved: Saved) -> Sequence[Any]:
        states, times, leaves, places = self._parts(saved)
        f, moving, (g,) = self._of(leaves, places), [leaves[i] for i in places], gradients
        shape = tuple(states.shape[1:])
        adjoint, sums = g[-1] * 0.0, [leaf * 0.0 for leaf in moving]
        by_time: list[Any] = [None] * times.shape[0]
        for i in range(times.shape[0] - 1, 0, -1):
            adjoint = adjoint + g[i]
            slope = f(times[i], states[i], *moving)
            by_time[i] = np.sum(g[i] * slope)
            adjoint, sums = self._back(f, times[i - 1 : i + 1], states[i], adjoint, sums, moving, shape)
        by_time[0] = -np.sum(adjoint * f(times[0], states[0], *moving))
        found: list[Any] = [None] * len(leaves)
        for i, total in zip(places, sums, strict=True):
            found[i] = total
        first = [adjoint + g[0], np.stack(by_time)]
        return [*(x if i in self.arguments.moving else None for i, x in enumerate(first)), *found]

    def _back(
        self, f: Any, times: Any, state: Any, adjoint: Any, sums: list[Any], moving: list[Any], shape: tuple[int, ...]
    ) -> tuple[Any, list[Any]]:
        """The adjoint, and the integrals so far, at the earlier of two times from those at the later."""
        sizes = [math.prod(shape)] * 2 + [leaf.size for leaf in moving]
        ends = np.cumsum(sizes)[:-1].tolist()

        def augmented(t: Any, flat: Any, *moving: Any) -> Any:
            y, a, *_ = np.split(flat, ends)
            y, a = np.reshape(y, shape), np.reshape(a, shape)
            value, back = vjp(lambda y, *moving: f(t, y, *moving), y, *moving)
            parts = [value, *(-part for part in back(a))]
            return np.concatenate([np.reshape(part, (-1,)) for part in parts])

        packed = np.concatenate([np.reshape(part, (-1,)) for part in (state, adjoint, *sums)])
        found = odeint(augmented, packed, np.flip(times), *moving, **self.solver)[-1]
        _, a, *totals = np.split(found, ends)
        return np.reshape(a, shape), [np.reshape(x, leaf.shape) for x, leaf in zip(totals, moving, strict=True)]

    def push(self, tangents: list[Any], saved: Saved) -> Sequence[Any]:
        states, times, leaves, places = self._parts(saved)
        f, moving = self._of(leaves, places), [leaves[i] for i in places]
        shape, size = tuple(states.shape[1:]), math.prod(states.shape[1:])
        zero = states[0] * 0.0
        dtimes = times * 0.0 if tangents[1] is None else tangents[1]
        dmoving = [leaves[i] * 0.0 if tangents[i + 2] is None else tangents[i + 2] for i in places]
        dy = (zero if tangents[0] is None else tangents[0]) - f(times[0], states[0], *moving) * dtimes[0]

        def varied(t: Any, flat: Any, moving: Any, dmoving: Any) -> Any:
            y, v = np.reshape(flat[:size], shape), np.reshape(flat[size:], shape)
            value, change = jvp(lambda y, *moving: f(t, y, *moving), (y, *moving), (v, *dmoving))
            return np.concatenate([np.reshape(value, (-1,)), np.reshape(change, (-1,))])

        packed = np.concatenate([np.reshape(states[0], (-1,)), np.reshape(dy, (-1,))])
        found = odeint(varied, packed, times, moving, dmoving, **self.solver)[:, size:]
        slopes = np.stack([f(times[i], states[i], *moving) for i in range(times.shape[0])])
        return [np.reshape(found, states.shape) + slopes * np.reshape(dtimes, (-1, *[1] * len(shape)))]
