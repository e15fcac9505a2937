"""Declare the mathematics of an operation once; reverse and forward mode follow from it.

    elementwise(np.multiply, lambda v, ans, x, y: v * y, lambda v, ans, x, y: v * x)
    linear(np.negative, lambda g, ans, _x: -g)
    bilinear(np.matmul, lambda g, ans, a, b: g @ b.mT, lambda g, ans, a, b: a.mT @ g)

Every declaration names what *kind* of map the operation is:

=============  ====================================  ================================================
kind           what it says                          what is written
=============  ====================================  ================================================
`elementwise`  the Jacobian is diagonal              a rule per argument, for reverse and forward mode
`linear`       the map is its own derivative         its transpose
`bilinear`     linear in each of two arguments       a transpose per argument
`general`      anything else                         a VJP per argument and a JVP per argument
`fused`        a kernel written for speed            a reference in NumPy syntax, and the kernel
=============  ====================================  ================================================

A rule is called as `rule(v, ans, *args, **kwargs)`: `v` is the cotangent (or the tangent), `ans` what
the operation gave, `args` what it was given.  It is written in plain NumPy: called with ndarrays it
computes, called with Tensors it records itself, which is what makes derivatives of derivatives work.
A rule leaves to the tape what is the same for all: broadcasting undone, dtypes kept, contributions
added up, arguments without gradient skipped.  For complex numbers a rule is the transpose too, not the
adjoint: it never conjugates (`sweeps` says why).

An argument whose name in the rule begins with an underscore is not kept for backward.  The rule then
gets a stand-in that has its `shape` and `dtype` (None for an argument that carries no gradient).
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Sequence
from operator import itemgetter
from types import FunctionType
from typing import Any, NamedTuple

import numpy as np

from .mode import current

Rule = Callable[..., Any]

registry: dict[Callable[..., Any], Primitive] = {}
"""From a NumPy function (or a function of ours that NumPy lacks) to its primitive."""


class Traced:
    """The base of `Tensor`: a value, and the node that made it (None if nothing is recorded for it)."""

    __slots__ = ("__weakref__", "_data", "_node")
    _data: Any
    _node: Any

    def _apply(self, primitive: Primitive, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Run a primitive on arguments of which at least one is Traced."""
        raise NotImplementedError


class _OfEach:
    """An attribute that instances work out for themselves, while their class has its own.

    It stands in for `__doc__` and `__signature__`, which a property would take away from the class.
    """

    def __init__(self, of_instance: Callable[[Primitive], Any], of_class: Any) -> None:
        self.of_instance, self.of_class = of_instance, of_class

    def __get__(self, instance: Primitive | None, owner: type) -> Any:
        return self.of_class if instance is None else self.of_instance(instance)


class Primitive:
    """A function on arrays whose derivative is known.

    Calling it is like calling the NumPy function: ndarrays in, ndarray out; with a Tensor among the
    arguments the call is recorded and gives a Tensor.

    Attributes:
        name, kind: as it is shown.
        function: the key in the registry.
        raw: what runs on ndarrays.
        vjps, jvps: a rule or None per argument.
        everywhere: a gradient flows to every argument.
        flows: to which of them one flows, as the bits of a number.
        joint: one rule that gives the cotangents of all arguments at once, instead of `vjps`.
        together: all cotangents come from one call, of `joint` or of a kernel.
        adds: called as `adds(into, g, ans, *args)`, adds what the first argument's rule gives to an array; or None.
        jvp: forward mode, called with a tangent or None per argument.
        many: it gives a sequence of arrays.
        kernel: what runs a `Fused` one; the others have none.
        math: the derivative as mathematics, for people.
    """

    __slots__ = (
        "adds",
        "everywhere",
        "flows",
        "function",
        "joint",
        "jvp",
        "jvps",
        "keepers",
        "kernel",
        "kind",
        "many",
        "math",
        "name",
        "raw",
        "together",
        "vjps",
    )
    kernel: Kernel

    def __init__(
        self,
        kind: str,
        function: Callable[..., Any],
        *,
        vjps: Sequence[Rule | None] = (),
        joint: Rule | None = None,
        jvps: Sequence[Rule | None] = (),
        jvp: Callable[..., Any],
        adds: Callable[..., Any] | None = None,
        raw: Callable[..., Any] | None = None,
        many: bool = False,
        math: str = "",
        registered: bool = True,
    ) -> None:
        self.name: str = function.__name__
        self.kind = kind
        self.function = function
        self.raw = function if raw is None else raw
        self.vjps = tuple(vjps)
        self.jvps = tuple(jvps)
        self.joint = joint
        self.jvp = jvp
        self.adds = adds
        self.many = many
        self.math = math
        self.together = joint is not None or kind == "fused"
        self.everywhere = self.together or (kind in ("elementwise", "bilinear") and None not in self.vjps)
        self.flows = -1 if self.everywhere else sum(1 << i for i, rule in enumerate(self.vjps) if rule is not None)
        self.keepers = _Keepers(self)
        if not registered:  # the rule of a single function of the user's, which goes when the function goes
            return
        if function in registry:
            raise ValueError(f"{self.name} is declared twice")
        registry[function] = self

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        for arg in args:
            if isinstance(arg, Traced):
                return arg._apply(self, args, kwargs)
        run = current().run  # inside of vmap an index or a keyword argument may be a batch
        return self.raw(*args, **kwargs) if run is None else run(self, args, kwargs)

    def __repr__(self) -> str:
        return f"<{self.kind} primitive {self.name}>"

    @property
    def __name__(self) -> str:
        return self.name

    def kept(self, wanted: Sequence[int], count: int) -> set[int]:
        """Which of (0: ans, 1..count: arguments) the rules for the `wanted` arguments read."""
        rules = [self.joint] if self.joint is not None else []
        for position in wanted:
            for rules_by_position in (self.vjps, self.jvps):
                rule = rules_by_position[position] if position < len(rules_by_position) else None
                if rule is not None:
                    rules.append(rule)
        return set().union(*(_reads(rule, count) for rule in rules))


