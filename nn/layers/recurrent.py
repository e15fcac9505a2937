"""Recurrent networks of several layers, in one direction or both:  h_t = f(x_t, h_(t-1)).

J. L. Elman, Finding Structure in Time, Cognitive Science 14 (1990).
S. Hochreiter and J. Schmidhuber, Long Short-Term Memory, Neural Computation 9 (1997).
K. Cho et al., Learning Phrase Representations using RNN Encoder-Decoder, EMNLP (2014).
M. Schuster and K. Paliwal, Bidirectional Recurrent Neural Networks, IEEE Transactions on Signal Processing 45 (1997).
"""

from __future__ import annotations

import math
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd_lite.errors import describe

from .. import functional as F
from .. import init
from ..functional.arguments import array, check_probability
from ..module import Module
from ..parameter import Parameter
from ..utils.rnn import PackedSequence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.random import Generator

__all__ = ["GRU", "LSTM", "RNN"]


class RNNBase(Module):
    """What recurrent networks have in common: parameters for each layer and direction, and the way through them."""

    gates: int

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int,
        bias: bool,
        batch_first: bool,
        dropout: float,
        bidirectional: bool,
        proj_size: int,
        dtype: Any,
        generator: Generator | None,
    ) -> None:
        super().__init__()
        name = type(self).__name__
        for what, size in (("input_size", input_size), ("hidden_size", hidden_size), ("num_layers", num_layers)):
            if not isinstance(size, (int, np.integer)) or size < 1:
                raise ValueError(f"{name}: {what} must be a whole number of at least 1, not {size!r}")
        if not 0 <= proj_size < hidden_size:
            raise ValueError(f"{name}: proj_size must be from 0 to hidden_size - 1, not {proj_size!r}")
        check_probability(name, dropout)
        if dropout and num_layers == 1:
            warnings.warn(
                f"{name}: dropout={dropout} has no effect, since it is between layers and there is one; use "
                "num_layers > 1",
                stacklevel=3,
            )
        self.input_size, self.hidden_size, self.num_layers = input_size, hidden_size, num_layers
        self.bias, self.batch_first, self.dropout = bias, batch_first, dropout
        self.bidirectional, self.proj_size, self.generator = bidirectional, proj_size, generator
        out = proj_size or hidden_size
        wide = self.gates * hidden_size
        for layer in range(num_layers):
            features = input_size if layer == 0 else out * (2 if bidirectional else 1)
            for suffix in self._suffixes(layer):
                shapes: dict[str, tuple[int, ...]] = {"weight_ih": (wide, features), "weight_hh": (wide, out)}
                if bias:
                    shapes |= {"bias_ih": (wide,), "bias_hh": (wide,)}
                if proj_size:
                    shapes |= {"weight_hr": (proj_size, hidden_size)}
                for key, shape in shapes.items():
                    setattr(self, key + suffix, Parameter(np.empty(shape, dtype)))
        self.reset_parameters(generator)

    def reset_parameters(self, generator: Generator | None = None) -> None:
        """Draw the parameters anew, uniform in +-1/sqrt(hidden_size)."""
        bound = 1 / math.sqrt(self.hidden_size)
        for parameter in self.parameters():
            init.uniform_(parameter, -bound, bound, generator=generator)

    def _suffixes(self, layer: int) -> list[str]:
        return [f"_l{layer}", f"_l{layer}_reverse"] if self.bidirectional else [f"_l{layer}"]

    def _run(self, x: Any, state: Any, weights: Sequence[Any], options: dict[str, Any]) -> Any:
        """One layer in one direction: what comes out of it, and its last state."""
        raise NotImplementedError

    def _weights(self, suffix: str) -> list[Any]:
        keys = ["weight_ih", "weight_hh"] + (["bias_ih", "bias_hh"] if self.bias else [])
        return [getattr(self, key + suffix) for key in keys]

    def _through(self, x: Any, options: dict[str, Any], states: Sequence[Any]) -> tuple[Any, list[Any]]:
        """All layers: what comes out of the last, and the last states, in the order of `states`.

        `options` of the functions say how x lies: `batch_sizes` or `batch_first`.
        """
        last: list[Any] = []
        for layer in range(self.num_layers):
            found = []
            for reverse, suffix in enumerate(self._suffixes(layer)):
                how = options | {"reverse": bool(reverse)}
                y, state = self._run(x, states[len(last)], self._weights(suffix), how)
                found.append(y)
                last.append(state)
            x = found[0] if len(found) == 1 else np.concatenate(found, axis=-1)
            if self.dropout and layer < self.num_layers - 1:
                x = F.dropout(x, self.dropout, self.training, generator=self.generator)
        return x, last

    def _call(self, input: Any, hx: Any, widths: Sequence[int]) -> tuple[Any, list[Any]]:
        """The output, and the last states: for each part of the state (layers * directions, B, width).

        Args:
            input: (T, B, I), (T, I), with `batch_first` (B, T, I), or a PackedSequence.
            hx: the parts of the state before the first step, or None for zeros.
            widths: of the parts.
        """
        if isinstance(input, PackedSequence):
            sizes = tuple(int(n) for n in input.batch_sizes)
            states = self._states(array(input.data), hx, widths, sizes[0], input.sorted_indices)
            rows, last = self._through(array(input.data), {"batch_sizes": sizes}, states)
            parts = self._parts(last, len(widths), input.unsorted_indices)
            return PackedSequence(rows, input.batch_sizes, input.sorted_indices, input.unsorted_indices), parts
        x = array(input)
        if x.ndim not in (2, 3) or x.shape[-1] != self.input_size:
            raise ValueError(
                f"{type(self).__name__}: x must be (T, B, {self.input_size}), with batch_first=True (B, T, "
                f"{self.input_size}), or (T, {self.input_size}); x is {describe(x)}"
            )
        one = x.ndim == 2
        if one:
            x = x[:, None]
            hx = None if hx is None else [array(part)[:, None] for part in hx]
        batch_first = self.batch_first and not one
        batch, steps = x.shape[:2] if batch_first else x.shape[1::-1]
        if not steps:
            raise ValueError(f"{type(self).__name__}: there must be at least one time step; x is {describe(x)}")
        states = self._states(x, hx, widths, batch, None)
        y, last = self._through(x, {"batch_first": batch_first}, states)
        parts = self._parts(last, len(widths), None)
        return (y[:, 0], [part[:, 0] for part in parts]) if one else (y, parts)

    def _states(self, x: Any, hx: Any, widths: Sequence[int], batch: int, order: Any) -> list[Any]:
        """A tuple of the parts of the state for each layer and direction."""
        count = self.num_layers * (2 if self.bidirectional else 1)
        parts = []
        for i, width in enumerate(widths):
            if hx is None:
                parts.append(np.zeros((count, batch, width), x.dtype))
                continue
            part = array(hx[i])
            if part.shape != (count, batch, width):
                raise ValueError(
                    f"{type(self).__name__}: the state {'hc'[i]} before the first step must have the shape "
                    f"{(count, batch, width)}, (layers * directions, batch, size), not {part.shape}"
                )
            parts.append(part if order is None else part[:, order])
        return [tuple(part[k] for part in parts) for k in range(count)]

    def _parts(self, last: Sequence[Any], count: int, order: Any) -> list[Any]:
        if len(last) == 1:
            stacked = [part[None] for part in last[0]]
        else:
            stacked = [np.stack([state[i] for state in last]) for i in range(count)]
        return stacked if order is None else [part[:, order] for part in stacked]

    def extra_repr(self) -> str:
        text = f"{self.input_size}, {self.hidden_size}"
        for name, default in (
            ("proj_size", 0), ("num_layers", 1), ("bias", True), ("batch_first", False), ("dropout", 0),
            ("bidirectional", False),
        ):  # fmt: skip
            if getattr(self, name) != default:
                text += f", {name}={getattr(self, name)}"
        return text


