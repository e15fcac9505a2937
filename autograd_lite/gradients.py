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
        raise RuntimeError(f"{doing}: no gradient flows to this Tensor, {describe(output)}; {_why_none_flows(output)}")
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
    if g.dtype.kind == "c" and node.dtype.kind != "c":
        raise RuntimeError(f"{doing}: the gradient given is {g.dtype}, but the Tensor is real: {output.dtype}")
    if g.dtype != output.dtype:
        g = sweeps.cast(g, output.dtype)
    return np.conjugate(g) if g.dtype.kind == "c" else g


def not_required(doing: str, i: int, given: Tensor) -> str:
    """What to say of an input that requires no gradient."""
    return (
        f"{doing}: inputs[{i}], {describe(given)}, does not require a gradient; set requires_grad=True before anything "
        "is computed from it"
    )


def _why_none_flows(output: Tensor) -> str:
    if output.dtype.kind not in "fc":
        return (
            "only floating-point and complex numbers have gradients: comparisons, argmax and rounding give none, and "
            "integers are cast before they are used, t.astype(np.float32)"
        )
    reason = "it was not computed from Tensors with requires_grad=True, or it was detached"
    if current().recording:
        return f"{reason}, or recording was off (no_grad) when it was computed"
    return f"recording is off here: compute it outside of no_grad, or inside `with ag.enable_grad():`; or else {reason}"


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
    is_grads_batched: bool = False,
) -> tuple[Tensor | None, ...]:
    """The gradients of `outputs` (summed) with respect to each of `inputs`; no `.grad` is touched.

    For outputs y_k with cotangents g_k it gives, for each input x, the sum over k of g_k^T dy_k/dx.  Hooks on Tensors
    are called, those on the inputs too; `retain_grad` and hooks after accumulation are for `backward`.

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
        is_grads_batched: each of `grad_outputs` has one more axis, the first, for n cotangents, and so has each
            gradient: n sweeps in one.  With unit vectors for cotangents they are the rows of a Jacobian.

    Returns:
        A tuple with a gradient per input.

    Raises:
        RuntimeError: an input is unused (unless allowed) or requires no gradient, there is none, or as
            `Tensor.backward`.
        ValueError: materialize_grads=True and allow_unused=False; the batches differ in length.
        TypeError: outputs or inputs are not Tensors.

    >>> import numpy as np, autograd_lite as ag
    >>> x = ag.Tensor(2.0, requires_grad=True)
    >>> (first,) = ag.grad(x**3, x, create_graph=True)
    >>> (second,) = ag.grad(first, x)
    >>> first.item(), second.item()
    (12.0, 12.0)
    >>> y = ag.stack([x, x**2])
    >>> ag.grad(y, x, np.eye(2), is_grads_batched=True)
    (Tensor([1., 4.], dtype=float32),)
    """
    ys, xs = _tensors(outputs, "outputs"), _tensors(inputs, "inputs")
    if materialize_grads and allow_unused is False:
        raise ValueError("grad(): materialize_grads=True gives zeros for unused inputs; do not pass allow_unused=False")
    if not xs:
        raise RuntimeError("grad(): inputs is empty; pass the Tensors to differentiate by")
    given = list(grad_outputs) if isinstance(grad_outputs, (list, tuple)) else [grad_outputs]
    if grad_outputs is None:
        given = [None] * len(ys)
    if len(given) != len(ys):
        raise RuntimeError(f"grad(): {len(ys)} outputs need as many grad_outputs, not {len(given)}")
    for i, x in enumerate(xs):
        if x._node is None:
            raise RuntimeError(not_required("grad()", i, x))
    keep = create_graph if retain_graph is None else retain_graph
    run = _batched if is_grads_batched else _single
    found, batch = run(ys, xs, given, {"retain_graph": keep, "create_graph": create_graph})
    results: list[Tensor | None] = []
    for i, (x, g) in enumerate(zip(xs, found, strict=True)):
        if g is not None:
            results.append(as_tensor(np.conjugate(g) if g.dtype.kind == "c" else g))
        elif materialize_grads:
            results.append(wrap(np.zeros((*batch, *x.shape), x.dtype), None).requires_grad_(create_graph))
        elif allow_unused:
            results.append(None)
        else:
            raise RuntimeError(
                f"grad(): no output depends on inputs[{i}], {describe(x)}; pass allow_unused=True to get None for it, "
                "or materialize_grads=True to get zeros"
            )
    return tuple(results)


def _tensors(given: Any, name: str) -> list[Any]:
    tensors = [given] if isinstance(given, Traced) else list(given)
    for i, tensor in enumerate(tensors):
        if not isinstance(tensor, Traced):
            raise TypeError(f"grad(): {name}[{i}] is no Tensor, but {describe(tensor)}")
    return tensors


def _single(ys: list[Any], xs: list[Any], given: list[Any], options: dict[str, Any]) -> tuple[list[Any], tuple[()]]:
    seeds = [seed(y, g, "grad()") for y, g in zip(ys, given, strict=True)]
    return sweep(sweeps.pullback, [y._node for y in ys], seeds, inputs=[x._node for x in xs], **options), ()


def _batched(
    ys: list[Any], xs: list[Any], given: list[Any], options: dict[str, Any]
) -> tuple[list[Any], tuple[int, ...]]:
    """The same for many cotangents at once; gives also their number."""
    from .batching import batching, enter, leave  # only here, since few programs need it

    batches: list[Any] = []
    for i, (y, g) in enumerate(zip(ys, given, strict=True)):
        batch: Any = g if g is None or isinstance(g, Traced) else from_python(g)
        if batch is None or tuple(batch.shape[1:]) != tuple(y.shape) or len(batch.shape) == 0:
            raise RuntimeError(
                f"grad(): with is_grads_batched=True, grad_outputs[{i}] holds n cotangents of shape {y.shape} along "
                f"its first axis, and is not {'None' if batch is None else f'of shape {batch.shape}'}"
            )
        batches.append(batch)
    sizes = {batch.shape[0] for batch in batches}
    if len(sizes) > 1:
        raise ValueError(f"grad(): with is_grads_batched=True all grad_outputs are equally many, not {sorted(sizes)}")
    (size,) = sizes or {0}
    with batching(options["create_graph"]) as level:
        found, _ = _single(ys, xs, [enter(batch, level) for batch in batches], options)
        return [None if g is None else leave(g, level, size) for g in found], (size,)
