"""Margins: what no comparison with PyTorch by cases reaches."""

import numpy as np
import pytest

from autograd_lite import nn
from autograd_lite.func import vmap

F = nn.functional
X = np.arange(12.0).reshape(1, 3, 4)


def test_any_dtype_keeps_its_values():
    padded = F.pad(np.array([1, 2]), (1, 0), value=7)
    assert padded.tolist() == [7, 1, 2]
    assert padded.dtype == np.int64
    assert F.pad(X.astype(np.float16), (1, 0), "reflect").dtype == np.float16


@pytest.mark.smoke
def test_the_last_axis_comes_first():
    assert F.pad(np.ones((2, 3)), (1, 0)).shape == (2, 4)
    assert F.pad(np.ones((2, 3)), (0, 0, 1, 0)).shape == (3, 3)


@pytest.mark.parametrize("mode", ["constant", "reflect", "replicate", "circular"])
@pytest.mark.filterwarnings("ignore::autograd_lite.batching.rules.LoopWarning")
def test_examples_one_by_one_in_vmap(mode):
    x = np.random.default_rng(0).normal(size=(3, 2, 4))
    np.testing.assert_array_equal(vmap(lambda x: F.pad(x, (2, -1), mode))(x), F.pad(x, (2, -1), mode))


@pytest.mark.parametrize(("call", "words"), [
    (lambda: F.pad(X, (1, 1), "mirror"), r"mode must be one of \['constant', .*'mirror'"),
    (lambda: F.pad(X, (1,)), "two for each axis"),
    (lambda: F.pad(X, (0.5, 1)), "whole numbers"),
    (lambda: F.pad(X, (1,) * 8), r"with 8 widths .* at least 4 axes, not float64\[1, 3, 4\]"),
    (lambda: F.pad(X[0, 0], (1, 1), "reflect"), "3 or 2 axes, not float64"),
    (lambda: F.pad(X, (1, 1), "reflect", 0.0), "takes no value"),
    (lambda: F.pad(X, (4, 0), "reflect"), "only 3 elements for a margin of 4, in an axis of 4"),
    (lambda: F.pad(X, (5, 0), "circular"), "only 4 elements for a margin of 5"),
    (lambda: F.pad(X, (-2, 3), "circular"), "only 2 elements for a margin of 3"),
    (lambda: F.pad(X[..., :0], (1, 0), "replicate"), "no element for a margin"),
    (lambda: F.pad(X, (-3, -2)), "more is cut off than there is"),
    (lambda: nn.ZeroPad2d((1, 2)), "ZeroPad2d: padding must be a whole number, or 4 of them"),
    (lambda: nn.ConstantPad1d(0.5, 1), "ConstantPad1d: padding must be a whole number"),
])  # fmt: skip
def test_errors_say_what_does_not_fit(call, words):
    with pytest.raises(ValueError, match=words):
        call()
