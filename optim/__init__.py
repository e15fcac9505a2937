"""Optimizers: they change parameters so that a loss goes down.

    from autograd_lite import optim

    optimizer = optim.Adam(model.parameters(), lr=1e-3)
    for x, y in batches:
        optimizer.zero_grad()
        loss(model(x), y).backward()
        optimizer.step()

All optimizers of PyTorch are here, and Lion.  Names, arguments, defaults and numbers are PyTorch's; `l1` is
added.  The parameters of a group lie side by side in one buffer, so that a step is a handful of NumPy calls
however many there are.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from . import constraints, lr_scheduler, regularization
from .adadelta import Adadelta
from .adafactor import Adafactor
from .adagrad import Adagrad
from .adam import Adam
from .adamax import Adamax
from .adamw import AdamW
from .asgd import ASGD
from .constraints import AugmentedLagrangian
from .lbfgs import LBFGS
from .lion import Lion
from .muon import Muon
from .nadam import NAdam
from .optimizer import Optimizer
from .radam import RAdam
from .regularization import sparsity
from .rmsprop import RMSprop
from .rprop import Rprop
from .sgd import SGD
from .split import split_groups

if TYPE_CHECKING:
    from .deterministic import LeastSquaresResult, MinimizeResult, least_squares, minimize

__all__ = [
    "ASGD",
    "LBFGS",
    "SGD",
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "AugmentedLagrangian",
    "LeastSquaresResult",
    "Lion",
    "MinimizeResult",
    "Muon",
    "NAdam",
    "Optimizer",
    "RAdam",
    "RMSprop",
    "Rprop",
    "constraints",
    "least_squares",
    "lr_scheduler",
    "minimize",
    "regularization",
    "sparsity",
    "split_groups",
]

_DETERMINISTIC = {"LeastSquaresResult", "MinimizeResult", "least_squares", "minimize"}


def __getattr__(name: str) -> Any:
    """Import `deterministic`, a third of this package's time to start, when it is first asked for."""
    if name in _DETERMINISTIC:
        return getattr(import_module(f"{__name__}.deterministic"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
