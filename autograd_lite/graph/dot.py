"""A graph as a drawing in the DOT language: kinds of nodes told apart by shape and colour, modules as boxes.

    Graph.of(loss).dot().source              # the text, the same bytes for the same graph

Names are shown as they are, whatever they contain: nothing in them is read as markup or as DOT.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .model import Call, Graph, Kind, Node
from .text import printable, values_of

if TYPE_CHECKING:
    from .picture import Picture

RANKDIRS = ("TB", "LR", "BT", "RL")

# Shapes differ as well as colours, and the fills are light: a picture is to be read in black and white too.
_STYLES: dict[Kind, dict[str, str]] = {
    "op": {},  # as _NODE says
    "parameter": {"shape": "box3d", "style": "filled", "fillcolor": "#fde3c0"},
    "input": {"shape": "ellipse", "style": "filled", "fillcolor": "#d5efd2"},
    "constant": {"shape": "note", "style": "filled", "fillcolor": "#ececec"},
    "output": {"shape": "ellipse", "style": "filled", "fillcolor": "#e6dcf5", "peripheries": "2"},
}
_FONT = {"fontname": "Helvetica,Arial,sans-serif"}
_CLUSTER = {**_FONT, "fontsize": "11", "color": "#8a8a8a", "style": "rounded", "labeljust": "l"}
_GRAPH = {**_CLUSTER, "nodesep": "0.3", "ranksep": "0.35"}  # clusters take their looks from the graph
_OP = {"shape": "box", "style": "rounded,filled", "fillcolor": "#dce8f7"}
_NODE = {**_FONT, **_OP, "fontsize": "10", "margin": "0.12,0.06", "height": "0.3"}
_EDGE = {"color": "#555555", "arrowsize": "0.7"}


def to_dot(graph: Graph, *, rankdir: str = "TB") -> Picture:
    """The drawing; `rankdir` is where it grows to: "TB", top to bottom, "LR", left to right, "BT" or "RL".

    Raises:
        ValueError: an unknown `rankdir`.
    """
    if rankdir not in RANKDIRS:
        raise ValueError(f"rankdir must be one of {', '.join(RANKDIRS)}, not {rankdir!r}")
    from .picture import Picture

    picture = Picture(
        filename="graph.gv", format="svg", graph_attr={"rankdir": rankdir, **_GRAPH}, node_attr=_NODE, edge_attr=_EDGE
    )
    _draw_nodes(picture, graph)
    for edge in graph.edges:
        picture.edge(edge.source, edge.target)
    return picture


def _draw_nodes(picture: Picture, graph: Graph) -> None:
    """All nodes, those of a call in a cluster inside the cluster of the call around it.

    Clusters are opened and closed line by line: `Digraph.subgraph` would nest Python calls as deep as
    modules are nested, and copy every line once per level.
    """
    nodes_in: dict[str | None, list[Node]] = {}
    for node in graph.nodes:
        nodes_in.setdefault(node.call, []).append(node)
    calls_in: dict[str | None, list[Call]] = {}
    for call in graph.calls:
        calls_in.setdefault(call.outer, []).append(call)

    depth = 0
    _add_nodes(picture, nodes_in.get(None, []), depth)
    stack: list[Call | None] = [*reversed(calls_in.get(None, []))]
    while stack:
        cluster = stack.pop()
        if cluster is None:  # all that is inside the innermost open cluster has been written
            picture.body.append("\t" * depth + "}\n")
            depth -= 1
            continue
        depth += 1
        picture.body.append("\t" * depth + f"subgraph cluster_{cluster.id} {{\n")
        picture.attr(label=as_label(cluster.title))
        picture.body[-1] = "\t" * depth + picture.body[-1]
        _add_nodes(picture, nodes_in.get(cluster.id, []), depth)
        stack.append(None)
        stack.extend(reversed(calls_in.get(cluster.id, [])))


def _add_nodes(picture: Picture, nodes: list[Node], depth: int) -> None:
    for node in nodes:
        picture.node(node.id, label=as_label(node.title, *values_of(node)), **_STYLES[node.kind])
        picture.body[-1] = "\t" * depth + picture.body[-1]


def as_label(*lines: str) -> Any:
    """A DOT label that shows the lines as they are: no escape sequence, entity or markup in them counts."""
    import graphviz  # type: ignore[import-untyped]

    shown = (graphviz.escape(printable(line).replace("&", "&amp;")) for line in lines)
    return graphviz.nohtml("\\n".join(shown))
