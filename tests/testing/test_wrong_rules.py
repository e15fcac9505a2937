"""A wrong rule is caught, and the message says in what way it is wrong; a right one is accepted at any scale."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.primitive import registry
from autograd_lite.testing import assert_gradients_close

PRIMITIVES = {primitive.name: primitive for primitive in registry.values()}

X = np.random.default_rng(0).uniform(0.5, 2.0, (3, 4))
Y = np.random.default_rng(1).uniform(0.5, 2.0, (3, 4))
SQUARE = np.random.default_rng(2).uniform(0.5, 2.0, (3, 3))

Rule = Callable[..., Any]


@pytest.fixture
def spoil() -> Iterator[Callable[..., None]]:
    """Replace the rule of a primitive for one of its arguments, until the test is over."""
    spoiled = []

    def replace(name: str, rule: Rule, position: int = 0) -> None:
        primitive = PRIMITIVES[name]
        spoiled.append((primitive, primitive.vjps))
        rules = list(primitive.vjps)
        rules[position] = rule
        primitive.vjps = tuple(rules)
        primitive.keepers.clear()  # they know what the old rule reads

    yield replace
    for primitive, rules in spoiled:
        primitive.vjps = rules
        primitive.keepers.clear()


WRONG: dict[str, tuple[str, Rule, int, Rule, tuple[Any, ...], str]] = {
    "factor": (
        "exp", lambda v, ans, _x: v * ans * 1.001, 0, np.exp, (X,), "all are 1.001 times what they should be",
    ),
    "factor of a hair": (
        "sin", lambda v, _ans, x: v * np.cos(x) * (1 + 1e-6), 0, np.sin, (X,),
        "all are 1.000001 times what they should be",
    ),
    "twice": ("square", lambda v, _ans, x: v * x, 0, np.square, (X,), "all are 0.5 times what they should be"),
    "sign": ("cos", lambda v, _ans, x: v * np.sin(x), 0, np.cos, (X,), "the sign is flipped"),
    "missing term": ("tanh", lambda v, ans, _x: v * (1 - ans), 0, np.tanh, (X,), "12 of 144 differ"),
    "missing quotient": (
        "divide", lambda v, ans, _x, _y: -v * ans, 1, np.divide, (X, Y), "by input 1 (float64[3, 4])",
    ),
    "no gradient": (
        "multiply", lambda v, _ans, _x, _y: v * 0.0, 1, np.multiply, (X, Y), "all are zero: no gradient flows here",
    ),
    "forgotten count": (
        "mean", lambda g, _ans, _x, **_options: np.broadcast_to(g, _x.shape), 0,
        np.mean, (X,), "all are 12 times what they should be, and that is n for n = 12, the number of elements",
    ),
    "count too many": (
        "sum", lambda g, _ans, _x, **_options: np.broadcast_to(g[..., None] / 4, _x.shape), 0,
        lambda x: np.sum(x, axis=1), (X,), "1/n for n = 4, the length of axis 1 of input 0",
    ),
    "wrong axis": (
        "sum", lambda g, _ans, _x, **_options: np.broadcast_to(g, _x.shape), 0,
        lambda x: np.sum(x, axis=1), (SQUARE,), "12 of 27 differ",
    ),
    "transposed": (
        "matmul", lambda g, _ans, _a, b: b @ g.mT, 0, lambda x, y: np.sum((x @ y) * SQUARE), (SQUARE, SQUARE.T + 1),
        "the gradient is transposed",
    ),
    "NaN": ("log", lambda v, _ans, x: v / x * float("nan"), 0, lambda x: np.sum(np.log(x)), (X,), "all are NaN"),
    "infinite": ("log", lambda v, _ans, x: v / x * float("inf"), 0, lambda x: np.sum(np.log(x)), (X,), "are infinite"),
    "backwards": (
        "cumsum", lambda g, _ans, _x, axis=None, **_options: np.cumsum(g, axis), 0,
        lambda x: np.cumsum(x, axis=0), (X[:, 0],),
        "differ",
    ),
    "not linear in the cotangent": (
        "negative", lambda v, _ans, _x: -v * v, 0, np.negative, (X,), "a projection of f",
    ),
    "one element": (
        "positive", lambda v, _ans, x: v * np.where(x == X.flat[5], 1.01, 1.0), 0, lambda x: np.sum(+x), (X,),
        "1 of 12 differ\n    d f / d input 0[1, 1]: got 1.01, expected 1",
    ),
    "elements in another order": (
        "transpose", lambda g, _ans, _x: g.reshape(_x.shape), 0, lambda x: np.sin(x.T), (SQUARE,),
        "differ",
    ),
}  # fmt: skip
"""By the mistake: the primitive, its wrong rule and for which argument, a function, inputs, words of the message."""


@pytest.mark.smoke
@pytest.mark.parametrize("mistake", WRONG)
def test_a_wrong_rule_is_caught_and_diagnosed(mistake: str, spoil: Callable[..., None]) -> None:
    name, rule, position, f, inputs, words = WRONG[mistake]
    assert_gradients_close(f, *inputs)
    spoil(name, rule, position)
    with pytest.raises(AssertionError) as caught:
        assert_gradients_close(f, *inputs, modes=("reverse",))
    assert words in str(caught.value)
    assert f"by input {position} (" in str(caught.value)
    assert "in reverse mode" in str(caught.value)


def test_an_error_in_one_mode_is_not_an_error_in_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    primitive = PRIMITIVES["exp"]
    monkeypatch.setattr(primitive, "jvp", lambda tangents, saved, _kwargs: tangents[0] * saved[0] * 2)
    assert_gradients_close(np.exp, X, modes=("reverse",))
    with pytest.raises(AssertionError, match="in forward mode, is wrong") as caught:
        assert_gradients_close(np.exp, X)
    assert "in reverse mode" not in str(caught.value)


def test_a_rule_that_is_right_once_may_be_wrong_twice(spoil: Callable[..., None]) -> None:
    """A value read outside of the graph is a constant in the second derivative."""
    spoil("exp", lambda v, ans, _x: v * (ans.detach() if isinstance(ans, ag.Tensor) else ans))
    assert_gradients_close(np.exp, X, modes=("reverse",))
    with pytest.raises(AssertionError, match="the derivative of order 2 of exp by input 0") as caught:
        assert_gradients_close(np.exp, X, order=2, modes=("reverse",))
    assert "all are zero: no gradient flows here" in str(caught.value)


def test_a_wrong_element_of_a_large_array_is_caught(spoil: Callable[..., None]) -> None:
    large = np.random.default_rng(3).normal(size=(40, 50))
    assert_gradients_close(np.tanh, large, order=2)
    spoil("tanh", lambda v, ans, x: v * (1 - ans * ans) * np.where(x == large[7, 9], 2.0, 1.0))
    with pytest.raises(AssertionError, match="along random direction"):
        assert_gradients_close(np.tanh, large, modes=("reverse",))


def test_float32_rules_are_held_to_float32(spoil: Callable[..., None]) -> None:
    x = X.astype(np.float32)
    spoil("exp", lambda v, ans, _x: v * ans * 1.0005)
    with pytest.raises(AssertionError, match=r"input 0 \(float32\[3, 4\]\)"):
        assert_gradients_close(np.exp, x)


RIGHT: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    "tiny": (lambda x: x * x * x, (np.array([1e-60, -3e-61]),)),
    "huge": (lambda x: np.sqrt(x) * x, (np.array([1e100, 3e90]),)),
    "near a pole": (lambda x: np.log(1 - x), (np.array([0.999, 0.5]),)),
    "steep": (np.exp, (np.array([-300.0, 300.0]),)),
    "of many scales": (np.log, (np.array([1e-30, 1e-8, 1.0, 1e30]),)),
    "flat beside a large value": (lambda x: np.cos(x) + 1e3, (np.array([0.3, 1.2]),)),
    "oscillating": (np.sin, (np.array([1e-8, 1.0, 1e6, 0.0]),)),
    "cancelling": (lambda x: np.sum(np.exp(x) / np.sum(np.exp(x))), (np.array([0.1, 2.0, -1.0]),)),
    "zeros": (lambda x, y: np.sum(x * y + np.sin(x)), (np.zeros((2, 3)), np.zeros(3))),
    "near a kink": (abs, (np.array([1e-3, -1e-9, 5.0]),)),
    "constant": (lambda x: x * 0.0 + 3.0, (np.array([1.0, 2.0]),)),
    "not used": (lambda x, _y: x * x, (np.array([1.0, 2.0]), np.array([3.0]))),
    "no axes": (lambda x: x**3, (np.array(0.7),)),
    "no elements": (np.tanh, (np.zeros((0, 3)),)),
    "ill-conditioned": (lambda x: np.sum(x * np.array([1e-12, 1.0, 1e12]) * x), (np.array([1.0, 2.0, 3.0]),)),
    "many elements": (lambda x: np.tanh(x) @ np.ones(100) / 7, (np.random.default_rng(4).normal(size=(100, 100)),)),
}


@pytest.mark.parametrize("name", RIGHT)
def test_right_gradients_are_accepted_at_any_scale(name: str) -> None:
    f, inputs = RIGHT[name]
    assert_gradients_close(f, *inputs, order=2)


@pytest.mark.parametrize("scale", [1e-12, 1e-3, 1.0, 1e3, 1e12])
def test_right_float32_gradients_are_accepted(scale: float) -> None:
    x, y = (np.float32(scale) * a.astype(np.float32) for a in (X, Y))
    factor = np.float32(1 / scale)
    assert_gradients_close(lambda x, y: np.tanh(x * factor) @ (y * factor).T, x, y, order=2)
    assert_gradients_close(lambda x: np.log(np.sum(np.exp(x * factor))), x, order=2)
