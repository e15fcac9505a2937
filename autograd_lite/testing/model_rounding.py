"""How far rounding errors carry in a model: it is run again with such errors made on purpose, at random.

Inputs, parameters and the answers of operations are moved by a unit in the last place; how far everything else moves
is how far two programs may differ that compute the same in another order.  This is D. S. Parker's Monte Carlo
Arithmetic (1997).  In a model of PyTorch only inputs and parameters are moved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

import numpy as np

from ..primitive import Fused, Kernel, Primitive, registry
from .model_runs import Run, floats
from .model_sides import EngineSide, Side
from .oracles.directions import Array
from .patching import changing_operations

_ROUNDING_KINDS = ("elementwise", "bilinear")
"""The kinds of operations whose answers are rounded; a maximum, say, is one of its arguments to the last digit."""


@contextmanager
def rounded_at_random(side: Side, values: Sequence[Any], seed: int) -> Iterator[list[Any]]:
    """While it lasts, rounding errors are made in a model; gives inputs that have some too."""
    rng = np.random.default_rng([seed, 5])
    seen: set[int] = set()
    with ExitStack() as stack:
        stack.enter_context(np.errstate(all="ignore"))  # 1 moved up may be too much for arcsin
        for parameter in side.parameters.values():
            if id(parameter) not in seen and floats(side.held(parameter)):
                seen.add(id(parameter))
                stack.callback(side.put(parameter, _moved(side.held(parameter), rng)))
        if isinstance(side, EngineSide):
            stack.enter_context(changing_operations)
            for primitive in registry.values():
                _round(primitive, rng, stack)
        yield [_moved(x, rng) if isinstance(x, np.ndarray) and floats(x) else x for x in values]


def _moved(array: Array | np.generic, rng: np.random.Generator) -> Any:
    """An array with each element a unit in the last place off, up or down."""
    steps = np.finfo(array.dtype).eps * rng.choice([-1.0, 1.0], array.shape)
    return (array * (1 + steps)).astype(array.dtype)


def _round(primitive: Primitive, rng: np.random.Generator, stack: ExitStack) -> None:
    """Let an operation make rounding errors, for all threads, until the stack is closed."""
    if isinstance(primitive, Fused):
        kernel = primitive.kernel
        primitive.kernel = Kernel(partial(_kernel_forward, kernel.forward, rng), kernel.backward)
        stack.callback(setattr, primitive, "kernel", kernel)
    elif primitive.kind in _ROUNDING_KINDS and not primitive.many:
        raw = primitive.raw
        primitive.raw = partial(_answer, raw, rng)
        stack.callback(setattr, primitive, "raw", raw)


def _kernel_forward(forward: Callable[..., Any], rng: np.random.Generator, /, *args: Any, **kwargs: Any) -> Any:
    answer, residual = forward(*args, **kwargs)
    return _moved(answer, rng), residual


def _answer(raw: Callable[..., Any], rng: np.random.Generator, /, *args: Any, **kwargs: Any) -> Any:
    answer = raw(*args, **kwargs)
    return _moved(answer, rng) if isinstance(answer, (np.ndarray, np.generic)) and answer.dtype.kind in "fc" else answer


def note_noise(first: Run, others: Sequence[Run]) -> None:
    """Write down how far all that was seen has moved in other runs; the least of these, so that no kink tells."""
    along = [dict(other.seen()) for other in others]
    for key, one in first.seen():
        beside = [other[key] for other in along if key in other]
        if beside:
            one.noise = min(_distance(one.array, other.array) for other in beside)
            one.gradient_noise = min(_distance(one.gradient, other.gradient) for other in beside)


def _distance(a: Array | None, b: Array | None) -> float:
    if a is None or b is None or a.shape != b.shape or not floats(a):
        return 0.0
    with np.errstate(all="ignore"):
        distances = np.abs(a - b)
    return float(np.max(distances, initial=0.0, where=np.isfinite(distances)))
