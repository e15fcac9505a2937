"""L-BFGS: Newton's method with a Hessian guessed from the last steps, for losses without noise.

    s = θₖ - θₖ₋₁;  y = gₖ - gₖ₋₁        the last `history_size` pairs (s, y) with yᵀs > tolerance_curvature
    d = -H g                             H: what the pairs make of (sᵀy / yᵀy) I, by the two-loop recursion
    θ ← θ + t d                          t = lr, or found by a line search that starts with it;
                                         at the very first step t = lr · min(1, 1 / ‖g‖₁)

A step makes up to `max_iter` such moves, for which it calls the closure up to `max_eval` times.

    def closure():
        optimizer.zero_grad()
        loss = loss_of(model(x), y)
        loss.backward()
        return loss

    optimizer = optim.LBFGS(model.parameters(), line_search_fn="strong_wolfe")
    for _ in range(10):
        optimizer.step(closure)

Nocedal, "Updating quasi-Newton matrices with limited storage", Mathematics of Computation 35, 1980; Liu and
Nocedal, "On the limited memory BFGS method for large scale optimization", Mathematical Programming 45, 1989.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, ClassVar, TypeVar, Unpack

import numpy as np

from autograd_lite.errors import describe
from autograd_lite.mode import enable_grad
from autograd_lite.tensor import Tensor

from .approximate_wolfe import approximate_wolfe
from .checkpoint import to_load
from .declaration import Common
from .flat import Array, Flat
from .groups import Params
from .lbfgs_memory import Memory
from .optimizer import Optimizer
from .options import Check, count, not_negative, one_of
from .strong_wolfe import Trial, strong_wolfe

T = TypeVar("T")


class LBFGS(Optimizer):
    """Limited-memory BFGS; the equations are at the top of this file.

    It takes one group, and parameters of one dtype, which it treats as a single vector; those without a gradient
    count as having a gradient of 0.  It keeps up to 2 `history_size` + 2 vectors as large as all parameters.

    Args:
        params: the Tensors to train: an iterable of them, of (name, Tensor) pairs, or a list of one dict.
        lr: the step to take, or to try first.
        max_iter: the most moves in a step.
        max_eval: the most calls of the closure in a step; None: 5 max_iter / 4.
        tolerance_grad: stop when no number in the gradient is larger than this.
        tolerance_change: stop when loss or parameters change by less than this.
        history_size: how many pairs are kept.
        line_search_fn: None: go by lr; or a search that makes the loss go down at every move: "strong_wolfe", as in
            PyTorch, which ends where the differences between losses drown in rounding, or "approximate_wolfe", which
            PyTorch lacks and which then goes by the slopes alone.  For gradients as small as can be (1e-10 on the
            standard collection in float64), pass it with tolerance_change=0 and tolerance_curvature=0.
        tolerance_curvature: the smallest yᵀs from which it learns.  PyTorch's number, which it does not let one choose,
            is too large for losses that are very flat at the minimum: there, pass 0.
        common: regularization and constraints, which raise a ValueError: its step has no place for them.

    Raises:
        TypeError, ValueError: an argument is not what it should be; the message names it.

    >>> import autograd_lite as ag
    >>> w = ag.Tensor([-1.5, 2.0], requires_grad=True)
    >>> optimizer = ag.optim.LBFGS([w], max_iter=50, line_search_fn="strong_wolfe")
    >>> def closure():
    ...     optimizer.zero_grad()
    ...     loss = (1 - w[0]) ** 2 + 100 * (w[1] - w[0] ** 2) ** 2
    ...     loss.backward()
    ...     return loss
    >>> optimizer.step(closure).item()                    # the loss before the step
    12.5
    >>> w.data.round(3)
    array([1., 1.], dtype=float32)
    """

    _checks: ClassVar[dict[str, Check]] = {
        "lr": not_negative,
        "max_iter": count,
        "max_eval": count,
        "tolerance_grad": not_negative,
        "tolerance_change": not_negative,
        "history_size": partial(count, least=1),
        "line_search_fn": one_of(None, "strong_wolfe", "approximate_wolfe"),
        "tolerance_curvature": not_negative,
    }
    _counts_steps = False

    def __init__(
        self,
        params: Params,
        lr: float = 1.0,
        max_iter: int = 20,
        max_eval: int | None = None,
        tolerance_grad: float = 1e-7,
        tolerance_change: float = 1e-9,
        history_size: int = 100,
        line_search_fn: str | None = None,
        *,
        tolerance_curvature: float = 1e-10,
        **common: Unpack[Common],
    ) -> None:
        if max_eval is None:
            max_eval = count("LBFGS: max_iter", max_iter) * 5 // 4
        super().__init__(params, {
            "lr": lr, "max_iter": max_iter, "max_eval": max_eval, "tolerance_grad": tolerance_grad,
            "tolerance_change": tolerance_change, "history_size": history_size, "line_search_fn": line_search_fn,
            "tolerance_curvature": tolerance_curvature,
        }, **common)  # fmt: skip
        self._memory = Memory()

    def _check_group(self, group: Mapping[str, Any], index: int) -> None:
        if index > 0:
            raise ValueError("LBFGS takes one group of parameters; pass them all in one list")
        dtypes = sorted({str(param.dtype) for param in group["params"]})
        if len(dtypes) > 1:
            raise ValueError(f"LBFGS: the parameters are of the dtypes {', '.join(dtypes)}; cast them to one of them")

    # -- training

    def step(self, closure: Callable[[], T] | None = None) -> T:
        """Make up to `max_iter` moves.

        Args:
            closure: clears the gradients, computes the loss, calls backward() and returns the loss, a Tensor or a
                number.  It is called with recording on.

        Returns:
            What the closure gave at first.

        Raises:
            TypeError: there is no closure.
            ValueError: a loss or a gradient is not finite (in a line search that is no error: it goes less far), or
                an option or a parameter is not what it should be.  The parameters are what they were then, as
                they are when the closure itself raises.
        """
        if closure is None:
            raise TypeError(
                "LBFGS.step() needs a closure, which computes the loss anew, calls backward() and returns it"
            )
        ((group, o),) = self._ready()
        line = _Line(group.flats[0], closure)
        memory = self._memory.copied()
        result: T
        result, loss, g = line.evaluate()
        memory.func_evals += 1
        _check_finite(loss, g)
        if _largest(g) > o["tolerance_grad"]:
            before = line.flat.data.copy()
            try:
                self._move(line, memory, loss, g, o)
            except BaseException:
                line.put(before)
                raise
        self._memory = memory
        self._stepped = True
        return result

    def _move(self, line: _Line, memory: Memory, loss: float, g: Array, o: Mapping[str, Any]) -> None:
        evaluations = 1
        for moves in range(1, o["max_iter"] + 1):
            first = memory.n_iter == 0
            memory.n_iter += 1
            d = memory.direction(g, o["history_size"], o["tolerance_curvature"])
            line.hold_frozen(d)
            memory.t = o["lr"] * min(1.0, 1.0 / _norm1(g)) if first else o["lr"]
            memory.d, memory.prev_flat_grad, memory.prev_loss = d, g, loss
            slope = _dot(g, d)
            if slope > -o["tolerance_change"]:
                return

            line.start(d)
            calls = 0
            if o["line_search_fn"] is not None:
                here, most = Trial(0.0, loss, g, slope), o["max_eval"] - evaluations
                found: Trial | None
                if o["line_search_fn"] == "strong_wolfe":
                    found, calls = strong_wolfe(line.trial, here, memory.t, _largest(d), most=most)
                else:
                    eps = float(np.finfo(line.flat.data.dtype).eps)
                    found, calls = approximate_wolfe(line.trial, here, memory.t, eps, most=most)
                memory.t, loss, g, _ = found or here
                line.go(memory.t)
                if found is None and memory.ro and evaluations + calls < o["max_eval"]:
                    memory.forget()  # once more along the gradient
                    evaluations += calls
                    memory.func_evals += calls
                    continue
            else:
                line.go(memory.t)
                if moves < o["max_iter"]:  # after the last move, the loss is not needed
                    _, loss, g = line.evaluate()
                    calls = 1
                    _check_finite(loss, g)
            evaluations += calls
            memory.func_evals += calls

            if (
                evaluations >= o["max_eval"]
                or _largest(g) <= o["tolerance_grad"]
                or _largest(d) * memory.t <= o["tolerance_change"]
                or abs(loss - memory.prev_loss) < o["tolerance_change"]
            ):
                return

    # -- state

    @property
    def state(self) -> dict[Tensor, dict[str, Any]]:
        """What is remembered, as the state of the first parameter, with PyTorch's names; empty at first."""
        entry = self._memory.as_dict()
        return {self._groups[0].params[0]: entry} if entry else {}

    def _load(self, state_dict: Mapping[str, Any]) -> None:
        loaded = to_load(state_dict, self.param_groups, self.defaults)
        parsed = {**loaded.groups[0], **self._parsed(loaded.groups[0])}
        number, *others = loaded.numbers[0]
        if any(loaded.state.get(other) for other in others):
            raise ValueError(
                "load_state_dict(): LBFGS keeps all its state with the first parameter, but there is state for others; "
                "it must come from the same kind of optimizer"
            )
        flat = self._groups[0].flats[0]
        memory = Memory.read(loaded.state.get(number) or {}, flat.data.size, flat.kept)
        self.param_groups[0].update(parsed)
        self._memory = memory


