"""What a model is made of and what it costs: a table of its layers, found out by running it.

    print(nn.summary(model, x))

Multiply-adds are those of the products that are recorded while it runs (matmul, einsum, and the kernels by their
references), whatever layers it has; the memory is what the recorded graph holds for backward.
"""

from __future__ import annotations

import copy
import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd_lite import Tensor, enable_grad, fusion
from autograd_lite.changes import owner
from autograd_lite.graph.kept import kept_by_node
from autograd_lite.graph.scopes import Scope, scopes_of
from autograd_lite.onlooking import Onlooker, looking
from autograd_lite.random import noting
from autograd_lite.trees import flatten

if TYPE_CHECKING:
    from .module import Module

__all__ = ["LayerSummary", "Summary", "summary"]

COLUMNS = ("layer", "name", "output", "parameters", "frozen", "multiply-adds", "kept")


@dataclass(frozen=True)
class LayerSummary:
    """One module of a `Summary`.  Numbers are of what is in no module inside of it, so that they add up.

    kind           its class
    name           as `named_modules` gives it; "" for the model itself
    depth          how many modules it is in
    calls          how often it was called
    output         the shape of what the last call gave; a tuple or dict of shapes where it gave several; None for none
    parameters     how many numbers its parameters have; shared ones count where they come first
    frozen         how many of these require no gradient
    multiply_adds  of products, of all calls
    kept_bytes     of arrays that the graph holds for backward, each where it was kept first
    """

    kind: str
    name: str
    depth: int
    calls: int
    output: Any
    parameters: int
    frozen: int
    multiply_adds: int
    kept_bytes: int


@dataclass(frozen=True)
class Summary:
    """What `summary` has found out: `str()` is a table, `markdown()` one for a page; notebooks show the latter."""

    layers: tuple[LayerSummary, ...]

    @property
    def parameters(self) -> int:
        """How many numbers all parameters have."""
        return sum(layer.parameters for layer in self.layers)

    @property
    def frozen(self) -> int:
        """How many of these require no gradient."""
        return sum(layer.frozen for layer in self.layers)

    @property
    def multiply_adds(self) -> int:
        """Of all products."""
        return sum(layer.multiply_adds for layer in self.layers)

    @property
    def kept_bytes(self) -> int:
        """Bytes that are kept for backward, parameters and buffers not counted."""
        return sum(layer.kept_bytes for layer in self.layers)

    def __str__(self) -> str:
        rows = [COLUMNS, *self._rows(lambda layer: "  " * layer.depth)]
        widths = [max(len(row[i]) for row in rows) for i in range(len(COLUMNS))]
        lines = [
            "  ".join(
                text.ljust(width) if i < 3 else text.rjust(width)
                for i, (text, width) in enumerate(zip(row, widths, strict=True))
            ).rstrip()
            for row in rows
        ]
        rule = "-" * max(map(len, lines))
        return "\n".join([lines[0], rule, *lines[1:-1], rule, lines[-1]])

    def markdown(self) -> str:
        """The table in Markdown."""
        rows = [
            "| " + " | ".join(text.replace("|", "\\|") for text in row) + " |"
            for row in (COLUMNS, *self._rows(lambda _: ""))
        ]
        return "\n".join([rows[0], "|---|---|---|---:|---:|---:|---:|", *rows[1:]])

    def _repr_markdown_(self) -> str:
        return self.markdown()

    def _rows(self, indent: Callable[[LayerSummary], str]) -> Iterator[tuple[str, ...]]:
        for layer in self.layers:
            calls = f" x{layer.calls}" if layer.calls > 1 else ""
            output = "-" if layer.output is None else str(layer.output)
            kind = f"{indent(layer)}{layer.kind}{calls}"
            numbers = (layer.parameters, layer.frozen, layer.multiply_adds)
            yield kind, layer.name, output, *(f"{n:,}" if n else "-" for n in numbers), _bytes(layer.kept_bytes)
        totals = (self.parameters, self.frozen, self.multiply_adds)
        yield "total", "", "", *(f"{n:,}" for n in totals), _bytes(self.kept_bytes)


def summary(model: Module, *args: Any, **kwargs: Any) -> Summary:
    """Find out what a model is made of, and what it costs to run it and to keep what backward needs.

    A copy of the model is run twice, in the mode it is in; nothing of it changes, and random numbers go on as if
    nothing had been drawn.

    Args:
        model: a Module.
        args: what it is called with: Tensors, arrays.  Multiply-adds and memory are for a batch of that size.
        kwargs: keyword arguments of the call.

    Multiply-adds are those of matrix products, einsums and convolutions; elementwise operations are not counted.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))
    >>> print(nn.summary(model, np.ones((16, 4), np.float32)))
    layer       name  output   parameters  frozen  multiply-adds   kept
    -------------------------------------------------------------------
    Sequential        (16, 2)           -       -              -      -
      Linear    0     (16, 8)          40       -            512  256 B
      ReLU      1     (16, 8)           -       -              -  512 B
      Linear    2     (16, 2)          18       -            256      -
    -------------------------------------------------------------------
    total                              58       0            768  768 B
    """
    with noting() as drawn:
        try:
            calls, outputs, kept = _run_as_it_is(copy.deepcopy(model), args, kwargs)
            _restore(drawn)
            products = _run_by_products(copy.deepcopy(model), args, kwargs)
        finally:
            _restore(drawn)
    seen: set[int] = set()
    layers = []
    for name, module in model.named_modules():
        own = [parameter for parameter in module.parameters(recurse=False) if id(parameter) not in seen]
        seen.update(map(id, own))
        layers.append(
            LayerSummary(
                kind=type(module).__name__,
                name=name,
                depth=name.count(".") + 1 if name else 0,
                calls=calls[name],
                output=outputs.get(name),
                parameters=sum(parameter.size for parameter in own),
                frozen=sum(parameter.size for parameter in own if not parameter.requires_grad),
                multiply_adds=products[name],
                kept_bytes=kept[name],
            )
        )
    return Summary(tuple(layers))


