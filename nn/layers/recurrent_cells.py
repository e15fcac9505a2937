"""One step of a recurrent network, to write the loop over time yourself:  h <- f(x, h)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd_lite.errors import describe

from .. import functional as F
from .. import init
from ..functional.arguments import array
from ..module import Module
from ..parameter import Parameter

if TYPE_CHECKING:
    from numpy.random import Generator

__all__ = ["GRUCell", "LSTMCell", "RNNCell"]


class _Cell(Module):
    gates: int

    def __init__(self, input_size: int, hidden_size: int, bias: bool, dtype: Any, generator: Generator | None) -> None:
        super().__init__()
        for what, size in (("input_size", input_size), ("hidden_size", hidden_size)):
            if not isinstance(size, (int, np.integer)) or size < 1:
                raise ValueError(f"{type(self).__name__}: {what} must be a whole number of at least 1, not {size!r}")
        self.input_size, self.hidden_size, self.bias = input_size, hidden_size, bias
        wide = self.gates * hidden_size
        self.weight_ih = Parameter(np.empty((wide, input_size), dtype))
        self.weight_hh = Parameter(np.empty((wide, hidden_size), dtype))
        self.bias_ih = Parameter(np.empty(wide, dtype)) if bias else None
        self.bias_hh = Parameter(np.empty(wide, dtype)) if bias else None
        self.reset_parameters(generator)

    def reset_parameters(self, generator: Generator | None = None) -> None:
        """Draw the parameters anew, uniform in +-1/sqrt(hidden_size)."""
        bound = 1 / math.sqrt(self.hidden_size)
        for parameter in self.parameters():
            init.uniform_(parameter, -bound, bound, generator=generator)

    def _batch(self, input: Any, states: list[Any]) -> tuple[Any, list[Any], bool]:
        """Input and states with an axis for the batch, and whether it was there; zeros for states that are None."""
        x = array(input)
        if x.ndim not in (1, 2) or x.shape[-1] != self.input_size:
            raise ValueError(
                f"{type(self).__name__}: x must be (B, {self.input_size}) or ({self.input_size},); x is {describe(x)}"
            )
        there = x.ndim == 2
        x = x if there else x[None]
        found = []
        for state in states:
            if state is None:
                found.append(np.zeros((len(x), self.hidden_size), x.dtype))
                continue
            h = array(state)
            h = h if there else h[None]
            if h.shape != (len(x), self.hidden_size):
                raise ValueError(
                    f"{type(self).__name__}: the state must have the shape {(len(x), self.hidden_size)[not there :]}, "
                    f"not {h.shape[not there :]}"
                )
            found.append(h)
        return x, found, there

    def _weights(self) -> tuple[Any, ...]:
        return self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh

    def extra_repr(self) -> str:
        return f"{self.input_size}, {self.hidden_size}" + ("" if self.bias else f", bias={self.bias}")


class RNNCell(_Cell):
    """h <- tanh(w_ih x + b_ih + w_hh h + b_hh): x (B, I) or (I,), h (B, H) or (H,) or nothing for zeros, to h.

    Args:
        input_size: I.
        hidden_size: H.
        bias: whether there are biases.
        nonlinearity: "tanh", or "relu" in its place.
        dtype: of the parameters; the input must have it too.
        generator: a NumPy Generator to draw from, instead of the default that `ag.manual_seed` seeds.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.RNNCell(3, 8)(np.ones((2, 3), np.float32)).shape
    (2, 8)
    """

    gates = 1

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        nonlinearity: str = "tanh",
        *,
        dtype: Any = np.float32,
        generator: Generator | None = None,
    ) -> None:
        if nonlinearity not in ("tanh", "relu"):
            raise ValueError(f'RNNCell: nonlinearity must be "tanh" or "relu", not {nonlinearity!r}')
        super().__init__(input_size, hidden_size, bias, dtype, generator)
        self.nonlinearity = nonlinearity

    def forward(self, input: Any, hx: Any = None) -> Any:
        x, (h,), there = self._batch(input, [hx])
        step = F.rnn_tanh_cell if self.nonlinearity == "tanh" else F.rnn_relu_cell
        h = step(x, h, *self._weights())
        return h if there else h[0]

    def extra_repr(self) -> str:
        more = "" if self.nonlinearity == "tanh" else f", nonlinearity={self.nonlinearity}"
        return super().extra_repr() + more


class GRUCell(_Cell):
    """One step of a `GRU`: x (B, I) or (I,), h (B, H) or (H,) or nothing for zeros, to the next h.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.GRUCell(3, 8)(np.ones((2, 3), np.float32)).shape
    (2, 8)
    """

    gates = 3

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        *,
        dtype: Any = np.float32,
        generator: Generator | None = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, dtype, generator)

    def forward(self, input: Any, hx: Any = None) -> Any:
        x, (h,), there = self._batch(input, [hx])
        h = F.gru_cell(x, h, *self._weights())
        return h if there else h[0]


class LSTMCell(_Cell):
    """One step of an `LSTM`: x (B, I) or (I,), (h, c) of (B, H) or (H,) or nothing for zeros, to the next (h, c).

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> h, c = nn.LSTMCell(3, 8)(np.ones((2, 3), np.float32))
    >>> h.shape, c.shape
    ((2, 8), (2, 8))
    """

    gates = 4

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        *,
        dtype: Any = np.float32,
        generator: Generator | None = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, dtype, generator)

    def forward(self, input: Any, hx: tuple[Any, Any] | None = None) -> tuple[Any, Any]:
        x, (h, c), there = self._batch(input, list(hx) if hx is not None else [None, None])
        h, c = F.lstm_cell(x, (h, c), *self._weights())
        return (h, c) if there else (h[0], c[0])
