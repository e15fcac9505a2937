"""Training steps beside PyTorch eager's, in turn, in one process.

    python -m benchmarks.one_process                 the networks of `python -m benchmarks`
    python -m benchmarks.one_process cnn gpt         some of them

Here both libraries have their two threads at once, which wait by spinning when the other one works: each takes time
from the other, and PyTorch, whose threads wait longer, loses more.  `python -m benchmarks` stops one while the other
works.  This is how a program fares that uses both; that is how each fares alone.
"""

from __future__ import annotations

import os
import sys

os.environ.setdefault("OMP_NUM_THREADS", "2")

from collections.abc import Callable

from benchmarks.pairs import compare
from benchmarks.peers.frameworks import ours, pytorch
from benchmarks.peers.problems import DECLARED, Problem, checked, problem
from benchmarks.peers.protocol import Run


def losses(make: Callable[[Problem], Run], given: Problem) -> list[float]:
    """Of the first four steps, which tell whether two do the same."""
    run = make(given)
    return [run.step(i) for i in range(4)]


def main() -> None:
    for name in sys.argv[1:] or [name for name, each in DECLARED.items() if each.batches > 1 and each.optimizer]:
        mine, theirs = (losses(library.make, checked(name)) for library in (ours, pytorch))
        if any(abs(a - b) > 1e-4 * abs(b) for a, b in zip(mine, theirs, strict=True)):
            sys.exit(f"{name}: the two do different work, {mine} against {theirs}")
        given = problem(name)
        a, b = ours.make(given), pytorch.make(given)

        def rounds(run: Run, steps: int = given.steps) -> Callable[[], None]:
            def steps_of_it() -> None:
                for i in range(steps):
                    run.step(i)

            return steps_of_it

        print(compare(rounds(a), rounds(b), per=given.steps).row(name), flush=True)


if __name__ == "__main__":
    main()
