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
from typing import TYPE_CHECKING, Any, Literal

from .statistics import Statistics

if TYPE_CHECKING:
    from .picture import Picture

Kind = Literal["op", "parameter", "input", "constant", "output"]
Mark = Literal["failed", "nonfinite", "unreached"]


@dataclass(frozen=True, slots=True)
class Array:
    """The shape of an array, and the name of its dtype."""

    shape: tuple[int, ...]
    dtype: str

    def __str__(self) -> str:
        return f"{self.shape} {self.dtype}"


@dataclass(frozen=True, slots=True)
class Line:
    """A place in the user's program.

    Attributes:
        file, line, function: where it is; `line` counts from 1.
        text: what is written on the line, "" if the file cannot be read.
        expression: the part of it that made the value, `x @ w`, where that is known.
    """

    file: str
    line: int
    function: str
    text: str = ""
    expression: str = ""

    @property
    def place(self) -> str:
        """file:line, as editors and terminals take it."""
        return f"{self.file}:{self.line}"

    def __str__(self) -> str:
        inside = "" if self.function == "<module>" else f" in {self.function}"
        return f"{self.place}{inside}: {self.text}" if self.text else f"{self.place}{inside}"


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
        options: the other arguments of an operation, keyword and not arrays: (("axis", "1"),).
        kept: how many bytes it keeps for backward; what several keep counts for the oldest of them.
        mark: what is wrong with it, if anything: an operation that "failed" on what it was given, whose `values`
            nobody knows; a value that is "nonfinite", the first with a NaN or infinity as far as values are known; a
            parameter that is "unreached" by any gradient.

    These are known of what was recorded inside of `details`, and None elsewhere:

    Attributes:
        line: where in the user's program it was made.
        variable: the user's variable that it was assigned to there.
        forward_seconds: how long its NumPy takes, without the recording.
        backward_seconds: how long its rules took in the last backward.

    And these where statistics were asked for, of `Graph.of` or of `details`:

    Attributes:
        value: of its value.
        gradient: of the cotangent that arrived at it in backward, the derivative of the output by its value.
        flows: the norm of the cotangent that it sent on to each of its arguments; None where nothing flows.
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
    options: tuple[tuple[str, str], ...] = ()
    kept: int = 0
    mark: Mark | None = None
    line: Line | None = None
    variable: str | None = None
    forward_seconds: float | None = None
    backward_seconds: float | None = None
    value: Statistics | None = None
    gradient: Statistics | None = None
    flows: tuple[float | None, ...] = ()

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
    def of(
        cls, *outputs: Any, values: bool | None = None, gradients: bool | None = None, parameters: Any = None
    ) -> Graph:
        """The graph that leads to the Tensors given, or of a module and its input, or of an exception.

            Graph.of(loss)                   # before or after backward
            Graph.of(model, x)               # runs model(x), inside of `details`
            Graph.of(error)                  # up to the operation that raised, or that `detect_anomaly` named

        Backward releases what the operations had saved; constants are not known after it.

        Args:
            outputs: Tensors; or a function (a Module is one) and its arguments; or a caught exception.
            values: give each node the statistics of its value, as far as that is still in memory: of leaves, of
                what some rule has kept, and of all that was recorded inside of `details`.  If left out, those that
                `details` noted.
            gradients: give each node the statistics of its cotangent, by a sweep of its own from the sum of the
                outputs, which leaves every `.grad` and the graph as they are.  If left out, those of the last
                backward inside of `details`.
            parameters: a Module, or Tensors, that should be reached: those that no gradient reaches are in the
                graph too, marked "unreached", but for parameters of a Module that are frozen.

        Raises:
            TypeError: an argument is not a Tensor, or there is none; an exception does not come from an operation.
            ValueError: nothing was recorded for one of them.
            RuntimeError: `gradients` are asked for and an earlier backward has released the graph.
        """
        from .reading import graph_of

        return graph_of(outputs, values=values, gradients=gradients, parameters=parameters)

    @property
    def edges(self) -> tuple[Edge, ...]:
        """From argument to result, oldest result first."""
        return tuple(
            Edge(source, node.id, position)
            for node in self.nodes
            for position, source in enumerate(node.arguments)
            if source is not None
        )

    @property
    def marked(self) -> tuple[Node, ...]:
        """The nodes with which something is wrong; see `Node.mark`."""
        return tuple(node for node in self.nodes if node.mark is not None)

    def __getitem__(self, id: str) -> Node:
        """The node of that id; raises KeyError if there is none."""
        number = int(id[1:]) if id[:1] == "n" and id[1:].isdecimal() else -1
        if not 0 <= number < len(self.nodes):
            raise KeyError(id)
        return self.nodes[number]

    def to_json(self, *, indent: int | None = None) -> str:
        """The whole graph as JSON, in the format "autograd_lite graph 1"; the same text for the same graph."""
        from .json_form import dumps

        return dumps(self, indent)

    @classmethod
    def from_json(cls, text: str | bytes) -> Graph:
        """The graph that `to_json` wrote; raises ValueError for anything else.

        >>> import autograd_lite as ag
        >>> graph = Graph.of(ag.Tensor([1.0, 2.0], requires_grad=True).sum())
        >>> Graph.from_json(graph.to_json()) == graph
        True
        """
        from .json_form import loads

        return loads(text)

    def text(self) -> str:
        """A line per node, which reads like a program."""
        from .text import listing

        return listing(self)

    def dot(self, **looks: Any) -> Picture:
        """A drawing of the graph as a `graphviz.Digraph`; the arguments are those of `draw` after the Tensors."""
        from .dot import to_dot

        return to_dot(self, **looks)

    def mermaid(self, **looks: Any) -> str:
        """A Mermaid flowchart, which shows in a pull request: the text that goes between ```mermaid and ```.

        Args:
            looks: `depth`, `fold`, `theme`, `legend` and `backward` as for `draw`; `direction` is where it grows to:
                "TD", top to bottom, "LR", left to right, "BT" or "RL".

        Raises:
            ValueError: an unknown `direction` or `theme`, or a negative `depth`.

        A warning tells of a flowchart that is larger than Mermaid shows where it is not told to show more.
        """
        from .mermaid import to_mermaid

        return to_mermaid(self, **looks)

    def tree(self, *, depth: int | None = None, fold: bool = False) -> str:
        """A tree for the terminal, with modules as branches; `depth` and `fold` as for `draw`.

        >>> import numpy as np, autograd_lite as ag
        >>> from autograd_lite import nn
        >>> model = nn.Sequential(nn.Linear(3, 2), nn.Tanh())
        >>> print(Graph.of(model(np.ones((1, 3), np.float32))).tree())
        Sequential              2 operations    8 parameters, 20 bytes kept
        ├─ 0: Linear            1 operation     8 parameters, 12 bytes kept
        │  ├─ parameter weight  (2, 3) float32
        │  ├─ parameter bias    (2,) float32
        │  ├─ constant          (1, 3) float32
        │  └─ linear            (1, 2) float32
        └─ 1: Tanh              1 operation     8 bytes kept
           └─ tanh              (1, 2) float32
        output                  (1, 2) float32
        """
        from .tree import to_tree

        return to_tree(self, depth=depth, fold=fold)

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return f"<Graph of {len(self.nodes)} nodes and {len(self.calls)} module calls>"
