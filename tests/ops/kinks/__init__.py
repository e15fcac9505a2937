"""What the derivative is where there is none: at kinks, bounds, ties and poles, as a table, by family.

The documentation lists the same table; each line is compared with PyTorch.
"""

import pkgutil
from importlib import import_module

from .kink import Kink

KINKS: list[Kink] = [
    kink
    for info in pkgutil.iter_modules(__path__)
    if info.name != "kink"
    for kink in import_module(f"{__name__}.{info.name}").KINKS
]
