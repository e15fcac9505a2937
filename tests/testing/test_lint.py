"""lint: every rule fires on a bad program and is silent on its repair; well-made losses give nothing.

The programs are those of docs/lint.md.
"""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite import nn, optim
from autograd_lite.testing import lint
from autograd_lite.testing.linting import RULES

from .well_made_losses import well_made_losses

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "lint.md").read_text()
BLOCK = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)
PREAMBLE = BLOCK.search(PAGE).group(1).partition("print(")[0]
SECTIONS = dict(re.findall(r"^### (\S+)\n(.*?)(?=^##|\Z)", PAGE, re.DOTALL | re.MULTILINE))
SHARED = "net = nn.Linear(4, 1)\nyes = (y > 0).astype(np.float32)[:, None]\nrows = np.arange(32)\n"
SHARED += "same = np.zeros((2, 4), np.float32)\n"
F = nn.functional


def program(rule):
    """The names that the snippet of a rule defines."""
    names = {}
    exec(PREAMBLE + SHARED + BLOCK.search(SECTIONS[rule]).group(1), names)
    return names


def rules_of(findings):
    return [finding.rule for finding in findings]


def test_the_page_has_all_rules():
    assert list(SECTIONS) == list(RULES)
    table = re.findall(r"^\| \[`(\S+)`\]\(#(\S+)\) \| (.*) \|$", PAGE, re.MULTILINE)
    assert table == [(name, name, rule.__doc__.splitlines()[0]) for name, rule in RULES.items()]


WARNS = pytest.mark.filterwarnings("ignore:cross_entropy takes logits")  # it says so itself


@WARNS
@pytest.mark.parametrize("rule", RULES)
def test_a_rule_fires_and_is_silent(rule):
    names = program(rule)
    bad = lint(names["bad"], **names.get("bad_with", {}))
    assert rule in rules_of(bad), bad
    finding = next(f for f in bad if f.rule == rule)
    assert finding.message
    assert finding.remedy
    assert rule in str(bad)
    names = program(rule)
    good = lint(names["good"], **names.get("good_with", {}))
    assert good == [], str(good)


@WARNS
@pytest.mark.parametrize("rule", sorted(set(RULES) - {"detached"}))
def test_the_graph_alone_shows_it(rule):
    names = program(rule)
    with np.errstate(all="ignore"), ag.fusion(True):  # without fusion there is no cross_entropy to be seen
        loss = names["bad"]()
    assert rule in rules_of(lint(loss, **names.get("bad_with", {})))
    names = program(rule)
    good = lint(names["good"](), **names.get("good_with", {}))
    assert good == [], str(good)


# -- findings


@pytest.mark.smoke
def test_a_finding_names_line_node_module_and_remedy():
    model = nn.Sequential(nn.Linear(4, 3))
    model[0].bias.requires_grad_(False)
    x = np.ones((2, 4), np.float32)
    found = lint(lambda: np.mean(np.log(ag.special.softmax(model(x), axis=1))))  # here
    here = next(i for i, line in enumerate(Path(__file__).read_text().splitlines(), 1) if line.endswith("# here"))
    (finding,) = [f for f in found if f.rule == "log-of-softmax"]
    assert (finding.line.file, finding.line.line, finding.line.function) == (__file__, here, "<lambda>")
    assert finding.node.op == "log"
    assert finding.node.shape == (2, 3)
    assert "log_softmax" in finding.remedy
    assert str(finding).splitlines()[0].startswith(f"{finding.severity}: ")
    assert f"{__file__}:{here}" in str(found)


def test_without_lines_the_node_and_its_module_are_named():
    model = nn.Sequential(nn.Linear(4, 16), nn.Tanh(), nn.Linear(16, 3))
    model[0].weight.data = 100 * model[0].weight.data
    (finding,) = lint(np.mean(model(np.full((8, 4), 3.0, np.float32)) ** 2))
    assert (finding.rule, finding.node.op, finding.module, finding.line) == (
        "saturated",
        "tanh",
        "Sequential.1: Tanh",
        None,
    )


