"""Regularizers: the numbers of each, with every optimizer, in any group, and through a checkpoint."""

from __future__ import annotations

import copy
import inspect
import math
import pickle
from typing import Any

import numpy as np
import pytest
import torch
from autograd_lite.optim import regularization as reg

import autograd_lite as ag
from autograd_lite import nn, optim

OPTIMIZERS = [
    cls
    for cls in vars(optim).values()
    if inspect.isclass(cls) and issubclass(cls, optim.Optimizer) and cls is not optim.Optimizer and cls._takes_parts
]
COUPLED = [cls for cls in OPTIMIZERS if cls not in (optim.AdamW, optim.Adafactor, optim.Lion, optim.Muon)]
SIGNS = (optim.Lion, optim.Rprop)  # they see no more of a gradient than its signs
MATRICES: list[tuple[int, ...]] = [(4, 3), (2, 5)]  # what Muon takes; others take anything
MAKERS: list[Any] = [
    lambda: reg.L2(0.1),
    lambda: reg.L1(0.1),
    lambda: reg.DecoupledWeightDecay(0.1),
    lambda: reg.ProximalL1(0.1),
    lambda: reg.ElasticNet(0.1, 0.3),
    lambda: reg.GroupLasso(0.1, axis=1),
    lambda: reg.GroupLasso(0.1, by_size=True),
    lambda: reg.MaxNorm(0.7, axis=0),
]
NAMES = [repr(make()) for make in MAKERS]
PENALTIES: dict[str, Any] = {
    "L2": (lambda: reg.L2(0.3), lambda w: 0.15 * (w * w).sum()),
    "L1": (lambda: reg.L1(0.3), lambda w: 0.3 * w.abs().sum()),
    "ProximalL1": (lambda: reg.ProximalL1(0.3), lambda w: 0.3 * w.abs().sum()),
    "ElasticNet": (lambda: reg.ElasticNet(0.3, 0.25), lambda w: 0.075 * w.abs().sum() + 0.1125 * (w * w).sum()),
    "GroupLasso rows": (lambda: reg.GroupLasso(0.3, axis=1), lambda w: 0.3 * w.norm(dim=1).sum()),
    "GroupLasso tuple": (lambda: reg.GroupLasso(0.3, axis=(0, 1)), lambda w: 0.3 * w.norm()),
    "GroupLasso whole, by size": (
        lambda: reg.GroupLasso(0.3, by_size=True),
        lambda w: 0.3 * w.numel() ** 0.5 * w.norm(),
    ),
}


def make_params(shapes: Any = MATRICES, dtype: Any = np.float64, seed: int = 0) -> list[ag.Tensor]:
    random = np.random.default_rng(seed)
    return [ag.Tensor(random.standard_normal(shape).astype(dtype), requires_grad=True) for shape in shapes]


def gradients(params: list[ag.Tensor], step: int) -> None:
    random = np.random.default_rng(100 + step)
    for p in params:
        p.grad = random.standard_normal(p.shape).astype(p.dtype)


def train(optimizer: optim.Optimizer, params: list[ag.Tensor], steps: range) -> list[Any]:
    for step in steps:
        gradients(params, step)
        optimizer.step()
    return [p.data.copy() for p in params]


def grouped(cls: Any, params: list[ag.Tensor], parts: Any, **options: Any) -> Any:
    return cls([{"params": params, "regularization": parts}], **options)


def assert_same(left: list[Any], right: list[Any]) -> None:
    for a, b in zip(left, right, strict=True):
        np.testing.assert_array_equal(a, b)


# -- each regularizer is what it says


@pytest.mark.parametrize("maximize", [False, True])
@pytest.mark.parametrize("cls", [c for c in COUPLED if "weight_decay" in c._checks])
def test_l2_is_the_option_weight_decay_bit_for_bit(cls: Any, maximize: bool) -> None:
    mine, theirs = make_params(), make_params()
    assert_same(
        train(grouped(cls, mine, reg.L2(0.3), maximize=maximize), mine, range(5)),
        train(cls(theirs, weight_decay=0.3, maximize=maximize), theirs, range(5)),
    )


