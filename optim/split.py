"""split_groups: parameter groups by name: no decay for biases and norms, a slower lower part, a frozen one.

    groups = optim.split_groups(
        model.named_parameters(),
        no_decay=["*bias", "norm*"],
        exclude=["embedding.*"],
        backbone={"match": "backbone.*", "lr": 1e-4},
    )
    optimizer = optim.AdamW(groups, lr=1e-3, weight_decay=0.05)

A pattern is a shell pattern over the whole dotted name (`*` any characters, `?` one, `[ab]` one of these).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any, TypeAlias

from autograd_lite.errors import describe
from autograd_lite.tensor import Tensor

from .groups import UNPENALIZED

Match: TypeAlias = str | Callable[[str, Tensor], bool] | Sequence[str | Callable[[str, Tensor], bool]]
"""What chooses parameters: a pattern, a function of name and Tensor, or several of these."""

REST = "rest"


def split_groups(
    named_parameters: Iterable[tuple[str, Tensor]],
    *,
    no_decay: Match = (),
    exclude: Match = (),
    **groups: Mapping[str, Any],
) -> list[dict[str, Any]]:
    """Parameter groups by name.

    Args:
        named_parameters: (name, Tensor) pairs, as `model.named_parameters()` gives.
        no_decay: these are not penalized, whatever their group says: `weight_decay` and `l1` are 0, and there is
            no regularization.
        exclude: these are in no group, and so are not trained.
        groups: by the name of the group, {"match": what chooses its parameters, and options of its own}.
            The first group that matches takes a parameter; those that none takes are the group "rest".

    What chooses is a pattern such as "*bias", a function of name and Tensor such as `lambda name, p: p.ndim == 1`,
    or a list of these.

    Returns:
        Dicts to pass to an optimizer, in the order given and "rest" last, without empty ones.  A group some
        of whose parameters are `no_decay` is two: "backbone", and "backbone without decay".

    Raises:
        TypeError: something is not what it should be.
        ValueError: a pattern or a function chooses no parameter; or nothing is left to train.

    >>> import autograd_lite as ag
    >>> from autograd_lite import nn, optim
    >>> model = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2))
    >>> groups = optim.split_groups(model.named_parameters(), no_decay="*bias", head={"match": "2.*", "lr": 0.1})
    >>> for group in groups:
    ...     print(group["name"], [name for name, _ in group["params"]])
    head ['2.weight']
    head without decay ['2.bias']
    rest ['0.weight']
    rest without decay ['0.bias']
    >>> for group in optim.AdamW(groups, lr=0.01, weight_decay=0.1).param_groups:
    ...     print(group["name"], group["lr"], group["weight_decay"])
    head 0.1 0.1
    head without decay 0.1 0.0
    rest 0.01 0.1
    rest without decay 0.01 0.0
    """
    named = _listed(named_parameters)
    options: dict[str, dict[str, Any]] = {}
    chosen: dict[str, set[str]] = {}
    for group, given in groups.items():
        if not isinstance(given, Mapping) or "match" not in given:
            raise TypeError(f'split_groups: {group}={describe(given)} must be a dict with "match", and options')
        if "params" in given:
            raise TypeError(f'split_groups: {group} has "params"; its parameters are those that "match" chooses')
        options[group] = {"name": group, **{key: value for key, value in given.items() if key != "match"}}
        chosen[group] = _choose(named, given["match"], f"{group}['match']")
    out = _choose(named, exclude, "exclude")
    bare = _choose(named, no_decay, "no_decay")
    options.setdefault(REST, {"name": REST})

    sorted_out: dict[tuple[str, bool], list[tuple[str, Tensor]]] = {
        (group, light): [] for group in options for light in (False, True)
    }
    for name, param in named:
        if name not in out:
            group = next((group for group, names in chosen.items() if name in names), REST)
            sorted_out[group, name in bare].append((name, param))
    found = [
        {
            "params": params,
            **(_without_decay(options[group]) if light else options[group]),
        }
        for (group, light), params in sorted_out.items()
        if params
    ]
    if not found:
        raise ValueError(f"split_groups: exclude={exclude!r} leaves no parameter to train")
    return found


def _without_decay(options: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in options.items() if key not in UNPENALIZED}
    return {"no_decay": True, **kept, "name": f"{options['name']} without decay"}


def _listed(named_parameters: Any) -> list[tuple[str, Tensor]]:
    if isinstance(named_parameters, (Tensor, str, Mapping)) or not isinstance(named_parameters, Iterable):
        raise TypeError(
            f"split_groups needs (name, Tensor) pairs, not {describe(named_parameters)}; pass model.named_parameters()"
        )
    named = list(named_parameters)
    names: set[str] = set()
    for item in named:
        if not isinstance(item, tuple) or len(item) != 2 or not isinstance(item[0], str):
            raise TypeError(f"split_groups needs (name, Tensor) pairs, not {describe(item)}")
        if not isinstance(item[1], Tensor):
            raise TypeError(f"split_groups: {item[0]!r} is {describe(item[1])}, not a Tensor")
        if item[0] in names:
            raise ValueError(f"split_groups: two parameters are called {item[0]!r}; give each a name of its own")
        names.add(item[0])
    if not named:
        raise ValueError("split_groups: there are no parameters")
    return named


def _choose(named: Sequence[tuple[str, Tensor]], match: Any, what: str) -> set[str]:
    """The names that are chosen; raises if one of several choices chooses none."""
    listed = [match] if isinstance(match, str) or callable(match) else match
    if not isinstance(listed, Iterable):
        raise TypeError(f"split_groups: {what}={describe(match)} must be a pattern, a function, or a list of them")
    chosen: set[str] = set()
    for one in listed:
        if isinstance(one, str):
            names = {name for name, _ in named if fnmatchcase(name, one)}
        elif callable(one):
            names = {name for name, param in named if one(name, param)}
        else:
            raise TypeError(f"split_groups: {what} has {describe(one)}; pass patterns and functions of name and Tensor")
        if not names:
            known = ", ".join(name for name, _ in named[:8]) + (", ..." if len(named) > 8 else "")
            raise ValueError(f"split_groups: {what}={one!r} chooses no parameter; they are {known}")
        chosen |= names
    return chosen
