"""Models that agree are said to agree; of those that do not, the first place where they diverge is named."""

import json
import random
import re
from collections.abc import Callable
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import autograd_lite as ag
import autograd_lite.special
from autograd_lite import nn
from autograd_lite.testing import ModelComparison, ModelsDiffer, assert_models_close, compare_models, reports
from autograd_lite.testing.model_rounding import note_noise
from autograd_lite.testing.model_runs import Call, Run, Seen

from . import test_wrong_rules

spoil = test_wrong_rules.spoil

X = np.random.default_rng(0).standard_normal((5, 3)).astype(np.float32)


class Net(nn.Module):
    """Layers, functions between them, a sum of two paths."""

    def __init__(self, factor: float = 1.0, activation: Any = None, dtype: Any = np.float32) -> None:
        super().__init__()
        self.fc1 = nn.Linear(3, 4, dtype=dtype)
        self.act = nn.ReLU() if activation is None else activation
        self.fc2 = nn.Linear(4, 4, dtype=dtype)
        self.out = nn.Linear(4, 2, dtype=dtype)
        self.factor = factor

    def forward(self, x: Any) -> Any:
        h = self.act(self.fc1(x))
        h = np.tanh(h * self.factor)
        h = h + self.fc2(h)
        return self.out(h)


class TorchNet(torch.nn.Module):
    """The same in PyTorch, with an activation in place."""

    def __init__(self, factor: float = 1.0) -> None:
        super().__init__()
        self.fc1 = torch.nn.Linear(3, 4)
        self.act = torch.nn.ReLU(inplace=True)
        self.fc2 = torch.nn.Linear(4, 4)
        self.out = torch.nn.Linear(4, 2)
        self.factor = factor

    def forward(self, x: Any) -> Any:
        h = self.act(self.fc1(x))
        h = torch.tanh(h * self.factor)
        h = h + self.fc2(h)
        return self.out(h)


@pytest.fixture(autouse=True)
def seeds() -> None:
    ag.manual_seed(0)
    torch.manual_seed(0)


def first(comparison: ModelComparison) -> tuple[str, str, str]:
    """The kind, module and operation of the first divergence."""
    found = comparison.first_divergence
    assert not comparison.ok
    assert found is not None
    return found.kind, found.module, found.operation


def line_with(text: str) -> str:
    """The place of a line of this file, "file:line"."""
    path = Path(__file__)
    number = next(i for i, line in enumerate(path.read_text().splitlines(), 1) if line.strip() == text)
    return f"{path}:{number}"


# --- models that agree -------------------------------------------------------------------------------------


@pytest.mark.smoke
def test_a_model_agrees_with_itself() -> None:
    net = Net()
    comparison = compare_models(net, net, X)
    assert comparison.ok
    assert comparison.first_divergence is None
    assert {row.kind for row in comparison.rows} == {
        "parameter", "value", "output", "gradient", "input gradient", "parameter gradient",
    }  # fmt: skip
    assert all(row.absolute == 0 for row in comparison.rows)
    assert str(comparison) == (
        "Net of autograd_lite beside Net of autograd_lite: the models agree: 5 values and 11 gradients"
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_ours_agrees_with_pytorch(dtype: Any) -> None:
    ours, theirs = Net(dtype=dtype), TorchNet()
    if dtype == np.float64:
        theirs.double()
    x = X.astype(dtype)
    assert_models_close(ours, theirs, x, copy_parameters=True)
    assert_models_close(theirs, ours, x, copy_parameters=True)
    ours.load_state_dict({name: p.detach().numpy() for name, p in theirs.named_parameters()})
    assert compare_models(ours, theirs, x, loss=lambda y: (y * y).mean()).notes == ()
    labels = np.array([0, 1, 1, 0, 1])
    losses = (
        lambda y: nn.functional.cross_entropy(y, labels),
        lambda y: torch.nn.functional.cross_entropy(y, torch.tensor(labels)),
    )
    comparison = compare_models(ours, theirs, x, loss=losses)
    assert comparison.ok
    assert [row.name for row in comparison.rows if row.kind in ("loss", "gradient")] == [
        "loss", "output", "out", "fc2", "act", "fc1",
    ]  # fmt: skip


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e2])
def test_rounding_in_single_precision_is_no_divergence(scale: float) -> None:
    """Deep, wide, and with saturated activations, whose gradients have few digits left."""
    rng = np.random.default_rng(1)
    sizes = [3, 64, 64, 64, 64, 3]
    ours, theirs = [], []
    for n, m in pairwise(sizes):
        ours += [nn.Linear(n, m), nn.Tanh()]
        theirs += [torch.nn.Linear(n, m), torch.nn.Tanh()]
    x = (scale * rng.standard_normal((16, 3))).astype(np.float32)
    model = nn.Sequential(*ours)
    comparison = compare_models(model, torch.nn.Sequential(*theirs), x, copy_parameters=True)
    assert comparison.ok, str(comparison)
    assert any(row.absolute > 0 for row in comparison.rows)  # there was rounding
    # The same tolerances find one factor of 1.001 in the middle.
    model[4].__dict__["forward"] = lambda x: type(model[4]).forward(model[4], x) * np.float32(1.001)
    assert first(compare_models(model, torch.nn.Sequential(*theirs), x, copy_parameters=True))[:2] == ("value", "4")


