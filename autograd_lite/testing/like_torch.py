"""`gradcheck` and `gradgradcheck`, called as those of `torch.autograd` are.

    gradcheck(np.matmul, (a, b))                 # the gradients by a and b
    gradgradcheck(np.matmul, (a, b))             # those of the gradients

What is beyond PyTorch's is said in the docstrings; underneath is `check_gradients`, with its oracles and diagnoses.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import frexp
from typing import Any

import numpy as np

from ..gradients import grad
from ..tensor import Tensor
from . import reports
from .check import check_gradients, place_of
from .hazards import HAZARDS, Hazard, found
from .hazards_of_batches import BATCH_HAZARDS
from .hazards_of_dtypes import rule_dtypes
from .oracles.differences import FIRST_STEP
from .oracles.directions import Array
from .reports import GradientsDiffer, Report, publish
from .runs import Case, answers_of, call_plain, drawn, plain, random_like, recorded
from .runs import gradients as sweep
from .several import by_answers, joined
from .subject import as_value


def gradcheck(
    func: Callable[..., Any],
    inputs: Any,
    *,
    eps: float | None = None,
    atol: float | None = None,
    rtol: float | None = None,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_batched_forward_grad: bool = False,
    check_forward_ad: bool = False,
    check_backward_ad: bool = True,
    fast_mode: bool = False,
    kinks: str = "between",
    seed: int | None = None,
) -> bool:
    """Whether the gradients of func at `inputs` are right; it takes the arguments of `torch.autograd.gradcheck`.

    Other than there, every floating and complex input is checked, whether or not it requires a gradient: a checker
    that leaves inputs out passes wrong gradients.  (What is not to be checked is closed over: `lambda x: f(x, y)`.)
    Inputs that overlap in memory are no trouble, since each is copied; float32 ones are held against oracles in
    double precision, with tolerances that fit.  func may not write to its inputs.

    Args:
        func: a function of Tensors that gives a Tensor, or a tuple or list of them; integers among them are left out.
        inputs: a Tensor, ndarray or number, or a tuple or list of them.
        eps: the first step of finite differences, rounded to a power of two; smaller ones follow.  By default it is
            fitted to the dtype and the size of each input.  With one given, derivatives are by t in `input + 8 eps t`.
        atol, rtol: tolerances; by default fitted to the dtype (PyTorch's are 1e-5 and 1e-3).
        raise_exception: False gives False instead of raising, for a wrong derivative.
        nondet_tol: by how much the gradients of two equal calls may differ.  If it is not 0, those of a random
            projection of each answer are compared, not whole Jacobians.
        check_undefined_grad: whether answers without a cotangent, and with a zero one, add nothing.
        check_grad_dtypes: whether the rules themselves give no wider dtypes than the inputs have; gradients are cast.
        check_batched_grad: whether backward under `func.vmap`, of a batch of cotangents, gives what it gives for each;
            and whether it is linear in the cotangent.
        check_batched_forward_grad: the same of forward mode.
        check_forward_ad: whether forward mode is checked.
        check_backward_ad: whether reverse mode, and all that is about it, is checked.
        fast_mode: one random direction for each input and one random projection of each answer, in place of Jacobians.
        kinks: as of `assert_gradients_close`.
        seed: of the random numbers; by default `reports.default_seed`.

    Raises:
        GradientsDiffer: (an AssertionError) something is wrong, unless `raise_exception=False`.
        TypeError: func gives no floating-point or complex Tensor.
        ValueError: no input is of a floating or complex dtype, or no mode is checked.

    >>> import numpy as np
    >>> gradcheck(np.matmul, (np.ones((2, 3)), np.ones(3)), check_forward_ad=True)
    True
    >>> detached = lambda x, y: x * y.detach()
    >>> gradcheck(detached, (2.0, 3.0), raise_exception=False)
    False
    """
    __tracebackhide__ = True
    modes = (("reverse",) if check_backward_ad else ()) + (("forward",) if check_forward_ad else ())
    if not modes:
        raise ValueError("gradcheck: nothing to check, with check_backward_ad=False and check_forward_ad=False")
    if check_batched_forward_grad and not check_forward_ad:
        raise ValueError("gradcheck: check_batched_forward_grad=True needs check_forward_ad=True")
    if check_batched_grad and not check_backward_ad:
        raise ValueError("gradcheck: check_batched_grad=True needs check_backward_ad=True")
    values = [as_value(x) for x in (inputs if isinstance(inputs, (tuple, list)) else (inputs,))]
    seed = reports.default_seed if seed is None else seed
    case = Case(func, tuple(values), seed, nondet_tol, modes)
    if not case.floating:
        raise ValueError("gradcheck: none of the inputs is of a floating or complex dtype")

    made = []
    options: dict[str, Any] = {"atol": atol, "rtol": rtol, "kinks": kinks, "seed": seed}
    for f in by_answers(func, values):
        shown, at, unit = f, values, 1.0
        if fast_mode:
            shown, at, unit = _along_rays(f, case)
        elif eps is not None:
            shown, at, unit = _scaled(f, case, eps)
        options["atol"] = None if atol is None else atol * unit
        if nondet_tol > 0 and check_backward_ad:
            total, gradient = _swept_once(shown, case.at([at[i] for i in case.floating]))
            made.append(check_gradients(total, *at, grad=gradient, **options))
        left = modes if nondet_tol == 0 else tuple(mode for mode in modes if mode == "forward")
        if left:
            made.append(check_gradients(shown, *at, modes=left, **options))
    wanted = {
        "value determinism": True,
        "gradient determinism": True,
        "changed in place": True,
        "undefined gradients": check_undefined_grad and check_backward_ad,
        "linearity": check_batched_grad,
        "batched gradients": check_batched_grad,
        "forward linearity": check_batched_forward_grad,
        "batched tangents": check_batched_forward_grad,
    }
    known = {**HAZARDS, **BATCH_HAZARDS}
    hazards: dict[str, Hazard] = {name: known[name] for name, yes in wanted.items() if yes}
    if check_grad_dtypes:
        hazards["rule dtypes"] = rule_dtypes
    name = getattr(func, "__name__", type(func).__name__)
    beside = Report(name, place_of(func), seed, (), tuple(found(hazards, case)))
    report = joined(beside if beside.ok else publish(beside), made)
    if not report.ok and raise_exception:
        raise GradientsDiffer(report)
    return report.ok


def gradgradcheck(
    func: Callable[..., Any],
    inputs: Any,
    grad_outputs: Any = None,
    *,
    eps: float | None = None,
    atol: float | None = None,
    rtol: float | None = None,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_fwd_over_rev: bool = False,
    check_rev_over_rev: bool = True,
    fast_mode: bool = False,
    kinks: str = "between",
    seed: int | None = None,
) -> bool:
    """Whether the second derivatives of func at `inputs` are right: `gradcheck` of its gradients.

    The gradients by all floating inputs are taken as a function of these inputs and of the cotangents, and checked.
    It takes the arguments of `torch.autograd.gradgradcheck`.

    Args:
        func, inputs: as of `gradcheck`.
        grad_outputs: the cotangents, one for each differentiable answer; by default random ones.
        check_fwd_over_rev: whether forward mode over reverse mode is checked.
        check_rev_over_rev: whether reverse mode over reverse mode is.
        eps, atol, rtol, raise_exception, nondet_tol, check_undefined_grad, check_grad_dtypes, check_batched_grad,
            fast_mode, kinks, seed: as of `gradcheck`, one order up.

    Raises:
        GradientsDiffer, TypeError, ValueError: as of `gradcheck`; `grad_outputs` are not one for each answer.

    >>> import numpy as np
    >>> gradgradcheck(lambda x: x**3, np.array([1.0, 2.0]), check_fwd_over_rev=True)
    True
    """
    __tracebackhide__ = True
    values = [as_value(x) for x in (inputs if isinstance(inputs, (tuple, list)) else (inputs,))]
    seed = reports.default_seed if seed is None else seed
    case = Case(func, tuple(values), seed)
    if not case.floating:
        raise ValueError("gradgradcheck: none of the inputs is of a floating or complex dtype")
    answers = [np.asarray(y._data) for y in answers_of(call_plain(case))]
    if grad_outputs is None:
        cotangents: list[Any] = list(drawn(answers, seed, 5))
    else:
        given = grad_outputs if isinstance(grad_outputs, (tuple, list)) else (grad_outputs,)
        cotangents = [as_value(c) for c in given]
    if [np.shape(c) for c in cotangents] != [y.shape for y in answers]:
        raise ValueError(
            f"gradgradcheck: grad_outputs have the shapes {[np.shape(c) for c in cotangents]}, but the differentiable "
            f"answers of the function have {[y.shape for y in answers]}"
        )

    def gradients(*args: Any) -> tuple[Any, ...]:
        given = list(args[: len(values)])
        for i in case.floating:
            given[i] = given[i] if given[i].requires_grad else given[i].detach().requires_grad_()
        ys = answers_of(func(*given))
        pairs = [(y, c) for y, c in zip(ys, args[len(values) :], strict=True) if y.requires_grad]
        points = [given[i] for i in case.floating]
        if not pairs:
            return tuple(Tensor(np.zeros(x.shape, x.dtype)) for x in points)
        return grad([y for y, _ in pairs], points, [c for _, c in pairs], create_graph=True, materialize_grads=True)

    gradients.__name__ = f"the gradient of {getattr(func, '__name__', type(func).__name__)}"
    return gradcheck(
        gradients,
        (*values, *cotangents),
        eps=eps,
        atol=atol,
        rtol=rtol,
        raise_exception=raise_exception,
        nondet_tol=nondet_tol,
        check_undefined_grad=check_undefined_grad,
        check_grad_dtypes=check_grad_dtypes,
        check_batched_grad=check_batched_grad,
        check_forward_ad=check_fwd_over_rev,
        check_backward_ad=check_rev_over_rev,
        fast_mode=fast_mode,
        kinks=kinks,
        seed=seed,
    )


class _Placed:
    """A function made out of another one, with the name and the place of that."""

    def __init__(self, run: Callable[..., Any], of: Callable[..., Any]) -> None:
        self.run = run
        self.__name__ = getattr(of, "__name__", type(of).__name__)
        self.__code__ = getattr(of, "__code__", None)

    def __call__(self, *args: Any) -> Any:
        return self.run(*args)


def _scaled(f: Callable[..., Any], case: Case, eps: float) -> tuple[Callable[..., Any], list[Any], float]:
    """f as a function of t at 0, where an input is its value + s t: steps for t of up to 1/8 are of up to eps.

    Also s: derivatives by t are s times those by the input.
    """
    if not eps > 0:
        raise ValueError(f"gradcheck: eps is a step of finite differences, and must be positive, not {eps}")
    step = 2.0 ** (frexp(eps / FIRST_STEP)[1] - 1)

    def moved(*ts: Any) -> Any:
        return f(
            *(x + step * t if i in case.floating else x for i, (x, t) in enumerate(zip(case.args, ts, strict=True)))
        )

    at = [np.zeros_like(x) if i in case.floating else x for i, x in enumerate(case.args)]
    return _Placed(moved, f), at, step


def _along_rays(f: Callable[..., Any], case: Case) -> tuple[Callable[..., Any], list[Any], float]:
    """A random projection of f as a function of one number for each floating input, all at 0: the way along a ray.

    Also how far the shortest ray goes, in each element, for a way of 1.
    """
    rays = dict(zip(case.floating, (random_like(x, case.seed) for x in case.points), strict=True))

    def ahead(*ts: Any) -> Any:
        given = zip(case.args, ts, strict=True)
        answer = f(*(x + t * rays[i] if i in rays else x for i, (x, t) in enumerate(given)))
        (weights,) = drawn([plain(answer)], case.seed, 6)
        return np.sum(np.real(np.conj(weights) * answer))

    at = [np.zeros((), x.real.dtype) if i in rays else x for i, x in enumerate(case.args)]
    return _Placed(ahead, f), at, min(float(np.abs(ray).mean()) if ray.size else 1.0 for ray in rays.values())


def _swept_once(f: Callable[..., Any], case: Case) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """A random projection of f, and its gradient: at each point that of the first sweep, however often it is asked for.

    Whether the next sweep gives the same is asked with a tolerance, by "gradient determinism".
    """
    (weights,) = drawn([plain(call_plain(replace(case, function=f)))], case.seed, 7)
    swept: dict[bytes, tuple[Array, ...]] = {}

    def here(args: tuple[Any, ...]) -> Case:
        return replace(case, function=f, args=args)

    def projection(*args: Any) -> Any:
        return np.sum(np.real(np.conj(weights) * plain(call_plain(here(args)))))

    def gradient(*args: Any) -> tuple[Array, ...]:
        there = here(args)
        key = b"".join(x.tobytes() for x in there.points)
        if key not in swept:
            inputs, answers = recorded(there)
            swept[key] = tuple(sweep(inputs, answers, [weights]))
        return swept[key]

    return _Placed(projection, f), gradient
