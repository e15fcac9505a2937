"""Rules about modes: dropout that is off in training, or on in evaluation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from .findings import Found
from .walk import View


def evaluation_mode(view: View) -> Iterator[Found]:
    """A loss to be trained on was computed in evaluation mode, in which dropout does nothing."""
    if view.loss._node is None:
        return
    for outer in view.modules:
        off = [
            name or type(module).__name__
            for name, module in outer.named_modules()
            if type(module).__name__.endswith("Dropout") and module.p and not module.training
        ]
        if off:
            yield Found(
                None,
                f"{type(outer).__name__} was called in evaluation mode: its dropout ({', '.join(off[:4])}) is off in "
                "this loss",
                "call model.train() before training goes on; to evaluate, compute the loss in no_grad()",
            )


def dropout_in_evaluation(view: View) -> Iterator[Found]:
    """Dropout was applied inside a module in evaluation mode."""
    for step in view.of("multiply"):
        scope = view.scopes.get(step.node)
        module = None if scope is None else scope.module()
        if module is not None and not getattr(module, "training", True):
            rate = _dropped(step.constant(1))
            if rate is not None:
                yield Found(
                    step,
                    f"dropout with p={rate:.2g} is applied in {type(module).__name__}, which is in evaluation mode",
                    "pass nn.functional.dropout(x, p, training=self.training), or use nn.Dropout, which does so",
                )


def _dropped(mask: Any) -> float | None:
    """The probability that a dropout mask was made with; None for anything else."""
    if not isinstance(mask, np.ndarray) or mask.flags.writeable or mask.size < 2:
        return None
    kept = mask[mask != 0]
    if kept.size in (0, mask.size) or (kept != kept[0]).any() or kept[0] <= 1:
        return None
    return 1 - 1 / float(kept[0])
