"""What the strategies promise holds for everything they give, in every dtype; and they shrink to what one can read."""

import math
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from autograd_lite.testing import assert_gradients_close, strategies

FLOATS = [np.float16, np.float32, np.float64]
DTYPES = [*FLOATS, np.complex64, np.complex128]
SHAPES = st.sampled_from([(), (1,), (5,), (0, 3), (2, 3), (2, 1, 3)])

quick = settings(max_examples=15, deadline=None, database=None)


def parts(x: Any) -> list[Any]:
    return [x.real, x.imag] if x.dtype.kind == "c" else [x]


def closest(x: Any) -> float:
    """The least distance between two elements."""
    ordered = np.sort(np.asarray(x.real, np.float64), axis=None)
    return float(np.diff(ordered).min(initial=np.inf))


@pytest.mark.smoke
@pytest.mark.parametrize("dtype", DTYPES)
def test_arrays_keep_away(dtype: Any) -> None:
    @quick
    @given(strategies.arrays(dtype, SHAPES))
    def check(x: Any) -> None:
        assert x.dtype == dtype
        assert all((np.abs(part) >= 0.0625).all() for part in parts(x))
        assert closest(x) >= 0.0625
        with np.errstate(over="raise", invalid="raise"):
            assert np.isfinite(np.exp(x) ** 2).all()
            assert np.isfinite((x * x) * (x * x)).all()

    check()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    ("away_from", "kinks"),
    [
        ("integers", np.arange(-20.0, 21.0)),
        ("half-integers", np.arange(-20.5, 21.0)),
        ((0.5, -math.pi / 2), np.array([0.5, -math.pi / 2])),
        ((), np.array([])),
    ],
)
def test_arrays_keep_away_from_what_is_asked(dtype: Any, away_from: Any, kinks: Any) -> None:
    @quick
    @given(strategies.arrays(dtype, (2, 3), away_from=away_from, margin=0.125, separation=0.25, bound=7.0))
    def check(x: Any) -> None:
        for part in parts(x):
            distances = np.abs(part.astype(np.float64)[..., None] - kinks)
            assert distances.min(initial=np.inf) >= 0.125
        assert closest(x) >= 0.25
        assert np.abs(x).max() <= 7.0

    check()


def test_everything_that_keeps_away_can_be_drawn() -> None:
    """Also what fills the room to the last place: nothing is left out so that drawing is easy."""
    found = find(
        strategies.arrays(np.float64, 4, away_from=(), separation=0.5, bound=1.0),
        lambda x: x.max() - x.min() > 1.9 and x[0] > 0.9,
        settings=settings(max_examples=2000, database=None, phases=[Phase.generate]),
    )
    assert closest(found) >= 0.5
    full = strategies.arrays(np.float64, 5, away_from=(), separation=0.5, bound=1.0)

    @quick
    @given(full)
    def check(x: Any) -> None:
        assert sorted(x.tolist()) == [-1.0, -0.5, 0.0, 0.5, 1.0]

    check()


def test_ties_only_where_they_are_allowed() -> None:
    tied = find(strategies.arrays(np.float64, 3, separation=0), lambda x: closest(x) == 0)
    assert tied.tolist() == [1.0, 1.0, 1.0]

    @quick
    @given(strategies.arrays(np.float64, 200))
    def many(x: Any) -> None:
        assert closest(x) > 0

    many()


