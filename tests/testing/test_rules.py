"""check_custom_rule accepts right rules; each hazard is seen to fail on a rule made bad for it."""

from collections.abc import Callable, Iterator
from types import FunctionType
from typing import Any

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.primitive import Kernel, bilinear, elementwise, fused, general, linear, registry
from autograd_lite.testing import GradientsDiffer, check_custom_rule
from autograd_lite.testing.hazards import HAZARDS, found
from autograd_lite.testing.hazards_of_batches import BATCH_HAZARDS
from autograd_lite.testing.hazards_of_dtypes import rule_dtypes
from autograd_lite.testing.hazards_of_inputs import INPUT_HAZARDS, broadcast
from autograd_lite.testing.runs import Case

X = np.random.default_rng(0).uniform(0.5, 2.0, (2, 3))
Y = np.random.default_rng(1).uniform(0.5, 2.0, (2, 3))
ALL = {**HAZARDS, **BATCH_HAZARDS, **INPUT_HAZARDS}


@pytest.fixture(autouse=True)
def _kernels_run() -> Iterator[None]:
    """Some of the rules are kernels, which do nothing wrong where they do not run."""
    with ag.fusion(True):
        yield


@pytest.fixture(autouse=True)
def declared() -> Iterator[None]:
    """What a test declares is gone from the registry after it."""
    before = set(registry)
    yield
    for function in set(registry) - before:
        del registry[function]


# --- rules that are wrong in one way ------------------------------------------------------------------------

BAD: dict[str, Callable[[], tuple[Any, tuple[Any, ...]]]] = {}
"""For each hazard, what makes a rule that has it alone, and inputs that show it."""


def bad(hazard: str) -> Callable[[Any], Any]:
    def keep(make: Any) -> Any:
        name = f"{hazard}: {make.__name__}"
        assert name not in BAD
        BAD[name] = make
        return make

    return keep


@bad("value determinism")
def counts_calls() -> Any:
    calls = iter(range(1000))

    def counting(x):
        return x * (1 + next(calls))

    return linear(counting, lambda g, _ans, _x: g), (X,)


@bad("gradient determinism")
def counts_sweeps() -> Any:
    calls = iter(range(1000))

    def steady(x):
        return x * 1.0

    return linear(steady, lambda g, _ans, _x: g * (1 + next(calls))), (X,)


@bad("changed in place")
def forward_writes_to_its_input() -> Any:
    def clipping(x):
        np.minimum(x, 1.0, out=x)
        return x * 1.0

    return elementwise(clipping, lambda v, _ans, x: v * (x < 1.0)), (X,)


@bad("changed in place")
def backward_writes_to_the_cotangent() -> Any:
    def twice(x):
        return x * 2.0

    def rule(v, _ans, _x):
        v *= 2.0
        return v

    return elementwise(twice, rule), (X,)


@bad("changed in place")
def backward_writes_to_what_it_saved() -> Any:
    def exponential(x):
        return np.exp(x)

    def rule(v, ans, _x):
        ans *= v
        return ans

    return elementwise(exponential, rule), (X,)


@bad("changed in place")
def forward_mode_writes_to_the_tangent() -> Any:
    def triple(x):
        return 3.0 * x

    def jvp(v, _ans, _x):
        v *= 3.0
        return v

    return general(triple, vjps=[lambda g, _ans, _x: 3.0 * g], jvps=[jvp]), (X,)


@bad("kept buffers")
def forward_keeps_its_answer() -> Any:
    buffer = np.zeros(X.shape)

    def doubled(x):
        return np.multiply(x, 2.0, out=buffer)

    return linear(doubled, lambda g, _ans, _x: 2.0 * g), (X,)


@bad("kept buffers")
def backward_keeps_its_gradient() -> Any:
    buffer = np.zeros(X.shape)

    def doubled(x):
        return x * 2.0

    return linear(doubled, lambda g, _ans, _x: np.multiply(g, 2.0, out=buffer)), (X,)


