"""Every layer, function and loss equals PyTorch's, fused or not: in value, gradients, second derivatives, buffers."""

import copy
import pickle

import numpy as np
import pytest
import torch

import autograd_lite as ag
from autograd_lite import nn
from autograd_lite.func import functional_call, jvp

from .layer_cases import CASES
from .parity import Ours, Theirs, flat, plain, projected, quiet, same, same_outcome, weight

every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
fusion = pytest.mark.parametrize("fused", [True, False], ids=["fused", "reference"])


def needs(case, part):
    if part in case.skip:
        pytest.skip(case.skip[part])


def pair(case):
    """The case in both libraries, with the same parameters."""
    theirs, ours = Theirs(case), Ours(case)
    if isinstance(ours.module, nn.Module):
        ours.module.load_state_dict(theirs.state())
    return ours, theirs


def test_names_are_unique():
    names = [case.name for case in CASES]
    assert len(names) == len(set(names))


@fusion
@every_case
def test_equals_pytorch(case, fused):
    needs(case, "value")
    order = 1 if "second" in case.skip else 2
    ours, theirs = pair(case)
    with ag.fusion(fused):
        for mode in (*case.modes, *case.modes[:1]):  # the first one again: what buffers hold by then
            ours.switch(mode)
            theirs.switch(mode)
            same_outcome(ours.outcome(order), theirs.outcome(order), case.rtol, order)


@every_case
def test_forward_mode_is_the_transpose_of_reverse_mode(case):
    """<w, J v> = <J^T w, v>: forward mode is right where reverse mode is."""
    needs(case, "forward mode")
    ours, _ = pair(case)
    for mode in case.modes:
        ours.switch(mode)
        leaves = {name: x.detach() for name, x in ours.leaves().items()}
        if not leaves:
            continue
        tangents = {name: weight(x.shape, 3) - 0.7 for name, x in leaves.items()}

        def outputs(given):
            module = ours.module
            if isinstance(module, nn.Module):
                own = {name: given[name] for name in ours.parameters()}
                module = lambda *args, **kwargs: functional_call(ours.module, own, *args, **kwargs)
            return projected(flat(ours.call(given, module)), lambda y: y.dtype.kind == "f")

        pushed = jvp(outputs, (leaves,), (tangents,))[1]
        first = ours.outcome(1).first
        pulled = sum(np.sum(first[name] * tangents[name]) for name in first)
        same(plain(pushed), np.asarray(pulled), 1e-9, mode)


@every_case
def test_float32_stays_float32(case):
    needs(case, "float32")
    ours = Ours(case, np.float32)
    ours.switch(case.modes[0])
    outcome = ours.outcome()
    for found in (outcome.outputs, outcome.first.values(), outcome.buffers.values()):
        assert {x.dtype for x in found if x.dtype.kind == "f"} <= {np.dtype(np.float32)}
    for name, leaf in ours.leaves().items():
        assert leaf.dtype == np.float32, name


@every_case
def test_arrays_in_tensors_out_and_layouts_do_not_matter(case):
    """Arrays, and Tensors that are transposed in memory, and with negative strides."""
    ours = Ours(case)
    ours.switch(case.modes[-1])
    if "tensors" not in case.skip:
        check_tensors(case.call(nn, ours.module, *case.inputs))
        ours = Ours(case)
        ours.switch(case.modes[-1])
    needs(case, "layouts")
    leaves = ours.leaves()
    turned = dict(leaves)
    for name, x in leaves.items():
        if name.startswith("input") and x.ndim:
            turned[name] = ag.asarray(np.asfortranarray(x.detach().data[::-1])[::-1], copy=False).requires_grad_()
    results = []
    for given in (leaves, turned):
        outputs = list(flat(ours.call(given)))
        total = projected(outputs, lambda y: y.requires_grad)
        gradients = ag.grad(total, list(given.values()), materialize_grads=True) if total is not None else []
        results.append([plain(x) for x in (*outputs, *gradients)])
    for a, b in zip(*results, strict=True):
        same(b, a, 1e-12, "turned")


@every_case
def test_each_gradient_alone_is_what_it_is_among_all(case):
    ours = Ours(case)
    ours.switch(case.modes[-1])
    every = ours.leaves()
    total = projected(flat(ours.call(every)), lambda y: y.requires_grad)
    if total is None:
        return
    expected = dict(zip(every, ag.grad(total, list(every.values()), materialize_grads=True), strict=True))
    parameters = ours.parameters()
    for wanted in every:
        leaves = ours.leaves()
        for name, x in leaves.items():
            x.requires_grad_(name == wanted)
        total = projected(flat(ours.call(leaves)), lambda y: y.requires_grad)
        if total is not None:
            (got,) = ag.grad(total, [leaves[wanted]], materialize_grads=True)
            same(plain(got), plain(expected[wanted]), 1e-12, wanted)
    for x in parameters.values():
        x.requires_grad_()


with np.errstate(invalid="ignore"):  # BLAS now and then says so of a product of sound numbers: numpy issue 24067
    MODULES = [case for case in CASES if isinstance(case.make(nn), nn.Module)]


@pytest.mark.parametrize("case", MODULES, ids=lambda case: case.name)
def test_names_repr_and_copies(case):
    if "repr" not in case.skip:
        with quiet():
            assert repr(case.make(nn)) == repr(case.make(torch.nn))
    needs(case, "copies")
    ours, theirs = pair(case)
    assert list(ours.module.state_dict()) == list(theirs.state())
    ours.switch("eval")
    leaves = ours.leaves()
    expected = [plain(y) for y in flat(ours.call(leaves))]
    for other in (copy.deepcopy(ours.module), pickle.loads(pickle.dumps(ours.module))):
        assert not {*map(id, other.parameters())} & {*map(id, ours.module.parameters())}
        for a, b in zip(flat(ours.call(leaves, other)), expected, strict=True):
            same(plain(a), b, 0.0, "copy")


def check_tensors(output):
    """All floating-point parts of an output are Tensors."""
    if isinstance(output, dict):
        output = list(output.values())
    if isinstance(output, (tuple, list)):
        for part in output:
            check_tensors(part)
    elif output is not None and np.asarray(plain(output)).dtype.kind == "f":
        assert isinstance(output, ag.Tensor)
