"""What of a graph a picture shows: modules open to some depth, and repeated blocks once.

    View.of(graph, depth=1)              # the outermost modules are open, those in them are boxes
    View.of(graph, fold=True)            # twelve equal blocks, one after the other, are one: "0 to 11: Block x12"

A View is plain data, as the graph is: the text formats (DOT, Mermaid, the tree) draw nothing but what it has.
"""

from __future__ import annotations

from dataclasses import dataclass

from .folding import Folding
from .model import Array, Call, Graph, Node


@dataclass(frozen=True, slots=True)
class Box:
    """A node, or a call of a module that is closed and stands for all that is inside.

    Attributes:
        id: of the node or the call.
        node, call: the one or the other.
        within: the id of the innermost cluster around it, if any.
        times: of a closed call, how many equal ones it stands for.
        last: of several, the last one.
        operations, parameters: of a closed call, how many operations, and how many numbers to be learned.
        values: what it gives; of a closed call, what its last operation gives.
    """

    id: str
    node: Node | None
    call: Call | None
    within: str | None
    values: tuple[Array, ...]
    times: int = 1
    last: Call | None = None
    operations: int = 0
    parameters: int = 0

    @property
    def title(self) -> str:
        """What to call it."""
        return self.node.title if self.node is not None else title_of(self.call, self.last, self.times)

    @property
    def marked(self) -> bool:
        """Whether something is wrong with it."""
        return self.node is not None and self.node.mark is not None


@dataclass(frozen=True, slots=True)
class Cluster:
    """A call of a module that is open: a frame around what is inside.

    Attributes:
        call: the call.
        times: how many equal ones it stands for.
        last: of several, the last one.
    """

    call: Call
    times: int = 1
    last: Call | None = None

    @property
    def title(self) -> str:
        """What to call it."""
        return title_of(self.call, self.last, self.times)


@dataclass(frozen=True, slots=True)
class Link:
    """Values that go from one box to another.

    Attributes:
        source, target: ids of boxes.
        count: how many arguments it stands for.
        gradient: whether a cotangent comes back along it.
        flow: the norm of that cotangent, if it is one and known.
    """

    source: str
    target: str
    count: int
    gradient: bool
    flow: float | None


@dataclass(frozen=True, slots=True)
class View:
    """What is shown of a graph: `boxes` and `links` oldest first, `clusters` the outer before the inner."""

    boxes: tuple[Box, ...]
    clusters: tuple[Cluster, ...]
    links: tuple[Link, ...]

    @classmethod
    def of(cls, graph: Graph, *, depth: int | None = None, fold: bool = False) -> View:
        """The view of a graph.

        Args:
            graph: what to show.
            depth: how many levels of modules are open; None for all, 0 for none.
            fold: show calls that repeat once; see `folding`.

        Raises:
            TypeError: depth is no integer.
            ValueError: depth is negative.
        """
        if depth is not None and not hasattr(depth, "__index__"):
            raise TypeError(f"depth must be None or an int, how many levels of modules are open, not {depth!r}")
        if depth is not None and depth < 0:
            raise ValueError(f"depth must be None or at least 0, not {depth}")
        return _Showing(graph, depth, fold).view()


def title_of(call: Call | None, last: Call | None, times: int) -> str:
    """The name and class of a call; of several that are folded, the names of the first and the last, and how many."""
    assert call is not None
    if last is None:
        return call.title
    name = f"{call.name} to {last.name}: " if call.name and last.name and call.name != last.name else ""
    return f"{name or (f'{call.name}: ' if call.name else '')}{call.kind} x{times}"


