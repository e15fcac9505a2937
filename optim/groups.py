"""Parameter groups: from what a user passes to an optimizer to buffers of parameters.

Adam(model.parameters())                                      one group
Adam(model.named_parameters())                                one group, with names
Adam([{"params": [w], "lr": 0.1}, {"params": [b]}], lr=0.01)  two groups, one with an option of its own
AdamW([{"params": [w]}, {"params": [b], "no_decay": True}])   two groups, one without the penalties of the other
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any, TypeAlias

from autograd_lite.errors import describe
from autograd_lite.tensor import Tensor

from .checkpoint import check_names
from .flat import Flat
from .parts import PARTS
from .places import Place

Params: TypeAlias = Iterable[Tensor] | Iterable[tuple[str, Tensor]] | Iterable[dict[str, Any]]

BESIDE_OPTIONS = frozenset({"params", "param_names", "name"})
"""What a group may hold beside its options, for the reader."""

UNPENALIZED: dict[str, Any] = {"weight_decay": 0.0, "l1": 0.0, "regularization": ()}
"""What a group with "no_decay": True has instead of the defaults, where it says nothing itself."""


class Group:
    """The parameters of one group in their buffers, one Flat per dtype."""

    def __init__(self, group: Mapping[str, Any], index: int) -> None:
        self.params: tuple[Tensor, ...] = tuple(group["params"])
        names = group.get("param_names") or [None] * len(self.params)
        by_dtype: dict[Any, list[tuple[Tensor, str]]] = {}
        for i, (param, name) in enumerate(zip(self.params, names, strict=True)):
            label = label_of(index, i, name or param.name)
            by_dtype.setdefault(param.dtype, []).append((param, label))
        self.flats = [Flat(params, dtype) for dtype, params in by_dtype.items()]
        found = {id(place.param): (flat, place) for flat in self.flats for place in flat.places}
        self.places: list[tuple[Flat, Place]] = [found[id(param)] for param in self.params]
        self._ids = list(map(id, self.params))
        self.seen: Any = None
        """The options as they were when last checked."""

    def check_same(self, params: list[Tensor], index: int) -> None:
        """Raise if the list in `param_groups` is not what it was: the buffers would not follow."""
        if list(map(id, params)) != self._ids:
            raise ValueError(
                f"param_groups[{index}]['params'] was changed after the optimizer was made ({len(self.params)} "
                f"parameters then, {len(params)} now, or others); use add_param_group(), or make a new optimizer"
            )

    def state_of(self, i: int, names: Iterable[str], counts: bool) -> dict[str, Any]:
        """The state of the i-th parameter, by name, as views; empty before its first step."""
        flat, place = self.places[i]
        if place.step == 0:
            return {}
        views = {name: place.shaped(flat.state(name)[place.start : place.stop]) for name in names}
        return {"step": place.step, **views, **place.own} if counts else {**views, **place.own}

    def load(self, states: Iterable[tuple[int, Mapping[str, Any]]], shared: Collection[str]) -> None:
        """Put (step, state by name) back, per parameter; `shared` are the names of what lies in buffers."""
        for flat in self.flats:
            flat.drop_state()
        for (flat, place), (step, arrays) in zip(self.places, states, strict=True):
            place.step = step
            for name, array in arrays.items():
                if name in shared:
                    flat.state(name)[place.start : place.stop] = place.laid(array)
            place.own = {name: flat.kept(value) for name, value in arrays.items() if name not in shared}


def label_of(group: int, i: int, name: str | None = None) -> str:
    """What messages call a parameter."""
    return f"params[{i}] of group {group}" + (f" ({name!r})" if name else "")


def as_groups(params: Any) -> list[dict[str, Any]]:
    """What was passed as `params`, as a list of groups, each a new dict."""
    if isinstance(params, (Tensor, str, Mapping)) or not isinstance(params, Iterable):
        raise TypeError(
            f"params must be an iterable of Tensors, (name, Tensor) pairs or dicts, not {describe(params)}; "
            "put a single one in a list"
        )
    if isinstance(params, (set, frozenset)):
        raise TypeError("params is a set, whose order changes from run to run; pass a list")
    listed = list(params)
    if not listed:
        raise ValueError("params is empty: there is nothing to optimize; has the model any parameters?")
    if any(isinstance(item, Mapping) for item in listed):
        for item in listed:
            if not isinstance(item, Mapping):
                raise TypeError(f"params mixes dicts with {describe(item)}; put every parameter into a dict")
        return [dict(item) for item in listed]
    return [{"params": listed}]


def fill(group: dict[str, Any], defaults: Mapping[str, Any], index: int) -> dict[str, Any]:
    """A group with its parameters listed and checked, and every option present; unknown ones raise."""
    if "params" not in group:
        raise ValueError(f'group {index} has no "params"; it has {", ".join(map(repr, group)) or "nothing"}')
    light = group.pop("no_decay", False)
    if not isinstance(light, bool):
        raise TypeError(f"group {index}: no_decay={light!r} is a {type(light).__name__}; pass True or False")
    unknown = [
        key for key in group if key not in defaults and key not in BESIDE_OPTIONS and not _of_a_schedule(key, defaults)
    ]
    if unknown:
        raise ValueError(
            f"group {index} has unknown options {', '.join(map(repr, unknown))}; the options are "
            f"{', '.join(map(repr, defaults))}"
        )
    if light:
        defaults = {key: UNPENALIZED.get(key, default) for key, default in defaults.items()}
    params = group["params"]
    listed = [params] if isinstance(params, Tensor) else _listed(params, index)
    named = [item for item in listed if isinstance(item, tuple)]
    if named and len(named) != len(listed):
        raise ValueError(f"group {index} mixes (name, Tensor) pairs with Tensors without a name; use one of the two")
    if named:
        for item in named:
            if len(item) != 2 or not isinstance(item[0], str):
                raise TypeError(f"group {index}: a pair must be (name, Tensor), not {describe(item)}")
        group["param_names"] = [name for name, _ in named]
        listed = [param for _, param in named]
    check_names(group.get("param_names"), len(listed), f"group {index}")
    names = group.get("param_names") or [None] * len(listed)
    for i, (param, name) in enumerate(zip(listed, names, strict=True)):
        _check_param(param, label_of(index, i, name))
    return {**group, "params": listed, **{key: group.get(key, default) for key, default in defaults.items()}}


def _of_a_schedule(key: str, options: Iterable[str]) -> bool:
    """Whether schedules keep this in a group: "initial_lr", "max_momentum", "initial_betas[0]", ..."""
    found = re.fullmatch(r"(?:initial|max|min|base|swa)_(\w+)(?:[\[.].*)?", key)
    return found is not None and found[1] in {*options, "momentum"}


def _listed(params: Any, index: int) -> list[Any]:
    if isinstance(params, (str, Mapping, set, frozenset)) or not isinstance(params, Iterable):
        raise TypeError(f'"params" of group {index} must be a list of Tensors, not {describe(params)}')
    listed = list(params)
    if not listed:
        raise ValueError(f'"params" of group {index} is empty: there is nothing to optimize')
    return listed


def _check_param(param: Any, label: str) -> None:
    if not isinstance(param, Tensor):
        raise TypeError(f"{label} is a {type(param).__name__}, not a Tensor; convert it: Tensor(x, requires_grad=True)")
    if not param.is_leaf:
        raise ValueError(
            f"{label}, {describe(param)}, was computed by {param.name}; pass the leaves it was computed from, or "
            "t.detach().requires_grad_()"
        )
    if param.dtype.kind == "c":
        raise TypeError(
            f"{label}, {describe(param)}, is complex, and optimizers step over real numbers; train its real and its "
            "imaginary part, two parameters, and put them together where they are used: re + 1j * im"
        )
    if param.dtype.kind != "f":
        raise TypeError(f"{label}, {describe(param)}, is not of a floating-point dtype and cannot be trained")


def check_once(groups: Iterable[Mapping[str, Any]]) -> None:
    """Raise if a parameter occurs twice."""
    seen: dict[int, str] = {}
    for index, group in enumerate(groups):
        for i, param in enumerate(group["params"]):
            label = label_of(index, i, param.name)
            if id(param) in seen:
                raise ValueError(f"{label} is the same Tensor as {seen[id(param)]}; pass each parameter once")
            seen[id(param)] = label


def check_fits(group: Mapping[str, Any], index: int) -> None:
    """Raise if a regularizer or a constraint of a group is not for one of its parameters."""
    names = group.get("param_names") or [None] * len(group["params"])
    for part in (part for name in PARTS for part in group[name]):
        for i, (param, name) in enumerate(zip(group["params"], names, strict=True)):
            part.check_fits(param.shape, label_of(index, i, name or param.name))
