"""Interpolation and sampling: what no comparison with PyTorch by cases reaches."""

import numpy as np
import pytest
import torch
from autograd_lite.nn.functional import resampling

import autograd_lite as ag
from autograd_lite import nn
from autograd_lite.func import vmap

F = nn.functional
rng = np.random.default_rng(0)
X2 = rng.normal(size=(2, 3, 5, 6))
LINEAR = [
    lambda x: F.interpolate(x, (8, 9), mode="bilinear"),
    lambda x: F.interpolate(x, scale_factor=(1.7, 0.6), mode="bicubic", align_corners=True),
    lambda x: F.interpolate(x, (3, 4), mode="bilinear", antialias=True),
    lambda x: F.interpolate(x, (3, 9), mode="area"),
    lambda x: F.interpolate(x, (3, 9), mode="nearest"),
]


@pytest.mark.parametrize("function", LINEAR)
def test_long_axes_are_gathered_to_the_same_numbers(function, monkeypatch):
    results = []
    for longest in (resampling.LONGEST, 0):
        monkeypatch.setattr(resampling, "LONGEST", longest)
        x = ag.Tensor(X2, requires_grad=True)
        y = function(x)
        y.backward(np.cos(np.arange(y.size)).reshape(y.shape))
        results.append((y.detach().numpy(), x.grad.numpy()))
    for dense, gathered in zip(*results, strict=True):
        np.testing.assert_allclose(gathered, dense, rtol=1e-12, atol=1e-13)


@pytest.mark.smoke
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_one_bad_pixel_spoils_only_what_looks_at_it(bad):
    x = np.ones((1, 1, 8, 8))
    x[0, 0, 2, 2] = bad
    y = F.interpolate(x, scale_factor=2, mode="bilinear").numpy()
    expected = torch.nn.functional.interpolate(torch.tensor(x), scale_factor=2, mode="bilinear").numpy()
    np.testing.assert_array_equal(np.isfinite(y), np.isfinite(expected))
    y = F.adaptive_avg_pool2d(x, 3).numpy()
    assert np.isfinite(y).sum() == 5
    np.testing.assert_array_equal(y, torch.nn.functional.adaptive_avg_pool2d(torch.tensor(x), 3).numpy())


@pytest.mark.parametrize("seed", range(10))
def test_random_sizes_are_pytorchs(seed):
    """The rounding of sizes and places, also where a factor changes no length."""
    rng = np.random.default_rng(seed)
    for _ in range(8):
        x = rng.normal(size=(1, 2, *rng.integers(1, 9, 2)))
        mode = str(rng.choice(["nearest", "nearest-exact", "bilinear", "bicubic", "area"]))
        options = {"scale_factor": tuple(map(float, rng.choice([0.7, 0.9, 1.05, 1.1, 2.0, 2.1, 3.0], 2)))}
        if mode in ("bilinear", "bicubic"):
            options |= {"align_corners": bool(rng.integers(2))}
        if min(int(n * factor) for n, factor in zip(x.shape[2:], options["scale_factor"], strict=True)) < 1:
            continue
        for dtype in (np.float64, np.float32):
            y = F.interpolate(x.astype(dtype), mode=mode, **options).numpy()
            expected = torch.nn.functional.interpolate(torch.tensor(x.astype(dtype)), mode=mode, **options).numpy()
            np.testing.assert_allclose(
                y, expected, rtol=1e-10 if dtype == np.float64 else 1e-4, atol=1e-5 if dtype == np.float32 else 1e-12
            )


