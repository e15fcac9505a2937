"""Recurrent networks where no comparison with PyTorch by cases reaches: errors, extremes, random numbers, packing."""

import copy
import importlib
import itertools

import numpy as np
import pytest
import torch

import autograd_lite as ag
from autograd_lite import nn
from autograd_lite.calls import apply_fused
from autograd_lite.func import vmap

F, rnn = nn.functional, nn.utils.rnn
rng = np.random.default_rng(0)
fusion = pytest.mark.parametrize("fused", [True, False], ids=["fused", "reference"])
networks = pytest.mark.parametrize("name", ["RNN", "GRU", "LSTM"])
X = rng.normal(size=(4, 3, 2)).astype(np.float32)


def state_of(name, *shape, dtype=np.float32):
    """Zeros, as a state before the first step."""
    part = np.zeros(shape, dtype)
    return (part, part) if name == "LSTM" else part


def first(state):
    """h, of (h, c) or of h."""
    return state[0] if isinstance(state, tuple) else state


# errors


@pytest.mark.smoke
@networks
@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"input_size": 0}, "input_size must be a whole number of at least 1, not 0"),
        ({"hidden_size": 2.5}, "hidden_size must be a whole number of at least 1, not 2.5"),
        ({"num_layers": 0}, "num_layers must be a whole number of at least 1, not 0"),
        ({"num_layers": 2, "dropout": 1.5}, "1.5"),
    ],
)
def test_sizes_are_checked_when_a_network_is_made(name, options, text):
    with pytest.raises(ValueError, match=text) as caught:
        getattr(nn, name)(**{"input_size": 2, "hidden_size": 5, **options})
    assert name in str(caught.value)


def test_options_of_one_network_are_checked_when_it_is_made():
    with pytest.raises(ValueError, match='RNN: nonlinearity must be "tanh" or "relu", not \'sigmoid\''):
        nn.RNN(2, 5, nonlinearity="sigmoid")
    with pytest.raises(ValueError, match='RNNCell: nonlinearity must be "tanh" or "relu", not \'sigmoid\''):
        nn.RNNCell(2, 5, nonlinearity="sigmoid")
    for size in (-1, 5):
        with pytest.raises(ValueError, match=f"LSTM: proj_size must be from 0 to hidden_size - 1, not {size}"):
            nn.LSTM(2, 5, proj_size=size)
    with pytest.raises(ValueError, match="GRUCell: hidden_size must be a whole number of at least 1, not 0"):
        nn.GRUCell(2, 0)


@networks
def test_dropout_without_a_place_between_layers_warns(name):
    with pytest.warns(UserWarning, match=f"{name}: dropout=0.5 has no effect"):
        getattr(nn, name)(2, 5, dropout=0.5)


@networks
@pytest.mark.parametrize("shape", [(4, 3, 7), (2,), (1, 4, 3, 2)])
def test_an_input_of_the_wrong_shape_is_named(name, shape):
    with pytest.raises(ValueError, match=rf"{name}: x must be \(T, B, 2\), with batch_first=True .*or \(T, 2\)"):
        getattr(nn, name)(2, 5)(np.zeros(shape, np.float32))


@networks
def test_a_state_of_the_wrong_shape_is_named(name):
    network = getattr(nn, name)(2, 5, num_layers=2)
    with pytest.raises(ValueError, match=rf"{name}: the state h .*must have the shape \(2, 3, 5\), .*not \(1, 3, 5\)"):
        network(X, state_of(name, 1, 3, 5))
    with pytest.raises(ValueError, match=rf"{name}: the state h .*must have the shape"):
        network(X[:, 0], state_of(name, 2, 4))


def test_the_cell_of_a_projected_lstm_is_wider_than_its_h():
    network = nn.LSTM(2, 5, proj_size=3)
    h, c = np.zeros((1, 3, 3), np.float32), np.zeros((1, 3, 5), np.float32)
    assert network(X, (h, c))[0].shape == (4, 3, 3)
    with pytest.raises(ValueError, match=r"LSTM: the state c .*must have the shape \(1, 3, 5\), .*not \(1, 3, 3\)"):
        network(X, (h, h))