def _restore(drawn: dict[int, tuple[Any, Any]]) -> None:
    for generator, state in drawn.values():
        generator.bit_generator.state = state


def _run_as_it_is(
    model: Module, args: Sequence[Any], kwargs: dict[str, Any]
) -> tuple[Counter[str], dict[str, Any], Counter[str]]:
    """By name of the module: how often it was called, shapes of what it gave, bytes that the graph keeps."""
    calls: Counter[str] = Counter()
    outputs: dict[str, Any] = {}
    kept: Counter[str] = Counter()
    names = {id(module): name for name, module in model.named_modules()}

    def note(module: Module, _args: Any, output: Any) -> None:
        calls[names[id(module)]] += 1
        outputs[names[id(module)]] = _shapes(output)

    for module in model.modules():
        module.register_forward_hook(note)
    with enable_grad():
        answer = model(*args, **kwargs)
    nodes = sorted(kept_by_node(answer), key=lambda pair: -pair[0].order)  # the oldest first
    scopes = scopes_of([node for node, _ in nodes])
    seen = {id(owner(tensor._data)) for tensor in (*model.parameters(), *model.buffers())}
    for node, arrays in nodes:
        for array in arrays:
            if id(array) not in seen:
                seen.add(id(array))
                kept[_name(scopes[node], names)] += array.nbytes
    return calls, outputs, kept


def _name(scope: Scope | None, names: dict[int, str]) -> str:
    """The name of the innermost module around a node; the model itself for what a function outside did."""
    while scope is not None:
        module = scope.module()
        if id(module) in names:
            return names[id(module)]
        scope = scope.outer
    return ""


def _shapes(output: Any) -> Any:
    if isinstance(output, dict):
        return {key: _shapes(each) for key, each in output.items()}
    if isinstance(output, (tuple, list)):
        return tuple(_shapes(each) for each in output)
    return getattr(output, "shape", None)


def _run_by_products(model: Module, args: Sequence[Any], kwargs: dict[str, Any]) -> Counter[str]:
    """Multiply-adds by name of the module, with all kernels run as what they stand for."""
    counter = _Products()
    names = {id(module): name for name, module in model.named_modules()}

    def enter(module: Module, _args: Any) -> None:
        counter.inside.append(names[id(module)])

    def leave(_module: Module, _args: Any, _output: Any) -> None:
        counter.inside.pop()

    for module in model.modules():
        module.register_forward_pre_hook(enter, prepend=True)
        module.register_forward_hook(leave, always_call=True)
    model.requires_grad_()  # so that all is recorded
    leaves, structure = flatten([list(args), kwargs])
    leaves = [Tensor(leaf, requires_grad=True) if _differentiable(leaf) else leaf for leaf in leaves]
    given, named = structure.unflatten(leaves)
    with enable_grad(), fusion(False), looking(counter):
        model(*given, **named)
    return counter.counts


def _differentiable(leaf: Any) -> bool:
    return isinstance(leaf, (Tensor, np.ndarray)) and leaf.dtype.kind in "fc"


class _Products(Onlooker):
    """Counts the multiply-adds of the products that are recorded, by the module that is running."""

    def __init__(self) -> None:
        super().__init__()
        self.inside = [""]
        self.counts: Counter[str] = Counter()

    def examine_call(
        self, primitive: Any, ans: Any, args: Sequence[Any], kwargs: dict[str, Any], parents: Sequence[Any]
    ) -> None:
        if primitive.kind == "bilinear":
            self.counts[self.inside[-1]] += multiply_adds(primitive, ans, args, kwargs)
        super().examine_call(primitive, ans, args, kwargs, parents)


def multiply_adds(primitive: Any, ans: Any, args: Sequence[Any], kwargs: dict[str, Any]) -> int:
    """How many products of two numbers a product of two arrays is made of."""
    a, b = (np.shape(each) for each in args[:2])
    size: int = np.size(ans)
    if primitive.name in ("matmul", "vecdot", "matvec", "vecmat", "inner"):
        size *= a[-1]
    if primitive.name == "einsum":
        sizes: dict[str, int] = {}
        for labels, shape in zip(kwargs["labels"], (a, b), strict=False):
            sizes |= {label: max(n, sizes.get(label, 1)) for label, n in zip(labels, shape, strict=True)}
        return math.prod(sizes.values())
    if primitive.name in ("dot", "tensordot"):  # axes are in two of the three, each
        return math.isqrt(math.prod(a) * math.prod(b) * size)
    if primitive.name == "convolve":
        size = math.prod(a) * math.prod(b) if kwargs["mode"] == "full" else size * min(*a, *b)
    return size


def _bytes(count: int) -> str:
    if not count:
        return "-"
    unit = 0
    number = float(count)
    while number >= 1000 and unit < 3:
        number /= 1000
        unit += 1
    return f"{count} B" if unit == 0 else f"{number:.3g} {('B', 'kB', 'MB', 'GB')[unit]}"
