"""A call of a function whose derivative is given by hand: its place on the tape, and what its rules are handed.

Rules see Tensors.  In a sweep that is recorded these are connected to the graph, so that what the rule does with them
is differentiated in its turn; otherwise they are values.  Cotangents are handed over as gradients in PyTorch's
convention (see `autograd_lite.grad`), of which a sweep carries the conjugates.
"""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..calls import protect
from ..errors import describe
from ..mode import current
from ..ownership import shown
from ..primitive import Primitive, Traced
from ..several import Bundle, StandIn, record_many
from ..tape import Node, record, wrap
from ..tensor import Tensor


class Saved:
    """What the rules of a call read: its arguments and answers, arrays as Tensors; and what it kept beside these."""

    def __init__(self, answers: Any, saved: Sequence[Any], call: Call) -> None:
        self._answers, self._arguments, self._beside = answers, saved[: call.count], saved[call.count :]
        self._recorded = call.recorded

    def argument(self, i: int) -> Any:
        """An argument; one that is no array as it was given."""
        found = self._arguments[i]
        return as_tensor(found) if hasattr(found, "dtype") else found

    def beside(self, i: int) -> Any:
        """Something else that was kept; as a constant, unless the sweep is recorded."""
        found = self._beside[i]
        if isinstance(found, Tensor):
            return found if self._recorded else found.detach()
        return as_tensor(found) if isinstance(found, np.ndarray) else found

    def inputs(self) -> list[Tensor]:
        """The arguments that gradients flow to, in a sweep that is recorded; without values, where none are kept."""
        nodes = [x._node if isinstance(x, Traced) else x for x in self._arguments]
        return [wrap(None, node) for node in nodes if isinstance(node, Node)]

    def answer(self, i: int) -> Tensor:
        several = isinstance(self._answers, (list, tuple))
        return as_tensor(self._answers[i] if several else self._answers)


class Call:
    """One call.

    name      of the function, for messages
    kept      which arguments the rules read
    answers   whether they read what it gave
    shapes    StandIns of what it gave
    recorded  whether the sweep that runs its rules is recorded
    count     how many arguments there are
    """

    name: str
    kept: Sequence[int] = ()
    answers = False
    shapes: list[StandIn]
    recorded = False
    count = 0

    def pull(self, gradients: list[Any], saved: Saved) -> Sequence[Any]:
        """A gradient (or None) per argument, from a gradient or None per answer."""
        raise NotImplementedError

    def push(self, tangents: list[Any], saved: Saved) -> Sequence[Any]:
        """A tangent (or None) per answer, from a tangent or None per argument."""
        raise NotImplementedError

    def zeros(self, i: int) -> Tensor:
        """Zeros like an answer."""
        return as_tensor(np.zeros(self.shapes[i].shape, self.shapes[i].dtype))


def as_tensor(x: Any) -> Tensor:
    """A Tensor as it is, an array or a number as a constant."""
    if isinstance(x, Tensor):
        return x
    return wrap(x, None) if hasattr(x, "dtype") else Tensor(x)


class Rules:
    """The primitives of one function: for calls with one answer, and with several."""

    def __init__(self, function: Any) -> None:
        self.function = function
        self._made: dict[bool, Primitive] = {}

    def primitive(self, many: bool) -> Primitive:
        if many not in self._made:
            made = Primitive(
                "custom", self.function, joint=_joint, jvp=_jvp, many=many, math="as given by hand", registered=False
            )
            self._made[many] = made
        return self._made[many]

    def record(
        self, call: Call, arguments: Sequence[Any], answers: Sequence[Any], beside: Sequence[Any] = ()
    ) -> list[Any]:
        """Write a call down: of arrays that it gave, and Tensors and constants that it was given.

        What is kept `beside` these goes with what is saved, when backward has used it.
        """
        call.shapes = [StandIn(np.shape(a), a.dtype) for a in answers]
        call.count = len(arguments)
        many = len(answers) != 1
        nodes = [x._node if isinstance(x, Traced) else None for x in arguments]
        kept = [
            (x._data if isinstance(x, Traced) else x) if i in call.kept else nodes[i] for i, x in enumerate(arguments)
        ]
        values = [x._data if isinstance(x, Traced) and x._node is None else x for x in beside]
        given = (list(answers) if many else answers[0]) if call.answers else None
        parents = (*nodes, *[None] * len(values))
        saved = protect((given, *kept, *values), (*arguments, *beside))
        primitive, options = self.primitive(many), {"call": call}
        if many:
            return record_many(primitive, answers, saved, parents, options)
        return [record(primitive, answers[0], saved, parents, options)]


