"""How long whole training steps of small networks take beside PyTorch's eager ones.

    python -m benchmarks.nn_training             all networks
    python -m benchmarks.nn_training cnn gpt     some of them

mlp       784-256-10, batch 64
cnn       convolutions 1-8-16, batch 32, 28 x 28
cnn_bn    convolutions 1-16-32 with batch normalization, batch 64
lstm      a character model: 32 steps, batch 16, 64 hidden units
gpt       a character model: 2 layers, 4 heads, 64 wide, 64 steps, batch 8

all with cross-entropy and Adam, float32, two threads.  Each library has a process of its own, which is stopped while
the other one works: the threads of both wait by spinning, and in one process each would take time from the other.
"""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.networks import NETWORKS
from benchmarks.pairs import Comparison

LEARNING_RATE = 1e-6  # so small that both sides go on to do the same work
STEPS, PAIRS = 8, 41
Step = Callable[[int], float]


def ours(name: str, weights: Path) -> Step:
    """A training step on one of STEPS batches; gives the loss."""
    import autograd_lite as ag
    from autograd_lite import nn, optim

    network = NETWORKS[name]
    model = network.make(nn)
    model.load_state_dict(nn.load(weights))
    optimizer = optim.Adam(model.parameters(), lr=LEARNING_RATE)
    loss_of = nn.CrossEntropyLoss()
    rng = np.random.default_rng(0)
    batches = [tuple(map(ag.Tensor, network.batch(rng))) for _ in range(STEPS)]

    def step(i: int) -> float:
        x, y = batches[i]
        optimizer.zero_grad()
        loss = loss_of(model(x), y)
        loss.backward()
        optimizer.step()
        return float(loss.item())

    return step


def theirs(name: str, weights: Path) -> Step:
    """The same with PyTorch, whose initial weights are those of both."""
    import torch

    torch.set_num_threads(2)
    network = NETWORKS[name]
    model = network.make(torch.nn)
    np.savez(weights, **{key: value.numpy() for key, value in model.state_dict().items()})
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE)
    loss_of = torch.nn.CrossEntropyLoss()
    rng = np.random.default_rng(0)
    batches: list[Any] = [tuple(map(torch.from_numpy, network.batch(rng))) for _ in range(STEPS)]

    def step(i: int) -> float:
        x, y = batches[i]
        optimizer.zero_grad()
        loss = loss_of(model(x), y)
        loss.backward()
        optimizer.step()
        return float(loss.item())

    return step


def work(side: str, name: str, weights: Path) -> None:
    """A process of one library: for each line that comes in all batches once, and out their time and the last loss."""
    step = (ours if side == "ours" else theirs)(name, weights)
    for _ in sys.stdin:
        start = time.perf_counter()
        for i in range(STEPS):
            loss = step(i)
        print(time.perf_counter() - start, loss, flush=True)


class Worker:
    """A process that stands still unless it is asked."""

    def __init__(self, side: str, name: str, weights: Path) -> None:
        command = [sys.executable, "-m", "benchmarks.nn_training", "--work", side, name, str(weights)]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": "2"},
        )

    def ask(self) -> tuple[float, float]:
        """Seconds for all batches once, and the last loss."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.send_signal(signal.SIGCONT)
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        seconds, loss = map(float, self.process.stdout.readline().split())
        self.process.send_signal(signal.SIGSTOP)
        return seconds, loss


def compare(name: str) -> Comparison:
    """Paired times per step, after three rounds in which both must come to the same losses."""
    with tempfile.TemporaryDirectory() as folder:
        weights = Path(folder) / "weights.npz"
        other = Worker("theirs", name, weights)  # the first: it writes the weights
        first = other.ask()
        mine = Worker("ours", name, weights)
        try:
            losses = [(mine.ask()[1], first[1] if i == 0 else other.ask()[1]) for i in range(3)]
            if not all(np.isclose(a, b, rtol=1e-4) for a, b in losses):
                raise SystemExit(f"{name}: the two do different work, {losses}")
            pairs = []
            for i in range(PAIRS):
                if i % 2:
                    b, a = other.ask()[0], mine.ask()[0]
                else:
                    a, b = mine.ask()[0], other.ask()[0]
                pairs.append((a / STEPS, b / STEPS))
        finally:
            for worker in (mine, other):
                worker.process.kill()
                worker.process.communicate()
    ratios = [a / b for a, b in pairs]
    low, _, high = statistics.quantiles(ratios, n=4)
    mine_median, other_median = statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)
    return Comparison(mine_median, other_median, statistics.median(ratios), low, high)


def main() -> None:
    if sys.argv[1:2] == ["--work"]:
        work(sys.argv[2], sys.argv[3], Path(sys.argv[4]))
        return
    print(f"{'per training step':<44} {'ours':>13} {'PyTorch':>13}")
    for name in sys.argv[1:] or NETWORKS:
        print(compare(name).row(f"{name} (mark {NETWORKS[name].mark})"), flush=True)


if __name__ == "__main__":
    main()