class _Line:
    """The parameters as one vector, on a line along which they are moved; and the loss where they are."""

    def __init__(self, flat: Flat, closure: Callable[[], Any]) -> None:
        self.flat = flat
        self._dtype = flat.kept(flat.data[:0]).dtype
        self._closure = closure
        for place in flat.places:
            if place.param._data is not place.view:
                place.check(place.param._data)
        flat.announce(None)
        self._settle()
        self._from: Array
        self._along: Array

    def _settle(self) -> None:
        for place in self.flat.places:
            place.move_in()

    def hold_frozen(self, d: Array) -> None:
        """Take out of a direction what would move frozen parameters."""
        for place in self.flat.places:
            if place.param._node is None:
                d[place.start : place.stop] = 0.0

    def start(self, d: Array) -> None:
        """Begin a line here, in this direction."""
        self._from = self.flat.data.astype(self._dtype)
        self._along = d

    @np.errstate(all="ignore")
    def go(self, t: float) -> None:
        """Put the parameters t directions from where the line begins."""
        self.put(self._from + t * self._along)

    def put(self, values: Array) -> None:
        """Put all parameters at once."""
        self.flat.announce(None)
        self._settle()
        self.flat.data[...] = values

    def evaluate(self) -> tuple[Any, float, Array]:
        """Call the closure: what it gives, that as a number, and the gradient of all parameters."""
        with enable_grad():
            result = self._closure()
        try:
            loss = float(result.item() if isinstance(result, Tensor) else result)
        except (TypeError, ValueError):
            raise TypeError(
                f"LBFGS: the closure gave {describe(result)}; it must return the loss, one number"
            ) from None
        present = self.flat.present()
        if not present:
            raise ValueError(
                "LBFGS: no parameter has a gradient after the closure; it must call loss.backward(), after "
                "zero_grad(), and compute the loss from the parameters"
            )
        g = np.zeros(self.flat.data.size, self._dtype)
        for place, grad in present:
            g[place.start : place.stop] = place.laid(grad)
        return result, loss, g

    def trial(self, t: float) -> Trial:
        """What a line search asks for."""
        self.go(t)
        _, loss, g = self.evaluate()
        slope = _dot(g, self._along)
        return Trial(t, loss if math.isfinite(loss) and math.isfinite(slope) else math.inf, g, slope)


def _check_finite(loss: float, g: Array) -> None:
    finite = bool(np.isfinite(g).all())
    if not (finite and math.isfinite(loss)):
        raise ValueError(
            f"LBFGS: the loss is {loss}, and its gradient is {'' if finite else 'not '}finite; begin where both are; "
            'if it has moved too far, make lr smaller or pass line_search_fn="strong_wolfe"'
        )


@np.errstate(all="ignore")
def _dot(a: Array, b: Array) -> float:
    return float(a.dot(b))


def _largest(a: Array) -> float:
    return float(np.abs(a).max(initial=0.0))


@np.errstate(all="ignore")
def _norm1(a: Array) -> float:
    return float(np.abs(a).sum())
