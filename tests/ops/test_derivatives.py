"""First and second derivatives of every sample, in reverse and forward mode, beside finite differences and PyTorch."""

from typing import Any

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.testing import assert_gradients_close

from .helpers import modes_agree, ours, plain, same, weights
from .samples import ELEMENTWISE, SAMPLES, WITHOUT_DERIVATIVE, Sample
from .samples.products import SAMPLES as PRODUCTS

every = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.id)
differentiable = pytest.mark.parametrize(
    "sample", [s for s in SAMPLES if s.primitive not in WITHOUT_DERIVATIVE], ids=lambda sample: sample.id
)
FIRST = list({s.primitive: s for s in reversed(SAMPLES) if s.primitive not in WITHOUT_DERIVATIVE}.values())
QUICK = [sample for sample in [*ELEMENTWISE[::3], *PRODUCTS[:3]] if sample.primitive not in WITHOUT_DERIVATIVE]


@differentiable
def test_derivatives_are_finite_differences(sample: Sample) -> None:
    order = 2 if sample.torch is None else 1  # second derivatives are PyTorch's, below
    assert_gradients_close(sample.call, *sample.arrays(), order=order)


@pytest.mark.smoke
@pytest.mark.parametrize("sample", QUICK, ids=lambda sample: sample.id)
def test_smoke_derivatives(sample: Sample) -> None:
    assert_gradients_close(sample.call, *sample.arrays())


# One sample of each operation: the others differ in options, and are held to their dtype elsewhere.
@pytest.mark.parametrize("sample", FIRST, ids=lambda sample: sample.id)
def test_float32_derivatives_are_finite_differences(sample: Sample) -> None:
    assert_gradients_close(sample.call, *sample.arrays(np.float32))


@every
def test_derivatives_are_pytorchs(sample: Sample) -> None:
    if sample.torch is None:
        pytest.skip("PyTorch has no such function")
    assert_gradients_close(sample.call, *sample.arrays(), reference=sample.torch, order=2, rtol=1e-12, atol=1e-12)


@every
def test_forward_mode_is_reverse_mode_transposed(sample: Sample) -> None:
    modes_agree(sample.call, *sample.arrays())


@every
def test_forward_over_reverse_is_reverse_over_reverse(sample: Sample) -> None:
    arrays = sample.arrays()
    tangents = [weights(x.shape, x.dtype, 1) for x in arrays]  # those that `ours` projects the gradient with

    def gradients(*xs: Any) -> Any:
        value, pull = ag.func.vjp(sample.call, *xs)
        return ag.concat([np.ravel(g) for g in pull(weights(value.shape, value.dtype))])

    _, tangent = ag.func.jvp(gradients, arrays, tangents)
    _, _, second = ours(sample.call, arrays)
    same(tangent, np.concatenate([plain(g).ravel() for g in second]))


@pytest.mark.parametrize("sample", [s for s in SAMPLES if len(s.inputs) > 1], ids=lambda sample: sample.id)
def test_an_argument_may_be_constant(sample: Sample) -> None:
    arrays = sample.arrays()
    value, gradients, _ = ours(sample.call, arrays)
    for i, x in enumerate(arrays):
        alone = ag.Tensor(x, requires_grad=True)
        for constant in (lambda a: a, ag.Tensor):
            args = [alone if j == i else constant(a) for j, a in enumerate(arrays)]
            answer = sample.call(*args)
            same(answer, value)
            (got,) = ag.grad(answer, alone, weights(answer.shape, answer.dtype), materialize_grads=True)
            same(got, gradients[i])
            assert all(not a.requires_grad for j, a in enumerate(args) if j != i and isinstance(a, ag.Tensor))


@pytest.mark.parametrize("sample", [s for s in ELEMENTWISE if len(s.inputs) == 2], ids=lambda sample: sample.id)
def test_the_same_tensor_twice_gets_both_gradients(sample: Sample) -> None:
    (x, _), call = sample.arrays(), sample.call
    if sample.primitive in ("maximum", "minimum", "remainder"):
        pytest.skip("f(x, x) is a tie or a jump")
    assert_gradients_close(lambda x: call(x, x), x, order=2)
    assert_gradients_close(lambda x: call(call(x, x * x), x), x)
