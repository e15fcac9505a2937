"""What the assertion takes, and what it refuses."""

import json
import sys
import warnings
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch

import autograd_lite as ag
from autograd_lite.linalg.determinants import cofactors
from autograd_lite.testing import GradientsDiffer, assert_gradients_close, check_gradients, reports

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
        (lambda x: np.where(x.data > 1.0, x, x + 1.0), np.array([1.0]), "do not settle"),
        (lambda x: x + np.random.default_rng().normal(), np.array([1.0]), "different answers for the same inputs"),
        (lambda x: x * float("nan"), np.array([1.0]), "f is not finite"),
    ],
)
def test_functions_that_have_no_derivative_here(f: Any, x: Any, words: str) -> None:
    with pytest.raises(AssertionError) as caught:
        assert_gradients_close(f, x)
    assert words in str(caught.value)


@pytest.mark.smoke
def test_kinks() -> None:
    """Any slope between the one-sided ones is right, and what is outside is not."""
    x = np.array([0.0, 1.0, -2.0])
    for f in (ag.relu, abs, lambda x: np.maximum(x, 3 * x), lambda x: np.clip(x, -2.0, 1.0), np.sort):
        assert_gradients_close(f, x, order=2)
    assert_gradients_close(lambda x: np.sum(ag.relu(x) - 2 * ag.relu(x[::-1])), np.zeros(4), order=2)
    report = check_gradients(abs, x)
    assert report.ok
    assert [c.kinks > 0 for c in report.comparisons] == [True, True]
    assert report.notes == ("input 0: f has kinks there, where any slope between the one-sided ones is right",)

    for slope, right in ((-1.0, True), (0.3, True), (1.0, True), (1.001, False), (-1.5, False), (np.nan, False)):

        def grad(x: Any, slope: Any = slope) -> Any:
            return np.where(x == 0, slope, np.sign(x))

        report = check_gradients(lambda x: np.sum(np.abs(x)), x, grad=grad)
        assert report.ok == right, slope
    assert report.diagnoses == ("NaN",)
    assert "where f has a kink: guard the formula there" in str(report)


def test_kinks_may_be_rejected_or_avoided() -> None:
    x = np.array([0.0, 1.0])
    report = check_gradients(ag.relu, x, kinks="reject", modes=("reverse",))
    assert "got 0, expected 0.5" in str(report)
    assert report.diagnoses == ("kink",)
    report = check_gradients(ag.relu, x, kinks="resample", order=2)
    assert report.ok
    assert all(c.kinks == 0 for c in report.comparisons)
    assert "checked at a point beside them" in report.notes[0]


def test_ties_share_one_slope() -> None:
    """All of it may go to either, or be shared; but not be given to both."""
    x, y = np.array([1.0, 2.0, 0.5]), np.array([1.0, 3.0, 0.5])

    def largest(z: Any) -> Any:
        return np.sum(np.maximum(z[:3], z[3:]) * np.array([1.0, 5.0, 2.0]))

    def slopes(share: Any, z: Any) -> Any:
        first = np.where(z[:3] == z[3:], share, z[:3] > z[3:])
        second = np.where(z[:3] == z[3:], 1.0 - share, z[3:] > z[:3])
        return np.concatenate([first, second]) * np.array([1.0, 5.0, 2.0, 1.0, 5.0, 2.0])

    z = np.concatenate([x, y])
    for share in (0.0, 0.5, 1.0):
        assert_gradients_close(largest, z, grad=lambda z, share=share: slopes(share, z))

    def twice(z: Any) -> Any:
        return np.maximum(slopes(0.0, z), slopes(1.0, z))

    def never(z: Any) -> Any:
        return np.minimum(slopes(0.0, z), slopes(1.0, z))

    for wrong in (twice, never):
        with pytest.raises(GradientsDiffer):
            assert_gradients_close(largest, z, grad=wrong)


