"""Whose functions and gradients are under test: the engine's, written by hand, PyTorch's, JAX's.

A frame says how a function is called with arrays, and how its derivatives are asked for.  PyTorch and JAX are never
imported here: who hands over a function of theirs has imported them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from .. import func
from ..gradients import grad as gradients_of
from ..tensor import Tensor
from .answers import single, spoken
from .oracles.directions import Array, dense

Function = Callable[..., Any]
Gradients = list[dict[int, Array]]
"""For each cotangent, the gradient by each of the floating inputs."""


class Frame:
    """A way to call functions: the base of the four below.  By itself it calls them with ndarrays."""

    name = "by hand"
    written = "as written by hand"

    def argument(self, value: Any, *, floating: bool) -> Any:
        """An input as the function takes it: a copy, so that a function that writes to it does no harm."""
        return value.copy() if isinstance(value, np.ndarray) else value

    def array(self, answer: Any) -> Array:
        """What the function gave, as an ndarray.

        Raises:
            TypeError: it gave several things, or nothing.
        """
        return np.asarray(single(answer))

    def precision(self) -> AbstractContextManager[Any]:
        """A context in which double precision is kept."""
        return nullcontext()

    def reverse(
        self, f: Function, values: Sequence[Any], floating: Sequence[int], cotangents: Sequence[Array]
    ) -> Gradients:
        """The framework's backward sweep, c^T J for each cotangent c."""
        raise TypeError("a plain function has no gradient of its own: give grad=")

    def projected_gradient(self, f: Function, values: Sequence[Any], floating: Sequence[int], seed: int) -> Function:
        """The function x -> sum_i <c_i, gradient by x_i of <w, f(x)>> with random w and c_i: one order up, a number."""
        raise ValueError(f"gradients {self.written} are checked to order 1")

    def arguments(self, values: Sequence[Any], floating: Sequence[int]) -> list[Any]:
        return [self.argument(value, floating=i in floating) for i, value in enumerate(values)]


class Engine(Frame):
    """Functions of autograd_lite's Tensors."""

    name = "reverse"
    written = "in reverse mode"

    def argument(self, value: Any, *, floating: bool) -> Any:
        return Tensor(value) if floating else super().argument(value, floating=floating)

    def array(self, answer: Any) -> Array:
        return np.asarray(answer.data if isinstance(answer, Tensor) else single(answer))

    def reverse(
        self, f: Function, values: Sequence[Any], floating: Sequence[int], cotangents: Sequence[Array]
    ) -> Gradients:
        points = [Tensor(values[i]) for i in floating]
        _, pull = func.vjp(self._alone(f, values, floating), *points)
        found = [pull(c) for c in cotangents]
        return [{i: g.data for i, g in zip(floating, gs, strict=True)} for gs in found]

    def forward(self, f: Function, values: Sequence[Any], i: int, tangents: Sequence[Array]) -> list[Array]:
        """The engine's forward sweep, J v for each tangent v of one input."""
        _, push = func.linearize(self._alone(f, values, [i]), Tensor(values[i]))
        return [np.asarray(push(Tensor(v)).data) for v in tangents]

    def projected_gradient(self, f: Function, values: Sequence[Any], floating: Sequence[int], seed: int) -> Function:
        weights = {i: _drawn(values[i].shape, values[i].dtype.kind, (seed, i)) for i in floating}

        def projected(*args: Any) -> Tensor:
            points = {i: args[i] if args[i].requires_grad else args[i].detach().requires_grad_() for i in floating}
            answer = f(*(points.get(i, x) for i, x in enumerate(args)))
            total = Tensor(np.zeros((), answer.dtype).real)
            if not answer.requires_grad:
                return total
            w = _drawn(answer.shape, answer.dtype.kind, (seed,)).astype(answer.dtype)
            found = gradients_of(answer, [points[i] for i in floating], w, create_graph=True, materialize_grads=True)
            for i, g in zip(floating, found, strict=True):
                assert g is not None
                total = total + np.sum(np.real(g * weights[i].astype(g.dtype)))
            return total

        return projected

    def _alone(self, f: Function, values: Sequence[Any], moving: Sequence[int]) -> Function:
        """f as a function of the inputs `moving` alone, for the engine to differentiate; the others are constants."""

        def alone(*tensors: Tensor) -> Any:
            given = dict(zip(moving, tensors, strict=True))
            # a constant that could be differentiated is a Tensor too, as when it is
            return f(*(given.get(i, self.argument(x, floating=_is_floating(x))) for i, x in enumerate(values)))

        return alone


