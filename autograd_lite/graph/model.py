"""The recorded graph as plain data: what was computed from what, in which call of which module.

    >>> import autograd_lite as ag
    >>> from autograd_lite.graph import Graph
    >>> x = ag.Tensor([1.0, 2.0], requires_grad=True, name="x")
    >>> graph = Graph.of((x * x).sum())
    >>> [node.title for node in graph.nodes]
    ['x', 'multiply', 'sum', 'output']
    >>> graph.edges[0]
    Edge(source='n0', target='n1', position=0)

A Graph holds strings and numbers only.  It keeps no Tensor and no recording alive, and it does not
change when backward runs or a parameter moves, so that it can be stored, compared and sent elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from ..tensor import Tensor
    from .picture import Picture

Kind = Literal["op", "parameter", "input", "constant", "output"]


@dataclass(frozen=True, slots=True)
class Array:
    """The shape of an array, and the name of its dtype."""

    shape: tuple[int, ...]
    dtype: str

    def __str__(self) -> str:
        return f"{self.shape} {self.dtype}"


@dataclass(frozen=True, slots=True)
class Node:
    """A value of the graph, and how it came about.

    Attributes:
        id: "n0", "n1", ... in order of creation, oldest first.
        kind: "op"; "parameter" and "input", leaves that ask for a gradient; "constant", an array without
            gradient that a rule of its consumer reads; "output", an end that the graph was made from.
        name: of a leaf, if it has one.
        op: the NumPy name of the operation, if it is one.
        math: what kind of map the operation is: elementwise, linear, bilinear, general or fused.
        arguments: the id of the node that each argument came from; None for one that carries no gradient.
        values: what the node gives: one array, or for an operation such as `split` several.
        call: the id of the call of a module that the node belongs to, if any.
        index: which one it is: of the results of an operation that gives several, if that is known; or of
            the outputs of the graph, if there are several.
    """

    id: str
    kind: Kind
    name: str | None
    op: str | None
    math: str | None
    arguments: tuple[str | None, ...]
    values: tuple[Array, ...]
    call: str | None
    index: int | None = None

    @property
    def title(self) -> str:
        """What to call the node: its name, its operation, or else its kind."""
        title = self.name or self.op or self.kind
        return title if self.index is None else f"{title} {self.index}"

    @property
    def shape(self) -> tuple[int, ...] | None:
        """Of the value; None for an operation that gives several."""
        return self.values[0].shape if len(self.values) == 1 else None

    @property
    def dtype(self) -> str | None:
        """Of the value; None for an operation that gives several."""
        return self.values[0].dtype if len(self.values) == 1 else None


@dataclass(frozen=True, slots=True)
class Edge:
    """A value that goes from the node `source` into `target`, as the argument at `position`."""

    source: str
    target: str
    position: int


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a module.  A module that is called twice has two.

    Attributes:
        id: "m0", "m1", ... in order of the first thing that each recorded; an outer call before an inner.
        kind: the name of the module's class.
        name: what the module around it calls it; None for the outermost, or if nobody knows it.
        outer: the id of the call it was made in, if any.
        path: the names from the outermost module inwards, "MLP.hidden.0".
    """

    id: str
    kind: str
    name: str | None
    outer: str | None
    path: str

    @property
    def title(self) -> str:
        """The name and the class: "0: Linear"."""
        return self.kind if self.name is None else f"{self.name}: {self.kind}"


@dataclass(frozen=True, slots=True, repr=False)
class Graph:
    """What was recorded on the way to some Tensors: `nodes` oldest first, and the module `calls` around them.

    >>> import autograd_lite as ag
    >>> from autograd_lite.graph import Graph
    >>> w = ag.Tensor([[1.0, 2.0]], requires_grad=True, name="w")
    >>> print(Graph.of((w @ w.mT).sum()))
    n0  parameter w           (1, 2) float32
    n1  matrix_transpose(n0)  (2, 1) float32
    n2  matmul(n0, n1)        (1, 1) float32
    n3  sum(n2)               () float32
    n4  output(n3)            () float32
    """

    nodes: tuple[Node, ...]
    calls: tuple[Call, ...]

    @classmethod
    def of(cls, *outputs: Tensor) -> Graph:
        """The graph that leads to the Tensors given, before or after backward.

        Backward releases what the operations had saved; constants are not known after it.

        Raises:
            TypeError: an argument is not a Tensor, or there is none.
            ValueError: nothing was recorded for one of them.
        """
        from .reading import read

        return read(outputs)

    @property
    def edges(self) -> tuple[Edge, ...]:
        """From argument to result, oldest result first."""
        return tuple(
            Edge(source, node.id, position)
            for node in self.nodes
            for position, source in enumerate(node.arguments)
            if source is not None
        )

    def text(self) -> str:
        """A line per node, which reads like a program."""
        from .text import listing

        return listing(self)

    def dot(self, *, rankdir: str = "TB") -> Picture:
        """A drawing of the graph as a `graphviz.Digraph`; see `draw`."""
        from .dot import to_dot

        return to_dot(self, rankdir=rankdir)

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return f"<Graph of {len(self.nodes)} nodes and {len(self.calls)} module calls>"
