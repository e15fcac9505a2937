"""Two graphs in one picture: what was added green with a +, what was removed red and dashed with a -, changes amber."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .dot import check_rankdir, draw_boxes, lines_of, looks_of, new_picture
from .looks import COLOURS, check_theme
from .mermaid import boxes_of, check_direction, classes_of, joined, shape_of
from .view import Box, View

if TYPE_CHECKING:
    from .difference import Difference
    from .picture import Picture

_CLASSES = {"+": "added", "-": "removed", "~": "changed"}


class _Merged:
    """What is in the picture.

    Attributes:
        view: the boxes of both graphs, in the modules of the new one.
        signs: for each box "+", "-", "~" or " ".
        edges: the ids of two boxes, and "+", "-" or " ".
    """

    def __init__(self, difference: Difference) -> None:
        old, new, same = difference.old, difference.new, difference.same
        self.signs: dict[str, str] = {}
        boxes = []
        homes = {call.path: call.id for call in reversed(new.calls)}
        paths = {call.id: call.path for call in old.calls}
        for sign, node in difference.lines:
            id = f"was_{node.id}" if sign == "-" else node.id
            within = homes.get(paths.get(node.call or "", "")) if sign == "-" else node.call
            self.signs[id] = sign
            boxes.append(Box(id, node, None, within, node.values))
        after = View.of(new)
        self.view = View(tuple(boxes), after.clusters, ())
        were = [
            (same.get(link.source, f"was_{link.source}"), same.get(link.target, f"was_{link.target}"))
            for link in View.of(old).links
        ]
        known, there = set(were), {(link.source, link.target) for link in after.links}
        self.edges = [(*ends, " " if ends in known else "+") for ends in ((x.source, x.target) for x in after.links)]
        self.edges += [(*ends, "-") for ends in were if ends not in there]
        self._changes = {change.new.id: change for change in difference.changed}

    def written(self, box: Box, lines: list[str]) -> list[str]:
        """The lines of a box, with its sign before and what has changed after them."""
        sign = self.signs[box.id]
        if sign == " ":
            return lines
        more = self._changes[box.id].lines if sign == "~" else []
        return [f"{sign} {lines[0]}", *lines[1:], *more]


def to_dot(difference: Difference, *, rankdir: str, theme: str) -> Picture:
    """The drawing; see `Difference.dot`."""
    check_rankdir(rankdir)
    check_theme(theme)
    colours = COLOURS[theme]  # type: ignore[index]
    merged = _Merged(difference)
    picture = new_picture(rankdir, colours)
    tints = {"+": colours.added, "-": colours.bad, "~": colours.changed}

    def looks(box: Box) -> tuple[list[str], dict[str, str]]:
        lines, attributes = looks_of(box, colours)
        sign = merged.signs[box.id]
        if sign in tints:
            attributes = {**attributes, "color": tints[sign], "penwidth": "2.5"}
        if sign == "-":
            attributes["style"] = f"{attributes.get('style', 'rounded,filled')},dashed"
        return merged.written(box, lines), attributes

    draw_boxes(picture, merged.view, looks)
    of_edges = {" ": {}, "+": {"color": colours.added, "penwidth": "2"}, "-": {"style": "dashed", "color": colours.bad}}
    for source, target, sign in merged.edges:
        picture.edge(source, target, **of_edges[sign])
    return picture


def to_mermaid(difference: Difference, *, direction: str, theme: str) -> str:
    """The flowchart; see `Difference.mermaid`."""
    check_direction(direction)
    check_theme(theme)
    colours = COLOURS[theme]  # type: ignore[index]
    merged = _Merged(difference)

    def written(box: Box) -> str:
        assert box.node is not None
        kind = box.node.kind
        looks = _CLASSES.get(merged.signs[box.id], "wrong" if box.marked else kind)
        return shape_of(box.id, kind, merged.written(box, lines_of(box)), looks)

    lines = [f"flowchart {direction}", *boxes_of(merged.view, written)]
    lines += [f"    {source} {'-.->' if sign == '-' else '-->'} {target}" for source, target, sign in merged.edges]
    tints = {"+": colours.added, "-": colours.bad, "~": colours.changed}
    for sign, tint in tints.items():
        numbers = ",".join(str(i) for i, edge in enumerate(merged.edges) if edge[2] == sign)
        if numbers:
            lines.append(f"    linkStyle {numbers} stroke:{tint}")
    lines += classes_of(merged.view, colours)
    for sign, tint in tints.items():
        if sign in merged.signs.values():
            dashes = ",stroke-dasharray:4 3" if sign == "-" else ""
            fill = colours.fills["op"]
            name = _CLASSES[sign]
            lines.append(f"    classDef {name} fill:{fill},stroke:{tint},color:{colours.ink},stroke-width:3px{dashes}")
    return joined(lines, len(merged.edges))
