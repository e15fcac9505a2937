"""Schedules: how a hyper-parameter changes during training.

    scheduler = lr_scheduler.CosineAnnealingLR(optimizer, T_max=100)
    for epoch in range(100):
        train(...)          # calls optimizer.step()
        scheduler.step()

Names, arguments, defaults and numbers are PyTorch's.  Added is `key`: every schedule moves any hyper-parameter,
`StepLR(optimizer, 30, key="weight_decay")`, `key="betas[0]"`, `key="regularization[0].strength"`.
"""

from .chained import ChainedScheduler
from .constant import ConstantLR
from .cosine import CosineAnnealingLR
from .cyclic import CyclicLR
from .exponential import ExponentialLR
from .lambda_lr import LambdaLR
from .linear import LinearLR
from .multiplicative import MultiplicativeLR
from .multistep import MultiStepLR
from .one_cycle import OneCycleLR
from .plateau import ReduceLROnPlateau
from .polynomial import PolynomialLR
from .scheduler import LRScheduler
from .sequential import SequentialLR
from .step import StepLR
from .warm_restarts import CosineAnnealingWarmRestarts

__all__ = [
    "ChainedScheduler", "ConstantLR", "CosineAnnealingLR", "CosineAnnealingWarmRestarts", "CyclicLR", "ExponentialLR",
    "LRScheduler", "LambdaLR", "LinearLR", "MultiStepLR", "MultiplicativeLR", "OneCycleLR", "PolynomialLR",
    "ReduceLROnPlateau", "SequentialLR", "StepLR",
]  # fmt: skip