class Saturated(nn.Module):
    """The hyperbolic tangent where it is nearly 1, by two formulas; the slope has three digits left in float32."""

    def __init__(self, by_exp: bool) -> None:
        super().__init__()
        self.by_exp = by_exp

    def forward(self, x: Any) -> Any:
        return 1 - 2 / (np.exp(2 * x) + 1) if self.by_exp else np.tanh(x)


def test_rounding_that_is_magnified_is_no_divergence() -> None:
    x = np.linspace(4, 6, 15, dtype=np.float32)
    comparison = compare_models(Saturated(False), Saturated(True), x)
    assert comparison.ok, str(comparison)
    row = next(row for row in comparison.rows if row.kind == "input gradient")
    assert row.relative > 64 * np.finfo(np.float32).eps  # more than rounding of the gradient itself
    assert not compare_models(Saturated(False), Saturated(True), x, rtol=1e-5).ok


def test_a_kink_that_is_crossed_in_one_of_the_trials_widens_nothing() -> None:
    def once(value: float) -> Run:
        call = Call("", "Net", 0, 0, None, outputs={"": Seen(np.array([value]), None)})
        call.outputs[""].gradient = np.array([value])
        return Run([call], {}, {})

    base = once(1.0)
    note_noise(base, [once(1.5), once(1.25)])
    assert (base.whole.outputs[""].noise, base.whole.outputs[""].gradient_noise) == (0.25, 0.25)


def test_everything_is_left_as_it_was() -> None:
    ours, theirs = Net(), TorchNet()
    theirs.add_module("norm", torch.nn.BatchNorm1d(2, affine=False))
    ours.out.weight.grad = np.ones((2, 4), np.float32)
    theirs.forward = lambda x: theirs.norm(TorchNet.forward(theirs, x))
    values = ours.state_dict()
    arrays = [p._data for p in ours.parameters()]
    drawn = torch.get_rng_state()
    mode = theirs.training
    compare_models(ours, theirs, X, copy_parameters=True, training=True)
    assert all(np.array_equal(values[name], array) for name, array in ours.state_dict().items())
    assert [id(p._data) for p in ours.parameters()] == [id(array) for array in arrays]
    assert np.array_equal(ours.out.weight.grad, np.ones((2, 4)))
    assert ours.fc1.weight.grad is None
    assert theirs.fc1.weight.grad is None
    assert theirs.training == mode
    assert theirs.norm.num_batches_tracked == 0
    assert torch.equal(torch.get_rng_state(), drawn)
    theirs_before = [(p.data_ptr(), p.detach().clone()) for p in theirs.parameters()]
    compare_models(theirs, ours, X, copy_parameters=True)
    for p, (place, value) in zip(theirs.parameters(), theirs_before, strict=True):
        assert p.data_ptr() == place
        assert torch.equal(p, value)
    assert not any("forward" in module.__dict__ for module in ours.modules())
    assert [name for name, module in theirs.named_modules() if "forward" in module.__dict__] == [""]  # its own
    rng = np.random.default_rng()
    before = ag.random.generator_or_default(None).bit_generator.state
    compare_models(nn.Dropout(generator=rng), nn.Dropout(generator=rng), X)
    assert ag.random.generator_or_default(None).bit_generator.state == before


# --- a wrong value -----------------------------------------------------------------------------------------


@pytest.mark.smoke
def test_a_wrong_value_is_found_with_its_operation_and_line() -> None:
    comparison = compare_models(Net(1.5), Net(), X, copy_parameters=True)
    assert first(comparison) == ("value", "the model", "multiply")
    found = comparison.first_divergence
    assert found is not None
    assert found.operation_line.startswith(line_with("h = np.tanh(h * self.factor)"))
    assert "its argument 1 is 1.5 here, in the reference 1.0" in found.remarks
    assert found.diagnosis == "constant factor"
    assert "the forward values first diverge at multiply in the model (Net)" in comparison.verdict
    rows = {(row.kind, row.name): row.ok for row in comparison.rows}
    assert rows["value", "act"]
    assert not rows["value", "fc2"]


def test_another_layer_in_the_middle_is_found() -> None:
    comparison = compare_models(Net(activation=nn.Tanh()), Net(), X, copy_parameters=True)
    assert first(comparison) == ("value", "act", "tanh")
    assert "it is tanh here, in the reference relu" in str(comparison)
    assert comparison.first_divergence is not None
    assert comparison.first_divergence.line.startswith(line_with("h = self.act(self.fc1(x))"))


def test_beside_pytorch_the_operations_that_may_be_to_blame_are_listed() -> None:
    comparison = compare_models(Net(1.5), TorchNet(), X, copy_parameters=True)
    assert first(comparison) == ("value", "the model", "")
    assert f"what goes into fc2 ({line_with('h = h + self.fc2(h)')})" in str(comparison)
    line = line_with("h = np.tanh(h * self.factor)")
    assert f"what is done there: multiply ({line}), tanh ({line})" in str(comparison)


