"""Where a kernel may write a cotangent."""

from typing import Any

import numpy as np


def room(need: Any) -> Any:
    """The array to write the cotangent of an argument into, out of an entry of `needs`, if there is one."""
    return need if type(need) is np.ndarray else None
