"""Statistics of training, to look at: how far steps go, and how noisy gradients are.

    with statistics.UpdateRatios(optimizer) as ratios:
        optimizer.step()
    print(ratios)                      # norm(Δθ) / norm(θ) of each parameter

    noise = statistics.GradientNoise(model.parameters(), batch_size=32)
    for x, y in micro_batches:
        (loss(model(x), y) / len(micro_batches)).backward()
        noise.add()
    noise.finish()
    print(noise)                       # the batch size from which on larger batches help little

Update ratios of about 1e-3 are usual; far more is unstable, far less hardly trains (Stanford's CS231n, "Neural
networks part 3").  The simple noise scale is that of McCandlish, Kaplan, Amodei and the OpenAI Dota Team 2018, "An
empirical model of large-batch training", arXiv:1812.06162: with Σ the covariance of the gradient of one example,
and G the true gradient,

    B = tr Σ / |G|²

Batches much smaller than B are mostly noise, so that a larger one saves steps; much larger ones cost examples and save
hardly any.  Both are estimated without bias (their appendix A.1) out of the gradients of a small batch of b examples
and a large one of kb:

    |G|² = (kb |g_large|² - b |g_small|²) / (kb - b)
    tr Σ = (|g_small|² - |g_large|²) / (1/b - 1/kb)
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple, Self

import numpy as np

from autograd_lite.errors import describe
from autograd_lite.tensor import Tensor

from .flat import Array
from .optimizer import Optimizer
from .options import count, share
from .regularizer import Parameters, named


class Row(NamedTuple):
    """One parameter: its name, its shape, the norm of what the last step added to it, and its norm before that."""

    name: str
    shape: tuple[int, ...]
    update: float
    norm: float

    @property
    def ratio(self) -> float:
        """The one by the other; 0 if it did not move, infinite if it was 0 and did."""
        if self.update == 0.0:
            return 0.0
        return self.update / self.norm if self.norm else math.inf


class UpdateRatios:
    """How far each step of an optimizer goes, relative to the parameters: `rows` as data, its repr as a table.

    All that the step does is counted: regularizers and constraints too.  While attached, it keeps a copy of the
    parameters during each step; `remove()`, or the end of a `with` block, ends that, and the last rows stay.

    Args:
        optimizer: an optimizer; made of `model.named_parameters()`, it knows the parameters' names.

    Attributes:
        rows: a `Row` for each parameter, of the last step; empty before the first.

    Raises:
        TypeError: it is something else.

    >>> import autograd_lite as ag
    >>> w, b = ag.Tensor([3.0, 4.0], requires_grad=True), ag.Tensor([1.0], requires_grad=True)
    >>> optimizer = ag.optim.SGD([("w", w), ("b", b)], lr=0.25)
    >>> ratios = ag.optim.statistics.UpdateRatios(optimizer)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> ratios
    parameter  shape  norm(Δθ)   norm(θ)     ratio
    w          2      2.50e+00  5.00e+00  5.00e-01
    b          1      0.00e+00  1.00e+00  0.00e+00
    total             2.50e+00  5.10e+00  4.90e-01
    >>> ratios.rows[0].ratio
    0.5
    >>> ratios.remove()
    """

    def __init__(self, optimizer: Optimizer) -> None:
        if not isinstance(optimizer, Optimizer):
            raise TypeError(f"UpdateRatios: optimizer must be an Optimizer of autograd_lite, not {describe(optimizer)}")
        self.rows: list[Row] = []
        self._before: list[Array] = []
        self._handles = [
            optimizer.register_step_pre_hook(self._begin),
            optimizer.register_step_post_hook(self._end),
        ]

    @property
    def total(self) -> Row:
        """All parameters taken as one vector."""
        updates, norms = [row.update for row in self.rows], [row.norm for row in self.rows]
        return Row("total", (), math.hypot(*updates), math.hypot(*norms))

    def remove(self) -> None:
        """Leave the optimizer; a second time, it does nothing."""
        for handle in self._handles:
            handle.remove()
        self._before = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()

    def _begin(self, optimizer: Optimizer, *_: Any) -> None:
        self._before = [np.array(param._data) for group in optimizer.param_groups for param in group["params"]]

    def _end(self, optimizer: Optimizer, *_: Any) -> None:
        rows = []
        for (name, param), before in zip(_labelled(optimizer), self._before, strict=True):
            rows.append(Row(name, param.shape, _norm(np.subtract(param._data, before)), _norm(before)))
        self.rows, self._before = rows, []

    def __repr__(self) -> str:
        if not self.rows:
            return "UpdateRatios: no step yet"
        cells = [("parameter", "shape", "norm(Δθ)", "norm(θ)", "ratio")]
        total = self.total
        for row in [*self.rows, total]:
            shape = "" if row is total else "×".join(map(str, row.shape)) or "()"
            cells.append((row.name, shape, f"{row.update:.2e}", f"{row.norm:.2e}", f"{row.ratio:.2e}"))
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        lines = []
        for line in cells:
            left = [cell.ljust(width) for cell, width in zip(line[:2], widths[:2], strict=True)]
            right = [cell.rjust(width) for cell, width in zip(line[2:], widths[2:], strict=True)]
            lines.append("  ".join(left + right))
        return "\n".join(lines)


def _labelled(optimizer: Optimizer) -> list[tuple[str, Tensor]]:
    """The parameters with the names they were given; else with their place, and what a module calls them."""
    found = []
    for number, group in enumerate(optimizer.param_groups):
        names = group.get("param_names")
        for i, param in enumerate(group["params"]):
            place = f"[{number}][{i}]" + (f" {param.name}" if param.name else "")
            found.append((names[i] if names else place, param))
    return found


class GradientNoise:
    """The noise in gradients, measured where they are accumulated over micro-batches: `scale` is B = tr Σ / |G|².

    Call `add()` after each backward, and `finish()` after the last one of a step, before the gradients are clipped or
    cleared.  The losses are taken to be means over their examples, divided by the number of micro-batches; otherwise
    `trace` and `squared_norm` have another unit, and `scale` is the same.

    One step says little: the two estimates are averaged over steps, and then divided.

    Args:
        params: a Tensor, or an iterable of Tensors or of (name, Tensor) pairs; those without a gradient do not count.
        batch_size: how many examples are in a micro-batch.
        decay: how much weight a step loses with each further one; 1 weighs all of them alike, 0 keeps the last.

    Attributes:
        steps: how many have been averaged.
        trace: tr Σ; not a number before the first step.
        squared_norm: |G|², which may come out negative by chance while noise prevails.

    Raises:
        TypeError, ValueError: an argument is not what it should be; the message names it.

    >>> import autograd_lite as ag
    >>> w = ag.Tensor([0.0, 0.0], requires_grad=True)
    >>> noise = ag.optim.statistics.GradientNoise([w], batch_size=8)
    >>> for gradient in ([1.5, 1.0], [0.5, 1.0]):
    ...     ((w * ag.Tensor(gradient)).sum() / 2).backward()
    ...     noise.add()
    >>> noise.finish()
    >>> noise
    GradientNoise: B = 2.29 examples (tr Σ = 4, |G|² = 1.75; 1 step)
    """

    def __init__(self, params: Parameters, batch_size: int, decay: float = 0.99) -> None:
        self._params = [param for _, param in named(params)]
        if not self._params:
            raise ValueError("GradientNoise: params is empty; has the model any parameters?")
        self.batch_size = count("GradientNoise: batch_size", batch_size, 1)
        self.decay = share("GradientNoise: decay", decay)
        self.steps = 0
        self.trace = math.nan
        self.squared_norm = math.nan
        self._weight = 0.0
        self._forget()

    def _forget(self) -> None:
        """Begin with a new step."""
        self._sums: dict[int, Array] = {}
        """What had accumulated in each parameter's gradient, by its number."""
        self._parts = 0
        self._small = 0.0
        """Σ |d|², of what each micro-batch has added."""

    @property
    def scale(self) -> float:
        """B, in examples; infinite while noise hides the gradient, not a number before the first step."""
        if self.squared_norm <= 0.0:
            return math.inf
        return self.trace / self.squared_norm

    def add(self) -> None:
        """Take note of what the last backward has added to the gradients.

        Raises:
            RuntimeError: no parameter has a gradient.
        """
        gradients = {i: g._data for i, param in enumerate(self._params) if (g := param.grad) is not None}
        if not gradients:
            raise RuntimeError("GradientNoise.add(): no parameter has a gradient; call it after backward()")
        for i, g in gradients.items():
            sums = self._sums.get(i)
            if sums is None:
                self._sums[i] = np.array(g)
                self._small += _norm(g) ** 2
            else:
                np.subtract(g, sums, out=sums)
                self._small += _norm(sums) ** 2
                sums[...] = g
        self._parts += 1

    def finish(self) -> None:
        """End a step: its micro-batches together are the large batch.

        Raises:
            RuntimeError: fewer than two micro-batches have been added.
            ValueError: a gradient is not finite.  In both cases the step is passed over.
        """
        k, b = self._parts, self.batch_size
        large = sum(_norm(g) ** 2 for g in self._sums.values())
        small = k * self._small  # the mean of |k d|²
        self._forget()
        if k < 2:
            raise RuntimeError(
                f"GradientNoise.finish(): {k} micro-batches were added, and it takes two to tell noise; call add() "
                "after each backward()"
            )
        if not math.isfinite(large + small):
            raise ValueError("GradientNoise.finish(): a gradient is not finite; this step is passed over")
        squared_norm = (k * large - small) / (k - 1)
        trace = (small - large) / (1 / b - 1 / (k * b))
        self._weight = self.decay * self._weight + 1.0
        if self.steps == 0:
            self.trace, self.squared_norm = trace, squared_norm
        else:
            self.trace += (trace - self.trace) / self._weight
            self.squared_norm += (squared_norm - self.squared_norm) / self._weight
        self.steps += 1

    def __repr__(self) -> str:
        if self.steps == 0:
            return "GradientNoise: no step yet"
        steps = "1 step" if self.steps == 1 else f"{self.steps} steps"
        return (
            f"GradientNoise: B = {self.scale:.3g} examples (tr Σ = {self.trace:.3g}, |G|² = {self.squared_norm:.3g}; "
            f"{steps})"
        )


def _norm(x: Array) -> float:
    """The 2-norm, in double precision."""
    wide = x.astype(np.float64).ravel(order="K")
    with np.errstate(all="ignore"):
        return math.sqrt(np.dot(wide, wide))
