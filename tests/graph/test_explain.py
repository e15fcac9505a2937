"""The chain rule written out: a text for a class, LaTeX that is taken, names that are shown as text."""

import gc
import re
import runpy
import warnings
import weakref
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.graph import Explanation, explain
from autograd_lite.graph.equations import latex_numbers
from autograd_lite.graph.markdown import as_text
from autograd_lite.graph.numbers import shown_array, shown_number, shown_statistics
from autograd_lite.graph.statistics import statistics_of
from autograd_lite.graph.written import operands_of

from .golden_text import check_golden
from .latex_samples import covering


def logistic_regression() -> tuple[Any, Any, Any]:
    X = np.array([[0.5, 1.5], [1.0, -1.0], [-1.5, 0.5], [2.0, 1.0]])
    y = np.array([1.0, 0.0, 0.0, 1.0])
    w = ag.Tensor(np.array([0.5, -0.25]), requires_grad=True, name="w")
    b = ag.Tensor(np.array(0.125), requires_grad=True, name="b")
    with ag.graph.details():
        p = ag.sigmoid(X @ w + b)
        loss = -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean()
    return loss, w, b


@pytest.mark.smoke
def test_logistic_regression() -> None:
    loss, w, b = logistic_regression()
    explanation = explain(loss)
    check_golden("explained.txt", f"{explanation}\n")
    check_golden("explained.md", explanation.markdown())
    gradients = ag.grad(loss, [w, b])
    ends = [str(equation).rpartition(" = ")[2] for equation in explanation.gradients]
    assert ends == [shown_array(g.data) for g in gradients[::-1]]