@networks
def test_another_dtype_is_named_with_its_remedy(name):
    network = getattr(nn, name)(2, 5)
    with pytest.raises(TypeError, match=r"x is float64 but .* is float32; convert the input, x.astype\(np.float32\)"):
        network(X.astype(np.float64))
    with pytest.raises(TypeError, match="x is float32 but h is float64"):
        network(X, state_of(name, 1, 3, 5, dtype=np.float64))
    with pytest.raises(TypeError):
        network(np.zeros((4, 3, 2), int))


@networks
@fusion
@pytest.mark.parametrize("options", [{}, {"batch_first": True}, {"batch_first": True, "bidirectional": True}], ids=str)
def test_no_time_steps_are_an_error_and_no_sequences_are_none(name, options, fused):
    network = getattr(nn, name)(2, 5, **options)
    none, of_none, directions = X[:0], X[:, :0], 1 + ("bidirectional" in options)
    if "batch_first" in options:
        none, of_none = none.swapaxes(0, 1), of_none.swapaxes(0, 1)
    with ag.fusion(fused):
        with pytest.raises(ValueError, match=f"{name}: there must be at least one time step"):
            network(none)
        y, state = network(of_none)
        assert y.shape == (*of_none.shape[:2], 5 * directions)
        assert first(state).shape == (directions, 0, 5)
        y.sum().backward()
    np.testing.assert_array_equal(network.weight_ih_l0.grad.numpy(), 0)


@pytest.mark.parametrize("name", ["RNNCell", "GRUCell", "LSTMCell"])
def test_cells_name_what_does_not_fit(name):
    cell = getattr(nn, name)(2, 5)
    with pytest.raises(ValueError, match=rf"{name}: x must be \(B, 2\) or \(2,\)"):
        cell(X)
    with pytest.raises(ValueError, match=rf"{name}: the state must have the shape \(3, 5\), not \(2, 5\)"):
        cell(X[0], state_of(name[:-4], 2, 5))
    with pytest.raises(ValueError, match=rf"{name}: the state must have the shape \(5,\), not \(4,\)"):
        cell(X[0, 0], state_of(name[:-4], 4))


def test_functions_name_weights_that_do_not_fit():
    h, w_ih, w_hh = (np.zeros(shape, np.float32) for shape in ((3, 5), (15, 2), (15, 5)))
    assert F.gru(X, h, w_ih, w_hh)[0].shape == (4, 3, 5)
    with pytest.raises(ValueError, match=r"gru: x is \(T, B, features\), or rows with batch_sizes="):
        F.gru(X[0], h, w_ih, w_hh)
    with pytest.raises(ValueError, match=r"gru: x has 2 features and w_ih is for 4; w_ih.shape=\(15, 4\)"):
        F.gru(X, h, np.zeros((15, 4), np.float32), w_hh)
    with pytest.raises(ValueError, match=r"gru: h is \(B, 5\) for w_hh of the shape \(15, 5\)"):
        F.gru(X, h[:, :4], w_ih, w_hh)
    with pytest.raises(ValueError, match=r"gru: w_ih and w_hh have 3 parts .*w_ih.shape=\(14, 2\)"):
        F.gru(X, h, w_ih[:14], w_hh)
    with pytest.raises(ValueError, match=r"gru: w_ih and w_hh have 3 parts .*w_hh.shape=\(14, 5\)"):
        F.gru(X, h, w_ih[:14], w_hh[:14])
    for wrong in (h[:2], np.zeros((4, 5), np.float32)):
        with pytest.raises(ValueError, match=f"gru: h has {len(wrong)} rows for 3 sequences"):
            F.gru(X, wrong, w_ih, w_hh)
    for biases in ((None, w_ih[:, 0]), (w_ih[:, 0], None)):
        with pytest.raises(ValueError, match="gru: there must be both biases or none"):
            F.gru(X, h, w_ih, w_hh, *biases)
    for sizes in ((), (3, 2), (1, 3, 8)):
        with pytest.raises(ValueError, match=r"gru: batch_sizes must fall, and their sum .*the number of rows, 12"):
            F.gru(X.reshape(12, 2), h, w_ih, w_hh, batch_sizes=sizes)
    for x, first in ((X, False), (X.reshape(12, 2), True)):
        with pytest.raises(ValueError, match=r"gru: with batch_sizes x is rows, .*batch_first="):
            F.gru(x, h, w_ih, w_hh, batch_sizes=(3, 3, 3, 3), batch_first=first)
    with pytest.raises(ValueError, match=r"gru: x is \(B, T, features\)"):
        F.gru(X[0], h, w_ih, w_hh, batch_first=True)
    for c in (h[:1], h[:, :1]):
        with pytest.raises(ValueError, match=r"lstm: c must have the shape \(3, 5\), not"):
            F.lstm(X, (h, c), np.zeros((20, 2), np.float32), np.zeros((20, 5), np.float32))


