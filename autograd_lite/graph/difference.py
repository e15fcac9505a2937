"""What has changed from one graph to another: for tests, and for the review of a change.

    difference = ag.graph.diff(before, after)    # Tensors or Graphs
    assert not difference, difference            # a test that a network stays as it is
    difference.dot().save("change.svg")          # added green, removed red, changed amber

Shapes, operations, options, names and wiring are compared; numbers, times and source lines are not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from .looks import COLOURS, check_theme
from .matching import match
from .model import Graph, Node
from .text import line_of_node

if TYPE_CHECKING:
    from .picture import Picture

_FIELDS = ("kind", "name", "op", "index", "options", "values", "mark")
_CONTEXT = 1  # unchanged nodes shown before and after what has changed


@dataclass(frozen=True, slots=True)
class Change:
    """A node that is still there, and what is different: the name of what, what it was and what it is, as text."""

    old: Node
    new: Node
    what: tuple[tuple[str, str, str], ...]

    def __str__(self) -> str:
        return "; ".join(f"{name}: {before} -> {after}" for name, before, after in self.what)


class Difference:
    """What `diff` has found; false if the graphs are the same.

    Attributes:
        old, new: the graphs.
        added: nodes of the new graph that the old one lacks.
        removed: nodes of the old graph that the new one lacks.
        changed: nodes that both have, with what is different.
        same: from the id of each node that both have to its id in the new graph.
    """

    def __init__(self, old: Graph, new: Graph) -> None:
        self.old, self.new = old, new
        self.same = match(old, new)
        self._back = {after: before for before, after in self.same.items()}
        self.added = tuple(node for node in new.nodes if node.id not in self._back)
        self.removed = tuple(node for node in old.nodes if node.id not in self.same)
        self.changed = tuple(self._changes())

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)

    def _changes(self) -> Iterator[Change]:
        paths = [{call.id: call.path for call in graph.calls} for graph in (self.old, self.new)]
        for node in self.old.nodes:
            if node.id in self.same:
                after = self.new[self.same[node.id]]
                what = [
                    (field, _shown(getattr(node, field)), _shown(getattr(after, field)))
                    for field in _FIELDS
                    if getattr(node, field) != getattr(after, field)
                ]
                homes = [path.get(each.call or "", "") for path, each in zip(paths, (node, after), strict=True)]
                if homes[0] != homes[1]:
                    what.append(("module", homes[0] or "none", homes[1] or "none"))
                if self._rewired(node, after):
                    what.append(("arguments", self._titles(self.old, node), self._titles(self.new, after)))
                if what:
                    yield Change(node, after, tuple(what))

    def _rewired(self, old: Node, new: Node) -> bool:
        """Whether the arguments are others, and not only because something was put between, or taken away there."""
        if len(old.arguments) != len(new.arguments):
            return True
        for before, after in zip(old.arguments, new.arguments, strict=True):
            if before is None or after is None:
                if before is not after:
                    return True
            elif self.same.get(before) != after and not (
                self._leads(self.new, after, self._back, self.same.get(before))
                or self._leads(self.old, before, self.same, self._back.get(after))
            ):
                return True
        return False

    def _leads(self, graph: Graph, start: str, known: dict[str, str], to: str | None) -> bool:
        """Whether a way back from `start`, through nodes that only this graph has, comes to a node."""
        stack, seen = [start], {start}
        while stack and to is not None:
            id = stack.pop()
            if id == to:
                return True
            if id not in known:
                fresh = [each for each in graph[id].arguments if each is not None and each not in seen]
                seen.update(fresh)
                stack.extend(fresh)
        # what was made by an operation that has been replaced as a whole is no other wiring
        return to is None and start not in known

    @staticmethod
    def _titles(graph: Graph, node: Node) -> str:
        return ", ".join("_" if each is None else f"{graph[each].title} ({each})" for each in node.arguments)

    # -- as text, data, a picture

    @cached_property
    def _lines(self) -> list[tuple[str, Node]]:
        """All nodes of both in one order: " ", "~", "+" or "-", and the node."""
        changed = {change.new.id for change in self.changed}
        lines: list[tuple[str, Node]] = []
        gone = list(self.removed[::-1])
        last = -1  # the number in the old graph of what was written
        for node in self.new.nodes:
            before = self._back.get(node.id)
            if before is not None:
                last = max(last, int(before[1:]))
            while gone and int(gone[-1].id[1:]) < last:
                lines.append(("-", gone.pop()))
            lines.append(("+" if before is None else "~" if node.id in changed else " ", node))
        return [*lines, *(("-", node) for node in reversed(gone))]

    def text(self) -> str:
        """The changes as lines that begin with "+", "-" or "~", with a line before and after them."""
        if not self:
            return f"no difference: {len(self.new.nodes)} nodes"
        changes = {change.new.id: change for change in self.changed}
        lines = self._lines
        near = {
            j
            for i, (sign, _) in enumerate(lines)
            if sign != " "
            for j in range(i - _CONTEXT, i + _CONTEXT + 1)
            if 0 <= j < len(lines)
        }
        text = [
            f"{len(self.added)} added, {len(self.removed)} removed, {len(self.changed)} changed, "
            f"{len(self.same) - len(self.changed)} the same"
        ]
        before = -1
        for i in sorted(near):
            sign, node = lines[i]
            if i != before + 1:
                text.append("  ...")
            before = i
            text.append(f"{sign} {line_of_node(self.old if sign == '-' else self.new, node)}")
            if sign == "~":
                text.extend(f"      {name}: {was} -> {now}" for name, was, now in changes[node.id].what)
        if before < len(lines) - 1:
            text.append("  ...")
        return "\n".join(text)

    def to_dict(self) -> dict[str, Any]:
        """The changes as plain data, for JSON."""
        return {
            "added": [asdict(node) for node in self.added],
            "removed": [asdict(node) for node in self.removed],
            "changed": [
                {"old": change.old.id, "new": change.new.id, "what": {name: [a, b] for name, a, b in change.what}}
                for change in self.changed
            ],
        }

    def dot(self, *, rankdir: str = "TB", theme: str = "light") -> Picture:
        """Both graphs in one picture: what was added is green and has a +, what was removed red and dashed with a -.

        What has changed is amber, and says from what to what.

        Raises:
            ValueError: an unknown `rankdir` or `theme`.
        """
        from .dot import check_rankdir, draw_boxes, looks_of, new_picture
        from .view import Box, View

        check_rankdir(rankdir)
        check_theme(theme)
        colours = COLOURS[theme]  # type: ignore[index]
        picture = new_picture(rankdir, colours)
        changes = {change.new.id: change for change in self.changed}
        signs: dict[str, str] = {}
        boxes = []
        homes = {call.path: call.id for call in reversed(self.new.calls)}
        paths = {call.id: call.path for call in self.old.calls}
        for sign, node in self._lines:
            id = f"was_{node.id}" if sign == "-" else node.id
            within = homes.get(paths.get(node.call or "", "")) if sign == "-" else node.call
            signs[id] = sign
            boxes.append(Box(id, node, None, within, node.values))
        tints = {"+": colours.added, "-": colours.bad, "~": colours.changed}

        def looks(box: Box) -> tuple[list[str], dict[str, str]]:
            lines, attributes = looks_of(box, colours)
            sign = signs[box.id]
            if sign == " ":
                return lines, attributes
            lines[0] = f"{sign} {lines[0]}"
            if sign == "~":
                lines += [f"{name}: {was} -> {now}" for name, was, now in changes[box.id].what]
            if sign == "-":
                attributes = attributes | {"style": f"{attributes.get('style', 'rounded,filled')},dashed"}
            return lines, {**attributes, "color": tints[sign], "penwidth": "2.5"}

        view = View.of(self.new)
        draw_boxes(picture, View(tuple(boxes), view.clusters, ()), looks)
        for link in view.links:
            fresh = signs[link.source] == "+" or signs[link.target] == "+" or not self._was(link.source, link.target)
            picture.edge(link.source, link.target, **({"color": colours.added, "penwidth": "2"} if fresh else {}))
        is_there = {(link.source, link.target) for link in view.links}
        for link in View.of(self.old).links:
            ends = tuple(self.same.get(id, f"was_{id}") for id in (link.source, link.target))
            if ends not in is_there:
                picture.edge(*ends, style="dashed", color=colours.bad)
        return picture

    def _was(self, source: str, target: str) -> bool:
        """Whether the old graph has an edge there."""
        return self._back[source] in self.old[self._back[target]].arguments

    def _repr_svg_(self) -> str | None:
        return self.dot()._repr_svg_()

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return f"<Difference: {self.text().partition(chr(10))[0]}>"


def diff(old: Any, new: Any) -> Difference:
    """What has changed from one graph to another.

    Args:
        old, new: Graphs; or Tensors, whose graphs are taken.

    Raises:
        TypeError, ValueError: as `Graph.of`.

    >>> import autograd_lite as ag
    >>> x = ag.Tensor([[1.0, 2.0]], requires_grad=True, name="x")
    >>> print(diff((x * x).sum(), (abs(x * x) + 1.0).sum(axis=1)))
    2 added, 0 removed, 2 changed, 2 the same
      ...
      n1  multiply(n0, n0)  (1, 2) float32
    + n2  absolute(n1)  (1, 2) float32
    + n3  add(n2, _)  (1, 2) float32
    ~ n4  sum(n3) axis=1  (1,) float32
          options:  -> axis=1
          values: () float32 -> (1,) float32
    ~ n5  output(n4)  (1,) float32
          values: () float32 -> (1,) float32
    """
    return Difference(*(each if isinstance(each, Graph) else Graph.of(each) for each in (old, new)))


def _shown(value: Any) -> str:
    """A field of a node as text."""
    if isinstance(value, tuple):
        return ", ".join(f"{part[0]}={part[1]}" if isinstance(part, tuple) else str(part) for part in value)
    return "none" if value is None else str(value)
