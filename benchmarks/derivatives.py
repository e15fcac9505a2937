"""Claims: the functional transforms cost few passes, and small Jacobians and Hessians come faster than PyTorch's.

    python -m benchmarks.derivatives

jacobian      of a 64-in, 64-hidden, 10-out tanh network by its input, beside torch.func.jacrev
hessian       of a logistic loss of 200 examples by 50 parameters, beside torch.func.hessian
per-example   vmap of grad on the digits MLP (64-64-10, batch 64), beside the gradient of the batch, ours
hvp           a Hessian-vector product of the same loss, beside the gradient, ours

First the two sides are shown to agree, to 1e-4 of the largest element.  All is float32.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import torch

from autograd_lite import nn
from autograd_lite.func import grad, hessian, hvp, jacobian, vmap
from benchmarks.pairs import compare

Run = Callable[[], Any]
RNG = np.random.default_rng(0)


def normal(*shape: int, scale: float = 1.0) -> Any:
    return (RNG.normal(size=shape) * scale).astype(np.float32)


def of_a_network() -> tuple[Run, Run]:
    w1, b1, w2, b2 = normal(64, 64, scale=0.1), normal(64), normal(64, 10, scale=0.1), normal(10)
    x = normal(64)
    ours = jacobian(lambda x: np.tanh(x @ w1 + b1) @ w2 + b2)
    t1, c1, t2, c2, tx = map(torch.from_numpy, (w1, b1, w2, b2, x))
    theirs = torch.func.jacrev(lambda x: torch.tanh(x @ t1 + c1) @ t2 + c2)
    return lambda: ours(x), lambda: theirs(tx)


def of_logistic_regression() -> tuple[Run, Run]:
    x, y, w = normal(200, 50), (RNG.random(200) > 0.5).astype(np.float32), normal(50, scale=0.1)
    tx, ty, tw = map(torch.from_numpy, (x, y, w))

    def loss(w: Any) -> Any:
        z = x @ w
        return np.mean(np.logaddexp(0, z) - y * z)

    def torch_loss(w: Any) -> Any:
        z = tx @ w
        return (torch.nn.functional.softplus(z) - ty * z).mean()

    ours, theirs = hessian(loss), torch.func.hessian(torch_loss)
    return lambda: ours(w), lambda: theirs(tw)


def digits() -> tuple[Callable[..., Any], dict[str, Any], Any, Any]:
    p = {"w1": normal(64, 64, scale=0.1), "b1": normal(64), "w2": normal(10, 64, scale=0.1), "b2": normal(10)}
    f = nn.functional

    def loss(p: Any, x: Any, labels: Any) -> Any:
        return f.cross_entropy(f.linear(f.relu(f.linear(x, p["w1"], p["b1"])), p["w2"], p["b2"]), labels)

    return loss, p, normal(64, 64), RNG.integers(0, 10, 64)


def per_example() -> tuple[Run, Run]:
    loss, p, x, labels = digits()
    each, together = vmap(grad(loss), in_axes=(None, 0, 0)), grad(loss)
    return lambda: each(p, x, labels)["w1"], lambda: together(p, x, labels)["w1"]


def hessian_vector_product() -> tuple[Run, Run]:
    loss, p, x, labels = digits()
    v = {name: normal(*value.shape) for name, value in p.items()}
    of_p = lambda p: loss(p, x, labels)  # noqa: E731
    return lambda: hvp(of_p, (p,), (v,))[0][0]["w1"], lambda: grad(of_p)(p)["w1"]


def agree(ours: Any, theirs: Any) -> None:
    a, b = np.asarray(ours), np.asarray(theirs)
    if a.ndim > b.ndim:
        a = a.mean(axis=0)  # the gradient of a mean is the mean of the gradients
    assert np.abs(a - b).max() <= 1e-4 * np.abs(b).max()


def main() -> None:
    torch.set_num_threads(1)
    warnings.filterwarnings("ignore", "`torch.jit", DeprecationWarning)
    for name, make in {
        "jacobian 64 -> 10, beside PyTorch": of_a_network,
        "hessian of 50 parameters, beside PyTorch": of_logistic_regression,
        "per-example gradients, beside the batch's": per_example,
        "Hessian-vector product, beside a gradient": hessian_vector_product,
    }.items():
        ours, theirs = make()
        agree(ours(), theirs())
        print(compare(ours, theirs).row(name))


if __name__ == "__main__":
    main()
