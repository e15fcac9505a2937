"""Formulas are read off from the rules: evaluated as NumPy, they give the numbers that the rules gave."""

import re
import unicodedata
from collections import Counter, OrderedDict
from typing import Any

import numpy as np
import pytest
from ops.samples import SAMPLES, Sample

import autograd_lite as ag
from autograd_lite.graph.explanation import explain
from autograd_lite.graph.steps import backward_steps
from autograd_lite.graph.symbols import named, symbols_of
from autograd_lite.primitive import elementwise, registry

NUMPY: dict[str, Any] = {primitive.name: primitive for primitive in registry.values()}
NUMPY |= {name: getattr(np, name) for name in dir(np) if name[0] != "_" and name != "block"}

NOT_NUMPY = {
    "fft": "by an axis, in other words than NumPy's",
    "slogdet": "of several answers",
    "lstsq": "of several answers",
    "split": "of several answers",
    "gradient": "by words of its own",
    "fold": "by words of its own",
    "pad": "by words of its own",
}
"""Steps of rules that are not written as NumPy has them."""


def values_in(loss: Any, steps: list[Any]) -> dict[str, Any]:
    """All that may stand in formulas, by name; what is not kept is missing."""
    graph = ag.graph.Graph.of(loss, gradients=False)
    names = {id: symbol.text for id, symbol in symbols_of(graph).items()}
    found: dict[str, Any] = {names[graph.nodes[-1].id]: loss.data}
    nodes = ag.graph.steps.nodes_by_recorded(loss, graph)
    for node, here in nodes.items():
        if node.primitive is not None and node.saved is not None:
            for id, value in zip((here.id, *here.arguments), node.saved, strict=True):
                if id is not None and isinstance(value, (np.ndarray, np.generic)):
                    found[names[id]] = value
                if id == here.id and isinstance(value, list):
                    found[names[id]] = value
    found |= {step.symbol.barred.text: step.cotangent for step in steps}
    return {unicodedata.normalize("NFKC", name.replace("∂", "D_")): value for name, value in found.items()}


def evaluated(formula: Any, space: dict[str, Any]) -> Any:
    space = NUMPY | space
    for name, text, _ in formula.where:
        space[name] = eval(text.replace("∂", "D_"), space)
    return eval(formula.text.replace("∂", "D_"), space)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.id)
def test_a_formula_is_what_was_computed(sample: Sample) -> None:
    loss, steps, _ = walked(sample)
    space = values_in(loss, steps)
    for step in steps:
        for sent in step.contributions:
            formula, text = sent.formula, str(sent.formula)
            assert not formula.declared
            parts = [formula.text, *(part for _, part, _ in formula.where)]
            assert all(any(re.search(rf"\b{name}\b", part) for part in parts) for name, *_ in formula.where)
            if "constant (" in text or "mask (" in text or "as its part" in text:
                continue
            if any(word in sample.label or word in text for word in NOT_NUMPY):
                continue
            value = evaluated(formula, space)
            assert np.shape(value) == sent.value.shape, text
            np.testing.assert_allclose(value, sent.value, rtol=1e-5, atol=1e-9, err_msg=text)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.id)
def test_steps_end_with_the_gradients_bit_for_bit(sample: Sample) -> None:
    loss, steps, inputs = walked(sample)
    gradient = cotangent(loss)
    expected = ag.grad(loss, inputs, gradient, allow_unused=True)
    found = {step.node.name: step.gradient for step in steps if step.node.kind != "op"}
    for x, g in zip(inputs, expected, strict=True):
        if g is None:
            assert x.name not in found
        else:
            np.testing.assert_array_equal(found[x.name], g.data)
            assert found[x.name].dtype == g.dtype


def cotangent(loss: Any) -> Any:
    rng = np.random.default_rng(0)
    g = rng.normal(size=loss.shape).astype(loss.dtype)
    return g + 1j * rng.normal(size=loss.shape) if loss.dtype.kind == "c" else g


def walked(sample: Sample) -> tuple[Any, list[Any], list[Any]]:
    tensors = [
        ag.Tensor(array, requires_grad=array.dtype.kind in "fc", name="uvwxyabcde"[i])
        for i, array in enumerate(sample.arrays())
    ]
    loss = sample.call(*tensors)
    if loss._node is None:
        assert sample.primitive == "stop_gradient"
        pytest.skip("no gradient flows")
    return loss, list(backward_steps(loss, cotangent(loss))), [x for x in tensors if x.requires_grad]


# -- how they are written


