"""Attention with several heads, and transformers."""

import numpy as np

from .case import case, normal

X, KEYS, VALUES = normal(3, 2, 4), normal(5, 2, 4, seed=1), normal(5, 2, 4, seed=2)
SRC, TGT = normal(3, 2, 4), normal(4, 2, 4, seed=1)
MASK = np.triu(np.ones((3, 5), bool), 3)
CAUSAL = np.triu(np.ones((3, 3), bool), 1)
PADDING = np.array([[False, False, True, False, True], [False] * 4 + [True]])
NO_REPR = {"repr": "PyTorch shows a class of its own for out_proj"}


def to_itself(nn, module, x):
    return module(x, x, x)


def heads(name, *inputs, call=None, **options):
    """A case of MultiheadAttention."""
    more = {"call": call} if call else {}
    return case(
        f"MultiheadAttention {name}", lambda nn: nn.MultiheadAttention(4, 2, **options), *inputs, skip=NO_REPR, **more
    )


def layer(kind, name, *inputs, call=None, **options):
    """A case of a transformer's layer."""
    more = {"call": call} if call else {}
    make = lambda nn: getattr(nn, f"Transformer{kind}Layer")(4, 2, 6, dropout=0.0, **options)
    return case(f"Transformer{kind}Layer {name}", make, *inputs, skip=NO_REPR, **more)


def encoder(nn):
    return nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 6, dropout=0.0), 2, norm=nn.LayerNorm(4),
                                 **({} if "torch" not in nn.__name__ else {"enable_nested_tensor": False}))  # fmt: skip


CASES = [
    heads("of itself", X, call=to_itself),
    heads("of others", X, KEYS, VALUES),
    heads("batch first", X, KEYS[:3], VALUES[:3], batch_first=True),
    heads("of one sequence", X[:, 0], KEYS[:, 0], VALUES[:, 0]),
    heads("without bias", X, call=to_itself, bias=False),
    heads("of other widths", X, normal(5, 2, 3), normal(5, 2, 6), kdim=3, vdim=6),
    heads("with one more learned", X, KEYS, VALUES, add_bias_kv=True),
    heads("with zeros", X, KEYS, VALUES, add_zero_attn=True),
    heads("masked", X, KEYS, VALUES, MASK,
          call=lambda nn, module, q, k, v, mask: module(q, k, v, attn_mask=mask)),
    heads("masked and more", X, KEYS, VALUES, MASK, PADDING, add_bias_kv=True, add_zero_attn=True,
          call=lambda nn, module, q, k, v, mask, padding: module(q, k, v, padding, attn_mask=mask)),
    heads("with numbers added", X, KEYS, VALUES, normal(4, 3, 5), PADDING,
          call=lambda nn, module, q, k, v, mask, padding: module(q, k, v, attn_mask=mask)),
    heads("padded", X, KEYS, VALUES, PADDING,
          call=lambda nn, module, q, k, v, padding: module(q, k, v, padding, average_attn_weights=False)),
    heads("without weights", X, KEYS, VALUES, PADDING, MASK,
          call=lambda nn, module, q, k, v, padding, mask: module(q, k, v, padding, False, mask)),
    layer("Encoder", "plain", SRC),
    layer("Encoder", "norm first", SRC, norm_first=True, activation="gelu"),
    layer("Encoder", "batch first", SRC, batch_first=True, bias=False, layer_norm_eps=0.1),
    layer("Encoder", "masked", SRC, CAUSAL, PADDING[:, :3],
          call=lambda nn, module, x, mask, padding: module(x, mask, padding)),
    layer("Decoder", "plain", TGT, SRC),
    layer("Decoder", "norm first", TGT, SRC, norm_first=True, activation="gelu"),
    layer("Decoder", "masked", SRC, TGT, CAUSAL, call=lambda nn, module, x, memory, mask: module(x, memory, mask)),
    case("TransformerEncoder", encoder, SRC, skip=NO_REPR),
    case("TransformerDecoder",
         lambda nn: nn.TransformerDecoder(nn.TransformerDecoderLayer(4, 2, 6, dropout=0.0), 2), TGT, SRC, skip=NO_REPR),
    case("Transformer", lambda nn: nn.Transformer(4, 2, 1, 1, 6, dropout=0.0), SRC, TGT, skip=NO_REPR),
    case("causal mask", lambda nn: lambda: nn.Transformer.generate_square_subsequent_mask(4)),
]  # fmt: skip
