"""What has changed from one graph to another: for tests, and for the review of a change.

    difference = ag.graph.diff(before, after)    # Tensors or Graphs
    assert not difference, difference            # a test that a network stays as it is
    difference.dot().save("change.svg")          # added green, removed red, changed amber

Shapes, operations, options, names and wiring are compared; numbers, times and source lines are not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from .json_form import plain
from .matching import match
from .model import Graph, Node
from .text import line_of_node, printable

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
        return "; ".join(self.lines)

    @property
    def lines(self) -> list[str]:
        """What is different, each on a line."""
        return [printable(f"{name}: {before} -> {after}") for name, before, after in self.what]


class _Ways:
    """The ways back through nodes that only one of two graphs has; `known` are those that both have."""

    def __init__(self, graph: Graph, known: dict[str, str]) -> None:
        self.graph, self.known = graph, known
        self._found: dict[tuple[str, str], bool] = {}

    def lead(self, start: str, to: str | None) -> bool:
        """Whether one leads from `start` to a node; None is what was replaced as a whole, which is no other wiring."""
        if to is None:
            return start not in self.known
        if (start, to) not in self._found:
            self._found[start, to] = self._search(start, to)
        return self._found[start, to]

    def _search(self, start: str, to: str) -> bool:
        stack, seen = [start], {start}
        while stack:
            id = stack.pop()
            if id == to:
                return True
            if id not in self.known and int(id[1:]) > int(to[1:]):  # what is older than a node is not made from it
                fresh = [each for each in self.graph[id].arguments if each is not None and each not in seen]
                seen.update(fresh)
                stack.extend(fresh)
        return False


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
        self._ways_old, self._ways_new = _Ways(old, self.same), _Ways(new, self._back)
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
                self._ways_new.lead(after, self.same.get(before)) or self._ways_old.lead(before, self._back.get(after))
            ):
                return True
        return False

    @staticmethod
    def _titles(graph: Graph, node: Node) -> str:
        return ", ".join("_" if each is None else f"{graph[each].title} ({each})" for each in node.arguments)

    # -- as text, data, a picture

    @cached_property
    def lines(self) -> list[tuple[str, Node]]:
        """All nodes of both in one order, after " ", "~", "+" or "-": of the new graph, or removed."""
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
        paths = [{call.id: call.path for call in graph.calls} for graph in (self.new, self.old)]
        near = {
            j
            for i, (sign, _) in enumerate(self.lines)
            if sign != " "
            for j in range(i - _CONTEXT, i + _CONTEXT + 1)
            if 0 <= j < len(self.lines)
        }
        text = [
            f"{len(self.added)} added, {len(self.removed)} removed, {len(self.changed)} changed, "
            f"{len(self.same) - len(self.changed)} the same"
        ]
        before = -1
        for i in sorted(near):
            sign, node = self.lines[i]
            if i != before + 1:
                text.append("  ...")
            before = i
            text.append(f"{sign} {line_of_node(node, paths[sign == '-'].get(node.call or '', ''))}")
            if sign == "~":
                text.extend(f"      {line}" for line in changes[node.id].lines)
        if before < len(self.lines) - 1:
            text.append("  ...")
        return "\n".join(text)

    def to_dict(self) -> dict[str, Any]:
        """The changes as plain data, for JSON; nodes as in `Graph.to_json`."""
        return {
            "added": [*map(plain, self.added)],
            "removed": [*map(plain, self.removed)],
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
        from .merged import to_dot

        return to_dot(self, rankdir=rankdir, theme=theme)

    def mermaid(self, *, direction: str = "TD", theme: str = "light") -> str:
        """The same picture as a Mermaid flowchart, for a pull request.

        Raises:
            ValueError: an unknown `direction` or `theme`.

        >>> import numpy as np, autograd_lite as ag
        >>> x = ag.Tensor([1.0], requires_grad=True)
        >>> print("\\n".join(diff(x * 2, np.sin(x * 2)).mermaid().splitlines()[:4]))
        flowchart TD
            n0(["input<br/>(1,) float32"]):::input
            n1("multiply<br/>x2=2<br/>(1,) float32"):::op
            n2("#43; sin<br/>(1,) float32"):::added
        """
        from .merged import to_mermaid

        return to_mermaid(self, direction=direction, theme=theme)

    def _repr_svg_(self) -> str | None:
        return self.dot()._repr_svg_()

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return f"<Difference: {self.text().partition(chr(10))[0]}>"


def diff(old: Any, new: Any) -> Difference:
    """What has changed from one graph to another.

    Both should be from before backward, or both from after it, which releases the constants.

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
