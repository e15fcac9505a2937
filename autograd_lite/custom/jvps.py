"""`custom_jvp`: a function with its own rule for forward mode, of which reverse mode is the transpose."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..func import vjp
from ..trees import Structure, flatten
from .calls import Call, Positions, Rules, Saved, as_tensor, is_recorded, plain
from .vjps import push_by


class custom_jvp:
    """Give a function its own Jacobian-vector product, from which reverse mode follows.

        @custom_jvp
        def f(x, y): ...

        @f.defjvp
        def jvp(primals, tangents):   # both tuples with a part per argument
            x, y = primals
            dx, dy = tangents
            return f(x, y), ...       # the value, and the tangent: linear in dx, dy

    Or one rule per argument, `f.defjvps(dx_rule, dy_rule)`, each called as `rule(tangent, value, *args)`; None for an
    argument that no tangent comes from.  The rule is written in NumPy's syntax on Tensors; where it is differentiated
    it is recorded, and backward is its transpose.

    Args:
        nondiff_argnums: positions of arguments that are not differentiated; the rule gets them first.

    Raises:
        TypeError: f is called with Tensors that require gradients before it has a rule, or with arguments that can only
            be given by name.
        ValueError: f depends on Tensors that require gradients and are not among its arguments.

    After JAX's decorator of the same name.

    >>> import numpy as np, autograd_lite as ag
    >>> @ag.custom_jvp
    ... def safe_sqrt(x):
    ...     return np.sqrt(x)
    >>> safe_sqrt.defjvps(lambda t, y, x: t * 0.5 / np.maximum(y, 0.125))
    >>> x = ag.Tensor([0.0, 4.0], requires_grad=True)
    >>> safe_sqrt(x).sum().backward()
    >>> x.grad
    Tensor([4.  , 0.25], dtype=float32)
    """

    __name__: str

    def __init__(self, function: Callable[..., Any], nondiff_argnums: Sequence[int] = ()) -> None:
        functools.update_wrapper(self, function)
        self.function = function
        self.nondiff_argnums = tuple(nondiff_argnums)
        self._jvp: Callable[..., Any] | None = None
        self._rules = Rules(function)
        self._positions = Positions(function)

    def defjvp(self, jvp: Callable[..., Any]) -> Callable[..., Any]:
        """Set the rule, `jvp(primals, tangents) -> (value, tangent)`; gives it back, as a decorator does."""
        self._jvp = jvp
        return jvp

    def defjvps(self, *rules: Callable[..., Any] | None) -> None:
        """Set a rule per argument, each called as `rule(tangent, value, *args)`; None for no tangent."""
        if all(rule is None for rule in rules):
            raise ValueError(f"{self.__name__}.defjvps: no rule is given")

        def jvp(primals: Any, tangents: Any) -> Any:
            if len(rules) != len(primals):
                raise ValueError(f"{self.__name__}: {len(rules)} rules for {len(primals)} arguments")
            value = self(*primals)
            terms = [rule(t, value, *primals) for rule, t in zip(rules, tangents, strict=True) if rule is not None]
            return value, functools.reduce(lambda a, b: a + b, terms)

        self._jvp = jvp

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        args = self._positions.bound(self.__name__, args, kwargs)
        count = len(args)
        static = {i % count: args[i] for i in self.nondiff_argnums if -count <= i < count}
        moving = tuple(arg for i, arg in enumerate(args) if i not in static)
        leaves, structure = flatten(moving)
        if not is_recorded(leaves):
            return self.function(*args)
        if self._jvp is None:
            raise TypeError(f"{self.__name__} has no rule yet: call {self.__name__}.defjvp(rule)")
        constant = [x.detach() if hasattr(x, "detach") else x for x in leaves]
        given = list(structure.unflatten(constant))
        for i in sorted(static):
            given.insert(i, static[i])
        values, out = flatten(self.function(*given))
        if any(getattr(value, "requires_grad", False) for value in values):
            raise ValueError(
                f"{self.__name__} closes over a Tensor that requires a gradient, which its rule gives none: pass it as "
                "an argument, or detach() it"
            )
        rule = functools.partial(self._jvp, *[static[i] for i in sorted(static)])
        call = _JvpCall(self.__name__, rule, structure, range(len(leaves)))
        arrays = [plain(value, f"{self.__name__}: what it gives") for value in values]
        return out.unflatten(self._rules.record(call, leaves, arrays))


class _JvpCall(Call):
    def __init__(self, name: str, jvp: Callable[..., Any], arguments: Structure, kept: Sequence[int]) -> None:
        self.name, self.jvp, self.arguments, self.kept = name, jvp, arguments, kept

    def push(self, tangents: list[Any], saved: Saved) -> Sequence[Any]:
        return push_by(self.jvp, self.name, self.arguments, tangents, saved)

    def pull(self, gradients: list[Any], saved: Saved) -> Sequence[Any]:
        """The transpose: the rule is recorded as a function of the tangents, which it is linear in."""
        primals = [saved.argument(i) for i in self.kept]
        places = [i for i, x in enumerate(primals) if hasattr(x, "dtype") and x.dtype.kind in "fc"]

        def tangent(*moving: Any) -> tuple[Any, ...]:
            tangents: list[Any] = [None] * len(primals)
            for i, t in zip(places, moving, strict=True):
                tangents[i] = t
            return tuple(map(as_tensor, push_by(self.jvp, self.name, self.arguments, tangents, saved)))

        _, pull = vjp(tangent, *[np.zeros(primals[i].shape, primals[i].dtype) for i in places])
        found = pull(tuple(self.zeros(i) if g is None else g for i, g in enumerate(gradients)))
        results: list[Any] = [None] * len(primals)
        for i, g in zip(places, found, strict=True):
            results[i] = g
        return results
