"""What several tests of optimizers begin with: parameters here and in PyTorch, and sets of options."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import torch

import autograd_lite as ag


def combinations(**choices: list[Any]) -> list[dict[str, Any]]:
    return [dict(zip(choices, values, strict=True)) for values in itertools.product(*choices.values())]


def leaves(values: list[Any]) -> list[ag.Tensor]:
    return [ag.Tensor(value, requires_grad=True) for value in values]


def twins(values: list[Any]) -> list[torch.nn.Parameter]:
    return [torch.nn.Parameter(torch.from_numpy(np.array(value))) for value in values]


def assert_same(left: list[ag.Tensor], right: list[ag.Tensor]) -> None:
    """Equal to the last bit."""
    for p, q in zip(left, right, strict=True):
        np.testing.assert_array_equal(p.data, q.data)
