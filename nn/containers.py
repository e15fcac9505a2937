"""Modules made of modules, and lists and dicts of modules and parameters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from operator import index as whole_number
from typing import Any, Self

from autograd_lite import Tensor

from .module import Module
from .parameter import Parameter

__all__ = ["ModuleDict", "ModuleList", "ParameterDict", "ParameterList", "Sequential"]


class _Listed(Module):
    """What holds modules in an order, under the names "0", "1", ..."""

    def _place(self, place: int, doing: str = "index") -> int:
        count = len(self)
        place = whole_number(place)
        if not -count <= place < count:
            raise IndexError(f"{type(self).__name__}: {doing} {place} is out of range, there are {count}")
        return place % count

    def _rebuild(self, modules: Iterable[Module]) -> None:
        """Hold these from now on, named anew."""
        for name in list(self._modules):
            delattr(self, name)
        for i, module in enumerate(modules):
            self._hold(str(i), module)

    def _hold(self, name: str, module: Module) -> None:
        if not isinstance(module, Module):
            raise TypeError(f"{type(self).__name__}: element {name!r} is a {type(module).__name__}, not a Module")
        setattr(self, name, module)

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[Module]:
        return iter(self._modules.values())

    def __setitem__(self, place: int, module: Module) -> None:
        self._hold(list(self._modules)[self._place(place)], module)

    def __delitem__(self, place: int | slice) -> None:
        modules = list(self)
        del modules[place if isinstance(place, slice) else self._place(place)]
        self._rebuild(modules)

    def append(self, module: Module) -> Self:
        """Add one at the end; gives the container itself."""
        self._hold(str(len(self)), module)
        return self

    def extend(self, modules: Iterable[Module]) -> Self:
        """Add several at the end; gives the container itself."""
        for module in list(modules):
            self.append(module)
        return self

    def insert(self, index: int, module: Module) -> Any:
        """Put one before the one at a place."""
        modules = list(self)
        modules.insert(index, module)
        self._rebuild(modules)
        return self

    def pop(self, key: int = -1) -> Module:
        """Take one out, and give it."""
        modules = list(self)
        taken = modules.pop(self._place(key, "pop"))
        self._rebuild(modules)
        return taken


class Sequential(_Listed):
    """Modules one after the other: the output of each is the input of the next.

    Args:
        modules: the modules, which are named "0", "1", ...; or one dict from name to module.

    >>> from autograd_lite import nn
    >>> model = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1))
    >>> [name for name, _ in model.named_parameters()]
    ['0.weight', '0.bias', '2.weight', '2.bias']
    """

    def __init__(self, *modules: Module | Mapping[str, Module]) -> None:
        super().__init__()
        if len(modules) == 1 and isinstance(modules[0], Mapping):
            named: Any = modules[0]
        else:
            named = {str(i): module for i, module in enumerate(modules)}
        for name, module in named.items():
            self._hold(name, module)

    def forward(self, x: Any) -> Any:
        for module in self._modules.values():
            x = module(x)
        return x

    def __getitem__(self, index: int | slice) -> Any:
        """The module at a place, or a Sequential of those in a slice (which share their parameters)."""
        if isinstance(index, slice):
            return type(self)({name: self._modules[name] for name in list(self._modules)[index]})
        return list(self)[self._place(index)]

    def __add__(self, other: Sequential) -> Sequential:
        """The modules of both, one after the other."""
        if not isinstance(other, Sequential):
            return NotImplemented
        return Sequential(*self, *other)

    def __iadd__(self, other: Sequential) -> Self:
        return self.extend(other)

    def __mul__(self, times: int) -> Sequential:
        """The modules several times over, with the same parameters."""
        if times < 1:
            raise ValueError(f"Sequential: it can be repeated once or more often, not {times} times")
        return Sequential(*(list(self) * times))

    __rmul__ = __mul__


class ModuleList(_Listed):
    """A list of modules, whose parameters are found; what is done with them is written in `forward`.

    Args:
        modules: to begin with.

    >>> from autograd_lite import nn
    >>> layers = nn.ModuleList(nn.Linear(2, 2) for _ in range(3))
    >>> len(layers), len(list(layers.parameters()))
    (3, 6)
    """

    def __init__(self, modules: Iterable[Module] | None = None) -> None:
        super().__init__()
        self.extend(modules or ())

    def __getitem__(self, index: int | slice) -> Any:
        """The module at a place, or a ModuleList of those in a slice (which share their parameters)."""
        if isinstance(index, slice):
            return type(self)(list(self)[index])
        return list(self)[self._place(index)]

    def __add__(self, other: Iterable[Module]) -> ModuleList:
        """Both lists, one after the other."""
        return ModuleList([*self, *other])

    def __iadd__(self, other: Iterable[Module]) -> Self:
        return self.extend(other)

    def insert(self, index: int, module: Module) -> None:
        """Put one before the one at a place."""
        super().insert(index, module)

    def __repr__(self) -> str:
        """As PyTorch's: equal modules one after the other in one line."""
        if not len(self):
            return f"{type(self).__name__}()"
        lines, texts = [], [repr(module) for module in self]
        first = 0
        for i in range(1, len(texts) + 1):
            if i < len(texts) and texts[i] == texts[first]:
                continue
            place = f"({first})" if i - first == 1 else f"({first}-{i - 1})"
            count = "" if i - first == 1 else f"{i - first} x "
            lines.append(f"{place}: {count}{texts[first]}".replace("\n", "\n  "))
            first = i
        return f"{type(self).__name__}(" + "".join(f"\n  {line}" for line in lines) + "\n)"