def test_parameters_that_differ_are_findings() -> None:
    ours, theirs = Net(), TorchNet()
    ours.load_state_dict({name: p.detach().numpy() for name, p in theirs.named_parameters()})
    ours.fc2.bias.data = ours.fc2.bias.data + np.float32(1e-3)
    comparison = compare_models(ours, theirs, X)
    assert first(comparison)[:2] == ("value", "fc2")
    assert [row.name for row in comparison.rows if row.kind == "parameter" and not row.ok] == ["fc2.bias"]
    assert "the models differ in its bias" in str(comparison)
    assert compare_models(ours, theirs, X, copy_parameters=True).ok


def test_a_loss_that_differs_is_outside_of_the_model() -> None:
    net = Net()
    losses = (lambda y: (y * y).mean(), lambda y: (y * y).sum())
    assert first(compare_models(net, net, X, loss=losses)) == ("value", "the loss", "mean")
    theirs = TorchNet()
    assert first(compare_models(net, theirs, X, loss=losses, copy_parameters=True))[:2] == ("value", "the loss")
    squares = (lambda y: (y * y).sum(), lambda y: (y * y.detach()).sum())
    comparison = compare_models(net, net, X, loss=squares)
    assert first(comparison)[:2] == ("gradient", "the loss")


# --- a wrong gradient --------------------------------------------------------------------------------------


class Maximum(nn.Module):
    """ReLU by another operation."""

    def forward(self, x: Any) -> Any:
        return np.maximum(x, 0.0)


class StraightThrough(nn.Module):
    """The values of ReLU, the gradient of the identity."""

    def forward(self, x: Any) -> Any:
        return x + (nn.functional.relu(x) - x).detach()


def test_a_wrong_rule_is_found_beside_pytorch(spoil: Callable[..., None]) -> None:
    ours, theirs = Net(), TorchNet()
    assert compare_models(ours, theirs, X, copy_parameters=True).ok
    spoil("relu", lambda v, ans, _x: v * (ans > 0) * 1.5)
    comparison = compare_models(ours, theirs, X, copy_parameters=True)
    assert first(comparison) == ("gradient", "act", "relu")
    found = comparison.first_divergence
    assert found is not None
    assert found.diagnosis == "constant factor"
    assert found.operation_line.startswith(line_with("h = self.act(self.fc1(x))"))
    assert comparison.verdict.startswith("the forward values agree everywhere; going backward, the gradients first")
    assert any("the rule of relu" in remark for remark in found.remarks)
    rows = {(row.kind, row.name): row.ok for row in comparison.rows}
    assert rows["gradient", "act"]
    assert not rows["gradient", "fc1"]
    assert all(row.ok for row in comparison.rows if not row.kind.endswith("gradient"))


def test_a_wrong_rule_between_modules_is_found_beside_pytorch(spoil: Callable[..., None]) -> None:
    spoil("tanh", lambda v, ans, _x: v * (1 - ans))
    comparison = compare_models(Net(), TorchNet(), X, copy_parameters=True)
    assert first(comparison) == ("gradient", "the model", "tanh")
    assert f"the rule of tanh ({line_with('h = np.tanh(h * self.factor)')}) is wrong" in str(comparison)
    # ... and if the model is PyTorch's and ours the reference
    assert first(compare_models(TorchNet(), Net(), X, copy_parameters=True)) == ("gradient", "the model", "tanh")


def test_a_wrong_rule_by_a_parameter_is_found(spoil: Callable[..., None]) -> None:
    """The gradient goes on right, and only that by the weight is wrong."""

    class Affine(nn.Linear):
        def forward(self, x: Any) -> Any:
            return x @ self.weight.mT + self.bias

    ours = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), Affine(4, 2))
    theirs = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(4, 2))
    assert compare_models(ours, theirs, X, copy_parameters=True).ok
    spoil("matmul", lambda g, _ans, a, _b: -(a.mT @ g), position=1)
    comparison = compare_models(ours, theirs, X, copy_parameters=True)
    assert first(comparison) == ("gradient", "2", "matmul")
    assert "the gradient by its weight" in str(comparison)
    assert {row.name for row in comparison.rows if not row.ok} <= {"2.weight", "0.weight"}  # also without fusion


@pytest.mark.smoke
def test_a_wrong_rule_is_found_between_two_of_ours(spoil: Callable[..., None]) -> None:
    assert compare_models(Net(activation=Maximum()), Net(), X, copy_parameters=True).ok
    spoil("maximum", lambda v, _ans, x, y: v * (x > y) * 2.0)
    comparison = compare_models(Net(activation=Maximum()), Net(), X, copy_parameters=True)
    assert first(comparison) == ("gradient", "act", "maximum")
    assert comparison.first_divergence is not None
    assert comparison.first_divergence.operation_line.startswith(line_with("return np.maximum(x, 0.0)"))
    assert "it is maximum here, in the reference relu" in comparison.first_divergence.remarks
    assert any(remark.startswith("the rule of maximum") for remark in comparison.first_divergence.remarks)
    assert not any(remark.startswith("the rule of relu") for remark in comparison.first_divergence.remarks)


