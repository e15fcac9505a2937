"""Derivatives as functions of functions: of arrays, Tensors, containers of them, and Modules.

    grad(f)(x)                     the gradient of a function that gives one number
    value_and_grad(f)(x)           both, for the price of the gradient
    vjp(f, x)                      f(x), and the map g -> g^T J, by reverse mode
    jvp(f, (x,), (v,))             f(x) and J v, by forward mode
    linearize(f, x)                f(x), and the map v -> J v
    jacobian(f)(x), hessian(f)(x)  all first, all second derivatives, in one sweep for all rows
    hvp(f, (x,), (v,))             the gradient and the product H v, without H
    vmap(f)(xs)                    f for each example of a batch, all at once

They nest in any order: `vmap(grad(f))` gives a gradient for each example, `grad(lambda x: grad(f)(x) @ v)` a derivative
of a derivative.
"""

from .gradient import elementwise_grad, grad, value_and_grad
from .jacobians import hessian, hvp, jacfwd, jacobian, jacrev
from .modules import functional_call
from .operators import divergence, laplacian
from .sweeping import jvp, linearize, vjp
from .vectorizing import vmap

__all__ = [
    "divergence", "elementwise_grad", "functional_call", "grad", "hessian", "hvp", "jacfwd", "jacobian", "jacrev",
    "jvp", "laplacian", "linearize", "value_and_grad", "vjp", "vmap",
]  # fmt: skip
