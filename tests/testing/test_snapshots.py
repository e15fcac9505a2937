"""Snapshots: what is stored comes back, every change is seen, and said in the right words."""

import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.testing.snapshots import Snapshot, compare, load, save, take

X = np.array([[0.5, -1.0, 2.0], [3.0, 0.25, -0.75]])
W = np.array([[1.0, 2.0], [-1.0, 0.5], [0.25, -2.0]])


def product(x: Any, w: Any) -> Any:
    return np.tanh(x @ w)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "er" / "product.npz"


def found(taken: Snapshot, path: Path, **options: Any) -> str:
    report = compare(taken, path, **options)
    return "" if report.ok else str(report)


@pytest.mark.smoke
def test_what_is_stored_comes_back(path: Path) -> None:
    taken = take(product, X, W)
    save(taken, path)
    stored = load(path)
    assert np.array_equal(stored.value, taken.value)
    for i, x in enumerate((X, W)):
        assert np.array_equal(stored.inputs[i], x)
        assert np.array_equal(stored.gradients[i], taken.gradients[i])
    assert compare(taken, path).ok
    assert [c.oracle for c in compare(taken, path).comparisons] == ["snapshot"] * 3


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.complex64, np.complex128])
def test_every_dtype(dtype: Any, path: Path) -> None:
    taken = take(lambda x: x * x * x, X.astype(dtype) * (1 if np.dtype(dtype).kind == "f" else 1 + 1j))
    save(taken, path)
    assert load(path).value.dtype == load(path).gradients[0].dtype == dtype
    assert found(taken, path) == ""
    for wrong, word in ((-taken.gradients[0], "sign is flipped"), (taken.gradients[0] * 2, "all are 2 times")):
        assert word in found(taken._replace(gradients={0: wrong}), path)


def test_the_gradient_is_that_of_a_weighted_sum() -> None:
    x = np.array([0.5, 1.0, 2.0])
    np.testing.assert_allclose(take(np.sin, x).gradients[0], np.cos([0.0, 1.0, 2.0]) * np.cos(x), rtol=1e-15)
    assert take(np.sin, x[0]).gradients[0] == np.cos(0.5)
    z = np.array([1 + 2j, 3 - 1j])
    np.testing.assert_allclose(take(lambda z: z * 1j, z).gradients[0], -1j * np.exp([0, 1j]), rtol=1e-14)


def test_gradients_of_other_kinds() -> None:
    by_hand = take(lambda x, n: np.sum(x**n), X, 2, grad=lambda x, n: n * x ** (n - 1))
    np.testing.assert_array_equal(by_hand.gradients[0], 2 * X)
    assert list(by_hand.inputs) == [0]
    torch = pytest.importorskip("torch")
    np.testing.assert_array_equal(take(lambda x: torch.sum(x**2), X, grad="torch").gradients[0], 2 * X)
    np.testing.assert_array_equal(take(lambda x: (x**2).sum(), ag.Tensor(X)).gradients[0], 2 * X)


def test_the_same_snapshot_gives_the_same_bytes(path: Path) -> None:
    save(take(product, X, W), path)
    before = path.read_bytes()
    save(take(product, X, W), path)
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_rounding_is_no_change_and_more_is(path: Path) -> None:
    taken = take(product, X, W)
    save(taken, path)
    value = taken.value
    assert found(taken._replace(value=value * (1 + 1e-14)), path) == ""
    text = found(taken._replace(value=value * (1 + 1e-10)), path)
    assert "the value of product is not that of the snapshot: 4 of 4 differ" in text
    assert found(taken._replace(value=value * (1 + 1e-10)), path, rtol=1e-9) == ""
    assert found(taken._replace(value=value + 1e-10), path, atol=1e-9) == ""
    assert "differ" in found(taken._replace(value=value * (1 + 1e-14)), path, rtol=0.0, atol=0.0)
    assert found(taken, path, rtol=0.0, atol=0.0) == ""


def test_the_place_and_the_size_of_a_change_are_named(path: Path) -> None:
    taken = take(product, X, W)
    save(taken, path)
    value = taken.value.copy()
    value[1, 0] = np.nextafter(value[1, 0], 2.0)
    text = found(taken._replace(value=value), path, rtol=0.0, atol=0.0)
    shown = f"got {value[1, 0]:.17g}, stored {taken.value[1, 0]:.17g} (relative 1.12e-16, 1 ulps)"
    assert f"1 of 4 differ\n    the worst, at [1, 0]: {shown}" in text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda g: -g, "diagnosis: the sign is flipped"),
        (lambda g: g / 6, "and that is 1/n for n = 6, the number of elements of input 0"),
        (lambda g: g[::-1], "diagnosis: the right numbers are there in another order: reversed along axis 0"),
        (lambda g: np.zeros_like(g), "diagnosis: all are zero: no gradient flows here"),
        (lambda g: np.where(np.arange(3) == 1, 0.0, g), "diagnosis: only column 1 (axis 1) is wrong"),
        (lambda g: np.where(np.arange(3) == 1, np.nan, g), "diagnosis: 2 of 6 are NaN"),
        (lambda g: g.T.copy(), "and float64[2, 3] in the snapshot\n    diagnosis: the gradient is transposed"),
        (lambda g: np.stack([g / 2, g / 2]), "sum its gradient over the axes that are new"),
        (lambda g: g.astype(np.float32), "is float32[2, 3], and float64[2, 3] in the snapshot"),
    ],
)  # fmt: skip
def test_a_changed_gradient_is_diagnosed(change: Any, words: str, path: Path) -> None:
    taken = take(product, X, W)
    save(taken, path)
    changed = taken._replace(gradients={0: change(taken.gradients[0]), 1: taken.gradients[1]})
    text = found(changed, path)
    assert words in text
    assert "the gradient of product by input 0 (float64[2, 3])" in text
    assert "by input 1" not in text
    assert "note: the value is as it was: it is the derivative that has changed" in text
    assert "pytest --gradient-snapshot-update stores what is there now" in text


