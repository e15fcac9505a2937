"""Linear algebra where samples do not reach: degenerate matrices, empty ones, errors, NumPy's named answers."""

from itertools import permutations
from typing import Any

import numpy as np
import pytest
import scipy.linalg
import torch

import autograd_lite as ag
from autograd_lite.testing import assert_gradients_close

from .helpers import ours, plain, same, theirs
from .samples.sample import product

la = np.linalg
RNG = np.random.default_rng(0)


def gradient(call: Any, x: Any) -> Any:
    t = ag.Tensor(x, requires_grad=True)
    call(t).sum().backward()
    assert t.grad is not None
    return plain(t.grad)


def leibniz(x: Any) -> Any:
    """The determinant as the sum over permutations."""
    n = x.shape[-1]
    orders = [*permutations(range(n))]
    return sum(product([x[i, p[i]] for i in range(n)]) * la.det(np.eye(n)[list(p)]) for p in orders)


class TestSingularMatrices:
    @pytest.mark.parametrize(("n", "rank"), [(1, 0), (2, 0), (2, 1), (3, 1), (3, 2), (4, 0), (4, 1), (4, 2), (4, 3)])
    @pytest.mark.parametrize("kind", [np.float64, np.complex128])
    def test_det_of_any_rank(self, n: int, rank: int, kind: type) -> None:
        left, right = RNG.normal(size=(2, n, rank)), RNG.normal(size=(2, rank, n))
        turn = np.array([1, 1j if kind is np.complex128 else 0])[:, None, None]
        x = (np.sum(left * turn, axis=0) @ np.sum(right * turn, axis=0)).astype(kind)
        for got, expected in zip(ours(la.det, [x])[1:], ours(leibniz, [x])[1:], strict=True):
            same(got[0], expected[0], atol=1e-11)
        _, tangent = ag.func.jvp(la.det, (x,), (x.T + 1,))
        same(tangent, ag.func.jvp(leibniz, (x,), (x.T + 1,))[1], atol=1e-11)

    def test_det_of_rank_one_less_is_pytorchs(self) -> None:
        x = RNG.normal(size=(3, 3))
        x[-1] = x[0] * 2
        for mine, right in zip(ours(la.det, [x])[1], theirs(torch.linalg.det, [x])[1], strict=True):
            same(mine, right, rtol=1e-8, atol=1e-8)

    def test_det_of_equal_singular_values(self) -> None:
        assert_gradients_close(la.det, np.diag([1.0, 1.0, 1.0, 0.0]), order=2)
        assert_gradients_close(la.det, np.diag([1.0, 1.0, 0.0, 0.0]), order=2)

    def test_det_of_large_singular_matrices(self) -> None:
        x = RNG.normal(size=(60, 60)) / 8
        x[0] = x[1] - x[2]
        others = [j for j in range(60) if j != 5]
        minor = la.det(x[1:][:, others])
        same(gradient(la.det, x)[0, 5], -minor, rtol=1e-8)

    def test_det_of_zeros(self) -> None:
        same(gradient(la.det, np.zeros((3, 3))), np.zeros((3, 3)))
        same(gradient(la.det, np.zeros((2, 2))), np.zeros((2, 2)))

    def test_a_stack_with_one_singular_matrix(self) -> None:
        x = np.stack([np.diag([1.0, 2.0, 3.0]), np.diag([1.0, 2.0, 0.0])])
        same(gradient(la.det, x), np.stack([np.diag([6.0, 3.0, 2.0]), np.diag([0.0, 0.0, 2.0])]))

    def test_det_next_to_singular(self) -> None:
        """Where the inverse has no right digit left, cofactors have them all."""
        x = np.array([[1.0, 2.0], [3.0, 6.0 + 1e-14]])
        same(gradient(la.det, x), np.array([[x[1, 1], -3.0], [-2.0, 1.0]]))

    def test_inverse_and_solution_name_themselves(self) -> None:
        x = ag.Tensor(np.zeros((2, 2)), requires_grad=True)
        for call in (la.inv, lambda x: la.solve(x, np.ones(2))):
            with pytest.raises(la.LinAlgError, match=r"(inv|solve)\(float64\[2, 2\].*Singular matrix; np.linalg.pinv"):
                call(x)
        sign, log = la.slogdet(x)
        assert (sign.item(), log.item()) == (0.0, -np.inf)
        with pytest.raises(la.LinAlgError, match="slogdet: the logarithm"):
            log.backward()

    def test_lstsq_of_less_than_full_rank(self) -> None:
        low, b = RNG.normal(size=(4, 2)) @ RNG.normal(size=(2, 3)), RNG.normal(size=4)
        x, residuals, rank, values = la.lstsq(ag.Tensor(low, requires_grad=True), b, rcond=1e-10)
        expected = la.lstsq(low, b, rcond=1e-10)
        same(x, expected[0])
        same(values, expected[3])
        assert rank == 2
        assert residuals.size == 0
        # the rank stays 2 along these directions
        left, right = RNG.normal(size=(4, 2)), RNG.normal(size=(2, 3))
        assert_gradients_close(lambda p, q: la.lstsq(p @ q, b, rcond=1e-10)[0], left, right, order=2)

    def test_lstsq_of_a_wide_matrix_gives_the_smallest_solution(self) -> None:
        a, b = RNG.normal(size=(2, 4)), RNG.normal(size=(2, 3))
        assert_gradients_close(lambda a, b: la.lstsq(a, b)[0], a, b, order=2)


