"""Tensor as an array and as a Python object: making one, dtypes, NumPy around it, what it says of itself."""

import copy
import pickle

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite import Tensor


class TestMaking:
    @pytest.mark.smoke
    @pytest.mark.parametrize(
        ("data", "dtype"),
        [
            (1.5, np.float32),
            ([1.0, 2.0], np.float32),
            ([[1.0], [2.0]], np.float32),
            (3, np.int64),
            ([1, 2], np.int64),
            ([True, False], np.bool_),
            ([], np.float32),
            (np.ones(2), np.float64),
            (np.float64(1.0), np.float64),
            ([np.float64(1.0)], np.float64),
            (np.ones(2, np.float16), np.float16),
            (np.ones(2, np.int8), np.int8),
        ],
    )
    def test_arrays_keep_their_dtype_and_python_floats_are_float32(self, data, dtype):
        t = Tensor(data)
        assert t.dtype == dtype
        assert t.shape == np.shape(data)

    def test_dtype_is_taken(self):
        assert Tensor([1, 2], np.float64, requires_grad=True).dtype == np.float64

    def test_data_is_copied(self):
        a = np.ones(2)
        t = Tensor(a)
        a[:] = 5
        assert t.tolist() == [1.0, 1.0]

    @pytest.mark.parametrize("data", ["text", [[1.0], [1.0, 2.0]], [None], {"a": 1}, object()])
    def test_what_is_not_numbers(self, data):
        with pytest.raises(TypeError, match="cannot make an array of numbers from"):
            Tensor(data)

    def test_a_list_of_tensors_with_gradients(self):
        x = Tensor(1.0, requires_grad=True)
        for make in (Tensor, np.array, np.asarray):
            with pytest.raises(TypeError, match=r"an ndarray would lose.*ag\.stack"):
                make([x, x])

    @pytest.mark.parametrize("dtype", [np.int64, np.bool_])
    def test_only_floats_can_require_gradients(self, dtype):
        with pytest.raises(TypeError, match=f"only floating-point.*{np.dtype(dtype)}.*astype"):
            Tensor(np.ones(2, dtype), requires_grad=True)
        with pytest.raises(TypeError, match="only floating-point"):
            Tensor(np.ones(2, dtype)).requires_grad_()

    def test_asarray(self):
        t = Tensor([1.0])
        assert ag.asarray(t) is t
        assert ag.asarray(t, copy=True) is not t
        assert ag.asarray(t, np.float64).dtype == np.float64
        a = np.ones(2)
        shared = ag.asarray(a, copy=False)
        a[0] = 7
        assert shared.tolist() == [7.0, 1.0]
        with pytest.raises(ValueError, match="copy=False needs an ndarray"):
            ag.asarray([1.0], copy=False)


