"""Module: a piece of a network that holds parameters and other modules.

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.hidden = nn.Linear(2, 8)
            self.out = nn.Linear(8, 1)

        def forward(self, x):
            return self.out(np.tanh(self.hidden(x)))

Parameters and modules that are set as attributes are found again, by name: `net.named_parameters()`
gives hidden.weight, hidden.bias, out.weight, out.bias.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Self

import numpy as np

from autograd_lite.changes import next_order
from autograd_lite.spans import mark_call

from .hooks import Hookable
from .parameter import Parameter


class IncompatibleKeys(NamedTuple):
    """What `load_state_dict(strict=False)` passed over."""

    missing_keys: list[str]
    unexpected_keys: list[str]


class Module(Hookable):
    """The base of every layer and network: write `__init__` and `forward`."""

    training: bool
    _parameters: dict[str, Parameter]
    _modules: dict[str, Module]

    def __init__(self) -> None:
        self.__dict__.update(training=True, _parameters={}, _modules={})

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """What the module computes; called by calling the module."""
        raise NotImplementedError(f"{type(self).__name__} has no forward(): define what it computes")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self._hooks is not None:
            return self._hooks.call(self, args, kwargs)
        start = next_order()
        output = self.forward(*args, **kwargs) if kwargs else self.forward(*args)
        mark_call(self, start, output)  # so that a picture can show what was computed inside
        return output

    # -- what it holds

    def __setattr__(self, name: str, value: Any) -> None:
        kind = "_parameters" if isinstance(value, Parameter) else "_modules" if isinstance(value, Module) else None
        if (
            kind is None
            and name not in self.__dict__.get("_parameters", ())
            and name not in self.__dict__.get("_modules", ())
        ):
            object.__setattr__(self, name, value)
            return
        if "_parameters" not in self.__dict__:
            raise AttributeError(f"call super().__init__() in {type(self).__name__}.__init__ before setting {name!r}")
        self._parameters.pop(name, None)
        self._modules.pop(name, None)
        if kind is not None:
            self.__dict__[kind][name] = value
        if isinstance(value, Parameter):
            value._rename(name)
        object.__setattr__(self, name, value)

    def __delattr__(self, name: str) -> None:
        object.__delattr__(self, name)
        self._parameters.pop(name, None)
        self._modules.pop(name, None)

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """The modules directly inside, with their names."""
        yield from self._modules.items()

    def children(self) -> Iterator[Module]:
        """The modules directly inside."""
        yield from self._modules.values()

    def named_modules(self, prefix: str = "") -> Iterator[tuple[str, Module]]:
        """This module and all inside it, each once, with dotted names; this one's is `prefix`."""
        seen: set[int] = set()
        stack = [(prefix, self)]
        while stack:
            name, module = stack.pop()
            if id(module) in seen:
                continue
            seen.add(id(module))
            yield name, module
            stack.extend((_dotted(name, key), child) for key, child in reversed(module._modules.items()))

    def modules(self) -> Iterator[Module]:
        """This module and all inside it, each once."""
        for _, module in self.named_modules():
            yield module

    def named_parameters(self, prefix: str = "", recurse: bool = True) -> Iterator[tuple[str, Parameter]]:
        """The parameters, each once (under the first of its names), with dotted names."""
        seen: set[int] = set()
        for name, module in self.named_modules(prefix) if recurse else [(prefix, self)]:
            for key, parameter in module._parameters.items():
                if id(parameter) not in seen:
                    seen.add(id(parameter))
                    yield _dotted(name, key), parameter

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """The parameters, each once, as an optimizer takes them."""
        for _, parameter in self.named_parameters(recurse=recurse):
            yield parameter

    def _replace_parameters(self, values: Sequence[Any]) -> Self:
        """A copy in which the parameters that require gradients, in order, are `values`; the rest is shared.

        It is how functions of functions (`autograd_lite.func`) take a module for an argument.
        """
        trained = [id(parameter) for parameter in self.parameters() if parameter.requires_grad]
        return self._with_parameters(dict(zip(trained, values, strict=True)))

    def _with_parameters(self, new: Mapping[int, Any]) -> Self:
        """A copy with other values for parameters, told by their identity."""
        copies: dict[int, Module] = {}
        for module in self.modules():
            copy = copies[id(module)] = object.__new__(type(module))
            copy.__dict__.update(module.__dict__)
        for module in self.modules():
            copy = copies[id(module)]
            for kind, here in (("_parameters", new), ("_modules", copies)):
                held = {name: here.get(id(value), value) for name, value in module.__dict__[kind].items()}
                copy.__dict__.update({**held, kind: held})
        return copies[id(self)]  # type: ignore[return-value]  # a copy of this one has its class

    # -- what state it is in

    def train(self, mode: bool = True) -> Self:
        """Switch to training, where dropout drops; gives the module itself."""
        for module in self.modules():
            module.training = mode
        return self

    def eval(self) -> Self:
        """Switch to evaluation, where dropout does nothing; gives the module itself."""
        return self.train(False)

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Thaw or freeze all parameters; gives the module itself."""
        for parameter in self.parameters():
            parameter.requires_grad_(requires_grad)
        return self

    def zero_grad(self) -> None:
        """Forget the gradients of all parameters: `.grad` is None until the next backward."""
        for parameter in self.parameters():
            parameter.grad = None

    # -- its weights as arrays

    def state_dict(self) -> dict[str, np.ndarray[Any, Any]]:
        """All parameters as arrays, by dotted name, under each name they have.

        The arrays are copies: what is kept of a good epoch stays good, whatever training goes on to do.
        """
        return {name: np.array(parameter.data) for name, parameter in self._named_state()}

    def load_state_dict(self, state_dict: Mapping[str, Any], strict: bool = True) -> IncompatibleKeys:
        """Take the values of all parameters from arrays (or PyTorch tensors) by name.

        They are converted to each parameter's dtype.  Nothing is changed unless everything fits.

        Args:
            state_dict: from dotted name to array.
            strict: raise if names are missing or unexpected, instead of passing over them.

        Raises:
            ValueError: with all missing, unexpected and misshapen names.
        """
        mine = dict(self._named_state())
        missing = [name for name in mine if name not in state_dict]
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

    def _named_state(self) -> Iterator[tuple[str, Parameter]]:
        """Every parameter under every name it has, as PyTorch's state dicts list them."""
        stack: list[tuple[str, Module]] = [("", self)]
        while stack:
            name, module = stack.pop()
            for key, parameter in module._parameters.items():
                yield _dotted(name, key), parameter
            stack.extend((_dotted(name, key), child) for key, child in reversed(module._modules.items()))

    # -- what it looks like

    def extra_repr(self) -> str:
        """What stands between the parentheses of the repr: the sizes a layer was made with."""
        return ""

    def __repr__(self) -> str:
        head, inside = f"{type(self).__name__}(", self.extra_repr()
        if not self._modules:
            return f"{head}{inside})"
        lines = [inside] if inside else []
        lines += [f"({name}): {module!r}".replace("\n", "\n  ") for name, module in self._modules.items()]
        return head + "".join(f"\n  {line}" for line in lines) + "\n)"


def _dotted(prefix: str, name: str) -> str:
    return f"{prefix}.{name}" if prefix else name
