"""What the assertion takes, and what it refuses."""

from typing import Any

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.testing import assert_gradients_close

X = np.random.default_rng(0).uniform(0.5, 2.0, (3, 4))
W = np.random.default_rng(1).normal(size=(4, 2))


def loss(w: Any, x: Any) -> Any:
    return np.mean((x @ w) ** 2)


def gradient(w: Any, x: Any) -> tuple[Any, Any]:
    residual = x @ w
    return 2 * x.T @ residual / residual.size, 2 * residual @ w.T / residual.size


@pytest.mark.smoke
def test_a_gradient_written_by_hand() -> None:
    assert_gradients_close(loss, W, X, grad=gradient)
    assert_gradients_close(loss, W.astype(np.float32), X.astype(np.float32), grad=gradient)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda w, x: (gradient(w, x)[0], -gradient(w, x)[1]), "input 1 (float64[3, 4]), as written by hand, is wrong"),
        (lambda w, x: (gradient(w, x)[0], -gradient(w, x)[1]), "diagnosis: the sign is flipped"),
        (lambda w, x: (gradient(w, x)[0] * 6, gradient(w, x)[1]), "all are 6 times what they should be"),
        (lambda w, x: (gradient(w, x)[0].T, gradient(w, x)[1]), "input 0 (float64[4, 2]) has the wrong shape"),
        (lambda w, x: (gradient(w, x)[0].T.reshape(4, 2), gradient(w, x)[1]), "diagnosis: the gradient is transposed"),
        (lambda w, x: gradient(w, x)[0], "1 gradients for 2 floating inputs"),
    ],
)
def test_a_wrong_gradient_written_by_hand(wrong: Any, words: str) -> None:
    with pytest.raises(AssertionError) as caught:
        assert_gradients_close(loss, W, X, grad=wrong)
    assert words in str(caught.value)


def test_inputs_of_other_kinds_are_handed_on() -> None:
    rows = np.array([0, 2, 2])
    seen = []

    def f(x: Any, index: Any, flag: bool, nothing: None, number: int) -> Any:
        seen.append((type(index), flag, nothing, number))
        return np.sin(x[index]) * number

    assert_gradients_close(f, X, rows, True, None, 3, order=2)
    assert set(seen) == {(np.ndarray, True, None, 3)}
    assert_gradients_close(lambda x, y: x * y, 2.0, ag.Tensor([1.0, 3.0]))
    assert_gradients_close(lambda x, index: np.sum(x[index]), X, rows, grad=by_index)


def by_index(x: Any, index: Any) -> Any:
    g = np.zeros_like(x)
    np.add.at(g, index, 1.0)
    return g


def test_inputs_stay_as_they_are() -> None:
    x = X.copy()
    assert_gradients_close(np.sin, x)

    def careless(x: Any) -> Any:
        x *= 2
        return x.sum()

    assert_gradients_close(careless, x, grad=lambda x: np.full(x.shape, 2.0))
    np.testing.assert_array_equal(x, X)


@pytest.mark.parametrize("order", [1, 2, 3])
def test_higher_orders(order: int) -> None:
    assert_gradients_close(lambda x: np.sin(x) * np.sum(x * x), X[0], order=order)


def test_random_projections_are_seeded() -> None:
    messages = set()
    for _ in range(2):
        with pytest.raises(AssertionError) as caught:
            assert_gradients_close(lambda x: x * x.detach(), np.ones(100))
        messages.add(str(caught.value))
    assert len(messages) == 1


@pytest.mark.parametrize(
    ("f", "x", "words"),
    [
        (ag.relu, np.array([0.0]), "got 0, expected 0.5"),
        (lambda x: np.where(x.data > 1.0, x, x + 1.0), np.array([1.0]), "do not settle"),
        (lambda x: x + np.random.default_rng().normal(), np.array([1.0]), "different answers for the same inputs"),
        (lambda x: x * float("nan"), np.array([1.0]), "f is not finite"),
    ],
)
def test_functions_that_have_no_derivative_here(f: Any, x: Any, words: str) -> None:
    with pytest.raises(AssertionError) as caught:
        assert_gradients_close(f, x)
    assert words in str(caught.value)


def test_what_is_refused() -> None:
    with pytest.raises(ValueError, match="none of the inputs is of a floating dtype"):
        assert_gradients_close(np.sum, np.arange(3))
    with pytest.raises(ValueError, match="modes are"):
        assert_gradients_close(np.sum, X, modes=("backward",))
    with pytest.raises(ValueError, match="modes are"):
        assert_gradients_close(np.sum, X, modes=())
    with pytest.raises(ValueError, match="checked to order 1"):
        assert_gradients_close(loss, W, X, grad=gradient, order=2)
    with pytest.raises(TypeError, match="the gradient of a single number"):
        assert_gradients_close(np.sin, X, grad=np.cos)
    with pytest.raises(TypeError, match="must give floating-point numbers"):
        assert_gradients_close(lambda x: x > 0, X)


def test_tolerances_are_those_asked_for() -> None:
    def off(x: Any) -> Any:
        return 2 * x * (1 + 1e-4)

    with pytest.raises(AssertionError):
        assert_gradients_close(lambda x: np.sum(x * x), X, grad=off)
    assert_gradients_close(lambda x: np.sum(x * x), X, grad=off, rtol=2e-4)
    assert_gradients_close(lambda x: np.sum(x * x), X, grad=off, atol=1e-3)
    with pytest.raises(AssertionError):
        assert_gradients_close(lambda x: np.sum(x * x), X, grad=off, rtol=5e-5, atol=0.0)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("power", [2, 3, 4])
def test_where_the_function_and_its_slope_vanish(power: int, dtype: Any) -> None:
    """A loss at its perfect fit."""
    x = np.ones(3, dtype)
    assert_gradients_close(lambda x: np.sum((x - 1.0) ** power), x)
    with pytest.raises(AssertionError, match="is wrong"):
        assert_gradients_close(lambda x: np.sum((x - 1.0) ** power), x, grad=lambda x: np.full(3, 1e-3))
