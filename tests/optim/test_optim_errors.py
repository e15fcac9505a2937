"""Bad input raises, names what is wrong, and leaves everything as it was."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite import optim


def leaf(n: int = 2, dtype: Any = np.float32) -> ag.Tensor:
    return ag.Tensor(np.ones(n, dtype), requires_grad=True)


@pytest.mark.parametrize(
    ("cls", "options", "error", "message"),
    [
        (optim.SGD, {"lr": -0.1}, ValueError, r"SGD: lr=-0.1 is out of range; pass a finite number >= 0"),
        (optim.SGD, {"lr": float("nan")}, ValueError, "lr=nan"),
        (optim.SGD, {"lr": float("inf")}, ValueError, "lr=inf"),
        (optim.SGD, {"lr": "0.1"}, TypeError, "lr='0.1' is a str"),
        (optim.SGD, {"lr": None}, TypeError, "lr=None is not a number"),
        (optim.SGD, {"momentum": -1}, ValueError, "momentum=-1"),
        (optim.SGD, {"dampening": float("inf")}, ValueError, "dampening=inf"),
        (optim.SGD, {"weight_decay": -1}, ValueError, "weight_decay=-1"),
        (optim.SGD, {"l1": -1}, ValueError, "l1=-1"),
        (optim.SGD, {"maximize": 1}, TypeError, "maximize=1 is a int; pass True or False"),
        (optim.SGD, {"nesterov": True}, ValueError, r"nesterov=True needs momentum > 0 and dampening=0"),
        (optim.SGD, {"nesterov": True, "momentum": 0.9, "dampening": 0.1}, ValueError, "dampening=0.1"),
        (optim.Adam, {"betas": (0.9, 1.0)}, ValueError, r"Adam: betas=\(0.9, 1.0\) is out of range"),
        (optim.Adam, {"betas": (-0.1, 0.9)}, ValueError, "betas"),
        (optim.Adam, {"betas": 0.9}, TypeError, "betas=0.9 is not a pair"),
        (optim.Adam, {"betas": ("a", 0.9)}, TypeError, r"betas\[0\]='a'"),
        (optim.Adam, {"eps": -1e-8}, ValueError, "eps=-1e-08"),
        (optim.AdamW, {"amsgrad": None}, TypeError, "AdamW: amsgrad=None"),
    ],
)
def test_options_out_of_range(cls: Any, options: dict[str, Any], error: Any, message: str) -> None:
    p = leaf()
    array = p._data
    with pytest.raises(error, match=message):
        cls([p], **options)
    with pytest.raises(error, match=message):
        cls([{"params": [p], **options}])
    assert p._data is array
    assert p._node.watch.room is None

    optimizer = cls([p])
    with pytest.raises(error, match=message):
        optimizer.add_param_group({"params": [leaf()], **options})
    assert len(optimizer.param_groups) == 1
    p.grad = np.ones(2, np.float32)
    optimizer.param_groups[0].update(options)
    with pytest.raises(error, match=message):
        optimizer.step()
    assert p.data.tolist() == [1.0, 1.0]
    assert optimizer.state == {}


def computed() -> ag.Tensor:
    return leaf() * 2.0


@pytest.mark.parametrize(
    ("params", "error", "message"),
    [
        (list, ValueError, "params is empty"),
        (lambda: iter(()), ValueError, "params is empty"),
        (leaf, TypeError, "put a single one in a list"),
        (lambda: 3, TypeError, "params must be an iterable"),
        (lambda: {"params": [leaf()]}, TypeError, "put a single one in a list"),
        (lambda: {leaf()}, TypeError, "params is a set"),
        (lambda: [np.ones(2)], TypeError, r"params\[0\] of group 0 is a ndarray, not a Tensor"),
        (lambda: [leaf(), computed()], ValueError, r"params\[1\] of group 0, float32\[2\], was computed by multiply"),
        (lambda: [ag.Tensor([1])], TypeError, r"int64\[1\], is not of a floating-point dtype"),
        (lambda: [ag.Tensor([1j])], TypeError, r"complex64\[1\], is complex.* train its real and its imaginary part"),
        (lambda: [("w", leaf()), leaf()], ValueError, "mixes"),
        (lambda: [("w", leaf(), 3)], TypeError, "a pair must be"),
        (lambda: [(0, leaf())], TypeError, "a pair must be"),
        (lambda: [{"params": [leaf()]}, leaf()], TypeError, "mixes dicts"),
        (lambda: [{"lr": 0.1}], ValueError, "group 0 has no \"params\"; it has 'lr'"),
        (lambda: [{"params": []}], ValueError, '"params" of group 0 is empty'),
        (lambda: [{"params": {leaf()}}], TypeError, '"params" of group 0 must be a list'),
        (lambda: [{"params": 3}], TypeError, '"params" of group 0 must be a list'),
        (lambda: [{"params": [leaf()], "learning_rate": 1}], ValueError, "unknown options 'learning_rate'; .*'lr'"),
        (lambda: [leaf()] * 2, ValueError, r"params\[1\] of group 0 is the same Tensor as params\[0\] of group 0"),
        (lambda: [{"params": leaf(), "param_names": ["w", "b"]}], ValueError, '"param_names" has 2 names for 1 param'),
        (lambda: [{"params": leaf(), "param_names": [1]}], TypeError, '"param_names" must be a list of strings'),
        (lambda: [{"params": p} for p in [leaf()] * 2], ValueError, r"params\[0\] of group 1 is the same Tensor"),
    ],
)
def test_parameters_that_are_none(params: Any, error: Any, message: str) -> None:
    with pytest.raises(error, match=message):
        optim.Adam(params())


def test_a_bad_group_leaves_the_good_ones_before_it_alone() -> None:
    p, q = leaf(), leaf()
    arrays = p._data, q._data
    with pytest.raises(ValueError, match="group 1"):
        optim.Adam([{"params": [p]}, {"params": [q], "momentum": 0.9}])
    assert all(now is old for now, old in zip((p._data, q._data), arrays, strict=True))
    assert p._node.watch.room is None
    optimizer = optim.Adam([p])
    with pytest.raises(ValueError, match="same Tensor"):
        optimizer.add_param_group({"params": [q, p]})
    with pytest.raises(TypeError, match="must be a dict"):
        optimizer.add_param_group([q])  # type: ignore[arg-type]
    assert q._data is arrays[1]
    assert len(optimizer.param_groups) == len(optimizer._groups) == 1


@pytest.mark.parametrize(
    "spoil", ["shape", "dtype", "data", "data in place", "missing option", "option", "params", "groups", "nan", "inf"]
)
def test_a_step_that_cannot_be_done_changes_nothing(spoil: str) -> None:
    p, q = leaf(), leaf(3)
    optimizer = optim.Adam([{"params": [p]}, {"params": [q]}])
    for t in (p, q):
        t.grad = np.ones(t.shape, np.float32)
    optimizer.step()
    before = p.data.copy(), copy.deepcopy(optimizer.state_dict()["state"])
    watch = q._node.watch
    if spoil == "shape":
        watch.grad, message = np.ones(4, np.float32), r"gradient of params\[0\] of group 1 is float32\[4\]"
    elif spoil == "dtype":
        watch.grad, message = np.ones(3), r"gradient of params\[0\] of group 1 is float64\[3\]"
    elif spoil == "data":
        q._data, message = np.ones((3, 1), np.float32), r"params\[0\] of group 1 is now float32\[3, 1\]"
    elif spoil == "data in place":  # the gradient is the one that backward wrote into the buffer
        q.grad = None
        q.sum().backward()
        q._data, message = np.ones(3), r"params\[0\] of group 1 is now float64\[3\]"
    elif spoil == "nan":
        watch.grad, message = (
            np.array([1.0, np.nan, np.nan], np.float32),
            r"group 1, float32\[3\], has 2 .*nan at \[1\]",
        )
    elif spoil == "inf":
        q.grad = None
        (q * np.array([1.0, 1.0, np.inf], np.float32)).sum().backward()
        message = r"group 1, float32\[3\], has 1 .* inf at \[2\]"
    elif spoil == "option":
        optimizer.param_groups[1]["lr"], message = -1.0, "lr=-1.0"
    elif spoil == "missing option":
        del optimizer.param_groups[1]["eps"]
        message = r"param_groups\[1\] has lost its option 'eps'"
    elif spoil == "params":
        optimizer.param_groups[1]["params"].append(leaf())
        message = r"param_groups\[1\]\['params'\] was changed.*add_param_group"
    else:
        optimizer.param_groups.append({"params": [leaf()]})
        message = "param_groups has 3 groups"
    with pytest.raises(ValueError, match=message):
        optimizer.step()
    np.testing.assert_array_equal(p.data, before[0])
    del optimizer.param_groups[2:], optimizer.param_groups[1]["params"][1:]
    after = optimizer.state_dict()["state"]
    for i, entry in before[1].items():
        assert after[i]["step"] == entry["step"] == 1
        np.testing.assert_array_equal(after[i]["exp_avg"], entry["exp_avg"])


def spoiled(change: Any) -> dict[str, Any]:
    optimizer = optim.Adam([leaf(), leaf(3)], lr=0.5)
    for p in optimizer.param_groups[0]["params"]:
        p.grad = np.ones(p.shape, np.float32)
    optimizer.step()
    state = optimizer.state_dict()
    return change(state) or state


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda _: [1], TypeError, "needs a dict"),
        (lambda s: s.pop("state") and None, ValueError, r"lacks \['state'\]"),
        (lambda s: s.update(extra=1), ValueError, r"unexpected \['extra'\]"),
        (lambda s: s.update(state=[1]), TypeError, '"state" must be a dict'),
        (lambda s: s["param_groups"].append(s["param_groups"][0]), ValueError, "2 groups in it, but .* has 1"),
        (lambda s: s["param_groups"][0]["params"].pop() and None, ValueError, "1 parameters in it, but 2"),
        (lambda s: s["param_groups"][0].pop("betas") and None, ValueError, r"group 0 lacks \['betas'\]"),
        (lambda s: s["param_groups"][0].update(lr=-1), ValueError, "lr=-1"),
        (lambda s: s["state"].update({7: {}}), ValueError, r"state for parameters \[7\]"),
        (lambda s: s["state"][1].pop("exp_avg") is None, ValueError, r"parameter 1 lacks \['exp_avg'\]"),
        (lambda s: s["state"][1].update(square_avg=1), ValueError, r"unexpected \['square_avg'\]"),
        (lambda s: s["state"][1].update(exp_avg=np.ones(4)), ValueError, r"exp_avg is float64\[4\], .* float32\[3\]"),
        (lambda s: s["state"][1].update(step=0), ValueError, "step is 0"),
        (lambda _: optim.SGD([leaf(), leaf(3)]).state_dict(), ValueError, r"lacks \['amsgrad', 'betas', 'eps'\]"),
        (lambda s: s["param_groups"][0].update(amsgrad=True), ValueError, r"lacks \['max_exp_avg_sq'\]"),
        (lambda s: s.update(param_groups=3), TypeError, '"param_groups" a list of dicts'),
        (lambda s: s["param_groups"][0].update(params=2), TypeError, '"params" of group 0 must be a list of numbers'),
        (lambda s: s["param_groups"][0].update(params=[[0], [1]]), TypeError, '"params" of group 0 must be a list'),
        (lambda s: s["param_groups"][0].update(params=[1, 1]), ValueError, r"a parameter is in it twice; .* \[1, 1\]"),
        (lambda s: s["param_groups"][0].update(params=[1, 0]), ValueError, r"exp_avg is float32\[3\], .* float32\[2\]"),
        (lambda s: s["param_groups"][0].update(param_names=["w"]), ValueError, '"param_names" has 1 names for 2'),
        (lambda s: s["param_groups"][0].update(param_names="wb"), TypeError, '"param_names" must be a list of strings'),
        (lambda s: s["state"].update({0: [1]}), TypeError, r"state of parameter 0 must be a dict, not \[1\]"),
        (lambda s: s["state"][0].update(step="x"), TypeError, "parameter 0: step is 'x', and must be a whole number"),
        (lambda s: s["state"][0].update(step=float("nan")), ValueError, "step is nan, and must be a whole number"),
        (lambda s: s["state"][0].update(step=1.5), ValueError, "step is 1.5, and must be a whole number"),
        (lambda s: s["state"][1].update(exp_avg="abc"), ValueError, "parameter 1: exp_avg is "),
    ],
)
def test_a_state_dict_that_does_not_fit(change: Any, error: Any, message: str) -> None:
    optimizer = optim.Adam([leaf(), leaf(3)])
    with pytest.raises(error, match=message):
        optimizer.load_state_dict(spoiled(change))
    assert optimizer.state == {}
    assert optimizer.param_groups[0]["lr"] == 1e-3


def test_l1_is_taken_by_keyword_only() -> None:
    with pytest.raises(TypeError, match="positional"):
        optim.SGD([leaf()], 0.1, 0, 0, 0, False, 0.5)  # type: ignore[misc]


def test_the_decay_of_adamw_is_decoupled() -> None:
    p = leaf()
    with pytest.raises(TypeError, match="decoupled_weight_decay"):
        optim.AdamW([p], decoupled_weight_decay=False)  # type: ignore[call-arg]
    with pytest.raises(ValueError, match="decoupled_weight_decay=False: the decay of AdamW is always decoupled"):
        optim.AdamW([{"params": [p], "decoupled_weight_decay": False}])
    optimizer = optim.AdamW([p])
    optimizer.param_groups[0]["decoupled_weight_decay"] = False
    p.grad = np.ones(2, np.float32)
    with pytest.raises(ValueError, match="use Adam for one in the gradient"):
        optimizer.step()
    assert p.data.tolist() == [1.0, 1.0]


def test_a_whole_number_is_one_everywhere() -> None:
    """For optimizers, schedules and minimize alike: 3.0 is whole, 2.5 is not, True is no number."""
    makers: list[Any] = [
        lambda n: optim.Muon([ag.Tensor(np.ones((2, 2)), requires_grad=True)], ns_steps=n),
        lambda n: optim.LBFGS([leaf()], history_size=n),
        lambda n: optim.lr_scheduler.StepLR(optim.SGD([leaf()]), step_size=n),
        lambda n: optim.minimize(lambda x: (x * x).sum(), np.ones(2), maxiter=n),
    ]
    for make in makers:
        for n in (3, 3.0, np.int64(3), np.float64(3.0)):
            make(n)
        for wrong, message in ((2.5, "=2.5 is not a whole number; pass"), (True, "=True is a bool; pass")):
            with pytest.raises(TypeError, match=message):
                make(wrong)
