"""Products of vectors, matrices and stacks of them."""

import numpy as np
import torch

from .sample import Sample


def _pairs(*shapes: tuple[tuple[int, ...], tuple[int, ...]]) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    return list(shapes)


MATMUL = [
    Sample("matmul", np.matmul, shapes, torch.matmul, name=f"matmul {shapes[0]} {shapes[1]}", complex=True)
    for shapes in _pairs(
        ((3, 4), (4, 2)), ((4,), (4,)), ((4,), (4, 2)), ((2, 3, 4), (2, 4, 2)),
        ((2, 1, 3, 2), (3, 2, 2)), ((4,), (2, 4, 2)), ((2, 3, 4), (4,)), ((2, 3, 4), (4, 2)),
        ((1, 3, 4), (2, 4, 1)), ((3, 4), (2, 4, 2)),
    )
]  # fmt: skip

STACKED = [
    *(
        Sample(
            "vecdot", np.vecdot, shapes, lambda x, y: torch.linalg.vecdot(x, y), name=f"vecdot {shapes[0]} {shapes[1]}",
            complex=True,
        )
        for shapes in _pairs(((3, 4), (3, 4)), ((2, 1, 4), (3, 4)), ((4,), (3, 4)))
    ),
    Sample(
        "vecdot", lambda x, y: np.vecdot(x, y, axis=0, keepdims=True), ((3, 4), (3, 4)),
        lambda x, y: torch.linalg.vecdot(x, y, dim=0)[None], numpy=lambda x, y: np.sum(np.conj(x) * y, 0)[None],
        name="vecdot axis keepdims", complex=True,
    ),
    Sample(
        "vecdot", lambda x, y: np.vecdot(x, y, axes=[0, 1, ()]), ((3, 2), (2, 3)),
        lambda x, y: torch.linalg.vecdot(x.mT, y), name="vecdot axes", complex=True,
    ),
    Sample(
        "vecdot", np.linalg.vecdot, ((3, 4), (3, 4)), torch.linalg.vecdot, name="vecdot of linalg", complex=True,
    ),
    Sample(
        "vecdot", np.vdot, ((3, 2), (2, 3)), lambda x, y: torch.vdot(x.ravel(), y.ravel()), name="vdot", complex=True,
    ),
    *(
        Sample(
            "matvec", np.matvec, shapes, lambda a, x: (a @ x[..., None])[..., 0],
            name=f"matvec {shapes[0]} {shapes[1]}", complex=True,
        )
        for shapes in _pairs(((2, 3, 4), (2, 4)), ((3, 4), (2, 4)))
    ),
    *(
        Sample(
            "vecmat", np.vecmat, shapes, lambda x, a: (x.conj()[..., None, :] @ a)[..., 0, :],
            name=f"vecmat {shapes[0]} {shapes[1]}", complex=True,
        )
        for shapes in _pairs(((2, 3), (2, 3, 4)), ((3,), (2, 3, 4)))
    ),
    Sample(
        "matvec", lambda a, x: np.matvec(a, x, axes=[(2, 0), -2, 0]), ((4, 2, 3), (4, 2)),
        lambda a, x: torch.einsum("jbi,jb->ib", a, x), name="matvec axes",
    ),
    Sample(
        "vecmat", lambda x, a: np.vecmat(x, a, axes=[(0,), (0, 1), (0,)]), ((3, 2), (3, 4, 2)),
        lambda x, a: torch.einsum("ib,ijb->jb", x, a), name="vecmat axes",
    ),
    Sample(
        "matmul", lambda a, b: np.matmul(a, b, axes=[(0, 1), (0, 2), (2, 1)]), ((3, 4, 2), (4, 2, 5)),
        lambda a, b: torch.einsum("ijz,jzk->zki", a, b), name="matmul axes", complex=True,
    ),
]  # fmt: skip

