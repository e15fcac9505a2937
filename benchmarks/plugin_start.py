"""Claim: the plugin adds under 50 ms to pytest's start.

python -m benchmarks.plugin_start
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from functools import partial

from benchmarks.pairs import compare

WITHOUT = ("-p", "no:autograd_lite")
RUNS = {
    "--version": ("--version",),
    "--collect-only, an empty folder": ("--collect-only",),
    "one test": ("test_one.py",),
}


def processor_time() -> float:
    """What all processes that have ended took of the processors: it says nothing of others that ran beside them."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    # what users have compiled once is not to be compiled anew each time
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryDirectory() as folder:

        def run(name: str, *more: str) -> None:
            if name == "one test":
                with open(os.path.join(folder, "test_one.py"), "w", encoding="utf-8") as file:
                    file.write("def test_one():\n    pass\n")
            command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *RUNS[name], *more]
            subprocess.run(command, cwd=folder, check=False, stdout=subprocess.DEVNULL, env=environment)

        print(f"{'':<44} {'with':>13} {'without':>13}")
        for name in RUNS:
            with_it, without = partial(run, name), partial(run, name, *WITHOUT)
            result = compare(with_it, without, pairs=31, clock=processor_time)
            print(result.row(f"pytest {name}", 1e-3, "ms"), f" +{(result.ours - result.theirs) * 1e3:.1f} ms")


if __name__ == "__main__":
    main()
