"""The same call in NumPy, in the engine and in PyTorch, with first and second derivatives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

import autograd_lite as ag

Arrays = list[Any]


def weights(shape: tuple[int, ...], dtype: Any, salt: int = 0) -> Any:
    """Cotangents: random, the same for the same shape, and of few binary digits, so that they suit every dtype."""
    drawn = np.random.default_rng([*shape, salt]).integers(3, 12, shape) / 8
    return (drawn * (1 - 0.5j) if np.dtype(dtype).kind == "c" else drawn).astype(dtype)


def ours(call: Callable[..., Any], arrays: Sequence[Any]) -> tuple[Any, Arrays, Arrays]:
    """Value, gradients of a projection of it, and gradients of a projection of these (zeros where none flow)."""
    xs = [ag.Tensor(x, requires_grad=True) for x in arrays]
    value = call(*xs)
    first = ag.grad(value, xs, weights(value.shape, value.dtype), create_graph=True, materialize_grads=True)
    total = sum(np.sum(np.real(g * weights(g.shape, g.dtype, 1))) for g in first)
    if not total.requires_grad:
        return value, list(first), [np.zeros_like(x) for x in arrays]
    return value, list(first), list(ag.grad(total, xs, materialize_grads=True))


def theirs(call: Callable[..., Any], arrays: Sequence[Any]) -> tuple[Any, Arrays, Arrays]:
    """The same by PyTorch, as ndarrays."""
    xs = [torch.from_numpy(np.array(x)).requires_grad_() for x in arrays]
    value = call(*xs)
    first = torch.autograd.grad(value, xs, like(value), create_graph=True, materialize_grads=True)
    total = sum(torch.real(g * like(g, 1)).sum() for g in first)
    if not total.requires_grad:
        return value.numpy(force=True), [g.numpy(force=True) for g in first], [np.zeros_like(x) for x in arrays]
    second = torch.autograd.grad(total, xs, materialize_grads=True)
    return value.numpy(force=True), [g.numpy(force=True) for g in first], [g.numpy(force=True) for g in second]


def like(x: torch.Tensor, salt: int = 0) -> torch.Tensor:
    """The weights for a PyTorch tensor."""
    return torch.from_numpy(np.asarray(weights(tuple(x.shape), x.numpy(force=True).dtype, salt)))


def plain(x: Any) -> Any:
    """The array of a Tensor."""
    return np.asarray(x.data if isinstance(x, ag.Tensor) else x)


def same(got: Any, expected: Any, rtol: float = 1e-12, atol: float = 1e-12) -> None:
    """Values, shapes and dtypes agree."""
    got, expected = plain(got), plain(expected)
    assert (got.shape, got.dtype) == (expected.shape, expected.dtype)
    np.testing.assert_allclose(got, expected, rtol=rtol, atol=atol)


def modes_agree(call: Callable[..., Any], *arrays: Any) -> None:
    """Reverse and forward mode give transposed maps: g (J v) is (g J) v."""
    tangents = [weights(x.shape, x.dtype, 2) - 0.9 for x in arrays]
    value, tangent = ag.func.jvp(call, arrays, tangents)
    _, pull = ag.func.vjp(call, *arrays)
    g = weights(value.shape, value.dtype)
    reverse = sum(np.sum(plain(c) * v) for c, v in zip(pull(g), tangents, strict=True))
    same(np.sum(plain(tangent) * g), reverse)


def gradient(call: Callable[..., Any], x: Any) -> Any:
    """The gradient of the sum of what a call gives."""
    t = ag.Tensor(x, requires_grad=True)
    call(t).sum().backward()
    assert t.grad is not None
    return plain(t.grad)
