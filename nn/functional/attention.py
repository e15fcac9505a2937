"""Attention: for each query a mean of the values, weighted by how well their keys fit."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd_lite.calls import apply_fused
from autograd_lite.errors import describe
from autograd_lite.kernels.attention import attention as _attention
from autograd_lite.kernels.attention import weights

from .arguments import array, check_probability, raw, require_floating
from .dropping import dropout

if TYPE_CHECKING:
    from numpy.random import Generator

__all__ = ["scaled_dot_product_attention"]


def scaled_dot_product_attention(
    query: Any,
    key: Any,
    value: Any,
    attn_mask: Any = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
    *,
    generator: Generator | None = None,
) -> Any:
    """softmax(scale q k^T + mask) v, with weights of 0 for a query that may look at nothing.

    Args:
        query: q (..., L, E).
        key: k (..., S, E).
        value: v (..., S, D).
        attn_mask: broadcast to (..., L, S): True where a query may look at a key, or numbers that are added.
        dropout_p: the probability with which a weight is set to 0, the others scaled by 1 / (1 - p).
        is_causal: query i looks at keys 0 to i alone.
        scale: 1 / sqrt(E) if it is None.
        enable_gqa: there are several times as many heads, on the third axis from the end, of queries as of keys and
            values, and as many of them in a row share a head of keys and values.
        generator: a NumPy Generator for dropout, instead of the default that `ag.manual_seed` seeds.

    Returns:
        (..., L, D).

    Raises:
        ValueError: shapes do not fit, or both a mask and `is_causal` are given.
        TypeError: the dtypes differ.

    A. Vaswani et al., Attention Is All You Need, NeurIPS (2017); J. Ainslie et al., GQA, EMNLP (2023).

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> q = k = np.zeros((2, 1))
    >>> nn.functional.scaled_dot_product_attention(q, k, np.array([[1.0], [3.0]]), is_causal=True).tolist()
    [[1.0], [2.0]]
    """
    q, k, v = array(query), array(key), array(value)
    mask = None if attn_mask is None else array(attn_mask)
    _check(q, k, v, mask, is_causal)
    check_probability("scaled_dot_product_attention", dropout_p)
    if enable_gqa:
        k, v = (_shared("key", q, k), _shared("value", q, v))
    scale = 1 / math.sqrt(q.shape[-1]) if scale is None else float(scale)
    if dropout_p:
        found = dropout(weights(q, k, mask, scale, is_causal), dropout_p, True, generator=generator)
        return np.matmul(found, v)
    args = (q, k, v) if mask is None else (q, k, v, mask)
    return apply_fused(_attention, args, tuple(map(raw, args)), {"scale": scale, "causal": bool(is_causal)})


def _check(q: Any, k: Any, v: Any, mask: Any, is_causal: bool) -> None:
    name = "scaled_dot_product_attention"
    for x in (q, k, v):
        require_floating(name, x)
        if x.ndim < 2:
            raise ValueError(f"{name}: query, key and value are (..., length, features), not {describe(x)}")
        if x.dtype != q.dtype:
            raise TypeError(
                f"{name}: query, key and value must be of one dtype, not {q.dtype}, {k.dtype} and {v.dtype}"
            )
    if q.shape[-1] != k.shape[-1] or k.shape[-2] != v.shape[-2]:
        raise ValueError(
            f"{name}: query (..., L, E) goes with key (..., S, E) and value (..., S, D); query.shape={q.shape}, "
            f"key.shape={k.shape}, value.shape={v.shape}"
        )
    if mask is None:
        return
    if is_causal:
        raise ValueError(f"{name}: give either attn_mask or is_causal=True, or the triangle in the mask")
    if mask.dtype != np.bool_ and mask.dtype != q.dtype:
        raise TypeError(f"{name}: attn_mask must be boolean or of query's dtype, {q.dtype}, not {mask.dtype}")


def _shared(name: str, q: Any, x: Any) -> Any:
    """Heads of keys or values, each once for every head of queries that shares it."""
    if x.ndim < 3 or q.ndim < 3 or not x.shape[-3] or q.shape[-3] % x.shape[-3]:
        raise ValueError(
            f"scaled_dot_product_attention: with enable_gqa the heads of query, on axis -3, must be a multiple of "
            f"those of {name}; query.shape={q.shape}, {name}.shape={x.shape}"
        )
    return np.repeat(x, q.shape[-3] // x.shape[-3], axis=-3)
