"""Convolutions, correlations, and values of polynomials."""

from typing import Any

import numpy as np
import torch

from .sample import Sample

MODES = [
    ("full", 4, 3), ("full", 2, 4), ("same", 4, 3), ("same", 5, 2), ("same", 3, 4), ("valid", 5, 3), ("valid", 2, 4),
]  # fmt: skip


def _slid(a: torch.Tensor, v: torch.Tensor, mode: str) -> torch.Tensor:
    """The convolution in PyTorch, by the products of all pairs."""
    n, m = a.shape[0], v.shape[0]
    whole = torch.stack(
        [sum(a[i] * v[k - i] for i in range(max(0, k - m + 1), min(k + 1, n))) for k in range(n + m - 1)]
    )
    short = min(n, m)
    start = {"full": 0, "same": (short - 1) // 2, "valid": short - 1}[mode]
    return whole[start : start + {"full": n + m - 1, "same": max(n, m), "valid": max(n, m) - short + 1}[mode]]


def _correlated(a: torch.Tensor, v: torch.Tensor, mode: str) -> torch.Tensor:
    if v.shape[0] > a.shape[0]:
        return _slid(v, a.conj().flip(0), mode).conj().flip(0)
    return _slid(a, v.conj().flip(0), mode)


def _horner(p: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    y: Any = x * 0
    for coefficient in p:
        y = y * x + coefficient
    return y


SAMPLES = [
    *(
        Sample(
            "convolve", lambda a, v, mode=mode: np.convolve(a, v, mode), ((n,), (m,)),
            lambda a, v, mode=mode: _slid(a, v, mode), name=f"convolve {mode} {n} {m}", complex=True,
        )
        for mode, n, m in MODES
    ),
    *(
        Sample(
            "convolve", lambda a, v, mode=mode: np.correlate(a, v, mode), ((n,), (m,)),
            lambda a, v, mode=mode: _correlated(a, v, mode), name=f"correlate {mode} {n} {m}", complex=True,
        )
        for mode, n, m in [("full", 2, 4), ("same", 2, 3), ("same", 5, 2), ("valid", 5, 3)]
    ),
    *(
        Sample("polyval", np.polyval, shapes, _horner, name=f"polyval {shapes[0]} {shapes[1]}", complex=True)
        for shapes in [((4,), (2, 3)), ((1,), (3,)), ((2,), ())]
    ),
]  # fmt: skip
