"""NumPy functions that are spelled with others, rather than being primitives: `@implements(np.var)`."""

from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

implementations: dict[Callable[..., Any], Callable[..., Any]] = {}
"""From a NumPy function to the function of ours that runs when it is called on a Tensor."""


def implements(*numpy_functions: Callable[..., Any]) -> Callable[[F], F]:
    """Run the decorated function when one of `numpy_functions` is called on Tensors.

    It is written in NumPy's syntax, of functions that carry gradients, and takes NumPy's arguments.
    """

    def declare(function: F) -> F:
        for numpy_function in numpy_functions:
            if numpy_function in implementations:
                raise ValueError(f"{numpy_function.__name__} is implemented twice")
            implementations[numpy_function] = function
        return function

    return declare
