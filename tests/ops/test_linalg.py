"""Linear algebra where samples do not reach: empty matrices, arguments, errors, NumPy's named answers."""

from typing import Any

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.testing import assert_gradients_close

from .helpers import gradient, ours, plain, same

la = np.linalg
RNG = np.random.default_rng(0)


class TestShapes:
    @pytest.mark.parametrize("stack", [(0,), (2, 0)])
    def test_stacks_of_none(self, stack: tuple[int, ...]) -> None:
        x = np.zeros((*stack, 3, 3))
        for call in (
            la.inv, la.det, la.pinv, la.eigvalsh, la.svdvals, la.cholesky, la.norm, la.matrix_norm,
            lambda x: la.eigh(x)[1], lambda x: la.slogdet(x)[1], lambda x: la.solve(x, np.ones((3, 2))),
            lambda x: la.svd(x)[0], lambda x: la.qr(x)[0], ag.linalg.expm, lambda x: la.matrix_power(x, 3),
        ):  # fmt: skip
            assert gradient(call, x).shape == x.shape

    def test_matrices_without_elements(self) -> None:
        x = np.zeros((2, 0, 0))
        for call in (la.inv, la.det, lambda x: la.slogdet(x)[1], la.eigvalsh, lambda x: la.solve(x, np.zeros((0, 3)))):
            value = call(ag.Tensor(x, requires_grad=True))
            same(value, call(x))
            assert gradient(call, x).shape == x.shape

    @pytest.mark.parametrize("call", [la.inv, la.det, la.slogdet, la.eigh, la.eig, la.cholesky, ag.linalg.expm])
    def test_a_matrix_that_is_not_square(self, call: Any) -> None:
        with pytest.raises(la.LinAlgError, match="square"):
            call(ag.Tensor(np.ones((2, 3)), requires_grad=True))

    def test_axes_and_keepdims_of_norms(self) -> None:
        x = RNG.normal(size=(2, 3, 4)) + 0.1
        for options in (
            {}, {"axis": 1}, {"axis": (0, 2)}, {"axis": (2, 0), "ord": 1}, {"axis": (-1, 0), "ord": "nuc"},
            {"axis": (0, 1), "ord": 2}, {"axis": 0, "ord": 0}, {"axis": 2, "ord": -2}, {"axis": (1, 2), "ord": -np.inf},
        ):  # fmt: skip
            for keepdims in (False, True):
                value = la.norm(ag.Tensor(x, requires_grad=True), keepdims=keepdims, **options)
                same(value, la.norm(x, keepdims=keepdims, **options))
                if options.get("ord") != 0:
                    assert_gradients_close(lambda x: la.norm(x, keepdims=keepdims, **options), x)  # noqa: B023
        for ord in (2, 1, 3, 0.5, np.inf):
            same(la.vector_norm(ag.Tensor(x), axis=(0, 1), ord=ord), la.vector_norm(x, axis=(0, 1), ord=ord))

    def test_answers_have_names(self) -> None:
        x = ag.Tensor(np.diag([1.0, 2.0]), requires_grad=True)
        assert la.eigh(x)._fields == ("eigenvalues", "eigenvectors") == la.eig(x)._fields
        assert la.svd(x)._fields == ("U", "S", "Vh")
        assert la.qr(x)._fields == ("Q", "R")
        assert la.slogdet(x)._fields == ("sign", "logabsdet")


class TestErrors:
    X = ag.Tensor(np.ones((2, 3, 4)), requires_grad=True)

    @pytest.mark.parametrize(
        ("call", "kind", "message"),
        [
            (lambda x: la.qr(x, "raw"), ValueError, "'reduced', 'complete' or 'r'"),
            (lambda x: la.norm(x, "nuc", axis=1), ValueError, "norm of matrices"),
            (lambda x: la.norm(x, 3, axis=(0, 1)), ValueError, "a matrix norm is"),
            (lambda x: la.norm(x, 1), ValueError, "one or two axes"),
            (lambda x: la.matrix_power(x, 2), la.LinAlgError, "square"),
            (lambda x: la.multi_dot([x]), ValueError, "two or more"),
            (lambda x: la.multi_dot([x, x]), la.LinAlgError, "matrices"),
            (lambda x: la.tensorinv(x, 0), ValueError, "positive"),
            (lambda x: la.tensorsolve(x, np.ones(2)), la.LinAlgError, "equations"),
        ],
    )
    def test_say_what_is_wrong(self, call: Any, kind: type[Exception], message: str) -> None:
        with pytest.raises(kind, match=message):
            call(self.X)

    def test_cholesky_of_what_is_not_positive(self) -> None:
        with pytest.raises(la.LinAlgError, match="ositive definite"):
            la.cholesky(ag.Tensor(-np.eye(2), requires_grad=True))


