"""First that all frameworks do the same work, then how long each takes, in turn.

compare("mlp_digits", ["ours", "pytorch"])
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from benchmarks.peers.problems import problem
from benchmarks.peers.protocol import Lacking
from benchmarks.peers.worker import Worker

TOLERANCE = 1e-4
LEAST = 5  # rounds of each framework, however slow


class Ratio(NamedTuple):
    """Median and quartiles of the ratios of times in the same round."""

    median: float
    low: float
    high: float


class Timing(NamedTuple):
    """A framework at a workload: seconds per step, median and quartiles, and the paired ratio to other frameworks."""

    median: float
    low: float
    high: float
    rounds: int
    to: dict[str, Ratio]


class Result(NamedTuple):
    """A workload: what each framework took, or why it took no part."""

    workload: str
    says: str
    mark: float
    timings: dict[str, Timing]
    lacking: dict[str, str]


def compare(workload: str, frameworks: Sequence[str], rounds: int = 31, budget: float = 30.0) -> Result:
    """`rounds` rounds of each in turn; one that has worked for `budget` seconds rests, after five at least."""
    given = problem(workload)
    workers: dict[str, Worker] = {}
    lacking: dict[str, str] = {}
    try:
        numbers: dict[str, list[Any]] = {}
        for name in frameworks:
            workers[name] = Worker(name, workload)
            try:
                numbers[name] = workers[name].numbers()
            except Lacking as reason:
                lacking[name] = str(reason)
                workers.pop(name).close()
        _same_work(workload, numbers, given.optimizer is not None)
        for worker in workers.values():
            worker.seconds()  # warm caches, compiled code
        times = _rounds(workers, rounds, budget)
    finally:
        for worker in workers.values():
            worker.close()
    timings = {name: _timing(name, times, given.steps) for name in times}
    return Result(workload, given.says, given.mark, timings, lacking)


def _timing(name: str, times: dict[str, dict[int, float]], steps: int) -> Timing:
    mine = times[name]
    median, low, high = (each / steps for each in _quartiles(list(mine.values())))
    to = {
        other: Ratio(*_quartiles([mine[i] / theirs[i] for i in mine.keys() & theirs.keys()]))
        for other, theirs in times.items()
        if other != name
    }
    return Timing(median, low, high, len(mine), to)


def _rounds(workers: dict[str, Worker], rounds: int, budget: float) -> dict[str, dict[int, float]]:
    """Seconds by framework and round."""
    times: dict[str, dict[int, float]] = {name: {} for name in workers}
    for i in range(rounds):
        names = list(workers) if i % 2 else list(workers)[::-1]  # none is always the first
        for name in names:
            if i < LEAST or sum(times[name].values()) < budget:
                times[name][i] = workers[name].seconds()
    return times


def _quartiles(values: list[float]) -> tuple[float, float, float]:
    low, median, high = statistics.quantiles(values, n=4)
    return median, low, high


def _same_work(workload: str, numbers: dict[str, list[Any]], updates: bool) -> None:
    """Every array within 1e-4 of its largest element, or of a hundredth of the largest of all: some are zero but for
    rounding, as that of a bias before batch normalization.  After `updates`, the last is a loss, and stands alone."""
    reference = "pytorch" if "pytorch" in numbers else next(iter(numbers))
    expected = numbers[reference]
    losses = len(expected) - 1 if updates else None
    largest = max(np.abs(array).max() for i, array in enumerate(expected) if i != losses)
    for name, arrays in numbers.items():
        if [a.shape for a in arrays] != [e.shape for e in expected]:
            sys.exit(f"{workload}: {name} gives arrays of other shapes than {reference}")
        for i, (mine, theirs) in enumerate(zip(arrays, expected, strict=True)):
            scale = max(np.abs(theirs).max(), 0.0 if i == losses else 1e-2 * largest)
            off = np.abs(mine - theirs).max() / scale
            if not off <= TOLERANCE:
                what = "the loss after three updates" if i == losses else f"array {i}"
                sys.exit(f"{workload}: {name} and {reference} do different work: {what} is off by {off:.2g}")
