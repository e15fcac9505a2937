"""Every optimizer beside PyTorch's: fifty steps on the same gradients, state dicts both ways, and resumed runs.

Lion is not in PyTorch; it stands beside the paper's formula, written out.
"""

from __future__ import annotations

import copy
import functools
import inspect
import pickle
import tracemalloc
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from optim_helpers import assert_same, combinations, leaves, twins

import autograd_lite as ag
from autograd_lite import optim


def each(numbers: list[dict[str, Any]], **flags: list[Any]) -> list[dict[str, Any]]:
    """Every combination of flags, each with every set of numbers."""
    return [{**these, **those} for these in combinations(**flags) for those in numbers]


PENALTY = {"weight_decay": [0.0, 0.1], "maximize": [False, True]}
BETAS = [{"betas": (0.9, 0.999), "eps": 1e-8}, {"betas": (0.0, 0.5), "eps": 1e-2}]
OPTIONS: dict[str, list[dict[str, Any]]] = {
    "ASGD": each([{"lambd": 0.0}, {"lambd": 0.1, "alpha": 1.5}], **PENALTY, t0=[0.0, 10.0, 1e6]),
    "Adadelta": each([{"rho": 0.9, "eps": 1e-6}, {"rho": 0.5, "eps": 1e-2}], **PENALTY),
    "Adafactor": each([{"beta2_decay": -0.8, "d": 2.0}, {"beta2_decay": -0.3, "eps": (0.7, 0.5)}], **PENALTY),
    "Adagrad": each([{"lr_decay": 0.1}, {"eps": 0.1}], **PENALTY, initial_accumulator_value=[0.0, 0.5]),
    "Adam": each(BETAS, **PENALTY, amsgrad=[False, True], decoupled_weight_decay=[False, True]),
    "AdamW": each(BETAS, **PENALTY, amsgrad=[False, True]),
    "Adamax": each(BETAS, **PENALTY),
    "Muon": each(
        [{"momentum": 0.5, "eps": 10.0}, {"ns_steps": 2, "ns_coefficients": (2.0, -1.5, 0.5)}],
        weight_decay=[0.0, 0.1], nesterov=[True, False], adjust_lr_fn=["original", "match_rms_adamw"],
    ),
    "NAdam": each(
        [{**BETAS[0], "momentum_decay": 0.5}, BETAS[1]], **PENALTY, decoupled_weight_decay=[False, True]
    ),
    "RAdam": each(BETAS, **PENALTY, decoupled_weight_decay=[False, True]),
    "RMSprop": each(
        [{"alpha": 0.99, "eps": 1e-8}, {"alpha": 0.5, "eps": 1e-2}],
        **PENALTY, momentum=[0.0, 0.9], centered=[False, True],
    ),
    "Rprop": combinations(
        etas=[(0.5, 1.2), (0.1, 3.0)], step_sizes=[(1e-6, 50.0), (0.01, 0.02)], maximize=[False, True]
    ),
    "SGD": combinations(**PENALTY, momentum=[0.0, 0.9], dampening=[0.0, 0.3])
    + combinations(**PENALTY, momentum=[0.8], nesterov=[True]),
}  # fmt: skip
CASES = [(name, options) for name, choices in OPTIONS.items() for options in [{}, *choices]]
LION = combinations(**PENALTY, betas=[(0.9, 0.99), (0.0, 0.5)])
ALL_CASES = [*CASES, *[("Lion", options) for options in LION]]
ONE_EACH = [(name, choices[-1]) for name, choices in {**OPTIONS, "Lion": LION}.items()]

# PyTorch's Adafactor divides by the number of elements, and Muon takes only matrices
SHAPES: dict[str, list[tuple[int, ...]]] = {
    "Adafactor": [(4, 3), (3,), (), (1, 1), (2, 3, 5)],
    "Muon": [(4, 3), (3, 4), (1, 6), (2, 2), (5, 1)],
}
ORDINARY: list[tuple[int, ...]] = [(4, 3), (3,), (), (0, 2), (2, 1, 5)]
SWITCHES = {"foreach", "fused", "capturable", "differentiable"}
"""What in PyTorch chooses an implementation."""