def _doc(primitive: Primitive) -> str:
    """What the function is, by its own docstring, or the first lines of NumPy's; and its derivative."""
    text = inspect.getdoc(primitive.function) or ""
    if (getattr(primitive.function, "__module__", None) or "numpy").startswith(("numpy", "scipy")):
        called = re.compile(rf"{re.escape(primitive.name)}\(.*\)$", re.DOTALL)  # a ufunc's begins with how it is called
        text = next((part for part in text.split("\n\n") if not called.match(part.strip())), "")
    return f"{text}\n\nDerivative: {primitive.math}" if primitive.math else text


def _signature(primitive: Primitive) -> inspect.Signature:
    """The arguments that are taken: those of the function that runs."""
    for function in (primitive.raw, primitive.function):
        if isinstance(function, FunctionType):
            return inspect.signature(function)
    if not isinstance(primitive.function, np.ufunc):
        return inspect.signature(primitive.function)
    count = primitive.function.nin
    names = ["x"] if count == 1 else [f"x{i + 1}" for i in range(count)]
    return inspect.Signature([inspect.Parameter(name, inspect.Parameter.POSITIONAL_ONLY) for name in names])


Primitive.__doc__ = _OfEach(_doc, Primitive.__doc__)  # type: ignore[assignment]
Primitive.__signature__ = _OfEach(_signature, None)  # type: ignore[attr-defined]


class _Keepers(dict[int, "itemgetter[Any]"]):
    """For a pattern of arguments that need gradients: picks from (None, ans, *args, *parents) what to keep.

    The pattern is an integer: bit i says that argument i needs a gradient, and one more bit above
    them all ends the list, so that 0b101 is "two arguments, the first needs a gradient".
    """

    def __init__(self, primitive: Primitive) -> None:
        self.primitive = primitive

    def __missing__(self, pattern: int) -> itemgetter[Any]:
        count = pattern.bit_length() - 1
        kept = self.primitive.kept([i for i in range(count) if pattern >> i & 1], count)
        picks = [1 if 0 in kept else 0]
        picks += [1 + i if i in kept else 1 + count + i for i in range(1, count + 1)]
        keeper: itemgetter[Any] = itemgetter(*picks)
        self[pattern] = keeper
        return keeper


def _reads(rule: Rule, count: int) -> set[int]:
    """Positions (0: ans, 1..count: arguments) of what a rule reads: parameters without an underscore."""
    kinds = inspect.Parameter
    parameters = [p for p in inspect.signature(rule).parameters.values() if p.kind is not kinds.KEYWORD_ONLY][1:]
    reads: set[int] = set()
    for position, parameter in enumerate(parameters):
        if not parameter.name.startswith("_"):
            last = count if parameter.kind is kinds.VAR_POSITIONAL else position
            reads.update(range(position, last + 1))
    return {position for position in reads if position <= count}


def _sum_of_rules(rules: Sequence[Rule | None], many: bool = False) -> Callable[..., Any]:
    """The JVP of a map whose derivative is a sum of one rule per argument."""

    def jvp(tangents: Sequence[Any], saved: Sequence[Any], kwargs: dict[str, Any]) -> Any:
        terms = [
            rule(tangent, *saved, **kwargs)
            for rule, tangent in zip(rules, tangents, strict=False)
            if rule is not None and tangent is not None
        ]
        total = terms[0]
        for term in terms[1:]:
            total = [a + b for a, b in zip(total, term, strict=True)] if many else total + term
        return total

    return jvp


def elementwise(
    function: Callable[..., Any],
    *rules: Rule | None,
    adds: Callable[..., Any] | None = None,
    raw: Callable[..., Any] | None = None,
    math: str = "",
) -> Primitive:
    """Declare a function that works element by element: `rules[i](v, ans, *args)` is v times df/dargs[i].

    A diagonal Jacobian is its own transpose, so a rule serves reverse and forward mode alike.  A rule of
    None says that no gradient flows to that argument (the condition of `where`).  `adds(into, v, ans, x)` may be given
    for a function of one argument, where it takes fewer passes over memory than the rule and a sum.
    """
    return Primitive(
        "elementwise", function, vjps=rules, jvps=rules, jvp=_sum_of_rules(rules), adds=adds, raw=raw, math=math
    )


