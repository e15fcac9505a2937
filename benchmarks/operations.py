"""Aim: an operation on Tensors takes at most 1.15 times as long as the NumPy call it wraps, on 100,000 elements.

    python -m benchmarks.operations              # all of them, a few minutes
    python -m benchmarks.operations sum sort     # those whose names begin with one of the words

Each line is one call, on ndarrays and on Tensors that require a gradient, so that it is recorded; the two run in turn.
A call of ours has a cost of its own that does not depend on the size: it is what the same call takes longer than
NumPy's on arrays of a few elements, and stands in a column of its own.  The ratio is that of all the time; the last
column is that of the work, without the cost of a call.  Views have no work, so that only the cost is shown.

One thread runs, and only its own time counts, not that of others on the machine.  Memory is kept from one call to the
next by malloc, where it can be told to (glibc): the kernel's time for fresh pages is the same for both, and drowns
the rest.
"""

from __future__ import annotations

import ctypes
import os
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

import autograd_lite as ag
from autograd_lite.primitive import Traced, registry
from benchmarks.operation_calls import Case, cases
from benchmarks.pairs import Comparison, compare

MARK = 1.15
PAIRS = 15
BATCH = 5e-4
"""Seconds that a measurement takes at least."""


class Line(NamedTuple):
    """What was measured of a call: large and small arrays."""

    case: Case
    dtype: str
    large: Comparison
    small: Comparison

    @property
    def cost(self) -> float:
        """Of the call itself, in seconds."""
        return self.small.ours - self.small.theirs

    @property
    def work(self) -> float:
        """The ratio without that."""
        return self.large.ratio - self.cost / self.large.theirs

    def __str__(self) -> str:
        large = self.large
        return (
            f"{self.case.name:<26} {self.dtype:<8} {large.ours * 1e6:11.1f} {large.theirs * 1e6:11.1f}"
            f"  {large.ratio:6.2f}  [{large.low:.2f}, {large.high:.2f}]  {self.cost * 1e6:8.1f}  {self.work:6.2f}"
        )


def measured(case: Case, dtype: Any, *, small: bool) -> Comparison:
    """One call beside the other, each as often as a measurement needs."""
    arrays = case.arrays(dtype, small=small)
    tensors = [ag.asarray(x, copy=False).requires_grad_() for x in arrays]  # of the same memory, with the same caches
    started = time.perf_counter()
    case.call(*arrays)
    once = time.perf_counter() - started
    times = max(1, min(200, round(BATCH / once)))

    def repeated(arguments: list[Any]) -> Callable[[], None]:
        def run() -> None:
            for _ in range(times):
                case.call(*arguments)

        return run

    pairs = PAIRS if once < 0.01 else 5
    return compare(repeated(tensors), repeated(arrays), pairs=pairs, per=times, clock=time.thread_time)


def line_of(case: Case, dtype: str) -> Line:
    """A call measured; one above the mark three times, of which the one in the middle stands."""
    lines: list[Line] = []
    while not lines or (len(lines) < 3 and max(line.work for line in lines) > MARK):
        lines.append(Line(case, dtype, measured(case, dtype, small=False), measured(case, dtype, small=True)))
    return sorted(lines, key=lambda line: line.work)[len(lines) // 2]


def recorded(case: Case) -> set[str]:
    """Names of the operations that a call records."""
    answer = case.call(*(ag.Tensor(x, requires_grad=True) for x in case.arrays(np.float64, small=True)))
    answers = answer if isinstance(answer, (list, tuple)) else [answer]
    waiting = [found._node for found in answers if isinstance(found, Traced)]
    names = set()
    while waiting:
        node = waiting.pop()
        if node is not None and node.primitive is not None:
            names.add(node.name)
            waiting.extend(node.parents)
    return names


def keep_memory() -> None:
    """Tell malloc to give no memory back, as far as it listens."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return
    for parameter in (-1, -3):  # M_TRIM_THRESHOLD, M_MMAP_THRESHOLD
        mallopt(parameter, 1 << 30)


def main() -> None:
    keep_memory()
    words = tuple(sys.argv[1:])
    chosen = [case for case in cases() if case.name.startswith(words or "")]
    lines = [line_of(case, dtype) for case in chosen for dtype in ("float32", "float64")]
    work = sorted((line for line in lines if not line.case.view), key=lambda line: -line.large.ratio)
    print(f"{'':35} {'Tensors':>11} {'ndarrays':>11}  {'ratio':>6}  {'quartiles':<12}  {'a call':>8}  {'work':>6}")
    print(*work, sep="\n")
    print("\nviews, in microseconds")
    for line in sorted((line for line in lines if line.case.view), key=lambda line: -line.cost):
        mine, numpys = line.large.ours * 1e6, line.large.theirs * 1e6
        print(f"{line.case.name:<26} {line.dtype:<8} {mine:8.2f} {numpys:8.2f}  a call {mine - numpys:6.2f}")

    ratios = {
        "altogether": [(line.large.ratio, line.case.name) for line in work],
        "in work alone": [(line.work, line.case.name) for line in work],
    }
    for title, measured_ratios in ratios.items():
        above = sorted({name for ratio, name in measured_ratios if ratio > MARK})
        print(f"\nabove {MARK} {title}, {len(above)} of {len({line.case.name for line in work})}: {', '.join(above)}")
    if not words:
        seen = set().union(*map(recorded, chosen))
        missing = sorted({p.name for p in registry.values() if p.kind != "fused"} - seen)
        print(f"\nnot measured: {', '.join(missing)}")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main()
