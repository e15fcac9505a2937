"""What is noted of a backward sweep: the cotangent of each node, what it sends on, and how long its rules take."""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter
from typing import Any

import numpy as np
from numpy import ndarray

from ..nonfinite import arrays_of
from ..sweeps import pullback
from ..tape import Node
from .notes import Details, Notes
from .statistics import norm_of, statistics_of_value


class Ignoring:
    """An examiner of a sweep that looks at nothing."""

    def examine_arrival(self, node: Node, g: Any) -> None:
        """All has arrived at a node."""

    def examine_step(self, node: Node, position: int, g: Any, saved: Sequence[Any], d: Any) -> None:
        """A rule has given the cotangent of one argument."""


IGNORING = Ignoring()


class Sweep:
    """An examiner that `pullback` calls; when the sweep is over, call `finish`.

    Args:
        notes: where to note; what an earlier sweep left there for the same nodes is replaced.
        values: whether with statistics of the cotangents.
        next: another examiner, who goes on looking.
    """

    def __init__(self, notes: Notes, values: bool, next: Any = None) -> None:
        self.notes = notes
        self.values = values
        self.next = next if hasattr(next, "examine_arrival") else None
        self.since = 0.0
        self.totals: dict[Node, ndarray[Any, Any]] = {}  # of leaves, which add up by themselves

    def examine_arrival(self, node: Node, g: Any) -> None:
        """All has arrived at a node: its rules are run next."""
        if self.next is not None:
            self.next.examine_arrival(node, g)
        about = self._about(node)
        if node.primitive is None:  # also told, with what earlier sweeps have left in .grad, while rules are running
            hooked = node.watch is not None and node.watch.hooks is not None  # then here is what hooks made of it all
            if hooked:
                self.totals.pop(node, None)
            if self.values and node not in self.totals:
                about.gradient = statistics_of_value(g)
            return
        about.flows = {}
        about.backward_seconds = 0.0
        if self.values:
            about.gradient = statistics_of_value(g)
        self.since = perf_counter()

    def examine_step(self, node: Node, position: int, g: Any, saved: Sequence[Any], d: Any) -> None:
        """A rule of the node has given the cotangent of one argument."""
        now = perf_counter()
        if self.next is not None:
            self.next.examine_step(node, position, g, saved, d)
        about = self._about(node)
        about.backward_seconds = (about.backward_seconds or 0.0) + now - self.since
        if self.values:
            about.flows[position] = norm_of(arrays_of(d))
            parent = node.parents[position]
            if parent is not None and parent.primitive is None:
                for array in arrays_of(d):
                    if parent in self.totals:
                        self.totals[parent] += array
                    else:
                        self.totals[parent] = np.array(array)
        self.since = perf_counter()

    def finish(self) -> None:
        """Note what the leaves have got."""
        for leaf, total in self.totals.items():
            self._about(leaf).gradient = statistics_of_value(total)

    def _about(self, node: Node) -> Details:
        about = self.notes.get(node)
        if about is None:
            about = self.notes[node] = Details()
        return about


class _Everything:
    """A container of all there is."""

    def __contains__(self, anything: object) -> bool:
        return True


def sweep_for_a_picture(outputs: Sequence[Node], recorded: Sequence[Node], notes: Notes) -> None:
    """Note the cotangents of a sweep from the sum of the outputs, which changes nothing."""
    leaves = [node for node in recorded if node.primitive is None]
    seeds = [np.ones(node.shape, node.dtype) for node in outputs]
    sweep = Sweep(notes, values=True)
    with np.errstate(all="ignore"):  # what there is to say of these numbers, the user's own backward will say
        found = pullback(outputs, seeds, inputs=leaves, retain_graph=True, without_hooks=_Everything(), examiner=sweep)
    sweep.totals = {leaf: g for leaf, g in zip(leaves, found, strict=True) if g is not None}
    sweep.finish()
