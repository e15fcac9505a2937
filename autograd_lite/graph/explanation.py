"""`explain`: the chain rule of one graph written out, as formulas and with its numbers.

    print(ag.graph.explain(loss))              # text
    ag.graph.explain(loss).markdown()          # with LaTeX, as GitHub and notebooks show it; a notebook does by itself
    for step in ag.graph.explain(loss): ...    # step by step, as text

First come the values that the graph starts from, then the program that was recorded, then backpropagation from the
newest operation to the oldest, and in the end the gradient of each leaf as the sum of what reached it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy import ndarray

from .. import tape
from ..primitive import Fused
from ..several import OUTPUT
from ..tensor import Tensor
from . import writing
from .equations import Equation, ExplainedStep, Side, Value, summed
from .formulas import Formula
from .markdown import markdown_of
from .model import Graph, Node
from .numbers import shown_array, shown_statistics
from .steps import Contribution, Step, backward_steps, nodes_by_recorded
from .symbols import Symbol, named, symbols_of
from .text import printable
from .written import constants_of, operands_of

_TERMS = 8


@dataclass(frozen=True, slots=True, repr=False)
class Explanation:
    """Backpropagation through one graph, written out: strings only, which keep no graph alive.

    Attributes:
        values: what the graph starts from: parameters, inputs and constants.
        forward: an equation for each operation, oldest first.
        steps: backpropagation, newest operation first.
        gradients: of each leaf, the sum of all that reached it.
        notes: what else is to be said.
        loss: what the value is called that was differentiated.
    """

    values: tuple[Value, ...]
    forward: tuple[Equation, ...]
    steps: tuple[ExplainedStep, ...]
    gradients: tuple[Equation, ...]
    notes: tuple[str, ...]
    loss: Symbol

    def __iter__(self) -> Iterator[ExplainedStep]:
        return iter(self.steps)

    def __len__(self) -> int:
        return len(self.steps)

    def text(self) -> str:
        """All of it as plain text."""
        width = max((len(value.symbol.text) for value in self.values), default=0)
        parts = [
            ("Values", [value.line(width) for value in self.values]),
            ("Forward", [str(equation) for equation in self.forward]),
            (
                f"Backward: x̄, or ∂name, stands for the derivative of {self.loss.text} by x",
                [line for step in self.steps for line in str(step).splitlines()],
            ),
            ("Gradients", [str(equation) for equation in self.gradients]),
            ("Notes", [*self.notes]),
        ]
        return "\n\n".join("\n".join([title, *(f"  {line}" for line in lines)]) for title, lines in parts if lines)

    def markdown(self) -> str:
        """All of it as Markdown with LaTeX between $$, as GitHub, KaTeX and Jupyter show it."""
        return markdown_of(self)

    def _repr_markdown_(self) -> str:
        return self.markdown()

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return f"<Explanation of {len(self.steps)} steps>"


def explain(loss: Tensor, numbers: bool = True, *, gradient: Any = None) -> Explanation:
    """Write out the chain rule of the graph of `loss`: how the gradient of each leaf comes about.

    A value is called by its own name where it has one: a parameter's, or that of the variable it was assigned to, if it
    was recorded inside of `ag.graph.details()`.  Others are z1, z2, ..., constants c1, c2, ..., the loss is L.  x̄, or
    ∂name for longer names, stands for the derivative of the loss by x.

    Args:
        loss: a Tensor of any shape, with its graph.  Nothing about it changes.
        numbers: whether with the numbers: small arrays in full, larger ones by shape, norm and first elements.
        gradient: the cotangent to begin with, of the shape of `loss`; if left out, 1 for a single element.

    Raises:
        TypeError, RuntimeError: as `backward_steps`.

    >>> import autograd_lite as ag
    >>> w = ag.Tensor([3.0, 4.0], requires_grad=True, name="w")
    >>> print(ag.graph.explain((w * w).sum()))
    Values
      w  parameter (2,) float32 = [3.0, 4.0]
    <BLANKLINE>
    Forward
      z1 = w * w
      L = sum(z1) = 25.0
    <BLANKLINE>
    Backward: x̄, or ∂name, stands for the derivative of L by x
      L = sum(z1)
        L̄ = 1.0
        z̄1 = broadcast_to(reshape(L̄, (1,)), (2,)) = [1.0, 1.0]
      z1 = w * w
        z̄1 = [1.0, 1.0]
        w̄ = z̄1 * w = [3.0, 4.0]
        w̄ += z̄1 * w = [3.0, 4.0]
    <BLANKLINE>
    Gradients
      w̄ = z̄1 * w + z̄1 * w = [6.0, 8.0]
    <BLANKLINE>
    Notes
      values without numbers are not kept; `with ag.graph.details():` notes all that is recorded in it
    """
    walk = backward_steps(loss, gradient)
    graph = Graph.of(loss, gradients=False)
    known = nodes_by_recorded(loss, graph)
    return _Writer(loss, graph, known, numbers, gradient is None).written(walk)


class _Writer:
    """Writes an explanation, and forgets the graph when it is done."""

    def __init__(self, loss: Tensor, graph: Graph, known: dict[tape.Node, Node], numbers: bool, of_one: bool) -> None:
        self.graph, self.known, self.numbers = graph, known, numbers
        self.symbols = symbols_of(graph)
        self.spelled = constants_of(graph)
        self.arrays: dict[str, Any] = self._kept(loss) if numbers else {}
        self.of_one = of_one
        self.unknown = self.unnumbered = False  # whether an argument, a value is shown of which nothing is known
        self.complex = False  # whether a leaf is

    def _kept(self, loss: Tensor) -> dict[str, Any]:
        """The values that are in memory, by node of the graph: constants, and what some rule has kept."""
        found: dict[str, Any] = {self.known[loss._node].id: loss._data}
        for node, here in self.known.items():
            if node.primitive is None or node.saved is None:
                continue
            answer = None if isinstance(node.primitive, Fused) else node.saved[0]
            for id, value in [(here.id, answer), *zip(here.arguments, node.saved[1:], strict=True)]:
                if id is not None and isinstance(value, (ndarray, np.generic)):
                    found[id] = value
        return found

    def written(self, walk: Iterator[Step]) -> Explanation:
        forward = {here.id: self._forward(node, here) for node, here in self.known.items() if node.primitive}
        reached: dict[str, list[Side]] = {}
        steps: list[ExplainedStep] = []
        gradients = []
        declared: dict[str, None] = {}
        for step in walk:
            if step.node.kind != "op":
                terms = _in_short(reached.pop(step.node.id, []))
                gradients.append(self._gradient(step, terms))
                continue
            for each in step.contributions:
                if each.node.kind != "op":
                    reached.setdefault(each.node.id, []).append(_term(step, each.formula))
                if each.formula.declared and step.node.math == "fused":
                    declared[printable(step.node.op or "")] = None
            sent = tuple(self._sent(each) for each in step.contributions)
            arrived = Equation(_bar(step.symbol), (), self._shown(step.cotangent)) if self.numbers else None
            if not self.numbers and not steps and self.of_one:
                arrived = Equation(_bar(step.symbol), (), "1")
            rules = [each.formula for each in step.contributions if each.formula.declared]
            rule = Side(rules[0].text, rules[0].latex) if rules else None
            steps.append(ExplainedStep(step.node.id, forward[step.node.id].symbolic, arrived, sent, rule))
        values = [self._value(node) for node in self.graph.nodes if node.kind in ("parameter", "input", "constant")]
        notes = self._notes(declared)
        return Explanation(
            tuple(values),
            (*forward.values(),),
            tuple(steps),
            tuple(gradients),
            notes,
            self.symbols[self.graph.nodes[-1].id],
        )

    def _gradient(self, step: Step, terms: list[Side]) -> Equation:
        """What a leaf gets: the sum of the terms, of a complex one its conjugate."""
        bar = _bar(step.symbol)
        if step.cotangent.dtype.kind != "c":
            return Equation(bar, tuple(terms), self._shown(step.gradient))
        self.complex = True
        whole = Side(summed([term.text for term in terms]), summed([term.latex for term in terms]))
        return Equation(_conjugate(bar), (_conjugate(whole),) if terms else (), self._shown(step.gradient))

    def _notes(self, declared: Iterable[str]) -> tuple[str, ...]:
        notes = []
        if declared:
            notes.append(
                f"{', '.join(declared)}: one operation here, which shows the rule that it declares; recorded inside of "
                "`with ag.fusion(False):` it is several, each with a formula of its own"
            )
        if self.complex:
            notes.append("the gradient of a complex value is the conjugate of the derivative by it")
        if self.unknown:
            notes.append("… stands for an argument that no rule reads, and that is not kept")
        if self.unnumbered:
            notes.append(
                "values without numbers are not kept; `with ag.graph.details():` notes all that is recorded in it"
            )
        return tuple(notes)

    def _shown(self, value: Any) -> str:
        return shown_array(value) if self.numbers and value is not None else ""

    def _shown_value(self, node: Node) -> str:
        """The value of a node, as far as it is in memory or was noted."""
        if node.id in self.arrays:
            return self._shown(self.arrays[node.id])
        text = shown_statistics(node.value, node.values[0]) if self.numbers and node.value is not None else ""
        self.unnumbered |= self.numbers and not text
        return text

    def _value(self, node: Node) -> Value:
        symbol = self.symbols[node.id]
        name = node.name or self.spelled.get(node.id)
        name = "" if name is None or name in symbol.text else name
        return Value(symbol, node.kind, name, str(node.values[0]), self._shown_value(node))

    def _forward(self, node: tape.Node, here: Node) -> Equation:
        """How a value was computed."""
        primitive, saved = node.primitive, node.saved
        assert primitive is not None
        assert saved is not None
        if primitive is OUTPUT:
            part = writing.item(self._part(here.arguments[0]), (node.kwargs or {})["i"])
        else:
            operands = self._operands(here, saved[1:])
            part = writing.call(primitive, operands, node.kwargs or {}, len(here.shape or ()))
        source = printable(here.line.expression) if here.line is not None else ""
        source = "" if source.replace(" ", "") == part.text.replace(" ", "") else source
        symbol, right = self.symbols[here.id], Side(part.text, part.latex)
        return Equation(Side(symbol.text, symbol.latex), (right,), self._shown_value(here), source)

    def _operands(self, here: Node, saved: Sequence[Any]) -> list[writing.Part]:
        """What is written for the arguments of an operation."""
        expression = here.line.expression if here.line is not None else ""
        written = operands_of(here.op or "", expression)
        found = []
        for i, (id, value) in enumerate(zip(here.arguments, saved, strict=True)):
            name = written[i] if i < len(written) else ""
            if id is not None and (self.graph[id].kind != "constant" or np.ndim(value)):
                found.append(self._part(id))
            elif isinstance(value, (bool, int, float, complex, ndarray, np.generic, str, tuple, list, slice)):
                found.append(writing.constant(value))
            elif name.isidentifier() or name.replace(".", "").isdecimal():
                found.append(writing.Part.of(name, named(name).latex))
            else:
                self.unknown = True
                found.append(writing.Part.of("…", r"\ldots"))
        return found

    def _part(self, id: str | None) -> writing.Part:
        assert id is not None
        return writing.Part.of(self.symbols[id].text, self.symbols[id].latex, len(self.graph[id].shape or ()))

    def _sent(self, sent: Contribution) -> Equation:
        formula = sent.formula
        right: tuple[Side, ...] = (Side(formula.text, formula.latex),)
        if formula.declared:  # for all arguments together: the step says it once
            right = () if self.numbers else (Side("by the rule", r"\text{by the rule}"),)
        where = tuple((Side(name, named(name).latex), Side(text, latex)) for name, text, latex in formula.where)
        return Equation(_bar(sent.symbol), right, self._shown(sent.value), added=sent.added, where=where)


def _bar(symbol: Symbol) -> Side:
    return Side(symbol.barred.text, symbol.barred.latex)


def _conjugate(side: Side) -> Side:
    return Side(f"conjugate({side.text})", rf"\overline{{{side.latex}}}")


def _term(step: Step, formula: Formula) -> Side:
    """What a leaf receives from a step: the formula, or if that is no single line, where it comes from."""
    if formula.declared or formula.where:
        return Side(f"[from {step.symbol.text}]", rf"[\text{{from }} {step.symbol.latex}]")
    return Side(formula.text, formula.latex)


def _in_short(terms: list[Side]) -> list[Side]:
    """The terms of a sum; of very many, the first and the last."""
    if len(terms) <= _TERMS:
        return terms
    count = len(terms) - _TERMS + 1
    return [*terms[: _TERMS - 2], Side(f"({count} more)", rf"(\text{{{count} more}})"), terms[-1]]