def formulas(y: Any) -> list[tuple[str, str]]:
    """The formulas of the newest operation."""
    first = next(backward_steps(y, np.ones(y.shape, y.dtype)))
    return [(sent.formula.text, sent.formula.latex) for sent in first.contributions]


def x_of(*shape: int, name: str = "x") -> Any:
    return ag.Tensor(np.linspace(0.5, 1.5, int(np.prod(shape))).reshape(shape), requires_grad=True, name=name)


def test_infix_and_parentheses() -> None:
    x, y = x_of(3), x_of(3, name="y")
    assert formulas(x - y) == [("L̄", r"\bar{L}"), ("-L̄", r"-\bar{L}")]
    assert formulas(x * y) == [("L̄ * y", r"\bar{L} \odot y"), ("L̄ * x", r"\bar{L} \odot x")]
    assert formulas(x / y) == [
        ("L̄ / y", r"\frac{\bar{L}}{y}"),
        ("-(L̄ * L) / y", r"\frac{-\bar{L} \odot L}{y}"),
    ]
    assert formulas(np.tanh(x)) == [("L̄ * (1 - L * L)", r"\bar{L} \odot (1 - L \odot L)")]
    assert formulas(np.sqrt(x)) == [("L̄ * 0.5 / L", r"\frac{\bar{L} \cdot 0.5}{L}")]


def test_matrices() -> None:
    x, w = x_of(2, 3), x_of(3, 4, name="w")
    assert formulas(x @ w) == [
        ("L̄ @ w.T", r"\bar{L} \thinspace w^{T}"),
        ("x.T @ L̄", r"x^{T} \thinspace \bar{L}"),
    ]
    assert formulas(np.stack([x, x])[None].mT)[0][0] == "L̄.mT"


def test_broadcasting_and_casts_are_undone_in_sight() -> None:
    x, b = x_of(2, 3), x_of(3, name="b")
    assert [text for text, _ in formulas(x + b)] == ["L̄", "sum(L̄, axis=(0,))"]
    half = ag.Tensor(np.ones(3, np.float32), requires_grad=True, name="h")
    assert [text for text, _ in formulas(half * np.ones(3))] == ["astype(L̄ * c1, float32)"]


def test_an_index_is_written_as_numpy_takes_it() -> None:
    x = x_of(3, 4)
    assert formulas(x[1:, 0])[0][0] == "scatter_add(L̄, s_[1:, 0], (3, 4))"
    assert formulas(x[[0, 2]])[0][0] == "scatter_add(L̄, c1, (3, 4))"


def test_long_parts_get_a_name() -> None:
    x = ag.Tensor(np.ones(3), requires_grad=True, name="t1")  # so that the first name is taken
    y = np.interp(x, np.arange(4.0), x_of(4, name="f"))
    found = [sent.formula for step in backward_steps(y, np.ones(3)) for sent in step.contributions]
    names = [name for formula in found for name, _, _ in formula.where]
    assert names
    assert "t1" not in names
    assert all(len(text) < 500 for formula in found for text in (formula.text, *(t for _, t, _ in formula.where)))


def test_constants_are_computed_with_in_sight() -> None:
    assert formulas(x_of(2) ** np.array([2.0, 3.0]))[0][0] == "L̄ * (c1 * x ** (c1 - 1))"


def test_one_array_with_two_names() -> None:
    array = np.ones(2)
    x, y = (ag.Tensor(array, requires_grad=True, name=name) for name in "xy")
    x._data = y._data = array
    assert [text for text, _ in formulas(x * y)] == ["L̄ * y", "L̄ * x"]


def test_what_gives_what_it_was_given_is_not_written() -> None:
    def tripled(x: Any) -> Any:
        return 3 * x

    try:
        y = elementwise(tripled, lambda v, _ans, _x: np.real(v) * 3, math="dy = 3 dx")(x_of(2))
        assert formulas(y) == [("L̄ * 3", r"\bar{L} \cdot 3")]
    finally:
        del registry[tripled]


def test_fused_operations_show_what_they_declare() -> None:
    x, w, b = x_of(2, 3), x_of(4, 3, name="w"), x_of(4, name="b")
    with ag.fusion(True):
        y = ag.nn.functional.linear(x, w, b)
    found = next(backward_steps(y, np.ones((2, 4)))).contributions
    assert {sent.formula.text for sent in found} == {"Y = X Wᵀ + b;  X̄ = Ȳ W,  W̄ = Ȳᵀ X,  b̄ = Σ Ȳ"}
    assert all(sent.formula.declared for sent in found)
    with ag.fusion(False):
        y = ag.nn.functional.linear(x, w, b)
    assert not any(sent.formula.declared for step in backward_steps(y, np.ones((2, 4))) for sent in step.contributions)


