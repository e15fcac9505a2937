"""Statistics to look at: update ratios are those of the parameters' values, the noise scale is that of the formula."""

from __future__ import annotations

import copy
import math
import tracemalloc
from typing import Any

import numpy as np
import pytest
from autograd_lite.optim.statistics import GradientNoise, UpdateRatios

import autograd_lite as ag
from autograd_lite import nn, optim


def leaf(*values: float, dtype: Any = np.float64) -> ag.Tensor:
    return ag.Tensor(np.array(values, dtype), requires_grad=True)


def network() -> tuple[Any, Any, Any]:
    ag.manual_seed(0)
    random = np.random.default_rng(0)
    x, y = random.normal(size=(32, 3)).astype(np.float32), random.normal(size=(32, 2)).astype(np.float32)
    return nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2)), x, y


@pytest.mark.parametrize(
    "make",
    [
        lambda p: optim.SGD(p, lr=0.1),
        lambda p: optim.AdamW(p, lr=0.01, weight_decay=0.1),
        lambda p: optim.SGD(p, lr=0.1, regularization=optim.regularization.ProximalL1(0.01)),
        lambda p: optim.LBFGS(p, max_iter=3),
    ],
    ids=["sgd", "adamw", "proximal", "lbfgs"],
)
def test_ratios_are_those_of_the_values(make: Any) -> None:
    model, x, y = network()
    optimizer = make(list(model.named_parameters()))
    ratios = UpdateRatios(optimizer)
    assert ratios.rows == []

    def closure() -> Any:
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(x), y)
        loss.backward()
        return loss

    for _ in range(3):
        before = model.state_dict()
        optimizer.step(closure)
        after = model.state_dict()
        assert [row.name for row in ratios.rows] == list(before)
        for row in ratios.rows:
            old, new = before[row.name], after[row.name]
            assert row.shape == old.shape
            np.testing.assert_allclose(row.norm, np.linalg.norm(old), rtol=1e-6)
            np.testing.assert_allclose(row.update, np.linalg.norm(new - old), rtol=1e-4)
            assert row.ratio == row.update / row.norm > 0
        whole = [np.concatenate([v.ravel() for v in values.values()]) for values in (before, after)]
        np.testing.assert_allclose(
            ratios.total.ratio, np.linalg.norm(whole[1] - whole[0]) / np.linalg.norm(whole[0]), rtol=1e-4
        )


def test_ratios_change_nothing_and_can_be_removed() -> None:
    results = []
    for attached in (False, True):
        model, x, y = network()
        optimizer = optim.Adam(model.parameters(), lr=0.1)
        ratios = UpdateRatios(optimizer) if attached else None
        for _ in range(4):
            optimizer.zero_grad()
            nn.functional.mse_loss(model(x), y).backward()
            assert optimizer._groups[0].flats[0].whole() is not None
            optimizer.step()
        results.append(model.state_dict())
    for name, value in results[0].items():
        np.testing.assert_array_equal(results[1][name], value)
    assert ratios is not None
    seen = ratios.rows
    ratios.remove()
    ratios.remove()
    optimizer.step()
    assert ratios.rows is seen
    assert optimizer._hooks is not None
    assert not optimizer._hooks.before_step
    assert not optimizer._hooks.after_step
    with UpdateRatios(optimizer) as ratios:
        assert len(optimizer._hooks.before_step) == 1
        assert repr(ratios) == "UpdateRatios: no step yet"
    assert not optimizer._hooks.before_step


def test_ratios_of_what_stands_still_or_was_zero() -> None:
    v, w, u = leaf(0.0, 0.0), leaf(3.0), leaf(0.0)
    optimizer = optim.SGD([{"params": [v]}, {"params": [w, u]}], lr=1.0)
    with UpdateRatios(optimizer) as ratios:
        v.grad = np.array([3.0, 4.0])
        optimizer.step()
    assert [row.ratio for row in ratios.rows] == [math.inf, 0.0, 0.0]
    assert [row.name for row in ratios.rows] == ["[0][0]", "[1][0]", "[1][1]"]
    assert ratios.total.ratio == 5.0 / 3.0


def test_names_of_the_rows() -> None:
    model, x, _ = network()
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    with UpdateRatios(optimizer) as ratios:
        model(x).sum().backward()
        optimizer.step()
    assert [row.name for row in ratios.rows] == ["[0][0] weight", "[0][1] bias", "[0][2] weight", "[0][3] bias"]
    lines = repr(ratios).splitlines()
    assert len(lines) == 6
    assert len({len(line) for line in lines}) == 1
    assert lines[1].startswith("[0][0] weight  4×3    ")


