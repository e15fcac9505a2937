"""Singular matrices, repeated eigenvalues, phases: what is not determined gives NaN or an error, all else is right.

docs/linear_algebra.md says the same in words.
"""

from itertools import permutations
from typing import Any

import numpy as np
import pytest
import torch

import autograd_lite as ag
from autograd_lite.testing import assert_gradients_close

from .helpers import gradient, ours, plain, same
from .samples.linalg import weighted
from .samples.sample import product

la = np.linalg
RNG = np.random.default_rng(0)


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

        def along(call: Any, x: Any) -> Any:
            return np.real(ag.func.jvp(call, (x,), (at.T + 1,))[1])

        at = x
        same(along(la.det, x), along(leibniz, x), atol=1e-11)
        if n > 1:
            same(gradient(lambda x: along(la.det, x), x), gradient(lambda x: along(leibniz, x), x), atol=1e-11)

    def test_det_of_a_row_that_is_twice_another(self) -> None:
        # not by PyTorch, whose gradient is 0 on processors where its LU decomposition makes the determinant exactly 0
        x = RNG.normal(size=(3, 3))
        x[-1] = x[0] * 2
        same(gradient(la.det, x), gradient(leibniz, x), atol=1e-12)
        assert_gradients_close(la.det, x, order=2)

    def test_det_of_equal_singular_values(self) -> None:
        assert_gradients_close(la.det, np.diag([1.0, 1.0, 1.0, 0.0]), order=2)
        assert_gradients_close(la.det, np.diag([1.0, 1.0, 0.0, 0.0]), order=2)

    def test_det_of_large_singular_matrices(self) -> None:
        x = RNG.normal(size=(60, 60)) / 8
        x[0] = x[1] - x[2]
        others = [j for j in range(60) if j != 5]
        minor = la.det(x[1:][:, others])
        same(gradient(la.det, x)[0, 5], -minor, rtol=1e-8, atol=0)
        one = np.zeros_like(x)
        one[0, 5] = 1
        same(ag.func.jvp(la.det, [x], [one])[1], -minor, rtol=1e-8, atol=0)

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
        _, tangent = ag.func.jvp(la.det, [x], [np.array([[1.0, 0.5], [-1.0, 2.0]])])
        same(tangent, np.asarray(x[1, 1] - 1.5 + 2.0 + 2.0))

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

    @pytest.mark.parametrize("n", [3, 30, 300])
    def test_eigenvalues_are_equal_up_to_rounding_and_no_more(self, n: int) -> None:
        rng = np.random.default_rng(n)
        x = rng.normal(size=(n, n)).astype(np.float32)
        weight = rng.normal(size=(n, n)).astype(np.float32)
        assert np.isfinite(gradient(lambda x: weighted(*la.eigh(x)[::-1]) * weight, x + x.T)).all()
        q, _ = la.qr(rng.normal(size=(n, n)))
        x = (q * np.maximum(np.arange(n), n // 2)) @ q.T
        assert np.isnan(gradient(lambda x: weighted(*la.eigh(x)[::-1]) * weight, x)).all()

    def test_what_pytorch_says(self) -> None:
        x = torch.from_numpy(self.X.copy()).requires_grad_()
        w, v = torch.linalg.eigh(x)
        ((v * w.sqrt()) @ v.mT).sum().backward()
        assert torch.isnan(x.grad).any()

    def test_singular_values_alone(self) -> None:
        x = np.vstack([np.eye(3), np.zeros((2, 3))])
        same(gradient(la.svdvals, x), x)
        same(gradient(lambda x: la.svd(x)[1], x), x)
        one = np.zeros((5, 3))
        one[0, 0] = 1
        for call in (la.svdvals, lambda x: la.svd(x)[1]):  # one of those that are equal, as PyTorch
            same(np.abs(gradient(lambda x: call(x)[0], x)), one)  # noqa: B023

    def test_the_sum_of_equal_singular_values_beside_vectors_of_another(self) -> None:
        def mixed(x: Any) -> Any:
            u, s, vh = la.svd(x)
            return u[:, :1] @ vh[:1] + np.sum(s)

        assert_gradients_close(mixed, np.diag([4.0, 1.0, 1.0, 1.0]))

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
        assert np.isnan(gradient(lambda x: np.real(whole(x) * (1 + 2j)), x + 0j)).all()  # its two phases are free
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


@pytest.mark.parametrize("ord", [None, 1, 2, 3, 3.5, np.inf])
def test_norms_of_zeros_beside_others(ord: Any) -> None:
    x = np.array([[0.0, 0.0, 0.0], [3.0, -4.0, 1.0]])
    assert_gradients_close(lambda x: np.linalg.norm(x, ord, axis=1), x)
    assert_gradients_close(lambda x: np.linalg.norm(x, ord, axis=1), x[1:], order=2)
