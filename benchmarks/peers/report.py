"""What was measured, as text, JSON, Markdown and a picture.

    python -m benchmarks --json times.json
    python -m benchmarks.peers.report times.json                                 a Markdown table
    python -m benchmarks.peers.report times.json --plot docs/benchmarks.svg --into docs/where_the_time_goes.md

`--into` puts the table between the lines `<!-- table -->` and `<!-- end of table -->` of a page.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.peers.comparison import Ratio, Result, Timing
from benchmarks.peers.frameworks import FRAMEWORKS

BEGIN, END = "<!-- table -->", "<!-- end of table -->"


def row(result: Result) -> str:
    """A workload, a line for each framework."""
    lines = [f"{result.workload}: {result.says}"]
    for name, timing in result.timings.items():
        ratio = timing.to.get("pytorch")
        beside = f"   {ratio.median:6.3f} of PyTorch [{ratio.low:.3f}, {ratio.high:.3f}]" if ratio else ""
        mark = f"  (mark {result.mark})" if name == "ours" else ""
        lines.append(f"    {FRAMEWORKS[name].title:<18} {_time(timing.median):>10}{beside}{mark}")
    lines += [f"    {FRAMEWORKS[name].title:<18} none: {why}" for name, why in result.lacking.items()]
    return "\n".join(lines)


def _time(seconds: float) -> str:
    return f"{seconds * 1e3:.2f} ms" if seconds >= 1e-3 else f"{seconds * 1e6:.1f} us"


def save(results: Sequence[Result], path: str) -> None:
    """Everything as JSON."""
    data: list[dict[str, Any]] = [
        {
            **result._asdict(),
            "timings": {
                name: {**timing._asdict(), "to": {other: ratio._asdict() for other, ratio in timing.to.items()}}
                for name, timing in result.timings.items()
            },
        }
        for result in results
    ]
    Path(path).write_text(json.dumps(data, indent=1) + "\n")


def read(path: str) -> list[Result]:
    """What `save` has written."""
    results = []
    for each in json.loads(Path(path).read_text()):
        timings = {
            name: Timing(**{**timing, "to": {other: Ratio(**ratio) for other, ratio in timing["to"].items()}})
            for name, timing in each["timings"].items()
        }
        results.append(Result(**{**each, "timings": timings}))
    return results


def table(results: Sequence[Result]) -> str:
    """A Markdown table: our time, its mark, and the time of each framework as a share of PyTorch's."""
    names = [name for name in FRAMEWORKS if name != "pytorch" and any(name in r.timings for r in results)]
    lines = [
        f"| workload | {' | '.join(FRAMEWORKS[name].title for name in names)} | at most | PyTorch eager |",
        f"|---|{'---|' * (len(names) + 2)}",
    ]
    for result in results:
        cells = []
        for name in names:
            timing = result.timings.get(name)
            ratio = f"{timing.to['pytorch'].median:.2f}" if timing and "pytorch" in timing.to else "-"
            over = name == "ours" and ratio != "-" and float(ratio) > result.mark
            cells.append(f"**{ratio}**" if over else ratio)
        eager = result.timings.get("pytorch")
        time = _time(eager.median) if eager else "-"
        lines.append(f"| `{result.workload}` | {' | '.join(cells)} | {result.mark:.2f} | {time} |")
    return "\n".join(lines)


def plot(results: Sequence[Result], path: str) -> None:
    """A row of dots for each workload: the time of each framework as a share of PyTorch's, on a logarithmic axis."""
    from benchmarks.peers.pictures import COLOURS, figure

    fig, (ax,) = figure(1, 1, 8.0, 5.2)
    for y, result in enumerate(results):
        for name, timing in result.timings.items():
            if "pytorch" not in timing.to:
                continue
            ratio = timing.to["pytorch"]
            ax.plot([ratio.low, ratio.high], [y, y], color=COLOURS[name], lw=1)
            marker = "D" if name == "ours" else "|" if name == "limit" else "o"
            ax.plot([ratio.median], [y], marker, ms=7 if name != "limit" else 11, color=COLOURS[name],
                    label=FRAMEWORKS[name].title, ls="none")  # fmt: skip
    ax.axvline(1.0, color=COLOURS["pytorch"], lw=1)
    ax.set_xscale("log")
    ax.set_yticks(range(len(results)), [result.workload for result in results])
    ax.invert_yaxis()
    ax.set_xlabel("time of a step, as a share of PyTorch eager's (the line); to the left is faster")
    ax.grid(alpha=0.3)
    known = dict(zip(*reversed(ax.get_legend_handles_labels()), strict=True))
    ax.legend(known.values(), known.keys(), fontsize=8, loc="lower right")
    fig.tight_layout()
    fig.savefig(path, metadata={"Date": None})


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers.report", description="Tables and pictures.")
    parser.add_argument("times", help="what python -m benchmarks --json wrote")
    parser.add_argument("--plot", metavar="FILE", help="draw a picture there")
    parser.add_argument("--into", metavar="FILE", help="put the table into this page")
    options = parser.parse_args()
    results = read(options.times)
    if options.plot:
        plot(results, options.plot)
    if options.into:
        page = Path(options.into)
        before, _, rest = page.read_text().partition(BEGIN)
        _, end, after = rest.partition(END)
        if not end:
            parser.error(f"{page} has no lines {BEGIN} and {END}")
        page.write_text(f"{before}{BEGIN}\n{table(results)}\n{END}{after}")
    else:
        print(table(results))


if __name__ == "__main__":
    main()
