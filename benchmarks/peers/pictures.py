"""What the pictures of the benchmarks have in common: a colour for each framework, and the same bytes each time."""

from __future__ import annotations

from typing import Any

COLOURS = {
    "ours": "#d1495b",
    "limit": "#6c757d",
    "pytorch": "#e07a1f",
    "compiled": "#f0b37e",
    "jax": "#2a7fba",
    "autograd": "#3a8f5c",
    "mygrad": "#8a63b8",
}


def figure(rows: int, columns: int, width: float, height: float) -> tuple[Any, list[Any]]:
    """A figure in inches, and its axes in the order one reads them."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "autograd_lite"  # names inside of the picture, which are random without
    mpl.rcParams["svg.fonttype"] = "none"
    import matplotlib.pyplot as plt

    fig, axes = plt.subplots(rows, columns, figsize=(width, height), squeeze=False)
    return fig, list(axes.flat)
