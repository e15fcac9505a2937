"""Lists beside Tensors, and as arguments: weak as Python's numbers, and kept as they were."""

from typing import Any

import numpy as np
import pytest

import autograd_lite as ag

CALLS = {
    "operator": lambda t: t + [0.1, 0.2],
    "reflected": lambda t: [0.1, 0.2] * t,
    "ufunc": lambda t: np.maximum([0.1, 0.2], t),
    "dot": lambda t: np.dot(t, [0.1, 0.2]),
    "matmul": lambda t: [0.1, 0.2] @ t,
    "outer": lambda t: np.outer(t, [0.1, 0.2]),
    "convolve": lambda t: np.convolve(t, [0.1, 0.2]),
    "where": lambda t: np.where([True, False], t, [0.1, 0.2]),
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
def test_a_list_takes_the_precision_of_its_neighbour(call: Any, dtype: type) -> None:
    x = np.array([0.3, 0.7])
    found = call(ag.Tensor(x.astype(dtype), requires_grad=True))
    assert found.dtype == dtype
    as_array = call(x)  # NumPy's own: a list is float64 there
    np.testing.assert_allclose(found.data, as_array, rtol=1e-15 if dtype is np.float64 else 1e-6)


def test_no_digit_of_a_list_is_lost_beside_float64() -> None:
    x = ag.Tensor(np.ones(2))
    assert (x * [0.1, 0.2]).tolist() == [0.1, 0.2]
    assert np.dot(x, [0.1, 0.2]).item() == 0.1 + 0.2


@pytest.mark.parametrize(
    ("call", "keyword"),
    [
        (lambda t, a: np.transpose(t, axes=a), [1, 0]),
        (lambda t, a: ag.permute_dims(t, axes=a), [1, 0]),
        (lambda t, a: np.roll(t, 1, axis=a), np.array([1])),
        (lambda t, a: np.tile(t, reps=a), [1, 2]),
    ],
)
def test_what_a_keyword_was_is_what_backward_reads(call: Any, keyword: Any) -> None:
    x = ag.Tensor(np.arange(6.0).reshape(2, 3), requires_grad=True)
    right = call(x, list(keyword))
    g = np.random.default_rng(0).normal(size=right.shape)
    (expected,) = ag.grad(right, x, g)
    late = call(x, keyword)
    keyword[0] = 0
    (got,) = ag.grad(late, x, g)
    np.testing.assert_array_equal(got.data, expected.data)
