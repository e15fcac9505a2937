"""Dtypes: how they combine, what is asked about them, and conversions."""

import itertools

import numpy as np
import pytest
from standard import DTYPES

import autograd_lite as ag

NAMES = [name for names in DTYPES.values() for name in names]
INTEGERS = DTYPES["signed integer"] + DTYPES["unsigned integer"]


def kind_and_bits(name):
    return name.rstrip("0123456789"), int("".join(filter(str.isdigit, name)) or 0)


def promoted(a, b):
    """The dtype of a + b by the tables of the standard; None where it leaves that open."""
    if a == b:
        return a
    (kind_a, bits_a), (kind_b, bits_b) = kind_and_bits(a), kind_and_bits(b)
    kinds = {kind_a, kind_b}
    if kinds == {"int", "uint"}:
        signed, unsigned = (bits_a, bits_b) if kind_a == "int" else (bits_b, bits_a)
        bits = max(signed, 2 * unsigned)
        return f"int{bits}" if bits <= 64 else None
    if kinds == {"float", "complex"}:
        floating, complex_ = (bits_a, bits_b) if kind_a == "float" else (bits_b, bits_a)
        return f"complex{max(2 * floating, complex_)}"
    return f"{kind_a}{max(bits_a, bits_b)}" if len(kinds) == 1 else None


PAIRS = [pair for pair in itertools.combinations_with_replacement(NAMES, 2) if promoted(*pair) is not None]


@pytest.mark.parametrize(("a", "b"), PAIRS)
def test_promotion(a, b):
    expected = promoted(a, b)
    x, y = ag.ones(2, dtype=getattr(ag, a)), ag.ones((), dtype=getattr(ag, b))
    assert ag.result_type(x, y) == ag.result_type(y.dtype, x.dtype) == np.dtype(expected)
    if a != "bool":
        assert (x + y).dtype == (y * x).dtype == ag.add(x, y).dtype == expected
        assert ag.concat([x, ag.reshape(y, (1,))]).dtype == expected
    assert ag.where(x == x, x, y).dtype == expected


@pytest.mark.parametrize("name", NAMES)
def test_pythons_numbers_do_not_widen(name):
    x = ag.ones(2, dtype=getattr(ag, name))
    kind = kind_and_bits(name)[0]
    weak = {"bool": [True], "int": [1], "uint": [1], "float": [1, 2.0], "complex": [1, 2.0, 1j]}[kind]
    for number in weak:
        assert ag.result_type(x, number) == x.dtype
        assert ag.where(x == x, x, number).dtype == x.dtype
        if kind != "bool":
            assert (x * number).dtype == (number * x).dtype == ag.multiply(x, number).dtype == x.dtype


@pytest.mark.parametrize("name", ["float16", *DTYPES["real floating"], *DTYPES["complex floating"]])
def test_finfo(name):
    info = ag.finfo(getattr(ag, name))
    expected = np.finfo(name)
    assert info == ag.finfo(ag.ones(1, dtype=name)) == ag.finfo(np.dtype(name).type)
    for limit in ("eps", "max", "min", "smallest_normal"):
        assert type(getattr(info, limit)) is float
        assert getattr(info, limit) == getattr(expected, limit)
    assert (info.bits, info.dtype) == (expected.bits, expected.dtype)


@pytest.mark.parametrize("name", INTEGERS)
def test_iinfo(name):
    info = ag.iinfo(getattr(ag, name))
    expected = np.iinfo(name)
    assert info == ag.iinfo(ag.ones(1, dtype=name))
    assert (info.bits, info.max, info.min, info.dtype) == (expected.bits, expected.max, expected.min, np.dtype(name))


def test_can_cast():
    assert ag.can_cast(ag.int8, ag.int16)
    assert ag.can_cast(ag.ones(1, dtype=ag.float32), ag.float64)
    assert not ag.can_cast(ag.ones((), dtype=ag.float64), ag.float32)
    assert not ag.can_cast(np.int64, ag.int32)


@pytest.mark.parametrize(("kind", "names"), DTYPES.items())
def test_isdtype(kind, names):
    assert [name for name in NAMES if ag.isdtype(getattr(ag, name), kind)] == names


def test_info():
    info = ag.__array_namespace_info__()
    assert list(info.dtypes()) == NAMES
    assert list(info.dtypes(kind=("bool", "real floating"))) == ["bool", "float32", "float64"]
    assert all(info.dtypes()[name] == getattr(ag, name) for name in NAMES)
    made = {"real floating": 1.0, "complex floating": 1j, "integral": 1}
    for kind, number in made.items():
        assert info.default_dtypes()[kind] == ag.asarray(number).dtype
    assert info.default_dtypes()["indexing"] == ag.argmax(ag.ones(2)).dtype
    assert [info.default_device()] == info.devices() == [ag.ones(1).device]
    assert info.capabilities()["boolean indexing"]
    with pytest.raises(ValueError, match=r"no kind of dtypes is called 'float'; there are bool"):
        info.dtypes(kind="float")
    with pytest.raises(ValueError, match="no device"):
        info.dtypes(device="cuda")


def test_astype():
    x = ag.Tensor([1.5, -2.5], requires_grad=True)
    y = ag.astype(x, ag.float64)
    (y * y).sum().backward()
    assert y.dtype == np.float64
    assert (x.grad.dtype, x.grad.tolist()) == (np.float32, [3.0, -5.0])
    assert ag.astype(x, ag.float32, copy=False) is x is x.astype(ag.float32, copy=False)
    assert ag.astype(x, ag.float32, device="cpu") is not x
    assert ag.astype(x, ag.int8).tolist() == [1, -2]
    with pytest.raises(ValueError, match="no device"):
        ag.astype(x, ag.float64, device="tpu")
