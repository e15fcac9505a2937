"""Every sample on arrays without elements, without axes, and with axes of length 1, wherever NumPy takes them."""

import warnings
from typing import Any

import numpy as np
import pytest

import autograd_lite as ag

from .helpers import ours, plain, same, weights
from .samples import SAMPLES, Sample

EDGES = {
    "nothing along the first axis": lambda x: x[:0] if x.ndim else x,
    "nothing along the last axis": lambda x: x[..., :0] if x.ndim else x,
    "nothing along any axis": lambda x: x[(slice(0),) * x.ndim],
    "one along the first axis": lambda x: x[:1] if x.ndim else x,
    "one along the last axis": lambda x: x[..., :1] if x.ndim else x,
    "one element": lambda x: x[(slice(1),) * x.ndim],
    "no axes": lambda x: np.array(x.ravel()[0]),
}

ENDLESS = {"take", "choose"}
"""Where NumPy itself runs forever, or out of bounds: the modes "wrap" and "clip" along an axis without elements."""

ELSEWHERE = {
    "padding: spread_statistics": "works on what the primitive of its pair has made, in the shapes of that",
    "products: vecdot axis keepdims": "is compared with a sum, which takes arrays without axes",
    "products: cross of a vector in the plane with others": "NumPy warns of vectors in the plane",
    "products: cross with a vector in the plane": "NumPy warns of vectors in the plane",
    "cumulative: cumulative_prod, initial": "is compared with a concatenation, which takes arrays without axes",
    "statistics: cov": "warns of an empty array in words of its own",
    "statistics: cov of columns": "warns of an empty array in words of its own",
    "statistics: corrcoef": "warns of an empty array in words of its own",
}
"""Samples whose reference says nothing of some edge."""


def by_numpy(sample: Sample, arrays: list[Any]) -> Any:
    """The answer of NumPy, or None where it makes no sense, or is no array."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            answer = sample.reference(*arrays)
        except (ValueError, IndexError, TypeError, AttributeError, RuntimeWarning, ZeroDivisionError, ArithmeticError):
            return None
    return answer if hasattr(answer, "dtype") else None


@pytest.mark.parametrize("sample", [s for s in SAMPLES if s.id not in ELSEWHERE], ids=lambda sample: sample.id)
def test_edges(sample: Sample) -> None:
    for edge, cut in EDGES.items():
        arrays = [cut(x) for x in sample.arrays()]
        if sample.primitive in ENDLESS and edge.startswith("nothing"):
            continue
        expected = by_numpy(sample, arrays)
        if expected is not None:  # NumPy has an answer, and does not warn
            check(sample, arrays, expected)


def check(sample: Sample, arrays: list[Any], expected: Any) -> None:
    """Value, gradients of both orders and tangents of a sample on these arrays."""
    value, gradients, second = ours(sample.call, arrays)
    same(value, expected, rtol=1e-14, atol=1e-14)
    for x, g, h in zip(arrays, gradients, second, strict=True):
        assert (g.shape, g.dtype) == (h.shape, h.dtype) == (x.shape, x.dtype)
    tangents = [weights(x.shape, x.dtype, 2) - 0.9 for x in arrays]
    _, tangent = ag.func.jvp(sample.call, arrays, tangents)
    pushed = np.sum(plain(tangent) * weights(value.shape, value.dtype))
    same(pushed, sum(np.sum(plain(g) * v) for g, v in zip(gradients, tangents, strict=True)))


def test_most_samples_have_edges() -> None:
    answered = sum(
        by_numpy(sample, [cut(x) for x in sample.arrays()]) is not None
        for sample in SAMPLES[::8]
        for edge, cut in EDGES.items()
        if sample.id not in ELSEWHERE and sample.primitive not in ENDLESS
    )
    assert answered > 3 * len(SAMPLES[::8])
