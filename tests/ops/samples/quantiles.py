"""Medians, quantiles, percentiles."""

import numpy as np
import torch

from .sample import A, Sample, apart

Q = np.array([0.1, 0.5, 0.8])
METHODS = [
    "inverted_cdf", "averaged_inverted_cdf", "closest_observation", "interpolated_inverted_cdf", "hazen", "weibull",
    "linear", "median_unbiased", "normal_unbiased", "lower", "higher", "midpoint", "nearest",
]  # fmt: skip
IN_PYTORCH = {"linear", "lower", "higher", "midpoint", "nearest"}

SAMPLES = [
    Sample("ranked", np.median, (A,), lambda x: x.ravel().quantile(0.5), name="median"),
    Sample("ranked", lambda x: np.median(x, axis=0), (A,), lambda x: x.median(0).values, name="median, odd"),
    Sample(
        "ranked", lambda x: np.median(x, axis=(0, 2), keepdims=True), (apart(2, 3, 4),),
        lambda x: x.permute(1, 0, 2).reshape(3, 8).quantile(0.5, 1).reshape(1, 3, 1), name="median of two axes",
    ),
    Sample("ranked", lambda x: np.median(x, -1), (apart(3, 5),), None, name="median of complex numbers", complex=True),
    *[
        Sample(
            "ranked", lambda x, method=method: np.quantile(x, 0.35, axis=1, method=method), (apart(3, 5),),
            (lambda x, method=method: x.quantile(0.35, 1, interpolation=method)) if method in IN_PYTORCH else None,
            name=f"quantile, {method}",
        )
        for method in METHODS
    ],
    Sample(
        "ranked", lambda x: np.quantile(x, Q.astype(x.dtype), axis=0, keepdims=True), (apart(5, 2),),
        lambda x: x.quantile(torch.tensor(Q).to(x.dtype), 0, keepdim=True), name="quantiles",
    ),
    Sample(
        "ranked", lambda x, q: np.quantile(x, q), (A, Q), lambda x, q: x.quantile(q), name="quantile, also by q",
    ),
    Sample(
        "ranked", lambda x: np.percentile(x, 30, axis=-1), (apart(3, 5),), lambda x: x.quantile(0.3, -1),
        name="percentile",
    ),
    Sample(
        "ranked", lambda x: np.quantile(x, 0.4, axis=1, method="inverted_cdf", weights=np.abs(A)), (A,), None,
        name="quantile, weighted",
    ),
]  # fmt: skip
