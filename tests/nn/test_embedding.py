"""Embeddings and bags of them: what is refused, and what PyTorch does otherwise."""

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite import nn

F = nn.functional
TABLE = np.random.default_rng(0).normal(size=(6, 3))


@pytest.mark.parametrize("count", [6, 2000])
def test_gradients_are_added_up_for_small_and_large_tables(count: int) -> None:
    rng = np.random.default_rng(1)
    indices, g = rng.integers(0, count, (40, 5)), rng.normal(size=(40, 5, 3))
    table = ag.Tensor(rng.normal(size=(count, 3)), requires_grad=True)
    F.embedding(indices, table).backward(g)
    expected = np.zeros((count, 3))
    np.add.at(expected, indices.reshape(-1), g.reshape(-1, 3))
    np.testing.assert_allclose(table.grad, expected, rtol=1e-12, atol=1e-12)


def test_a_bag_by_frequency_divides_by_how_often_a_row_is_used() -> None:
    indices = np.array([[5, 1, 5], [5, 0, 1]])
    table = ag.Tensor(TABLE, requires_grad=True)
    F.embedding_bag(indices, table, mode="sum", scale_grad_by_freq=True).sum().backward()
    np.testing.assert_allclose(table.grad, [[1] * 3, [1] * 3, [0] * 3, [0] * 3, [0] * 3, [1] * 3])


def test_max_norm_changes_the_rows_that_are_used() -> None:
    layer = nn.Embedding(6, 3, max_norm=0.1)
    before = layer.weight.data.copy()
    layer([1, 4])
    norms = np.linalg.norm(layer.weight.data, axis=1)
    assert (norms[[1, 4]] < 0.1 + 1e-6).all()
    np.testing.assert_array_equal(layer.weight.data[[0, 2, 3, 5]], before[[0, 2, 3, 5]])


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: F.embedding([6], TABLE), ValueError, "index 6 at position 0"),
        (lambda: F.embedding([-1], TABLE), ValueError, r"lie in \[0, 6\)"),
        (lambda: F.embedding([0.5], TABLE), TypeError, "must be integers, not float64"),
        (lambda: F.embedding([0], TABLE[0]), ValueError, r"table \(V, D\)"),
        (lambda: F.embedding([0], TABLE, sparse=True), ValueError, "no sparse gradients"),
        (lambda: F.embedding([0], TABLE, padding_idx=6), ValueError, "padding_idx"),
        (lambda: nn.Embedding(-1, 3), ValueError, "num_embeddings"),
        (lambda: nn.Embedding(2, 3, padding_idx=2), ValueError, "padding_idx"),
        (lambda: F.embedding_bag([0, 1], TABLE), ValueError, "with offsets="),
        (lambda: F.embedding_bag([[0, 1]], TABLE, [0]), ValueError, "leave offsets=None"),
        (lambda: F.embedding_bag([0, 1], TABLE, [1]), ValueError, "begin with 0"),
        (lambda: F.embedding_bag([0, 1], TABLE, [0, 3]), ValueError, "within the 2 indices"),
        (lambda: F.embedding_bag([0, 1], TABLE, [0], mode="best"), ValueError, "mode must be"),
        (lambda: F.embedding_bag([0, 1], TABLE, [0], per_sample_weights=[1.0, 2.0]), ValueError, 'for mode="sum"'),
        (
            lambda: F.embedding_bag([0, 1], TABLE, [0], mode="sum", per_sample_weights=[1.0]),
            ValueError, r"input's shape \(2,\)",
        ),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named(call, error, words) -> None:
    with pytest.raises(error, match=words):
        call()
