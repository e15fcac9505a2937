"""Where the time of one training step goes: each kernel forward and backward, the optimizer, and what is left.

    python -m benchmarks.step_profile gpt cnn_bn          some of the workloads of `python -m benchmarks`
    python -m benchmarks.step_profile --threads 1 gpt     without BLAS's threads, in the thread's own time

Medians of 40 steps.  "between" is what is in no kernel: recording and sweeping, operations that are one call of NumPy
(sums of residual branches, relu, indices), modules, hooks.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

STEPS, WARM = 40, 5


class Clock:
    """Seconds by name, in the step that is going on, and of all steps before it."""

    def __init__(self, read: Callable[[], float]) -> None:
        self.read = read
        self.now: dict[str, float] = defaultdict(float)
        self.steps: list[dict[str, float]] = []

    def timed(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The same function, whose time is added to that of the name."""

        def run(*args: Any, **kwargs: Any) -> Any:
            start = self.read()
            try:
                return function(*args, **kwargs)
            finally:
                self.now[name] += self.read() - start

        return run

    def end(self) -> None:
        self.steps.append(dict(self.now))
        self.now.clear()

    def median(self, name: str) -> float:
        return statistics.median(step.get(name, 0.0) for step in self.steps[WARM:])


def profile(workload: str, read: Callable[[], float]) -> None:
    """Print the table of one workload."""
    from autograd_lite.primitive import Fused, Kernel, registry
    from benchmarks.peers.frameworks import ours
    from benchmarks.peers.problems import problem

    run: Any = ours.make(problem(workload))
    if not hasattr(run, "model"):
        sys.exit(f"{workload} trains no network")
    clock = Clock(read)
    run.step(0)  # imports the kernels that it needs
    for fused in {id(each): each for each in registry.values() if isinstance(each, Fused)}.values():
        kernel = fused.kernel
        fused.kernel = Kernel(
            clock.timed(f"{fused.name}, forward", kernel.forward),
            clock.timed(f"{fused.name}, backward", kernel.backward),
        )
    run.optimizer.step = clock.timed("optimizer", run.optimizer.step)
    step = clock.timed("step", run.step)
    for i in range(WARM + STEPS):
        step(i)
        clock.end()
    names = {name for each in clock.steps for name in each} - {"step"}
    whole = clock.median("step")
    rows = sorted(((clock.median(name), name) for name in names), reverse=True)
    rows.append((whole - sum(seconds for seconds, _ in rows), "between"))
    print(f"{workload}: {whole * 1e3:.2f} ms")
    for seconds, name in rows:
        if seconds > 0.005 * whole:
            print(f"    {name:<32} {seconds * 1e3:8.3f} ms {seconds / whole:6.1%}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.step_profile", description="Where a step's time goes.")
    parser.add_argument("workloads", nargs="+")
    parser.add_argument("--threads", type=int, default=2, help="of BLAS (2)")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if not options.here:  # BLAS reads the number of threads when it is loaded
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": str(options.threads)}
        subprocess.run([sys.executable, "-m", __spec__.name, *sys.argv[1:], "--here"], check=True, env=environment)
        return
    for workload in options.workloads:
        profile(workload, time.thread_time if options.threads == 1 else time.perf_counter)


if __name__ == "__main__":
    main()
