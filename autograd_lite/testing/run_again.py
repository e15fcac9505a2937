"""What lets a function be run again and looked at: random numbers put back where they stood, and all values kept.

>>> import numpy as np
>>> states = random_states()
>>> first = np.random.random()
>>> restore(states)
>>> np.random.random() == first
True
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from ..primitive import registry
from ..random import generator_or_default
from .patching import changing_operations


class _KeepsAll:
    """Stands in for a primitive where it is asked what to keep: all of it."""

    def kept(self, _wanted: Sequence[int], count: int) -> set[int]:
        return set(range(count + 1))


@contextmanager
def everything_kept() -> Iterator[None]:
    """Let operations save all their arguments and their answer, whether a rule reads them or not.

    It holds for all threads; another one's graphs need more memory meanwhile, and mean the same.
    """
    primitives = list(registry.values())
    with changing_operations:
        for primitive in primitives:
            primitive.keepers.clear()
            primitive.keepers.primitive = _KeepsAll()  # type: ignore[assignment]
        try:
            yield
        finally:
            for primitive in primitives:
                primitive.keepers.primitive = primitive
                primitive.keepers.clear()


def random_states(*modules: Any) -> list[tuple[Callable[[Any], None], Any]]:
    """Where the generators of random numbers stand, each as what to call to put it back there, and with what."""
    generators = {id(g): g for g in [generator_or_default(None), *_generators_of(modules)]}
    states: list[tuple[Callable[[Any], None], Any]] = [
        (random.setstate, random.getstate()),
        (np.random.set_state, np.random.get_state()),
    ]
    for generator in generators.values():
        bits = generator.bit_generator
        states.append((lambda state, bits=bits: setattr(bits, "state", state), bits.state))  # type: ignore[misc]
    return states


def _generators_of(modules: Iterable[Any]) -> Iterator[Any]:
    for outer in modules:
        for module in () if outer is None else outer.modules():
            if getattr(module, "generator", None) is not None:
                yield module.generator


def restore(states: Iterable[tuple[Callable[[Any], None], Any]]) -> None:
    for put_back, state in states:
        put_back(state)
