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
from typing import Any, Self
from weakref import ref

import numpy as np

from autograd_lite import Tensor
from autograd_lite.changes import next_order
from autograd_lite.spans import mark_call

from .finding import Findable
from .hooks import Hookable
from .parameter import Parameter
from .state import Stateful, convert, dotted


class Module(Hookable, Stateful, Findable):
    """The base of every layer and network: write `__init__` and `forward`."""

    training: bool
    _parameters: dict[str, Parameter]
    _buffers: dict[str, Tensor | None]
    _passing: set[str]  # the buffers that are no part of the state dict
    _modules: dict[str, Module]

    def __init__(self) -> None:
        self.__dict__.update(training=True, _parameters={}, _buffers={}, _passing=set(), _modules={})

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """What the module computes; called by calling the module."""
        raise NotImplementedError(f"{type(self).__name__} has no forward(): define what it computes")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self._hooks is not None:
            return self._hooks.call(self, args, kwargs)
        start = next_order()
        output = self.forward(*args, **kwargs) if kwargs else self.forward(*args)
        # A mark, so that a picture can show what was computed inside; here for one Tensor, since calls take time.
        if isinstance(output, Tensor):
            node = output._node
            if node is not None and node.order < start:
                node.span = (start, next_order(), type(self).__name__, ref(self), node.span)
        else:
            mark_call(self, start, output)
        return output

    # -- what it holds

    def __setattr__(self, name: str, value: Any) -> None:
        kind = "_parameters" if isinstance(value, Parameter) else "_modules" if isinstance(value, Module) else None
        if kind is None and name in self.__dict__.get("_buffers", ()):
            self._set_buffer(name, value)
            return
        if (
            kind is None
            and name not in self.__dict__.get("_parameters", ())
            and name not in self.__dict__.get("_modules", ())
        ):
            object.__setattr__(self, name, value)
            return
        if "_parameters" not in self.__dict__:
            raise AttributeError(f"call super().__init__() in {type(self).__name__}.__init__ before setting {name!r}")
        self._forget(name, but=kind)
        if kind is not None:
            self.__dict__[kind][name] = value
        if isinstance(value, Parameter):
            value._rename(name)
        object.__setattr__(self, name, value)

    def __delattr__(self, name: str) -> None:
        object.__delattr__(self, name)
        self._forget(name)

    def _forget(self, name: str, but: str | None = None) -> None:
        """Hold nothing of that name, but what is of one kind: what comes in its place keeps the order."""
        for kind in ("_parameters", "_buffers", "_modules"):
            if kind != but:
                self.__dict__[kind].pop(name, None)
        self._passing.discard(name)

    def register_buffer(self, name: str, tensor: Any, persistent: bool = True) -> None:
        """Hold a Tensor that is part of the module's state but is not trained, as the running mean of a BatchNorm.

        Args:
            name: the attribute that gives it.
            tensor: a Tensor or an array, which is copied; None for a buffer that is not there (yet).
            persistent: whether it belongs to the state dict.

        Raises:
            KeyError: the name is taken by something else, empty, or has a dot in it.

        >>> from autograd_lite import nn
        >>> import numpy as np
        >>> counting = nn.Module()
        >>> counting.register_buffer("count", np.array(0))
        >>> counting.count += 1
        >>> counting.state_dict()
        {'count': array(1)}
        """
        if "_buffers" not in self.__dict__:
            raise AttributeError(f"call super().__init__() in {type(self).__name__}.__init__ before register_buffer")
        self._check_name("register_buffer", name, self._buffers)
        self._buffers[name] = None
        self._set_buffer(name, tensor)
        (self._passing.discard if persistent else self._passing.add)(name)

    def _set_buffer(self, name: str, value: Any) -> None:
        if value is not None and not isinstance(value, Tensor):
            if not isinstance(value, (np.ndarray, np.generic)):
                raise TypeError(
                    f"{name!r} is a buffer of {type(self).__name__}, which is a Tensor, an array or None, not "
                    f"{type(value).__name__}"
                )
            value = Tensor(value)
        self._buffers[name] = value
        object.__setattr__(self, name, value)

    def _check_name(self, doing: str, name: str, mine: Mapping[str, Any]) -> None:
        if not isinstance(name, str) or not name or "." in name:
            raise KeyError(f"{doing}: a name is a string without dots and not empty, not {name!r}")
        if hasattr(self, name) and name not in mine:
            raise KeyError(f"{doing}: {type(self).__name__} already has an attribute {name!r}")

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
            stack.extend((dotted(name, key), child) for key, child in reversed(module._modules.items()))

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
                    yield dotted(name, key), parameter

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """The parameters, each once, as an optimizer takes them."""
        for _, parameter in self.named_parameters(recurse=recurse):
            yield parameter

    def named_buffers(self, prefix: str = "", recurse: bool = True) -> Iterator[tuple[str, Tensor]]:
        """The buffers, each once (under the first of its names), with dotted names."""
        seen: set[int] = set()
        for name, module in self.named_modules(prefix) if recurse else [(prefix, self)]:
            for key, buffer in module._buffers.items():
                if buffer is not None and id(buffer) not in seen:
                    seen.add(id(buffer))
                    yield dotted(name, key), buffer

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        """The buffers, each once."""
        for _, buffer in self.named_buffers(recurse=recurse):
            yield buffer

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
            copy.__dict__["_buffers"] = dict(module._buffers)
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

    def astype(self, dtype: Any) -> Self:
        """Convert all floating-point parameters and buffers, and their gradients; gives the module itself.

        The parameters stay the same objects.  An optimizer made before refuses to step: make a new one.

        >>> import numpy as np
        >>> from autograd_lite import nn
        >>> nn.Linear(3, 2).astype(np.float64).weight.dtype
        dtype('float64')
        """
        dtype = np.dtype(dtype)
        if dtype.kind not in "fc":
            raise TypeError(f"{type(self).__name__}.astype: parameters are floating-point numbers, not {dtype}")
        for tensor in (*self.parameters(), *self.buffers()):
            if tensor.dtype.kind in "fc":
                convert(tensor, dtype)
        return self

    def to(self, dtype: Any) -> Self:
        """The same as `astype`: there are no devices."""
        return self.astype(dtype)

    def float(self) -> Self:
        """Convert to float32; see `astype`."""
        return self.astype(np.float32)

    def double(self) -> Self:
        """Convert to float64; see `astype`."""
        return self.astype(np.float64)

    def half(self) -> Self:
        """Convert to float16; see `astype`."""
        return self.astype(np.float16)

    def zero_grad(self) -> None:
        """Forget the gradients of all parameters: `.grad` is None until the next backward."""
        for parameter in self.parameters():
            parameter.grad = None

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
