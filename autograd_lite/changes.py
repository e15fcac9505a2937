"""The tape's clock, and which arrays have changed since when.

Changing an array that a pending backward needs must give the right gradient or an error.  What writes in place
(an optimizer's step, a gradient that is added to) says so with `note_change`; backward compares one number per
node, and looks closer only at nodes older than the last change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import count
from math import inf
from threading import Lock
from typing import TYPE_CHECKING, Any

from numpy import ndarray

if TYPE_CHECKING:
    from .tape import Node

next_order: Callable[[], int] = count(0, -1).__next__
"""Nodes are numbered downwards, so that the newest is the first to leave a heap of numbers."""

_changes: dict[int, int] = {}  # from the identity of an array that owns memory to when it last changed
_places: dict[int, tuple[int, Any]] = {}  # the same, with the user's line, for changes that were seen by a locator
_locate: Callable[[], Any] | None = None  # gives the user's line; `source_lines` puts it here
_changing = Lock()
last_change: float = inf


def owner(array: Any) -> Any:
    """The array whose memory this one is a view of, or itself."""
    base = array.base
    while base is not None:
        if isinstance(base, ndarray):
            array = base
        elif not hasattr(base, "__array_interface__"):  # a stride trick has a stand-in between the view and its base
            break
        base = getattr(base, "base", None)
    return array


def can_change(array: ndarray[Any, Any]) -> bool:
    """Whether somebody can write to the memory of an array: through it, or through the array it is a view of."""
    owning = owner(array)
    return bool(array.flags.writeable or owning.flags.writeable) or owning.base is not None


def note_change(*arrays: ndarray[Any, Any]) -> None:
    """Say that the memory of these arrays has been written to, so that a pending backward can tell."""
    note_changes([id(owner(array)) for array in arrays])


def note_changes(owners: Iterable[int]) -> None:
    """The same, for the identities of the arrays that own the memory."""
    global last_change
    place = None if _locate is None else _locate()
    with _changing:  # or a slower thread might put an older number over a newer one
        last_change = next_order()
        for owning in owners:
            _changes[owning] = last_change
            if place is not None:
                _places[owning] = last_change, place


def locate_by(locate: Callable[[], Any] | None) -> None:
    """Say what tells the user's line where an array is changed; None for nobody."""
    global _locate
    _locate = locate


def changed_since(array: ndarray[Any, Any], order: int) -> bool:
    """Whether the memory of an array has been written to since the time of that order."""
    return order > _changes.get(id(owner(array)), inf)


def check_unchanged(node: Node) -> None:
    """Raise if memory that `node` saved has been written to since it was recorded.

    An identity in `_changes` may be that of an array long gone whose place was taken by a new one; it
    does no harm, since whatever saved the new one was recorded after that change.
    """
    for position, value in enumerate(node.held or ()):
        if isinstance(value, ndarray) and node.order > _changes.get(id(owner(value)), inf):
            what = "its answer" if position == 0 else f"its argument {position - 1}"
            raise RuntimeError(
                f"backward through {node.name}: {what}, an array of shape {value.shape} and dtype {value.dtype}, was "
                "changed after it was recorded (by an optimizer step, load_state_dict or an in-place update); call "
                f"backward() before changing it, or run the forward pass again{_where(node, id(owner(value)))}"
            )


def _where(node: Node, owning: int) -> str:
    """The lines where a node was recorded and where memory was changed, or how to get them."""
    recorded = recorded_at(node)
    order, place = _places.get(owning, (None, None))
    changed = f"\n  changed at {place}" if order == _changes[owning] else ""
    if recorded and changed:
        return recorded + changed
    return recorded + changed + "\n  run both inside `with ag.detect_anomaly():` to be told the lines of both"


def recorded_at(node: Node) -> str:
    """The end of a message, with the user's line that recorded a node; "" for one that does not know it."""
    lines = getattr(node, "lines", ())
    return f"\n  recorded at {lines[0]}" if lines else ""
