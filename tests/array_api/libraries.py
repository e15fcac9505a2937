"""A program: functions of other libraries on Tensors, their values compared with ndarrays', gradients with differences.

    SCIPY_ARRAY_API=1 python tests/array_api/libraries.py

It is a process of its own, since SciPy looks at the variable when it is imported.
"""

import einops.array_api as einops
import numpy as np
import scipy.fft
import scipy.integrate
import scipy.optimize
import scipy.signal
import scipy.special
import scipy.stats
import sklearn
from scipy.spatial.transform import Rotation
from sklearn import decomposition, discriminant_analysis, linear_model, metrics, preprocessing

import autograd_lite as ag
from autograd_lite.testing import assert_gradients_close

RNG = np.random.default_rng(0)
V = RNG.random(8)
W = RNG.random(8)
POINTS = RNG.random((5, 3))
X = RNG.random((12, 3))
NEW = RNG.random((4, 3))
CLASSES = np.arange(12) % 2

EINOPS = {
    "rearrange": (lambda x: einops.rearrange(x, "(a b) c -> b (c a)", a=4), X),
    "reduce mean": (lambda x: einops.reduce(x, "(a b) c -> b c", "mean", a=4), X),
    "reduce max": (lambda x: einops.reduce(x, "(a b) c -> b c", "max", a=4), X),
    "reduce prod": (lambda x: einops.reduce(x, "(a b) c -> b c", "prod", a=4), X),
    "repeat": (lambda x: einops.repeat(x, "a b -> a r b", r=3), X),
    "pack": (lambda x, y: einops.pack([x, y], "* c")[0], X, NEW),
}
SCIPY = {
    "logsumexp": (scipy.special.logsumexp, V),
    "softmax": (scipy.special.softmax, V),
    "zscore": (scipy.stats.zscore, V),
    "skew": (scipy.stats.skew, V),
    "kurtosis": (scipy.stats.kurtosis, V),
    "gmean": (scipy.stats.gmean, V),
    "variation": (scipy.stats.variation, V),
    "circmean": (scipy.stats.circmean, V),
    "iqr": (scipy.stats.iqr, V),
    "boxcox_llf": (lambda x: scipy.stats.boxcox_llf(0.5, x), V),
    "trapezoid": (scipy.integrate.trapezoid, V),
    "cumulative_trapezoid": (scipy.integrate.cumulative_trapezoid, V),
    "rosen": (scipy.optimize.rosen, V),
    "dct by rfft": (lambda x: abs(scipy.fft.rfft(x)), V),
    "hilbert": (lambda x: abs(scipy.signal.hilbert(x)), V),
    "Rotation.apply": (lambda r, x: Rotation.from_rotvec(r).apply(x), POINTS, POINTS[::-1].copy()),
    "Rotation.as_matrix": (lambda r: Rotation.from_quat(r).as_matrix(), RNG.random((3, 4))),
}
SKLEARN = {
    "rbf_kernel": (metrics.pairwise.rbf_kernel, X, NEW),
    "cosine_similarity": (metrics.pairwise.cosine_similarity, X, NEW),
    "euclidean_distances": (metrics.pairwise.euclidean_distances, X, NEW),
    "squared errors": (lambda a, b: metrics.mean_squared_error(a, b, multioutput="raw_values"), X, X[::-1].copy()),
    "MinMaxScaler": (lambda x: preprocessing.MinMaxScaler().fit_transform(x), X),
    "Normalizer": (lambda x: preprocessing.Normalizer().fit_transform(x), X),
    "PolynomialFeatures": (lambda x: preprocessing.PolynomialFeatures().fit_transform(x), X),
    "PCA": (lambda x: decomposition.PCA(2, svd_solver="full").fit(x).explained_variance_, X),
    "Ridge": (lambda x, y, z: linear_model.Ridge(solver="svd").fit(x, y).predict(z), X, X[:, 0] ** 2, NEW),
    "LinearDiscriminantAnalysis": (
        lambda x: discriminant_analysis.LinearDiscriminantAnalysis().fit(x, ag.asarray(CLASSES)).transform(x) ** 2, X
    ),
}  # fmt: skip


def check(library, cases):
    for name, (function, *inputs) in cases.items():
        leaves = [ag.Tensor(x, requires_grad=True) for x in inputs]
        value = function(*leaves)
        assert value.requires_grad, f"{name} lost the gradient"
        if name != "LinearDiscriminantAnalysis":  # whose classes are a Tensor, so that it takes no ndarrays
            np.testing.assert_allclose(value.detach().numpy(), function(*inputs), rtol=1e-9, atol=1e-12, err_msg=name)
        assert_gradients_close(function, *inputs)
        print(f"{library}: {name}")


if __name__ == "__main__":
    check("einops", EINOPS)
    check("scipy", SCIPY)
    with sklearn.config_context(array_api_dispatch=True):
        check("sklearn", SKLEARN)
