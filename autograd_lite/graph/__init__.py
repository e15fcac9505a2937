"""The recorded graph as data, and pictures of it.

    loss = ((model(x) - y) ** 2).mean()

    ag.draw(loss)                            # the picture, in a notebook
    ag.draw(loss).save("loss.svg")           # or .png, .pdf, or .dot for the text
    ag.show(loss)                            # a page to walk about in: search, numbers, backpropagation step by step
    graph = ag.graph.Graph.of(loss)          # plain data: nodes, edges, calls of modules
    print(graph)                             # a line per node, which reads like a program
    [node.shape for node in graph.nodes if node.kind == "parameter"]
    print(ag.graph.diff(before, after))      # what has changed from one graph to another
    print(ag.graph.explain(loss))            # the chain rule of this graph, as formulas and with its numbers
    with ag.graph.details():                 # lines, variables, times, values and gradients of what is recorded here
        loss = ((model(x) - y) ** 2).mean()

Nothing of it touches the graph that it looks at: backward works the same before and after.
"""

from .difference import Change, Difference, diff
from .explanation import Explanation, explain
from .formulas import Formula
from .kept import kept_bytes
from .model import Array, Call, Edge, Graph, Line, Node
from .page import Page, show
from .recording import details
from .render import draw
from .statistics import Statistics
from .steps import Contribution, Step, backward_steps

__all__ = [
    "Array", "Call", "Change", "Contribution", "Difference", "Edge", "Explanation", "Formula", "Graph", "Line", "Node",
    "Page", "Statistics", "Step", "backward_steps", "details", "diff", "draw", "explain", "kept_bytes", "show",
]  # fmt: skip
