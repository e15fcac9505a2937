"""detect_anomaly: the operation, the line and the element where a NaN or an infinity first appears."""

import asyncio
import inspect
import threading

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite import nn, optim
from autograd_lite.anomaly import AnomalyError
from autograd_lite.primitive import elementwise, registry
from autograd_lite.source_lines import line_of
from autograd_lite.tape import Node

F = nn.functional


@pytest.fixture(autouse=True)
def _quiet():
    """NumPy warns of what is tested here."""
    with np.errstate(all="ignore"):
        yield


def leaf(value, name=None, dtype=np.float32):
    return ag.Tensor(np.asarray(value, dtype), requires_grad=True, name=name)


def here():
    """The line that calls this."""
    return inspect.currentframe().f_back.f_lineno


class TestForward:
    @pytest.mark.smoke
    def test_the_first_operation_its_line_and_the_element(self):
        x = leaf([[4.0, 1.0, 0.0]], "x")
        with ag.detect_anomaly():
            y = x * 2.0
            with pytest.raises(AnomalyError) as caught:
                y = np.log(y)
        error = caught.value
        assert (error.operation, error.backward, error.argument, error.index, error.value) == (
            "log", False, None, (0, 2), -np.inf,
        )  # fmt: skip
        assert (error.line.file, error.line.text) == (__file__, "y = np.log(y)")
        assert "its argument 0, what multiply made at" in str(error)
        assert "was finite: float32[1, 3], from 0 to 8; there 0" in str(error)

    @pytest.mark.parametrize(
        "f",
        [
            lambda x: x / 0.0,
            lambda x: 1.0 / (x - x),
            lambda x: abs(x * 1e30) * 1e30,
            lambda x: -(x**200.0),
            lambda x: abs(leaf([np.nan, 1.0])),
            lambda x: np.sqrt(-x),
            lambda x: np.split(np.log(x - 1.0), 2)[0],
            lambda x: (x * 1e30) @ leaf([1e30, 1.0]),
            lambda x: np.linalg.inv(np.outer(x, x) * 0.0 + 1e-30) * 1e30,
            lambda x: np.where(x > 2.0, x, np.log(x - 1.0)),
        ],
    )
    def test_of_every_way_to_call(self, f):
        with pytest.raises((AnomalyError, np.linalg.LinAlgError)), ag.detect_anomaly():
            f(leaf([1.0, 2.0]))

    def test_a_nan_that_was_there_already_is_traced_to_the_argument(self):
        x, bias = leaf([1.0, 2.0], "x"), leaf([0.0, np.nan], "bias")
        with pytest.raises(AnomalyError, match="the NaN was in what it was given") as caught, ag.detect_anomaly():
            x + bias
        assert "its argument 0, the leaf 'x', was finite" in str(caught.value)
        assert "its argument 1, the leaf 'bias', was nan at [1] of float32[2]" in str(caught.value)

    def test_an_infinity_that_was_put_there_may_go_on(self):
        x = leaf([[1.0, 2.0, 3.0]])
        mask = np.array([[0.0, -np.inf, 0.0]], np.float32)
        with ag.detect_anomaly():
            loss = (ag.special.softmax(x + mask, axis=1) * np.array([1.0, 2.0, 3.0], np.float32)).sum()
            loss.backward()
        assert np.isfinite(x.grad.data).all()
        with ag.detect_anomaly():
            y = x + mask
            with pytest.raises(AnomalyError, match="subtract gave nan"):
                y - y

    def test_check_inf_off_looks_for_nan_alone(self):
        x = leaf([0.0])
        with ag.detect_anomaly(check_inf=False):
            y = np.log(x)
            with pytest.raises(AnomalyError, match="multiply gave nan"):
                y * 0.0

    def test_check_nan_off_only_notes_lines(self):
        x = leaf([0.0])
        with ag.detect_anomaly(check_nan=False):
            y = np.log(x) * 0.0
            y.sum().backward()
        assert np.isnan(x.grad.data).all()
        assert line_of(y).text == "y = np.log(x) * 0.0"

    @pytest.mark.parametrize("fused", [True, False])
    def test_a_fused_kernel_and_the_step_of_its_reference(self, fused):
        x, w = leaf([[1e30, 2.0]], "x"), leaf([[1e30, 1.0]], "w")
        with pytest.raises(AnomalyError) as caught, ag.detect_anomaly(), ag.fusion(fused):
            F.linear(x, w, leaf([0.0]))
        error = caught.value
        assert (error.operation, error.step) == (("linear", "matmul") if fused else ("matmul", None))
        assert ("with fusion off, the step of its reference that does it: matmul gave inf" in str(error)) is fused

    def test_nothing_is_looked_at_outside_or_without_gradients(self):
        x = leaf([0.0])
        with ag.detect_anomaly():
            np.log(x.detach())
            with ag.no_grad():
                np.log(x)
        y = np.log(x)
        assert type(y._node) is Node
        (y * 0.0).sum().backward()

    def test_as_a_decorator(self):
        @ag.detect_anomaly(check_inf=False)
        def f(x):
            return np.log(x)

        f(leaf([0.0]))
        with pytest.raises(AnomalyError, match="log gave nan"):
            f(leaf([-1.0]))
        np.log(leaf([-1.0]))

    def test_inside_vmap_and_other_transforms(self):
        with pytest.raises(AnomalyError, match=r"log gave -inf at \[1, 0\]"), ag.detect_anomaly():
            ag.func.vmap(lambda r: np.log(r))(leaf([[1.0], [0.0]]))
        with pytest.raises(AnomalyError, match="backward through sqrt"), ag.detect_anomaly():
            ag.func.grad(lambda x: np.sqrt(x).sum())(np.zeros(2, np.float32))