@pytest.mark.parametrize("maximize", [False, True])
@pytest.mark.parametrize("cls", [c for c in COUPLED if "l1" in c._checks])
def test_l1_is_the_option_l1_bit_for_bit(cls: Any, maximize: bool) -> None:
    mine, theirs = make_params(), make_params()
    assert_same(
        train(grouped(cls, mine, reg.L1(0.3), maximize=maximize), mine, range(5)),
        train(cls(theirs, l1=0.3, maximize=maximize), theirs, range(5)),
    )


@pytest.mark.parametrize("maximize", [False, True])
def test_decoupled_decay_makes_adam_adamw_bit_for_bit(maximize: bool) -> None:
    mine, theirs = make_params(), make_params()
    adam = grouped(optim.Adam, mine, reg.DecoupledWeightDecay(0.3), lr=0.1, maximize=maximize)
    adamw = optim.AdamW(theirs, lr=0.1, weight_decay=0.3, maximize=maximize)
    assert_same(train(adam, mine, range(5)), train(adamw, theirs, range(5)))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ["SGD", "Adam", "RMSprop"])
def test_after_the_step_numbers_are_those_written_out_in_pytorch(name: str, dtype: Any) -> None:
    shrink: dict[int, Any] = {
        0: lambda w, lr: torch.nn.functional.softshrink(w, lr * 0.5),
        1: lambda w, lr: torch.nn.functional.softshrink(w, lr * 0.125) / (1 + lr * 0.375),
        2: lambda w, lr: w * torch.clamp(1 - lr * 0.5 * 3**0.5 / w.norm(dim=1, keepdim=True), min=0),
        3: lambda w, lr: w * torch.clamp(0.5 / w.norm(dim=0, keepdim=True), max=1),
    }
    parts = [
        lambda: reg.ProximalL1(0.5),
        lambda: reg.ElasticNet(0.5, 0.25),
        lambda: reg.GroupLasso(0.5, axis=-1, by_size=True),
        lambda: reg.MaxNorm(0.5, axis=0),
    ]
    for i, make in enumerate(parts):
        mine = make_params([(3, 3), (4, 3)], dtype)
        twins = [torch.nn.Parameter(torch.from_numpy(p.data.copy())) for p in mine]
        ours = grouped(getattr(optim, name), mine, make(), lr=0.1)
        theirs = getattr(torch.optim, name)(twins, lr=0.1)
        for step in range(12):
            gradients(mine, step)
            for p, twin in zip(mine, twins, strict=True):
                twin.grad = torch.from_numpy(p.grad.data.copy())  # type: ignore[union-attr]
            ours.step()
            theirs.step()
            with torch.no_grad():
                for twin in twins:
                    twin.copy_(shrink[i](twin, 0.1))
        for p, twin in zip(mine, twins, strict=True):
            assert p.dtype == dtype
            tolerance = 1e-12 if dtype == np.float64 else 2e-5
            np.testing.assert_allclose(p.data, twin.detach().numpy(), rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("name", [name for name in PENALTIES if name not in ("L1", "L2")])
def test_after_the_step_is_the_proximal_map_of_the_penalty(name: str) -> None:
    """Moved by R alone from p, no nearby point has a smaller ½ ‖x - p‖² + η R(x)."""
    make, _ = PENALTIES[name]
    random = np.random.default_rng(0)
    for scale in (0.05, 0.5, 5.0):  # all zero, some zero, none
        start = scale * random.standard_normal((4, 3))
        w = ag.Tensor(start, requires_grad=True)
        part = make()
        optimizer = grouped(optim.SGD, [w], part, lr=0.7)
        w.grad = np.zeros((4, 3))
        optimizer.step()

        def cost(x: Any, start: Any = start, part: Any = part) -> float:
            return float(0.5 * ((x - start) ** 2).sum() + 0.7 * part(ag.Tensor(x)).item())

        best = cost(w.data)
        for _ in range(300):
            nudge = random.standard_normal((4, 3)) * 10.0 ** random.uniform(-5, 0)
            if random.random() < 0.5:
                nudge *= w.data != 0  # along the zeros that were found
            assert cost(w.data + nudge) >= best - 1e-14


@pytest.mark.parametrize("name", PENALTIES)
def test_called_it_is_the_penalty_with_pytorchs_gradient(name: str) -> None:
    make, reference = PENALTIES[name]
    for dtype in (np.float32, np.float64):
        values = np.random.default_rng(0).standard_normal((4, 3)).astype(dtype)
        values[1] = 0.0  # where the norms have a kink
        ours = [ag.Tensor(v, requires_grad=True) for v in (values, values * 2)]
        theirs = [torch.tensor(v, requires_grad=True) for v in (values, values * 2)]
        total, expected = make()(iter(ours)), sum(reference(w) for w in theirs)
        assert total.dtype == dtype
        total.backward()
        expected.backward()
        np.testing.assert_allclose(total.item(), expected.item(), rtol=1e-6)
        for w, twin in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(w.grad.data, twin.grad.numpy(), rtol=1e-6)  # type: ignore[union-attr]
    model = nn.Linear(3, 2, bias=False)
    np.testing.assert_allclose(make()(model.named_parameters()).item(), make()(model.weight).item(), rtol=1e-6)


def test_groups_that_are_zero_stay_zero_and_what_is_not_finite_stays_visible() -> None:
    for strength in (0.0, 0.5):
        w = ag.Tensor([[0.0, 0.0], [3.0, 4.0], [math.nan, 1.0], [3e38, 3e38]], requires_grad=True)
        optimizer = grouped(optim.SGD, [w], reg.GroupLasso(strength, axis=1), lr=1.0)
        w.grad = np.zeros((4, 2), np.float32)
        optimizer.step()
        np.testing.assert_array_equal(w.data[0], [0.0, 0.0])
        np.testing.assert_allclose(w.data[1], [3.0 - 0.6 * strength, 4.0 - 0.8 * strength], rtol=1e-6)
        assert np.isnan(w.data[2]).any()
        np.testing.assert_array_equal(w.data[3], np.float32(3e38))  # the square is more than float32 holds


def test_momentum_does_not_move_the_minimum() -> None:
    """min ½ a (x - 1)² + α |x|, with α = 0.4, is at 1 - 0.4 / a, or 0."""
    curvatures = np.array([0.3, 0.5, 1.0, 4.0])
    for options in (
        {},
        {"momentum": 0.9},
        {"momentum": 0.9, "nesterov": True},
        {"momentum": 0.8, "dampening": 0.5},
    ):
        w = ag.Tensor(np.full(4, 3.0), requires_grad=True)
        optimizer = optim.SGD([w], lr=0.05, regularization=reg.ProximalL1(0.4), **options)  # type: ignore[arg-type]
        for _ in range(1500):
            w.grad = curvatures * (w.data - 1.0)
            optimizer.step()
        np.testing.assert_allclose(w.data, [0.0, 0.2, 0.6, 0.9], atol=1e-9)
        assert w.data[0] == 0.0


def breast_cancer() -> tuple[Any, Any]:
    from sklearn.datasets import load_breast_cancer

    x, y = load_breast_cancer(return_X_y=True)
    return (x - x.mean(axis=0)) / x.std(axis=0), y.astype(np.float64)


@pytest.mark.parametrize("c", [0.05, 0.2])
def test_sparse_logistic_regression_is_scikit_learns(c: float) -> None:
    from sklearn.linear_model import LogisticRegression

    x, y = breast_cancer()
    reference = LogisticRegression(C=c, l1_ratio=1.0, solver="saga", tol=1e-9, max_iter=20_000, random_state=0).fit(
        x, y
    )

    w = ag.Tensor(np.zeros(x.shape[1]), requires_grad=True)
    b = ag.Tensor(np.zeros(()), requires_grad=True)
    sparse = {"params": [w], "regularization": [reg.ProximalL1(1.0 / (c * len(y)))]}
    optimizer = optim.SGD([sparse, {"params": [b]}], lr=0.3, momentum=0.97, nesterov=True)
    for _ in range(1500):
        optimizer.zero_grad()
        z = x @ w + b
        np.mean(np.logaddexp(0.0, z) - y * z).backward()
        optimizer.step()
    np.testing.assert_array_equal(w.data != 0.0, reference.coef_[0] != 0.0)
    assert 3 < np.count_nonzero(w.data) < 25
    np.testing.assert_allclose(w.data, reference.coef_[0], atol=1e-4)
    np.testing.assert_allclose(b.data, reference.intercept_[0], atol=1e-4)


# -- with every optimizer, in any group


@pytest.mark.parametrize("make", MAKERS, ids=NAMES)
@pytest.mark.parametrize("cls", OPTIMIZERS)
def test_every_regularizer_acts_in_every_optimizer(cls: Any, make: Any) -> None:
    """It changes the run, does not touch p.grad, leaves what has no gradient alone, and keeps the dtype."""
    params = make_params([*MATRICES, (3, 3)], np.float32)
    plain = make_params([*MATRICES, (3, 3)], np.float32)
    optimizer, other = grouped(cls, params, [make()]), cls(plain)
    alone = params[2].data.copy()
    for step in range(4):
        for p, twin in zip(params[:2], plain[:2], strict=True):
            weights = np.cos(step + np.arange(p.size, dtype=np.float32)).reshape(p.shape)
            p.grad = twin.grad = None
            (p * weights).sum().backward()  # which writes into the optimizer's buffer
            (twin * weights).sum().backward()
        seen = [p.grad.data.copy() for p in params[:2]]  # type: ignore[union-attr]
        optimizer.step()
        other.step()
        assert_same([p.grad.data for p in params[:2]], seen)  # type: ignore[union-attr]
    assert all(p.dtype == np.float32 and np.isfinite(p.data).all() for p in params)
    np.testing.assert_array_equal(params[2].data, alone)
    if not (isinstance(make(), reg.InGradient) and cls in SIGNS):
        assert not np.array_equal(params[0].data, plain[0].data)


@pytest.mark.parametrize("make", MAKERS[:5], ids=NAMES[:5])
def test_blocks_and_single_parameters_get_the_same(make: Any) -> None:
    """Where the buffer is cut makes no difference to what works number by number."""
    whole = make_params([(3, optim.flat.BLOCK // 2), (1, 7)], np.float32)
    split = [ag.Tensor(row, requires_grad=True) for p in whole for row in p.data]
    together, apart = grouped(optim.Adam, whole, make()), [grouped(optim.Adam, [p], make()) for p in split]
    for _ in range(3):
        for p in [*whole, *split]:
            p.grad = np.sin(p.data)
        together.step()
        for optimizer in apart:
            optimizer.step()
    assert_same([row for p in whole for row in p.data], [p.data for p in split])


@pytest.mark.parametrize("make", MAKERS, ids=NAMES)
def test_half_precision_is_worked_out_in_single(make: Any) -> None:
    half, single = make_params(dtype=np.float16), make_params(dtype=np.float16)
    single = [ag.Tensor(p.data.astype(np.float32), requires_grad=True) for p in single]
    for params in (half, single):
        optimizer = grouped(optim.Adam, params, make(), lr=0.01)
        for p in params:
            p.grad = np.cos(p.data)
        optimizer.step()
    for p, q in zip(half, single, strict=True):
        assert p.dtype == np.float16
        np.testing.assert_allclose(p.data, q.data, rtol=2e-3, atol=2e-3)
    big = ag.Tensor(np.full((2, 2), 500.0, np.float16), requires_grad=True)  # the squares are more than it holds
    optimizer = grouped(optim.SGD, [big], reg.MaxNorm(500.0), lr=0.0)
    big.grad = np.zeros((2, 2), np.float16)
    optimizer.step()
    np.testing.assert_allclose(big.data, 250.0)


def test_several_act_in_the_documented_order() -> None:
    w = ag.Tensor([[3.0, 4.0], [0.5, -1.0]], requires_grad=True)
    parts = [reg.MaxNorm(1.0, axis=1), reg.GroupLasso(1.0, axis=1), reg.ProximalL1(1.0), reg.L2(1.0)]
    optimizer = optim.SGD([w], lr=1.0, regularization=parts)
    w.grad = -np.array([[6.0, 8.0], [1.0, -2.0]], np.float32)
    optimizer.step()  # L2: 3 - (-6 + 3) = 6, 8 | 1, -2; L1: 5, 7 | 0, -1; rows: cut to length 1, and then 1 less
    np.testing.assert_allclose(w.data, [[0.0, 0.0], [0.0, 0.0]], atol=1e-7)
    other = ag.Tensor([[3.0, 4.0], [0.5, -1.0]], requires_grad=True)
    optimizer = optim.SGD([other], lr=1.0, regularization=parts[1:] + parts[:1])
    other.grad = -np.array([[6.0, 8.0], [1.0, -2.0]], np.float32)
    optimizer.step()
    np.testing.assert_allclose(other.data, [[5 / 74**0.5, 7 / 74**0.5], [0.0, 0.0]], rtol=1e-6)


def test_strengths_may_be_changed_and_each_group_has_its_own() -> None:
    a, b, c = (ag.Tensor([1.0], requires_grad=True) for _ in range(3))
    part = reg.ProximalL1(0.5)
    optimizer = optim.SGD([{"params": [a]}, {"params": [b]}], lr=1.0, regularization=part)
    optimizer.add_param_group({"params": [c], "regularization": ()})
    groups = optimizer.param_groups
    assert groups[0]["regularization"][0] is part
    assert groups[1]["regularization"][0] is not part
    part.strength = 0.25
    groups[1]["regularization"][0].strength = 0.125
    for p in (a, b, c):
        p.grad = np.zeros(1, np.float32)
    optimizer.step()
    assert [p.item() for p in (a, b, c)] == [0.75, 0.875, 1.0]
    groups[2]["regularization"] = [reg.L1(1.0)]  # given later, as a list
    optimizer.step()
    assert [p.item() for p in (a, b, c)] == [0.5, 0.75, 0.0]
    assert "regularization: ProximalL1(strength=0.25)" in repr(optimizer)


def test_a_schedule_acts_on_a_strength() -> None:
    w = ag.Tensor([1.0], requires_grad=True)
    optimizer = optim.SGD([w], lr=1.0, regularization=[reg.L2(1.0), reg.ElasticNet(0.5, 0.5)])
    schedule = optim.lr_scheduler.StepLR(optimizer, 2, gamma=0.5, key="regularization[1].strength")
    for _ in range(4):
        w.grad = np.zeros(1, np.float32)
        optimizer.step()
        schedule.step()
    first, second = optimizer.param_groups[0]["regularization"]
    assert (first.strength, second.strength, second.l1_ratio) == (1.0, 0.125, 0.5)


# -- through a checkpoint


@pytest.mark.parametrize("make", MAKERS, ids=NAMES)
@pytest.mark.parametrize("cls", [optim.SGD, optim.Adam])
def test_a_resumed_run_is_bit_for_bit_the_one_that_went_on(cls: Any, make: Any) -> None:
    params = make_params()
    optimizer = grouped(cls, params, [make()], lr=0.1)
    part = optimizer.param_groups[0]["regularization"][0]
    name = next(iter(part._checks))
    setattr(part, name, 0.6)
    train(optimizer, params, range(3))
    state, values = copy.deepcopy(optimizer.state_dict()), [p.data.copy() for p in params]
    assert state["param_groups"][0]["regularization"][0] == {"kind": type(part).__name__, **vars_of(part)}
    assert all(type(value) in (str, float) for value in state["param_groups"][0]["regularization"][0].values())
    expected = train(optimizer, params, range(3, 6))

    again = [ag.Tensor(v, requires_grad=True) for v in values]
    resumed = grouped(cls, again, [make()], lr=0.7)
    resumed.load_state_dict(pickle.loads(pickle.dumps(state)))
    assert_same(train(resumed, again, range(3, 6)), expected)


def vars_of(part: Any) -> dict[str, Any]:
    return {name: getattr(part, name) for name in part._checks}


@pytest.mark.parametrize("make", MAKERS, ids=NAMES)
def test_copies_and_pickles_train_apart(make: Any) -> None:
    params = make_params()
    optimizer = grouped(optim.Adam, params, [make()], lr=0.1)
    train(optimizer, params, range(2))
    for duplicate in (copy.deepcopy, lambda pair: pickle.loads(pickle.dumps(pair))):
        others, other = duplicate((params, optimizer))
        assert repr(other) == repr(optimizer)
        assert other.param_groups[0]["regularization"][0] is not optimizer.param_groups[0]["regularization"][0]
        once, _ = duplicate((others, other))
        assert_same([p.data for p in once], [p.data for p in params])
        before = [p.data.copy() for p in params]
        train(other, others, range(2, 4))
        assert_same([p.data for p in params], before)


def test_pytorchs_state_dicts_load_and_leave_the_regularizers_be() -> None:
    twins = [torch.nn.Parameter(torch.ones(2, 2))]
    theirs = torch.optim.Adam(twins, lr=0.25)
    params = make_params([(2, 2)], np.float32)
    ours = grouped(optim.Adam, params, [reg.ProximalL1(0.125)])
    ours.load_state_dict(theirs.state_dict())
    assert ours.param_groups[0]["lr"] == 0.25
    assert ours.param_groups[0]["regularization"][0].strength == 0.125
    theirs.load_state_dict(ours.state_dict())  # and back


@pytest.mark.parametrize(
    ("saved", "error", "message"),
    [
        ([], ValueError, r"regularization of group 0 are \[\], but \['ProximalL1', 'L2'\] in the optimizer"),
        ([{"kind": "L2", "strength": 1.0}] * 2, ValueError, r"\['L2', 'L2'\], but \['ProximalL1', 'L2'\]"),
        ([{"kind": "ProximalL1"}, {"kind": "L2", "strength": 1.0}], ValueError, r"\[0\] lacks 'strength'"),
        ([{"kind": "ProximalL1", "strength": 1.0}, {"kind": "L2", "strength": -1}], ValueError, r"\[1\]: strength=-1"),
        (3, TypeError, "must be a list of dicts, not 3"),
        ([1.0, 2.0], TypeError, "must be a list of dicts"),
    ],
)
def test_a_state_dict_with_other_regularizers_changes_nothing(saved: Any, error: Any, message: str) -> None:
    params = make_params()
    optimizer = grouped(optim.Adam, params, [reg.ProximalL1(0.5), reg.L2(0.25)])
    train(optimizer, params, range(1))
    state = optimizer.state_dict()
    state["param_groups"][0] |= {"regularization": saved, "lr": 7.0}
    before = copy.deepcopy(optimizer.state_dict())
    with pytest.raises(error, match=message):
        optimizer.load_state_dict(state)
    after = optimizer.state_dict()
    assert after["param_groups"] == before["param_groups"]
    assert_same(list(after["state"][0].values()), list(before["state"][0].values()))


# -- errors


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        (lambda: reg.L1(-1.0), ValueError, r"L1: strength=-1.0 is out of range; pass a finite number >= 0"),
        (lambda: reg.L2(float("nan")), ValueError, "L2: strength=nan"),
        (lambda: reg.DecoupledWeightDecay("a"), TypeError, "DecoupledWeightDecay: strength='a'"),  # type: ignore[arg-type]
        (lambda: reg.ElasticNet(1.0, 1.5), ValueError, "ElasticNet: l1_ratio=1.5 is out of range"),
        (lambda: reg.MaxNorm(-1.0), ValueError, "MaxNorm: max_norm=-1.0"),
        (lambda: reg.GroupLasso(1.0, axis=0.5), TypeError, "GroupLasso: axis=0.5 must be an int"),  # type: ignore[arg-type]
        (lambda: reg.GroupLasso(1.0, axis=True), TypeError, "axis=True"),
        (lambda: setattr(reg.L1(1.0), "strength", -2.0), ValueError, "L1: strength=-2.0"),
        (lambda: reg.L1(1.0)([]), ValueError, "L1: params is empty"),
        (lambda: reg.L1(1.0)(3), TypeError, "params must be a Tensor"),  # type: ignore[arg-type]
        (lambda: reg.L1(1.0)([np.ones(2)]), TypeError, r"params\[0\] is float64\[2\], not a Tensor"),  # type: ignore[list-item]
        (lambda: reg.GroupLasso(1.0, axis=1)([ag.Tensor([1.0])]), ValueError, r"params\[0\] has shape \(1,\)"),
    ],
)
def test_wrong_arguments(wrong: Any, error: Any, message: str) -> None:
    with pytest.raises(error, match=message):
        wrong()


def test_a_strength_that_is_refused_stays_what_it_was() -> None:
    part = reg.L1(0.5)
    with pytest.raises(ValueError, match="strength"):
        part.strength = float("inf")
    assert part.strength == 0.5


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        (0.1, TypeError, r"regularization=0.1 is a float; pass a Regularizer, or a list of them"),
        ("L1", TypeError, "regularization='L1'"),
        ([reg.L1(0.1), 0.1], TypeError, r"regularization\[1\]=0.1 is a float"),
        ([reg.L1], TypeError, r"regularization\[0\]=L1 is the class L1"),
        ([optim.constraints.NonNegative()], TypeError, r"regularization\[0\]=NonNegative\(\) is a NonNegative"),
        (
            reg.GroupLasso(0.1, axis=2),
            ValueError,
            r"GroupLasso: params\[0\] of group 0 has shape \(4, 3\), and no axis 2",
        ),
        (
            reg.MaxNorm(0.1, axis=(0, -2)),
            ValueError,
            r"axis=\(0, -2\) names an axis of params\[0\] of group 0, .* twice",
        ),
        (reg.MaxNorm(0.1, axis=(0, -3)), ValueError, r"MaxNorm: params\[0\] of group 0 .* no axis -3; .*split_groups"),
    ],
)
def test_what_cannot_regularize_a_group(given: Any, error: Any, message: str) -> None:
    params = make_params()
    arrays = [p._data for p in params]
    with pytest.raises(error, match=message):
        grouped(optim.Adam, params, given)
    with pytest.raises(error, match=message):
        optim.SGD(params, regularization=given)
    assert all(p._data is array and p._node.watch.room is None for p, array in zip(params, arrays, strict=True))
    optimizer = optim.Adam(params)
    gradients(params, 0)
    before = [p.data.copy() for p in params]
    optimizer.param_groups[0]["regularization"] = given
    with pytest.raises(error, match=message):
        optimizer.step()
    assert_same([p.data for p in params], before)
    assert optimizer.state == {}


