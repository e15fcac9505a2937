"""What every method of minimisation is: options, and a loop that gives one point after the other.

A method is a frozen dataclass whose fields are its options; `METHODS` in minimization.py lists them.  Its `steps`
is a generator: it gives the starting point first, then each point it moves to, and when it cannot go on it returns
a `Stop` that says why.  Tests of convergence, the history, the callback and the limit on iterations are `descend`'s.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Generator, Mapping
from typing import Any, ClassVar, Protocol, TypeVar

from ..options import positive
from .problem import Point, Problem
from .result import Progress, Step, Stop
from .structure import Array


class Visited(Protocol):
    """What `descend` reads of a point."""

    @property
    def x(self) -> Array: ...
    @property
    def fun(self) -> float: ...
    @property
    def norm(self) -> float: ...


P = TypeVar("P", bound=Visited)


@dataclasses.dataclass(frozen=True)
class Method:
    """Derive from it with the options as fields, each a positive number."""

    name: ClassVar[str]

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            if not isinstance(field.default, str):  # which the method checks
                positive(f'method "{self.name}": {field.name}', getattr(self, field.name))

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Method:
        """The method with these options.

        Raises:
            ValueError: an option is unknown or not what it should be.
        """
        known = [field.name for field in dataclasses.fields(cls)]
        unknown = [key for key in options if key not in known]
        if unknown:
            raise ValueError(f'method "{cls.name}" has no options {unknown}; it has {known}')
        return cls(**options)

    def steps(self, problem: Problem, start: Point) -> Generator[Point, None, Stop]:
        """The points that the method goes through, `start` first."""
        raise NotImplementedError(f"{type(self).__name__} defines no steps")


def descend(
    steps: Generator[P, None, Stop],
    arrived: Callable[[P], str | None],
    rebuild: Callable[[Array], Any],
    maxiter: int,
    callback: Callable[[Progress], object] | None,
) -> tuple[P, Stop, list[Step]]:
    """Follow a method until it has arrived, gives up, or has had its iterations.

    Args:
        steps: the points, the starting point first.
        arrived: says of a point why the method has converged there, or None.
        rebuild: a vector as the user's structure, for the callback.
        maxiter: the limit on iterations.
        callback: called after each iteration; StopIteration out of it ends the run.

    Returns:
        The last point, why it ended there, and the history.
    """
    point = next(steps)
    history = [Step(point.fun, point.norm)]
    while True:
        message = arrived(point)
        if message is not None:
            return point, Stop(True, message), history
        iteration = len(history)
        if iteration > maxiter:
            message = f"stopped after maxiter={maxiter} iterations, with a gradient norm of {point.norm:.3g}"
            return point, Stop(False, message), history
        try:
            point = next(steps)
        except StopIteration as end:
            return point, end.value, history
        history.append(Step(point.fun, point.norm))
        if callback is not None:
            try:
                callback(Progress(iteration, rebuild(point.x), point.fun, point.norm))
            except StopIteration:
                return point, Stop(False, "stopped by the callback"), history


def stalled(problem: Problem, point: Point, below: float = math.inf) -> Stop:
    """The end of a method that finds no better point: at the minimum as far as can be seen, or short of it.

    Args:
        problem: what is minimised.
        point: where the method stands.
        below: by how much a model that curves upwards everywhere says that the value can still sink; infinite
            if there is no such model.
    """
    precision = problem.structure.dtype.name
    if below <= problem.structure.eps * abs(point.fun):
        return Stop(True, f"converged: what is left to gain, {below:.1g}, is beyond the precision of {precision}")
    return Stop(
        False,
        f"stopped with a gradient norm of {point.norm:.3g}: no lower point was found, and what differences there "
        f"are drown in the rounding errors of fun in {precision} (or fun is not smooth here)",
    )