def test_of_two_wrong_rules_the_later_one_comes_first(spoil: Callable[..., None]) -> None:
    class Twice(nn.Module):
        def __init__(self, clip: Callable[..., Any]) -> None:
            super().__init__()
            self.clip = clip

        def forward(self, x: Any) -> Any:
            h = self.clip(x)
            return self.clip(h * 2 - 0.1)

    spoil("maximum", lambda v, _ans, x, y: v * (x > y) * 2.0)
    ours, theirs = Twice(lambda x: np.maximum(x, 0.0)), Twice(nn.functional.relu)
    found = compare_models(ours, theirs, X).first_divergence
    assert found is not None
    assert (found.kind, found.operation) == ("gradient", "maximum")
    two_rules = [remark for remark in found.remarks if "the rule of maximum" in remark]
    assert len(two_rules) == 1
    assert "the gradient that it hands on: " in found.text
    # At the first of the two the cotangents differ already: what arrives at the second has not gone through any rule.
    assert found.text.split(": ")[1].startswith(f"{np.count_nonzero(np.maximum(X, 0) * 2 > 0.1)} of 15 differ")


def test_of_two_wrong_branches_the_later_one_comes_first(spoil: Callable[..., None]) -> None:
    class Branches(nn.Module):
        def __init__(self, clip: Callable[..., Any]) -> None:
            super().__init__()
            self.clip = clip

        def forward(self, x: Any) -> Any:
            up = self.clip(x)
            down = self.clip(-x)
            return up * 2 + down

    spoil("maximum", lambda v, _ans, x, y: v * (x > y) * 2.0)
    ours = Branches(lambda x: np.maximum(x, 0.0))
    found = compare_models(ours, Branches(nn.functional.relu), X).first_divergence
    assert found is not None
    assert (found.kind, found.operation) == ("gradient", "maximum")
    assert f": {np.count_nonzero(X < 0)} of 15 differ" in found.text  # of the negative elements, by the later branch


def test_a_parameter_is_named_where_no_operation_can_be() -> None:
    class Scaled(nn.Module):
        def __init__(self, cut: bool) -> None:
            super().__init__()
            self.w = nn.Parameter(np.ones(3, np.float32))
            self.cut = cut

        def forward(self, x: Any) -> Any:
            return x * (np.exp(self.w.detach()) + 0.0 * self.w if self.cut else np.exp(self.w))

    comparison = compare_models(Scaled(True), Scaled(False), X)
    assert first(comparison)[:2] == ("gradient", "the model")
    assert "the gradient by its w: 3 of 3 differ" in str(comparison)


def test_a_gradient_that_is_cut_off_is_found() -> None:
    comparison = compare_models(Net(activation=StraightThrough()), Net(), X, copy_parameters=True)
    assert first(comparison)[:2] == ("gradient", "act")
    cut = Net(activation=nn.Sequential(nn.ReLU()))
    cut.act.__dict__["forward"] = lambda x: nn.functional.relu(x).detach()
    comparison = compare_models(cut, Net(), X, copy_parameters=True)
    assert comparison.first_divergence is not None
    assert "no gradient flows to it in the model" in str(comparison)


def test_tied_weights_are_followed_to_where_they_are_used() -> None:
    """The gradient by a weight is wrong by its second use, outside of the module that has it."""

    class Tied(nn.Module):
        def __init__(self, cut: bool) -> None:
            super().__init__()
            self.fc = nn.Linear(3, 3)
            self.cut = cut

        def forward(self, x: Any) -> Any:
            weight = self.fc.weight
            h = self.fc(x)
            return np.sin(h) @ (weight.detach() if self.cut else weight)

    comparison = compare_models(Tied(True), Tied(False), X, copy_parameters=True)
    assert first(comparison)[0] == "gradient"
    assert [row.name for row in comparison.rows if not row.ok] == ["fc.weight"]


class Mixing(nn.Module):
    """A softmax of products, with mistakes to choose from."""

    def __init__(self, mistake: str = "") -> None:
        super().__init__()
        self.q = nn.Linear(3, 3)
        self.k = nn.Linear(3, 3)
        self.mistake = mistake

    def forward(self, x: Any) -> Any:
        scores = self.q(x) @ self.k(x).mT
        if self.mistake == "scaled":
            scores = scores * 1.01
        weights = ag.special.softmax(scores, axis=-1)
        if self.mistake == "detached":
            weights = weights.detach()
        return x + weights @ x


def test_an_operation_too_many_is_found_where_the_graphs_part() -> None:
    comparison = compare_models(Mixing("scaled"), Mixing(), X, copy_parameters=True)
    assert first(comparison) == ("value", "the model", "multiply")
    assert comparison.first_divergence is not None
    assert comparison.first_divergence.operation_line.startswith(line_with("scores = scores * 1.01"))
    assert "nothing in the reference gives the same out of the same" in comparison.first_divergence.remarks


