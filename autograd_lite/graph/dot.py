"""A graph as a drawing in the DOT language: kinds of nodes told apart by shape and colour, modules as boxes.

    Graph.of(loss).dot().source              # the text, the same bytes for the same graph

Names are shown as they are, whatever they contain: nothing in them is read as markup or as DOT.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .looks import COLOURS, KINDS, Colours, check_theme
from .model import Graph, Kind
from .text import number, options_of, printable, values_of
from .view import Box, Cluster, Link, View

if TYPE_CHECKING:
    from .picture import Picture

RANKDIRS = ("TB", "LR", "BT", "RL")

_SHAPES: dict[Kind, dict[str, str]] = {
    "op": {},  # as _NODE says
    "parameter": {"shape": "box3d", "style": "filled"},
    "input": {"shape": "ellipse", "style": "filled"},
    "constant": {"shape": "note", "style": "filled"},
    "output": {"shape": "ellipse", "style": "filled", "peripheries": "2"},
}
_FONT = {"fontname": "Helvetica,Arial,sans-serif"}
_CLUSTER = {**_FONT, "fontsize": "11", "style": "rounded", "labeljust": "l"}
_GRAPH = {**_CLUSTER, "nodesep": "0.3", "ranksep": "0.35"}  # clusters take their looks from the graph
_NODE = {**_FONT, "shape": "box", "style": "rounded,filled", "fontsize": "10", "margin": "0.12,0.06", "height": "0.3"}
_MODULE = {"shape": "folder", "style": "filled"}
_WRONG = {"failed": "failed", "nonfinite": "NaN or infinity", "unreached": "no gradient"}


def to_dot(
    graph: Graph,
    *,
    rankdir: str = "TB",
    depth: int | None = None,
    fold: bool = False,
    theme: str = "light",
    legend: bool = False,
    backward: bool = False,
) -> Picture:
    """The drawing of a graph; see `draw`."""
    check_rankdir(rankdir)
    check_theme(theme)
    colours = COLOURS[theme]  # type: ignore[index]
    view = View.of(graph, depth=depth, fold=fold)
    picture = new_picture(rankdir, colours)
    draw_boxes(picture, view, lambda box: looks_of(box, colours))
    for link in view.links:
        picture.edge(link.source, link.target, **_many(link))
    if backward:
        for link in reversed(view.links):
            if link.gradient:
                picture.edge(link.target, link.source, **_backward(link, colours))
    if legend:
        _draw_legend(picture, view, colours, backward=backward)
    return picture


def check_rankdir(rankdir: str) -> None:
    """Raise ValueError unless a picture can grow that way."""
    if rankdir not in RANKDIRS:
        raise ValueError(f"rankdir must be one of {', '.join(RANKDIRS)}, not {rankdir!r}")


def new_picture(rankdir: str, colours: Colours) -> Picture:
    """An empty drawing."""
    from .picture import Picture

    graph_attr = {"rankdir": rankdir, **_GRAPH, "color": colours.frame, "fontcolor": colours.ink}
    if colours.paper != "white":
        graph_attr["bgcolor"] = colours.paper
    return Picture(
        filename="graph.gv",
        format="svg",
        graph_attr=graph_attr,
        node_attr={**_NODE, "fillcolor": colours.fills["op"], "color": colours.line, "fontcolor": colours.ink},
        edge_attr={**_FONT, "color": colours.line, "fontcolor": colours.ink, "fontsize": "9", "arrowsize": "0.7"},
    )


def draw_boxes(picture: Picture, view: View, looks: Any) -> None:
    """All boxes, those of a module in a cluster inside the cluster of the module around it.

    Clusters are opened and closed line by line: `Digraph.subgraph` would nest Python calls as deep as
    modules are nested, and copy every line once per level.  `looks` gives the label and the attributes of a box.
    """
    boxes_in: dict[str | None, list[Box]] = {}
    for box in view.boxes:
        boxes_in.setdefault(box.within, []).append(box)
    clusters_in: dict[str | None, list[Cluster]] = {}
    for cluster in view.clusters:
        clusters_in.setdefault(cluster.call.outer, []).append(cluster)

    repeated = any(cluster.times > 1 for cluster in view.clusters)
    depth = 0
    _add_boxes(picture, boxes_in.get(None, []), depth, looks)
    stack: list[Cluster | None] = [*reversed(clusters_in.get(None, []))]
    while stack:
        opening = stack.pop()
        if opening is None:  # all that is inside the innermost open cluster has been written
            picture.body.append("\t" * depth + "}\n")
            depth -= 1
            continue
        depth += 1
        picture.body.append("\t" * depth + f"subgraph cluster_{opening.call.id} {{\n")
        picture.attr(label=as_label(opening.title), **_borders(opening.times, repeated))
        picture.body[-1] = "\t" * depth + picture.body[-1]
        _add_boxes(picture, boxes_in.get(opening.call.id, []), depth, looks)
        stack.append(None)
        stack.extend(reversed(clusters_in.get(opening.call.id, [])))


def _add_boxes(picture: Picture, boxes: list[Box], depth: int, looks: Any) -> None:
    for box in boxes:
        lines, attributes = looks(box)
        picture.node(box.id, label=as_label(*lines), **attributes)
        picture.body[-1] = "\t" * depth + picture.body[-1]


def looks_of(box: Box, colours: Colours) -> tuple[list[str], dict[str, str]]:
    """The lines of a label, and what the box looks like."""
    if box.node is None:
        return closed_lines(box), {**_MODULE, "fillcolor": colours.module, **_twice(box.times)}
    node = box.node
    lines = lines_of(box)
    attributes = {} if node.kind == "op" else {**_SHAPES[node.kind], "fillcolor": colours.fills[node.kind]}
    if node.mark is not None:
        lines.append(_WRONG[node.mark])
        attributes |= {"color": colours.bad, "fillcolor": colours.bad_fill, "penwidth": "3"}
    return lines, attributes


def lines_of(box: Box) -> list[str]:
    """What is written on the box of a node: its name, its options, its shape and dtype."""
    node = box.node
    assert node is not None
    options = options_of(node)
    title = node.title if node.variable is None or node.kind != "op" else f"{node.variable} = {node.title}"
    return [title, *([options] if options else []), *values_of(node)]


def closed_lines(box: Box) -> list[str]:
    """What is written on a closed module: its name, how much is in it, what it gives."""
    each = " each" if box.times > 1 else ""
    lines = [box.title, number(box.operations, "operation") + each]
    if box.parameters:
        lines.append(number(box.parameters, "parameter") + each)
    return [*lines, *(str(value) for value in box.values[:1])]


def _borders(times: int, repeated: bool) -> dict[str, str]:
    """Two lines around a cluster that stands for several; then the others say one, or they would inherit two."""
    return {"peripheries": "2" if times > 1 else "1"} if repeated else {}


def _twice(times: int) -> dict[str, str]:
    return {"peripheries": "2"} if times > 1 else {}


def _many(link: Link) -> dict[str, str]:
    return {"label": f"{link.count}x"} if link.count > 1 else {}


def _backward(link: Link, colours: Colours) -> dict[str, str]:
    looks = {"style": "dashed", "color": colours.backward, "fontcolor": colours.backward, "constraint": "false"}
    return looks if link.flow is None else {**looks, "label": f"{link.flow:.3g}"}


def _draw_legend(picture: Picture, view: View, colours: Colours, *, backward: bool) -> None:
    """What the shapes that are there mean, in a cluster of their own, one above the other."""
    kinds = {box.node.kind if box.node is not None else "module" for box in view.boxes}
    entries: list[tuple[str, dict[str, str]]] = [
        (text, {**_SHAPES[kind], "fillcolor": colours.fills[kind]}) for kind, text in KINDS.items() if kind in kinds
    ]
    if "module" in kinds:
        entries.append(("module, closed", {**_MODULE, "fillcolor": colours.module}))
    if any(box.marked for box in view.boxes):
        entries.append(("something is wrong", {"color": colours.bad, "fillcolor": colours.bad_fill, "penwidth": "3"}))
    picture.body.append("\tsubgraph cluster_legend {\n")
    picture.attr(label=as_label("Legend"))
    for i, (text, attributes) in enumerate(entries):
        picture.node(f"legend{i}", label=as_label(text), **attributes)
    for i in range(len(entries) - 1):
        picture.edge(f"legend{i}", f"legend{i + 1}", style="invis")
    if backward:
        picture.node("legend_from", label=as_label("argument"))
        picture.node("legend_to", label=as_label("result"))
        if entries:
            picture.edge(f"legend{len(entries) - 1}", "legend_from", style="invis")
        picture.edge("legend_from", "legend_to", label=as_label("value"))
        flow = _backward(Link("", "", 1, True, None), colours)
        picture.edge("legend_to", "legend_from", label=as_label("cotangent (its norm)"), **flow)
    picture.body.append("\t}\n")


def as_label(*lines: str) -> Any:
    """A DOT label that shows the lines as they are: no escape sequence, entity or markup in them counts."""
    import graphviz  # type: ignore[import-untyped]

    shown = (graphviz.escape(printable(line).replace("&", "&amp;")) for line in lines)
    return graphviz.nohtml("\\n".join(shown))
