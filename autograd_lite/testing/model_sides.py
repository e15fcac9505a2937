"""Whose model it is: one of autograd_lite or one of PyTorch, seen through the same few methods.

A side knows how to name what a model holds, to hand arrays to it, and to ask for gradients; what is done with that is
in `model_runs`.  PyTorch is never imported here: who hands over a model of it has imported it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import numpy as np

from ..mode import enable_grad, is_grad_enabled
from ..primitive import Traced
from ..sweeps import ALIAS, pullback
from .adapters import Engine, Torch
from .oracles.directions import Array


class Side:
    """A model, and its framework; the base of the two below."""

    def __init__(self, model: Any) -> None:
        self.model = model
        self.modules: dict[str, Any] = dict(model.named_modules())
        self.parameters: dict[str, Any] = dict(self._named_parameters())

    def _named_parameters(self) -> Iterator[tuple[str, Any]]:
        """Every parameter, under every name it has."""
        raise NotImplementedError

    def held(self, parameter: Any) -> Array:
        """The values of a parameter, shared."""
        raise NotImplementedError

    def put(self, parameter: Any, array: Array) -> Callable[[], None]:
        """Give a parameter other values, of the same shape; gives what puts its own back."""
        raise NotImplementedError

    def argument(self, array: Array) -> Any:
        """An input as the model takes it; of a floating dtype, it asks for a gradient."""
        raise NotImplementedError

    def is_tensor(self, value: Any) -> bool:
        raise NotImplementedError

    def array(self, value: Any) -> Array:
        """The values of a tensor, as they are now."""
        raise NotImplementedError

    def handle(self, value: Any) -> Any:
        """What to ask for the gradient by a tensor as it is now, whatever is written to it later; None: it has none."""
        raise NotImplementedError

    def alias(self, value: Any) -> tuple[Any, Callable[[], None]]:
        """The same tensor with a place in the graph of its own; and what, if it is written to, writes to the tensor."""
        raise NotImplementedError

    def gradients(
        self, outputs: Sequence[Any], cotangents: Sequence[Array], handles: Sequence[Any]
    ) -> list[Array | None]:
        """The gradient of sum(cotangent * output) by each of the handles; nobody's `.grad` is touched."""
        raise NotImplementedError

    def recording(self) -> AbstractContextManager[Any]:
        """A context in which graphs are recorded, even inside `no_grad`."""
        raise NotImplementedError

    def undisturbed(self, seed: int) -> AbstractContextManager[Any]:
        """The framework's own random numbers begin at a seed; afterwards they and the buffers are as before."""
        raise NotImplementedError


class EngineSide(Side):
    """A model of `autograd_lite.nn`."""

    def _named_parameters(self) -> Iterator[tuple[str, Any]]:
        yield from self.model._named_state()

    def held(self, parameter: Any) -> Array:
        return np.asarray(parameter._data)

    def put(self, parameter: Any, array: Array) -> Callable[[], None]:
        # Its own array comes back, so that nobody's view of it, an optimizer's buffer, notices.
        own = parameter._data
        parameter._data = np.empty_like(own)
        parameter._data[...] = array

        def back() -> None:
            parameter._data = own

        return back

    def argument(self, array: Array) -> Any:
        floating = array.dtype.kind in "fc"
        given = Engine().argument(array, floating=floating)
        return given.requires_grad_() if floating else given

    def is_tensor(self, value: Any) -> bool:
        return isinstance(value, Traced)

    def array(self, value: Any) -> Array:
        return np.asarray(value._data)

    def handle(self, value: Any) -> Any:
        return value._node

    def alias(self, value: Any) -> tuple[Any, Callable[[], None]]:
        if value._node is None or not is_grad_enabled():
            return value, lambda: None
        other = ALIAS(value)
        node = other._node

        def settle() -> None:
            if other._node is not node:  # t[i] = v gives a Tensor another array and node
                value._data, value._node = other._data, other._node

        return other, settle

    def gradients(
        self, outputs: Sequence[Any], cotangents: Sequence[Array], handles: Sequence[Any]
    ) -> list[Array | None]:
        moved = [(y._node, c) for y, c in zip(outputs, cotangents, strict=True) if y._node is not None]
        nodes = list(dict.fromkeys(node for node in handles if node is not None))
        seeds = [np.conj(np.asarray(c, node.dtype)) for node, c in moved]
        swept = pullback([node for node, _ in moved], seeds, inputs=nodes, retain_graph=True) if moved else []
        found = dict(zip(nodes, swept, strict=False))
        return [_conjugate(found.get(node)) for node in handles]

    def recording(self) -> AbstractContextManager[Any]:
        return enable_grad()

    def undisturbed(self, seed: int) -> AbstractContextManager[Any]:  # noqa: ARG002
        return nullcontext()  # its generator is seeded for all sides


