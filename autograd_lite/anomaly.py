"""detect_anomaly: which operation, on which line, gave the first NaN or infinity.

    with ag.detect_anomaly():
        loss = train_loss(model, batch)
        loss.backward()

Inside the block all that is recorded, and all that flows backward, is looked at; the first value that is not finite
raises an `AnomalyError` that names the operation, the line of your program, the element, and what the operation was
given.  Outside of the block one test per operation is paid.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy import ndarray

from .mode import Mode, _mode, _Switch, current
from .nonfinite import (
    FINITE,
    INFINITE,
    NAN,
    argument_lines,
    arrays_of,
    badness_of,
    first_bad,
    located,
    named,
    summaries,
    summary,
    word,
)
from .primitive import Fused, Primitive
from .source_lines import SourceLine, line_of, lines_above, source_lines
from .sweeps import pullback, pushforward, recorded_together
from .tape import Node, leaf, wrap


class AnomalyError(RuntimeError):
    """A NaN or an infinity has appeared inside of `detect_anomaly`.

    Attributes:
        operation: the name of the operation that gave it.
        backward: whether it was a rule of the operation's, in a backward sweep.
        argument: which argument's gradient it is, in backward; None in forward.
        index: where in the array the first such element lies, a tuple.
        value: that element.
        line: the user's `SourceLine` that recorded the operation; None if it was recorded outside of the block.
        step: for a fused operation the step of its reference that gave it, by name; None if no step does, or it is
            not fused.
    """

    operation: str = ""
    backward: bool = False
    argument: int | None = None
    index: tuple[int, ...] = ()
    value: Any = None
    line: SourceLine | None = None
    step: str | None = None


class detect_anomaly(_Switch):
    """Raise where a NaN or an infinity first appears, in forward or in backward.

    A context manager, or a decorator; it belongs to the thread, or asyncio task, that enters it.

    In forward, operations that carry a gradient are looked at.  A NaN is always an error.  An infinity is one where
    all arguments were finite: one that you have put there, such as a mask of -inf, may go on.  In backward neither
    may come out of a rule, out of adding gradients up, or out of a hook.  Inside, each node also knows its line, so
    that other errors of backward tell it (`autograd_lite.source_lines`).  Parameters are looked at after each step of
    an optimizer.  Of a value inside `func.vmap` the first axis
    is that of the batch.

    Args:
        check_nan: look for NaN and infinities; False only notes lines.
        check_inf: look for infinities too; False for NaN alone.

    Raises:
        AnomalyError: (inside the block) a value is not finite.

    >>> import numpy as np, autograd_lite as ag
    >>> x = ag.Tensor([4.0, 0.0], requires_grad=True)
    >>> with ag.detect_anomaly(), np.errstate(divide="ignore"):
    ...     y = np.sqrt(x).sum()
    ...     y.backward()
    Traceback (most recent call last):
    autograd_lite.anomaly.AnomalyError: backward through sqrt gave for its argument 0: inf at [1] of float32[2], ...
    """

    def __init__(self, check_nan: bool = True, *, check_inf: bool = True) -> None:
        super().__init__()
        self.check_nan = bool(check_nan)
        self.check_inf = bool(check_inf)

    def _changed(self, mode: Mode) -> Mode:
        return mode.with_examiner(Examiner(NAN - self.check_inf) if self.check_nan else None)

    def _again(self) -> detect_anomaly:
        return detect_anomaly(self.check_nan, check_inf=self.check_inf)

    def __enter__(self) -> None:
        super().__enter__()
        source_lines().__enter__()

    def __exit__(self, *exception: object) -> None:
        source_lines().__exit__()
        super().__exit__()


class Examiner:
    """Looks at values for `detect_anomaly`; the engine calls it where a `Mode` has one.

    Args:
        least: INFINITE or NAN, what is bad enough.
    """

    def __init__(self, least: int) -> None:
        self.least = least

    # -- forward

    def examine_call(
        self, primitive: Primitive, ans: Any, args: Sequence[Any], kwargs: dict[str, Any], parents: Sequence[Any]
    ) -> None:
        """Look at what a primitive gave, before it is recorded."""
        badness = badness_of(ans)
        if badness < self.least:
            return
        given = max(map(badness_of, args), default=FINITE)
        if badness == INFINITE and given != FINITE:
            return
        line = next(iter(lines_above(sys._getframe(1))), None)
        inherited = given == badness
        array, index = first_bad(ans, badness)
        report = [f"{primitive.name} gave {located(array, index)}"]
        if inherited:
            report[0] += f"; the {word(badness)} was in what it was given"
        if line is not None:
            report.append(f"at {line}")
        report += argument_lines(args, parents, index if primitive.kind == "elementwise" else None, np.shape(array))
        error = AnomalyError()
        if isinstance(primitive, Fused) and not inherited:
            step = self._failing_step(primitive, args, kwargs)
            error.step = None if step is None else step.operation
            report.append(_of_reference(step))
        error.operation, error.index, error.value, error.line = primitive.name, index, array[index], line
        error.args = ("\n  ".join(report),)
        raise error

    def _failing_step(self, primitive: Fused, args: Sequence[Any], kwargs: dict[str, Any]) -> AnomalyError | None:
        """What goes wrong when the reference runs instead of the kernel."""
        tensors = [
            wrap(x, leaf(x.shape, x.dtype)) if isinstance(x, (ndarray, np.generic)) and x.dtype.kind in "fc" else x
            for x in args
        ]
        token = _mode.set(Mode(True, False, current().run, self))
        try:
            with np.errstate(all="ignore"):
                primitive.reference(*tensors, **kwargs)
        except AnomalyError as error:
            return error
        finally:
            _mode.reset(token)
        return None

    def examine_update(self, doing: str, params: Iterable[Any]) -> None:
        """Look at parameters that an optimizer has moved."""
        for i, param in enumerate(params):
            badness = badness_of(param)
            if badness >= self.least:
                array, index = first_bad(param, badness)
                line = next(iter(lines_above(sys._getframe(1))), None)
                name = repr(param.name) if param.name else f"number {i}"
                text = f"{doing} gave for the parameter {name}: {located(array, index)}"
                error = AnomalyError(text if line is None else f"{text}\n  at {line}")
                error.operation, error.index, error.value, error.line = doing, index, array[index], line
                raise error

    # -- backward

    def sweep(self, outputs: Sequence[Node], cotangents: Sequence[Any], **options: Any) -> list[Any]:
        """A backward sweep that is looked at; what its rules record on the way is not looked at as forward."""
        for node, g in zip(outputs, cotangents, strict=True):
            if badness_of(g) >= self.least:
                self._refuse(node, g, f"the gradient given to backward() for {named(node)} has", [])
        return self._sweep(outputs, cotangents, **options)

    def _sweep(self, outputs: Sequence[Node], cotangents: Sequence[Any], **options: Any) -> list[Any]:
        token = _mode.set(current().with_examiner(None))
        try:
            return pullback(outputs, cotangents, examiner=self, **options)
        finally:
            _mode.reset(token)

    def examine_arrival(self, node: Node, g: Any) -> None:
        """Look at all that has arrived at a node; each part of it was finite."""
        if badness_of(g) >= self.least:
            self._refuse(node, g, f"backward: the gradients that arrive at {named(node)} add up to", [
                "each of them was finite: they overflow when added (or to what .grad held), or a hook has changed them"
            ])  # fmt: skip

    def examine_step(self, node: Node, position: int, g: Any, saved: Sequence[Any], d: Any) -> None:
        """Look at the cotangent `d` that the rule of a node gave for one argument, out of a finite `g`."""
        if badness_of(d) < self.least:
            return
        primitive = node.primitive
        assert primitive is not None
        array, index = first_bad(d, badness_of(d))
        report = [f"what arrived was {summary(array)}" for array in arrays_of(g)]
        report += argument_lines(saved[1:], (None,) * len(node.parents), index, np.shape(array))
        if not isinstance(primitive, Fused):  # whose kernel keeps something else there
            report += [f"its answer was {text}" for text in summaries(saved[0], index, np.shape(array))]
        step = None
        if isinstance(primitive, Fused):
            step = self._failing_step_back(primitive, node, saved, g)
            report.append(_of_reference(step))
        start = f"backward through {primitive.name} gave"
        self._refuse(node, d, start, report, position, None if step is None else step.operation)

    def _failing_step_back(self, primitive: Fused, node: Node, saved: Any, g: Any) -> AnomalyError | None:
        """What goes wrong when backward goes through the reference instead of the kernel."""
        token = _mode.set(Mode(True, False, current().run, None))
        try:
            with np.errstate(all="ignore"):
                recorded_together(primitive, node, saved, node.kwargs or {}, g, node.parents, False, self)
        except AnomalyError as error:
            return error
        finally:
            _mode.reset(token)
        return None

    def _refuse(
        self,
        node: Node,
        g: Any,
        start: str,
        report: Sequence[str],
        position: int | None = None,
        step: str | None = None,
        *,
        backward: bool = True,
    ) -> None:
        array, index = first_bad(g, badness_of(g))
        what = "" if position is None else f"for its argument {position}: "
        line = line_of(node)
        place = f"{node.name} was recorded at {line}" if line else f"{node.name} was recorded outside of detect_anomaly"
        error = AnomalyError(
            "\n  ".join([f"{start} {what}{located(array, index)}", *([place] if node.primitive else []), *report])
        )
        error.operation, error.backward, error.argument = node.name, backward, position
        error.index, error.value, error.line, error.step = index, array[index], line, step
        raise error

    # -- forward mode

    def push(self, outputs: Sequence[Node], inputs: Sequence[Node], tangents: Sequence[Any], **options: Any) -> Any:
        """A forward sweep that is looked at."""
        for node, v in zip(inputs, tangents, strict=True):
            if badness_of(v) >= self.least:
                self._refuse(node, v, f"the tangent given for {named(node)} has", [], backward=False)
        token = _mode.set(current().with_examiner(None))
        try:
            return pushforward(outputs, inputs, tangents, examiner=self, **options)
        finally:
            _mode.reset(token)

    def examine_tangent(self, node: Node, tangents: Sequence[Any], saved: Sequence[Any], v: Any) -> None:
        """Look at the tangent `v` of a node, which its rules gave out of finite ones."""
        if badness_of(v) >= self.least:
            array, index = first_bad(v, badness_of(v))
            report = [
                f"the tangent of its argument {i} was {summary(a)}"
                for i, t in enumerate(tangents)
                for a in arrays_of(t)
            ]
            report += argument_lines(saved[1:], (None,) * len(node.parents), index, np.shape(array))
            self._refuse(node, v, f"forward mode through {node.name} gave", report, backward=False)


def _of_reference(step: AnomalyError | None) -> str:
    if step is None:
        return "with fusion off its reference gives finite numbers: the kernel goes further than its dtype allows"
    first = str(step).partition("\n")[0]
    return f"with fusion off, the step of its reference that does it: {first}"
