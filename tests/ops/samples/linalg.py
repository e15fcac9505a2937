"""Linear algebra, of matrices that are well conditioned: of shape (3, 3), tall, wide, and in stacks.

Factors that are determined up to signs, phases or rotations are sampled through functions that do not depend on
which are chosen.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

import autograd_lite as ag
from autograd_lite.linalg.determinants import cofactors

from .sample import Sample, apart


def spread(*shape: int) -> Any:
    """Matrices with singular values well apart, not far from (1 + i) on the diagonal."""
    *stack, m, n = shape
    base = np.eye(m, n) * (np.arange(n) + 1.5)
    return base + 0.5 * np.random.default_rng(m * n).uniform(-1, 1, (*stack, m, n))


SQUARE, STACK, TALL, WIDE = spread(3, 3), spread(2, 1, 3, 3), spread(4, 3), spread(3, 4)


def linalg(
    primitive: str, call: Callable[..., Any], *inputs: Any, torch: Callable[..., Any] | None, name: str = ""
) -> Sample:
    """A sample without float16, which LAPACK has not."""
    return Sample(primitive, call, inputs, torch, name=name or primitive, half=False, complex=True)


def definite(x: Any) -> Any:
    return x @ np.conjugate(x).mT + np.eye(x.shape[-1], dtype=np.dtype(x.dtype).type(0).real.dtype)


def definite_torch(x: Any) -> Any:
    return x @ x.mH + torch.eye(x.shape[-1], dtype=x.real.dtype)


def of_frames(q: Any) -> Any:
    """The projector onto the columns: the same for all signs and phases."""
    return q @ np.conjugate(q).mT


def of_frames_torch(q: Any) -> Any:
    return q @ q.mH


def weighted(vectors: Any, values: Any) -> Any:
    """V diag(exp(-w)) V^H: it depends on eigenvectors one by one, but not on their phases."""
    return (vectors * np.exp(-values)[..., None, :]) @ np.conjugate(vectors).mT


def weighted_torch(vectors: Any, values: Any) -> Any:
    return (vectors * torch.exp(-values)[..., None, :]) @ vectors.mH


def tri(x: Any) -> Any:
    return x + np.conjugate(x).mT


def tri_torch(x: Any) -> Any:
    return x + x.mH


def svd_product(x: Any, **options: Any) -> Any:
    u, s, vh = np.linalg.svd(x, **options)
    k = s.shape[-1]
    return (u[..., :k] * np.sin(s)[..., None, :]) @ vh[..., :k, :]


def svd_product_torch(x: Any) -> Any:
    u, s, vh = torch.linalg.svd(x, full_matrices=False)
    return (u * torch.sin(s)[..., None, :]) @ vh


def cond_torch(x: Any, p: Any) -> Any:
    """Of PyTorch's own cond the second derivative fails."""
    if p in (None, -2):
        return tla.cond(x, p)
    return tla.matrix_norm(x, p) * tla.matrix_norm(tla.inv(x), p)


la, tla = np.linalg, torch.linalg

