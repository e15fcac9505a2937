"""Threads, asyncio and generators: modes are theirs, graphs may be built side by side, shared gradients add up."""

import asyncio
import contextvars
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite import nn, optim

F = nn.functional


@pytest.fixture
def switching():
    """Threads take turns after every few instructions."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def leaf(value, dtype=np.float64):
    return ag.Tensor(np.asarray(value, dtype), requires_grad=True)


def at_once(*functions):
    """Run functions in a thread each, started together; gives what they return, and raises what they raise."""
    barrier = threading.Barrier(len(functions))

    def run(function):
        barrier.wait(30)
        return function()

    with ThreadPoolExecutor(len(functions)) as pool:
        return [future.result(60) for future in [pool.submit(run, function) for function in functions]]


@pytest.mark.usefixtures("switching")
class TestGraphsSideBySide:
    def test_of_their_own(self):
        def program(seed):
            x = leaf(np.random.default_rng(seed).standard_normal((3, 3)))
            for _ in range(20):
                y = np.tanh(x @ x) + np.split(x, 3)[0]
                (g,) = ag.grad((y * y).sum(), x, create_graph=True)
                x.grad = None
                (g * y).sum().backward()
            return x.grad.data.copy()

        expected = [program(seed) for seed in range(4)]
        found = at_once(*[lambda seed=seed: program(seed) for seed in range(4)])
        for a, b in zip(expected, found, strict=True):
            np.testing.assert_array_equal(a, b)

    def test_gradients_of_a_shared_leaf_add_up(self):
        x = leaf(np.arange(20000.0))  # so long that NumPy lets other threads run while it adds

        def work():
            for _ in range(10):
                (x * 2.0).sum().backward()

        for _ in range(10):
            x.grad = None
            at_once(work, work, work, work)
            np.testing.assert_array_equal(x.grad.data, np.full(x.shape, 80.0))

    @pytest.mark.smoke
    def test_nobody_comes_between_looking_and_writing(self):
        x = leaf([1.0, 2.0])
        x._node.watch.room = lambda: time.sleep(0.05)  # asked for once it is seen that there is no gradient yet

        def work():
            (x * 2.0).sum().backward()

        at_once(work, work)
        np.testing.assert_array_equal(x.grad.data, [4.0, 4.0])

    @pytest.mark.parametrize("fused", [True, False])
    def test_gradients_in_an_optimizers_buffer_add_up(self, fused):
        layer = nn.Linear(40, 30)
        optimizer = optim.SGD(layer.parameters(), lr=0.1)
        x = np.ones((8, 40), np.float32)

        def work():
            with ag.fusion(fused):
                for _ in range(3):
                    layer(x).sum().backward()

        for _ in range(60):
            optimizer.zero_grad()
            at_once(work, work, work)
            np.testing.assert_array_equal(layer.weight.grad.data, np.full((30, 40), 72.0))
            np.testing.assert_array_equal(layer.bias.grad.data, np.full(30, 72.0))

    def test_a_step_during_anothers_backward_is_an_error(self):
        x = leaf([1.0, 2.0])
        optimizer = optim.SGD([x], lr=0.1)
        x.sum().backward()
        y = np.sin(x).sum()
        at_once(optimizer.step)
        with pytest.raises(RuntimeError, match=r"backward through sin.*changed after it was recorded"):
            y.backward()

    def test_hooks_are_called_once_for_each_sweep(self):
        x = leaf(np.ones(50))
        seen, after = [], []
        x.register_hook(lambda g: seen.append(threading.get_ident()))
        x.register_post_accumulate_grad_hook(lambda t: after.append(1))

        def work():
            for _ in range(25):
                (x * x + x).sum().backward()
                x.register_hook(lambda g: None).remove()

        at_once(work, work, work)
        assert (len(seen), len(after), len(set(seen))) == (75, 75, 3)
        np.testing.assert_array_equal(x.grad.data, np.full(50, 225.0))

    def test_what_a_hook_changes_is_of_its_own_thread(self):
        x = leaf(1.0)

        def work(k):
            results = []
            for _ in range(50):
                y = x * 1.0
                y.register_hook(lambda g: g * k)
                results.append(ag.grad(y * 2.0, x)[0].item())
            return set(results)

        assert at_once(*[lambda k=k: work(k) for k in range(4)]) == [{2.0 * k} for k in range(4)]


SWITCHES = {
    "no_grad": (lambda: ag.no_grad(), lambda: not ag.is_grad_enabled()),
    "fusion": (lambda: ag.fusion(False), lambda: not ag.is_fusion_enabled()),
    "detect_anomaly": (lambda: ag.detect_anomaly(), lambda: raises_for_nan()),
}


def raises_for_nan():
    try:
        leaf(1.0) * np.nan
    except RuntimeError:
        return True
    return False


@pytest.fixture(params=SWITCHES)
def switch_and_is_on(request):
    if request.param == "fusion" and not ag.is_fusion_enabled():
        pytest.skip("fusion is off for the whole run")
    return SWITCHES[request.param]


class TestModes:
    def test_a_new_thread_starts_as_a_program_does(self, switch_and_is_on):
        switch, is_on = switch_and_is_on
        with switch(), ThreadPoolExecutor(1) as pool:
            assert is_on()
            assert not pool.submit(is_on).result(10)

    def test_a_context_that_is_handed_on_is_kept(self, switch_and_is_on):
        switch, is_on = switch_and_is_on
        with switch(), ThreadPoolExecutor(1) as pool:
            assert pool.submit(contextvars.copy_context().run, is_on).result(10)

    def test_a_worker_that_leaves_nothing_behind(self, switch_and_is_on):
        switch, is_on = switch_and_is_on

        def work():
            with switch():
                return is_on()

        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(work).result(10)
            assert not pool.submit(is_on).result(10)

    @pytest.mark.usefixtures("switching")
    def test_many_threads_that_switch(self, switch_and_is_on):
        switch, is_on = switch_and_is_on

        def work():
            for _ in range(50):
                with switch():
                    assert is_on()
                assert not is_on()

        def look():
            assert not any(is_on() for _ in range(200))

        at_once(work, look, work)

    def test_tasks_that_take_turns(self, switch_and_is_on):
        switch, is_on = switch_and_is_on

        async def inside():
            for _ in range(3):
                with switch():
                    await asyncio.sleep(0)
                    assert is_on()
                await asyncio.sleep(0)
                assert not is_on()

        async def outside():
            for _ in range(8):
                await asyncio.sleep(0)
                assert not is_on()

        async def main():
            await asyncio.gather(inside(), outside(), inside())

        asyncio.run(main())

    def test_a_task_and_to_thread_begin_with_what_held_where_they_were_made(self, switch_and_is_on):
        switch, is_on = switch_and_is_on

        async def look():
            await asyncio.sleep(0)
            return is_on()

        async def main():
            with switch():
                task = asyncio.create_task(look())
                assert await asyncio.to_thread(is_on)
            assert not is_on()
            assert await task

        asyncio.run(main())

    def test_a_generator_shares_the_mode_of_who_runs_it(self, switch_and_is_on):
        switch, is_on = switch_and_is_on

        def numbers():
            with switch():
                yield 1
                yield 2

        running = numbers()
        next(running)
        assert is_on()  # Python has no context of a generator's own
        running.close()
        assert not is_on()

        running, own = numbers(), contextvars.copy_context()
        own.run(next, running)
        assert not is_on()
        assert own.run(is_on)
        own.run(running.close)


def test_backward_in_tasks_that_take_turns():
    x = leaf([1.0, 2.0])

    async def program(k):
        y = x * k
        await asyncio.sleep(0)
        with ag.no_grad():
            await asyncio.sleep(0)
        y = (y * y).sum()
        await asyncio.sleep(0)
        y.backward()

    async def main():
        await asyncio.gather(*(program(k) for k in (1.0, 2.0, 3.0)))

    asyncio.run(main())
    np.testing.assert_array_equal(x.grad.data, 2 * 14 * x.data)