class Torch(Frame):
    """Functions of PyTorch's tensors, and PyTorch's gradients of them."""

    name = "torch"
    written = "by PyTorch"

    def __init__(self) -> None:
        self.torch = _imported("torch", "PyTorch")

    def argument(self, value: Any, *, floating: bool) -> Any:
        return self.torch.tensor(value) if isinstance(value, np.ndarray) else value

    def array(self, answer: Any) -> Array:
        if not isinstance(answer, self.torch.Tensor):
            raise TypeError(
                f"with grad='torch', f must give a tensor of PyTorch's, not {spoken(single(answer))}; float(), .item() "
                "and .numpy() take a tensor out of the graph"
            )
        return torch_array(answer)

    def reverse(
        self, f: Function, values: Sequence[Any], floating: Sequence[int], cotangents: Sequence[Array]
    ) -> Gradients:
        arguments = self.arguments(values, floating)
        points = [arguments[i].requires_grad_() for i in floating]
        answer = f(*(arguments[i] if i in floating else value for i, value in enumerate(arguments)))
        found = []
        for c in cotangents:
            gradients: Sequence[Any] = [None] * len(points)
            if answer.requires_grad:
                weights = self.torch.tensor(c).reshape(answer.shape).to(answer.dtype)
                gradients = self.torch.autograd.grad(answer, points, weights, retain_graph=True, allow_unused=True)
            found.append({
                i: np.zeros_like(values[i]) if g is None else self.array(g)
                for i, g in zip(floating, gradients, strict=True)
            })  # fmt: skip
        return found

    def projected_gradient(self, f: Function, values: Sequence[Any], floating: Sequence[int], seed: int) -> Function:
        torch = self.torch

        def projected(*args: Any) -> Any:
            points = {i: args[i] if args[i].requires_grad else args[i].detach().requires_grad_() for i in floating}
            answer = f(*(points.get(i, x) for i, x in enumerate(args)))
            total = torch.zeros((), dtype=torch.real(answer).dtype)
            if not answer.requires_grad:
                return total
            w = self._weights(answer, (seed,))
            found = torch.autograd.grad(
                answer, [points[i] for i in floating], w, create_graph=True, materialize_grads=True
            )
            for i, g in zip(floating, found, strict=True):
                total = total + torch.real(g * self._weights(g, (seed, i))).sum()
            return total

        return projected

    def _weights(self, x: Any, seed: tuple[int, ...]) -> Any:
        return self.torch.tensor(_drawn(tuple(x.shape), "c" if x.is_complex() else "f", seed)).to(x.dtype)


class Jax(Frame):
    """Functions of JAX's arrays, and JAX's gradients of them (in double precision where the inputs are)."""

    name = "jax"
    written = "by JAX"

    def __init__(self) -> None:
        self.jax = _imported("jax", "JAX")

    def argument(self, value: Any, *, floating: bool) -> Any:
        return self.jax.numpy.asarray(value) if isinstance(value, np.ndarray) else value

    def precision(self) -> AbstractContextManager[Any]:
        if not hasattr(self.jax, "enable_x64"):
            raise ImportError(f"grad='jax' needs JAX 0.8 or newer, and this is JAX {self.jax.__version__}")
        return self.jax.enable_x64(True)  # type: ignore[no-any-return]

    def reverse(
        self, f: Function, values: Sequence[Any], floating: Sequence[int], cotangents: Sequence[Array]
    ) -> Gradients:
        arguments = self.arguments(values, floating)

        def alone(*points: Any) -> Any:
            given = dict(zip(floating, points, strict=True))
            return f(*(given.get(i, x) for i, x in enumerate(arguments)))

        answer, pull = self.jax.vjp(alone, *(arguments[i] for i in floating))
        found = []
        for c in cotangents:
            # JAX's cotangents are our conjugates, and so are its gradients
            gradients = pull(self.jax.numpy.asarray(np.conj(c), answer.dtype).reshape(answer.shape))
            found.append({i: np.conj(np.asarray(g)) for i, g in zip(floating, gradients, strict=True)})
        return found


FRAMES: dict[str, type[Torch | Jax]] = {"torch": Torch, "jax": Jax}


def frame_of(grad: Function | str | None) -> Frame:
    """The frame that `grad=` asks for: a name, a gradient written by hand, or None for the engine."""
    if grad is None:
        return Engine()
    if callable(grad):
        return Frame()
    if grad not in FRAMES:
        raise ValueError(f"grad is a function, or one of {sorted(FRAMES)}, not {grad!r}")
    return FRAMES[grad]()


class Reference(NamedTuple):
    """Another implementation of a function, and the frame that it runs in."""

    f: Function
    frame: Frame

    def projected_gradient(self, values: Sequence[Any], floating: Sequence[int], seed: int) -> Reference:
        """One order up."""
        return self._replace(f=self.frame.projected_gradient(self.f, values, floating, seed))


def as_reference(f: Function, values: Sequence[Any], floating: Sequence[int]) -> Reference:
    """A function with the frame in which it runs, found out by differentiating it in each that is there.

    Other frameworks come first: a function that runs in several is then no copy of the engine's own gradient.
    """
    frames: list[Frame] = [*(kind() for name, kind in FRAMES.items() if name in sys.modules), Engine()]
    errors = []
    for frame in frames:
        try:
            with frame.precision():
                answer = frame.array(f(*frame.arguments(values, floating)))
                frame.reverse(f, values, floating, [np.ones_like(answer)])
        except Exception as error:
            errors.append(f"{type(frame).__name__}: {error}")
        else:
            return Reference(f, frame)
    raise TypeError("no framework here can differentiate the reference: " + "; ".join(errors))


def torch_array(x: Any) -> Array:
    """The values of a tensor of PyTorch's, without a copy where there is no need for one.

    Raises:
        TypeError: its dtype is one that NumPy has not.
    """
    try:
        return np.asarray(x.numpy(force=True))
    except TypeError as error:
        raise TypeError(
            f"NumPy has no dtype for a tensor of {x.dtype}; check it in another one, such as x.to(torch.float32)"
        ) from error


@lru_cache(maxsize=256)
def _drawn(shape: tuple[int, ...], kind: str, seed: tuple[int, ...]) -> Array:
    """Random weights, complex ones for complex numbers; they are the same in every precision."""
    drawn = dense(np.ones(shape), np.random.default_rng(seed)).array
    if kind == "c":
        drawn = np.asarray(drawn + 1j * dense(np.ones(shape), np.random.default_rng([*seed, 1])).array)
    drawn.flags.writeable = False
    return drawn


def _is_floating(x: Any) -> bool:
    return isinstance(x, np.ndarray) and x.dtype.kind in "fc"


def _imported(name: str, spoken: str) -> Any:
    if name not in sys.modules:
        raise ValueError(f"grad={name!r} is for functions of {spoken}'s, but {spoken} has not been imported")
    return sys.modules[name]
