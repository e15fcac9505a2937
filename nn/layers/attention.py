"""Attention with several heads:  y = W_o [h_1, ..., h_H],  h_i = softmax(q_i k_i^T / sqrt(D)) v_i.

A. Vaswani et al., Attention Is All You Need, NeurIPS (2017).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd_lite.errors import describe
from autograd_lite.kernels.attention import weights

from .. import functional as F
from .. import init
from ..functional.arguments import array, check_probability, raw
from ..module import Module
from ..parameter import Parameter
from .linear import Linear

if TYPE_CHECKING:
    from numpy.random import Generator

__all__ = ["MultiheadAttention"]


class MultiheadAttention(Module):
    """Several heads of attention side by side, each with projections of its own of queries, keys and values.

    q = W_q query + b_q, k = W_k key + b_k, v = W_v value + b_v, cut in H heads of D = embed_dim / H numbers; in each
    softmax(q k^T / sqrt(D) + mask) v; and the heads side by side go through `out_proj`.

    Called with query (L, N, E), key (S, N, kdim) and value (S, N, vdim), with `batch_first` (N, L, E) and so on, or
    without N.  It gives the output, of query's shape, and the weights.  A query that may look at nothing has weights
    of 0 (PyTorch: NaN).

    Args:
        embed_dim: E.
        num_heads: H, of which E is a multiple.
        dropout: the probability with which a weight is set to 0 while training.
        bias: whether the projections have biases.
        add_bias_kv: whether there is one more key and value, learned.
        add_zero_attn: whether there is one more key and value, of zeros.
        kdim: the features of keys; E if it is None.
        vdim: the features of values; E if it is None.
        batch_first: whether the batch is the first axis.
        dtype: of the parameters; the inputs must have it too.
        generator: a NumPy Generator to draw from, instead of the default that `ag.manual_seed` seeds.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> x = np.ones((2, 5, 8), np.float32)
    >>> y, w = nn.MultiheadAttention(8, 2, batch_first=True)(x, x, x)
    >>> y.shape, w.shape
    ((2, 5, 8), (2, 5, 5))
    """

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        dropout: float = 0.0,
        bias: bool = True,
        add_bias_kv: bool = False,
        add_zero_attn: bool = False,
        kdim: int | None = None,
        vdim: int | None = None,
        batch_first: bool = False,
        *,
        dtype: Any = np.float32,
        generator: Generator | None = None,
    ) -> None:
        super().__init__()
        if embed_dim < 1 or num_heads < 1 or embed_dim % num_heads:
            raise ValueError(
                f"MultiheadAttention: embed_dim must be a multiple of num_heads; embed_dim={embed_dim}, "
                f"num_heads={num_heads}"
            )
        check_probability("MultiheadAttention", dropout)
        self.embed_dim, self.num_heads, self.head_dim = embed_dim, num_heads, embed_dim // num_heads
        self.kdim, self.vdim = embed_dim if kdim is None else kdim, embed_dim if vdim is None else vdim
        self.dropout, self.batch_first, self.add_zero_attn, self.generator = (
            dropout, batch_first, add_zero_attn, generator,
        )  # fmt: skip
        self.together = self.kdim == self.vdim == embed_dim
        if self.together:
            self.in_proj_weight = Parameter(np.empty((3 * embed_dim, embed_dim), dtype))
        else:
            self.q_proj_weight = Parameter(np.empty((embed_dim, embed_dim), dtype))
            self.k_proj_weight = Parameter(np.empty((embed_dim, self.kdim), dtype))
            self.v_proj_weight = Parameter(np.empty((embed_dim, self.vdim), dtype))
        self.in_proj_bias = Parameter(np.empty(3 * embed_dim, dtype)) if bias else None
        self.bias_k = Parameter(np.empty((1, 1, embed_dim), dtype)) if add_bias_kv else None
        self.bias_v = Parameter(np.empty((1, 1, embed_dim), dtype)) if add_bias_kv else None
        self.out_proj = Linear(embed_dim, embed_dim, bias=bias, dtype=dtype, generator=generator)
        self.reset_parameters(generator)

    def reset_parameters(self, generator: Generator | None = None) -> None:
        """Draw the projections of queries, keys and values anew; biases 0."""
        if self.together:
            init.xavier_uniform_(self.in_proj_weight, generator=generator)
        else:
            for weight in (self.q_proj_weight, self.k_proj_weight, self.v_proj_weight):
                init.xavier_uniform_(weight, generator=generator)
        for bias in (self.in_proj_bias, self.out_proj.bias):
            if bias is not None:
                init.zeros_(bias)
        for more in (self.bias_k, self.bias_v):
            if more is not None:
                init.xavier_normal_(more, generator=generator)

    def forward(
        self,
        query: Any,
        key: Any,
        value: Any,
        key_padding_mask: Any = None,
        need_weights: bool = True,
        attn_mask: Any = None,
        average_attn_weights: bool = True,
        is_causal: bool = False,
    ) -> tuple[Any, Any]:
        """The output and the weights.

        Args:
            query: what asks.
            key: what is asked.
            value: what is given.
            key_padding_mask: (N, S), or (S,) without N: True for keys that nobody may look at, or numbers to add.
            need_weights: whether to give the weights; without them it is quicker, and None stands in their place.
            attn_mask: (L, S), or (N H, L, S): True where a query may NOT look at a key, or numbers to add.
            average_attn_weights: whether the weights are the mean over the heads, (N, L, S), or (N, H, L, S).
            is_causal: a promise that `attn_mask` is the causal one.
        """
        same = query is key is value
        q, k, v = (array(query),) * 3 if same else (array(query), array(key), array(value))
        axes = q.ndim
        if axes not in (2, 3) or k.ndim != axes or v.ndim != axes or q.shape[-1] != self.embed_dim:
            raise ValueError(
                f"MultiheadAttention: query, key and value are of 3 axes, or of 2 without a batch, with "
                f"{self.embed_dim}, {self.kdim} and {self.vdim} features; they are {describe(q)}, {describe(k)} and "
                f"{describe(v)}"
            )
        if is_causal and attn_mask is None:
            raise ValueError(
                "MultiheadAttention: is_causal says that attn_mask is the causal one; give it too, "
                "nn.Transformer.generate_square_subsequent_mask(L)"
            )
        if same:
            q = k = v = self._batch_first(q)
        else:
            q, k, v = (self._batch_first(x) for x in (q, k, v))
        queries, keys, values = self._projected(q, k, v, same)
        batch, length = len(q), q.shape[1]
        mask = self._mask(attn_mask, key_padding_mask, batch, length, keys.shape[2])
        dropout = self.dropout if self.training else 0.0
        found: Any = None
        if need_weights:
            found = weights(queries, keys, mask, 1 / math.sqrt(self.head_dim), False)
            found = F.dropout(found, dropout, True, generator=self.generator) if dropout else found
            heads = np.matmul(found, values)
        else:
            heads = F.scaled_dot_product_attention(queries, keys, values, mask, dropout, generator=self.generator)
        y: Any = self.out_proj(heads.swapaxes(1, 2).reshape(batch, length, self.embed_dim))
        if found is not None and average_attn_weights:
            found = np.mean(found, axis=1)
        if axes == 2:
            return y[0], None if found is None else found[0]
        return (y if self.batch_first else y.swapaxes(0, 1)), found

    def _batch_first(self, x: Any) -> Any:
        if x.ndim == 2:
            return x[None]
        return x if self.batch_first else x.swapaxes(0, 1)

    def _projected(self, q: Any, k: Any, v: Any, same: bool) -> tuple[Any, Any, Any]:
        """Queries, keys and values, each (N, H, length, D)."""
        width = self.embed_dim
        if same and self.together:
            parts = F.linear(q, self.in_proj_weight, self.in_proj_bias)
            parts = parts.reshape(*q.shape[:2], 3, self.num_heads, self.head_dim).swapaxes(0, 2)
            found = [part.swapaxes(0, 1) for part in parts]  # (N, L, H, D)
            queries, keys, values = found
        else:
            if self.together:
                kinds = [self.in_proj_weight[i * width : (i + 1) * width] for i in range(3)]
            else:
                kinds = [self.q_proj_weight, self.k_proj_weight, self.v_proj_weight]
            biases: list[Any] = [None] * 3
            if self.in_proj_bias is not None:
                biases = [self.in_proj_bias[i * width : (i + 1) * width] for i in range(3)]
            queries, keys, values = (
                F.linear(x, kind, bias).reshape(*x.shape[:2], self.num_heads, self.head_dim)
                for x, kind, bias in zip((q, k, v), kinds, biases, strict=True)
            )
        if self.bias_k is not None and self.bias_v is not None:
            keys, values = (self._and_more(x, more) for x, more in ((keys, self.bias_k), (values, self.bias_v)))
        if self.add_zero_attn:
            nothing = np.zeros((len(q), 1, self.num_heads, self.head_dim), raw(keys).dtype)
            both: Any = [np.concatenate([x, nothing], axis=1) for x in (keys, values)]
            keys, values = both
        return queries.swapaxes(1, 2), keys.swapaxes(1, 2), values.swapaxes(1, 2)

    def _and_more(self, x: Any, more: Any) -> Any:
        one = more.reshape(1, 1, self.num_heads, self.head_dim)
        return np.concatenate([x, np.broadcast_to(one, (len(x), 1, *one.shape[2:]))], axis=1)

    def _mask(self, attn_mask: Any, key_padding_mask: Any, batch: int, length: int, keys: int) -> Any:
        """Both masks in one, broadcast to (N, H, L, S): True where a query may look, or numbers to add."""
        found: Any = None
        own = keys - (self.bias_k is not None) - self.add_zero_attn
        for name, given, shapes in (
            ("attn_mask", attn_mask, {(length, own), (batch * self.num_heads, length, own)}),
            ("key_padding_mask", key_padding_mask, {(batch, own), (own,)} if batch == 1 else {(batch, own)}),
        ):
            if given is None:
                continue
            mask = array(given)
            if tuple(mask.shape) not in shapes:
                raise ValueError(
                    f"MultiheadAttention: {name} must have the shape {' or '.join(map(str, sorted(shapes)))}, not "
                    f"{tuple(mask.shape)}"
                )
            if name == "key_padding_mask":
                mask = mask.reshape(-1, 1, 1, own)
            elif mask.ndim == 3:
                mask = mask.reshape(batch, self.num_heads, length, own)
            else:
                mask = mask[None, None]
            if keys > own:
                mask = np.pad(mask, (*((0, 0),) * 3, (0, keys - own)))
            found = mask if found is None else _both(found, mask)
        if found is not None and raw(found).dtype == np.bool_:
            return ~np.asarray(raw(found))
        return found


def _both(first: Any, second: Any) -> Any:
    """Two masks in one; if one of them is of numbers, both are."""
    if raw(first).dtype == raw(second).dtype == np.bool_:
        return np.asarray(raw(first)) | np.asarray(raw(second))
    dtype = raw(first).dtype if raw(first).dtype != np.bool_ else raw(second).dtype
    return _numbers(first, dtype) + _numbers(second, dtype)


def _numbers(mask: Any, dtype: Any) -> Any:
    if raw(mask).dtype != np.bool_:
        return mask
    return np.where(raw(mask), dtype.type(-np.inf), dtype.type(0))
