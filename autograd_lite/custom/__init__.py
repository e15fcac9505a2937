"""Derivatives that are given by hand: for what has a better one than its code, or none at all.

`custom_vjp` and `custom_jvp` decorate a function, `Function` is a class as PyTorch has it.
"""

from .function import Function, once_differentiable
from .jvps import custom_jvp
from .vjps import custom_vjp

__all__ = ["Function", "custom_jvp", "custom_vjp", "once_differentiable"]
