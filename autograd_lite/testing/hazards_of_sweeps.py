"""What those who write derivative rules forget about sweeps: they are linear, recorded or not, and in either order.

>>> import numpy as np
>>> from autograd_lite.primitive import elementwise, registry
>>> def same(x):
...     return x * 1.0
>>> rule = elementwise(same, lambda v, _ans, _x: v if isinstance(v, np.ndarray) else 2.0 * v)
>>> list(recorded_gradients(Case(rule, (np.ones(1),))))
['with create_graph=True the gradient by input 0 (float64[1]) is another: 1 of 1 differ; the worst, at [0]: 2 beside 1']
>>> _ = registry.pop(same)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from .. import func
from ..primitive import Traced
from ..tape import leaf, wrap
from .oracles.directions import Array
from .runs import Case, Pairs, Run, answers_of, differences, drawn, gradients, plain, recorded, run, tangents_of


def linearity(case: Case) -> Iterator[str]:
    """Backward is linear in the cotangent: the gradient for a + 2 b is that for a and twice that for b."""

    def pairs(case: Case) -> Pairs:
        once = run(case)
        others = drawn([y._data for y in once.answers], case.seed, 3)
        sums = [a + 2 * b for a, b in zip(once.cotangents, others, strict=True)]
        together, apart = (gradients(once.inputs, once.answers, cs) for cs in (sums, others))
        for k, (g, first, second) in enumerate(zip(together, once.gradients, apart, strict=True)):
            yield f"the gradient by {case.name(k)} is not linear in the cotangent", g, first + 2 * second

    return differences(case, pairs)


def forward_linearity(case: Case) -> Iterator[str]:
    """Forward is linear in the tangent."""

    def pairs(case: Case) -> Pairs:
        once = run(case)
        others = drawn(case.points, case.seed, 4)
        sums = [a + 2 * b for a, b in zip(once.tangents, others, strict=True)]
        together, apart = (tangents_of(once.inputs, once.answers, vs) for vs in (sums, others))
        for v, first, second in zip(together, once.moved, apart, strict=True):
            yield "forward mode is not linear in the tangent", v, first + 2 * second

    return differences(case, pairs)


def recorded_gradients(case: Case) -> Iterator[str]:
    """A rule gives the same with Tensors, where the sweep is recorded, as with ndarrays."""

    def pairs(case: Case) -> Pairs:
        once = run(case)
        found = gradients(once.inputs, once.answers, once.cotangents, record=True)
        for k, (g, right) in enumerate(zip(found, once.gradients, strict=True)):
            yield f"with create_graph=True the gradient by {case.name(k)} is another", plain(g), right

    return differences(case, pairs)


def reverse_over_forward(case: Case) -> Iterator[str]:
    """The gradient of a tangent is the tangent of a gradient: second derivatives do not depend on the way."""

    def pairs(case: Case) -> Pairs:
        once = run(case)
        for j in range(len(once.answers)):
            right = _forward_over_reverse(case, j, once)
            for k, g in enumerate(_reverse_over_forward(case, j, once)):
                words = f"reverse mode over forward mode by {case.name(k)} is not forward over reverse"
                yield words, g, right[k]

    return differences(case, pairs)


def _reverse_over_forward(case: Case, j: int, once: Run) -> list[Array]:
    def answer(*points: Any) -> Any:
        given = dict(zip(case.floating, points, strict=True))
        return answers_of(case.function(*(given.get(i, x) for i, x in enumerate(case.args))))[j]

    points = [wrap(x, leaf(x.shape, x.dtype)) for x in case.points]
    _, moved = func.jvp(answer, points, [wrap(v, None) for v in once.tangents])
    return list(gradients(points, [moved], [once.cotangents[j]]))


def _forward_over_reverse(case: Case, j: int, once: Run) -> list[Array]:
    inputs, answers = recorded(case)
    found = gradients(inputs, [answers[j]], [once.cotangents[j]], record=True)
    moving = [isinstance(g, Traced) and g._node is not None for g in found]
    pushed = iter(tangents_of(inputs, [g for g, moves in zip(found, moving, strict=True) if moves], once.tangents))
    return [next(pushed) if moves else np.zeros_like(x) for x, moves in zip(case.points, moving, strict=True)]
