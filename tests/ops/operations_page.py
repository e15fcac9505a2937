"""All operations as the page docs/operations.md; write it anew with

python -m tests.ops.operations_page > docs/operations.md
"""

from __future__ import annotations

import pkgutil
from collections import defaultdict
from collections.abc import Callable, Iterator
from importlib import import_module
from types import ModuleType
from typing import Any

import numpy as np

import autograd_lite as ag
from autograd_lite.ops.implementing import implementations
from autograd_lite.primitive import Primitive, registry
from autograd_lite.without_derivative import REFUSED, WITHOUT_DERIVATIVE

from .samples import SAMPLES

HEAD = """\
# All operations

Written by the tests out of the declarations themselves: every NumPy function that carries gradients, by family.

*Kind* says what is declared ([architecture](architecture.md)). The *rule* is the derivative as mathematics; x̄ stands
for the gradient by x. *Forward mode* is derived from the same declaration, or written beside it. The last column leads
to the samples by which the operation is compared with NumPy, with finite differences and with PyTorch, in both modes,
to second order, in float16, float32, float64 and, where NumPy takes them, complex numbers.

`np.f(t)` and `ag.f(t)` are the same operation. What happens at kinks and ties has [a page of its own](kinks.md).
"""

FORWARD = {"elementwise": "derived", "linear": "derived", "bilinear": "derived", "general": "written"}

INTERNAL = {"output", "alias"}
"""Nodes that the tape makes for itself."""


def modules() -> Iterator[ModuleType]:
    """The modules that declare operations."""
    for package in ("ops", "linalg", "fft", "special"):
        folder = import_module(f"autograd_lite.{package}")
        for info in sorted(pkgutil.iter_modules(folder.__path__), key=lambda info: info.name):
            yield import_module(f"{folder.__name__}.{info.name}")


def home_of(primitive: Primitive) -> ModuleType:
    """The module that declares a primitive: that of its rules, or one that has it."""
    rules = {getattr(rule, "__module__", None) for rule in (*primitive.vjps, primitive.joint)}
    holding = [module for module in modules() if any(value is primitive for value in vars(module).values())]
    return next((module for module in holding if module.__name__ in rules), holding[0])


def spelled(function: Callable[..., Any]) -> str:
    """A function as users write it."""
    module = getattr(function, "__module__", None) or ""
    if module.startswith("numpy") or isinstance(function, np.ufunc):
        if isinstance(function, np.ufunc) and getattr(np, function.__name__, None) is not function:
            return f"scipy.special.{function.__name__}"
        return f"np.{module.removeprefix('numpy').removeprefix('.') + '.' if '.' in module else ''}{function.__name__}"
    if module.startswith("scipy"):
        return f"scipy.special.{function.__name__}"
    for place, names in (("ag", ag), ("ag.linalg", ag.linalg), ("ag.special", ag.special)):
        if hasattr(names, function.__name__):
            return f"{place}.{function.__name__}"
    return function.__name__  # a step of others, which nobody calls by itself


def page() -> str:
    """The text of the page."""
    list(modules())
    primitives: dict[str, list[Primitive]] = defaultdict(list)
    for primitive in registry.values():
        if primitive.kind != "fused" and primitive.name not in INTERNAL:
            primitives[home_of(primitive).__name__].append(primitive)
    made: dict[str, list[str]] = defaultdict(list)
    for numpy_function, ours in implementations.items():
        home = home_of(ours).__name__ if isinstance(ours, Primitive) else ours.__module__
        made[home].append(f"`{spelled(numpy_function)}`")
    sampled: dict[str, set[str]] = defaultdict(set)
    for sample in SAMPLES:
        sampled[sample.primitive].add(sample.family)
    parts = [HEAD]
    for module in modules():
        name = module.__name__
        if name not in primitives and name not in made:
            continue
        path = name.replace(".", "/") + ".py"
        title = (module.__doc__ or "").strip().splitlines()[0].rstrip(".:;")
        parts.append(f"\n## {title}\n\n[`{path}`](../{path})\n")
        if primitives[name]:
            parts.append("\n| operation | kind | rule | forward mode | samples |\n|---|---|---|---|---|\n")
            parts += [_row(primitive, sampled[primitive.name]) for primitive in primitives[name]]
        if made[name]:
            parts.append(
                f"\nMade of these and others, or with all of NumPy's arguments: {', '.join(sorted(made[name]))}.\n"
            )
    parts.append("\n## Without derivative\n\nThese run on the values, and what they give carries no gradient:\n")
    parts.append(", ".join(f"`{name}`" for name in sorted(map(spelled, WITHOUT_DERIVATIVE))) + ".\n")
    parts.append("\n## Refused\n\nOn a Tensor that requires a gradient these would lose it, and raise:\n\n")
    parts.append("| function | what to do |\n|---|---|\n")
    parts += sorted(f"| `{spelled(function)}` | {reason} |\n" for function, reason in REFUSED.items())
    return "".join(parts)


def _row(primitive: Primitive, families: set[str]) -> str:
    links = ", ".join(f"[{family}](../tests/ops/samples/{family}.py)" for family in sorted(families))
    rule = primitive.math.replace("|", "\\|")
    return f"| `{spelled(primitive.function)}` | {primitive.kind} | {rule} | {FORWARD[primitive.kind]} | {links} |\n"


if __name__ == "__main__":
    print(page(), end="")
