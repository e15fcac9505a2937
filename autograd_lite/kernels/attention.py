"""Scaled dot-product attention:  y = softmax(scale q k^T + mask) v.

    attention(q, k, v, mask=None, scale=1.0, causal=False)

q (..., L, E), k (..., S, E), v (..., S, D), the mask broadcast to (..., L, S): True where a query may look at a key,
or numbers that are added.  `causal` lets query i look at keys up to i alone.  Kept for backward are q, k, v and a
number per query; the weights are computed again.

A. Vaswani et al., Attention Is All You Need, NeurIPS (2017).
T. Dao et al., FlashAttention, NeurIPS (2022), for what is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from ..ops import stop_gradient
from ..primitive import fused
from .constants import ones
from .scratch import scratch


def reference(q: Any, k: Any, v: Any, mask: Any = None, *, scale: float = 1.0, causal: bool = False) -> Any:
    return np.matmul(weights(q, k, mask, scale, causal), v)


def weights(q: Any, k: Any, mask: Any, scale: float, causal: bool) -> Any:
    """softmax(scale q k^T + mask), in NumPy syntax; a query that may look at nothing has weights of 0."""
    scores = np.matmul(q * scale, k.mT)
    allowed: Any = _triangle(*scores.shape[-2:], np.bool_) if causal else None
    if mask is not None:
        if mask.dtype == np.bool_:
            allowed = mask if allowed is None else np.logical_and(mask, allowed)
        else:
            scores = scores + mask
    if allowed is not None:
        scores = np.where(allowed, scores, -np.inf)
    highest = np.max(stop_gradient(scores), axis=-1, keepdims=True)
    highest = np.where(np.isneginf(highest), 0.0, highest).astype(scores.dtype)
    powers = np.exp(scores - highest)
    totals = np.sum(powers, axis=-1, keepdims=True)
    return powers / np.where(totals == 0, 1.0, totals).astype(scores.dtype)


@lru_cache(maxsize=16)
def _triangle(rows: int, columns: int, dtype: Any) -> Any:
    """1 at and below the diagonal, 0 above."""
    found = np.tri(rows, columns, dtype=dtype)
    found.flags.writeable = False
    return found


def forward(q: Any, k: Any, v: Any, mask: Any = None, *, scale: float = 1.0, causal: bool = False) -> tuple[Any, Any]:
    dtype, (q, k, v, mask) = q.dtype, _wide(q, k, v, mask)
    scores = _scores(q, k, mask, scale, "scores")
    factor = _factor(mask, causal, scores)
    # One number taken out of all scores: rows have their maxima near each other, and a maximum per row costs more.
    highest = scores.max(initial=-np.inf)
    rows = totals = None
    if np.isfinite(highest):
        scores -= highest
        np.exp(scores, out=scores)
        if factor is not None:
            scores *= factor
        rows = scores.reshape(-1, scores.shape[-1])
        totals = rows.dot(ones(rows.shape[1], scores.dtype))
    if totals is None or not (totals > _SMALL).all():
        rows, totals, highest = _by_rows(q, k, mask, factor, scale)
        scores = rows.reshape(scores.shape)
    y = _empty((*scores.shape[:-1], v.shape[-1]), scores.dtype)
    np.matmul(scores, v, out=y)
    totals = totals.reshape(scores.shape[:-1])
    y /= totals[..., None]
    logarithms = np.log(totals)
    logarithms += highest
    return y.astype(dtype, copy=False), logarithms


_SMALL = 1e-30
"""Sums of powers are not below it, or else numbers were lost that count beside them."""


def _by_rows(q: Any, k: Any, mask: Any, factor: Any, scale: float) -> tuple[Any, Any, Any]:
    """Powers, their sums and what was taken out, row by row; for a query that may look at nothing 0, 1 and 0."""
    scores = _scores(q, k, mask, scale, "scores")
    if factor is not None:
        scores[np.broadcast_to(factor == 0, scores.shape)] = -np.inf
    highest = scores.max(axis=-1, initial=-np.inf)
    highest[np.isneginf(highest)] = 0
    scores -= highest[..., None]
    np.exp(scores, out=scores)
    totals = scores.sum(axis=-1)
    totals[totals == 0] = 1
    return scores.reshape(-1, scores.shape[-1]), totals, highest


def backward(
    g: Any,
    logarithms: Any,
    needs: Sequence[Any],
    q: Any,
    k: Any,
    v: Any,
    mask: Any = None,
    *,
    scale: float = 1.0,
    causal: bool = False,
) -> tuple[Any, ...]:
    dtype, (g, q, k, v, mask) = q.dtype, _wide(g, q, k, v, mask)
    p = _scores(q, k, mask, scale, "scores")
    p -= logarithms[..., None]
    bound = _bound(mask, causal, p)
    if bound is not None:
        np.minimum(p, bound, out=p)
    np.exp(p, out=p)
    dq = dk = dv = dmask = None
    if needs[2] is not None:
        dv = np.matmul(p.mT, g, out=_empty((*p.shape[:-2], *v.shape[-2:]), p.dtype))
    if needs[0] is not None or needs[1] is not None or (len(needs) > 3 and needs[3] is not None):
        d = np.matmul(g, v.mT, out=scratch("weights", p.shape, p.dtype))
        rows = d.reshape(-1, d.shape[-1])
        along = np.vecdot(rows, p.reshape(rows.shape))
        rows -= along[:, None]
        d *= p
        if needs[0] is not None:
            dq = np.matmul(d, k, out=_empty((*p.shape[:-1], q.shape[-1]), p.dtype))
            dq *= scale
        if needs[1] is not None:
            dk = np.matmul(d.mT, q, out=_empty((*p.shape[:-2], *k.shape[-2:]), p.dtype))
            dk *= scale
        if len(needs) > 3 and needs[3] is not None:
            dmask = d.copy()
    found = (dq, dk, dv, dmask)[: len(needs)]
    return tuple(None if d is None else d.astype(dtype, copy=False) for d in found)


def _scores(q: Any, k: Any, mask: Any, scale: float, name: str) -> Any:
    """scale q k^T, with a mask of numbers added."""
    lead = q.shape[:-2] if q.shape[:-2] == k.shape[:-2] else np.broadcast_shapes(q.shape[:-2], k.shape[:-2])
    shape = (*lead, q.shape[-2], k.shape[-2])
    if mask is not None:
        shape = np.broadcast_shapes(shape, mask.shape)
    scores = scratch(name, shape, q.dtype)
    np.matmul(q * q.dtype.type(scale), k.mT, out=scores)
    if mask is not None and mask.dtype != np.bool_:
        scores += mask
    return scores


def _factor(mask: Any, causal: bool, scores: Any) -> Any:
    """What powers are multiplied by: 1 where a query may look, else 0; None if it may look everywhere."""
    factor = _triangle(*scores.shape[-2:], scores.dtype) if causal else None
    if mask is not None and mask.dtype == np.bool_:
        factor = mask if factor is None else mask * factor
    return factor


def _bound(mask: Any, causal: bool, scores: Any) -> Any:
    """What scores are at most: anything where a query may look, else -inf; None if it may look everywhere."""
    bound = _ceiling(*scores.shape[-2:], scores.dtype) if causal else None
    if mask is not None and mask.dtype == np.bool_:
        masked = np.where(mask, np.inf, -np.inf).astype(scores.dtype)
        bound = masked if bound is None else np.minimum(masked, bound)
    return bound


@lru_cache(maxsize=16)
def _ceiling(rows: int, columns: int, dtype: Any) -> Any:
    """inf at and below the diagonal, -inf above."""
    found = np.where(_triangle(rows, columns, np.bool_), np.inf, -np.inf).astype(dtype)
    found.flags.writeable = False
    return found


def _empty(shape: tuple[int, ...], dtype: Any) -> Any:
    """Heads lie inside of positions in memory, (batch, length, heads, width): so laying them in one is no copy."""
    if len(shape) != 4:
        return np.empty(shape, dtype)
    batch, heads, length, width = shape
    return np.empty((batch, length, heads, width), dtype).swapaxes(1, 2)


def _wide(*arrays: Any) -> tuple[Any, ...]:
    """In at least single precision."""
    return tuple(a.astype(np.float32) if a is not None and a.dtype == np.float16 else a for a in arrays)


reference.__name__ = "attention"
attention = fused(
    reference,
    forward=forward,
    backward=backward,
    math="S = α Q Kᵀ + M,  P = softmax(S),  Y = P V;  V̄ = Pᵀ Ȳ,  P̄ = Ȳ Vᵀ,  "
    "S̄ᵢⱼ = Pᵢⱼ (P̄ᵢⱼ − Σₖ Pᵢₖ P̄ᵢₖ),  Q̄ = α S̄ K,  K̄ = α S̄ᵀ Q,  M̄ = S̄",
)