class TestArguments:
    A = np.array([[2.0, 1.0], [1.0, 3.0]])

    @pytest.mark.parametrize(
        ("function", "options"),
        [
            (la.inv, {}), (la.det, {}), (la.slogdet, {}), (la.eigh, {"UPLO": "U"}), (la.eigvalsh, {"UPLO": "L"}),
            (la.eig, {}), (la.eigvals, {}), (la.qr, {"mode": "r"}), (la.qr, {"mode": "complete"}),
            (la.solve, {"b": np.ones(2)}), (la.lstsq, {"b": np.ones((2, 1)), "rcond": None}),
            (la.lstsq, {"b": np.ones(2), "rcond": -1}), (la.pinv, {"rcond": 0.3}), (la.pinv, {"rtol": None}),
            (la.pinv, {"hermitian": True}), (la.matrix_power, {"n": 3}), (la.matrix_power, {"n": 0}),
            (la.svd, {"full_matrices": False}), (la.svd, {"compute_uv": False}), (la.svd, {"hermitian": True}),
            (la.svd, {"hermitian": True, "compute_uv": False}), (la.tensorinv, {"ind": 1}),
            (la.tensorsolve, {"b": np.ones(2), "axes": None}),
        ],
    )  # fmt: skip
    def test_have_numpys_names(self, function: Any, options: dict[str, Any]) -> None:
        expected, got = function(a=self.A, **options), function(a=ag.Tensor(self.A, requires_grad=True), **options)
        if not isinstance(expected, tuple):
            expected, got = (expected,), (got,)
        for one, other in zip(got, expected, strict=True):
            np.testing.assert_allclose(plain(one), other, rtol=1e-14, atol=1e-15)

    def test_norms_and_products(self) -> None:
        x = ag.Tensor(self.A, requires_grad=True)
        same(la.norm(x=x, ord=1, axis=0, keepdims=True), la.norm(self.A, 1, 0, True))
        same(la.cond(x=x, p=1), la.cond(self.A, 1))
        same(la.multi_dot(arrays=[x, self.A, x]), la.multi_dot([self.A] * 3))
        same(la.diagonal(x, offset=1), la.diagonal(self.A, offset=1))
        same(la.trace(x), la.trace(self.A))
        same(la.matrix_transpose(x), la.matrix_transpose(self.A))
        same(la.matmul(x, x), la.matmul(self.A, self.A))

    def test_may_be_lists_of_tensors(self) -> None:
        a, b = ag.Tensor(2.0, requires_grad=True), ag.Tensor(4.0, requires_grad=True)
        ag.linalg.det([[a, 1.0], [1.0, b]]).backward()
        assert a.grad is not None
        assert a.grad.item() == 4.0
        x = la.solve(ag.Tensor(np.eye(2, dtype=np.float32)), [a, b])
        assert x.requires_grad
        assert ag.linalg.norm([3, 4]) == 5

    def test_singular_values_of_a_hermitian_matrix(self) -> None:
        x = RNG.normal(size=(4, 4))
        x = x + x.T  # with negative eigenvalues

        def product(x: Any) -> Any:
            u, s, vh = la.svd((x + x.mT) / 2, hermitian=True)
            return (u * s) @ vh

        _, got = ag.func.jvp(product, (x,), (x.T @ x,))
        same(got, x.T @ x, atol=1e-11)
        assert_gradients_close(lambda x: la.svd((x + x.mT) / 2, compute_uv=False, hermitian=True), x)

    def test_eigvals_without_a_gradient_are_numpys(self) -> None:
        x = RNG.normal(size=(5, 5))
        same(la.eigvals(ag.Tensor(x)), la.eigvals(x), rtol=0, atol=0)
        with ag.no_grad():
            same(la.eigvals(ag.Tensor(x, requires_grad=True)), la.eigvals(x), rtol=0, atol=0)

    def test_all_of_lstsq_carries_gradients(self) -> None:
        a, b = RNG.normal(size=(5, 3)), RNG.normal(size=(5, 2))
        for i in (0, 1, 3):
            for right in (b, b[:, 0]):
                assert_gradients_close(lambda a, b: la.lstsq(a, b)[i], a, right)  # noqa: B023
        assert la.lstsq(ag.Tensor(a), b)[2] == 3

        def all_of_them(a: Any, b: Any) -> Any:
            x, residuals, _, values = la.lstsq(a, b)
            return np.concatenate([np.ravel(x), residuals, values])

        assert_gradients_close(all_of_them, a, b)


