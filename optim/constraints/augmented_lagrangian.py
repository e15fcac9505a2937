"""AugmentedLagrangian: minimise f(θ) subject to c(θ) = 0 and d(θ) >= 0, with any optimizer inside.

Each round minimises, without constraints,

    L(θ) = f - λ·c + ρ/2 ‖c‖² + 1/(2ρ) Σ (max(0, μ - ρ d)² - μ²)

and then moves the multipliers and, where the constraints have not become much better kept, the weight:

    λ ← λ - ρ c
    μ ← max(0, μ - ρ d)
    ρ ← growth ρ             if the round was solved, and yet the violation is more than a quarter of what it was

At a solution ∇f = λ·∇c + μ·∇d, μ >= 0, and μ d = 0 (Karush, Kuhn and Tucker): a multiplier says by how much the
minimum would change with the right-hand side of its constraint.

It goes best with constraints that are divided by what makes them about 1 in size: L is then as curved along them
as f is.  An inner optimizer that compares values of L (a line search) cannot bring the gradient below about
√(ε |L| times the curvature), with ε = 1e-16 in float64.

Hestenes, "Multiplier and gradient methods", JOTA 4, 1969; Rockafellar, "The multiplier method of Hestenes and Powell
applied to convex programming", JOTA 12, 1973; Nocedal and Wright, "Numerical optimization", 2006, section 17.3-4.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from autograd_lite.errors import describe
from autograd_lite.mode import enable_grad, no_grad
from autograd_lite.tensor import Tensor

from ..flat import Array
from ..groups import UNPENALIZED
from ..optimizer import Optimizer
from ..options import count, finite, not_negative

Values: TypeAlias = Tensor | Sequence[Tensor]

ENOUGH = 0.25
"""The share of the violation that a round may leave without a larger weight."""


@dataclass(frozen=True)
class Constrained:
    """What `AugmentedLagrangian.minimize` gives.

    objective               f at the end
    equality_multipliers    λ, in the form in which `equality` gives its values; () without any
    inequality_multipliers  μ, in the form in which `inequality` gives its values; () without any
    violation               the largest |c|, |min(d, μ/ρ)|: constraints not kept, or multipliers of loose ones
    stationarity            the largest element of ∇L, or of the projected gradient where the inner optimizer
                            has constraints of its own
    penalty                 ρ at the end
    rounds, steps           of the multipliers, and of the inner optimizer
    converged               whether violation and stationarity came below the tolerances
    message                 why it ended
    """

    objective: float
    equality_multipliers: Any
    inequality_multipliers: Any
    violation: float
    stationarity: float
    penalty: float
    rounds: int
    steps: int
    converged: bool
    message: str


class AugmentedLagrangian:
    """A problem with equations and inequalities, over Tensors that are changed in place.

    Args:
        params: the Tensors to change: an iterable of them.
        objective: computes f from them, a Tensor with one element.
        equality: computes c, a Tensor of any shape or a list of them; to become 0.
        inequality: computes d, a Tensor of any shape or a list of them; to become >= 0.

    Raises:
        TypeError, ValueError: an argument is not what it should be.

    The largest x + y on a circle of radius √2, where x = y = 1 and the multiplier is 1/2:

    >>> import numpy as np, autograd_lite as ag
    >>> from autograd_lite import optim
    >>> p = ag.Tensor(np.array([2.0, 0.5]), requires_grad=True)
    >>> problem = optim.AugmentedLagrangian([p], lambda: -p.sum(), inequality=lambda: 2.0 - (p * p).sum())
    >>> result = problem.minimize(lambda params: optim.SGD(params, lr=0.02, momentum=0.5), inner_steps=500)
    >>> result.converged, p.data.round(5), round(float(result.inequality_multipliers), 5)
    (True, array([1., 1.]), 0.5)
    """

    def __init__(
        self,
        params: Iterable[Tensor],
        objective: Callable[[], Tensor],
        *,
        equality: Callable[[], Values] | None = None,
        inequality: Callable[[], Values] | None = None,
    ) -> None:
        self.params: list[Tensor] = (
            list(params) if isinstance(params, Iterable) and not isinstance(params, Tensor) else []
        )
        if not self.params or not all(isinstance(p, Tensor) and p.is_leaf and p.requires_grad for p in self.params):
            raise TypeError(
                f"AugmentedLagrangian: params must be a list of leaf Tensors that require a gradient, not "
                f"{describe(params)}"
            )
        for name, given in (("objective", objective), ("equality", equality), ("inequality", inequality)):
            if not callable(given) and (given is not None or name == "objective"):
                raise TypeError(f"AugmentedLagrangian: {name}={describe(given)} cannot be called; pass a function")
        if equality is None and inequality is None:
            raise ValueError("AugmentedLagrangian: there is no constraint; pass equality=, inequality=, or both")
        self.objective = objective
        self.equality = equality
        self.inequality = inequality

    def minimize(
        self,
        optimizer: Callable[[list[Tensor]], Optimizer],
        *,
        rounds: int = 50,
        inner_steps: int = 1000,
        tolerance: float = 1e-6,
        gradient_tolerance: float | None = None,
        penalty: float = 10.0,
        growth: float = 10.0,
    ) -> Constrained:
        """Search for a minimum from where the parameters are, and leave them there.

        Args:
            optimizer: makes the inner optimizer, anew for each round: `lambda params: Adam(params, lr=0.01)`.
                It gets a closure at each step, so that `LBFGS` serves too, with tolerance_change=0, lest it stop
                too early: `lambda params: LBFGS(params, line_search_fn="strong_wolfe", tolerance_change=0)`.
                Penalties (weight_decay, l1, regularization) belong into the objective.
            rounds: how often the multipliers are moved at most.
            inner_steps: how many steps each round takes at most.
            tolerance: the largest violation at which it has converged.
            gradient_tolerance: the largest stationarity at which it has; the same as `tolerance` if None.
            penalty: ρ at first.
            growth: by which ρ grows.

        Raises:
            TypeError, ValueError: an argument is not what it should be; or f, c or d is not finite where
                the search begins, or does not depend on the parameters.  Nothing has been changed then.
        """
        rounds, inner_steps = count("rounds", rounds), count("inner_steps", inner_steps)
        tolerance = not_negative("tolerance", tolerance)
        near = tolerance if gradient_tolerance is None else not_negative("gradient_tolerance", gradient_tolerance)
        weight, growth = finite("penalty", penalty), finite("growth", growth)
        if weight <= 0.0 or growth <= 1.0:
            raise ValueError(f"penalty={penalty!r} must be above 0, and growth={growth!r} above 1")
        if not callable(optimizer):
            raise TypeError(
                f"optimizer={describe(optimizer)} cannot be called; pass a function that makes one: "
                "lambda params: Adam(params, lr=0.01)"
            )

        with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is looked for
            return self._search(optimizer, rounds, inner_steps, tolerance, near, weight, growth)

    def _search(
        self,
        optimizer: Callable[[list[Tensor]], Optimizer],
        rounds: int,
        inner_steps: int,
        tolerance: float,
        near: float,
        weight: float,
        growth: float,
    ) -> Constrained:
        state = _State(self, weight)
        value, violation = state.look()
        if not math.isfinite(value) or not math.isfinite(violation):
            raise ValueError(
                f"AugmentedLagrangian: objective={value} and violation={violation} where the search begins; start "
                "from where they are finite"
            )
        state.check_depends()

        last, steps, stationarity, done = math.inf, 0, math.inf, 0
        aim = max(near, min(1e-2, near**0.5))  # the first rounds need not be solved exactly
        message = f"no convergence within rounds={rounds}"
        converged = False
        while done < rounds and not converged:
            kept = state.where()
            inner = _checked(optimizer(list(self.params)))
            taken, stationarity = state.descend(inner, inner_steps, aim)
            done, steps = done + 1, steps + taken
            value, violation = state.look()
            if not all(map(math.isfinite, (value, violation, stationarity))):
                for param, data in zip(self.params, kept, strict=True):
                    param.data = data
                value, violation = state.look()
                message = (
                    "the objective, a constraint or a gradient became NaN or infinite; the parameters are those "
                    "before that round; take shorter steps"
                )
                break
            state.move_multipliers()
            converged = violation <= tolerance and stationarity <= near
            if violation > max(ENOUGH * last, tolerance) and stationarity <= aim:
                state.weight *= growth
            if violation <= tolerance and stationarity > aim and all(map(np.array_equal, kept, state.where())):
                message = (
                    f"the inner optimizer stands still at a stationarity of {stationarity:.3g}, above {near:.3g}; "
                    "lower its tolerances (for LBFGS, tolerance_change=0, tolerance_grad=0), or raise "
                    "gradient_tolerance"
                )
                break
            last = violation
            aim = max(near, 0.1 * aim)
        return Constrained(
            value,
            state.multipliers("equality"),
            state.multipliers("inequality"),
            violation,
            stationarity,
            state.weight,
            done,
            steps,
            converged,
            "converged" if converged else message,
        )


class _State:
    """A search: the multipliers and the weight, and what is computed with them."""

    def __init__(self, problem: AugmentedLagrangian, weight: float) -> None:
        self.problem = problem
        self.weight = weight
        self.equal: list[Array] = []
        self.unequal: list[Array] = []
        self._alone = {"equality": False, "inequality": False}
        with no_grad():
            self.equal = [np.zeros(c.shape, c.dtype) for c in self._values("equality")]
            self.unequal = [np.zeros(d.shape, d.dtype) for d in self._values("inequality")]

    def _values(self, name: str) -> list[Tensor]:
        compute = getattr(self.problem, name)
        values = compute() if compute is not None else []
        self._alone[name] = isinstance(values, Tensor)
        listed = [values] if isinstance(values, Tensor) else list(values)
        for value in listed:
            if not isinstance(value, Tensor):
                raise TypeError(f"AugmentedLagrangian: {name} gave {describe(value)}, and must give Tensors")
        return listed

    def _objective(self) -> Tensor:
        value = self.problem.objective()
        if not isinstance(value, Tensor) or value.size != 1:
            raise TypeError(f"AugmentedLagrangian: objective gave {describe(value)}, and must give one number")
        return value.reshape(())

    def lagrangian(self) -> Tensor:
        """L, recorded."""
        total = self._objective()
        for c, multiplier in zip(self._values("equality"), self.equal, strict=True):
            total = total + (c * (0.5 * self.weight * c - multiplier)).sum()
        for d, multiplier in zip(self._values("inequality"), self.unequal, strict=True):
            pull = np.maximum(multiplier - self.weight * d, 0.0)
            total = total + (pull * pull - multiplier * multiplier).sum() * (0.5 / self.weight)
        return total

    def look(self) -> tuple[float, float]:
        """f, and the violation."""
        worst = 0.0
        with no_grad():
            value = float(self._objective().item())
            for c in self._values("equality"):
                worst = _larger(worst, _largest(c.data))
            for d, multiplier in zip(self._values("inequality"), self.unequal, strict=True):
                worst = _larger(worst, _largest(np.minimum(d.data, multiplier / self.weight)))
        return value, worst

    def check_depends(self) -> None:
        """Raise if L says nothing about the parameters."""
        with enable_grad():
            if not self.lagrangian().requires_grad:
                raise ValueError(
                    "AugmentedLagrangian: objective and constraints do not depend on params; compute them from the "
                    "Tensors themselves, not from .data"
                )

    def descend(self, optimizer: Optimizer, limit: int, aim: float) -> tuple[int, float]:
        """Step until the gradient is small; gives how many steps, and how small."""

        known: list[Tensor] = []  # L where the parameters are, with their gradients in place

        def closure() -> Tensor:
            if known:
                return known.pop()
            self._forget(optimizer)
            with enable_grad():
                value = self.lagrangian()
            value.backward()
            return value

        taken = 0
        before: list[Array] = []
        while True:
            known = [closure()]
            now = _stationarity(optimizer, self.problem.params)
            here = self.where()
            still = bool(before) and all(map(np.array_equal, here, before))  # nor would a further step move
            if taken >= limit or still or now <= aim or not math.isfinite(now):
                self._forget(optimizer)
                return taken, now
            before = here
            optimizer.step(closure)
            known = []
            taken += 1

    def where(self) -> list[Array]:
        """Copies of the parameters' values."""
        return [p.data.copy() for p in self.problem.params]

    def _forget(self, optimizer: Optimizer) -> None:
        optimizer.zero_grad()
        for param in self.problem.params:  # those, too, that this optimizer does not train
            param.grad = None

    def move_multipliers(self) -> None:
        """λ ← λ - ρ c, μ ← max(0, μ - ρ d)."""
        with no_grad():
            self.equal = [
                np.asarray(m - self.weight * c.data) for m, c in zip(self.equal, self._values("equality"), strict=True)
            ]
            self.unequal = [
                np.asarray(np.maximum(m - self.weight * d.data, 0.0))
                for m, d in zip(self.unequal, self._values("inequality"), strict=True)
            ]

    def multipliers(self, name: str) -> Any:
        """As the user's function gives its values: one array, or several in a tuple."""
        found = self.equal if name == "equality" else self.unequal
        return found[0] if self._alone[name] else tuple(found)


