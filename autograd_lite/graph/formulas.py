"""The formula of a contribution in backpropagation, read off from the rule that computes it.

    >>> import numpy as np, autograd_lite as ag
    >>> x = ag.Tensor([1.0, 2.0], requires_grad=True, name="x")
    >>> *_, step, leaf = ag.graph.backward_steps(np.sin(x), gradient=np.ones(2, np.float32))
    >>> formula = step.contributions[0].formula
    >>> formula.text, formula.latex
    ('L̄ * cos(x)', '\\\\bar{L} \\\\odot \\\\cos(x)')

Rules are written in NumPy syntax, so that they record themselves: the rule of the operation runs once more on Tensors
that stand for the cotangent, the arguments and the answer, and what it records is written down.  So a formula is the
code that ran, and no second copy of it.  What a rule works out on plain arrays in between is shown as a constant with
its shape.  Operations whose rules are no NumPy code show the rule that they declare, `Formula.declared`: fused kernels,
of which the steps are seen with `ag.fusion(False)`, and those with rules given by hand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy import ndarray

from .. import tape
from ..mode import Mode, _mode, current
from ..onlooking import Onlooker
from ..primitive import Fused, Primitive, Traced
from ..several import OUTPUT, Bundle
from ..sweeps import cast, unbroadcast
from . import writing
from .mathematics import latex
from .model import Node
from .symbols import Symbol, named
from .writing import Part


@dataclass(frozen=True, slots=True)
class Formula:
    """How a contribution is computed.

    Attributes:
        text, latex: the formula, as text in NumPy syntax and as LaTeX for math mode.
        where: what stands for longer parts of it, in order: (("t1", "text", "latex"), ...).
        declared: it is the mathematics that the operation declares, for all of its arguments, and not read off.
    """

    text: str
    latex: str
    where: tuple[tuple[str, str, str], ...] = ()
    declared: bool = False

    def __str__(self) -> str:
        return self.text + "".join(f", {name} = {text}" for name, text, _ in self.where)


_OPAQUE = ("checkpoint", "vmap", "enter", "backward_hooks")
"""Operations whose rules run other graphs, or functions of the user's."""


class Tracing:
    """The formulas of all contributions of one node, which are worked out when first asked for.

    Args:
        node: of the tape, with what it saved.
        g: the cotangent that arrived.
        here: the node of the `Graph`.
        known: the nodes of the `Graph` by those of the tape.
        symbols: what they are called.
    """

    def __init__(
        self, node: tape.Node, g: Any, here: Node, known: Mapping[tape.Node, Node], symbols: Mapping[str, Symbol]
    ) -> None:
        self._formulas: dict[int, Formula] | None = None
        self._work: Any = (node, node.saved, g, here, known, symbols)

    @property
    def formulas(self) -> dict[int, Formula]:
        """By position of the argument."""
        if self._formulas is None:
            self._formulas = _formulas(*self._work)
            self._work = None
        return self._formulas


def _formulas(
    node: tape.Node,
    saved: tuple[Any, ...],
    g: Any,
    here: Node,
    known: Mapping[tape.Node, Node],
    symbols: Mapping[str, Symbol],
) -> dict[int, Formula]:
    primitive = node.primitive
    assert primitive is not None
    positions = [i for i, parent in enumerate(node.parents) if parent is not None]
    declared = Formula(primitive.math or primitive.name, latex(primitive.math or primitive.name), declared=True)
    if primitive is OUTPUT:
        bar, i = symbols[here.id].barred, (node.kwargs or {})["i"]
        return {0: Formula(f"{bar.text}, as its part {i}", rf"{bar.latex}\ \text{{as its part {i}}}")}
    if isinstance(primitive, Fused) or primitive.kind == "custom" or primitive.name in _OPAQUE:
        return dict.fromkeys(positions, declared)
    names = [None if parent is None else symbols[known[parent].id] for parent in node.parents]
    constants = [None if id is None else symbols[id] for id in here.arguments]
    for lift_constants in (True, False):
        run = _Run(primitive, node, saved, g, lift_constants)
        try:
            return run.formulas(positions, symbols[here.id], names, constants)
        except Exception:  # a rule that takes no Tensors there has a formula all the same: the declared one
            continue
    return dict.fromkeys(positions, declared)


