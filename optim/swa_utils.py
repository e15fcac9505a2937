"""Averages of weights: a second model whose parameters are the mean of those that training passes through.

Stochastic weight averaging, of n models with equal weight, along a constant or cyclic learning rate (Izmailov,
Podoprikhin, Garipov, Vetrov and Wilson 2018, "Averaging weights leads to wider optima and better generalization",
arXiv:1803.05407):

    a ← a + (θ - a) / (n + 1)

Exponential moving average, which forgets old models (Polyak and Juditsky 1992, "Acceleration of stochastic
approximation by averaging", weighted):

    a ← decay a + (1 - decay) θ

    averaged = swa_utils.AveragedModel(model)
    schedule = swa_utils.SWALR(optimizer, swa_lr=0.05)
    for epoch in range(100):
        train(...)
        if epoch >= 75:
            averaged.update_parameters(model)
            schedule.step()
    swa_utils.update_bn(batches, averaged)
    averaged.eval()(x)

Names and numbers are PyTorch's.  The running statistics of batch normalization are no parameters, and those of the
averaged model are not the average of those: `update_bn` finds them anew, in one pass over the data.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol, Self, TypeAlias

import numpy as np

from autograd_lite.changes import note_change
from autograd_lite.errors import describe
from autograd_lite.mode import no_grad
from autograd_lite.numpy_protocol import read_only
from autograd_lite.tensor import Tensor

from .flat import Array
from .lr_scheduler.functions import function
from .lr_scheduler.swa import SWALR
from .options import count, share

__all__ = [
    "SWALR", "AveragedModel", "get_ema_avg_fn", "get_ema_multi_avg_fn", "get_swa_avg_fn", "get_swa_multi_avg_fn",
    "update_bn",
]  # fmt: skip

AvgFn: TypeAlias = Callable[[Any, Any, int], Any]
"""Gives the new average of one parameter, out of the average so far, the parameter, and how many were averaged."""

MultiAvgFn: TypeAlias = Callable[[list[Array], list[Array], int], None]
"""The same for all parameters; changes the averages in place."""


class Model(Protocol):
    """What can be averaged: a Module of `nn`, or whatever else has these."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any: ...
    def named_parameters(self) -> Iterator[tuple[str, Any]]: ...
    def state_dict(self) -> Mapping[str, Any]: ...
    def load_state_dict(self, state_dict: Mapping[str, Any], /) -> Any: ...
    def train(self, mode: bool = True, /) -> Any: ...


def get_ema_avg_fn(decay: float = 0.999) -> AvgFn:
    """The `avg_fn` of an exponential moving average, decay a + (1 - decay) θ, with `decay` from 0 to 1.

    >>> from autograd_lite.optim import swa_utils
    >>> swa_utils.get_ema_avg_fn(0.75)(1.0, 2.0, 1)
    1.25
    """
    decay = share("get_ema_avg_fn: decay", decay)

    def ema_update(averaged: Any, current: Any, _: int) -> Any:
        return decay * averaged + (1 - decay) * current

    return ema_update


def get_swa_avg_fn() -> AvgFn:
    """The `avg_fn` of a mean with equal weights, a + (θ - a) / (n + 1).

    >>> from autograd_lite.optim import swa_utils
    >>> swa_utils.get_swa_avg_fn()(1.0, 2.0, 3)
    1.25
    """

    def swa_update(averaged: Any, current: Any, num_averaged: int) -> Any:
        return averaged + (current - averaged) / (num_averaged + 1)

    return swa_update


def get_ema_multi_avg_fn(decay: float = 0.999) -> MultiAvgFn:
    """The `multi_avg_fn` of an exponential moving average: as `get_ema_avg_fn`, in place and faster."""
    decay = share("get_ema_multi_avg_fn: decay", decay)

    def ema_update(averaged: list[Array], current: list[Array], _: int) -> None:
        _approach(averaged, current, 1 - decay)

    return ema_update


def get_swa_multi_avg_fn() -> MultiAvgFn:
    """The `multi_avg_fn` of a mean with equal weights: as `get_swa_avg_fn`, in place and faster."""
    return _equal_weights


def _equal_weights(averaged: list[Array], current: list[Array], num_averaged: int) -> None:
    _approach(averaged, current, 1 / (num_averaged + 1))


def _approach(averaged: list[Array], current: list[Array], part: float) -> None:
    """Go a part of the way from each average to the parameter; from the nearer end, so that all of it is exact."""
    for a, p in zip(averaged, current, strict=True):
        way = p - a
        if part < 0.5:
            way *= part
            a += way
        else:
            way *= part - 1
            np.add(p, way, out=a)


