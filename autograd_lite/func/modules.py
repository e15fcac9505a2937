"""Modules as functions of their parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def functional_call(module: Any, parameters: Mapping[str, Any], *args: Any, **kwargs: Any) -> Any:
    """What a Module gives for `args`, with `parameters` in the place of its own of these names; it is not changed.

    With it a network is a function of a dict of arrays, as `grad`, `jacobian` and `vmap` take it.  (They take a Module
    itself too: `grad(lambda m: loss(m(x)))(module)` is a Module of gradients.)

    Raises:
        KeyError: the module has no parameter of that name.
        ValueError: an array has not the shape of the parameter.

    >>> import numpy as np, autograd_lite as ag
    >>> net = ag.nn.Linear(2, 1)
    >>> ag.func.functional_call(net, {"weight": np.ones((1, 2)), "bias": np.zeros(1)}, np.array([3.0, 4.0]))
    Tensor([7.], dtype=float64)
    """
    own = dict(module.named_parameters())
    unknown = [name for name in parameters if name not in own]
    if unknown:
        raise KeyError(f"functional_call: {type(module).__name__} has no parameter {unknown[0]!r}; it has {list(own)}")
    for name, value in parameters.items():
        if tuple(value.shape) != own[name].shape:
            raise ValueError(f"functional_call: {name} has shape {tuple(value.shape)}, but it was {own[name].shape}")
    return module._with_parameters({id(own[name]): value for name, value in parameters.items()})(*args, **kwargs)
