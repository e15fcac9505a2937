"""A file for each framework, with `make(problem)`, which gives a `Run` or raises `Lacking`.

`FRAMEWORKS` lists them; what is not installed is left out of a comparison.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any, NamedTuple


class Framework(NamedTuple):
    """A framework by the name it has in tables, the package it needs, and the module here that runs it."""

    title: str
    package: str
    module: str


FRAMEWORKS = {
    "ours": Framework("autograd_lite", "autograd_lite", "ours"),
    "limit": Framework("NumPy by hand", "numpy", "limit"),
    "pytorch": Framework("PyTorch eager", "torch", "pytorch"),
    "compiled": Framework("PyTorch compiled", "torch", "pytorch_compiled"),
    "jax": Framework("JAX jitted", "jax", "jax"),
    "autograd": Framework("HIPS autograd", "autograd", "hips_autograd"),
    "mygrad": Framework("MyGrad", "mygrad", "mygrad"),
}


def installed() -> list[str]:
    """The frameworks that can be run here."""
    return [name for name, framework in FRAMEWORKS.items() if find_spec(framework.package)]


def load(name: str) -> Any:
    """The module that runs a framework; imports the framework."""
    return import_module(f"{__name__}.{FRAMEWORKS[name].module}")
