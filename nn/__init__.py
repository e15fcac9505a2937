"""Layers, losses and initial values, under PyTorch's names, argument order and defaults.

    model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    loss = nn.CrossEntropyLoss()(model(x), labels)

A layer holds parameters and calls its function in `nn.functional`.
"""

from . import functional, init, utils
from .activations import ReLU, Sigmoid, Tanh
from .checkpoint import load, save
from .containers import Sequential
from .dropout import Dropout
from .linear import Linear
from .losses import BCEWithLogitsLoss, CrossEntropyLoss, MSELoss
from .module import Module
from .parameter import Parameter
from .shaping import Flatten

__all__ = [
    "BCEWithLogitsLoss", "CrossEntropyLoss", "Dropout", "Flatten", "Linear", "MSELoss", "Module", "Parameter", "ReLU",
    "Sequential", "Sigmoid", "Tanh", "functional", "init", "load", "save", "utils",
]  # fmt: skip