def test_a_constant_in_the_place_of_a_value_is_found() -> None:
    comparison = compare_models(Mixing("detached"), Mixing(), X, copy_parameters=True)
    assert first(comparison) == ("gradient", "the model", "matmul")
    assert comparison.first_divergence is not None
    assert "its argument 0 carries no gradient here" in comparison.first_divergence.remarks
    assert comparison.first_divergence.operation_line.startswith(line_with("return x + weights @ x"))
    other_way = compare_models(Mixing(), Mixing("detached"), X, copy_parameters=True)
    assert other_way.first_divergence is not None
    assert "its argument 0 carries no gradient in the reference" in other_way.first_divergence.remarks


# --- names, shapes, structures -----------------------------------------------------------------------------


def test_parameters_that_do_not_fit_are_all_listed() -> None:
    ours = nn.Sequential({"a": nn.Linear(3, 4), "b": nn.Linear(4, 2), "c": nn.Linear(2, 2)})
    theirs = torch.nn.Sequential()
    theirs.add_module("a", torch.nn.Linear(3, 5))
    theirs.add_module("b", torch.nn.Linear(4, 2).double())
    theirs.add_module("d", torch.nn.Linear(2, 2))
    with pytest.raises(ValueError, match="do not fit") as caught:
        compare_models(ours, theirs, X)
    message = str(caught.value)
    assert "misshapen: a.weight is float32[4, 3], in the reference float32[5, 3]" in message
    assert "misshapen: b.bias is float32[2], in the reference float64[2]" in message
    assert "missing from the reference: c.weight float32[2, 2]" in message
    assert "unexpected in the reference: d.bias float32[2]" in message
    assert "names={" in message


@pytest.mark.parametrize(
    "names",
    [
        {"fc1": "0", "out": "2"},
        {"fc1.weight": "0.weight", "fc1.bias": "0.bias", "out.weight": "2.weight", "out.bias": "2.bias"},
    ],
)
def test_names_may_be_mapped(names: dict[str, str]) -> None:
    class Named(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc1 = nn.Linear(3, 4)
            self.out = nn.Linear(4, 2)

        def forward(self, x: Any) -> Any:
            return self.out(np.tanh(self.fc1(x)))

    theirs = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(4, 2))
    comparison = compare_models(Named(), theirs, X, names=names, copy_parameters=True)
    assert comparison.ok
    assert [row.name for row in comparison.rows if row.kind == "value"] == ["fc1", "out"]
    assert "called in the reference only, and not compared: 1 (Tanh)" in comparison.notes


def test_names_of_nothing_are_refused() -> None:
    ours, theirs = (
        nn.Sequential(nn.Linear(3, 4), nn.Tanh()),
        torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh()),
    )
    with pytest.raises(ValueError, match="names=") as caught:
        assert_models_close(ours, theirs, X, names={"0": "first", "O": "0", "0.weigth": "0.weight"})
    message = str(caught.value)
    assert "in the model there is no 'O' and no '0.weigth'; it has '0', '1', '0.weight', '0.bias'" in message
    assert "in the reference there is no 'first'; it has" in message


def test_inputs_that_are_not_finite_are_noted() -> None:
    x = X.copy()
    x[0, 1] = np.nan
    ours, theirs = nn.Linear(3, 4), torch.nn.Linear(3, 4)
    comparison = compare_models(ours, theirs, x, copy_parameters=True)
    assert (
        f"input 0: 1 of {x.size} numbers are not finite, and what both make of them is not compared" in comparison.notes
    )
    assert not any("input 0" in note for note in compare_models(ours, theirs, X, copy_parameters=True).notes)


def test_observers_are_told() -> None:
    seen: list[Any] = []
    reports.observers.append(seen.append)
    try:
        comparison = compare_models(nn.Linear(3, 4), torch.nn.Linear(3, 4), X)
        compare_models(nn.Linear(3, 4), torch.nn.Linear(3, 4), X, copy_parameters=True)
    finally:
        reports.observers.remove(seen.append)
    wrong, right = seen
    assert (wrong.ok, right.ok) == (False, True)
    assert [bool(c.text) for c in wrong.comparisons] == [not row.ok for row in comparison.rows]
    assert {(c.mode, c.order) for c in right.comparisons} == {("value", 0), ("reverse", 1)}
    output = next(row for row in comparison.rows if row.kind == "output")
    assert (output.differing, output.worst > 1) == (output.shape[0] * output.shape[1], True)


def test_a_module_that_is_called_twice_is_compared_call_by_call() -> None:
    class Twice(nn.Module):
        def __init__(self, sign: float) -> None:
            super().__init__()
            self.cell = nn.Linear(3, 3)
            self.sign = sign

        def forward(self, x: Any) -> Any:
            return self.cell(self.cell(x) * self.sign)

    agreeing = compare_models(Twice(1.0), Twice(1.0), X, copy_parameters=True)
    assert agreeing.ok
    assert [row.name for row in agreeing.rows if row.kind == "value"] == ["cell", "cell (call 2)"]
    comparison = compare_models(Twice(-1.0), Twice(1.0), X, copy_parameters=True)
    assert first(comparison) == ("value", "the model", "multiply")
    assert comparison.first_divergence is not None
    assert comparison.first_divergence.diagnosis == "sign"


