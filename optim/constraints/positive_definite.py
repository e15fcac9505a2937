"""PositiveDefinite: symmetric matrices with no eigenvalue below a given one.

    ½ (θ + θᵀ) = V Λ Vᵀ,  θ ← V max(Λ, m) Vᵀ

Higham, "Computing a nearest symmetric positive semidefinite matrix", Linear Algebra Appl. 103, 1988.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from ..constraint import Constraint, check_finite, check_square
from ..flat import Array
from ..options import Check, not_negative
from ..parts import widened


def project_positive_definite(x: Any, minimum: float = 0.0) -> Array:
    """The nearest symmetric matrix to `x`, in the Frobenius norm, whose eigenvalues are at least `minimum`.

    Args:
        x: an array, or a Tensor, of floating-point numbers: a matrix (n, n), or a stack of them (..., n, n).
        minimum: m; with 0, positive semidefinite: the closure of the positive definite ones, in which alone
            there is a nearest one.

    Raises:
        TypeError: x is not floating-point.
        ValueError: x is not square, has elements that are not finite, or `minimum` is not a finite number >= 0.

    >>> import numpy as np
    >>> from autograd_lite.optim.constraints import project_positive_definite
    >>> project_positive_definite(np.array([[2.0, 0.0], [0.0, -3.0]]), 0.5)
    array([[2. , 0. ],
           [0. , 0.5]])
    """
    return PositiveDefinite(minimum)(x)


class PositiveDefinite(Constraint):
    """θ symmetric with eigenvalues >= minimum, in the last two axes of a parameter.

    Args:
        minimum: as for `project_positive_definite`; may be changed at any time.

    Raises:
        TypeError, ValueError: as `project_positive_definite`.

    >>> import numpy as np, autograd_lite as ag
    >>> w = ag.Tensor(np.eye(2), requires_grad=True)
    >>> optimizer = ag.optim.SGD([w], lr=2.0, constraints=[ag.optim.constraints.PositiveDefinite(0.25)])
    >>> w[0, 0].backward()
    >>> optimizer.step()
    >>> w.data
    array([[0.25, 0.  ],
           [0.  , 1.  ]])
    """

    _checks: ClassVar[dict[str, Check]] = {"minimum": not_negative}
    minimum: float

    def __init__(self, minimum: float = 0.0) -> None:
        self.minimum = minimum

    def check_fits(self, shape: tuple[int, ...], label: str) -> None:
        check_square(shape, "PositiveDefinite", label)

    def project(self, x: Array) -> Array:
        check_finite(x, "PositiveDefinite")
        wide = widened(x)
        values, vectors = np.linalg.eigh((wide + wide.mT) * 0.5)
        projected = (vectors * np.maximum(values, self.minimum)[..., None, :]) @ vectors.mT
        return np.asarray((projected + projected.mT) * 0.5).astype(x.dtype, copy=False)  # symmetric to the last bit
