"""Training does not grow: thousands of steps with the garbage collector off leave memory where it was."""

import gc
import platform
import subprocess
import sys

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
        before = sys.getallocatedblocks()
        steps(10_000)
        after = sys.getallocatedblocks()
    finally:
        gc.enable()
    assert after - before < 100  # a single leaked object a step would be 10,000


LARGE = """
import resource
import numpy as np
import autograd_lite as ag

x = ag.Tensor(np.ones(1_000_000, np.float32), requires_grad=True)

def step():
    x.grad = None
    np.sum(np.tanh(x) * np.sin(x)).backward()

for _ in range(3):
    step()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10):
    step()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.slow
@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other allocators have their own ways")
def test_large_arrays_come_from_memory_that_is_there():
    """A page faults when it is first written to: ten steps of some 10 arrays of 1,000 pages would be 100,000."""
    child = subprocess.run([sys.executable, "-c", LARGE], capture_output=True, text=True, check=True)
    assert int(child.stdout) < 2_000
