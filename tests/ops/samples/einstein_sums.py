"""Einstein sums."""

from typing import Any

import numpy as np
import torch

from .sample import Sample

SUBSCRIPTS: list[tuple[str, tuple[tuple[int, ...], ...]]] = [
    ("ij,jk->ik", ((2, 3), (3, 4))), ("kj,ji", ((2, 3), (3, 4))), ("i,i", ((3,), (3,))),
    ("i,j", ((2,), (3,))), ("bi,bi->b", ((2, 3), (2, 3))),
    ("bqhd,bkhd->bhqk", ((2, 3, 2, 2), (2, 4, 2, 2))), ("ij,ji->", ((2, 3), (3, 2))), ("ij,k->i", ((2, 3), (4,))),
    ("...ij,...jk->...ik", ((2, 1, 3, 2), (3, 2, 4))), ("...,...", ((2, 3), (3,))), ("i...,ij->...j", ((2, 3), (2, 2))),
    ("iij,jk->ik", ((2, 2, 3), (3, 4))), ("i,->i", ((3,), ())), ("i,i->i of lengths 1 and 3", ((1,), (3,))),
    ("ij,kj-> of lengths 1 and 4", ((2, 1), (3, 4))), ("ij,jk,kl->il", ((2, 3), (3, 4), (4, 2))),
    ("i,ij,j->", ((2,), (2, 3), (3,))), ("ij,ij,ij->i", ((2, 3), (2, 3), (2, 3))),
    ("ab,ab,c,cd,d->ba", ((2, 2), (2, 2), (3,), (3, 2), (2,))),
]  # fmt: skip
"""Of two arrays and more."""

ALONE = [
    ("ii", (3, 3), "diagonal"), ("iij->j", (3, 3, 2), "diagonal"),
    ("jijk->ki", (2, 3, 2, 2), "diagonal"), ("ba", (2, 3), "transpose"),
    ("ij->", (2, 3), "sum_over"), ("...i->...", (2, 3), "sum_over"), ("i...->...i", (2, 3), "transpose"),
]  # fmt: skip
"""Of one array: the subscripts, its shape, and a primitive that is used."""


def _einsum(subscripts: str) -> Any:
    return lambda *arrays: np.einsum(subscripts, *arrays)


def _torch(subscripts: str) -> Any:
    return lambda *arrays: torch.einsum(subscripts, *arrays)


def _optimized(subscripts: str) -> Any:
    return lambda *arrays: np.einsum(subscripts, *arrays, optimize=True)


SAMPLES = [
    *(
        Sample(
            "einsum", _einsum(written.split(" ")[0]), shapes, _torch(written.split(" ")[0]),
            numpy=_optimized(written.split(" ")[0]), name=f"einsum {written}", complex=True,
        )
        for written, shapes in SUBSCRIPTS
    ),
    *(
        Sample(name, _einsum(subscripts), (shape,), _torch(subscripts), name=f"einsum {subscripts}", complex=True)
        for subscripts, shape, name in ALONE
    ),
    Sample(
        "einsum", lambda a, b: np.einsum(a, [0, 3], b, [3, 1], [1, 0]), ((2, 3), (3, 4)), lambda a, b: (a @ b).mT,
        name="einsum interleaved",
    ),
    Sample(
        "einsum", lambda a, b: np.einsum(a, [..., 30, 2], b, [2, 0]), ((2, 3, 2), (2, 2)),
        lambda a, b: torch.einsum("zij,jk->zki", a, b), name="einsum interleaved, without an answer",
    ),
    Sample(
        "einsum", lambda a, b, c: np.einsum("ij,jk,kl->il", a, b, c, optimize=["einsum_path", (1, 2), (0, 1)]),
        ((2, 3), (3, 2), (2, 4)), lambda a, b, c: a @ (b @ c), name="einsum along a path",
    ),
    Sample(
        "einsum", lambda a, b, c: np.einsum("ij,kl,jk->il", a, b, c, optimize=False),
        ((2, 3), (2, 4), (3, 2)), lambda a, b, c: a @ c @ b, numpy=lambda a, b, c: a @ c @ b,
        name="einsum from left to right",
    ),
]  # fmt: skip
