"""What is wrong with a rule for products beside its numbers: its form, its value, chance, linearity, what it writes to.

The rules have the form of JAX's: `value, pull = f_vjp(*args)`, and `value, tangent = f_jvp(args, tangents)`.

>>> from_vjp(lambda x: 2 * x, [1.0])
Traceback (most recent call last):
    ...
TypeError: f_vjp(*args) must give a pair, the value and the function from a cotangent to gradients, not a float
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from ..errors import describe
from ..tensor import Tensor
from .answers import spoken
from .oracles.directions import Array
from .runs import difference, drawn, plain


def given_to(values: Sequence[Any], args: Sequence[Any]) -> list[Any]:
    """Copies of arrays, as the function takes them."""
    return like([np.array(x) if isinstance(x, np.ndarray) else x for x in values], args)


def like(values: Sequence[Any], args: Sequence[Any]) -> list[Any]:
    """Arrays as the function takes them: Tensors, if it was given any."""
    if not any(isinstance(x, Tensor) for x in args):
        return list(values)
    return [Tensor(x) if isinstance(x, np.ndarray) and x.dtype.kind in "fc" else x for x in values]


def from_vjp(f_vjp: Callable[..., Any], given: Sequence[Any]) -> tuple[Any, Callable[..., Any]]:
    """The value, and the function from a cotangent to gradients; TypeError if that is not what the rule gives."""
    answer = f_vjp(*given)
    if not isinstance(answer, (tuple, list)) or len(answer) != 2 or not callable(answer[1]):
        raise TypeError(
            "f_vjp(*args) must give a pair, the value and the function from a cotangent to gradients, "
            f"not {spoken(answer)}"
        )
    return answer[0], answer[1]


def from_jvp(f_jvp: Callable[..., Any], given: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
    """The value and its tangent; TypeError if that is not what the rule gives."""
    answer = f_jvp(given, tangents)
    if not isinstance(answer, (tuple, list)) or len(answer) != 2 or any(part is None for part in answer):
        raise TypeError(f"f_jvp(args, tangents) must give a pair, the value and its tangent, not {spoken(answer)}")
    return answer[0], answer[1]


def pulled(given: Any, values: Sequence[Any], floating: Sequence[int]) -> list[Array]:
    """The gradients by the floating arguments among what pull gives; TypeError if one of them is None."""
    several = list(given) if isinstance(given, (tuple, list)) else [given]
    if len(several) == len(values):
        several = [several[i] for i in floating]
    if any(g is None for g in several):
        raise TypeError(
            f"the function from a cotangent to gradients gives {spoken(given)}: it must give an array for each "
            "floating argument, np.zeros_like of it where no gradient flows"
        )
    return [plain(g) for g in several]


def vjp_problems(
    f_vjp: Callable[..., Any],
    values: Sequence[Any],
    floating: Sequence[int],
    args: Sequence[Any],
    answer: Array,
    c: Array,
    seed: int,
) -> Iterator[str]:
    """What is wrong with a rule beside its numbers."""
    given = given_to(values, args)
    value, pull = from_vjp(f_vjp, given)
    yield from _value_problems(value, answer)
    cs = [np.array(c), *drawn([answer], seed, 3)]
    a, b = (like([x], args)[0] for x in cs)
    first = [np.array(g) for g in pulled(pull(a), values, floating)]
    if len(first) != len(floating):
        yield f"the rule gives {len(first)} gradients for {len(floating)} floating arguments"
        return
    for i, g in zip(floating, first, strict=True):
        if g.shape == values[i].shape and g.dtype != values[i].dtype:
            yield f"the gradient by input {i} is {g.dtype}, but the input is {values[i].dtype}"
    second = pulled(pull(b), values, floating)
    together = pulled(pull(like([cs[0] + 2 * cs[1]], args)[0]), values, floating)
    again = pulled(pull(a), values, floating)
    for k, i in enumerate(floating):
        if difference(again[k], first[k], 0.0):
            yield f"the gradient by input {i} for one cotangent changes from call to call (non-determinism)"
        if again[k].shape == second[k].shape == together[k].shape:
            text = difference(together[k], first[k] + 2 * second[k])
            if text:
                yield f"the gradient by input {i} is not linear in the cotangent: {text}"
    for name, got, expected in (*_pairs(given, values), ("the cotangent", a, np.array(c))):
        if difference(plain(got), expected, 0.0):
            yield f"the rule writes to {name}"


def jvp_problems(
    f_jvp: Callable[..., Any],
    values: Sequence[Any],
    floating: Sequence[int],
    args: Sequence[Any],
    answer: Array,
    seed: int,
) -> Iterator[str]:
    """What is wrong with a rule beside its numbers."""
    given = given_to(values, args)
    vs, ws = (dict(zip(floating, drawn([values[i] for i in floating], seed, salt), strict=True)) for salt in (2, 4))

    def moved(tangents: dict[int, Array]) -> tuple[Any, Array, list[Any]]:
        taken = like([tangents[i].copy() if i in floating else None for i in range(len(values))], args)
        value, tangent = from_jvp(f_jvp, given, taken)
        return value, np.array(plain(tangent)), taken

    value, first, taken = moved(vs)
    yield from _value_problems(value, answer)
    if (first.shape, first.dtype) != (answer.shape, answer.dtype):
        yield f"the tangent is {describe(first)}, but the value is {describe(answer)}"
        return
    if difference(moved(vs)[1], first, 0.0):
        yield "the tangent changes from call to call (non-determinism)"
    text = difference(moved({i: vs[i] + 2 * ws[i] for i in floating})[1], first + 2 * moved(ws)[1])
    if text:
        yield f"the tangent is not linear in the tangents of the arguments: {text}"
    tangents = [("a tangent", taken[i], vs[i]) for i in floating]
    for name, got, expected in (*_pairs(given, values), *tangents):
        if difference(plain(got), expected, 0.0):
            yield f"the rule writes to {name}"


def _pairs(given: Sequence[Any], values: Sequence[Any]) -> list[tuple[str, Any, Array]]:
    """The arrays that were given, beside what they were."""
    return [(f"input {i}", x, values[i]) for i, x in enumerate(given) if isinstance(values[i], np.ndarray)]


def _value_problems(value: Any, answer: Array) -> Iterator[str]:
    text = difference(plain(value), answer)
    if text:
        yield f"the value that comes with the rule is not that of f: {text}"
