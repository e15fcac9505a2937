"""Every layer, function and loss with all its options: written once, run with our `nn` and with PyTorch's."""

from importlib import import_module
from pkgutil import iter_modules

from .case import Case

CASES: list[Case] = [
    each
    for module in sorted(info.name for info in iter_modules(__path__) if info.name != "case")
    for each in import_module(f"{__name__}.{module}").CASES
]
