"""A case of `layer_cases` run with our `nn` and with PyTorch's: outputs, gradients, second derivatives, buffers."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch.nn.attention import SDPBackend, sdpa_kernel

import autograd_lite as ag
from autograd_lite import nn

from .layer_cases.case import Case

Arrays = dict[str, Any]


@dataclass
class Outcome:
    """What one call gave: arrays by name."""

    outputs: list[Any]
    first: Arrays
    second: Arrays
    buffers: Arrays


class Ours:
    """A case with our `nn`."""

    def __init__(self, case: Case, dtype: Any = np.float64) -> None:
        self.case, self.dtype = case, dtype
        self.module = case.make(nn)
        if isinstance(self.module, nn.Module):
            self.module.astype(dtype)

    def leaves(self) -> Arrays:
        """Tensors that are differentiated: floating inputs, and parameters."""
        inputs = {f"input {i}": ag.Tensor(x, self.dtype, requires_grad=True) for i, x in enumerate(self.case.inputs)
                  if x.dtype.kind == "f"}  # fmt: skip
        return inputs | self.parameters()

    def parameters(self) -> Arrays:
        return dict(self.module.named_parameters()) if isinstance(self.module, nn.Module) else {}

    def arguments(self, leaves: Arrays) -> list[Any]:
        return [leaves.get(f"input {i}", x) for i, x in enumerate(self.case.inputs)]

    def call(self, leaves: Arrays, module: Any = None) -> Any:
        return self.case.call(nn, module or self.module, *self.arguments(leaves))

    def switch(self, mode: str) -> None:
        if isinstance(self.module, nn.Module):
            self.module.train(mode == "train")

    def outcome(self, order: int = 2) -> Outcome:
        """Outputs, gradients of a projection of them, gradients of a projection of these, buffers after it."""
        leaves = self.leaves()
        outputs = list(flat(self.call(leaves)))
        names, xs = list(leaves), list(leaves.values())
        total = projected(outputs, lambda y: y.requires_grad)
        if total is None:
            return Outcome(arrays(outputs), {}, {}, self.buffers())
        first = ag.grad(total, xs, create_graph=order > 1, materialize_grads=True)
        second: Any = [np.zeros(x.shape) for x in xs]
        again = projected(first, lambda g: g.requires_grad, 1) if order > 1 else None
        if again is not None:
            second = ag.grad(again, xs, materialize_grads=True)
        return Outcome(arrays(outputs), named(names, first), named(names, second), self.buffers())

    def buffers(self) -> Arrays:
        found = self.module.named_buffers() if isinstance(self.module, nn.Module) else ()
        return {name: plain(buffer) for name, buffer in found}


class Theirs:
    """A case with PyTorch; its parameters are drawn at random, so that none is an accidental 0 or 1."""

    def __init__(self, case: Case) -> None:
        self.case = case
        rng = np.random.default_rng(7)
        with quiet():
            self.module = case.make(torch.nn)
            if isinstance(self.module, torch.nn.Module):
                self.module.double()
                with torch.no_grad():
                    for parameter in self.module.parameters():
                        parameter.add_(torch.tensor(rng.normal(size=tuple(parameter.shape)) * 0.3))

    def switch(self, mode: str) -> None:
        if isinstance(self.module, torch.nn.Module):
            self.module.train(mode == "train")

    def state(self) -> Any:
        return self.module.state_dict() if isinstance(self.module, torch.nn.Module) else {}

    def outcome(self, order: int = 2) -> Outcome:
        inputs = [torch.tensor(x, requires_grad=x.dtype.kind == "f") for x in self.case.inputs]
        leaves = {f"input {i}": x for i, x in enumerate(inputs) if x.requires_grad}
        if isinstance(self.module, torch.nn.Module):
            leaves |= dict(self.module.named_parameters())
        names, xs = list(leaves), list(leaves.values())
        with quiet(), sdpa_kernel(SDPBackend.MATH):  # the others have no second derivative
            outputs = list(flat(self.case.call(torch.nn, self.module, *inputs)))
            total = projected(outputs, lambda y: y.requires_grad)
            if total is None:
                return Outcome(arrays(outputs), {}, {}, self.buffers())
            first = torch.autograd.grad(total, xs, create_graph=order > 1, materialize_grads=True)
            second: Any = [torch.zeros_like(x) for x in xs]
            again = projected(first, lambda g: g.requires_grad, 1) if order > 1 else None
            if again is not None:
                second = torch.autograd.grad(again, xs, materialize_grads=True)
        return Outcome(arrays(outputs), named(names, first), named(names, second), self.buffers())

    def buffers(self) -> Arrays:
        found = self.module.named_buffers() if isinstance(self.module, torch.nn.Module) else ()
        return {name: plain(buffer) for name, buffer in found}


def quiet() -> Any:
    """PyTorch's warnings of its own affairs are not under test."""
    return warnings.catch_warnings(action="ignore")


def flat(outputs: Any) -> Iterator[Any]:
    """The Tensors in an output of any nesting, in order."""
    if isinstance(outputs, dict):
        outputs = [outputs[key] for key in sorted(outputs)]
    if isinstance(outputs, (tuple, list)):
        for output in outputs:
            yield from flat(output)
    elif outputs is not None:
        yield ag.Tensor(outputs) if isinstance(outputs, np.ndarray) else outputs


def weight(shape: Any, salt: int) -> Any:
    """What an output is multiplied by before all is summed."""
    return np.random.default_rng([*shape, salt]).uniform(0.3, 1.2, tuple(shape))


def projected(values: Any, wanted: Callable[[Any], bool], salt: int = 0) -> Any:
    """One number out of all of them; None if there is nothing to differentiate."""
    total = None
    for i, y in enumerate(values):
        if not wanted(y):
            continue
        w = weight(y.shape, salt + 10 * i)
        scaled = y * torch.tensor(w).to(y.dtype) if isinstance(y, torch.Tensor) else y * w.astype(y.dtype)
        part = scaled.sum()
        total = part if total is None else total + part
    return total


def plain(x: Any) -> Any:
    """As an array."""
    if isinstance(x, torch.Tensor):
        return x.numpy(force=True)
    return np.asarray(x.data if isinstance(x, ag.Tensor) else x)


def arrays(values: Any) -> list[Any]:
    return [plain(value) for value in values]


def named(names: Any, values: Any) -> Arrays:
    return dict(zip(names, arrays(values), strict=True))


def same(got: Any, expected: Any, rtol: float, what: str) -> None:
    """Of one shape, and close: to a tolerance relative to the largest element, for integers exactly."""
    assert got.shape == expected.shape, what
    if expected.dtype.kind != "f":
        np.testing.assert_array_equal(got, expected, err_msg=what)
        return
    finite = np.abs(expected[np.isfinite(expected)])
    np.testing.assert_allclose(got, expected, rtol=rtol, atol=rtol * max(1.0, finite.max(initial=0.0)), err_msg=what)


def same_outcome(got: Outcome, expected: Outcome, rtol: float, order: int = 2) -> None:
    assert len(got.outputs) == len(expected.outputs)
    for i, (a, b) in enumerate(zip(got.outputs, expected.outputs, strict=True)):
        same(a, b, rtol, f"output {i}")
    kinds = [("first derivative", got.first, expected.first), ("buffer", got.buffers, expected.buffers)]
    if order > 1:
        kinds.append(("second derivative", got.second, expected.second))
    for kind, ours, theirs in kinds:
        assert list(ours) == list(theirs), kind
        for name in theirs:
            same(ours[name], theirs[name], rtol, f"{kind}: {name}")
