"""Fourier transforms: of real numbers, all of them, and of complex ones those that take them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

import autograd_lite.fft  # noqa: F401  # so that its operations are declared

from .sample import Sample

FORWARD = {"fft": "fftn", "fft2": "fftn", "fftn": "fftn", "ifft": "ifftn", "ifft2": "ifftn", "ifftn": "ifftn"}
REAL = {"rfft": "rfftn", "rfft2": "rfftn", "rfftn": "rfftn", "ihfft": "ihfft"}
BACK = {"irfft": "irfftn", "irfft2": "irfftn", "irfftn": "irfftn", "hfft": "irfftn"}


def shown(x: Any, y: Any) -> Any:
    """What is complex only because the transform is, as a real number."""
    return y if x.dtype.kind == "c" or y.dtype.kind != "c" else np.real(y) + np.imag(y) * 0.5


def shown_torch(x: Any, y: Any) -> Any:
    return y if x.is_complex() or not y.is_complex() else y.real + y.imag * 0.5


def transform(name: str, shape: tuple[int, ...] = (3, 5), label: str = "", **options: Any) -> Sample:
    primitive = {**FORWARD, **REAL, **BACK}[name]
    ours: Callable[..., Any] = getattr(np.fft, name)
    theirs = getattr(torch.fft, name)
    renamed = {{"axis": "dim", "axes": "dim"}.get(key, key): value for key, value in options.items()}
    return Sample(
        primitive,
        lambda x: shown(x, ours(x, **options)),
        (shape,),
        lambda x: shown_torch(x, theirs(x, **renamed)),
        name=f"{name}{label}",
        half=False,
        complex=name not in REAL,
    )


SAMPLES = [
    *[transform(name) for name in (*FORWARD, *REAL, *BACK)],
    *[transform(name, n=4, label=" of 4") for name in ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft")],
    *[transform(name, n=7, axis=0, label=" of 7, axis 0") for name in ("fft", "rfft", "irfft", "hfft", "ihfft")],
    *[transform(name, n=2, axis=0, label=" of 2, axis 0") for name in ("fft", "ifft", "irfft")],
    *[transform(name, norm="ortho", label=" ortho") for name in ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft")],
    *[transform(name, norm="forward", label=" forward") for name in ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft")],
    *[
        transform(name, (2, 3, 4), " of s", s=(5, 3), axes=(2, 0), norm="ortho")
        for name in ("fftn", "ifftn", "rfftn", "irfftn", "fft2", "rfft2", "irfft2")
    ],
    *[transform(name, (2, 3, 4), " of even s", s=(2, 6), axes=(0, 1)) for name in ("rfftn", "irfftn")],
    Sample("fftshift", np.fft.fftshift, ((3, 4),), torch.fft.fftshift, complex=True),
    Sample(
        "ifftshift", lambda x: np.fft.ifftshift(x, axes=0), ((3, 4),), lambda x: torch.fft.ifftshift(x, 0), complex=True
    ),
]
