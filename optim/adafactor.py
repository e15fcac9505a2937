"""Adafactor: mean squares of a matrix kept as those of its rows and columns only, so that state is small.

    w = t^τ;  ρ = min(lr, 1 / √t)                         beta2_decay τ
    R ← (1 - w) R + w · mean of G² along the last axis                  of each row
    C ← (1 - w) C + w · mean of G² along the last but one               of each column
    V = R C / max(mean of R, ε₁)                          for vectors V ← (1 - w) V + w G²
    U = G / max(√V, ε₁)
    θ ← θ - lr λ θ - lr α sign(θ)                         weight_decay λ, l1 α
    θ ← θ - max(ε₂, RMS(θ)) ρ · U / max(1, RMS(U) / d)    with RMS(θ) from before the decay

It is the form PyTorch gives it; the paper has no lr (0.01 in its place) and adds ε₁ to G².

Shazeer and Stern, "Adafactor: adaptive learning rates with sublinear memory cost", ICML 2018,
https://arxiv.org/abs/1804.04235.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Unpack

import numpy as np

from .declaration import Common
from .flat import BLOCK, Array, Flat, Run
from .groups import Params
from .optimizer import Optimizer
from .options import Check, finite, flag, not_negative, pair
from .penalty import decayed
from .places import Present


def _not_positive(name: str, value: Any) -> float:
    number = finite(name, value)
    if number > 0.0:
        raise ValueError(f"{name}={value!r} is out of range; pass a finite number <= 0")
    return number


def _at_least_one(name: str, value: Any) -> float:
    number = finite(name, value)
    if number < 1.0:
        raise ValueError(f"{name}={value!r} is out of range; pass a finite number >= 1")
    return number


def _two_floors(name: str, value: Any) -> tuple[float | None, float]:
    wanted = "two numbers >= 0, or None for the first"
    if isinstance(value, (tuple, list)) and len(value) == 2 and value[0] is None:
        return None, not_negative(f"{name}[1]", value[1])
    return pair(name, value, wanted, lambda first, second: 0.0 <= first < math.inf and 0.0 <= second < math.inf)


class Adafactor(Optimizer):
    """Adafactor; the equations are at the top of this file.

    A tensor of more than two axes is a stack of matrices, along its last two axes.

    Args:
        params: the Tensors to train: an iterable of them, of (name, Tensor) pairs, or of dicts, one per
            group, with "params" and the options that differ from those given here.
        lr: the largest step, relative to the parameter's root mean square.
        beta2_decay: τ, how fast the mean squares come to rest.
        eps: (ε₁, ε₂), the smallest root mean square to divide by (None: the epsilon of the parameter's dtype),
            and the smallest that a parameter is taken to have.
        d: the root mean square above which an update is scaled down.
        weight_decay: λ; each step shrinks the parameters by lr λ of themselves.
        l1: α; each step moves the parameters by lr α towards zero.
        maximize: go up instead of down.
        common: regularization and constraints, objects of `optim.regularization` and `optim.constraints`.

    Raises:
        TypeError, ValueError: an argument is not what it should be; the message names it.

    >>> import autograd_lite as ag
    >>> w = ag.Tensor([[3.0, -1.0], [1.0, 1.0]], requires_grad=True)
    >>> optimizer = ag.optim.Adafactor([w], lr=0.5)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w.data.round(2)
    array([[ 2.22, -0.42],
           [ 0.42, -0.31]], dtype=float32)
    >>> optimizer.state[w]["row_var"].shape, optimizer.state[w]["col_var"].shape
    ((2, 1), (1, 2))
    """

    _checks: ClassVar[dict[str, Check]] = {
        "lr": not_negative,
        "beta2_decay": _not_positive,
        "eps": _two_floors,
        "d": _at_least_one,
        "weight_decay": not_negative,
        "l1": not_negative,
        "maximize": flag,
    }
    _whole_tensors = True

    def __init__(
        self,
        params: Params,
        lr: float = 1e-2,
        beta2_decay: float = -0.8,
        eps: tuple[float | None, float] = (None, 1e-3),
        d: float = 1.0,
        weight_decay: float = 0.0,
        *,
        l1: float = 0.0,
        maximize: bool = False,
        **common: Unpack[Common],
    ) -> None:
        super().__init__(params, {
            "lr": lr, "beta2_decay": beta2_decay, "eps": eps, "d": d, "weight_decay": weight_decay,
            "l1": l1, "maximize": maximize,
        }, **common)  # fmt: skip

    def _state_shapes(self, shape: tuple[int, ...], o: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
        if len(shape) < 2:
            return {"variance": shape}
        return {"row_var": (*shape[:-1], 1), "col_var": (*shape[:-2], 1, shape[-1])}

    def _carry_out(self, flat: Flat, o: Mapping[str, Any], whole: Run | None, present: list[Present] | None) -> None:
        least, least_size = o["eps"]
        if least is None:  # here, since float16 is computed in float32, but has the larger epsilon
            o = {**o, "eps": (float(np.finfo(flat.data.dtype).eps), least_size)}
        super()._carry_out(flat, o, whole, present)

    def _update(
        self, p: Array, g: Array, state: Sequence[Array], scratch: Sequence[Array], step: int, o: Mapping[str, Any]
    ) -> None:
        if not p.size:
            return
        if not p.flags.c_contiguous:
            if p.ndim == 2:  # a matrix that lies transposed: its rows are columns, and the mean of both is the same
                self._update(p.T, g.T, [kept.T for kept in reversed(state)], scratch, step, o)
            else:
                copied = p.copy("C")
                self._update(copied, g.copy("C"), state, scratch, step, o)
                p[...] = copied
            return
        s, t = scratch
        newest = step ** o["beta2_decay"]
        least, least_size = o["eps"]
        rate = max(least_size, math.sqrt(float(np.vdot(p, p)) / p.size)) * min(o["lr"], 1.0 / math.sqrt(step))

        estimates: Factored | Unfactored
        if p.ndim < 2:
            p, g = p.reshape(-1), g.reshape(-1)
            estimates = Unfactored(state[0].reshape(-1))
        else:
            stack = (-1, *p.shape[-2:])
            p, g = p.reshape(stack), g.reshape(stack)
            estimates = Factored(state[0].reshape(-1, stack[1], 1), state[1].reshape(-1, 1, stack[2]), least)
        estimates.add(g, newest, s)

        # the update is never there as a whole: once through for its size, and once more to make it
        squares = 0.0
        for tile, v in estimates.tiles(t):
            np.maximum(v, least * least, out=v)
            u = _shaped(s, v.shape)
            np.square(g[tile], u)
            u /= v
            squares += float(np.add.reduce(u, None))
        rate /= max(1.0, math.sqrt(squares / p.size) / o["d"])
        for tile, v in estimates.tiles(t):
            np.maximum(v, least * least, out=v)
            np.sqrt(v, v)
            u, part = _shaped(s, v.shape), p[tile]
            np.divide(decayed(part, g[tile], u, u, o), v, v)
            v *= rate
            part -= v


class Unfactored:
    """The mean squares of a vector, kept one by one."""

    def __init__(self, variance: Array) -> None:
        self._variance = variance

    def add(self, g: Array, weight: float, scratch: Array) -> None:
        """Let the squares of a new gradient into the mean, with this weight."""
        for (part,), v in self.tiles(scratch):
            np.square(g[part], v)
            v *= weight
            kept = self._variance[part]
            kept *= 1.0 - weight
            kept += v

    def tiles(self, out: Array) -> Iterator[tuple[tuple[slice, ...], Array]]:
        """The mean squares, a part at a time: where it is, and its values, in `out`."""
        for part in _cuts(self._variance.size, BLOCK):
            v = _shaped(out, self._variance[part].shape)
            v[...] = self._variance[part]
            yield (part,), v


class Factored:
    """The mean squares of a stack of matrices: out of those of rows, (l, m, 1), and of columns, (l, 1, n)."""

    def __init__(self, rows: Array, columns: Array, least: float) -> None:
        self._rows = rows
        self._columns = columns
        self._least = least
        # which matrices together, and how each of them is cut, so that no part is larger than a block
        count, m, n = len(rows), rows.shape[1], columns.shape[2]
        width = min(n, BLOCK)
        height = min(m, BLOCK // width)
        self._stacks = list(_cuts(count, BLOCK // (height * width)))
        self._parts = [(i, j) for i in _cuts(m, height) for j in _cuts(n, width)]

    def add(self, g: Array, weight: float, scratch: Array) -> None:
        """Let the squares of a new gradient into the means, with this weight."""
        _, m, n = g.shape
        self._rows *= 1.0 - weight
        self._columns *= 1.0 - weight
        for whole in self._stacks:
            for i, j in self._parts:
                part = g[whole, i, j]
                v = _shaped(scratch, part.shape)
                np.square(part, v)
                v *= weight
                self._rows[whole, i] += np.add.reduce(v, 2, keepdims=True) / n
                self._columns[whole, :, j] += np.add.reduce(v, 1, keepdims=True) / m

    def tiles(self, out: Array) -> Iterator[tuple[tuple[slice, ...], Array]]:
        """The estimates of the mean squares, a part at a time: where it is, and its values, in `out`."""
        m = self._rows.shape[1]
        for whole in self._stacks:
            total = np.maximum(np.add.reduce(self._rows[whole], 1, keepdims=True) / m, self._least)
            for i, j in self._parts:
                rows, columns = self._rows[whole, i], self._columns[whole, :, j]
                v = _shaped(out, (rows.shape[0], rows.shape[1], columns.shape[2]))
                np.multiply(rows, columns, v)
                v /= total
                yield (whole, i, j), v


def _cuts(size: int, length: int) -> Iterator[slice]:
    return (slice(start, min(start + length, size)) for start in range(0, size, length))


def _shaped(scratch: Array, shape: tuple[int, ...]) -> Array:
    return scratch[: math.prod(shape)].reshape(shape)