class Several(nn.Module):
    """Gives a dict with a tuple in it."""

    def __init__(self, flip: bool = False) -> None:
        super().__init__()
        self.fc = nn.Linear(3, 4)
        self.flip = flip

    def forward(self, batch: Any, *, scale: Any = 2.0) -> Any:
        left, right = np.split(self.fc(batch) * scale, 2, axis=1)
        best = (left - right).argmax(1)
        return {"pair": (right, left) if self.flip else (left, right), "best": best, "count": 3}


class TorchSeveral(torch.nn.Module):
    """The same in PyTorch."""

    def __init__(self) -> None:
        super().__init__()
        self.fc = torch.nn.Linear(3, 4)

    def forward(self, batch: Any) -> Any:
        left, right = torch.chunk(self.fc(batch) * 2.0, 2, dim=1)
        return {"pair": (left, right), "best": (left - right).argmax(1), "count": 3}


def test_outputs_may_be_tuples_and_dicts() -> None:
    for reference in (Several(), TorchSeveral()):
        comparison = compare_models(Several(), reference, X, copy_parameters=True)
        assert comparison.ok, str(comparison)
        outputs = [row.name for row in comparison.rows if row.kind == "output"]
        assert outputs == ["output['pair'][0]", "output['pair'][1]", "output['best']"]
        comparison = compare_models(Several(flip=True), reference, X, copy_parameters=True)
        assert first(comparison)[:2] == ("value", "the model")


def test_outputs_of_another_structure_or_shape_are_findings() -> None:
    class Pair(nn.Module):
        def forward(self, x: Any) -> Any:
            return x, x

    class Alone(nn.Module):
        def forward(self, x: Any) -> Any:
            return (x,)

    comparison = compare_models(Pair(), Alone(), X)
    assert not comparison.ok
    assert comparison.problems == ("only the model gives output[1]",)
    comparison = compare_models(nn.Flatten(), nn.Flatten(0), X)
    assert "it is float32[5, 3], in the reference float32[15]" in str(comparison)

    class Wide(nn.Module):
        def forward(self, x: Any) -> Any:
            return x.astype(np.float64)

    assert "it is float64[5, 3], in the reference float32[5, 3]" in str(compare_models(Wide(), nn.Flatten(), X))


