"""Functions that give several answers, each checked by itself, and what is said of them put together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from ..primitive import Traced
from .reports import Report
from .runs import Case, answers_of, call_plain


def by_answers(function: Callable[..., Any], args: Sequence[Any]) -> list[Callable[..., Any]]:
    """A function for each differentiable answer of one that may give several; the function itself if it gives one."""
    answer = call_plain(Case(function, tuple(args)))
    return [function] if isinstance(answer, Traced) else [Answer(function, k) for k in range(len(answers_of(answer)))]


class Answer:
    """One of several answers of a function, as a function; it has the function's name and place."""

    def __init__(self, function: Callable[..., Any], k: int) -> None:
        self.function, self.k = function, k
        self.__name__ = f"{getattr(function, '__name__', type(function).__name__)}[{k}]"
        self.__code__ = getattr(function, "__code__", None)

    def __call__(self, *args: Any) -> Any:
        return answers_of(self.function(*args))[self.k]


def joined(first: Report, others: Sequence[Report]) -> Report:
    """One report of all; what is said twice is said once."""
    whole = [first, *others]
    return replace(
        first,
        comparisons=tuple(c for report in whole for c in report.comparisons),
        problems=tuple(dict.fromkeys(p for report in whole for p in report.problems)),
        notes=tuple(dict.fromkeys(n for report in whole for n in report.notes)),
    )