class _WithOneState(RNNBase):
    """Networks whose state is h alone."""

    def forward(self, input: Any, hx: Any = None) -> tuple[Any, Any]:
        y, (h,) = self._call(input, None if hx is None else [hx], [self.hidden_size])
        return y, h


class RNN(_WithOneState):
    """h_t = tanh(w_ih x_t + b_ih + w_hh h_(t-1) + b_hh), in each layer with the h of the layer before as its x.

    Called with x (T, B, I), (T, I), with `batch_first` (B, T, I), or a `PackedSequence`; and with h before the first
    step, (layers * directions, B, H), or nothing for zeros.  It gives the h of the last layer after each step,
    (T, B, H) with both directions side by side, and the last h of all layers and directions.

    Args:
        input_size: I.
        hidden_size: H.
        num_layers: how many layers.
        nonlinearity: "tanh", or "relu" in its place.
        bias: whether there are biases.
        batch_first: whether the batch is the first axis.
        dropout: the probability of dropout between layers.
        bidirectional: whether each layer goes through the sequence in both directions.
        dtype: of the parameters; the input must have it too.
        generator: a NumPy Generator to draw from, instead of the default that `ag.manual_seed` seeds.

    The parameters are weight_ih_l0 (H, I), weight_hh_l0 (H, H), bias_ih_l0 and bias_hh_l0 (H,), those with "_reverse"
    for the other direction, and so on for each layer; uniform in +-1/sqrt(H) at the start.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> y, h = nn.RNN(3, 8, num_layers=2)(np.ones((5, 1, 3), np.float32))
    >>> y.shape, h.shape
    ((5, 1, 8), (2, 1, 8))
    """

    gates = 1

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: str = "tanh",
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        *,
        dtype: Any = np.float32,
        generator: Generator | None = None,
    ) -> None:
        if nonlinearity not in ("tanh", "relu"):
            raise ValueError(f'RNN: nonlinearity must be "tanh" or "relu", not {nonlinearity!r}')
        super().__init__(
            input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, 0, dtype, generator
        )
        self.nonlinearity = nonlinearity

    def _run(self, x: Any, state: Any, weights: Sequence[Any], options: dict[str, Any]) -> Any:
        y, h = F.rnn(x, state[0], *weights, **(options | {"nonlinearity": self.nonlinearity}))
        return y, (h,)