# numbers


@networks
@fusion
def test_huge_numbers_overflow_nowhere(name, fused):
    x = np.array([[[1e4, -1e4]], [[-1e4, 3e38]], [[0, 0]]], np.float32)
    network, twin = getattr(nn, name)(2, 5), getattr(torch.nn, name)(2, 5)
    network.load_state_dict(twin.state_dict())
    given, theirs = ag.Tensor(x, requires_grad=True), torch.tensor(x, requires_grad=True)
    with ag.fusion(fused), np.errstate(all="raise", under="ignore"):
        y, _ = network(given)
        y.sum().backward()
    expected, _ = twin(theirs)
    expected.sum().backward()
    np.testing.assert_allclose(y.detach().numpy(), expected.detach().numpy(), atol=1e-6)
    np.testing.assert_allclose(given.grad.numpy(), theirs.grad.numpy(), atol=1e-6)


@networks
@fusion
@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_the_dtype_is_kept(name, fused, dtype):
    network = getattr(nn, name)(2, 5, num_layers=2, bidirectional=True, dtype=dtype)
    with ag.fusion(fused):
        y, state = network(X.astype(dtype))
        y.sum().backward()
    assert y.dtype == first(state).dtype == dtype
    assert {parameter.grad.dtype for parameter in network.parameters()} == {np.dtype(dtype)}


@networks
def test_only_what_is_asked_for_is_differentiated(name):
    whole = getattr(nn, name)(2, 5)
    whole(X)[0].sum().backward()
    keys = [key for key, _ in whole.named_parameters()]
    for wanted in itertools.chain.from_iterable(itertools.combinations(keys, n) for n in (1, 3)):
        network = copy.deepcopy(whole)
        for key, parameter in network.named_parameters():
            parameter.grad = None
            parameter.requires_grad_(key in wanted)
        network(X)[0].sum().backward()
        for key, parameter in network.named_parameters():
            if key not in wanted:
                assert parameter.grad is None
                continue
            np.testing.assert_array_equal(parameter.grad.numpy(), getattr(whole, key).grad.numpy())


@networks
def test_what_was_given_is_not_written_to(name):
    network = getattr(nn, name)(2, 5, bidirectional=True)
    x, h = ag.Tensor(X.copy(), requires_grad=True), np.full((2, 3, 5), 0.5, np.float32)
    state = (h, h) if name == "LSTM" else h
    y, last = network(x, state)
    before = [y.detach().numpy().copy(), first(last).detach().numpy().copy()]
    g = np.ones(y.shape, np.float32)
    y.backward(g, retain_graph=True)
    once = x.grad.numpy().copy()
    x.grad = None
    y.backward(g)
    np.testing.assert_array_equal(x.grad.numpy(), once)
    for now, then in zip((y, first(last)), before, strict=True):
        np.testing.assert_array_equal(now.detach().numpy(), then)
    np.testing.assert_array_equal(x.detach().numpy(), X)
    assert (h == 0.5).all()
    assert (g == 1).all()


