"""Average, p-norm, adaptive and fractional pooling, and unpooling."""

import numpy as np

from .case import case, normal, uniform

X1, X2, X3 = normal(2, 3, 7), normal(2, 3, 6, 7), normal(1, 2, 4, 5, 4)
EVEN = normal(2, 3, 6, 4)
TIES = np.round(normal(2, 2, 7, 7))
P1, P2, P3 = uniform(2, 3, 7, low=0.2), uniform(2, 3, 6, 7, low=0.2), uniform(1, 2, 4, 5, 4, low=0.2)


def given(nn, array):
    """An array, or a tensor of PyTorch's."""
    if nn.__name__ != "torch.nn":
        return array
    import torch

    return torch.from_numpy(array)


def unpooling(name, x, axes, **sizes):
    """The squares of what max pooling has picked, where it was."""

    def call(nn, module, x):
        y, where = getattr(nn.functional, f"max_pool{axes}d")(x, **sizes, return_indices=True)
        return module(y * y, where, output_size=list(x.shape[-axes:]))

    return case(name, lambda nn: getattr(nn, f"MaxUnpool{axes}d")(**sizes), x, call=call)


CASES = [
    case("AvgPool1d", lambda nn: nn.AvgPool1d(2), X1),
    case("AvgPool1d of one image", lambda nn: nn.AvgPool1d(3, 2, 1), X1[0]),
    case("AvgPool1d with gaps", lambda nn: nn.AvgPool1d(2, 3), X1),
    case("AvgPool1d padded, with gaps", lambda nn: nn.AvgPool1d(2, 4, 1), X1),
    case("AvgPool1d rounded up", lambda nn: nn.AvgPool1d(2, ceil_mode=True), X1),
    case("AvgPool1d of single elements", lambda nn: nn.AvgPool1d(1, 2), X1),
    case("AvgPool1d of single elements, all of them", lambda nn: nn.AvgPool1d(1), X1),
    case("AvgPool1d without the margin", lambda nn: nn.AvgPool1d(4, 2, 2, True, False), X1),
    case("AvgPool2d", lambda nn: nn.AvgPool2d(2), X2),
    case("AvgPool2d that covers the image", lambda nn: nn.AvgPool2d((3, 2)), EVEN),
    case("AvgPool2d overlapping", lambda nn: nn.AvgPool2d(3, 1), X2),
    case("AvgPool2d of no images", lambda nn: nn.AvgPool2d(2), X2[:0]),
    case("AvgPool2d with everything", lambda nn: nn.AvgPool2d((3, 2), (2, 3), (1, 0), True, False, 5), X2),
    case("AvgPool2d rounded up", lambda nn: nn.AvgPool2d(3, 2, 1, ceil_mode=True), EVEN),
    case("AvgPool2d rounded up, without the margin", lambda nn: nn.AvgPool2d(3, 2, 1, True, False), EVEN),
    case("AvgPool2d of another divisor", lambda nn: nn.AvgPool2d(2, divisor_override=3), X2[0]),
    case("AvgPool3d", lambda nn: nn.AvgPool3d((2, 3, 2), (2, 1, 2), (0, 1, 1)), X3),
    case("AvgPool3d of one image", lambda nn: nn.AvgPool3d(2, ceil_mode=True, divisor_override=2), X3[0]),
    case("LPPool1d", lambda nn: nn.LPPool1d(2, 3), X1),
    case("LPPool1d of an odd power", lambda nn: nn.LPPool1d(3, 2, 1), P1),
    case("LPPool1d of a broken power", lambda nn: nn.LPPool1d(1.5, 2, ceil_mode=True), P1[0]),
    case("LPPool1d of infinity", lambda nn: nn.LPPool1d(float("inf"), 2), X1),
    case("LPPool1d of minus infinity", lambda nn: nn.LPPool1d(-float("inf"), 2), X1),
    case("LPPool2d", lambda nn: nn.LPPool2d(2, (3, 2), (2, 1)), X2),
    case("LPPool2d rounded up", lambda nn: nn.LPPool2d(4, 2, ceil_mode=True), X2),
    case(
        "LPPool2d of zeros",
        lambda nn: nn.LPPool2d(2, 2),
        np.zeros((1, 1, 4, 4)),
        skip={"second": "that of PyTorch is not a number, an infinite factor times 0"},
    ),
    case("LPPool3d", lambda nn: nn.LPPool3d(2.5, 2), P3),
    case("AdaptiveAvgPool1d", lambda nn: nn.AdaptiveAvgPool1d(3), X1),
    case("AdaptiveAvgPool1d to more", lambda nn: nn.AdaptiveAvgPool1d(9), X1[0]),
    case("AdaptiveAvgPool2d", lambda nn: nn.AdaptiveAvgPool2d((4, 3)), X2),
    case("AdaptiveAvgPool2d even", lambda nn: nn.AdaptiveAvgPool2d((3, 2)), EVEN),
    case("AdaptiveAvgPool2d to one", lambda nn: nn.AdaptiveAvgPool2d(1), X2),
    case("AdaptiveAvgPool2d to as many", lambda nn: nn.AdaptiveAvgPool2d((None, 4)), X2),
    case("AdaptiveAvgPool2d of no images", lambda nn: nn.AdaptiveAvgPool2d(5), X2[:0]),
    case("AdaptiveAvgPool3d", lambda nn: nn.AdaptiveAvgPool3d((2, 3, None)), X3),
    case("AdaptiveAvgPool3d of one image", lambda nn: nn.AdaptiveAvgPool3d(1), X3[0]),
    case("AdaptiveMaxPool1d", lambda nn: nn.AdaptiveMaxPool1d(3), X1),
    case("AdaptiveMaxPool1d to more", lambda nn: nn.AdaptiveMaxPool1d(9, return_indices=True), X1[0]),
    case("AdaptiveMaxPool2d", lambda nn: nn.AdaptiveMaxPool2d((4, 3)), X2),
    case("AdaptiveMaxPool2d with ties", lambda nn: nn.AdaptiveMaxPool2d((4, 3), return_indices=True), TIES),
    case("AdaptiveMaxPool2d even", lambda nn: nn.AdaptiveMaxPool2d((3, 2), return_indices=True), EVEN),
    case("AdaptiveMaxPool2d to as many", lambda nn: nn.AdaptiveMaxPool2d((None, 4)), X2[0]),
    case("AdaptiveMaxPool2d of no images", lambda nn: nn.AdaptiveMaxPool2d(5), X2[:0]),
    case("AdaptiveMaxPool3d", lambda nn: nn.AdaptiveMaxPool3d((2, 3, None), return_indices=True), X3),
    case(
        "FractionalMaxPool2d",
        lambda nn: nn.FractionalMaxPool2d(2, (3, 4), _random_samples=given(nn, uniform(2, 3, 2))),
        X2,
    ),
    case(
        "FractionalMaxPool2d of one image, with indices",
        lambda nn: nn.FractionalMaxPool2d(
            (3, 2), output_ratio=(0.4, 0.7), return_indices=True, _random_samples=given(nn, uniform(1, 2, 2))
        ),
        TIES[0],
    ),
    case(
        "FractionalMaxPool2d to one",
        lambda nn: nn.FractionalMaxPool2d(2, 1, _random_samples=given(nn, uniform(2, 3, 2))),
        X2,
    ),
    case(
        "FractionalMaxPool3d",
        lambda nn: nn.FractionalMaxPool3d(
            (2, 1, 2), (2, 3, 2), return_indices=True, _random_samples=given(nn, uniform(1, 2, 3))
        ),
        X3,
    ),
    unpooling("MaxUnpool1d", X1, 1, kernel_size=2),
    unpooling("MaxUnpool1d of one image", X1[0], 1, kernel_size=2, stride=3),
    unpooling("MaxUnpool2d", X2, 2, kernel_size=2),
    unpooling("MaxUnpool2d padded", X2, 2, kernel_size=(3, 2), stride=3, padding=1),
    unpooling("MaxUnpool3d", X3, 3, kernel_size=(1, 2, 2)),
    case(
        "max_unpool2d to the usual size",
        lambda nn: lambda x: nn.functional.max_unpool2d(x, given(nn, np.array([[[0, 3], [9, 11]]])), 2),
        normal(1, 2, 2),
    ),
]
