"""Backpropagation step by step: the engine's order and sums, with nothing changed on the way."""

import gc
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.anomaly import AnomalyError
from autograd_lite.graph import Graph, backward_steps


def leaf(*shape: int, name: str | None = None, seed: int = 0) -> Any:
    return ag.Tensor(np.random.default_rng(seed).normal(size=shape), requires_grad=True, name=name)


OPERATIONS: list[Callable[[Any, Any], Any]] = [
    lambda x, y: x + y,
    lambda x, y: x * y,
    lambda x, y: np.tanh(x) - y,
    lambda x, y: np.maximum(x, y * 0.5),
    lambda x, y: np.concatenate([np.atleast_2d(x), np.atleast_2d(y * np.ones(x.shape))], axis=1).mean() + x,
    lambda x, y: np.split(np.ones((3, 4)) * np.sum(x * y), 2, axis=1)[1].mean() + y,
    lambda x, y: (np.atleast_2d(np.sin(x)).mT @ np.atleast_2d(np.cos(x))).mean() * y,
]


def random_program(seed: int) -> tuple[Any, list[Any]]:
    """A value made of some 60 operations, with values used again and broadcast, and its leaves."""
    rng = np.random.default_rng(seed)
    leaves = [leaf(3, 4, seed=seed), leaf(4, seed=seed + 1), leaf(3, 1, seed=seed + 2)]
    values = [*leaves]
    for _ in range(20):
        x, y = values[rng.integers(len(values))], values[rng.integers(len(values))]
        operation = OPERATIONS[rng.integers(len(OPERATIONS))]
        values.append(operation(x, y) if x.shape == y.shape or operation in OPERATIONS[:4] else np.sin(x) * y)
    return sum(np.sin(value).sum() for value in values), leaves


@pytest.mark.parametrize("seed", range(25))
def test_totals_are_those_of_grad_bit_for_bit(seed: int) -> None:
    loss, leaves = random_program(seed)
    steps = [*backward_steps(loss)]
    expected = ag.grad(loss, leaves, retain_graph=True)
    graph = Graph.of(loss)
    found = {step.node.id: step for step in steps}
    inputs = [node for node in graph.nodes if node.kind == "input"]
    assert len(inputs) == 3
    for node, x, g in zip(inputs, leaves, expected, strict=True):
        assert node.shape == x.shape
        np.testing.assert_array_equal(found[node.id].gradient, g.data)
    # and so is what arrives at each value on the way
    assert {step.node.id for step in steps} == {node.id for node in graph.nodes if node.kind in ("op", "input")}
    assert all(step.node == graph[step.node.id] for step in steps)


@pytest.mark.smoke
def test_steps_of_a_small_graph() -> None:
    x = ag.Tensor([1.0, 2.0], requires_grad=True, name="x")
    last, product, at_x = backward_steps((x * x).sum())
    assert [step.node.title for step in (last, product, at_x)] == ["sum", "multiply", "x"]
    assert [step.symbol.text for step in (last, product, at_x)] == ["L", "z1", "x"]
    assert last.cotangent == 1
    first, second = product.contributions
    assert (first.position, second.position) == (0, 1)
    assert (first.added, second.added) == (False, True)
    assert first.node == second.node == at_x.node
    np.testing.assert_array_equal(first.value, [1.0, 2.0])
    np.testing.assert_array_equal(first.total, [1.0, 2.0])
    np.testing.assert_array_equal(second.value, [1.0, 2.0])
    np.testing.assert_array_equal(second.total, [2.0, 4.0])
    np.testing.assert_array_equal(at_x.cotangent, [2.0, 4.0])
    assert at_x.contributions == ()
    assert first.value.dtype == np.float32
    assert str(product) == "z̄1 = [1.0, 1.0]\n    x̄ = z̄1 * x = [1.0, 2.0]\n    x̄ += z̄1 * x = [1.0, 2.0]"
    assert repr(product) == "<Step at n1 z1, 2 contributions>"


