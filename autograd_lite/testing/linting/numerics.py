"""Rules about numbers: slopes that are infinite here, exponentials near overflow, float64 that crept in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ...errors import describe
from .findings import Found
from .walk import Step, View

NEAR_OVERFLOW = 0.8
"""exp is near overflow where its argument is above this share of the largest that the dtype can take."""

_EXPONENTIALS = ("exp", "exp2", "expm1", "sinh", "cosh", "power", "square", "prod", "cumprod")


def infinite_gradient(view: View) -> Iterator[Found]:
    """The slope of an operation is infinite, or not a number, at these values, and it reaches a leaf."""
    cotangents = view.cotangents
    reached = [step for node, step in view.leaves.items() if not _finite(cotangents.get(node))]
    if not reached:
        return
    for step in view.steps:
        g = cotangents.get(step.node)
        if step.node.primitive is None or g is None or not _finite(g):
            continue
        for position, argument in enumerate(step.arguments):
            if argument is None or _finite(cotangents.get(argument.node)) or not _breaks(step, position, g):
                continue
            bad = "an infinite slope" if np.isinf(cotangents[argument.node]).any() else "a slope that is not a number"
            where = _count(cotangents[argument.node])
            names = ", ".join(sorted(view.name_of(leaf.node) for leaf in reached))
            yield Found(
                step,
                f"{step.op} has {bad} at {_seen(step, where)}, so that gradients of {names} will not be finite",
                _SINGULAR.get(step.op, "keep its argument away from there"),
                "error",
            )
            break


def _breaks(step: Step, position: int, g: Any) -> bool:
    """Whether it is this step, and not another that takes the same argument, whose rule gives infinities."""
    argument = step.arguments[position]
    primitive, saved = step.node.primitive, step.node.saved or ()
    assert argument is not None
    assert primitive is not None
    if len(argument.consumers) == 1 or primitive.together or primitive.many or position >= len(primitive.vjps):
        return True
    rule = primitive.vjps[position]
    with np.errstate(all="ignore"):
        return rule is not None and not _finite(rule(g, *saved, **step.kwargs))


def _count(g: Any) -> Any:
    """Where a cotangent is not finite."""
    return ~np.isfinite(g)


def _seen(step: Step, where: Any) -> str:
    """The values at which the slope is not finite."""
    many = f"{int(where.sum())} of {where.size} elements"
    for position, source in enumerate(step.arguments):
        values = step.argument(position) if source is not None else None
        if values is not None and np.shape(values) == where.shape and step.op != "divide":
            shown = sorted({f"{x:.6g}" for x in np.asarray(values)[where].flat[:100]})[:3]
            return f"{many}, where its argument is {' or '.join(shown)}"
    return many


_SINGULAR = {
    "sqrt": "add a small number inside, np.sqrt(x + 1e-12); of a sum of squares take np.linalg.norm, whose gradient at "
    "0 is 0",
    "cbrt": "keep its argument away from 0",
    "log": "keep its argument positive, np.log(np.maximum(x, 1e-12)), or compute the logarithm directly (log_softmax, "
    "logsumexp, np.log1p)",
    "log2": "keep its argument positive, np.log2(np.maximum(x, 1e-12))",
    "log10": "keep its argument positive, np.log10(np.maximum(x, 1e-12))",
    "log1p": "keep its argument above -1",
    "divide": "keep the denominator away from 0: add a small number to one that is positive, or guard it with "
    "np.where(d == 0, 1, d) inside the division",
    "reciprocal": "keep the argument away from 0",
    "power": "for an exponent below 1, keep the base away from 0: (x + 1e-12) ** p",
    "arcsin": "clip the argument to the inside of (-1, 1), np.clip(x, -1 + 1e-6, 1 - 1e-6)",
    "arccos": "clip the argument to the inside of (-1, 1), np.clip(x, -1 + 1e-6, 1 - 1e-6); for angles take np.arctan2",
    "arctanh": "clip the argument to the inside of (-1, 1)",
    "arccosh": "keep the argument above 1",
    "hypot": "add a small number: np.sqrt(x * x + y * y + 1e-12)",
    "logit": "clip the probability to the inside of (0, 1)",
}


def not_finite(view: View) -> Iterator[Found]:
    """The loss is infinite or not a number; the operation is named that gave the first of it."""
    if _finite(view.loss._data):
        return
    shown = view.loss._data
    what = f"the loss is {shown}" if np.size(shown) == 1 else "the loss has elements that are not finite"
    origins = 0
    for step in view.steps:
        arguments = [step.argument(position) for position in range(len(step.arguments))]
        if step.op and not _finite(step.value) and all(map(_finite, arguments)):
            origins += 1
            bad = int((~np.isfinite(step.value)).sum())
            yield Found(
                step,
                f"{what}: {step.op} gives {bad} of {step.value.size} elements that are not finite, of arguments that "
                "are",
                _SINGULAR.get(step.op, "keep its arguments where its answer is finite"),
                "error",
            )
    if not origins:
        yield Found(
            view.steps[-1] if view.steps else None,
            f"{what}, and so was something that went into it",
            "look for NaN and infinity in the data and the parameters",
            "error",
        )


def exp_overflow(view: View) -> Iterator[Found]:
    """An exponential or power overflows, or is close to it."""
    for step in view.of(*_EXPONENTIALS):
        values = step.value
        if values is None or step.node.dtype.kind != "f" or not np.size(values):
            continue
        if step.op == "power" and step.argument(0) is not None:  # 0 ** -1 is no overflow but a pole
            values = np.where(np.abs(step.argument(0)) > 1, values, 0)
        with np.errstate(all="ignore"):
            greatest, limit = float(np.max(np.abs(values))), float(np.log(np.finfo(step.node.dtype).max))
            reached = float(np.log(greatest)) if greatest > 0 else -np.inf
        if reached > NEAR_OVERFLOW * limit:
            does = "overflows" if np.isinf(greatest) else f"gives up to {greatest:.1e}: it is close to overflow"
            yield Found(
                step,
                f"{step.op} of {step.node.dtype}{list(step.shape)} {does} (exp does from {limit:.0f} on)",
                "subtract the maximum first, work with logarithms (autograd_lite.special.logsumexp, np.logaddexp), or "
                "clip the argument",
                "error" if np.isinf(greatest) else "warning",
            )


def norm_at_zero(view: View) -> Iterator[Found]:
    """A norm at the zero vector has no derivative; the gradient is 0 by convention, and moves nothing."""
    for step in view.of("norm"):
        values = step.value
        if values is not None and np.size(values) and not np.all(values):
            zeros = int(np.sum(np.asarray(values) == 0))
            yield Found(
                step,
                f"norm at 0 ({zeros} of {np.size(values)} vectors): it has no derivative there, and its gradient is 0 "
                "by convention, so that the vector is never moved",
                "take the squared norm, np.sum(x * x), or np.sqrt(np.sum(x * x) + 1e-12)",
                "note",
            )


def float64_crept_in(view: View) -> Iterator[Found]:
    """An operation on float32 gives float64: something in float64 met it."""
    for step in view.steps:
        if step.op in ("", "astype") or step.node.dtype is None or step.kwargs.get("dtype") is not None:
            continue
        narrow = [s for s in step.arguments if s is not None and s.node.dtype is not None and _narrower(s, step)]
        if narrow:
            others = [
                describe(step.constant(i)) if s is None else f"{view.name_of(s.node)} ({s.node.dtype})"
                for i, s in enumerate(step.arguments)
                if s not in narrow and (s is not None or step.constant(i) is not None)
            ]
            met = f"meets {' and '.join(others)}" if others else "meets float64"
            yield Found(
                step,
                f"{step.op}: {narrow[0].node.dtype}{list(narrow[0].shape)} {met}, and everything after it is "
                f"{step.node.dtype}, at twice the memory and half the speed",
                f"convert the data once, x.astype(np.{narrow[0].node.dtype}); a NumPy scalar, as np.sqrt(2.0) gives, "
                "with float(...)",
            )


def _narrower(source: Step, step: Step) -> bool:
    return source.node.dtype.kind in "fc" and np.finfo(source.node.dtype).bits < np.finfo(step.node.dtype).bits


def _finite(value: Any) -> bool:
    """Whether all of it is finite; of what is no array of numbers, nothing is known to be wrong."""
    if isinstance(value, (float, np.ndarray, np.generic)):
        array = np.asarray(value)
        return array.dtype.kind not in "fc" or bool(np.isfinite(array).all())
    return True