def test_one_finding_for_what_a_loop_repeats():
    w = ag.Tensor([3.0, 4.0], requires_grad=True)

    def loop():
        total = 0.0
        for _ in range(7):
            total = total + np.sum(np.tanh(w * 9))
        return total

    (finding,) = lint(loop)
    assert finding.count == 7
    assert "and 6 more" in str(finding)


def test_findings_are_a_list_the_gravest_first():
    w = ag.Tensor([0.0, 0.0], requires_grad=True)
    found = lint(np.linalg.norm(w) + np.sqrt(w[0] * 3.0))
    assert [f.severity for f in found] == ["error", "note"]
    assert str(lint(np.sum(w))) == "nothing found"
    assert not lint(np.sum(w))


def test_rules_are_chosen_by_name():
    w = ag.Tensor([0.0, 0.0], requires_grad=True)
    loss = np.linalg.norm(w)
    assert rules_of(lint(loss)) == ["norm-at-zero"]
    assert lint(loss, ignore=["norm-at-zero"]) == []
    assert lint(loss, rules=["no-path"]) == []
    assert rules_of(lint(loss, rules="norm-at-zero")) == ["norm-at-zero"]
    with pytest.raises(ValueError, match="no rule 'norm'; the rules are softmax-into"):
        lint(loss, rules=["norm"])
    with pytest.raises(ValueError, match="no rule 'x'"):
        lint(loss, ignore=["x"])


def test_what_is_no_loss_is_refused():
    w = ag.Tensor([1.0], requires_grad=True)
    loss = np.sum(w * w)
    with pytest.raises(TypeError, match="not ndarray"):
        lint(np.zeros(3))
    with pytest.raises(TypeError, match="must give the loss, a Tensor, not float"):
        lint(lambda: 3.0)
    with pytest.raises(TypeError, match="no further arguments"):
        lint(loss, w)
    loss.backward()
    with pytest.raises(RuntimeError, match=r"call lint\(loss\) before loss.backward"):
        lint(loss)


# -- what lint leaves as it was


def test_parameters_gradients_and_random_numbers_stay():
    model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Dropout(0.5), nn.Linear(8, 3))
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    x, labels = np.ones((8, 4), np.float32), np.zeros(8, np.int64)
    F.cross_entropy(model(x), labels).backward()
    optimizer.step()
    arrays = [p._data for p in model.parameters()]
    values = [a.copy() for a in arrays]
    gradients = [p._node.watch.grad for p in model.parameters()]
    copies = [g.copy() for g in gradients]
    ag.manual_seed(3)
    expected = model(x).detach().numpy()
    ag.manual_seed(3)
    lint(lambda: F.cross_entropy(model(x), labels), model=model, optimizer=optimizer)
    assert np.array_equal(model(x).detach().numpy(), expected)
    for p, array, value, gradient, copy in zip(model.parameters(), arrays, values, gradients, copies, strict=True):
        assert p._data is array
        assert np.array_equal(array, value)
        assert p._node.watch.grad is gradient
        assert np.array_equal(gradient, copy)


def test_backward_is_the_same_after_it():
    w = ag.Tensor([[1.0, 2.0], [3.0, 5.0]], requires_grad=True)
    loss = np.sum(np.sqrt(w @ w) * w)
    (other,) = ag.grad(np.sum(np.sqrt(w @ w) * w), [w])
    lint(loss)
    assert w.grad is None
    loss.backward()
    assert np.array_equal(w.grad.data, other.data)


def test_a_function_that_trains_is_run_once():
    model = nn.Linear(2, 1)
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    x = np.ones((4, 2), np.float32)
    runs = []

    def train():
        runs.append(1)
        optimizer.zero_grad()
        loss = np.mean(model(x) ** 2)
        loss.backward(retain_graph=True)
        optimizer.step()
        return np.mean(model(x) ** 2)

    lint(train, model=model, ignore=["gradient-not-zeroed"])
    assert len(runs) == 1


