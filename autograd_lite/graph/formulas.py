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

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy import ndarray

from .. import tape
from ..mode import Mode, _mode, current
from ..onlooking import Onlooker
from ..primitive import Fused, Primitive, Traced
from ..several import OUTPUT, Bundle, StandIn
from ..sweeps import cast, unbroadcast
from . import writing
from .mathematics import latex
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

    It holds what the node itself has saved, and nothing of the graph around it.

    Args:
        node: of the tape.
        saved: what it has saved.
        g: the cotangent that arrived.
        symbol: what its value is called.
        names: what its arguments are called, those to which a gradient flows.
        constants: what the others are called, as far as they are kept.
    """

    def __init__(
        self,
        node: tape.Node,
        saved: tuple[Any, ...],
        g: Any,
        symbol: Symbol,
        names: Sequence[Symbol | None],
        constants: Sequence[Symbol | None],
    ) -> None:
        assert node.primitive is not None
        self.primitive: Primitive = node.primitive
        self.kwargs: dict[str, Any] = node.kwargs or {}
        self.symbol, self.names, self.constants = symbol, names, constants
        self.given = [None if parent is None else StandIn(parent.shape, parent.dtype) for parent in node.parents]
        rest = [
            like if value is parent and like is not None else value
            for value, parent, like in zip(saved[1:], node.parents, self.given, strict=True)
        ]
        self._values: tuple[Any, ...] = (g, saved[0], *rest)
        self._formulas: dict[int, Formula] | None = None

    @property
    def formulas(self) -> dict[int, Formula]:
        """By position of the argument."""
        if self._formulas is None:
            self._formulas = self._found()
            self._values = ()
        return self._formulas

    def _found(self) -> dict[int, Formula]:
        primitive = self.primitive
        positions = [i for i, name in enumerate(self.names) if name is not None]
        if primitive is OUTPUT:
            bar, i = self.symbol.barred, self.kwargs["i"]
            return {0: Formula(f"{bar.text}, as its part {i}", rf"{bar.latex}\ \text{{as its part {i}}}")}
        declared = Formula(primitive.math or primitive.name, latex(primitive.math or primitive.name), declared=True)
        if isinstance(primitive, Fused) or primitive.kind == "custom" or primitive.name in _OPAQUE:
            return dict.fromkeys(positions, declared)
        for lift_constants in (True, False):
            try:
                return self._run(positions, lift_constants)
            except Exception:  # a rule that takes no Tensors there has a formula all the same: the declared one
                continue
        return dict.fromkeys(positions, declared)

    def _run(self, positions: Sequence[int], lift_constants: bool) -> dict[int, Formula]:
        """Run the rules on Tensors that stand for what they are given, and write down what they record."""
        recorder = _Recorder({each.text for each in (self.symbol, *self.names, *self.constants) if each is not None})
        primitive, (g, ans, *args) = self.primitive, self._values
        placeholders = []
        for value, name, constant in zip(args, self.names, self.constants, strict=True):
            moving = name is not None
            placeholders.append(recorder.placeholder(value, name or constant, moving, moving or lift_constants))
        if isinstance(ans, (list, tuple)):
            saved: tuple[Any, ...] = (
                [recorder.part(part, self.symbol, i) for i, part in enumerate(ans)],
                *placeholders,
            )
        else:
            saved = (recorder.placeholder(ans, self.symbol), *placeholders)
        if not isinstance(g, Bundle):
            arrived = recorder.placeholder(g, self.symbol.barred)
        else:
            arrived = [recorder.part(part, self.symbol.barred, i) for i, part in enumerate(g.filled())]
            arrived = Bundle(dict(enumerate(arrived)), g.shape) if primitive.joint is not None else arrived
        token = _mode.set(Mode(True, current().fusing, None, recorder))
        try:
            with np.errstate(all="ignore"):  # what there was to say was said by the rule itself
                parts = None if primitive.joint is None else primitive.joint(arrived, *saved, **self.kwargs)
                found = {}
                for i in positions:
                    rule = primitive.vjps[i] if parts is None else None
                    d = parts[i] if rule is None else rule(arrived, *saved, **self.kwargs)  # type: ignore[index]
                    found[i] = fitted(d, self.given[i])
        finally:
            _mode.reset(token)
        return {i: recorder.formula(d) for i, d in found.items()}


def fitted(d: Any, like: Any) -> Any:
    """A cotangent in the shape and dtype of the value that it is for: broadcasting is undone by summing."""
    if d.shape != like.shape:
        d = unbroadcast(d, like.shape)
    return cast(d, like.dtype) if d.dtype != like.dtype else d


class _Recorder(Onlooker):
    """Writes down what is recorded: for each array, known by its identity, how it came about."""

    def __init__(self, taken: set[str]) -> None:
        super().__init__()
        self.next = None  # nobody else is to see this run
        self.taken = taken  # names that stand for something
        self._parts: dict[int, Part] = {}
        self._held: list[Any] = []  # or else another array might get an identity that is known
        self._defined: dict[str, Part] = {}

    def placeholder(self, value: Any, symbol: Symbol | None, moving: bool = True, lifted: bool = True) -> Any:
        """What stands for an array that is called so: a Tensor if it is to be `lifted`; other things as they are.

        A single number is shown as a number, unless it is `moving`.
        """
        if not isinstance(value, (ndarray, np.generic)) or symbol is None or (np.ndim(value) == 0 and not moving):
            return value
        array = np.asarray(value).view()  # with an identity of its own
        self._know(array, Part.of(symbol.text, symbol.latex, array.ndim))
        lifted = lifted and array.dtype.kind in "fc"
        return tape.wrap(array, tape.leaf(array.shape, array.dtype)) if lifted else array

    def part(self, value: Any, symbol: Symbol, i: int) -> Any:
        """The same for one of several values."""
        return self.placeholder(value, Symbol(f"{symbol.text}[{i}]", f"{symbol.latex}[{i}]"))

    def _know(self, array: Any, part: Part) -> None:
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
                self._know(answer, writing.item(part, i) if primitive.many else part)

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
