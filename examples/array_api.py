"""Differentiate other people's code: einops, SciPy and scikit-learn, which know nothing of autograd_lite.

    pip install ".[demo]" && python examples/array_api.py

The three work on any arrays that follow the array API standard, and Tensors do.  So

    einops        splits an image into patches, and says how each pixel bears on what is made of them
    SciPy         turns points in space, and the rotation is found that carries one cloud onto another
    scikit-learn  fits a ridge regression, and the weights of its features are learned *through the fit*, so that it
                  predicts patients it has not seen
"""

import os

os.environ["SCIPY_ARRAY_API"] = "1"  # SciPy looks at it when it is imported

import numpy as np
import sklearn
from autograd_lite.optim import minimize
from einops.array_api import rearrange, reduce
from scipy.spatial.transform import Rotation
from sklearn.datasets import load_diabetes
from sklearn.linear_model import Ridge

import autograd_lite as ag
from autograd_lite.testing import assert_gradients_close


def patches():
    """The contrast of 2 x 2 patches of an image; its gradient is that of finite differences."""

    def contrast(image):
        cut = rearrange(image, "(h dy) (w dx) -> (h w) (dy dx)", dy=2, dx=2)
        return reduce(cut, "patch pixel -> patch", "max") - reduce(cut, "patch pixel -> patch", "mean")

    image = np.random.default_rng(0).random((4, 6))
    assert_gradients_close(contrast, image)
    brightest = ag.Tensor(image, requires_grad=True)
    contrast(brightest).sum().backward()
    print("einops: how each pixel bears on the contrast of its patch")
    print(brightest.grad.numpy())


def rotation():
    """The rotation that carries one cloud of points onto another, from nothing but the distance left between them."""
    rng = np.random.default_rng(1)
    cloud, truth = rng.normal(size=(50, 3)), Rotation.from_rotvec([0.3, -1.1, 0.7])
    seen = ag.asarray(truth.apply(cloud) + 0.01 * rng.normal(size=(50, 3)))
    cloud = ag.asarray(cloud)

    def distance(vector):
        return ag.mean((Rotation.from_rotvec(vector).apply(cloud) - seen) ** 2)

    found = minimize(distance, np.array([0.1, 0.1, 0.1]), "bfgs")
    error = (Rotation.from_rotvec(found.x) * truth.inv()).magnitude()
    print(f"SciPy: {found.message}; the rotation found is {np.degrees(error):.2f} degrees from the true one")


def ridge():
    """Weights of features, found by the gradient of a validation error through the fit of a ridge regression."""
    x, y = load_diabetes(return_X_y=True)
    x = np.hstack([x, np.random.default_rng(2).normal(0, x.std(), (len(x), 40))])  # 10 features and 40 of noise
    y = (y - y.mean()) / y.std()
    train, valid, test = (slice(0, 150), slice(150, 300), slice(300, None))

    def error(log_weights, part):
        weights = ag.exp(log_weights)
        with sklearn.config_context(array_api_dispatch=True):
            model = Ridge(alpha=1.0, solver="svd").fit(ag.asarray(x[train]) * weights, ag.asarray(y[train]))
            left = model.predict(ag.asarray(x[part]) * weights) - ag.asarray(y[part])
        return ag.mean(left * left)

    equal = np.full(x.shape[1], 1.0)
    found = minimize(lambda log_weights: error(log_weights, valid), equal, "bfgs", maxiter=20)
    weights = np.exp(found.x)
    print(
        f"scikit-learn: the error on patients not seen falls from {error(equal, test).item():.3f} "
        f"to {error(found.x, test).item():.3f}; the median weight of a feature is {np.median(weights[:10]):.2f}, "
        f"that of noise {np.median(weights[10:]):.2f}"
    )


if __name__ == "__main__":
    patches()
    rotation()
    ridge()
