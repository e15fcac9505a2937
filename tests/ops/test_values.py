"""Values are NumPy's, by every spelling and in every layout of memory."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd_lite as ag

from .helpers import ours, plain, same, weights
from .samples import ELEMENTWISE, SAMPLES, Sample
from .samples.sample import A, B

every = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.id)
FIRST = {sample.primitive: sample.id for sample in reversed(SAMPLES)}.values()
elementwise = pytest.mark.parametrize("sample", ELEMENTWISE, ids=lambda sample: sample.id)


@pytest.mark.parametrize(
    "sample",
    [pytest.param(s, marks=pytest.mark.smoke) if s.id in FIRST else s for s in SAMPLES],
    ids=lambda sample: sample.id,
)
def test_values_are_numpys(sample: Sample) -> None:
    arrays = sample.arrays()
    expected = sample.reference(*arrays)
    for requires_grad in (False, True):
        answer = sample.call(*(ag.Tensor(x, requires_grad=requires_grad) for x in arrays))
        assert isinstance(answer, ag.Tensor)
        assert answer.requires_grad == requires_grad
        same(answer, expected, rtol=1e-15, atol=1e-15)


SPELLINGS: dict[str, list[Callable[..., Any]]] = {
    "add": [lambda x, y: x + y, ag.add, np.add],
    "subtract": [lambda x, y: x - y, ag.subtract, np.subtract],
    "multiply": [lambda x, y: x * y, ag.multiply, np.multiply],
    "divide": [lambda x, y: x / y, ag.divide, np.divide, np.true_divide],
    "remainder": [lambda x, y: x % y, ag.remainder, np.remainder, np.mod, lambda x, y: divmod(x, y)[1]],
    "power": [lambda x, y: (x + 3) ** y, lambda x, y: ag.pow(x + 3, y), lambda x, y: np.power(x + 3, y)],
    "matmul": [lambda x, y: x @ y.T, lambda x, y: ag.matmul(x, y.T), lambda x, y: np.matmul(x, y.T)],
    "maximum": [ag.maximum, np.maximum],
    "minimum": [ag.minimum, np.minimum],
    "logaddexp": [ag.logaddexp, np.logaddexp],
    "where": [lambda x, y: ag.where(plain(x) > 0, x, y), lambda x, y: np.where(plain(x) > 0, x, y)],
    "concat": [
        lambda x, y: ag.concat([x, y], axis=1),
        lambda x, y: np.concatenate([x, y], axis=1),
        lambda x, y: np.concat([x, y], axis=1) if hasattr(np, "concat") else np.concatenate((x, y), 1),
    ],
    "stack": [lambda x, y: ag.stack([x, y], axis=1), lambda x, y: np.stack([x, y], axis=1)],
    "negative": [lambda x, _y: -x, lambda x, _y: ag.negative(x), lambda x, _y: np.negative(x)],
    "positive": [lambda x, _y: +x, lambda x, _y: ag.positive(x), lambda x, _y: np.positive(x)],
    "absolute": [lambda x, _y: abs(x), lambda x, _y: ag.abs(x), lambda x, _y: np.abs(x), lambda x, _y: np.absolute(x)],
    "sum": [lambda x, _y: x.sum(axis=1), lambda x, _y: ag.sum(x, axis=1), lambda x, _y: np.sum(x, 1),
            lambda x, _y: np.add.reduce(x, axis=1)],
    "mean": [lambda x, _y: x.mean(axis=1), lambda x, _y: ag.mean(x, axis=1), lambda x, _y: np.mean(x, 1)],
    "var": [lambda x, _y: x.var(axis=1), lambda x, _y: ag.var(x, axis=1), lambda x, _y: np.var(x, 1)],
    "std": [lambda x, _y: x.std(axis=1), lambda x, _y: ag.std(x, axis=1), lambda x, _y: np.std(x, 1)],
    "max": [lambda x, _y: x.max(axis=1), lambda x, _y: ag.max(x, axis=1), lambda x, _y: np.max(x, 1),
            lambda x, _y: np.amax(x, 1), lambda x, _y: np.maximum.reduce(x, axis=1)],
    "min": [lambda x, _y: x.min(axis=1), lambda x, _y: ag.min(x, axis=1), lambda x, _y: np.min(x, 1),
            lambda x, _y: np.amin(x, 1), lambda x, _y: np.minimum.reduce(x, axis=1)],
    "cumsum": [lambda x, _y: x.cumsum(1), lambda x, _y: ag.cumulative_sum(x, 1), lambda x, _y: np.cumsum(x, axis=1)],
    "clip": [lambda x, _y: x.clip(-1, 1), lambda x, _y: ag.clip(x, -1, 1), lambda x, _y: np.clip(x, -1, 1)],
    "reshape": [lambda x, _y: x.reshape(2, 6), lambda x, _y: x.reshape((2, 6)), lambda x, _y: ag.reshape(x, (2, 6)),
                lambda x, _y: np.reshape(x, (2, 6))],
    "ravel": [lambda x, _y: x.ravel(), lambda x, _y: x.flatten(), lambda x, _y: np.ravel(x)],
    "transpose": [lambda x, _y: x.T, lambda x, _y: x.mT, lambda x, _y: x.transpose(), lambda x, _y: x.transpose(1, 0),
                  lambda x, _y: x.transpose((1, 0)), lambda x, _y: ag.permute_dims(x, (1, 0)),
                  lambda x, _y: ag.matrix_transpose(x), lambda x, _y: np.transpose(x), lambda x, _y: x.swapaxes(0, 1)],
    "squeeze": [lambda x, _y: x[None].squeeze(), lambda x, _y: np.squeeze(x[None]),
                lambda x, _y: ag.squeeze(x[None], 0)],
    "flip": [lambda x, _y: np.flip(x, 0), lambda x, _y: ag.flip(x, axis=0), lambda x, _y: x[::-1]],
    "iteration": [lambda x, _y: list(x)[1] * list(x)[2], lambda x, _y: x[1] * x[2],
                  lambda x, _y: ag.unstack(x)[1] * ag.unstack(x)[2]],
    "split": [lambda x, _y: ag.split(x, [1, 2])[1], lambda x, _y: np.split(x, 3)[1], lambda x, _y: x[1:2]],
}  # fmt: skip
"""Ways to write the same thing."""


@pytest.mark.parametrize("name", SPELLINGS)
def test_spellings_agree(name: str) -> None:
    first, *others = SPELLINGS[name]
    value, gradients, second = ours(first, [A, B])
    for other in others:
        again, gradients_again, second_again = ours(other, [A, B])
        same(again, value)
        for got, expected in zip([*gradients_again, *second_again], [*gradients, *second], strict=True):
            same(got, expected)


def layouts(x: Any) -> dict[str, Any]:
    """The same values in other layouts of memory."""
    spaced = np.zeros((*x.shape, 2), x.dtype)[..., 0]
    spaced[...] = x
    turned = (slice(None, None, -1),) * x.ndim + (...,)
    backward = x[turned].copy()
    fixed = x.copy()
    fixed.flags.writeable = False
    return {"spaced": spaced, "fortran": np.array(x, order="F"), "backward": backward[turned], "read-only": fixed}


@every
def test_memory_layout_does_not_matter(sample: Sample) -> None:
    arrays = sample.arrays()
    value, gradients, second = ours(sample.call, arrays)
    for name in layouts(arrays[0]):
        laid_out = [layouts(x)[name] for x in arrays]
        tensors = [ag.asarray(x, copy=False) for x in laid_out]  # a Tensor would copy, and lose the layout
        assert all(np.shares_memory(t.data, x) for t, x in zip(tensors, laid_out, strict=True))
        again = ours(sample.call, laid_out)
        tensors = [t.requires_grad_() for t in tensors]
        answer = sample.call(*tensors)
        same(answer, value, rtol=1e-12)
        got = ag.grad(answer, tensors, weights(answer.shape, answer.dtype), materialize_grads=True)
        for g, expected in zip([*got, *again[1], *again[2]], [*gradients, *gradients, *second], strict=True):
            same(g, expected)


@every
def test_elements_may_share_memory(sample: Sample) -> None:
    """Inputs that are broadcast along their first axis, and cotangents that are one number everywhere."""
    arrays = sample.arrays()
    repeated = [np.broadcast_to(x[:1], x.shape) if x.ndim else x for x in arrays]
    try:
        with np.errstate(all="raise"):
            value, gradients, _ = ours(sample.call, [x.copy() for x in repeated])
    except (np.linalg.LinAlgError, FloatingPointError):
        pytest.skip("equal rows make no sense here: a singular matrix")
    tensors = [ag.asarray(x, copy=False).requires_grad_() for x in repeated]
    answer = sample.call(*tensors)
    same(answer, value)
    got = ag.grad(answer, tensors, weights(answer.shape, answer.dtype), materialize_grads=True)
    for g, expected in zip(got, gradients, strict=True):
        same(g, expected)
    one = np.broadcast_to(np.asarray(1.0, answer.dtype), answer.shape)
    got = ag.grad(sample.call(*tensors), tensors, one, materialize_grads=True)
    full = ag.grad(sample.call(*tensors), tensors, one.copy(), materialize_grads=True)
    for g, expected in zip(got, full, strict=True):
        same(g, expected)


@every
def test_inputs_and_cotangents_are_left_as_they_are(sample: Sample) -> None:
    arrays = sample.arrays()
    tensors = [ag.asarray(x.copy(), copy=False).requires_grad_() for x in arrays]
    answer = sample.call(*tensors)
    g = weights(answer.shape, answer.dtype)
    given = g.copy()
    ag.grad(answer, tensors, given, materialize_grads=True)
    np.testing.assert_array_equal(given, g)
    for tensor, x in zip(tensors, arrays, strict=True):
        np.testing.assert_array_equal(tensor.data, x)


@elementwise
@pytest.mark.parametrize("shape", [(), (0,), (0, 3), (2, 0), (1,), (1, 1)])
def test_no_axes_and_no_elements(sample: Sample, shape: tuple[int, ...]) -> None:
    arrays = [np.resize(x, shape) for x in sample.arrays()]
    value, gradients, second = ours(sample.call, arrays)
    same(value, sample.reference(*arrays), rtol=1e-15, atol=1e-15)
    for g in [*gradients, *second]:
        assert (g.shape, g.dtype) == (shape, np.float64)
    if shape == ():
        _, whole, _ = ours(sample.call, [x.reshape(1) for x in arrays])
        for got, expected in zip(gradients, whole, strict=True):
            same(plain(got).reshape(1) / weights((), float), plain(expected) / weights((1,), float))


EMPTY: dict[str, tuple[Callable[..., Any], tuple[int, ...], tuple[int, ...]]] = {
    "sum": (np.sum, (0, 3), ()),
    "sum axis=0": (lambda x: np.sum(x, axis=0), (0, 3), (3,)),
    "sum axis=1": (lambda x: np.sum(x, axis=1), (0, 3), (0,)),
    "mean axis=1": (lambda x: np.mean(x, axis=1), (0, 3), (0,)),
    "max axis=1": (lambda x: np.max(x, axis=1), (0, 3), (0,)),
    "cumsum": (lambda x: np.cumsum(x, axis=0), (0, 3), (0, 3)),
    "reshape": (lambda x: np.reshape(x, (3, 0)), (0, 3), (3, 0)),
    "transpose": (np.transpose, (0, 3), (3, 0)),
    "flip": (np.flip, (0, 3), (0, 3)),
    "squeeze": (np.squeeze, (0, 1), (0,)),
    "broadcast_to": (lambda x: np.broadcast_to(x, (2, 0, 3)), (0, 3), (2, 0, 3)),
    "getitem": (lambda x: x[:, 1], (0, 3), (0,)),
    "getitem of nothing": (lambda x: x[[]], (2, 3), (0, 3)),
    "getitem mask of nothing": (lambda x: x[np.zeros((2, 3), bool)], (2, 3), (0,)),
    "slice of nothing": (lambda x: x[2:], (2, 3), (0, 3)),
    "concat": (lambda x: np.concatenate([x, np.ones((2, 3))]), (0, 3), (2, 3)),
    "stack": (lambda x: np.stack([x, x]), (0, 3), (2, 0, 3)),
    "split": (lambda x: np.split(x, [0, 1])[0], (2, 3), (0, 3)),
    "matmul over nothing": (lambda x: x @ np.ones((0, 2)), (3, 0), (3, 2)),
    "matmul of nothing": (lambda x: x @ np.ones((3, 2)), (0, 3), (0, 2)),
    "where": (lambda x: np.where(np.zeros((0, 3), bool), x, 1.0), (0, 3), (0, 3)),
    "clip": (lambda x: np.clip(x, 0, 1), (0, 3), (0, 3)),
}
"""Calls on arrays without elements, or with answers that have none: the input's shape and the answer's."""


@pytest.mark.parametrize("name", EMPTY)
def test_arrays_without_elements(name: str) -> None:
    call, shape, expected = EMPTY[name]
    x = np.ones(shape)
    value, (gradient,), (second,) = ours(call, [x])
    same(value, call(x))
    assert value.shape == expected
    assert gradient.shape == second.shape == shape
    _, tangent = ag.func.jvp(call, [x], [x])
    assert tangent.shape == expected


NO_AXES: list[Callable[..., Any]] = [
    np.sum, np.mean, np.max, np.min, np.var, np.ravel, np.squeeze, np.transpose, np.flip, np.copy, np.cumsum,
    lambda x: np.reshape(x, (1, 1)), lambda x: np.expand_dims(x, 0), lambda x: np.broadcast_to(x, (2, 3)),
    lambda x: x[()], lambda x: x[None], lambda x: x[...], lambda x: np.stack([x, x]), lambda x: np.clip(x, 0, 1),
    lambda x: np.where(True, x, 0.0), lambda x: x.astype(np.float64),
]  # fmt: skip


@pytest.mark.parametrize("call", NO_AXES, ids=lambda call: getattr(call, "__name__", "call"))
def test_arrays_without_axes(call: Callable[..., Any]) -> None:
    x = np.array(0.75)
    value, (gradient,), _ = ours(call, [x])
    same(value, call(x))
    assert (gradient.shape, gradient.dtype) == ((), np.float64)
    slope = 0.0 if call is np.var else 1.0
    same(gradient, np.sum(weights(value.shape, value.dtype)) * slope)


@pytest.mark.parametrize("find", [np.where, ag.where, np.nonzero])
def test_where_with_a_condition_alone_gives_places(find: Callable[..., Any]) -> None:
    for requires_grad in (False, True):
        found = find(ag.Tensor(A, requires_grad=requires_grad) > 0)
        for got, expected in zip(found, np.nonzero(A > 0), strict=True):
            same(got, expected)
