"""Claim: importing everything a training script needs takes at most 1.3 times what NumPy alone takes.

python -m benchmarks.import_time
"""

from __future__ import annotations

import subprocess
import sys

from benchmarks.environment import environment
from benchmarks.pairs import compare

OURS = "import autograd_lite, autograd_lite.nn, autograd_lite.optim"
NUMPY = "import numpy"


def main() -> None:
    def run(code: str) -> None:
        subprocess.run([sys.executable, "-c", code], check=True, env=environment())

    result = compare(lambda: run(OURS), lambda: run(NUMPY), pairs=31)
    empty = compare(lambda: run("pass"), lambda: run("pass"), pairs=15)
    print(f"{'':<44} {'ours':>13} {'NumPy':>13}")
    print(result.row("a process that imports it", 1e-3, "ms"))
    net = (result.ours - empty.ours) / (result.theirs - empty.ours)
    print(f"the same without the {empty.ours * 1e3:.0f} ms that an empty process takes: ratio {net:.3f}")


if __name__ == "__main__":
    main()