def _largest(values: Array) -> float:
    return float(np.abs(values).max()) if values.size else 0.0


def _checked(inner: Any) -> Optimizer:
    """What the user's function gave, if it is an optimizer that minimises L and nothing else."""
    if not isinstance(inner, Optimizer):
        raise TypeError(
            f"optimizer gave {describe(inner)}, a {type(inner).__name__}, and must give an Optimizer: "
            "lambda params: Adam(params, lr=0.01)"
        )
    for index, group in enumerate(inner.param_groups):
        for name in UNPENALIZED:
            if group.get(name):
                raise ValueError(
                    f"AugmentedLagrangian: group {index} of the inner {type(inner).__name__} has "
                    f"{name}={group[name]!r}, which moves the minimum: set it to 0, or to () for regularization, and "
                    "put the penalty into the objective"
                )
    return inner


def _stationarity(optimizer: Optimizer, params: Iterable[Tensor]) -> float:
    """The largest element of the gradient; with constraints, of how far a step along it of length 1 can go."""
    constraints = {id(param): group["constraints"] for group in optimizer.param_groups for param in group["params"]}
    worst = 0.0
    for param in params:
        if param.grad is None:
            continue
        gradient = np.asarray(param.grad.data)
        within = constraints.get(id(param), ())
        if within:
            ahead = param.data - gradient
            for constraint in within:
                ahead = constraint.project(ahead)
            gradient = param.data - ahead
        worst = _larger(worst, _largest(gradient))
    return worst


def _larger(a: float, b: float) -> float:
    """The larger of two; a NaN is larger than all."""
    return a if a >= b or math.isnan(a) else b