@pytest.mark.parametrize("sizes", [(26, 22), (30, 58), (14, 46), (30, 26)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("mode", ["nearest", "nearest-exact"])
@pytest.mark.parametrize("axes", [1, 2, 3])
def test_where_an_element_begins_is_rounded_as_in_pytorch(sizes, dtype, mode, axes):
    x = np.ones((2, 3, sizes[0], *[2] * (axes - 1)), dtype) * np.arange(sizes[0]).reshape(-1, *[1] * (axes - 1))
    size = (sizes[1], *[2] * (axes - 1))
    expected = torch.nn.functional.interpolate(torch.tensor(x.astype(dtype)), size, mode=mode).numpy()
    np.testing.assert_array_equal(F.interpolate(x.astype(dtype), size, mode=mode).numpy(), expected)


def test_an_image_one_wide_is_averaged_down_its_whole_height():
    """PyTorch's antialiased answers of width 1 repeat the first row; the two axes one by one give what is right."""
    image = np.arange(15.0).reshape(1, 1, 3, 5)
    rows = F.interpolate(image, size=(7, 5), mode="bilinear", antialias=True)
    expected = F.interpolate(rows, size=(7, 1), mode="bilinear", antialias=True).numpy()
    got = F.interpolate(image, size=(7, 1), mode="bilinear", antialias=True).numpy()
    np.testing.assert_allclose(got, expected, rtol=1e-12)
    assert got[0, 0, -1, 0] > got[0, 0, 0, 0]


@pytest.mark.parametrize("function", LINEAR)
def test_a_constant_image_stays_constant(function):
    np.testing.assert_allclose(function(np.full((1, 1, 5, 6), 3.0)).numpy(), 3.0, rtol=1e-12)


@pytest.mark.parametrize("function", LINEAR)
@pytest.mark.filterwarnings("ignore::autograd_lite.batching.rules.LoopWarning")
def test_examples_one_by_one_in_vmap(function):
    one = vmap(lambda x: function(x[None])[0])(X2)
    np.testing.assert_allclose(one, function(X2).numpy(), rtol=1e-12, atol=1e-13)


def test_the_identity_gives_the_image_itself():
    theta = np.broadcast_to(np.eye(2, 3), (2, 2, 3))
    for align in (False, True):
        grid = F.affine_grid(theta, X2.shape, align)
        for mode in ("bilinear", "nearest", "bicubic"):
            y = F.grid_sample(X2, grid, mode, align_corners=align)
            np.testing.assert_allclose(y.numpy(), X2, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("mode", ["bilinear", "nearest", "bicubic"])
@pytest.mark.parametrize("padding", ["zeros", "border", "reflection"])
@pytest.mark.parametrize("align", [False, True])
def test_places_far_out_and_on_the_edge_are_pytorchs(mode, padding, align):
    places = np.array([1e3, -1e3, 7.5, -1.0, 1.0])
    grid = np.stack(np.broadcast_arrays(places, 0.3), -1)[None, None]
    x = X2[:1]
    results = []
    for library in (ag, torch):
        make = library.Tensor if library is ag else torch.tensor
        image, at = make(x, requires_grad=True), make(grid, requires_grad=True)
        y = (F if library is ag else torch.nn.functional).grid_sample(image, at, mode, padding, align_corners=align)
        y.sum().backward()
        results.append(
            [y.detach().numpy(), image.grad.numpy(), np.zeros(grid.shape) if at.grad is None else at.grad.numpy()]
        )
    for ours, theirs in zip(*results, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-10)


@pytest.mark.filterwarnings("ignore:invalid value")
def test_places_that_are_not_numbers():
    grid = np.array([[[[np.nan, 0.0], [0.0, 0.0], [np.inf, 0.0], [-np.inf, 0.0]]]])
    assert np.isnan(F.grid_sample(X2[:1], grid, align_corners=True).numpy()[..., 0]).all()
    assert (F.grid_sample(X2[:1], grid, "nearest", align_corners=True).numpy()[..., [0, 2, 3]] == 0).all()
    y = F.grid_sample(X2[:1], grid, padding_mode="border", align_corners=True).numpy()
    np.testing.assert_allclose(y[..., 0, 2:], X2[:1, :, 2, [-1, 0]])
    assert np.isfinite(y).all()


GRID = np.zeros((2, 4, 4, 2))


@pytest.mark.parametrize(("call", "error", "words"), [
    (lambda: F.interpolate(X2), ValueError, "either size or scale_factor"),
    (lambda: F.interpolate(X2, 2, 2), ValueError, "either size or scale_factor"),
    (lambda: F.interpolate(X2, (1, 2, 3)), ValueError, r"size must be .* 2 of them for the image \(5, 6\)"),
    (lambda: F.interpolate(X2, scale_factor=(1.0,)), ValueError, "scale_factor must be"),
    (lambda: F.interpolate(X2, scale_factor=-1.0), ValueError, "scale_factor must be a number above 0"),
    (lambda: F.interpolate(X2, scale_factor=0.1), ValueError, r"the answer, \(0, 0\), must not be empty"),
    (lambda: F.interpolate(X2, 3, mode="cubic"), ValueError, "mode must be one of"),
    (lambda: F.interpolate(X2, 3, mode="linear"), ValueError, r"takes images \(N, C, \*\), not float64\[2"),
    (lambda: F.interpolate(X2, 3, mode="nearest", align_corners=False), ValueError, "align_corners is for"),
    (lambda: F.interpolate(X2, 3, antialias=True), ValueError, "antialias is for"),
    (lambda: F.interpolate(X2, 3, mode="lanczos"), ValueError, "'lanczos' needs antialias=True"),
    (lambda: F.interpolate(X2, 3, recompute_scale_factor=True), ValueError, "recompute_scale_factor is for"),
    (lambda: F.interpolate(X2.astype(int), 3), TypeError, "floating-point dtype"),
    (lambda: nn.Upsample(), ValueError, "Upsample: give either"),
    (lambda: nn.Upsample(2, mode="cubic"), ValueError, "Upsample: mode must be one of"),
    (lambda: nn.Upsample(2, align_corners=True), ValueError, "Upsample: align_corners is for"),
    (lambda: F.grid_sample(X2, GRID, "linear"), ValueError, "mode must be one of"),
    (lambda: F.grid_sample(X2, GRID, padding_mode="wrap"), ValueError, "padding_mode must be one of"),
    (lambda: F.grid_sample(X2, GRID[:1]), ValueError, r"the grid must be \(2, P, Q, 2\), not float64\[1, 4, 4, 2\]"),
    (lambda: F.grid_sample(X2[0], GRID), ValueError, "input must be an image"),
    (lambda: F.grid_sample(X2[:, :, :0], GRID), ValueError, "input must be an image"),
    (lambda: F.grid_sample(X2[:, :, None], np.zeros((2, 1, 1, 1, 3)), "bicubic"), ValueError, "'bicubic' is for"),
    (lambda: F.grid_sample(X2, GRID.astype(np.float32)), TypeError, "input is float64 and grid float32"),
    (lambda: F.affine_grid(np.eye(2, 3), (1, 1, 2, 2)), ValueError, r"theta must be \(1, 2, 3\), not float64\[2, 3\]"),
    (lambda: F.affine_grid(np.ones((1, 2, 3)), (1, 1, 2)), ValueError, "size must be"),
    (lambda: F.affine_grid(np.ones((1, 2, 3)), (1, 1, 0, 2)), ValueError, "must not be empty"),
])  # fmt: skip
def test_errors_say_what_does_not_fit(call, error, words):
    with pytest.raises(error, match=words):
        call()
