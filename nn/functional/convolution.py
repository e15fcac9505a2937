"""Convolutions and their transposes, over one, two or three spatial axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd_lite import Tensor
from autograd_lite.calls import apply_fused
from autograd_lite.errors import describe
from autograd_lite.kernels.convolution import convolution
from autograd_lite.kernels.patches import Geometry

from .arguments import array, raw

__all__ = ["conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d"]

Sizes = int | Sequence[int]


def conv1d(
    input: Any,
    weight: Any,
    bias: Any = None,
    stride: Sizes = 1,
    padding: Sizes | str = 0,
    dilation: Sizes = 1,
    groups: int = 1,
) -> Tensor:
    """y[n, o, p] = bias[o] + sum over c, k of weight[o, c, k] x[n, c, stride p + dilation k - padding].

    Args:
        input: x (N, C, L) or (C, L).
        weight: (O, C / groups, K).
        bias: (O,), or None.
        stride: steps between places.
        padding: zeros on both sides; "valid" for none, "same" for as many as keep L (with a stride of 1).
        dilation: steps between the elements of a kernel.
        groups: the channels are divided into so many groups, each of which has its own part of the kernels.

    Returns:
        (N, O, P) or (O, P) with P = (L + 2 padding - dilation (K - 1) - 1) // stride + 1.

    Raises:
        ValueError: shapes or sizes do not fit.
        TypeError: the dtypes differ.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.functional.conv1d(np.array([[1.0, 2.0, 4.0]]), np.array([[[-1.0, 1.0]]]))
    Tensor([[1., 2.]], dtype=float64)
    """
    return _convolve("conv1d", 1, input, weight, bias, stride, padding, dilation, groups)


def conv2d(
    input: Any,
    weight: Any,
    bias: Any = None,
    stride: Sizes = 1,
    padding: Sizes | str = 0,
    dilation: Sizes = 1,
    groups: int = 1,
) -> Tensor:
    """`conv1d` over two axes: x (N, C, H, W) or (C, H, W), weight (O, C / groups, KH, KW).

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.functional.conv2d(np.ones((1, 3, 8, 8)), np.ones((4, 3, 3, 3)), padding="same").shape
    (1, 4, 8, 8)
    """
    return _convolve("conv2d", 2, input, weight, bias, stride, padding, dilation, groups)


def conv3d(
    input: Any,
    weight: Any,
    bias: Any = None,
    stride: Sizes = 1,
    padding: Sizes | str = 0,
    dilation: Sizes = 1,
    groups: int = 1,
) -> Tensor:
    """`conv1d` over three axes: x (N, C, D, H, W) or (C, D, H, W), weight (O, C / groups, KD, KH, KW)."""
    return _convolve("conv3d", 3, input, weight, bias, stride, padding, dilation, groups)


def conv_transpose1d(
    input: Any,
    weight: Any,
    bias: Any = None,
    stride: Sizes = 1,
    padding: Sizes = 0,
    output_padding: Sizes = 0,
    groups: int = 1,
    dilation: Sizes = 1,
) -> Tensor:
    """The transpose of `conv1d` as a map of x: y[n, o, stride p + dilation k - padding] += weight[c, o, k] x[n, c, p].

    Args:
        input: x (N, C, P) or (C, P).
        weight: (C, O / groups, K).
        bias: (O,), or None.
        stride: the steps between places of the convolution.
        padding: by how much the output is cut on both sides.
        output_padding: by how much it is longer at its end: several lengths lead to the same number of places.
        groups: into how many groups the channels are divided.
        dilation: steps between the elements of a kernel.

    Returns:
        (N, O, L) or (O, L) with L = (P - 1) stride - 2 padding + dilation (K - 1) + output_padding + 1.

    Raises:
        ValueError: shapes or sizes do not fit.
        TypeError: the dtypes differ.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.functional.conv_transpose1d(np.array([[1.0, 2.0]]), np.array([[[1.0, 10.0]]]), stride=2)
    Tensor([[ 1., 10.,  2., 20.]], dtype=float64)
    """
    return _transpose("conv_transpose1d", 1, input, weight, bias, stride, padding, output_padding, groups, dilation)


def conv_transpose2d(
    input: Any,
    weight: Any,
    bias: Any = None,
    stride: Sizes = 1,
    padding: Sizes = 0,
    output_padding: Sizes = 0,
    groups: int = 1,
    dilation: Sizes = 1,
) -> Tensor:
    """`conv_transpose1d` over two axes: x (N, C, H, W) or (C, H, W), weight (C, O / groups, KH, KW)."""
    return _transpose("conv_transpose2d", 2, input, weight, bias, stride, padding, output_padding, groups, dilation)


def conv_transpose3d(
    input: Any,
    weight: Any,
    bias: Any = None,
    stride: Sizes = 1,
    padding: Sizes = 0,
    output_padding: Sizes = 0,
    groups: int = 1,
    dilation: Sizes = 1,
) -> Tensor:
    """`conv_transpose1d` over three axes: x (N, C, D, H, W) or (C, D, H, W), weight (C, O / groups, KD, KH, KW)."""
    return _transpose("conv_transpose3d", 3, input, weight, bias, stride, padding, output_padding, groups, dilation)


def _convolve(
    name: str, axes: int, input: Any, weight: Any, bias: Any, stride: Any, padding: Any, dilation: Any, groups: int
) -> Tensor:
    x, w, b = array(input), array(weight), None if bias is None else array(bias)
    _check(name, axes, x, w, b, groups, channels=(1, 0))
    stride = sizes(name, "stride", stride, axes, least=1)
    dilation = sizes(name, "dilation", dilation, axes, least=1)
    geometry = Geometry(stride, _paddings(name, padding, w.shape[2:], stride, dilation), dilation, groups)
    image = x.shape[-axes:]
    if min(geometry.places(image, w.shape[2:])) < 1:
        raise ValueError(
            f"{name}: the kernel {w.shape[2:]}, with dilation {dilation}, is larger than the image {image} with its "
            f"padding {padding}"
        )
    batch = x if x.ndim == axes + 2 else x[None]
    args = (batch, w) if b is None else (batch, w, b)
    y: Tensor = apply_fused(convolution, args, tuple(map(raw, args)), {"geometry": geometry})
    return y if batch is x else y[0]


def _transpose(
    name: str,
    axes: int,
    input: Any,
    weight: Any,
    bias: Any,
    stride: Any,
    padding: Any,
    output_padding: Any,
    groups: int,
    dilation: Any,
) -> Tensor:
    from autograd_lite.kernels.convolution_transpose import convolution_transpose

    x, w, b = array(input), array(weight), None if bias is None else array(bias)
    _check(name, axes, x, w, b, groups, channels=(0, 1))
    stride = sizes(name, "stride", stride, axes, least=1)
    dilation = sizes(name, "dilation", dilation, axes, least=1)
    cut = sizes(name, "padding", padding, axes)
    longer = sizes(name, "output_padding", output_padding, axes)
    if any(more >= max(s, d) for more, s, d in zip(longer, stride, dilation, strict=True)):
        raise ValueError(
            f"{name}: output_padding must be smaller than stride or dilation; output_padding={longer}, "
            f"stride={stride}, dilation={dilation}"
        )
    image = tuple(
        (p - 1) * s - 2 * c + d * (k - 1) + more + 1
        for p, s, c, d, k, more in zip(x.shape[-axes:], stride, cut, dilation, w.shape[2:], longer, strict=True)
    )
    if min(image) < 1:
        raise ValueError(f"{name}: with padding {cut} nothing is left: the output would be of the size {image}")
    geometry = Geometry(stride, tuple((c, c) for c in cut), dilation, groups)
    batch = x if x.ndim == axes + 2 else x[None]
    args = (batch, w) if b is None else (batch, w, b)
    y: Tensor = apply_fused(convolution_transpose, args, tuple(map(raw, args)), {"geometry": geometry, "image": image})
    return y if batch is x else y[0]


def _check(name: str, axes: int, x: Any, weight: Any, bias: Any, groups: Any, channels: tuple[int, int]) -> None:
    """Raise unless all fits; `channels` says which axes of the weight are those of input and output."""
    if x.ndim not in (axes + 1, axes + 2) or weight.ndim != axes + 2:
        raise ValueError(
            f"{name}: x is (N, C, {'...' if axes > 1 else 'L'}) or without N, of {axes + 2} or {axes + 1} axes, and "
            f"weight has {axes + 2}; x is {describe(x)}, weight {describe(weight)}"
        )
    if 0 in weight.shape[2:]:
        raise ValueError(f"{name}: a kernel of no elements; weight.shape={weight.shape}")
    if not isinstance(groups, (int, np.integer)) or groups < 1:
        raise ValueError(f"{name}: groups must be a whole number of at least 1, not {groups!r}")
    into, out = channels
    given, takes = x.shape[-axes - 1], weight.shape[into] * (groups if into == 1 else 1)
    if given != takes or weight.shape[0] % groups:
        raise ValueError(
            f"{name}: x has {given} channels and weight is for {takes}, in {groups} group(s); x.shape={x.shape}, "
            f"weight.shape={weight.shape}"
        )
    features = weight.shape[out] * (groups if out == 1 else 1)
    if bias is not None and bias.shape != (features,):
        raise ValueError(
            f"{name}: bias must have one number per channel of the output, ({features},), not {bias.shape}"
        )
    if raw(x).dtype.kind not in "fc":
        raise TypeError(f"{name}: x must be of a floating-point dtype, not {x.dtype}; convert it: x.astype(np.float32)")
    for what, other in (("weight", weight), ("bias", bias)):
        if other is not None and other.dtype != x.dtype:
            raise TypeError(
                f"{name}: x is {x.dtype} but {what} is {other.dtype}; convert the input, x.astype(np.{other.dtype}), "
                "or make the layer with that dtype="
            )


def sizes(name: str, what: str, given: Any, axes: int, least: int = 0) -> tuple[int, ...]:
    """A whole number for each axis, out of one for all of them or a sequence."""
    several = tuple(given) if isinstance(given, Sequence) else (given,) * axes
    if len(several) == 1:
        several *= axes
    whole = [isinstance(n, (int, np.integer)) and not isinstance(n, bool) and n >= least for n in several]
    if len(several) != axes or not all(whole):
        raise ValueError(f"{name}: {what} must be a whole number of at least {least}, or {axes} of them, not {given!r}")
    return tuple(map(int, several))


def _paddings(
    name: str, padding: Any, kernel: Sequence[int], stride: Sequence[int], dilation: Sequence[int]
) -> tuple[tuple[int, int], ...]:
    """Zeros before and after, for each axis."""
    if isinstance(padding, str):
        if padding == "valid":
            return ((0, 0),) * len(kernel)
        if padding != "same":
            raise ValueError(f'{name}: padding must be whole numbers, "valid" or "same", not {padding!r}')
        if max(stride) > 1:
            raise ValueError(f'{name}: padding="same" needs a stride of 1, not {tuple(stride)}')
        return same_padding(kernel, dilation)
    return tuple((n, n) for n in sizes(name, "padding", padding, len(kernel)))


def same_padding(kernel: Sequence[int], dilation: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """What keeps the size of the image: half of it before and half after, one more after if it is odd."""
    total = [d * (k - 1) for k, d in zip(kernel, dilation, strict=True)]
    return tuple((t // 2, t - t // 2) for t in total)
