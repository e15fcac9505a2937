"""MultiplicativeLR: a schedule whose factor from step to step a function gives.

η(t) = η(t-1) f(t)
"""

from __future__ import annotations

from .functions import FunctionLR


class MultiplicativeLR(FunctionLR):
    """Multiply the value by a function of the time at each step: η(t) = η(t-1) f(t).

    Args:
        optimizer: the optimizer whose groups are changed.
        lr_lambda: f, from the time (an int, from 1 on) to a factor; or a list of functions, one for each group.
        last_epoch: the time to go on from; -1 begins.
        key: the hyper-parameter to move; see `LRScheduler`.

    Raises:
        TypeError, ValueError: an argument is not what it should be; the message names it.

    >>> import autograd_lite as ag
    >>> optimizer = ag.optim.SGD([ag.Tensor([1.0], requires_grad=True)], lr=1.0)
    >>> scheduler = ag.optim.lr_scheduler.MultiplicativeLR(optimizer, lambda t: 0.5)
    >>> optimizer.step()
    >>> scheduler.step()
    >>> scheduler.get_last_lr()
    [0.5]
    """

    def get_lr(self) -> list[float]:
        """η(t) for each group."""
        if self._is_initial:
            return self.values()
        return [value * factor for value, factor in zip(self.values(), self.factors(), strict=True)]
