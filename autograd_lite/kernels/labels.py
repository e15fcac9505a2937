"""Integer labels of classes: what each sample counts, by the weight of its class, or nothing if it is ignored."""

from typing import Any

from ..ops import take


def counted(labels: Any, weight: Any, ignored: int | None, dtype: Any) -> tuple[Any, Any]:
    """Labels that can be used as indices, and how much each sample counts; None where each counts 1.

    Args:
        labels: integers in [0, C), or `ignored`.
        weight: a number per class (C,), or None.
        ignored: the label of samples that do not count, or None if there is no such sample.
        dtype: of the losses.
    """
    if ignored is None:
        return labels, None if weight is None else take(weight, labels)
    kept = labels != ignored
    labels = labels * kept
    kept = kept.astype(dtype)
    return labels, kept if weight is None else kept * take(weight, labels)