class TestNumpyAround:
    x = np.array([[0.5, -1.0, 2.0]])

    @pytest.mark.parametrize(
        "f",
        [
            lambda t: np.sin(t),
            lambda t: np.ones(3) + t,
            lambda t: np.float64(2.0) * t,
            lambda t: 2 - t,
            lambda t: 1 / (t + 5),
            lambda t: 2.0**t,
            lambda t: np.ones((2, 1)) @ t,
            lambda t: np.concatenate([t, t]),
            lambda t: np.stack([t, t], axis=-1),
            lambda t: np.where(t > 0, t, 0.0),
            lambda t: np.where(t > 0, 1.0, t * t),
            lambda t: np.clip(t, -0.5, None),
            lambda t: np.mean(t, axis=1),
            lambda t: np.var(t),
            lambda t: np.std(t, axis=1, keepdims=True),
            lambda t: np.add.reduce(t, axis=1),
            lambda t: np.maximum.reduce(t, axis=1),
            lambda t: np.transpose(t),
            lambda t: np.ravel(t),
            lambda t: np.squeeze(t, axis=0),
            lambda t: np.take_along_axis(t, np.array([[2, 0]]), axis=1),
            lambda t: np.split(t, 3, axis=1)[1],
            lambda t: t[0, ::-1],
            lambda t: t.T.mT,
            lambda t: t + [1.0, 2.0, 3.0],
        ],
    )
    def test_recorded_with_the_values_of_numpy(self, f):
        t = Tensor(self.x, requires_grad=True)
        y = f(t)
        assert isinstance(y, Tensor)
        assert y.requires_grad
        np.testing.assert_array_equal(y.detach().numpy(), f(self.x))
        y.sum().backward()
        assert t.grad.shape == self.x.shape

    @pytest.mark.parametrize(
        "f",
        [
            lambda t: t > 0.3,
            lambda t: t == 2.0,
            lambda t: np.isnan(t),
            lambda t: np.floor(t),
            lambda t: np.sign(t),
            lambda t: np.argmax(t, axis=1),
            lambda t: t.argmin(),
            lambda t: np.round(t),
            lambda t: t // 2.0,
            lambda t: np.logical_not(t > 0),
            lambda t: ~(t > 0),
            lambda t: (t > 0) & (t < 1),
            lambda t: np.argsort(t),
            lambda t: np.zeros_like(t),
        ],
    )
    def test_without_derivative_gives_plain_results(self, f):
        t = Tensor(self.x, requires_grad=True)
        y = f(t)
        assert isinstance(y, Tensor)
        assert not y.requires_grad
        np.testing.assert_array_equal(y.numpy(), f(self.x))

    def test_allclose_gives_a_bool(self):
        t = Tensor(self.x, requires_grad=True)
        assert np.allclose(t, self.x) is True
        assert np.array_equal(t, self.x + 1) is False

    @pytest.mark.parametrize(
        ("f", "message"),
        [
            (lambda t: np.poly(t[0]), "np.poly on a Tensor that requires a gradient: write it with"),
            (lambda t: np.subtract.accumulate(t), "np.subtract.accumulate has no derivative"),
            (lambda t: np.add.at(np.zeros((1, 3)), 0, t), "np.add.at would write a Tensor that requires a gradient"),
            (lambda t: np.sin(t, where=np.array([[True, False, True]])), "takes no where="),
            (lambda t: np.concatenate([t, t], out=np.zeros((2, 3))), "gradient would be lost"),
            (lambda t: np.sin(t, out=np.zeros((1, 3))), "gradient would be lost"),
        ],
    )
    def test_refused_with_a_remedy(self, f, message):
        with pytest.raises(TypeError, match=message):
            f(Tensor(self.x, requires_grad=True))

    def test_in_place_into_an_ndarray(self):
        a = np.ones(3)
        with pytest.raises(TypeError, match=r"`array \+= tensor`.*array = array \+ tensor"):
            a += Tensor([1.0, 2.0, 3.0], np.float64, requires_grad=True)
        np.testing.assert_array_equal(a, np.ones(3))
        a += Tensor([1.0, 2.0, 3.0])
        np.testing.assert_array_equal(a, [2.0, 3.0, 4.0])

    def test_assignment_into_an_ndarray(self):
        a = np.zeros(2)
        with pytest.raises(TypeError, match="detach"):
            a[:] = Tensor([1.0, 2.0], requires_grad=True)
        a[:] = Tensor([1.0, 2.0])
        np.testing.assert_array_equal(a, [1.0, 2.0])

    def test_functions_nobody_declared_work_where_nothing_can_be_lost(self):
        np.testing.assert_allclose(np.poly(Tensor([1.0, 2.0])).numpy(), [1.0, -3.0, 2.0])
        with ag.no_grad():
            np.testing.assert_allclose(np.poly(Tensor([1.0, 2.0], requires_grad=True)).numpy(), [1.0, -3.0, 2.0])

    def test_numpy_of_a_tensor_with_gradient(self):
        with pytest.raises(TypeError, match="detach"):
            Tensor([1.0], requires_grad=True).numpy()


