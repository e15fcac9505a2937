"""Rules of the registry, and mutants put in their places."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

import numpy as np

from ...primitive import Fused, Primitive, Rule, Traced, _sum_of_rules, registry
from ..patching import changing_operations
from .mutators import RESULTS, changes_of
from .sources import function_of, parts_of, tree_of


class Place(NamedTuple):
    """Where a rule stands: "vjp 0" for the first argument, "jvp 0", "joint", or the "backward" of a kernel."""

    primitive: Primitive
    which: str
    position: int = 0

    @property
    def name(self) -> str:
        return f"{self.primitive.name} {self.which}" + (f" {self.position}" if self.which in ("vjp", "jvp") else "")

    @property
    def rule(self) -> Rule:
        """The rule that stands there."""
        if self.which == "joint":
            assert self.primitive.joint is not None
            return self.primitive.joint
        if self.which == "backward":
            return self.primitive.kernel.backward
        rules = self.primitive.jvps if self.which == "jvp" else self.primitive.vjps
        rule = rules[self.position]
        assert rule is not None
        return rule

    def put(self, rule: Rule) -> None:
        """Another rule in its place; for an elementwise operation it serves both modes."""
        primitive = self.primitive
        if self.which == "joint":
            primitive.joint = rule
        elif self.which == "backward":
            primitive.kernel = primitive.kernel._replace(backward=rule)
        else:
            if self.which == "jvp" or primitive.kind == "elementwise":
                primitive.jvps = _with(primitive.jvps, self.position, rule)
                primitive.jvp = _sum_of_rules(primitive.jvps, primitive.many)
            if self.which == "vjp":
                primitive.vjps = _with(primitive.vjps, self.position, rule)
        primitive.keepers.clear()  # they know what a rule reads


def _with(rules: Sequence[Rule | None], position: int, rule: Rule) -> tuple[Rule | None, ...]:
    return (*rules[:position], rule, *rules[position + 1 :])


def places(pattern: str = "*") -> list[Place]:
    """All rules of the operations whose names match a pattern, as in a shell, or one of several between commas."""
    patterns = pattern.split(",")
    found = []
    for primitive in dict.fromkeys(registry.values()):
        if not any(fnmatchcase(primitive.name, p) for p in patterns):
            continue
        if isinstance(primitive, Fused):
            found.append(Place(primitive, "backward"))
            continue
        if primitive.joint is not None:
            found.append(Place(primitive, "joint"))
        found += [Place(primitive, "vjp", i) for i, rule in enumerate(primitive.vjps) if rule is not None]
        if primitive.kind == "general":
            found += [Place(primitive, "jvp", i) for i, rule in enumerate(primitive.jvps) if rule is not None]
    return found


class Mutant(NamedTuple):
    """A rule with a mistake in it.

    before, after  the place that was changed, as code; or what was done to the result
    line           "file:line" of what was changed; "" if that is not known
    helper         the function that was changed, if it is one that the rule calls
    nth            which place it is, of those that read the same
    """

    place: Place
    before: str
    after: str
    line: str
    rule: Rule
    helper: str = ""
    nth: int = 1

    @property
    def id(self) -> str:
        """Its name, the same in every run."""
        where = f"{self.place.name}, {self.helper}" if self.helper else self.place.name
        change = f"{self.before} → {self.after}" if self.before else self.after
        return f"{where}: {change}" + (f", at place {self.nth}" if self.nth > 1 else "")


def mutants_of(place: Place) -> Iterator[Mutant]:
    """The mutants of a rule: its source, or that of a function of its own, changed in one place; or what it gives."""
    rule = place.rule
    alike: Counter[tuple[str, str, str]] = Counter()
    for name, function, remade in parts_of(rule):
        tree = tree_of(function)
        for change in changes_of(tree) if tree is not None else ():
            alike[name, change.before, change.after] += 1
            nth = alike[name, change.before, change.after]
            made = remade(function_of(change.tree, function))
            yield Mutant(place, change.before, change.after, _line_of(function), made, name, nth)
    line = _line_of(rule)
    for words, change_result in RESULTS.items():
        yield Mutant(place, "", words, line, _changed_result(rule, change_result))


def _line_of(function: Callable[..., Any]) -> str:
    code = getattr(function, "__code__", None)
    return f"{code.co_filename}:{code.co_firstlineno}" if code is not None else ""


def _changed_result(rule: Rule, change: Callable[[Any], Any]) -> Rule:
    def mutant(*args: Any, **kwargs: Any) -> Any:
        result = rule(*args, **kwargs)
        if isinstance(result, (list, tuple)):  # of several arguments or answers: the first that there is
            first = next((i for i, part in enumerate(result) if part is not None), None)
            return [change(part) if i == first else part for i, part in enumerate(result)]
        return change(result)

    return mutant


@contextmanager
def instead(place: Place, run: Callable[..., Any]) -> Iterator[None]:
    """Put `run(rule, *args, **kwargs)` in the place of a rule; it reads what the rule reads."""
    rule = place.rule

    @functools.wraps(rule)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        return run(rule, *args, **kwargs)

    before = place.primitive.vjps, place.primitive.jvps, place.primitive.jvp, place.primitive.joint
    with changing_operations:
        place.put(wrapped)
        try:
            yield
        finally:
            if place.which == "backward":
                place.put(rule)
            place.primitive.vjps, place.primitive.jvps, place.primitive.jvp, place.primitive.joint = before
            place.primitive.keepers.clear()


def same(a: Any, b: Any) -> bool:
    """Whether two results of a rule are the same, to the last bit."""
    if isinstance(a, (list, tuple)) or isinstance(b, (list, tuple)):
        return isinstance(b, (list, tuple)) and len(a) == len(b) and all(map(same, a, b))
    if a is None or b is None:
        return a is b
    x, y = (v._data if isinstance(v, Traced) else np.asarray(v) for v in (a, b))
    return x.shape == y.shape and x.dtype == y.dtype and bool(np.array_equal(x, y, equal_nan=x.dtype.kind in "fc"))
