"""The verbs of reverse mode: where a backward sweep begins, and `grad`, which gives gradients as values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np

from . import sweeps
from .data import from_python
from .errors import describe
from .mode import _mode, current
from .primitive import Traced
from .tape import wrap

if TYPE_CHECKING:
    from .tensor import Tensor


def seed(output: Tensor, gradient: Any, doing: str) -> Any:
    """The cotangent to begin a backward sweep with, an ndarray or a Tensor: the conjugate of the gradient given."""
    node = output._node
    if node is None:
        raise RuntimeError(
            f"{doing}: no gradient flows to this Tensor; it was not computed from Tensors with requires_grad=True, "
            "or recording was off (no_grad), or it was detached"
        )
    if gradient is None:
        if node.dtype.kind == "c":
            raise RuntimeError(
                f"{doing} on a Tensor of dtype {output.dtype}: only a real number has a gradient of its own; take its "
                "real part, np.real(t), or its modulus, np.abs(t), or pass the cotangent: gradient= of the same shape"
            )
        if node.shape == ():
            return node.dtype.type(1)
        if output.size != 1:
            raise RuntimeError(
                f"{doing} on a Tensor of shape {output.shape}: only a single element has a gradient of its own; "
                "reduce it (.sum() or .mean()), or pass the cotangent: gradient= of the same shape"
            )
        return np.ones(output.shape, output.dtype)
    g: Any = gradient if isinstance(gradient, Traced) else from_python(gradient)
    if g.shape != output.shape:
        raise RuntimeError(f"{doing}: the gradient given has shape {g.shape}, but the Tensor has {output.shape}")
    if g.dtype != output.dtype:
        g = sweeps.cast(g, output.dtype)
    return np.conjugate(g) if g.dtype.kind == "c" else g


def sweep(run: Any, nodes: list[Any], values: list[Any], *, create_graph: bool, **options: Any) -> list[Any]:
    """Run a sweep on raw arrays, or, to record it, on Tensors with recording on."""
    if not create_graph:
        raw = [v._data if isinstance(v, Traced) else v for v in values]
        return cast("list[Any]", run(nodes, raw, create_graph=False, **options))
    recorded = [isinstance(v, Traced) and v._node is not None for v in values]
    lifted = [v if is_one else wrap(getattr(v, "_data", v), None) for v, is_one in zip(values, recorded, strict=True)]
    token = _mode.set(current().with_recording(True))
    try:
        return cast("list[Any]", run(nodes, lifted, create_graph=True, **options))
    finally:
        _mode.reset(token)


def as_tensor(found: Any) -> Any:
    """What a sweep has found, which may be the array of somebody else, as a Tensor of its own."""
    if isinstance(found, Traced):  # recorded, or a batch inside of vmap, which nothing writes to
        return found if found._data is not found else wrap(found, None)
    return wrap(np.array(found), None)


def grad(
    outputs: Tensor | list[Tensor] | tuple[Tensor, ...],
    inputs: Tensor | list[Tensor] | tuple[Tensor, ...],
    grad_outputs: Any = None,
    *,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    allow_unused: bool | None = None,
    materialize_grads: bool = False,
) -> tuple[Tensor | None, ...]:
    """The gradients of `outputs` (summed) with respect to each of `inputs`; no `.grad` is touched.

    For outputs y_k with cotangents g_k it gives, for each input x, the sum over k of g_k^T dy_k/dx.

    Complex numbers follow PyTorch's convention: the gradient of a real L by a complex z is g with
    dL = Re(conj(g) dz), the direction of steepest ascent; for L = |z|^2 it is 2z.

    Args:
        outputs: a Tensor, or several.
        inputs: a Tensor, or several: leaves or values on the way.
        grad_outputs: the cotangents, one per output; None stands for 1 where an output is a single element.
        retain_graph: keep what the graph has saved; by default what `create_graph` is.
        create_graph: record the sweep, so that the gradients can be differentiated again.
        allow_unused: give None for an input that no output depends on, instead of raising.
        materialize_grads: give zeros instead of None.

    Returns:
        A tuple with a gradient per input.

    Raises:
        RuntimeError: an input is unused (unless allowed), or as `Tensor.backward`.

    >>> import autograd_lite as ag
    >>> x = ag.Tensor(2.0, requires_grad=True)
    >>> (first,) = ag.grad(x**3, x, create_graph=True)
    >>> (second,) = ag.grad(first, x)
    >>> first.item(), second.item()
    (12.0, 12.0)
    """
    ys = [outputs] if isinstance(outputs, Traced) else list(outputs)
    xs = [inputs] if isinstance(inputs, Traced) else list(inputs)
    given = list(grad_outputs) if isinstance(grad_outputs, (list, tuple)) else [grad_outputs]
    if grad_outputs is None:
        given = [None] * len(ys)
    if len(given) != len(ys):
        raise RuntimeError(f"grad(): {len(ys)} outputs need as many grad_outputs, not {len(given)}")
    for i, x in enumerate(xs):
        if x._node is None:
            raise RuntimeError(f"grad(): inputs[{i}], {describe(x)}, does not require a gradient")
    seeds = [seed(y, g, "grad()") for y, g in zip(ys, given, strict=True)]
    found = sweep(
        sweeps.pullback,
        [y._node for y in ys],
        seeds,
        inputs=[x._node for x in xs],
        retain_graph=create_graph if retain_graph is None else retain_graph,
        create_graph=create_graph,
    )
    results: list[Tensor | None] = []
    for i, (x, g) in enumerate(zip(xs, found, strict=True)):
        if g is None and materialize_grads:
            g = np.zeros(x.shape, x.dtype)
        elif g is None and not allow_unused:
            raise RuntimeError(
                f"grad(): no output depends on inputs[{i}], {describe(x)}; pass allow_unused=True to get None for it, "
                "or materialize_grads=True to get zeros"
            )
        elif g is not None and g.dtype.kind == "c":
            g = np.conjugate(g)
        results.append(cast("Tensor | None", None if g is None else as_tensor(g)))
    return tuple(results)
