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
    from .layers.adaptive_pool import *
    from .layers.attention import *
    from .layers.avg_pool import *
    from .layers.batch_norm import *
    from .layers.conv import *
    from .layers.conv_transpose import *
    from .layers.distance import *
    from .layers.dropout import *
    from .layers.embedding import *
    from .layers.flatten import *
    from .layers.fractional_max_pool import *
    from .layers.group_norm import *
    from .layers.layer_norm import *
    from .layers.linear import *
    from .layers.max_pool import *
    from .layers.padding import *
    from .layers.positions import *
    from .layers.rearranging import *
    from .layers.recurrent import *
    from .layers.recurrent_cells import *
    from .layers.transformer import *
    from .layers.unpooling import *
    from .layers.upsampling import *
    from .losses.adaptive import *
    from .losses.binary_cross_entropy import *
    from .losses.cross_entropy import *
    from .losses.ctc import *
    from .losses.embeddings import *
    from .losses.likelihoods import *
    from .losses.margins import *
    from .losses.regression import *
    from .summaries import *
else:
    __getattr__, __dir__, __all__ = lazily(__name__, {
        "checkpoint": "load save",
        "containers": "ModuleDict ModuleList ParameterDict ParameterList Sequential",
        "layers.activations": "CELU ELU GELU GLU Hardshrink Hardsigmoid Hardswish Hardtanh LeakyReLU LogSigmoid "
        "LogSoftmax Mish PReLU RReLU ReLU ReLU6 SELU SiLU Sigmoid Softmax Softmax2d Softmin Softplus Softshrink "
        "Softsign Tanh Tanhshrink Threshold",
        "layers.adaptive_pool": "AdaptiveAvgPool1d AdaptiveAvgPool2d AdaptiveAvgPool3d "
        "AdaptiveMaxPool1d AdaptiveMaxPool2d AdaptiveMaxPool3d",
        "layers.avg_pool": "AvgPool1d AvgPool2d AvgPool3d LPPool1d LPPool2d LPPool3d",
        "layers.attention": "MultiheadAttention",
        "layers.batch_norm": "BatchNorm1d BatchNorm2d BatchNorm3d",
        "layers.conv": "Conv1d Conv2d Conv3d",
        "layers.conv_transpose": "ConvTranspose1d ConvTranspose2d ConvTranspose3d",
        "layers.distance": "Bilinear CosineSimilarity PairwiseDistance",
        "layers.dropout": "AlphaDropout Dropout Dropout1d Dropout2d Dropout3d FeatureAlphaDropout",
        "layers.embedding": "Embedding EmbeddingBag",
        "layers.flatten": "Flatten",
        "layers.fractional_max_pool": "FractionalMaxPool2d FractionalMaxPool3d",
        "layers.group_norm": "GroupNorm InstanceNorm1d InstanceNorm2d InstanceNorm3d LocalResponseNorm",
        "layers.layer_norm": "LayerNorm RMSNorm",
        "layers.linear": "Linear",
        "layers.max_pool": "MaxPool1d MaxPool2d MaxPool3d",
        "layers.padding": "CircularPad1d CircularPad2d CircularPad3d ConstantPad1d ConstantPad2d ConstantPad3d "
        "ReflectionPad1d ReflectionPad2d ReflectionPad3d ReplicationPad1d ReplicationPad2d "
        "ReplicationPad3d ZeroPad1d ZeroPad2d ZeroPad3d",
        "layers.transformer": "Transformer TransformerDecoder TransformerDecoderLayer TransformerEncoder "
        "TransformerEncoderLayer",
        "layers.unpooling": "MaxUnpool1d MaxUnpool2d MaxUnpool3d",
        "layers.upsampling": "Upsample UpsamplingBilinear2d UpsamplingNearest2d",
        "layers.positions": "RotaryPositions SinusoidalPositions",
        "layers.rearranging": "ChannelShuffle Fold Identity PixelShuffle PixelUnshuffle Unflatten Unfold",
        "layers.recurrent": "GRU LSTM RNN",
        "layers.recurrent_cells": "GRUCell LSTMCell RNNCell",
        "losses.adaptive": "AdaptiveLogSoftmaxWithLoss",
        "losses.binary_cross_entropy": "BCELoss BCEWithLogitsLoss",
        "losses.cross_entropy": "CrossEntropyLoss NLLLoss",
        "losses.ctc": "CTCLoss",
        "losses.embeddings": "CosineEmbeddingLoss TripletMarginLoss TripletMarginWithDistanceLoss",
        "losses.likelihoods": "GaussianNLLLoss KLDivLoss PoissonNLLLoss",
        "losses.margins": "HingeEmbeddingLoss MarginRankingLoss MultiLabelMarginLoss MultiLabelSoftMarginLoss "
        "MultiMarginLoss SoftMarginLoss",
        "losses.regression": "HuberLoss L1Loss MSELoss SmoothL1Loss",
        "summaries": "LayerSummary Summary summary",
    }, eager="Module Parameter functional init utils")  # fmt: skip