class AveragedModel:
    """A copy of a model whose parameters are averages of those that the model has had.

    The first `update_parameters` takes the model's parameters as they are; the next ones average.  Buffers are copied
    from the latest model; see also `update_bn`.

    Args:
        model: a Module of `nn`, or what else can be called, copied and asked for `named_parameters`; it is copied.
        avg_fn: `avg_fn(averaged, current, num_averaged)` gives the new average of one parameter: two arrays, which it
            must not change, and a number.
        multi_avg_fn: `multi_avg_fn(averaged, current, num_averaged)` gets two lists of arrays, and changes the
            first ones in place.  Without any function, the average has equal weights.
        use_buffers: average buffers of real numbers too.

    Attributes:
        module: the copy.
        n_averaged: how many models have been averaged.

    Raises:
        TypeError: `model` or a function is not what it should be.
        ValueError: both functions are given.

    >>> import autograd_lite as ag
    >>> from autograd_lite import nn
    >>> from autograd_lite.optim import swa_utils
    >>> model = nn.Linear(1, 1, bias=False)
    >>> averaged = swa_utils.AveragedModel(model)
    >>> for value in (1.0, 2.0, 6.0):
    ...     model.weight.data = [[value]]
    ...     averaged.update_parameters(model)
    >>> averaged(ag.Tensor([10.0])).tolist()
    [30.0]
    """

    module: Any
    n_averaged: int

    def __init__(
        self,
        model: Model,
        avg_fn: AvgFn | None = None,
        multi_avg_fn: MultiAvgFn | None = None,
        use_buffers: bool = False,
    ) -> None:
        needed = ("__call__", "named_parameters", "state_dict", "load_state_dict", "train")
        lacking = [name for name in needed if not callable(getattr(model, name, None))]
        if lacking or isinstance(model, type):
            raise TypeError(f"AveragedModel: model is {describe(model)}, which is no Module: it has no {lacking}")
        if avg_fn is not None and multi_avg_fn is not None:
            raise ValueError("AveragedModel: both avg_fn and multi_avg_fn are given; pass one of them")
        for name, value in (("avg_fn", avg_fn), ("multi_avg_fn", multi_avg_fn)):
            if value is not None:
                function(f"AveragedModel: {name}", value)
        self.module = copy.deepcopy(model)
        for param in self.parameters():
            param.grad = None
        self.avg_fn = avg_fn
        self.multi_avg_fn = multi_avg_fn
        self.use_buffers = use_buffers
        self.n_averaged = 0

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """What the model gives with the averaged parameters."""
        return self.module(*args, **kwargs)

    def update_parameters(self, model: Model) -> None:
        """Take the parameters of `model`, as they are now, into the average.

        Raises:
            ValueError: its parameters are not like those of the copy, or `avg_fn` gives something of another shape;
                nothing has been changed then.
        """
        own, given = dict(self.module.named_parameters()), dict(model.named_parameters())
        _check_alike(own, given)
        own_buffers, buffers = _buffers(self.module), _buffers(model)
        _check_alike(own_buffers, buffers)
        if self.use_buffers:
            real = [name for name, buffer in own_buffers.items() if buffer.dtype.kind == "f"]
            own |= {name: own_buffers.pop(name) for name in real}
            given |= {name: buffers.pop(name) for name in real}
        averaged, current = [param._data for param in own.values()], [param._data for param in given.values()]
        if self.n_averaged and self.avg_fn is not None:
            n = self.n_averaged
            new = [self.avg_fn(read_only(a), read_only(p), n) for a, p in zip(averaged, current, strict=True)]
            new = [_checked(value, a, name) for value, a, name in zip(new, averaged, own, strict=True)]
            _copy(averaged, new)
        elif self.n_averaged:
            note_change(*averaged)
            (self.multi_avg_fn or _equal_weights)(averaged, [read_only(p) for p in current], self.n_averaged)
        else:
            _copy(averaged, current)
        _copy([buffer._data for buffer in own_buffers.values()], [buffer._data for buffer in buffers.values()])
        self.n_averaged += 1

    # -- as a model

    def named_parameters(self) -> Iterator[tuple[str, Any]]:
        """The averaged parameters, with names that begin with "module."."""
        for name, param in self.module.named_parameters():
            yield f"module.{name}", param

    def parameters(self) -> Iterator[Any]:
        """The averaged parameters."""
        for _, param in self.named_parameters():
            yield param

    def train(self, mode: bool = True) -> Self:
        """Switch the copy to training; gives the averaged model itself."""
        self.module.train(mode)
        return self

    def eval(self) -> Self:
        """Switch the copy to evaluation; gives the averaged model itself."""
        return self.train(False)

    def state_dict(self) -> dict[str, Any]:
        """The averages by name, as "module.<name>", and "n_averaged"; the functions are not in it."""
        averages = {f"module.{name}": value for name, value in self.module.state_dict().items()}
        return {"n_averaged": np.array(self.n_averaged), **averages}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` gave, here or in PyTorch.

        Raises:
            TypeError, ValueError: it does not fit; nothing has been changed then.
        """
        what = "AveragedModel.load_state_dict()"
        if not isinstance(state_dict, Mapping):
            raise TypeError(f"{what} needs a dict as state_dict() gives, not {describe(state_dict)}")
        foreign = [name for name in state_dict if name != "n_averaged" and not str(name).startswith("module.")]
        if "n_averaged" not in state_dict or foreign:
            raise ValueError(
                f'{what}: the dict must have "n_averaged", and else only names that begin with "module.", but has '
                f"{list(state_dict)[:5]}; is it of a model that is not averaged? Load that into .module"
            )
        n_averaged = count(f"{what}: n_averaged", np.asarray(state_dict["n_averaged"]).tolist(), 0)
        averages = {name: value for name, value in state_dict.items() if name != "n_averaged"}
        self.module.load_state_dict({name.removeprefix("module."): value for name, value in averages.items()})
        self.n_averaged = n_averaged

    def __repr__(self) -> str:
        inside = f"(module): {self.module!r}".replace("\n", "\n  ")
        return f"AveragedModel(n_averaged={self.n_averaged}\n  {inside}\n)"


def update_bn(loader: Iterable[Any], model: Any) -> None:
    """Find the running statistics of batch normalization anew: the averages over all batches of `loader`.

    Args:
        loader: batches; of a tuple or list the first element is the model's input.
        model: an `AveragedModel`, or a Module.  It is left in the mode it was in.

    >>> import autograd_lite as ag
    >>> from autograd_lite import nn
    >>> from autograd_lite.optim import swa_utils
    >>> model = nn.BatchNorm1d(1)
    >>> swa_utils.update_bn([ag.Tensor([[1.0], [3.0]]), ag.Tensor([[5.0], [7.0]])], model)
    >>> model.running_mean
    Tensor([4.], dtype=float32)
    """
    modules = list((model.module if isinstance(model, AveragedModel) else model).modules())
    found = [module for module in modules if getattr(module, "averages_batches", False)]
    if not found:
        return
    modes, momenta = [module.training for module in modules], [module.momentum for module in found]
    try:
        for module in found:
            module.reset_running_stats()
            module.momentum = None
        model.train()
        with no_grad():
            for batch in loader:
                model(batch[0] if isinstance(batch, (tuple, list)) else batch)
    finally:
        for module, momentum in zip(found, momenta, strict=True):
            module.momentum = momentum
        for module, mode in zip(modules, modes, strict=True):
            module.training = mode


def _buffers(model: Any) -> dict[str, Tensor]:
    """What the model holds beside parameters, if it can say."""
    named = getattr(model, "named_buffers", None)
    return {} if named is None else dict(named())


def _check_alike(own: Mapping[str, Tensor], given: Mapping[str, Tensor]) -> None:
    missing, strange = [name for name in own if name not in given], [name for name in given if name not in own]
    if missing or strange:
        raise ValueError(
            f"update_parameters(): the model lacks {missing} and has unexpected {strange}; pass the model that was "
            "averaged so far, or make a new AveragedModel"
        )
    if list(own) != list(given):
        raise ValueError("update_parameters(): the model has its parameters in another order than the averaged one")
    for name, param in own.items():
        if given[name].shape != param.shape:
            raise ValueError(
                f"update_parameters(): {name!r} is {describe(given[name])}, but its average {describe(param)}; "
                "make a new AveragedModel"
            )


def _checked(value: Any, average: Array, name: str) -> Array:
    array = value._data if isinstance(value, Tensor) else np.asarray(value)
    if array.shape != average.shape or array.dtype.kind != "f":
        raise ValueError(
            f"update_parameters(): avg_fn gives {describe(array)} for {name!r}, which is {describe(average)}; it must "
            "give real numbers of that shape"
        )
    return array


def _copy(averaged: Sequence[Array], new: Sequence[Array]) -> None:
    note_change(*averaged)
    for a, value in zip(averaged, new, strict=True):
        np.copyto(a, value, casting="same_kind")