def test_ratios_of_half_precision_and_of_small_steps() -> None:
    w = leaf(*[300.0] * 100, dtype=np.float16)
    s = leaf(1e-20, dtype=np.float32)
    optimizer = optim.SGD([w, s], lr=1.0)
    with UpdateRatios(optimizer) as ratios:
        w.grad, s.grad = np.full(100, 300.0, np.float16), np.float32([1e-25])
        optimizer.step()
    assert [row.ratio for row in ratios.rows] == pytest.approx([1.0, 1e-5], rel=0.01)


def test_a_step_that_fails_and_a_group_that_comes_later() -> None:
    v, w = leaf(1.0), leaf(2.0)
    optimizer = optim.SGD([v], lr=0.5)
    ratios = UpdateRatios(optimizer)
    v.grad = np.array([math.nan])
    with pytest.raises(ValueError, match="not finite"):
        optimizer.step()
    assert ratios.rows == []
    optimizer.add_param_group({"params": [w]})
    v.grad, w.grad = np.ones(1), np.ones(1)
    optimizer.step()
    assert [row.ratio for row in ratios.rows] == [0.5, 0.25]
    copy.deepcopy(optimizer).step()
    assert [row.norm for row in ratios.rows] == [1.0, 2.0]


# -- the noise scale


def feed(noise: GradientNoise, params: list[ag.Tensor], parts: list[list[Any]]) -> None:
    """One step: micro-batches with these gradients, of the parameters each."""
    for p in params:
        p.grad = None
    for gradients in parts:
        loss = sum(((p * g).sum() for p, g in zip(params, gradients, strict=True)), ag.Tensor(0.0))
        (loss / len(parts)).backward()
        noise.add()
    noise.finish()


@pytest.mark.parametrize("k", [2, 5])
def test_one_step_is_the_formula(k: int) -> None:
    random = np.random.default_rng(0)
    params = [leaf(0.0, 0.0, 0.0), leaf(1.0)]
    parts = [[random.normal(size=3) + 2.0, random.normal(size=1)] for _ in range(k)]
    noise = GradientNoise(params, batch_size=7)
    feed(noise, params, parts)
    vectors = np.array([np.concatenate(part) for part in parts])
    small, large = np.mean(np.sum(vectors**2, axis=1)), np.sum(np.mean(vectors, axis=0) ** 2)
    np.testing.assert_allclose(noise.squared_norm, (7 * k * large - 7 * small) / (7 * k - 7), rtol=1e-12)
    np.testing.assert_allclose(noise.trace, (small - large) / (1 / 7 - 1 / (7 * k)), rtol=1e-12)
    np.testing.assert_allclose(noise.trace, 7 * np.sum(np.var(vectors, axis=0, ddof=1)), rtol=1e-12)
    np.testing.assert_allclose(noise.scale, noise.trace / noise.squared_norm)


@pytest.mark.parametrize("decay", [1.0, 0.999])
def test_a_known_covariance_is_found(decay: float) -> None:
    """Gradients of one example ~ N(G, Σ); a micro-batch of b has Σ / b."""
    random = np.random.default_rng(1)
    mean, root = random.normal(size=40), random.normal(size=(40, 40))
    covariance = root @ root.T
    batch, k, steps = 4, 3, 1500
    params = [ag.Tensor(np.zeros((5, 6)), requires_grad=True), leaf(*[0.0] * 10)]
    noise = GradientNoise(params, batch, decay)
    draws = mean + random.normal(size=(steps, k, 40)) @ root.T / math.sqrt(batch)
    for step in draws:
        feed(noise, params, [[g[:30].reshape(5, 6), g[30:]] for g in step])
    true = np.trace(covariance) / (mean @ mean)
    np.testing.assert_allclose(noise.trace, np.trace(covariance), rtol=0.03)
    np.testing.assert_allclose(noise.squared_norm, mean @ mean, rtol=0.2)
    np.testing.assert_allclose(noise.scale, true, rtol=0.2)
    naive = np.mean(np.sum(np.mean(draws, axis=1) ** 2, axis=1))  # |g_large|², which is biased
    assert naive > 2 * (mean @ mean)


def test_the_average_over_steps() -> None:
    w = leaf(0.0)
    steps = [[1.0, 3.0], [2.0, 2.5], [4.0, 1.0]]
    single = []
    for step in steps:
        noise = GradientNoise(w, 1, 0.0)
        feed(noise, [w], [[np.array([g])] for g in step])
        single.append((noise.trace, noise.squared_norm))
    for decay, weights in ((1.0, [1, 1, 1]), (0.5, [0.25, 0.5, 1]), (0.0, [0, 0, 1])):
        noise = GradientNoise(w, 1, decay)
        for step in steps:
            feed(noise, [w], [[np.array([g])] for g in step])
        expected = np.average(single, axis=0, weights=weights)
        np.testing.assert_allclose([noise.trace, noise.squared_norm], expected, rtol=1e-12)
        assert noise.steps == 3


