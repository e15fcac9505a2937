"""What is to be said of two models beside their numbers: modes, chance, calls of one alone, numbers not finite."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from .model_divergence import Both
from .model_judging import Judge
from .model_names import Names
from .model_runs import Call, Run, floats
from .model_sides import Side


def modes(side: Side, other: Side, names: Names) -> Iterator[str]:
    """The modules of which one trains and the other does not."""
    differing = [
        (name or "the model", module.training)
        for name, module in side.modules.items()
        if names(name) in other.modules and module.training != other.modules[names(name)].training
    ]
    if differing:
        (name, trains), more = differing[0], len(differing) - 1
        here, there = ("training", "evaluation") if trains else ("evaluation", "training")
        yield (
            f"the modes differ: {name}{f' and {more} more' if more else ''} in {here}, in the reference in {there}; "
            "pass training=True or training=False to put both in one"
        )


def differing_call(run: Run, again: Run) -> Call | None:
    """The first call that gives another answer in another run of the same model."""
    judge = Judge(None, None)
    for call, repeated in zip(run.calls, again.calls, strict=False):
        pairs = zip(call.outputs.values(), repeated.outputs.values(), strict=False)
        if any(not judge.values(a, b).ok for a, b in pairs):
            return call
    return None


def unmatched(both: Both) -> Iterator[str]:
    """The modules that only one of the models calls."""
    mine = {(pair.model.name, pair.model.turn) for pair in both.calls}
    theirs = {(pair.reference.name, pair.reference.turn) for pair in both.calls}
    for who, seen, matched in (("the model", both.model, mine), ("the reference", both.reference, theirs)):
        alone = [f"{call.title} ({call.kind})" for call in seen.calls if (call.name, call.turn) not in matched]
        if alone:
            yield f"called in {who} only, and not compared: {', '.join(alone)}"


def inputs_not_finite(values: Sequence[Any]) -> Iterator[str]:
    """Inputs with NaN or infinity: what comes of them is compared only as to where it is not finite too."""
    for i, x in enumerate(values):
        if isinstance(x, np.ndarray) and floats(x) and not np.isfinite(x).all():
            count = int(np.count_nonzero(~np.isfinite(x)))
            yield f"input {i}: {count} of {x.size} numbers are not finite, and what both make of them is not compared"


def not_finite(both: Both) -> Iterator[str]:
    """Where both models give NaN or infinity: they agree, and it is seldom meant."""
    for pair in both.calls:
        for path, a, b in pair.outputs():
            if floats(a.array) and not np.isfinite(a.array).all() and both.judge.values(a, b).ok:
                yield f"both give numbers that are not finite: {pair.model.title}{path}"
                return


def structure(both: Both) -> Iterator[str]:
    mine, theirs = (set(run.whole.outputs) for run in (both.model, both.reference))
    for who, alone in (("the model", mine - theirs), ("the reference", theirs - mine)):
        if alone:
            yield f"only {who} gives {', '.join(f'output{path}' for path in sorted(alone))}"
    if not mine and not theirs:
        yield "neither model gives a tensor: there is nothing to compare"