@pytest.fixture(autouse=True)
def _scalars_in_double() -> Iterator[None]:
    """PyTorch keeps the numbers in a state (step, eta, mu_product) in the default dtype."""
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


@pytest.fixture(autouse=True)
def _muon_in_its_own_precision(monkeypatch: pytest.MonkeyPatch) -> None:
    """PyTorch's Muon rounds to bfloat16, which leaves nothing to compare: take the rounding out of it."""
    monkeypatch.setattr(torch.Tensor, "bfloat16", lambda self: self.clone())


@functools.cache
def arrays(seed: int, name: str, dtype: Any = np.float64) -> list[Any]:
    random = np.random.default_rng(seed)
    return [np.asarray(random.standard_normal(shape)).astype(dtype) for shape in SHAPES.get(name, ORDINARY)]


def in_two_groups(params: list[Any], options: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"params": params[:3]}, {"params": params[3:], "lr": 0.5 * options.get("lr", 0.02)}]


def walk(name: str, params: list[Any], optimizer: Any, steps: range, dtype: Any = np.float64) -> None:
    """Give the same gradients, by backward and by hand, here and there none, and change the lr now and then."""
    for step in steps:
        optimizer.zero_grad()
        for i, (p, g) in enumerate(zip(params, arrays(1000 + step, name, dtype), strict=True)):
            given = g if isinstance(p, ag.Tensor) else torch.from_numpy(g)
            if (step // 2 + i) % 7 == 0:
                continue
            if step % 2:
                p.grad = given
            else:
                (p * given).sum().backward()
        if step % 10 == 9:
            for group in optimizer.param_groups:
                group["lr"] *= 0.8
        optimizer.step()


def assert_close(ours: list[ag.Tensor], theirs: list[torch.nn.Parameter], rtol: float, atol: float) -> None:
    for p, q in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(p.data, q.detach().numpy(), rtol=rtol, atol=atol)


def assert_state_close(ours: Any, theirs: Any, rtol: float = 1e-9) -> None:
    got, expected = ours.state_dict(), theirs.state_dict()
    assert [group["params"] for group in got["param_groups"]] == [g["params"] for g in expected["param_groups"]]
    assert got["state"].keys() == expected["state"].keys()
    for i, entry in expected["state"].items():
        assert got["state"][i].keys() == entry.keys()
        for key, value in entry.items():
            assert np.shape(got["state"][i][key]) == np.shape(value)
            np.testing.assert_allclose(got["state"][i][key], value, rtol=rtol, atol=1e-13, err_msg=key)


def for_torch(state_dict: dict[str, Any]) -> dict[str, Any]:
    """A state dict of ours as PyTorch wants it: tensors for arrays and numbers in the state."""
    state = {
        i: {key: torch.as_tensor(value, dtype=torch.float64) for key, value in entry.items()}
        for i, entry in state_dict["state"].items()
    }
    return {"state": state, "param_groups": state_dict["param_groups"]}


@pytest.mark.smoke
def test_every_optimizer_of_pytorch_is_here() -> None:
    theirs = {name for name, value in vars(torch.optim).items() if isinstance(value, type) and name != "Optimizer"}
    theirs -= {"SparseAdam"}  # there are no sparse gradients here
    assert theirs <= set(optim.__all__)
    assert theirs == {*OPTIONS, "LBFGS"}


@pytest.mark.smoke
@pytest.mark.parametrize("name", OPTIONS)
def test_arguments_their_order_and_defaults_are_pytorchs(name: str) -> None:
    ours = inspect.signature(getattr(optim, name)).parameters
    theirs = inspect.signature(getattr(torch.optim, name)).parameters
    positional = [key for key, p in ours.items() if p.kind is p.POSITIONAL_OR_KEYWORD and key not in ("l1", "maximize")]
    wanted = [
        key
        for key, p in theirs.items()
        if p.kind is p.POSITIONAL_OR_KEYWORD and key not in SWITCHES and key != "maximize"
    ]
    assert positional == wanted
    for key, p in theirs.items():
        if key != "params" and key not in SWITCHES:
            assert ours[key].default == p.default
            tried = [options.get(key, p.default) for options in [{"lr": 0.02}, *OPTIONS[name]]]
            assert any(value != p.default for value in tried), f"{key} is compared with PyTorch's"


@pytest.mark.parametrize(("name", "options"), CASES)
def test_fifty_steps_equal_pytorch(name: str, options: dict[str, Any]) -> None:
    start = arrays(0, name)
    ours, theirs = leaves(start), twins(start)
    options = {"lr": 0.02, **options} if options else {}
    mine = getattr(optim, name)(in_two_groups(ours, options), **options)
    reference = getattr(torch.optim, name)(in_two_groups(theirs, options), **options)
    walk(name, ours, mine, range(50))
    walk(name, theirs, reference, range(50))
    assert_close(ours, theirs, rtol=1e-9, atol=1e-11)
    assert_state_close(mine, reference)
    for p, first in zip(ours, start, strict=True):
        assert first.size == 0 or not np.allclose(p.data, first, rtol=1e-7)


@pytest.mark.parametrize(("name", "options"), [case for case in ONE_EACH if case[0] != "Lion"])
def test_float32_stays_float32_and_near_pytorch(name: str, options: dict[str, Any]) -> None:
    start = arrays(0, name, np.float32)
    ours, theirs = leaves(start), twins(start)
    mine, reference = (
        getattr(kind, name)(params, lr=0.01, **options) for kind, params in ((optim, ours), (torch.optim, theirs))
    )
    walk(name, ours, mine, range(20), np.float32)
    walk(name, theirs, reference, range(20), np.float32)
    assert_close(ours, theirs, rtol=2e-4, atol=2e-5)
    assert all(p.dtype == np.float32 for p in ours)
    for entry in mine.state_dict()["state"].values():
        assert all(value.dtype == np.float32 for value in entry.values() if isinstance(value, np.ndarray))


@pytest.mark.parametrize("name", [*OPTIONS, "Lion"])
def test_half_precision_is_kept(name: str) -> None:
    params = leaves([a for a in arrays(0, name, np.float16) if a.size])
    optimizer = getattr(optim, name)(params, lr=1.0)
    before = [p.data.copy() for p in params]
    for _ in range(3):
        for p in params:
            p.grad = np.full(p.shape, 1e-3, np.float16)
        optimizer.step()
    for p, old in zip(params, before, strict=True):
        assert p.dtype == np.float16
        assert np.isfinite(p.data).all()
        assert not np.array_equal(p.data, old)
    assert all(
        value.dtype == np.float32
        for entry in optimizer.state.values()
        for value in entry.values()
        if isinstance(value, np.ndarray)
    )


@pytest.mark.parametrize(("name", "options"), ALL_CASES)
def test_a_run_resumed_is_bit_for_bit_the_run_that_went_on(name: str, options: dict[str, Any]) -> None:
    params = leaves(arrays(0, name, np.float32))
    optimizer = getattr(optim, name)(in_two_groups(params, options), **options)
    walk(name, params, optimizer, range(6), np.float32)
    saved = pickle.loads(pickle.dumps((optimizer.state_dict(), [p.data for p in params])))
    copied, copy_of = copy.deepcopy((params, optimizer))
    walk(name, params, optimizer, range(6, 11), np.float32)

    again = leaves(saved[1])
    resumed = getattr(optim, name)(in_two_groups(again, {}), lr=7.0)
    resumed.load_state_dict(saved[0])
    for others, other in ((again, resumed), (copied, copy_of)):
        walk(name, others, other, range(6, 11), np.float32)
        assert_same(params, others)
    got, expected = resumed.state_dict(), optimizer.state_dict()
    assert got["param_groups"] == expected["param_groups"]
    assert got["state"].keys() == expected["state"].keys()
    for i, entry in expected["state"].items():
        for key, value in entry.items():
            np.testing.assert_array_equal(got["state"][i][key], value)


@pytest.mark.parametrize(("name", "options"), [case for case in ONE_EACH if case[0] != "Lion"])
def test_a_run_begun_in_pytorch_goes_on_here_and_back(name: str, options: dict[str, Any]) -> None:
    start = arrays(0, name)
    theirs = twins(start)
    reference = getattr(torch.optim, name)(theirs, lr=0.01, **options)
    walk(name, theirs, reference, range(7))
    ours = leaves([q.detach().numpy() for q in theirs])
    mine = getattr(optim, name)(ours, lr=9.0)
    mine.load_state_dict(reference.state_dict())
    assert_state_close(mine, reference)
    back = twins([p.data for p in ours])
    returned = getattr(torch.optim, name)(back, lr=9.0)
    returned.load_state_dict(for_torch(mine.state_dict()) | {"param_groups": reference.state_dict()["param_groups"]})
    for params, optimizer in ((theirs, reference), (ours, mine), (back, returned)):
        walk(name, params, optimizer, range(7, 14))
    assert_close(ours, theirs, rtol=1e-9, atol=1e-11)
    assert_close(ours, back, rtol=1e-9, atol=1e-11)


def test_adagrads_state_from_before_the_first_step() -> None:
    start = arrays(0, "Adagrad")
    theirs, ours = twins(start), leaves(start)
    reference = torch.optim.Adagrad(theirs, initial_accumulator_value=0.5)
    mine = optim.Adagrad(ours)
    mine.load_state_dict(reference.state_dict())  # PyTorch's has sums already, and step 0
    assert mine.state == {}
    walk("Adagrad", theirs, reference, range(3))
    walk("Adagrad", ours, mine, range(3))
    assert_close(ours, theirs, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("name", ["NAdam", "ASGD"])
def test_neighbours_at_the_same_step_with_other_numbers_of_their_own(name: str) -> None:
    """The numbers depend on what the options were when a parameter took part, and not on its step alone."""
    start = arrays(0, name)
    theirs, ours = twins(start), leaves(start)
    mine, reference = getattr(optim, name)(ours, lr=0.1), getattr(torch.optim, name)(theirs, lr=0.1)
    changed = {"NAdam": {"momentum_decay": 0.5}, "ASGD": {"lr": 0.7}}[name]
    for params, optimizer in ((ours, mine), (theirs, reference)):
        for step in range(6):
            for i, (p, g) in enumerate(zip(params, arrays(step, name), strict=True)):
                absent = (step == 0 and i % 2) or (step == 1 and not i % 2)
                p.grad = None
                if not absent:  # written where it belongs, so that a step takes all parameters as one run if it can
                    (p * (g if isinstance(p, ag.Tensor) else torch.from_numpy(g))).sum().backward()
            optimizer.param_groups[0].update(
                changed if step == 1 else {key: reference.defaults[key] for key in changed}
            )
            optimizer.step()
    numbers = {"NAdam": "mu_product", "ASGD": "eta"}[name]
    entries = list(mine.state.values())
    assert {entry["step"] for entry in entries} == {5}
    if name == "NAdam":
        assert len({entry[numbers] for entry in entries}) == 2
    assert_close(ours, theirs, rtol=1e-10, atol=1e-12)
    assert_state_close(mine, reference)


def lion(p: Any, m: Any, g: Any, o: dict[str, Any]) -> tuple[Any, Any]:
    """Algorithm 2 of the paper."""
    b1, b2 = o["betas"]
    g = -g if o["maximize"] else g
    update = np.sign(b1 * m + (1 - b1) * g)
    return p - o["lr"] * (update + o["weight_decay"] * p), b2 * m + (1 - b2) * g


@pytest.mark.parametrize("options", LION)
def test_lion_is_the_papers(options: dict[str, Any]) -> None:
    now = arrays(0, "Lion")
    params = leaves(now)
    optimizer = optim.Lion(params, lr=0.03, **options)
    means = [0.0 * p for p in now]
    for step in range(50):
        for i, (p, g) in enumerate(zip(params, arrays(step + 1, "Lion"), strict=True)):
            p.grad = None if (step + i) % 7 == 0 else g
            if p.grad is not None:
                now[i], means[i] = lion(now[i], means[i], g, {"lr": 0.03, **options})
        optimizer.step()
    for p, expected, mean in zip(params, now, means, strict=True):
        np.testing.assert_allclose(p.data, expected, rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(optimizer.state[p]["exp_avg"], mean, rtol=1e-10, atol=1e-12)
    defaults = {key: value for key, value in optim.Lion(leaves(now)).param_groups[0].items() if key in ("lr", "betas")}
    assert defaults == {"lr": 1e-4, "betas": (0.9, 0.99)}


DECOUPLED = {"AdamW", "Lion", "Muon"}
WITH_L1 = [(name, {}) for name in [*OPTIONS, "Lion"] if name not in ("Rprop", "Adafactor")]  # Adafactor: below
WITH_L1 += [
    ("Adam", {"decoupled_weight_decay": True}),
    ("NAdam", {"decoupled_weight_decay": True}),
    ("RAdam", {"decoupled_weight_decay": True}),
]


@pytest.mark.parametrize(("name", "options"), WITH_L1)
def test_l1_is_a_sign_in_the_gradient_or_a_shift_beside_it(name: str, options: dict[str, Any]) -> None:
    start = arrays(0, name)
    params, plain = leaves(start), leaves(start)
    kind = getattr(optim, name)
    optimizer = kind(params, lr=0.01, l1=0.3, maximize=True, weight_decay=0.2, **options)
    other = kind(plain, lr=0.01, maximize=True, weight_decay=0.2, **options)
    decoupled = name in DECOUPLED or bool(options)
    for step in range(5):
        for p, q, g in zip(params, plain, arrays(step + 1, name), strict=True):
            p.grad = g
            q.grad = g if decoupled else g - 0.3 * np.sign(q.data)
            if decoupled:
                shrunk = q.data * (1 - 0.01 * 0.2)
                q.data = (shrunk - 0.01 * 0.3 * np.sign(shrunk)) / (1 - 0.01 * 0.2)
        optimizer.step()
        other.step()
    for p, q in zip(params, plain, strict=True):
        np.testing.assert_allclose(p.data, q.data, rtol=1e-9, atol=1e-12)


def test_adafactors_decay_comes_after_its_look_at_the_parameters() -> None:
    p, q = leaves([np.array([[2.0, -1.0], [0.5, 3.0]])] * 2)
    optimizer, other = optim.Adafactor([p], lr=0.1, l1=0.5, weight_decay=0.2), optim.Adafactor([q], lr=0.1)
    p.grad = q.grad = np.array([[1.0, 2.0], [3.0, 4.0]])
    before = p.data.copy()
    optimizer.step()
    other.step()
    decayed = before * (1 - 0.1 * 0.2)
    np.testing.assert_allclose(p.data - (decayed - 0.1 * 0.5 * np.sign(decayed)), q.data - before, rtol=1e-10)


@pytest.mark.parametrize("shape", [(300, 400), (2, 70_000), (70_000, 2), (5000, 3, 3), (3, 200, 300), (70_000,)])
def test_adafactor_in_parts_is_adafactor(shape: tuple[int, ...]) -> None:
    random = np.random.default_rng(0)
    (p,), (q,) = ((make([random.standard_normal(shape)])) for make in (leaves, twins))
    q.data.copy_(torch.from_numpy(p.data.copy()))
    options = {"lr": 0.1, "weight_decay": 0.1, "maximize": True}
    mine, reference = optim.Adafactor([p], **options), torch.optim.Adafactor([q], **options)
    for _ in range(3):
        g = random.standard_normal(shape)
        p.grad, q.grad = g, torch.from_numpy(g)
        mine.step()
        reference.step()
    np.testing.assert_allclose(p.data, q.detach().numpy(), rtol=1e-9, atol=1e-12)
    assert_state_close(mine, reference)


def test_adafactor_and_muon_with_parameters_without_elements() -> None:
    for cls, shape in (
        (optim.Adafactor, (3, 0, 2)),
        (optim.Adafactor, (0,)),
        (optim.Muon, (0, 3)),
        (optim.Muon, (3, 0)),
    ):
        p = ag.Tensor(np.ones(shape), requires_grad=True)
        optimizer = cls([p])
        p.grad = np.ones(shape)
        optimizer.step()
        assert p.shape == shape


def test_muon_is_pytorchs_but_for_its_rounding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    random = np.random.default_rng(0)
    start = random.standard_normal((30, 20)).astype(np.float32)
    (p,), (q,) = leaves([start]), twins([start])
    mine, reference = optim.Muon([p], lr=0.1, weight_decay=0.0), torch.optim.Muon([q], lr=0.1, weight_decay=0.0)
    g = random.standard_normal((30, 20)).astype(np.float32)
    p.grad, q.grad = g, torch.from_numpy(g)
    mine.step()
    reference.step()
    ours, theirs = p.data - start, q.detach().numpy() - start
    assert np.linalg.norm(ours - theirs) < 0.03 * np.linalg.norm(theirs)
    assert np.abs(ours - theirs).max() > 1e-6  # PyTorch's does round: this test is needed, and so is the fixture
    sizes = np.linalg.svd(ours / (0.1 * np.sqrt(30 / 20)), compute_uv=False)
    assert sizes.min() > 0.3
    assert sizes.max() < 1.3


@pytest.mark.parametrize("name", [*OPTIONS, "Lion"])
def test_a_step_needs_little_memory_besides(name: str) -> None:
    shapes = [(600, 700), (900, 400), (500, 600)]
    params = leaves([np.ones(shape, np.float32) for shape in shapes])
    optimizer = getattr(optim, name)(params, lr=1e-3)

    def step() -> int:
        optimizer.zero_grad()
        for p in params:
            (p * 2.0).sum().backward()
        tracemalloc.start()
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        optimizer.step()
        peak = tracemalloc.get_traced_memory()[1] - before
        tracemalloc.stop()
        return peak

    step()  # makes the state
    size = sum(p.data.nbytes for p in params)
    if name == "Muon":  # works on a matrix as a whole, as any must that multiplies it
        assert step() < 3.9 * max(p.data.nbytes for p in params)
    else:
        assert step() < 0.05 * size


@pytest.mark.parametrize("name", ["Adafactor", "Muon"])
def test_whole_tensors_with_held_gradients_and_assigned_values(name: str) -> None:
    start = [np.arange(1.0, 7.0).reshape(2, 3), np.arange(4.0).reshape(2, 2)]
    ours, theirs = leaves(start), twins(start)
    mine, reference = getattr(optim, name)(ours), getattr(torch.optim, name)(theirs)
    held = []
    for step in range(4):
        mine.zero_grad()
        reference.zero_grad()
        for p, q in zip(ours, theirs, strict=True):
            (p * p * p).sum().backward()
            (q * q * q).sum().backward()
            held.append((p.grad, p.grad.data.copy()))
        if step == 2:
            ours[0].data = np.full((2, 3), 2.0)
            theirs[0].data = torch.full((2, 3), 2.0)
        old = (ours[1] * ours[1]).sum()
        mine.step()
        reference.step()
        with pytest.raises(RuntimeError, match="changed after it was recorded"):
            old.backward()
    assert_close(ours, theirs, rtol=1e-9, atol=1e-11)
    for grad, seen in held:
        np.testing.assert_array_equal(grad.data, seen)


@pytest.mark.parametrize("name", ["Adafactor", "Adam", "Muon", "NAdam"])
def test_parameters_that_lie_transposed_in_memory(name: str) -> None:
    random = np.random.default_rng(0)
    shapes = [(3, 4), (5, 2)] if name == "Muon" else [(3, 4), (2, 3, 4, 5), (5, 2), (3, 2, 4)]
    start = [random.standard_normal(shape[::-1]).T for shape in shapes]
    ours = [ag.Tensor(a.T).T.detach().requires_grad_() for a in start]
    assert not any(p._data.flags.c_contiguous for p in ours)
    theirs = twins(start)
    mine, reference = getattr(optim, name)(ours, lr=0.02), getattr(torch.optim, name)(theirs, lr=0.02)
    for _ in range(5):
        for p, q in zip(ours, theirs, strict=True):
            g = random.standard_normal(p.shape)
            p.grad = None
            (p * g).sum().backward()
            q.grad = torch.from_numpy(g)
        mine.step()
        reference.step()
    assert_close(ours, theirs, rtol=1e-9, atol=1e-11)
    assert_state_close(mine, reference)


def test_a_gradient_that_does_not_fit_changes_no_matrix() -> None:
    params = leaves([np.ones((2, 2)), np.ones((3, 2))])
    optimizer = optim.Adafactor(params)
    params[0].grad = np.ones((2, 2))
    params[1]._node.watch.grad = np.ones((2, 3))
    with pytest.raises(ValueError, match=r"gradient of params\[1\] of group 0 is float64\[2, 3\]"):
        optimizer.step()
    assert params[0].data.tolist() == [[1.0, 1.0], [1.0, 1.0]]
    assert optimizer.state == {}


@pytest.mark.parametrize("name", ["Adadelta", "Adagrad", "Adam", "AdamW", "Adamax", "NAdam", "RAdam", "RMSprop"])
def test_zero_divided_by_zero_ends_no_step_midway(name: str) -> None:
    ours, theirs = leaves([np.ones(3), np.ones(2)]), twins([np.ones(3), np.ones(2)])
    for params, kind in ((ours, optim), (theirs, torch.optim)):
        optimizer = getattr(kind, name)(params, eps=0.0, lr=0.1)
        for _ in range(8):
            for p in params:
                g = np.arange(float(len(p.data)))
                p.grad = g if kind is optim else torch.from_numpy(g)
            optimizer.step()
    for p, q in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(p.data, q.detach().numpy(), rtol=1e-12)  # NaN where PyTorch has NaN
    assert np.isnan(ours[0].data[0])


@pytest.mark.parametrize("momentum", [0.0, 0.8])
def test_the_step_size_that_proximal_regularizers_go_by_is_how_far_a_steady_gradient_moves(momentum: float) -> None:
    (p,) = leaves([np.zeros(1)])
    optimizer = optim.RMSprop([p], lr=1e-2, alpha=0.5, momentum=momentum)
    before = 0.0
    for _ in range(100):
        before = p.item()
        p.grad = np.ones(1)
        optimizer.step()
    assert before - p.item() == pytest.approx(optimizer._step_size(optimizer.param_groups[0]), rel=1e-6)


def test_a_variance_that_rounding_makes_negative_is_zero() -> None:
    (p,) = leaves([np.zeros(3)])
    optimizer = optim.RMSprop([p], lr=1e-3, centered=True, alpha=0.9, eps=1e-3)
    for _ in range(400):
        p.grad = np.array([0.1, 0.15, 1.45])  # a² comes out above v; PyTorch gives NaN
        optimizer.step()
    assert np.isfinite(p.data).all()


BAD: list[tuple[str, dict[str, Any], Any, str]] = [
    ("ASGD", {"lambd": -1.0}, ValueError, "ASGD: lambd=-1.0 is out of range"),
    ("ASGD", {"t0": "a"}, TypeError, "t0='a' is a str"),
    ("Adadelta", {"rho": 1.5}, ValueError, "rho=1.5 is out of range; pass a number from 0 to 1"),
    ("Adafactor", {"beta2_decay": 0.1}, ValueError, "beta2_decay=0.1 is out of range; pass a finite number <= 0"),
    ("Adafactor", {"d": 0.5}, ValueError, "d=0.5 is out of range; pass a finite number >= 1"),
    ("Adafactor", {"eps": (None, -1.0)}, ValueError, r"eps\[1\]=-1.0"),
    ("Adafactor", {"eps": (-1.0, 1.0)}, ValueError, r"eps=\(-1.0, 1.0\) is out of range; pass two numbers >= 0, or"),
    ("Adafactor", {"eps": 1e-3}, TypeError, "eps=0.001 is not a pair"),
    ("Adagrad", {"lr_decay": -1}, ValueError, "lr_decay=-1"),
    ("Adagrad", {"initial_accumulator_value": -1}, ValueError, "initial_accumulator_value=-1"),
    ("Adamax", {"betas": (0.9, 1.0)}, ValueError, "betas"),
    ("Lion", {"betas": (1.0, 0.9)}, ValueError, "betas"),
    ("Muon", {"ns_steps": 100}, ValueError, "ns_steps=100 is out of range; pass a whole number below 100"),
    ("Muon", {"ns_steps": 2.5}, TypeError, "ns_steps=2.5 is not a whole number"),
    ("Muon", {"ns_steps": True}, TypeError, "ns_steps=True is a bool"),
    ("Muon", {"ns_steps": -1}, ValueError, "ns_steps=-1"),
    ("Muon", {"ns_coefficients": (1.0, 2.0)}, TypeError, "is not a triple"),
    ("Muon", {"adjust_lr_fn": "mine"}, ValueError, "adjust_lr_fn='mine' is unknown; pass None or 'original' or"),
    ("NAdam", {"momentum_decay": -1}, ValueError, "momentum_decay=-1"),
    ("NAdam", {"decoupled_weight_decay": 1}, TypeError, "decoupled_weight_decay=1"),
    ("RAdam", {"lr": -1}, ValueError, "RAdam: lr=-1"),
    ("RMSprop", {"alpha": -0.1}, ValueError, "alpha=-0.1"),
    ("RMSprop", {"momentum": -0.1}, ValueError, "momentum=-0.1"),
    ("Rprop", {"etas": (1.5, 2.0)}, ValueError, r"etas=\(1.5, 2.0\) is out of range"),
    ("Rprop", {"step_sizes": (2.0, 1.0)}, ValueError, r"step_sizes=\(2.0, 1.0\) is out of range"),
]


@pytest.mark.parametrize(("name", "options", "error", "message"), BAD)
def test_options_out_of_range_change_nothing(name: str, options: dict[str, Any], error: Any, message: str) -> None:
    p = ag.Tensor(np.ones((2, 2)), requires_grad=True)
    array = p._data
    with pytest.raises(error, match=message):
        getattr(optim, name)([p], **options)
    assert p._data is array
    optimizer = getattr(optim, name)([p])
    p.grad = np.ones((2, 2))
    optimizer.param_groups[0].update(options)
    with pytest.raises(error, match=message):
        optimizer.step()
    assert p.data.tolist() == [[1.0, 1.0], [1.0, 1.0]]


def test_muon_takes_matrices_only() -> None:
    w, b = (ag.Tensor(np.ones(shape), requires_grad=True) for shape in [(2, 2), (2,)])
    array = w._data
    with pytest.raises(ValueError, match=r"Muon: params\[1\] of group 0 \('b'\), float64\[2\], is not a matrix.*AdamW"):
        optim.Muon([("w", w), ("b", b)])
    assert w._data is array
    optimizer = optim.Muon([w])
    with pytest.raises(ValueError, match=r"params\[0\] of group 1, float64\[2\], is not a matrix"):
        optimizer.add_param_group({"params": [b]})
    assert len(optimizer.param_groups) == 1