SAMPLES = [
    linalg("inv", la.inv, SQUARE, torch=tla.inv),
    linalg("inv", la.inv, STACK, torch=tla.inv, name="inv, stack"),
    linalg("solve", la.solve, SQUARE, (3, 2), torch=tla.solve),
    linalg("solve", la.solve, SQUARE, (3,), torch=tla.solve, name="solve, vector"),
    linalg("solve", la.solve, STACK, (3, 2), torch=tla.solve, name="solve, stack of A"),
    linalg("solve", la.solve, SQUARE, (2, 3, 1), torch=tla.solve, name="solve, stack of B"),
    linalg("pinv", la.pinv, TALL, torch=tla.pinv),
    linalg("pinv", la.pinv, spread(2, 2, 3), torch=tla.pinv, name="pinv, wide, stack"),
    linalg(
        "pinv",
        lambda x, y: la.pinv(x @ y, rcond=1e-6),
        spread(3, 2),
        spread(2, 3),
        torch=lambda x, y: tla.pinv(x @ y, rtol=1e-6),
        name="pinv, rank 2 of 3",
    ),
    linalg(
        "lstsq",
        lambda x, y: la.lstsq(x, y)[0],
        TALL,
        (4, 2),
        torch=lambda x, y: tla.pinv(x) @ y,
        name="lstsq",
    ),
    linalg(
        "lstsq",
        lambda x, y: la.lstsq(x, y)[1],
        TALL,
        (4, 2),
        name="lstsq, residuals",
        torch=lambda x, y: (x @ (tla.pinv(x) @ y) - y).abs().square().sum(0),
    ),
    linalg("det", la.det, SQUARE, torch=tla.det),
    linalg("det", la.det, STACK, torch=tla.det, name="det, stack"),
    linalg("cofactors", cofactors, spread(1, 1, 4, 4), torch=lambda x: tla.det(x)[..., None, None] * tla.inv(x).mT),
    linalg("slogdet", lambda x: la.slogdet(x)[1], STACK, torch=lambda x: tla.slogdet(x)[1]),
    linalg(
        "slogdet",
        lambda x: la.slogdet(x).sign * la.slogdet(x)[1],
        STACK,
        name="slogdet, both",
        torch=lambda x: tla.slogdet(x)[0] * tla.slogdet(x)[1],
    ),
    linalg("cholesky", lambda x: la.cholesky(definite(x)), SQUARE, torch=lambda x: tla.cholesky(definite_torch(x))),
    linalg(
        "cholesky",
        lambda x: la.cholesky(definite(x), upper=True),
        STACK,
        name="cholesky, upper, stack",
        torch=lambda x: tla.cholesky(definite_torch(x), upper=True),
    ),
    linalg("qr", lambda x: sum_of(la.qr(x)), SQUARE, torch=lambda x: sum_of(tla.qr(x))),
    linalg("qr", lambda x: la.qr(x)[0], spread(2, 1, 3, 2), torch=lambda x: tla.qr(x)[0], name="qr, Q, tall, stack"),
    linalg("qr_r", lambda x: la.qr(x, "r"), TALL, torch=lambda x: tla.qr(x)[1], name="qr, R, tall"),
    linalg("qr_r", lambda x: la.qr(x, "r"), STACK, torch=lambda x: tla.qr(x)[1], name="qr, R, stack"),
    linalg("qr", lambda x: la.qr(x)[1], WIDE, torch=lambda x: tla.qr(x)[1], name="qr, R, wide"),
    linalg(
        "qr",
        lambda x: of_frames(la.qr(x, "complete")[0][..., 3:]),
        spread(2, 4, 3),
        name="qr, complete",
        torch=lambda x: torch.eye(4) - of_frames_torch(tla.qr(x)[0]),
    ),
    linalg("eigvalsh", lambda x: la.eigvalsh(tri(x)), STACK, torch=lambda x: tla.eigvalsh(tri_torch(x))),
    linalg(
        "eigh", lambda x: la.eigh(tri(x))[0], SQUARE, torch=lambda x: tla.eigh(tri_torch(x))[0], name="eigh, values"
    ),
    linalg(
        "eigh",
        lambda x: weighted(*la.eigh(tri(x))[::-1]),
        STACK,
        name="eigh, stack",
        torch=lambda x: weighted_torch(*tla.eigh(tri_torch(x))[::-1]),
    ),
    linalg("eig", lambda x: ag.real(la.eigvals(x)), SQUARE, torch=lambda x: tla.eigvals(x).real, name="eigvals"),
    linalg(
        "eig",
        lambda x: np.abs(la.eig(x)[1]),
        STACK,
        torch=lambda x: tla.eig(x)[1].abs(),
        name="eig, vectors",
    ),
    linalg("svdvals", la.svdvals, WIDE, torch=tla.svdvals),
    linalg("svdvals", lambda x: la.svd(x, compute_uv=False), STACK, torch=tla.svdvals, name="svdvals, stack"),
    linalg("svd", lambda x: svd_product(x, full_matrices=False), SQUARE, torch=svd_product_torch),
    linalg("svd", svd_product, spread(2, 4, 3), torch=svd_product_torch, name="svd, tall, full"),
    linalg("svd", svd_product, spread(2, 2, 3), torch=svd_product_torch, name="svd, wide, full"),
    linalg(
        "svd",
        lambda x: svd_product(x, full_matrices=False),
        spread(2, 1, 2, 3),
        torch=svd_product_torch,
        name="svd, wide",
    ),
    linalg(
        "svd",
        lambda x: of_frames(la.svd(x)[0][:, 3:]),
        TALL,
        name="svd, the rest of U",
        torch=lambda x: torch.eye(4) - of_frames_torch(tla.svd(x, full_matrices=False)[0]),
    ),
    linalg(
        "svd",
        lambda x: of_frames(np.conjugate(la.svd(x)[2][3:]).mT),
        WIDE,
        name="svd, the rest of V",
        torch=lambda x: torch.eye(4) - of_frames_torch(tla.svd(x, full_matrices=False)[2].mH),
    ),
    linalg("norm", la.norm, apart(3, 4), torch=tla.norm),
    linalg(
        "norm",
        lambda x: la.norm(x, axis=-1, keepdims=True),
        apart(3, 4),
        torch=lambda x: tla.norm(x, dim=-1, keepdim=True),
        name="norm, rows",
    ),
    linalg(
        "norm",
        lambda x: la.norm(x, 3.5, axis=0),
        apart(3, 4),
        torch=lambda x: tla.vector_norm(x, 3.5, 0),
        name="norm 3.5",
    ),
    linalg(
        "norm",
        lambda x: la.norm(x, 0.5, axis=0),
        apart(3, 4),
        torch=lambda x: tla.vector_norm(x, 0.5, 0),
        name="norm 0.5",
    ),
    linalg(
        "norm",
        lambda x: la.vector_norm(x, ord=3, axis=(0, 2)),
        apart(2, 3, 2),
        torch=lambda x: tla.vector_norm(x, 3, (0, 2)),
        name="norm of two axes",
    ),
    linalg(
        "norm",
        lambda x: la.norm(x, np.inf, axis=0),
        apart(3, 4),
        torch=lambda x: tla.vector_norm(x, np.inf, 0),
        name="norm inf",
    ),
    linalg(
        "norm",
        lambda x: la.norm(x, -np.inf, axis=0),
        apart(3, 4),
        torch=lambda x: tla.vector_norm(x, -np.inf, 0),
        name="norm -inf",
    ),
    linalg(
        "norm",
        lambda x: la.norm(x, 1, axis=0),
        apart(3, 4),
        torch=lambda x: tla.vector_norm(x, 1, 0),
        name="norm 1",
    ),
    *[
        linalg(
            {
                "nuc": "svdvals",
                2: "svdvals",
                -2: "svdvals",
            }.get(ord, "norm"),
            lambda x, ord=ord: la.matrix_norm(x, ord=ord),
            spread(2, 2, 3),
            torch=lambda x, ord=ord: tla.matrix_norm(x, ord),
            name=f"matrix norm {ord}",
        )
        for ord in ("fro", "nuc", 2, -2, 1, -1, np.inf, -np.inf)
    ],
    *[
        linalg(
            {None: "svdvals", -2: "svdvals"}.get(p, "inv"),
            lambda x, p=p: la.cond(x, p),
            SQUARE,
            torch=lambda x, p=p: cond_torch(x, p),
            name=f"cond {p}",
        )
        for p in (None, -2, 1, "fro", np.inf)
    ],
    linalg(
        "matmul", lambda x: la.matrix_power(x, 5), SQUARE, torch=lambda x: tla.matrix_power(x, 5), name="matrix_power 5"
    ),
    linalg(
        "inv", lambda x: la.matrix_power(x, -2), SQUARE, torch=lambda x: tla.matrix_power(x, -2), name="matrix_power -2"
    ),
    linalg(
        "matmul",
        lambda x, y, z: la.multi_dot([x, y, z]),
        (2, 2),
        (2, 3),
        (3,),
        torch=lambda x, y, z: tla.multi_dot([x, y, z]),
        name="multi_dot",
    ),
    linalg("solve", lambda x: ag.linalg.expm(x), SQUARE, torch=torch.matrix_exp, name="expm"),
    linalg(
        "solve",
        lambda x: ag.linalg.expm(x * 0.01),
        STACK,
        torch=lambda x: torch.matrix_exp(x * 0.01),
        name="expm, small, stack",
    ),
    linalg(
        "inv",
        lambda x: la.tensorinv(x.reshape(2, 2, 4)),
        spread(4, 4),
        torch=lambda x: tla.tensorinv(x.reshape(2, 2, 4)),
        name="tensorinv",
    ),
    linalg(
        "solve",
        lambda x, y: la.tensorsolve(x.reshape(2, 2, 4), y),
        spread(4, 4),
        (2, 2),
        torch=lambda x, y: tla.tensorsolve(x.reshape(2, 2, 4), y),
        name="tensorsolve",
    ),
]


def sum_of(parts: Any) -> Any:
    return parts[0] * 0.5 + parts[1]
