"""The operations the engine knows, declared by the mathematics they are.

Each module below is one family, and `__all__` in it says what users call; adding an operation is adding its
declaration to the family it belongs to (and its samples to the tests).  The primitives carry NumPy's names.
"""

from types import ModuleType

from .arithmetic import *
from .assignment import *
from .casting import *
from .choice import *
from .complex_numbers import *
from .convolution import *
from .cumulative import *
from .cutting import *
from .diagonals import *
from .differences import *
from .editing import *
from .einstein_sums import *
from .exponential import *
from .indexing import *
from .interpolation import *
from .joining import *
from .nan_reductions import *
from .padding import *
from .products import *
from .quantiles import *
from .reductions import *
from .repeating import *
from .selecting import *
from .shapes import *
from .sorting import *
from .statistics import *
from .steps import *
from .trigonometric import *
from .windows import *

_families = [family for family in vars().values() if isinstance(family, ModuleType) and hasattr(family, "__all__")]
__all__ = [name for family in _families for name in family.__all__]
