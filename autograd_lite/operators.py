"""The operators of Python on Tensors: `+ - * / ** @`, comparisons, and `+=` and its kin.

An operator goes straight to its primitive, without NumPy's dispatch, which costs about a microsecond:
it takes the arrays out, computes, records, wraps.  On scalars, where NumPy's functions are slow, it
runs Python's own operators on NumPy's numbers; they mean the same.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from types import FunctionType
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy import generic, ndarray

from . import ops
from .calls import protect
from .data import listed
from .errors import explain, refuse_foreign
from .mode import current
from .primitive import Primitive, Traced, registry
from .tape import record, wrap

if TYPE_CHECKING:
    from .tensor import Tensor

_NUMBERS = (float, int, generic, ndarray, complex)
_USUAL = {float, int, ndarray, np.float32, np.float64}

Unary = Callable[[Any], "Tensor"]
Binary = Callable[[Any, Any], "Tensor"]


def _operand(other: Any, beside: Any) -> Any:
    """A number or an array as it is, a list as an array; NotImplemented for the rest: Python asks the other side."""
    if isinstance(other, (list, tuple)):
        return listed(other, beside)
    refuse_foreign(other)
    return other if isinstance(other, _NUMBERS) else NotImplemented


def binary(primitive: Primitive, raw: Binary) -> tuple[Binary, Binary]:
    """The operator `x . y` and its reflection, for `x.__op__(y)` and `y.__rop__(x)`."""
    keepers = primitive.keepers
    left, right, both = 0b101, 0b110, 0b111  # the patterns of arguments that need gradients

    def forward(self: Any, other: Any) -> Any:
        x = self._data
        p = self._node
        if isinstance(other, Traced):
            y = other._data
            q = other._node
        elif type(other) in _USUAL:
            y = other
            q = None
        else:
            y = _operand(other, x)
            if y is NotImplemented:
                return y
            q = None
        try:
            ans = raw(x, y)
        except (ValueError, TypeError) as error:
            raise explain(primitive.name, (x, y), {}, error) from error
        if p is None:
            if q is None:
                return wrap(ans, None)
            pattern = right
        else:
            pattern = left if q is None else both
        mode = current()
        if not mode.recording:
            return wrap(ans, None)
        if mode.examiner is not None:
            mode.examiner.examine_call(primitive, ans, (x, y), {}, (p, q))
        saved = keepers[pattern]((None, ans, x, y, p, q))
        if type(other) is ndarray:
            saved = protect(saved, (None, other))
        return record(primitive, ans, saved, (p, q), None)

    def reflected(self: Any, other: Any) -> Any:
        if type(other) not in _USUAL:
            other = _operand(other, self._data)
            if other is NotImplemented:
                return other
        y = self._data
        if type(other) is complex:
            y = np.asarray(y)  # a float64 scalar is a Python float too, and Python's complex would take it for one
        try:
            ans = raw(other, y)
        except (ValueError, TypeError) as error:
            raise explain(primitive.name, (other, y), {}, error) from error
        q = self._node
        if q is None:
            return wrap(ans, None)
        mode = current()
        if not mode.recording:
            return wrap(ans, None)
        if mode.examiner is not None:
            mode.examiner.examine_call(primitive, ans, (other, y), {}, (None, q))
        saved = keepers[right]((None, ans, other, y, None, q))
        if type(other) is ndarray:
            saved = protect(saved, (other, None))
        return record(primitive, ans, saved, (None, q), None)

    return forward, reflected


def unary(primitive: Primitive) -> Unary:
    """A function of one argument as a method: `-t`, `abs(t)`."""
    keepers = primitive.keepers
    in_python = isinstance(primitive.raw, FunctionType)  # NumPy's own find out by themselves if an array is a batch

    def method(self: Any) -> Any:
        x = self._data
        try:
            ans = primitive(x) if in_python and type(x) is not ndarray else primitive.raw(x)
        except (ValueError, TypeError) as error:
            raise explain(primitive.name, (x,), {}, error) from error
        p = self._node
        if p is None:
            return wrap(ans, None)
        mode = current()
        if not mode.recording:
            return wrap(ans, None)
        if mode.examiner is not None:
            mode.examiner.examine_call(primitive, ans, (x,), {}, (p,))
        return record(primitive, ans, keepers[0b11]((None, ans, x, p)), (p,), None)

    return method


def _plain(name: str, raw: Binary) -> Binary:
    """An operator without a derivative: a Tensor of its answer that carries no gradient."""

    def method(self: Any, other: Any) -> Any:
        if isinstance(other, Traced):
            other = other._data
        elif type(other) not in _USUAL:
            other = _operand(other, self._data)
            if other is NotImplemented:
                return other
        try:
            return wrap(raw(self._data, other), None)
        except (ValueError, TypeError) as error:
            raise explain(name, (self._data, other), {}, error) from error

    return method


def _swapped(raw: Binary) -> Binary:
    return lambda x, y: raw(y, x)


def _inplace(symbol: str, raw: Binary) -> Binary:
    """`t += v`: `t = t + v` where that is record; where nothing is, t itself gets a new value.

    The old array is left as it is, for whoever still needs it.
    """

    def method(self: Any, other: Any) -> Any:
        node = self._node
        if node is not None and node.primitive is None and current().recording:
            raise RuntimeError(
                f"`t {symbol} ...` on a leaf that requires a gradient would lose it: write `t = t {symbol[:-1]} ...` "
                "to make a new Tensor, or update the leaf inside `with ag.no_grad():`"
            )
        value = raw(self, other)
        if value._node is not None:
            return value
        if not np.can_cast(value._data.dtype, self._data.dtype, "same_kind"):
            raise TypeError(
                f"`t {symbol} ...`: the answer is {value._data.dtype} and t stays {self._data.dtype}; "
                f"write `t = t {symbol[:-1]} ...` for a Tensor of the new dtype"
            )
        self._set_data(value, symbol)
        return self

    return method


_matmul, _ = binary(registry[np.matmul], operator.matmul)


class Operators(Traced):
    """What Python's operators do; `Tensor` inherits it."""

    __slots__ = ()

    __add__, __radd__ = binary(ops.add, operator.add)
    __sub__, __rsub__ = binary(ops.subtract, operator.sub)
    __mul__, __rmul__ = binary(ops.multiply, operator.mul)
    __truediv__, __rtruediv__ = binary(ops.divide, operator.truediv)
    __pow__, __rpow__ = binary(ops.power, ops.power.raw)
    __neg__ = unary(ops.negative)
    __pos__ = unary(ops.positive)
    __abs__ = unary(ops.absolute)

    def __matmul__(self, other: Any) -> Tensor:
        if isinstance(other, Traced) or type(other) is ndarray:
            return _matmul(self, other)
        return ops.matmul(self, other)  # type: ignore[no-any-return]  # lists, also of Tensors

    def __rmatmul__(self, other: Any) -> Tensor:
        return ops.matmul(other, self)  # type: ignore[no-any-return]

    __lt__ = _plain("less", operator.lt)
    __le__ = _plain("less_equal", operator.le)
    __gt__ = _plain("greater", operator.gt)
    __ge__ = _plain("greater_equal", operator.ge)
    __eq__ = cast(Any, _plain("equal", np.equal))
    __ne__ = cast(Any, _plain("not_equal", np.not_equal))
    __hash__ = object.__hash__  # a Tensor is a key by identity, as in PyTorch
    __floordiv__ = _plain("floor_divide", operator.floordiv)
    __rfloordiv__ = _plain("floor_divide", _swapped(operator.floordiv))
    __and__ = _plain("bitwise_and", operator.and_)
    __rand__ = _plain("bitwise_and", _swapped(operator.and_))
    __or__ = _plain("bitwise_or", operator.or_)
    __ror__ = _plain("bitwise_or", _swapped(operator.or_))
    __xor__ = _plain("bitwise_xor", operator.xor)
    __rxor__ = _plain("bitwise_xor", _swapped(operator.xor))
    __lshift__ = _plain("left_shift", operator.lshift)
    __rlshift__ = _plain("left_shift", _swapped(operator.lshift))
    __rshift__ = _plain("right_shift", operator.rshift)
    __rrshift__ = _plain("right_shift", _swapped(operator.rshift))

    def __invert__(self) -> Tensor:
        return wrap(np.invert(self._data), None)  # type: ignore[no-any-return]

    def __divmod__(self, other: Any) -> tuple[Tensor, Tensor]:
        return self // other, self % other

    def __rdivmod__(self, other: Any) -> tuple[Tensor, Tensor]:
        return other // self, other % self

    __mod__, __rmod__ = binary(ops.remainder, operator.mod)

    __iadd__ = _inplace("+=", operator.add)
    __isub__ = _inplace("-=", operator.sub)
    __imul__ = _inplace("*=", operator.mul)
    __itruediv__ = _inplace("/=", operator.truediv)
    __ipow__ = _inplace("**=", operator.pow)
    __imod__ = _inplace("%=", operator.mod)
    __ifloordiv__ = _inplace("//=", operator.floordiv)
    __imatmul__ = _inplace("@=", operator.matmul)
    __iand__ = _inplace("&=", operator.and_)
    __ior__ = _inplace("|=", operator.or_)
    __ixor__ = _inplace("^=", operator.xor)
    __ilshift__ = _inplace("<<=", operator.lshift)
    __irshift__ = _inplace(">>=", operator.rshift)
