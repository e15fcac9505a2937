"""A graph as a tree for the terminal: modules as branches, operations and parameters as leaves.

print(Graph.of(loss).tree(depth=2, fold=True))
"""

from __future__ import annotations

from .model import Graph, Node
from .text import number, options_of, printable, values_of
from .view import Box, Cluster, View


def to_tree(graph: Graph, *, depth: int | None = None, fold: bool = False) -> str:
    """The text of a tree; see `Graph.tree`."""
    view = View.of(graph, depth=depth, fold=fold)
    sums = _Sums(graph)
    children: dict[str | None, list[tuple[float, Box | Cluster]]] = {}
    for box in view.boxes:
        place = sums.place(box.node) if box.node is not None else sums.first[box.id]
        children.setdefault(box.within, []).append((place, box))
    for cluster in view.clusters:
        children.setdefault(cluster.call.outer, []).append((sums.first[cluster.call.id], cluster))

    rows: list[tuple[str, str, str]] = []
    ordered = {key: [item for _, item in sorted(items, key=lambda pair: pair[0])] for key, items in children.items()}
    top = ordered.get(None, [])
    stack: list[tuple[str, str, Box | Cluster]] = [("", "", item) for item in reversed(top)]
    while stack:
        lead, inner, item = stack.pop()
        if isinstance(item, Cluster):
            rows.append((lead + printable(item.title), *sums.of(item.call.id, item.times)))
            below = ordered.get(item.call.id, [])
            for i in range(len(below) - 1, -1, -1):
                last = i == len(below) - 1
                stack.append((inner + ("└─ " if last else "├─ "), inner + ("   " if last else "│  "), below[i]))
        elif item.node is None:
            rows.append((lead + printable(item.title), *sums.of(item.id, item.times)))
        else:
            rows.append((lead + _what(item.node), " ".join(values_of(item.node)), _wrong(item.node)))
    widths = [min(max((len(row[i]) for row in rows), default=0), limit) for i, limit in enumerate((60, 30))]
    return "\n".join(f"{a.ljust(widths[0])}  {b.ljust(widths[1])}  {c}".rstrip() for a, b, c in rows)


class _Sums:
    """What the calls of a graph hold in all, and where they begin."""

    def __init__(self, graph: Graph) -> None:
        outer = {call.id: call.outer for call in graph.calls}
        self.first: dict[str, float] = {}
        self.parameters: dict[str, int] = {}
        self.operations: dict[str, int] = {}
        self.kept: dict[str, int] = {}
        self._users: dict[str, int] = {}
        for i, node in enumerate(graph.nodes):
            for argument in node.arguments:
                if argument is not None:
                    self._users.setdefault(argument, i)
        for i, node in enumerate(graph.nodes):
            size = 0
            if node.kind == "parameter":
                size = sum(_product(value.shape) for value in node.values)
            around = node.call
            while around is not None:
                if node.kind == "op":
                    self.first.setdefault(around, i)
                    self.operations[around] = self.operations.get(around, 0) + 1
                self.parameters[around] = self.parameters.get(around, 0) + size
                self.kept[around] = self.kept.get(around, 0) + node.kept
                around = outer[around]

    def place(self, node: Node) -> float:
        """Where a node stands: a leaf just before what first uses it."""
        own = float(node.id[1:])
        return own if node.arguments else self._users.get(node.id, own + 0.5) - 0.5

    def of(self, call: str, times: int) -> tuple[str, str]:
        """What is said of a module: how much is in it, all of what it stands for."""
        operations = number(self.operations.get(call, 0) * times, "operation")
        parts = []
        if self.parameters.get(call):
            parts.append(number(self.parameters[call] * times, "parameter"))
        if self.kept.get(call):
            parts.append(f"{number(self.kept[call] * times, 'byte')} kept")
        return operations, ", ".join(parts)


def _what(node: Node) -> str:
    if node.kind == "op":
        options = options_of(node)
        title = f"{node.variable} = {node.title}" if node.variable is not None else node.title
        return printable(f"{title} {options}" if options else title)
    return printable(f"{node.kind} {node.name}" if node.name else node.title)


def _wrong(node: Node) -> str:
    return "" if node.mark is None else f"<- {node.mark}"


def _product(shape: tuple[int, ...]) -> int:
    size = 1
    for length in shape:
        size *= length
    return size
