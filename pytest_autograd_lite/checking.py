"""The `gradcheck` fixture and marker: options that come from the test, and the assertion itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


def options_of(item: pytest.Item) -> dict[str, Any]:
    """The options in the `gradcheck` markers of a test, of its class and of its module; the closest wins."""
    options: dict[str, Any] = {}
    for marker in item.iter_markers("gradcheck"):
        if marker.args:
            raise pytest.UsageError(
                f"{item.nodeid}: the gradcheck marker takes options by name (order=2, rtol=1e-6, ...), "
                f"not {marker.args!r}; return f and its inputs from the test"
            )
        options = {**marker.kwargs, **options}
    return options


class GradCheck:
    """`assert_gradients_close` with the options of the test that is running as defaults."""

    def __init__(self, running: Callable[[], pytest.Item]) -> None:
        self._running = running

    def __call__(self, f: Callable[..., Any], *inputs: Any, **options: Any) -> None:
        """Raise GradientsDiffer unless the derivatives of f at `inputs` are right.

        Args, Raises: as for `autograd_lite.testing.assert_gradients_close`.
        """
        __tracebackhide__ = True
        from autograd_lite.testing import assert_gradients_close

        assert_gradients_close(f, *inputs, **{**options_of(self._running()), **options})


def check_returned(item: pytest.Item, returned: Any) -> None:
    """Check the (f, *inputs) that a test returned."""
    __tracebackhide__ = True
    if not isinstance(returned, tuple) or len(returned) < 2 or not callable(returned[0]):
        pytest.fail(
            f"{item.nodeid} is marked gradcheck and returned {returned!r:.80}: return (f, *inputs) to have the "
            "gradient of f checked there, or nothing",
            pytrace=False,
        )
    f, *inputs = returned
    GradCheck(lambda: item)(f, *inputs)
