"""How long it takes to check the gradients of the digits network (64-64-10, batch 32: 4,810 parameters).

    python -m benchmarks.check_speed

Ours with its defaults: all four parameters, in both modes, along random directions and at sampled elements.
Beside it `torch.autograd.gradcheck` of the same network in double precision, in reverse mode, in its fast mode (one
random projection); its slow mode moves every parameter by itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np
import torch

import autograd_lite as ag
from autograd_lite import nn
from autograd_lite.testing import assert_gradients_close

RUNS = 7


def parameters() -> list[Any]:
    rng = np.random.default_rng(0)
    return [rng.normal(size=shape) * 0.1 for shape in ((64, 64), (64,), (10, 64), (10,))]


def data() -> tuple[Any, Any]:
    rng = np.random.default_rng(1)
    return rng.normal(size=(32, 64)), rng.integers(0, 10, 32)


def ours() -> Callable[[], object]:
    x, y = data()
    f = nn.functional

    def loss(w1: Any, b1: Any, w2: Any, b2: Any) -> Any:
        return f.cross_entropy(f.linear(ag.relu(f.linear(ag.Tensor(x), w1, b1)), w2, b2), y)

    inputs = parameters()
    return lambda: assert_gradients_close(loss, *inputs)


def pytorch(fast_mode: bool) -> Callable[[], object]:
    x, y = (torch.tensor(a) for a in data())
    f = torch.nn.functional

    def loss(w1: Any, b1: Any, w2: Any, b2: Any) -> Any:
        return f.cross_entropy(f.linear(torch.relu(f.linear(x, w1, b1)), w2, b2), y)

    inputs = [torch.tensor(a, requires_grad=True) for a in parameters()]
    return lambda: torch.autograd.gradcheck(loss, inputs, fast_mode=fast_mode)


def main() -> None:
    torch.set_num_threads(1)
    sides = {"ours": ours(), "PyTorch, fast mode": pytorch(True), "PyTorch": pytorch(False)}
    times: dict[str, list[float]] = {name: [] for name in sides}
    for run in range(RUNS):
        for name, check in sides.items():
            if name == "PyTorch" and run > 1:
                continue  # two runs of the slow mode are enough
            start = time.perf_counter()
            check()
            times[name].append(time.perf_counter() - start)
    for name, seconds in times.items():
        print(f"{name}: {median(seconds):.3f} s [{min(seconds):.3f}, {max(seconds):.3f}]")


if __name__ == "__main__":
    main()
