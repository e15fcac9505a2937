"""The floors of the house: who may import whom, read from the imports themselves."""

import ast
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = {
    "autograd_lite": ROOT / "autograd_lite",
    "autograd_lite.nn": ROOT / "nn",
    "autograd_lite.optim": ROOT / "optim",
    "pytest_autograd_lite": ROOT / "pytest_autograd_lite",
}

# Each floor stands on those before it, and imports only from them and from its own floor.
FLOORS = [
    {
        "autograd_lite.allocator",
        "autograd_lite.ownership",
        "autograd_lite.files",
        "autograd_lite.mode",
        "autograd_lite.primitive",
        "autograd_lite.errors",
        "autograd_lite.changes",
        "autograd_lite.handles",
        "autograd_lite.torch_names",
        "autograd_lite.trees",
        "autograd_lite.random",
    },
    {"autograd_lite.data"},
    {"autograd_lite.ops"},
    {"autograd_lite.kernels"},
    {"autograd_lite.tape"},
    {
        "autograd_lite.several",
        "autograd_lite.source_lines",
        "autograd_lite.spans",
        "autograd_lite.hooks",
        "autograd_lite.packing",
    },
    {"autograd_lite.calls"},
    {"autograd_lite.sweeps", "autograd_lite.onlooking"},
    {
        "autograd_lite.operators",
        "autograd_lite.methods",
        "autograd_lite.numpy_protocol",
        "autograd_lite.readings",
        "autograd_lite.anomaly",
        "autograd_lite.nonfinite",
        "autograd_lite.ufuncs",
        "autograd_lite.without_derivative",
        "autograd_lite.interchange",
    },
    {"autograd_lite.batching", "autograd_lite.gradients"},
    {"autograd_lite.tensor"},
    {
        "autograd_lite.array_api",
        "autograd_lite.fft",
        "autograd_lite.linalg",
        "autograd_lite.special",
        "autograd_lite.func",
        "autograd_lite.checkpointing",
        "autograd_lite.utils",
    },
    {"autograd_lite.custom"},
    {"autograd_lite.implicit"},
    {"autograd_lite.graph", "autograd_lite.testing"},
    {"autograd_lite.nn", "autograd_lite.optim"},
    {"pytest_autograd_lite"},
]
LAZY = {
    "graphviz", "hypothesis", "jax", "matplotlib", "pygraphviz", "pytest", "safetensors", "scipy", "sklearn", "torch",
}  # fmt: skip


def modules():
    for package, folder in PACKAGES.items():
        for path in sorted(folder.rglob("*.py")):
            parts = path.relative_to(folder).with_suffix("").parts
            yield ".".join([package, *(part for part in parts if part != "__init__")]), path


def floor_of(module):
    for number, floor in enumerate(FLOORS):
        if any(module == name or module.startswith(name + ".") for name in floor):
            return number
    return None


@cache
def imports(module, path, *, anywhere):
    """The modules that a file imports: anywhere in it, or only where importing the file runs it."""
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]

    def visit(node):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)) and not anywhere:
                continue
            if isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
                continue
            if isinstance(child, ast.Import):
                yield from (alias.name for alias in child.names)
            elif isinstance(child, ast.ImportFrom):
                base = child.module or ""
                if child.level:
                    up = package.split(".")[: len(package.split(".")) - child.level + 1]
                    base = ".".join([*up, *([child.module] if child.module else [])])
                names = [f"{base}.{alias.name}" for alias in child.names]
                yield from (name if name in MODULES else base for name in names)
            yield from visit(child)

    return set(visit(ast.parse(path.read_text())))


MODULES = dict(modules())


@pytest.mark.smoke
def test_every_module_has_a_floor():
    tops = {"autograd_lite"}
    assert [name for name in MODULES if floor_of(name) is None and name not in tops] == []


def test_imports_go_down():
    wrong = []
    for module in MODULES:
        here = floor_of(module)
        for imported in imports(module, MODULES[module], anywhere=True) if module != "autograd_lite" else ():
            if not imported.startswith(("autograd_lite", "pytest_autograd_lite")):
                continue
            there = 0 if imported == "autograd_lite" and here >= floor_of("autograd_lite.nn") else floor_of(imported)
            if there is None or there > here:
                wrong.append(f"{module} imports {imported}")
    assert wrong == []


def test_nn_and_optim_know_nothing_of_each_other():
    for module, path in MODULES.items():
        other = {"autograd_lite.nn": "autograd_lite.optim", "autograd_lite.optim": "autograd_lite.nn"}
        for own, foreign in other.items():
            if module.startswith(own):
                assert not any(name.startswith(foreign) for name in imports(module, path, anywhere=True))


def test_what_is_heavy_is_imported_where_it_is_used():
    wrong = []
    for module, path in MODULES.items():
        if module == "autograd_lite.graph.picture":  # itself imported only by what draws
            continue
        at_top = {name.partition(".")[0] for name in imports(module, path, anywhere=False)}
        allowed = {"pytest"} if module.startswith("pytest_autograd_lite") else set()
        wrong += [f"{module} imports {name}" for name in at_top & LAZY - allowed]
    assert wrong == []


@pytest.mark.parametrize("module", [name for name in MODULES if name.startswith("pytest_autograd_lite")])
def test_the_plugin_imports_nothing_of_size_at_pytests_start(module):
    at_top = {name.partition(".")[0] for name in imports(module, MODULES[module], anywhere=False)}
    assert at_top <= {*sys.stdlib_module_names, "pytest", "_pytest", "pytest_autograd_lite"}


def test_torch_is_never_imported():
    for module, path in MODULES.items():
        assert not any(name.partition(".")[0] == "torch" for name in imports(module, path, anywhere=True)), module
