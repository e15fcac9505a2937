"""What was measured, as text and JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.peers.comparison import Result
from benchmarks.peers.frameworks import FRAMEWORKS


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
