"""Regularizers: objects that go with any optimizer but LBFGS and any parameter group, and terms to add to a loss.

    from autograd_lite.optim import Adam, regularization as reg

    optimizer = Adam([
        {"params": weights, "regularization": [reg.ProximalL1(1e-3)]},
        {"params": biases},
    ], lr=0.01)
    optimizer.param_groups[0]["regularization"][0].strength = 1e-4     # by hand, or by a schedule

    objective = loss + reg.L1(1e-3)(model.parameters())                # or as a term of the loss

in the gradient     `L2`, `L1`
before the step     `DecoupledWeightDecay`
after the step      `ProximalL1`, `ElasticNet`, `GroupLasso` (exact zeros; `sparsity` counts them), `MaxNorm`

`optim.regularizer` says how they are put together, and how to write another one.  Each group has regularizers of
its own: where one object is given to several groups, the further ones get copies of it.
"""

from ..regularizer import Decoupled, InGradient, Penalty, PerTensor, Proximal, Regularizer
from .decoupled import DecoupledWeightDecay
from .elastic_net import ElasticNet
from .group_lasso import GroupLasso
from .l1 import L1
from .l2 import L2
from .max_norm import MaxNorm
from .proximal_l1 import ProximalL1
from .sparsity import Sparsity, sparsity

__all__ = [
    "L1",
    "L2",
    "Decoupled",
    "DecoupledWeightDecay",
    "ElasticNet",
    "GroupLasso",
    "InGradient",
    "MaxNorm",
    "Penalty",
    "PerTensor",
    "Proximal",
    "ProximalL1",
    "Regularizer",
    "Sparsity",
    "sparsity",
]