def test_kinks_of_a_large_input() -> None:
    x = np.random.default_rng(0).integers(-2, 3, 600).astype(np.float64)
    report = check_gradients(ag.relu, x)
    assert report.ok
    assert "checked at a point beside them" in report.notes[0]

    def grad(x: Any) -> Any:
        return np.where(x > 0, 1.0, 0.02 * (x < 0))

    assert not check_gradients(lambda x: np.sum(np.maximum(x, 0.0)), x, grad=grad).ok

    one = np.linspace(-1.0, 1.0, 101)  # with a single 0
    for wrong in (np.nan, 50.0, -0.001):
        report = check_gradients(
            lambda x: np.sum(np.maximum(x, 0.0)), one, grad=lambda x, w=wrong: np.where(x == 0, w, x > 0)
        )
        assert not report.ok, wrong
    for slope in (0.0, 0.5, 1.0):
        assert_gradients_close(
            lambda x: np.sum(np.maximum(x, 0.0)), one, grad=lambda x, s=slope: np.where(x == 0, s, x > 0)
        )


def test_points_beside_kinks_stay_where_the_function_is_defined() -> None:
    p = np.linspace(0.001, 0.999, 101)

    def f(p: Any) -> Any:
        return np.sum(np.abs(p - 0.5) + np.log1p(-p))

    assert_gradients_close(f, p)
    assert_gradients_close(f, p[[0, 50, 99, 100]], kinks="resample")


def test_a_diagnosis_does_not_warn() -> None:
    report = check_gradients(lambda x: np.sum(np.tanh(x / 1000)), np.array([1000.0, -900.0]), grad=lambda x: x)
    assert not report.ok


def test_oracles() -> None:
    def f(x: Any) -> Any:
        return np.sum(np.exp(x) * np.sin(x))

    found = {o: check_gradients(f, X, oracle=o) for o in ("auto", "differences", "complex step", "forward", "taylor")}
    assert all(report.ok for report in found.values())
    assert {o: report.comparisons[0].oracle for o, report in found.items()} == {
        "auto": "complex step", "differences": "finite differences", "complex step": "complex step",
        "forward": "forward mode", "taylor": "Taylor remainder",
    }  # fmt: skip

    def wrong(x: Any) -> Any:
        return np.exp(x) * (np.sin(x) + np.cos(x)) * (1 + 1e-5)

    for oracle in ("auto", "differences", "complex step", "taylor"):
        assert not check_gradients(lambda x: np.sum(np.exp(x) * np.sin(x)), X, grad=wrong, oracle=oracle).ok
    assert "the Taylor remainder is of order 1" in str(check_gradients(f, X, grad=wrong, oracle="taylor"))
    assert not check_gradients(lambda x: x * ag.stop_gradient(x), X, oracle="taylor").ok
    # a function that is not analytic is not measured by the complex step
    assert check_gradients(lambda x: np.sum(np.abs(x) * x), X).comparisons[0].oracle == "finite differences"
    assert "the complex step does not apply" in str(
        check_gradients(lambda x: np.sum(np.abs(x)), X, oracle="complex step")
    )


def test_the_complex_step_is_exact() -> None:
    """So a tolerance of a few units in the last place can be asked for."""
    assert_gradients_close(lambda x: np.sum(np.tanh(x) ** 3), X, rtol=1e-14)
    report = check_gradients(lambda x: np.sum(x * x), X, grad=lambda x: 2 * x * (1 + 1e-12), rtol=1e-14, atol=0.0)
    assert not report.ok


def test_functions_of_pytorch() -> None:
    torch = pytest.importorskip("torch")

    class Cube(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any, factor: float) -> Any:
            ctx.save_for_backward(x)
            ctx.factor = factor
            return x**3

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            (x,) = ctx.saved_tensors
            return ctx.factor * g * x * x, None

    assert_gradients_close(lambda x: Cube.apply(x, 3.0), X, grad="torch")
    assert_gradients_close(lambda x, z: torch.abs(z) * x, torch.tensor(X), torch.tensor(Z[:1, :1]), grad="torch")
    report = check_gradients(lambda x: Cube.apply(x, 2.0), X, grad="torch")
    assert report.diagnoses == ("constant factor",)
    assert "by PyTorch, is wrong" in str(report)
    assert report.comparisons[0].mode == "torch"


