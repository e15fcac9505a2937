"""Einstein sums beyond the samples: random subscripts, forms of the arguments, paths, and errors."""

from functools import partial
from typing import Any

import numpy as np
import pytest
import torch

import autograd_lite as ag
from autograd_lite.testing import assert_gradients_close

from .helpers import ours, same

R = np.random.default_rng(1)


def drawn(*shape: int) -> Any:
    return R.normal(size=shape)


def subscripts_at_random(seed: int) -> tuple[str, list[Any]]:
    """One to four arrays with up to three of five letters, some twice; and an answer of some of these."""
    rng = np.random.default_rng(seed)
    sizes = dict(zip("abcde", [2, 3, 1, 2, 3], strict=True))
    parts = ["".join(rng.choice(list(sizes), rng.integers(0, 4))) for _ in range(rng.integers(1, 5))]
    letters = sorted(set("".join(parts)))
    out = "".join(rng.permutation([label for label in letters if rng.random() < 0.5]))
    return ",".join(parts) + "->" + out, [rng.normal(size=[sizes[label] for label in part]) for part in parts]


@pytest.mark.parametrize("seed", range(40))
def test_random_subscripts_are_pytorchs(seed: int) -> None:
    subscripts, arrays = subscripts_at_random(seed)
    in_torch = partial(torch.einsum, subscripts)
    same(np.einsum(subscripts, *map(ag.Tensor, arrays)), in_torch(*map(torch.tensor, arrays)).numpy(), rtol=1e-10)
    assert_gradients_close(partial(np.einsum, subscripts), *arrays, reference=in_torch, order=2, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize(
    "optimize",
    [True, False, "greedy", "optimal", ("greedy", 1000), ["einsum_path", (0, 2), (0, 1)], ["einsum_path", (0, 1, 2)]],
    ids=str,
)
def test_any_order_of_contraction(optimize: Any) -> None:
    arrays = [drawn(2, 3), drawn(3, 4), drawn(4, 2)]
    same(
        np.einsum("ij,jk,kl->li", *map(ag.Tensor, arrays), optimize=optimize),
        np.einsum("ij,jk,kl->li", *arrays),
    )


def test_the_order_costs_little() -> None:
    """A chain of matrices that ends in a vector is a chain of vectors."""
    a, b, x = (ag.Tensor(drawn(*shape), requires_grad=True) for shape in ((50, 50), (50, 50), (50,)))
    y = np.einsum("ij,jk,k->i", a, b, x)
    sizes, waiting = [], [y._node]
    while waiting:
        node = waiting.pop()
        if node.primitive is not None:
            sizes.append(node.shape)
            waiting.extend(parent for parent in node.parents if parent is not None)
    assert sizes == [(50,), (50,)]


def test_einsum_path_is_numpys() -> None:
    arrays = [drawn(2, 3), drawn(3, 4), drawn(4)]
    expected = np.einsum_path("ij,jk,k->i", *arrays)
    assert np.einsum_path("ij,jk,k->i", *map(ag.Tensor, arrays))[0] == expected[0]
    x, y, z = (ag.Tensor(array, requires_grad=True) for array in arrays)
    assert ag.einsum_path(x, [0, 1], y, [1, 2], z, [2])[0] == expected[0]


def test_integers_as_labels_are_sorted_as_integers() -> None:
    a, b = drawn(2, 3), drawn(3, 4)
    for lists in ([30, 2], [2, 40]), ([5, 1], [1, 0]), ([51, 26], [26, 25]):
        same(ag.einsum(ag.Tensor(a), lists[0], b, lists[1]), np.einsum(a, lists[0], b, lists[1]))
    same(ag.einsum(ag.Tensor(a), [..., 0], [0, ...]), np.einsum(a, [..., 0], [0, ...]))


@pytest.mark.parametrize("subscripts", ["...", "...->...", "i...", "...j->j..."])
def test_an_ellipsis_may_stand_for_any_number_of_axes(subscripts: str) -> None:
    for shape in ((2, 3), (2, 3, 4), (4,)):
        x = drawn(*shape)
        same(ag.einsum(subscripts, ag.Tensor(x)), np.einsum(subscripts, x))


def test_dtype() -> None:
    x = np.ones((2, 3), np.float32)
    value, (gradient,), _ = ours(lambda x: np.einsum("ij->i", x, dtype=np.float64), [x])
    assert (value.dtype, gradient.dtype) == (np.float64, np.float32)
    for refused in ({"casting": "safe"}, {"order": "F"}):
        with pytest.raises(TypeError, match=f"{next(iter(refused))}.*the arguments that it takes"):
            np.einsum("ij->i", ag.Tensor(x, requires_grad=True), **refused)  # type: ignore[call-overload]


@pytest.mark.parametrize(
    ("subscripts", "shapes", "message"),
    [
        ("ij,jk", [(2, 3), (4, 2)], "axis 'j' is 3 long once and 4 another time"),
        ("ii", [(2, 3)], "axis 'i'"),
        ("ii", [(1, 3)], "axis 'i'"),
        ("...,...", [(2,), (3,)], r"an axis of '\.\.\.'"),
        ("ij", [(2,)], "for 2 axes, and the array has 1"),
        ("i", [(2, 3)], r"for 1 axes, and the array has 2; '\.\.\.'"),
        ("i,j", [(2,)], "for 2 arrays, and 1 are given"),
        ("i->ij", [(2,)], "'j', which no argument has"),
        ("i->ii", [(2,)], "'i' more than once"),
        ("...->", [(2,)], "must have an ellipsis"),
        ("i1", [(2, 2)], "made of letters"),
        ("i..", [(2, 2)], "made of letters"),
        ("i->i->i", [(2,)], "made of letters"),
    ],
)
def test_subscripts_that_do_not_fit(subscripts: str, shapes: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message) as caught:
        ag.einsum(subscripts, *(ag.Tensor(drawn(*shape)) for shape in shapes))
    assert f"einsum('{subscripts}') of arrays of the shapes" in str(caught.value)


def test_other_arguments_that_are_wrong() -> None:
    with pytest.raises(ValueError, match="takes subscripts"):
        ag.einsum()
    with pytest.raises(ValueError, match="integers from 0 to 51"):
        ag.einsum(ag.Tensor([1.0]), [52])
