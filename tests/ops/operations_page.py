"""All operations as the page docs/operations.md; write it anew with

python -m tests.ops.operations_page > docs/operations.md
"""

from __future__ import annotations

import pkgutil
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

import autograd_lite as ag
from autograd_lite.ops.implementing import implementations
from autograd_lite.primitive import Primitive, registry
from autograd_lite.without_derivative import REFUSED, WITHOUT_DERIVATIVE

from .made_of import parts_of_implementations, parts_of_samples
from .samples import NOT_SAMPLED, SAMPLES

HEAD = """\
# All operations

Written by the tests out of the declarations themselves: every NumPy function that carries gradients, by family.
`np.f(t)` and `ag.f(t)` are the same operation. What happens at kinks and ties has [a page of its own](kinks.md).

**Declared** operations have a *kind* ([architecture](architecture.md)) and a *rule*, the derivative as mathematics: dx
is a small change of x, and x̄ the gradient by x, where it is not obvious from dx. *Forward mode* is derived from the
same declaration, or written beside it. A name in italics is a step of other functions, which nobody calls by itself.

Functions **made of** others have their derivatives, in both modes, from these; the list is what their samples recorded.

The last column leads to the samples by which a function is compared with NumPy, with finite differences and, where it
has the function, with PyTorch: in both modes, to second order, in float64, float32, float16 (but for LAPACK and Fourier
transforms) and, where NumPy takes them, complex numbers; or to the tests that it has instead.
"""

FORWARD = {"elementwise": "derived", "linear": "derived", "bilinear": "derived", "general": "written"}

INTERNAL = set(NOT_SAMPLED)
"""Nodes that the tape, vmap, modules and the like make for themselves."""

AS_WRITTEN = {"getitem": "t[index]", "setitem": "t[index] = v"}

MADE_HERE = {"autograd_lite.linalg.exponential": ["expm"]}
"""By module: functions made of others that NumPy has not."""

Function = Callable[..., Any]


def modules() -> Iterator[ModuleType]:
    """The modules that declare operations."""
    for package in ("ops", "linalg", "fft", "special"):
        folder = import_module(f"autograd_lite.{package}")
        for info in sorted(pkgutil.iter_modules(folder.__path__), key=lambda info: info.name):
            yield import_module(f"{folder.__name__}.{info.name}")


def home_of(primitive: Primitive) -> str:
    """The module that declares a primitive: that of its rules, or one that has it."""
    rules = {getattr(rule, "__module__", None) for rule in (*primitive.vjps, primitive.joint, primitive.function)}
    holding = [module.__name__ for module in modules() if any(value is primitive for value in vars(module).values())]
    return next((name for name in holding if name in rules), holding[0])


def spelled(function: Function) -> str:
    """A function as users write it; a name without a dot is none of theirs."""
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
    return function.__name__


def page() -> str:
    """The text of the page."""
    families = list(modules())
    tables = _tables()
    parts = [HEAD]
    for module in families:
        name = module.__name__
        declared, made = tables[name]
        if declared or made:
            path = name.replace(".", "/") + ".py"
            title = (module.__doc__ or "").strip().splitlines()[0].rstrip(".:;")
            parts.append(f"\n## {title}\n\n[`{path}`](../{path})\n")
        if declared:
            parts += ["\n| declared | kind | rule | forward mode | tests |\n|---|---|---|---|---|\n", *declared]
        if made:
            parts += ["\n| made of others | of | tests |\n|---|---|---|\n", *sorted(made)]
    parts.append("\n## Without derivative\n\nThese run on the values, and what they give carries no gradient:\n")
    parts.append(", ".join(f"`{name}`" for name in sorted(map(spelled, WITHOUT_DERIVATIVE))) + ".\n")
    parts.append("\n## Refused\n\nOn a Tensor that requires a gradient these would lose it, and raise:\n\n")
    parts.append("| function | what to do |\n|---|---|\n")
    parts += sorted(f"| `{spelled(function)}` | {reason} |\n" for function, reason in REFUSED.items())
    return "".join(parts)


def _tables() -> dict[str, tuple[list[str], list[str]]]:
    """By module: the rows of what is declared, and of what is made of others."""
    tables: dict[str, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    shown = [
        primitive for primitive in registry.values() if primitive.kind != "fused" and primitive.name not in INTERNAL
    ]
    by_place = {(home_of(primitive), primitive.name): primitive for primitive in shown}

    names: dict[Primitive, list[str]] = defaultdict(list)  # NumPy functions that only take more arguments than these
    made: dict[Function, list[Function]] = defaultdict(list)
    for function, ours in implementations.items():
        home = home_of(ours) if isinstance(ours, Primitive) else ours.__module__
        called = ours.name if isinstance(ours, Primitive) else ours.__name__
        same = by_place.get((home, called)) or by_place.get((home, function.__name__))
        if same is None:
            made[ours].append(function)
        else:
            names[same].append(spelled(function))

    families: dict[str, set[str]] = defaultdict(set)
    for sample in SAMPLES:
        families[sample.primitive].add(sample.family)
    for (home, _), primitive in by_place.items():
        tables[home][0].append(_declared(primitive, names[primitive], families[primitive.name]))

    parts = parts_of_implementations()
    for ours, functions in made.items():
        if not any(function in parts for function in functions) and WITHOUT_DERIVATIVE.issuperset(functions):
            continue  # it is spelled here for another reason
        called = [parts[function] for function in functions if function in parts] or [parts_of_samples(ours.__name__)]
        operations = set().union(*(part.operations for part in called))
        found = set().union(*(part.families for part in called))
        tables[ours.__module__][1].append(_made(list(map(spelled, functions)), operations, found))
    for home, own in MADE_HERE.items():
        tables[home][1].extend(_made([f"ag.linalg.{name}"], *parts_of_samples(name)) for name in own)
    return tables


def _declared(primitive: Primitive, names: list[str], families: set[str]) -> str:
    if not names or spelled(primitive.function).startswith("np."):
        names = [AS_WRITTEN.get(primitive.name, spelled(primitive.function)), *names]
    names = [f"`{name}`" if "." in name or "[" in name else f"*{name}*" for name in dict.fromkeys(names)]
    rule = primitive.math.replace("|", "\\|")
    links = _links(families, names)
    return f"| {', '.join(names)} | {primitive.kind} | {rule} | {FORWARD[primitive.kind]} | {links} |\n"


def _made(names: list[str], operations: set[str], families: set[str]) -> str:
    of = ", ".join(sorted(operations - INTERNAL)) or "—"
    return f"| {', '.join(f'`{name}`' for name in names)} | {of} | {_links(families, names)} |\n"


def _links(families: Iterable[str], names: list[str]) -> str:
    """To the samples; where there are none, to the tests in this folder that name the function."""
    files = {family: f"samples/{family}.py" for family in sorted(families)}
    if not files:
        spellings = "|".join(re.escape(spelling) for name in names for spelling in (name, name.replace("np.", "ag.")))
        here = Path(__file__).parent
        for path in sorted([*here.glob("samples/*.py"), *here.glob("test_*.py")]):
            if re.search(rf"(?<!\w)({spellings})\b", path.read_text()):
                files[path.stem] = str(path.relative_to(here))
    return ", ".join(f"[{name}](../tests/ops/{file})" for name, file in files.items())


if __name__ == "__main__":
    print(page(), end="")