class _Showing:
    """How calls are shown: open, closed, or not at all because an equal one stands for them."""

    def __init__(self, graph: Graph, depth: int | None, fold: bool) -> None:
        self.graph = graph
        self.folding = Folding(graph) if fold and graph.calls else None
        self.runs = self.folding.runs if self.folding else {}
        self.shown_by = {id: run[0] for run in self.runs.values() for id in run[1:]}  # the others, by the first
        self.calls = {call.id: call for call in graph.calls}
        self.closed: dict[str, str] = {}  # a call that is closed, or in a closed one, by that one
        self.first: dict[str, int] = {}  # of each closed call, the number of its first operation
        self.hidden: dict[str, str] = {}  # a call that is folded away, or in such a one, by the outermost such one
        levels: dict[str | None, int] = {None: -1}
        for call in graph.calls:  # outer ones come first
            level = levels[call.id] = levels[call.outer] + 1
            if call.outer in self.hidden:
                self.hidden[call.id] = self.hidden[call.outer]
            elif call.outer in self.closed:
                self.closed[call.id] = self.closed[call.outer]
            elif call.id in self.shown_by:
                self.hidden[call.id] = call.id
            elif depth is not None and level >= depth:
                self.closed[call.id] = call.id

    def view(self) -> View:
        """The view."""
        inside = self._totals()
        boxes: dict[str, Box] = {}
        for node in self.graph.nodes:
            if node.call is None or node.call not in self.hidden:
                closed = self.closed.get(node.call or "")
                if closed is None:
                    boxes[node.id] = Box(node.id, node, None, node.call, node.values)
                elif closed not in boxes:
                    call, (times, last) = self.calls[closed], self._times(closed)
                    values, operations, parameters = inside[closed]
                    boxes[closed] = Box(closed, None, call, call.outer, values, times, last, operations, parameters)
        clusters = tuple(
            Cluster(call, *self._times(call.id))
            for call in self.graph.calls
            if call.id not in self.hidden and call.id not in self.closed
        )
        return View(tuple(sorted(boxes.values(), key=self._place)), clusters, self._links())

    def _place(self, box: Box) -> int:
        """Where a box stands among the others: a closed module where its first operation is, not its parameters."""
        return int(box.id[1:]) if box.node is not None else self.first.get(box.id, 0)

    def _times(self, call: str) -> tuple[int, Call | None]:
        run = self.runs.get(call)
        return (1, None) if run is None else (len(run), self.calls[run[-1]])

    def _totals(self) -> dict[str, tuple[tuple[Array, ...], int, int]]:
        """Of each closed call: what its last operation gives, the operations, the parameters."""
        totals: dict[str, tuple[tuple[Array, ...], int, int]] = {}
        for node in self.graph.nodes:
            closed = self.closed.get(node.call or "")
            if closed is not None:
                values, operations, parameters = totals.get(closed, ((), 0, 0))
                if node.kind == "op":
                    self.first.setdefault(closed, int(node.id[1:]))
                    values, operations = node.values, operations + 1
                elif node.kind == "parameter":
                    parameters += sum(_size(value) for value in node.values)
                totals[closed] = values, operations, parameters
        return totals

    def _shown(self, node: Node) -> str | None:
        """The box that shows a node; None for a leaf that is folded away."""
        while node.call is not None and node.call in self.hidden:
            if node.kind != "op" or self.folding is None:
                return None
            hidden = self.hidden[node.call]
            node = self.folding.counterpart(node, hidden, self.shown_by[hidden])
        return self.closed.get(node.call or "") or node.id

    def _links(self) -> tuple[Link, ...]:
        links: dict[tuple[str, str], Link] = {}
        for node in self.graph.nodes:
            if node.call is not None and node.call in self.hidden:
                continue
            target = self._shown(node)
            for position, argument in enumerate(node.arguments):
                if argument is None or target is None:
                    continue
                source = self._shown(self.graph[argument])
                if source is None or source == target:
                    continue
                gradient = self.graph[argument].kind != "constant" and node.mark != "failed"
                flow = node.flows[position] if position < len(node.flows) else None
                before = links.get((source, target))
                if before is None:
                    links[source, target] = Link(source, target, 1, gradient, flow)
                else:
                    both = before.gradient or gradient
                    links[source, target] = Link(source, target, before.count + 1, both, None)
        return tuple(links.values())


def _size(value: Array) -> int:
    size = 1
    for length in value.shape:
        size *= length
    return size
