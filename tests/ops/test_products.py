"""Products beyond the samples: lists, numbers, empty axes, errors, and how contractions are run."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.ops.contraction import contract
from autograd_lite.testing import assert_gradients_close

from .helpers import ours, same, weights

R = np.random.default_rng(0)


def drawn(*shape: int) -> Any:
    return R.normal(size=shape)


NOTHING: list[tuple[str, Callable[..., Any], tuple[int, ...], tuple[int, ...]]] = [
    ("matmul", np.matmul, (2, 0), (0, 3)),
    ("matmul of vectors", np.matmul, (0,), (0,)),
    ("matmul of no stacks", np.matmul, (0, 2, 3), (3, 4)),
    ("dot", np.dot, (2, 0), (0,)),
    ("inner", np.inner, (2, 0), (3, 0)),
    ("vdot", np.vdot, (0,), (0,)),
    ("vecdot", np.vecdot, (2, 0), (0,)),
    ("matvec", np.matvec, (2, 0), (3, 0)),
    ("vecmat", np.vecmat, (3, 0), (0, 2)),
    ("outer", np.outer, (0,), (3,)),
    ("tensordot", lambda a, b: np.tensordot(a, b, 1), (2, 0), (0, 3)),
    ("kron", np.kron, (0, 2), (2, 2)),
    ("cross", np.cross, (0, 3), (3,)),
    ("einsum", lambda a, b: np.einsum("ij,jk->ik", a, b), (2, 0), (0, 3)),
    ("einsum to a number", lambda a, b: np.einsum("ij,jk->", a, b), (2, 0), (0, 3)),
    ("einsum of nothing with one", lambda a, b: np.einsum("i,i->i", a, b), (0,), (1,)),
    ("polyval", np.polyval, (0,), (3,)),
    ("polyval of nothing", np.polyval, (3,), (0, 2)),
]


@pytest.mark.parametrize(("call", "left", "right"), [case[1:] for case in NOTHING], ids=[case[0] for case in NOTHING])
def test_axes_without_elements(call: Callable[..., Any], left: tuple[int, ...], right: tuple[int, ...]) -> None:
    """The sum of nothing is 0, and gradients have the shapes of their arguments."""
    arrays = [drawn(*left), drawn(*right)]
    value, gradients, second = ours(call, arrays)
    same(value, np.asarray(call(*arrays)))
    assert [g.shape for g in [*gradients, *second]] == [left, right] * 2
    _, tangent = ag.func.jvp(call, arrays, arrays)
    assert tangent.shape == value.shape


PRODUCTS: list[Callable[..., Any]] = [
    ag.matmul, np.dot, np.inner, np.vdot, ag.vecdot, np.outer, np.kron, np.cross, np.convolve, np.correlate,
    lambda a, b: np.tensordot(a, b, 1), lambda a, b: np.einsum("i,i", a, b), lambda a, b: np.polyval(a, b),
]  # fmt: skip


@pytest.mark.parametrize("call", PRODUCTS, ids=lambda call: call.__name__)
def test_lists_beside_tensors(call: Callable[..., Any]) -> None:
    """A list is float32 if it is of Python's numbers, and carries gradients if it is of Tensors."""
    x, numbers = np.array([0.5, -1.0, 2.0], np.float32), [1.0, 2.0, 3.0]
    for args in ((x, numbers), (numbers, x)):
        value, (gradient,), _ = ours(lambda x, args=args: call(*(x if a is not numbers else a for a in args)), [x])
        same(value, call(*(np.asarray(a, np.float32) for a in args)), rtol=1e-6)
        assert gradient.dtype == np.float32
    parts = [ag.Tensor(n, requires_grad=True) for n in numbers]
    np.sum(call(ag.Tensor(x), parts)).backward()
    assert all(part.grad is not None for part in parts)


def test_numbers() -> None:
    x = np.array([0.5, -1.0], np.float32)
    for call in (np.dot, np.inner, np.outer, np.kron):
        value, (gradient,), _ = ours(lambda x, call=call: call(x, 2.0), [x])
        same(value, call(x, np.float32(2.0)))
        assert gradient.dtype == np.float32


