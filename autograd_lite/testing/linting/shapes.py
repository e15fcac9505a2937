"""Rules about shapes: what broadcasts by mistake, and reductions over too few elements."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

import numpy as np

from .findings import Found
from .walk import Step, View

_COMPARING = ("subtract", "multiply", "divide", "arctan2", "hypot", "maximum", "minimum", "power")


def accidental_broadcast(view: View) -> Iterator[Found]:
    """(N, 1) against (N,) gives (N, N), where N pairs were meant."""
    for step in view.of(*_COMPARING):
        count = step.shape[-1] if len(step.shape) > 1 else 0
        if count < 2 or step.shape[-2] != count or not step.summed_up:
            continue
        for i, j in ((0, 1), (1, 0)):
            column, row = _shape(step, i), _shape(step, j)
            if column is None or column[-2:] != (count, 1) or _on_purpose(step.arguments[i]):
                continue
            if row is None or (len(row) == len(column) - 1 and row[-1] == count):
                other = "an array" if row is None else f"one of shape {row}"
                yield Found(
                    step,
                    f"{step.op} of an array of shape {column} and {other} gives {step.shape}: every element of the "
                    f"one with every element of the other, {prod(step.shape)} in place of {prod(column)}",
                    "give both the same shape: np.squeeze(x, -1) of the column, or y[:, None] of the row; if all pairs "
                    "are meant, write x[:, None] for the column too",
                    "error",
                )
                break


def _shape(step: Step, position: int) -> tuple[int, ...] | None:
    source = step.arguments[position]
    if source is not None:
        return source.shape
    constant = step.constant(position)
    return None if constant is None else np.shape(constant)


def _on_purpose(column: Step | None) -> bool:
    """Whether somebody has written out that the last axis is there to be broadcast."""
    if column is None:
        return False
    if column.op == "getitem":
        index = column.argument(1)
        return any(part is None for part in (index if isinstance(index, tuple) else (index,)))
    return column.op == "expand_dims" or bool(column.kwargs.get("keepdims"))


def empty_reduction(view: View) -> Iterator[Found]:
    """The mean, maximum or spread of nothing."""
    for step in view.of("mean", "var", "std", "max", "min", "nanmean", "mse_loss", "cross_entropy"):
        source = step.arguments[0]
        if source is not None and prod(source.shape) == 0 and step.kwargs.get("reduction", "mean") == "mean":
            yield Found(
                step,
                f"{step.op} of an array of shape {source.shape}, which has no elements, is not a number",
                "skip empty batches; look at the mask or index that selected nothing",
                "error",
            )


def one_element_spread(view: View) -> Iterator[Found]:
    """The variance of one element is 0 (or 0/0) whatever the element is: a batch of one, or the wrong axis."""
    for step in view.of("var", "std"):
        source = step.arguments[0]
        if source is None or not prod(source.shape):
            continue
        count = prod(source.shape) // max(prod(step.shape), 1)
        correction = step.kwargs.get("ddof", 0)
        if count <= max(correction, 1):
            gives = "not a number" if count <= correction else "0, and no gradient flows"
            yield Found(
                step,
                f"{step.op} over {count} element{'s' * (count != 1)} (shape {source.shape}, axis="
                f"{step.kwargs.get('axis')}, correction={correction}) is {gives}",
                "take it over the axis that has the samples; for a batch of one, leave it out",
                "error" if count <= correction else "warning",
            )
