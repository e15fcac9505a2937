"""Rules about activations: units that are dead, saturated, or all the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from .findings import Found
from .walk import Step, View, number

FLAT = 1e-3
"""A sigmoid or tanh is saturated where its slope is below this."""

SATURATED = 0.5
"""Of its elements, more than this share must be saturated to be reported."""

DEAD = 5.0
"""A unit of a ReLU is dead where its input is below 0 for a whole batch, by this many standard deviations on average,
and by `FAR` times the size of the inputs of the units that live.  One that is silent for a batch is not dead yet: in
examples/digits.py, which trains well, a tenth of the hidden units are 0 for all training images.
"""

FAR = 10.0

SILENT = 0.75
"""Where more than this share of the units is 0 for a whole batch of at least 8, it is reported however it came."""


def dead_relu(view: View) -> Iterator[Found]:
    """Units of a ReLU that are 0 for the whole batch, and will be for the next."""
    for step in view.of("relu", "maximum"):
        x = _input(step)
        if x is None or x.size < 2 or step.summed_up:  # max(0, x) is a loss itself, as in a hinge
            continue
        rows = x.reshape(-1, x.shape[-1]) if x.ndim > 1 else x[:, None]
        silent = (rows <= 0).all(axis=0)
        if len(rows) < 2 or not silent.any():
            continue
        mean, spread = rows.mean(axis=0), rows.std(axis=0)
        size = 0.0 if silent.all() else float(np.sqrt(np.mean(rows[:, ~silent] ** 2)))
        dead = silent & (mean < -DEAD * spread) & (mean < -FAR * size)
        units = "its elements" if x.ndim == 1 else f"its {len(silent)} units"
        if silent.all():
            message = f"{step.op}: all of {units} are 0 for the whole batch of {len(rows)}; no gradient passes"
        elif dead.any() or (silent.mean() > SILENT and len(rows) >= 8):
            which = np.flatnonzero(dead if dead.any() else silent)
            shown = ", ".join(map(str, which[:5])) + (", ..." if len(which) > 5 else "")
            message = (
                f"{step.op}: {len(which)} of {units} are 0 for the whole batch of {len(rows)} ({shown}); they get no "
                "gradient, and stay so"
            )
        else:
            continue
        yield Found(
            step,
            message,
            "lower the learning rate, start from smaller weights and biases of 0, normalize the inputs, or use an "
            "activation that leaks, np.where(x > 0, x, 0.01 * x)",
            "error" if silent.all() else "warning",
        )


def _input(step: Step) -> Any:
    """What goes into max(x, 0), if it is that."""
    if step.op == "relu":
        return step.argument(0)
    for i, j in ((0, 1), (1, 0)):
        if step.arguments[i] is not None and number(step.constant(j)) == 0:
            x = step.argument(i)
            return x if isinstance(x, np.ndarray) and x.ndim else None
    return None


def saturated(view: View) -> Iterator[Found]:
    """Most elements of a sigmoid or tanh sit where it is flat."""
    for step in view.of("sigmoid", "tanh"):
        y = step.value
        if y is None or y.dtype.kind != "f" or y.size < 2:
            continue
        slope = y * (1 - y) if step.op == "sigmoid" else 1 - y * y
        share = float(np.mean(slope < FLAT))
        if share > SATURATED:
            yield Found(
                step,
                f"{step.op}: {share:.0%} of {step.node.dtype}{list(step.shape)} are saturated, with a slope below "
                f"{FLAT:g}: hardly any gradient passes",
                "normalize the inputs, start from smaller weights (nn.init.xavier_uniform_), or lower the learning "
                "rate",
            )


def identical_units(view: View) -> Iterator[Found]:
    """All units of a hidden layer have the same weights: they get the same gradient, and stay one unit for ever."""
    for step in view.of("linear", "matmul"):
        weight = step.arguments[1]
        if weight is None or weight.op or not isinstance(weight.value, np.ndarray) or weight.value.ndim != 2:
            if weight is None or behind_transpose(weight) is None:
                continue
            weight = behind_transpose(weight)
            assert weight is not None
            rows = weight.value
        else:
            rows = weight.value if step.op == "linear" else weight.value.T
        if len(rows) < 2 or not (rows == rows[0]).all():
            continue
        bias = step.argument(2) if step.op == "linear" and len(step.arguments) > 2 else None
        if bias is not None and not (bias == bias[0]).all():
            continue
        if _activated(step, bias_may_follow=step.op == "matmul"):
            yield Found(
                step,
                f"the {len(rows)} units of this layer all have the same weights ({view.name_of(weight.node)}, "
                f"{weight.node.dtype}{list(weight.shape)}): they stay the same in training, as if there were one",
                "start from random weights: nn.init.kaiming_uniform_, nn.init.xavier_uniform_",
            )


def behind_transpose(step: Step) -> Step | None:
    """The leaf W in x @ W.mT, if its values are known."""
    if step.op not in ("matrix_transpose", "transpose"):
        return None
    leaf = step.arguments[0]
    return leaf if leaf is not None and not leaf.op and isinstance(leaf.value, np.ndarray) else None


_ACTIVATIONS = {"relu", "sigmoid", "tanh", "maximum", "softplus", "sin", "where"}


def _activated(step: Step, *, bias_may_follow: bool) -> bool:
    """Whether the layer is a hidden one: an activation follows, that is not the last word."""
    for consumer, _ in step.consumers:
        if consumer.op in _ACTIVATIONS:
            return any(after.op in ("linear", "matmul") for after, _ in consumer.consumers)
        if bias_may_follow and consumer.op == "add":
            other = next((s for s in consumer.arguments if s is not None and s is not step), None)
            bias = None if other is None else other.value
            same = other is None or (isinstance(bias, np.ndarray) and bool((bias == bias.flat[0]).all()))
            return same and _activated(consumer, bias_may_follow=False)
    return False
