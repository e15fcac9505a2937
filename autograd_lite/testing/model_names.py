"""Which parameter and which module of one model belongs to which of the other: by name, or as it is said.

>>> Names({"fc1": "layers.0", "scale": "gain"})("fc1.weight")
'layers.0.weight'
>>> Names({"fc1.weight": "layers.0.weight"})("fc1")
'layers.0'
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from ..errors import describe
from .model_sides import Side


class Names:
    """From the names of the model to those of the reference; names that nothing is said about are the same.

    A name stands for all below it, and a parameter for the module that holds it.  The longest that fits is used.
    """

    def __init__(self, given: Mapping[str, str]) -> None:
        self.table = dict(given)
        for ours, theirs in given.items():
            (holder, _, key), (other, _, other_key) = ours.rpartition("."), theirs.rpartition(".")
            if key == other_key and holder and other:
                self.table.setdefault(holder, other)

    def __call__(self, name: str) -> str:
        prefix = name
        while prefix:
            if prefix in self.table:
                return self.table[prefix] + name[len(prefix) :]
            prefix = prefix.rpartition(".")[0]
        return name


def refuse_unknown(given: Mapping[str, str], model: Side, reference: Side) -> None:
    """Raise ValueError for names of which there is nothing: they would be left out in silence."""
    problems = []
    for side, who, names in ((model, "the model", given), (reference, "the reference", given.values())):
        known = [*side.modules, *side.parameters]
        unknown = [name for name in names if not any(f"{k}.".startswith(f"{name}.") for k in known)]
        if unknown:
            here = ", ".join(repr(name) for name in known if name)
            problems.append(f"  in {who} there is no {' and no '.join(map(repr, unknown))}; it has {here}")
    if problems:
        raise ValueError(
            "compare_models: names={name in the model: name in the reference}, but\n" + "\n".join(problems)
        )


def matched_parameters(model: Side, reference: Side, names: Names) -> dict[str, str]:
    """For each parameter of the model the name of that in the reference.

    Raises:
        ValueError: with all that is missing, left over, or has another shape or dtype.
    """
    pairs = {name: names(name) for name in model.parameters}
    problems: list[str] = []
    for ours, theirs in pairs.items():
        if theirs not in reference.parameters:
            known = "" if ours == theirs else f" (names= says that it is {ours!r} in the model)"
            problems.append(f"  missing from the reference: {theirs} {_described(model, ours)}{known}")
            continue
        seen, expected = _described(model, ours), _described(reference, theirs)
        if seen != expected:
            problems.append(f"  misshapen: {ours} is {seen}, in the reference {expected}")
    problems += [
        f"  unexpected in the reference: {theirs} {_described(reference, theirs)}"
        for theirs in reference.parameters
        if theirs not in pairs.values()
    ]
    if problems:
        raise ValueError(
            f"compare_models: the parameters of {type(model.model).__name__} do not fit those of the reference, "
            f"{type(reference.model).__name__}:\n" + "\n".join(problems) + "\n"
            "  Where only the names differ, pass names={'name in the model': 'name in the reference'}; the name of a "
            "module stands for all below it."
        )
    return pairs


def _described(side: Side, name: str) -> str:
    return describe(side.held(side.parameters[name]))


@contextmanager
def copied(model: Side, reference: Side, pairs: Mapping[str, str]) -> Iterator[None]:
    """The model with the values of the reference's parameters, until it has its own again."""
    back = []
    done: set[int] = set()
    try:
        for ours, theirs in pairs.items():
            parameter = model.parameters[ours]
            if id(parameter) not in done:
                done.add(id(parameter))
                back.append(model.put(parameter, reference.held(reference.parameters[theirs]).copy()))
        yield
    finally:
        for put_back in back:
            put_back()


def tied_differently(model: Side, reference: Side, pairs: Mapping[str, str]) -> Sequence[str]:
    """Parameters that are one and the same on one side only."""
    mine: dict[int, str] = {}
    others: dict[int, str] = {}
    found = []
    for ours, theirs in pairs.items():
        a = mine.setdefault(id(model.parameters[ours]), ours)
        b = others.setdefault(id(reference.parameters[theirs]), ours)
        if a != b:
            where, one = ("the model", a) if a != ours else ("the reference", b)
            found.append(f"{ours} is one with {one} in {where} only")
    return found
