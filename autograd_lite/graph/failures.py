"""Which operation an exception comes from: its name and operands, or the node whose rule was running.

    try:
        loss = criterion(model(x), y)
    except ValueError as error:
        ag.draw(error).save("failed.svg")       # the operation is red, with the shapes of what it was given

Nothing is noted in advance for this: the traceback of an exception holds the functions that were running, and these
their arguments.  An `AnomalyError` of `detect_anomaly` is drawn in the same way.
"""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from types import FrameType
from typing import Any, NamedTuple

import numpy as np
from numpy import ndarray

from .. import sweeps, tape
from ..primitive import Traced
from ..trees import flatten


class FailedCall(NamedTuple):
    """An operation that refused what it was given."""

    name: str
    operands: list[Any]


class FailedSweep(NamedTuple):
    """A rule that failed in a backward sweep from `outputs`."""

    node: tape.Node
    outputs: Sequence[tape.Node]


def failure_of(error: BaseException) -> FailedCall | FailedSweep:
    """What was running when an exception was raised.

    Raises:
        TypeError: no operation on Tensors was.
    """
    seen: set[int] = set()
    raised: BaseException | None = error
    while raised is not None and id(raised) not in seen:
        frames, last = _frames_of(raised, seen)
        for frame in frames:
            if frame.f_code is sweeps.pullback.__code__ and frame.f_locals.get("node") is not None:
                return FailedSweep(frame.f_locals["node"], frame.f_locals["outputs"])
        for frame in reversed(frames):
            name, arguments = _call_of(frame)
            operands = [each for each in flatten(arguments)[0] if isinstance(each, (Traced, ndarray, np.generic))]
            if name is not None and any(isinstance(each, Traced) for each in operands):
                return FailedCall(name, operands)
        raised = None if last.__suppress_context__ else last.__context__  # what was being handled
    raise TypeError(f"no operation on Tensors was running when this {type(error).__name__} was raised: {error}")


def _frames_of(error: BaseException, seen: set[int]) -> tuple[list[FrameType], BaseException]:
    """The frames that an exception has passed, and those that what it was raised from has passed; outermost first.

    And the first of these exceptions, which was raised from none.  Those looked at go into `seen`, by their ids.
    """
    frames: list[FrameType] = []
    first = error
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        traceback = cause.__traceback__
        while traceback is not None:
            frames.append(traceback.tb_frame)
            traceback = traceback.tb_next
        first, cause = cause, cause.__cause__
    return frames, first


def _call_of(frame: FrameType) -> tuple[str | None, list[Any]]:
    """The name of the operation that a frame of ours runs, and its arguments; None for any other frame."""
    home = frame.f_globals.get("__name__", "")
    if home.partition(".")[0] != "autograd_lite":
        return None, []
    code, values = frame.f_code, frame.f_locals
    if home == "autograd_lite.numpy_protocol" and code.co_name in ("__array_function__", "__array_ufunc__"):
        function = values.get("func", values.get("ufunc"))
        return getattr(function, "__name__", None), [values.get("args", values.get("inputs")), values.get("kwargs")]
    if home == "autograd_lite.custom.function" and code.co_name == "apply":
        return values["cls"].__name__, [values["args"]]
    if home in ("autograd_lite.calls", "autograd_lite.operators"):
        primitive = values.get("primitive", values.get("fused"))
        names = (
            ("args",) if "args" in values else ("other", "self") if code.co_name == "reflected" else ("self", "other")
        )
        name = getattr(primitive, "name", values.get("name"))  # an operator without a derivative has the name alone
        return name, [values[each] for each in names if each in values]
    layer: Any = values.get("self")
    if code.co_name == "forward" and home.startswith("autograd_lite.nn.layers.") and hasattr(layer, "_parameters"):
        given = [values[name] for name in code.co_varnames[1 : code.co_argcount] if name in values]
        return type(layer).__name__, [*given, *layer._parameters.values()]
    if home != "autograd_lite.methods" and code.co_name not in frame.f_globals.get("__all__", ()):
        return None, []  # a helper on the way to it
    return code.co_name, _given(frame)


def _given(frame: FrameType) -> list[Any]:
    """The arguments of the function that a frame runs, those without names among them."""
    code = frame.f_code
    several = bool(code.co_flags & inspect.CO_VARARGS)
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount + several]
    return [frame.f_locals[name] for name in names if name in frame.f_locals]
