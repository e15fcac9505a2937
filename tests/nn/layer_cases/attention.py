"""Attention and embeddings."""

import numpy as np

from .case import case, integers, normal

Q, K, V = normal(2, 3, 4, 5), normal(2, 3, 6, 5, seed=1), normal(2, 3, 6, 2, seed=2)
SAME = normal(2, 3, 4, 5, seed=3)
MASK = np.tri(4, 6, 1, dtype=bool)
NOTHING = MASK & (np.arange(4) != 2)[:, None]
INDICES = integers(3, 4, high=6)
OFFSETS = np.array([0, 5, 5, 11])


def attend(**options):
    return lambda nn: lambda *args: nn.functional.scaled_dot_product_attention(*args, **options)


CASES = [
    case("attention", attend(), Q, K, V),
    case("attention without a batch", attend(), Q[0, 0], K[0, 0], V[0, 0]),
    case("attention of one batch axis", attend(), Q[0], K[0], V[0]),
    case("attention, causal", attend(is_causal=True), Q, SAME, SAME),
    case("attention, causal, of different lengths", attend(is_causal=True), Q, K, V),
    case("attention with a scale", attend(scale=0.3), Q, K, V),
    case("attention with a mask", attend(), Q, K, V, MASK),
    case("attention with a mask of nothing", attend(), Q, K, V, NOTHING),
    case("attention with a mask for each head", attend(), Q, K, V, np.stack([MASK, ~MASK, MASK])),
    case("attention with numbers added", attend(), Q, K, V, normal(4, 6)),
    case("attention with numbers added to each", attend(), Q, K, V, normal(2, 1, 4, 6)),
    case("attention of large scores", attend(scale=300.0), Q, K, V, rtol=1e-8),
    case("attention with shared heads", attend(enable_gqa=True), normal(2, 6, 4, 5), K, V),
    case("Embedding", lambda nn: nn.Embedding(6, 3), INDICES),
    case("Embedding of one", lambda nn: nn.Embedding(6, 3), INDICES[0, 0]),
    case("Embedding of nothing", lambda nn: nn.Embedding(6, 3), INDICES[:0]),
    case("Embedding with padding", lambda nn: nn.Embedding(6, 3, padding_idx=2), INDICES),
    case("Embedding with padding from the end", lambda nn: nn.Embedding(6, 3, -1), INDICES),
    case("Embedding by frequency", lambda nn: nn.Embedding(6, 3, scale_grad_by_freq=True), INDICES,
         skip={"second": "not implemented in PyTorch"}),
    case("Embedding with a norm", lambda nn: nn.Embedding(6, 3, max_norm=0.7, norm_type=1.5), INDICES,
         skip={"forward mode": "the table is changed on the way", "copies": "the table is changed on the way"}),
    case("gelu", lambda nn: nn.functional.gelu, normal(40) * 2),
    *(case(f"EmbeddingBag {mode}", lambda nn, mode=mode: nn.EmbeddingBag(6, 3, mode=mode), INDICES,
           skip={"second": "not implemented in PyTorch"}) for mode in ("sum", "mean", "max")),
    *(case(f"EmbeddingBag {mode} with offsets",
           lambda nn, mode=mode: nn.EmbeddingBag(6, 3, mode=mode, padding_idx=2), INDICES.ravel(), OFFSETS,
           skip={"second": "not implemented in PyTorch"}) for mode in ("sum", "mean", "max")),
    case("EmbeddingBag to the last offset", lambda nn: nn.EmbeddingBag(6, 3, include_last_offset=True), INDICES.ravel(),
         np.array([0, 3, 12]), skip={"second": "not implemented in PyTorch"}),
    case("EmbeddingBag with weights", lambda nn: nn.EmbeddingBag(6, 3, mode="sum"), INDICES.ravel(), OFFSETS,
         normal(12), skip={"second": "not implemented in PyTorch"}),
]  # fmt: skip
