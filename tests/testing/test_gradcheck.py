"""gradcheck and gradgradcheck: what they accept, what they reject, and PyTorch's arguments."""

import inspect
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch

import autograd_lite as ag
from autograd_lite.primitive import elementwise, general, linear, registry
from autograd_lite.testing import GradientsDiffer, assert_gradients_close, gradcheck, gradgradcheck, reports

X = np.random.default_rng(0).uniform(0.5, 2.0, (2, 3))
W = np.random.default_rng(1).uniform(0.5, 2.0, (3, 2))
EVERYTHING: dict[str, Any] = {
    "check_forward_ad": True,
    "check_batched_grad": True,
    "check_batched_forward_grad": True,
    "check_grad_dtypes": True,
}


@pytest.fixture(autouse=True)
def declared() -> Iterator[None]:
    """What a test declares is gone from the registry after it."""
    before = set(registry)
    yield
    for function in set(registry) - before:
        del registry[function]


RIGHT = {
    "one input": (np.tanh, X),
    "a number": (lambda x: x * x, 3.0),
    "several inputs": (np.matmul, (X, W)),
    "a list of Tensors": (np.multiply, [ag.Tensor(X, requires_grad=True), ag.Tensor(X + 1)]),
    "a tuple of answers": (lambda x, w: (x @ w, np.sin(x)), (X, W)),
    "integers among the answers": (lambda x: (np.sort(x), np.argsort(x)), X),
    "integers among the inputs": (lambda x, i: x[i], (X, np.array([1, 0, 1]))),
    "single precision": (np.matmul, (X.astype(np.float32), W.astype(np.float32))),
    "complex": (lambda z: z * np.conj(z) * z, X + 0.5j),
    "kinks": (lambda x: np.maximum(x, 0), np.array([-1.0, 0.0, 2.0])),
    "overlapping inputs": (np.exp, np.broadcast_to(X[0], (2, 3))),
    "an answer that depends on nothing": (lambda x: (x * 2, ag.Tensor(np.ones(2))), X),
    "an input that is not used": (lambda x, _y: x * 2, (X, W)),
}


@pytest.mark.smoke
@pytest.mark.parametrize("name", RIGHT)
def test_right_gradients(name: str) -> None:
    func, inputs = RIGHT[name]
    assert gradcheck(func, inputs, **EVERYTHING)
    assert gradcheck(func, inputs, check_forward_ad=True, fast_mode=True)


@pytest.mark.parametrize("name", ["a number", "several inputs", "a tuple of answers", "complex", "single precision"])
def test_right_second_derivatives(name: str) -> None:
    func, inputs = RIGHT[name]
    assert gradgradcheck(func, inputs, check_fwd_over_rev=True, check_batched_grad=True)
    assert gradgradcheck(func, inputs, fast_mode=True)


def half_detached(x, y):
    return x * y.detach()