def test_a_reference() -> None:
    torch = pytest.importorskip("torch")
    report = check_gradients(np.tanh, X, reference=torch.tanh)
    assert report.ok
    assert report.comparisons[0].oracle == "torch reference"
    assert_gradients_close(
        lambda x: np.sum(np.tanh(x)), X, grad=lambda x: 1 - np.tanh(x) ** 2, reference=lambda x: np.sum(np.tanh(x))
    )
    assert not check_gradients(
        lambda x: np.sum(np.tanh(x)),
        X,
        grad=lambda x: 1 - np.tanh(x),
        reference=torch.tanh and (lambda x: torch.tanh(x).sum()),
    ).ok
    assert_gradients_close(np.tanh, X, reference=torch.tanh, order=3, rtol=1e-12)
    assert_gradients_close(np.abs, Z, reference=torch.abs, order=2, rtol=1e-12)
    assert_gradients_close(torch.tanh, X, grad="torch", order=2)
    report = check_gradients(_squared_wrongly, X, reference=lambda x: x * x)
    assert report.ok
    report = check_gradients(_squared_wrongly, X, reference=lambda x: x * x, order=2)
    assert [c.order for c in report.comparisons if not c.ok] == [2, 2]
    with pytest.raises(ValueError, match="the reference is another function"):
        check_gradients(np.tanh, X, reference=torch.sigmoid)


def test_reports_are_published() -> None:
    seen: list[reports.Report] = []
    reports.observers.append(seen.append)
    try:
        assert_gradients_close(loss, W, X)
        with pytest.raises(GradientsDiffer) as caught:
            assert_gradients_close(loss, W, X, grad=lambda w, x: (0 * w, 0 * x), seed=3)
    finally:
        reports.observers.remove(seen.append)
    assert [report.ok for report in seen] == [True, False]
    assert seen[1] is caught.value.report
    assert seen[1].seed == 3
    assert seen[1].place.endswith(f"test_assert_gradients_close.py:{loss.__code__.co_firstlineno}")
    assert json.loads(json.dumps(seen[1].as_dict()))["comparisons"][0]["diagnosis"] == "all zero"


def test_what_is_refused() -> None:
    with pytest.raises(ValueError, match="none of the inputs is of a floating or complex dtype"):
        assert_gradients_close(np.sum, np.arange(3))
    with pytest.raises(ValueError, match="modes are"):
        assert_gradients_close(np.sum, X, modes=("backward",))
    with pytest.raises(ValueError, match="modes are"):
        assert_gradients_close(np.sum, X, modes=())
    with pytest.raises(ValueError, match="checked to order 1"):
        assert_gradients_close(loss, W, X, grad=gradient, order=2)
    with pytest.raises(TypeError, match="the gradient of a single number"):
        assert_gradients_close(np.sin, X, grad=np.cos)
    with pytest.raises(TypeError, match="the gradient of a single number, but f gives complex128"):
        assert_gradients_close(lambda z: z * 2, 1j, grad=lambda _z: 2.0)
    with pytest.raises(TypeError, match="must give floating-point numbers"):
        assert_gradients_close(lambda x: x > 0, X)
    with pytest.raises(ValueError, match="oracle is one of 'auto'"):
        assert_gradients_close(np.sum, X, oracle="magic")
    with pytest.raises(ValueError, match="kinks is one of 'between'"):
        assert_gradients_close(np.sum, X, kinks="ignore")
    with pytest.raises(ValueError, match="grad is a function, or one of"):
        assert_gradients_close(np.sum, X, grad="tensorflow")
    for options in ({"rtol": -1.0}, {"atol": float("nan")}):
        with pytest.raises(ValueError, match="tolerances are numbers from 0 up"):
            assert_gradients_close(np.sum, X, **options)
    with pytest.raises(ValueError, match="modes are those of the engine"):
        assert_gradients_close(loss, W, X, grad=gradient, modes=("reverse",))
    with pytest.raises(ValueError, match="order is 1"):
        assert_gradients_close(np.sum, X, order=1.5)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="order is 1"):
        assert_gradients_close(np.sum, X, order=0)
    with pytest.raises(ValueError, match="oracle='forward' is forward mode, and checks reverse mode"):
        assert_gradients_close(np.sum, X, oracle="forward", modes=("forward",))
    with pytest.raises(AssertionError, match="grad gives None"):
        assert_gradients_close(lambda x: x * x, np.array(2.0), grad=lambda x: None)
    with pytest.raises(ValueError, match="oracle='forward'"):
        assert_gradients_close(loss, W, X, grad=gradient, oracle="forward")


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


