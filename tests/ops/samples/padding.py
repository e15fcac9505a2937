"""np.pad in all its modes."""

from typing import Any

import numpy as np
import torch

import autograd_lite as ag
from autograd_lite.ops import padding
from autograd_lite.ops.padding_statistics import fold_statistics, spread_statistics

from .sample import Sample, apart

UNEVEN = ((2, 1), (0, 3))


def padded(name: str, width: Any, mode: str, shape: Any, reference: Any = None, **kwargs: Any) -> Sample:
    """A call of np.pad."""
    statistic = mode in ("maximum", "mean", "median", "minimum")
    return Sample(
        "pad_statistics" if statistic else "pad", lambda x: np.pad(x, width, mode, **kwargs),
        (apart(*shape) if statistic else shape,), reference, name=name, complex=not statistic,
    )  # fmt: skip


def by_torch(width: tuple[int, ...], mode: str) -> Any:
    """PyTorch pads the last axes of arrays with one or two more in front."""
    return lambda x: torch.nn.functional.pad(x[None], width, mode)[0]


SAMPLES = [
    padded("pad", 1, "constant", (3, 4), lambda x: torch.nn.functional.pad(x, (1, 1, 1, 1))),
    padded("pad by a number", UNEVEN, "constant", (3, 4), constant_values=0.75),
    padded("pad by numbers", UNEVEN, "constant", (3, 4), constant_values=((0.5, 1.5), (-1.0, 2.0))),
    padded("pad edge", (1, 2), "edge", (2, 3), by_torch((1, 2, 1, 2), "replicate")),
    padded("pad reflect", UNEVEN, "reflect", (3, 4), by_torch((0, 3, 2, 1), "reflect")),
    padded("pad reflect far", (5, 8), "reflect", (4,)),
    padded("pad reflect odd", UNEVEN, "reflect", (3, 4), reflect_type="odd"),
    padded("pad reflect odd far", (5, 8), "reflect", (3,), reflect_type="odd"),
    padded("pad symmetric", UNEVEN, "symmetric", (3, 4)),
    padded("pad symmetric far", ((7, 4), (1, 0)), "symmetric", (2, 3)),
    padded("pad symmetric odd", ((4, 5), (2, 1)), "symmetric", (2, 3), reflect_type="odd"),
    padded("pad wrap", UNEVEN, "wrap", (3, 4), by_torch((0, 3, 2, 1), "circular")),
    padded("pad wrap far", (7, 8), "wrap", (3,)),
    padded("pad linear_ramp", UNEVEN, "linear_ramp", (3, 4)),
    padded("pad linear_ramp to numbers", 2, "linear_ramp", (3, 2), end_values=((0.5, -0.5), (1.0, 2.0))),
    padded("pad maximum", UNEVEN, "maximum", (3, 4)),
    padded("pad minimum", 1, "minimum", (3, 4), stat_length=2),
    padded("pad mean", UNEVEN, "mean", (3, 4)),
    padded("pad mean of some", 2, "mean", (3, 4), stat_length=((1, 2), (3, 9))),
    padded("pad median", UNEVEN, "median", (3, 4)),
    padded("pad median of some", (2, 1), "median", (5,), stat_length=(2, 3)),
    padded("pad a single element", ((2, 1), (1, 1)), "reflect", (1, 2)),
    padded("pad one axis", {0: (1, 2)}, "edge", (3, 2)),
    Sample(
        "pad",
        lambda x, v: ag.pad(x, UNEVEN, constant_values=v),
        ((2, 3), (2, 2)),
        None,
        lambda x, v: np.pad(x, UNEVEN, constant_values=v),
        name="pad by values",
        complex=True,
    ),
    Sample(
        "pad",
        lambda x, v: ag.pad(x, UNEVEN, "linear_ramp", end_values=v),
        ((2, 3), (2,)),
        None,
        lambda x, v: np.pad(x, UNEVEN, "linear_ramp", end_values=v),
        name="pad ramps to values",
    ),
    Sample(
        "fold",
        lambda x: padding.fold(x, ((1, 2),), "edge"),
        ((6,),),
        lambda x: torch.stack([x[0] + x[1], x[2], x[3] + x[4] + x[5]]),
        numpy=lambda x: np.array([x[0] + x[1], x[2], x[3] + x[4] + x[5]]),
    ),
    *[
        Sample(
            "fold",
            lambda x, mode=mode: padding.fold(x, ((1, 2),), mode),
            ((6,),),
            lambda x: x[1:4],
            numpy=lambda x: np.array([x[1], x[2], x[3]]),
            name=f"fold {mode}",
        )
        for mode in ("constant", "empty")
    ],
    Sample(
        "fold_values",
        lambda x: padding.fold_values(x, ((1, 2),), "constant"),
        ((6,),),
        lambda x: torch.stack([x[0], x[4] + x[5]])[None],
        numpy=lambda x: np.array([[x[0], x[4] + x[5]]]),
    ),
    Sample(
        "fold_statistics",
        lambda x: fold_statistics(x, np.zeros(5), ((1, 2),), "mean", ((1, 2),)),
        ((5,),),
        lambda x: torch.stack([x[0] + x[1], x[2]]) + (x[3] + x[4]) / 2,
        numpy=lambda x: np.array([x[0] + x[1], x[2]]) + (x[3] + x[4]) / 2,
    ),
    Sample(
        "spread_statistics",
        lambda x: spread_statistics(x, np.zeros(5), ((1, 2),), "mean", ((1, 2),)),
        ((2,),),
        lambda x: torch.stack([x[0], x[0], x[1], x.mean(), x.mean()]),
        numpy=lambda x: np.pad(x, (1, 2), "mean", stat_length=((1, 2),)),
    ),
]