@networks
@fusion
@pytest.mark.parametrize("reverse", [False, True])
def test_the_batch_may_be_the_first_axis_of_a_function(name, reverse, fused):
    """The same numbers as with time first; so are the gradients."""
    function, parts = getattr(F, name.lower()), {"RNN": 1, "GRU": 3, "LSTM": 4}[name]
    draw = np.random.default_rng(0)
    shapes = [(3, 5), (parts * 5, 2), (parts * 5, 5), (parts * 5,), (parts * 5,)]
    h, *weights = (draw.normal(size=shape).astype(np.float32) for shape in shapes)
    weight_of_answers = draw.normal(size=(4, 3, 5)).astype(np.float32)
    found = {}
    for first in (False, True):
        x, *rest = (ag.Tensor(array, requires_grad=True) for array in (X.swapaxes(0, 1) if first else X, h, *weights))
        with ag.fusion(fused):
            start = (rest[0], rest[0] * 2) if name == "LSTM" else rest[0]
            y, last = function(x, start, *rest[1:], reverse=reverse, batch_first=first)
        y, dx = (y.swapaxes(0, 1), lambda g: g.swapaxes(0, 1)) if first else (y, lambda g: g)
        last = last[0] + 2 * last[1] if name == "LSTM" else last
        ((y * weight_of_answers).sum() + (last * last).sum()).backward()
        found[first] = [y, last, dx(x.grad), *(t.grad for t in rest)]
    for time_first, batch_first in zip(found[False], found[True], strict=True):
        np.testing.assert_allclose(batch_first.data, time_first.data, rtol=1e-5, atol=1e-6)


@networks
@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("sizes", [(3, 3), (3, 2, 1)])
def test_a_kernel_writes_only_to_what_is_its_own(name, reverse, sizes):
    kernel = getattr(importlib.import_module(f"autograd_lite.kernels.{name.lower()}"), name.lower())
    parts = {"RNN": 1, "GRU": 3, "LSTM": 4}[name]
    states = [(3, 5), (3, 5)] if name == "LSTM" else [(3, 5)]
    shapes = [(6, 2), *states, (parts * 5, 2), (parts * 5, 5), (parts * 5,), (parts * 5,)]
    arrays = [np.random.default_rng(i).normal(size=shape) for i, shape in enumerate(shapes)]
    given, twins = ([array.copy() for array in arrays] for _ in range(2))
    answers, tensors = [], []
    for some in (given, twins):
        tensors.append([ag.Tensor(array, requires_grad=True) for array in some])
        answers.append(apply_fused(kernel, tuple(tensors[-1]), tuple(some), {"sizes": sizes, "reverse": reverse}))
    (answers[0] + answers[1]).backward(np.ones(answers[0].shape))  # both get the same array
    for array, now, twin, one, other in zip(arrays, given, twins, *tensors, strict=True):
        np.testing.assert_array_equal(now, array)
        np.testing.assert_array_equal(twin, array)
        np.testing.assert_array_equal(one.grad.numpy(), other.grad.numpy())


@networks
def test_two_networks_at_once_do_not_share_what_they_keep(name):
    """The scratch memory of one forward pass must not be what another's backward needs."""
    one, two = (getattr(nn, name)(2, 5, generator=np.random.default_rng(seed)) for seed in (0, 1))
    one(X)[0].sum().backward()
    alone = one.weight_hh_l0.grad.numpy().copy()
    one.zero_grad()
    y, z = one(X)[0], two(2 * X)[0]
    z.sum().backward()
    y.sum().backward()
    np.testing.assert_array_equal(one.weight_hh_l0.grad.numpy(), alone)


@networks
def test_vmap_goes_over_networks_inputs(name):
    network = getattr(nn, name)(2, 5, dtype=np.float64)
    many = np.random.default_rng(1).normal(size=(3, 4, 2, 2))
    together = vmap(lambda x: network(x)[0])(many)
    for x, y in zip(many, together, strict=True):
        np.testing.assert_allclose(y.detach().numpy(), network(x)[0].detach().numpy(), atol=1e-12)


# random numbers