class TestRepeatedEigenvalues:
    """What the values at that point tell has its derivative there; what would need a limit of 0 / 0 is NaN."""

    X = np.diag([1.0, 1.0, 1.0, 4.0])

    @staticmethod
    def root(x: Any) -> Any:
        w, v = la.eigh(x)
        return (v * np.sqrt(w)[..., None, :]) @ v.mT

    def test_eigenvalues_alone(self) -> None:
        same(gradient(la.eigvalsh, self.X), np.eye(4))
        same(gradient(lambda x: la.eigh(x)[0], self.X), np.eye(4))
        same(gradient(lambda x: la.eigh(x)[0] ** 3, self.X), 3 * self.X @ self.X)
        same(gradient(lambda x: np.real(la.eigvals(x) ** 3), self.X), 3 * self.X @ self.X)
        one = np.zeros((4, 4))
        one[0, 0] = 1
        for call in (la.eigvalsh, lambda x: la.eigh(x)[0]):  # one of those that are equal, as PyTorch
            same(gradient(lambda x: call(x)[0], self.X), one)  # noqa: B023

    def test_vectors_of_the_other_eigenvalues(self) -> None:
        def projector(x: Any) -> Any:
            v = la.eigh(x).eigenvectors[:, 3:]
            return v @ v.mT

        assert_gradients_close(lambda x: projector((x + x.mT) / 2), self.X)

    def test_a_function_of_the_matrix_is_nan_and_never_wrong(self) -> None:
        """Its derivative within the repeated ones is f'(w), which neither f(w) nor the vectors tell."""
        rounded, _ = la.qr(RNG.normal(size=(4, 4)))
        for x in (self.X, rounded @ self.X @ rounded.T):  # there eigenvalues differ by rounding
            for weight in (RNG.normal(size=(4, 4)), np.eye(4)[[1, 0, 2, 3]]):
                got = gradient(lambda x: self.root(x) * weight, x)  # noqa: B023
                assert np.isnan(got).all()
        d = RNG.normal(size=(4, 4))
        _, got = ag.func.jvp(self.root, (self.X,), (d + d.T,))
        assert np.isnan(plain(got)).any()
        same(gradient(lambda x: np.trace(self.root(x)), self.X), np.diag([0.5, 0.5, 0.5, 0.25]))

    @pytest.mark.parametrize("w", [[0.0, 0.0, 0.0], [0.0, 0.0, 2.0], [1.0, 1.0, 2.0]])
    def test_the_matrix_out_of_its_parts(self, w: list[float]) -> None:
        """V diag(w) V^H is A: its gradient is what arrives, or NaN."""
        x, g = np.diag(w), RNG.normal(size=(3, 3))

        def by_eigh(x: Any) -> Any:
            w, v = la.eigh(x)
            return (v * w) @ v.mT * g

        def by_svd(x: Any) -> Any:
            u, s, vh = la.svd(x)
            return (u * s) @ vh * g

        for call in (by_eigh, by_svd):
            assert np.isnan(gradient(call, x)).all()

    def test_in_a_stack_the_other_matrices_keep_their_gradients(self) -> None:
        x = np.stack([self.X, np.diag([1.0, 2.0, 3.0, 4.0])])
        got = gradient(lambda x: self.root(x) * RNG.normal(size=(4, 4)), x)
        assert np.isnan(got[0]).all()
        assert np.isfinite(got[1]).all()

    def test_what_pytorch_says(self) -> None:
        x = torch.from_numpy(self.X.copy()).requires_grad_()
        w, v = torch.linalg.eigh(x)
        ((v * w.sqrt()) @ v.mT).sum().backward()
        assert torch.isnan(x.grad).any()

    def test_singular_values_alone(self) -> None:
        x = np.vstack([np.eye(3), np.zeros((2, 3))])
        same(gradient(la.svdvals, x), x)
        same(gradient(lambda x: la.svd(x)[1], x), x)

    def test_what_is_left_of_a_low_rank(self) -> None:
        """The best approximation of rank 2 of a matrix of rank 2 in (5, 4), whose other singular values are 0."""
        left, right = RNG.normal(size=(5, 2)), RNG.normal(size=(2, 4))

        def approximation(x: Any) -> Any:
            u, s, vh = la.svd(x, full_matrices=False)
            return (u[:, :2] * s[:2]) @ vh[:2]

        assert_gradients_close(approximation, left @ right)

    def test_a_singular_value_of_zero(self) -> None:
        x = np.diag([2.0, 1.0, 0.0])
        same(gradient(lambda x: la.svd(x)[1][:2], x), np.diag([1.0, 1.0, 0.0]))
        weight = RNG.normal(size=(3, 3))

        def whole(x: Any) -> Any:
            u, s, vh = la.svd(x)
            return (u * s) @ vh * weight

        same(gradient(whole, x), weight)  # one alone is no harm to a square matrix
        tall = np.vstack([x, np.zeros((1, 3))])
        weight = RNG.normal(size=(4, 3))

        def thin(x: Any) -> Any:
            u, s, vh = la.svd(x, full_matrices=False)
            return (u * s) @ vh * weight

        assert np.isnan(gradient(thin, tall)).all()

    def test_float32_is_kept(self) -> None:
        x = ag.Tensor(self.X.astype(np.float32), requires_grad=True)
        for call in (self.root, lambda x: la.svd(x)[0] * np.arange(4, dtype=np.float32)):
            (g,) = ag.grad(np.sum(call(x)), x)
            assert g.dtype == np.float32


