"""What those who write derivative rules forget about dtypes: what is in single precision stays so.

>>> import numpy as np
>>> from autograd_lite.primitive import linear, registry
>>> def scaled(x):
...     return x * 1.5
>>> rule = linear(scaled, lambda g, _ans, _x: g * np.float64(1.5))
>>> list(single_precision(Case(rule, (np.ones(2),))))
['the backward rule of scaled for argument 0 gives float64 where the inputs have 32 bits']
>>> _ = registry.pop(scaled)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

import numpy as np

from ..primitive import Kernel, Primitive
from .patching import changing_operations
from .runs import Case, nodes_of, recorded, run

NARROW = {np.dtype(np.float64): np.float32, np.dtype(np.complex128): np.complex64}


def narrowed(case: Case) -> Case | None:
    """The case in single precision; None where its numbers are too large for that, or too small."""
    with np.errstate(all="ignore"):
        points = [x.astype(NARROW.get(x.dtype, x.dtype)) for x in case.points]
        same = all(
            np.allclose(y, x, rtol=1e-6, atol=0.0, equal_nan=True) for x, y in zip(case.points, points, strict=True)
        )
    return case.at(points) if same else None


def single_precision(case: Case) -> Iterator[str]:
    """float32 in, float32 out: the value, the tangent, the gradient; and what the rules themselves give."""
    narrow = narrowed(case)
    if narrow is None:
        return
    once = run(narrow)
    for words, x in once.numbers:
        if x.dtype.itemsize > np.dtype(np.complex64 if x.dtype.kind == "c" else np.float32).itemsize:
            yield f"{words} is {x.dtype} for inputs in single precision"
    yield from rule_dtypes(narrow)


def rule_dtypes(case: Case) -> Iterator[str]:
    """What rules give is no wider than the inputs: the tape would cast it, in silence and at twice the price."""
    widest = max(np.finfo(x.dtype).bits for x in case.points)
    _, answers = recorded(case)
    used = {node.primitive for node in nodes_of(answers) if node.primitive is not None}
    if any(np.finfo(y._data.dtype).bits > widest for y in answers):  # whose own cotangents are as wide
        return
    seen: list[tuple[str, Any]] = []
    with _watched(used, seen):
        run(case)
    for words, dtype in dict.fromkeys(seen):
        if np.finfo(dtype).bits > widest:
            yield f"{words} gives {dtype} where the inputs have {widest} bits"


@contextmanager
def _watched(primitives: set[Primitive], seen: list[tuple[str, Any]]) -> Iterator[None]:
    """Inside it, the dtypes that the rules of these primitives give are written down."""

    def watch(words: str, rule: Callable[..., Any] | None) -> Any:
        if rule is None:
            return None

        @wraps(rule)  # whose signature says what is kept
        def watched(*args: Any, **kwargs: Any) -> Any:
            given = rule(*args, **kwargs)
            for part in given if isinstance(given, (list, tuple)) else [given]:
                dtype = getattr(part, "dtype", None)  # a bundle of cotangents has none; what is in it came from rules
                if dtype is not None and dtype.kind in "fc":
                    seen.append((words, dtype))
            return given

        return watched

    with changing_operations:
        before = [(p, p.vjps, p.joint, p.jvp, getattr(p, "kernel", None)) for p in primitives]
        try:
            for p, vjps, joint, jvp, kernel in before:
                backward = f"the backward rule of {p.name}"
                p.vjps = tuple(watch(f"{backward} for argument {i}", rule) for i, rule in enumerate(vjps))
                p.joint = watch(backward, joint)
                p.jvp = watch(f"the forward rule of {p.name}", jvp)
                if kernel is not None:
                    p.kernel = Kernel(kernel.forward, watch(f"the kernel of {p.name}", kernel.backward))
            yield
        finally:
            for p, vjps, joint, jvp, kernel in before:
                p.vjps, p.joint, p.jvp = vjps, joint, jvp
                if kernel is not None:
                    p.kernel = kernel
