"""Every public function of NumPy is declared, without derivative, refused with a reason, or not about arrays."""

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite import fft, linalg, special, without_derivative
from autograd_lite.ops.implementing import implementations
from autograd_lite.primitive import registry
from autograd_lite.without_derivative import CONSTANT, NO_ARRAYS, REFUSED, WITHOUT_DERIVATIVE, find

SPACES = {
    "": np,
    "linalg.": np.linalg,
    "fft.": np.fft,
    "lib.stride_tricks.": np.lib.stride_tricks,
    "emath.": np.emath,
}
FUNCTIONS = {
    prefix + name: getattr(space, name)
    for prefix, space in SPACES.items()
    for name in (space.__all__ if hasattr(space, "__all__") else dir(space))
    if not name.startswith("_") and callable(getattr(space, name)) and not isinstance(getattr(space, name), type)
} | {"vectorize": np.vectorize}
TOLD_ELSEWHERE = {
    "linalg.test", "fft.test", "emath.test",
    "row_stack",  # an old name, which calls vstack
}  # fmt: skip
FAMILIES = [fft, linalg, special]  # they declare their functions when they are imported


def kinds_of(function):
    """The lists that a function is in."""
    return [
        kind
        for kind, found in {
            "declared": function in registry or function in implementations,
            "without derivative": function in WITHOUT_DERIVATIVE,
            "refused": function in REFUSED,
            "no arrays": function in NO_ARRAYS,
        }.items()
        if found
    ]


@pytest.mark.smoke
def test_every_function_is_in_one_list():
    wrong = {name: kinds_of(f) for name, f in FUNCTIONS.items() if len(kinds_of(f)) != 1}
    assert {name: kinds for name, kinds in wrong.items() if name not in TOLD_ELSEWHERE} == {}


def test_all_names_are_numpys():
    written = " ".join([
        without_derivative._STEPS, without_derivative._TRUTHS, without_derivative._PLACES,
        without_derivative._DESCRIPTIONS, *without_derivative._REASONS, *CONSTANT,
    ])  # fmt: skip
    assert [name for name in written.split() if find(name) is None] == []


@pytest.mark.filterwarnings("ignore:the matrix subclass")
@pytest.mark.parametrize("function", REFUSED, ids=lambda function: getattr(function, "__name__", "?"))
def test_a_refused_function_raises_where_a_gradient_would_be_lost(function):
    t = ag.Tensor([1.0, 2.0], requires_grad=True)
    calls = {np.vectorize: lambda t: np.vectorize(abs)(t), np.frompyfunc: lambda t: np.frompyfunc(abs, 1, 1)(t)}
    two = {"polyadd", "polysub", "polymul", "polydiv", "polyval", "linspace", "logspace", "geomspace", "power", "logn"}
    sums = {np.apply_along_axis: lambda t: np.apply_along_axis(np.sum, 0, t),
            np.apply_over_axes: lambda t: np.apply_over_axes(np.sum, t, 0)}  # fmt: skip
    call = (calls | sums).get(function)
    if call is None:
        extra = {np.polyfit: (t, 1), np.full: ((2,), t), np.arange: (t[0],), np.bmat: ([[t, t]],)}.get(function)
        args = extra or ((t, t) if function.__name__ in two else (t,))
        call = lambda t: function(*args)
    with pytest.raises(TypeError):
        call(t)