def linear(
    function: Callable[..., Any],
    transpose: Rule | None = None,
    *,
    joint: Rule | None = None,
    adds: Callable[..., Any] | None = None,
    raw: Callable[..., Any] | None = None,
    many: bool = False,
    math: str = "",
) -> Primitive:
    """Declare a linear function of its first argument; `transpose(g, ans, x, *rest)` is the adjoint map.

    A function linear in all of its arguments together (a concatenation) gives `joint` instead, which
    returns one cotangent per argument.  `many` says that the function gives a list of arrays; `g` is
    then a list too.

    `adds(into, g, ans, x, *rest)` is given where the transpose is zero nearly everywhere: it adds what the transpose
    would give to the array `into`.
    """

    def jvp(tangents: Sequence[Any], saved: Sequence[Any], kwargs: dict[str, Any]) -> Any:
        if joint is None:
            return primitive(tangents[0], *saved[2:], **kwargs)
        filled = [np.zeros(s.shape, s.dtype) if t is None else t for t, s in zip(tangents, saved[1:], strict=True)]
        return primitive(*filled, **kwargs)

    primitive = Primitive(
        "linear", function, vjps=(transpose,), joint=joint, jvp=jvp, adds=adds, raw=raw, many=many, math=math
    )
    return primitive


def bilinear(
    function: Callable[..., Any],
    left: Rule,
    right: Rule,
    *,
    raw: Callable[..., Any] | None = None,
    math: str = "",
) -> Primitive:
    """Declare a function linear in each of its two arguments, with the transpose in each."""

    def jvp(tangents: Sequence[Any], saved: Sequence[Any], kwargs: dict[str, Any]) -> Any:
        _, a, b = saved
        terms = []
        if tangents[0] is not None:
            terms.append(primitive(tangents[0], b, **kwargs))
        if tangents[1] is not None:
            terms.append(primitive(a, tangents[1], **kwargs))
        return terms[0] if len(terms) == 1 else terms[0] + terms[1]

    primitive = Primitive("bilinear", function, vjps=(left, right), jvp=jvp, raw=raw, math=math)
    return primitive


def general(
    function: Callable[..., Any],
    *,
    vjps: Sequence[Rule | None] = (),
    joint: Rule | None = None,
    jvps: Sequence[Rule | None],
    raw: Callable[..., Any] | None = None,
    many: bool = False,
    math: str = "",
) -> Primitive:
    """Declare any other differentiable function by a VJP and a JVP per argument (None: no gradient).

    `joint` gives the cotangents of all arguments at once, instead of `vjps`, where they share most of the work.

    `many` says that the function gives a list of arrays: `g` is then a list too, and a JVP gives one.
    """
    jvp = _sum_of_rules(jvps, many)
    return Primitive("general", function, vjps=vjps, joint=joint, jvps=jvps, jvp=jvp, raw=raw, many=many, math=math)


class Kernel(NamedTuple):
    """One implementation of a fused operation, on ndarrays.

    `forward(*args, **kwargs)` gives the answer and a residual: whatever backward wants to find again.
    `backward(g, residual, needs, *args, **kwargs)` gives a cotangent per argument.  Where `needs[i]` is
    None it may give None.  Where it is an ndarray, of the argument's shape and dtype, the cotangent may be
    written there, if that array is what it gives.  Backward may be called more than once, so it leaves the
    residual as it is.
    """

    forward: Callable[..., tuple[Any, Any]]
    backward: Callable[..., Sequence[Any]]


class Fused(Primitive):
    """A primitive that runs a kernel, and whose mathematics is a reference of a few lines of NumPy.

    A first derivative runs the kernel; forward mode and higher derivatives go through the reference.
    `kernels` holds the implementations by name; `kernel` is the one in use.
    """

    __slots__ = ("kernels", "reference")

    def __init__(self, reference: Callable[..., Any], kernel: Kernel, math: str = "") -> None:
        super().__init__("fused", reference, jvp=reference, raw=self._run, math=math)
        self.reference = reference
        self.kernels = {"numpy": kernel}
        self.kernel = kernel

    def _run(self, *args: Any, **kwargs: Any) -> Any:
        return self.kernel.forward(*args, **kwargs)[0]

    def select(self, implementation: str) -> None:
        """Run the implementation of that name from now on; raises KeyError if this operation does not have it."""
        if implementation not in self.kernels:
            raise KeyError(f"{self.name} has the kernels {sorted(self.kernels)}, not {implementation!r}")
        self.kernel = self.kernels[implementation]


def fused(
    reference: Callable[..., Any],
    *,
    forward: Callable[..., tuple[Any, Any]],
    backward: Callable[..., Sequence[Any]],
    math: str = "",
) -> Fused:
    """Declare an operation by its reference, in NumPy syntax, and a NumPy kernel written for speed."""
    return Fused(reference, Kernel(forward, backward), math)
