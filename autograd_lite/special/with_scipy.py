"""The functions whose values are SciPy's.  Importing this module imports SciPy; nothing does so before one is used."""

from ..ops.implementing import implements
from .bessel import i0, i0e, i1, i1e
from .error_functions import entr, erf, erfc, erfcinv, erfcx, erfinv, kl_div, log_ndtr, ndtr, ndtri, rel_entr
from .gamma_functions import beta, betaln, digamma, gamma, gammaln, polygamma, psi
from .logarithms import expit, logit, xlog1py, xlogy
from .values import scipy_special

__all__ = [
    "beta", "betaln", "digamma", "entr", "erf", "erfc", "erfcinv", "erfcx", "erfinv", "gamma", "gammaln", "i0", "i0e",
    "i1", "i1e", "kl_div", "log_ndtr", "ndtr", "ndtri", "polygamma", "psi", "rel_entr",
]  # fmt: skip

for _ours in (logit, xlogy, xlog1py):
    implements(getattr(scipy_special, _ours.name))(_ours)
implements(scipy_special.expit)(expit)
