"""What those who write derivative rules forget about batches: under `vmap` a rule sees all examples at once.

>>> import numpy as np
>>> from autograd_lite.primitive import elementwise, registry
>>> def tripled(x):
...     return 3 * x
>>> rule = elementwise(tripled, lambda v, _ans, _x: v * (3 if isinstance(v, np.ndarray) else 2))
>>> for problem in batched_gradients(Case(rule, (np.ones(1),))):
...     print(problem)
... # doctest: +ELLIPSIS
backward under vmap: the gradient by input 0 (float64[1]) for a batch of cotangents is not that for each: 3 of 3 ...
>>> _ = registry.pop(tripled)
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from .. import func
from ..batching.rules import LoopWarning
from ..tape import wrap
from .hazards import Hazard
from .oracles.directions import Array
from .runs import Case, Pairs, answers_of, differences, drawn, plain

SALTS = (1, 3, 5)
"""As many examples, drawn by these, are in a batch."""


def batched_gradients(case: Case) -> Iterator[str]:
    """Backward of a batch of cotangents gives the gradients of each by itself."""

    def pairs(case: Case) -> Pairs:
        value, pull = func.vjp(_alone(case), *_points(case))
        examples = [drawn([plain(y) for y in value], case.seed, salt) for salt in SALTS]
        together = _mapped(pull, [tuple(_stacked(examples))])
        apart = _stacked([[plain(g) for g in pull(tuple(map(_tensor, cs)))] for cs in examples])
        for k, (g, right) in enumerate(zip(together, apart, strict=True)):
            words = (
                f"backward under vmap: the gradient by {case.name(k)} for a batch of cotangents is not that for each"
            )
            yield words, g, right

    return differences(case, pairs)


def batched_tangents(case: Case) -> Iterator[str]:
    """Forward mode of a batch of tangents gives what it gives for each by itself."""

    def pairs(case: Case) -> Pairs:
        _, push = func.linearize(_alone(case), *_points(case))
        examples = [drawn(case.points, case.seed, salt) for salt in SALTS]
        together = _mapped(push, _stacked(examples))
        apart = _stacked([[plain(y) for y in push(*map(_tensor, vs))] for vs in examples])
        for y, right in zip(together, apart, strict=True):
            yield "forward mode under vmap: the tangent for a batch of tangents is not that for each", y, right

    return differences(case, pairs)


BATCH_HAZARDS: Mapping[str, Hazard] = {
    "batched gradients": batched_gradients,
    "batched tangents": batched_tangents,
}
"""By name."""


def _alone(case: Case) -> Callable[..., Any]:
    """The function of a case by its floating arguments alone, with a tuple of all its answers."""

    def alone(*points: Any) -> tuple[Any, ...]:
        given = dict(zip(case.floating, points, strict=True))
        return tuple(answers_of(case.function(*(given.get(i, x) for i, x in enumerate(case.args)))))

    return alone


def _points(case: Case) -> list[Any]:
    return [_tensor(x) for x in case.points]


def _tensor(x: Array) -> Any:
    return wrap(x, None)


def _stacked(examples: list[list[Array]]) -> list[Array]:
    """What belongs together of all examples, along a new first axis."""
    return [np.stack(several) for several in zip(*examples, strict=True)]


def _mapped(f: Callable[..., Any], args: list[Any]) -> list[Array]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LoopWarning)  # a loop is right, if slow
        return [plain(y) for y in func.vmap(f)(*args)]