Z = np.array([[1 + 2j, -0.5j], [0.3 - 1j, -2.0 + 0.1j]])


@pytest.mark.smoke
def test_complex_numbers() -> None:
    assert_gradients_close(lambda z: np.exp(z) * np.conj(z), Z, order=2)
    assert_gradients_close(lambda z, x: np.abs(z) * x, Z, np.array([1.0, 2.0]), order=2)
    assert_gradients_close(lambda x: np.exp(1j * x), np.array([1.0, 2.0]), order=2)
    assert_gradients_close(np.exp, Z.astype(np.complex64))
    assert_gradients_close(lambda z: z * z, 1 + 2j)
    assert_gradients_close(lambda z: np.sum(np.abs(z) ** 2), Z, grad=lambda z: 2 * z)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (np.conj, "by Re input 0 (complex128[2, 2]), as written by hand, is wrong: 3 of 4 differ"),
        (lambda z: 2 * np.conj(z), "d f / d Im input 0[0, 0]: got -4, expected 4"),
        (lambda z: 2 * np.conj(z), "diagnosis: the sign is flipped"),
        (np.real, "diagnosis: all are zero: no gradient flows here"),
    ],
)
def test_a_wrong_complex_gradient(wrong: Any, words: str) -> None:
    with pytest.raises(AssertionError) as caught:
        assert_gradients_close(lambda z: np.sum(np.abs(z) ** 2), Z, grad=wrong)
    assert words in str(caught.value)


def test_a_complex_gradient_of_real_numbers_is_refused() -> None:
    with pytest.raises(AssertionError, match=r"wrong shape or dtype: it is complex128\[3, 4\]"):
        assert_gradients_close(np.sum, X, grad=lambda x: np.ones_like(x) + 0j)


def test_parts_of_a_complex_answer_are_named() -> None:
    with pytest.raises(AssertionError) as caught:
        assert_gradients_close(lambda z: z * ag.stop_gradient(z), Z)
    assert "in forward mode, is wrong" in str(caught.value)
    assert "d Im f[0, 0] / d Re input 0[0, 0]: got 2, expected 4" in str(caught.value)
    assert "d Re f[0, 0] / d Im input 0[0, 0]: got -2, expected -4" in str(caught.value)
    with pytest.raises(AssertionError, match="order 2 of _cubed_wrongly by Re input 0"):
        assert_gradients_close(_cubed_wrongly, Z, order=2)


def _squared_wrongly(x: Any) -> Any:
    fixed = ag.stop_gradient(x)
    return fixed**2 + 2 * fixed * (x - fixed)


def _cubed_wrongly(z: Any) -> Any:
    """z^3, whose first derivative is right, and the second one not."""
    fixed = ag.stop_gradient(z)
    return fixed**3 + 3 * fixed**2 * (z - fixed)


def test_none_is_the_gradient_of_what_is_not_used() -> None:
    assert_gradients_close(lambda x, _y: np.sum(x * x), X[0], X[1], grad=lambda x, _y: (2 * x, None))
    assert not check_gradients(lambda x, y: np.sum(x * y), X[0], X[1], grad=lambda _x, y: (y, None)).ok


