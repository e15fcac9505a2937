"""Claim: whole training steps of small networks take about as long as PyTorch's eager ones, or less.

    python -m benchmarks.nn_training             all networks
    python -m benchmarks.nn_training cnn gpt     some of them

mlp       784-256-10, batch 64
cnn       convolutions 1-8-16, batch 32, 28 x 28
cnn_bn    convolutions 1-16-32 with batch normalization, batch 64
lstm      a character model: 32 steps, batch 16, 64 hidden units
gpt       a character model: 2 layers, 4 heads, 64 wide, 64 steps, batch 8

all with cross-entropy and Adam, float32.
"""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Callable

os.environ.setdefault("OMP_NUM_THREADS", "2")

import numpy as np
import torch

import autograd_lite as ag
from autograd_lite import nn, optim
from benchmarks.networks import NETWORKS
from benchmarks.pairs import compare

Run = Callable[[], float]
LEARNING_RATE = 1e-6  # so small that both sides go on to do the same work
STEPS = 8


def steps_of(name: str) -> tuple[Run, Run]:
    """STEPS training steps with ours and with PyTorch; each gives the last loss."""
    network = NETWORKS[name]
    twin = network.make(torch.nn)
    model = network.make(nn)
    model.load_state_dict(twin.state_dict())
    adam = optim.Adam(model.parameters(), lr=LEARNING_RATE)
    other = torch.optim.Adam(twin.parameters(), lr=LEARNING_RATE)
    loss_of, other_loss_of = nn.CrossEntropyLoss(), torch.nn.CrossEntropyLoss()
    rng = np.random.default_rng(0)
    batches = [network.batch(rng) for _ in range(32)]
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
    """Three rounds of each must give the same losses."""
    for _ in range(3):
        mine, other = ours(), theirs()
        if not np.isclose(mine, other, rtol=1e-4):
            raise SystemExit(f"{name}: the two do different work, {mine} against {other}")


def main() -> None:
    torch.set_num_threads(2)
    print(f"NumPy {np.__version__}, PyTorch {torch.__version__}, {torch.get_num_threads()} threads; per training step")
    print(f"{'':<44} {'ours':>13} {'PyTorch':>13}")
    for name in sys.argv[1:] or NETWORKS:
        ours, theirs = steps_of(name)
        check_same_work(name, ours, theirs)
        found = compare(ours, theirs, per=STEPS)
        print(found.row(f"{name} (mark {NETWORKS[name].mark})"))


if __name__ == "__main__":
    main()