def test_steps_are_newest_first_and_totals_add_up() -> None:
    loss, _ = random_program(3)
    steps = [*backward_steps(loss)]
    numbers = [int(step.node.id[1:]) for step in steps]
    assert numbers == sorted(numbers, reverse=True)
    totals: dict[str, Any] = {}
    for step in steps:
        if step.node.id in totals and isinstance(step.cotangent, np.ndarray):
            np.testing.assert_array_equal(step.cotangent, totals[step.node.id])
        for sent in step.contributions:
            assert sent.added == (sent.node.id in totals)
            if sent.added and isinstance(sent.value, np.ndarray):
                np.testing.assert_array_equal(sent.total, totals[sent.node.id] + sent.value)
            totals[sent.node.id] = sent.total


def test_any_shape_with_a_cotangent() -> None:
    x = leaf(2, 3)
    *_, at_x = backward_steps(x * 2, np.arange(6.0).reshape(2, 3))
    np.testing.assert_array_equal(at_x.gradient, 2 * np.arange(6.0).reshape(2, 3))
    *_, at_x = backward_steps(x * 2, ag.Tensor(np.ones((2, 3))))
    np.testing.assert_array_equal(at_x.gradient, np.full((2, 3), 2.0))


def test_a_leaf_alone() -> None:
    x = leaf(name="x")
    (step,) = backward_steps(x)
    assert (step.node.name, step.cotangent, step.contributions) == ("x", 1, ())


def test_complex_numbers() -> None:
    z = ag.Tensor(np.array([1 + 2j, 3 - 1j]), requires_grad=True)
    y = (np.abs(z) ** 2).sum() + np.real(np.exp(z * 1j)).sum()
    *_, at_z = backward_steps(y)
    np.testing.assert_array_equal(at_z.gradient, ag.grad(y, z)[0].data)
    np.testing.assert_array_equal(at_z.cotangent, np.conj(at_z.gradient))


def test_operations_that_give_several() -> None:
    x = leaf(6, name="x")
    a, _, c = np.split(x, 3)
    steps = [*backward_steps((a * c).sum())]
    split = next(step for step in steps if step.node.title == "split")
    assert split.cotangent[1] is None
    np.testing.assert_array_equal(split.cotangent[0], x.data[4:])
    np.testing.assert_array_equal(split.cotangent[2], x.data[:2])
    (sent,) = split.contributions
    np.testing.assert_array_equal(sent.value, [*x.data[4:], 0, 0, *x.data[:2]])
    assert sent.formula.text == "concat([z̄1[0], z̄1[1], z̄1[2]], axis=0)"
    output = next(step for step in steps if step.node.title == "split output 0")
    assert output.contributions[0].value[1:] == [None, None]


@pytest.mark.parametrize("fusing", [True, False])
def test_networks(fusing: bool) -> None:
    ag.manual_seed(0)
    model = ag.nn.Sequential(
        ag.nn.Conv2d(1, 2, 3), ag.nn.BatchNorm2d(2), ag.nn.ReLU(), ag.nn.MaxPool2d(2), ag.nn.Flatten(),
        ag.nn.Linear(18, 8), ag.nn.LayerNorm(8), ag.nn.GELU(), ag.nn.Linear(8, 3),
    )  # fmt: skip
    rng = np.random.default_rng(0)
    with ag.fusion(fusing):
        logits = model(rng.normal(size=(4, 1, 8, 8)).astype(np.float32))
        loss = ag.nn.functional.cross_entropy(logits, np.array([0, 1, 2, 0]))
    parameters = dict(model.named_parameters())
    expected = ag.grad(loss, [*parameters.values()], retain_graph=True)
    found = {step.symbol.text: step.gradient for step in backward_steps(loss) if step.node.kind == "parameter"}
    found = {".".join(symbol.split("_")[::-1]): gradient for symbol, gradient in found.items()}
    assert len(found) == len(parameters) == 10
    for name, g in zip(parameters, expected, strict=True):
        np.testing.assert_array_equal(found[name], g.data, err_msg=name)


# -- nothing is changed


