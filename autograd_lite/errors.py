"""Error messages that name the operation, its arguments, their shapes and dtypes, and the remedy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np


def describe(value: Any) -> str:
    """One argument as a message shows it: an array by shape and dtype, anything else by its value."""
    if isinstance(value, type):
        return value.__name__
    shape, dtype = getattr(value, "shape", None), getattr(value, "dtype", None)
    if shape is not None and dtype is not None:
        return f"{dtype}{list(shape)}"
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + "..."


def foreign(value: Any) -> str:
    """Why an array of another kind cannot stand beside a Tensor, and the remedy; "" for what can."""
    if isinstance(value, np.ndarray):
        if type(value).__name__ == "matrix":
            return "an np.matrix has other meanings for * and axes; pass np.asarray(m)"
        masked = hasattr(value, "_mask")
        return "a masked array carries no gradients; use m.filled(value), and np.where(mask, ...)" if masked else ""
    if hasattr(value, "__dlpack__") and not hasattr(value, "__array_ufunc__"):
        library = type(value).__module__.partition(".")[0]
        remedy = "x.detach().numpy()" if library == "torch" else "np.asarray(x)"
        return f"arrays of {library} do not mix with Tensors; convert it, {remedy} or ag.from_dlpack(x)"
    return ""


def refuse_foreign(value: Any) -> None:
    """Raise TypeError for an array of another kind."""
    reason = foreign(value)
    if reason:
        raise TypeError(f"{describe(value)} beside a Tensor: {reason}")


def explain(name: str, args: Sequence[Any], kwargs: Mapping[str, Any], error: Exception) -> Exception:
    """The error of a NumPy call, told again with what was called on what, and with a remedy if one is known."""
    listed = [describe(arg) for arg in args] + [f"{key}={describe(value)}" for key, value in kwargs.items()]
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    other = next(filter(None, map(foreign, args)), "")
    if other:
        return TypeError(f"{name}({', '.join(listed)}): {other}")
    kind = type(error) if type(error) in (ValueError, TypeError, IndexError, OverflowError) else None
    if kind is None:
        if isinstance(error, np.exceptions.AxisError):
            kind = np.exceptions.AxisError
        elif isinstance(error, np.linalg.LinAlgError):
            kind = np.linalg.LinAlgError
        else:
            return error
    return kind(f"{name}({', '.join(listed)}): {reason}{_remedy(reason)}")


def _remedy(reason: str) -> str:
    for sign, remedy in _REMEDIES.items():
        if sign in reason:
            return f"; {remedy}"
    return ""


_REMEDIES = {
    "could not be broadcast": "align shapes from the right: each pair of axes must be equal, or one of them 1 "
    "(np.expand_dims and np.reshape add such axes)",
    "shape-mismatch for": "the last axis of the first must equal the second-last of the second "
    "(transpose one of them with .mT?)",
    "mismatch in its core dimension": "the last axis of the first must equal the second-last of the second "
    "(transpose one of them with .mT?)",
    "not aligned": "the axes that are summed over must be equally long: the last of the first with, in dot, the "
    "second-last of the second, and in inner its last (transpose one of them with .T?)",
    "does not have enough dimensions": "numbers are multiplied by `*`, and vectors and matrices have one axis and two",
    "cannot reshape": "the number of elements must stay the same; one axis may be given as -1",
    "must match exactly": "all axes but the one joined along must be equal",
    "does not result in an equal division": "np.array_split makes pieces of unequal length",
    "could not broadcast input array": "the value must fit the shape of what it is written to",
    "boolean index did not match": "a mask must be as long as the axes it stands for",
    "too many indices": "an axis takes one index; np.newaxis and ... take none",
    "arrays used as indices must be": "index with integer or boolean arrays; astype(int) makes integers",
    "out of bounds for axis": "an index must lie between -n and n-1 for an axis of length n",
    "is out of bounds for array of dimension": "an axis must lie between -ndim and ndim-1",
    "Incompatible dimensions": "a and b must have as many rows",
    "is unsupported in linalg": "cast it first, x.astype(np.float32): LAPACK has float32 and float64, real and complex",
    "Singular matrix": "np.linalg.pinv and np.linalg.lstsq take singular matrices",
    "must be square": "np.linalg.pinv, lstsq, qr and svd take matrices of any shape",
    "Last 2 dimensions of the array": "np.linalg.pinv, lstsq, qr and svd take matrices of any shape",
    "not positive definite": "add a multiple of the identity, if only rounding made it so; np.linalg.eigh takes any "
    "Hermitian matrix",
    "only integers, slices": "index with integers, slices, None, ..., or integer and boolean arrays",
    "unexpected keyword argument 'dim'": "NumPy's name for it is axis=",
    "unexpected keyword argument 'keepdim'": "NumPy's name for it is keepdims=",
    "unexpected keyword argument 'dims'": "NumPy's name for it is axis= (axes= of transpose)",
    "unexpected keyword argument 'unbiased'": "write correction=1 for unbiased=True",
    "unexpected keyword argument 'input'": "pass it first, without a name",
    "unexpected keyword argument": "the arguments that it takes are in its docstring",
}