def test_an_optimizer_with_a_step_of_its_own_refuses_what_it_would_not_heed() -> None:
    class Own(optim.SGD):
        def step(self, closure: Any = None) -> Any:
            return closure

    with pytest.raises(ValueError, match=r"Own: regularization=\[L1\(strength=0.5\)\].*add a penalty to the loss"):
        Own(make_params(), regularization=reg.L1(0.5))
    Own(make_params())


# -- sparsity and groups by name


def test_sparsity_counts_and_shows() -> None:
    model = nn.Linear(3, 2)
    model.weight.data = np.array([[0.0, 1.0, -0.0], [2.0, 0.0, np.nan]])
    report = optim.sparsity(model.named_parameters())
    assert [(row.name, row.shape, row.size, row.zeros) for row in report.rows] == [
        ("weight", (2, 3), 6, 3),
        ("bias", (2,), 2, 0),
    ]
    assert (report.total.size, report.total.zeros, report.total.fraction) == (8, 3, 0.375)
    assert repr(report).splitlines()[1].split() == ["weight", "2×3", "3", "6", "50.0%"]
    assert optim.sparsity(ag.Tensor(np.zeros((0, 2)))).total.fraction == 0.0
    assert optim.sparsity([ag.Tensor(0.0), ag.Tensor(1.0)]).rows[1].name == "[1]"
    with pytest.raises(TypeError, match=r"params\[0\] is 3, not a Tensor"):
        optim.sparsity([3])  # type: ignore[list-item]