def test_operations_keep_only_what_their_rules_read_again():
    x = ag.Tensor([1.0, 2.0], requires_grad=True)
    np.exp(x)
    lint(lambda: np.sum(np.exp(x) + 1.0))
    assert type(np.exp(x)._node.saved[1]) is type(x._node)
    with pytest.raises(ZeroDivisionError):
        lint(lambda: 1 / 0)
    assert type(np.exp(x)._node.saved[1]) is type(x._node)
    assert type(np.exp(x)._node) is type(ag.Tensor([1.0], requires_grad=True)._node)


# -- paths


def branch_by(cut):
    w = ag.Tensor([0.5, -1.0, 2.0], requires_grad=True, name="w")
    v = ag.Tensor([1.0, 2.0, 3.0], requires_grad=True, name="v")
    return lambda: np.sum((w - cut(np.sin(v * 2.0))) ** 2) + np.sum(v), {"w": w, "v": v}


def in_no_grad(t):
    with ag.no_grad():
        return t * 2.0


@pytest.mark.parametrize(
    "cut",
    [
        lambda t: t.detach(),
        lambda t: np.exp(t.data),
        lambda t: ag.Tensor(t.data),
        lambda t: t[1].item(),
        lambda t: [float(number) for number in t.data],
        in_no_grad,
    ],
    ids=["detach", "data", "Tensor", "item", "list", "no_grad"],
)
def test_a_branch_is_found_however_it_was_cut(cut):
    f, parameters = branch_by(cut)
    assert rules_of(lint(f, parameters=parameters)) == ["detached"]
    f, parameters = branch_by(lambda t: t)
    assert lint(f, parameters=parameters) == []


def test_a_parameter_that_is_cut_off_altogether_is_told_from_one_that_is_not_used():
    w, used, unused = (ag.Tensor([1.0, 2.0], requires_grad=True, name=name) for name in ("w", "used", "unused"))
    found = lint(lambda: np.sum(w * np.exp(used.data)), parameters=[w, used, unused], ignore=["detached"])
    assert [(f.rule, f.severity) for f in found] == [("no-path", "error"), ("no-path", "warning")]
    assert "used" in found[0].message
    assert "unused" in found[1].message
    assert lint(np.sum(w * used), parameters=[w, used]) == []


def test_stop_gradient_says_that_it_is_meant():
    f, parameters = branch_by(lambda t: ag.stop_gradient(t) * 2.0)
    assert lint(f, parameters=parameters) == []
    f, parameters = branch_by(lambda t: ag.stop_gradient(t) * t.detach())
    assert rules_of(lint(f, parameters=parameters)) == ["detached"]
    assert ag.stop_gradient(np.arange(3.0)).tolist() == [0.0, 1.0, 2.0]


def test_leaves_that_only_the_graph_knows_are_moved_too():
    w = ag.Tensor([1.0, 2.0], requires_grad=True)
    assert rules_of(lint(lambda: np.sum(w * w) * np.max(w.data))) == ["detached"]
    assert rules_of(lint(lambda t: np.sum(t * t) * np.max(t.data), w)) == ["detached"]
    (finding,) = lint(lambda t, u: np.sum(t * t), w, ag.Tensor(1.0, requires_grad=True))
    assert (finding.rule, "argument 1" in finding.message) == ("no-path", True)
    assert w.tolist() == [1.0, 2.0]


def test_a_detached_value_in_the_graph_is_recognised_without_a_function():
    w = ag.Tensor([1.0, 2.0], requires_grad=True)
    h = np.sin(w)
    assert rules_of(lint(np.sum(h * h.detach()))) == ["detached"]
    assert rules_of(lint(np.sum(h * ag.Tensor(h.data)))) == ["detached"]
    assert lint(np.sum(h * h)) == []