class TestNorms:
    @pytest.mark.parametrize("p", [2, 3, 2.5])
    def test_second_derivatives_at_zero_are_zero(self, p: float) -> None:
        _, (first,), (second,) = ours(lambda x: la.vector_norm(x, ord=p), [np.zeros(3)])
        same(first, np.zeros(3))
        same(second, np.zeros(3))
        _, _, (second,) = ours(lambda x: la.vector_norm(x, ord=p), [np.array([0.0, 1.0])])
        assert np.isfinite(plain(second)).all()

    @pytest.mark.parametrize("p", [2, 2.5, 3, 3.5])
    def test_second_derivatives_beside_an_element_of_zero(self, p: float) -> None:
        """(|x|^p + 1)^(1/p) has at x = 0 the second derivative 1 for p = 2, and else 0."""
        for at, expected in [([0.0, 1.0], [float(p == 2), 0.0]), ([0.0, 0.0], [0.0, 0.0])]:
            x = ag.Tensor(np.array(at), requires_grad=True)
            (gradient,) = ag.grad(la.vector_norm(x, ord=p), x, create_graph=True)
            _, slope = ag.func.jvp(lambda x: la.vector_norm(x, ord=p), [x], [np.array([1.0, 0.0])])
            assert gradient is not None
            for first in (gradient[0], slope):
                same(ag.grad(first, x)[0], np.array(expected))

    def test_large_and_small_numbers(self) -> None:
        for size in (1e-90, 1e90):
            x = np.array([3.0, -4.0]) * size
            same(gradient(lambda x: la.norm(x, 3), x), gradient(lambda x: la.norm(x, 3), x / size), rtol=1e-12)

    @pytest.mark.parametrize("p", [None, 2, 1, np.inf, "fro"])
    def test_cond_of_a_singular_matrix(self, p: Any) -> None:
        x = np.stack([np.diag([1.0, 0.0]), np.diag([1.0, 4.0]), np.zeros((2, 2))])
        same(la.cond(ag.Tensor(x, requires_grad=True), p), la.cond(x, p))

    def test_matrices_without_elements(self) -> None:
        for ord in ("fro", "nuc", 2, 1, np.inf):
            x = np.zeros((0, 0))
            same(la.norm(ag.Tensor(x, requires_grad=True), ord), 0.0 * np.ones(()))
            assert gradient(lambda x: la.norm(x, ord), x).shape == (0, 0)  # noqa: B023
        with pytest.raises(la.LinAlgError, match="without elements"):
            la.cond(ag.Tensor(x))


def test_a_gradient_among_hermitian_matrices_is_hermitian() -> None:
    x = RNG.normal(size=(3, 3)) + 1j * RNG.normal(size=(3, 3))
    x = x @ x.conj().T + np.eye(3)
    for call in (lambda x: np.abs(la.cholesky(x)), la.eigvalsh, lambda x: la.eigh(x)[0] ** 2):
        g = gradient(call, x)
        same(g, g.conj().T)


def test_upper_triangles_can_be_read() -> None:
    x = np.triu(RNG.normal(size=(3, 3))) + 3 * np.eye(3)
    same(la.eigvalsh(ag.Tensor(x), "U"), la.eigvalsh(x, "U"))
    same(la.eigh(ag.Tensor(x), UPLO="U")[0], la.eigh(x, UPLO="U")[0])


def test_matrix_rank_is_plain() -> None:
    x = ag.Tensor(np.diag([1.0, 0.0, 2.0]), requires_grad=True)
    assert la.matrix_rank(x) == 2
    assert ag.linalg.matrix_rank(x) == 2
