"""`draw`: from Tensors to a picture of how they were computed, in one call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .model import Graph

if TYPE_CHECKING:
    from .picture import Picture


def draw(
    *outputs: Any,
    rankdir: str = "TB",
    depth: int | None = None,
    fold: bool = False,
    theme: str = "light",
    legend: bool = False,
    backward: bool = False,
    parameters: Any = None,
) -> Picture:
    """Draw the graph that leads to some Tensors: operations, shapes, dtypes, parameters, modules as boxes.

        ag.draw(loss)                        # Tensors, before or after backward
        ag.draw(model, x, depth=1)           # runs model(x); the modules in it are drawn closed
        ag.draw(error)                       # a caught exception: up to the operation that raised, which is red
        ag.draw(graph)                       # a Graph

    In a notebook the result shows itself.  Elsewhere, save it: the suffix names the format.  It is drawn
    by Graphviz's program `dot` where that is installed, or else by the Graphviz inside the package
    pygraphviz (`pip install "autograd_lite[dot]"`).  The DOT text, `.source`, needs neither.

    Args:
        outputs: as for `Graph.of`; or a Graph.
        rankdir: where the graph grows to: "TB", top to bottom, "LR", left to right, "BT" or "RL".
        depth: how many levels of modules are open; a closed one is a box that says how much is in it.  All if left out.
        fold: draw equal blocks, each fed by the one before, once: "0 to 11: Block x12".
        theme: "light", which can be printed, or "dark".
        legend: say what the shapes mean.
        backward: draw the way of the cotangents too, dashed, with their norms where they are known.
        parameters: a Module, or Tensors, that should be reached; those that no gradient reaches are drawn red.

    Returns:
        A `graphviz.Digraph`, with all that it can do.

    Raises:
        TypeError, ValueError: as `Graph.of`; or an unknown `rankdir` or `theme`, or a negative `depth`.

    >>> import autograd_lite as ag
    >>> x = ag.Tensor([1.0, 2.0], requires_grad=True, name="x")
    >>> picture = ag.draw((x * x).sum())
    >>> "multiply" in picture.source
    True
    """
    if len(outputs) == 1 and isinstance(outputs[0], Graph):
        graph = outputs[0]
    else:
        graph = Graph.of(*outputs, parameters=parameters)
    return graph.dot(rankdir=rankdir, depth=depth, fold=fold, theme=theme, legend=legend, backward=backward)
