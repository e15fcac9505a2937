"""Layers, losses and initial values, under PyTorch's names, argument order and defaults.

    model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    loss = nn.CrossEntropyLoss()(model(x), labels)

A layer holds parameters and calls its function in `nn.functional`.
"""

from typing import TYPE_CHECKING

from . import functional as functional
from . import init as init
from . import utils as utils
from .lazily import lazily
from .module import Module as Module
from .parameter import Parameter as Parameter

if TYPE_CHECKING:
    from .checkpoint import *
    from .containers import *
    from .layers.activations import *
    from .layers.batch_norm import *
    from .layers.conv import *
    from .layers.conv_transpose import *
    from .layers.dropout import *
    from .layers.flatten import *
    from .layers.group_norm import *
    from .layers.layer_norm import *
    from .layers.linear import *
    from .layers.max_pool import *
    from .losses.binary_cross_entropy import *
    from .losses.cross_entropy import *
    from .losses.regression import *
else:
    __getattr__, __dir__, __all__ = lazily(__name__, {
        "checkpoint": "load save",
        "containers": "Sequential",
        "layers.activations": "ReLU Sigmoid Tanh",
        "layers.batch_norm": "BatchNorm1d BatchNorm2d BatchNorm3d",
        "layers.conv": "Conv1d Conv2d Conv3d",
        "layers.conv_transpose": "ConvTranspose1d ConvTranspose2d ConvTranspose3d",
        "layers.dropout": "Dropout",
        "layers.flatten": "Flatten",
        "layers.group_norm": "GroupNorm InstanceNorm1d InstanceNorm2d InstanceNorm3d LocalResponseNorm",
        "layers.layer_norm": "LayerNorm RMSNorm",
        "layers.linear": "Linear",
        "layers.max_pool": "MaxPool1d MaxPool2d MaxPool3d",
        "losses.binary_cross_entropy": "BCEWithLogitsLoss",
        "losses.cross_entropy": "CrossEntropyLoss",
        "losses.regression": "MSELoss",
    }, eager="Module Parameter functional init utils")  # fmt: skip
