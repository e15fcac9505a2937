"""Vector-Jacobian and Jacobian-vector products written by hand: right ones pass, wrong ones are named."""

from functools import partial
from typing import Any

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.testing import GradientsDiffer, check_jvp, check_vjp

X = np.random.default_rng(0).uniform(0.5, 2.0, (2, 3))
W = np.random.default_rng(1).uniform(0.5, 2.0, (3, 4))
B = np.random.default_rng(2).uniform(0.5, 2.0, 4)


def affine(x, w, b):
    return x @ w + b


def affine_vjp(x, w, b):
    return x @ w + b, lambda c: (c @ w.T, x.T @ c, c.sum(0))


def affine_jvp(args, tangents):
    (x, w, b), (dx, dw, db) = args, tangents
    return x @ w + b, dx @ w + x @ dw + db


@pytest.mark.smoke
def test_right_products() -> None:
    check_vjp(affine, affine_vjp, (X, W, B))
    check_jvp(affine, affine_jvp, (X, W, B))
    for dtype in (np.float32, np.complex128):
        args = [a.astype(dtype) for a in (X, W, B)]
        check_jvp(affine, affine_jvp, args)
    check_vjp(affine, affine_vjp, [a.astype(np.float32) for a in (X, W, B)])


@pytest.mark.parametrize("args", [(X, W, B), (X + 1j, W - 0.5j, 1j * B), (np.float32(X), np.float32(W), np.float32(B))])
def test_the_engines_own_with_arrays_and_tensors(args: tuple[Any, ...]) -> None:
    for given in (args, tuple(map(ag.Tensor, args))):
        check_vjp(affine, partial(ag.func.vjp, affine), given)
        check_jvp(affine, partial(ag.func.jvp, affine), given)


def test_large_arguments_are_moved_along_random_directions() -> None:
    x = np.linspace(0.1, 3, 300)
    check_jvp(np.sin, lambda a, v: (np.sin(a[0]), np.cos(a[0]) * v[0]), (x,))
    slope = np.cos(x)
    slope[123] *= 1.01
    with pytest.raises(GradientsDiffer):
        check_jvp(np.sin, lambda a, v: (np.sin(a[0]), slope * v[0]), (x,))


def test_integer_arguments_and_numbers() -> None:
    def picked(x, i):
        return x[i]

    def picked_vjp(x, i):
        def pull(c):
            g = np.zeros_like(x)
            np.add.at(g, i, c)
            return (g,)

        return x[i], pull

    check_vjp(picked, picked_vjp, (B, np.array([0, 3, 0])))
    check_jvp(picked, lambda a, v: (a[0][a[1]], v[0][a[1]]), (B, np.array([0, 3, 0])))
    check_vjp(lambda x: x * x, lambda x: (x * x, lambda c: 2 * x * c), (3.0,))


def wrong_vjp(**changes: Any) -> Any:
    """The rule of `affine` with parts of it replaced."""

    def rule(x, w, b):
        value = changes.get("value", affine)(x, w, b)
        gx, gw, gb = (changes.get(name) for name in ("gx", "gw", "gb"))

        def pull(c):
            return (
                c @ w.T if gx is None else gx(c, x, w, b),
                x.T @ c if gw is None else gw(c, x, w, b),
                c.sum(0) if gb is None else gb(c, x, w, b),
            )

        return value, pull

    return rule


def write(c):
    c *= 2.0
    return c.sum(0) / 2.0


CALLS = iter(range(10**6))

WRONG_VJPS = {
    "the sign is flipped": wrong_vjp(gw=lambda c, x, w, b: -x.T @ c),
    "all are 2 times": wrong_vjp(gx=lambda c, x, w, b: 2 * c @ w.T),
    "was broadcast: sum its gradient": wrong_vjp(gb=lambda c, x, w, b: c),
    "all are zero": wrong_vjp(gb=lambda c, x, w, b: 0 * b),
    "transposed": wrong_vjp(gw=lambda c, x, w, b: c.T @ x),
    "not linear in the cotangent": wrong_vjp(gb=lambda c, x, w, b: c.sum(0) * np.abs(c).max()),
    "writes to the cotangent": wrong_vjp(gb=lambda c, x, w, b: write(c)),
    "the value that comes with the rule is not that of f": wrong_vjp(value=lambda x, w, b: x @ w),
    "changes from call to call": wrong_vjp(gb=lambda c, x, w, b: c.sum(0) * next(CALLS)),
    "is float32, but the input is float64": wrong_vjp(gb=lambda c, x, w, b: c.sum(0).astype(np.float32)),
    "2 gradients for 3": lambda x, w, b: (affine(x, w, b), lambda c: (c @ w.T, x.T @ c)),
}


