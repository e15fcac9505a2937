"""One run of a function, recorded so that sweeps can go over it: what all the transforms here stand on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .. import sweeps
from ..errors import describe
from ..gradients import as_tensor, seed, sweep
from ..mode import current, enable_grad
from ..primitive import Traced
from ..sweeps import ALIAS
from ..tape import Watch, wrap
from ..tensor import Tensor
from ..trees import Structure, flatten, matching

_recording = enable_grad()


class _Argument(Watch):
    """What marks the leaf that an argument is inside of a transform.

    open  whether the function still runs, or a sweep over it: what is derived meanwhile, by transforms inside of the
          function or of a rule, is differentiated further
    """

    __slots__ = ("open",)

    def __init__(self, dtype: Any) -> None:
        super().__init__(dtype)
        self.open = True


class Recording:
    """A function of containers of arrays, run once.

    Args:
        f: the function; `has_aux` says that it gives a pair, of which the second part is passed on as it is.
        primals: its arguments, each an array, a Tensor, or a container of them.
        doing: what messages begin with.

    Attributes:
        inputs, structure: the leaves of the arguments, each with a place of its own in the graph, and the structure of
            the tuple of them.
        outputs, out_structure: the same for what f gives.
        aux: the second part of what f gives.
        recorded: whether gradients flow in from outside, through an argument or a closure.  Then what is derived here
            is part of a larger computation that is being differentiated too, and sweeps have to be recorded.
    """

    def __init__(self, f: Callable[..., Any], primals: Sequence[Any], doing: str, *, has_aux: bool = False) -> None:
        self.doing = doing
        leaves, self.structure = flatten(tuple(primals))
        outside = current().recording
        self.inputs = [self._input(i, leaf, outside) for i, leaf in enumerate(leaves)]
        with _recording:
            value = f(*self.structure.unflatten(self.inputs))
        self._open(False)
        self.aux: Any = None
        if has_aux:
            if not isinstance(value, tuple) or len(value) != 2:
                raise TypeError(
                    f"{doing}: with has_aux=True the function gives a pair (value, aux), not {_kind(value)}"
                )
            value, self.aux = value
        found, self.out_structure = flatten(value)
        for i, output in enumerate(found):
            if not isinstance(output, Tensor):
                path = self.out_structure.paths("value")[i]
                where = "" if path == "value" else f" ({path})"
                raise TypeError(f"{doing}: the function must give a Tensor, not {_kind(output)}{where}")
        self.outputs: list[Tensor] = found
        self.recorded = outside and _depends_on_more(self.outputs, self.inputs)

    def _input(self, i: int, leaf: Any, outside: bool) -> Tensor:
        x = leaf if isinstance(leaf, Tensor) else Tensor(leaf)
        if x.dtype.kind not in "fc":
            raise TypeError(
                f"{self.doing}: {self._path(i)}, {describe(x)}, must be of a floating-point or complex dtype"
            )
        if outside and x.requires_grad:
            return ALIAS(x)  # type: ignore[no-any-return]
        x = x.detach()
        x._node = x._new_leaf()
        x._node.watch = _Argument(x.dtype)
        return x

    def _open(self, is_open: bool) -> None:
        for x in self.inputs:
            if isinstance(x._node.watch, _Argument):
                x._node.watch.open = is_open

    def _swept(self, *args: Any, **options: Any) -> list[Any]:
        """`sweep`, with the inputs open: rules may differentiate in their turn, and a sweep go over what they did."""
        self._open(True)
        try:
            return sweep(*args, **options)
        finally:
            self._open(False)

    def _path(self, i: int) -> str:
        """What messages call an input: "argument 0", "argument 1['w']"."""
        return self.structure.paths()[i].replace("[", "argument ", 1).replace("]", "", 1)

    @property
    def value(self) -> Any:
        """What f gave, as whoever called the transform gets it."""
        return self.out_structure.unflatten([y if self.recorded else y.detach() for y in self.outputs])

    @property
    def passed_on(self) -> Any:
        """`aux`, with its Tensors detached from what was recorded here, unless the outside is interested."""
        if self.recorded:
            return self.aux
        leaves, structure = flatten(self.aux)
        return structure.unflatten([leaf.detach() if isinstance(leaf, Tensor) else leaf for leaf in leaves])

    def pull(self, cotangents: Sequence[Any]) -> list[Tensor]:
        """A cotangent per output (None for none) swept backward: one per input."""
        moving = [
            (y._node, seed(y, g, self.doing))
            for y, g in zip(self.outputs, cotangents, strict=True)
            if y._node is not None and g is not None
        ]
        found: list[Any] = [None] * len(self.inputs)
        if moving:
            found = self._swept(
                sweeps.pullback,
                [node for node, _ in moving],
                [g for _, g in moving],
                inputs=[x._node for x in self.inputs],
                retain_graph=True,
                create_graph=self.recorded or any(map(_flows, cotangents)),
            )
        return [_result(_conjugate(g), x.shape, x.dtype) for g, x in zip(found, self.inputs, strict=True)]

    def push(self, tangents: Sequence[Any]) -> list[Tensor]:
        """A tangent per input swept forward: one per output."""
        moving = []
        for i, (x, given) in enumerate(zip(self.inputs, tangents, strict=True)):
            v: Any = given if isinstance(given, Traced) else Tensor(given)
            if x.shape != v.shape:
                raise ValueError(
                    f"{self.doing}: the tangent of {self._path(i)} has shape {tuple(v.shape)}, but it has "
                    f"{tuple(x.shape)}"
                )
            moving.append(v if v.dtype == x.dtype else sweeps.cast(v, x.dtype))
        nodes = [y._node for y in self.outputs if y._node is not None]

        def run(outputs: Any, values: Any, **options: Any) -> Any:
            return sweeps.pushforward(outputs, [x._node for x in self.inputs], values, **options)

        create_graph = self.recorded or any(map(_flows, moving))
        found = iter(self._swept(run, nodes, moving, create_graph=create_graph) if nodes else ())
        return [_result(None if y._node is None else next(found), y.shape, y.dtype) for y in self.outputs]

    def cotangents(self, given: Any) -> list[Any]:
        """The leaves of a cotangent, which is built as the value is."""
        return matching(given, self.out_structure, f"{self.doing}: the cotangent")

    def tangents(self, given: Sequence[Any]) -> list[Any]:
        """The leaves of tangents, which are built as the arguments are."""
        if len(given) != len(self.structure.children):
            raise ValueError(
                f"{self.doing}: {len(self.structure.children)} arguments need as many tangents, not {len(given)}"
            )
        return matching(tuple(given), self.structure, f"{self.doing}: the tangents")


def chosen(
    f: Callable[..., Any], args: Sequence[Any], kwargs: dict[str, Any], argnums: int | Sequence[int], doing: str
) -> tuple[Callable[..., Any], list[Any]]:
    """f as a function of those of its arguments that are to be differentiated, and these arguments."""
    if argnums == 0 and len(args) == 1 and not kwargs:
        return f, [args[0]]
    numbers = [argnums] if isinstance(argnums, int) else list(argnums)
    for i in numbers:
        if not -len(args) <= i < len(args):
            raise ValueError(f"{doing}: argnums={argnums}, but the function was called with {len(args)} arguments")
    numbers = [i % len(args) for i in numbers]

    def of_chosen(*values: Any) -> Any:
        everything = list(args)
        for i, value in zip(numbers, values, strict=True):
            everything[i] = value
        return f(*everything, **kwargs)

    return of_chosen, [args[i] for i in numbers]


def per_argument(found: Any, argnums: int | Sequence[int]) -> Any:
    """Of a tuple with a part per argument what the caller asked for: the part, if `argnums` is a number."""
    return found[0] if isinstance(argnums, int) else tuple(found)


def as_parts(structure: Structure, leaves: Sequence[Any]) -> tuple[Any, ...]:
    """Leaves as a tuple of containers, one for each argument."""
    built: tuple[Any, ...] = structure.unflatten(leaves)
    return built


def _kind(value: Any) -> str:
    return describe(value) if hasattr(value, "shape") else type(value).__name__


def _flows(g: Any) -> bool:
    return isinstance(g, Traced) and g._node is not None


def _depends_on_more(outputs: Sequence[Tensor], inputs: Sequence[Tensor]) -> bool:
    """Whether gradients flow into `outputs` from outside: through an input, or past them through a closure."""
    seen = {x._node for x in inputs if x.is_leaf}
    stack = [y._node for y in outputs]
    while stack:
        node = stack.pop()
        if node is None or node in seen:
            continue
        if node.primitive is None and not (isinstance(node.watch, _Argument) and not node.watch.open):
            return True
        seen.add(node)
        stack.extend(node.parents)
    return False


def _conjugate(g: Any) -> Any:
    """The gradient that a cotangent stands for; a sweep carries the conjugates of complex ones."""
    return np.conjugate(g) if g is not None and g.dtype.kind == "c" else g


def _result(found: Any, shape: tuple[int, ...], dtype: Any) -> Tensor:
    return wrap(np.zeros(shape, dtype), None) if found is None else as_tensor(found)  # type: ignore[no-any-return]