@bad("undefined gradients")
def a_gradient_for_nothing() -> Any:
    def shifted(x):
        return x + 1.0

    return elementwise(shifted, lambda v, _ans, _x: v + 1e-3), (X,)


@bad("undefined gradients")
def an_answer_is_taken_for_the_other() -> Any:
    def halves(x):
        return [x * 1.0, x * 2.0]

    def rule(g, _ans, _x):
        return g[0] + 2.0 * (g[1] if g[0].any() else 0 * g[1])  # the second answer counts only beside the first

    return general(halves, vjps=[rule], jvps=[lambda v, _ans, _x: [v, 2.0 * v]], many=True), (X,)


@bad("constant arguments")
def reads_what_is_marked_unread() -> Any:
    def product(x, y):
        return x * y

    return elementwise(product, lambda v, _ans, _x, _y: v * _y, lambda v, _ans, x, _y: v * x), (X, Y)


@bad("constant arguments")
def reads_the_shape_of_a_constant() -> Any:
    def total(x, y):
        return x + y

    return elementwise(total, lambda v, _ans, _x, _y: v * len(_y.shape) / 2, lambda v, _ans, _x, _y: v), (X, Y)


@bad("constant arguments")
def a_kernel_forgets_what_is_not_asked() -> Any:
    def product(x, y):
        return x * y

    def backward(g, residual, needs, x, y):
        scale = 1.0 if needs[1] is not None else 2.0
        return [scale * g * y, g * x]

    return fused(product, forward=lambda x, y: (x * y, None), backward=backward), (X, Y)


@bad("linearity")
def clips_its_cotangent() -> Any:
    def same(x):
        return x * 1.0

    return general(same, vjps=[lambda g, _ans, _x: np.clip(g, -1.5, 1.5)], jvps=[lambda v, _ans, _x: v]), (X,)


@bad("forward linearity")
def clips_its_tangent() -> Any:
    def same(x):
        return x * 1.0

    return general(same, vjps=[lambda g, _ans, _x: g], jvps=[lambda v, _ans, _x: np.clip(v, -1.5, 1.5)]), (X,)


@bad("recorded gradients")
def knows_arrays_from_tensors() -> Any:
    def square(x):
        return x * x

    return elementwise(square, lambda v, _ans, x: v * 2.0 * x if isinstance(v, np.ndarray) else v * x), (X,)


@bad("batched gradients")
def its_gradient_asks_for_a_number() -> Any:
    def same(x):
        return x * 1.0

    return general(
        same, vjps=[lambda g, _ans, _x: g if float(g.ravel()[0]) else 0.0 * g], jvps=[lambda v, _ans, _x: v]
    ), (X,)


@bad("batched tangents")
def its_tangent_knows_arrays_from_tensors() -> Any:
    def same(x):
        return x * 1.0

    def jvp(v, _ans, _x):
        return v if isinstance(v, np.ndarray) else v + np.sum(v) * 1e-3

    return general(same, vjps=[lambda g, _ans, _x: g], jvps=[jvp]), (X,)


@bad("reverse over forward")
def forward_mode_loses_the_second_derivative() -> Any:
    def square(x):
        return x * x

    def jvp(v, _ans, x):
        return v * 2.0 * (x.detach() if isinstance(x, ag.Tensor) else x)

    return general(square, vjps=[lambda g, _ans, x: g * 2.0 * x], jvps=[jvp]), (X,)


@bad("rooms")
def a_kernel_adds_to_what_is_there() -> Any:
    def triple(x):
        return 3.0 * x

    def backward(g, _residual, needs, _x):
        if isinstance(needs[0], np.ndarray):
            needs[0] += 3.0 * g
            return [needs[0]]
        return [3.0 * g]

    return fused(triple, forward=lambda x: (3.0 * x, None), backward=backward), (X,)


