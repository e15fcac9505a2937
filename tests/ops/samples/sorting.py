"""Sorting and partitioning."""

import numpy as np

from autograd_lite.ops.sorting import permuted, permuted_back

from .sample import A, Sample, apart

ORDER = np.array([[2, 0, 3, 1], [0, 1, 2, 3], [3, 2, 1, 0]])


def order_of(x):
    """A permutation of each row."""
    return np.argsort(ORDER[: x.shape[0], : x.shape[1]], 1)


SAMPLES = [
    Sample("sort", np.sort, (A,), lambda x: x.sort().values),
    Sample("sort", lambda x: np.sort(x, axis=0, stable=True), (A,), lambda x: x.sort(0).values, name="sort axis=0"),
    Sample("sort", lambda x: np.sort(x, axis=None), (A,), lambda x: x.ravel().sort().values, name="sort flat"),
    Sample("sort", lambda x: np.sort(x, -1), (A,), None, name="sort of complex numbers", complex=True),
    Sample(
        "partition",
        lambda x: np.partition(x, 2, axis=0)[2],
        (apart(5, 2),),
        lambda x: x.sort(0).values[2],
    ),
    Sample("partition", lambda x: np.partition(x, range(4)), (A,), lambda x: x.sort().values, name="partition of all"),
    Sample(
        "partition",
        lambda x: np.partition(x, [1, -1], axis=None)[[1, -1]],
        (A,),
        lambda x: x.ravel().sort().values[[1, -1]],
        name="partition flat",
    ),
    Sample(
        "permuted",
        lambda x: permuted(x, order_of(x), 1),
        ((3, 4),),
        None,
        numpy=lambda x: np.take_along_axis(x, order_of(x), 1),
    ),
    Sample(
        "permuted_back",
        lambda x: permuted_back(x, order_of(x), 1),
        ((3, 4),),
        None,
        numpy=lambda x: np.take_along_axis(x, np.argsort(order_of(x), 1), 1),
    ),
]