def test_nothing_is_changed() -> None:
    loss, leaves = random_program(5)
    called: list[str] = []
    leaves[0].register_hook(lambda g: called.append("hook") or g * 100)
    middle = np.sin(leaves[1])
    middle.register_hook(lambda g: called.append("hook") or g * 100)
    middle.retain_grad()
    loss = loss + middle.sum() + np.prod(np.split(leaves[1], 2)[0])
    kept = ag.graph.kept_bytes(loss)
    steps = [*backward_steps(loss)]
    for step in steps:
        for given in (step.cotangent, *(sent.total for sent in step.contributions)):
            for array in given if isinstance(given, list) else [given]:
                if array is not None:
                    array[...] = np.nan  # they are the caller's own
    assert called == []
    assert [x.grad for x in leaves] == [None] * 3
    assert middle.grad is None
    assert ag.graph.kept_bytes(loss) == kept
    again = [step.gradient for step in backward_steps(loss) if step.node.kind == "input"]
    assert all(np.isfinite(g).all() for g in again)
    loss.backward()
    np.testing.assert_array_equal(leaves[2].grad, again[0] if again[0].shape == (3, 1) else again[2])


def test_hooks_of_modules_are_not_called() -> None:
    model = ag.nn.Linear(2, 1)
    called = []
    model.register_full_backward_hook(lambda *_: called.append(1))
    x = leaf(3, 2)
    loss = model(x.astype(np.float32)).sum()
    steps = [*backward_steps(loss)]
    assert called == []
    assert any(step.node.op == "backward_hooks" for step in steps)
    (at_x,) = (step for step in steps if step.node.kind == "input")
    np.testing.assert_array_equal(at_x.gradient, ag.grad(loss, x)[0].data)
    assert called == [1]


def test_taking_numbers_in_hand_does_not_change_later_steps() -> None:
    x = leaf(3)
    first, _, last = np.split(x, 3)
    y = (np.exp(x) + x).sum() + (first * last).sum()  # add hands the same array to both, and split a part of several
    expected = ag.grad(y, x, retain_graph=True)[0].data
    found = None
    for step in backward_steps(y):
        found = step.gradient.copy() if step.node.kind == "input" else found
        given = [step.cotangent, *(array for sent in step.contributions for array in (sent.value, sent.total))]
        for array in [part for each in given for part in (each if isinstance(each, list) else [each])]:
            if array is not None:
                array[...] = 7
    np.testing.assert_array_equal(found, expected)
    *_, at_x = backward_steps(y)
    np.testing.assert_array_equal(at_x.gradient, expected)


def test_it_works_inside_of_modes() -> None:
    x = leaf(3)
    y = np.sin(x).sum()
    expected = ag.grad(y, x, retain_graph=True)[0].data
    for mode in (ag.no_grad(), ag.detect_anomaly(), ag.graph.details(), ag.fusion(False)):
        with mode:
            steps = [*backward_steps(y)]
            assert all(sent.formula.text for step in steps for sent in step.contributions)
        np.testing.assert_array_equal(steps[-1].gradient, expected)


def test_a_nan_is_walked_through() -> None:
    x = ag.Tensor([0.0, 1.0], requires_grad=True)
    with np.errstate(all="ignore"):
        y = (np.sqrt(x) * 0).sum()
        *_, at_x = backward_steps(y)
    assert np.isnan(at_x.gradient[0])


def test_rules_that_sweep_are_no_backward_of_the_users() -> None:
    x = ag.Tensor([0.0, 1.0], requires_grad=True)
    with ag.detect_anomaly(), np.errstate(all="ignore"):
        y = ag.checkpoint(np.sqrt, x).sum()
        *_, at_x = backward_steps(y)
        assert np.isinf(at_x.gradient[0])
        with pytest.raises(AnomalyError, match="sqrt"):
            y.backward()


# -- one step at a time


def test_steps_work_when_they_are_asked_for() -> None:
    calls = []

    def rule(v: Any, _ans: Any, x: Any) -> Any:
        calls.append(1)
        return v * 2 * x

    from autograd_lite.primitive import elementwise, registry

    def squared(x: Any) -> Any:
        return x * x

    try:
        square = elementwise(squared, rule, math="dy = 2x dx")
        walk = backward_steps(square(square(leaf(2))).sum())
        assert calls == []
        next(walk)
        assert calls == []
        step = next(walk)
        assert len(calls) == 1
        assert step.contributions[0].formula.text == "z̄2 * 2 * z1"
        assert len(calls) == 2  # once more, for the formula
        assert step.contributions[0].formula is step.contributions[0].formula
        assert len(calls) == 2
        next(walk)
        assert len(calls) == 3
    finally:
        del registry[squared]


