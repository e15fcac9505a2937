"""How pictures look: the colours of a light and of a dark page, and the shape of each kind of node.

Shapes and borders differ as well as colours, and the fills are pale, so that a picture can be read when it is printed.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from .model import Kind

Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")


class Colours(NamedTuple):
    """The colours of a theme; `fills` are of the kinds of nodes, and `module` of a closed module."""

    paper: str
    ink: str
    line: str
    frame: str
    fills: dict[Kind, str]
    module: str
    bad: str
    bad_fill: str
    backward: str
    added: str
    changed: str


COLOURS: dict[Theme, Colours] = {
    "light": Colours(
        paper="white",
        ink="#1c2330",
        line="#555555",
        frame="#8a8a8a",
        fills={
            "op": "#dce8f7",
            "parameter": "#fde3c0",
            "input": "#d5efd2",
            "constant": "#ececec",
            "output": "#e6dcf5",
        },
        module="#f3f5f9",
        bad="#c81e1e",
        bad_fill="#ffd9d6",
        backward="#b3470b",
        added="#1a7f37",
        changed="#9a6700",
    ),
    "dark": Colours(
        paper="#12161d",
        ink="#e6eaf1",
        line="#9aa6b8",
        frame="#7f8b9d",
        fills={
            "op": "#23395a",
            "parameter": "#5a4220",
            "input": "#24482b",
            "constant": "#363b44",
            "output": "#44335f",
        },
        module="#222935",
        bad="#ff8a80",
        bad_fill="#5f1f1c",
        backward="#ffab70",
        added="#56d364",
        changed="#e3b341",
    ),
}

KINDS: dict[Kind, str] = {
    "op": "operation",
    "parameter": "parameter: learned",
    "input": "input: asks for a gradient",
    "constant": "constant: no gradient",
    "output": "output",
}


def check_theme(theme: str) -> None:
    """Raise ValueError unless there is a theme of that name."""
    if theme not in THEMES:
        raise ValueError(f"theme must be light or dark, not {theme!r}")
