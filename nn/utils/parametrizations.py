"""Weights of which a part is trained apart, or that keep a property: weight, spectral and orthogonal normalization.

    layer = parametrizations.spectral_norm(nn.Linear(20, 40))

Each replaces a parameter by a function of others; see `parametrize`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from autograd_lite import Tensor, linalg
from autograd_lite.errors import describe
from autograd_lite.random import generator_or_default

from ..layers.conv_transpose import ConvTranspose1d, ConvTranspose2d, ConvTranspose3d
from ..module import Module
from .parametrize import register_parametrization

if TYPE_CHECKING:
    from numpy.random import Generator

__all__ = ["orthogonal", "spectral_norm", "weight_norm"]

M = TypeVar("M", bound=Module)


def weight_norm(module: M, name: str = "weight", dim: int | None = 0) -> M:
    """w = g v / |v|: length and direction of a weight are trained apart; gives the module.

    g is `module.parametrizations.weight.original0`, v `original1`.

    Args:
        module: the module, which is changed.
        name: the parameter.
        dim: the axis along which there are several lengths; None for one length of the whole.

    T. Salimans and D. P. Kingma, Weight Normalization, NeurIPS (2016).

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> layer = nn.utils.parametrizations.weight_norm(nn.Linear(3, 2))
    >>> sorted(layer.state_dict())
    ['bias', 'parametrizations.weight.original0', 'parametrizations.weight.original1']
    """
    return register_parametrization(module, name, _WeightNorm(dim), unsafe=True)


def spectral_norm(
    module: M,
    name: str = "weight",
    n_power_iterations: int = 1,
    eps: float = 1e-12,
    dim: int | None = None,
    *,
    generator: Generator | None = None,
) -> M:
    """w = v / (largest singular value of v as a matrix); gives the module.

    The singular vectors are buffers, and take a step of power iteration each time the weight is computed in training.

    Args:
        module: the module, which is changed.
        name: the parameter.
        n_power_iterations: how many steps.
        eps: what keeps a division away from 0.
        dim: the axis of the outputs, which are the rows of the matrix; 0, or 1 for transposed convolutions.
        generator: a NumPy Generator for the first singular vectors.

    T. Miyato, T. Kataoka, M. Koyama and Y. Yoshida, Spectral Normalization for Generative Adversarial Networks, ICLR
    (2018).

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> layer = nn.utils.parametrizations.spectral_norm(nn.Linear(3, 2), n_power_iterations=20)
    >>> round(float(np.linalg.svd(layer.weight.detach().numpy())[1][0]), 4)
    1.0
    """
    weight = _weight(module, name)
    axis = outputs_axis(module) if dim is None else dim
    return register_parametrization(module, name, _SpectralNorm(weight, n_power_iterations, axis, eps, generator))


def orthogonal(
    module: M,
    name: str = "weight",
    orthogonal_map: str | None = None,
    *,
    use_trivialization: bool = True,
    generator: Generator | None = None,
) -> M:
    """A weight with orthonormal columns, or rows if these are fewer; gives the module.

    Args:
        module: the module, which is changed.
        name: the parameter, a matrix or a stack of matrices.
        orthogonal_map: "matrix_exp", Q = exp(A), or "cayley", Q = (1 - A/2)^-1 (1 + A/2), with A skew-symmetric, or
            "householder", Q a product of reflections.  The default is the first for a square matrix, else the last.
        use_trivialization: Q = base exp(A), with the base a buffer, so that any orthogonal matrix can be assigned.
        generator: a NumPy Generator, for what is added to a matrix that is not square.

    M. Lezcano-Casado, Trivializations for Gradient-Based Optimization on Manifolds, NeurIPS (2019).

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> q = nn.utils.parametrizations.orthogonal(nn.Linear(2, 4)).weight.detach().numpy()
    >>> bool(np.allclose(q.T @ q, np.eye(2), atol=1e-6))
    True
    """
    weight = _weight(module, name)
    if weight.ndim < 2:
        raise ValueError(f"orthogonal: {name!r} must be a matrix, or a stack of matrices, and is {describe(weight)}")
    if orthogonal_map is None:
        orthogonal_map = "matrix_exp" if weight.shape[-1] == weight.shape[-2] else "householder"
    if orthogonal_map not in ("matrix_exp", "cayley", "householder"):
        raise ValueError(
            f'orthogonal: orthogonal_map must be "matrix_exp", "cayley" or "householder", not {orthogonal_map!r}'
        )
    part = _Orthogonal(weight, orthogonal_map, use_trivialization, generator)
    return register_parametrization(module, name, part, unsafe=True)


def _weight(module: Module, name: str) -> Tensor:
    weight = getattr(module, name, None)
    if not isinstance(weight, Tensor):
        raise ValueError(f"{type(module).__name__} has no parameter or buffer {name!r}")
    return weight


def outputs_axis(module: Module) -> int:
    """The axis of a weight that stands for the outputs."""
    return 1 if isinstance(module, (ConvTranspose1d, ConvTranspose2d, ConvTranspose3d)) else 0


def norm_except(v: Any, dim: int | None) -> Any:
    """|v| along all axes but one, which stay with length 1; of the whole for a dim of None or -1."""
    if dim is None or dim == -1:
        return np.sqrt(np.sum(v * v))
    return np.sqrt(np.sum(v * v, axis=tuple(i for i in range(v.ndim) if i != dim), keepdims=True))


def as_matrix(weight: Any, dim: int) -> Any:
    """A weight as a matrix whose rows stand for the outputs."""
    moved = np.moveaxis(weight, dim, 0) if dim else weight
    return moved.reshape(moved.shape[0], math.prod(moved.shape[1:]))


def power_iteration(matrix: Any, u: Any, v: Any, steps: int, eps: float, u_first: bool) -> tuple[Any, Any]:
    """u and v nearer to the first singular vectors, all ndarrays."""
    for _ in range(steps):
        if u_first:
            u = unit(matrix @ v, eps)
        v = unit(matrix.T @ u, eps)
        if not u_first:
            u = unit(matrix @ v, eps)
    return u, v


def unit(v: Any, eps: float) -> Any:
    """v / max(|v|, eps)."""
    return v / max(np.sqrt(v.dot(v)), v.dtype.type(eps))


class _WeightNorm(Module):
    def __init__(self, dim: int | None) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, weight_g: Any, weight_v: Any) -> Any:
        return weight_v * (weight_g / norm_except(weight_v, self.dim))

    def right_inverse(self, weight: Any) -> tuple[Any, Any]:
        return norm_except(weight, self.dim), weight


class _SpectralNorm(Module):
    _u: Tensor
    _v: Tensor

    def __init__(
        self, weight: Tensor, n_power_iterations: int, dim: int, eps: float, generator: Generator | None
    ) -> None:
        super().__init__()
        if not -weight.ndim <= dim < weight.ndim:
            raise ValueError(f"spectral_norm: dim={dim} is no axis of the weight, {describe(weight)}")
        if n_power_iterations < 1:
            raise ValueError(f"spectral_norm: n_power_iterations must be at least 1, not {n_power_iterations}")
        self.dim, self.eps = dim % weight.ndim, eps
        if weight.ndim > 1:
            self.n_power_iterations = n_power_iterations
            matrix = as_matrix(weight.data, self.dim)
            u, v = start(matrix, eps, generator)
            u, v = power_iteration(matrix, u, v, 15, eps, u_first=True)
            self.register_buffer("_u", u)
            self.register_buffer("_v", v)

    def forward(self, weight: Any) -> Any:
        if weight.ndim == 1:
            return weight / np.maximum(np.sqrt(np.sum(weight * weight)), self.eps)
        matrix = as_matrix(weight, self.dim)
        if self.training:
            u, v = power_iteration(
                matrix.data, self._u.data, self._v.data, self.n_power_iterations, self.eps, u_first=True
            )
            self._u.data, self._v.data = u, v
        u, v = self._u.detach(), self._v.detach()
        return weight / (u @ (matrix @ v))

    def right_inverse(self, value: Any) -> Any:
        return value


def start(matrix: Any, eps: float, generator: Generator | None) -> tuple[Any, Any]:
    """Two random unit vectors, for the rows and for the columns."""
    drawn = generator_or_default(generator)
    u, v = (drawn.normal(size=n).astype(matrix.dtype) for n in matrix.shape)
    return unit(u, eps), unit(v, eps)


class _Orthogonal(Module):
    base: Any

    def __init__(
        self, weight: Tensor, orthogonal_map: str, use_trivialization: bool, generator: Generator | None
    ) -> None:
        super().__init__()
        self.shape, self.orthogonal_map, self.generator = weight.shape, orthogonal_map, generator
        self.use_trivialization = use_trivialization
        if use_trivialization:
            self.register_buffer("base", None)

    def forward(self, x: Any) -> Any:
        turned = x.shape[-2] < x.shape[-1]
        if turned:
            x = x.mT
        q = _reflections(x) if self.orthogonal_map == "householder" else self._rotation(x)
        if self.use_trivialization:
            q = self.base @ q
        return q.mT if turned else q

    def _rotation(self, x: Any) -> Any:
        """The first columns of exp(A), or of Cayley's map of A, with the lower triangle of x in that of A."""
        n, k = x.shape[-2:]
        lower = np.tril(x)
        if n != k:
            lower = np.concatenate([lower, np.zeros((*x.shape[:-1], n - k), x.dtype)], -1)
        skew = lower - lower.mT
        if self.orthogonal_map == "matrix_exp":
            q = linalg.expm(skew)
        else:
            one = np.eye(n, dtype=x.dtype)
            q = np.linalg.solve(one - 0.5 * skew, one + 0.5 * skew)
        return q if n == k else q[..., :k]

    def right_inverse(self, value: Any) -> Any:
        if value.shape != self.shape:
            raise ValueError(f"orthogonal: the value must have the shape {self.shape}, not {value.shape}")
        q = value.data
        turned = q.shape[-2] < q.shape[-1]
        if turned:
            q = q.mT
        n, k = q.shape[-2:]
        if not self.use_trivialization:
            if self.orthogonal_map != "householder":
                raise NotImplementedError(
                    f"orthogonal: with use_trivialization=False no value can be assigned to {self.orthogonal_map!r}"
                )
            x = _reflectors(q)
            return Tensor(x.mT if turned else x)
        if n != k:
            more = generator_or_default(self.generator).normal(size=(*q.shape[:-1], n - k)).astype(q.dtype)
            q = np.concatenate([q, more], -1)
        eye = np.eye(n, dtype=q.dtype)
        if n != k or not np.allclose(q.mT @ q, eye, atol=10 * n * np.finfo(q.dtype).eps):
            q, r = np.linalg.qr(q)
            q = q * np.sign(np.diagonal(r, axis1=-2, axis2=-1))[..., None, :]
        self.base = q
        return Tensor(np.broadcast_to(-np.eye(*self.shape[-2:], dtype=q.dtype), self.shape))


def _reflections(x: Any) -> Any:
    """A product of reflections at the columns below the diagonal of x, times the signs on its diagonal."""
    n, k = x.shape[-2:]
    below = np.tril(x, -1)
    scale = 2 / (1 + np.sum(below * below, axis=-2))
    vectors = below + np.eye(n, k, dtype=x.dtype)
    q: Any = np.broadcast_to(np.eye(n, k, dtype=x.dtype), x.shape)
    for i in reversed(range(k)):
        v = vectors[..., :, i : i + 1]
        q = q - scale[..., None, i : i + 1] * (v @ (v.mT @ q))
    signs = np.trunc(np.diagonal(x.data, axis1=-2, axis2=-1))
    return q * signs[..., None, :]


def _reflectors(q: Any) -> Any:
    """The x of which `_reflections` makes q, an array with orthonormal columns."""
    packed, scale = np.linalg.qr(q, mode="raw")
    x = np.array(packed.mT)
    i = np.arange(x.shape[-1])
    signs = np.sign(x[..., i, i])
    x[..., i, i] = np.where(scale == 0, -signs, signs)
    return x
