"""LambdaLR: a schedule that a function gives.

η(t) = η₀ f(t)
"""

from __future__ import annotations

from .functions import FunctionLR


class LambdaLR(FunctionLR):
    """Multiply the initial value by a function of the time: η(t) = η₀ f(t).

    Args:
        optimizer: the optimizer whose groups are changed.
        lr_lambda: f, from the time (an int) to a factor; or a list of functions, one for each group.
        last_epoch: the time to go on from; -1 begins.
        key: the hyper-parameter to move; see `LRScheduler`.

    Raises:
        TypeError, ValueError: an argument is not what it should be; the message names it.

    >>> import autograd_lite as ag
    >>> optimizer = ag.optim.SGD([ag.Tensor([1.0], requires_grad=True)], lr=1.0)
    >>> scheduler = ag.optim.lr_scheduler.LambdaLR(optimizer, lambda t: 1 / (1 + t))
    >>> optimizer.step()
    >>> scheduler.step()
    >>> scheduler.get_last_lr()
    [0.5]
    """

    def get_lr(self) -> list[float]:
        """η(t) for each group."""
        return [base * factor for base, factor in zip(self.initial_values(), self.factors(), strict=True)]
