"""`details`: note more of what is recorded than backward needs, for pictures to show.

    with ag.graph.details():
        loss = criterion(model(x), y)
        loss.backward()
    ag.show(loss)

Inside the block each operation notes the line of the user's program, the variable that its value is assigned to, its
other arguments, the statistics of its value and of its cotangent, and how long it takes.  That costs many times what
the operation does; outside of the block nothing is paid.  The notes go with the graph.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextvars import ContextVar
from time import perf_counter
from typing import Any

import numpy as np

from ..mode import Mode, _Switch, current
from ..onlooking import Onlooker, looking
from ..primitive import Fused, Primitive
from ..source_lines import source_lines, users_frames
from ..sweeps import pullback
from ..tape import Node, record
from .notes import Details, noted, options_of
from .statistics import statistics_of_value
from .sweeping import IGNORING, Sweep


class details(_Switch):
    """Note inside a `with` block, or a decorated function, what pictures of the graph show beyond its structure.

    How long an operation takes is measured by running its NumPy once more on the same arrays, where that can do no
    harm: not for functions of the user's own, nor inside of `vmap`.  Of blocks inside each other the innermost counts.

    Args:
        values: whether to work out the statistics of values and cotangents, which is most of the cost.

    >>> import autograd_lite as ag
    >>> x = ag.Tensor([1.0, 2.0], requires_grad=True, name="x")
    >>> with ag.graph.details():
    ...     loss = (x * x).sum()
    ...     loss.backward()
    >>> product = ag.graph.Graph.of(loss).nodes[1]
    >>> product.line.expression, product.value.max, product.gradient.mean
    ('x * x', 4.0, 1.0)
    """

    def __init__(self, *, values: bool = True) -> None:
        super().__init__()
        self.values = bool(values)
        self._open: ContextVar[tuple[tuple[Recorder, source_lines], ...]] = ContextVar("details", default=())

    def _changed(self, mode: Mode) -> Mode:
        return mode.with_examiner(self._open.get()[-1][0])

    def _again(self) -> details:
        return details(values=self.values)

    def __enter__(self) -> None:
        recorder = Recorder(self.values)
        lines = source_lines(recorder.note)
        self._open.set((*self._open.get(), (recorder, lines)))
        super().__enter__()
        lines.__enter__()

    def __exit__(self, *exception: object) -> None:
        *before, (_, lines) = self._open.get()
        lines.__exit__()
        super().__exit__()
        self._open.set(tuple(before))


class Recorder(Onlooker):
    """Notes what is recorded, and what is swept, in `noted`.

    Args:
        values: whether with statistics.
        sweeping: whether this one looks on from inside of a sweep: there, sweeps are parts of it.
    """

    def __init__(self, values: bool, *, sweeping: bool = False) -> None:
        super().__init__()
        self.values = values
        self.sweeping = sweeping
        self.coming: tuple[Primitive | None, Details] = (None, Details())  # what is known of the node to be made next

    def examine_call(
        self, primitive: Primitive, ans: Any, args: Sequence[Any], kwargs: dict[str, Any], parents: Sequence[Any]
    ) -> None:
        """Keep in mind what is known of a call until its node is made."""
        super().examine_call(primitive, ans, args, kwargs, parents)
        about = Details()
        about.options = options_of(primitive, args, kwargs, parents)
        about.forward_seconds = _seconds_of(primitive, args, kwargs)
        self.coming = (primitive, about)
        for node, array in zip(parents, args, strict=True):
            if node is not None and node.primitive is None and (node not in noted or noted[node].value is None):
                noted[node] = self._with_value(noted.get(node, Details()), array)

    def note(self, node: Node, frame: Any) -> None:
        """A node is being made by the tape, of the call that was announced, or of something else."""
        tape = frame if frame.f_code is record.__code__ else frame.f_back  # others may be called with each node too
        made = tape.f_locals if tape.f_code is record.__code__ else {}
        primitive = made.get("primitive")
        announced, about = self.coming
        if primitive is None or primitive is not announced:
            about = Details()
        else:
            self.coming = (None, about)
        if primitive is not None and not primitive.many:
            self._with_value(about, made["ans"])
        users = next(users_frames(frame), None)
        if users is not None:
            about.code, about.instruction, about.number = users.f_code, users.f_lasti, users.f_lineno
        noted[node] = about

    def _with_value(self, about: Details, array: Any) -> Details:
        if self.values:
            about.value = statistics_of_value(array)
        return about

    def sweep(self, outputs: Sequence[Node], cotangents: Sequence[Any], **options: Any) -> list[Any]:
        """A backward sweep that is noted; so is what its rules record, if they do."""
        if self.sweeping:
            return pullback(outputs, cotangents, examiner=IGNORING, **options)
        sweep = Sweep(noted, self.values, self.next)
        with looking(Recorder(self.values, sweeping=True)) as inside:
            inside.next = None
            with source_lines(inside.note):
                found = pullback(outputs, cotangents, examiner=sweep, **options)
        sweep.finish()
        return found


_OURS = ("numpy", "scipy", "autograd_lite.")
_NOT_TIMED = {"output", "alias", "backward_hooks", "enter", "vmap", "checkpoint"}


def _seconds_of(primitive: Primitive, args: Sequence[Any], kwargs: dict[str, Any]) -> float | None:
    home = getattr(primitive.function, "__module__", None) or "numpy"  # a ufunc has none
    if current().run is not None or not home.startswith(_OURS) or primitive.name in _NOT_TIMED:
        return None
    run = primitive.kernel.forward if isinstance(primitive, Fused) else primitive.raw
    with np.errstate(all="ignore"):  # what there was to say has been said
        start = perf_counter()
        run(*args, **kwargs)
        return perf_counter() - start