class TestAssignment:
    def test_augmented_on_a_leaf_while_recording(self):
        x = Tensor([1.0], requires_grad=True)
        with pytest.raises(RuntimeError, match="no_grad"):
            x += 1.0

    def test_augmented_on_a_computed_value_makes_a_new_one(self):
        x = Tensor([1.0], requires_grad=True)
        y = h = x * 2.0
        y += 1.0
        assert h.tolist() == [2.0]
        y.sum().backward()
        assert x.grad.tolist() == [2.0]

    def test_augmented_in_no_grad_keeps_the_tensor(self):
        x = alias = Tensor([1.0, 2.0], requires_grad=True)
        with ag.no_grad():
            x *= 3.0
        assert x is alias
        assert x.requires_grad
        assert x.tolist() == [3.0, 6.0]

    def test_augmented_on_a_plain_tensor(self):
        x = alias = Tensor([1.0, 2.0])
        x /= 2.0
        assert x is alias
        assert alias.tolist() == [0.5, 1.0]

    def test_augmented_with_what_carries_a_gradient(self):
        x, total = Tensor([1.0, 2.0], requires_grad=True), Tensor(0.0)
        total += (x * x).sum()
        total += x.sum()
        total.backward()
        assert x.grad.tolist() == [3.0, 5.0]

    def test_augmented_in_no_grad_on_a_computed_value(self):
        y = Tensor([1.0], requires_grad=True) * 2.0
        with ag.no_grad(), pytest.raises(RuntimeError, match="computed by multiply"):
            y += 1.0

    def test_augmented_of_every_kind(self):
        x = alias = Tensor([[1.0, 5.0], [1.0, 1.0]], requires_grad=True)
        with ag.no_grad():
            x @= 3 * np.eye(2, dtype=np.float32)
            x %= 4
            x //= 2
        assert x is alias
        assert alias.tolist() == [[1.0, 1.0], [1.0, 1.0]]
        bits = same = Tensor([6, 3])
        bits &= 5
        bits |= 8
        bits ^= 1
        bits <<= 2
        bits >>= 1
        assert bits is same
        assert same.tolist() == [26, 16]

    @pytest.mark.parametrize("operand", [0.5, 1j])
    def test_augmented_may_not_lose_digits(self, operand):
        t = Tensor([1, 2])
        with pytest.raises(TypeError, match=r"the answer is .* and t stays int64"):
            t += operand
        assert t.tolist() == [1, 2]

    def test_augmented_may_not_change_the_shape(self):
        x = Tensor([1.0, 2.0])
        with pytest.raises(ValueError, match=r"\+=.*\(2, 2\)"):
            x += np.ones((2, 2))

    def test_data(self):
        x = Tensor([1.0, 2.0], requires_grad=True)
        x.data = np.array([3.0, 4.0])
        assert x.dtype == np.float32
        assert x.requires_grad
        with pytest.raises(ValueError, match=r"shape \(3,\)"):
            x.data = np.ones(3)
        with pytest.raises(RuntimeError, match="computed by multiply"):
            (x * 2).data = np.ones(2)

    def test_grad(self):
        x = Tensor([1.0, 2.0], requires_grad=True)
        given = np.ones(2, np.float32)
        x.grad = given
        given[:] = 9
        x.sum().backward()
        assert x.grad.tolist() == [2.0, 2.0]
        x.grad = None
        assert x.grad is None
        with pytest.raises(ValueError, match=r"must have its shape and dtype, not be float32\[3\]"):
            x.grad = np.ones(3, np.float32)
        with pytest.raises(RuntimeError, match="requires_grad"):
            Tensor([1.0]).grad = np.ones(1, np.float32)


class TestAsAPythonObject:
    @pytest.mark.parametrize(
        ("make", "text"),
        [
            (lambda: Tensor([1.0, 2.0]), "Tensor([1., 2.], dtype=float32)"),
            (lambda: Tensor(1.0, requires_grad=True), "Tensor(1., dtype=float32, requires_grad=True)"),
            (lambda: Tensor([1.0], requires_grad=True) * 2, "Tensor([2.], dtype=float32, made_by=multiply)"),
            (lambda: Tensor(np.zeros((0, 3))), "Tensor([], shape=(0, 3), dtype=float64)"),
            (lambda: Tensor([1, 2]), "Tensor([1, 2], dtype=int64)"),
        ],
    )
    def test_repr(self, make, text):
        assert repr(make()) == text

    def test_repr_of_a_large_one_is_short(self):
        assert len(repr(Tensor(np.ones((1000, 1000))))) < 300

    def test_numbers(self):
        t = Tensor(2.5, requires_grad=True)
        assert (t.item(), float(t.detach()), int(t), bool(t), f"{t:.2f}") == (2.5, 2.5, 2, True, "2.50")
        assert [10, 20, 30][Tensor(1)] == 20
        with pytest.raises(TypeError, match="integer Tensor"):
            [1][t]
        with pytest.raises(ValueError, match="ambiguous"):
            bool(Tensor([1.0, 2.0]))
        with pytest.raises(ValueError, match="exactly one element"):
            Tensor([1.0, 2.0]).item()

    def test_as_a_sequence(self):
        t = Tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
        assert len(t) == 2
        first, second = t
        (first * second).sum().backward()
        assert t.grad.tolist() == [[3.0, 4.0], [1.0, 2.0]]
        assert 3.0 in t
        assert 5.0 not in t
        with pytest.raises(TypeError, match="no axes"):
            iter(Tensor(1.0))

    def test_hash_and_equality(self):
        a, b = Tensor([1.0]), Tensor([1.0])
        assert len({a, b}) == 2
        assert (a == b).all()
        assert (a == None) is False  # noqa: E711

    @pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda t: pickle.loads(pickle.dumps(t))])
    def test_copies(self, again):
        t = Tensor([1.0, 2.0], requires_grad=True, name="weights")
        u = again(t)
        assert u.tolist() == t.tolist()
        assert u.requires_grad
        assert u.name == "weights"
        (u * u).sum().backward()
        assert t.grad is None

    @pytest.mark.parametrize("again", [copy.deepcopy, pickle.dumps])
    def test_copies_of_a_computed_value(self, again):
        with pytest.raises(RuntimeError, match=r"made by multiply.*detach"):
            again(Tensor([1.0], requires_grad=True) * 2)

    def test_names_of_pytorch_are_told_where_to_go(self):
        t = Tensor([1.0])
        with pytest.raises(AttributeError, match=r"no attribute 'unsqueeze'; write np\.expand_dims"):
            t.unsqueeze(0)
        with pytest.raises(AttributeError, match=r"no attribute 'nonsense'$"):
            t.nonsense  # noqa: B018
        assert not hasattr(t, "view")

    def test_requires_grad_of_a_computed_value(self):
        y = Tensor([1.0], requires_grad=True) * 2
        with pytest.raises(RuntimeError, match="detach"):
            y.requires_grad_(False)
        with pytest.raises(RuntimeError, match="retain_grad"):
            Tensor([1.0]).retain_grad()


