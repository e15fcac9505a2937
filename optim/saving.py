"""Saving and loading: an optimizer's state, as a dict in PyTorch's layout, and as a copy or a pickle."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from autograd_lite.tensor import Tensor

from .checkpoint import read_state, to_load
from .declaration import Declaration
from .groups import Group
from .parts import PARTS


class Saving(Declaration):
    """The part of `Optimizer` that gives its state and takes it back."""

    param_groups: list[dict[str, Any]]
    defaults: dict[str, Any]
    _groups: list[Group]

    @property
    def state(self) -> dict[Tensor, dict[str, Any]]:
        """The state of each parameter that has been updated: {p: {"step": 3, "exp_avg": array, ...}}.

        The arrays are views, which follow further steps and which may be written to; the dicts are made anew
        at each call.
        """
        found = {}
        for options, group in zip(self.param_groups, self._groups, strict=True):
            names = () if self._whole_tensors else self._state_names(options)
            for i, param in enumerate(group.params):
                entry = group.state_of(i, names, self._counts_steps)
                if entry:
                    found[param] = entry
        return found

    def state_dict(self) -> dict[str, Any]:
        """All that is needed to go on later, in PyTorch's layout; the arrays are copies.

        {"state": {i: {"step": ..., "exp_avg": ndarray, ...}}, "param_groups": [{"lr": ..., "params": [i, ...]}]}
        with the parameters numbered through all groups.

        >>> import autograd_lite as ag
        >>> w = ag.Tensor([3.0, -1.0], requires_grad=True)
        >>> optimizer = ag.optim.SGD([w], lr=0.1, momentum=0.9)
        >>> (w * w).sum().backward()
        >>> optimizer.step()
        >>> optimizer.state_dict()["state"]
        {0: {'momentum_buffer': array([ 6., -2.], dtype=float32)}}

        Regularizers and constraints are saved as their numbers, in dicts.
        """
        if self._hooks is None:
            return self._packed()
        for hook in [*self._hooks.before_saving.values()]:
            hook(self)
        packed = self._packed()
        for hook in [*self._hooks.after_saving.values()]:
            given = hook(self, packed)
            packed = packed if given is None else given
        return packed

    def _packed(self) -> dict[str, Any]:
        numbers = {id(param): n for n, param in enumerate(p for group in self._groups for p in group.params)}
        groups = [
            {
                **options,
                **{name: [part.numbers() for part in options[name]] for name in PARTS},
                "params": [numbers[id(param)] for param in group.params],
            }
            for options, group in zip(self.param_groups, self._groups, strict=True)
        ]
        state = {
            numbers[id(param)]: {k: v.copy() if isinstance(v, np.ndarray) else v for k, v in entry.items()}
            for param, entry in self.state.items()
        }
        return {"state": state, "param_groups": groups}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` gave, here or in PyTorch; the parameters themselves are not in it.

        Args:
            state_dict: with as many groups, of as many parameters each, as this optimizer has.

        Raises:
            TypeError, ValueError: it does not fit; nothing has been changed then.
        """
        if self._hooks is None:
            return self._load(state_dict)
        for hook in [*self._hooks.before_loading.values()]:
            given = hook(self, state_dict)
            state_dict = state_dict if given is None else given
        self._load(state_dict)
        for hook in [*self._hooks.after_loading.values()]:
            hook(self)
        return None

    def _load(self, state_dict: Mapping[str, Any]) -> None:
        loaded = to_load(state_dict, self.param_groups, self.defaults)
        parsed = [{**group, **self._parsed(group)} for group in loaded.groups]
        layouts = [partial(self._layout, o=group) for group in parsed]
        params = [group.params for group in self._groups]
        states = read_state(loaded, params, layouts, self._counts_steps, self._earliest_state)
        for options, new, group, entries in zip(self.param_groups, parsed, self._groups, states, strict=True):
            options.update(new)
            group.load(entries, () if self._whole_tensors else self._state_names(new))
        for part, name, number in loaded.numbers_of_parts:
            setattr(part, name, number)

    def _layout(self, shape: tuple[int, ...], o: Mapping[str, Any]) -> dict[str, tuple[int, ...] | None]:
        return {**self._state_shapes(shape, o), **dict.fromkeys(self._first_numbers(o))}

    def __getstate__(self) -> dict[str, Any]:
        """For copy and pickle: the buffers are left out, and made anew around the copied parameters."""
        saved = self.__dict__.copy()
        saved.pop("_hooks", None)  # functions of the user's, which may not be pickled; PyTorch drops them too
        saved["_groups"] = self._packed()["state"]
        return saved

    def __setstate__(self, saved: dict[str, Any]) -> None:
        state = saved.pop("_groups")
        self.__dict__.update(saved)
        self._groups = [Group(group, index) for index, group in enumerate(self.param_groups)]
        self._load({**self._packed(), "state": state})
