"""A case judged by a checker: ours, PyTorch's, JAX's.  Each gets the same NumPy function and the same gradient.

PyTorch's and JAX's get them as a custom function of their own, whose backward is the gradient written by hand; so does
ours where the function gives an array, and where it gives a number they are its arguments.  Checkers run with their
defaults.  JAX is imported when it is used, as not every machine has it.
"""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch

from autograd_lite.primitive import general, registry
from autograd_lite.testing import check_gradients
from autograd_lite.testing.reports import Report

from .case import Case


class Verdict(NamedTuple):
    """Whether a gradient was taken for right, and what was said if not."""

    accepted: bool
    said: str = ""


def ours(case: Case) -> Report:
    """What `check_gradients` reports, with its defaults."""
    with np.errstate(all="ignore"):
        answer = np.asarray(case.f(*case.inputs))
        if answer.shape == () and answer.dtype.kind == "f":
            one = np.ones((), answer.dtype)
            return check_gradients(case.f, *case.inputs, grad=lambda *inputs: case.gradients(one, *inputs))
        return _as_primitive(case)


def _as_primitive(case: Case) -> Report:
    """The check of an operation that is declared with the case's gradient, and forgotten again."""

    def function(*inputs: Any) -> Any:
        return case.f(*inputs)

    def joint(g: Any, _ans: Any, *inputs: Any) -> Any:
        # the engine carries conjugates of PyTorch's gradients
        found = iter(case.gradients(np.conj(g), *inputs))
        return [np.conj(next(found)) if i in case.floating else None for i in range(len(inputs))]

    primitive = general(function, joint=joint, jvps=[None] * len(case.inputs))
    try:
        return check_gradients(primitive, *case.inputs, modes=("reverse",))
    finally:
        del registry[function]


def right_diagnosis(case: Case, report: Report) -> bool:
    """Whether our report names the kind of mistake, and no other for any of the inputs."""
    if not case.kind:
        return True
    if not report.comparisons:
        return case.kind in str(report)
    return report.diagnoses == (case.kind,)


def pytorch(case: Case, *, double: bool = False) -> Verdict:
    """What `torch.autograd.gradcheck` says, with its defaults; with `double`, of the inputs in double precision."""
    inputs = [_doubled(x) if double else x for x in case.inputs]

    class Function(torch.autograd.Function):
        @staticmethod
        def forward(context: Any, *tensors: Any) -> Any:
            context.arrays = _restored(inputs, case.floating, [t.detach().numpy() for t in tensors])
            return torch.from_numpy(np.array(case.f(*context.arrays)))

        @staticmethod
        def backward(context: Any, g: Any) -> Any:
            found = case.gradients(g.resolve_conj().numpy(), *context.arrays)
            return tuple(torch.from_numpy(np.array(v)) for v in found)

    points = [_tensor(inputs[i]).requires_grad_() for i in case.floating]
    return _judged(lambda: torch.autograd.gradcheck(Function.apply, points))


def _tensor(array: Any) -> torch.Tensor:
    """A contiguous tensor: one that is made of an empty ndarray has strides of 0, which `gradcheck` refuses."""
    given = torch.from_numpy(np.array(array))
    return torch.zeros(given.shape, dtype=given.dtype).copy_(given)


def jax_available() -> bool:
    try:
        importlib.import_module("jax")
    except ImportError:
        return False
    return True


def jax(case: Case) -> Verdict:
    """What `jax.test_util.check_grads` says of first-order reverse mode, with its defaults, in 64 bits."""
    library: Any = importlib.import_module("jax")
    check_grads = importlib.import_module("jax.test_util").check_grads

    def run(*arrays: Any) -> Any:
        return library.numpy.asarray(case.f(*_restored(case.inputs, case.floating, [np.array(a) for a in arrays])))

    def backward(arrays: Any, g: Any) -> Any:
        given = _restored(case.inputs, case.floating, [np.array(a) for a in arrays])
        # JAX carries conjugates of PyTorch's gradients
        return tuple(library.numpy.asarray(np.conj(v)) for v in case.gradients(np.conj(np.array(g)), *given))

    function = library.custom_vjp(run)
    function.defvjp(lambda *arrays: (function(*arrays), arrays), backward)
    with library.enable_x64(True):
        points = [library.numpy.asarray(case.inputs[i]) for i in case.floating]
        return _judged(lambda: check_grads(function, points, 1, modes=["rev"]))


def _judged(check: Callable[[], Any]) -> Verdict:
    """A checker rejects by raising something."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            check()
        except Exception as error:
            return Verdict(False, f"{type(error).__name__}: {error}")
    return Verdict(True)


def _doubled(x: Any) -> Any:
    return x.astype(np.result_type(x, np.float64)) if isinstance(x, np.ndarray) and x.dtype.kind in "fc" else x


def _restored(inputs: Sequence[Any], floating: Sequence[int], moved: Sequence[Any]) -> list[Any]:
    """The inputs with the floating ones replaced."""
    out = list(inputs)
    for i, x in zip(floating, moved, strict=True):
        out[i] = x
    return out
