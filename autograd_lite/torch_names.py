"""What to write here for a method that PyTorch or an ndarray has and a Tensor has not: one name per thing."""

import functools
from collections.abc import Callable
from types import FunctionType
from typing import Any, TypeVar

INSTEAD = {
    "view": "t.reshape(shape)",
    "unsqueeze": "np.expand_dims(t, axis)",
    "permute": "t.transpose(axes)",
    "t": "t.T",
    "cat": "ag.concat(tensors, axis)",
    "add_": "t = t + value",
    "mul_": "t = t * value",
    "zero_": "t.grad = None for a gradient, or t.data = np.zeros(t.shape)",
    "clamp": "t.clip(min, max)",
    "pow": "t ** exponent",
    "abs": "abs(t)",
    "exp": "np.exp(t)",
    "log": "np.log(t)",
    "sin": "np.sin(t)",
    "cos": "np.cos(t)",
    "tanh": "np.tanh(t)",
    "sqrt": "np.sqrt(t)",
    "relu": "ag.relu(t)",
    "sigmoid": "ag.sigmoid(t)",
    "matmul": "t @ other",
    "mm": "t @ other",
    "bmm": "t @ other",
    "amax": "t.max(axis)",
    "amin": "t.min(axis)",
    "dim": "t.ndim",
    "numel": "t.size",
    "float": "t.astype(np.float32)",
    "double": "t.astype(np.float64)",
    "long": "t.astype(np.int64)",
    "int": "t.astype(np.int32)",
    "half": "t.astype(np.float16)",
    "bool": "t.astype(bool)",
    "type": "t.astype(dtype)",
    "to": "t.astype(dtype)",
    "clone": "t.copy()",
    "contiguous": "t, which needs no such call",
    "expand": "np.broadcast_to(t, shape)",
    "gather": "np.take_along_axis(t, indices, axis)",
    "grad_fn": "ag.draw(t), which shows the graph",
    "cpu": "t, which is on the CPU",
    "cuda": "t; there is only the CPU here",
    "ptp": "np.ptp(t)",
    "resize": "np.resize(t, shape)",
    "flat": "t.ravel()",
    "strides": "t.data.strides",
    "flags": "t.data.flags",
    "tobytes": "t.data.tobytes()",
    "tofile": "t.data.tofile(file)",
    "dump": "pickle.dump(t, file)",
    "dumps": "pickle.dumps(t)",
    "byteswap": "t.data.byteswap()",
    "setflags": "t.data, a view that cannot be written to",
}


KEYWORDS = {
    "dim": "axis=",
    "dims": "axis=",
    "keepdim": "keepdims=",
    "unbiased": "correction=1 for True, correction=0 for False",
    "descending": "a minus sign before the Tensor, and before the answer",
}
"""What to write for a keyword of PyTorch's."""

C = TypeVar("C", bound=type)


def tells_keywords(cls: C) -> C:
    """Let the methods of a class that take an axis answer PyTorch's keywords with NumPy's."""
    for name, method in list(vars(cls).items()):
        if isinstance(method, FunctionType) and "axis" in method.__code__.co_varnames:
            setattr(cls, name, _telling(method))
    return cls


def _telling(method: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(method)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return method(*args, **kwargs)
        except TypeError:
            foreign = [key for key in kwargs if key in KEYWORDS]
            if not foreign:
                raise
            remedies = ", ".join(f"{KEYWORDS[key]} for {key}=" for key in foreign)
            raise TypeError(f"t.{method.__name__}() takes NumPy's keywords: write {remedies}") from None

    return run


def remedy_for(name: str) -> str:
    """The end of an error message: what to write instead of PyTorch's `name`, if that is known."""
    return f"; write {INSTEAD[name]}" if name in INSTEAD else ""
