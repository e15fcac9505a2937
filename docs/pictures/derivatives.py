"""The pictures of docs/derivatives.md: which part of a matrix of derivatives a pass gives.

python docs/pictures/derivatives.py [folder]
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

CELL, LEFT, TOP = 14, 60, 34

STYLE = (
    "text{font:12px sans-serif;fill:#333}.c{fill:#e4e8ee;stroke:#fff}.h{fill:#d9642c;stroke:#fff}"
    ".a{stroke:#333;fill:none;marker-end:url(#m)}.m{fill:#333}"
    "@media(prefers-color-scheme:dark){text{fill:#ddd}.c{fill:#3a404a;stroke:#1b1e23}.h{stroke:#1b1e23}"
    ".a{stroke:#ddd}.m{fill:#ddd}}"
)

Lit = Callable[[int, int], bool]


def grid(rows: int, columns: int, lit: Lit, x: int = LEFT, y: int = TOP) -> str:
    """A matrix with some of its elements lit."""
    return "".join(
        f'<rect class="{"h" if lit(i, j) else "c"}" x="{x + CELL * j}" y="{y + CELL * i}" '
        f'width="{CELL}" height="{CELL}"/>'
        for i in range(rows)
        for j in range(columns)
    )


def picture(title: str, body: str, caption: str, width: int, height: int) -> str:
    """An SVG image that suits light and dark pages."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" role="img" aria-label="{title}: '
        f'{caption}"><style>{STYLE}</style><defs><marker id="m" markerWidth="8" markerHeight="8" refX="6" refY="3" '
        f'orient="auto"><path class="m" d="M0,0 L6,3 L0,6z"/></marker></defs>'
        f'<text x="8" y="18">{title}</text>{body}<text x="8" y="{height - 8}">{caption}</text></svg>\n'
    )


def matrix(title: str, rows: int, columns: int, lit: Lit, caption: str, arrow: str = "") -> str:
    """A Jacobian, inputs from left to right and outputs from top to bottom, with the way that a pass goes."""
    right, below = LEFT + CELL * columns, TOP + CELL * rows
    body = grid(rows, columns, lit)
    body += f'<text x="8" y="{TOP + CELL * rows / 2 + 4:g}">outputs</text><text x="{LEFT}" y="{TOP - 4}">inputs</text>'
    if arrow == "backward":
        body += f'<path class="a" d="M{right + 50},{TOP + 21} H{right + 8}"/>'
    elif arrow == "forward":
        body += f'<path class="a" d="M{LEFT + 35},{below + 4} V{below + 26}"/>'
    return picture(title, body, caption, max(right + 70, 7 * len(caption) + 16), below + 52)


def sheets(title: str, caption: str) -> str:
    """The same matrix for several examples."""
    body = "".join(grid(1, 6, everywhere, LEFT + 12 * k, TOP + 22 * k) for k in range(3))
    return picture(title, body, caption, 7 * len(caption) + 16, TOP + 100)


def everywhere(_i: int, _j: int) -> bool:
    return True


def in_row(i: int, _j: int) -> bool:
    return i == 1


def in_column(_i: int, j: int) -> bool:
    return j == 2


def on_diagonal(i: int, j: int) -> bool:
    return i == j


PICTURES = {
    "grad": matrix("grad", 1, 6, everywhere, "a single output: one backward pass gives all of it", "backward"),
    "vjp": matrix("vjp: g J", 4, 6, in_row, "one backward pass: a row (a mixture of rows)", "backward"),
    "jvp": matrix("jvp: J v", 4, 6, in_column, "one forward pass: a column (a mixture of columns)", "forward"),
    "jacobian": matrix("jacobian", 4, 6, everywhere, "all rows in one batched pass backward, or all columns"),
    "hessian": matrix("hessian", 6, 6, everywhere, "all columns of the gradient's Jacobian in one batched pass"),
    "hvp": matrix("hvp: H v", 6, 6, in_column, "a forward pass over a backward one", "forward"),
    "diagonal": matrix("elementwise_grad", 6, 6, on_diagonal, "one backward pass, if all else is zero"),
    "vmap": sheets("vmap(grad)", "a gradient for each example, in one batched pass"),
}


def main(folder: Path) -> None:
    for name, svg in PICTURES.items():
        (folder / f"{name}.svg").write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
