"""Properties that hold whatever the shapes: the two modes are adjoint, and broadcasting and indexing are undone."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import autograd_lite as ag
from autograd_lite.func import jvp, vjp

shapes = hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)
quickly = settings(max_examples=60, deadline=None, derandomize=True)


def normal(shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def assert_adjoint(f, *inputs):
    """<g, J v> = <J^T g, v> for random v and g: forward and reverse mode are the same linear map."""
    vs = [normal(x.shape, i + 1) for i, x in enumerate(inputs)]
    value, pushed = jvp(f, inputs, vs)
    g = normal(value.shape, 99)
    pulled = vjp(f, *inputs)[1](g)
    left = np.sum(g * pushed.numpy())
    right = sum(np.sum(p.numpy() * v) for p, v in zip(pulled, vs, strict=True))
    assert left == pytest.approx(right, rel=1e-9, abs=1e-9)
    assert all(p.shape == x.shape for p, x in zip(pulled, inputs, strict=True))


@quickly
@given(hnp.mutually_broadcastable_shapes(num_shapes=3, max_dims=4, max_side=4, min_side=0))
def test_broadcasting(several):
    x, y, z = (normal(shape, i) for i, shape in enumerate(several.input_shapes))
    assert_adjoint(lambda x, y, z: np.sin(x) * y + np.maximum(y, z) / (z * z + 1), x, y, z)


@quickly
@given(st.data())
def test_basic_indexing(data):
    shape = data.draw(shapes)
    index = data.draw(hnp.basic_indices(shape, allow_newaxis=True))
    x = normal(shape)
    np.testing.assert_array_equal(ag.Tensor(x)[index], x[index])
    assert_adjoint(lambda x: x[index] * x[index], x)


@quickly
@given(st.data())
def test_advanced_indexing(data):
    shape = data.draw(hnp.array_shapes(min_dims=1, max_dims=3, max_side=4))
    index = data.draw(hnp.integer_array_indices(shape))
    assert_adjoint(lambda x: np.tanh(x[index]), normal(shape))


@quickly
@given(st.data())
def test_reductions(data):
    shape = data.draw(hnp.array_shapes(min_dims=1, max_dims=4, max_side=4))
    axis = data.draw(hnp.valid_tuple_axes(len(shape)))
    keepdims = data.draw(st.booleans())
    for reduce in (np.sum, np.mean, np.max, np.var):
        assert_adjoint(lambda x, reduce=reduce: reduce(x * x, axis=axis, keepdims=keepdims), normal(shape))


@quickly
@given(st.data())
def test_moving_axes(data):
    shape = data.draw(shapes)
    axes = data.draw(st.permutations(range(len(shape))))
    x = normal(shape)
    assert_adjoint(lambda x: np.transpose(x, tuple(axes)) * np.transpose(x * 2.0, tuple(axes)), x)
    assert_adjoint(lambda x: (x * x).reshape(-1), x)


@quickly
@given(st.data())
def test_matrix_products(data):
    n, k, m = (data.draw(st.integers(0, 4)) for _ in range(3))
    batch = data.draw(hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=2, max_side=3))
    left, right = batch.input_shapes
    assert_adjoint(lambda a, b: a @ b, normal((*left, n, k)), normal((*right, k, m), 1))
    assert_adjoint(lambda a, b: a @ b, normal((k,)), normal((*right, k, m), 1))
    assert_adjoint(lambda a, b: a @ b, normal((*left, n, k)), normal((k,), 1))
