"""A line search that ends where the strong Wolfe conditions hold as far as rounding lets one see.

    φ(t) = f(x + t d),     φ(t) ≤ φ(0) + δ t φ'(0) + ε,     |φ'(t)| ≤ σ |φ'(0)|

Between `low`, which has the first and still goes down, and `high`, which has it not or goes up, there is such a t;
the bracket is closed by secant steps on the slope, or, while `high` is merely too high, by a parabola, and halved
when they are slow.  A trial whose value or slope is NaN or infinite is too high.

ε = 10 eps |f| is what rounding does to f at best.  Near a minimum the decrease drowns in it, and the slopes, which
the engine gives to full precision, decide alone: so gradients become as small as they would with exact values, where
the textbook's conditions (ε = 0) stop at their square root (Hager and Zhang's "approximate Wolfe conditions").  Where
that finds nothing, f may be a small difference of large numbers, and it is tried once more with ε = √eps |f|.

`strong_wolfe` is the search of PyTorch's L-BFGS, whose every trial it repeats; it has ε = 0.  This one is for those
who want the last digits: `minimize`, and `LBFGS(line_search_fn="approximate_wolfe")`.

Nocedal and Wright, "Numerical Optimization", 2nd ed. 2006, sections 3.1 and 3.5; Hager and Zhang, "A new conjugate
gradient method with guaranteed descent and an efficient line search", SIAM J. Optim. 16, 2005.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Protocol, TypeVar

DECREASE = 1e-4  # δ
_EXPAND = 4.0
_TRIALS = 60


class Trial(Protocol):
    """A point on the line: how far out, the value there (infinite where it is not finite), and the slope."""

    @property
    def t(self) -> float: ...
    @property
    def loss(self) -> float: ...
    @property
    def slope(self) -> float: ...


T = TypeVar("T", bound=Trial)


def approximate_wolfe(
    evaluate: Callable[[float], T], start: T, t: float, eps: float, *, flat: float = 0.9, most: int = 2 * _TRIALS
) -> tuple[T | None, int]:
    """A point that meets the conditions; else the lowest one seen; None if none is lower.

    Args:
        evaluate: gives the trial at some t.
        start: the trial at t = 0; its slope is negative.
        t: the step to try first.
        eps: the precision of the values, relative to them.
        flat: σ, to what share of itself the slope must shrink; more than δ, less than 1.
        most: how often to evaluate, at least once.

    Returns:
        The trial, and how often `evaluate` was called.

    >>> from typing import NamedTuple
    >>> class Here(NamedTuple):
    ...     t: float
    ...     loss: float
    ...     slope: float
    >>> def parabola(t):
    ...     return Here(t, (t - 3.0) ** 2, 2.0 * (t - 3.0))
    >>> approximate_wolfe(parabola, parabola(0.0), 10.0, 2e-16, flat=0.1)
    (Here(t=3.0, loss=0.0, slope=0.0), 2)
    """
    size, calls = abs(start.loss), 0
    for noise in (10.0 * eps * size, math.sqrt(eps) * size):
        if calls < most:
            found, more = _search(evaluate, start, t, flat, noise, min(_TRIALS, most - calls))
            calls += more
            if found is not None:
                return found, calls
    return None, calls


def _search(
    evaluate: Callable[[float], T], start: T, t: float, flat: float, noise: float, most: int
) -> tuple[T | None, int]:
    low, high, best = start, None, start
    widths = [math.inf, math.inf]
    calls = 0
    while calls < most:
        trial = evaluate(t)
        calls += 1
        enough = trial.loss <= start.loss + DECREASE * t * start.slope + noise
        if enough and abs(trial.slope) <= flat * -start.slope:
            return trial, calls
        if trial.loss < best.loss:
            best = trial
        if enough and trial.slope < 0:
            low = trial
        else:
            high = trial
        if high is None:
            t *= _EXPAND
            continue
        width = high.t - low.t
        if width <= 1e-15 * high.t:
            break
        t = low.t + width * (0.5 if width > 0.6 * widths[-2] else _share(low, high))
        widths.append(width)
    return (best if best.loss < start.loss else None), calls


def _share(low: Trial, high: Trial) -> float:
    """How much of the way from low to high to go, between 1% and 99%."""
    if high.loss == math.inf:
        share = 0.25
    elif high.slope >= 0:
        share = -low.slope / (high.slope - low.slope)
    else:
        bend = high.loss - low.loss - low.slope * (high.t - low.t)
        share = -0.5 * low.slope * (high.t - low.t) / bend if bend > 0 else 0.5
    return min(max(share, 0.01), 0.99)