def test_a_rule_that_takes_no_tensors_shows_what_it_declares() -> None:
    def cubed(x: Any) -> Any:
        return x**3

    def rule(v: Any, _ans: Any, x: Any) -> Any:
        if not isinstance(x, np.ndarray):
            raise TypeError("arrays only")
        return 3 * v * x * x

    try:
        y = elementwise(cubed, rule, math="dy = 3x² dx")(x_of(2))
        (sent,) = next(backward_steps(y, np.ones(2))).contributions
        assert (sent.formula.text, sent.formula.declared) == ("dy = 3x² dx", True)
    finally:
        del registry[cubed]


def test_working_out_a_formula_changes_nothing() -> None:
    calls: Counter[str] = Counter()
    x = x_of(3)
    y = np.sin(x) * np.exp(x)
    before = {id(node): node.saved for node in ag.graph.reading.leading_to([y._node])}
    for step in backward_steps(y, np.ones(3)):
        for sent in step.contributions:
            expected = sent.value.copy()
            calls[sent.formula.text] += 1
            np.testing.assert_array_equal(sent.value, expected)
    assert before == {id(node): node.saved for node in ag.graph.reading.leading_to([y._node])}
    assert sum(calls.values()) == 4
    assert x.grad is None


# -- symbols


@pytest.mark.parametrize(
    ("name", "text", "latex", "bar", "bar_latex"),
    [
        ("x", "x", "x", "x̄", r"\bar{x}"),
        ("z12", "z12", "z_{12}", "z̄12", r"\bar{z}_{12}"),
        ("w_ih", "w_ih", r"w_{\mathrm{ih}}", "w̄_ih", r"\bar{w}_{\mathrm{ih}}"),
        ("β", "β", r"\beta", "β̄", r"\bar{\beta}"),
        ("loss", "loss", r"\mathrm{loss}", "∂loss", r"\overline{\mathrm{loss}}"),
        ("a.weight_g", "a.weight_g", r"\mathrm{a.weight}_{\mathrm{g}}", "∂a.weight_g",
         r"\overline{\mathrm{a.weight}_{\mathrm{g}}}"),
        ("重み", "重み", r"\text{重み}", "∂重み", r"\overline{\text{重み}}"),
    ],
)  # fmt: skip
def test_symbols(name: str, text: str, latex: str, bar: str, bar_latex: str) -> None:
    symbol = named(name)
    assert (symbol.text, symbol.latex) == (text, latex)
    assert (symbol.barred.text, symbol.barred.latex) == (unicodedata.normalize("NFC", bar), bar_latex)


def test_names_that_are_no_names_get_letters() -> None:
    x = ag.Tensor([1.0], requires_grad=True, name="<script>")
    y = ag.Tensor([1.0], requires_grad=True, name="x1")
    assert [value.symbol.text for value in explain((x * y).sum()).values] == ["x2", "x1"]


def test_names_that_several_have_are_told_apart() -> None:
    x, y = (ag.Tensor([1.0], requires_grad=True, name="x") for _ in range(2))
    assert [value.symbol.text for value in explain((x * y).sum()).values] == ["x_1", "x_2"]
    model = ag.nn.Sequential(ag.nn.Linear(2, 2), ag.nn.Linear(2, 2))
    found = [value.symbol.text for value in explain(model(np.ones((1, 2), np.float32)).sum()).values]
    assert [name for name in found if "weight" in name] == ["weight_0", "weight_1"]
    named_layers = ag.nn.Sequential(OrderedDict(a=ag.nn.Linear(2, 2), b=ag.nn.Linear(2, 2)))
    found = [value.symbol.text for value in explain(named_layers(np.ones((1, 2), np.float32)).sum()).values]
    assert [name for name in found if "weight" in name] == ["a.weight", "b.weight"]


def test_variables_and_constants_are_called_as_in_the_program() -> None:
    data = np.ones((2, 3))
    w = ag.Tensor(np.ones(3), requires_grad=True)
    with ag.graph.details():
        hidden = data @ w
        loss = (1 - hidden).sum()
    found = str(explain(loss))
    assert "hidden = data @ x1" in found
    assert "z1 = 1 - hidden" in found
    assert "∂hidden = -z̄1" in found
