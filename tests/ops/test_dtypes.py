"""No rule changes a dtype: float32 stays float32 through value, tangent, first and second gradient."""

import functools

import numpy as np
import pytest

import autograd_lite as ag

from .helpers import ours, same, weights
from .samples import CHANGES_DTYPE, ELEMENTWISE, SAMPLES, Sample

keeping = pytest.mark.parametrize(
    "sample", [s for s in SAMPLES if s.primitive not in CHANGES_DTYPE], ids=lambda sample: sample.id
)


NARROW = {np.dtype(np.float32), np.dtype(np.complex64)}


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


@keeping
def test_rules_themselves_keep_float32(sample: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tape would cast what a rule makes too wide, in silence and at twice the price: no rule relies on it."""
    seen = []

    def watch(rule):
        @functools.wraps(rule)  # whose signature says what is kept
        def watched(*args, **kwargs):
            found = rule(*args, **kwargs)
            for part in found if isinstance(found, (list, tuple)) else [found]:
                dtype = getattr(part, "dtype", None)  # a bundle of cotangents has none; what is in it came from rules
                if dtype is not None and dtype.kind in "fc":
                    seen.append(dtype)
            return found

        return watched

    arrays = [ag.Tensor(x, requires_grad=True) for x in sample.arrays(np.float32)]
    value = sample.call(*arrays)
    nodes, stack = set(), [value._node]
    while stack:
        node = stack.pop()
        if node is not None and node not in nodes:
            nodes.add(node)
            stack.extend(node.parents)
    for primitive in {node.primitive for node in nodes if node.primitive is not None}:
        if primitive.kind != "fused":
            monkeypatch.setattr(primitive, "vjps", tuple(rule and watch(rule) for rule in primitive.vjps))
            monkeypatch.setattr(primitive, "joint", primitive.joint and watch(primitive.joint))
            monkeypatch.setattr(primitive, "jvp", watch(primitive.jvp))
    cotangent = weights(value.shape, value.dtype)
    ag.grad(value, arrays, cotangent, materialize_grads=True)
    assert seen or sample.primitive == "stop_gradient"
    assert set(seen) <= NARROW
    seen.clear()
    ag.func.jvp(sample.call, [x.data for x in arrays], [x.data for x in arrays])
    assert set(seen) <= NARROW


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