def test_swapped_gradients(path: Path) -> None:
    taken = take(lambda x, y: np.sum(x * y), X, 2 * X + 1)
    save(taken, path)
    a, b = taken.gradients[0], taken.gradients[1]
    assert "it is the gradient by input 1: the arguments are exchanged" in found(
        taken._replace(gradients={0: b, 1: a}), path
    )


def test_a_conjugated_gradient(path: Path) -> None:
    taken = take(lambda z: z * z, X + 1j)
    save(taken, path)
    text = found(taken._replace(gradients={0: taken.gradients[0].conj()}), path)
    assert "diagnosis: the imaginary part: the sign is flipped" in text


def test_another_point_and_other_inputs(path: Path) -> None:
    save(take(product, X, W), path)
    text = found(take(product, X, W + 1), path)
    assert "note: the snapshot is of another point: input 1 is not that of the snapshot: 6 of 6 differ" in text
    assert "the value is as it was" not in text
    elsewhere = take(product, X, W)._replace(inputs={0: X, 1: W + 1})
    text = found(elsewhere._replace(gradients={0: -elsewhere.gradients[0], 1: elsewhere.gradients[1]}), path)
    assert "the value is as it was" not in text  # by chance only
    text = found(take(lambda x: product(x, W), X), path)
    assert "the gradient of <lambda> by input 1 (float64[3, 2]) is gone: f had other inputs" in text
    save(take(lambda x: product(x, W), X), path)
    assert "by input 1 (float64[3, 2]) is new: f had other inputs" in found(take(product, X, W), path)


def test_nan_is_as_it_was_and_infinity_is_not_nan(path: Path) -> None:
    taken = Snapshot(np.array(1.0), {0: np.array([np.nan, np.inf, 1.0])}, {0: np.zeros(3)})
    save(taken, path)
    assert found(taken, path) == ""
    for wrong in ([np.inf, np.inf, 1.0], [np.nan, np.nan, 1.0], [np.nan, -np.inf, 1.0], [np.nan, np.inf, np.nan]):
        assert "1 of 3 differ" in found(taken._replace(gradients={0: np.array(wrong)}), path)


def test_empty_arrays(path: Path) -> None:
    taken = take(np.sum, np.zeros((0, 3)))
    save(taken, path)
    assert found(taken, path) == ""


def test_there_is_none(path: Path) -> None:
    text = found(take(product, X, W), path)
    assert f"there is no snapshot {path}: pytest --gradient-snapshot-update stores one" in text


@pytest.mark.parametrize(
    "content", [b"", b"version https://git-lfs.github.com/spec/v1\n", b"PK\x03\x04 and no more", "pickle"]
)
def test_files_that_are_none(content: Any, path: Path) -> None:
    path.parent.mkdir(parents=True)
    if content == "pickle":
        np.savez(path, value=np.array([{}], object))
    else:
        path.write_bytes(content)
    with pytest.raises(ValueError, match="is not a gradient snapshot"):
        load(path)
    assert "restore it, or pytest --gradient-snapshot-update writes it anew" in found(take(product, X, W), path)


def test_other_archives_are_none(path: Path) -> None:
    path.parent.mkdir(parents=True)
    np.savez(path, something=X)
    with pytest.raises(ValueError, match="is not a gradient snapshot"):
        load(path)


def test_what_cannot_be_taken(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="none of the inputs is of a floating or complex dtype"):
        take(np.sum, np.array([1, 2]))
    with pytest.raises(ValueError, match="no gradient snapshot of <lambda> to be taken: f is not finite"):
        take(lambda x: np.sum(x) * np.inf, X)
    with pytest.raises(ValueError, match="gives different answers for the same inputs"):
        take(lambda x: np.sum(x) * np.random.default_rng().random(), X)
    with pytest.raises(TypeError, match="f must give floating-point numbers"):
        take(lambda x: np.argmax(x), X)
    with pytest.raises(ValueError, match="allow_pickle"):
        save(Snapshot(np.array([{}], object), {}, {}), tmp_path / "a.npz")
    assert list(tmp_path.iterdir()) == []  # and nothing is left behind


def test_a_reader_never_finds_half_a_file(path: Path) -> None:
    snapshots = [take(lambda x, k=k: np.sum(x) * k, np.ones((100, 100))) for k in (1.0, 2.0)]
    save(snapshots[0], path)
    done = threading.Event()

    def write() -> None:
        for k in range(30):
            save(snapshots[k % 2], path)
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    while not done.is_set():
        assert load(path).value in (10000.0, 20000.0)
    writer.join()
