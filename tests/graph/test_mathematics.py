"""Every operation says its rule as mathematics, and all of it can be shown as LaTeX and as MathML."""

import re
import unicodedata
from importlib import import_module
from pkgutil import walk_packages
from xml.etree import ElementTree

import pytest

from autograd_lite.graph.mathematics import latex, mathml
from autograd_lite.graph.notation import parse
from autograd_lite.primitive import Primitive, registry

from .latex_samples import covering


def all_primitives() -> list[Primitive]:
    for package in ("ops", "kernels", "linalg", "special", "fft", "batching"):
        folder = import_module(f"autograd_lite.{package}")
        for info in walk_packages(folder.__path__, f"{folder.__name__}."):
            import_module(info.name)
    import_module("autograd_lite.nn.backward_hooks")
    return [*registry.values()]


PRIMITIVES = all_primitives()
RULES = sorted({primitive.math for primitive in PRIMITIVES})


@pytest.mark.smoke
def test_every_operation_says_its_rule() -> None:
    assert len(PRIMITIVES) > 220
    assert [primitive.name for primitive in PRIMITIVES if not primitive.math] == []


def test_fused_operations_say_what_goes_backward() -> None:
    silent = [p.name for p in PRIMITIVES if p.kind == "fused" and "\u0304" not in unicodedata.normalize("NFD", p.math)]
    assert silent == []


@pytest.mark.parametrize("primitive", PRIMITIVES, ids=lambda primitive: primitive.name)
def test_rules_are_written_in_one_way(primitive: Primitive) -> None:
    """− and √ and superscripts, not what a keyboard has for them; composed letters; no name of a function as a word."""
    math = primitive.math
    assert unicodedata.normalize("NFC", math) == math
    assert re.search(r"sqrt|\^|'|∘| - |(?<![a-z])-(?![a-z])", math) is None
    words = {word for atom in parse(math) if atom.kind == "words" for word in atom.text.split()}
    assert all(re.fullmatch("[A-Za-z]+", word) for word in words)


# -- LaTeX


def test_latex() -> None:
    assert latex("dY = dA B + A dB;  Ā = Ȳ Bᵀ") == (
        r"\mathrm{d}Y = \mathrm{d}A\thinspace B + A\thinspace \mathrm{d}B;\quad \bar{A} = \bar{Y}\thinspace B^{T}"
    )
    assert latex("x̄ᵢ₊₁² = √(2π) √x exp(−|ψ′|)") == (
        r"\bar{x}_{i+1}^{2} = \sqrt{2\pi}\thinspace \sqrt{x}\thinspace \exp (-\vert \psi^{\prime}\vert )"
    )
    assert latex("below a diagonal, a dx_first") == r"\text{below a diagonal}, a\thinspace \mathrm{d}x_{\text{first}}"
    assert latex("Σᵢ mean(x), the mean of x") == r"\sum_{i} \mathrm{mean}(x),\ \text{the mean of}\ x"


def test_latex_of_what_is_not_closed_or_not_a_letter() -> None:
    assert latex("√(x + y") == r"\sqrt{x + y}"
    assert latex("d log x, d|x|, d x") == r"\mathrm{d}\thinspace \log x, \mathrm{d}\vert x\vert , d\thinspace x"


def test_latex_of_all_rules_is_taken_by_mathtext() -> None:
    mathtext = pytest.importorskip("matplotlib.mathtext")
    parser = mathtext.MathTextParser("path")
    formulas = [latex(rule) for rule in RULES]
    for text in formulas:
        assert text.isascii()
        assert text.count("{") == text.count("}")
    chosen = covering(formulas)
    assert len(chosen) > 30
    for text in chosen:
        parser.parse(f"${text}$")


# -- MathML


def shown_text(markup: str) -> str:
    """What stands in a piece of MathML, in the letters of rules and without spaces."""
    text = "".join(ElementTree.fromstring(markup).itertext())
    return re.sub(r"\s", "", text.translate({ord("∑"): "Σ", ord("∏"): "Π"}))


def plain_text(rule: str) -> str:
    """What a rule says without the marks of its language."""
    text = "".join(unicodedata.normalize("NFD", c) if c not in "≠" else c for c in rule).replace("\u0304", "¯")
    text = "".join(unicodedata.normalize("NFKC", c) if unicodedata.decomposition(c)[:5] in ("<sub>", "<supe") else c
                   for c in text)  # fmt: skip
    while "√(" in text:
        start = end = text.index("√(") + 2
        depth = 1
        while depth:
            depth += {"(": 1, ")": -1}.get(text[end], 0)
            end += 1
        text = text[: start - 2] + text[start : end - 1] + text[end:]
    return re.sub(r"[\s√]|_(?=\w)", "", text)


@pytest.mark.parametrize("primitive", PRIMITIVES, ids=lambda primitive: primitive.name)
def test_mathml_says_what_the_rule_says(primitive: Primitive) -> None:
    assert shown_text(mathml(primitive.math)) == plain_text(primitive.math)


def test_mathml() -> None:
    assert mathml("y = √2 xᵢ² where x > 0;  ȳ = 0, 1") == (
        '<span class="math"><math><mi>y</mi><mo>=</mo><msqrt><mn>2</mn></msqrt><mspace width="0.2em"/>'
        "<msubsup><mi>x</mi><mrow><mi>i</mi></mrow><mrow><mn>2</mn></mrow></msubsup></math> where "
        "<math><mi>x</mi><mo>&gt;</mo><mn>0</mn></math>; "
        '<math><mover accent="true"><mi>y</mi><mo stretchy="false">¯</mo></mover><mo>=</mo><mn>0</mn></math>, '
        "<math><mn>1</mn></math></span>"
    )


def test_mathml_keeps_brackets_together() -> None:
    assert mathml("Y = [A, B, the rest], C").count("<math>") == 2
    assert "<mtext>the rest</mtext>" in mathml("Y = [A, B, the rest], C")


HOSTILE = ["", " ", "√", "√(", "√√(x", "x_", "_", "^", "ᵀ", "'", "<script>alert(1)</script>", "\\evil{$$}%",
           "x\u0304\u0304",
           "\u0304", "日本 🙂", "((((", "))))", "& < > \"", "a" * 5000, "√(" * 5000]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_anything_is_shown_as_text(text: str) -> None:
    mathtext = pytest.importorskip("matplotlib.mathtext")
    ElementTree.fromstring(mathml(text))
    found = latex(text)
    assert found.isascii()
    if found and len(found) < 1000:
        mathtext.MathTextParser("path").parse(f"${found}$")


def test_a_script_in_a_rule_is_text() -> None:
    assert "<script" not in mathml("<script>alert(1)</script>")
    assert latex(r"\evil{$") == r"\backslash \text{evil}\lbrace \$"
