"""Timing two pieces of code against each other: A B A B ..., and the ratio pair by pair."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from typing import NamedTuple


class Comparison(NamedTuple):
    """Medians in seconds, and the paired ratio with its quartiles."""

    ours: float
    theirs: float
    ratio: float
    low: float
    high: float

    def row(self, name: str, unit: float = 1e-6, symbol: str = "us") -> str:
        return (
            f"{name:<44} {self.ours / unit:10.2f} {symbol} {self.theirs / unit:10.2f} {symbol}"
            f"   ratio {self.ratio:.3f}  [{self.low:.3f}, {self.high:.3f}]"
        )


def compare(
    ours: Callable[[], object],
    theirs: Callable[[], object],
    *,
    pairs: int = 41,
    per: int = 1,
    clock: Callable[[], float] = time.perf_counter,
) -> Comparison:
    """Run the two in turn `pairs` times, after a warm-up; `per` is how many units of work a call does.

    What runs in one thread is measured best by the `clock` time.thread_time, which stands still while others run.
    """
    for run in (ours, theirs) * 3:
        run()
    times: list[tuple[float, float]] = []
    gc.collect()
    for i in range(pairs):
        a, b = (ours, theirs) if i % 2 == 0 else (theirs, ours)  # neither is always the first
        first, second = _timed(a, clock), _timed(b, clock)
        times.append((first, second) if i % 2 == 0 else (second, first))
    ratios = [mine / other for mine, other in times]
    quartiles = statistics.quantiles(ratios, n=4)
    return Comparison(
        statistics.median(mine for mine, _ in times) / per,
        statistics.median(other for _, other in times) / per,
        statistics.median(ratios),
        quartiles[0],
        quartiles[2],
    )


def _timed(run: Callable[[], object], clock: Callable[[], float]) -> float:
    start = clock()
    run()
    return clock() - start
