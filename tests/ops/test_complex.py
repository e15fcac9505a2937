"""Complex inputs: values, gradients in PyTorch's convention, both modes and two orders.

A complex number is two real ones: what finite differences say is asked of the function of the real and the
imaginary parts.
"""

from typing import Any

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.testing import assert_gradients_close

from .helpers import ours, same
from .samples import ELEMENTWISE, SAMPLES, Sample

COMPLEX = [sample for sample in SAMPLES if sample.complex]
FIRST = {sample.primitive: sample.id for sample in reversed(COMPLEX)}.values()
every = pytest.mark.parametrize("sample", COMPLEX, ids=lambda sample: sample.id)


def arrays_of(sample: Sample, dtype: Any = np.complex128) -> list[Any]:
    """The sample's inputs, with 0.7 of them, in another order, as imaginary parts: no two of one modulus."""
    return [
        (x + 0.7j * np.roll(np.flip(x), 1)).astype(dtype) if x.dtype.kind == "f" else x
        for x in sample.arrays(np.float64)
    ]


@every
def test_values_are_numpys(sample: Sample) -> None:
    arrays = arrays_of(sample)
    same(sample.call(*map(ag.Tensor, arrays)), sample.reference(*arrays), rtol=1e-14, atol=1e-14)


@every
def test_gradients_are_pytorchs(sample: Sample) -> None:
    if sample.torch is None:
        pytest.skip("PyTorch has no such function")
    assert_gradients_close(sample.call, *arrays_of(sample), reference=sample.torch, order=2, rtol=1e-10, atol=1e-10)


# What PyTorch does not have, and else one sample of each operation: the others differ in options.
@pytest.mark.parametrize(
    "sample", [s for s in COMPLEX if s.torch is None or s.id in FIRST], ids=lambda sample: sample.id
)
def test_derivatives_are_finite_differences(sample: Sample) -> None:
    order = 2 if sample.torch is None else 1  # second derivatives are PyTorch's, above
    assert_gradients_close(sample.call, *arrays_of(sample), order=order)


@every
def test_complex64_stays_complex64(sample: Sample) -> None:
    arrays = arrays_of(sample, np.complex64)
    value, gradients, second = ours(sample.call, arrays)
    assert value.dtype == sample.reference(*arrays).dtype
    _, tangent = ag.func.jvp(sample.call, arrays, arrays)
    assert tangent.dtype == value.dtype
    assert {g.dtype for g in [*gradients, *second]} == {np.dtype(np.complex64)}


@pytest.mark.parametrize(
    "sample", [s for s in ELEMENTWISE if s.complex and len(s.inputs) == 2], ids=lambda sample: sample.id
)
def test_a_real_argument_beside_a_complex_one_gets_a_real_gradient(sample: Sample) -> None:
    (x, _), (_, z) = sample.arrays(), arrays_of(sample)
    for arrays in ([x, z], [z, x]):
        assert_gradients_close(sample.call, *arrays, reference=sample.torch, order=2, rtol=1e-10, atol=1e-10)


@pytest.mark.smoke
def test_the_gradient_points_uphill() -> None:
    z = ag.Tensor(np.array([1 + 2j, -0.5j]), requires_grad=True)
    np.sum(np.real(z * np.conj(z))).backward()
    assert z.grad is not None
    same(z.grad, 2 * z.data)


def test_a_complex_output_has_no_gradient_of_its_own() -> None:
    z = ag.Tensor(np.array(1 + 2j), requires_grad=True)
    with pytest.raises(RuntimeError, match="real part"):
        (z * z).backward()
    (z * z).backward(1.0)
    assert z.grad is not None
    same(z.grad, 2 * np.conj(z.data))


def test_a_gradient_kept_on_the_way_is_conjugated_too() -> None:
    z = ag.Tensor(np.array([1 + 2j]), requires_grad=True)
    y = z * (2 - 1j)
    y.retain_grad()
    np.sum(np.real(y * y)).backward()
    assert y.grad is not None
    assert z.grad is not None
    same(y.grad, 2 * np.conj(y.data))
    same(z.grad, 2 * np.conj(y.data) * np.conj(2 - 1j))


def test_what_is_recorded_of_a_backward_sweep_is_conjugated_once() -> None:
    z = ag.Tensor(np.array([1 + 2j]), requires_grad=True)
    np.sum(np.real(z**3)).backward(create_graph=True)
    first = z.grad
    assert first is not None
    same(first, np.conj(3 * z.data**2))
    z.grad = None
    np.sum(np.imag(first)).backward()
    assert z.grad is not None
    # Im conj(3 z^2) = Re(i 3 z^2), and its gradient is the conjugate of i 6 z
    same(z.grad, np.conj(6j * z.data))