@bad("references")
def a_kernel_is_not_its_reference() -> Any:
    def triple(x):
        return 3.0 * x

    kernel = Kernel(lambda x: (3.0 * x + 1e-3, None), lambda g, _residual, _needs, _x: [3.0 * g])
    return fused(triple, forward=kernel.forward, backward=kernel.backward), (X,)


@bad("non-contiguous")
def the_value_goes_by_memory() -> Any:
    def cumulated(x):
        return np.cumsum(x.ravel("K")).reshape(x.shape)

    return elementwise(cumulated, lambda v, _ans, _x: v), (X,)


@bad("non-contiguous")
def the_gradient_goes_by_memory() -> Any:
    def same(x):
        return x * 1.0

    return linear(same, lambda g, _ans, _x: np.reshape(np.ravel(g, "K"), g.shape)), (X,)


@bad("non-contiguous")
def asks_for_contiguous_memory() -> Any:
    def same(x):
        return np.frombuffer(x.data, x.dtype).reshape(x.shape) * 1.0

    return linear(same, lambda g, _ans, _x: g), (X,)


@bad("overlapping")
def takes_strides_for_steps() -> Any:
    def summed(x):
        step = x.strides[0] // x.itemsize
        return np.asarray(x[0] + step * 0.0 + (x[1] if step else 0.0))

    def rule(g, _ans, x):
        rows = np.zeros(x.shape, x.dtype)
        rows[:2] = g
        return rows

    return linear(summed, rule), (X,)


@bad("same Tensor twice")
def asks_whether_both_are_one() -> Any:
    def product(x, y):
        return x * y

    return bilinear(product, lambda g, _ans, a, b: g * b * (0.5 if a is b else 1.0), lambda g, _ans, a, b: g * a), (
        X,
        Y,
    )


@bad("broadcast")
def sums_by_itself() -> Any:
    def scaled(x, y):
        return x * y

    def rule(v, _ans, x, y):
        return v * x if np.shape(x) == np.shape(y) else np.sum(v * x)

    return elementwise(scaled, lambda v, _ans, _x, y: v * y, rule), (X, Y)


@bad("0-d")
def wants_an_axis() -> Any:
    def same(x):
        return x * 1.0

    return linear(same, lambda g, _ans, _x: np.concatenate([g[:1], g[1:]])), (X,)


@bad("length one")
def squeezes() -> Any:
    def transposed(x):
        return np.transpose(x)

    return linear(transposed, lambda g, _ans, _x: np.squeeze(g).T), (X,)


@bad("empty")
def divides_by_the_first_element() -> Any:
    def same(x):
        return x * 1.0

    return elementwise(same, lambda v, _ans, x: v * x / x.flat[0] * x.flat[0] / x), (X,)


@bad("single precision")
def the_value_is_double() -> Any:
    def scaled(x):
        return x * np.full((), 1.5)

    return linear(scaled, lambda g, _ans, _x: g * 1.5), (X,)


@bad("single precision")
def the_rule_is_double() -> Any:
    def scaled(x):
        return x * 1.5

    return linear(scaled, lambda g, _ans, _x: g * np.float64(1.5)), (X,)


@pytest.mark.parametrize("name", BAD)
def test_each_hazard_is_seen(name: str) -> None:
    rule, args = BAD[name]()
    hazard = name.partition(":")[0]
    hazards = {**ALL, "broadcast": broadcast}
    assert list(found({hazard: hazards[hazard]}, Case(rule, tuple(map(np.copy, args)))))


def test_every_hazard_has_a_bad_rule() -> None:
    assert {name.partition(":")[0] for name in BAD} == {*ALL, "broadcast"}


@pytest.mark.parametrize("name", BAD)
def test_check_custom_rule_rejects_it(name: str) -> None:
    rule, args = BAD[name]()
    with pytest.raises(GradientsDiffer):
        check_custom_rule(rule, tuple(map(np.copy, args)), elementwise=name.startswith("broadcast") or None)


