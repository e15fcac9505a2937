"""What a framework gives for a workload, and how it says that it has none."""

from __future__ import annotations

from typing import Any, Protocol


class Run(Protocol):
    """One workload, set up in one framework."""

    def step(self, i: int) -> float:
        """One unit of work, done when it returns: the loss of the i-th batch before the update, or one number of
        what was computed."""

    def arrays(self) -> list[Any]:
        """What is compared with the other frameworks': the gradients by the parameters as they are, or the result."""


class Lacking(Exception):
    """The framework has no such workload; says why."""
