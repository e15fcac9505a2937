"""A call of a primitive, from beginning to end: take the arrays out of the arguments, run NumPy, record."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from operator import attrgetter
from typing import Any

import numpy as np
from numpy import ndarray

from .changes import can_change
from .data import listed
from .errors import explain, refuse_foreign
from .mode import current
from .ops.words import plain_array
from .primitive import Fused, Primitive, Traced
from .several import StandIn, record_many
from .tape import Node, record, wrap

_node_of = attrgetter("_node")
_NEVER_AS_IT_IS = (Traced, list, ndarray)
"""Keyword arguments that are taken apart or copied."""


def apply(primitive: Primitive, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Run a primitive on Tensors and anything NumPy takes; record it if a gradient can flow through."""
    if isinstance(primitive, Fused):
        raw_args = tuple([arg._data if isinstance(arg, Traced) else arg for arg in args])
        return apply_fused(primitive, args, raw_args, kwargs)
    mode, flows = current(), primitive.flows
    raw: list[Any] = []
    parents: list[Node | None] = []
    needed = 0
    foreign = False  # whether an ndarray of the user's own is among the arguments
    for position, arg in enumerate(args):
        node = None
        if isinstance(arg, Traced):
            node = arg._node
            arg = arg._data
            if node is not None:
                if flows >> position & 1:
                    needed |= 1 << position
                else:
                    node = None
        elif isinstance(arg, ndarray):
            foreign = True
            if type(arg) is not ndarray:
                refuse_foreign(arg)
        elif isinstance(arg, list):
            arg = listed(arg, *args)
        raw.append(arg)
        parents.append(node)
    recording = mode.recording and needed
    if kwargs:
        kwargs = _plain_keywords(primitive, kwargs, recording)
    try:
        ans = primitive.raw(*raw, **kwargs) if mode.run is None else mode.run(primitive, raw, kwargs)
    except Exception as error:
        raise explain(primitive.name, args, kwargs, error) from error
    if not recording:
        return [wrap(part, None) for part in ans] if primitive.many else wrap(ans, None)
    stand_ins = parents if primitive.joint is None else _stand_ins(parents, raw)
    saved = primitive.keepers[needed | 1 << len(args)]((None, ans, *raw, *stand_ins))
    if mode.examiner is not None:
        mode.examiner.examine_call(primitive, ans, raw, kwargs, parents)
    if foreign:
        saved = protect(saved, args)
    if primitive.many:
        return record_many(primitive, ans, saved, tuple(parents), kwargs or None)
    return record(primitive, ans, saved, tuple(parents), kwargs or None)


def apply_fused(fused: Fused, args: tuple[Any, ...], raw: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """The same for a fused operation: its kernel, or, with fusion switched off, its reference.

    `raw` are the arguments with the arrays of Tensors.  All are kept, since higher derivatives will run the
    reference on them.
    """
    mode = current()
    if not mode.fusing or (mode.run is not None and any(isinstance(x, Traced) for x in raw)):
        answer = fused.reference(*args, **kwargs)
        return answer if isinstance(answer, Traced) else wrap(answer, None)
    try:
        ans, residual = fused.kernel.forward(*raw, **kwargs)
    except Exception as error:
        raise explain(fused.name, args, kwargs, error) from error
    if not mode.recording:
        return wrap(ans, None)
    foreign = False
    try:
        # Not tuple(...): made of an iterator it is not taken from the store to which Python returns it when it goes.
        parents = (*map(_node_of, args),)
    except AttributeError:  # not all are Tensors, as they are in the usual case
        parents = tuple([arg._node if isinstance(arg, Traced) else None for arg in args])
        foreign = True
    if not any(parents):
        return wrap(ans, None)
    saved = (residual, *raw)
    if mode.examiner is not None:
        mode.examiner.examine_call(fused, ans, raw, kwargs, parents)
    if foreign:
        saved = protect(saved, args)
    return record(fused, ans, saved, parents, kwargs)


def _plain_keywords(primitive: Primitive, kwargs: dict[str, Any], recording: object) -> dict[str, Any]:
    """Keyword arguments with the arrays of Tensors; no gradient flows to them, so none may ask for one."""
    if isinstance(primitive.raw, np.ufunc):
        raise TypeError(
            f"{primitive.name} of a Tensor takes no {', '.join(f'{name}=' for name in kwargs)}; "
            f"np.{primitive.name} takes those of NumPy's keywords that have a meaning here"
        )
    for value in kwargs.values():
        if isinstance(value, _NEVER_AS_IT_IS):
            break
    else:  # as usual
        return kwargs
    plain = {}
    for name, value in kwargs.items():
        if isinstance(value, Traced):
            if recording and value._node is not None:
                raise TypeError(f"{primitive.name}: no gradient flows to its argument {name}=; pass {name}.detach()")
            value = value._data
        elif recording and isinstance(value, (list, ndarray)):
            value = deepcopy(value)  # whoever holds it may change it before backward reads it
        plain[name] = value
    return plain


def protect(saved: tuple[Any, ...], args: Sequence[Any]) -> tuple[Any, ...]:
    """Copy the user's own ndarrays that backward will read: they may be changed before it runs."""
    kept = None
    for i, arg in enumerate(args, 1):
        if isinstance(arg, ndarray) and saved[i] is arg and can_change(arg):
            if kept is None:
                kept = list(saved)
            kept[i] = arg.copy()
    return saved if kept is None else tuple(kept)


def _stand_ins(parents: Sequence[Node | None], raw: Sequence[Any]) -> list[Any]:
    arrays = [plain_array(value) if node is None else node for node, value in zip(parents, raw, strict=True)]
    return [a if isinstance(a, Node) else StandIn(a.shape, a.dtype) for a in arrays]
