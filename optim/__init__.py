"""Optimizers: they change parameters so that a loss goes down.

    from autograd_lite import optim

    optimizer = optim.Adam(model.parameters(), lr=1e-3)
    for x, y in batches:
        optimizer.zero_grad()
        loss(model(x), y).backward()
        optimizer.step()

Names, arguments, defaults and numbers are PyTorch's; `l1` is added.  The parameters of a group lie side by
side in one buffer, so that a step is a handful of NumPy calls however many there are.
"""

from . import lr_scheduler
from .adam import Adam
from .adamw import AdamW
from .optimizer import Optimizer
from .sgd import SGD

__all__ = ["SGD", "Adam", "AdamW", "Optimizer", "lr_scheduler"]
