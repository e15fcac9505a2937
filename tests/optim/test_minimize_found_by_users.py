"""What users have come across with minimize and least_squares."""

import numpy as np
import pytest
import scipy.optimize

from autograd_lite import optim

X0 = np.array([0.5, 0.5])


def bowl(p):
    return ((p - np.array([3.0, -2.0])) ** 2).sum()


@pytest.mark.parametrize("bounds", [[(0, 1), (0, 1)], [(None, 1), (0, None)], [[0, 1], (-1, None)]])
def test_a_list_of_pairs_is_read_as_scipy_reads_it(bounds):
    ours = optim.minimize(bowl, X0, "L-BFGS-B", bounds=bounds).x
    np.testing.assert_allclose(ours, scipy.optimize.minimize(lambda p: float(bowl(p)), X0, bounds=bounds).x, atol=1e-6)


def test_a_list_of_pairs_goes_over_all_leaves_in_order():
    def far(p):
        return ((p["a"] - 5.0) ** 2).sum() + (p["b"] + 5.0) ** 2

    x0 = {"a": np.zeros(2), "b": 0.0}
    for bounds in ([(0, 1), (None, 2), (-3, 3)], ((0, 1), (None, 2), (-3, 3))):
        found = optim.minimize(far, x0, "L-BFGS-B", bounds=bounds).x
        np.testing.assert_allclose([*found["a"], found["b"]], [1, 2, -3])


@pytest.mark.parametrize(
    ("bounds", "low"),
    [
        (([0, 0], [1, 1]), 0.0),
        ((np.zeros(2), np.ones(2)), 0.0),
        ((0, 1), 0.0),
        ([0, 1], 0.0),
        (([None, 0], [1, None]), 0.0),
        (([0, None], 1), -2.0),
    ],
)
def test_a_tuple_is_lower_and_upper(bounds, low):
    np.testing.assert_allclose(optim.minimize(bowl, X0, "L-BFGS-B", bounds=bounds).x, [1.0, low], atol=1e-6)


@pytest.mark.parametrize("bounds", [((0, 1), (0, 1)), [np.zeros(2), np.ones(2)], [np.zeros(2), (1, 1)]])
def test_bounds_that_may_be_read_in_two_ways_are_refused(bounds):
    with pytest.raises(ValueError, match=r"may mean a pair for each .* write a list of tuples"):
        optim.minimize(bowl, X0, "L-BFGS-B", bounds=bounds)


def test_bounds_that_are_neither():
    with pytest.raises(ValueError, match="one for each of the 2 numbers in x0"):
        optim.minimize(bowl, X0, "L-BFGS-B", bounds=[(0, 1)])
    with pytest.raises(ValueError, match=r"x_scale.*does not broadcast"):
        optim.least_squares(lambda p: p - 1.0, X0, x_scale=[None, 1.0])


@pytest.mark.parametrize(
    ("fun", "x0"),
    [(lambda p: np.sqrt((p * p).sum()), [1.0, 2.0]), (lambda p: abs(p).sum(), [-1.0, 0.3])],
)
def test_a_kink_at_the_minimum_ends_in_a_result(fun, x0):
    result = optim.minimize(fun, np.array(x0))
    assert not result.converged
    assert result.message.startswith("stopped")


@pytest.mark.parametrize("method", ["newton", "lbfgs", "L-BFGS-B"])
def test_a_value_with_an_axis_of_length_one(method):
    result = optim.minimize(lambda p: ((p - 2.0) ** 2).sum(keepdims=True), X0, method)
    np.testing.assert_allclose(result.x, 2.0, rtol=1e-6)


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda: optim.minimize(bowl, X0, args=(1,)), TypeError, "no argument args: close over"),
        (lambda: optim.minimize(bowl, X0, jac=bowl), TypeError, "no argument jac: derivatives are the engine's"),
        (lambda: optim.minimize(bowl, X0, hess=bowl), TypeError, "no argument hess: derivatives are the engine's"),
        (lambda: optim.minimize(bowl, X0, tolerance=1), TypeError, "no argument tolerance"),
        (lambda: optim.minimize(bowl, X0, "lm"), ValueError, "least_squares.*levenberg-marquardt"),
        (lambda: optim.least_squares(bowl, X0, "lm"), ValueError, '"lm" is "levenberg-marquardt"'),
        (lambda: optim.least_squares(bowl, X0, bounds=(0, 1)), TypeError, "use minimize"),
        (lambda: optim.least_squares(bowl, X0, jac=bowl), TypeError, "derivatives are the engine's"),
        (
            lambda: optim.minimize(bowl, X0, "SLSQP", constraints={"type": "eq", "fun": bowl, "jac": bowl}),
            ValueError,
            r"constraints\[0\] has \['jac'\].*drop",
        ),
    ],
)
def test_what_scipy_has_and_we_do_not_is_explained(call, kind, message):
    with pytest.raises(kind, match=message):
        call()
