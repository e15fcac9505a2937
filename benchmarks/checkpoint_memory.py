"""Claim: a chain of n steps in sqrt(n) checkpoints keeps O(sqrt n) arrays instead of n.

    python -m benchmarks.checkpoint_memory

The peak of forward and backward together, as `tracemalloc` sees it, in arrays of the chain.
"""

from __future__ import annotations

import math
import tracemalloc

import numpy as np

import autograd_lite as ag

NUMBERS = 10_000


def peak(steps: int, segments: int) -> float:
    """The most memory at a time, in arrays."""
    x = ag.Tensor(np.ones(NUMBERS), requires_grad=True)
    tracemalloc.start()
    ag.checkpoint_sequential([np.sin] * steps, segments, x).sum().backward()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most / (8 * NUMBERS)


def main() -> None:
    peak(4, 2)  # what is imported and made once is not counted
    print(f"{'n':>6} {'nothing':>10} {'sqrt(n) parts':>14}")
    for steps in (16, 64, 256, 1024):
        print(f"{steps:>6} {peak(steps, 1):>10.1f} {peak(steps, math.isqrt(steps)):>14.1f}")


if __name__ == "__main__":
    main()
