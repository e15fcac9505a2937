"""Training does not grow: thousands of steps with the garbage collector off leave memory where it was."""

import gc
import tracemalloc

import numpy as np
import pytest

from autograd_lite import nn, optim


@pytest.mark.slow
@pytest.mark.parametrize(
    "make", [lambda p: optim.SGD(p, lr=0.01, momentum=0.9), lambda p: optim.Adam(p)], ids=["SGD", "Adam"]
)
def test_ten_thousand_steps_without_the_collector(make):
    model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Dropout(0.1), nn.Linear(16, 3))
    optimizer = make(model.parameters())
    loss_of = nn.CrossEntropyLoss()
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(4, 8)).astype(np.float32), rng.integers(0, 3, 4)

    def steps(count):
        for _ in range(count):
            optimizer.zero_grad()
            loss_of(model(x), y).backward()
            optimizer.step()

    gc.collect()
    gc.disable()
    try:
        steps(100)
        tracemalloc.start()
        steps(10)
        before, _ = tracemalloc.get_traced_memory()
        steps(10_000)
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        gc.enable()
    assert after - before < 5_000  # bytes; a single leaked node a step would be a megabyte
