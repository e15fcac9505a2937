"""Random numbers: the generator that layers and dropout draw from when they are given none.

ag.manual_seed(0)        # from here on, the same numbers each time
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.random import Generator

_default: Generator | None = None


def manual_seed(seed: int) -> None:
    """Start the default generator anew from `seed`, so that a program repeats exactly.

    >>> import autograd_lite as ag
    >>> ag.manual_seed(0)
    >>> first = ag.nn.Linear(2, 2).weight.tolist()
    >>> ag.manual_seed(0)
    >>> first == ag.nn.Linear(2, 2).weight.tolist()
    True
    """
    global _default
    from numpy.random import default_rng  # half a numpy import, so not before it is needed

    _default = default_rng(seed)


def generator_or_default(generator: Generator | None) -> Generator:
    """The generator given, or the default one, seeded from the operating system unless `manual_seed` was called."""
    global _default
    if generator is None:
        if _default is None:
            from numpy.random import default_rng

            _default = default_rng()
        generator = _default
    for drawn in _drawn.get():
        if id(generator) not in drawn:
            drawn[id(generator)] = generator, generator.bit_generator.state
    return generator


_drawn: ContextVar[tuple[dict[int, tuple[Generator, Any]], ...]] = ContextVar("autograd_lite_drawn_from", default=())


@contextmanager
def noting() -> Iterator[dict[int, tuple[Generator, Any]]]:
    """Note, in a dict by identity, which generators are drawn from inside the block, and their states before."""
    drawn: dict[int, tuple[Generator, Any]] = {}
    token = _drawn.set((*_drawn.get(), drawn))
    try:
        yield drawn
    finally:
        _drawn.reset(token)
