"""Primitives as functions that a reader meets: docstring, signature, name."""

import inspect

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.linalg import inv  # so that its primitives are in the registry
from autograd_lite.primitive import Fused, Primitive, registry


@pytest.mark.smoke
def test_a_docstring_is_numpys_first_line_and_the_derivative():
    assert ag.exp.__doc__ == "Calculate the exponential of all elements in the input array.\n\nDerivative: dy = y dx"
    assert ag.relu.__doc__.startswith("max(x, 0)")
    assert "Derivative:" in ag.relu.__doc__


def test_every_primitive_has_one():
    assert inv.__doc__
    for primitive in registry.values():
        text = primitive.__doc__
        assert text, primitive
        assert not text.startswith(f"{primitive.name}("), primitive
        assert inspect.signature(primitive).parameters, primitive


def test_the_class_keeps_its_own():
    assert Primitive.__doc__.startswith("A function on arrays whose derivative is known.")
    assert Fused.__doc__.startswith("A primitive that runs a kernel")
    assert list(inspect.signature(Fused).parameters) == ["reference", "kernel", "math"]


def test_signature_and_name():
    assert str(inspect.signature(ag.exp)) == "(x, /)"
    assert str(inspect.signature(ag.add)) == "(x1, x2, /)"
    assert list(inspect.signature(ag.relu).parameters) == ["x"]
    assert (ag.exp.__name__, repr(ag.exp)) == ("exp", "<elementwise primitive exp>")


def test_keywords_of_ufuncs_are_refused_where_they_would_be_ignored():
    t = ag.Tensor([1.0], requires_grad=True)
    with pytest.raises(TypeError, match=r"exp of a Tensor takes no where=; np\.exp takes those"):
        ag.exp(t, where=np.array([True]))
    with pytest.raises(TypeError, match="takes no out="):
        ag.exp(t.detach(), out=np.zeros(1, np.float32))
