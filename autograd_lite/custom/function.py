"""`Function`: a class with a forward and a backward, as PyTorch has it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from ..mode import current, no_grad
from ..primitive import Traced
from ..tape import wrap
from ..tensor import Tensor
from .calls import Call, Rules, Saved, is_recorded, plain


class Context:
    """What the rules of a `Function` share about one call; any attribute may be set on it.

    needs_input_grad  for each argument, whether a gradient flows to it
    saved_tensors     what `save_for_backward` was given
    """

    def __init__(self, needs_input_grad: tuple[bool, ...]) -> None:
        self.needs_input_grad = needs_input_grad
        self._given: tuple[Any, ...] = ()
        self._without: tuple[Any, ...] = ()
        self._materialize = True
        self._reader: Callable[[], tuple[Any, ...]] | None = None
        self._inputs: list[Any] = []  # those of a sweep that is recorded

    def save_for_backward(self, *tensors: Any) -> None:
        """Keep Tensors (arguments, results, or others) for backward and jvp; None is kept as None."""
        self._given = tensors

    save_for_forward = save_for_backward

    @property
    def saved_tensors(self) -> tuple[Any, ...]:
        return self._given if self._reader is None else self._reader()

    def mark_non_differentiable(self, *results: Any) -> None:
        """Say that no gradient flows to these results."""
        self._without = results

    def set_materialize_grads(self, value: bool) -> None:
        """Whether backward gets zeros (the default) or None for results that nothing is asked of."""
        self._materialize = value


class Function:
    """A function whose derivative is written by hand, as a class; it is called by `apply`.

        class Cube(Function):
            @staticmethod
            def forward(ctx, x):
                ctx.save_for_backward(x)
                return x**3

            @staticmethod
            def backward(ctx, g):          # a gradient per argument of forward, None where there is none
                (x,) = ctx.saved_tensors
                return 3 * x**2 * g

            @staticmethod
            def jvp(ctx, t):               # for forward mode: a tangent per result; t is None for a constant
                (x,) = ctx.saved_tensors
                return 3 * x**2 * t

        y = Cube.apply(x)

    `forward` runs without recording.  It may be written without ctx if there is a static `setup_context(ctx, inputs,
    output)`.  Arguments that are Tensors are differentiated, all others are constants.  `backward` is recorded where it
    is differentiated again; saved arguments and results are then connected to the graph, other saved Tensors are
    constants.  What cannot be differentiated again is decorated by `once_differentiable`.

    After `torch.autograd.Function`.

    >>> import autograd_lite as ag
    >>> class Double(ag.Function):
    ...     @staticmethod
    ...     def forward(ctx, x):
    ...         return x * 2
    ...     @staticmethod
    ...     def backward(ctx, g):
    ...         return g * 2
    >>> x = ag.Tensor(3.0, requires_grad=True)
    >>> Double.apply(x).backward()
    >>> x.grad.item()
    2.0
    """

    setup_context: Callable[..., None] | None = None
    _rules: Rules

    @staticmethod
    def forward(*args: Any, **kwargs: Any) -> Any:
        """What the function gives."""
        raise NotImplementedError("a Function needs a static method forward(ctx, *args)")

    @staticmethod
    def backward(ctx: Context, *gradients: Any) -> Any:
        """The gradients of the arguments, from those of the results."""
        raise NotImplementedError("a Function needs a static method backward(ctx, *gradients) to be differentiated")

    @staticmethod
    def jvp(ctx: Context, *tangents: Any) -> Any:  # noqa: ARG004  # overridden
        """The tangents of the results, from those of the arguments."""
        raise TypeError("forward mode through this Function needs a static method jvp(ctx, *tangents)")

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls._rules = Rules(cls)

    @classmethod
    def apply(cls, *args: Any, **kwargs: Any) -> Any:
        """Call the function.

        Raises:
            TypeError: `forward` gives something else than Tensors or arrays (or a tuple of them).
            ValueError: (by backward) `backward` gives too many gradients or too few, or of another shape.
        """
        for name, value in kwargs.items():
            if isinstance(value, Traced) and value._node is not None and current().recording:
                raise TypeError(
                    f"{cls.__name__}.apply: no gradient flows to {name}=; pass it by position, or {name}.detach()"
                )
        ctx = Context(tuple(isinstance(x, Traced) and x._node is not None for x in args))
        with no_grad():
            if cls.setup_context is None:
                output = cls.forward(ctx, *args, **kwargs)
            else:
                output = cls.forward(*args, **kwargs)
                cls.setup_context(ctx, args, output)
        several = isinstance(output, tuple)
        results = list(output) if several else [output]
        if not is_recorded(args):
            return output
        arrays = [plain(y, f"{cls.__name__}: what its forward gives") for y in results]
        without = {id(y) for y in ctx._without}
        call = _FunctionCall(cls, ctx)
        made = cls._rules.record(call, args, arrays, call.keep(args, results))
        made = [wrap(y._data, None) if id(old) in without else y for y, old in zip(made, results, strict=True)]
        return tuple(made) if several else made[0]


class _FunctionCall(Call):
    def __init__(self, cls: type[Function], ctx: Context) -> None:
        self.name, self.cls, self.ctx = cls.__name__, cls, ctx

    def keep(self, arguments: Sequence[Any], results: Sequence[Any]) -> list[Any]:
        """Note where each saved Tensor is found again; gives those that are neither arguments nor results.

        A result is not held: the node would hold itself.
        """
        places: dict[int, tuple[str, Any]] = {id(x): ("argument", i) for i, x in enumerate(arguments)}
        for i, y in enumerate(results):
            places.setdefault(id(y), ("answer", i))
        given = self.ctx._given
        beside = [x for x in given if id(x) not in places]
        numbers = iter(range(len(beside)))
        self.saved: list[tuple[str, Any]] = [places.get(id(x)) or ("beside", next(numbers)) for x in given]
        self.kept = sorted({i for kind, i in self.saved if kind == "argument"})
        self.answers = any(kind == "answer" for kind, _ in self.saved)
        self.ctx._given = self.ctx._without = ()
        return beside

    def _read(self, saved: Saved) -> None:
        def read() -> tuple[Any, ...]:
            by_kind = {"argument": saved.argument, "answer": saved.answer, "beside": saved.beside}
            return tuple([by_kind[kind](i) for kind, i in self.saved])

        self.ctx._reader = read
        self.ctx._inputs = saved.inputs() if self.recorded else []

    def pull(self, gradients: list[Any], saved: Saved) -> Sequence[Any]:
        if self.ctx._materialize:
            gradients = [self.zeros(i) if g is None else g for i, g in enumerate(gradients)]
        self._read(saved)
        try:
            found = self.cls.backward(self.ctx, *gradients)
        finally:
            self.ctx._reader, self.ctx._inputs = None, []
        parts = list(found) if isinstance(found, tuple) else [found]
        expected = len(self.ctx.needs_input_grad)
        if len(parts) > expected and all(part is None for part in parts[expected:]):
            parts = parts[:expected]
        if len(parts) != expected:
            raise ValueError(f"{self.name}: its backward gives {len(parts)} gradients for {expected} arguments")
        return [part if needed else None for part, needed in zip(parts, self.ctx.needs_input_grad, strict=True)]

    def push(self, tangents: list[Any], saved: Saved) -> Sequence[Any]:
        if self.cls.jvp is Function.jvp:
            raise TypeError(f"forward mode through {self.name} needs a static method jvp(ctx, *tangents)")
        self._read(saved)
        try:
            found = self.cls.jvp(self.ctx, *tangents)
        finally:
            self.ctx._reader, self.ctx._inputs = None, []
        return list(found) if isinstance(found, tuple) else [found]


# --- what cannot be differentiated again


class _Once(Call):
    def __init__(self, name: str) -> None:
        self.name = name

    def pull(self, gradients: list[Any], saved: Saved) -> Sequence[Any]:  # noqa: ARG002  # it raises
        raise RuntimeError(f"{self.name} is differentiated a second time, but it is marked @once_differentiable")

    def push(self, tangents: list[Any], saved: Saved) -> Sequence[Any]:
        return self.pull(tangents, saved)


def _once(*_gradients: Any) -> Any:
    raise AssertionError("stands in the graph only")


_once.__name__ = "once_differentiable"
_ONCE = Rules(_once)


def once_differentiable(backward: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate a `backward` whose code cannot be differentiated (it works on ndarrays, calls other libraries).

    It runs without recording; differentiating what it gives raises RuntimeError.  After PyTorch's decorator.
    """

    @functools.wraps(backward)
    def once(ctx: Context, *gradients: Any) -> Any:
        constants = [g.detach() if isinstance(g, Tensor) else g for g in gradients]
        with no_grad():
            found = backward(ctx, *constants)
        if not ctx._inputs:
            return found
        parts = list(found) if isinstance(found, tuple) else [found]
        moving = [*ctx._inputs, *[g for g in gradients if g is not None]]
        parts = [
            None if part is None else _ONCE.record(_Once(backward.__qualname__), moving, [plain(part, "a gradient")])[0]
            for part in parts
        ]
        return tuple(parts) if isinstance(found, tuple) else parts[0]

    return once
