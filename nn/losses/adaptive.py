"""A softmax over many classes, of which few are frequent."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .. import functional as F
from ..containers import ModuleList, Sequential
from ..functional.arguments import raw, require_floating, tensor
from ..functional.losses.arguments import check_range, labels_of
from ..layers.linear import Linear
from ..module import Module

if TYPE_CHECKING:
    from numpy.random import Generator

    from autograd_lite import Tensor

__all__ = ["AdaptiveLogSoftmaxWithLoss"]


class ASMoutput(NamedTuple):
    """What a call gives: the log-probability of each label, and minus their mean."""

    output: Tensor
    loss: Tensor


class AdaptiveLogSoftmaxWithLoss(Module):
    """log p(y | x) = log p(y) in the head, or log p(cluster of y) in the head + log p(y | cluster); and minus its mean.

    Classes are sorted by how frequent they are, and cut into a short list and clusters: C = [c_1, ..., c_k, n_classes].
    The head is a linear map to the c_1 classes of the short list and k clusters; cluster i is a product of two linear
    maps, over in_features / div_value^i numbers.  Only the clusters of the labels at hand are computed.

    Called with x (N, in_features) or (in_features,) and integer labels y (N,) or (); gives `(output, loss)`, the
    log-probabilities (N,) or () of the labels and the loss (), as a named tuple.

    Args:
        in_features: the length of x.
        n_classes: how many classes there are.
        cutoffs: c_1 < c_2 < ... < c_k, all between 1 and n_classes - 1.
        div_value: how much smaller each cluster's product is than the one before.
        head_bias: whether the head has a bias.
        dtype: of the parameters.
        generator: a NumPy Generator to draw from, instead of the default that `ag.manual_seed` seeds.

    E. Grave et al., Efficient softmax approximation for GPUs, ICML (2017).

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> adaptive = nn.AdaptiveLogSoftmaxWithLoss(8, 100, [10, 30], 2.0)
    >>> output, loss = adaptive(np.ones((3, 8), np.float32), [5, 20, 99])
    >>> output.shape, loss.shape
    ((3,), ())
    """

    def __init__(
        self,
        in_features: int,
        n_classes: int,
        cutoffs: Sequence[int],
        div_value: float = 4.0,
        head_bias: bool = False,
        *,
        dtype: Any = np.float32,
        generator: Generator | None = None,
    ) -> None:
        super().__init__()
        bounds = [0, *cutoffs, n_classes]
        if len(bounds) < 3 or any(int(a) != a or a >= b for a, b in pairwise(bounds)):
            raise ValueError(
                "AdaptiveLogSoftmaxWithLoss: cutoffs must be integers in increasing order, at least one, between 1 and "
                f"n_classes - 1 = {n_classes - 1}, not {list(cutoffs)}"
            )
        made: dict[str, Any] = {"dtype": dtype, "generator": generator}
        self.in_features = in_features
        self.n_classes = n_classes
        self.cutoffs = bounds[1:]
        self.div_value = div_value
        self.head_bias = head_bias
        self.shortlist_size = bounds[1]
        self.n_clusters = len(bounds) - 2
        self.head_size = self.shortlist_size + self.n_clusters
        self.head = Linear(in_features, self.head_size, bias=head_bias, **made)
        self.tail = ModuleList()
        for i, (low, high) in enumerate(pairwise(self.cutoffs), 1):
            inner = int(in_features // div_value**i)
            self.tail.append(
                Sequential(
                    Linear(in_features, inner, bias=False, **made), Linear(inner, high - low, bias=False, **made)
                )
            )

    def forward(self, input: Any, target: Any) -> ASMoutput:
        name = "AdaptiveLogSoftmaxWithLoss"
        x, labels = tensor(input), np.asarray(raw(labels_of(name, target)))
        self._check(x)
        if labels.shape != x.shape[:-1]:
            raise ValueError(
                f"{name}: input (N, {self.in_features}) goes with labels (N,), one row with one label; "
                f"input.shape={x.shape}, labels.shape={labels.shape}"
            )
        check_range(name, labels, self.n_classes)
        rows, places = x.reshape(-1, self.in_features), labels.reshape(-1)
        cluster = np.searchsorted(self.cutoffs, places, side="right")  # 0 is the short list
        in_head = np.where(cluster == 0, places, self.shortlist_size + cluster - 1)
        output = _at(F.log_softmax(self.head(rows), 1), in_head)
        members = [np.flatnonzero(cluster == 0)]
        parts: list[Any] = [np.zeros(len(members[0]), x.dtype)]
        for i, module in enumerate(self.tail, 1):
            found = np.flatnonzero(cluster == i)
            if len(found):
                members.append(found)
                parts.append(_at(F.log_softmax(module(rows[found]), 1), places[found] - self.cutoffs[i - 1]))
        output = output + np.concatenate(parts)[np.argsort(np.concatenate(members))]
        return ASMoutput(output.reshape(labels.shape), -np.mean(output))

    def log_prob(self, input: Any) -> Tensor:
        """The log-probabilities of all classes, (N, n_classes)."""
        x = tensor(input)
        self._check(x)
        return self._all(x, self.head(x))

    def predict(self, input: Any) -> Tensor:
        """The most probable class of each row (N,); clusters are computed only where they may hold it."""
        x = tensor(input)
        self._check(x)
        rows = x.detach().reshape(-1, self.in_features)
        head = self.head(rows)
        found = np.argmax(head.data, axis=1)
        elsewhere = np.flatnonzero(found >= self.shortlist_size)
        if len(elsewhere):
            found[elsewhere] = np.argmax(self._all(rows[elsewhere], head[elsewhere]).data, axis=1)
        return tensor(found.reshape(x.shape[:-1]))

    def _all(self, x: Tensor, head: Tensor) -> Tensor:
        log_p = F.log_softmax(head, -1)
        parts = [log_p[..., : self.shortlist_size]]
        for i, module in enumerate(self.tail):
            in_head = self.shortlist_size + i
            parts.append(F.log_softmax(module(x), -1) + log_p[..., in_head : in_head + 1])
        answer: Any = np.concatenate(parts, axis=-1)
        return tensor(answer)

    def _check(self, x: Any) -> None:
        require_floating("AdaptiveLogSoftmaxWithLoss", x)
        if x.ndim not in (1, 2) or x.shape[-1] != self.in_features:
            raise ValueError(
                f"AdaptiveLogSoftmaxWithLoss: input is (N, {self.in_features}) or ({self.in_features},), not {x.shape}"
            )


def _at(x: Any, labels: Any) -> Any:
    return x[np.arange(len(labels)), labels]