@networks
def test_parameters_are_uniform_up_to_the_root_of_the_hidden_size(name):
    network = getattr(nn, name)(30, 25, num_layers=2, bidirectional=True, generator=np.random.default_rng(0))
    for parameter in network.parameters():
        assert np.abs(parameter.detach().numpy()).max() < 0.2
    drawn = np.concatenate([parameter.detach().numpy().ravel() for parameter in network.parameters()])
    assert np.abs(drawn).max() > 0.199
    assert np.std(drawn) == pytest.approx(0.2 / 3**0.5, rel=0.05)
    again = getattr(nn, name)(30, 25, num_layers=2, bidirectional=True, generator=np.random.default_rng(0))
    for one, other in zip(network.parameters(), again.parameters(), strict=True):
        np.testing.assert_array_equal(one.detach().numpy(), other.detach().numpy())


@networks
def test_dropout_is_between_layers_and_nowhere_else(name):
    """Of one that drops everything, the second layer gets zeros, and what it gives is not dropped."""
    network = getattr(nn, name)(2, 5, num_layers=2, dropout=1.0)
    np.testing.assert_array_equal(network(X)[0].detach().numpy(), network(3 * X)[0].detach().numpy())
    assert (network(X)[0].detach().numpy() != 0).all()
    assert not np.array_equal(first(network(X)[1])[0].detach().numpy(), first(network(3 * X)[1])[0].detach().numpy())
    network.eval()
    assert not np.array_equal(network(X)[0].detach().numpy(), network(3 * X)[0].detach().numpy())


def test_dropout_between_layers_is_drawn_from_the_generator():
    answers = []
    for seed in (0, 0, 1):
        network = nn.GRU(2, 5, num_layers=2, dropout=0.5, generator=np.random.default_rng(seed))
        answers.append(network(X)[0].detach().numpy())
    np.testing.assert_array_equal(answers[0], answers[1])
    assert not np.array_equal(answers[0], answers[2])


# cells and networks


@pytest.mark.parametrize("name", ["RNN", "GRU", "LSTM"])
def test_a_loop_over_a_cell_is_a_network(name):
    network, cell = getattr(nn, name)(2, 5, dtype=np.float64), getattr(nn, name + "Cell")(2, 5, dtype=np.float64)
    cell.load_state_dict({key.removesuffix("_l0"): value for key, value in network.state_dict().items()})
    x, state = X.astype(np.float64), None
    y, last = network(x)
    for row, expected in zip(x, y, strict=True):
        state = cell(row, state)
        np.testing.assert_allclose(first(state).detach().numpy(), expected.detach().numpy(), atol=1e-14)
    if name == "LSTM":
        np.testing.assert_allclose(state[1].detach().numpy(), last[1][0].detach().numpy(), atol=1e-14)


# packed sequences


@pytest.mark.parametrize("seed", range(8))
def test_packing_is_pytorchs(seed):
    rng = np.random.default_rng(seed)
    x, batch_first = rng.normal(size=(6, 5, 2)), bool(seed % 2)
    lengths = rng.permutation([6, 5, 3, 2, 1])
    if seed == 0:
        lengths = np.sort(lengths)[::-1].copy()
    enforce = seed == 0
    padded = x.swapaxes(0, 1) if batch_first else x
    ours = rnn.pack_padded_sequence(padded, lengths, batch_first, enforce_sorted=enforce)
    utils = torch.nn.utils.rnn
    theirs = utils.pack_padded_sequence(
        torch.tensor(padded), torch.tensor(lengths), batch_first, enforce_sorted=enforce
    )
    for field in ("data", "batch_sizes", "sorted_indices", "unsorted_indices"):
        expected = getattr(theirs, field)
        if expected is None:
            assert getattr(ours, field) is None
        else:
            np.testing.assert_array_equal(getattr(ours, field), expected.numpy())
    options = {"batch_first": batch_first, "padding_value": -1.0, "total_length": 8 if seed % 3 else None}
    for mine, other in zip(
        rnn.pad_packed_sequence(ours, **options), utils.pad_packed_sequence(theirs, **options), strict=True
    ):
        np.testing.assert_array_equal(mine, other.numpy())
    for mine, other in zip(rnn.unpack_sequence(ours), utils.unpack_sequence(theirs), strict=True):
        np.testing.assert_array_equal(mine, other.numpy())


