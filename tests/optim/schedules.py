"""The schedules under test, each made in the same way here and in PyTorch, and optimizers to put them on."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

import autograd_lite as ag
from autograd_lite import optim

STEPS = 60


def ours(kind: str = "SGD", **options: Any) -> Any:
    """An optimizer with two groups of different learning rates."""
    groups = [{"params": [ag.Tensor([1.0], requires_grad=True)], "lr": lr} for lr in (0.1, 0.02)]
    return getattr(optim, kind)(groups, **options)


def theirs(kind: str = "SGD", **options: Any) -> Any:
    groups = [{"params": [torch.nn.Parameter(torch.ones(1))], "lr": lr} for lr in (0.1, 0.02)]
    return getattr(torch.optim, kind)(groups, **options)


def numbers(optimizer: Any) -> list[tuple[Any, ...]]:
    """All that a schedule may have changed."""
    return [(group["lr"], group.get("momentum"), group.get("betas")) for group in optimizer.param_groups]


CASES: dict[str, Callable[[Any, Any], Any]] = {
    "lambda": lambda S, o: S.LambdaLR(o, lambda t: 0.95**t),
    "lambda per group": lambda S, o: S.LambdaLR(o, [lambda t: 1 / (1 + t), lambda t: math.cos(0.1 * t) ** 2]),
    "multiplicative": lambda S, o: S.MultiplicativeLR(o, lambda t: 1 - 0.01 * (t % 3)),
    "multiplicative per group": lambda S, o: S.MultiplicativeLR(o, (lambda t: 0.9, lambda t: 1.01)),
    "step": lambda S, o: S.StepLR(o, 7),
    "step gamma": lambda S, o: S.StepLR(o, 1, gamma=0.93),
    "multistep": lambda S, o: S.MultiStepLR(o, [3, 11, 40]),
    "multistep unordered, twice": lambda S, o: S.MultiStepLR(o, [30, 10, 10, 0], gamma=0.3),
    "constant": lambda S, o: S.ConstantLR(o),
    "constant options": lambda S, o: S.ConstantLR(o, factor=0.7, total_iters=13),
    "linear": lambda S, o: S.LinearLR(o),
    "linear options": lambda S, o: S.LinearLR(o, start_factor=1.0, end_factor=0.0, total_iters=17),
    "exponential": lambda S, o: S.ExponentialLR(o, 0.9),
    "exponential zero": lambda S, o: S.ExponentialLR(o, gamma=0.0),
    "polynomial": lambda S, o: S.PolynomialLR(o),
    "polynomial power": lambda S, o: S.PolynomialLR(o, total_iters=41, power=1.7),
    "cosine": lambda S, o: S.CosineAnnealingLR(o, 50),
    "cosine up again": lambda S, o: S.CosineAnnealingLR(o, T_max=7, eta_min=0.003),
    "cosine of one": lambda S, o: S.CosineAnnealingLR(o, T_max=1, eta_min=0.003),
    "restarts": lambda S, o: S.CosineAnnealingWarmRestarts(o, 9),
    "restarts longer": lambda S, o: S.CosineAnnealingWarmRestarts(o, T_0=3, T_mult=2, eta_min=0.001),
    "one cycle": lambda S, o: S.OneCycleLR(o, 0.5, total_steps=STEPS + 1),
    "one cycle epochs": lambda S, o: S.OneCycleLR(o, max_lr=[0.5, 0.1], epochs=7, steps_per_epoch=9),
    "one cycle linear": lambda S, o: S.OneCycleLR(o, 0.5, 70, anneal_strategy="linear", pct_start=0.45),
    "one cycle three phases": lambda S, o: S.OneCycleLR(o, 0.5, 61, three_phase=True, div_factor=10.0),
    "one cycle factors": lambda S, o: S.OneCycleLR(o, 0.5, 61, div_factor=3, final_div_factor=7, cycle_momentum=False),
    "one cycle momentum": lambda S, o: S.OneCycleLR(o, 0.5, 61, base_momentum=[0.5, 0.6], max_momentum=[0.8, 0.9]),
    "one cycle all rise": lambda S, o: S.OneCycleLR(o, 0.5, 65, pct_start=1.0),
    "one cycle all fall": lambda S, o: S.OneCycleLR(o, 0.5, 65, pct_start=0.0),
    "cyclic": lambda S, o: S.CyclicLR(o, 0.01, 0.1, step_size_up=7),
    "cyclic per group": lambda S, o: S.CyclicLR(o, [0.01, 0.02], [0.1, 0.3], step_size_up=5, step_size_down=9),
    "cyclic halved": lambda S, o: S.CyclicLR(o, 0.01, 0.1, 4, mode="triangular2"),
    "cyclic exponential": lambda S, o: S.CyclicLR(o, 0.01, 0.1, 4, mode="exp_range", gamma=0.97),
    "cyclic function of the cycle": lambda S, o: S.CyclicLR(o, 0.01, 0.1, 4, scale_fn=lambda c: 0.5**c),
    "cyclic function of the time": lambda S, o: S.CyclicLR(
        o, 0.01, 0.1, 4, scale_fn=lambda t: 0.99**t, scale_mode="iterations", mode="triangular2"
    ),
    "cyclic momentum": lambda S, o: S.CyclicLR(o, 0.01, 0.1, 6, base_momentum=[0.5, 0.6], max_momentum=[0.8, 0.9]),
    "cyclic alone": lambda S, o: S.CyclicLR(o, 0.01, 0.1, 6, cycle_momentum=False),
    "sequential": lambda S, o: S.SequentialLR(
        o, [S.LinearLR(o, total_iters=4), S.CosineAnnealingLR(o, 20), S.ExponentialLR(o, 0.9)], [4, 20]
    ),
    "sequential closed forms": lambda S, o: S.SequentialLR(
        o,
        [
            S.ConstantLR(o, 0.1, 8),
            S.StepLR(o, 3, 0.5),
            S.MultiStepLR(o, [2, 5]),
            S.PolynomialLR(o, 9),
            S.LinearLR(o, 0.5),
        ],
        [5, 12, 20, 33],
    ),
    "sequential of all kinds": lambda S, o: S.SequentialLR(
        o,
        [
            S.LambdaLR(o, lambda t: 0.9**t),
            S.CosineAnnealingWarmRestarts(o, 4),
            S.MultiplicativeLR(o, lambda t: 0.97),
        ],
        [10, 30],
    ),
    "sequential with a cycle": lambda S, o: S.SequentialLR(
        o, [S.OneCycleLR(o, 0.5, total_steps=20), S.CyclicLR(o, 0.01, 0.1, 5)], [20]
    ),
    "sequential skipping": lambda S, o: S.SequentialLR(
        o, [S.ConstantLR(o), S.StepLR(o, 4), S.ExponentialLR(o, 0.9), S.StepLR(o, 2)], [0, 9, 9]
    ),
    "chained": lambda S, o: S.ChainedScheduler([S.LinearLR(o, total_iters=10), S.ExponentialLR(o, 0.95)]),
    "chained of all recursions": lambda S, o: S.ChainedScheduler(
        [
            S.ConstantLR(o, 0.5, 7),
            S.StepLR(o, 5, 0.8),
            S.MultiStepLR(o, [6, 13]),
            S.CosineAnnealingLR(o, 70),
            S.PolynomialLR(o, 80),
            S.MultiplicativeLR(o, lambda t: 0.99),
        ],
        optimizer=o,
    ),
    "chained sequences": lambda S, o: S.ChainedScheduler(
        [S.SequentialLR(o, [S.ConstantLR(o, 0.5), S.StepLR(o, 6)], [8]), S.ExponentialLR(o, 0.97)]
    ),
}  # fmt: skip

METRICS = np.abs(np.sin(np.arange(STEPS) * 1.3)) / (1 + np.arange(STEPS) / 9) + np.repeat([0.0, 0.5, 0.0], STEPS // 3)
"""What a loss might do, for `ReduceLROnPlateau`."""
