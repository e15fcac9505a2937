"""A guard against getting slower: the instructions that a few small programs take, counted by callgrind.

    python -m benchmarks.instructions             compare with what is on record; exits with 1 where one takes more
    python -m benchmarks.instructions --record    put on record what they take now

Counts repeat to a fraction of a percent whatever else the machine does, which times do not.  They are given in units
of a loop of plain Python and NumPy that is counted in the same process, so that another build of either moves them
little; with another Python or NumPy than the record's (by minor version) they are shown and not judged.

One process runs everything under valgrind.  It calls `getpgrp` of the C library between the programs, which is where
callgrind writes down its counts and begins anew.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.environment import environment

RECORD = Path(__file__).with_name("instructions.json")
MARGIN = 0.03
ENVIRONMENT = {
    "PYTHONHASHSEED": "0",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_CORETYPE": "Haswell",  # the same kernels on every processor
}
Program = Callable[[], object]


def unit() -> Program:
    """What counts are measured in: calls of Python functions, dictionaries, and NumPy on small arrays."""
    a, b = np.ones((8, 8), np.float32), np.empty((8, 8), np.float32)

    def call(key: int, table: dict[int, int]) -> int:
        return table.get(key, 0) + key

    def run() -> None:
        for i in range(200):
            call(i, {i: i})
            np.multiply(a, a, out=b)
            np.add.reduce(b, axis=0)

    return run


def chain() -> Program:
    """200 recorded operations on a number, forward and backward."""
    import autograd_lite as ag

    x = ag.Tensor(0.5, requires_grad=True)

    def run() -> None:
        y = x
        for _ in range(100):
            y = y * 1.001 + 0.001
        y.backward()

    return run


def functions() -> Program:
    """NumPy's functions on Tensors: dispatch, broadcasting, reductions, indexing; forward and backward."""
    import autograd_lite as ag

    x = ag.Tensor(np.linspace(-1, 1, 12, dtype=np.float32).reshape(3, 4), requires_grad=True)
    b = ag.Tensor(np.ones(4, np.float32), requires_grad=True)

    def run() -> None:
        for _ in range(5):
            y = np.tanh(x + b) * np.exp(-x)
            z = np.concatenate([y[:, 1:], y[:1, :3]]).sum(axis=0)
            np.mean(z / np.sqrt(np.var(z) + 1.0)).backward()

    return run


def transforms() -> Program:
    """grad, jvp, and vmap of grad, of a small function."""
    from autograd_lite.func import grad, jvp, vmap

    x = np.linspace(-1, 1, 8, dtype=np.float32)
    rows = np.stack([x, x * 2])

    def f(x: Any) -> Any:
        return np.sum(np.sin(x) * x)

    def run() -> None:
        for _ in range(3):
            grad(f)(x)
            jvp(f, (x,), (x,))
            vmap(grad(f))(rows)

    return run


def training(workload: str, steps: int) -> Callable[[], Program]:
    """Training steps of one of the workloads."""

    def make() -> Program:
        from benchmarks.peers.frameworks import ours
        from benchmarks.peers.problems import problem

        run = ours.make(problem(workload))

        def steps_of_it() -> None:
            for i in range(steps):
                run.step(i)

        return steps_of_it

    return make


def without_recording() -> Program:
    """A network asked for its answer, with and without `no_grad`."""
    import autograd_lite as ag
    from autograd_lite import nn

    model = nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.LayerNorm(8), nn.Linear(8, 2), nn.Softmax(dim=-1))
    x = ag.Tensor(np.ones((4, 8), np.float32))

    def run() -> None:
        for _ in range(10):
            model(x)
            with ag.no_grad():
                model(x)

    return run


def imports() -> Program:
    """What `import autograd_lite, nn, optim` takes when NumPy is there.  Run once: it must be the first."""

    def run() -> None:
        import autograd_lite
        from autograd_lite import nn, optim

        assert autograd_lite
        assert nn
        assert optim

    return run


PROGRAMS: dict[str, Callable[[], Program]] = {
    "import": imports,
    "unit": unit,
    "chain": chain,
    "functions": functions,
    "transforms": transforms,
    "without_recording": without_recording,
    "mlp_tiny": training("mlp_tiny", 5),
    "mlp_digits": training("mlp_digits", 5),
    "lstm": training("lstm", 1),
    "optimizer_only": training("optimizer_only", 1),
}


def run_all() -> None:
    """What runs under callgrind."""
    import gc

    gc.disable()
    for name, make in PROGRAMS.items():
        program = make()
        if name != "import":
            for _ in range(3):  # lazy imports, caches, buffers
                program()
        os.getpgrp()
        program()
        os.getpgrp()


def count() -> dict[str, float]:
    """Instructions of each program, in units."""
    if not shutil.which("valgrind"):
        sys.exit("benchmarks.instructions needs valgrind: apt-get install valgrind")
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "counts"
        command = [
            "valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", "--dump-before=getpgrp", "-q",
            sys.executable, "-m", __spec__.name, "--run",
        ]  # fmt: skip
        setting = environment(**ENVIRONMENT)
        subprocess.run(command[-4:], check=True, env=setting)  # Python compiles the files that are new
        subprocess.run(command, check=True, env=setting)
        counts = [int(_found(r"^totals: (\d+)", out.with_name(f"counts.{i}"))) for i in range(1, 2 * len(PROGRAMS) + 1)]
    raw = dict(zip(PROGRAMS, counts[1::2], strict=True))  # every other one is what is between two programs
    return {name: instructions / raw["unit"] for name, instructions in raw.items()} | {"unit": float(raw["unit"])}


def _found(pattern: str, path: Path) -> str:
    match = re.search(pattern, path.read_text(), re.MULTILINE)
    assert match is not None
    return match[1]


def versions() -> dict[str, str]:
    """Of what the counts depend on beside our own code."""
    return {
        "python": f"{sys.version_info.major}.{sys.version_info.minor}",
        "numpy": ".".join(np.__version__.split(".")[:2]),
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.instructions", description="Counts instructions.")
    parser.add_argument("--record", action="store_true", help="put on record what the programs take now")
    parser.add_argument("--run", action="store_true", help="run the programs, and count nothing")
    options = parser.parse_args()
    if options.run:
        run_all()
        return
    counts = count()
    if options.record:
        record = {"versions": versions(), "counts": {name: round(value, 4) for name, value in counts.items()}}
        RECORD.write_text(json.dumps(record, indent=2) + "\n")
    record = json.loads(RECORD.read_text())
    judged = record["versions"] == versions()
    slower = []
    print(f"{'in units of ' + format(counts['unit'], ',.0f') + ' instructions':<32} {'on record':>12} {'now':>12}")
    for name, now in counts.items():
        if name == "unit":
            continue
        before = record["counts"].get(name)
        change = now / before - 1 if before else float("nan")
        print(f"{name:<32} {before if before else float('nan'):12.3f} {now:12.3f}   {change:+.2%}")
        if not change <= MARGIN:
            slower.append(name)
    if not judged:
        print(f"not judged: the record is of {record['versions']}, this is {versions()}")
    elif slower:
        sys.exit(f"more than {MARGIN:.0%} above the record, or not on it: {', '.join(slower)}")


if __name__ == "__main__":
    main()