class ModuleDict(Module):
    """A dict of modules, whose parameters are found; what is done with them is written in `forward`.

    Args:
        modules: to begin with: a mapping, or pairs.

    >>> from autograd_lite import nn
    >>> heads = nn.ModuleDict({"sum": nn.Linear(4, 1), "class": nn.Linear(4, 10)})
    >>> [name for name, _ in heads.named_parameters()]
    ['sum.weight', 'sum.bias', 'class.weight', 'class.bias']
    """

    def __init__(self, modules: Mapping[str, Module] | Iterable[tuple[str, Module]] | None = None) -> None:
        super().__init__()
        self.update(modules or {})

    def __getitem__(self, key: str) -> Module:
        return self._modules[key]

    def __setitem__(self, key: str, module: Module) -> None:
        if not isinstance(module, Module):
            raise TypeError(f"ModuleDict: {key!r} is a {type(module).__name__}, not a Module")
        if key not in self._modules:
            self._check_name("ModuleDict", key, {})
        setattr(self, key, module)

    def __delitem__(self, key: str) -> None:
        if key not in self._modules:
            raise KeyError(key)
        delattr(self, key)

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __contains__(self, key: object) -> bool:
        return key in self._modules

    def clear(self) -> None:
        """Take all out."""
        for key in list(self._modules):
            del self[key]

    def pop(self, key: str) -> Module:
        """Take one out, and give it."""
        module = self[key]
        del self[key]
        return module

    def keys(self) -> Iterable[str]:
        """The names."""
        return self._modules.keys()

    def items(self) -> Iterable[tuple[str, Module]]:
        """Names and modules."""
        return self._modules.items()

    def values(self) -> Iterable[Module]:
        """The modules."""
        return self._modules.values()

    def update(self, modules: Mapping[str, Module] | Iterable[tuple[str, Module]]) -> None:
        """Take these in, in their order."""
        for key, module in modules.items() if isinstance(modules, (Mapping, ModuleDict)) else modules:
            self[key] = module


def _parameter(value: Any) -> Any:
    """Tensors as Parameters; anything else as it is."""
    return Parameter(value) if isinstance(value, Tensor) and not isinstance(value, Parameter) else value


