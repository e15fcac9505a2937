"""Ties of reductions and of sorting, products with zeros, deviations of equal numbers."""

import numpy as np
import torch

from .kink import NAN, Kink

EQUAL = "the k that are tied get 1/k each"
STANDING = "equal elements are ranked as they stand"
WEIGHTS = np.array([1.0, 2.0, 4.0, 8.0])

KINKS = [
    Kink("max", "a tie", np.max, torch.amax, ([1.0, 3.0, 3.0, 3.0, 0.0],), ([0.0, 1 / 3, 1 / 3, 1 / 3, 0.0],), EQUAL),
    Kink("min", "a tie", np.min, torch.amin, ([[1.0, 1.0], [2.0, 1.0]],), ([[1 / 3, 1 / 3], [0.0, 1 / 3]],), EQUAL),
    Kink(
        "max", "ties along an axis", lambda x: np.max(x, axis=0), lambda x: x.amax(0), ([[2.0, 1.0], [2.0, 3.0]],),
        ([[0.5, 0.0], [0.5, 1.0]],), EQUAL,
    ),
    Kink(
        "nanmax", "a tie beside NaN", lambda x: np.nanmax(x, axis=1), lambda x: x.nan_to_num(-9.0).amax(1),
        ([[3.0, 3.0, NAN], [1.0, NAN, 2.0]],), ([[0.5, 0.5, 0.0], [0.0, 0.0, 1.0]],), EQUAL,
    ),
    Kink(
        "nanmin", "a tie beside NaN", np.nanmin, lambda x: x.nan_to_num(9.0).amin(), ([1.0, NAN, 1.0, 1.0, 3.0],),
        ([1 / 3, 0.0, 1 / 3, 1 / 3, 0.0],), EQUAL,
    ),
    Kink(
        "sort", "a tie", lambda x: np.sort(x) * WEIGHTS, lambda x: x.sort(stable=True).values * torch.tensor(WEIGHTS),
        ([2.0, 1.0, 2.0, 1.0],), ([4.0, 1.0, 8.0, 2.0],), STANDING,
    ),
    Kink(
        "median", "a tie", lambda x: np.median(x, axis=0), lambda x: x.quantile(0.5, 0), ([1.0, 1.0, 0.0, 1.0, 2.0],),
        ([0.0, 1.0, 0.0, 0.0, 0.0],), STANDING,
    ),
    Kink(
        "median", "two in the middle that are equal", np.median, lambda x: x.quantile(0.5), ([1.0, 0.0, 1.0, 1.0],),
        ([0.5, 0.0, 0.5, 0.0],), STANDING,
    ),
    Kink(
        "quantile", "a tie", lambda x: np.quantile(x, 0.75), lambda x: x.quantile(0.75), ([3.0, 3.0, 3.0, 1.0, 3.0],),
        ([0.0, 0.0, 1.0, 0.0, 0.0],), STANDING,
    ),
    Kink(
        "quantile", "an element", lambda x: np.quantile(x, 0.5), lambda x: x.quantile(0.5), ([3.0, 1.0, 2.0],),
        ([0.0, 0.0, 1.0],), "the gradient goes to this element",
    ),
    Kink("std", "equal numbers", np.std, lambda x: x.std(correction=0), ([2.0, 2.0, 2.0],), ([0.0, 0.0, 0.0],), "0"),
    Kink("prod", "a zero", np.prod, torch.prod, ([2.0, 0.0, 3.0],), ([0.0, 6.0, 0.0],), "the product of the others"),
    Kink("prod", "two zeros", np.prod, torch.prod, ([2.0, 0.0, 0.0],), ([0.0, 0.0, 0.0],), "the product of the others"),
    Kink(
        "cumprod", "a zero", np.cumprod, lambda x: x.cumprod(0), ([2.0, 0.0, 3.0],), ([1.0, 8.0, 0.0],),
        "sums of products of the others",
    ),
    Kink("nansum", "NaN", np.nansum, torch.nansum, ([1.0, NAN],), ([1.0, 0.0],), "0"),
    Kink("nanmean", "NaN", np.nanmean, torch.nanmean, ([1.0, NAN, 2.0],), ([0.5, 0.0, 0.5],), "0"),
]  # fmt: skip
