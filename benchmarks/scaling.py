"""Where each framework wins: the time of a training step as a network grows in width, depth, batch or parameters.

    python -m benchmarks.scaling                                 all four curves, in all frameworks installed
    python -m benchmarks.scaling width --frameworks ours pytorch
    python -m benchmarks.scaling --json curves.json              the figures as data
    python -m benchmarks.scaling --plot docs/scaling.svg         and as a picture (needs matplotlib)

Networks of linear layers with ReLU between them, cross-entropy, Adam, float32; in the manner of `python -m benchmarks`.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.peers.comparison import compare
from benchmarks.peers.frameworks import FRAMEWORKS, installed


def _name(widths: Sequence[int], batch: int) -> str:
    return f"{'-'.join(map(str, widths))} by {batch}"


CURVES: dict[str, dict[int, str]] = {
    "width": {n: _name((64, n, n, 10), 32) for n in (8, 32, 128, 512, 2048)},
    "depth": {n: _name((*[32] * n, 10), 32) for n in (1, 4, 16, 64)},
    "batch": {n: _name((64, 64, 10), n) for n in (1, 8, 64, 512, 4096)},
    "parameters": {n * n + 10 * n: _name((n, n, 10), 64) for n in (10, 40, 160, 640, 2560)},
}
Curve = dict[str, dict[int, float]]


def measure(curve: str, frameworks: Sequence[str], rounds: int) -> Curve:
    """Seconds per step by framework and size."""
    times: Curve = {name: {} for name in frameworks}
    for size, workload in CURVES[curve].items():
        result = compare(workload, frameworks, rounds, budget=10.0)
        for name, timing in result.timings.items():
            times[name][size] = timing.median
        text = "  ".join(f"{FRAMEWORKS[n].title} {t.median * 1e6:,.0f} us" for n, t in result.timings.items())
        print(f"{curve} {size:>9,}   {text}", flush=True)
    return {name: sizes for name, sizes in times.items() if sizes}


def plot(curves: dict[str, Curve], path: str) -> None:
    """Four pictures beside each other, both axes logarithmic."""
    from benchmarks.peers.pictures import COLOURS, figure

    fig, axes = figure(2, 2, 9.0, 6.5)
    for ax, (curve, times) in zip(axes, curves.items(), strict=False):
        for name, sizes in times.items():
            seconds = [each * 1e3 for each in sizes.values()]
            ax.loglog(list(sizes), seconds, "o-", ms=3.5, color=COLOURS[name], label=FRAMEWORKS[name].title)
        ax.set_title(curve, fontsize=10)
        ax.set_ylabel("ms per step")
        ax.grid(alpha=0.3)
    axes[0].legend(fontsize=8, frameon=False)
    fig.tight_layout()
    fig.savefig(path, metadata={"Date": None})


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scaling", description="Time as networks grow.")
    parser.add_argument("curves", nargs="*", help="all, without any: " + ", ".join(CURVES))
    parser.add_argument("--frameworks", nargs="+", choices=FRAMEWORKS, default=installed())
    parser.add_argument("--rounds", type=int, default=9, help="of each framework (9)")
    parser.add_argument("--json", metavar="FILE", help="write the figures there")
    parser.add_argument("--plot", metavar="FILE", help="draw them there")
    options = parser.parse_args()
    if unknown := set(options.curves) - CURVES.keys():
        parser.error(f"no such curve: {', '.join(sorted(unknown))}; there are {', '.join(CURVES)}")
    measured: dict[str, Any] = {}
    for curve in options.curves or CURVES:
        measured[curve] = measure(curve, options.frameworks, options.rounds)
        if options.json:
            Path(options.json).write_text(json.dumps(measured, indent=1) + "\n")
    if options.plot:
        plot(measured, options.plot)


if __name__ == "__main__":
    main()
