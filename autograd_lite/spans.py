"""Spans: which call of which module gave a value, for pictures that draw modules as boxes."""

from __future__ import annotations

from typing import Any
from weakref import ref

from .changes import next_order
from .primitive import Traced


def mark_call(module: Any, start: int, output: Any) -> None:
    """Mark the Tensors that a call of `module`, begun at order `start`, has given (and recorded)."""
    if isinstance(output, Traced):
        node = output._node
        if node is not None and node.order < start:  # made inside: not an argument handed on, nor a parameter
            node.span = (start, next_order(), type(module).__name__, ref(module), node.span)
    elif isinstance(output, (tuple, list)):
        for part in output:
            mark_call(module, start, part)
    elif isinstance(output, dict):
        mark_call(module, start, list(output.values()))
