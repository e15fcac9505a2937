"""Activation functions, element by element; at their kinks they have the slopes of PyTorch's.

`inplace` is taken where PyTorch takes it, and changes nothing: arrays of Tensors are never written to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from autograd_lite import Tensor, ops
from autograd_lite.calls import apply_fused
from autograd_lite.errors import describe
from autograd_lite.kernels.gelu import gelu as _gelu
from autograd_lite.kernels.silu import silu as _silu
from autograd_lite.operators import unary
from autograd_lite.random import generator_or_default

from .arguments import array, raw, require_floating, tensor

if TYPE_CHECKING:
    from numpy.random import Generator

__all__ = [
    "celu", "elu", "gelu", "glu", "hardshrink", "hardsigmoid", "hardswish", "hardtanh", "leaky_relu", "logsigmoid",
    "mish", "prelu", "relu", "relu6", "rrelu", "selu", "sigmoid", "silu", "softplus", "softshrink", "softsign", "tanh",
    "tanhshrink", "threshold",
]  # fmt: skip

_relu, _tanh, _sigmoid = unary(ops.relu), unary(ops.tanh), unary(ops.sigmoid)


def relu(input: Any, inplace: bool = False) -> Tensor:
    """max(x, 0), element by element; its slope at 0 is 0."""
    return _relu(input if isinstance(input, Tensor) else Tensor(input))


def tanh(input: Any) -> Tensor:
    """tanh(x), element by element."""
    return _tanh(tensor(input))


def sigmoid(input: Any) -> Tensor:
    """1 / (1 + exp(-x)), element by element, without overflow."""
    return _sigmoid(tensor(input))


def gelu(input: Any, approximate: str = "none") -> Tensor:
    """x P(X <= x), element by element, for a standard normal X.

    Args:
        input: x, of any shape.
        approximate: "tanh" for the probability as (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2.

    D. Hendrycks and K. Gimpel, Gaussian Error Linear Units (2016).
    """
    if approximate not in ("none", "tanh"):
        raise ValueError(f'gelu: approximate must be "none" or "tanh", not {approximate!r}')
    x = array(input)
    require_floating("gelu", x)
    answer: Tensor = apply_fused(_gelu, (x,), (raw(x),), {"approximate": approximate})
    return answer


def silu(input: Any, inplace: bool = False) -> Tensor:
    """x / (1 + exp(-x)), element by element.

    S. Elfwing, E. Uchibe and K. Doya, Sigmoid-Weighted Linear Units (2017).
    """
    x = _floating("silu", input)
    answer: Tensor = apply_fused(_silu, (x,), (raw(x),), {})
    return answer


def mish(input: Any, inplace: bool = False) -> Tensor:
    """x tanh(log(1 + exp(x))), element by element.  D. Misra, Mish (2019)."""
    x = _floating("mish", input)
    answer: Tensor = x * np.tanh(ops.softplus(x))
    return answer


def softplus(input: Any, beta: float = 1.0, threshold: float = 20.0) -> Tensor:
    """log(1 + exp(beta x)) / beta, element by element; x itself where beta x > threshold."""
    x = _floating("softplus", input)
    answer: Tensor = np.where(raw(x) * beta > threshold, x, ops.softplus(x * beta) / beta)
    return answer


def logsigmoid(input: Any) -> Tensor:
    """log(1 / (1 + exp(-x))), element by element, without overflow."""
    answer: Tensor = -ops.softplus(-_floating("logsigmoid", input))
    return answer


def softsign(input: Any) -> Tensor:
    """x / (1 + |x|), element by element."""
    x = _floating("softsign", input)
    answer: Tensor = x / (1 + np.abs(x))
    return answer


def tanhshrink(input: Any) -> Tensor:
    """x - tanh(x), element by element."""
    x = _floating("tanhshrink", input)
    answer: Tensor = x - np.tanh(x)
    return answer


def leaky_relu(input: Any, negative_slope: float = 0.01, inplace: bool = False) -> Tensor:
    """x where x > 0, else negative_slope x.  A. Maas, A. Hannun and A. Ng, Rectifier Nonlinearities (2013)."""
    x = _floating("leaky_relu", input)
    answer: Tensor = np.where(raw(x) > 0, x, x * negative_slope)
    return answer


def prelu(input: Any, weight: Any) -> Tensor:
    """x where x > 0, else w x, with a slope w of all, (1,), or one per channel, (C,), the second axis of x.

    K. He et al., Delving Deep into Rectifiers, ICCV (2015).
    """
    x, w = _floating("prelu", input), array(weight)
    channels = x.shape[1] if x.ndim > 1 else 1
    if w.ndim > 1 or w.size not in (1, channels):
        raise ValueError(
            f"prelu: weight has one number, or one per channel, the second axis of x; x is {describe(x)}, weight "
            f"{describe(w)}"
        )
    if w.size > 1:
        w = w.reshape(-1, *(1,) * (x.ndim - 2))
    answer: Tensor = np.where(raw(x) > 0, x, x * w)
    return answer


def rrelu(
    input: Any,
    lower: float = 1 / 8,
    upper: float = 1 / 3,
    training: bool = False,
    inplace: bool = False,
    *,
    generator: Generator | None = None,
) -> Tensor:
    """x where x >= 0, else a x with a slope a drawn from [lower, upper); if not `training`, their mean.

    B. Xu et al., Empirical Evaluation of Rectified Activations in Convolutional Network (2015).
    """
    x = _floating("rrelu", input)
    if not 0 <= lower <= upper:
        raise ValueError(f"rrelu: the slopes must fulfil 0 <= lower <= upper, and lower={lower}, upper={upper}")
    if not training:
        return leaky_relu(x, (lower + upper) / 2)
    slopes = generator_or_default(generator).uniform(lower, upper, x.shape).astype(x.dtype)
    answer: Tensor = np.where(raw(x) >= 0, x, x * slopes)
    return answer


def elu(input: Any, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """x where x > 0, else alpha (exp(x) - 1).  D.-A. Clevert, T. Unterthiner and S. Hochreiter, ICLR (2016)."""
    x = _floating("elu", input)
    answer: Tensor = np.where(raw(x) > 0, x, np.expm1(_negative_part(x)) * alpha)
    return answer


def celu(input: Any, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """x where x > 0, else alpha (exp(x / alpha) - 1).  J. T. Barron, Continuously Differentiable ELU (2017)."""
    if alpha == 0:
        raise ValueError("celu: alpha is divided by, and must not be 0")
    x = _floating("celu", input)
    answer: Tensor = np.where(raw(x) > 0, x, np.expm1(_negative_part(x) / alpha) * alpha)
    return answer


_ALPHA, _SCALE = 1.6732632423543772848170429916717, 1.0507009873554804934193349852946


def selu(input: Any, inplace: bool = False) -> Tensor:
    """1.0507 elu(x, 1.67326): with it activations keep mean 0 and variance 1.

    G. Klambauer et al., Self-Normalizing Neural Networks, NeurIPS (2017), where the constants have all their digits.
    """
    return elu(_floating("selu", input), _ALPHA) * _SCALE


def threshold(input: Any, threshold: float, value: float, inplace: bool = False) -> Tensor:
    """x where x > threshold, else the value."""
    x = _floating("threshold", input)
    answer: Tensor = np.where(raw(x) > threshold, x, raw(x).dtype.type(value))
    return answer


def hardtanh(input: Any, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> Tensor:
    """x, but at least min_val and at most max_val; the slope there and beyond is 0."""
    if min_val > max_val:
        raise ValueError(f"hardtanh: min_val must not be above max_val, and min_val={min_val}, max_val={max_val}")
    x = _floating("hardtanh", input)
    number = raw(x).dtype.type
    low, high = raw(x) <= min_val, raw(x) >= max_val
    answer: Tensor = np.where(low, number(min_val), np.where(high, number(max_val), x))
    return answer


def relu6(input: Any, inplace: bool = False) -> Tensor:
    """min(max(x, 0), 6), element by element; the slope at 0 and 6 is 0."""
    return hardtanh(input, 0.0, 6.0)


def hardsigmoid(input: Any, inplace: bool = False) -> Tensor:
    """min(max(x / 6 + 1/2, 0), 1), element by element.  A. Howard et al., Searching for MobileNetV3, ICCV (2019)."""
    x = _floating("hardsigmoid", input)
    return hardtanh(x, -3.0, 3.0) / 6 + 0.5


def hardswish(input: Any, inplace: bool = False) -> Tensor:
    """x min(max(x + 3, 0), 6) / 6, element by element.  A. Howard et al., Searching for MobileNetV3, ICCV (2019)."""
    x = _floating("hardswish", input)
    number = raw(x).dtype.type
    answer: Tensor = np.where(raw(x) <= -3, number(0), np.where(raw(x) >= 3, x, x * (x + 3) / 6))
    return answer


def hardshrink(input: Any, lambd: float = 0.5) -> Tensor:
    """x where |x| > lambd, else 0."""
    x = _floating("hardshrink", input)
    answer: Tensor = np.where(np.abs(raw(x)) <= lambd, raw(x).dtype.type(0), x)
    return answer


def softshrink(input: Any, lambd: float = 0.5) -> Tensor:
    """x - lambd where x > lambd, x + lambd where x < -lambd, else 0."""
    if lambd < 0:
        raise ValueError(f"softshrink: lambd must be at least 0, not {lambd}")
    x = _floating("softshrink", input)
    values = raw(x)
    shrunk = x - np.copysign(values.dtype.type(lambd), values)
    answer: Tensor = np.where(np.abs(values) <= lambd, values.dtype.type(0), shrunk)
    return answer


def glu(input: Any, dim: int = -1) -> Tensor:
    """a / (1 + exp(-b)), with a and b the two halves of x along an axis.

    Y. N. Dauphin et al., Language Modeling with Gated Convolutional Networks, ICML (2017).
    """
    x = _floating("glu", input)
    if x.ndim == 0 or x.shape[dim] % 2:
        raise ValueError(f"glu: the length along axis {dim} must be even, to be cut in halves; x is {describe(x)}")
    halves: Any = np.split(x, 2, axis=dim)
    answer: Tensor = halves[0] * sigmoid(halves[1])
    return answer


def _negative_part(x: Any) -> Any:
    """x where x <= 0, else 0: an exponential of it does not overflow where it is not used."""
    return np.where(raw(x) > 0, raw(x).dtype.type(0), x)


def _floating(name: str, input: Any) -> Any:
    x = array(input)
    require_floating(name, x)
    return x if isinstance(x, Tensor) else Tensor(x)