def test_dtypes_together() -> None:
    a, b = drawn(2, 3).astype(np.float32), drawn(3, 2)
    products: list[Any] = [np.matmul, np.dot, lambda a, b: np.einsum("ij,jk", a, b), lambda a, b: np.tensordot(a, b, 1)]
    for call in products:
        value, gradients, second = ours(call, [a, b])
        same(value, call(a, b), rtol=1e-14)
        assert [g.dtype for g in (*gradients, *second)] == [np.float32, np.float64] * 2
    whole = np.arange(6).reshape(2, 3)
    squares: list[Any] = [
        lambda a: np.einsum("ij->i", a), lambda a: np.einsum("ij,ij->j", a, a), lambda a: np.dot(a, a.T),
    ]  # fmt: skip
    for call in squares:
        for of in (whole, whole > 2, whole.astype(np.int8)):
            same(call(ag.Tensor(of)), call(of))


@pytest.mark.filterwarnings("ignore:Arrays of 2-dimensional vectors:DeprecationWarning")
def test_cross_in_the_plane_is_numpys() -> None:
    for shapes in [((2,), (2,)), ((4, 2), (2,)), ((2,), (4, 3)), ((4, 3), (4, 2))]:
        a, b = (drawn(*shape) for shape in shapes)
        same(np.cross(ag.Tensor(a), b), np.asarray(np.cross(a, b)))
    a, b = drawn(2, 4), drawn(4, 3)
    same(np.cross(ag.Tensor(a), b, axisa=0, axisc=0), np.cross(a, b, axisa=0, axisc=0))


REFUSED: list[tuple[str, Callable[..., Any], tuple[tuple[int, ...], ...], str]] = [
    ("matmul", np.matmul, ((2, 3), (2, 3)), r"matmul\(float64\[2, 3\], float64\[2, 3\]\)"),
    ("matmul of a number", np.matmul, ((2, 3), ()), "matmul"),
    ("dot", np.dot, ((2, 3), (2, 3)), r"dot\(float64\[2, 3\], float64\[2, 3\]\).*not aligned.*; "),
    ("inner", np.inner, ((2, 3), (2,)), r"inner\(float64\[2, 3\], float64\[2\]\).*; "),
    ("vdot", np.vdot, ((3,), (2,)), r"vecdot\(float64\[3\], float64\[2\]\).*; "),
    ("vecdot", np.vecdot, ((2, 3), (2,)), r"vecdot\(float64\[2, 3\], float64\[2\]\).*; "),
    ("tensordot", np.tensordot, ((2, 3), (3, 2)), "tensordot of the shapes.*axes=2.*give axes="),
    ("tensordot of too many", lambda a, b: np.tensordot(a, b, 3), ((2, 3), (2, 3)), "axes=3"),
    ("tensordot of other axes", lambda a, b: np.tensordot(a, b, ([2], [0])), ((2, 3), (2, 3)), "give axes="),
    ("cross", np.cross, ((4,), (3,)), "cross of the shapes.*3 components"),
    ("cross of numbers", np.cross, ((), (3,)), "cross of the shapes"),
    ("cross of others", np.cross, ((2, 3), (3, 3)), r"cross\(float64\[2, 3\], float64\[3, 3\]\)"),
    ("convolve", np.convolve, ((2, 2), (3,)), "convolve of the shapes.*ravel"),
    ("convolve of nothing", np.convolve, ((0,), (3,)), "not be empty"),
    ("convolve in no mode", lambda a, b: ag.convolve(a, b, "whole"), ((2,), (3,)), "'full', 'same' or 'valid'"),
    ("polyval", np.polyval, ((2, 2), (3,)), "one axis"),
]


