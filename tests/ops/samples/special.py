"""Special functions, beside SciPy and PyTorch."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.special as sp
import torch

from autograd_lite import special
from autograd_lite.special import with_scipy
from autograd_lite.special.error_functions import mills

from .sample import A, Sample

Call = Callable[..., Any]


def of_dtype(function: Call) -> Call:
    """SciPy's function, in the dtype of its arguments, where it would widen float16 (and polygamma all)."""
    return lambda *arrays: np.asarray(function(*arrays)).astype(arrays[0].dtype)


def ufunc(name: str, oracle: Call | None, low: float, high: float, primitive: str = "") -> Sample:
    """A sample of one of SciPy's functions of one argument, drawn from an interval."""
    function = getattr(sp, name)
    return Sample(
        primitive or name,
        function,
        ((3, 4),),
        oracle,
        numpy=of_dtype(function),
        between=(low, high),
        name=name,
    )


def both(name: str, oracle: Call | None, low: float, high: float) -> Sample:
    """The same for two arguments."""
    return ufunc(name, oracle, low, high)._replace(inputs=((3, 4), (3, 4)))


ELEMENTWISE = [
    ufunc("erf", torch.special.erf, -2, 2),
    ufunc("erfc", torch.special.erfc, -2, 2),
    ufunc("erfcx", torch.special.erfcx, -2, 2),
    ufunc("erfcx", None, 10, 30)._replace(name="erfcx far out"),
    ufunc("erfinv", torch.special.erfinv, -0.9, 0.9),
    ufunc("erfcinv", lambda x: torch.special.erfinv(1 - x), 0.1, 1.9),
    ufunc("ndtr", torch.special.ndtr, -2, 2),
    ufunc("ndtri", torch.special.ndtri, 0.1, 0.9),
    ufunc("log_ndtr", torch.special.log_ndtr, -4, 2),
    # of digamma's derivatives PyTorch has nine digits: compared with them in test_special
    ufunc("gammaln", None, 0.5, 4),
    ufunc("gamma", None, 0.5, 4),
    ufunc("digamma", None, 0.5, 4, "psi"),
    ufunc("i0", torch.special.i0, -2, 2),
    ufunc("i0e", torch.special.i0e, 0.1, 2),
    ufunc("i1", torch.special.i1, 0.1, 2),
    ufunc("i1e", torch.special.i1e, 0.1, 2),
    ufunc("i1e", torch.special.i1e, -2, -0.1)._replace(name="i1e of negative numbers"),
    ufunc("entr", torch.special.entr, 0.2, 2),
    ufunc("expit", torch.special.expit, -2, 2, "sigmoid"),
    ufunc("logit", torch.special.logit, 0.05, 0.95),
]


def softmaxes(name: str, call: Call, oracle: Call, reference: Call, **options: Any) -> Sample:
    return Sample(name.split(" ")[0], call, (A,), oracle, numpy=of_dtype(reference), name=name, **options)


FACTORS = np.array([[2.0], [0.5], [1.0]])

PAIRS = [
    both("beta", None, 0.5, 3),
    both("betaln", None, 0.5, 3),
    both("xlogy", torch.special.xlogy, 0.2, 2),
    both("xlog1py", torch.special.xlog1py, 0.2, 2),
    both("rel_entr", lambda x, y: x * torch.log(x / y), 0.5, 2),
    both("kl_div", lambda x, y: x * torch.log(x / y) - x + y, 0.5, 2),
]

SAMPLES = [
    *ELEMENTWISE,
    *PAIRS,
    *(
        Sample(
            "polygamma", lambda x, n=n: with_scipy.polygamma(n, x), ((3, 4),), None,
            numpy=of_dtype(lambda x, n=n: sp.polygamma(n, x)), between=(0.5, 3), name=f"polygamma {n}",
        )
        for n in (1, 3)
    ),
    Sample(
        "mills", mills, ((3, 4),), lambda x: torch.exp(-x * x / 2 - torch.special.log_ndtr(x)) / math.sqrt(2 * math.pi),
        numpy=of_dtype(lambda x: np.exp(-x * x / 2 - sp.log_ndtr(x)) / math.sqrt(2 * math.pi)), between=(-4, 2),
    ),
    softmaxes("softmax", special.softmax, lambda x: torch.softmax(x.ravel(), 0).reshape(x.shape), sp.softmax),
    softmaxes(
        "softmax axis", lambda x: special.softmax(x, axis=1), lambda x: torch.softmax(x, 1),
        lambda x: sp.softmax(x, axis=1),
    ),
    softmaxes(
        "log_softmax axis", lambda x: special.log_softmax(x, axis=-2), lambda x: torch.log_softmax(x, -2),
        lambda x: sp.log_softmax(x, axis=-2),
    ),
    softmaxes("logsumexp", special.logsumexp, lambda x: torch.logsumexp(x, (0, 1)), sp.logsumexp, complex=True),
    softmaxes(
        "logsumexp axis", lambda x: special.logsumexp(x, axis=0), lambda x: torch.logsumexp(x, 0),
        lambda x: sp.logsumexp(x, axis=0),
    ),
    softmaxes(
        "logsumexp keepdims", lambda x: special.logsumexp(x, (0, -1), keepdims=True),
        lambda x: torch.logsumexp(x, (0, -1), True), lambda x: sp.logsumexp(x, (0, -1), keepdims=True),
    ),
    Sample(
        "log", lambda x, b: special.logsumexp(x, axis=0, b=b), (A, FACTORS),
        lambda x, b: torch.log(torch.sum(b * torch.exp(x), 0)),
        numpy=of_dtype(lambda x, b: sp.logsumexp(x, axis=0, b=b)), name="logsumexp with factors",
    ),
    Sample(
        "log", lambda x, b: special.logsumexp(x, b=b, return_sign=True)[0], (A, -FACTORS),
        lambda x, b: torch.log(-torch.sum(b * torch.exp(x))),
        numpy=of_dtype(lambda x, b: sp.logsumexp(x, b=b, return_sign=True)[0]), name="logsumexp of a negative sum",
    ),
]  # fmt: skip