class _Run:
    """One run of the rules of a node on Tensors that stand for what they are given."""

    def __init__(
        self, primitive: Primitive, node: tape.Node, saved: tuple[Any, ...], g: Any, lift_constants: bool
    ) -> None:
        self.primitive, self.node, self.saved, self.g = primitive, node, saved, g
        self.lift_constants = lift_constants
        self.recorder = _Recorder()

    def formulas(
        self, positions: Sequence[int], ans: Symbol, names: Sequence[Symbol | None], constants: Sequence[Symbol | None]
    ) -> dict[int, Formula]:
        primitive, kwargs = self.primitive, self.node.kwargs or {}
        self.recorder.taken = {each.text for each in (ans, *names, *constants) if each is not None}
        g = self._cotangent(ans.barred)
        args = [
            value if value is parent else self._placeholder(value, name or constant, name is not None)
            for value, parent, name, constant in zip(self.saved[1:], self.node.parents, names, constants, strict=True)
        ]
        answer = self.saved[0]
        if isinstance(answer, (list, tuple)):
            saved: tuple[Any, ...] = ([self._numbered(ans, i, part) for i, part in enumerate(answer)], *args)
        else:
            saved = (None if answer is None else self._placeholder(answer, ans, True), *args)
        token = _mode.set(Mode(True, current().fusing, None, self.recorder))
        try:
            with np.errstate(all="ignore"):  # what there was to say was said by the rule itself
                parts = None if primitive.joint is None else primitive.joint(g, *saved, **kwargs)
                found = {}
                for i in positions:
                    d = parts[i] if parts is not None else primitive.vjps[i](g, *saved, **kwargs)  # type: ignore[misc]
                    found[i] = self._fitted(d, self.node.parents[i])
        finally:
            _mode.reset(token)
        return {i: self.recorder.formula(d) for i, d in found.items()}

    def _fitted(self, d: Any, parent: Any) -> Any:
        if isinstance(d, Bundle):
            return d.filled()
        if d.shape != parent.shape:
            d = unbroadcast(d, parent.shape)
        return cast(d, parent.dtype) if d.dtype != parent.dtype else d

    def _cotangent(self, bar: Symbol) -> Any:
        """The cotangent, or all of them, for rules of operations that give several."""
        if not isinstance(self.g, Bundle):
            return self._placeholder(self.g, bar, True)
        parts = [self._numbered(bar, i, part) for i, part in enumerate(self.g.filled())]
        return Bundle(dict(enumerate(parts)), self.g.shape) if self.primitive.joint is not None else parts

    def _numbered(self, symbol: Symbol, i: int, part: Any) -> Any:
        return self._placeholder(part, Symbol(f"{symbol.text}[{i}]", f"{symbol.latex}[{i}]"), True)

    def _placeholder(self, value: Any, symbol: Symbol | None, moving: bool) -> Any:
        """A Tensor that stands for an array that is called so; other things as they are."""
        if not isinstance(value, (ndarray, np.generic)):
            return value
        array = np.asarray(value).view()
        if symbol is None or (array.ndim == 0 and not moving):
            return value
        self.recorder.know(array, Part.of(symbol.text, symbol.latex, array.ndim))
        if array.dtype.kind not in "fc" or not (moving or self.lift_constants):
            return array
        return tape.wrap(array, tape.leaf(array.shape, array.dtype))


class _Recorder(Onlooker):
    """Writes down what is recorded: for each array, known by its identity, how it came about."""

    def __init__(self) -> None:
        super().__init__()
        self.next = None  # nobody else is to see this run
        self.taken: set[str] = set()
        self._parts: dict[int, Part] = {}
        self._held: list[Any] = []  # or else another array might get an identity that is known
        self._defined: dict[str, Part] = {}

    def know(self, array: Any, part: Part) -> None:
        """Say what an array is called."""
        self._parts[id(array)] = part
        self._held.append(array)

    def examine_call(
        self, primitive: Any, ans: Any, args: Sequence[Any], kwargs: dict[str, Any], parents: Sequence[Any]
    ) -> None:
        """Write a call down."""
        super().examine_call(primitive, ans, args, kwargs, parents)
        operands = [self._operand(each) for each in args]
        part = writing.call(primitive, operands, kwargs, len(getattr(ans, "shape", ())))
        for i, answer in enumerate(ans if primitive.many else [ans]):
            if not any(answer is each for each in args):  # a call that gives what it was given is none
                self.know(answer, writing.item(part, i) if primitive.many else part)

    def _operand(self, value: Any) -> Any:
        """What is written for an argument: a Part, named if it is long; of a list or tuple, a list or tuple."""
        if isinstance(value, (list, tuple)) and any(isinstance(each, ndarray) for each in value):
            return type(value)(self._operand(each) for each in value)
        part = self._parts.get(id(value))
        if part is None:
            return writing.constant(value)
        if len(part.text) > writing.LONG:
            name = next(n for n in (f"t{i}" for i in range(1, len(self._defined) + 99)) if n not in self.taken)
            self.taken.add(name)
            self._defined[name] = part
            part = Part.of(name, named(name).latex, part.ndim, frozenset((name,)))
            self._parts[id(value)] = part
        return part

    def formula(self, found: Any) -> Formula:
        """The formula of what a rule has given."""
        data = found._data if isinstance(found, Traced) else found
        part = self._parts.get(id(data))
        if part is None:
            part = writing.constant(data)
        needed = set(part.uses)
        where = []
        for name, definition in reversed(self._defined.items()):
            if name in needed:
                needed |= definition.uses
                where.append((name, definition.text, definition.latex))
        return Formula(part.text, part.latex, tuple(reversed(where)))
