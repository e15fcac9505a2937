"""Elements picked, put, chosen and assigned; casting and copying."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

import autograd_lite as ag
from autograd_lite import ops

from .sample import MASK, PICK, ROWS, A, Array, Sample, t

WHICH = np.array([[0, 1, 2], [2, 2, 0]])
PLACES = np.array([2, 0, 2])


def added_at(x: Array, shape: tuple[int, ...]) -> Array:
    into = np.zeros(shape, x.dtype)
    np.add.at(into, ROWS, x)
    return into


def changed(change: Callable[..., None]) -> Callable[..., Any]:
    """What a copy of the first argument is after `change` has written into it."""

    def call(x: Any, *args: Any) -> Any:
        into = x.clone() if isinstance(x, torch.Tensor) else x.copy()
        if isinstance(x, np.ndarray) and any(isinstance(arg, ag.Tensor) for arg in args):
            into = ag.Tensor(into)  # into an ndarray no Tensor that requires a gradient can be written
        change(into, *args)
        return into

    return call


def assigned(index: Any) -> Callable[..., Any]:
    """x after x[index] = v."""

    def assign(x: Any, v: Any) -> None:
        x[index] = v

    return changed(assign)


def assigning(name: str, index: Any, shapes: Any, torchs: Any = None, **options: Any) -> Sample:
    """A sample of an assignment, which PyTorch writes in the same way."""
    theirs = assigned(index if torchs is None else torchs)
    return Sample("setitem", assigned(index), shapes, theirs, name=name, **options)


SAMPLES = [
    Sample("getitem", lambda x: x[1], ((3, 4),), lambda x: x[1], complex=True),
    Sample("getitem", lambda x: x[:, ::-2], ((3, 4),), lambda x: x[:, [3, 1]], name="getitem step"),
    Sample("getitem", lambda x: x[..., None, 1:3], ((3, 4),), lambda x: x[..., None, 1:3], name="getitem None"),
    Sample("getitem", lambda x: x[ROWS], ((3, 4),), lambda x: x[t(ROWS)], name="getitem rows, one twice", complex=True),
    Sample("getitem", lambda x: x[[2, 0]], ((3, 4),), lambda x: x[[2, 0]], name="getitem rows, each once"),
    Sample("getitem", lambda x: x[ROWS - 3], ((3,),), lambda x: x[t(ROWS)], name="getitem from the end"),
    Sample(
        "getitem", lambda x: x[ROWS, :, ROWS], ((3, 2, 4),), lambda x: x[t(ROWS), :, t(ROWS)],
        name="getitem advanced with a slice between",
    ),
    Sample("getitem", lambda x: x[..., [0, -1, 0], :], ((2, 3, 2),), lambda x: x[:, [0, 2, 0]], name="getitem middle"),
    Sample(
        "getitem", lambda x: x[[[0], [0]], [1, 1, 2]], ((3, 4),), lambda x: x[[[0], [0]], [1, 1, 2]],
        name="getitem broadcast",
    ),
    Sample(
        "getitem", lambda x: x[0, [1, 1], None], ((2, 3),), lambda x: x[0, [1, 1]][:, None], name="getitem int, list"
    ),
    Sample("getitem", lambda x: x[MASK], ((3, 4),), lambda x: x[t(MASK)], name="getitem mask"),
    Sample(
        "getitem", lambda x: x[MASK[:, 1], 2], ((3, 4),), lambda x: x[t(MASK[:, 1]), 2], name="getitem mask and integer"
    ),
    Sample(
        "getitem", lambda x: x[np.ix_([0, 2, 0], [True, False, True, True])], ((3, 4),),
        lambda x: x[[0, 2, 0]][:, [0, 2, 3]], name="getitem ix_",
    ),
    Sample(
        "getitem", lambda x: np.take_along_axis(x, PICK, axis=1), ((2, 4),), lambda x: x.gather(1, t(PICK)),
        name="take_along_axis", complex=True,
    ),
    Sample(
        "getitem", lambda x: np.take_along_axis(x, PICK.ravel(), None), ((2, 4),), lambda x: x.take(t(PICK.ravel())),
        name="take_along_axis flat",
    ),
    Sample(
        "getitem", lambda x: np.take_along_axis(x, PICK[:1], axis=-1), ((2, 4),), lambda x: x[:, t(PICK[0])],
        name="take_along_axis broadcast",
    ),
    Sample(
        "scatter_add", lambda x: ops.scatter_add(x, ROWS, (4, 2)), ((3, 2),),
        lambda x: torch.zeros(4, 2, dtype=x.dtype).index_add(0, t(ROWS), x), numpy=lambda x: added_at(x, (4, 2)),
    ),
    Sample("take", lambda x: np.take(x, PICK), ((3, 4),), lambda x: x.take(t(PICK)), complex=True),
    Sample("take", lambda x: np.take(x, PICK, axis=1), ((2, 4),), lambda x: x[:, t(PICK)], name="take axis=1"),
    Sample("take", lambda x: np.take(x, -1, axis=0), ((3, 2),), lambda x: x[-1], name="take one"),
    Sample(
        "take", lambda x: np.take(x, [5, -4, 1], 0, mode="wrap"), ((3, 2),), lambda x: x[[2, 2, 1]], name="take wrap"
    ),
    Sample(
        "take", lambda x: np.take(x, [5, -4, 1], axis=0, mode="clip"), ((3, 2),), lambda x: x[[2, 0, 1]],
        name="take clip",
    ),
    Sample("take", lambda x: np.compress([True, False, True], x, 0), ((4, 2),), lambda x: x[[0, 2]], name="compress"),
    Sample("take", lambda x: np.compress(MASK.ravel(), x), ((3, 4),), lambda x: x[t(MASK)], name="compress flat"),
    Sample("take", lambda x: np.extract(MASK, x), ((3, 4),), lambda x: x[t(MASK)], name="extract"),
    Sample("astype", lambda x: x.astype(np.float64), ((3, 4),), lambda x: x.double()),
    Sample("copy", np.copy, ((3, 4),), torch.clone),
    Sample(
        "stop_gradient", lambda x: x * ag.stop_gradient(x), ((3, 4),), lambda x: x * x.detach(),
        numpy=lambda x: x * x,
    ),
]  # fmt: skip

CHOOSING = [
    Sample(
        "choose", lambda x, y, z: np.choose(WHICH, [x, y, z]), ((2, 3), (3,), (2, 1)),
        lambda x, y, z: torch.stack(torch.broadcast_tensors(x, y, z)).gather(0, t(WHICH)[None])[0], complex=True,
    ),
    Sample(
        "choose", lambda x: np.choose(WHICH - 1, x, mode="clip"), ((3, 2, 3),),
        lambda x: x.gather(0, t((WHICH - 1).clip(0))[None])[0], name="choose clip",
    ),
    Sample(
        "choose", lambda x, y: np.choose(WHICH + 1, (x, y), mode="wrap"), ((2, 3), ()),
        lambda x, y: torch.where(t(WHICH) == 1, x, y), name="choose wrap",
    ),
    Sample(
        "select", lambda x, y: np.select([MASK, A > 0], [x, y], 0.5), ((3, 4), (4,)),
        lambda x, y: torch.where(t(MASK), x, torch.where(t(A > 0), y, 0.5)), complex=True,
    ),
    Sample(
        "select", lambda x, y, z: ag.select([A > 1, A > 0], [x, y], default=z), ((3, 4), (3, 1), ()),
        lambda x, y, z: torch.where(t(A > 1), x, torch.where(t(A > 0), y, z)), name="select default",
        numpy=lambda x, y, z: np.select([A > 1, A > 0], [x, y], default=z),
    ),
    Sample(
        "setitem", lambda x: np.piecewise(x, [A < -0.5, A > 0.7], [np.sin, lambda u: u * u, 0.25]), (A,),
        lambda x: torch.where(x < -0.5, x.sin(), torch.where(x > 0.7, x * x, 0.25)), name="piecewise",
    ),
    Sample(
        "setitem", lambda x: np.piecewise(x, A[0] > 0, [lambda u, k: u * k, lambda u, k: u / k], 3.0), (A[0],),
        lambda x: torch.where(x > 0, x * 3, x / 3), name="piecewise, one condition",
    ),
]  # fmt: skip

ASSIGNMENTS = [
    assigning("setitem", (slice(None), 1), ((3, 4), (3,)), complex=True),
    assigning("setitem broadcast", slice(0, 2), ((3, 4), (1, 4))),
    assigning("setitem a number", (1, 2), ((3, 4), ())),
    assigning("setitem all", Ellipsis, ((3, 4), (4,))),
    assigning("setitem step", slice(None, None, -2), ((3, 2), (2, 2)), [2, 0]),
    assigning("setitem rows", [2, 0], ((3, 4), (2, 4))),
    assigning("setitem mask", MASK, ((3, 4), (int(MASK.sum()),)), t(MASK), complex=True),
    assigning("setitem a number at a mask", MASK, ((3, 4), ()), t(MASK)),
    Sample(
        "setitem", assigned(PLACES), ((3, 2), (3, 2)),
        lambda x, v: torch.stack([v[1], x[1], v[2]]), name="setitem, one row twice",
    ),
    Sample(
        "setitem", assigned((slice(None), PLACES)), ((2, 3), (3,)),
        lambda x, v: torch.stack([v[1] + x[:, 0] * 0, x[:, 1], v[2] + x[:, 0] * 0], 1), name="setitem, a column twice",
    ),
    Sample(
        "setitem", assigned(([0, 1, 0], [1, 1, 1])), ((2, 2), (3,)),
        lambda x, v: torch.stack([torch.stack([x[0, 0], v[2]]), torch.stack([x[1, 0], v[1]])]),
        name="setitem, an element twice",
    ),
    Sample(
        "setitem", changed(lambda x, v: np.put(x, [3, -1, 0], v)), ((2, 3), (2,)),
        lambda x, v: torch.cat([v[:1], x.ravel()[1:3], v[:1], x.ravel()[4:5], v[1:]]).reshape(2, 3), name="put",
    ),
    Sample(
        "setitem", changed(lambda x, v: np.put(x, [7, -1], v, mode="clip")), ((2, 3), (2,)),
        lambda x, v: torch.cat([v[1:], x.ravel()[1:5], v[:1]]).reshape(2, 3), name="put clip",
    ),
    Sample(
        "setitem", changed(lambda x, v: np.place(x, np.array([[True, False], [True, True]]), v)), ((2, 2), (2,)),
        lambda x, v: torch.stack([v[0], x[0, 1], v[1], v[0]]).reshape(2, 2), name="place",
    ),
    Sample(
        "setitem", changed(lambda x, v: np.putmask(x, np.array([[True, False], [False, True]]), v)), ((2, 2), (3,)),
        lambda x, v: torch.stack([v[0], x[0, 1], x[1, 0], v[0]]).reshape(2, 2), name="putmask",
    ),
    Sample("setitem", changed(np.copyto), ((2, 3), (3,)), lambda x, v: x * 0 + v, name="copyto"),
    Sample(
        "setitem", changed(lambda x, v: np.copyto(x, v, where=MASK)), ((3, 4), (4,)),
        lambda x, v: torch.where(t(MASK), v, x), name="copyto where",
    ),
    Sample(
        "setitem", changed(lambda x, v: np.put_along_axis(x, np.array([[1], [0]]), v, 1)), ((2, 3), (2, 1)),
        lambda x, v: x.scatter(1, torch.tensor([[1], [0]]), v), name="put_along_axis",
    ),
    Sample(
        "setitem", changed(lambda x, v: np.put_along_axis(x, np.array([1, 4]), v, None)), ((2, 3), ()),
        lambda x, v: torch.cat([x.ravel()[:1], v[None], x.ravel()[2:4], v[None], x.ravel()[5:]]).reshape(2, 3),
        name="put_along_axis flat",
    ),
    Sample(
        "setitem", changed(np.fill_diagonal), ((4, 3), (2,)),
        lambda x, v: x.diagonal_scatter(torch.stack([v[0], v[1], v[0]])), name="fill_diagonal",
    ),
    Sample(
        "setitem", changed(lambda x, v: np.fill_diagonal(x, v, wrap=True)), ((5, 2), ()),
        lambda x, v: torch.where(torch.tensor([[1, 0], [0, 1], [0, 0], [1, 0], [0, 1]]) == 1, v, x),
        name="fill_diagonal wrap",
    ),
]  # fmt: skip

X = np.array([[-0.6, 0.3, 1.7], [2.2, 1.2, 0.8]])
XP = np.array([0.0, 0.5, 1.5, 2.0])


def interpolated(name: str, call: Callable[..., Any], inputs: Any, spelled: Any = None) -> Sample:
    """A sample of np.interp, which gives float64 whatever it is given."""
    in_numpy = call if spelled is None else spelled
    return Sample("interp", call, inputs, None, lambda x, *rest: in_numpy(x, *rest).astype(x.dtype), name=name)


SAMPLES += CHOOSING
SAMPLES += ASSIGNMENTS
SAMPLES += [
    interpolated("interp", np.interp, (X, XP, np.array([1.0, 2.5, -0.5, 0.75]))),
    interpolated(
        "interp with ends", ag.interp, (X, XP, np.array([1.0, 2.5, -0.5, 0.75]), np.array(0.5), np.array(-1.5)),
        np.interp,
    ),
    interpolated(
        "interp with several beyond each end", ag.interp,
        (X * 2 - 1, XP, np.array([1.0, 2.5, -0.5, 0.75]), np.array(0.5), np.array(-1.5)), np.interp,
    ),
    interpolated(
        "interp with all beyond the end", ag.interp,
        (np.abs(X) + 2.1, XP, np.array([1.0, 2.5, -0.5, 0.75]), np.array(0.5), np.array(-1.5)), np.interp,
    ),
    interpolated(
        "interp periodic", lambda x, xp, fp: np.interp(x, xp, fp, period=1.9),
        (X, XP[[2, 0, 1]] + 0.1, np.array([1.0, 2.5, -0.5])),
    ),
    interpolated("interp at one node", np.interp, (X, XP[1:2], np.array([2.5]))),
    Sample(
        "vander", np.vander, ((3,),), lambda x: torch.linalg.vander(x).flip(-1), complex=True,
        numpy=lambda x: np.vander(x).astype(x.dtype),
    ),
    Sample(
        "vander", lambda x: np.vander(x, 4, increasing=True), ((3,),), lambda x: torch.linalg.vander(x, N=4),
        numpy=lambda x: np.vander(x, 4, True).astype(x.dtype), name="vander increasing",
    ),
]  # fmt: skip