def test_half_precision_is_held_to_two_digits() -> None:
    x = X[0].astype(np.float16)
    assert_gradients_close(lambda x: np.sum(x * x), x, grad=lambda x: 2 * x)
    for factor in (1.1, 0.9):
        assert not check_gradients(lambda x: np.sum(x * x), x, grad=lambda x, r=factor: 2 * x * np.float16(r)).ok


def test_what_is_said_of_the_usual_wrongs() -> None:
    tied = check_gradients(np.max, np.array([1.0, 1.0, 0.0]), grad=lambda x: np.array([1.0, 1.0, 0.0]))
    assert not tied.ok
    assert "not a bug" not in str(tied)
    hair = check_gradients(lambda x: np.sum(np.tanh(x)), X, grad=lambda x: (1 - np.tanh(x) ** 2) * (1 + 1e-6))
    assert "all are 1.000001" in str(hair)
    large = np.random.default_rng(0).normal(size=(50, 100))

    def one_forgotten(x: Any) -> Any:
        g = 2 * x
        g[7, 31] = 0.0
        return g

    report = check_gradients(lambda x: np.sum(x * x), large, grad=one_forgotten)
    assert "element by element, 1 of 5000 differ" in str(report)
    assert "input 0[7, 31]: got 0, expected" in str(report)
    narrow = check_gradients(lambda x: np.sum(x * x), large.astype(np.float32), grad=one_forgotten)
    assert "float32 noise" not in narrow.diagnoses


def test_an_old_jax_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    old = ModuleType("jax")
    old.__version__ = "0.4.30"  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "jax", old)
    with pytest.raises(ImportError, match=r"grad='jax' needs JAX 0\.8 or newer, and this is JAX 0\.4\.30"):
        assert_gradients_close(lambda x: x.sum(), np.ones(2), grad="jax")
    assert_gradients_close(lambda x: np.sum(x), np.ones(2), reference=lambda x: x.sum())  # another can do it


def test_what_is_no_array_is_named() -> None:
    x = np.array([1.0, 2.0, 3.0])
    given: dict[str, Any] = {
        "must give a tensor of PyTorch's, not a float; float\\(\\), .item": lambda x: x.detach().sum().item(),
        "must give a tensor of PyTorch's, not float64\\[\\]": lambda x: x.detach().numpy().sum(),
        "must give one array of numbers, not tuple of 2 .*: lambda .args: f": lambda x: (x.sum(), x),
        "must give an array of numbers, not None": lambda x: None,
        "NumPy has no dtype for a tensor of torch.bfloat16; check it in another": lambda x: x.to(torch.bfloat16).sum(),
    }
    for said, f in given.items():
        with pytest.raises(TypeError, match=said):
            assert_gradients_close(f, x, grad="torch")
    with pytest.raises(TypeError, match=r"no dtype for a tensor of torch\.bfloat16"):
        assert_gradients_close(lambda x: x.sum(), torch.ones(3, dtype=torch.bfloat16), grad="torch")
    for grad in (None, lambda x: x):
        with pytest.raises(TypeError, match=r"not dict of|not a dict; check each by itself: .* f\(\*args\)\['a'\]"):
            assert_gradients_close(lambda x: {"a": np.sum(x)}, x, grad=grad)


@pytest.mark.parametrize("size", [8, 70, 1000])
def test_nan_on_kinks_is_told_at_any_size(size: int) -> None:
    x = np.random.default_rng(0).normal(size=size)
    x[[2, 5]] = 0.0
    wrong = lambda x: np.where(x == 0, np.nan, np.sign(x))
    with pytest.raises(GradientsDiffer, match=r"2 of \d+ are NaN, where f has a kink: guard the formula there"):
        assert_gradients_close(lambda x: np.sum(np.abs(x)), x, grad=wrong)
    with pytest.raises(GradientsDiffer) as caught:  # x^3 has none
        assert_gradients_close(lambda x: np.sum(x**3), x, grad=lambda x: np.where(x == 0, np.nan, 3 * x * x))
    assert "NaN" in caught.value.report.diagnoses
    assert "where f has a kink" not in str(caught.value)


