"""Initial values for parameters, under PyTorch's names and with its distributions.

Each function fills a Tensor and gives it back; each takes a NumPy `generator` to draw from instead of
the default one, which `ag.manual_seed` seeds.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd_lite import Tensor
from autograd_lite.random import generator_or_default

if TYPE_CHECKING:
    from numpy.random import Generator


def uniform_(tensor: Tensor, a: float = 0.0, b: float = 1.0, *, generator: Generator | None = None) -> Tensor:
    """Uniform in [a, b)."""
    return _fill(tensor, generator_or_default(generator).uniform(a, b, tensor.shape))


def normal_(tensor: Tensor, mean: float = 0.0, std: float = 1.0, *, generator: Generator | None = None) -> Tensor:
    """Normal with the given mean and standard deviation."""
    return _fill(tensor, generator_or_default(generator).normal(mean, std, tensor.shape))


def constant_(tensor: Tensor, val: float) -> Tensor:
    """One value everywhere."""
    return _fill(tensor, np.full(tensor.shape, val))


def zeros_(tensor: Tensor) -> Tensor:
    """0 everywhere."""
    return constant_(tensor, 0.0)


def ones_(tensor: Tensor) -> Tensor:
    """1 everywhere."""
    return constant_(tensor, 1.0)


def trunc_normal_(
    tensor: Tensor,
    mean: float = 0.0,
    std: float = 1.0,
    a: float = -2.0,
    b: float = 2.0,
    *,
    generator: Generator | None = None,
) -> Tensor:
    """Normal with the given mean and standard deviation, redrawn until it lies in [a, b].

    Raises:
        ValueError: the interval is empty, or so far out that next to nothing is drawn in it.
    """
    if not a < b:
        raise ValueError(f"trunc_normal_: a must be below b, and a={a}, b={b}")
    if std <= 0 or not (a - mean) / std < 8 or not (b - mean) / std > -8:
        raise ValueError(f"trunc_normal_: nothing is drawn in [{a}, {b}] with mean {mean} and std {std}")
    draw = generator_or_default(generator)
    low, high = ((math.erf((edge - mean) / (std * math.sqrt(2))) + 1) / 2 for edge in (a, b))
    if high - low > 0.1:
        values = draw.normal(mean, std, tensor.shape)
        while (outside := (values < a) | (values > b)).any():
            values[outside] = draw.normal(mean, std, np.count_nonzero(outside))
        return _fill(tensor, values)
    # In a tail: an exponential or uniform distribution is drawn from, and thinned out.
    values = np.empty(tensor.shape).reshape(-1)
    left = np.arange(values.size)
    peak = min(max(mean, a), b)
    while len(left):
        tried = draw.uniform(a, b, len(left))
        weight = np.exp((((peak - mean) ** 2) - (tried - mean) ** 2) / (2 * std**2))
        taken = draw.random(len(left)) < weight
        values[left[taken]] = tried[taken]
        left = left[~taken]
    return _fill(tensor, values.reshape(tensor.shape))


def eye_(tensor: Tensor) -> Tensor:
    """The identity, of a matrix that need not be square."""
    if tensor.ndim != 2:
        raise ValueError(f"eye_: the identity is a matrix, and the shape is {tensor.shape}")
    return _fill(tensor, np.eye(tensor.shape[0], tensor.shape[1]))


def dirac_(tensor: Tensor, groups: int = 1) -> Tensor:
    """A convolution that gives its channels as they are: 1 in the middle of the kernel (i, i), 0 elsewhere.

    Args:
        tensor: (O, I, *K) with one to three spatial axes.
        groups: the kernels are divided into so many groups, in each of which it is so.
    """
    if tensor.ndim not in (3, 4, 5) or tensor.shape[0] % groups:
        raise ValueError(
            f"dirac_: the shape is (O, I, *kernel) of 3 to 5 axes, with O divisible by groups; shape={tensor.shape}, "
            f"groups={groups}"
        )
    values = np.zeros(tensor.shape)
    each = tensor.shape[0] // groups
    middle = tuple(size // 2 for size in tensor.shape[2:])
    for group in range(groups):
        for i in range(min(each, tensor.shape[1])):
            values[(group * each + i, i, *middle)] = 1
    return _fill(tensor, values)


def orthogonal_(tensor: Tensor, gain: float = 1.0, *, generator: Generator | None = None) -> Tensor:
    """gain times a matrix with orthonormal rows or columns, whichever are fewer, drawn uniformly.

    Axes after the first are laid in one.  A. Saxe, J. McClelland and S. Ganguli, Exact Solutions to the Nonlinear
    Dynamics of Learning in Deep Linear Neural Networks, ICLR (2014).
    """
    if tensor.ndim < 2:
        raise ValueError(f"orthogonal_: at least two axes are needed, and the shape is {tensor.shape}")
    rows, columns = tensor.shape[0], math.prod(tensor.shape[1:])
    if not rows * columns:
        return tensor
    drawn = generator_or_default(generator).normal(size=(max(rows, columns), min(rows, columns)))
    q, r = np.linalg.qr(drawn)
    q *= np.sign(np.diagonal(r))  # so that it is uniform
    return _fill(tensor, gain * (q if rows >= columns else q.T).reshape(tensor.shape))


def sparse_(tensor: Tensor, sparsity: float, std: float = 0.01, *, generator: Generator | None = None) -> Tensor:
    """Normal with mean 0, and a part of each column set to 0: ceil(sparsity rows) of its numbers.

    J. Martens, Deep Learning via Hessian-free Optimization, ICML (2010).
    """
    if tensor.ndim != 2:
        raise ValueError(f"sparse_: it is for matrices, and the shape is {tensor.shape}")
    if not 0 <= sparsity <= 1:
        raise ValueError(f"sparse_: sparsity is a part of 1, not {sparsity}")
    draw = generator_or_default(generator)
    values = draw.normal(0.0, std, tensor.shape)
    count = math.ceil(sparsity * tensor.shape[0])
    for column in range(tensor.shape[1]):
        values[draw.permutation(tensor.shape[0])[:count], column] = 0
    return _fill(tensor, values)


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """By how much a weight's spread is scaled to keep the variance through a nonlinearity.

    1 for "linear", the convolutions and "sigmoid", 5/3 for "tanh", sqrt(2) for "relu", sqrt(2 / (1 + slope^2)) for
    "leaky_relu" with slope `param` (0.01), 3/4 for "selu".
    """
    linear = [f"conv{t}{n}d" for t in ("", "_transpose") for n in (1, 2, 3)]
    gains = dict.fromkeys(linear, 1.0) | {
        "linear": 1.0,
        "sigmoid": 1.0,
        "tanh": 5 / 3,
        "relu": math.sqrt(2),
        "selu": 0.75,
    }
    if nonlinearity == "leaky_relu":
        slope = 0.01 if param is None else param
        return math.sqrt(2 / (1 + slope**2))
    if nonlinearity not in gains:
        raise ValueError(f"calculate_gain: nonlinearity must be one of {[*gains, 'leaky_relu']}, not {nonlinearity!r}")
    return gains[nonlinearity]


def xavier_uniform_(tensor: Tensor, gain: float = 1.0, *, generator: Generator | None = None) -> Tensor:
    """Uniform in +-gain sqrt(6 / (fan_in + fan_out)).  X. Glorot and Y. Bengio, AISTATS (2010)."""
    bound = gain * math.sqrt(6 / sum(_fans(tensor)))
    return uniform_(tensor, -bound, bound, generator=generator)


def xavier_normal_(tensor: Tensor, gain: float = 1.0, *, generator: Generator | None = None) -> Tensor:
    """Normal with standard deviation gain sqrt(2 / (fan_in + fan_out)).  X. Glorot and Y. Bengio (2010)."""
    return normal_(tensor, 0.0, gain * math.sqrt(2 / sum(_fans(tensor))), generator=generator)


def kaiming_uniform_(
    tensor: Tensor,
    a: float = 0.0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    *,
    generator: Generator | None = None,
) -> Tensor:
    """Uniform in +-gain sqrt(3 / fan).  K. He et al., Delving Deep into Rectifiers, ICCV (2015)."""
    bound = math.sqrt(3.0) * _kaiming_std(tensor, a, mode, nonlinearity)
    return uniform_(tensor, -bound, bound, generator=generator)


def kaiming_normal_(
    tensor: Tensor,
    a: float = 0.0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    *,
    generator: Generator | None = None,
) -> Tensor:
    """Normal with standard deviation gain / sqrt(fan).  K. He et al. (2015)."""
    return normal_(tensor, 0.0, _kaiming_std(tensor, a, mode, nonlinearity), generator=generator)


def _kaiming_std(tensor: Tensor, a: float, mode: str, nonlinearity: str) -> float:
    if mode not in ("fan_in", "fan_out"):
        raise ValueError(f'mode must be "fan_in" or "fan_out", not {mode!r}')
    fan_in, fan_out = _fans(tensor)
    return calculate_gain(nonlinearity, a) / math.sqrt(fan_in if mode == "fan_in" else fan_out)


def _fans(tensor: Tensor) -> tuple[int, int]:
    """How many numbers go into, and come out of, one unit: a weight is (out, in, *kernel)."""
    if tensor.ndim < 2:
        raise ValueError(f"fan in and fan out need at least two axes (out, in, ...), not shape {tensor.shape}")
    kernel = math.prod(tensor.shape[2:])
    return tensor.shape[1] * kernel, tensor.shape[0] * kernel


def _fill(tensor: Tensor, values: Any) -> Tensor:
    tensor.data = values
    return tensor