ALL_PAIRS = [
    *(
        Sample(
            "dot", np.dot, shapes, lambda a, b: torch.tensordot(a, b, dims=([a.ndim - 1], [max(b.ndim - 2, 0)])),
            name=f"dot {shapes[0]} {shapes[1]}", complex=True,
        )
        for shapes in _pairs(((4,), (4,)), ((3, 4), (4, 2)), ((2, 3, 4), (4,)), ((2, 3), (2, 3, 2)))
    ),
    Sample("multiply", np.dot, ((), (2, 3)), torch.multiply, name="dot of a number"),
    Sample("multiply", np.inner, ((2, 3), ()), torch.multiply, name="inner with a number"),
    *(
        Sample("inner", np.inner, shapes, torch.inner, name=f"inner {shapes[0]} {shapes[1]}", complex=True)
        for shapes in _pairs(((3, 4), (2, 4)), ((2, 3, 2), (2,)), ((2, 1, 2), (3, 2)))
    ),
    Sample("outer", np.outer, ((3,), (4,)), torch.outer, complex=True),
    Sample(
        "outer", np.outer, ((2, 2), (3, 1)), lambda a, b: torch.outer(a.ravel(), b.ravel()), name="outer of matrices",
        complex=True,
    ),
    *(
        Sample(
            "tensordot", lambda a, b, axes=axes: np.tensordot(a, b, axes), shapes,
            lambda a, b, axes=axes: torch.tensordot(a, b, axes), name=f"tensordot {axes}", complex=True,
        )
        for axes, shapes in [
            (2, ((2, 3, 4), (3, 4, 2))), (0, ((2,), (2, 2))),
            (([1, 0], [0, 2]), ((2, 3, 2), (3, 2, 2))), (([-1], [0]), ((2, 3), (3, 2))),
        ]
    ),
    Sample(
        "tensordot", lambda a, b: np.tensordot(a, b, axes=(1, 0)), ((2, 3), (3, 4)), torch.matmul,
        name="tensordot over one axis each",
    ),
    *(
        Sample("kron", np.kron, shapes, torch.kron, name=f"kron {shapes[0]} {shapes[1]}", complex=True)
        for shapes in _pairs(((2, 3), (3, 2)), ((2,), (2, 2)), ((2, 1, 2), (3, 2)), ((), (2, 2)))
    ),
]  # fmt: skip

CROSS = [
    Sample("cross", np.cross, ((3,), (3,)), torch.linalg.cross, complex=True),
    Sample("cross", np.cross, ((2, 1, 3), (1, 4, 3)), torch.linalg.cross, name="cross of stacks", complex=True),
    Sample(
        "cross", lambda a, b: np.cross(a, b, axis=0), ((3, 2), (3, 2)), lambda a, b: torch.linalg.cross(a, b, dim=0),
        name="cross axis=0",
    ),
    Sample(
        "cross", lambda a, b: np.cross(a, b, axisa=0, axisb=1, axisc=0), ((3, 2), (2, 3)),
        lambda a, b: torch.linalg.cross(a.mT, b).mT, name="cross, an axis for each",
    ),
    Sample(
        "multiply", np.cross, ((4, 2), (4, 2)), lambda a, b: a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0],
        numpy=lambda a, b: a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0], name="cross in the plane",
    ),
    Sample(
        "cross", np.cross, ((2,), (4, 3)), lambda a, b: torch.linalg.cross(torch.cat([a, a[:1] * 0])[None], b),
        numpy=lambda a, b: np.cross(np.append(a, a[:1] * 0), b), name="cross of a vector in the plane with others",
    ),
    Sample(
        "cross", np.cross, ((4, 3), (2,)), lambda a, b: torch.linalg.cross(a, torch.cat([b, b[:1] * 0])[None]),
        numpy=lambda a, b: np.cross(a, np.append(b, b[:1] * 0)), name="cross with a vector in the plane",
    ),
]  # fmt: skip

SAMPLES = [*MATMUL, *STACKED, *ALL_PAIRS, *CROSS]