class ParameterList(Module):
    """A list of parameters that a module trains; Tensors become Parameters, other values are kept as they are.

    Args:
        values: to begin with.

    >>> import autograd_lite as ag
    >>> weights = ag.nn.ParameterList([ag.zeros(3), ag.zeros(2)])
    >>> [name for name, _ in weights.named_parameters()]
    ['0', '1']
    """

    def __init__(self, values: Iterable[Any] | None = None) -> None:
        super().__init__()
        self._count = 0
        self.extend(values or ())

    def _name(self, index: int) -> str:
        index = whole_number(index)
        if not -self._count <= index < self._count:
            raise IndexError(f"ParameterList: index {index} is out of range, there are {self._count}")
        return str(index % self._count)

    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return type(self)(list(self)[index])
        return getattr(self, self._name(index))

    def __setitem__(self, index: int, value: Any) -> None:
        setattr(self, self._name(index), _parameter(value))

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Any]:
        return iter([getattr(self, str(i)) for i in range(self._count)])

    def append(self, value: Any) -> Self:
        """Add one at the end; gives the list itself."""
        setattr(self, str(self._count), _parameter(value))
        self._count += 1
        return self

    def extend(self, values: Iterable[Any]) -> Self:
        """Add several at the end; gives the list itself."""
        for value in list(values):
            self.append(value)
        return self

    def __iadd__(self, values: Iterable[Any]) -> Self:
        return self.extend(values)

    def extra_repr(self) -> str:
        return "\n  ".join(f"({i}): {_described(value)}" for i, value in enumerate(self))

    def __repr__(self) -> str:
        return f"ParameterList(\n  {self.extra_repr()}\n)" if len(self) else "ParameterList()"


class ParameterDict(Module):
    """A dict of parameters that a module trains; Tensors become Parameters, other values are kept as they are.

    Args:
        parameters: to begin with: a mapping, or pairs.

    >>> import autograd_lite as ag
    >>> weights = ag.nn.ParameterDict({"left": ag.zeros(3), "right": ag.zeros(2)})
    >>> [name for name, _ in weights.named_parameters()]
    ['left', 'right']
    """

    def __init__(self, parameters: Any = None) -> None:
        super().__init__()
        self._keys: dict[str, None] = {}
        self.update(parameters or {})

    def __getitem__(self, key: str) -> Any:
        if key not in self._keys:
            raise KeyError(key)
        return getattr(self, key)

    def __setitem__(self, key: str, value: Any) -> None:
        if key not in self._keys:
            self._check_name("ParameterDict", key, {})
        self._keys[key] = None
        setattr(self, key, _parameter(value))

    def __delitem__(self, key: str) -> None:
        del self._keys[key]
        delattr(self, key)

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __reversed__(self) -> Iterator[str]:
        return reversed(self._keys)

    def __contains__(self, key: object) -> bool:
        return key in self._keys

    def setdefault(self, key: str, default: Any = None) -> Any:
        """The value of a key, after setting it to `default` if there is none."""
        if key not in self:
            self[key] = default
        return self[key]

    def clear(self) -> None:
        """Take all out."""
        for key in list(self):
            del self[key]

    def pop(self, key: str) -> Any:
        """Take one out, and give it."""
        value = self[key]
        del self[key]
        return value

    def popitem(self) -> tuple[str, Any]:
        """Take the last one out, and give it with its name."""
        key = next(reversed(self))
        return key, self.pop(key)

    def get(self, key: str, default: Any = None) -> Any:
        """The value of a key, or `default`."""
        return getattr(self, key) if key in self._keys else default

    def keys(self) -> Iterable[str]:
        """The names."""
        return self._keys.keys()

    def items(self) -> Iterable[tuple[str, Any]]:
        """Names and values."""
        return [(key, self[key]) for key in self]

    def values(self) -> Iterable[Any]:
        """The values."""
        return [self[key] for key in self]

    def copy(self) -> ParameterDict:
        """Another dict of the same parameters."""
        return ParameterDict(dict(self.items()))

    def fromkeys(self, keys: Iterable[str], default: Any = None) -> ParameterDict:
        """Another dict with these names, and `default` under each."""
        return ParameterDict((key, default) for key in keys)

    def update(self, parameters: Any) -> None:
        """Take these in, in their order."""
        pairs = parameters.items() if isinstance(parameters, (Mapping, ParameterDict)) else parameters
        for key, value in pairs:
            self[key] = value

    def extra_repr(self) -> str:
        return "\n  ".join(f"({key}): {_described(value)}" for key, value in self.items())

    def __repr__(self) -> str:
        return f"ParameterDict(\n  {self.extra_repr()}\n)" if len(self) else "ParameterDict()"


def _described(value: Any) -> str:
    if not isinstance(value, Tensor):
        return f"Object of type: {type(value).__name__}"
    shape = "x".join(map(str, value.shape))
    return f"{type(value).__name__} containing: [{value.dtype} of size {shape}]"
