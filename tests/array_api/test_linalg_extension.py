"""What `linalg` has of the standard beside its own operations: products, and diagonals of the last two axes."""

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.testing import assert_gradients_close

RNG = np.random.default_rng(0)
STACK, OTHER = RNG.random((2, 3, 4)), RNG.random((2, 4, 3))
VECTORS = RNG.random((3, 5)), RNG.random((3, 5))

CALLS = {
    "cross": (lambda la, x, y: la.cross(x, y, axis=0), *VECTORS),
    "cross, broadcast": (lambda la, x, y: la.cross(x, y), OTHER, OTHER[0, 1]),
    "diagonal": (lambda la, x: la.diagonal(x), STACK),
    "diagonal, offset": (lambda la, x: la.diagonal(x, offset=-1), STACK),
    "trace": (lambda la, x: la.trace(x), STACK),
    "trace, offset": (lambda la, x: la.trace(x, offset=1), STACK),
    "matmul": (lambda la, x, y: la.matmul(x, y), STACK, OTHER),
    "matrix_transpose": (lambda la, x: la.matrix_transpose(x), STACK),
    "outer": (lambda la, x, y: la.outer(x, y), VECTORS[0][0], VECTORS[1][1]),
    "tensordot": (lambda la, x, y: la.tensordot(x, y, axes=((0, 2), (0, 1))), STACK, OTHER),
    "vecdot": (lambda la, x, y: la.vecdot(x, y, axis=0), *VECTORS),
    "pinv": (lambda la, x: la.pinv(x, rtol=1e-3), STACK),
}


@pytest.mark.parametrize("name", CALLS)
def test_as_numpy_has_it(name):
    call, *inputs = CALLS[name]
    tensors = [ag.Tensor(x, requires_grad=True) for x in inputs]
    for namespace in (ag.linalg, np.linalg):
        found = call(namespace, *tensors)
        assert found.requires_grad
        np.testing.assert_allclose(found.detach().numpy(), call(np.linalg, *inputs), rtol=1e-13)
    assert_gradients_close(lambda *xs: call(ag.linalg, *xs), *inputs)


def test_matrix_rank_counts():
    x = ag.Tensor(np.diag([1.0, 0.1, 0.0]), requires_grad=True)
    for rank, options in [(2, {}), (1, {"rtol": 0.5}), (2, {"rtol": ag.asarray(0.05)})]:
        found = ag.linalg.matrix_rank(x, **options)
        assert isinstance(found, ag.Tensor)
        assert found.item() == rank


def test_a_sum_keeps_or_takes_a_dtype():
    x = ag.ones((2, 2), dtype=ag.int8)
    assert ag.linalg.trace(x).dtype == np.linalg.trace(np.ones((2, 2), np.int8)).dtype
    assert ag.linalg.trace(x, dtype=ag.float64).dtype == np.float64
    assert ag.linalg.trace(ag.ones((2, 2))).dtype == np.float32


def test_vectors_of_another_length():
    with pytest.raises(ValueError, match=r"linalg\.cross of the shapes \(2, 2\) and \(2, 2\).*length 3; np\.cross"):
        ag.linalg.cross(ag.ones((2, 2)), ag.ones((2, 2)))
