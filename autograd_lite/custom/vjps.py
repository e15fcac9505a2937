"""`custom_vjp`: a function with its own rule for reverse mode."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from typing import Any

import numpy as np

from ..changes import next_order
from ..checkpointing import border
from ..primitive import Traced
from ..trees import Structure, flatten
from .calls import Call, Positions, Rules, Saved, as_tensor, is_recorded, plain


class custom_vjp:
    """Give a function its own vector-Jacobian product.

        @custom_vjp
        def f(x, y): ...

        def forward(x, y):            # what f gives, and whatever backward wants to find again
            return f(x, y), (x, y)

        def backward(residuals, g):   # a gradient per argument, or None for zero
            ...

        f.defvjp(forward, backward)

    Arguments, values and residuals may be containers; `g` is built as the
    value is, each gradient as its argument.  Both rules are written in NumPy's syntax on Tensors: what backward does is
    recorded where it is differentiated again.  Residuals that are arguments or parts of the value cost no memory.

    Forward mode raises, unless `defjvp` gives it a rule as `custom_jvp` has it.

    Args:
        nondiff_argnums: positions of arguments that are not differentiated (functions, flags); backward gets them
            first, before the residuals.

    Raises:
        TypeError: f is called with Tensors that require gradients before `defvjp`, or with arguments that can only be
            given by name.
        ValueError: what forward gives depends on Tensors that require gradients and are not among the arguments.
        ValueError: (by backward) the rule gives too many gradients or too few, or of another shape.

    After JAX's decorator of the same name.

    >>> import numpy as np, autograd_lite as ag
    >>> @ag.custom_vjp
    ... def log1pexp(x):
    ...     return np.log(1 + np.exp(x))
    >>> log1pexp.defvjp(lambda x: (log1pexp(x), x), lambda x, g: (g / (1 + np.exp(-x)),))
    >>> x = ag.Tensor(100.0, dtype=np.float64, requires_grad=True)
    >>> log1pexp(x).backward()
    >>> x.grad.item()
    1.0
    """

    __name__: str

    def __init__(self, function: Callable[..., Any], nondiff_argnums: Sequence[int] = ()) -> None:
        functools.update_wrapper(self, function)
        self.function = function
        self.nondiff_argnums = tuple(nondiff_argnums)
        self._forward: Callable[..., Any] | None = None
        self._backward: Callable[..., Any] | None = None
        self._jvp: Callable[..., Any] | None = None
        self._rules = Rules(function)
        self._positions = Positions(function)

    def defvjp(self, forward: Callable[..., Any], backward: Callable[..., Any]) -> None:
        """Set the rules: `forward(*args) -> (value, residuals)` and `backward(residuals, g) -> gradients`."""
        self._forward, self._backward = forward, backward

    def defjvp(self, jvp: Callable[..., Any]) -> Callable[..., Any]:
        """Set a rule for forward mode too: `jvp(primals, tangents) -> (value, tangent)`; gives it back."""
        self._jvp = jvp
        return jvp

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        args = self._positions.bound(self.__name__, args, kwargs)
        count = len(args)
        static = {i % count: args[i] for i in self.nondiff_argnums if -count <= i < count}
        moving = [arg for i, arg in enumerate(args) if i not in static]
        leaves, structure = flatten(tuple(moving))
        if id(self) in _running.get() or not is_recorded(leaves):
            return self.function(*args)
        if self._forward is None or self._backward is None:
            raise TypeError(f"{self.__name__} has no rule yet: call {self.__name__}.defvjp(forward, backward)")
        start = next_order()
        token = _running.set((*_running.get(), id(self)))
        try:
            given = self._forward(*args)
        finally:
            _running.reset(token)
        if not isinstance(given, tuple) or len(given) != 2:
            raise TypeError(f"{self.__name__}: its forward rule must give a pair (value, residuals)")
        values, out = flatten(given[0])
        residuals, packed = flatten(given[1])
        call = _VjpCall(self, structure, out, packed, [static[i] for i in sorted(static)])
        beside = call.keep(residuals, leaves, values)
        _check_closure(self.__name__, values, leaves, start)
        arrays = [plain(value, f"{self.__name__}: what its forward rule gives") for value in values]
        return out.unflatten(self._rules.record(call, leaves, arrays, beside))


_running: ContextVar[tuple[int, ...]] = ContextVar("autograd_lite_custom_vjp_running", default=())
"""The functions whose forward rule runs: called by it, they are what was decorated."""


class _VjpCall(Call):
    """A call that was recorded: its residuals, with those told apart that are arguments or answers."""

    def __init__(
        self, function: custom_vjp, arguments: Structure, out: Structure, packed: Structure, static: list[Any]
    ) -> None:
        self.name = function.__name__
        self.backward, self.jvp = function._backward, function._jvp
        self.arguments, self.out, self.packed, self.static = arguments, out, packed, static

    def keep(self, residuals: Sequence[Any], arguments: Sequence[Any], answers: Sequence[Any]) -> list[Any]:
        """Note where each residual is found again; gives those that are neither arguments nor answers.

        An answer is not held: the node would hold itself.
        """
        places = {id(value): ("argument", i) for i, value in enumerate(arguments)}
        for i, value in enumerate(answers):
            places.setdefault(id(value), ("answer", i))
        beside = [value for value in residuals if id(value) not in places]
        numbers = iter(range(len(beside)))
        self.residuals = [places.get(id(value)) or ("beside", next(numbers)) for value in residuals]
        kept = {i for kind, i in self.residuals if kind == "argument"}
        self.kept = sorted(kept if self.jvp is None else range(len(arguments)))
        self.answers = any(kind == "answer" for kind, _ in self.residuals)
        return beside

    def _found(self, saved: Saved) -> Any:
        read = {"argument": saved.argument, "answer": saved.answer, "beside": saved.beside}
        return self.packed.unflatten([read[kind](i) for kind, i in self.residuals])

    def pull(self, gradients: list[Any], saved: Saved) -> Sequence[Any]:
        filled = [self.zeros(i) if g is None else g for i, g in enumerate(gradients)]
        assert self.backward is not None
        found = self.backward(*self.static, self._found(saved), self.out.unflatten(filled))
        expected = self.arguments
        if not isinstance(found, (tuple, list)) or len(found) != len(expected.children):
            given = len(found) if isinstance(found, (tuple, list)) else type(found).__name__
            raise ValueError(
                f"{self.name}: its backward rule must give a tuple with a gradient (or None) for each of the "
                f"{len(expected.children)} arguments, not {given}"
            )
        leaves: list[Any] = []
        for i, (part, child) in enumerate(zip(found, expected.children, strict=True)):
            if part is None:
                leaves += [None] * child.leaf_count
                continue
            given_leaves, built = flatten(part, lambda x: x is None)
            if not built.like(child):
                raise ValueError(f"{self.name}: its backward rule gives for argument {i} what is not built as it is")
            leaves += given_leaves
        return leaves

    def push(self, tangents: list[Any], saved: Saved) -> Sequence[Any]:
        if self.jvp is None:
            raise TypeError(
                f"{self.name} has a rule for reverse mode only: give it one for forward mode by {self.name}.defjvp, or "
                "use reverse mode"
            )
        return push_by(self.jvp, self.name, self.arguments, tangents, saved)


def _check_closure(name: str, values: Sequence[Any], arguments: Sequence[Any], start: int) -> None:
    """Raise if gradients would flow to Tensors that the function closes over, past its rule."""
    known = {x._node for x in arguments if isinstance(x, Traced)}
    outside = border([y._node for y in values if isinstance(y, Traced) and y._node is not None], start)
    if not known.issuperset(outside):
        raise ValueError(
            f"{name} closes over a Tensor that requires a gradient, which its rule gives none: pass it as an "
            "argument, or detach() it"
        )


def _still(x: Any) -> Any:
    """The tangent of a constant."""
    if hasattr(x, "dtype"):
        return as_tensor(np.zeros(x.shape, x.dtype))
    return 0.0 if isinstance(x, (int, float, complex)) else None


def push_by(jvp: Any, name: str, arguments: Structure, tangents: Sequence[Any], saved: Saved) -> list[Any]:
    """The tangents that a rule `jvp(primals, tangents) -> (value, tangent)` gives."""
    primals = [saved.argument(i) for i in range(len(tangents))]
    moving = [_still(x) if t is None else t for x, t in zip(primals, tangents, strict=True)]
    found = jvp(arguments.unflatten(primals), arguments.unflatten(moving))
    if not isinstance(found, tuple) or len(found) != 2:
        raise TypeError(f"{name}: its jvp rule must give a pair (value, tangent)")
    return flatten(found[1])[0]
