"""The array API standard, 2024.12, as the names `ag.name`; most are NumPy's own, recorded.

The standard's names and meanings are NumPy 2's: `ag.exp(t)` and `np.exp(t)` are the same operation.  Code written
against the standard finds this namespace by `t.__array_namespace__()` and runs on Tensors, with gradients.
docs/array_api.md says where it deviates.
"""

from types import ModuleType

from .. import ops
from .numpy_names import *

# A name takes the place of the same name above: what has a derivative, then what the standard spells otherwise.
from ..ops import *  # isort: skip
from .conversion import *
from .creation import *
from .data_types import *
from .info import *
from .sets import *
from .sorting import *
from .spellings import *

_families = [module for module in vars().values() if isinstance(module, ModuleType) and hasattr(module, "__all__")]
__all__ = list({name: None for family in [ops, *_families] for name in family.__all__})