class TestBackward:
    @pytest.mark.smoke
    @pytest.mark.parametrize("create_graph", [False, True])
    def test_the_rule_the_argument_and_the_line_of_forward(self, create_graph):
        x, y = leaf([0.0, 4.0], "x"), leaf([0.5, 0.5], "y")
        with ag.detect_anomaly():
            z, line = np.power(y, x) + np.sqrt(x), here()
            with pytest.raises(AnomalyError) as caught:
                z.sum().backward(create_graph=create_graph)
        error = caught.value
        assert (error.operation, error.backward, error.argument, error.index) == ("sqrt", True, 0, (0,))
        assert error.value == np.inf
        assert (error.line.file, error.line.line) == (__file__, line)
        assert "what arrived was finite" in str(error)
        assert "its answer was finite: float32[2], from 0 to 2; there 0" in str(error)

    def test_where_forward_was_outside(self):
        x = leaf([0.0])
        y = np.sqrt(x)
        with pytest.raises(AnomalyError, match="sqrt was recorded outside of detect_anomaly"), ag.detect_anomaly():
            y.backward()

    def test_the_second_argument(self):
        x, y = leaf([1e10]), leaf([1e-20])
        with pytest.raises(AnomalyError) as caught, ag.detect_anomaly():
            (x / y).backward()
        assert (caught.value.operation, caught.value.argument) == ("divide", 1)

    @pytest.mark.parametrize("create_graph", [False, True])
    def test_a_fused_kernel_and_the_step_of_its_reference(self, create_graph):
        x, w = leaf([[1e-20, 2.0]]), leaf([[1e30, 1.0]])
        with ag.detect_anomaly(), ag.fusion(True):
            loss, line = F.linear(x, w, leaf([0.0])), here()
            with pytest.raises(AnomalyError) as caught:
                loss.backward(np.array([[1e30]], np.float32), create_graph=create_graph)
        error = caught.value
        assert (error.operation, error.argument, error.step, error.line.line) == ("linear", 0, "matmul", line)

    def test_the_gradient_given(self):
        x = leaf([1.0])
        message = r"the gradient given to backward\(\) for what multiply made"
        with pytest.raises(AnomalyError, match=message), ag.detect_anomaly():
            (x * 2.0).backward(np.array([np.nan], np.float32))

    def test_a_sum_that_overflows_and_a_hook(self):
        x = leaf([1e-10], "x")
        y = x * 1.0
        with pytest.raises(AnomalyError, match="arrive at what multiply made add up to inf"), ag.detect_anomaly():
            (y * 2e38 + y * 2e38).backward(retain_graph=True)
        assert x.grad is None
        (x * 2e38).backward()
        with pytest.raises(AnomalyError, match="arrive at the leaf 'x' add up to inf"), ag.detect_anomaly():
            (x * 2e38).backward()
        y = x * 1.0
        y.register_hook(lambda g: g * np.nan)
        with pytest.raises(AnomalyError, match="a hook has changed them"), ag.detect_anomaly():
            y.backward()

    def test_a_rule_of_the_users(self):
        def doubled(x):
            return x * 2.0

        wrong = elementwise(doubled, lambda v, _ans, _x: v / 0.0)
        try:
            with pytest.raises(AnomalyError, match="backward through doubled"), ag.detect_anomaly():
                wrong(leaf([1.0])).backward()
        finally:
            registry.pop(doubled)

    def test_gradients_are_the_same_inside(self):
        model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))
        x, labels = np.ones((5, 3), np.float32), np.array([0, 1, 0, 1, 1])
        optimizer = optim.Adam(model.parameters())
        found = []
        for inside in (False, True):
            optimizer.zero_grad()
            with ag.detect_anomaly(inside):
                F.cross_entropy(model(x), labels).backward()
            found.append([np.array(p.grad.data) for p in model.parameters()])
        for outside, inside in zip(*found, strict=True):
            np.testing.assert_array_equal(outside, inside)

    def test_a_parameter_that_a_step_has_made_infinite_is_named(self):
        w = leaf([1.0], "w")
        optimizer = optim.SGD([w], lr=1e38)
        (w * 1e3).sum().backward()
        with pytest.raises(AnomalyError, match=r"SGD\.step gave for the parameter 'w': -inf"), ag.detect_anomaly():
            optimizer.step()