class TorchSide(Side):
    """A model of PyTorch."""

    def __init__(self, model: Any) -> None:
        self.torch = sys.modules["torch"]
        self.frame = Torch()
        super().__init__(model)

    def _named_parameters(self) -> Iterator[tuple[str, Any]]:
        yield from self.model.named_parameters(remove_duplicate=False)

    def held(self, parameter: Any) -> Array:
        return self.frame.array(parameter)

    def put(self, parameter: Any, array: Array) -> Callable[[], None]:
        own = parameter.data
        parameter.data = self.torch.tensor(array).to(own)

        def back() -> None:
            parameter.data = own

        return back

    def argument(self, array: Array) -> Any:
        given = self.frame.argument(array, floating=array.dtype.kind in "fc")
        # Not the leaf itself: a module may write to its input.
        return given.requires_grad_().clone() if array.dtype.kind in "fc" else given

    def is_tensor(self, value: Any) -> bool:
        return isinstance(value, self.torch.Tensor)

    def array(self, value: Any) -> Array:
        return self.frame.array(value).copy()

    def handle(self, value: Any) -> Any:
        if not value.requires_grad:
            return None
        return value if value.is_leaf else self.torch.autograd.graph.get_gradient_edge(value)

    def alias(self, value: Any) -> tuple[Any, Callable[[], None]]:
        if not value.requires_grad or not self.torch.is_grad_enabled():
            return value, lambda: None
        other = value.clone()
        version = other._version

        def settle() -> None:
            if other._version != version:
                value.copy_(other)

        return other, settle

    def gradients(
        self, outputs: Sequence[Any], cotangents: Sequence[Array], handles: Sequence[Any]
    ) -> list[Array | None]:
        moved = [(y, c) for y, c in zip(outputs, cotangents, strict=True) if y.requires_grad]
        known = [handle for handle in handles if handle is not None]
        if not moved or not known:
            return [None] * len(handles)
        weights = [self.torch.tensor(c).to(y.dtype).reshape(y.shape) for y, c in moved]
        swept = self.torch.autograd.grad([y for y, _ in moved], known, weights, retain_graph=True, allow_unused=True)
        found = iter([None if g is None else self.frame.array(g) for g in swept])
        return [None if handle is None else next(found) for handle in handles]

    def recording(self) -> AbstractContextManager[Any]:
        return self.torch.enable_grad()  # type: ignore[no-any-return]

    @contextmanager
    def undisturbed(self, seed: int) -> Iterator[None]:
        buffers = [(buffer, buffer.clone()) for buffer in self.model.buffers()]
        with self.torch.random.fork_rng(devices=[]):
            self.torch.manual_seed(seed)
            yield
        with self.torch.no_grad():
            for buffer, before in buffers:
                buffer.copy_(before)


def side_of(model: Any) -> Side:
    """The side of a model, known by the classes it is made of.

    Raises:
        TypeError: it is a module neither of autograd_lite nor of PyTorch.
    """
    bases = {f"{kind.__module__}.{kind.__qualname__}" for kind in type(model).__mro__}
    if "autograd_lite.nn.module.Module" in bases:
        return EngineSide(model)
    if "torch.nn.modules.module.Module" in bases:
        return TorchSide(model)
    raise TypeError(
        f"compare_models takes modules of autograd_lite.nn or torch.nn, not a {type(model).__name__}; of functions, "
        "assert_gradients_close(f, *inputs, reference=g) compares the gradients"
    )


def mapped(value: Any, change: Callable[[str, Any], Any], wanted: Callable[[Any], bool], path: str = "") -> Any:
    """A value with the tensors anywhere in it replaced by change(path, tensor); paths are written "[0]['logits']".

    What holds no tensors is handed on as it is, and so is a tuple, list or dict in which nothing was replaced.
    """
    if wanted(value):
        return change(path, value)
    if isinstance(value, (tuple, list)):
        parts = [mapped(part, change, wanted, f"{path}[{i}]") for i, part in enumerate(value)]
        if all(new is old for new, old in zip(parts, value, strict=True)):
            return value
        return type(value)(*parts) if hasattr(value, "_fields") else type(value)(parts)
    if isinstance(value, Mapping):
        named = {key: mapped(part, change, wanted, f"{path}[{key!r}]") for key, part in value.items()}
        return value if all(named[key] is part for key, part in value.items()) else type(value)(named)  # type: ignore[call-arg]
    return value


def tensors_in(value: Any, side: Side) -> dict[str, Any]:
    """The tensors anywhere in a value, by their paths."""
    found: dict[str, Any] = {}

    def note(path: str, tensor: Any) -> Any:
        found[path] = tensor
        return tensor

    mapped(value, note, side.is_tensor)
    return found


def _conjugate(g: Any) -> Array | None:
    """A gradient out of a cotangent of the sweep; None where none arrived, or one of several arrays together."""
    if not isinstance(g, (np.ndarray, np.generic)):
        return None
    return np.asarray(np.conj(g) if g.dtype.kind == "c" else g)