@pytest.mark.parametrize("said", WRONG_VJPS)
def test_wrong_vjps(said: str) -> None:
    with pytest.raises(GradientsDiffer) as caught:
        check_vjp(affine, WRONG_VJPS[said], (X, W, B))
    assert said in str(caught.value)


def move_and_write(a, v):
    out = affine_jvp(a, v)
    v[2] += 1.0
    return out


def move_and_write_to_input(a, v):
    out = affine_jvp(a, v)
    a[2][0] += 1e-3
    return out


WRONG_JVPS = {
    "by input 1": lambda a, v: (affine(*a), v[0] @ a[1] - a[0] @ v[1] + v[2]),
    "by input 2": lambda a, v: (affine(*a), v[0] @ a[1] + a[0] @ v[1]),
    "the tangent is float64[4, 2], but the value is float64[2, 4]": lambda a, v: (
        affine(*a), affine_jvp(a, v)[1].T,
    ),
    "the tangent is float32": lambda a, v: (affine(*a), affine_jvp(a, v)[1].astype(np.float32)),
    "not linear in the tangents": lambda a, v: (affine(*a), affine_jvp(a, v)[1] * np.abs(v[2]).max()),
    "changes from call to call": lambda a, v: (affine(*a), affine_jvp(a, v)[1] * next(CALLS)),
    "writes to a tangent": move_and_write,
    "writes to input 2": move_and_write_to_input,
    "is not that of f": lambda a, v: (a[0] @ a[1], affine_jvp(a, v)[1]),
}  # fmt: skip


@pytest.mark.parametrize("said", WRONG_JVPS)
def test_wrong_jvps(said: str) -> None:
    with pytest.raises(GradientsDiffer) as caught:
        check_jvp(affine, WRONG_JVPS[said], (X, W, B))
    assert said in str(caught.value)


NO_PAIRS = {
    r"must give a pair, .*, not float64\[2, 4\]": affine,
    r"must give a pair, .*, not None": lambda x, w, b: None,
    r"must give a pair, .*, not tuple of 2 \(float64\[2, 4\], tuple of 3": lambda x, w, b: (affine(x, w, b), (x, w, b)),
    r"gives None: it must give an array for each floating argument": lambda x, w, b: (affine(x, w, b), lambda c: None),
    r"gives tuple of 3 \(float64\[2, 3\], None, float64\[4\]\): it must": lambda x, w, b: (
        affine(x, w, b),
        lambda c: (c @ w.T, None, c.sum(0)),
    ),
}


@pytest.mark.parametrize("said", NO_PAIRS)
def test_rules_that_are_no_vjp(said: str) -> None:
    with pytest.raises(TypeError, match=said):
        check_vjp(affine, NO_PAIRS[said], (X, W, B))


@pytest.mark.parametrize("given", [None, np.zeros((2, 4)), (np.zeros((2, 4)), None), (1.0, 2.0, 3.0)])
def test_rules_that_are_no_jvp(given: Any) -> None:
    with pytest.raises(TypeError, match=r"f_jvp\(args, tangents\) must give a pair, the value and its tangent, not"):
        check_jvp(affine, lambda args, tangents: given, (X, W, B))


def test_None_for_what_is_not_floating_is_right() -> None:
    check_vjp(lambda x, i: x[i], lambda x, i: (x[i], lambda c: (np.eye(4)[i] * c, None)), (B, 2))


def test_a_wrong_complex_product() -> None:
    z = np.array([1 + 2j, 0.5 - 1j])
    check_vjp(np.square, lambda z: (z * z, lambda c: 2 * np.conj(z) * c), (z,))
    with pytest.raises(GradientsDiffer):
        check_vjp(np.square, lambda z: (z * z, lambda c: 2 * z * c), (z,))
    with pytest.raises(GradientsDiffer):
        check_jvp(np.square, lambda a, v: (a[0] ** 2, 2 * a[0] * np.conj(v[0])), (z,))


def test_there_must_be_something_to_check() -> None:
    for check in (check_vjp, check_jvp):
        with pytest.raises(ValueError, match="nothing to check"):
            check(lambda i: i, lambda i: (i, i), (np.arange(3),))


def test_the_report_says_where_the_rule_is() -> None:
    with pytest.raises(GradientsDiffer) as caught:
        check_vjp(affine, WRONG_VJPS["all are zero"], (X, W, B))
    assert "test_products.py" in caught.value.report.place