class Shifted(nn.Module):
    def __init__(self, shift):
        super().__init__()
        self.inner, self.shift = nn.Linear(4, 3), shift

    def forward(self, x):
        return self.inner(x) + self.shift


def test_a_tensor_that_is_no_parameter_is_found():
    x, labels = numbers(8, 4), np.zeros(8, np.int64)
    bad, good = (Shifted(kind([0.1, 0.2, 0.3])) for kind in (leaf, nn.Parameter))
    found = lint(F.cross_entropy(bad(x), labels))
    assert rules_of(found) == ["unregistered"]
    assert "Shifted.shift, float32[3]" in found[0].message
    assert lint(F.cross_entropy(good(x), labels)) == []
    assert lint(F.cross_entropy(Shifted(np.float32(1.0))(x), labels)) == []


def leaf(values):
    return ag.Tensor(values, requires_grad=True)


# -- shapes


@pytest.mark.parametrize(
    "loss",
    [
        lambda p, y: np.mean((p - y) ** 2),
        lambda p, y: np.mean((y - p) ** 2),
        lambda p, y: np.sum(np.abs(p - y)) / 8,
        lambda p, y: np.mean(np.sum((p - y) ** 2, axis=-1)),
        lambda p, y: np.mean(np.maximum(1 - p * y, 0.0)),
        lambda p, y: np.linalg.norm(p - y),
        lambda p, y: -np.mean(ag.Tensor(y) * np.log(p**2 + 1)),
    ],
)
def test_a_column_against_a_row_is_found_in_any_loss(loss):
    model, x, y = nn.Linear(4, 1), numbers(8, 4), numbers(8, seed=1)
    assert "accidental-broadcast" in rules_of(lint(lambda: loss(model(x), y)))
    assert "accidental-broadcast" in rules_of(lint(lambda: loss(model(x)[:, 0], y.reshape(8, 1))))
    assert "accidental-broadcast" in rules_of(lint(loss(model(x), y)))
    for right in (lambda: loss(model(x)[:, 0], y), lambda: loss(model(x), y.reshape(8, 1))):
        assert lint(right) == []


# -- slopes


def at(*numbers):
    return ag.Tensor(list(numbers), requires_grad=True, dtype=np.float64)


@pytest.mark.parametrize(
    ("op", "f", "bad", "good"),
    [
        ("sqrt", np.sqrt, 0.0, 0.1),
        ("cbrt", np.cbrt, 0.0, 0.1),
        ("log", np.log, 0.0, 0.1),
        ("log1p", np.log1p, -1.0, -0.9),
        ("divide", lambda x: 1.0 / x, 0.0, 0.1),
        ("reciprocal", np.reciprocal, 0.0, 0.1),
        ("power", lambda x: x**0.5, 0.0, 0.1),
        ("power", lambda x: x**-1.0, 0.0, 0.1),
        ("arcsin", np.arcsin, -1.0, 0.9),
        ("arccos", np.arccos, 1.0, 0.9),
        ("arctanh", np.arctanh, 1.0, 0.9),
        ("arccosh", np.arccosh, 1.0, 1.1),
        ("hypot", lambda x: np.hypot(x, x), 0.0, 0.1),
        ("logit", ag.special.logit, 1.0, 0.9),
        ("sqrt", lambda x: np.sqrt(np.var(np.stack([x, x]), axis=0)), 2.0, None),
        ("sqrt", lambda x: np.where(x.data > 0, np.sqrt(np.abs(x)), x), 0.0, 0.1),
    ],
)
def test_the_operation_with_the_infinite_slope_is_named(op, f, bad, good):
    inside = 2.0 if op == "arccosh" else 0.5
    with np.errstate(all="ignore"):
        found = [finding for finding in lint(np.sum(f(at(inside, bad)))) if finding.severity == "error"]
    assert found
    assert {(finding.rule, finding.node.op) for finding in found} <= {("infinite-gradient", op), ("not-finite", op)}
    assert "infinite-gradient" in rules_of(found)
    if good is not None:
        assert lint(np.sum(f(at(good)))) == []


