"""Gradients compared: is a gradient right, and if not, where is it wrong.

    from autograd_lite.testing import assert_gradients_close

    assert_gradients_close(loss, weights)                        # the engine's gradient of a loss
    assert_gradients_close(loss, weights, grad=my_gradient)      # one you have written by hand

`oracles` says what a derivative is, by finite differences; `compare` where and how two tables of
derivatives differ; `check` holds the assertion.
"""

from .check import assert_gradients_close

__all__ = ["assert_gradients_close"]