@pytest.mark.parametrize(
    ("call", "shapes", "message"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_shapes_that_do_not_fit(call: Callable[..., Any], shapes: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call(*(ag.Tensor(drawn(*shape), requires_grad=True) for shape in shapes))


def test_a_poly1d_is_refused() -> None:
    for args in ((np.poly1d([1.0, 2.0]), ag.Tensor([1.0])), (ag.Tensor([1.0]), np.poly1d([1.0]))):
        with pytest.raises(TypeError, match="poly1d"):
            np.polyval(*args)


def test_modes_of_convolve_by_their_first_letters_and_numbers() -> None:
    a, v = drawn(4), drawn(3)
    modes: list[tuple[Any, Any]] = [(0, "valid"), (1, "same"), (2, "full"), ("f", "full")]
    for mode, name in modes:
        same(ag.convolve(ag.Tensor(a), v, mode), np.convolve(a, v, name))


CONTRACTIONS: list[tuple[tuple[str, str, str], tuple[int, ...], tuple[int, ...]]] = [
    (("ij", "jk", "ik"), (9, 8), (8, 7)),
    (("ij", "kj", "ki"), (9, 8), (7, 8)),
    (("ij", "j", "i"), (3, 4), (4,)),
    (("i", "ij", "j"), (3,), (3, 4)),
    (("ijk", "j", "ik"), (3, 4, 2), (4,)),
    (("ijk", "ki", "j"), (3, 4, 2), (2, 3)),
    (("ij", "ij", ""), (3, 4), (3, 4)),
    (("ij", "ji", ""), (3, 4), (4, 3)),
    (("bij", "bjk", "bik"), (2, 9, 8), (2, 8, 7)),
    (("ijb", "jkb", "ikb"), (3, 2, 5), (2, 3, 5)),
    (("ijb", "jkb", "ikb"), (9, 8, 2), (8, 7, 2)),
    (("abij", "abjk", "baki"), (2, 3, 9, 8), (2, 3, 8, 7)),
    (("bij", "bj", "bi"), (5, 2, 3), (5, 3)),
    (("bij", "bj", "bi"), (2, 9, 8), (2, 8)),
    (("bi", "bij", "jb"), (2, 9), (2, 9, 8)),
    (("ib", "bi", "b"), (4, 3), (3, 4)),
    (("ij", "jk", "kji"), (2, 3), (3, 4)),
    (("il", "jk", "ij"), (2, 3), (4, 2)),
    (("ijk", "ljk", "l"), (2, 3, 2), (4, 3, 2)),
]


class TestContraction:
    """Each way in which a contraction is run gives NumPy's einsum, of arrays in any layout."""

    @pytest.mark.parametrize(("labels", "left", "right"), CONTRACTIONS)
    def test_any_layout(self, labels: tuple[str, str, str], left: tuple[int, ...], right: tuple[int, ...]) -> None:
        a, b = drawn(*left), drawn(*right)
        expected = np.einsum(f"{labels[0]},{labels[1]}->{labels[2]}", a, b)
        for lay in (np.asarray, np.asfortranarray, lambda x: np.flip(np.flip(x).copy())):
            same(contract(lay(a), lay(b), labels), expected)
        if a.size < 40:
            assert_gradients_close(lambda a, b: contract(a, b, labels), a, b)
        value, gradients, _ = ours(lambda a, b: contract(a, b, labels), [a, b])
        g = weights(value.shape, value.dtype)
        same(gradients[0], np.einsum(f"{labels[2]},{labels[1]},{labels[0]}->{labels[0]}", g, b, np.ones(left)))

    @pytest.mark.parametrize("shape", [(5, 4), (1, 5, 4)])
    def test_one_product_of_matrices_for_a_stack_times_a_matrix(self, shape: tuple[int, ...]) -> None:
        """The gradient of a weight under a stack is no stack of products that are summed up afterwards."""
        x, w = ag.Tensor(drawn(16, 3, 5), requires_grad=True), ag.Tensor(drawn(*shape), requires_grad=True)
        y = x @ w
        (gradient,) = ag.grad(y, [w], np.ones(y.shape), create_graph=True)
        assert gradient is not None
        sizes = {}
        node = gradient._node
        while node is not None:
            sizes[node.name] = int(np.prod(node.shape))
            node = next((parent for parent in node.parents if parent is not None), None)
        assert sizes["einsum"] == w.data.size
        assert "sum" not in sizes
        same(gradient, (x.data.reshape(-1, 5).T @ np.ones((48, 4))).reshape(shape))
