"""Linear algebra with gradients: `np.linalg`'s functions on Tensors, and the array API's `linalg` extension.

Each takes stacks of matrices, in the last two axes, real or complex.  `np.linalg.solve(a, b)` and
`ag.linalg.solve(a, b)` are the same.  `expm` is beyond NumPy.  docs/linear_algebra.md says what holds at degenerate
matrices.
"""

from .determinants import *
from .eigenvalues import *
from .exponential import *
from .extension import *
from .factorizations import *
from .norms import *
from .powers import *
from .singular_values import *
from .solving import *