def deep() -> Any:
    return nn.Sequential(nn.Linear(4, 3), nn.Linear(3, 2), nn.Linear(2, 2, bias=False))


def names(groups: Any) -> dict[str, list[str]]:
    return {group["name"]: [name for name, _ in group["params"]] for group in groups}


def test_groups_by_name() -> None:
    model = deep()
    groups = optim.split_groups(
        model.named_parameters(),
        no_decay=[lambda name, p: p.ndim == 1],
        exclude="1.weight",
        top={"match": ["2.*", "1.*"], "lr": 0.5, "weight_decay": 0.25},
        low={"match": "*", "regularization": [reg.L1(0.5)]},
    )
    assert names(groups) == {
        "top": ["2.weight"],
        "top without decay": ["1.bias"],
        "low": ["0.weight"],
        "low without decay": ["0.bias"],
    }
    optimizer = optim.SGD(groups, lr=0.125, weight_decay=1.0, l1=2.0, regularization=reg.L2(3.0))
    shown = [
        (g["lr"], g["weight_decay"], g["l1"], [type(r).__name__ for r in g["regularization"]])
        for g in optimizer.param_groups
    ]
    assert shown == [  # `no_decay` goes before what a group says itself
        (0.5, 0.25, 2.0, ["L2"]),
        (0.5, 0.0, 0.0, []),
        (0.125, 1.0, 2.0, ["L1"]),
        (0.125, 0.0, 0.0, []),
    ]
    assert names(optim.split_groups(model.named_parameters())) == {"rest": [n for n, _ in model.named_parameters()]}
    assert optim.Rprop(optim.split_groups(model.named_parameters(), no_decay="*bias"))  # has no penalties at all


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"no_decay": ["*bias", "norm*"]}, ValueError, r"no_decay='norm\*' chooses no parameter; they are 0.weight, "),
        ({"exclude": lambda name, p: False}, ValueError, "exclude=.* chooses no parameter"),
        ({"exclude": "*"}, ValueError, "leaves no parameter"),
        ({"exclude": 3}, TypeError, "exclude=3 must be a pattern"),
        ({"exclude": [3]}, TypeError, "exclude has 3"),
        ({"low": {"lr": 1.0}}, TypeError, 'low=.* must be a dict with "match"'),
        ({"low": {"match": "0.*", "params": []}}, TypeError, 'low has "params"'),
        ({"low": "0.*"}, TypeError, "low='0.*' must be a dict"),
        ({"low": {"match": "9.*"}}, ValueError, r"low\['match'\]='9.\*' chooses no parameter"),
    ],
)
def test_groups_by_names_that_are_not_there(options: Any, error: Any, message: str) -> None:
    with pytest.raises(error, match=message):
        optim.split_groups(deep().named_parameters(), **options)


def test_groups_of_what_has_no_names() -> None:
    model = deep()
    for given, error, message in [
        (model.parameters(), TypeError, r"needs \(name, Tensor\) pairs"),
        (model, TypeError, "needs"),
        ([], ValueError, "there are no parameters"),
        ([("w", 3)], TypeError, "'w' is 3"),
        ([("w", model[0].weight)] * 2, ValueError, "two parameters are called 'w'"),
    ]:
        with pytest.raises(error, match=message):
            optim.split_groups(given)
    with pytest.raises(TypeError, match="no_decay=1 is a int"):
        optim.SGD([{"params": [model[0].weight], "no_decay": 1}])
