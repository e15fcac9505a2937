"""The names and signatures of the array API standard, 2024.12, and whether a function takes what one says."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any

CONSTANTS = ["e", "inf", "nan", "newaxis", "pi"]

DTYPES = {
    "bool": ["bool"],
    "signed integer": ["int8", "int16", "int32", "int64"],
    "unsigned integer": ["uint8", "uint16", "uint32", "uint64"],
    "real floating": ["float32", "float64"],
    "complex floating": ["complex64", "complex128"],
}


def _words(text: str) -> list[str]:
    return text.split()


UNARY = _words("""
    abs acos acosh asin asinh atan atanh bitwise_invert ceil conj cos cosh exp expm1 floor imag isfinite isinf isnan log
    log1p log2 log10 logical_not negative positive real reciprocal round sign signbit sin sinh square
    sqrt tan tanh trunc
""")
BINARY = _words("""
    add atan2 bitwise_and bitwise_left_shift bitwise_or bitwise_right_shift bitwise_xor copysign divide equal
    floor_divide greater greater_equal hypot less less_equal logaddexp logical_and logical_or logical_xor
    maximum minimum multiply nextafter not_equal pow remainder subtract
""")
FUNCTIONS = {
    **dict.fromkeys(UNARY, "x, /"),
    **dict.fromkeys(BINARY, "x1, x2, /"),
    "clip": "x, /, min=None, max=None",
    # creation
    "arange": "start, /, stop=None, step=1, *, dtype=None, device=None",
    "asarray": "obj, /, *, dtype=None, device=None, copy=None",
    "empty": "shape, *, dtype=None, device=None",
    "empty_like": "x, /, *, dtype=None, device=None",
    "eye": "n_rows, n_cols=None, /, *, k=0, dtype=None, device=None",
    "from_dlpack": "x, /, *, device=None, copy=None",
    "full": "shape, fill_value, *, dtype=None, device=None",
    "full_like": "x, /, fill_value, *, dtype=None, device=None",
    "linspace": "start, stop, /, num, *, dtype=None, device=None, endpoint=True",
    "meshgrid": "*arrays, indexing='xy'",
    "ones": "shape, *, dtype=None, device=None",
    "ones_like": "x, /, *, dtype=None, device=None",
    "tril": "x, /, *, k=0",
    "triu": "x, /, *, k=0",
    "zeros": "shape, *, dtype=None, device=None",
    "zeros_like": "x, /, *, dtype=None, device=None",
    # data types
    "astype": "x, dtype, /, *, copy=True, device=None",
    "can_cast": "from_, to, /",
    "finfo": "type, /",
    "iinfo": "type, /",
    "isdtype": "dtype, kind",
    "result_type": "*arrays_and_dtypes",
    # indexing and searching
    "take": "x, indices, /, *, axis=None",
    "take_along_axis": "x, indices, /, *, axis=-1",
    "argmax": "x, /, *, axis=None, keepdims=False",
    "argmin": "x, /, *, axis=None, keepdims=False",
    "count_nonzero": "x, /, *, axis=None, keepdims=False",
    "nonzero": "x, /",
    "searchsorted": "x1, x2, /, *, side='left', sorter=None",
    "where": "condition, x1, x2, /",
    # linear algebra
    "matmul": "x1, x2, /",
    "matrix_transpose": "x, /",
    "tensordot": "x1, x2, /, *, axes=2",
    "vecdot": "x1, x2, /, *, axis=-1",
    # manipulation
    "broadcast_arrays": "*arrays",
    "broadcast_to": "x, /, shape",
    "concat": "arrays, /, *, axis=0",
    "expand_dims": "x, /, axis",
    "flip": "x, /, *, axis=None",
    "moveaxis": "x, source, destination, /",
    "permute_dims": "x, /, axes",
    "repeat": "x, repeats, /, *, axis=None",
    "reshape": "x, /, shape, *, copy=None",
    "roll": "x, /, shift, *, axis=None",
    "squeeze": "x, /, axis",
    "stack": "arrays, /, *, axis=0",
    "tile": "x, repetitions, /",
    "unstack": "x, /, *, axis=0",
    # sets and sorting
    "unique_all": "x, /",
    "unique_counts": "x, /",
    "unique_inverse": "x, /",
    "unique_values": "x, /",
    "argsort": "x, /, *, axis=-1, descending=False, stable=True",
    "sort": "x, /, *, axis=-1, descending=False, stable=True",
    # statistics and utilities
    "cumulative_prod": "x, /, *, axis=None, dtype=None, include_initial=False",
    "cumulative_sum": "x, /, *, axis=None, dtype=None, include_initial=False",
    "max": "x, /, *, axis=None, keepdims=False",
    "mean": "x, /, *, axis=None, keepdims=False",
    "min": "x, /, *, axis=None, keepdims=False",
    "prod": "x, /, *, axis=None, dtype=None, keepdims=False",
    "std": "x, /, *, axis=None, correction=0.0, keepdims=False",
    "sum": "x, /, *, axis=None, dtype=None, keepdims=False",
    "var": "x, /, *, axis=None, correction=0.0, keepdims=False",
    "all": "x, /, *, axis=None, keepdims=False",
    "any": "x, /, *, axis=None, keepdims=False",
    "diff": "x, /, *, axis=-1, n=1, prepend=None, append=None",
    # inspection
    "__array_namespace_info__": "",
}

LINALG = {
    "cholesky": "x, /, *, upper=False",
    "cross": "x1, x2, /, *, axis=-1",
    "det": "x, /",
    "diagonal": "x, /, *, offset=0",
    "eigh": "x, /",
    "eigvalsh": "x, /",
    "inv": "x, /",
    "matmul": "x1, x2, /",
    "matrix_norm": "x, /, *, keepdims=False, ord='fro'",
    "matrix_power": "x, n, /",
    "matrix_rank": "x, /, *, rtol=None",
    "matrix_transpose": "x, /",
    "outer": "x1, x2, /",
    "pinv": "x, /, *, rtol=None",
    "qr": "x, /, *, mode='reduced'",
    "slogdet": "x, /",
    "solve": "x1, x2, /",
    "svd": "x, /, *, full_matrices=True",
    "svdvals": "x, /",
    "tensordot": "x1, x2, /, *, axes=2",
    "trace": "x, /, *, offset=0, dtype=None",
    "vecdot": "x1, x2, /, *, axis=-1",
    "vector_norm": "x, /, *, axis=None, keepdims=False, ord=2",
}

_ALONG_ONE = "x, /, *, n=None, axis=-1, norm='backward'"
_ALONG_SEVERAL = "x, /, *, s=None, axes=None, norm='backward'"
_FREQUENCIES = "n, /, *, d=1.0, dtype=None, device=None"
FFT = {
    **dict.fromkeys(["fft", "ifft", "rfft", "irfft", "hfft", "ihfft"], _ALONG_ONE),
    **dict.fromkeys(["fftn", "ifftn", "rfftn", "irfftn"], _ALONG_SEVERAL),
    **dict.fromkeys(["fftfreq", "rfftfreq"], _FREQUENCIES),
    **dict.fromkeys(["fftshift", "ifftshift"], "x, /, *, axes=None"),
}

INFO = {
    "capabilities": "",
    "default_device": "",
    "default_dtypes": "*, device=None",
    "devices": "",
    "dtypes": "*, device=None, kind=None",
}

_OPERATORS = _words("add sub mul truediv floordiv mod pow matmul and or xor lshift rshift")
METHODS = {
    **{f"__{side}{name}__": "other, /" for name in _OPERATORS for side in ("", "r", "i")},
    **dict.fromkeys([f"__{name}__" for name in ("eq", "ne", "lt", "le", "gt", "ge")], "other, /"),
    **dict.fromkeys([f"__{name}__" for name in ("abs", "neg", "pos", "invert")], ""),
    **dict.fromkeys([f"__{name}__" for name in ("bool", "complex", "float", "index", "int")], ""),
    "__array_namespace__": "*, api_version=None",
    "__dlpack__": "*, stream=None, max_version=None, dl_device=None, copy=None",
    "__dlpack_device__": "",
    "__getitem__": "key, /",
    "__setitem__": "key, value, /",
    "to_device": "device, /, *, stream=None",
}

ATTRIBUTES = ["dtype", "device", "mT", "ndim", "shape", "size", "T"]


def calls(standard: str) -> Iterator[tuple[list[str], dict[str, str]]]:
    """The calls that a signature allows, as positional and keyword arguments: with all, and with the least."""
    parameters = inspect.signature(eval(f"lambda {standard}: None")).parameters.values()
    by_position = [p for p in parameters if p.kind is p.POSITIONAL_ONLY]
    by_either = [p for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]
    by_keyword = [p for p in parameters if p.kind is p.KEYWORD_ONLY]
    several = ["first", "second"] if any(p.kind is p.VAR_POSITIONAL for p in parameters) else []
    yield named(by_position + by_either) + several, dict.fromkeys(named(by_keyword), "")
    yield named(by_position) + several, dict.fromkeys(named(by_either + by_keyword), "")
    required = [p for p in by_position + by_either if p.default is p.empty]
    yield named(required) + several, {}


def named(parameters: list[inspect.Parameter]) -> list[str]:
    return [parameter.name for parameter in parameters]


def check_takes(function: Callable[..., Any], standard: str) -> None:
    """Raise TypeError if a call that the standard allows does not fit a function's signature."""
    signature = inspect.signature(function)
    for args, kwargs in calls(standard):
        signature.bind(*args, **kwargs)
