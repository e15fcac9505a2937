"""No rule changes a dtype: float32 stays float32 through value, tangent, first and second gradient.

That the rules themselves keep it, and do not leave it to the tape to cast what they give, is in `test_hazards`.
"""

import numpy as np
import pytest

import autograd_lite as ag

from .helpers import ours, same
from .samples import CHANGES_DTYPE, ELEMENTWISE, SAMPLES, Sample

keeping = pytest.mark.parametrize(
    "sample", [s for s in SAMPLES if s.primitive not in CHANGES_DTYPE], ids=lambda sample: sample.id
)


@keeping
@pytest.mark.parametrize("dtype", [np.float32, np.float16])
def test_dtype_is_kept(sample: Sample, dtype: type) -> None:
    if dtype == np.float16 and not sample.half:
        pytest.skip("LAPACK has no float16")
    arrays = sample.arrays(dtype)
    value, gradients, second = ours(sample.call, arrays)
    _, tangent = ag.func.jvp(sample.call, arrays, arrays)
    assert value.dtype == sample.reference(*arrays).dtype == dtype
    assert {g.dtype for g in [tangent, *gradients, *second]} == {np.dtype(dtype)}


@pytest.mark.parametrize("sample", [s for s in ELEMENTWISE if len(s.inputs) == 2], ids=lambda sample: sample.id)
@pytest.mark.parametrize("dtypes", [(np.float32, np.float64), (np.float64, np.float32), (np.float16, np.float32)])
def test_each_gradient_has_the_dtype_of_its_argument(sample: Sample, dtypes: tuple[type, type]) -> None:
    x, y = (a.astype(dtype) for a, dtype in zip(sample.arrays(), dtypes, strict=True))
    value, gradients, second = ours(sample.call, [x, y])
    assert value.dtype == np.result_type(x, y)
    assert [g.dtype for g in gradients] == [g.dtype for g in second] == [x.dtype, y.dtype]
    wide = ours(sample.call, [x.astype(np.float64), y.astype(np.float64)])
    tolerance = 40 * max(np.finfo(dtype).eps for dtype in dtypes)
    for got, expected in zip([value, *gradients], [wide[0], *wide[1]], strict=True):
        np.testing.assert_allclose(got.data, expected.data, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("sample", [s for s in ELEMENTWISE if len(s.inputs) == 2], ids=lambda sample: sample.id)
@pytest.mark.parametrize("number", [1.75, 2, np.float64(1.75), np.float32(1.75)], ids=["float", "int", "f64", "f32"])
def test_numbers_are_weak_on_either_side(sample: Sample, number: object) -> None:
    x = np.abs(sample.arrays(np.float32)[0]) + np.float32(0.35)
    for call in (lambda x: sample.call(x, number), lambda x: sample.call(number, x)):
        value, (gradient,), (second,) = ours(call, [x])
        same(value, call(x), rtol=1e-6)  # NumPy decides: a NumPy float64 is strong, a Python float is weak
        assert gradient.dtype == second.dtype == np.float32


@pytest.mark.smoke
def test_astype_brings_the_gradient_back_in_the_dtype_of_its_argument() -> None:
    x = ag.Tensor(np.ones(3, np.float32), requires_grad=True)
    y = x.astype(np.float64)
    assert y.dtype == np.float64
    (y * y).sum().backward()
    assert x.grad is not None
    same(x.grad, np.full(3, 2, np.float32))
    whole = (x * 2).astype(np.int64)
    assert not whole.requires_grad
