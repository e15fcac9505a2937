"""Products with the cotangent of a sum: the same numbers without a pass over memory, and nobody's array given away."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.ops.ones import MANY, times

RNG = np.random.default_rng(0)
SHAPE = (3, MANY)


def _ones(shape: tuple[int, ...] = SHAPE, value: Any = 1, dtype: Any = np.float32) -> Any:
    return np.broadcast_to(dtype(value), shape)


def _numbers(dtype: Any = np.float32) -> Any:
    x = RNG.normal(size=SHAPE).astype(dtype)
    x[0, :4] = np.nan, np.inf, -np.inf, -0.0
    return x


def test_somebodys_factor_is_seen_and_cannot_be_written_to() -> None:
    x = _numbers()
    found = times(_ones(), x)
    assert np.shares_memory(found, x)
    assert not found.flags.writeable
    assert x.flags.writeable
    np.testing.assert_array_equal(found, _ones() * x)


def test_a_fresh_factor_is_the_product() -> None:
    places = []

    def fresh() -> Any:
        x = _numbers()
        places.append(x.ctypes.data)
        return x

    found = times(_ones(), fresh())
    assert found.ctypes.data == places[0]
    assert found.flags.writeable


@pytest.mark.parametrize(
    "v",
    [
        _ones(value=2),
        _ones(value=np.nan),
        np.ones(SHAPE, np.float32),
        np.broadcast_to(np.ones((3, 1), np.float32), SHAPE),
        np.broadcast_to(np.ones(MANY, np.float32), SHAPE),
        _ones(dtype=np.float64),
        _ones((2, *SHAPE)),
        np.float32(1),
    ],
    ids=["twos", "nan", "written out", "in a column", "in a row", "wider", "more", "a number"],
)
def test_anything_else_is_multiplied(v: Any) -> None:
    x = _numbers()
    found = times(v, x)
    assert not np.shares_memory(found, x)
    np.testing.assert_array_equal(found, v * x)
    assert found.dtype == (v * x).dtype


def test_a_factor_that_is_repeated_is_multiplied() -> None:
    row = RNG.normal(size=MANY).astype(np.float32)
    np.testing.assert_array_equal(times(_ones(), row), np.broadcast_to(row, SHAPE))


FUNCTIONS: dict[str, Callable[[Any, Any], Any]] = {
    "x * y": lambda x, y: x * y,
    "exp(x) + y": lambda x, y: np.exp(x) + y,
    "x ** 2 + y ** 3": lambda x, y: x**2 + y**3,
    "square, abs": lambda x, y: np.square(x) + np.abs(y),
    "-x": lambda x, y: x * y + -x - y,
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_gradients_of_large_sums_are_those_of_small_ones_and_belong_to_the_caller(name: str) -> None:
    function = FUNCTIONS[name]
    arrays = [RNG.normal(size=SHAPE).astype(np.float32) for _ in range(2)]
    before = [array.copy() for array in arrays]
    x, y = (ag.Tensor(array, requires_grad=True) for array in arrays)
    function(x, y).sum().backward()
    for tensor, array in zip((x, y), before, strict=True):
        assert not any(np.shares_memory(tensor.grad.data, given) for given in arrays)
        np.testing.assert_array_equal(tensor.data, array)
    for i in (0, SHAPE[0] - 1):
        a, b = (ag.Tensor(array[i, :5], requires_grad=True) for array in before)
        function(a, b).sum().backward()
        np.testing.assert_allclose(x.grad[i, :5], a.grad, rtol=1e-6)
        np.testing.assert_allclose(y.grad[i, :5], b.grad, rtol=1e-6)


def _by_a_hook(f: Any, x: Any) -> Any:
    seen: list[Any] = []
    a = x * 2
    a.register_hook(seen.append)
    f(a).backward()
    return seen[0]


def _retained(f: Any, x: Any) -> Any:
    a = x * 2
    a.retain_grad()
    f(a).backward()
    return a.grad


def _by_a_function(f: Any, x: Any) -> Any:
    seen: list[Any] = []

    class Twice(ag.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:  # noqa: ARG004  # it needs nothing later
            return x * 2

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:  # type: ignore[override]  # noqa: ARG004
            seen.append(g)
            return g * 2

    f(Twice.apply(x)).backward()
    return seen[0]


def _by_a_custom_rule(f: Any, x: Any) -> Any:
    seen: list[Any] = []

    def backward(_: Any, g: Any) -> Any:
        seen.append(g)
        return (g * 2,)

    twice = ag.custom_vjp(lambda x: x * 2)
    twice.defvjp(lambda x: (x * 2, None), backward)
    f(twice(x)).backward()
    return seen[0]


def _by_a_module(f: Any, x: Any) -> Any:
    seen: list[Any] = []
    module = ag.nn.Identity()
    module.register_full_backward_hook(lambda _module, _inputs, outputs: seen.append(outputs[0]))
    f(module(x * 1)).backward()
    return seen[0]


WAYS_OUT: dict[str, Callable[[Any, Any], Any]] = {
    "a hook": _by_a_hook,
    "retain_grad": _retained,
    "Function": _by_a_function,
    "custom_vjp": _by_a_custom_rule,
    "a hook of a module": _by_a_module,
    "grad": lambda f, x: ag.grad(f(x), x)[0],
    "func.grad": lambda f, x: ag.func.grad(f)(x),
    "func.vjp": lambda f, x: ag.func.vjp(f, x)[1](np.float32(1))[0],
    "func.jvp": lambda f, x: ag.func.jvp(lambda x: f(x, np.positive), (x,), (_ones(),))[1],
}


@pytest.mark.parametrize("way", WAYS_OUT)
def test_what_users_get_to_see_is_no_view_of_what_may_change(way: str) -> None:
    w, x = (ag.Tensor(RNG.normal(size=SHAPE).astype(np.float32), requires_grad=True) for _ in range(2))
    found = WAYS_OUT[way](lambda a, of=np.sum: of(a * w), x)
    assert not np.shares_memory(found.data, w.data)
    np.testing.assert_array_equal(found.data, w.data)
