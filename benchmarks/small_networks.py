"""Claim: on small things, where overhead decides, we are several times as fast as PyTorch eager.

    python -m benchmarks.small_networks

scalar chain    1,000 recorded operations on one number, forward and backward
digits step     a training step of the 64-64-10 MLP, batch 32, cross-entropy, Adam, float32
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "2")

import numpy as np
import torch

import autograd_lite as ag
from autograd_lite import nn, optim
from benchmarks.pairs import compare

Run = Callable[[], float]
OPERATIONS, STEPS = 1000, 200
# So small that no unit dies: the moments of a dead unit shrink to subnormal numbers, which slow both sides down.
LEARNING_RATE = 1e-6


def scalar_chain() -> tuple[Run, Run]:
    """y <- y * a, y <- y + b, over and over; gives dy/dx."""
    x, t = ag.Tensor(0.5, requires_grad=True), torch.tensor(0.5, requires_grad=True)

    def ours() -> float:
        x.grad = None
        y = x
        for _ in range(OPERATIONS // 2):
            y = y * 1.001
            y = y + 0.001
        y.backward()
        gradient: Any = x.grad
        return float(gradient)

    def theirs() -> float:
        t.grad = None
        y = t
        for _ in range(OPERATIONS // 2):
            y = y * 1.001
            y = y + 0.001
        y.backward()  # type: ignore[no-untyped-call]
        gradient: Any = t.grad
        return float(gradient)

    return ours, theirs


def digits_step() -> tuple[Run, Run]:
    """STEPS training steps, on random labels so that there is always something to learn; gives the last loss."""
    model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    twin = torch.nn.Sequential(torch.nn.Linear(64, 64), torch.nn.ReLU(), torch.nn.Linear(64, 10))
    model.load_state_dict(twin.state_dict())
    adam, other = (
        optim.Adam(model.parameters(), lr=LEARNING_RATE),
        torch.optim.Adam(twin.parameters(), lr=LEARNING_RATE),
    )
    loss_of, other_loss_of = nn.CrossEntropyLoss(), torch.nn.CrossEntropyLoss()
    rng = np.random.default_rng(0)
    batches = [(rng.random((32, 64)).astype(np.float32), rng.integers(0, 10, 32)) for _ in range(400)]
    coming = itertools.cycle([(ag.Tensor(x), ag.Tensor(y)) for x, y in batches])
    other_coming = itertools.cycle([(torch.from_numpy(x), torch.from_numpy(y)) for x, y in batches])

    def ours() -> float:
        for x, y in itertools.islice(coming, STEPS):
            adam.zero_grad()
            loss = loss_of(model(x), y)
            loss.backward()
            adam.step()
        return float(loss.item())

    def theirs() -> float:
        for x, y in itertools.islice(other_coming, STEPS):
            other.zero_grad()
            loss = other_loss_of(twin(x), y)
            loss.backward()
            other.step()
        return float(loss.item())

    return ours, theirs


def check_same_work(name: str, ours: Run, theirs: Run) -> None:
    """Three rounds of each must give the same numbers."""
    for _ in range(3):
        mine, other = ours(), theirs()
        if not np.isclose(mine, other, rtol=1e-4):
            raise SystemExit(f"{name}: the two do different work, {mine} against {other}")


def main() -> None:
    torch.set_num_threads(2)
    print(
        f"NumPy {np.__version__}, PyTorch {torch.__version__}, {torch.get_num_threads()} threads; per operation or step"
    )
    print(f"{'':<44} {'ours':>13} {'PyTorch':>13}")
    for name, make, per in (
        ("scalar operation, forward and backward", scalar_chain, OPERATIONS),
        ("digits training step (64-64-10, Adam)", digits_step, STEPS),
    ):
        ours, theirs = make()
        check_same_work(name, ours, theirs)
        print(compare(ours, theirs, per=per).row(name))


if __name__ == "__main__":
    main()
