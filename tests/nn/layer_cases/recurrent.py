"""Recurrent networks, their cells, and packed sequences."""

from functools import partial

import numpy as np

from .case import case, normal

X, ONE = normal(4, 3, 2), normal(4, 2)
H, C = normal(1, 3, 5, seed=1), normal(1, 3, 5, seed=2)
LENGTHS = np.array([4, 2, 3])


def packed(nn, module, x, lengths, *state, enforce_sorted=False):
    rnn = nn.utils.rnn
    given = rnn.pack_padded_sequence(x, lengths, enforce_sorted=enforce_sorted)
    state = (state,) if len(state) == 2 else state
    output, last = module(given, *state)
    return rnn.pad_packed_sequence(output), last


def with_state(nn, module, x, h, c):
    return module(x, (h, c))


def of(name, more=""):
    """A network by its name."""
    return lambda nn, **options: getattr(nn, name)(2, 5, **options)


CASES = []
for _name in ("RNN", "GRU", "LSTM"):
    _make = of(_name)
    _state = (H, C) if _name == "LSTM" else (H,)
    _given = with_state if _name == "LSTM" else None

    def _case(title, *inputs, make=_make, name=_name, call=None, options=None, **more):
        make = partial(make, **(options or {}))
        return case(f"{name} {title}", make, *inputs, **({"call": call} if call else {}), **more)

    CASES += [
        _case("plain", X),
        _case("of one sequence", ONE),
        _case("of one step", X[:1]),
        _case("with a state", X, *_state, call=_given),
        _case("without bias", X, options={"bias": False}),
        _case("batch first", X, options={"batch_first": True}),
        _case("of two layers", X, options={"num_layers": 2}),
        _case("in both directions", X, options={"bidirectional": True}),
        _case("with everything", X,
              options={"num_layers": 2, "bidirectional": True, "batch_first": True, "bias": False}),
        _case("with dropout", X, options={"num_layers": 2, "dropout": 0.5}, modes=("eval",)),
        _case("packed", X, LENGTHS, call=packed),
        _case("packed in both directions", X, LENGTHS, call=packed, options={"bidirectional": True}),
        _case("packed with a state", X, LENGTHS, *_state, call=packed),
    ]  # fmt: skip
CASES += [
    case("RNN with ReLU", lambda nn: nn.RNN(2, 5, nonlinearity="relu", num_layers=2), X),
    case("LSTM projected", lambda nn: nn.LSTM(2, 5, proj_size=3), X),
    case("LSTM projected with everything",
         lambda nn: nn.LSTM(2, 5, num_layers=2, proj_size=3, bidirectional=True, bias=False), X),
    case("LSTM projected, packed", lambda nn: nn.LSTM(2, 5, proj_size=3, bidirectional=True), X, LENGTHS, call=packed),
    case("packed and sorted", lambda nn: nn.GRU(2, 5), X, np.array([4, 4, 1]),
         call=partial(packed, enforce_sorted=True)),
    case("RNNCell", lambda nn: nn.RNNCell(2, 5), X[0]),
    case("RNNCell with ReLU", lambda nn: nn.RNNCell(2, 5, bias=False, nonlinearity="relu"), X[0], H[0]),
    case("RNNCell of one", lambda nn: nn.RNNCell(2, 5), X[0, 0], H[0, 0]),
    case("GRUCell", lambda nn: nn.GRUCell(2, 5), X[0], H[0]),
    case("GRUCell of one", lambda nn: nn.GRUCell(2, 5, bias=False), X[0, 0]),
    case("LSTMCell", lambda nn: nn.LSTMCell(2, 5), X[0]),
    case("LSTMCell with a state", lambda nn: nn.LSTMCell(2, 5), X[0], H[0], C[0], call=with_state),
    case("LSTMCell of one", lambda nn: nn.LSTMCell(2, 5, bias=False), X[0, 0]),
]  # fmt: skip
