"""What an explanation is made of: equations and values, each as text and as LaTeX."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from .symbols import Symbol
from .writing import plain


@dataclass(frozen=True, slots=True)
class Side:
    """One side of an equation, or a term of it."""

    text: str
    latex: str


@dataclass(frozen=True, slots=True)
class Equation:
    """left = right = numbers.

    Attributes:
        left: what is computed.
        right: the terms of the sum that it is; none where only numbers are known.
        numbers: what comes out, as text; "" if that is not shown.
        source: how the user wrote it, if that is known.
        added: it is added to what is there: left += right.
        where: what stands for longer parts of it, in order.
    """

    left: Side
    right: tuple[Side, ...]
    numbers: str = ""
    source: str = ""
    added: bool = False
    where: tuple[tuple[Side, Side], ...] = ()

    @property
    def symbolic(self) -> Equation:
        """The same without numbers and source."""
        return replace(self, numbers="", source="")

    def __str__(self) -> str:
        definitions = [f"{name.text} = {part.text}" for name, part in self.where]
        sides = [summed([term.text for term in self.right]), self.numbers]
        sign = " += " if self.added else " = "
        line = self.left.text + sign + " = ".join(side for side in sides if side)
        return "\n".join([*definitions, f"{line}    # {self.source}" if self.source else line])

    def latex_lines(self) -> Iterator[str]:
        r"""Lines for an `aligned` environment of LaTeX, without the \cr at their ends."""
        for name, part in self.where:
            yield f"{name.latex} &= {part.latex}"
        sides = [summed([term.latex for term in self.right]), latex_numbers(self.numbers)]
        sign = r"&\thinspace {+}{=}\thinspace" if self.added else "&="
        yield f"{self.left.latex} {sign} " + " = ".join(side for side in sides if side)


@dataclass(frozen=True, slots=True)
class Value:
    """Something that a graph starts from.

    Attributes:
        symbol: what it is called in formulas.
        kind: "parameter", "input" or "constant".
        name: its own name, if it is called otherwise in formulas.
        array: its shape and dtype.
        numbers: its value as text; "" if that is not shown.
    """

    symbol: Symbol
    kind: str
    name: str
    array: str
    numbers: str

    def line(self, width: int) -> str:
        """A line of text, the symbol as wide as `width`."""
        name = f" {self.name!r}" if self.name else ""
        numbers = f" = {self.numbers}" if self.numbers else ""
        return f"{self.symbol.text.ljust(width)}  {self.kind}{name} {self.array}{numbers}"


@dataclass(frozen=True, slots=True)
class ExplainedStep:
    """One step of backpropagation as equations: an operation, what arrived at it, and what it sends on.

    Attributes:
        id: of the node in the `Graph`.
        operation: how the value was computed in forward.
        arrived: the derivative of the loss by the value; None without numbers.
        sent: what each argument receives.
        rule: the mathematics that the operation declares, where that is all there is to show.
    """

    id: str
    operation: Equation
    arrived: Equation | None
    sent: tuple[Equation, ...]
    rule: Side | None = None

    @property
    def equations(self) -> tuple[Equation, ...]:
        """What arrived, and what is sent."""
        return self.sent if self.arrived is None else (self.arrived, *self.sent)

    def __str__(self) -> str:
        lines = [line for each in self.equations for line in str(each).splitlines()]
        if self.rule is not None:
            lines.insert(0, f"by the rule  {self.rule.text}")
        return "\n  ".join([str(self.operation), *lines])


def summed(terms: Sequence[str]) -> str:
    """The sum of some terms."""
    return " + ".join(terms).replace(" + -", " - ")


def latex_numbers(text: str) -> str:
    """Numbers as text, in LaTeX: powers of ten as powers, words as words."""
    if re.search("[g-z]", text.replace("nan", "").replace("inf", "")):
        return rf"\text{{{plain(text)}}}" if text else ""
    powers = re.sub(r"e([+-]?)0*(\d+)", lambda m: rf" \cdot 10^{{{m[1].replace('+', '')}{m[2]}}}", text)
    return re.sub(r"nan|inf", lambda m: rf"\mathrm{{{m[0]}}}", powers)
