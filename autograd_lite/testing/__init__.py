"""Gradients compared: is a gradient right, and if not, where is it wrong.

    from autograd_lite.testing import assert_gradients_close

    assert_gradients_close(loss, weights)                        # the engine's gradient of a loss
    assert_gradients_close(loss, weights, grad=my_gradient)      # one you have written by hand
    assert_gradients_close(loss, weights, grad="torch")          # PyTorch's, of a function of its tensors

`oracles` says what a derivative is; `expected` makes a table of it, `compare` finds where another differs, `diagnosis`
says in what way; `check` holds the assertion.  Each name is imported from its module when it is first asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from . import snapshots, strategies
    from .check import assert_gradients_close, check_gradients
    from .like_torch import gradcheck, gradgradcheck
    from .linting import Finding, lint, source_lines
    from .model_reports import ModelComparison, ModelsDiffer
    from .models import assert_models_close, compare_models
    from .products import check_jvp, check_vjp
    from .reports import Comparison, GradientsDiffer, Report
    from .rules import check_custom_rule

__all__ = [
    "Comparison",
    "Finding",
    "GradientsDiffer",
    "ModelComparison",
    "ModelsDiffer",
    "Report",
    "assert_gradients_close",
    "assert_models_close",
    "check_custom_rule",
    "check_gradients",
    "check_jvp",
    "check_vjp",
    "compare_models",
    "gradcheck",
    "gradgradcheck",
    "lint",
    "snapshots",
    "source_lines",
    "strategies",
]

_WHERE = {
    "check": ("assert_gradients_close", "check_gradients"),
    "like_torch": ("gradcheck", "gradgradcheck"),
    "linting": ("Finding", "lint", "source_lines"),
    "model_reports": ("ModelComparison", "ModelsDiffer"),
    "models": ("assert_models_close", "compare_models"),
    "products": ("check_jvp", "check_vjp"),
    "reports": ("Comparison", "GradientsDiffer", "Report"),
    "rules": ("check_custom_rule",),
    "snapshots": (),
    "strategies": (),
}
"""The names that each module offers; where there are none, the module is one itself."""

_MODULE_OF = {name: module for module, names in _WHERE.items() for name in names}


def __getattr__(name: str) -> Any:
    """Import a part when it is first asked for."""
    if name in _MODULE_OF:
        return getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
    if name in _WHERE:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
