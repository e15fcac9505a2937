"""Distances where PyTorch is another's opinion, and what is refused."""

import numpy as np
import pytest

from autograd_lite import nn
from autograd_lite.testing import assert_gradients_close

F = nn.functional
X, Y = np.array([[0.3, -0.1], [0.2, 0.4]]), np.array([[-0.2, 0.5], [0.1, 0.3]])


def test_cosine_of_vectors_shorter_than_eps() -> None:
    np.testing.assert_allclose(F.cosine_similarity(X, Y, eps=10.0), (X * Y).sum(1) / 100, rtol=1e-14)
    assert_gradients_close(lambda x, y: F.cosine_similarity(x, y, eps=10.0), X, Y, order=2)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: F.pdist(X[0]), r"x is \(N, M\)"),
        (lambda: F.bilinear(X, Y, np.ones((2, 3, 2))), r"weight\.shape=\(2, 3, 2\)"),
        (lambda: F.pixel_shuffle(np.ones((1, 3, 2, 2)), 2), "divisible by upscale_factor"),
        (lambda: F.pixel_unshuffle(np.ones((1, 3, 3, 2)), 2), "divisible by downscale_factor"),
        (lambda: F.channel_shuffle(np.ones((1, 3, 2)), 2), "divisible by groups"),
        (lambda: F.unflatten(np.ones((2, 6)), 1, (4, -1)), r"cannot be laid out as \(4, -1\)"),
        (lambda: F.unflatten(np.ones((2, 6)), 2, (6,)), "there is no axis 2"),
        (lambda: F.unfold(np.ones((1, 2, 2)), 3), "larger than the padded image"),
        (lambda: F.fold(np.ones((1, 4, 5)), 3, 2), r"\(N, C \* 4, 4\)"),
        (lambda: nn.Bilinear(0, 1, 1), "in1_features must be a whole number"),
    ],
)
def test_what_does_not_fit_is_named(call, words) -> None:
    with pytest.raises(ValueError, match=words):
        call()
