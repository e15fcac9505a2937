"""Optimizers: they change parameters so that a loss goes down.

    from autograd_lite import optim

    optimizer = optim.Adam(model.parameters(), lr=1e-3)
    for x, y in batches:
        optimizer.zero_grad()
        loss(model(x), y).backward()
        optimizer.step()

All optimizers of PyTorch are here but SparseAdam (there are no sparse gradients), and Lion.  Names, arguments,
defaults and numbers are PyTorch's; `l1` is added.  The parameters of a group lie side by side in one buffer, so that
a step is a handful of NumPy calls however many there are.  Beside them:

    optim.regularization      what pulls at the parameters of a group: decay, sparsity, bounds on norms
    optim.constraints         sets that parameters are kept in; AugmentedLagrangian for equations and inequalities
    optim.lr_scheduler        schedules, for the learning rate and every other number of a group
    optim.swa_utils           averages of weights
    optim.statistics          how far steps go, and how noisy gradients are
    optim.split_groups        groups out of patterns on the names of parameters
    optim.minimize            functions without noise, to full precision; least_squares for fits
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .adam import Adam
from .adamw import AdamW
from .optimizer import Optimizer
from .sgd import SGD

if TYPE_CHECKING:
    from . import (
        constraint,
        constraints,
        deterministic,
        lr_scheduler,
        regularization,
        regularizer,
        statistics,
        swa_utils,
    )
    from .adadelta import Adadelta
    from .adafactor import Adafactor
    from .adagrad import Adagrad
    from .adamax import Adamax
    from .asgd import ASGD
    from .constraints import AugmentedLagrangian, Constrained
    from .deterministic import (
        Evaluations,
        LeastSquaresResult,
        MinimizeResult,
        Progress,
        Step,
        least_squares,
        minimize,
    )
    from .hooks import RemovableHandle
    from .lbfgs import LBFGS
    from .lion import Lion
    from .muon import Muon
    from .nadam import NAdam
    from .radam import RAdam
    from .regularization import sparsity
    from .rmsprop import RMSprop
    from .rprop import Rprop
    from .split import split_groups

__all__ = [
    "ASGD", "LBFGS", "SGD", "Adadelta", "Adafactor", "Adagrad", "Adam", "AdamW", "Adamax", "AugmentedLagrangian",
    "Constrained", "Evaluations", "LeastSquaresResult", "Lion", "MinimizeResult", "Muon", "NAdam", "Optimizer",
    "Progress", "RAdam", "RMSprop", "RemovableHandle", "Rprop", "Step", "constraint", "constraints", "deterministic",
    "least_squares", "lr_scheduler", "minimize", "regularization", "regularizer", "sparsity", "split_groups",
    "statistics", "swa_utils",
]  # fmt: skip

_HOMES = {
    "AugmentedLagrangian": "constraints",
    "Constrained": "constraints",
    "Evaluations": "deterministic",
    "LeastSquaresResult": "deterministic",
    "MinimizeResult": "deterministic",
    "Progress": "deterministic",
    "RemovableHandle": "hooks",
    "Step": "deterministic",
    "least_squares": "deterministic",
    "minimize": "deterministic",
    "sparsity": "regularization",
    "split_groups": "split",
}
"""Where the names are that do not live in a module named after them."""


def __getattr__(name: str) -> Any:
    """Import what is not the everyday when it is first asked for: a script that trains with Adam starts sooner."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = import_module(f"{__name__}.{_HOMES.get(name, name).lower()}")
    value = globals()[name] = home if home.__name__ == f"{__name__}.{name}" else getattr(home, name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
