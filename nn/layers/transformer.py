"""Transformers: layers of attention and small networks, each added to what goes around it, and normalized.

A. Vaswani et al., Attention Is All You Need, NeurIPS (2017).
R. Xiong et al., On Layer Normalization in the Transformer Architecture, ICML (2020), for `norm_first`.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd_lite import Tensor

from .. import functional as F
from .. import init
from ..containers import ModuleList
from ..module import Module
from .attention import MultiheadAttention
from .dropout import Dropout
from .layer_norm import LayerNorm
from .linear import Linear

if TYPE_CHECKING:
    from numpy.random import Generator

__all__ = [
    "Transformer", "TransformerDecoder", "TransformerDecoderLayer", "TransformerEncoder", "TransformerEncoderLayer",
]  # fmt: skip

Activation = str | Callable[[Any], Any]


class _Layer(Module):
    """The network of a layer, and how its parts are put together."""

    norm_first: bool

    def _make_network(
        self, d_model: int, dim_feedforward: int, dropout: float, activation: Activation, bias: bool, options: Any
    ) -> None:
        self.linear1 = Linear(d_model, dim_feedforward, bias=bias, **options)
        self.dropout = Dropout(dropout, generator=options["generator"])
        self.linear2 = Linear(dim_feedforward, d_model, bias=bias, **options)
        if isinstance(activation, str) and activation not in ("relu", "gelu"):
            raise ValueError(
                f'{type(self).__name__}: activation must be "relu", "gelu" or a function, not {activation!r}'
            )
        self.activation: Any = (
            {"relu": F.relu, "gelu": F.gelu}[activation] if isinstance(activation, str) else activation
        )

    def _network(self, x: Any) -> Any:
        return self.linear2(self.dropout(self.activation(self.linear1(x))))

    def _added(self, x: Any, part: Callable[[Any], Any], norm: Module, dropout: Module) -> Any:
        """A part of the layer beside what goes around it."""
        if self.norm_first:
            return x + dropout(part(norm(x)))
        return norm(x + dropout(part(x)))


class TransformerEncoderLayer(_Layer):
    """x <- norm(x + attention(x));  x <- norm(x + W_2 f(W_1 x + b_1) + b_2).

    x is (T, N, E), with `batch_first` (N, T, E), or without N.

    Args:
        d_model: E.
        nhead: into how many heads attention is divided.
        dim_feedforward: how wide the network is inside.
        dropout: the probability of dropout, on weights, inside the network and on what is added.
        activation: f: "relu", "gelu" or a function.
        layer_norm_eps: the eps of the normalizations.
        batch_first: whether the batch is the first axis.
        norm_first: x <- x + attention(norm(x)) and so on.
        bias: whether linear maps and normalizations have biases.
        dtype: of the parameters; the input must have it too.
        generator: a NumPy Generator to draw from, instead of the default that `ag.manual_seed` seeds.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)(np.ones((2, 5, 8), np.float32)).shape
    (2, 5, 8)
    """

    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: Activation = "relu",
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        *,
        dtype: Any = np.float32,
        generator: Generator | None = None,
    ) -> None:
        super().__init__()
        options: Any = {"dtype": dtype, "generator": generator}
        self.self_attn = MultiheadAttention(d_model, nhead, dropout, bias, batch_first=batch_first, **options)
        self._make_network(d_model, dim_feedforward, dropout, activation, bias, options)
        self.norm_first = norm_first
        self.norm1 = LayerNorm(d_model, layer_norm_eps, bias=bias, dtype=dtype)
        self.norm2 = LayerNorm(d_model, layer_norm_eps, bias=bias, dtype=dtype)
        self.dropout1, self.dropout2 = (Dropout(dropout, generator=generator) for _ in range(2))

    def forward(self, src: Any, src_mask: Any = None, src_key_padding_mask: Any = None, is_causal: bool = False) -> Any:
        """The output; masks are those of `MultiheadAttention`."""

        def attend(x: Any) -> Any:
            return self.self_attn(x, x, x, src_key_padding_mask, False, src_mask, is_causal=is_causal)[0]

        x = self._added(src, attend, self.norm1, self.dropout1)
        return self._added(x, self._network, self.norm2, self.dropout2)


class TransformerDecoderLayer(_Layer):
    """As `TransformerEncoderLayer`, with attention to a memory between the two parts.

    x <- norm(x + attention(x));  x <- norm(x + attention(x, memory));  x <- norm(x + W_2 f(W_1 x + b_1) + b_2).

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> layer = nn.TransformerDecoderLayer(8, 2, 16, batch_first=True)
    >>> layer(np.ones((2, 5, 8), np.float32), np.ones((2, 3, 8), np.float32)).shape
    (2, 5, 8)
    """

    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: Activation = "relu",
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        *,
        dtype: Any = np.float32,
        generator: Generator | None = None,
    ) -> None:
        super().__init__()
        options: Any = {"dtype": dtype, "generator": generator}
        self.self_attn = MultiheadAttention(d_model, nhead, dropout, bias, batch_first=batch_first, **options)
        self.multihead_attn = MultiheadAttention(d_model, nhead, dropout, bias, batch_first=batch_first, **options)
        self._make_network(d_model, dim_feedforward, dropout, activation, bias, options)
        self.norm_first = norm_first
        self.norm1 = LayerNorm(d_model, layer_norm_eps, bias=bias, dtype=dtype)
        self.norm2 = LayerNorm(d_model, layer_norm_eps, bias=bias, dtype=dtype)
        self.norm3 = LayerNorm(d_model, layer_norm_eps, bias=bias, dtype=dtype)
        self.dropout1, self.dropout2, self.dropout3 = (Dropout(dropout, generator=generator) for _ in range(3))

    def forward(
        self,
        tgt: Any,
        memory: Any,
        tgt_mask: Any = None,
        memory_mask: Any = None,
        tgt_key_padding_mask: Any = None,
        memory_key_padding_mask: Any = None,
        tgt_is_causal: bool = False,
        memory_is_causal: bool = False,
    ) -> Any:
        """The output; masks are those of `MultiheadAttention`."""

        def attend(x: Any) -> Any:
            return self.self_attn(x, x, x, tgt_key_padding_mask, False, tgt_mask, is_causal=tgt_is_causal)[0]

        def look(x: Any) -> Any:
            return self.multihead_attn(
                x, memory, memory, memory_key_padding_mask, False, memory_mask, is_causal=memory_is_causal
            )[0]

        x = self._added(tgt, attend, self.norm1, self.dropout1)
        x = self._added(x, look, self.norm2, self.dropout2)
        return self._added(x, self._network, self.norm3, self.dropout3)


class TransformerEncoder(Module):
    """Several `TransformerEncoderLayer`, one after the other: copies of one, which all begin alike.

    Args:
        encoder_layer: what is copied.
        num_layers: how often.
        norm: what comes after the last, or None.
    """

    def __init__(self, encoder_layer: Module, num_layers: int, norm: Module | None = None) -> None:
        super().__init__()
        self.layers = ModuleList(copy.deepcopy(encoder_layer) for _ in range(num_layers))
        self.num_layers = num_layers
        self.norm = norm

    def forward(
        self, src: Any, mask: Any = None, src_key_padding_mask: Any = None, is_causal: bool | None = None
    ) -> Any:
        """The output; masks are those of `MultiheadAttention`."""
        for layer in self.layers:
            src = layer(src, mask, src_key_padding_mask, bool(is_causal))
        return src if self.norm is None else self.norm(src)


class TransformerDecoder(Module):
    """Several `TransformerDecoderLayer`, one after the other: copies of one, which all begin alike.

    Args:
        decoder_layer: what is copied.
        num_layers: how often.
        norm: what comes after the last, or None.
    """

    def __init__(self, decoder_layer: Module, num_layers: int, norm: Module | None = None) -> None:
        super().__init__()
        self.layers = ModuleList(copy.deepcopy(decoder_layer) for _ in range(num_layers))
        self.num_layers = num_layers
        self.norm = norm

    def forward(
        self,
        tgt: Any,
        memory: Any,
        tgt_mask: Any = None,
        memory_mask: Any = None,
        tgt_key_padding_mask: Any = None,
        memory_key_padding_mask: Any = None,
        tgt_is_causal: bool | None = None,
        memory_is_causal: bool = False,
    ) -> Any:
        """The output; masks are those of `MultiheadAttention`."""
        for layer in self.layers:
            tgt = layer(
                tgt, memory, tgt_mask, memory_mask, tgt_key_padding_mask, memory_key_padding_mask,
                bool(tgt_is_causal), memory_is_causal,
            )  # fmt: skip
        return tgt if self.norm is None else self.norm(tgt)


class Transformer(Module):
    """An encoder and a decoder: src (S, N, E) and tgt (T, N, E), or with `batch_first` (N, S, E), to tgt's shape.

    Arguments are those of the layers, and

    Args:
        num_encoder_layers: how many layers the encoder has.
        num_decoder_layers: how many the decoder has.
        custom_encoder: a module in the place of the encoder.
        custom_decoder: a module in the place of the decoder.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> model = nn.Transformer(8, 2, 1, 1, 16, batch_first=True)
    >>> model(np.ones((2, 4, 8), np.float32), np.ones((2, 5, 8), np.float32)).shape
    (2, 5, 8)
    """

    def __init__(
        self,
        d_model: int = 512,
        nhead: int = 8,
        num_encoder_layers: int = 6,
        num_decoder_layers: int = 6,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: Activation = "relu",
        custom_encoder: Module | None = None,
        custom_decoder: Module | None = None,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        *,
        dtype: Any = np.float32,
        generator: Generator | None = None,
    ) -> None:
        super().__init__()
        options: Any = (
            d_model,
            nhead,
            dim_feedforward,
            dropout,
            activation,
            layer_norm_eps,
            batch_first,
            norm_first,
            bias,
        )
        named: Any = {"dtype": dtype, "generator": generator}
        if custom_encoder is None:
            norm = LayerNorm(d_model, layer_norm_eps, bias=bias, dtype=dtype)
            self.encoder: Module = TransformerEncoder(
                TransformerEncoderLayer(*options, **named), num_encoder_layers, norm
            )
        else:
            self.encoder = custom_encoder
        if custom_decoder is None:
            norm = LayerNorm(d_model, layer_norm_eps, bias=bias, dtype=dtype)
            self.decoder: Module = TransformerDecoder(
                TransformerDecoderLayer(*options, **named), num_decoder_layers, norm
            )
        else:
            self.decoder = custom_decoder
        for parameter in self.parameters():
            if parameter.ndim > 1:
                init.xavier_uniform_(parameter, generator=generator)
        self.d_model, self.nhead, self.batch_first = d_model, nhead, batch_first

    def forward(
        self,
        src: Any,
        tgt: Any,
        src_mask: Any = None,
        tgt_mask: Any = None,
        memory_mask: Any = None,
        src_key_padding_mask: Any = None,
        tgt_key_padding_mask: Any = None,
        memory_key_padding_mask: Any = None,
        src_is_causal: bool | None = None,
        tgt_is_causal: bool | None = None,
        memory_is_causal: bool = False,
    ) -> Any:
        """The output of the decoder; masks are those of `MultiheadAttention`."""
        memory = self.encoder(src, src_mask, src_key_padding_mask, src_is_causal)
        return self.decoder(
            tgt, memory, tgt_mask, memory_mask, tgt_key_padding_mask, memory_key_padding_mask, tgt_is_causal,
            memory_is_causal,
        )  # fmt: skip

    @staticmethod
    def generate_square_subsequent_mask(sz: int, dtype: Any = np.float32) -> Tensor:
        """The causal mask to add: 0 on and below the diagonal, -inf above."""
        return Tensor(np.triu(np.full((sz, sz), -np.inf), 1).astype(dtype))
