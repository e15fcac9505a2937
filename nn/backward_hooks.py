"""What backward calls for one call of a module: an operation before it, and one after it, that do nothing forward.

    call = BackwardCall(module, before, after)
    args = call.enter(args)                   # backward comes here last
    output = call.leave(module.forward(*args))       # and here first

Both are identities of several arrays at once, so that the gradients of all outputs (of all arguments) are there
together when the hooks are called; and arguments that are used elsewhere too have the part that flows through here.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from threading import get_ident
from typing import Any

import numpy as np

from autograd_lite.errors import describe
from autograd_lite.handles import Hook
from autograd_lite.hooks import as_cotangent, as_gradient, recording, replaced
from autograd_lite.mode import current
from autograd_lite.primitive import Traced, general
from autograd_lite.several import Bundle, StandIn, record_many
from autograd_lite.tape import wrap
from autograd_lite.tensor import Tensor


class BackwardCall:
    """One call of a module with hooks on its backward.

    Args:
        module: it is kept alive by what is recorded, since the hooks are given it.
        before, after: its hooks, by number; those that are removed later on are not called any more.
    """

    def __init__(self, module: Any, before: Mapping[int, Hook], after: Mapping[int, Hook]) -> None:
        self.module = module
        self.before, self.after = before, after
        self.numbers = {*before, *after}
        self.nothing: tuple[None, ...] = ()
        self.entered = False
        self.given: dict[int, tuple[Any, ...]] = {}  # by thread: the gradients of the outputs that have arrived

    def enter(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """The arguments of the module, behind an operation of their own."""
        self.nothing = (None,) * len(args)
        if not any(_flows(arg) for arg in args) or not current().recording:
            return args
        self.entered = True
        return _Passage(args, self._arguments_reached, zeros=True).through(args)

    def leave(self, output: Any) -> Any:
        """The output of the module, behind an operation of its own."""
        if not current().recording:
            return output
        if not isinstance(output, (Traced, tuple)):
            warnings.warn(
                f"hooks on the backward of a module are called if it gives a Tensor or a tuple of Tensors, and "
                f"{type(self.module).__name__} has given {describe(output)}",
                stacklevel=4,
            )
            return output
        parts = output if isinstance(output, tuple) else (output,)
        if not any(_flows(part) for part in parts):
            return output
        passed = _Passage(parts, self._outputs_reached, zeros=False).through(parts)
        if not isinstance(output, tuple):
            return passed[0]
        return type(output)._make(passed) if hasattr(output, "_make") else passed

    def _hooks(self, registered: Mapping[int, Hook]) -> list[Hook]:
        return [hook for number, hook in registered.items() if number in self.numbers]

    def _outputs_reached(self, grad_output: tuple[Any, ...]) -> tuple[Any, ...]:
        for hook in self._hooks(self.before):
            grad_output = _replaced(grad_output, hook(self.module, grad_output), "a full backward pre-hook")
        if self.entered:
            self.given[get_ident()] = grad_output
            return grad_output
        for hook in self._hooks(self.after):
            answer = hook(self.module, self.nothing, grad_output)
            if answer is not None and any(g is not None for g in _as_tuple(answer)):
                raise RuntimeError(
                    f"a full backward hook on {type(self.module).__name__} returned a gradient where no argument "
                    "requires one; return None"
                )
        return grad_output

    def _arguments_reached(self, grad_input: tuple[Any, ...]) -> tuple[Any, ...]:
        grad_output = self.given.pop(get_ident(), None)
        if grad_output is None:
            raise RuntimeError(
                f"a gradient flows to the arguments of {type(self.module).__name__}, which has a full backward hook, "
                "but none to its output: what it computes leaves it in some other way; return it from forward()"
            )
        for hook in self._hooks(self.after):
            answer = hook(self.module, grad_input, grad_output)
            grad_input = _replaced(grad_input, answer, "a full backward hook")
        return grad_input


class _Passage:
    """A place in the graph through which several values go.

    Args:
        values: those that may go through; the Tensors that require gradients do.
        reached: called by backward with a tuple of gradients, one for each of `values`; gives those that flow on.
        zeros: give zeros for Tensors to which nothing flows, and not None.
    """

    def __init__(self, values: Sequence[Any], reached: Callable[[tuple[Any, ...]], tuple[Any, ...]], zeros: bool):
        self.going = [i for i, value in enumerate(values) if _flows(value)]
        self.reached = reached
        self.zeros: list[StandIn | None] = [
            StandIn(value.shape, value.dtype) if zeros and _may_flow(value) else None for value in values
        ]

    def through(self, values: Sequence[Any]) -> tuple[Any, ...]:
        """The values, those that go through behind a node of their own."""
        parents = tuple([values[i]._node for i in self.going])
        answers = [values[i]._data for i in self.going]
        passed = record_many(PASSAGE, answers, (None, *parents), parents, {"passage": self})
        everything = list(values)
        for i, tensor in zip(self.going, passed, strict=True):
            everything[i] = tensor
        return tuple(everything)

    def back(self, bundle: Bundle) -> list[Any]:
        """The cotangents that flow on, of those that have arrived."""
        recorded = any(isinstance(g, Traced) and g._data is not g for g in bundle.parts.values())
        with recording(recorded):
            gradients = [None if spec is None else wrap(np.zeros(spec.shape, spec.dtype), None) for spec in self.zeros]
            for place, g in bundle.parts.items():
                gradients[self.going[place]] = as_gradient(g, bundle.shape[place].dtype)
            found = self.reached(tuple(gradients))
            cotangents = []
            for i, spec in zip(self.going, bundle.shape, strict=True):
                gradient = found[i] if found[i] is not None else wrap(np.zeros(spec.shape, spec.dtype), None)
                cotangents.append(as_cotangent(gradient, spec.dtype, recorded))
        return cotangents


def _passage(*values: Any, passage: _Passage) -> list[Any]:  # noqa: ARG001  # what stands in the graph
    return list(values)


def _forward_through(tangents: Sequence[Any], saved: Sequence[Any], _kwargs: dict[str, Any]) -> list[Any]:
    """Forward mode: the tangents go through as they are."""
    return [np.zeros(of.shape, of.dtype) if v is None else v for v, of in zip(tangents, saved[1:], strict=True)]


_passage.__name__ = "backward_hooks"
PASSAGE = general(
    _passage,
    joint=lambda g, _ans, *_values, passage: passage.back(g),
    jvps=(),
    many=True,
    math="the identity; backward, what the hooks of a module make of the gradients",
)
PASSAGE.jvp = _forward_through


def _flows(value: Any) -> bool:
    return isinstance(value, Traced) and value._node is not None


def _may_flow(value: Any) -> bool:
    return isinstance(value, Tensor) and value.dtype.kind in "fc"


def _as_tuple(answer: Any) -> tuple[Any, ...]:
    return answer if isinstance(answer, tuple) else (answer,)


def _replaced(gradients: tuple[Any, ...], answer: Any, what: str) -> tuple[Any, ...]:
    """The gradients that take the place of `gradients`: what a hook has returned, if that is not None."""
    if answer is None:
        return gradients
    new = _as_tuple(answer)
    if len(new) != len(gradients):
        raise RuntimeError(f"{what} returned {len(new)} gradients in the place of {len(gradients)}")
    for i, (old, given) in enumerate(zip(gradients, new, strict=True)):
        if old is None and given is not None:
            raise RuntimeError(f"{what} returned a gradient in place {i}, where it was given None; return None there")
    return tuple([None if b is None else replaced(a, b, what) for a, b in zip(gradients, new, strict=True)])
