"""Orthogonal: matrices whose columns (or rows, if they are fewer) are orthonormal.

    θ = U Σ Vᵀ,  θ ← U Vᵀ

The polar factor is the nearest such matrix in the Frobenius norm.  The set (a Stiefel manifold) is not convex;
where a singular value is 0, several of its points are equally near, and one of them is given.

Fan and Hoffman, "Some metric inequalities in the space of matrices", Proc. AMS 6, 1955; Higham, "Matrix nearness
problems and applications", 1989.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..constraint import Constraint, check_finite
from ..flat import Array
from ..parts import widened


def project_orthogonal(x: Any) -> Array:
    """The nearest matrix to `x` with orthonormal columns, or rows if it is wider than high.

    Args:
        x: an array, or a Tensor, of floating-point numbers: a matrix (m, n), or a stack of them (..., m, n).

    Raises:
        TypeError: x is not floating-point.
        ValueError: x has fewer than two axes, or elements that are not finite.

    >>> import numpy as np
    >>> from autograd_lite.optim.constraints import project_orthogonal
    >>> project_orthogonal(np.array([[2.0, 0.0], [0.0, -3.0]])) + 0.0
    array([[ 1.,  0.],
           [ 0., -1.]])
    """
    return Orthogonal()(x)


class Orthogonal(Constraint):
    """θᵀ θ = 1 (θ θᵀ = 1 if θ is wider than high), in the last two axes of a parameter.

    >>> import numpy as np, autograd_lite as ag
    >>> w = ag.Tensor(np.eye(2), requires_grad=True)
    >>> optimizer = ag.optim.SGD([w], lr=0.5, constraints=[ag.optim.constraints.Orthogonal()])
    >>> (w[0, 1] - w[1, 0]).backward()
    >>> optimizer.step()
    >>> np.allclose(w.data.T @ w.data, np.eye(2))
    True
    """

    def check_fits(self, shape: tuple[int, ...], label: str) -> None:
        if len(shape) < 2:
            raise ValueError(f"Orthogonal: {label} has shape {shape}, which is no matrix (..., m, n)")

    def project(self, x: Array) -> Array:
        check_finite(x, "Orthogonal")
        left, _, right = np.linalg.svd(widened(x), full_matrices=False)
        return np.asarray(left @ right).astype(x.dtype, copy=False)
