"""Claim: a step of Adam costs a few NumPy calls, however many parameters there are, and almost no memory beyond them.

    python -m benchmarks.optimizers

Adam, 40 x 25,000     40 tensors, 1,000,000 floats together
Adam, 4 x 1,250       4 tensors, 5,000 floats together
peak memory           what a step takes at its peak, as a share of the parameters' size

PyTorch's side is `torch.optim.Adam` as one gets it, without arguments.  The gradients of one
backward lie ready on both sides.
"""

from __future__ import annotations

import os
import tracemalloc
from collections.abc import Callable

os.environ.setdefault("OMP_NUM_THREADS", "2")

import numpy as np
import torch

import autograd_lite as ag
from autograd_lite import optim
from benchmarks.pairs import compare

Run = Callable[[], float]
# So small that what one of several thousand steps rounds otherwise is not seen.
LEARNING_RATE = 1e-6


def adam(count: int, size: int, steps: int) -> tuple[Run, Run]:
    """`steps` steps on `count` tensors of `size` floats; gives a number that tells whether both did the same."""
    rng = np.random.default_rng(0)
    values = [rng.normal(size=size).astype(np.float32) for _ in range(count)]
    gradients = [rng.normal(size=size).astype(np.float32) for _ in range(count)]
    mine = [ag.Tensor(v, requires_grad=True) for v in values]
    theirs = [torch.from_numpy(v.copy()).requires_grad_() for v in values]
    ours = optim.Adam(mine, lr=LEARNING_RATE)
    other = torch.optim.Adam(theirs, lr=LEARNING_RATE)
    for p, t, g in zip(mine, theirs, gradients, strict=True):
        (p * g).sum().backward()  # as in training: each framework puts the gradients where it wants them
        (t * torch.from_numpy(g)).sum().backward()  # type: ignore[no-untyped-call]

    def step_ours() -> float:
        for _ in range(steps):
            ours.step()
        return float(sum(np.abs(p.data).sum(dtype=np.float64) for p in mine[:4]))

    def step_theirs() -> float:
        for _ in range(steps):
            other.step()
        return float(sum(t.detach().double().abs().sum() for t in theirs[:4]))

    return step_ours, step_theirs


def peak_memory(count: int, size: int) -> float:
    """The most that a step takes beyond what it finds, as a share of the parameters' size."""
    params = [ag.Tensor(np.zeros(size, np.float32), requires_grad=True) for _ in range(count)]
    optimizer = optim.Adam(params)
    for p in params:
        p.sum().backward()
    for _ in range(2):
        optimizer.step()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        optimizer.step()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return (peak - before) / (4 * count * size)


def main() -> None:
    torch.set_num_threads(2)
    print(f"NumPy {np.__version__}, PyTorch {torch.__version__}, {torch.get_num_threads()} threads; per step")
    print(f"{'':<44} {'ours':>13} {'PyTorch':>13}")
    for count, size, steps in ((40, 25_000, 5), (4, 1_250, 200)):
        name = f"Adam, {count} x {size:,} floats"
        ours, theirs = adam(count, size, steps)
        for _ in range(3):
            mine, other = ours(), theirs()
            if not np.isclose(mine, other, rtol=1e-6):
                raise SystemExit(f"{name}: the two do different work, {mine} against {other}")
        print(compare(ours, theirs, per=steps).row(name))
    print(f"peak memory of a step, 40 x 25,000 floats: {peak_memory(40, 25_000):.2%} of the parameters' size")


if __name__ == "__main__":
    main()