def test_what_a_rule_gives_too_wide_is_named() -> None:
    rule, (x,) = the_rule_is_double()
    (text,) = rule_dtypes(Case(rule, (x.astype(np.float32),)))
    assert text == "the backward rule of scaled for argument 0 gives float64 where the inputs have 32 bits"


def test_the_remedy_of_reading_what_is_unread_is_named() -> None:
    rule, args = reads_the_shape_of_a_constant()
    with pytest.raises(GradientsDiffer, match="begins with an underscore"):
        check_custom_rule(rule, args)


# --- rules that are right ----------------------------------------------------------------------------------


def bell(x):
    """exp(-x^2), the bell curve."""
    return np.exp(-x * x)


RIGHT: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "sine": (np.sin, (X,)),
    "product": (np.multiply, (X, Y)),
    "matrix product": (np.matmul, (X, Y.T.copy())),
    "sum": (np.sum, (X,)),
    "view": (np.transpose, (X,)),
    "several": (lambda x: np.split(x, 3, axis=1), (X,)),
    "eigenvalues": (lambda x: np.linalg.eigh(x @ x.mT)[0], (X,)),
    "indices": (lambda x, i: x[i], (X, np.array([0, 1, 0]))),
    "division": (np.divide, (X, Y)),
    "solution": (lambda x, y: np.linalg.solve(x @ x.mT, y), (X, Y)),
    "fused": (lambda x: ag.nn.functional.cross_entropy(x, np.array([0, 2])), (X,)),
    "complex": (np.exp, (X + 0.5j * Y,)),
    "constant": (lambda x: x * 0.0 + 1.0, (X,)),
}

REAL = {"eigenvalues"}
"""Those that mean something else for complex numbers: x x^T is not Hermitian."""


def after_a_rule(function: Any) -> Any:
    """The function after a declared identity: without one, there is no rule in it to be checked."""

    def times_one(x):
        return x * 1

    same = linear(times_one, lambda g, _ans, _x: g * 1)
    return lambda *args: function(*(same(x) if isinstance(x, ag.Tensor) else x for x in args))


@pytest.mark.smoke
@pytest.mark.parametrize("name", RIGHT)
def test_right_rules_are_accepted(name: str) -> None:
    function, args = RIGHT[name]
    if isinstance(function, FunctionType) and function not in registry:
        with pytest.raises(ValueError, match=r"<lambda> is not declared; it is differentiated by the engine's own"):
            check_custom_rule(function, args)
        function = after_a_rule(function)
    assert check_custom_rule(function, args, complex=False if name in REAL else None).ok


F = np.arange(1, 8, dtype=np.float32) / 7
HILBERT = 1 / (np.arange(7)[:, None] + np.arange(7) + 1.0)
ILL_CONDITIONED: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "cancellation": (lambda x, y: x * y * 1e3 - y * x * 1e3 + x, (F.astype(np.float64), np.sqrt(F))),
    "variance far from zero": (np.var, (F + 1000,)),
    "inverse": (np.linalg.inv, (HILBERT,)),
    "pseudo-inverse": (np.linalg.pinv, (HILBERT[:, :4],)),
    "too large for float32": (np.square, (np.array([1e150, -3e140]),)),
    "too small for float32": (np.log, (np.array([1e-60, 2e-50]),)),
    "all zero": (lambda x: np.maximum(x, 0), (np.zeros(3),)),
}


@pytest.mark.parametrize("name", ILL_CONDITIONED)
def test_rounding_is_no_hazard(name: str) -> None:
    function, args = ILL_CONDITIONED[name]
    assert list(found(ALL, Case(function, args))) == []


