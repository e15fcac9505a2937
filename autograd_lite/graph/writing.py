"""Calls of operations as they are written: infix where Python has it, else by their NumPy names.

>>> from autograd_lite.graph.writing import Part, call
>>> import numpy as np
>>> from autograd_lite.primitive import registry
>>> x, y = Part.of("x", "x", 2), Part.of("y", "y", 2)
>>> total = call(registry[np.add], [x, y], {}, 2)
>>> call(registry[np.multiply], [total, y], {}, 2).text
'(x + y) * y'
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy import ndarray

from ..primitive import Primitive
from .notation import COMMANDS
from .notes import options_of, shown
from .numbers import shown_number
from .text import printable

LONG = 60
"""What is longer gets a name before it is used in something else."""

SUM, PRODUCT, SIGN, POWER, WHOLE = range(5)
"""How strongly a piece holds together."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a formula.

    Attributes:
        text, latex: how it is written.
        level, latex_level: how strongly it holds together, in either.
        ndim: how many axes its value has.
        uses: names of pieces that are defined elsewhere.
    """

    text: str
    latex: str
    level: int
    latex_level: int
    ndim: int
    uses: frozenset[str] = frozenset()

    @classmethod
    def of(cls, text: str, latex: str, ndim: int = 0, uses: frozenset[str] = frozenset()) -> Part:
        """A piece that needs no parentheses."""
        return cls(text, latex, WHOLE, WHOLE, ndim, uses)

    def inside(self, least: int) -> str:
        """The text, in parentheses if it does not hold together so strongly."""
        return self.text if self.level >= least else f"({self.text})"

    def latex_inside(self, least: int) -> str:
        """The same in LaTeX."""
        return self.latex if self.latex_level >= least else f"({self.latex})"


def constant(value: Any) -> Part:
    """What is written for a value that no formula is known for."""
    if isinstance(value, (ndarray, np.generic)) and np.ndim(value):
        if value.dtype.kind in "fc" and value.size and not value.any():
            return Part.of(f"zeros({value.shape})", r"\mathbf{0}", value.ndim)
        what = "mask" if value.dtype == np.bool_ else "constant"
        return Part.of(f"{what} {value.shape}", rf"\mathrm{{{what}}}", value.ndim)
    if isinstance(value, (bool, int, float, complex, ndarray, np.generic)):
        text = shown_number(value.item() if isinstance(value, (ndarray, np.generic)) else value)
        if np.iscomplexobj(value):
            return Part.of(f"({text})", f"({text})")
        level = SIGN if text.startswith("-") else WHOLE
        return Part(text, text, level, level, 0)
    text = printable(value.name if isinstance(value, np.dtype) else shown(value))
    if isinstance(value, slice) or (isinstance(value, tuple) and any(isinstance(x, slice) or x is ... for x in value)):
        text = f"s_[{text.strip('()').rstrip(',').replace('Ellipsis', '...')}]"  # as NumPy spells an index by itself
    return Part.of(text, rf"\text{{{plain(text)}}}")


def item(part: Part, i: int) -> Part:
    """One of several."""
    return Part.of(f"{part.inside(WHOLE)}[{i}]", f"{part.latex_inside(WHOLE)}[{i}]", 0, part.uses)


def plain(text: str) -> str:
    r"""Text for inside of \text{}: signs that mean something to LaTeX are left out or replaced."""
    return text.translate(_PLAIN)


_PLAIN = str.maketrans(r"\{}<>&_~", "/()()+ -", "$#%^")

_INFIX = {"add": ("+", SUM), "subtract": ("-", SUM), "multiply": ("*", PRODUCT), "divide": ("/", PRODUCT),
          "matmul": ("@", PRODUCT)}  # fmt: skip
_OF_A_LIST = {"concat", "stack"}  # recorded with each array as an argument
_FLIPPED = {"matrix_transpose", "transpose", "swapaxes"}


def call(primitive: Primitive, operands: Sequence[Any], kwargs: dict[str, Any], ndim: int) -> Part:
    """How the call of an operation is written, which gives an array of `ndim` axes.

    Args:
        primitive: the operation.
        operands: a Part for each argument, or a list or tuple of them.
        kwargs: the keyword arguments.
        ndim: of the answer.
    """
    name = primitive.name
    flat = [part for each in operands for part in (each if isinstance(each, (list, tuple)) else [each])]
    uses = frozenset().union(*(part.uses for part in flat)) if flat else frozenset()
    x = flat[0] if flat else constant("")
    if name in _INFIX and len(flat) == 2 and not kwargs:
        return _infix(name, x, flat[1], ndim, uses)
    if name == "negative":
        return Part(f"-{x.inside(SIGN)}", f"-{x.latex_inside(PRODUCT)}", SIGN, SIGN, ndim, uses)
    if name == "power" and len(flat) == 2:
        y = flat[1]
        latex = f"{x.latex_inside(WHOLE)}^{{{y.latex}}}" if "^" not in x.latex else f"({x.latex})^{{{y.latex}}}"
        return Part(f"{x.inside(WHOLE)} ** {y.inside(WHOLE)}", latex, POWER, POWER, ndim, uses)
    if name in _FLIPPED and ndim == x.ndim and (name == "matrix_transpose" or ndim == 2):
        raised = "^" in x.latex or x.latex_level < WHOLE
        latex = f"({x.latex})^{{T}}" if raised else f"{x.latex}^{{T}}"
        return Part.of(f"{x.inside(WHOLE)}.{'T' if ndim == 2 else 'mT'}", latex, ndim, uses)
    if name == "getitem":
        index = flat[1].text if len(flat) > 1 else ""
        index = index.removeprefix("s_")[1:-1].rstrip(",") if index.startswith(("(", "s_[")) else index
        return Part.of(f"{x.inside(WHOLE)}[{index}]", rf"{x.latex_inside(WHOLE)}[\text{{{plain(index)}}}]", ndim, uses)
    return _by_name(primitive, operands, kwargs, ndim, uses)


def _infix(name: str, x: Part, y: Part, ndim: int, uses: frozenset[str]) -> Part:
    sign, level = _INFIX[name]
    right = SUM if name == "add" else PRODUCT if level == SUM else POWER
    text = f"{x.inside(level)} {sign} {y.inside(right)}"
    if name == "divide":
        return Part(text, rf"\frac{{{x.latex}}}{{{y.latex}}}", level, PRODUCT, ndim, uses)
    sign = {"multiply": r"\odot" if x.ndim and y.ndim else r"\cdot", "matmul": r"\thinspace"}.get(name, sign)
    # Products associate, to the eye: only the text has all parentheses of the order in which they are computed.
    right = POWER if y.latex_level == SIGN else SUM if name == "add" else PRODUCT
    latex = f"{x.latex_inside(level)} {sign} {y.latex_inside(right)}"
    return Part(text, latex, level, level, ndim, uses)


def _says_what_it_is(value: Any) -> bool:
    """Whether the repr of a value is more than an address, which is another one each time."""
    written: Any = type(value).__repr__
    return written is not object.__repr__


def _by_name(
    primitive: Primitive, operands: Sequence[Any], kwargs: dict[str, Any], ndim: int, uses: frozenset[str]
) -> Part:
    name = primitive.name
    texts, latexes = [], []
    for each in [[*operands]] if name in _OF_A_LIST else operands:
        parts = each if isinstance(each, (list, tuple)) else [each]
        text, latex = ", ".join(part.text for part in parts), ", ".join(part.latex for part in parts)
        before, after = ("[", "]") if isinstance(each, list) else ("", "")
        if isinstance(each, tuple):
            before, after = "(", ",)" if len(each) == 1 else ")"
        texts.append(f"{before}{text}{after}")
        latexes.append(f"{before}{latex}{after}")
    while len(texts) > 1 and texts[-1] == "None":
        texts.pop()
        latexes.pop()
    if name == "einsum" and "labels" in kwargs:  # as NumPy spells it
        *given, answer = kwargs["labels"]
        labels = f"{','.join(given)}->{answer}"
        function = rf"\text{{einsum}}_{{{','.join(given)} \to {answer}}}"
        return Part.of(f"einsum('{labels}', {', '.join(texts)})", f"{function}({', '.join(latexes)})", ndim, uses)
    plain_ones = {key: value for key, value in kwargs.items() if _says_what_it_is(value)}
    for option, value in options_of(primitive, (), plain_ones, ()):
        texts.append(f"{option}={printable(value)}")
        latexes.append(rf"\text{{{plain(option)}}}=\text{{{plain(printable(value))}}}")
    text = f"{printable(name)}({', '.join(texts)})"
    if name == "sqrt":
        return Part.of(text, rf"\sqrt{{{latexes[0]}}}", ndim, uses)
    if name == "sum" and len(latexes) == 1:
        return Part(text, rf"\sum {operands[0].latex_inside(PRODUCT)}", WHOLE, PRODUCT, ndim, uses)
    function = f"\\{name}" if name in COMMANDS else rf"\text{{{plain(printable(name))}}}"
    return Part.of(text, f"{function}({', '.join(latexes)})", ndim, uses)