class TestPhases:
    Z = RNG.normal(size=(3, 3)) + 1j * RNG.normal(size=(3, 3))

    @pytest.mark.parametrize(
        ("name", "vectors"),
        [
            ("eigh", lambda z: la.eigh(z + np.conj(z).mT)[1]),
            ("eig", lambda z: la.eig(z)[1]),
            ("svd", lambda z: la.svd(z)[0]),
            ("svd", lambda z: la.svd(z)[2]),
        ],
    )
    def test_a_loss_that_depends_on_them_is_refused(self, name: str, vectors: Any) -> None:
        z = ag.Tensor(self.Z, requires_grad=True)
        with pytest.raises(la.LinAlgError, match=f"{name}: the loss depends on the phases"):
            np.sum(np.real(vectors(z))).backward()
        np.sum(np.abs(vectors(z))).backward()

    def test_left_and_right_vectors_turn_together(self) -> None:
        z = ag.Tensor(self.Z, requires_grad=True)
        u, _, vh = la.svd(z)
        np.sum(np.real(u @ vh)).backward()


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


class TestExpm:
    @pytest.mark.parametrize("scale", [0.0, 1e-3, 0.1, 0.5, 1.5, 4.0, 30.0])
    @pytest.mark.parametrize("dtype", [np.float64, np.complex128])
    def test_values_are_scipys(self, scale: float, dtype: type) -> None:
        x = (RNG.normal(size=(5, 5)) * scale).astype(dtype)
        if dtype is np.complex128:
            x += 1j * RNG.normal(size=(5, 5)) * scale
        expected = scipy.linalg.expm(x)
        np.testing.assert_allclose(plain(ag.linalg.expm(x)), expected, rtol=1e-11, atol=1e-12 * np.abs(expected).max())

    def test_the_derivative_is_scipys(self) -> None:
        x, d = RNG.normal(size=(4, 4)), RNG.normal(size=(4, 4))
        _, got = ag.func.jvp(ag.linalg.expm, (x,), (d,))
        np.testing.assert_allclose(plain(got), scipy.linalg.expm_frechet(x, d)[1], rtol=1e-11)

    def test_of_integers_and_of_infinities(self) -> None:
        same(ag.linalg.expm(np.zeros((2, 2), int)), np.eye(2))
        assert np.isnan(plain(ag.linalg.expm(ag.Tensor(np.full((2, 2), np.inf))))).all()
        same(ag.linalg.expm(np.diag([-1e60, 0.0])), np.diag([0.0, 1.0]))

    @pytest.mark.parametrize("size", [1e2, 1e6, 1e10, 1e100])
    def test_a_matrix_that_is_far_from_normal(self, size: float) -> None:
        """By its norm alone it would be halved until all digits are lost."""
        x = np.array([[1.0, size], [0.0, -1.0]])
        same(ag.linalg.expm(x), np.array([[np.e, size * np.sinh(1)], [0, 1 / np.e]]), rtol=1e-14)

    def test_each_of_a_stack_is_halved_as_it_needs(self) -> None:
        x = np.stack([RNG.normal(size=(3, 3)) * scale for scale in (1e-6, 1e2, 0, 3)])
        for one, got in zip(x, ag.linalg.expm(x), strict=True):
            expected = scipy.linalg.expm(one)
            np.testing.assert_allclose(got, expected, rtol=1e-10, atol=1e-13 * np.abs(expected).max())
        x = np.stack([RNG.normal(size=(3, 3)) * scale for scale in (0.1, 6, 3)])
        assert_gradients_close(ag.linalg.expm, x)


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


class TestNorms:
    @pytest.mark.parametrize("p", [2, 3, 2.5])
    def test_second_derivatives_at_zero_are_zero(self, p: float) -> None:
        _, (first,), (second,) = ours(lambda x: la.vector_norm(x, ord=p), [np.zeros(3)])
        same(first, np.zeros(3))
        same(second, np.zeros(3))
        _, _, (second,) = ours(lambda x: la.vector_norm(x, ord=p), [np.array([0.0, 1.0])])
        assert np.isfinite(plain(second)).all()

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
