"""Every name of the array API standard is there, and takes what the standard says, by position and by keyword."""

import inspect
import subprocess
import sys

import numpy as np
import pytest
from standard import ATTRIBUTES, CONSTANTS, DTYPES, FFT, FUNCTIONS, INFO, LINALG, METHODS, check_takes

import autograd_lite as ag

IN_NAMESPACES = [
    pytest.param(space, name, standard, id=f"{space}{name}")
    for space, table in [("", FUNCTIONS), ("linalg.", LINALG), ("fft.", FFT)]
    for name, standard in table.items()
]


@pytest.mark.parametrize(("space", "name", "standard"), IN_NAMESPACES)
def test_function(space, name, standard):
    namespace = getattr(ag, space.rstrip(".")) if space else ag
    check_takes(getattr(namespace, name), standard)


@pytest.mark.parametrize(("name", "standard"), METHODS.items(), ids=METHODS)
def test_method(name, standard):
    check_takes(getattr(ag.zeros((2, 2)), name), standard)


@pytest.mark.parametrize(("name", "standard"), INFO.items(), ids=INFO)
def test_info(name, standard):
    check_takes(getattr(ag.__array_namespace_info__(), name), standard)


def test_a_signature_that_does_not_fit_is_seen():
    for function in [lambda x: x, lambda x, /, *, axis: x, lambda x, /, *, dim=None: x, lambda x, y, /, *, axis=0: x]:
        with pytest.raises(TypeError):
            check_takes(function, "x, /, *, axis=None")
    with pytest.raises(TypeError):
        check_takes(lambda x, form, /: x, "x, /, shape")
    with pytest.raises(TypeError):
        check_takes(lambda x, /, *, shape: x, "x, /, shape")


def test_attributes_and_constants():
    x = ag.zeros((2, 2))
    for name in ATTRIBUTES:
        assert getattr(x, name) is not None
    assert [getattr(ag, name) for name in CONSTANTS if name != "nan"] == [np.e, np.inf, None, np.pi]
    assert np.isnan(ag.nan)


def test_dtypes():
    for name in [name for names in DTYPES.values() for name in names]:
        assert getattr(ag, name) == np.dtype(name)
        assert hash(getattr(ag, name)) == hash(ag.zeros(1, dtype=getattr(ag, name)).dtype)


def test_names_are_found_in_a_fresh_process():
    """All is there when only the package was imported, and in `dir`, where completion looks."""
    program = "import autograd_lite as ag; assert {'linalg', 'fft', 'sum', 'float32', 'draw'} <= set(dir(ag)); "
    program += "from autograd_lite import *; linalg.inv, fft.fft, __array_namespace_info__, asarray"
    subprocess.run([sys.executable, "-W", "error", "-c", program], check=True)


def test_no_name_is_private_or_twice():
    assert len(set(ag.__all__)) == len(ag.__all__)
    assert [name for name in ag.__all__ if name.startswith("_") and not name.startswith("__array_")] == []
    assert not [name for name in ag.__all__ if inspect.ismodule(getattr(ag, name)) and name in FUNCTIONS]
