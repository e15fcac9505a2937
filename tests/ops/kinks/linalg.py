"""Norms at 0 and at ties."""

import numpy as np
import torch

from .kink import Kink

la, tla = np.linalg, torch.linalg

ONE = [[1.0, 0.0], [0.0, 1.0]]
HALF = [[0.5, 0.0], [0.0, 0.5]]
EQUAL = "the k that are tied get 1/k each"


def of_vectors(p: float, at: str, point: list[float], gradient: list[float], rule: str) -> Kink:
    """A line about the p-norm of a vector."""
    return Kink(
        f"linalg.vector_norm, ord={p}", at, lambda x: la.vector_norm(x, ord=p), lambda x: tla.vector_norm(x, p),
        (point,), (gradient,), rule,
    )  # fmt: skip


def of_matrices(ord: object, at: str, point: list[list[float]], gradient: list[list[float]], rule: str) -> Kink:
    """A line about a norm of a matrix."""
    return Kink(
        f"linalg.matrix_norm, ord={ord!r}", at, lambda x: la.matrix_norm(x, ord=ord),
        lambda x: tla.matrix_norm(x, ord), (point,), (gradient,), rule,
    )  # fmt: skip


KINKS = [
    *[of_vectors(p, "0", [0.0, 0.0], [0.0, 0.0], "0") for p in (2, 1, 3, float("inf"))],
    of_vectors(1, "an element that is 0", [0.0, 3.0, -4.0], [0.0, 1.0, -1.0], "that of the element is 0"),
    of_vectors(1.5, "an element that is 0", [0.0, 0.0, -1.0], [0.0, 0.0, -1.0], "that of the element is 0"),
    of_vectors(float("inf"), "a tie", [3.0, -3.0, 1.0], [0.5, -0.5, 0.0], EQUAL),
    of_matrices("nuc", "a singular value of 0", [[2.0, 0.0], [0.0, 0.0]], ONE, "U V^H, as elsewhere"),
    of_matrices(2, "equal singular values", ONE, HALF, EQUAL),
    of_matrices(-2, "equal singular values", ONE, HALF, EQUAL),
    of_matrices(1, "columns that are tied", ONE, HALF, EQUAL),
]
