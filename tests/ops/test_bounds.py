"""`np.maximum` and `np.minimum` beside a number, row by row: the same as NumPy's, however the array lies in memory."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.ops.bounds import ROW, bounded

RNG = np.random.default_rng(0)
LAYOUTS: dict[str, Callable[[Any], Any]] = {
    "in C order": lambda x: x,
    "channels first": lambda x: np.ascontiguousarray(x.swapaxes(0, 1)).swapaxes(0, 1) if x.ndim > 1 else x,
    "in Fortran order": np.asfortranarray,
    "backward": lambda x: x[::-1],
    "every second": lambda x: np.repeat(x, 2, axis=-1)[..., ::2],
}


def _numbers(shape: tuple[int, ...], dtype: Any) -> Any:
    x = RNG.normal(size=shape).astype(dtype)
    x.reshape(-1)[:4] = np.nan, np.inf, -np.inf, -0.0
    return x


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("shape", [(3, 5), (ROW,), (ROW + 1,), (4, 3, 40, 41), (3 * ROW,), (2, 7, 13, 97)], ids=str)
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.int64])
@pytest.mark.parametrize("ufunc", [np.maximum, np.minimum])
def test_values_dtype_and_layout_are_numpys(ufunc: np.ufunc, dtype: type, shape: tuple[int, ...], layout: str) -> None:
    x = _numbers(shape, dtype) if dtype is not np.int64 else RNG.integers(-9, 9, shape)
    x = LAYOUTS[layout](x)
    number = 1 if dtype is np.int64 else 0.25
    expected = ufunc(x, number)
    for found in (bounded(ufunc, x, number), ag.maximum.raw(x, number) if ufunc is np.maximum else expected):
        np.testing.assert_array_equal(found, expected)
        assert found.dtype == expected.dtype
        assert found.strides == expected.strides


@pytest.mark.parametrize("layout", ["in C order", "channels first"])
@pytest.mark.parametrize("shape", [(2, 5), (64, 128), (3, 5, ROW // 6)])
def test_into_the_array_itself(shape: tuple[int, ...], layout: str) -> None:
    x = LAYOUTS[layout](_numbers(shape, np.float32))
    expected = np.minimum(x, 0.5)
    found = bounded(np.minimum, x, 0.5, out=x)
    assert np.shares_memory(found, x)
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(x, expected)


def test_integers_beside_a_fraction_become_fractions() -> None:
    x = np.arange(2 * ROW)
    found = ag.maximum.raw(x, 0.5)
    assert found.dtype == np.float64
    np.testing.assert_array_equal(found, np.maximum(x, 0.5))


@pytest.mark.parametrize("number", [0, 2.5, -3, 1e300, 10**400, np.inf, -np.inf, np.nan, True, np.float64(0.5)])
def test_numbers_of_every_kind(number: Any) -> None:
    x = _numbers((2 * ROW,), np.float32)
    results = []
    for run in (np.maximum, ag.maximum.raw):
        with np.errstate(over="ignore"):
            try:
                results.append(run(x, number))
            except OverflowError as error:
                results.append(str(error))
    assert getattr(results[0], "dtype", None) == getattr(results[1], "dtype", None)
    np.testing.assert_array_equal(results[1], results[0])


@pytest.mark.parametrize("call", [ag.relu, lambda t: np.maximum(t, 0.0), lambda t: np.minimum(0.5, t)])
def test_gradients_of_large_arrays_are_those_of_small_ones(call: Any) -> None:
    values = RNG.normal(size=(3, 4, 50, 31)).astype(np.float32)
    large = ag.Tensor(values, requires_grad=True)
    call(large).sum().backward()
    small = [ag.Tensor(part, requires_grad=True) for part in values.reshape(-1, 31)]
    for part in small:
        call(part).sum().backward()
    np.testing.assert_array_equal(large.grad.reshape(-1, 31), np.stack([part.grad for part in small]))
