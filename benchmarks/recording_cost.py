"""Claim: what pictures can know costs nothing where nobody asks for it.

python -m benchmarks.recording_cost

A process that has noted details, drawn a graph and shown its page, and one that knows nothing of pictures, record the
same 200 operations and go backward through them, in turn: pairs of processes, the least of many runs in each.
"""

from __future__ import annotations

import statistics
import subprocess
import sys

PAIRS = 21
CHAIN = """
import gc, sys, tempfile, time
import numpy as np
import autograd_lite as ag

x = ag.Tensor(np.ones(4, np.float32), requires_grad=True)

def run():
    y = x
    for _ in range(100):
        y = np.tanh(y) * 0.5
    return y.sum()

if sys.argv[1] == "drawn":
    with ag.graph.details():
        loss = run()
        loss.backward()
    ag.draw(loss).source
    ag.show(loss, path=tempfile.mkdtemp() + "/graph.html")
    x.grad = None

gc.disable()  # its rounds look at all that has been imported, of which there is more
forward, both = [], []
for _ in range(400):
    start = time.thread_time()
    loss = run()
    middle = time.thread_time()
    loss.backward()
    end = time.thread_time()
    forward.append(middle - start)
    both.append(end - start)
print(min(forward) / 200 * 1e9, min(both) / 200 * 1e9)
"""


def main() -> None:
    figures: dict[str, list[list[float]]] = {"plain": [], "drawn": []}
    for i in range(PAIRS):
        for kind in ("plain", "drawn") if i % 2 else ("drawn", "plain"):
            out = subprocess.run([sys.executable, "-c", CHAIN, kind], check=True, capture_output=True, text=True).stdout
            figures[kind].append([float(each) for each in out.split()])
    for i, name in enumerate(("recording", "recording and backward")):
        plain, drawn = ([each[i] for each in figures[kind]] for kind in ("plain", "drawn"))
        ratios = [a / b for a, b in zip(drawn, plain, strict=True)]
        low, middle, high = statistics.quantiles(ratios, n=4)
        print(
            f"{name:<24} plain {statistics.median(plain):7.1f} ns per operation, after drawing "
            f"{statistics.median(drawn):7.1f} ns, ratio {middle:.4f} [{low:.4f}, {high:.4f}]"
        )


if __name__ == "__main__":
    main()
