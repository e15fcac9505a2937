"""Max pooling."""

import numpy as np

from .case import case, normal

X1, X2, X3 = normal(2, 3, 7), normal(2, 3, 6, 7), normal(1, 2, 4, 5, 4)
TIES = np.round(normal(2, 2, 6, 6))

CASES = [
    case("MaxPool1d", lambda nn: nn.MaxPool1d(2), X1),
    case("MaxPool1d of one image", lambda nn: nn.MaxPool1d(3, 2, 1), X1[0]),
    case("MaxPool1d of single elements", lambda nn: nn.MaxPool1d(1, 2), X1),
    case("MaxPool1d with gaps", lambda nn: nn.MaxPool1d(2, 3), X1),
    case("MaxPool1d padded, with gaps", lambda nn: nn.MaxPool1d(2, 4, 1), X1),
    case("MaxPool2d", lambda nn: nn.MaxPool2d(2), X2),
    case("MaxPool2d that covers the image", lambda nn: nn.MaxPool2d((3, 7)), X2),
    case("MaxPool2d with ties", lambda nn: nn.MaxPool2d(2), TIES),
    case("MaxPool2d with ties, overlapping", lambda nn: nn.MaxPool2d(3, 1), TIES),
    case("MaxPool2d of no images", lambda nn: nn.MaxPool2d(2), X2[:0]),
    case("MaxPool2d with everything", lambda nn: nn.MaxPool2d((3, 2), (2, 1), (1, 0), (1, 2), ceil_mode=True), X2),
    case("MaxPool2d rounded up", lambda nn: nn.MaxPool2d(2, ceil_mode=True), X2),
    case("MaxPool2d rounded up, padded", lambda nn: nn.MaxPool2d(3, 2, 1, ceil_mode=True), X2),
    case("MaxPool2d with indices", lambda nn: nn.MaxPool2d(3, 2, 1, return_indices=True), X2),
    case("MaxPool3d", lambda nn: nn.MaxPool3d((2, 3, 2), (2, 1, 2), (0, 1, 1)), X3),
    case("MaxPool3d with indices", lambda nn: nn.MaxPool3d(2, return_indices=True), X3[0]),
]
