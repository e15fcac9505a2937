"""Names of a package whose files are imported when the first of their names is asked for.

A script that trains a small network starts sooner than it would if it had to read all layers there are.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def lazily(
    package: str, homes: Mapping[str, str], eager: str = ""
) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """`__getattr__`, `__dir__` and `__all__` of a package.

    Args:
        package: its `__name__`.
        homes: from a module of the package to the names that it gives, divided by blanks.
        eager: names that the package has imported itself, or that are modules of it.
    """
    home = {name: module for module, names in homes.items() for name in names.split()}
    names = sorted([*home, *eager.split()])

    def find(name: str) -> Any:
        if name not in home:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module = import_module(f"{package}.{home[name]}")
        value = module if home[name] == name and not hasattr(module, name) else getattr(module, name)
        setattr(sys.modules[package], name, value)
        return value

    def list_names() -> list[str]:
        return sorted({*vars(sys.modules[package]), *names})

    return find, list_names, names
