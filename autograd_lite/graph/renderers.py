"""What turns DOT text into a picture: Graphviz's program where it is installed, or else the pygraphviz package.

    chosen("dot")          # "program", "pygraphviz", or None if this machine has neither

The choice is made anew for each picture, and it is final: if what was chosen fails, its error is raised.
"""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from typing import Literal

NEITHER = (
    "drawing needs Graphviz, and this machine has neither its program {engine!r} on the PATH nor the Python package "
    "pygraphviz, which carries Graphviz inside. Install one of the two:\n"
    '    pip install "autograd_lite[dot]"\n'
    "    or Graphviz itself, from your system's packages or https://graphviz.org/download/\n"
    'The DOT text needs neither: picture.source, or picture.save("graph.dot").'
)


def chosen(engine: str) -> Literal["program", "pygraphviz"] | None:
    """What will draw here, if anything: the layout program of that name, or pygraphviz."""
    if shutil.which(engine) is not None:
        return "program"
    return "pygraphviz" if find_spec("pygraphviz") is not None else None


def draw_with_pygraphviz(source: str, format: str, engine: str) -> bytes:
    """The picture in a format ("svg", "png", "pdf", ...), drawn by the Graphviz inside pygraphviz.

    Raises:
        RuntimeError: Graphviz refuses; what it has against it, it writes to the standard error.
    """
    import pygraphviz  # type: ignore[import-untyped]

    graph = pygraphviz.AGraph(string=source)
    try:
        picture: bytes | None = graph.draw(format=format, prog=engine)
    except (TypeError, ValueError) as error:
        # A format it does not know comes back as a TypeError about an int, from inside pygraphviz.
        raise RuntimeError(f"pygraphviz could not draw this graph as {format!r} with {engine!r}") from error
    finally:
        graph.close()
    if not picture:
        raise RuntimeError(f"pygraphviz drew nothing for {format!r} with {engine!r}")
    return picture