@pytest.mark.parametrize("side", ["right", "left"])
@pytest.mark.parametrize("batch_first", [False, True])
def test_padding_lists_of_sequences_is_pytorchs(side, batch_first):
    sequences = [rng.normal(size=(n, 2)) for n in (2, 4, 1)]
    given = [torch.tensor(each) for each in sequences]
    utils = torch.nn.utils.rnn
    ours = rnn.pad_sequence(sequences, batch_first, 7.0, padding_side=side)
    np.testing.assert_array_equal(ours, utils.pad_sequence(given, batch_first, 7.0, padding_side=side).numpy())
    packed, expected = (
        utils.pack_sequence(each, enforce_sorted=False) for utils, each in ((rnn, sequences), (utils, given))
    )
    for mine, other in zip(packed, expected, strict=True):
        np.testing.assert_array_equal(mine, other.numpy())
    np.testing.assert_array_equal(rnn.invert_permutation(packed.sorted_indices), packed.unsorted_indices)


def test_gradients_go_through_padding_and_packing():
    sequences = [ag.Tensor(rng.normal(size=(n, 2)), requires_grad=True) for n in (2, 4, 1)]
    padded, lengths = rnn.pad_packed_sequence(rnn.pack_sequence(sequences, enforce_sorted=False), batch_first=True)
    for length, row, each in zip(lengths, padded, sequences, strict=True):
        np.testing.assert_array_equal(row[: int(length)].detach().numpy(), each.detach().numpy())
    (padded * padded).sum().backward()
    for each in sequences:
        np.testing.assert_allclose(each.grad.numpy(), 2 * each.detach().numpy())


@networks
@fusion
def test_padding_is_never_seen(name, fused):
    """What stands behind the end of a sequence changes no number and gets no gradient."""
    network = getattr(nn, name)(2, 5, num_layers=2, bidirectional=True)
    lengths = [2, 4, 1]
    x = X.copy()
    for i, length in enumerate(lengths):
        x[length:, i] = np.nan
    x = ag.Tensor(x, requires_grad=True)
    with ag.fusion(fused):
        y, state = network(rnn.pack_padded_sequence(x, lengths, enforce_sorted=False))
        y.data.sum().backward()
    for i, length in enumerate(lengths):
        alone, last = network(X[:length, i])
        np.testing.assert_allclose(rnn.unpack_sequence(y)[i].detach().numpy(), alone.detach().numpy(), atol=1e-6)
        np.testing.assert_allclose(first(state)[:, i].detach().numpy(), first(last).detach().numpy(), atol=1e-6)
        assert (x.grad.numpy()[:length, i] != 0).all()
        assert (x.grad.numpy()[length:, i] == 0).all()


def test_lengths_that_do_not_fit_are_named():
    pack = rnn.pack_padded_sequence
    with pytest.raises(ValueError, match="lengths are whole numbers, one for each of the 3 sequences, not float64"):
        pack(X, [4.0, 2.0, 1.0])
    with pytest.raises(ValueError, match="one for each of the 3 sequences"):
        pack(X, [4, 2])
    for lengths in ([5, 2, 1], [4, 2, 0]):
        with pytest.raises(ValueError, match="lengths must lie from 1 to 4"):
            pack(X, lengths)
    with pytest.raises(ValueError, match=r"must be sorted by length, .*enforce_sorted must be False"):
        pack(X, [2, 4, 1])
    packed = pack(X, [4, 2, 1])
    with pytest.raises(ValueError, match="total_length must be at least the length of the longest sequence, 4, not 3"):
        rnn.pad_packed_sequence(packed, total_length=3)
    with pytest.raises(ValueError, match='padding_side must be "right" or "left", not \'top\''):
        rnn.pad_sequence([X], padding_side="top")
    with pytest.raises(ValueError, match="at least one sequence"):
        rnn.pad_sequence([])
