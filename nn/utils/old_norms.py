"""Weight and spectral normalization in the older way: a hook computes the weight before each call.

New programs are better off with `parametrizations.weight_norm` and `parametrizations.spectral_norm`; these are here
for checkpoints that have the keys weight_g and weight_v, or weight_orig, weight_u and weight_v.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from autograd_lite import no_grad

from ..module import Module
from ..parameter import Parameter
from .parametrizations import as_matrix, norm_except, outputs_axis, power_iteration, start

if TYPE_CHECKING:
    from numpy.random import Generator

__all__ = ["remove_spectral_norm", "remove_weight_norm", "spectral_norm", "weight_norm"]

M = TypeVar("M", bound=Module)


def weight_norm(module: M, name: str = "weight", dim: int | None = 0) -> M:
    """w = g v / |v|, with parameters `weight_g` and `weight_v`; gives the module.

    Args: as of `parametrizations.weight_norm`.

    T. Salimans and D. P. Kingma, Weight Normalization, NeurIPS (2016).

    >>> from autograd_lite import nn
    >>> sorted(nn.utils.weight_norm(nn.Linear(3, 2)).state_dict())
    ['bias', 'weight_g', 'weight_v']
    """
    weight = _taken(module, name, WeightNorm)
    with no_grad():
        length = norm_except(weight, dim)
    setattr(module, f"{name}_g", Parameter(length.detach(), weight.requires_grad))
    setattr(module, f"{name}_v", weight)
    return _hooked(module, WeightNorm(name, dim))


def remove_weight_norm(module: M, name: str = "weight") -> M:
    """Make the weight that `weight_norm` computes a parameter again; gives the module."""
    return _removed(module, name, WeightNorm)


def spectral_norm(
    module: M,
    name: str = "weight",
    n_power_iterations: int = 1,
    eps: float = 1e-12,
    dim: int | None = None,
    *,
    generator: Generator | None = None,
) -> M:
    """w = v / (largest singular value of v), with a parameter `weight_orig`, buffers `weight_u`, `weight_v`.

    Args: as of `parametrizations.spectral_norm`.

    T. Miyato et al., Spectral Normalization for Generative Adversarial Networks, ICLR (2018).

    >>> from autograd_lite import nn
    >>> sorted(nn.utils.spectral_norm(nn.Linear(3, 2)).state_dict())
    ['bias', 'weight_orig', 'weight_u', 'weight_v']
    """
    if n_power_iterations < 1:
        raise ValueError(f"spectral_norm: n_power_iterations must be at least 1, not {n_power_iterations}")
    hook = SpectralNorm(name, outputs_axis(module) if dim is None else dim, n_power_iterations, eps)
    weight = _taken(module, name, SpectralNorm)
    setattr(module, f"{name}_orig", weight)
    u, v = start(as_matrix(weight.data, hook.dim), eps, generator)
    module.register_buffer(f"{name}_u", u)
    module.register_buffer(f"{name}_v", v)
    return _hooked(module, hook)


def remove_spectral_norm(module: M, name: str = "weight") -> M:
    """Make the weight that `spectral_norm` computes a parameter again; gives the module."""
    return _removed(module, name, SpectralNorm)


class _Norm:
    """A hook before `forward` that computes a weight; `parts` are the ends of the names it is made of."""

    parts: tuple[str, ...]

    def __init__(self, name: str) -> None:
        self.name = name
        self.handle: Any = None

    def __call__(self, module: Module, _args: Any) -> None:
        setattr(module, self.name, self.weight(module, module.training))

    def weight(self, module: Module, training: bool) -> Any:
        raise NotImplementedError


class WeightNorm(_Norm):
    """The hook of `weight_norm`."""

    parts = ("_g", "_v")

    def __init__(self, name: str, dim: int | None) -> None:
        super().__init__(name)
        self.dim = dim

    def weight(self, module: Module, training: bool) -> Any:  # noqa: ARG002  # it is the same in both modes
        g, v = (getattr(module, self.name + part) for part in self.parts)
        return v * (g / norm_except(v, self.dim))


class SpectralNorm(_Norm):
    """The hook of `spectral_norm`."""

    parts = ("_orig", "_u", "_v")

    def __init__(self, name: str, dim: int, n_power_iterations: int, eps: float) -> None:
        super().__init__(name)
        self.dim, self.n_power_iterations, self.eps = dim, n_power_iterations, eps

    def weight(self, module: Module, training: bool) -> Any:
        weight, u, v = (getattr(module, self.name + part) for part in self.parts)
        matrix = as_matrix(weight, self.dim)
        if training:
            u.data, v.data = power_iteration(
                matrix.data, u.data, v.data, self.n_power_iterations, self.eps, u_first=False
            )
        return weight / (u.detach() @ (matrix @ v.detach()))


def _taken(module: Module, name: str, kind: type[_Norm]) -> Parameter:
    """The parameter of that name, which is taken out of the module."""
    if _find(module, name, kind) is not None:
        raise RuntimeError(f"{kind.__name__} is there already for {name!r} of {type(module).__name__}")
    weight = module._parameters.get(name)
    if weight is None:
        raise ValueError(f"{type(module).__name__} has no parameter {name!r}")
    delattr(module, name)
    return weight


def _hooked(module: M, hook: _Norm) -> M:
    hook.handle = module.register_forward_pre_hook(hook)
    with no_grad():
        setattr(module, hook.name, hook.weight(module, False))
    return module


def _removed(module: M, name: str, kind: type[_Norm]) -> M:
    hook = _find(module, name, kind)
    if hook is None:
        raise ValueError(f"{kind.__name__} of {name!r} not found in {type(module).__name__}")
    with no_grad():
        weight = hook.weight(module, False)
    hook.handle.remove()
    for part in ("", *hook.parts):
        delattr(module, name + part)
    setattr(module, name, Parameter(weight.detach()))
    return module


def _find(module: Module, name: str, kind: type[_Norm]) -> _Norm | None:
    hooks = () if module._hooks is None else module._hooks.before_forward.values()
    return next((hook for hook in hooks if isinstance(hook, kind) and hook.name == name), None)