def test_the_page_shows_what_its_program_prints(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = (Path(__file__).parents[2] / "docs" / "explain.md").read_text(encoding="utf-8")
    program, shown = (re.search(f"```{kind}\n(.*?)```", page, re.DOTALL)[1] for kind in ("python", "text"))
    path = tmp_path / "program.py"
    path.write_text(program, encoding="utf-8")  # where lines are known
    runpy.run_path(str(path))
    assert capsys.readouterr().out == shown


def test_without_numbers() -> None:
    text = str(explain(logistic_regression()[0], numbers=False))
    assert "∂loss = 1\n" in text
    assert "z̄2 = p̄ * (p * (1 - p))\n" in text
    assert "0.125" not in text
    assert "Notes" not in text
    x = ag.Tensor([1.0, 2.0], requires_grad=True, name="x")
    assert "L̄ = 1" not in str(explain(x * x, numbers=False, gradient=np.ones(2)))


def test_it_is_a_sequence_of_steps() -> None:
    loss, *_ = logistic_regression()
    explanation = explain(loss)
    assert isinstance(explanation, Explanation)
    steps = [*explanation]
    assert len(steps) == len(explanation) == 11
    assert [step.id for step in steps] == [s.node.id for s in ag.graph.backward_steps(loss) if s.node.kind == "op"]
    assert str(steps[0]) == "loss = -z9\n  ∂loss = 1.0\n  z̄9 = -∂loss = -1.0"
    assert repr(explanation) == "<Explanation of 11 steps>"
    assert explanation._repr_markdown_() == explanation.markdown()


def test_a_leaf_that_is_used_often_gets_a_sum() -> None:
    x = ag.Tensor([1.0, 2.0], requires_grad=True, name="x")
    (gradient,) = explain((x * x + np.sin(x)).sum()).gradients
    assert str(gradient) == "x̄ = z̄2 * cos(x) + z̄1 * x + z̄1 * x = [2.5403, 3.58385]"
    (gradient,) = explain(sum((np.sin(x) for _ in range(20)), start=np.zeros(2)).sum()).gradients
    assert "(13 more)" in str(gradient)
    assert str(gradient).count("cos(x)") == 7
    (gradient,) = explain((np.exp(x) - x).sum()).gradients
    assert str(gradient).startswith("x̄ = -z̄2 + z̄1 * z1 = ")
    (gradient,) = explain((x - np.cos(x)).sum()).gradients
    assert str(gradient).startswith("x̄ = z̄2 - z̄1 * sin(x) = ")


def test_the_numbers_are_those_of_grad() -> None:
    rng = np.random.default_rng(0)
    x = ag.Tensor(rng.normal(size=(3, 2)), requires_grad=True, name="x")
    w = ag.Tensor(rng.normal(size=(2, 2)), requires_grad=True, name="w")
    loss = (np.tanh(x @ w) @ w + x).std()
    found = {equation.left.text: equation.numbers for equation in explain(loss).gradients}
    gx, gw = ag.grad(loss, [x, w])
    assert found == {"x̄": shown_array(gx.data), "w̄": shown_array(gw.data)}
    assert x.grad is None


def test_fused_operations_say_their_rule_once() -> None:
    ag.manual_seed(0)
    layer = ag.nn.Linear(2, 1)
    with ag.fusion(True):
        loss = layer(np.ones((3, 2), np.float32)).sum()
    text = str(explain(loss))
    assert text.count("W̄ = Ȳᵀ X") == 1
    assert "linear: one operation here" in text
    assert "∂weight = [[3.0, 3.0]]" in text
    assert "∂weight = by the rule" in str(explain(loss, numbers=False))
    assert r"by the rule $Y = X\thinspace W^{T} + b" in explain(loss).markdown()


def test_what_is_not_kept_is_said() -> None:
    x = ag.Tensor([1.0, 2.0], requires_grad=True, name="x")
    text = str(explain((x + 3.0).sum()))
    assert "z1 = x + …" in text
    assert "… stands for an argument that no rule reads" in text
    assert "values without numbers are not kept" in text
    with ag.graph.details():
        loss = (x + 3.0).sum()
    text = str(explain(loss))
    assert "z1 = x + 3.0 = [4.0, 5.0]" in text
    assert "Notes" not in text


def test_constants_are_shown_as_they_are_written() -> None:
    y, x = np.array([1.0, 0.0]), ag.Tensor([1.0, 2.0], requires_grad=True, name="x")
    with ag.graph.details():
        loss = ((1 - y) * x * y).sum()
    text = str(explain(loss))
    assert "c1  constant '1 - y' (2,) float64 = [0.0, 1.0]\n" in text
    assert "z2 = z1 * y" in text


def test_operations_that_give_several() -> None:
    x = ag.Tensor(np.arange(6.0), requires_grad=True, name="x")
    a, b = np.split(x, 2)
    text = str(explain((a * b).sum()))
    assert "  z2 = z1[0] = [0.0, 1.0, 2.0]\n" in text
    assert "concat([z̄1[0], z̄1[1]], axis=0)" in text


def test_the_text_is_the_same_each_time() -> None:
    def once() -> str:
        x = ag.Tensor([1.0, 2.0], requires_grad=True, name="x")
        return str(explain(ag.checkpoint(np.sin, x).sum()))

    assert once() == once()
    assert "by the rule  the rules of what is run again" in once()


def test_large_graphs() -> None:
    x = y = ag.Tensor(np.ones(50), requires_grad=True, name="x")
    for i in range(500):
        y = np.sin(y) * 1.01 if i % 2 else y + x
    explanation = explain(y.sum())
    assert len(explanation) == 751
    assert max(map(len, str(explanation).splitlines())) < 200
    assert max(map(len, explanation.markdown().splitlines())) < 300


def test_it_keeps_no_graph_alive_and_changes_nothing() -> None:
    loss, w, _ = logistic_regression()
    expected = ag.grad(loss, w, retain_graph=True)[0].data
    node = weakref.ref(loss._node)
    explanation = explain(loss)
    loss.backward()
    np.testing.assert_array_equal(w.grad, expected)
    del loss
    gc.collect()
    assert node() is None
    assert len(str(explanation)) > 1000


def test_a_leaf_alone() -> None:
    x = ag.Tensor([2.0], requires_grad=True, name="x")
    assert str(explain(x)) == "Values\n  x  parameter (1,) float32 = [2.0]\n\nGradients\n  x̄ = [1.0]"


def test_errors_are_those_of_the_walk() -> None:
    with pytest.raises(TypeError, match="walks from a Tensor"):
        explain(3.0)  # type: ignore[arg-type]
    x = ag.Tensor([1.0, 2.0], requires_grad=True)
    with pytest.raises(RuntimeError, match="only a single element"):
        explain(x * x)
    y = (x * x).sum()
    y.backward()
    with pytest.raises(RuntimeError, match="retain_graph=True"):
        explain(y)


# -- LaTeX and Markdown


def formulas_in(markdown: str) -> list[str]:
    """All formulas, line by line."""
    blocks = re.findall(r"\$\$\n\\begin\{aligned\}\n(.*?)\n\\end\{aligned\}\n\$\$", markdown, re.DOTALL)
    assert blocks
    rest = re.sub(r"\$\$.*?\$\$", "", markdown, flags=re.DOTALL)
    return [line.replace("&", "") for block in blocks for line in block.split(" \\cr\n")] + re.findall(
        r"\$(.+?)\$", rest
    )


def a_bit_of_everything(name: str = "x") -> Any:
    rng = np.random.default_rng(1)
    x = ag.Tensor(rng.normal(size=(3, 4)), requires_grad=True, name=name)
    a, b = np.split(np.tanh(x @ x.mT + 1e-7 * x[:, :3]), [1], axis=1)
    total = (
        np.sqrt(np.abs(a)).sum() + (b**2 / (1 + np.exp(b))).mean() + np.std(x, axis=0).max() + (1j * x[0]).imag.sum()
    )
    layer = ag.nn.LayerNorm(4, dtype=np.float64)
    return total + layer(x).sum() + np.linalg.norm(np.where(x > 0, x, 2 * x)) + np.concatenate([x, x]).prod()


def test_latex_is_taken_by_mathtext() -> None:
    mathtext = pytest.importorskip("matplotlib.mathtext").MathTextParser("path")
    found = formulas_in(explain(a_bit_of_everything()).markdown())
    found += formulas_in(explain(logistic_regression()[0]).markdown())
    assert len(found) > 100
    assert all(formula.isascii() for formula in found)
    for formula in covering(found):
        mathtext.parse(f"${formula}$")


HOSTILE = [
    "</script><script>alert(1)</script>", "$$ \\end{aligned} $$", "| a | b |", "`x` *y* _z_", "a\nb\r\n# title", "&lt;",
    "\\def\\x{y}", "x" * 1000, "", "日本 🙂", "1e5", "∂x", "x̄", "a.b.c", "__x__", "%", "{", "\u202egnp.exe",
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_names_are_shown_as_text(name: str) -> None:
    mathtext = pytest.importorskip("matplotlib.mathtext").MathTextParser("path")
    explanation = explain(a_bit_of_everything(name))
    markdown, text = explanation.markdown(), explanation.text()
    assert "<" not in markdown.replace(" < ", "")
    assert "alert(1)" not in markdown
    assert markdown.count("$$") == explain(a_bit_of_everything("x")).markdown().count("$$")
    row = next(line for line in markdown.splitlines() if line.startswith("| $"))
    assert row.count("|") == 5
    assert len(text.splitlines()) == len(explain(a_bit_of_everything("x")).text().splitlines())
    with warnings.catch_warnings(action="ignore"):  # its font has not all letters
        for symbol in re.findall(r"^\| \$(.+?)\$", markdown, re.MULTILINE):
            mathtext.parse(f"${symbol}$")


def test_names_of_operations_are_shown_as_text() -> None:
    def function(x: Any) -> Any:
        return x * 2

    function.__name__ = "<b>$\n\\evil{</b>"
    double = ag.custom_vjp(function)
    double.defvjp(lambda x: (double(x), None), lambda _, g: (2 * g,))
    x = ag.Tensor([1.0], requires_grad=True, name="x")
    markdown = explain(double(x).sum()).markdown()
    assert "<b>" not in markdown
    assert "\\evil" not in markdown
    assert markdown.count("$") % 2 == 0
    text = str(explain(double(x).sum()))
    assert "z1 = <b>$\\n\\evil{</b>(x)\n" in text


def test_text_in_markdown() -> None:
    assert as_text("a|b <c> $d$ é") == "a&#124;b &#60;c&#62; &#36;d&#36; é"
    assert as_text("\n\u202e") == "&#92;n&#92;u202e"


def test_numbers_in_latex() -> None:
    assert latex_numbers("[1.5, -2e-07]") == r"[1.5, -2 \cdot 10^{-7}]"
    assert latex_numbers("[nan, inf, 1e+20]") == r"[\mathrm{nan}, \mathrm{inf}, 1 \cdot 10^{20}]"
    assert latex_numbers("(5, 4) of norm 2.0: 1.0, ...") == r"\text{(5, 4) of norm 2.0: 1.0, ...}"
    assert latex_numbers("") == ""


# -- numbers and names


def test_numbers_in_short() -> None:
    assert shown_array(np.float32(0.1)) == "0.1"
    assert shown_array(np.array([1, 2])) == "[1, 2]"
    assert shown_array(np.array([-0.0, np.nan, np.inf, 1e-20])) == "[0.0, nan, inf, 1e-20]"
    assert shown_array(np.array([1 + 2j])) == "[1+2j]"
    assert shown_array(np.zeros((2, 0))) == "empty (2, 0)"
    assert (
        shown_array(np.ones((2, 3, 2)))
        == "[[[1.0, 1.0], [1.0, 1.0], [1.0, 1.0]], [[1.0, 1.0], [1.0, 1.0], [1.0, 1.0]]]"
    )
    assert shown_array(np.full((4, 4), 2.0)) == "(4, 4) of norm 8.0: 2.0, 2.0, 2.0, 2.0, ..."
    assert shown_array([None, np.ones(1)]) == "nothing; [1.0]"
    assert shown_number(123456789.0) == "1.23457e+08"
    assert shown_number(True) == "True"


def test_the_gradient_of_a_complex_value_is_the_conjugate_of_what_reached_it() -> None:
    z = ag.Tensor(np.array([1 + 2j, 3 - 1j]), requires_grad=True, name="z")
    loss = (z * np.conj(z)).real.sum()
    explanation = ag.graph.explain(loss)
    assert str(explanation.gradients[0]) == "conjugate(z̄) = conjugate(z̄2 * z1 + conjugate(z̄1)) = [2+4j, 6-2j]"
    assert [str(each) for each in explanation.steps[-1].sent + explanation.steps[-2].sent[:1]] == [
        "z̄ += conjugate(z̄1) = [1-2j, 3+1j]",
        "z̄ = z̄2 * z1 = [1-2j, 3+1j]",
    ]
    assert r"\overline{\bar{z}} &= \overline{\bar{z}_{2}" in explanation.markdown()
    assert "the gradient of a complex value is the conjugate of the derivative by it" in explanation.notes
    loss.backward()
    assert z.grad.numpy().tolist() == [2 + 4j, 6 - 2j]
    alone = ag.Tensor(1j, requires_grad=True)
    assert "conjugate(L̄) = 2+1j" in str(ag.graph.explain(alone, gradient=2 + 1j))


def test_values_are_known_from_their_statistics() -> None:
    for array in (np.array([[1.0, 2.5], [3.0, 0.0]]), np.float64(3.5), np.arange(6.0).reshape(1, 2, 3)):
        array = np.asarray(array)
        about = ag.graph.Array(array.shape, array.dtype.name)
        assert shown_statistics(statistics_of(array), about) == shown_array(array)
    large = np.ones((10, 10))
    assert shown_statistics(statistics_of(large), ag.graph.Array((10, 10), "float64")) == "(10, 10) of norm 10.0"
    broken = np.array([np.nan, 1.0])
    assert shown_statistics(statistics_of(broken), ag.graph.Array((2,), "float64")) == "(2,) with 1 NaN"
    broken = np.array([np.nan, -np.inf, np.inf])
    shown = shown_statistics(statistics_of(broken), ag.graph.Array((3,), "float64"))
    assert shown == "(3,) with 1 NaN and 2 infinite"
    assert shown_statistics(statistics_of(np.array([1j])), ag.graph.Array((1,), "complex128")) == "(1,) of norm 1.0"


def test_operands_as_they_are_written() -> None:
    assert operands_of("matmul", "X @ w") == ("X", "w")
    assert operands_of("subtract", "1 - self.p") == ("1", "self.p")
    assert operands_of("multiply", "X @ w") == ()
    assert operands_of("sigmoid", "ag.sigmoid(z)") == ("z",)
    assert operands_of("relu", "ag.sigmoid(z)") == ()
    assert operands_of("add", r"f('\d') + x") == (r"f('\\d')", "x")
    for odd in (
        "",
        "a b",
        "(",
        "add(*x)",
        "x if y else z",
        "(" * 300,
        "x" * 1000,
        "lambda: 3",
        "f(x)(y)",
        "-" * 490 + "x + y",
    ):
        assert operands_of("add", odd) == ()