def test_the_margin_of_zero_is_still_off_the_kink() -> None:
    @quick
    @given(strategies.arrays(np.float32, 4, margin=0.0, bound=0.01))
    def check(x: Any) -> None:
        assert x.all()

    check()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"margin": 2.0, "bound": 1.0}, "are 2 away from"),
        ({"away_from": "integers", "margin": 0.75}, "are 0.75 away from 'integers'"),
        ({"away_from": "thirds"}, "one of 'integers', 'half-integers', not 'thirds'"),
        ({"bound": 1e39}, "that float32 can hold, not 1e\\+39"),
        ({"bound": math.nan}, "that float32 can hold, not nan"),
        ({"margin": -1.0}, "not negative"),
        ({"separation": math.nan}, "not negative"),
    ],
)
def test_what_cannot_be(options: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        strategies.arrays(np.float32, 3, **options)


def test_too_many_elements_to_be_apart() -> None:
    @quick
    @given(strategies.arrays(np.float64, 100, separation=0.5))
    def check(x: Any) -> None:
        raise AssertionError("there is no such array")

    with pytest.raises(ValueError, match=r"100 numbers from -10 to 10 cannot all be 0\.5 apart: make the separation"):
        check()


@pytest.mark.parametrize("dtype", [np.int64, np.longdouble, bool, object])
def test_other_dtypes_are_refused(dtype: Any) -> None:
    with pytest.raises(TypeError, match="the dtype is float16, float32, float64, complex64 or complex128, not"):
        strategies.arrays(dtype, 3)
    with pytest.raises(TypeError, match="the dtype is"):
        strategies.spd_matrices(dtype, 3)


def test_complex_numbers_are_not_ordered() -> None:
    for strategy in (strategies.positive, strategies.unit_interval):
        with pytest.raises(TypeError, match="only real numbers are ordered"):
            strategy(np.complex64, 3)


@pytest.mark.parametrize("dtype", FLOATS)
def test_positive_and_unit_interval(dtype: Any) -> None:
    @quick
    @given(strategies.positive(dtype, SHAPES, margin=0.25), strategies.unit_interval(dtype, SHAPES, margin=0.125))
    def check(x: Any, p: Any) -> None:
        assert x.dtype == p.dtype == dtype
        assert ((x >= 0.25) & np.isfinite(x * x)).all()
        assert ((p >= 0.125) & (p <= 0.875)).all()
        assert min(closest(x), closest(p)) > 0

    check()


@pytest.mark.parametrize("dtype", DTYPES)
def test_directions(dtype: Any) -> None:
    @quick
    @given(strategies.directions(dtype, st.sampled_from([(), (1,), (4,), (2, 3)])))
    def check(v: Any) -> None:
        assert v.dtype == dtype
        wide = v.astype(np.complex128)
        assert abs(np.sum(np.abs(wide) ** 2) - 1) < 16 * np.finfo(dtype).eps
        assert np.abs(wide).min() >= np.abs(wide).max() / 8 * (1 - 8 * np.finfo(dtype).eps)

    check()


@quick
@given(strategies.shapes(min_dims=1, max_dims=4, min_side=2, max_side=5, max_size=40))
def test_shapes(shape: Any) -> None:
    assert 1 <= len(shape) <= 4
    assert all(2 <= side <= 5 for side in shape)
    assert math.prod(shape) <= 40


def test_shapes_at_the_edges() -> None:
    assert find(strategies.shapes(min_side=0), lambda shape: 0 in shape) == (0,)
    assert find(strategies.shapes(), lambda shape: len(shape) == 3) == (1, 1, 1)
    assert sorted(find(strategies.shapes(max_side=7), lambda shape: sorted(shape) == [3, 7])) == [3, 7]
    with pytest.raises(ValueError, match="no shapes have 3 to 3 axes of length 3 to 4 and at most 26 elements"):
        strategies.shapes(min_dims=3, min_side=3, max_size=26)


@pytest.mark.parametrize("dtype", DTYPES)
def test_broadcastable_pairs(dtype: Any) -> None:
    @quick
    @given(strategies.broadcastable_pairs(dtype))
    def check(pair: Any) -> None:
        a, b = pair
        assert a.dtype == b.dtype == dtype
        assert max(np.broadcast_shapes(a.shape, b.shape), default=1) <= 3
        assert closest(np.concatenate([a.ravel(), b.ravel()])) >= 0.0625
        assert all(np.abs(part).min() >= 0.0625 for x in pair for part in parts(x))

    check()


def test_pairs_broadcast_in_every_way() -> None:
    seen = set()

    @settings(max_examples=200, deadline=None, database=None, derandomize=True, phases=[Phase.generate])
    @given(strategies.broadcastable_pairs(np.float32))
    def see(pair: Any) -> None:
        a, b = (x.shape for x in pair)
        sides = list(zip(a[::-1], b[::-1], strict=False))
        seen.update(
            name
            for name, found in {
                "the first is stretched": any(m < n for m, n in sides),
                "the second is stretched": any(m > n for m, n in sides),
                "both are": any(m < n for m, n in sides) and any(m > n for m, n in sides),
                "the first lacks axes": len(a) < len(b),
                "the second lacks axes": len(a) > len(b),
                "the shapes are the same": a == b and math.prod(a) > 1,
                "one is a number": () in (a, b) and a != b,
            }.items()
            if found
        )

    see()
    assert len(seen) == 7


def smallest_gap(values: Any) -> float:
    return float(np.diff(np.sort(values)).min(initial=np.inf))


@pytest.mark.parametrize("dtype", DTYPES)
def test_spd_matrices(dtype: Any) -> None:
    slack = 64 * np.finfo(dtype).eps

    @quick
    @given(strategies.spd_matrices(dtype, st.sampled_from([1, 3, (2, 4, 4), (0, 2, 2)]), condition=7.0))
    def check(a: Any) -> None:
        assert a.dtype == dtype
        assert np.array_equal(a, np.swapaxes(a.conj(), -1, -2))
        for values in np.linalg.eigvalsh(a.astype(np.complex128)).reshape(-1, a.shape[-1]):
            assert values.min() >= 1 - slack
            assert values.max() <= 7 + 7 * slack
            assert smallest_gap(values) >= 6 / (4 * max(a.shape[-1] - 1, 1)) - 7 * slack

    check()


@pytest.mark.parametrize("dtype", DTYPES)
def test_well_conditioned_matrices(dtype: Any) -> None:
    slack = 64 * np.finfo(dtype).eps

    @quick
    @given(strategies.well_conditioned_matrices(dtype, st.sampled_from([1, 3, (2, 4), (2, 4, 3)]), condition=5.0))
    def check(a: Any) -> None:
        assert a.dtype == dtype
        for values in np.linalg.svd(a.astype(np.complex128), compute_uv=False).reshape(-1, min(a.shape[-2:])):
            assert values.min() >= 1 - slack
            assert values.max() <= 5 + 5 * slack
            assert smallest_gap(values) >= 4 / (4 * max(min(a.shape[-2:]) - 1, 1)) - 5 * slack

    check()


def test_matrices_are_not_only_diagonal() -> None:
    for strategy in (strategies.spd_matrices, strategies.well_conditioned_matrices):
        a = find(strategy(np.float64, 3), lambda a: (np.abs(a) > 0.1).all())
        assert a.shape == (3, 3)


def test_shapes_of_matrices() -> None:
    with pytest.raises(ValueError, match=r"symmetric matrices are square, not \[2, 3\]"):
        find(strategies.spd_matrices(np.float64, (2, 3)), lambda a: True)
    with pytest.raises(ValueError, match=r"the shape of matrices is n or \(..., m, n\), not \(3,\)"):
        find(strategies.well_conditioned_matrices(np.float64, (3,)), lambda a: True)
    with pytest.raises(ValueError, match=r"a condition number is 1 or more, not 0\.5"):
        strategies.spd_matrices(np.float64, 2, condition=0.5)


def test_they_shrink_to_what_one_can_read() -> None:
    assert find(strategies.arrays(np.float64, 4), lambda x: x.sum() > 0).tolist() == [1.0, 1.0625, 1.125, 1.1875]
    step = 2.0**-10
    assert find(strategies.arrays(np.float64, 1), lambda x: x[0] > 3).tolist() == [3.0 + step]
    assert find(strategies.arrays(np.float64, 1), lambda x: x[0] < 0).tolist() == [-0.0625]
    assert find(strategies.spd_matrices(np.float64, 2, condition=5.0), lambda a: True).tolist() == [[1, 0], [0, 2]]


def test_a_wrong_gradient_is_found_with_them() -> None:
    def kinked(x: Any) -> Any:
        return np.sum(np.where(x < 4, x, x * x))

    def careless(x: Any) -> Any:
        return np.ones_like(x)

    @settings(max_examples=60, deadline=None, database=None)
    @given(strategies.arrays(np.float64, 2, away_from=(4.0,)))
    def check(x: Any) -> None:
        assert_gradients_close(kinked, x, grad=careless)

    with pytest.raises(AssertionError, match="is wrong"):
        check()


def test_without_hypothesis() -> None:
    """The module is there; what needs hypothesis says which extra brings it."""
    program = (
        "import sys; sys.modules['hypothesis'] = None\n"
        "from autograd_lite.testing import strategies\n"
        "try: strategies.shapes()\n"
        "except ImportError as error: print(error)"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert 'pip install "autograd_lite[hypothesis]"' in result.stdout