WRONG = {
    "the second input": (half_detached, (X, X + 1), {}),
    "an input that does not require a gradient": (half_detached, (ag.Tensor(X, requires_grad=True), X + 1), {}),
    "the second answer": (lambda x: (x * 2, x * x.detach()), (X,), {}),
    "forward mode": (lambda x: x * x.detach(), (X,), {"check_backward_ad": False, "check_forward_ad": True}),
    "in fast mode": (half_detached, (X, X + 1), {"fast_mode": True}),
    "with a step": (half_detached, (X, X + 1), {"eps": 1e-6}),
    "with a step and tolerances": (half_detached, (X, X + 1), {"eps": 1e-6, "atol": 1e-5, "rtol": 1e-3}),
    "complex": (lambda z: z * np.conj(z.detach()), (X + 1j,), {}),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_gradients(name: str) -> None:
    func, inputs, options = WRONG[name]
    assert not gradcheck(func, inputs, raise_exception=False, **options)
    with pytest.raises(GradientsDiffer) as caught:
        gradcheck(func, inputs, **options)
    assert "test_gradcheck.py" in caught.value.report.place


def test_the_wrong_answer_is_named() -> None:
    def pair(x):
        return x * 2, x * x.detach()

    with pytest.raises(GradientsDiffer, match=r"pair\[1\]"):
        gradcheck(pair, X)


def test_one_wrong_element_is_seen_in_fast_mode() -> None:
    factors = np.ones((2, 3))
    factors[1, 2] = 1.001

    def cubed(x):
        return x**3

    cubed = elementwise(cubed, lambda v, _ans, x: v * 3 * x**2 * factors)
    assert not gradcheck(cubed, X, fast_mode=True, raise_exception=False)
    assert not gradcheck(cubed, X, raise_exception=False)


@pytest.mark.parametrize("eps", [1e-2, 1e-4, 1e-6])
def test_a_step_may_be_given(eps: float) -> None:
    assert gradcheck(np.tanh, X, eps=eps)
    steps = []

    def watched(x):
        steps.append(np.abs(np.asarray(x.data) - X).max())
        return np.tanh(x) + 0 * np.maximum(x, 0)  # not analytic: no complex steps

    assert gradcheck(watched, X, eps=eps)
    assert eps / 2 < max(steps) <= eps * 11 / 8  # a random direction has elements of up to 11/8


def test_eps_must_be_a_step() -> None:
    with pytest.raises(ValueError, match="positive"):
        gradcheck(np.tanh, X, eps=0.0)


def test_tolerances_are_as_asked() -> None:
    def doubled(x):
        return x * 2

    nearly = linear(doubled, lambda g, _ans, _x: g * (2 + 1e-5))
    assert not gradcheck(nearly, X, raise_exception=False)
    assert gradcheck(nearly, X, rtol=1e-4, atol=0.0)


def test_gradients_that_change_by_little_may_be_allowed() -> None:
    calls = iter(range(10**6))

    def doubled(x):
        return x * 2

    noisy = linear(doubled, lambda g, _ans, _x: g * (2 + 1e-12 * (next(calls) % 2)))
    assert not gradcheck(noisy, X, raise_exception=False)
    for tolerance in (0.0, 1e-14):
        with pytest.raises(GradientsDiffer, match="gradient determinism"):
            gradcheck(noisy, X, nondet_tol=tolerance)
    assert gradcheck(noisy, X, nondet_tol=1e-10, check_forward_ad=True)
    assert gradcheck(lambda x, z: (noisy(x), noisy(x) * z), (X, X + 1j), nondet_tol=1e-10)
    wrong = lambda x: noisy(x) * x.detach()
    assert not gradcheck(wrong, X, nondet_tol=1e-10, raise_exception=False)
    assert not gradcheck(wrong, X, nondet_tol=1e-10, fast_mode=True, raise_exception=False)


def test_undefined_gradients() -> None:
    def shifted(x):
        return x * 1.0

    biased = general(shifted, vjps=[lambda g, _ans, _x: g if g.any() else g + 1], jvps=[lambda v, _ans, _x: v])
    with pytest.raises(GradientsDiffer, match="undefined gradients: zero cotangents"):
        gradcheck(biased, X)
    assert gradcheck(biased, X, check_undefined_grad=False)


def test_batched_gradients() -> None:
    def same(x):
        return x * 1.0

    clipped = general(same, vjps=[lambda g, _ans, _x: np.clip(g, -3, 3)], jvps=[lambda v, _ans, _x: np.clip(v, -3, 3)])
    assert gradcheck(clipped, X, check_forward_ad=True)
    with pytest.raises(GradientsDiffer, match="linear in the cotangent"):
        gradcheck(clipped, X, check_batched_grad=True)
    with pytest.raises(GradientsDiffer, match="linear in the tangent"):
        gradcheck(clipped, X, check_forward_ad=True, check_batched_forward_grad=True)


def test_batched_gradients_are_those_of_a_loop() -> None:
    def same(x):
        return x * 1.0

    def rule(v, _ans, _x):
        return v if isinstance(v, np.ndarray) else v[..., ::-1]

    turned = general(same, vjps=[rule], jvps=[rule])
    f = lambda x, y: np.sin(x) * turned(y)
    assert gradcheck(f, (X, X), check_forward_ad=True)
    with pytest.raises(GradientsDiffer, match=r"backward under vmap: the gradient by input 1 .* is not that for each"):
        gradcheck(f, (X, X), check_batched_grad=True)
    with pytest.raises(GradientsDiffer, match=r"forward mode under vmap: the tangent .* is not that for each"):
        gradcheck(f, (X, X), check_forward_ad=True, check_batched_forward_grad=True)
    assert_gradients_close(f, X, X)
    with pytest.raises(GradientsDiffer, match="backward under vmap: the gradient by input 1"):
        assert_gradients_close(f, X, X, batched=True)
    with pytest.raises(GradientsDiffer, match="forward mode under vmap"):
        assert_gradients_close(f, X, X, modes=["forward"], batched=True)
    assert_gradients_close(lambda x, i: np.cumsum(np.sin(x), axis=-1)[i], X, [0, 1, 0], batched=True)
    with pytest.raises(ValueError, match="batched=True is of the engine's sweeps"):
        assert_gradients_close(lambda x: np.sum(x), X, grad=np.ones_like, batched=True)


def test_the_dtypes_of_rules() -> None:
    def scaled(x):
        return x * 1.5

    wide = linear(scaled, lambda g, _ans, _x: g * np.float64(1.5))
    x = X.astype(np.float32)
    assert gradcheck(wide, x)
    with pytest.raises(GradientsDiffer, match="gives float64 where the inputs have 32 bits"):
        gradcheck(wide, x, check_grad_dtypes=True)


def test_inputs_are_left_as_they_are() -> None:
    def clipped(x):
        np.minimum(x, 1.0, out=x)
        return x * 1.0

    rule = elementwise(clipped, lambda v, _ans, x: v * (x < 1.0))
    with pytest.raises(GradientsDiffer, match="the call writes to input 0"):
        gradcheck(rule, X)


def test_a_function_without_forward_mode() -> None:
    def doubled(x):
        return x * 2

    rule = general(doubled, vjps=[lambda g, _ans, _x: 2 * g], jvps=[None])
    assert gradcheck(rule, X, check_batched_grad=True)
    with pytest.raises(IndexError):
        gradcheck(rule, X, check_forward_ad=True)


def test_a_function_without_reverse_mode() -> None:
    def doubled(x):
        return x * 2

    def refuse(g, _ans, _x):
        raise NotImplementedError

    rule = general(doubled, vjps=[refuse], jvps=[lambda v, _ans, _x: 2 * v])
    assert gradcheck(rule, X, check_forward_ad=True, check_backward_ad=False)


def test_second_derivatives_that_are_lost() -> None:
    def lost(x):
        return x**2 * 1.0

    rule = elementwise(lost, lambda v, _ans, x: v * 2 * (x.detach() if isinstance(x, ag.Tensor) else x))
    assert gradcheck(rule, X)
    with pytest.raises(GradientsDiffer, match="the gradient of lost"):
        gradgradcheck(rule, X)
    assert not gradgradcheck(rule, X, check_rev_over_rev=False, check_fwd_over_rev=True, raise_exception=False)


def test_cotangents_of_second_derivatives() -> None:
    def pair(x, w):
        return x @ w, x.sum()

    assert gradgradcheck(pair, (X, W), (np.ones((2, 2)), 2.0))
    assert gradgradcheck(np.tanh, X, np.ones((2, 3)))
    with pytest.raises(ValueError, match=r"the shapes \[\(2,\)\], but the differentiable answers"):
        gradgradcheck(np.tanh, X, np.ones(2))


def test_what_is_asked_must_make_sense() -> None:
    with pytest.raises(ValueError, match="nothing to check"):
        gradcheck(np.tanh, X, check_backward_ad=False)
    with pytest.raises(ValueError, match="check_forward_ad"):
        gradcheck(np.tanh, X, check_batched_forward_grad=True)
    with pytest.raises(ValueError, match="check_backward_ad"):
        gradcheck(np.tanh, X, check_batched_grad=True, check_backward_ad=False, check_forward_ad=True)
    for check in (gradcheck, gradgradcheck):
        with pytest.raises(ValueError, match="none of the inputs"):
            check(np.tanh, np.arange(3))
        with pytest.raises(TypeError, match="floating-point or complex Tensor"):
            check(lambda x: np.asarray(x.detach()), X)


def test_observers_see_each_report_once(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[reports.Report] = []
    monkeypatch.setattr(reports, "observers", [seen.append])
    gradcheck(np.tanh, X)
    assert [report.ok for report in seen] == [True]


@pytest.mark.parametrize(
    ("ours", "theirs", "theirs_alone"),
    [
        (gradcheck, torch.autograd.gradcheck, {"masked"}),
        (gradgradcheck, torch.autograd.gradgradcheck, {"masked", "gen_non_contig_grad_outputs"}),
    ],
)
def test_the_arguments_are_pytorchs(ours: Any, theirs: Any, theirs_alone: set[str]) -> None:
    mine, its = inspect.signature(ours).parameters, inspect.signature(theirs).parameters
    assert set(its) - set(mine) == theirs_alone
    assert set(mine) - set(its) == {"kinks", "seed"}
    fitted = {"eps", "atol", "rtol"}
    for name in set(mine) & set(its) - fitted:
        assert (mine[name].default, mine[name].kind) == (its[name].default, its[name].kind)


def test_pytorch_agrees() -> None:
    """On the same wrong function, in PyTorch's words."""
    x = torch.tensor(X, requires_grad=True)
    assert not torch.autograd.gradcheck(lambda x: x * x.detach(), x, raise_exception=False)
    assert not gradcheck(lambda x: x * x.detach(), X, raise_exception=False)


@pytest.mark.parametrize("options", [{"eps": 1e-6}, {"eps": 1e-8}, {"fast_mode": True}])
def test_the_absolute_tolerance_is_that_of_the_derivative(options: dict[str, Any]) -> None:
    """Whatever the function is differentiated by on the way."""

    def ten_times(x: Any) -> Any:
        return 10 * x * x - 9 * ag.stop_gradient(x * x)

    x = np.array([0.05, 0.02])
    assert gradcheck(lambda x: x * x, (x,), atol=1e-5, rtol=1e-3, **options)
    assert not gradcheck(ten_times, (x,), atol=1e-5, rtol=1e-3, raise_exception=False, **options)
