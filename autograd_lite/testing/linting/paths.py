"""Rules about paths from parameters to the loss: missing, cut, or trodden on before backward goes them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ...changes import check_unchanged
from ...errors import describe
from ...graph.scopes import Scope
from ...tensor import Tensor
from .findings import Found
from .walk import Step, View


def no_graph(view: View) -> Iterator[Found]:
    """Nothing was recorded for the loss."""
    if view.loss._node is None:
        yield Found(
            None,
            "the loss has no graph: nothing that requires a gradient went into it, or it was computed in no_grad or "
            "from detached values",
            "compute it from the parameters outside of no_grad, without detach(), .data or .item() on the way",
            "error",
        )


def no_path(view: View) -> Iterator[Found]:
    """A parameter that no path leads from to the loss: its gradient stays None."""
    if view.loss._node is None:
        return
    for name, parameter in view.parameters:
        if parameter._node is None or parameter._node in view.leaves:
            continue
        what = f"the parameter {name}, {describe(parameter)},"
        if (view.trials is not None and id(parameter) in view.trials.hidden) or _as_constant(view, parameter._data):
            yield Found(
                None,
                f"{what} goes into the loss, but by no path that carries a gradient: it is detached on the way",
                "keep to Tensors from the parameter on: no detach(), .data, .item(), no_grad or NumPy arrays made of "
                "it",
                "error",
            )
        else:
            yield Found(
                None,
                f"{what} has no path to the loss: it gets no gradient, and is not trained",
                "use it in the forward pass; if it is not meant to be trained, requires_grad_(False); if only another "
                "loss uses it, ignore=['no-path']",
            )


def _as_constant(view: View, array: Any) -> bool:
    arguments = (step.constant(position) for step in view.steps for position in range(len(step.arguments)))
    same = {_numbers(array), _numbers(array.T)}
    return _telling(array) and any(_telling(argument) and _numbers(argument) in same for argument in arguments)


def detached(view: View) -> Iterator[Found]:
    """A value computed from the parameters comes back as a constant: a branch of the gradient is missing."""
    for step, position, name in _lost(view):
        value = step.argument(position)
        yield Found(
            step,
            f"argument {position} of {step.op}, {describe(value)}, {name}, but is a constant of the graph: the "
            "gradient by this way is missing",
            "drop the detach(), .data, .item() or no_grad that it comes from; if it is meant (a target, a "
            "straight-through estimate), write ag.stop_gradient(x) and lint the function, or ignore=['detached']",
        )


def _lost(view: View) -> Iterator[tuple[Step, int, str]]:
    """Constants that depend on the parameters, and how that is known."""
    if view.trials is not None:
        for step, position in view.trials.lost:
            yield step, position, "changes when the parameters are moved"
        return
    known = {}
    for name, parameter in view.parameters:
        if parameter._node is not None and _telling(parameter._data):  # one that is frozen is a constant by right
            known[_numbers(parameter._data)] = f"is the value of the parameter {name}"
    constants = set()
    for step in view.steps:
        for position in range(len(step.arguments)):
            constant = step.constant(position)
            if _telling(constant):
                says = known.get(_numbers(constant)) or known.get(_numbers(constant.T))
                if says is not None:
                    yield step, position, says
                constants.add(_numbers(constant))
        if step.op and _telling(step.value) and _numbers(step.value) not in constants:  # it is, of data times 1
            known[_numbers(step.value)] = f"is the value of {step.op} ({step.record.id})"


def _telling(value: Any) -> bool:
    """Whether there is enough in it to be recognised: at least two different floating-point numbers."""
    floating = isinstance(value, np.ndarray) and value.dtype.kind in "fc"
    return floating and value.size > 1 and bool((value != value.flat[0]).any())


def _numbers(array: Any) -> tuple[Any, ...]:
    """What two arrays with the same numbers in the same places have in common."""
    return array.dtype, array.shape, hash(array.tobytes())


def gradient_not_zeroed(view: View) -> Iterator[Found]:
    """Gradients of a step before are still there: backward will add to them."""
    nodes = dict.fromkeys([*view.leaves, *(p._node for _, p in view.parameters if p._node is not None)])
    stale = [
        node for node in nodes if node.watch is not None and node.watch.grad is not None and _nonzero(node.watch.grad)
    ]
    if stale:
        names = ", ".join(view.name_of(node) for node in stale[:4]) + (", ..." if len(stale) > 4 else "")
        call = (
            "optimizer.zero_grad()"
            if view.optimizers
            else "model.zero_grad(), or optimizer.zero_grad(),"
            if view.modules
            else "t.grad = None for each of them, or optimizer.zero_grad(),"
        )
        yield Found(
            view.leaves.get(stale[0]),
            f"{len(stale)} of {len(nodes)} leaves still hold a gradient ({names}): backward() will add to it",
            f"call {call} before each backward(); if gradients are accumulated over several batches, "
            "ignore=['gradient-not-zeroed']",
        )


def _nonzero(gradient: Any) -> bool:
    return bool(np.any(np.asarray(getattr(gradient, "data", gradient)) != 0))


def not_in_optimizer(view: View) -> Iterator[Found]:
    """A parameter of the model that gets a gradient, but that no optimizer trains."""
    if view.model is None or not view.optimizers:
        return
    trained = {id(parameter) for parameter in view.optimized}
    for name, parameter in view.model.named_parameters():
        if parameter._node is not None and parameter._node in view.leaves and id(parameter) not in trained:
            yield Found(
                view.leaves[parameter._node],
                f"the parameter {name}, {describe(parameter)}, gets a gradient, but is not in the optimizer: it is "
                "never changed",
                "make the optimizer after the model is complete, or optimizer.add_param_group; freeze what is not to "
                "be trained with requires_grad_(False)",
            )


def unregistered(view: View) -> Iterator[Found]:
    """A module is called, or a Tensor used, inside another that does not know it as its own: it is not trained."""
    told: set[int] = set()
    calls: set[Scope | None] = {None}
    for step in view.steps:
        scope = view.scopes.get(step.node)
        if scope in calls:
            continue
        calls.add(scope)
        chain = list(_around(scope))
        outer = chain[-1]
        inside = {id(module) for module in outer.modules()} if outer is not None else set()
        for module in chain:
            if module is None or outer is None or id(module) in told:
                continue
            told.add(id(module))
            if id(module) not in inside and any(True for _ in module.parameters()):
                yield Found(
                    step,
                    f"{type(outer).__name__} calls a {type(module).__name__} that is none of its modules: parameters() "
                    "does not give that one's parameters to the optimizer",
                    "set it as an attribute of the module; several of them go into an nn.Sequential, not into a list",
                )
            for name, value in vars(module).items():
                leaf = view.leaves.get(value._node) if isinstance(value, Tensor) else None
                if leaf is not None and name not in module._parameters:
                    yield Found(
                        leaf,
                        f"{type(module).__name__}.{name}, {describe(value)}, requires a gradient but is no Parameter: "
                        "parameters() does not give it to the optimizer",
                        f"self.{name} = nn.Parameter(...)",
                    )


def _around(scope: Scope | None) -> Iterator[Any]:
    """The modules of a call and of those around it, outwards; None for one that is gone."""
    while scope is not None:
        yield scope.module()
        scope = scope.outer


def changed_in_place(view: View) -> Iterator[Found]:
    """An array that backward needs was written to since it was recorded."""
    for step in view.steps:
        try:
            check_unchanged(step.node)
        except RuntimeError as error:
            yield Found(
                step,
                str(error).partition(";")[0],
                "call backward() before the optimizer's step, or compute the loss again after it",
                "error",
            )
