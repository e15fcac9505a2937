"""Sorting with the standard's arguments, and the different elements of an array."""

import numpy as np
import pytest

import autograd_lite as ag

TIED = np.array([[3.0, 1.0, 3.0, 2.0, 1.0], [0.0, 0.0, 5.0, 5.0, -1.0]])


@pytest.mark.parametrize("axis", [0, 1, -1])
@pytest.mark.parametrize("dtype", [np.float32, np.uint8, np.int64])
def test_descending_and_stable(axis, dtype):
    a = np.abs(TIED).astype(dtype)
    x = ag.asarray(a)
    order = ag.argsort(x, axis=axis, descending=True)
    np.testing.assert_array_equal(order.data, np.argsort(-a.astype(float), axis=axis, stable=True))
    assert order.dtype == np.int64
    down = ag.sort(x, axis=axis, descending=True)
    np.testing.assert_array_equal(down.data, -np.sort(-a.astype(float), axis=axis))
    assert down.dtype == dtype
    np.testing.assert_array_equal(ag.sort(x, axis=axis).data, np.sort(a, axis=axis))
    np.testing.assert_array_equal(ag.argsort(x, axis=axis).data, np.argsort(a, axis=axis, stable=True))


def test_flattened_and_empty():
    assert ag.argsort(ag.asarray(TIED), axis=None, descending=True)[0].item() == 7
    assert ag.sort(ag.asarray(TIED), axis=None, descending=True)[0].item() == 5.0
    for descending in (False, True):
        assert ag.argsort(ag.zeros((2, 0)), descending=descending).shape == (2, 0)
        assert ag.sort(ag.zeros((0, 2)), descending=descending).shape == (0, 2)


def test_the_gradient_goes_back_to_where_each_came_from():
    x = ag.Tensor([3.0, 1.0, 2.0], requires_grad=True)
    (ag.sort(x, descending=True) * ag.asarray([1.0, 10.0, 100.0])).sum().backward()
    assert x.grad.tolist() == [1.0, 100.0, 10.0]
    assert not ag.argsort(x, descending=True).requires_grad


def test_unique():
    x = ag.Tensor([[2.0, 1.0], [2.0, 5.0]], requires_grad=True)
    found = ag.unique_all(x)
    assert found.values[found.inverse_indices].tolist() == x.tolist()
    assert x.detach().reshape(-1)[found.indices].tolist() == found.values.tolist()
    assert dict(zip(found.values.tolist(), found.counts.tolist(), strict=True)) == {2.0: 2, 1.0: 1, 5.0: 1}
    assert ag.unique_counts(x).counts.tolist() == found.counts.tolist()
    assert ag.unique_inverse(x).inverse_indices.shape == (2, 2)
    assert sorted(ag.unique_values(x).tolist()) == [1.0, 2.0, 5.0]
    for part in [*found, ag.unique_values(x), *ag.unique_counts(x), *ag.unique_inverse(x)]:
        assert isinstance(part, ag.Tensor)
        assert not part.requires_grad
    assert ag.unique_values(ag.asarray([ag.nan, ag.nan])).shape == (2,)


def test_lists_where_the_standard_has_lists():
    x, y = ag.arange(2.0), ag.arange(3.0, requires_grad=True)
    assert type(ag.meshgrid(x, y)) is type(ag.broadcast_arrays(x, ag.ones(1))) is list
    for indexing in ("xy", "ij"):
        for ours, numpys in zip(
            ag.meshgrid(x, y, indexing=indexing),
            np.meshgrid(np.arange(2.0), np.arange(3.0), indexing=indexing),
            strict=True,
        ):
            np.testing.assert_array_equal(ours.detach().data, numpys)
    ag.meshgrid(x, y)[1].sum().backward()
    assert y.grad.tolist() == [2.0, 2.0, 2.0]


def test_clip():
    x = ag.Tensor([-2.0, 0.5, 3.0], requires_grad=True)
    for args, options in [((-1, 1), {}), ((), {"min": -1, "max": 1}), ((-1,), {"max": ag.asarray(1.0)})]:
        assert ag.clip(x, *args, **options).tolist() == [-1.0, 0.5, 1.0]
    assert ag.clip(x, max=0).tolist() == [-2.0, 0.0, 0.0]
