"""The first place where two models diverge: in which call of a module, and where the graphs are known, which operation.

Forward, a call is to blame if what goes into it agrees and what comes out does not, and the first to end comes first.
Backward is the mirror image: what arrives at its outputs agrees, what it hands on to its inputs and parameters does
not, and the last to begin comes first.  So of a call and the calls inside it, the innermost is found.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ..source_lines import SourceLine, line_of
from ..sweeps import ALIAS
from ..tape import Node
from .model_judging import Judge, Judged
from .model_names import Names
from .model_nodes import Blamed, first_gradient, first_value, first_without_like, paired, rule_alone
from .model_reports import Divergence
from .model_runs import Call, Run, Seen

_MOST = 8
"""How many operations are listed where the one to blame is not known."""


_TRIED = 64
"""How many operations have their rules tried by themselves."""


class Pair(NamedTuple):
    """A call of a module of the model, and the same call in the reference."""

    model: Call
    reference: Call

    def inputs(self) -> Iterator[tuple[str, Seen, Seen]]:
        yield from _shared(self.model.inputs, self.reference.inputs)

    def outputs(self) -> Iterator[tuple[str, Seen, Seen]]:
        yield from _shared(self.model.outputs, self.reference.outputs)


def _shared(a: dict[str, Seen], b: dict[str, Seen]) -> Iterator[tuple[str, Seen, Seen]]:
    yield from ((path, a[path], b[path]) for path in a if path in b)


class Difference(NamedTuple):
    """A tensor that differs: what it is, in words, and how."""

    what: str
    judged: Judged


class Both:
    """Two runs beside each other.

    calls       those that both have made, in the order in which they ended
    parameters  by the names in the model
    """

    def __init__(self, model: Run, reference: Run, names: Names, parameters: dict[str, str], judge: Judge) -> None:
        self.model, self.reference, self.judge = model, reference, judge
        theirs = {(call.name, call.turn): call for call in reference.calls}
        partners = ((call, theirs.get((names(call.name), call.turn))) for call in model.calls)
        self.calls = [Pair(call, partner) for call, partner in partners if partner is not None]
        self.parameters = {
            ours: (model.parameters[ours], reference.parameters[other]) for ours, other in parameters.items()
        }

    @property
    def graphs_known(self) -> bool:
        """Whether operations can be told apart on both sides."""
        return bool(self.model.nodes and self.reference.nodes)

    def first_in_value(self) -> Divergence | None:
        """The first divergence of a value in forward order."""
        judge = self.judge
        for pair in self.calls:
            if not all(judge.values(a, b).ok for _, a, b in pair.inputs()):
                continue
            wrong = _first((path, judge.values(a, b)) for path, a, b in pair.outputs())
            if wrong is None:
                continue
            found = self._by_operation(pair, "value")
            inner = None if found else self._first_inside(pair, "value")
            return self._divergence("value", pair, found, inner or Difference(f"its output{wrong[0]}", wrong[1]))
        return self._by_loss("value")

    def first_in_gradient(self) -> Divergence | None:
        """The first divergence of a gradient in backward order."""
        judge = self.judge
        outside: Divergence | None = None  # the gradient by a parameter may be wrong by its use outside of its module
        for pair in sorted(self.calls, key=lambda pair: pair.model.begin):
            if not all(judge.gradients(a, b).ok for _, a, b in pair.outputs()):
                continue
            wrong = _first(self._handed_on(pair))
            if wrong is None:
                continue
            found = self._by_operation(pair, "gradient")
            inner = None if found else self._first_inside(pair, "gradient")
            difference = inner or Difference(f"the gradient by {wrong[0]}", wrong[1])
            divergence = self._divergence("gradient", pair, found, difference)
            if found or not self.graphs_known or not all(judge.gradients(a, b).ok for _, a, b in pair.inputs()):
                return divergence
            outside = outside or divergence
        return self._by_loss("gradient") or outside

    def _handed_on(self, pair: Pair) -> Iterator[tuple[str, Judged]]:
        """The gradients that leave a call: by its inputs and by the parameters inside it."""
        several = len(pair.model.inputs) > 1
        for path, a, b in pair.inputs():
            yield f"its input {path}" if several else "its input", self.judge.gradients(a, b)
        inside = f"{pair.model.name}." if pair.model.name else ""
        for name, (a, b) in self.parameters.items():
            if name.startswith(inside):
                yield f"its {name.removeprefix(inside)}", self.judge.gradients(a, b)

    def _first_inside(self, pair: Pair, kind: str) -> Difference | None:
        """What shows first that something is wrong between the calls that a call makes; with what is done there."""
        inside = [p for p in self.calls if pair.model.end < p.model.end and p.model.begin < pair.model.begin]
        forward = kind == "value"
        inside.sort(key=lambda p: -p.model.begin if forward else p.model.end)
        for inner in inside:
            if forward:
                wrong = _first((path, self.judge.values(a, b)) for path, a, b in inner.inputs())
                what = f"what goes into {inner.model.title}"
            else:
                wrong = _first((path, self.judge.gradients(a, b)) for path, a, b in inner.outputs())
                what = f"the gradient that arrives at the output of {inner.model.title}"
            if wrong is not None:
                return Difference(f"{what}{_at(inner.model.line)}", wrong[1])
        return None

    def _between(self, pair: Pair, kind: str) -> list[Node]:
        """The operations that a call does itself where it diverges, outside of the calls inside it, in their order.

        They are of the side whose graph is known, the model's if both are.
        """
        side, run = ("model", self.model) if self.model.nodes else ("reference", self.reference)
        call: Call = getattr(pair, side)
        inside = [c for c in run.calls if call.end < c.end and c.begin < call.begin]
        older, newer = call.begin, call.end  # the stretch of time, which counts downwards
        for p in self.calls:
            inner: Call = getattr(p, side)
            if inner not in inside:
                continue
            if kind == "value":
                before = all(self.judge.values(a, b).ok for _, a, b in p.inputs())
            else:
                before = not all(self.judge.gradients(a, b).ok for _, a, b in p.outputs())
            if before:
                older = min(older, inner.end)
            else:
                newer = max(newer, inner.begin)
        return [
            node
            for node in run.nodes
            if older > node.order > newer
            and node.primitive not in (None, ALIAS)
            and not any(c.begin > node.order > c.end for c in inside)
        ]

    def _operation_there(self, pair: Pair, kind: str) -> tuple[Node | None, list[str]]:
        """The operation to blame in a call as far as one graph can tell: the only one, or one whose rule is wrong.

        With what is to be said of it.
        """
        nodes = self._between(pair, kind)
        for node in nodes[: -_TRIED - 1 : -1] if kind == "gradient" else ():
            wrong = _wrong_rule(node)
            if wrong:
                return node, [wrong]
        if len(nodes) <= 1:
            return next(iter(nodes), None), []
        if kind == "value" and self.graphs_known:
            alone = first_without_like(nodes, self.model, self.reference, self.judge)
            if alone is not None:
                return alone, ["nothing in the reference gives the same out of the same"]
        told = list(dict.fromkeys(f"{node.name}{_at(line_of(node))}" for node in nodes))
        more = ", ..." if len(told) > _MOST else ""
        return None, [f"what is done there: {', '.join(told[:_MOST])}{more}"]

    def _by_loss(self, kind: str) -> Divergence | None:
        """A divergence outside of the model: in the loss; or one that no single call accounts for."""
        found = self._by_operation(None, kind)
        if found is not None:
            inside = [p for p in self.calls if p.model.begin > found.node.order > p.model.end]
            pair = max(inside, key=lambda p: p.model.end) if inside else None
            return self._divergence(kind, pair, found, None)
        loss, other = self.model.loss, self.reference.loss
        if kind == "value" and loss is not None and other is not None:
            judged = self.judge.values(loss, other)
            if not judged.ok:
                return self._divergence(kind, None, None, Difference("its value", judged))
        if kind == "gradient":
            wrong = _first((path, self.judge.gradients(a, b)) for path, a, b in self.calls[-1].outputs())
            if wrong is not None:
                return self._divergence(kind, None, None, Difference(f"the gradient by the output{wrong[0]}", wrong[1]))
        return None

    def _by_operation(self, pair: Pair | None, kind: str) -> Blamed | None:
        """The operation that is to blame, inside a call or anywhere, if the graphs of both are known."""
        if not self.graphs_known:
            return None
        pairs = paired(self.model, self.reference, self._known())
        first = first_value if kind == "value" else first_gradient

        def inside(node: Node) -> bool:
            return pair is None or pair.model.begin > node.order > pair.model.end

        return first(pairs, self.model, self.reference, self.judge, inside)

    def _known(self) -> Iterator[tuple[Seen, Seen]]:
        if self.model.loss is not None and self.reference.loss is not None:
            yield self.model.loss, self.reference.loss
        yield from self.parameters.values()
        yield from ((seen, self.reference.inputs[i]) for i, seen in self.model.inputs.items())
        for pair in self.calls:
            yield from ((a, b) for _, a, b in [*pair.inputs(), *pair.outputs()])

    def _divergence(
        self, kind: str, pair: Pair | None, found: Blamed | None, difference: Difference | None
    ) -> Divergence:
        if found is not None:
            what = "its answer" if kind == "value" else "the gradient that it hands on"
            difference = Difference(what, found.judged)
        assert difference is not None
        call = None if pair is None else pair.model
        diagnosis = difference.judged.diagnosis("it")
        node, remarks = None if found is None else found.node, []
        if found is not None:
            remarks += [found.remark] if found.remark else []
            if kind == "gradient" and found.node.primitive is not found.other.primitive:
                remarks += filter(None, (_wrong_rule(one) for one in (found.node, found.other)))
        elif pair is not None:
            node, remarks = self._operation_there(pair, kind)
        if pair is not None and kind == "value":
            remarks += self._differing_parameters(pair)
        if diagnosis is not None:
            remarks.append(diagnosis.text)
        return Divergence(
            kind,
            "the loss" if call is None else call.title,
            "" if call is None else call.kind,
            "" if call is None or call.line is None else str(call.line),
            "" if pair is None or pair.reference.line is None else str(pair.reference.line),
            "" if node is None else node.name,
            "" if node is None else str(line_of(node) or ""),
            f"{difference.what}: {difference.judged.text}",
            "" if diagnosis is None else diagnosis.kind,
            tuple(remarks),
        )

    def _differing_parameters(self, pair: Pair) -> list[str]:
        inside = f"{pair.model.name}." if pair.model.name else ""
        names = [
            name.removeprefix(inside)
            for name, (a, b) in self.parameters.items()
            if name.startswith(inside) and not self.judge.values(a, b).ok
        ]
        return [f"the models differ in its {', '.join(names)}"] if names else []


def _first(found: Iterator[tuple[str, Judged]]) -> tuple[str, Judged] | None:
    return next(((name, judged) for name, judged in found if not judged.ok), None)


def _wrong_rule(node: Node) -> str:
    """What is wrong with the rule of an operation by itself, in words; "" if nothing is known to be."""
    wrong = rule_alone(node)
    if wrong is None:
        return ""
    return f"the rule of {node.name}{_at(line_of(node))} is wrong beside {wrong.oracle}" + (
        f" ({wrong.diagnosis})" if wrong.diagnosis else ""
    )


def _at(line: SourceLine | None) -> str:
    return "" if line is None else f" ({line.place})"
