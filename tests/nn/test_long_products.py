"""Products of long rows, made of small ones: the same sums, wherever the arrays lie, with every remainder."""

from typing import Any

import numpy as np
import pytest

from autograd_lite.kernels import long_products
from autograd_lite.kernels.long_products import product_of_rows

RNG = np.random.default_rng(0)


def _multiplied(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Shapes of what is multiplied by `np.matmul` from now on."""
    shapes: list[Any] = []
    matmul = np.matmul

    def noted(a: Any, b: Any) -> Any:
        shapes.append(a.shape)
        return matmul(a, b)

    monkeypatch.setattr(np, "matmul", noted)
    return shapes


@pytest.mark.parametrize(("rows", "columns"), [(16, 9), (9, 16), (1, 1), (512, 1), (90, 90), (0, 4)])
@pytest.mark.parametrize("small", [100, 1000, 1 << 30])
@pytest.mark.parametrize("length", [0, 1, 7, 100, 997, 1024])
@pytest.mark.parametrize("into", [False, True])
def test_values(monkeypatch: pytest.MonkeyPatch, rows: int, columns: int, small: int, length: int, into: bool) -> None:
    monkeypatch.setattr(long_products, "SMALL", small * max(rows * columns, 1))
    a, wide = RNG.normal(size=(rows, length)), RNG.normal(size=(columns, 2 * length))
    out = np.full((rows, columns), np.nan) if into else None
    for x, y in ((a, wide[:, length:]), (np.asfortranarray(a), np.asfortranarray(wide[:, :length]))):
        found = product_of_rows(x, y, out)
        np.testing.assert_allclose(found, x @ y.T, rtol=1e-12, atol=1e-12)
        assert out is None or found is out


@pytest.mark.parametrize(
    ("rows", "columns", "length", "pieces"),
    [
        (16, 9, 53_824, (16, 16, 3364)),  # of the first convolution of a small network
        (22, 22, 8192, (8, 22, 1024)),
        (64, 64, 512, None),  # many pairs of rows
        (16, 16, 3000, None),  # few multiplications
        (1, 100, 50_000, (8, 1, 6250)),
    ],
)
def test_what_is_made_of_pieces(
    monkeypatch: pytest.MonkeyPatch, rows: int, columns: int, length: int, pieces: tuple[int, ...] | None
) -> None:
    shapes = _multiplied(monkeypatch)
    product_of_rows(np.ones((rows, length), np.float32), np.ones((columns, length), np.float32))
    assert shapes == ([pieces] if pieces else [])