class TestErrors:
    x = Tensor(np.ones((2, 3), np.float32), requires_grad=True)

    @pytest.mark.parametrize(
        ("f", "kind", "message"),
        [
            (lambda x: x + np.ones(4), ValueError, r"add\(float32\[2, 3\], float64\[4\]\).*broadcast.*expand_dims"),
            (lambda x: np.ones(4) * x, ValueError, r"multiply\(float64\[4\], float32\[2, 3\]\)"),
            (lambda x: np.maximum(x, np.ones(4)), ValueError, r"maximum\(float32\[2, 3\], float64\[4\]\)"),
            (lambda x: x @ x, ValueError, r"matmul\(float32\[2, 3\], float32\[2, 3\]\).*\.mT"),
            (lambda x: x @ 2.0, ValueError, r"matmul\(float32\[2, 3\], float32\[\]\).*`\*`"),
            (lambda x: x.reshape(4, 2), ValueError, r"reshape\(float32\[2, 3\], \(4, 2\)\).*number of elements"),
            (lambda x: x.sum(axis=2), np.exceptions.AxisError, r"sum\(float32\[2, 3\], axis=2.*between -ndim"),
            (lambda x: x.sum(dim=0), TypeError, r"t\.sum\(\) takes NumPy's keywords: write axis= for dim="),
            (lambda x: x.max(dim=0, keepdim=True), TypeError, r"axis= for dim=, keepdims= for keepdim="),
            (lambda x: x.std(unbiased=False), TypeError, r"correction=0 for False for unbiased="),
            (lambda x: x.sum(axes=0), TypeError, r"unexpected keyword argument 'axes'"),
            (lambda x: x[5], IndexError, r"getitem\(float32\[2, 3\], 5\).*between -n and n-1"),
            (lambda x: x["a"], IndexError, r"getitem\(float32\[2, 3\], 'a'\).*index with integers"),
            (lambda x: ag.concat([x, x[0]]), ValueError, r"concat\(float32\[2, 3\], float32\[3\]"),
            (lambda x: ag.stack([x, x[:, :2]]), ValueError, r"stack\(float32\[2, 3\], float32\[2, 2\]"),
            (lambda x: np.max(x, where=[True]), ValueError, r"max\(float32\[2, 3\], .*where mask.*'initial'"),
            (lambda x: x.backward(), RuntimeError, r"shape \(2, 3\).*\.sum\(\) or \.mean\(\)"),
            (lambda x: (x * 2).backward(np.ones(3)), RuntimeError, r"gradient given has shape \(3,\)"),
            (lambda x: x.detach().sum().backward(), RuntimeError, "no gradient flows to this Tensor"),
            (lambda x: x + "a", TypeError, "unsupported operand"),
            (lambda x: x + None, TypeError, "unsupported operand"),
        ],
    )
    def test_name_operation_shapes_and_remedy(self, f, kind, message):
        with pytest.raises(kind, match=message):
            f(self.x)