def test_an_infinity_that_is_thrown_away_is_not_reported():
    x = at(-1.0, 4.0)
    assert lint(np.sum(np.sqrt(np.maximum(x, 0.0)))) == []


# -- where it must be silent


def numbers(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def well_made():
    w = ag.Tensor(numbers(5, seed=1), requires_grad=True)
    m = ag.Tensor(numbers(5, 4, seed=2), requires_grad=True)
    y = numbers(5, seed=3)
    yield "all pairs, by None", lambda: np.mean((w[:, None] - y) ** 2)
    yield "all pairs, of keepdims", lambda: np.mean(np.exp(-((np.sum(m, axis=1, keepdims=True) - y) ** 2)))
    yield "distances", lambda: np.mean(np.sum(m**2, axis=1, keepdims=True) + np.sum(m**2, axis=1) - 2 * m @ m.mT)
    yield "columns and rows that are not summed up", lambda: np.mean(np.sin((m[:, :1] - y) @ numbers(5, 2)))
    yield "a stable softmax", lambda: np.mean(stable_softmax(m) ** 2)
    yield "a stable logsumexp", lambda: np.mean(np.log(np.sum(np.exp(m - np.max(m.data, 1, keepdims=True)), axis=1)))
    yield "a stable softplus", lambda: np.mean(np.log1p(np.exp(-np.abs(w))) + np.maximum(w, 0))
    yield "a hinge that is satisfied", lambda: np.mean(np.maximum(1 - 100 * np.abs(w), 0)) + np.sum(w**2)
    yield "a pole that relu hides", lambda: np.sum(np.sqrt(np.maximum(m - 9, 0) + 1e-12))
    yield "a guarded logarithm", lambda: np.sum(np.where(y > 0, np.log(np.where(y > 0, w**2, 1.0)), 0.0))
    yield "masked scores", lambda: np.mean(ag.special.softmax(np.where(y > 0, w, -np.inf), axis=0) ** 2)
    yield "a bell", lambda: np.mean(np.exp(-(w**2)) / np.sum(np.exp(-(w**2))))
    yield "everything in float64", lambda: np.sum(ag.Tensor(np.ones(3), requires_grad=True) * np.sqrt(2.0))
    yield "asked for float64", lambda: np.sum(w.astype(np.float64) * np.sqrt(2.0))
    yield "several results", lambda: sum(np.sum(part**2) for part in np.split(m, 5))
    yield "linear algebra", lambda: np.linalg.slogdet(np.eye(4, dtype=np.float32) * 9 + m.mT @ m)[1]
    yield "a complex signal", lambda: np.sum(np.abs(np.fft.fft(w)) ** 2)
    yield "assignment", lambda: np.sum(assigned(w))


def stable_softmax(m):
    e = np.exp(m - np.max(m.detach(), axis=1, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True)


def assigned(w):
    t = w * 2.0
    t[0] = w[1] ** 2
    return t


@pytest.mark.parametrize("name", [name for name, _ in well_made()])
def test_a_well_made_loss_gives_nothing(name):
    f = dict(well_made())[name]
    for found in (lint(f), lint(f())):
        assert found == [], str(found)


@pytest.mark.parametrize("name", well_made_losses())
def test_the_usual_losses_give_nothing(name):
    f = well_made_losses()[name]
    found = lint(f)
    assert found == [], str(found)
    found = lint(f(), ignore=["detached"] if name == "actor and critic" else [])
    assert found == [], str(found)


def test_a_last_layer_that_starts_at_zero_and_frozen_parameters_are_no_mistake():
    model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3))
    nn.init.zeros_(model[2].weight)
    nn.init.zeros_(model[2].bias)
    model[0].requires_grad_(False)
    optimizer = optim.SGD(model[2].parameters(), lr=0.1)
    found = lint(lambda: F.cross_entropy(model(numbers(8, 4)), np.zeros(8, np.int64)), model=model, optimizer=optimizer)
    assert found == [], str(found)


