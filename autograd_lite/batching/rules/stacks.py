"""Operations on stacks of matrices, which NumPy itself has: a batch is one more stack."""

from __future__ import annotations

from typing import Any

import numpy as np

from .looping import loop
from .parts import Rule, named, ndim_of, only_first, with_axes


def _stacked(function: Any, level: int, args: Any, kwargs: dict[str, Any]) -> Any:
    if not only_first(level, args, kwargs):
        return loop(function, level, args, kwargs)
    return function(args[0].physical, *args[1:], **kwargs)


def _solve(function: Any, level: int, args: Any, _kwargs: dict[str, Any]) -> Any:
    """NumPy takes b for a vector only if it has one axis, as the b of one example may have."""
    a, b = args
    vector = ndim_of(b) == 1
    if vector:
        b = np.expand_dims(b, -1)
    ndim = max(ndim_of(a), ndim_of(b))
    x = function(with_axes(a, level, ndim), with_axes(b, level, ndim))
    return x[..., 0] if vector else x


RULES: dict[str, Rule] = {
    **named("cofactors det slogdet eigh eigvalsh eig cholesky qr qr_r svd svdvals inv pinv", _stacked),
    "solve": _solve,
}

OF_NUMPY: dict[str, Rule] = named("matrix_rank eigvals cond", _stacked)
