"""The calls that `benchmarks.operations` measures: every operation, on arrays of 100,000 elements or of a few."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Any, NamedTuple

import numpy as np
import scipy.special  # type: ignore[import-untyped]

import autograd_lite as ag
import autograd_lite.special.with_scipy  # so that its functions are declared
from autograd_lite.primitive import registry

Call = Callable[..., Any]
Shape = tuple[int, ...]

TABLE: tuple[Shape, Shape] = (100, 1000), (2, 20)
ROW: tuple[Shape, Shape] = (100_000,), (40,)
SQUARE: tuple[Shape, Shape] = (316, 316), (6, 6)
SQUARES: tuple[Shape, Shape] = (40, 50, 50), (1, 6, 6)
TRIPLES: tuple[Shape, Shape] = (33_333, 3), (12, 3)


class Case(NamedTuple):
    """A call of arrays alone.

    shapes   of its arrays where there is work, and where there is next to none
    takes    how many arrays it takes
    between  what their numbers lie between
    symbol   what they are: "f" real, "c" complex, "d" symmetric and positive definite
    view     NumPy copies nothing
    """

    name: str
    call: Call
    shapes: tuple[Shape, Shape] = TABLE
    takes: int = 1
    between: tuple[float, float] = (0.5, 1.5)
    symbol: str = "f"
    view: bool = False

    def arrays(self, dtype: Any, *, small: bool) -> list[Any]:
        """The arguments."""
        shape = self.shapes[small]
        rng = np.random.default_rng(0)
        found = [rng.uniform(*self.between, shape) for _ in range(self.takes)]
        if self.symbol == "c":
            found = [x + 1j * rng.uniform(*self.between, shape) for x in found]
            dtype = np.result_type(dtype, np.complex64)
        if self.symbol == "d":
            found = [x @ x.mT + shape[-1] * np.eye(shape[-1]) for x in found]
        return [x.astype(dtype) for x in found]


@cache
def places(shape: Shape) -> Any:
    """Columns, for each element one."""
    return np.random.default_rng(0).integers(0, shape[-1], shape)


@cache
def mask(shape: Shape) -> Any:
    """Half of the elements."""
    return np.random.default_rng(1).random(shape) < 0.5


DOMAINS = {"arccosh": (1.1, 2.0)} | dict.fromkeys(
    ["arctanh", "arcsin", "arccos", "logit", "erfinv", "erfcinv", "ndtri"], (0.1, 0.9)
)


def elementwise() -> Iterator[Case]:
    """Every ufunc, of NumPy or SciPy, that is declared as elementwise, by itself."""
    for function, primitive in registry.items():
        if isinstance(function, np.ufunc) and primitive.kind == "elementwise" and function is not np.ldexp:
            yield Case(primitive.name, function, takes=function.nin, between=DOMAINS.get(primitive.name, (0.5, 1.5)))
    for x in (2, 3, 1.5):
        yield Case(f"x ** {x}", lambda x, p=x: x**p)
    for name in ("sinc", "nan_to_num", "unwrap"):
        yield Case(name, getattr(np, name))
    yield Case("ldexp", lambda x: np.ldexp(x, 3))
    yield Case("modf", np.modf)
    yield Case("frexp", np.frexp)
    yield Case("divmod", np.divmod, takes=2)
    yield Case("float_power", lambda x: np.float_power(x, 1.5))
    yield Case("clip", lambda x: np.clip(x, 0.6, 0.9))
    yield Case("where", lambda x: np.where(mask(x.shape), x, 0.0))
    yield Case("relu", ag.relu, between=(-1.0, 1.0))
    yield Case("sigmoid", ag.sigmoid)
    yield Case("logit", scipy.special.logit, between=(0.1, 0.9))
    yield Case("xlogy", scipy.special.xlogy, takes=2)
    yield Case("xlog1py", scipy.special.xlog1py, takes=2)
    yield Case("polygamma", lambda x: ag.special.polygamma(2, x))
    for name in ("absolute", "conjugate", "angle", "exp", "multiply", "sign"):
        function = getattr(np, name)
        yield Case(f"{name}, complex", function, takes=getattr(function, "nin", 1), symbol="c")


REDUCTIONS = (
    "sum mean prod max min ptp var std median nansum nanmean nanprod nanmax nanmin nanvar nanstd nanmedian average"
)
RUNNING = "cumsum cumprod cumulative_sum cumulative_prod nancumsum nancumprod diff gradient trapezoid sort"


def along_axes() -> Iterator[Case]:
    """Reductions, running reductions and sorting."""
    for name in REDUCTIONS.split():
        for axis in (None, 0, 1):
            yield Case(f"{name} axis={axis}", partial(getattr(np, name), axis=axis))
    for name in RUNNING.split():
        for axis in (0, 1):
            yield Case(f"{name} axis={axis}", partial(getattr(np, name), axis=axis))
    for name in ("quantile", "percentile", "nanquantile"):
        yield Case(name, partial(getattr(np, name), q=0.3, axis=1))
    yield Case("partition", lambda x: np.partition(x, 5, axis=1))
    yield Case("average, weights", lambda x, w: np.average(x, axis=1, weights=w), takes=2)
    yield Case("sum where", lambda x: np.sum(x, axis=1, where=mask(x.shape)))
    yield Case("logcumsumexp", lambda x: ag.logcumsumexp(x, axis=1))
    yield Case("logsumexp", lambda x: ag.special.logsumexp(x, axis=1))
    yield Case("softmax", lambda x: ag.special.softmax(x, axis=1))
    yield Case("log_softmax", lambda x: ag.special.log_softmax(x, axis=1))
    yield Case("ediff1d", np.ediff1d)
    yield Case("cov", np.cov)
    yield Case("corrcoef", np.corrcoef)


VIEWS: dict[str, Call] = {
    "reshape": lambda x: np.reshape(x, x.shape[::-1]), "ravel": np.ravel, "transpose": np.transpose,
    "matrix_transpose": np.matrix_transpose, "swapaxes": lambda x: np.swapaxes(x, 0, 1),
    "moveaxis": lambda x: np.moveaxis(x, 0, 1), "rollaxis": lambda x: np.rollaxis(x, 1), "flip": np.flip,
    "fliplr": np.fliplr, "flipud": np.flipud, "rot90": np.rot90, "expand_dims": lambda x: np.expand_dims(x, 1),
    "squeeze": lambda x: np.squeeze(x[None], 0), "atleast_3d": np.atleast_3d, "diagonal": np.diagonal,
    "broadcast_to": lambda x: np.broadcast_to(x, (2, *x.shape)), "split": lambda x: np.split(x, 2),
    "broadcast_arrays": lambda x: np.broadcast_arrays(x, x[0]), "array_split": lambda x: np.array_split(x, 2),
    "hsplit": lambda x: np.hsplit(x, 2), "vsplit": lambda x: np.vsplit(x, 2), "x[1:]": lambda x: x[1:],
    "x[:, 0]": lambda x: x[:, 0], "sliding_window_view": lambda x: np.lib.stride_tricks.sliding_window_view(x, 2, 1),
    "unstack": lambda x: np.unstack(x[:2]),
}  # fmt: skip

COPIES: dict[str, Call] = {
    "copy": np.copy, "astype": lambda x: np.astype(x, np.float16), "ravel of a transpose": lambda x: np.ravel(x.T),
    "roll axis=1": lambda x: np.roll(x, 7, axis=1), "roll": lambda x: np.roll(x, 7), "tile": lambda x: np.tile(x, 2),
    "repeat axis=0": lambda x: np.repeat(x, 2, axis=0), "repeat axis=1": lambda x: np.repeat(x, 2, axis=1),
    "resize": lambda x: np.resize(x, (2, *x.shape)), "concatenate": lambda x: np.concatenate([x, x]),
    "stack": lambda x: np.stack([x, x], axis=1), "vstack": lambda x: np.vstack([x, x]),
    "hstack": lambda x: np.hstack([x, x]), "dstack": lambda x: np.dstack([x, x]),
    "column_stack": lambda x: np.column_stack([x, x]), "append": lambda x: np.append(x, x),
    "block": lambda x: np.block([[x, x], [x, x]]), "insert": lambda x: np.insert(x, 1, 0.0, axis=1),
    "delete": lambda x: np.delete(x, 1, axis=1), "tril": np.tril, "triu": np.triu, "trace": np.trace,
    "diag": lambda x: np.diag(x[0]), "meshgrid": lambda x: np.meshgrid(x[0], x[1, :20]),
    "pad": lambda x: np.pad(x, 3), "pad edge": lambda x: np.pad(x, 1, mode="edge"),
    "pad reflect": lambda x: np.pad(x, 1, mode="reflect"), "pad mean": lambda x: np.pad(x, 1, mode="mean"),
    "x[mask]": lambda x: x[mask(x.shape)], "x[:, places]": lambda x: x[:, places(x.shape)[0]],
    "take": lambda x: np.take(x, places(x.shape)),
    "take axis=1": lambda x: np.take(x, places(x.shape)[0], axis=1),
    "take_along_axis": lambda x: np.take_along_axis(x, places(x.shape), axis=1),
    "compress": lambda x: np.compress(mask(x.shape)[0], x, axis=1), "extract": lambda x: np.extract(mask(x.shape), x),
    "select": lambda x: np.select([mask(x.shape)], [x]),
    "choose": lambda x: np.choose(mask(x.shape).astype(int), [x, x]),
    "interp": lambda x: np.interp(x, np.arange(4.0), np.arange(4.0)),
    "interp, values": lambda x: np.interp(np.linspace(0.0, 1.0, x.size), np.linspace(0.0, 1.0, len(x[0])), x[0]),
    "polyval": lambda x: np.polyval([1.0, 2.0, 3.0], x), "vander": lambda x: np.vander(x[0], 50),
}  # fmt: skip

MATRICES: dict[str, Call] = {
    "inv": np.linalg.inv, "det": np.linalg.det, "slogdet": np.linalg.slogdet, "cholesky": np.linalg.cholesky,
    "qr": np.linalg.qr, "eigh": np.linalg.eigh, "eigvalsh": np.linalg.eigvalsh, "eig": np.linalg.eig,
    "eigvals": np.linalg.eigvals, "svd": np.linalg.svd, "svdvals": np.linalg.svdvals, "pinv": np.linalg.pinv,
    "solve": lambda x: np.linalg.solve(x, x), "matrix_power": lambda x: np.linalg.matrix_power(x, 5),
    "cond": np.linalg.cond, "matrix_norm": np.linalg.matrix_norm, "vector_norm": np.linalg.vector_norm,
    "matrix_norm 1": lambda x: np.linalg.matrix_norm(x, ord=1),
    "matrix_norm nuc": lambda x: np.linalg.matrix_norm(x, ord="nuc"), "linalg.trace": np.linalg.trace,
}  # fmt: skip

ORDS = (None, 1, 3, np.inf)


def of_several_axes() -> Iterator[Case]:
    """Shapes, copies, products, linear algebra, transforms."""
    for name, call in VIEWS.items():
        yield Case(name, call, view=True)
    for name, call in COPIES.items():
        yield Case(name, call)
    for name in ("real", "imag"):
        yield Case(name, getattr(np, name), symbol="c", view=True)

    for name in ("matmul", "dot", "inner", "kron of corners"):
        if name.startswith("kron"):
            yield Case(name, lambda x, y: np.kron(x[:10, :10], y[:30, :30]), takes=2)
        else:
            yield Case(name, getattr(np, name), SQUARE, 2)
    for name in ("vecdot", "vdot"):
        yield Case(name, getattr(np, name), takes=2)
    yield Case("matvec", lambda x, y: np.matvec(x, y[0]), takes=2)
    yield Case("vecmat", lambda x, y: np.vecmat(y[:, 0], x), takes=2)
    yield Case("outer", lambda x, y: np.outer(x[0, :316], y[0, :316]), takes=2)
    yield Case("tensordot", lambda x, y: np.tensordot(x, y, axes=([1], [1])), takes=2)
    for sums in ("ij,ij->i", "ij,kj->ik", "ij->j", "ij->ji"):
        yield Case(f"einsum {sums}", partial(np.einsum, sums, optimize=True), takes=sums.count(",") + 1)
    yield Case("cross", np.cross, TRIPLES, 2)
    yield Case("convolve", lambda x, y: np.convolve(x, y[:20]), ROW, 2)
    yield Case("correlate", lambda x, y: np.correlate(x, y[:20]), ROW, 2)
    yield Case("multi_dot", lambda x, y: np.linalg.multi_dot([x, y, x]), SQUARE, 2)

    for name, call in MATRICES.items():
        yield Case(name, call, SQUARES, symbol="d")
    for power in ORDS:
        yield Case(f"norm {power}", lambda x, p=power: np.linalg.norm(x, p, axis=1))
    yield Case("norm of all", np.linalg.norm)
    yield Case("lstsq", np.linalg.lstsq, SQUARE, 2)
    yield Case("expm", ag.linalg.expm, SQUARES, between=(0.0, 0.01))

    for name in ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft", "fft2", "ifft2", "rfft2", "irfft2"):
        yield Case(f"fft.{name}", getattr(np.fft, name), symbol="f" if name in ("rfft", "rfft2", "ihfft") else "c")
    yield Case("fft.fft of 900", lambda x: np.fft.fft(x, 900))
    yield Case("fftshift", np.fft.fftshift)
    yield Case("ifftshift", np.fft.ifftshift)


def cases() -> list[Case]:
    """All calls."""
    return [*elementwise(), *along_axes(), *of_several_axes()]