class TestForwardMode:
    def test_the_operation_and_its_line(self):
        with pytest.raises(AnomalyError, match="forward mode through sqrt gave inf at") as caught, ag.detect_anomaly():
            ag.func.jvp(lambda x: np.sqrt(x) * 2.0, (np.array([4.0, 0.0]),), (np.ones(2),))
        error = caught.value
        assert (error.operation, error.index, error.backward) == ("sqrt", (1,), False)
        assert "the tangent of its argument 0 was finite: float64[2], from 1 to 1" in str(error)
        assert "np.sqrt(x) * 2.0" in error.line.text

    def test_the_tangent_given(self):
        with pytest.raises(AnomalyError, match="the tangent given for a leaf has nan at"), ag.detect_anomaly():
            ag.func.jvp(np.sin, (np.ones(2),), (np.array([1.0, np.nan]),))

    def test_nested_in_reverse(self):
        with pytest.raises(AnomalyError, match="through sqrt"), ag.detect_anomaly():
            ag.func.hessian(lambda x: np.sqrt(x).sum())(np.array([4.0, 0.0]))
        with ag.detect_anomaly():
            hessian = ag.func.hessian(lambda x: np.sqrt(x).sum())(np.array([4.0, 1.0]))
        np.testing.assert_allclose(np.diag(hessian), [-1 / 32, -1 / 4])


class TestChangedArrays:
    """The error for a changed array names both lines inside the block, and says how to get them outside."""

    def test_both_lines(self):
        x = leaf([1.0, 2.0])
        optimizer = optim.SGD([x], lr=0.1)
        with ag.detect_anomaly():
            (x * 1.0).sum().backward()
            y, recorded = np.sin(x), here()
            _, changed = optimizer.step(), here()
        with pytest.raises(RuntimeError, match="backward through sin: its argument 0") as caught:
            y.sum().backward()
        assert f"recorded at {__file__}:{recorded} in test_both_lines: y, recorded = np.sin(x)" in str(caught.value)
        assert f"changed at {__file__}:{changed} in test_both_lines: _, changed = optimizer.step(), here()" in str(
            caught.value
        )
        assert "detect_anomaly" not in str(caught.value)

    def test_how_to_get_them(self):
        x = leaf([1.0, 2.0])
        optimizer = optim.SGD([x], lr=0.1)
        (x * 1.0).sum().backward()
        with ag.detect_anomaly():
            y = np.sin(x)
        optimizer.step()
        with pytest.raises(RuntimeError, match=r"with ag.detect_anomaly\(\)") as caught:
            y.sum().backward()
        assert "recorded at" in str(caught.value)
        assert "changed at" not in str(caught.value)

    def test_an_older_place_is_not_taken_for_the_last(self):
        x = leaf([1.0, 2.0])
        optimizer = optim.SGD([x], lr=0.1)
        (x * 1.0).sum().backward()
        with ag.detect_anomaly():
            optimizer.step()
            y = np.sin(x)
        optimizer.step()
        with pytest.raises(RuntimeError, match="recorded at") as caught:
            y.sum().backward()
        assert "changed at" not in str(caught.value)

    def test_a_second_backward_names_the_line(self):
        x = leaf([1.0, 2.0])
        with ag.detect_anomaly():
            y, line = (x * x).sum(), here()
        y.backward()
        with pytest.raises(RuntimeError, match=rf"sum a second time.*\n  recorded at .*test_anomaly.py:{line}"):
            y.backward()


def test_it_belongs_to_the_thread_and_the_task():
    x = leaf([0.0])
    seen = []

    def other():
        with np.errstate(all="ignore"):  # which belongs to the thread too
            seen.append(np.log(x))

    with ag.detect_anomaly():
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert len(seen) == 1

    async def inside(ready, go):
        with ag.detect_anomaly():
            ready.set()
            await go.wait()
            with pytest.raises(AnomalyError):
                np.log(x)

    async def main():
        ready, go = asyncio.Event(), asyncio.Event()
        task = asyncio.create_task(inside(ready, go))
        await ready.wait()
        np.log(x)
        go.set()
        await task

    asyncio.run(main())


def test_modes_changed_inside_keep_it():
    x = leaf([0.0])
    with ag.detect_anomaly():
        for switch in (ag.fusion(False), ag.enable_grad(), ag.detect_anomaly()):
            with switch, pytest.raises(AnomalyError):
                np.log(x)
        with pytest.raises(AnomalyError):
            np.log(x)
    np.log(x)