def test_measuring_changes_nothing() -> None:
    results = []
    for measured in (False, True):
        model, x, y = network()
        optimizer = optim.SGD(model.parameters(), lr=0.1)
        noise = GradientNoise(model.named_parameters(), 8)
        for _ in range(3):
            optimizer.zero_grad()
            for part in zip(np.split(x, 4), np.split(y, 4), strict=True):
                (nn.functional.mse_loss(model(part[0]), part[1]) / 4).backward()
                if measured:
                    noise.add()
            if measured:
                noise.finish()
            assert optimizer._groups[0].flats[0].whole() is not None
            optimizer.step()
        results.append(model.state_dict())
    assert noise.trace > 0
    for name, value in results[0].items():
        np.testing.assert_array_equal(results[1][name], value)


def test_parameters_without_a_gradient_do_not_count() -> None:
    v, w, frozen = leaf(0.0), leaf(0.0), ag.Tensor(np.zeros(1))
    noise = GradientNoise([v, w, frozen], 1)
    (v * 1.0).sum().backward()
    noise.add()
    (v * 1.0 + w * 2.0).sum().backward()  # w has had nothing in the first part
    noise.add()
    noise.finish()
    only = GradientNoise([v, w], 1)
    feed(only, [v, w], [[np.array([2.0]), np.array([0.0])], [np.array([2.0]), np.array([4.0])]])
    assert (noise.trace, noise.squared_norm) == pytest.approx((only.trace, only.squared_norm))


def test_before_there_is_something_to_say() -> None:
    w = leaf(1.0)
    noise = GradientNoise(w, 4)
    assert repr(noise) == "GradientNoise: no step yet"
    assert math.isnan(noise.scale)
    feed(noise, [w], [[np.array([1.0])], [np.array([-1.0])]])
    assert noise.squared_norm < 0
    assert noise.scale == math.inf
    assert repr(noise) == "GradientNoise: B = inf examples (tr Σ = 8, |G|² = -1; 1 step)"
    feed(noise, [w], [[np.array([1.0])], [np.array([-1.0])]])
    assert repr(noise).endswith("2 steps)")


def test_mistakes_are_named_and_the_step_is_passed_over() -> None:
    w = leaf(1.0)
    noise = GradientNoise(w, 4)
    with pytest.raises(RuntimeError, match=r"add\(\): no parameter has a gradient; call it after backward\(\)"):
        noise.add()
    for k in (0, 1):
        with pytest.raises(RuntimeError, match=f"{k} micro-batches were added, and it takes two"):
            feed(noise, [w], [[np.array([1.0])]] * k)
    for bad in (math.nan, math.inf):
        with pytest.raises(ValueError, match="a gradient is not finite; this step is passed over"):
            feed(noise, [w], [[np.array([1.0])], [np.array([bad])]])
    assert noise.steps == 0
    feed(noise, [w], [[np.array([1.0])], [np.array([2.0])]])
    assert noise.trace == 2.0


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda w: GradientNoise([], 4), ValueError, "GradientNoise: params is empty"),
        (lambda w: GradientNoise(3, 4), TypeError, "params must be a Tensor, or an iterable of Tensors, not 3"),
        (lambda w: GradientNoise([w], 0), ValueError, "GradientNoise: batch_size=0 is out of range"),
        (lambda w: GradientNoise([w], 1.5), TypeError, "batch_size=1.5 is not a whole number"),
        (lambda w: GradientNoise([w], 4, 1.5), ValueError, "GradientNoise: decay=1.5 is out of range"),
        (lambda w: UpdateRatios([w]), TypeError, "UpdateRatios: optimizer must be an Optimizer"),
    ],
)
def test_what_is_wrong_is_named(make: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        make(leaf(1.0))


def test_memory_is_held_only_during_a_step() -> None:
    w = ag.Tensor(np.zeros(200_000), requires_grad=True)
    optimizer = optim.SGD([w], lr=0.1)
    with UpdateRatios(optimizer) as ratios:
        w.grad = np.ones(200_000)
        tracemalloc.start()
        optimizer.step()
        left = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
    assert left < 0.1 * w.nbytes
    assert ratios.rows[0].ratio == math.inf
