"""Which calls of modules a graph was recorded in, and what the modules and their parameters are called.

A call is known by its `Scope`.  A Scope knows the class of its module but not its name: that is looked
up here, by identity, in the modules around it.  A module that is gone has no names to give any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ..tape import Node
from .model import Call
from .scopes import Scope


class Modules:
    """The calls around some nodes, whose scopes are given oldest node first."""

    def __init__(self, scopes: Iterable[Scope | None]) -> None:
        self.calls: list[Call] = []
        self._of: dict[Scope, Call] = {}
        self._names: dict[int, dict[int, str]] = {}
        self._parameters: dict[Node, str] = {}
        self._arrays: list[Any] = []
        # Identities mean something only as long as the modules are there: hold them while reading.
        self._held: dict[int, Any] = {}
        for scope in scopes:
            self._add(scope)
        seen: set[int] = set()
        for module in list(self._held.values()):
            self._note_parameters(module, seen)

    def call_of(self, scope: Scope | None) -> str | None:
        """The id of the call that a scope stands for."""
        return None if scope is None else self._of[scope].id

    def is_parameter(self, leaf: Node, name: str | None, scope: Scope | None) -> bool:
        """Whether a leaf, first used in `scope`, is a parameter: a module holds it.

        Where there is no module to ask, because it is gone or there never was one, a leaf with a name
        counts as a parameter.
        """
        nobody_to_ask = scope is None or self._module(scope) is None
        return leaf in self._parameters or (nobody_to_ask and name is not None)

    def parameter_name(self, leaf: Node) -> str | None:
        """What the module that holds a leaf calls it."""
        return self._parameters.get(leaf)

    def parameter_arrays(self) -> Iterator[tuple[Node, Any]]:
        """The leaves that modules hold, with their arrays."""
        for parameter in self._arrays:
            yield parameter._node, parameter._data

    def _module(self, scope: Scope) -> Any:
        module = scope.module()
        if module is not None:
            self._held[id(module)] = module
        return module

    def _add(self, scope: Scope | None) -> None:
        missing: list[Scope] = []
        while scope is not None and scope not in self._of:
            missing.append(scope)
            scope = scope.outer
        for inner in reversed(missing):
            outer = None if inner.outer is None else self._of[inner.outer]
            name = self._name(inner)
            path = name or inner.kind
            call = Call(
                id=f"m{len(self.calls)}",
                kind=inner.kind,
                name=name,
                outer=outer.id if outer else None,
                path=f"{outer.path}.{path}" if outer else path,
            )
            self.calls.append(call)
            self._of[inner] = call

    def _name(self, scope: Scope) -> str | None:
        """What the module of the call around this one calls its module, however deep inside it is."""
        module = self._module(scope)
        around = None if scope.outer is None else self._module(scope.outer)
        if module is None or around is None:
            return None
        for key, inner in getattr(around, "_modules", {}).items():
            if inner is module:  # as a rule: to look further in modules of modules would take the square of their depth
                return str(key)
        if id(around) not in self._names:
            self._names[id(around)] = {id(inner): name for name, inner in _inside(around, set())}
        return self._names[id(around)].get(id(module))

    def _note_parameters(self, module: Any, seen: set[int]) -> None:
        for holder in (module, *(inner for _, inner in _inside(module, seen))):
            for name, parameter in getattr(holder, "_parameters", {}).items():
                if parameter is not None and parameter._node is not None:
                    self._parameters.setdefault(parameter._node, name)
                    self._arrays.append(parameter)


def _inside(module: Any, seen: set[int]) -> Iterator[tuple[str, Any]]:
    """The modules inside a module at any depth, each once, with dotted names; the nearest first.

    Not those that are in `seen`, where all that are found go, the module itself too.
    """
    seen.add(id(module))
    level = [("", module)]
    while level:
        below = []
        for prefix, outer in level:
            for key, inner in getattr(outer, "_modules", {}).items():
                if inner is not None and id(inner) not in seen:
                    seen.add(id(inner))
                    below.append((f"{prefix}{key}", inner))
        yield from below
        level = [(f"{name}.", inner) for name, inner in below]