def test_memory_goes_as_it_walks() -> None:
    x = leaf(100_000)
    for _ in range(20):
        x = np.sin(x)
    walk = backward_steps(x.sum())
    seen = []
    for step in walk:
        arrays = [step.cotangent, *(sent.value for sent in step.contributions)]
        seen += [weakref.ref(array) for array in arrays]
        del step, arrays
        assert all(reference() is None for reference in seen)
    assert len(seen) > 40


def test_steps_keep_no_graph_alive() -> None:
    x = leaf(3, name="x")
    middle = np.sin(x)
    y = (middle * middle).sum()
    nodes = [weakref.ref(y._node), weakref.ref(middle._node)]
    array = weakref.ref(middle._data)
    steps = [*backward_steps(y)]
    del y, middle
    gc.collect()
    assert [node() for node in nodes] == [None, None]
    assert [sent.formula.text for step in steps for sent in step.contributions] == [
        "broadcast_to(reshape(L̄, (1,)), (3,))",
        "z̄2 * z1",
        "z̄2 * z1",
        "z̄1 * cos(x)",
    ]
    assert array() is None  # what formulas were read off from


def test_what_is_packed_is_unpacked_once_for_a_step() -> None:
    x = leaf(3)
    unpacked: list[tuple[int, ...]] = []
    with ag.saved_tensors_hooks(lambda t: t.data.copy(), lambda array: unpacked.append(array.shape) or array):
        y = np.sin(np.sin(x)).sum()
    walk = backward_steps(y)
    unpacked.clear()
    for step in walk:
        assert len(unpacked) == (step.node.op == "sin")
        assert all(sent.formula for sent in step.contributions)
        unpacked.clear()
    np.testing.assert_array_equal(step.gradient, ag.grad(y, x)[0].data)


def test_a_graph_may_be_deep() -> None:
    x = y = leaf(2)
    for _ in range(20_000):
        y = y * 0.9999
    count = 0
    for step in backward_steps(y.sum()):
        count += 1
        last = step
    assert count == 20_002
    np.testing.assert_array_equal(last.gradient, ag.grad(y.sum(), x)[0].data)


# -- errors


def test_errors() -> None:
    x = leaf(3)
    with pytest.raises(TypeError, match="not from ndarray"):
        backward_steps(np.ones(3))  # type: ignore[arg-type]
    with pytest.raises(RuntimeError, match=r"backward_steps\(\): no gradient flows to this Tensor"):
        backward_steps(ag.Tensor([1.0]))
    with pytest.raises(RuntimeError, match="of shape \\(3,\\): only a single element"):
        backward_steps(x * 2)
    with pytest.raises(RuntimeError, match="the gradient given has shape"):
        backward_steps(x * 2, np.ones(2))
    with pytest.raises(TypeError, match="outside of vmap"):
        ag.func.vmap(lambda v: [*backward_steps((v * v).sum())])(x)


def test_a_released_graph() -> None:
    x = leaf(3)
    y = np.sin(x).sum()
    walk = backward_steps(y)
    next(walk)
    y.backward()
    with pytest.raises(RuntimeError, match=r"backward through sin was run before.*retain_graph=True"):
        next(walk)
    with pytest.raises(RuntimeError, match=r"was run before.*retain_graph=True"):
        backward_steps(y)
    y = np.sin(x).sum()
    y.backward(retain_graph=True)
    assert len([*backward_steps(y)]) == 3


def test_what_was_changed_is_noticed() -> None:
    w = ag.nn.Parameter(np.ones(3))
    optimizer = ag.optim.SGD([w], lr=0.1)
    w.grad = np.ones(3)
    optimizer.step()
    y = (w * w).sum()
    walk = backward_steps(y)
    optimizer.step()
    with pytest.raises(RuntimeError, match="changed after it was recorded"):
        list(walk)
