"""A process for each framework, which stands still unless it is asked.

The threads of BLAS and OpenMP wait by spinning: frameworks that share a process, or run beside each other, take time
from one another.  Here one works while the others are stopped by a signal.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.peers.frameworks import load
from benchmarks.peers.problems import checked, fewer_images, problem
from benchmarks.peers.protocol import Lacking

THREADS = "2"


class Worker:
    """One framework at one workload."""

    def __init__(self, framework: str, workload: str) -> None:
        self.framework = framework
        self.process = subprocess.Popen(
            [sys.executable, "-m", __name__, framework, workload],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": THREADS, "OPENBLAS_NUM_THREADS": THREADS},
        )

    def ask(self, what: str) -> str:
        """A line of answer; raises Lacking where the framework has no such workload."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.send_signal(signal.SIGCONT)
        self.process.stdin.write(what + "\n")
        self.process.stdin.flush()
        kind, _, answer = self.process.stdout.readline().strip().partition(" ")
        self.process.send_signal(signal.SIGSTOP)
        if kind == "lacking":
            raise Lacking(answer)
        if kind != "ok":
            raise SystemExit(f"{self.framework}: its process has ended; what it said is above")
        return answer

    def numbers(self) -> list[Any]:
        """What must be the same in all frameworks: gradients or results, and last the loss after three updates."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "numbers.npz"
            self.ask(f"numbers {path}")
            with np.load(path) as arrays:
                return [arrays[name] for name in arrays.files]

    def seconds(self) -> float:
        """The time of a round."""
        return float(self.ask("round"))

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()


def main(framework: str, workload: str) -> None:
    """What the process does: answers lines."""
    try:
        module = load(framework)
        run = module.make(problem(workload))
    except Lacking as lacking:
        sys.stdin.readline()
        print("lacking", lacking, flush=True)
        return
    steps, done = problem(workload).steps, 0
    for line in sys.stdin:
        what, _, argument = line.strip().partition(" ")
        if what == "numbers":
            given = checked(workload)
            few = fewer_images(given) if workload in ("cnn", "cnn_bn") else given
            arrays = module.make(few).arrays()
            if given.optimizer is not None:
                anew = module.make(given)
                arrays.append([np.asarray(anew.step(i)) for i in range(4)][-1])
            np.savez(argument, *arrays)
            print("ok", flush=True)
        else:
            start = time.perf_counter()
            for i in range(done, done + steps):
                run.step(i)
            print("ok", time.perf_counter() - start, flush=True)
            done += steps


if __name__ == "__main__":
    main(*sys.argv[1:])
