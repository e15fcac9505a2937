"""A graph as a Mermaid flowchart, which GitHub and many editors show where it stands in a Markdown text.

    print(Graph.of(loss).mermaid(depth=1))       # between ```mermaid and ```

Names are shown as they are, whatever they contain: every character that could mean something to Mermaid, to Markdown
or to HTML is written as its number.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Sequence

from .dot import closed_lines, lines_of
from .looks import COLOURS, KINDS, Colours, check_theme
from .model import Graph, Kind
from .text import printable
from .view import Box, Cluster, Link, View

DIRECTIONS = ("TD", "TB", "BT", "LR", "RL")
LONGEST, MOST_EDGES = 50_000, 500  # of a text, and in it, that Mermaid shows where it is not set up to show more

_SHAPES: dict[str, tuple[str, str]] = {
    "op": ("(", ")"),
    "parameter": ("[[", "]]"),
    "input": ("([", "])"),
    "constant": ("[", "]"),
    "output": ("(((", ")))"),
    "module": ("{{", "}}"),
}
_MEANT = re.compile(r"\\(?=n)|\$(?=\$)")  # a new line and a formula even by number; a space of no width between helps
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ,:()=/+-")


def to_mermaid(
    graph: Graph,
    *,
    direction: str = "TD",
    depth: int | None = None,
    fold: bool = False,
    theme: str = "light",
    legend: bool = False,
    backward: bool = False,
) -> str:
    """The text of a flowchart; see `Graph.mermaid`."""
    check_direction(direction)
    check_theme(theme)
    colours = COLOURS[theme]  # type: ignore[index]
    view = View.of(graph, depth=depth, fold=fold)
    lines = [f"flowchart {direction}", *boxes_of(view, _box)]
    back = [link for link in reversed(view.links) if link.gradient] if backward else []
    lines += [f"    {link.source} -->{_count(link)} {link.target}" for link in view.links]
    lines += [f"    {link.target} -.->{_flow(link)} {link.source}" for link in back]
    edges = len(view.links) + len(back)
    if legend:
        lines += _legend(view)
    if back:
        numbers = ",".join(str(i) for i in range(len(view.links), edges))
        lines.append(f"    linkStyle {numbers} stroke:{colours.backward}")
    lines += classes_of(view, colours)
    return joined(lines, edges)


def check_direction(direction: str) -> None:
    """Raise ValueError unless a flowchart can grow that way."""
    if direction not in DIRECTIONS:
        raise ValueError(f"direction must be one of {', '.join(DIRECTIONS)}, not {direction!r}")


def joined(lines: Sequence[str], edges: int) -> str:
    """The text of a flowchart, with a warning if it is larger than what Mermaid shows."""
    text = "\n".join(lines) + "\n"
    if len(text) > LONGEST or edges > MOST_EDGES:
        warnings.warn(
            f"a flowchart of {len(text):,} characters and {edges} edges: Mermaid shows up to {LONGEST:,} characters "
            f"and {MOST_EDGES} edges unless it is told to show more; give a depth=, or fold=True, to draw less",
            stacklevel=4,
        )
    return text


def boxes_of(view: View, written: Callable[[Box], str]) -> list[str]:
    """All boxes, in the frames of the modules that are open; a loop, since modules may be nested deep."""
    boxes_in: dict[str | None, list[Box]] = {}
    for box in view.boxes:
        boxes_in.setdefault(box.within, []).append(box)
    clusters_in: dict[str | None, list[Cluster]] = {}
    for cluster in view.clusters:
        clusters_in.setdefault(cluster.call.outer, []).append(cluster)
    lines = [f"    {written(box)}" for box in boxes_in.get(None, [])]
    depth = 1
    stack: list[Cluster | None] = [*reversed(clusters_in.get(None, []))]
    while stack:
        opening = stack.pop()
        if opening is None:
            depth -= 1
            lines.append("    " * depth + "end")
            continue
        lines.append("    " * depth + f'subgraph {opening.call.id}["{escaped(opening.title)}"]')
        depth += 1
        lines += ["    " * depth + written(box) for box in boxes_in.get(opening.call.id, [])]
        stack.append(None)
        stack.extend(reversed(clusters_in.get(opening.call.id, [])))
    return lines


def _box(box: Box) -> str:
    kind = "module" if box.node is None else box.node.kind
    lines = closed_lines(box) if box.node is None else lines_of(box)
    return shape_of(box.id, kind, lines, "wrong" if box.marked else kind)


def shape_of(id: str, kind: str, lines: Sequence[str], looks: str) -> str:
    """A box in the shape of its kind; `looks` is the name of a class."""
    start, end = _SHAPES[kind]
    return f'{id}{start}"{"<br/>".join(map(escaped, lines))}"{end}:::{looks}'


def escaped(text: str) -> str:
    """Text as a label shows it: letters as they are, what could mean something by its number."""
    plain = _MEANT.sub("\\g<0>\u200b", printable(text))
    return "".join(
        c if (c in _PLAIN and (i or c not in "+-")) or (ord(c) > 0x9F and c.isalnum()) else f"#{ord(c)};"
        for i, c in enumerate(plain)
    )


def _count(link: Link) -> str:
    return f"|{link.count}x|" if link.count > 1 else ""


def _flow(link: Link) -> str:
    return f'|"{escaped(f"{link.flow:.3g}")}"|' if link.flow is not None else ""


def _legend(view: View) -> list[str]:
    kinds = {"module" if box.node is None else box.node.kind for box in view.boxes}
    entries = [*KINDS.items(), ("module", "module, closed")]
    shapes = [shape_of(f"legend{i}", kind, [text], kind) for i, (kind, text) in enumerate(entries) if kind in kinds]
    return ['    subgraph legend["Legend"]', *(f"        {shape}" for shape in shapes), "    end"]


def classes_of(view: View, colours: Colours) -> list[str]:
    """How the kinds that are there look; what is constant has a dashed border, an output a thick one."""
    kinds: set[str] = {"module" if box.node is None else box.node.kind for box in view.boxes}
    more = {"constant": ",stroke-dasharray:4 3", "output": ",stroke-width:2px"}
    order: list[Kind] = ["op", "parameter", "input", "constant", "output"]
    lines = [
        f"    classDef {kind} fill:{colours.fills[kind]},stroke:{colours.line},color:{colours.ink}{more.get(kind, '')}"
        for kind in order
        if kind in kinds
    ]
    if "module" in kinds:
        lines.append(f"    classDef module fill:{colours.module},stroke:{colours.ink},color:{colours.ink}")
    if view.clusters:
        lines.append(f"    classDef frame fill:transparent,stroke:{colours.frame},color:{colours.ink}")
        lines.append(f"    class {','.join(cluster.call.id for cluster in view.clusters)} frame")
    if any(box.marked for box in view.boxes):
        looks = f"fill:{colours.bad_fill},stroke:{colours.bad},color:{colours.ink},stroke-width:3px"
        lines.append(f"    classDef wrong {looks}")
    return lines
