"""The page: a graph to walk about in, as one HTML file that needs neither a network nor a server.

    ag.show(loss)                            # opens it in the browser; in a notebook it appears in place
    ag.show(loss, path="loss.html")          # writes it

What the page does is written in the files beside this one: `model.js` makes groups of modules, `layout.js` places
them (with the library dagre, MIT licence), `drawing.js` draws, `inspector.js` shows what is known of a node,
`playing.js` plays forward and backward, `searching.js` searches, and `main.js` holds the keys and the pointer.
"""

from __future__ import annotations

import html
import sys
import tempfile
from functools import lru_cache
from importlib.resources import files
from os import PathLike, fspath
from pathlib import Path
from typing import Any, Literal
from warnings import warn

from ...files import written_whole
from ...tensor import Tensor
from ..model import Graph
from ..reading import is_released
from .data import page_data

Theme = Literal["auto", "light", "dark"]
_PROGRAM = ("model", "layout", "drawing", "inspector", "playing", "searching", "main")


class Page:
    """A page of a graph: `save` it, `open` it in the browser, or let a notebook show it.

    Attributes:
        html: the whole page.
    """

    def __init__(self, graph: Graph, *, title: str = "Computation graph", theme: Theme = "auto") -> None:
        if theme not in ("auto", "light", "dark"):
            raise ValueError(f"theme must be auto, light or dark, not {theme!r}")
        self.graph = graph
        parts = {
            "title": html.escape(title),
            "theme": theme,
            "style": _file("page.css"),
            "library": _file("dagre.min.js"),
            "program": "\n".join(_file(f"{name}.js") for name in _PROGRAM),
            "data": page_data(graph, title, theme),
        }
        pieces = _file("page.html").split("@")  # the template has no other @
        self.html = "".join(parts[piece] if i % 2 else piece for i, piece in enumerate(pieces))

    def save(self, path: str | PathLike[str]) -> Path:
        """Write the page into a file, whose directory is made if need be; gives its path."""
        target = Path(fspath(path))
        target.parent.mkdir(parents=True, exist_ok=True)
        with written_whole(target) as file:
            file.write(self.html.encode("utf-8", "replace"))
        return target

    def open(self) -> Path:
        """Open the page in the browser, from a temporary file; gives its path."""
        import webbrowser

        path = self.save(Path(tempfile.mkdtemp(prefix="autograd_lite_")) / "graph.html")
        webbrowser.open(path.as_uri())
        return path

    def _repr_html_(self) -> str:
        """For a notebook: the page in a frame of its own, so that neither meddles with the other."""
        inside = html.escape(self.html, quote=True)
        style = "width:100%;height:640px;border:1px solid #8888;border-radius:6px"
        return f'<iframe srcdoc="{inside}" style="{style}" title="Computation graph"></iframe>'

    def __repr__(self) -> str:
        return f"<Page of {self.graph!r}, {len(self.html) / 1000:.0f} kB>"


def show(
    *outputs: Any,
    path: str | PathLike[str] | None = None,
    title: str | None = None,
    theme: Theme = "auto",
    values: bool = True,
    gradients: bool | None = None,
    parameters: Any = None,
) -> Page:
    """Show a graph as a page: pan, zoom, search, open modules, click nodes, play forward and backward.

        ag.show(loss)                        # Tensors, before or after backward
        ag.show(model, x)                    # runs model(x), inside of `ag.graph.details`
        ag.show(error)                       # a caught exception: up to the operation that raised
        ag.show(graph)                       # a Graph

    Lines, variables and times are known of what was recorded inside of `ag.graph.details()`.

    Args:
        outputs: as for `Graph.of`; or a Graph.
        path: where to write the page.  If left out, a notebook shows it in place, and otherwise it is opened in the
            browser, from a temporary file.
        title: what it is called; "Computation graph", or the name of the module, if left out.
        theme: "light", "dark", or "auto" for what the reader's system is set to.
        values: show the statistics of values, as far as they are in memory.
        gradients: show the statistics of gradients, by a sweep of its own, which changes nothing.  If left out: of
            graphs that a backward has not released yet; if the sweep raises, there is a warning, and none are shown.
        parameters: a Module, or Tensors, that should be reached; those that are not are shown too.

    Returns:
        The page, which has `save` and `open`.

    Raises:
        TypeError, ValueError, RuntimeError: as `Graph.of`.

    >>> import autograd_lite as ag
    >>> x = ag.Tensor([1.0, 2.0], requires_grad=True, name="x")
    >>> from tempfile import mkdtemp
    >>> page = ag.show((x * x).sum(), path=mkdtemp() + "/graph.html")
    >>> page.graph.nodes[0].gradient.max                  # d/dx of x * x, at 2
    4.0
    """
    if len(outputs) == 1 and isinstance(outputs[0], Graph):
        graph = outputs[0]
    else:
        graph = _graph_of(outputs, values=values, gradients=gradients, parameters=parameters)
    page = Page(graph, title=title or _title_of(outputs), theme=theme)
    if path is not None:
        page.save(path)
    elif not _in_notebook():
        page.open()
    return page


def _graph_of(outputs: Any, *, values: bool, gradients: bool | None, parameters: Any) -> Graph:
    if gradients is None and outputs and not isinstance(outputs[0], BaseException):
        tensors = [each for each in outputs if isinstance(each, Tensor)]
        # where a backward has released the graph, what `details` has noted of it, if anything
        gradients = True if not is_released(tensors) else None
        if gradients and len(tensors) == len(outputs):
            try:
                return Graph.of(*outputs, values=values, gradients=True, parameters=parameters)
            except Exception as error:  # a rule of the user's, say: that is when one wants to look
                graph = Graph.of(*outputs, values=values, parameters=parameters)
                what = f"{type(error).__name__}: {error}"
                warn(f"shown without gradients, since a backward from here raises {what}", UserWarning, stacklevel=3)
                return graph
    return Graph.of(*outputs, values=values, gradients=gradients, parameters=parameters)


def _title_of(outputs: tuple[Any, ...]) -> str:
    first = outputs[0]
    if isinstance(first, BaseException):
        return f"{type(first).__name__}: {first}"
    if callable(first) and not hasattr(first, "_node"):
        return str(getattr(first, "__name__", type(first).__name__))
    return "Computation graph"


def _in_notebook() -> bool:
    """Whether a notebook runs this, which shows what the last line of a cell gives."""
    shell = sys.modules.get("IPython")
    running = shell.get_ipython() if shell is not None else None
    return running is not None and hasattr(running, "kernel")


@lru_cache
def _file(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8").rstrip("\n")
