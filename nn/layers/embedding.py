"""A table of vectors, looked up by number:  y = weight[x]."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np

from .. import functional as F
from .. import init
from ..functional.arguments import array
from ..module import Module
from ..parameter import Parameter

if TYPE_CHECKING:
    from numpy.random import Generator

    from autograd_lite import Tensor

__all__ = ["Embedding", "EmbeddingBag"]


class Embedding(Module):
    """A vector for each of V things, learned: x integers in [0, V) of any shape, to (*x.shape, D).

    The weight (V, D) starts standard normal, and 0 at `padding_idx`.

    Args:
        num_embeddings: V.
        embedding_dim: D.
        padding_idx: a number whose vector gets no gradient; it counts from the end if it is negative.
        max_norm: vectors that are used and whose norm is larger are scaled to it first, in the table itself.
        norm_type: which norm, the p of sum(|w|^p)^(1/p).
        scale_grad_by_freq: divide the gradient of a vector by how often it is used in a call.
        sparse: there are no sparse gradients here; True is an error.
        dtype: of the table.
        generator: a NumPy Generator to draw from, instead of the default that `ag.manual_seed` seeds.

    Y. Bengio et al., A Neural Probabilistic Language Model, JMLR 3 (2003).

    >>> from autograd_lite import nn
    >>> nn.Embedding(10, 3)([[1, 2], [9, 0]]).shape
    (2, 2, 3)
    """

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        padding_idx: int | None = None,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        sparse: bool = False,
        *,
        dtype: Any = np.float32,
        generator: Generator | None = None,
    ) -> None:
        super().__init__()
        for name, size in (("num_embeddings", num_embeddings), ("embedding_dim", embedding_dim)):
            if not isinstance(size, (int, np.integer)) or size < 0:
                raise ValueError(f"Embedding: {name} must be a whole number of at least 0, not {size!r}")
        if sparse:
            raise ValueError("Embedding: there are no sparse gradients here; leave sparse=False")
        if padding_idx is not None:
            if not -num_embeddings <= padding_idx < num_embeddings:
                raise ValueError(f"Embedding: padding_idx must be one of the {num_embeddings}, not {padding_idx}")
            padding_idx %= num_embeddings
        self.num_embeddings, self.embedding_dim, self.padding_idx = num_embeddings, embedding_dim, padding_idx
        self.max_norm, self.norm_type, self.scale_grad_by_freq = max_norm, norm_type, scale_grad_by_freq
        self.weight = Parameter(np.empty((num_embeddings, embedding_dim), dtype))
        self.reset_parameters(generator)

    def reset_parameters(self, generator: Generator | None = None) -> None:
        """Draw the table anew."""
        init.normal_(self.weight, generator=generator)
        if self.padding_idx is not None:
            values = np.array(self.weight.data)
            values[self.padding_idx] = 0
            self.weight.data = values

    @classmethod
    def from_pretrained(
        cls,
        embeddings: Any,
        freeze: bool = True,
        padding_idx: int | None = None,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        sparse: bool = False,
    ) -> Self:
        """A layer with a given table (V, D), which is not trained unless `freeze` is False.

        >>> import numpy as np
        >>> from autograd_lite import nn
        >>> nn.Embedding.from_pretrained(np.array([[1.0], [2.0]]))([1]).tolist()
        [[2.0]]
        """
        table = array(embeddings)
        if table.ndim != 2:
            raise ValueError(f"Embedding.from_pretrained: the table is (V, D), not of the shape {table.shape}")
        rows, width = table.shape
        layer = cls(rows, width, padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse, dtype=table.dtype)
        layer.weight = Parameter(table, requires_grad=not freeze)
        return layer

    def forward(self, x: Any) -> Tensor:
        return F.embedding(x, self.weight, self.padding_idx, self.max_norm, self.norm_type, self.scale_grad_by_freq)

    def extra_repr(self) -> str:
        text = f"{self.num_embeddings}, {self.embedding_dim}"
        for name, default in (
            ("padding_idx", None), ("max_norm", None), ("norm_type", 2), ("scale_grad_by_freq", False),
        ):  # fmt: skip
            if getattr(self, name) != default:
                text += f", {name}={getattr(self, name)}"
        return text


class EmbeddingBag(Module):
    """The sum, mean or maximum of the vectors of each bag of things: x (B, N), or (S,) with offsets, to (B, D).

    The weight (V, D) starts standard normal, and 0 at `padding_idx`.

    Args:
        num_embeddings: V.
        embedding_dim: D.
        max_norm: vectors that are used and whose norm is larger are scaled to it first, in the table itself.
        norm_type: which norm, the p of sum(|w|^p)^(1/p).
        scale_grad_by_freq: divide the gradient of a vector by how often it is used in a call; not with "max".
        mode: "sum", "mean" or "max".
        sparse: there are no sparse gradients here; True is an error.
        include_last_offset: whether offsets have the end of the last bag too.
        padding_idx: a number that does not count, and whose vector gets no gradient.
        dtype: of the table.
        generator: a NumPy Generator to draw from, instead of the default that `ag.manual_seed` seeds.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.EmbeddingBag(10, 3)([1, 2, 9], offsets=[0, 2]).shape
    (2, 3)
    """

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        mode: str = "mean",
        sparse: bool = False,
        *,
        include_last_offset: bool = False,
        padding_idx: int | None = None,
        dtype: Any = np.float32,
        generator: Generator | None = None,
    ) -> None:
        super().__init__()
        if mode not in ("sum", "mean", "max"):
            raise ValueError(f'EmbeddingBag: mode must be "sum", "mean" or "max", not {mode!r}')
        self.num_embeddings, self.embedding_dim, self.max_norm = num_embeddings, embedding_dim, max_norm
        self.norm_type, self.scale_grad_by_freq, self.mode, self.sparse = norm_type, scale_grad_by_freq, mode, sparse
        self.include_last_offset = include_last_offset
        table = Embedding(num_embeddings, embedding_dim, padding_idx, sparse=sparse, dtype=dtype, generator=generator)
        self.padding_idx = table.padding_idx
        self.weight = table.weight

    def forward(self, input: Any, offsets: Any = None, per_sample_weights: Any = None) -> Tensor:
        return F.embedding_bag(
            input, self.weight, offsets, self.max_norm, self.norm_type, self.scale_grad_by_freq, self.mode, self.sparse,
            per_sample_weights, self.include_last_offset, self.padding_idx,
        )  # fmt: skip

    def extra_repr(self) -> str:
        text = f"{self.num_embeddings}, {self.embedding_dim}"
        for name, default in (
            ("max_norm", None), ("norm_type", 2), ("scale_grad_by_freq", False),
        ):  # fmt: skip
            if getattr(self, name) != default:
                text += f", {name}={getattr(self, name)}"
        return (
            text + f", mode={self.mode!r}" + ("" if self.padding_idx is None else f", padding_idx={self.padding_idx}")
        )
