"""Claim: an operation on Tensors takes hardly longer than the NumPy function it wraps, on arrays of 100,000 elements.

    python -m benchmarks.operations              # all of them
    python -m benchmarks.operations sum sort     # those whose names contain one of the words

Each line is one call, on ndarrays and on a Tensor that requires a gradient, so that it is recorded; the two run in
turn.  Every elementwise function of NumPy's that the engine declares is in it by itself, the others by the table
below.  Views, which NumPy gives in less than a microsecond whatever their size, stand apart: there the difference is
what a call of ours costs.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable, Iterator
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "2")

import numpy as np

import autograd_lite as ag
from autograd_lite.primitive import registry
from benchmarks.pairs import compare

ROWS, COLUMNS = 100, 1000
MARK = 1.15
PAIRS = 15
VIEWS = ("reshape", "transpose", "moveaxis", "flip", "split", "broadcast_to", "diagonal", "window")

Call = Callable[..., Any]

INDEX = np.random.default_rng(0).integers(0, COLUMNS, 50_000)
MASK = np.random.default_rng(1).random((ROWS, COLUMNS)) < 0.5

ONE_ARRAY: dict[str, Call] = {
    "sum": np.sum, "sum axis=0": lambda x: np.sum(x, axis=0), "sum axis=1": lambda x: np.sum(x, axis=1),
    "mean axis=0": lambda x: np.mean(x, axis=0), "prod axis=1": lambda x: np.prod(x, axis=1),
    "max axis=1": lambda x: np.max(x, axis=1), "min": np.min, "var axis=0": lambda x: np.var(x, axis=0),
    "std axis=1": lambda x: np.std(x, axis=1), "ptp axis=1": lambda x: np.ptp(x, axis=1),
    "median axis=1": lambda x: np.median(x, axis=1), "quantile axis=1": lambda x: np.quantile(x, 0.3, axis=1),
    "nansum axis=1": lambda x: np.nansum(x, axis=1), "nanmean axis=0": lambda x: np.nanmean(x, axis=0),
    "nanvar axis=1": lambda x: np.nanvar(x, axis=1), "nanmax axis=1": lambda x: np.nanmax(x, axis=1),
    "average": lambda x: np.average(x, axis=1, weights=np.arange(1.0, COLUMNS + 1, dtype=x.dtype)),
    "cumsum axis=1": lambda x: np.cumsum(x, axis=1), "cumprod axis=1": lambda x: np.cumprod(x, axis=1),
    "diff": np.diff, "gradient axis=1": lambda x: np.gradient(x, axis=1), "trapezoid": np.trapezoid,
    "cov": np.cov, "corrcoef": np.corrcoef,
    "sort": np.sort, "partition": lambda x: np.partition(x, 10, axis=1),
    "reshape": lambda x: np.reshape(x, (COLUMNS, ROWS)), "transpose": np.transpose, "flip": np.flip,
    "moveaxis": lambda x: np.moveaxis(x, 0, 1), "broadcast_to": lambda x: np.broadcast_to(x, (2, ROWS, COLUMNS)),
    "split": lambda x: np.split(x, 4), "diagonal": np.diagonal,
    "window": lambda x: np.lib.stride_tricks.sliding_window_view(x, 3, axis=1),
    "ravel of a transpose": lambda x: np.ravel(np.transpose(x)), "roll": lambda x: np.roll(x, 7, axis=1),
    "tile": lambda x: np.tile(x, (2, 1)), "repeat": lambda x: np.repeat(x, 2, axis=0),
    "pad": lambda x: np.pad(x, 3), "pad reflect": lambda x: np.pad(x, 3, mode="reflect"),
    "concatenate": lambda x: np.concatenate([x, x]), "stack": lambda x: np.stack([x, x]),
    "block": lambda x: np.block([[x, x], [x, x]]), "tril": np.tril, "triu": np.triu,
    "x[mask]": lambda x: x[MASK], "x[:, places]": lambda x: x[:, INDEX[:1000]], "take": lambda x: np.take(x, INDEX),
    "take_along_axis": lambda x: np.take_along_axis(x, INDEX.reshape(100, -1), axis=1),
    "where": lambda x: np.where(MASK, x, 0.0), "clip": lambda x: np.clip(x, 0.6, 0.9),
    "interp": lambda x: np.interp(x, np.arange(4.0), np.arange(4.0)),
    "x ** 3": lambda x: x**3, "x ** 2": lambda x: x**2, "x ** 1.5": lambda x: x**1.5,
    "x @ y": lambda x: x @ np.ones((COLUMNS, 50), x.dtype), "inner": lambda x: np.inner(x, x),
    "einsum ij,kj": lambda x: np.einsum("ij,kj->ik", x, x, optimize=True),
    "outer": lambda x: np.outer(x[0, :300], x[1, :300]),
    "tensordot": lambda x: np.tensordot(x, x, axes=([1], [1])), "kron": lambda x: np.kron(x[:10, :10], x[:30, :30]),
    "convolve": lambda x: np.convolve(x[0], x[1, :50]),
    "cross": lambda x: np.cross(x[:, :999].reshape(-1, 3), x[0, :3]),
    "norm": np.linalg.norm, "norm axis=1": lambda x: np.linalg.norm(x, axis=1),
    "inv": lambda x: np.linalg.inv(x[:, :100] + 9 * np.eye(100, dtype=x.dtype)),
    "solve": lambda x: np.linalg.solve(x[:, :100] + 9 * np.eye(100, dtype=x.dtype), x),
    "det": lambda x: np.linalg.det(x[:, :100]), "slogdet": lambda x: np.linalg.slogdet(x[:, :100]),
    "cholesky": lambda x: np.linalg.cholesky(x @ x.T), "qr": lambda x: np.linalg.qr(x.T),
    "eigh": lambda x: np.linalg.eigh(x @ x.T), "eigvalsh": lambda x: np.linalg.eigvalsh(x @ x.T),
    "svd": lambda x: np.linalg.svd(x, full_matrices=False), "svdvals": np.linalg.svdvals, "pinv": np.linalg.pinv,
    "fft": np.fft.fft, "rfft": np.fft.rfft, "fft2": np.fft.fft2, "irfft": np.fft.irfft,
}  # fmt: skip

DOMAINS = {"arccosh": (1.1, 2.0), "arctanh": (0.1, 0.9), "arcsin": (0.1, 0.9), "arccos": (0.1, 0.9)}


def calls() -> Iterator[tuple[str, Call, int, tuple[float, float]]]:
    """The name of each call, the call, how many arrays it takes, and from where their numbers come."""
    for primitive in sorted(registry.values(), key=lambda p: p.name):
        function = primitive.function
        if isinstance(function, np.ufunc) and primitive.kind == "elementwise" and primitive.name != "ldexp":
            yield primitive.name, function, function.nin, DOMAINS.get(primitive.name, (0.5, 1.5))
    for name, call in ONE_ARRAY.items():
        yield name, call, 1, (0.5, 1.5)


def main() -> None:
    words = sys.argv[1:]
    rows = []
    for dtype in (np.float32, np.float64):
        rng = np.random.default_rng(0)
        for name, call, count, between in calls():
            if words and not any(word in name for word in words):
                continue
            arrays = [rng.uniform(*between, (ROWS, COLUMNS)).astype(dtype) for _ in range(count)]
            tensors = [ag.Tensor(x, requires_grad=True) for x in arrays]
            found = compare(lambda: call(*tensors), lambda: call(*arrays), pairs=PAIRS)  # noqa: B023
            rows.append((name, np.dtype(dtype).name, found))
    whole = [row for row in rows if not row[0].startswith(VIEWS)]
    for title, chosen in (("copying and computing", whole), ("views", [row for row in rows if row not in whole])):
        print(f"\n{title}, the slowest beside NumPy first")
        for name, dtype_name, found in sorted(chosen, key=lambda row: -row[2].ratio):
            print(found.row(f"{name:26} {dtype_name}"))
    above = [row for row in whole if row[2].ratio > MARK]
    names = ", ".join(sorted({row[0] for row in above})) or "none"
    print(f"\nof {len(whole)} calls {len(above)} are above {MARK}: {names}")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main()
