"""Parts of a module by their names."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self

from autograd_lite import Tensor

from .parameter import Parameter

if TYPE_CHECKING:
    from .module import Module


class Findable:
    """What a module offers to find its parts by name, to add some under a name, and to do something with all."""

    def get_submodule(self, target: str) -> Module:
        """The module of a dotted name inside of this one; the module itself for "".

        Raises:
            AttributeError: there is none.

        >>> from autograd_lite import nn
        >>> nn.Sequential(nn.Linear(2, 3), nn.Sequential(nn.Tanh())).get_submodule("1.0")
        Tanh()
        """
        module: Any = self
        for name in target.split(".") if target else ():
            if name not in module._modules:
                raise AttributeError(
                    f"{type(self).__name__} has no module {target!r}: {_inside(module, '_modules', name)}"
                )
            module = module._modules[name]
        return module  # type: ignore[no-any-return]

    def set_submodule(self, target: str, module: Module, strict: bool = False) -> None:
        """Put a module in the place of the one of a dotted name inside of this one.

        Args:
            target: the name.
            module: what stands there from now on.
            strict: raise if nothing has the name; else the last part of it may be new.

        Raises:
            ValueError: the name is empty.
            AttributeError: the module that it is to be in is not there, or, with `strict`, nothing has the name, or
                something that is no module.
            TypeError: `module` is no Module.

        >>> from autograd_lite import nn
        >>> model = nn.Sequential(nn.Linear(2, 3), nn.Sequential(nn.Tanh()))
        >>> model.set_submodule("1.0", nn.ReLU())
        >>> model[1]
        Sequential(
          (0): ReLU()
        )
        """
        if not target:
            raise ValueError('set_submodule: the name is empty; what is called "" is the module itself')
        path, _, name = target.rpartition(".")
        parent: Any = self.get_submodule(path)
        there = getattr(parent, name, None)
        if not hasattr(module, "named_modules"):
            raise TypeError(f"set_submodule: {target!r} is to be a {type(module).__name__}, not a Module")
        if (strict and there is None) or (there is not None and not hasattr(there, "named_modules")):
            raise AttributeError(f"{type(self).__name__} has no module {target!r}: {_inside(parent, '_modules', name)}")
        setattr(parent, name, module)

    def get_parameter(self, target: str) -> Parameter:
        """The parameter of a dotted name.

        Raises:
            AttributeError: there is none.
        """
        return self._get(target, "_parameters")  # type: ignore[no-any-return]

    def get_buffer(self, target: str) -> Tensor:
        """The buffer of a dotted name.

        Raises:
            AttributeError: there is none.
        """
        return self._get(target, "_buffers")  # type: ignore[no-any-return]

    def _get(self, target: str, kind: str) -> Any:
        path, _, name = target.rpartition(".")
        module = self.get_submodule(path)
        if name not in module.__dict__[kind]:
            raise AttributeError(f"{type(self).__name__} has no {target!r}: {_inside(module, kind, name)}")
        return module.__dict__[kind][name]

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Hold a parameter under a name, as setting the attribute does; None for one that is not there.

        Raises:
            KeyError: the name is taken by something else, empty, or has a dot in it.
            TypeError: it is not a Parameter.
        """
        module: Any = self
        module._check_name("register_parameter", name, module._parameters)
        if param is not None and not isinstance(param, Parameter):
            raise TypeError(f"register_parameter: {name!r} is a {type(param).__name__}, not a Parameter or None")
        setattr(self, name, param)

    def add_module(self, name: str, module: Module | None) -> None:
        """Hold a module under a name, as setting the attribute does.

        Raises:
            KeyError: the name is taken by something else, empty, or has a dot in it.
            TypeError: it is not a Module.
        """
        own: Any = self
        own._check_name("add_module", name, own._modules)
        if module is not None and not hasattr(module, "named_modules"):
            raise TypeError(f"add_module: {name!r} is a {type(module).__name__}, not a Module or None")
        setattr(self, name, module)

    def register_module(self, name: str, module: Module | None) -> None:
        """The same as `add_module`."""
        self.add_module(name, module)

    def apply(self, fn: Callable[[Any], None]) -> Self:
        """Call `fn(module)` for all modules inside and then for this one; gives the module itself.

        >>> from autograd_lite import nn
        >>> def zero(module):
        ...     if isinstance(module, nn.Linear):
        ...         nn.init.zeros_(module.weight)
        >>> nn.Sequential(nn.Linear(2, 1)).apply(zero)[0].weight.tolist()
        [[0.0, 0.0]]
        """
        for child in self._modules.values():  # type: ignore[attr-defined]  # a module has it
            child.apply(fn)
        fn(self)
        return self


def _inside(module: Any, kind: str, name: str) -> str:
    there = list(module.__dict__[kind])
    return f"{type(module).__name__} holds {there or 'nothing'} and not {name!r}"
