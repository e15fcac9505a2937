"""`draw`: from Tensors to a picture of how they were computed, in one call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .model import Graph

if TYPE_CHECKING:
    from ..tensor import Tensor
    from .picture import Picture


def draw(*outputs: Tensor, rankdir: str = "TB") -> Picture:
    """Draw the graph that leads to some Tensors: operations, shapes, dtypes, parameters, modules as boxes.

    In a notebook the result shows itself.  Elsewhere, save it: the suffix names the format.  It is drawn
    by Graphviz's program `dot` where that is installed, or else by the Graphviz inside the package
    pygraphviz (`pip install "autograd_lite[dot]"`).  The DOT text, `.source`, needs neither.

    Args:
        outputs: Tensors, before or after backward.
        rankdir: where the graph grows to: "TB", top to bottom, "LR", left to right, "BT" or "RL".

    Returns:
        A `graphviz.Digraph`, with all that it can do.

    Raises:
        TypeError, ValueError: as `Graph.of`; or an unknown `rankdir`.

    >>> import autograd_lite as ag
    >>> x = ag.Tensor([1.0, 2.0], requires_grad=True, name="x")
    >>> picture = ag.draw((x * x).sum())
    >>> "multiply" in picture.source
    True
    """
    return Graph.of(*outputs).dot(rankdir=rankdir)
