"""Arrays with a hidden axis, one element of it for each example: what `autograd_lite.func.vmap` runs functions on.

`batched` is the array, `rules` say what an operation on it does to the whole batch at once, `boundary` is how Tensors
come in and out with their gradients.
"""

from .batched import Batched, batching, run
from .boundary import enter, leave

__all__ = ["Batched", "batching", "enter", "leave", "run"]
