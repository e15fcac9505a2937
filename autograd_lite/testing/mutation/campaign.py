"""The run: which tests reach which rules, and each mutant against the tests that reach it.

It knows nothing of pytest: a test is a name and a function that says whether it passes.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from .mutants import Mutant, Place, instead, mutants_of, same


@dataclass
class Reached:
    """Which tests have called which rules: filled while `watching`, with the name of the test in `current`."""

    places: Sequence[Place]
    current: str = ""
    tests: dict[Place, set[str]] = field(default_factory=dict)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Note each call of a rule, under the test that is running."""
        with ExitStack() as stack:
            for place in self.places:
                stack.enter_context(instead(place, self._noting(self.tests.setdefault(place, set()))))
            yield

    def _noting(self, names: set[str]) -> Callable[..., Any]:
        def run(rule: Any, *args: Any, **kwargs: Any) -> Any:
            names.add(self.current)
            return rule(*args, **kwargs)

        return run


@dataclass(frozen=True)
class Outcome:
    """What became of a mutant.

    Attributes:
        mutant: which one.
        fate: "killed", by the test `by`; "survived"; "unseen", if it gave what the rule gives in every call that the
            tests made; "accepted", if it is one of these and that has been explained.
        by: the test that failed.
        run: how many tests it was run against.
        reached: how many reach the rule.
    """

    mutant: Mutant
    fate: str
    by: str
    run: int
    reached: int

    def as_dict(self) -> dict[str, Any]:
        """Strings and numbers."""
        m = self.mutant
        return {"id": m.id, "operation": m.place.primitive.name, "line": m.line, "before": m.before, "after": m.after,
                "fate": self.fate, "by": self.by, "run": self.run, "reached": self.reached}  # fmt: skip


def outcome_of(
    mutant: Mutant, tests: Sequence[str], passes: Callable[[str], bool], accepted: str, seconds: float
) -> Outcome:
    """Run the tests that reach a rule with a mutant in its place, until one fails or the time is up.

    Args:
        tests: their names, those to run first first.
        passes: runs one; whether it passes.
        accepted: a text that holds the ids, in backticks, of the mutants that may survive; a * in them is anything.
        seconds: how long it may take.
    """
    differs = mutant.place.which == "backward"  # a kernel may write into the arrays it is given: it is run once

    def run(rule: Any, *args: Any, **kwargs: Any) -> Any:
        nonlocal differs
        if differs:
            return mutant.rule(*args, **kwargs)
        try:
            right = rule(*args, **kwargs)
        except Exception:
            return mutant.rule(*args, **kwargs)
        differs = True  # also if it raises
        wrong = mutant.rule(*args, **kwargs)
        differs = not same(right, wrong)
        return wrong

    done, by, end = 0, "", time.perf_counter() + seconds
    with instead(mutant.place, run):
        for name in tests:
            done += 1
            if not passes(name):
                by = name
                break
            if time.perf_counter() > end:
                break
    fate = "killed" if by else "survived" if differs else "unseen"
    if not by and any(pattern.fullmatch(mutant.id) for pattern in _patterns(accepted)):
        fate = "accepted"
    return Outcome(mutant, fate, by, done, len(tests))


@lru_cache(maxsize=4)
def _patterns(text: str) -> list[re.Pattern[str]]:
    """What stands in backticks in a text."""
    quoted = re.findall(r"`([^`\n]*→[^`\n]*|[^`\n]*: [^`\n]*)`", text)
    return [re.compile(".*".join(map(re.escape, pattern.split("*")))) for pattern in quoted if pattern.strip("* ")]


def campaign(
    reached: Reached,
    durations: dict[str, float],
    passes: Callable[[str], bool],
    *,
    accepted: str = "",
    seconds: float = 20.0,
    only: Container[str] | None = None,
) -> Iterator[Outcome]:
    """Every mutant of every rule that a test reaches, and what becomes of it; or only those with these ids.

    The test that killed the last mutant of a rule comes first, then the quick ones.
    """
    for place in reached.places:
        tests = sorted((t for t in reached.tests.get(place, ()) if t in durations), key=lambda t: durations[t])
        if not tests:
            continue
        for mutant in mutants_of(place):
            if only is not None and mutant.id not in only:
                continue
            outcome = outcome_of(mutant, tests, passes, accepted, seconds)
            if outcome.by:
                tests.remove(outcome.by)
                tests.insert(0, outcome.by)
            yield outcome