def test_rejected_kinks_are_told_of_large_inputs() -> None:
    x = np.random.default_rng(0).normal(size=100)
    x[7] = 0.0
    with pytest.raises(GradientsDiffer, match="all differing elements sit on a kink"):
        assert_gradients_close(lambda x: np.sum(np.maximum(x, 0)), x, grad=lambda x: 1.0 * (x > 0), kinks="reject")


def test_why_no_mistake_was_found_in_the_graph() -> None:
    def careless(x: Any) -> Any:
        return np.array([1.0, 1.7, 0.2]) * np.exp(x)

    class Careless(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.save_for_backward(x)
            return torch.exp(x)

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return g * torch.tensor(careless(ctx.saved_tensors[0].numpy()))

    x = np.array([0.3, -0.6, 1.2])
    with pytest.raises(GradientsDiffer, match=r"no diagnosis: .* autograd_lite cannot record it \(TypeError: "):
        assert_gradients_close(lambda x: Careless.apply(x).sum(), x, grad="torch")
    with pytest.raises(GradientsDiffer) as caught:
        assert_gradients_close(lambda x: np.sum(np.exp(x)), x, grad=careless)
    assert "no diagnosis" not in str(caught.value)


# --- where numbers end -------------------------------------------------------------------------------------

AT_THE_ENDS = {
    "underflow": (lambda x: np.sum(x * x), np.array([1e-160]), lambda x: 2 * x),
    "underflow of elements": (lambda x: np.sum(x * x), np.array([1e-160, 3e-160]), lambda x: 2 * x),
    "nothing is left of f": (lambda x: np.sum(x * x * x), np.array([1e-110]), lambda x: 3 * x * x),
    "overflow at the step": (lambda x: np.sum(np.exp(x)), np.array([709.0]), np.exp),
    "overflow of the sum": (lambda x: np.sum(np.exp(x)), np.array([709.5, 700.0]), np.exp),
    "overflow of a square": (lambda x: np.sum(x * x), np.array([1.3e154, 2.0]), lambda x: 2 * x),
    "float32 overflow": (lambda x: np.sum(np.exp(x)), np.array([88.0], np.float32), np.exp),
    "float32 underflow": (lambda x: np.sum(x * x), np.array([1e-22], np.float32), lambda x: 2 * x),
}


@pytest.mark.parametrize("oracle", ["auto", "differences", "taylor"])
@pytest.mark.parametrize("name", AT_THE_ENDS)
def test_right_gradients_are_accepted_where_numbers_end(name: str, oracle: str) -> None:
    f, x, grad = AT_THE_ENDS[name]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert_gradients_close(f, x, oracle=oracle)
        assert_gradients_close(f, x, grad=grad, oracle=oracle)


@pytest.mark.parametrize("factor", [0.5, 0.0, -1.0, 1.1])
@pytest.mark.parametrize("name", [name for name in AT_THE_ENDS if name != "nothing is left of f"])
def test_wrong_gradients_are_rejected_where_numbers_end(name: str, factor: float) -> None:
    f, x, grad = AT_THE_ENDS[name]
    with pytest.raises(GradientsDiffer, match=r"is wrong: \d of \d differ"):
        assert_gradients_close(f, x, grad=lambda x: x.dtype.type(factor) * grad(x))


def test_an_answer_of_few_digits_is_noted() -> None:
    (note,) = check_gradients(*AT_THE_ENDS["underflow"][:2]).notes
    assert note.startswith("f is 1e-320, where numbers have few digits")
    assert check_gradients(AT_THE_ENDS["underflow"][0], np.zeros(2)).notes == ()


@pytest.mark.parametrize("seed", [1, 9, 17])
def test_the_complex_step_has_noise_of_its_own_in_factorizations(seed: int) -> None:
    x = np.diag([1.5, 2.5, 3.5]) + 0.5 * np.random.default_rng(seed).uniform(-1, 1, (2, 3, 3))
    assert_gradients_close(cofactors, x)