def test_a_sound_layer_is_not_dead_for_a_unit_that_is_silent_in_one_batch():
    ag.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 64), nn.ReLU(), nn.Linear(64, 3))
    for seed in range(5):
        assert lint(F.cross_entropy(model(numbers(8, 4, seed=seed)), np.zeros(8, np.int64))) == []


def test_some_dead_units_are_counted():
    model = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 3))
    bias = np.zeros(16, np.float32)
    bias[[3, 7, 8, 9]] = -50.0
    model[0].bias.data = bias
    (finding,) = lint(F.cross_entropy(model(numbers(32, 4)), np.zeros(32, np.int64)))
    assert finding.rule == "dead-relu"
    assert "4 of its 16 units" in finding.message
    assert "(3, 7, 8, 9)" in finding.message


# -- the programs that come with the package


@pytest.fixture
def linted(monkeypatch):
    """What lint finds in every loss that a program calls backward on: the first twenty, and each 25th after them."""
    found, calls, backward = [], [], ag.Tensor.backward

    def looking(self, *args, **kwargs):
        calls.append(1)
        if len(calls) <= 20 or len(calls) % 25 == 0:
            found.extend(map(str, lint(self)))
        return backward(self, *args, **kwargs)

    monkeypatch.setattr(ag.Tensor, "backward", looking)
    return found, calls


def test_the_readme_gives_nothing(linted, tmp_path, monkeypatch):
    found, calls = linted
    monkeypatch.chdir(tmp_path)
    exec("\n".join(BLOCK.findall((ROOT / "README.md").read_text())), {"__name__": "readme"})
    assert len(calls) >= 300
    assert found == []


def example(name):
    pytest.importorskip("matplotlib")
    spec = importlib.util.spec_from_file_location(name, ROOT / "examples" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_digits_give_nothing(linted, tmp_path):
    found, calls = linted
    digits = example("digits")
    ag.manual_seed(1)
    model, (training, validation, _) = digits.network(), digits.digits()
    digits.train(model, training, validation, 8, np.random.default_rng(1), tmp_path / "best.npz", [])
    assert len(calls) > 150
    assert found == []
    x, labels = training[0][:64], training[1][:64]
    model.train()
    model.zero_grad()
    assert lint(lambda: nn.CrossEntropyLoss()(model(x), labels), model=model) == []


def test_the_race_gives_nothing(linted):
    found, calls = linted
    race = example("optimizers_race")
    for _, function, start, *_ in race.SURFACES:
        for _, kind, options, rates in race.RACERS.values():
            race.race(function, start, kind, options, rates[0])
    assert len(calls) >= 12 * race.STEPS
    assert found == []


OTHER_PEOPLES_CODE = """
import runpy, sys
import autograd_lite as ag
from autograd_lite import optim
from autograd_lite.testing import lint

found, minimize, backward = [], optim.minimize, ag.Tensor.backward
def looking(self, *args, **kwargs):
    found.append(lint(self, ignore=["loss-not-scalar"]))
    return backward(self, *args, **kwargs)
def minimizing(f, x0, *args, **kwargs):
    start = ag.Tensor(x0, requires_grad=True)
    found.append(lint(f, start, parameters=[start]))
    return minimize(f, x0, *args, **kwargs)
ag.Tensor.backward, optim.minimize = looking, minimizing
runpy.run_path(sys.argv[1], run_name="__main__")
assert len(found) >= 3
print("\\n".join(str(each) for each in found if each), file=sys.stderr)
"""


def test_other_peoples_code_gives_nothing():
    pytest.importorskip("einops")
    run = subprocess.run(
        [sys.executable, "-c", OTHER_PEOPLES_CODE, str(ROOT / "examples" / "array_api.py")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert run.stderr.strip() == ""
