"""What a graph keeps in memory for backward.

kept_bytes(loss, without=model.parameters())
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from ..changes import owner
from ..tape import Node
from ..trees import flatten


def kept_bytes(outputs: Any, without: Iterable[Any] = ()) -> int:
    """How many bytes the graph of `outputs` keeps for its backward pass.

    An array that several operations keep counts once, and a view counts as the array that owns its memory.

    Args:
        outputs: Tensors, in containers of any kind.
        without: Tensors or arrays that are there anyway and do not count, as the parameters of a module.

    >>> import numpy as np, autograd_lite as ag
    >>> x = ag.Tensor(np.ones(10), requires_grad=True)
    >>> kept_bytes(np.sin(np.exp(x)))                   # exp(x), which both rules read
    80
    """
    seen = {id(owner(getattr(each, "_data", each))) for each in without}
    total = 0
    for _, arrays in kept_by_node(outputs):
        for array in arrays:
            if id(array) not in seen:
                seen.add(id(array))
                total += array.nbytes
    return total


def arrays_kept(node: Node) -> list[np.ndarray[Any, Any]]:
    """The arrays that a node keeps, as the owners of their memory; the residual of a kernel may be a container."""
    return [owner(each) for each in flatten([node.saved, node.kwargs])[0] if isinstance(each, np.ndarray)]


def kept_by_node(outputs: Any) -> Iterator[tuple[Node, list[np.ndarray[Any, Any]]]]:
    """Each node of the graph of `outputs` with the arrays that it keeps, as the owners of their memory."""
    stack = [leaf._node for leaf in flatten(outputs)[0] if getattr(leaf, "_node", None) is not None]
    seen: set[Node] = set(stack)
    while stack:
        node = stack.pop()
        yield node, arrays_kept(node)
        fresh = [parent for parent in node.parents if parent is not None and parent not in seen]
        seen.update(fresh)
        stack.extend(fresh)