def test_a_rule_of_ones_own() -> None:
    rule = elementwise(bell, lambda v, ans, x: -2 * v * x * ans)
    report = check_custom_rule(bell, X, X[0])  # found by its function
    assert report.ok
    assert report.notes[-1] == (
        "Tensors given to bell itself do not meet its rule: write bell = elementwise(bell, ...)"
    )
    by_the_rule = check_custom_rule(rule, X)
    assert len(report.comparisons) == len(by_the_rule.comparisons) * 2
    assert by_the_rule.notes == ()


def test_what_is_not_declared_is_refused() -> None:
    with pytest.raises(
        ValueError, match=r"bell is not declared; .* rules, of exp, multiply, negative\. Declare it, `bell ="
    ):
        check_custom_rule(bell, X)
    with pytest.raises(ValueError, match=r"<lambda> is not declared; no rule is called in it"):
        check_custom_rule(lambda x: ag.Tensor(x.data), X)
    rule = elementwise(bell, lambda v, ans, x: -2 * v * x * ans)
    assert check_custom_rule(lambda x: np.sum(rule(x), axis=1), X).ok


def test_a_wrong_derivative_is_all_that_is_said() -> None:
    rule = elementwise(bell, lambda v, ans, x: 2 * v * x * ans)
    with pytest.raises(GradientsDiffer) as caught:
        check_custom_rule(rule, X)
    assert "sign" in caught.value.report.diagnoses
    assert caught.value.report.problems == ()


def test_complex_rules_are_checked() -> None:
    def modulus(x):
        return np.real(x * np.conjugate(x))

    rule = general(
        modulus,
        vjps=[lambda g, _ans, x: 2 * g * x],  # right for real numbers; the transpose needs conj(x)
        jvps=[lambda v, _ans, x: 2 * np.real(np.conjugate(x) * v)],
    )
    with pytest.raises(GradientsDiffer, match="complex128"):
        check_custom_rule(rule, X)
    check_custom_rule(rule, X, complex=False)
    with pytest.raises(GradientsDiffer, match="takes no complex numbers"):
        check_custom_rule(np.cbrt, X, complex=True)


def test_derivatives_that_refuse_complex_numbers_are_noted() -> None:
    def square(x):
        return x * x

    def rule(v, _ans, x):
        if x.dtype.kind == "c":
            raise TypeError("for real numbers only")
        return 2 * v * x

    rule = elementwise(square, rule)
    assert "for real numbers only" in str(check_custom_rule(rule, X))
    with pytest.raises(GradientsDiffer, match="for real numbers only"):
        check_custom_rule(rule, X, complex=True)
    assert check_custom_rule(np.exp, X + 1j, complex=True).ok


def test_second_order_is_checked_and_can_be_left_out() -> None:
    def square(x):
        return x * x

    rule = elementwise(square, lambda v, _ans, x: v * 2 * (x.detach() if isinstance(x, ag.Tensor) else x))
    with pytest.raises(GradientsDiffer, match="order 2"):
        check_custom_rule(rule, X)
    assert "reverse over forward" in str(check_custom_rule(rule, X, order=1))


def test_single_precision_derivatives_are_checked() -> None:
    def halved(x):
        return x * 0.5

    rule = linear(halved, lambda g, _ans, _x: g * (0.5 if g.dtype == np.float64 else 0.25))
    with pytest.raises(GradientsDiffer, match=r"float32\[2, 3\]"):
        check_custom_rule(rule, X)


def test_views_are_noted() -> None:
    assert any("shares memory" in note for note in check_custom_rule(np.transpose, X).notes)
    assert not any("shares memory" in note for note in check_custom_rule(np.sin, X).notes)


def test_what_is_asked_must_make_sense() -> None:
    with pytest.raises(ValueError, match="no sample"):
        check_custom_rule(np.sin)
    with pytest.raises(ValueError, match="floating"):
        check_custom_rule(np.sin, np.arange(3))
    with pytest.raises(ValueError, match="is not one of value determinism"):
        check_custom_rule(np.sin, X, without=["emptiness"])