class GRU(_WithOneState):
    """r, z = s of a + b, n = tanh(a_n + r b_n), h_t = (1 - z) n + z h, with a = w_ih x_t + b_ih, b = w_hh h + b_hh.

    s is the sigmoid, h that of the step before, and a and b have parts for r, z and n.  Arguments, inputs and outputs
    are those of `RNN`; the weights have 3 H rows, for r, z and n.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> y, h = nn.GRU(3, 8, batch_first=True, bidirectional=True)(np.ones((2, 5, 3), np.float32))
    >>> y.shape, h.shape
    ((2, 5, 16), (2, 2, 8))
    """

    gates = 3

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        *,
        dtype: Any = np.float32,
        generator: Generator | None = None,
    ) -> None:
        super().__init__(
            input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, 0, dtype, generator
        )

    def _run(self, x: Any, state: Any, weights: Sequence[Any], options: dict[str, Any]) -> Any:
        y, h = F.gru(x, state[0], *weights, **options)
        return y, (h,)


class LSTM(RNNBase):
    """i, f, g, o = s, s, tanh, s of w_ih x_t + b_ih + w_hh h + b_hh;  c_t = f c + i g,  h_t = o tanh(c_t).

    s is the sigmoid, h and c those of the step before.  Arguments, inputs and outputs are those of `RNN`, with (h, c)
    in the place of h; the weights have 4 H rows, for i, f, g and o.

    Args:
        proj_size: P, if h is to be projected: h_t = w_hr (o tanh(c_t)) has P numbers then, and c_t still H.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> y, (h, c) = nn.LSTM(3, 8, num_layers=2)(np.ones((5, 1, 3), np.float32))
    >>> y.shape, h.shape, c.shape
    ((5, 1, 8), (2, 1, 8), (2, 1, 8))
    """

    gates = 4

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        *,
        dtype: Any = np.float32,
        generator: Generator | None = None,
    ) -> None:
        super().__init__(
            input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, proj_size, dtype, generator
        )

    def forward(self, input: Any, hx: tuple[Any, Any] | None = None) -> tuple[Any, tuple[Any, Any]]:
        y, (h, c) = self._call(input, hx, [self.proj_size or self.hidden_size, self.hidden_size])
        return y, (h, c)

    def _weights(self, suffix: str) -> list[Any]:
        found = super()._weights(suffix)
        if self.proj_size:
            found += [None] * (4 - len(found)) + [getattr(self, "weight_hr" + suffix)]
        return found

    def _run(self, x: Any, state: Any, weights: Sequence[Any], options: dict[str, Any]) -> Any:
        return F.lstm(x, state, *weights, **options)
