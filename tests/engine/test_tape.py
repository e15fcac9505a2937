"""The tape: what is recorded, what is kept alive, what is let go, and in what order it is swept."""

import asyncio
import gc
import threading
import weakref

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite import Tensor
from autograd_lite.changes import note_change


@pytest.fixture
def no_collector():
    """Nothing but reference counts frees memory inside."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def leaf(value, **options):
    return Tensor(value, np.float64, requires_grad=True, **options)


@pytest.mark.smoke
def test_a_value_used_twice_gets_both_contributions():
    x = leaf([2.0, 3.0])
    y = x * x
    (y + y * x).sum().backward()
    np.testing.assert_allclose(x.grad.data, 2 * x.data + 3 * x.data**2)


def test_add_gives_its_cotangent_to_both_sides_without_sharing_memory():
    x, y = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    z = x + y
    z.backward(np.array([1.0, 1.0]))
    x.grad.data  # noqa: B018  # a view; what follows must not reach it
    z = x + y
    z.backward(np.array([5.0, 5.0]))
    np.testing.assert_array_equal(x.grad.data, [6.0, 6.0])
    np.testing.assert_array_equal(y.grad.data, [6.0, 6.0])


def test_the_cotangent_given_is_left_as_it_is():
    x = leaf([1.0, 2.0])
    g = np.array([1.0, 1.0])
    y = x + x
    (y + x).backward(g)
    np.testing.assert_array_equal(g, [1.0, 1.0])
    np.testing.assert_array_equal(x.grad.data, [3.0, 3.0])


def test_grad_of_a_leaf_owns_its_memory():
    x = leaf([[1.0, 2.0]])
    x.sum().backward()
    assert x._node.watch.grad.base is None
    assert x._node.watch.grad.flags.writeable


def test_a_chain_of_a_million_operations(no_collector):
    x = leaf(1.0)
    y = x
    for _ in range(1_000_000):
        y = y * 1.000001
    first = weakref.ref(y._node)
    y.backward()
    assert x.grad.item() == pytest.approx(1.000001**1_000_000, rel=1e-9)
    del y
    assert first() is None


@pytest.mark.smoke
@pytest.mark.parametrize("backward", [False, True])
def test_dropping_the_loss_frees_the_graph_without_the_collector(no_collector, backward):
    x = leaf(np.ones((3, 3)))
    h = np.tanh(x @ x)
    a, b = ag.split(h, 3)[:2]
    loss = (ag.concat([a, b]).max() + np.exp(h).sum() + h[0, [0, 0]].sum()) ** 2
    nodes = [weakref.ref(t._node) for t in (h, a, loss)]
    if backward:
        loss.backward()
    del h, a, b, loss
    assert [node() for node in nodes] == [None, None, None]


def test_a_recorded_backward_is_freed_without_the_collector(no_collector):
    x = leaf([1.0, 2.0])
    (g,) = ag.grad(np.sin(x * x).sum(), x, create_graph=True)
    node = weakref.ref(g._node)
    (g * g).sum().backward()
    del g
    assert node() is None


def test_what_no_rule_reads_is_not_kept():
    x = leaf(np.ones(1000))
    h = x * 2.0
    data = weakref.ref(h._data)
    y = np.exp(h)  # its rule reads the answer, not the argument
    del h
    assert data() is None
    y.sum().backward()
    np.testing.assert_allclose(x.grad.data, 2 * np.exp(2.0))


def test_a_constant_factor_lets_go_of_the_other():
    x = leaf(np.ones(1000))
    h = np.exp(x)
    data = weakref.ref(h._data)
    y = h * 3.0 + np.ones(1000)
    x_only = (x + h) - h
    del h, x_only
    assert data() is not None  # exp reads its answer
    del y
    assert data() is None


def test_backward_releases_what_it_has_used():
    x = leaf(np.ones(1000))
    y = np.exp(x)
    kept = weakref.ref(y._data)
    loss = y.sum()
    del y
    assert kept() is not None
    loss.backward()
    assert kept() is None


def test_backward_a_second_time():
    x = leaf([1.0, 2.0])
    loss = (x * x).sum()
    loss.backward(retain_graph=True)
    loss.backward()
    np.testing.assert_array_equal(x.grad.data, [4.0, 8.0])
    with pytest.raises(RuntimeError, match=r"sum a second time.*retain_graph=True"):
        loss.backward()


def test_repeated_derivatives():
    x = leaf(0.7)
    y = np.sin(x)
    expected = [np.cos(0.7), -np.sin(0.7), -np.cos(0.7), np.sin(0.7), np.cos(0.7)]
    for value in expected:
        (y,) = ag.grad(y, x, create_graph=True)
        assert y.item() == pytest.approx(value, rel=1e-13)


def test_create_graph_leaves_differentiable_gradients():
    x = leaf([1.0, 2.0])
    (x**3).sum().backward(create_graph=True)
    assert x.grad.requires_grad
    (second,) = ag.grad(x.grad.sum(), x)
    np.testing.assert_allclose(second.data, 6 * x.data)


def test_create_graph_inside_no_grad_records_all_the_same():
    x = leaf(2.0)
    y = x**3
    with ag.no_grad():
        (g,) = ag.grad(y, x, create_graph=True)
    (h,) = ag.grad(g, x)
    assert h.item() == 12.0


class TestGrad:
    def test_touches_no_grad_attribute(self):
        x = leaf(2.0)
        (g,) = ag.grad(x * x, x)
        assert g.item() == 4.0
        assert x.grad is None

    def test_intermediate_and_leaf_together(self):
        x = leaf(2.0)
        h = x * x
        by_h, by_x = ag.grad(h * 3.0, [h, x])
        assert (by_h.item(), by_x.item()) == (3.0, 12.0)

    def test_several_outputs_add_up(self):
        x = leaf([1.0, 2.0])
        (g,) = ag.grad([x * 2.0, (x * x).sum()], x, [np.array([1.0, 10.0]), None])
        np.testing.assert_array_equal(g.data, [4.0, 24.0])

    def test_the_same_output_twice(self):
        x = leaf(3.0)
        y = x * x
        (g,) = ag.grad([y, y], x)
        assert g.item() == 12.0

    def test_an_output_that_is_an_input(self):
        x = leaf(3.0)
        (g,) = ag.grad(x, x)
        assert g.item() == 1.0

    def test_only_the_path_to_the_inputs_is_swept(self):
        x, y = leaf(2.0), leaf(3.0)
        heavy = np.exp(y)
        loss = x * heavy
        ag.grad(loss, x)
        assert heavy._node.saved is not None  # nothing went back through exp

    def test_unused(self):
        x, y = leaf(2.0), leaf(np.ones((2, 2)))
        with pytest.raises(RuntimeError, match=r"no output depends on inputs\[1\], float64\[2, 2\].*allow_unused=True"):
            ag.grad(x * x, [x, y])
        assert ag.grad(x * x, [x, y], allow_unused=True)[1] is None
        np.testing.assert_array_equal(ag.grad(x * x, [x, y], materialize_grads=True)[1].data, np.zeros((2, 2)))

    def test_an_input_without_gradient(self):
        with pytest.raises(RuntimeError, match=r"inputs\[0\].*does not require a gradient"):
            ag.grad(leaf(1.0) * 2.0, Tensor(1.0))

    def test_wrong_number_of_cotangents(self):
        x = leaf(1.0)
        with pytest.raises(RuntimeError, match="2 outputs need as many grad_outputs, not 1"):
            ag.grad([x * 1.0, x * 2.0], x, [None])

    def test_results_own_their_memory(self):
        x = leaf([1.0, 2.0])
        g = np.ones(2)
        (result,) = ag.grad(x + 0.0, x, g)
        g[:] = 7.0
        np.testing.assert_array_equal(result.data, [1.0, 1.0])


def test_retain_grad_on_the_way():
    x = leaf([1.0, 2.0])
    h = x * 3.0
    h.retain_grad()
    (h * h).sum().backward()
    np.testing.assert_array_equal(h.grad.data, [6.0, 12.0])
    np.testing.assert_array_equal(x.grad.data, [18.0, 36.0])


def test_detach_and_stop_gradient():
    x = leaf(3.0)
    (x * x.detach()).backward()
    assert x.grad.item() == 3.0
    x.grad = None
    (x * ag.stop_gradient(x)).backward()
    assert x.grad.item() == 3.0
    assert not ag.stop_gradient(x * x).requires_grad


class TestModes:
    def test_no_grad_and_enable_grad_nest(self):
        x = leaf(1.0)
        with ag.no_grad():
            assert not (x * 2).requires_grad
            with ag.enable_grad():
                assert (x * 2).requires_grad
            assert not (x * 2).requires_grad
        assert (x * 2).requires_grad

    def test_as_a_decorator(self):
        @ag.no_grad()
        def double(x):
            return x * 2

        assert not double(leaf(1.0)).requires_grad
        assert double.__name__ == "double"
        assert ag.is_grad_enabled()

    def test_a_generator_is_refused(self):
        with pytest.raises(TypeError, match="cannot decorate numbers, a generator"):

            @ag.no_grad()
            def numbers():
                yield 1

    def test_an_asynchronous_generator_is_refused(self):
        with pytest.raises(TypeError, match="cannot decorate numbers, a generator or coroutine"):

            @ag.no_grad()
            async def numbers():
                yield 1

    def test_one_switch_shared_by_threads(self):
        switch, together, seen = ag.no_grad(), threading.Barrier(2), []

        def enter():
            with switch:
                together.wait(10)
                seen.append(ag.is_grad_enabled())
                together.wait(10)
            seen.append(ag.is_grad_enabled())

        threads = [threading.Thread(target=enter) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(seen) == [False, False, True, True]

    def test_restored_after_an_exception(self):
        with pytest.raises(ZeroDivisionError), ag.no_grad():
            1 / 0  # noqa: B018
        assert ag.is_grad_enabled()

    def test_one_switch_entered_twice(self):
        switch = ag.no_grad()
        with switch:
            with switch:
                pass
            assert not ag.is_grad_enabled()
        assert ag.is_grad_enabled()

    def test_threads_have_their_own(self):
        seen = {}
        inside, leave = threading.Event(), threading.Event()

        def other():
            seen["at start"] = ag.is_grad_enabled()
            with ag.no_grad():
                inside.set()
                leave.wait(10)
            seen["at end"] = ag.is_grad_enabled()

        thread = threading.Thread(target=other)
        with ag.no_grad():
            thread.start()
        assert inside.wait(10)
        assert ag.is_grad_enabled()
        leave.set()
        thread.join()
        assert seen == {"at start": True, "at end": True}

    def test_tasks_have_their_own(self):
        async def without(ready, go):
            with ag.no_grad():
                ready.set()
                await go.wait()
                return ag.is_grad_enabled()

        async def main():
            ready, go = asyncio.Event(), asyncio.Event()
            task = asyncio.create_task(without(ready, go))
            await ready.wait()
            here = ag.is_grad_enabled()
            go.set()
            return here, await task

        assert asyncio.run(main()) == (True, False)

    def test_backward_in_several_threads_over_one_graph(self):
        x = leaf(np.arange(5.0))
        h = np.sin(x * x)
        results = []

        def run(k):
            results.append((k, ag.grad((h * float(k)).sum(), x, retain_graph=True)[0].data))

        threads = [threading.Thread(target=run, args=(k,)) for k in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(results) == 8
        for k, g in results:
            np.testing.assert_allclose(g, k * np.cos(x.data**2) * 2 * x.data)


class TestChangedArrays:
    """Changing what a pending backward needs gives the right gradient or an error, never a wrong one."""

    @pytest.mark.parametrize("left", [True, False])
    def test_an_ndarray_of_the_user(self, left):
        x = leaf([1.0, 2.0])
        c = np.array([3.0, 4.0])
        y = (c * x if left else x * c).sum()
        c[:] = 100.0
        y.backward()
        np.testing.assert_array_equal(x.grad.data, [3.0, 4.0])

    def test_an_ndarray_in_a_matrix_product(self):
        w = leaf(np.ones((2, 2)))
        batch = np.array([[1.0, 2.0]])
        y = (batch @ w).sum()
        batch[:] = 0.0
        y.backward()
        np.testing.assert_array_equal(w.grad.data, [[1.0, 1.0], [2.0, 2.0]])

    def test_a_read_only_view_of_memory_that_can_be_written(self):
        x = leaf(np.ones((2, 3)))
        source = np.ones(3)
        y = (x * np.broadcast_to(source, (2, 3))).sum()
        source[:] = 9.0
        y.backward()
        np.testing.assert_array_equal(x.grad.data, np.ones((2, 3)))

    def test_freezing_between_forward_and_backward(self):
        x = leaf([1.0, 2.0], name="x")
        y = (x * x).sum()
        x.requires_grad_(False)
        assert not (x * 2.0).requires_grad
        x.requires_grad_(True)
        y.backward()
        np.testing.assert_array_equal(x.grad.data, [2.0, 4.0])
        assert x.name == "x"

    def test_an_index_array(self):
        x = leaf([1.0, 2.0, 3.0])
        index = np.array([0, 0])
        y = (x[index] * x[index]).sum()
        index[:] = 2
        y.backward()
        np.testing.assert_array_equal(x.grad.data, [4.0, 0.0, 0.0])

    def test_the_array_a_tensor_was_made_of(self):
        source = np.array([1.0, 2.0])
        x = leaf(source)
        y = (x * x).sum()
        source[:] = 50.0
        y.backward()
        np.testing.assert_array_equal(x.grad.data, [2.0, 4.0])

    def test_new_data_leaves_the_recorded_values(self):
        x = leaf([1.0, 2.0])
        y = (x * x).sum()
        x.data = [10.0, 20.0]
        y.backward()
        np.testing.assert_array_equal(x.grad.data, [2.0, 4.0])

    def test_an_update_in_no_grad_leaves_the_recorded_values(self):
        x = leaf([1.0, 2.0])
        y = (x * x).sum()
        with ag.no_grad():
            x -= 0.5
        y.backward()
        np.testing.assert_array_equal(x.data, [0.5, 1.5])
        np.testing.assert_array_equal(x.grad.data, [2.0, 4.0])

    def test_a_noted_change_is_an_error(self):
        x = leaf([1.0, 2.0])
        y = np.sin(x[:1]).sum()  # what is saved is a view of x
        x._data[:] = 9.0
        note_change(x._data)
        with pytest.raises(RuntimeError, match=r"backward through sin: its argument 0.*changed after it was recorded"):
            y.backward()

    def test_a_change_before_recording_is_none(self):
        x = leaf([1.0, 2.0])
        x._data[:] = 3.0
        note_change(x._data)
        (x * x).sum().backward()
        np.testing.assert_array_equal(x.grad.data, [6.0, 6.0])

    def test_views_handed_out_cannot_be_written(self):
        x = Tensor([1.0, 2.0])
        for view in (x.data, x.numpy(), np.asarray(x)):
            with pytest.raises(ValueError, match="read-only"):
                view[0] = 5.0
        np.array(x)[0] = 5.0  # a copy
        assert x.tolist() == [1.0, 2.0]
