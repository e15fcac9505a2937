"""What a framework takes before it has computed anything, and at its most: import time, size, memory, long chains.

    python -m benchmarks.footprint                  all frameworks that are installed
    python -m benchmarks.footprint ours pytorch     some

import      everything a training script needs, as a multiple of `import numpy` (both without the interpreter's start)
size        of the package and all that it requires, installed
memory      the most that a process held: after the import, and in 100 steps of mlp_mnist (784-256-10, batch 64)
chains      100,000 and 1,000,000 operations on one number, forward and backward: seconds, and the process's memory

Every figure comes from a process of its own; times are medians of several.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
from importlib import import_module, metadata
from pathlib import Path

from benchmarks.environment import environment
from benchmarks.peers.frameworks import FRAMEWORKS, installed

IMPORTS = {
    "ours": "import autograd_lite, autograd_lite.nn, autograd_lite.optim",
    "limit": "import numpy",
    "pytorch": "import torch",
    "jax": "import jax, jax.numpy",
    "autograd": "import autograd, autograd.numpy",
    "mygrad": "import mygrad",
}
CHAINS = {
    "ours": ("import autograd_lite as ag", "x = ag.Tensor(0.5, requires_grad=True)"),
    "pytorch": ("import torch", "x = torch.tensor(0.5, requires_grad=True)"),
    "mygrad": ("import mygrad", "x = mygrad.tensor(0.5)"),
}
CHAIN = """
import resource, sys, time
{imports}
start = time.perf_counter()
{leaf}
y = x
for _ in range(int(sys.argv[1]) // 2):
    y = y * 1.000001
    y = y + 1e-7
y.backward()
assert x.grad is not None
del y
print(time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""
IMPORT = """
import time
start = time.perf_counter()
{imports}
print(time.perf_counter() - start)
import resource
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""
STEPS = """
import resource, sys
from benchmarks.environment import environment
from benchmarks.peers.frameworks import load
from benchmarks.peers.problems import problem
run = load(sys.argv[1]).make(problem("mlp_mnist"))
for i in range(100):
    run.step(i)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""
RUNS = 15


def figures(code: str, *arguments: str) -> list[float]:
    """The numbers that a process prints."""
    setting = environment(OMP_NUM_THREADS="2")
    command = [sys.executable, "-c", code, *arguments]
    out = subprocess.run(command, check=True, capture_output=True, text=True, env=setting).stdout
    return [float(each) for each in out.split()]


def import_times(frameworks: list[str]) -> dict[str, tuple[float, float, float]]:
    """Seconds, their paired ratio to NumPy's, and megabytes, of each."""
    codes = {name: IMPORT.format(imports=IMPORTS[name]) for name in frameworks}
    numpy = IMPORT.format(imports=IMPORTS["limit"])
    found: dict[str, tuple[float, float, float]] = {}
    for name, code in codes.items():
        for each in (code, numpy):
            figures(each)  # once, for the files to be in memory
        pairs = [(figures(code), figures(numpy)[0]) for _ in range(RUNS)]
        seconds = statistics.median(mine[0] for mine, _ in pairs)
        found[name] = seconds, statistics.median(mine[0] / theirs for mine, theirs in pairs), pairs[0][0][1]
    return found


def size(framework: str) -> float:
    """Megabytes of the installed files of the package and of what it requires."""
    if framework == "ours":
        own = {
            Path(import_module(name).__file__ or "").parent
            for name in ("autograd_lite", "autograd_lite.nn", "autograd_lite.optim")
        }
        files = {file for folder in own for file in folder.rglob("*") if file.suffix != ".pyc" and file.is_file()}
        names = _required("autograd_lite") - {"autograd_lite"}
    else:
        files, names = set(), _required(FRAMEWORKS[framework].package)
    for name in names:
        files |= {Path(str(file.locate())) for file in metadata.files(name) or () if file.suffix != ".pyc"}
    return sum(file.stat().st_size for file in files if file.exists()) / 2**20


def _required(package: str) -> set[str]:
    """A distribution and all that it requires, without extras, as far as it is installed."""
    from packaging.requirements import Requirement

    found: set[str] = set()
    waiting = [package]
    while waiting:
        name = waiting.pop().lower().replace("_", "-")
        try:
            required = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            continue
        if name not in found:
            found.add(name)
            for line in required:
                requirement = Requirement(line)
                if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                    waiting.append(requirement.name)
    return found


def main() -> None:
    names = [name for name in sys.argv[1:] or installed() if name in IMPORTS]
    if unknown := set(sys.argv[1:]) - IMPORTS.keys():
        sys.exit(f"no such framework: {', '.join(sorted(unknown))}; there are {', '.join(IMPORTS)}")
    print(f"{'':<16}{'import':>10}{'/ numpy':>9}{'size':>10}{'imported':>10}{'100 steps':>11}")
    for name, (seconds, ratio, memory) in import_times(names).items():
        print(
            f"{FRAMEWORKS[name].title:<16}{seconds * 1e3:>7.0f} ms{ratio:>9.2f}{size(name):>7.1f} MB{memory:>7.0f} MB"
            f"{figures(STEPS, name)[0]:>8.0f} MB",
            flush=True,
        )
    print(f"\n{'a chain of':<16}{'100,000':>22}{'1,000,000 operations':>24}")
    for name in [name for name in names if name in CHAINS]:
        imports, leaf = CHAINS[name]
        code = CHAIN.format(imports=imports, leaf=leaf)
        cells = []
        for operations in ("100000", "1000000"):
            try:
                seconds, memory = figures(code, operations)
                cells.append(f"{seconds:.2f} s {memory:6.0f} MB")
            except subprocess.CalledProcessError as error:
                cells.append((error.stderr.strip().splitlines() or [f"ended by signal {-error.returncode}"])[-1][:40])
        print(f"{FRAMEWORKS[name].title:<16}{cells[0]:>22}{cells[1]:>24}", flush=True)


if __name__ == "__main__":
    main()
