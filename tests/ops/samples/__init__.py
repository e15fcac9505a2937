"""One table of samples: each primitive as users call it, on inputs away from kinks, beside NumPy and PyTorch.

A new operation gets a line in the module of its family, and with it every test in this folder.  A primitive
without a sample fails `test_registry`.  A module has `SAMPLES`, and `ELEMENTWISE` for those among them that
are functions of floating arguments of one shape, element by element.
"""

import pkgutil
from importlib import import_module

import autograd_lite.nn

import autograd_lite.checkpointing  # which have operations of their own
import autograd_lite.func  # noqa: F401

from .sample import Sample

MODULES = [import_module(f"{__name__}.{info.name}") for info in pkgutil.iter_modules(__path__) if info.name != "sample"]


def _gathered(name: str) -> list[Sample]:
    return [
        sample._replace(family=module.__name__.rpartition(".")[2])
        for module in MODULES
        for sample in getattr(module, name, [])
    ]


SAMPLES = _gathered("SAMPLES")
ELEMENTWISE = _gathered("ELEMENTWISE")

NOT_SAMPLED = {
    "output": "picks one answer of an operation with several; sampled through split and unstack",
    "checkpoint": "what it runs again is the user's own",
    "enter": "how Tensors come into vmap, never called by users; sampled through vmap",
    "vmap": "how they come out",
    "backward_hooks": "where backward calls the hooks of a module; sampled through these",
    "alias": "a place in the graph for vjp and jvp, never called by users; sampled through forward mode",
}

CHANGES_DTYPE = {"astype"}
"""Samples whose answer has another dtype than their inputs, because that is what they are for."""

WITHOUT_DERIVATIVE = {"stop_gradient"}
"""Samples whose derivative is not that of their values, because that is what they are for."""
