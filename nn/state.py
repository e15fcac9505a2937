"""What a module knows, as arrays by name, and in which dtype."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from autograd_lite import Tensor
from autograd_lite.changes import note_change


class IncompatibleKeys(NamedTuple):
    """What `load_state_dict(strict=False)` passed over."""

    missing_keys: list[str]
    unexpected_keys: list[str]


class Stateful:
    """What a module offers to save its parameters and buffers, and to load them."""

    _parameters: Mapping[str, Any]
    _buffers: Mapping[str, Tensor | None]
    _passing: set[str]
    _modules: Mapping[str, Any]

    def state_dict(self) -> dict[str, np.ndarray[Any, Any]]:
        """All parameters and persistent buffers as arrays, by dotted name, under each name they have.

        The arrays are copies: what is kept of a good epoch stays good, whatever training goes on to do.
        """
        return {name: np.array(tensor.data) for name, tensor in self._named_state()}

    def load_state_dict(self, state_dict: Mapping[str, Any], strict: bool = True) -> IncompatibleKeys:
        """Take the values of all parameters and persistent buffers from arrays (or PyTorch tensors) by name.

        They are converted to each one's dtype.  Nothing is changed unless everything fits.

        Args:
            state_dict: from dotted name to array.
            strict: raise if names are missing or unexpected, instead of passing over them.

        Raises:
            ValueError: with all missing, unexpected and misshapen names.  Of the names of one parameter one is enough.
        """
        mine = dict(self._named_state())
        given = {id(mine[name]) for name in mine if name in state_dict}
        # A tensor with several names is there if one of them is: some formats keep only one.
        missing = [name for name in mine if name not in state_dict and id(mine[name]) not in given]
        unexpected = [name for name in state_dict if name not in mine]
        arrays = {name: np.asarray(state_dict[name]) for name in mine if name in state_dict}
        problems = [
            f"  {name}: the parameter has shape {mine[name].shape}, the state {array.shape}"
            for name, array in arrays.items()
            if array.shape != mine[name].shape
        ]
        problems += [
            f"  {name}: dtype {array.dtype} is not made of real numbers"
            for name, array in arrays.items()
            if array.dtype.kind not in "fiub"
        ]
        if strict:
            problems += [f"  {name}: missing from the state" for name in missing]
            problems += [f"  {name}: not a parameter of this module" for name in unexpected]
        if problems:
            raise ValueError(f"load_state_dict: the state does not fit {type(self).__name__}:\n" + "\n".join(problems))
        for name, array in arrays.items():
            mine[name].data = array
        return IncompatibleKeys(missing, unexpected)

    def _named_state(self) -> Iterator[tuple[str, Tensor]]:
        """Every parameter and persistent buffer under every name it has, as PyTorch's state dicts list them."""
        stack: list[tuple[str, Any]] = [("", self)]
        while stack:
            name, module = stack.pop()
            for key, parameter in module._parameters.items():
                yield dotted(name, key), parameter
            for key, buffer in module._buffers.items():
                if buffer is not None and key not in module._passing:
                    yield dotted(name, key), buffer
            stack.extend((dotted(name, key), child) for key, child in reversed(module._modules.items()))


def convert(tensor: Tensor, dtype: Any) -> None:
    """Give a Tensor, and its gradient, another dtype; a backward pass that still needs the old values will raise."""
    if tensor.dtype == dtype:
        return
    note_change(tensor._data)
    tensor._data = tensor._data.astype(dtype)  # of the same layout in memory
    node = tensor._node or getattr(tensor, "_frozen", None)
    if node is not None:
        gradient = tensor.grad
        tensor.grad = None
        node.dtype = tensor._data.dtype
        if node.watch is not None:
            node.watch.room = None  # an optimizer has it, for the dtype that was
        if gradient is not None:
            tensor.grad = gradient.detach().astype(dtype)


def dotted(prefix: str, name: str) -> str:
    """The name of a part: of what is inside, after that of what it is in."""
    return f"{prefix}.{name}" if prefix else name
