"""Rules about losses: probabilities where logits belong, logarithms of what should never have been exponentiated."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from .findings import Found
from .walk import Step, View, behind, number

_GUARDS = frozenset({"add", "clip", "maximum", "minimum"})
"""What is written around a probability to keep its logarithm finite."""
_LOGARITHMS = ("log", "log2", "log10")


def softmax_into_cross_entropy(view: View) -> Iterator[Found]:
    """Cross-entropy takes logits, and gets what has gone through a softmax or sigmoid already."""
    for step in view.of("cross_entropy"):
        given = step.source()
        kind = _normalized(given)
        if given is not None and kind:
            yield Found(
                step,
                f"cross_entropy takes logits, but is given the {kind} of {_size(given)}: the softmax is taken twice, "
                "and gradients are small where the answer is wrong",
                f"pass what goes into {given.op} to cross_entropy, and use {kind} for predictions only",
                "error",
            )


def sigmoid_into_bce_with_logits(view: View) -> Iterator[Found]:
    """Binary cross-entropy with logits gets what has gone through a sigmoid or softmax already."""
    for step in view.of("binary_cross_entropy_with_logits"):
        given = step.source()
        kind = _normalized(given)
        if given is not None and kind:
            yield Found(
                step,
                f"binary_cross_entropy_with_logits takes logits, but is given the {kind} of {_size(given)}: "
                "the sigmoid is taken twice, and no probability can leave [0.5, 0.74]",
                f"pass what goes into {given.op}",
                "error",
            )


def relu_as_logits(view: View) -> Iterator[Found]:
    """The last layer has a ReLU: no logit can be negative."""
    for step in view.of("cross_entropy", "binary_cross_entropy_with_logits", "softmax", "log_softmax"):
        given = step.source()
        if given is not None and given.op == "relu":
            yield Found(
                step,
                f"{step.op} takes logits, which may have any sign, but relu has cut the negative ones off, and with "
                "them their gradients",
                "take the relu after the last layer away",
            )


def log_of_softmax(view: View) -> Iterator[Found]:
    """log(softmax(x)) loses digits, and is -inf where a probability rounds to 0."""
    for step in view.of(*_LOGARITHMS):
        given = behind(step.arguments[0], _GUARDS)
        if given is not None and (given.op == "softmax" or _softmax_by_hand(given)):
            yield Found(
                step,
                f"{step.op} of a softmax of {_size(given)}: a probability that rounds to 0 gives -inf and no gradient",
                "use autograd_lite.special.log_softmax, or nn.functional.cross_entropy on the logits",
            )


def log_of_sigmoid(view: View) -> Iterator[Found]:
    """log(sigmoid(x)) and log(1 - sigmoid(x)) lose digits, and are -inf at large |x|."""
    for step in view.of("log", "log1p"):
        given = behind(step.arguments[0], _GUARDS | {"subtract", "negative"})
        if given is not None and (given.op == "sigmoid" or _sigmoid_by_hand(given)):
            yield Found(
                step,
                f"{step.op} of a sigmoid of {_size(given)}: one that rounds to 0 or 1 gives -inf and no gradient",
                "use nn.functional.binary_cross_entropy_with_logits on the logits, or -np.logaddexp(0, -x) for "
                "log(sigmoid(x)), -np.logaddexp(0, x) for log(1 - sigmoid(x))",
            )


def unstable_logsumexp(view: View) -> Iterator[Found]:
    """log of a sum of exponentials with nothing taken out: it overflows where its value is harmless."""
    for step in view.of(*_LOGARITHMS, "log1p"):
        total = step.source()
        summed = None if total is None else total if step.op == "log1p" else _exp_in_sum(total)
        if summed is not None and summed.op == "exp" and not _bounded(summed):
            two = step.op == "log1p" or (total is not None and total.op == "add")
            yield Found(
                step,
                f"{step.op} of a sum with exp of {_size(summed)} in it, of which the greatest was not taken out: exp "
                f"overflows from {_limit(summed):.0f} on in {summed.node.dtype}",
                "use np.logaddexp(0, x)" if two else "use autograd_lite.special.logsumexp",
            )


def unstable_softmax(view: View) -> Iterator[Found]:
    """exp(x) / sum(exp(x)) with nothing taken out."""
    for step in view.of("divide"):
        exp = step.source(0)
        if _softmax_by_hand(step) and exp is not None and not _bounded(exp):
            yield Found(
                step,
                f"a softmax of {_size(step)} whose exp takes values as they come: it overflows from "
                f"{_limit(exp):.0f} on in {exp.node.dtype}",
                "use autograd_lite.special.softmax, or subtract the maximum before exp",
            )


def one_class(view: View) -> Iterator[Found]:
    """A softmax over a single class is 1 whatever goes in; no gradient flows."""
    for step in view.of("cross_entropy", "softmax", "log_softmax"):
        axis = step.kwargs.get("axis", 1)
        shape = np.shape(step.argument(0)) if step.arguments[0] is None else step.arguments[0].shape
        if axis is None or not shape:
            continue
        axes = axis if isinstance(axis, tuple) else (axis,)
        if all(shape[a] == 1 for a in axes):
            over = "1 class" if step.op == "cross_entropy" else "an axis of length 1"
            yield Found(
                step,
                f"{step.op} over {over} (of {_size(step.arguments[0])}) is constant: no gradient flows",
                "for two classes from one logit use nn.functional.binary_cross_entropy_with_logits (or sigmoid); else "
                "normalize over the axis of the classes",
                "error",
            )


def target_requires_grad(view: View) -> Iterator[Found]:
    """The target of a loss is a leaf that asks for a gradient."""
    known = {parameter._node for _, parameter in view.parameters}
    for step in view.of("mse_loss", "binary_cross_entropy_with_logits"):
        target = step.arguments[1]
        if target is None or step.arguments[0] is None or target.op or target.node in known:
            continue
        if target.record.kind == "input":
            yield Found(
                target,
                f"the target of {step.op}, {view.name_of(target.node)}, requires a gradient: it is data, and its "
                "gradient is computed at every step for nothing",
                "make it without requires_grad=True, or pass target.detach(); if input and target are exchanged, swap "
                "them",
            )


def loss_not_scalar(view: View) -> Iterator[Found]:
    """A loss of more than one number has no gradient without a cotangent."""
    if view.loss.size != 1:
        last = view.steps[-1] if view.steps else None
        yield Found(
            last,
            f"the loss is {view.loss.dtype}{list(view.loss.shape)}, not one number: backward() will refuse it",
            "take .mean() or .sum() of it, or reduction='mean'",
            "error",
        )


# -- what things are


def _normalized(step: Step | None) -> str:
    """What kind of normalized exponential a step gives; "" if it gives none."""
    if step is None:
        return ""
    if step.op in ("softmax", "log_softmax", "sigmoid"):
        return step.op
    if step.op in _LOGARITHMS and _normalized(behind(step.arguments[0], _GUARDS)):
        return "log_softmax"
    return "softmax" if _softmax_by_hand(step) else "sigmoid" if _sigmoid_by_hand(step) else ""


def _softmax_by_hand(step: Step) -> bool:
    """exp(x) / sum(exp(x))."""
    if step.op != "divide":
        return False
    top, total = step.source(0), step.source(1)
    if top is None or top.op != "exp" or total is None or total.op not in ("sum", "sum_over"):
        return False
    other = total.source()
    return other is top or (other is not None and other.op == "exp" and other.source() is top.source())


def _sigmoid_by_hand(step: Step) -> bool:
    """1 / (1 + exp(-x))."""
    if step.op == "divide" and step.arguments[0] is None and number(step.constant(0)) in (None, 1):  # None: not kept
        total = step.source(1)
    elif step.op == "reciprocal":
        total = step.source(0)
    else:
        return False
    return total is not None and total.op == "add" and _exp_in_sum(total) is not None


def _exp_in_sum(total: Step) -> Step | None:
    """The exp in sum(exp(x)) or in c + exp(x)."""
    if total.op in ("sum", "sum_over"):
        candidates = [total.source()]
    elif total.op == "add":
        candidates = [total.source(0), total.source(1)]
    else:
        return None
    return next((step for step in candidates if step is not None and step.op == "exp"), None)


def _bounded(exp: Step) -> bool:
    """Whether exp gives nothing above 1 here, as when the maximum was subtracted, or its argument is -|x| or -x²."""
    return exp.value is not None and bool(np.all(np.abs(exp.value) <= 1 + 1e-6))


def _limit(exp: Step) -> float:
    return float(np.log(np.finfo(exp.node.dtype).max))


def _size(step: Step | None) -> str:
    return "constants" if step is None else f"{step.node.dtype}{list(step.shape)}"