class Positions:
    """Arguments by position, as rules get them: those given by name, and defaults, are put where they belong."""

    def __init__(self, function: Any) -> None:
        try:
            self.signature: inspect.Signature | None = inspect.signature(function)
        except (ValueError, TypeError):  # written in C, by somebody who does not tell
            self.signature = None
        parameters = self.signature.parameters.values() if self.signature is not None else ()
        self.fixed = any(p.default is not p.empty for p in parameters)

    def bound(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
        """The arguments; raises TypeError for those that can only be given by name."""
        if not kwargs and not self.fixed:
            return args
        if self.signature is not None:
            bound = self.signature.bind(*args, **kwargs)
            bound.apply_defaults()
            if not bound.kwargs:
                return bound.args
            kwargs = bound.kwargs
        raise TypeError(
            f"{name}: its rules take arguments by position, and {', '.join(kwargs)} can only be given by name"
        )


def is_recorded(arguments: Sequence[Any]) -> bool:
    """Whether a call with these arguments is written down."""
    return current().recording and any(isinstance(x, Traced) and x._node is not None for x in arguments)


def plain(value: Any, what: str) -> Any:
    """The array of what a function gave."""
    if isinstance(value, Traced):
        return value._data
    if isinstance(value, (np.ndarray, np.generic)):
        return value
    if isinstance(value, (float, int, complex)):
        return np.asarray(value)
    raise TypeError(f"{what} must be a Tensor or an array, not {describe(value)}")


def _conjugate(x: Any) -> Any:
    return np.conjugate(x) if x is not None and x.dtype.kind == "c" else x


def _joint(g: Any, answers: Any, *arguments: Any, call: Call) -> list[Any]:
    parts = [g.parts.get(i) for i in range(len(call.shapes))] if isinstance(g, Bundle) else [g]
    recorded = call.recorded = any(isinstance(part, Tensor) for part in parts)
    gradients = [None if part is None else as_tensor(_conjugate(shown(part))) for part in parts]
    found = call.pull(gradients, Saved(answers, arguments, call))
    results: list[Any] = []
    for i, (value, argument) in enumerate(zip(found, arguments[: call.count], strict=True)):
        shape, dtype = getattr(argument, "shape", ()), getattr(argument, "dtype", np.dtype(float))
        if value is None:
            results.append(np.zeros(shape, dtype))
            continue
        value = as_tensor(value)
        if tuple(value.shape) != tuple(shape):
            raise ValueError(
                f"{call.name}: its rule gives for argument {i} a gradient of shape {tuple(value.shape)}, but the "
                f"argument has {tuple(shape)}"
            )
        value = _conjugate(value)
        results.append(value if recorded else value._data)
    return results


def _jvp(tangents: Sequence[Any], saved: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    call: Call = kwargs["call"]
    recorded = call.recorded = any(isinstance(t, Tensor) for t in tangents)
    answers, *arguments = saved
    moving = [None if t is None else as_tensor(shown(t)) for t in tangents[: call.count]]
    found = list(call.push(moving, Saved(answers, arguments, call)))
    if len(found) != len(call.shapes):
        raise ValueError(f"{call.name}: its jvp gives {len(found)} tangents for {len(call.shapes)} answers")
    results = []
    for i, (value, like) in enumerate(zip(found, call.shapes, strict=True)):
        value = call.zeros(i) if value is None else as_tensor(value)
        if tuple(value.shape) != tuple(like.shape):
            raise ValueError(
                f"{call.name}: its jvp gives for answer {i} a tangent of shape {tuple(value.shape)}, but the answer "
                f"has {tuple(like.shape)}"
            )
        results.append(value if recorded else value._data)
    return results if len(results) != 1 else results[0]
