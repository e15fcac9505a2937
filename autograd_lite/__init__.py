"""autograd_lite: automatic differentiation and small neural networks on NumPy.

    import numpy as np
    import autograd_lite as ag

    x = ag.Tensor([1.0, 2.0], requires_grad=True)
    loss = np.sum(np.exp(x) * x)
    loss.backward()
    x.grad                                   # what backpropagation left there
    ag.draw(loss)                            # the graph it went through

`ag.nn` has layers and losses, `ag.optim` optimizers, `ag.testing` compares gradients, `ag.graph` is the
recorded graph as data, `ag.func` has derivatives as functions of functions.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from . import allocator, array_api
from .array_api import *  # noqa: F403  # the names of the array API standard
from .gradients import grad
from .mode import enable_grad, fusion, is_fusion_enabled, is_grad_enabled, no_grad
from .random import manual_seed
from .tensor import Tensor, stop_gradient

if TYPE_CHECKING:
    from . import fft, func, graph, implicit, linalg, nn, optim, special, testing, utils
    from .anomaly import detect_anomaly
    from .checkpointing import checkpoint, checkpoint_sequential
    from .custom import Function, custom_jvp, custom_vjp, once_differentiable
    from .graph import draw, show
    from .packing import saved_tensors_hooks

__version__ = "0.1.0"

allocator.keep_freed_memory()

__all__ = [
    "Function", "Tensor", "checkpoint", "checkpoint_sequential", "custom_jvp", "custom_vjp", "detect_anomaly", "draw",
    "enable_grad", "fft", "func", "fusion", "grad", "graph", "implicit", "is_fusion_enabled", "is_grad_enabled",
    "linalg", "manual_seed", "nn", "no_grad", "once_differentiable", "optim", "saved_tensors_hooks", "show", "special",
    "stop_gradient", "testing", "utils",
]  # fmt: skip
__all__ += [name for name in array_api.__all__ if name not in __all__]

_LAZY = {"fft", "func", "graph", "implicit", "linalg", "nn", "optim", "special", "testing", "utils"}
_LAZY_NAMES = {
    "checkpoint": "checkpointing",
    "checkpoint_sequential": "checkpointing",
    "Function": "custom",
    "custom_jvp": "custom",
    "custom_vjp": "custom",
    "once_differentiable": "custom",
    "detect_anomaly": "anomaly",
    "draw": "graph",
    "show": "graph",
    "saved_tensors_hooks": "packing",
}


def __getattr__(name: str) -> Any:
    """Import the parts that stand above the engine when they are first asked for."""
    if name in _LAZY:
        return import_module(f"{__name__}.{name}")
    if name in _LAZY_NAMES:
        return getattr(import_module(f"{__name__}.{_LAZY_NAMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
