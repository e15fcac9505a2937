"""Special functions with gradients, as `scipy.special` has them, and named as there.

`softmax`, `log_softmax`, `logsumexp`, `expit`, `logit`, `xlogy` and `xlog1py` need nothing but NumPy.  The others take
their values from SciPy (`pip install "autograd_lite[scipy]"`), which is imported when the first of them is asked for;
`scipy.special.erf(t)` and `ag.special.erf(t)` are the same.
"""

from importlib import import_module
from typing import Any

from . import logarithms, softmaxes
from .logarithms import *
from .softmaxes import *

_WITH_SCIPY = [
    "beta", "betaln", "digamma", "entr", "erf", "erfc", "erfcinv", "erfcx", "erfinv", "gamma", "gammaln", "i0", "i0e",
    "i1", "i1e", "kl_div", "log_ndtr", "ndtr", "ndtri", "polygamma", "psi", "rel_entr",
]  # fmt: skip

__all__ = [*logarithms.__all__, *softmaxes.__all__]  # noqa: PLE0604  # and those above, where SciPy is installed


def __getattr__(name: str) -> Any:
    """A function whose values are SciPy's."""
    if name not in _WITH_SCIPY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        functions = import_module(f"{__name__}.with_scipy")
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "scipy":
            raise
        raise ImportError(
            f"ag.special.{name} takes its values from SciPy, which is not installed: "
            'pip install "autograd_lite[scipy]"',
            name="scipy",
        ) from error
    return getattr(functions, name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_WITH_SCIPY])