def test_a_module_that_writes_to_its_input_does_what_it_does() -> None:
    class Blank(nn.Module):
        def forward(self, x: Any) -> Any:
            x[0] = 0.0
            return x * 2

    class Outer(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc = nn.Linear(3, 3)
            self.blank = Blank()

        def forward(self, x: Any) -> Any:
            h = self.fc(x)
            return self.blank(h) + h  # h has a row of zeros now

    class TorchBlank(torch.nn.Module):
        forward = Blank.forward

    class TorchOuter(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc = torch.nn.Linear(3, 3)
            self.blank = TorchBlank()

        forward = Outer.forward

    for reference in (Outer(), TorchOuter()):
        comparison = compare_models(Outer(), reference, X, copy_parameters=True)
        assert comparison.ok, str(comparison)
    written = Outer()(X.copy())
    assert not written.data[0].any()
    seen = []
    compare_models(Outer(), TorchOuter(), X, copy_parameters=True, loss=lambda y: seen.append(y) or (y * y).sum())
    assert all(not np.asarray(y.detach())[0].any() for y in seen)


def test_inputs_of_any_kind_are_handed_on() -> None:
    class Look(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.table = nn.Parameter(np.arange(12.0, dtype=np.float32).reshape(4, 3))

        def forward(self, places: Any, scale: Any, name: str) -> Any:
            assert name == "scale"
            return self.table[places] * scale

    class TorchLook(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.table = torch.nn.Parameter(torch.zeros(4, 3))

        def forward(self, places: Any, scale: Any, name: str) -> Any:
            assert name == "scale"
            return self.table[places] * scale

    places = np.array([3, 1, 1])
    for scale in (np.float32([2.0, 3.0, 4.0]), torch.tensor([2.0, 3.0, 4.0]), ag.Tensor([2.0, 3.0, 4.0])):
        comparison = compare_models(Look(), TorchLook(), places, scale, "scale", copy_parameters=True)
        assert comparison.ok, str(comparison)
        assert [row.name for row in comparison.rows if row.kind == "input gradient"] == ["input 1"]


def test_complex_numbers_have_the_same_gradients() -> None:
    class Turn(nn.Module):
        def forward(self, z: Any) -> Any:
            return np.exp(z) * z * np.conj(z)

    class TorchTurn(torch.nn.Module):
        def forward(self, z: Any) -> Any:
            return torch.exp(z) * z * z.conj()

    z = (X + 1j * X[::-1]).astype(np.complex64)
    comparison = compare_models(Turn(), TorchTurn(), z)
    assert comparison.ok, str(comparison)
    assert any(row.kind == "input gradient" and row.dtype == "complex64" for row in comparison.rows)


def test_tied_parameters_are_noted() -> None:
    class Two(nn.Module):
        def __init__(self, tied: bool) -> None:
            super().__init__()
            self.a = nn.Linear(3, 3)
            self.b = nn.Linear(3, 3)
            if tied:
                self.b.weight = self.a.weight

        def forward(self, x: Any) -> Any:
            return self.b(self.a(x))

    free = Two(False)
    free.b.weight.data = free.a.weight.data
    comparison = compare_models(Two(True), free, X, copy_parameters=True)
    assert not comparison.ok  # each of the two weights gets a part of the gradient only
    assert "b.weight is one with a.weight in the model only" in comparison.notes
    assert not any("one with" in note for note in compare_models(Two(True), Two(True), X, copy_parameters=True).notes)


# --- chance, modes, NaN ------------------------------------------------------------------------------------


def test_dropout_draws_the_same_in_two_of_ours() -> None:
    def model(p: float) -> nn.Sequential:
        return nn.Sequential(nn.Linear(3, 8), nn.Dropout(p), nn.Linear(8, 2))

    comparison = compare_models(model(0.5), model(0.5), X, copy_parameters=True)
    assert comparison.ok
    assert "random: 1 (Dropout); both were run with the same random numbers" in comparison.notes
    comparison = compare_models(model(0.5), model(0.25), X, copy_parameters=True)
    assert first(comparison)[:2] == ("value", "1")
    assert compare_models(model(0.5), model(0.25), X, copy_parameters=True, training=False).ok


def test_generators_of_their_own_draw_other_numbers() -> None:
    one, other = (nn.Dropout(generator=np.random.default_rng(seed)) for seed in (1, 2))
    comparison = compare_models(one, other, X)
    assert comparison.problems[0].startswith("random: the model (Dropout); compare with training=False")
    assert compare_models(one, one, X).ok


@pytest.mark.parametrize("draw", [lambda: np.random.random(), lambda: random.random()])
def test_numbers_from_the_global_generators_are_the_same(draw: Callable[[], float]) -> None:
    class Jittery(nn.Module):
        def forward(self, x: Any) -> Any:
            drawn.append(draw())
            return x * np.float32(drawn[-1])

    drawn: list[float] = []
    comparison = compare_models(Jittery(), Jittery(), X)
    assert comparison.ok, str(comparison)
    before, drawn = drawn, []
    draw()
    compare_models(Jittery(), Jittery(), X)
    assert drawn == before  # the seed decides, not what was drawn before
    assert comparison.notes[0].startswith("random: the model (Jittery)")


def test_dropout_beside_pytorch_is_reported() -> None:
    ours = nn.Sequential(nn.Linear(3, 8), nn.Dropout(), nn.Linear(8, 2))
    theirs = torch.nn.Sequential(torch.nn.Linear(3, 8), torch.nn.Dropout(), torch.nn.Linear(8, 2))
    comparison = compare_models(ours, theirs, X, copy_parameters=True)
    assert not comparison.ok
    assert comparison.problems[0].startswith("random: 1 (Dropout); compare with training=False")
    assert compare_models(ours, theirs, X, copy_parameters=True, training=False).ok
    assert ours.training
    assert theirs.training


def test_what_draws_from_elsewhere_is_not_reproducible() -> None:
    class Noisy(nn.Module):
        def forward(self, x: Any) -> Any:
            return x + np.random.default_rng().standard_normal(x.shape).astype(np.float32)

    comparison = compare_models(Noisy(), Noisy(), X)
    assert not comparison.ok
    assert comparison.problems[0].startswith("not reproducible: the model (Noisy) gives another answer each time")
    assert not any(row.ok for row in comparison.rows if row.kind == "output")


def test_modes_that_differ_are_reported() -> None:
    ours, theirs = Net(), TorchNet().eval()
    comparison = compare_models(ours, theirs, X, copy_parameters=True)
    assert not comparison.ok
    assert comparison.verdict == comparison.problems[0]
    assert "the modes differ: the model and 4 more in training, in the reference in evaluation" in str(comparison)
    assert compare_models(ours, theirs, X, copy_parameters=True, training=True).ok


def test_nan_is_a_difference_and_the_same_nan_is_none() -> None:
    class Log(nn.Module):
        def __init__(self, guard: bool) -> None:
            super().__init__()
            self.guard = guard

        def forward(self, x: Any) -> Any:
            with np.errstate(invalid="ignore"):
                return np.log(np.abs(x)) if self.guard else np.log(x)

    assert np.any(X < 0)
    comparison = compare_models(Log(False), Log(True), X)
    assert first(comparison)[0] == "value"
    assert "nan beside" in str(comparison)
    same = compare_models(Log(False), Log(False), X)
    assert same.ok
    assert same.notes == ("both give numbers that are not finite: the model",)


def test_tolerances_may_be_given() -> None:
    comparison = compare_models(Net(1.001), Net(), X, copy_parameters=True)
    assert not comparison.ok
    assert compare_models(Net(1.001), Net(), X, copy_parameters=True, rtol=1e-2, atol=1e-2).ok
    assert not compare_models(Net(), TorchNet(), X, copy_parameters=True, rtol=0.0, atol=0.0).ok


def test_arguments_that_make_no_sense_are_refused() -> None:
    with pytest.raises(TypeError, match=r"modules of autograd_lite\.nn or torch\.nn, not a ufunc"):
        compare_models(np.sin, Net(), X)
    with pytest.raises(TypeError, match="loss= must give a single real number"):
        compare_models(Net(), Net(), X, loss=lambda y: y)
    with pytest.raises(ValueError, match="linear") as caught:
        compare_models(Net(), Net(), X.T)
    assert "while the model was run by compare_models" in caught.value.__notes__


# --- reports -----------------------------------------------------------------------------------------------


class Scaled(nn.Module):
    """A multiple of what goes in."""

    def __init__(self, factor: float) -> None:
        super().__init__()
        self.scale = nn.Parameter(np.ones(2, np.float32))
        self.factor = factor

    def forward(self, x: Any) -> Any:
        return x * self.scale * self.factor


def made() -> ModelComparison:
    return compare_models(Scaled(3.0), Scaled(4.0), np.float32([[1, 2], [3, 4]]))


MARKDOWN = """\
# Scaled of autograd_lite beside Scaled of autograd_lite

**the forward values first diverge at multiply in the model (Scaled), recorded at FILE:LINE in forward; \
2 of 2 gradients differ after it**

First divergence, of a value: multiply in the model (Scaled)

- its answer: 4 of 4 differ, the worst at [1, 1]: 12 beside 16
- its argument 1 is 3.0 here, in the reference 4.0
- all are 0.75 times what they should be
- called at FILE:LINE in made: return compare_models(Scaled(3.0), Scaled(4.0), np.float32([[1, 2], [3, 4]]))
- recorded at FILE:LINE in forward: return x \\* self.scale \\* self.factor

|  | kind | tensor | shape | dtype | absolute error | relative error |  |
| --- | --- | --- | --- | --- | --- | --- | --- |
| ok | parameter | scale | 2 | float32 | 0 | 0 |  |
| differs | output | output | 2×2 | float32 | 4 | 0.25 | 4 of 4 differ, the worst at [1, 1]: 12 beside 16 |
| differs | input gradient | input 0 | 2×2 | float32 | 1.25 | 0.25 | 4 of 4 differ, the worst at \
[0, 0]: -3.75 beside -5 |
| differs | parameter gradient | scale | 2 | float32 | 5.25 | 0.25 | 2 of 2 differ, the worst at \
[1]: -15.75 beside -21 |

Seed 0.
"""


def test_the_page_in_markdown() -> None:
    page = made().to_markdown()
    assert re.sub(rf"{re.escape(str(Path(__file__)))}:\d+", "FILE:LINE", page) == MARKDOWN


class Reader(HTMLParser):
    """What a browser makes of a page: its tags and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.text: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append(tag)
        assert not {name for name, _ in attrs} & {"src", "href"}  # nothing is loaded
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def test_the_page_in_html_is_whole_and_escaped() -> None:
    net = nn.Sequential({"<script>": nn.Linear(3, 2), "b&b": nn.Tanh()})
    other = nn.Sequential({"<script>": nn.Linear(3, 2), "b&b": nn.Sigmoid()})
    comparison = compare_models(net, other, X, copy_parameters=True)
    reader = Reader(comparison.to_html())
    assert reader.open == []
    assert "script" not in reader.tags
    assert reader.tags.count("tr") == 1 + len(comparison.rows)
    text = "".join(reader.text)
    assert "<script>.weight" in text
    assert "tanh in b&b (Tanh)" in text
    assert comparison.verdict in text


def test_a_comparison_is_saved_by_its_suffix(tmp_path: Path) -> None:
    comparison = made()
    for suffix, beginning in ((".md", "# Scaled"), (".html", "<!DOCTYPE html>"), (".json", "{")):
        comparison.save(tmp_path / f"report{suffix}")
        assert (tmp_path / f"report{suffix}").read_text(encoding="utf-8").startswith(beginning)
    stored = json.loads((tmp_path / "report.json").read_text())
    assert stored["ok"] is False
    assert stored["verdict"] == comparison.verdict
    assert stored["first_divergence"]["operation"] == "multiply"
    assert [row["name"] for row in stored["rows"]] == [row.name for row in comparison.rows]
    with pytest.raises(ValueError, match=r"\.md, \.json, \.html"):
        comparison.save(tmp_path / "report.txt")


def test_json_has_no_numbers_that_json_does_not_know() -> None:
    comparison = compare_models(nn.Flatten(), nn.Flatten(0), X)
    assert json.loads(comparison.to_json())["rows"][0]["absolute"] == "inf"


def test_the_assertion_has_the_text_and_the_comparison() -> None:
    with pytest.raises(ModelsDiffer, match="the forward values first diverge") as caught:
        assert_models_close(Net(1.5), Net(), X, copy_parameters=True)
    assert isinstance(caught.value, AssertionError)
    assert str(caught.value) == str(caught.value.comparison)
    assert_models_close(Net(), Net(), X, copy_parameters=True)


def test_the_same_seed_gives_the_same_comparison() -> None:
    net, other = Net(1.5), Net()
    once, again = (compare_models(net, other, X, seed=3).to_json() for _ in range(2))
    assert once == again
    assert compare_models(net, other, X, seed=4).to_json() != once
