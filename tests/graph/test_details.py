"""What `details` notes: lines, variables, options, times, values and cotangents; and that it changes nothing else."""

import asyncio
import gc
import threading
import weakref

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite import nn
from autograd_lite.graph import Graph, details
from autograd_lite.graph.notes import noted, shown

rng = np.random.default_rng(0)


def leaf(*shape, name=None):
    return ag.Tensor(rng.normal(size=shape), requires_grad=True, name=name)


def by_op(graph, op):
    return next(node for node in graph.nodes if node.op == op)


@pytest.mark.smoke
def test_lines_variables_and_options():
    x, w = leaf(3, 4, name="x"), leaf(4, 2, name="w")
    with details():
        h = np.tanh(x @ w)
        first, second = ag.split(h, 2, axis=1)
        total = (first * 2.0 - second).sum(axis=0)
    graph = Graph.of(total)
    found = {node.op: (node.line.expression, node.variable, node.options) for node in graph.nodes if node.op}
    assert found["matmul"] == ("x @ w", None, ())
    assert found["tanh"] == ("np.tanh(x @ w)", "h", ())
    assert found["multiply"] == ("first * 2.0", None, (("x2", "2.0"),))
    assert found["split"][2] == (("indices_or_sections", "2"), ("axis", "1"))
    assert found["sum"] == ("(first * 2.0 - second).sum(axis=0)", "total", (("axis", "0"),))
    assert [node.variable for node in graph.nodes if node.op == "split output"] == ["first", "second"]
    line = by_op(graph, "tanh").line
    assert line.text == "h = np.tanh(x @ w)"
    assert line.function == "test_lines_variables_and_options"
    assert str(line).endswith(f"{line.place} in {line.function}: {line.text}")


def test_a_variable_names_the_last_of_what_a_call_records():
    layer = nn.Linear(4, 2, dtype=np.float64)
    x = leaf(3, 4)

    def twice(value):
        inner = layer(value)
        return inner * 2

    with ag.fusion(True), details():
        y = twice(x)
        z = y
        z += 1
        answer = [z * 1.0]
    graph = Graph.of(*answer)
    assert [(node.op, node.variable) for node in graph.nodes if node.kind == "op"] == [
        ("linear", "inner"), ("multiply", None), ("add", "z"), ("multiply", None),
    ]  # fmt: skip


def test_only_the_last_of_what_a_module_records_is_the_variable():
    model = nn.Sequential(nn.Linear(4, 2), nn.Tanh())
    with ag.fusion(True), details():
        hidden = model(np.ones((1, 4), np.float32))
    assert [(node.op, node.variable) for node in Graph.of(hidden).nodes if node.op] == [
        ("linear", None), ("tanh", "hidden"),
    ]  # fmt: skip


def test_variables_of_calls_that_python_has_specialized():
    x = leaf(3)
    with details():
        for _ in range(50):
            joined = np.concatenate([x, x])
            size = abs(joined)
            a, b = ag.split(size, 2)
    graph = Graph.of(a * b)
    assert [node.variable for node in graph.nodes if node.op == "absolute"] == ["size"]
    assert [node.variable for node in graph.nodes if node.op == "concat"] == ["joined"]
    assert [node.variable for node in graph.nodes if node.op == "split output"] == ["a", "b"]


def test_operations_that_give_several():
    x = leaf(4)
    with details():
        a, b = ag.split(np.sin(x), 2)
    graph = Graph.of(a, b)
    assert by_op(graph, "split").value is None
    found = [node.value.max for node in graph.nodes if node.op == "split output"]
    assert found == [a.detach().numpy().max(), b.detach().numpy().max()]


def test_values_and_cotangents_are_those_of_the_run():
    x, w = leaf(3, 4, name="x"), leaf(4, 2, name="w")
    with details():
        h = x @ w
        y = np.tanh(h)
        loss = (y * y).sum()
        h.retain_grad()
        y.retain_grad()
        loss.backward()
    graph = Graph.of(loss)
    product, tanh = by_op(graph, "matmul"), by_op(graph, "tanh")
    assert product.value.norm == pytest.approx(np.linalg.norm(h.detach().numpy()))
    assert product.gradient.norm == pytest.approx(np.linalg.norm(h.grad.numpy()))
    assert tanh.gradient.mean == pytest.approx(y.grad.numpy().mean())
    assert product.flows == pytest.approx((np.linalg.norm(x.grad.numpy()), np.linalg.norm(w.grad.numpy())))
    leaves = {node.name: node for node in graph.nodes if node.name}
    assert leaves["x"].value.max == x.detach().numpy().max()
    assert leaves["w"].gradient.norm == pytest.approx(np.linalg.norm(w.grad.numpy()))
    # the product has one argument twice: its cotangent is the sum of both
    assert by_op(graph, "multiply").flows == pytest.approx((tanh.gradient.norm / 2,) * 2)
    assert all(node.forward_seconds > 0 and node.backward_seconds > 0 for node in graph.nodes if node.kind == "op")


def test_a_leaf_has_the_gradient_of_the_last_sweep_and_not_all_that_was_added_up():
    x = leaf(2)
    with details():
        y = (x * 3).sum()
        y.backward(retain_graph=True)
        y.backward()
    assert x.grad.numpy().tolist() == [6.0, 6.0]
    assert Graph.of(y).nodes[0].gradient.mean == 3.0


def test_a_leaf_that_is_used_twice_has_the_sum():
    x = leaf(3)
    with details():
        y = (x * np.sin(x)).sum()
        y.backward()
    assert Graph.of(y).nodes[0].gradient.norm == pytest.approx(np.linalg.norm(x.grad.numpy()), rel=1e-12)
    assert Graph.of((x * np.sin(x)).sum(), gradients=True).nodes[0].gradient == Graph.of(y).nodes[0].gradient


def test_a_leaf_with_a_hook_has_what_the_hook_made_of_all_that_arrived():
    x = ag.Tensor([1.0, 2.0], requires_grad=True)
    x.register_hook(lambda g: g * 10)
    with details():
        y = (x * 2 + x).sum()
        y.backward(retain_graph=True)
        y.backward()
    assert x.grad.numpy().tolist() == [60.0, 60.0]
    assert Graph.of(y).nodes[0].gradient.mean == 30.0
    assert Graph.of((x * 2 + x).sum(), gradients=True).nodes[0].gradient.mean == 3.0  # which calls no hook


def test_options_are_the_same_in_every_run():
    assert shown(object()) == "object"  # without its address


def test_what_the_library_keeps_of_a_call_is_no_option():
    class Same(ag.Function):
        @staticmethod
        def forward(_context, x):
            return x

        @staticmethod
        def backward(_context, g):
            return g

    x = leaf(3)
    for y in (ag.checkpoint(np.sin, x), Same.apply(x), ag.func.vmap(lambda v: v * 2)(x)):
        with details():
            node = Graph.of(y).nodes[1]
        assert node.op in ("checkpoint", "Same", "vmap")
        assert node.options == ()


def test_a_leaf_whose_gradient_an_optimizer_has_room_for():
    layer = nn.Linear(3, 2)
    optimizer = ag.optim.SGD(layer.parameters(), lr=0.1)
    for _ in range(2):
        optimizer.zero_grad()
        with details():
            loss = layer(np.ones((4, 3), np.float32)).sum()
            loss.backward()
        optimizer.step()
    graph = Graph.of(loss)
    assert [node.gradient.mean for node in graph.nodes if node.kind == "parameter"] == [4.0, 4.0]


def test_the_gradient_of_a_leaf_that_is_an_output_itself():
    x = leaf(3)
    graph = Graph.of(x, x * 2, gradients=True)
    assert [node.gradient.mean for node in graph.nodes] == [3.0, 1.0, 3.0, 1.0]


def test_gradients_of_a_graph_that_was_recorded_without_details():
    x = leaf(3, name="x")
    y = np.exp(x)
    loss = (y * 2).sum()
    graph = Graph.of(loss, values=True, gradients=True)
    assert graph.nodes[0].gradient.norm == pytest.approx(np.linalg.norm(2 * y.detach().numpy()))
    assert by_op(graph, "exp").value.max == y.detach().numpy().max()  # its rule has kept it
    assert graph.nodes[0].value is None  # nobody has
    assert graph.nodes[-1].value.mean == loss.item()
    assert x.grad is None
    assert Graph.of(loss).nodes[0].gradient is None
    loss.backward()  # nothing was released
    with pytest.raises(RuntimeError, match="second time"):
        Graph.of(loss, gradients=True)


def test_a_sweep_for_a_picture_does_not_warn():
    x = ag.Tensor(np.zeros(3, np.float16), requires_grad=True)
    graph = Graph.of(x * 60_000.0 * 60_000.0, gradients=True)
    assert graph.nodes[0].gradient.infinities == 3


def test_hooks_are_not_called_for_a_picture():
    x = leaf(3)
    called = []
    x.register_hook(called.append)
    y = x * 2
    y.register_hook(called.append)
    Graph.of(y.sum(), gradients=True)
    assert called == []


def test_parameters_are_known_by_their_modules():
    layer = nn.Linear(3, 2, bias=False)
    graph = Graph.of(layer(np.ones((1, 3), np.float32)), values=True)
    assert graph.nodes[0].value.max == layer.weight.detach().numpy().max()


def test_kept_bytes_count_each_array_once_and_not_the_parameters():
    x, w = leaf(3, 4), leaf(4, 2)
    y = np.tanh(x @ w)
    graph = Graph.of(y * y)
    assert [node.kept for node in graph.nodes if node.kind == "op"] == [0, 3 * 2 * 8, 0]


def test_a_module_and_its_input():
    layer = nn.Linear(3, 2)
    with ag.fusion(True):
        graph = Graph.of(layer, np.ones((1, 3), np.float32), gradients=True)
    assert graph.nodes[-1].value is not None
    assert by_op(graph, "linear").line.function == "test_a_module_and_its_input"
    assert layer.weight.grad is None
    several = Graph.of(lambda x: {"a": layer(x), "b": [layer(x) * 2, 3]}, np.ones((1, 3), np.float32))
    assert [node.title for node in several.nodes if node.kind == "output"] == ["output 0", "output 1"]
    assert all(node.value is None for node in Graph.of(layer, np.ones((1, 3), np.float32), values=False).nodes)
    with pytest.raises(ValueError, match=r"Linear gave no Tensor that has a graph: .*no_grad"), ag.no_grad():
        Graph.of(layer, np.ones((1, 3), np.float32))
    with pytest.raises(ValueError, match="<lambda> gave no Tensor that has a graph: none of its arguments"):
        Graph.of(lambda: 3)


def test_parameters_that_no_gradient_reaches():
    model = nn.Sequential(nn.Linear(3, 2), nn.Linear(2, 2))
    loss = model[0](np.ones((1, 3), np.float32)).sum()
    graph = Graph.of(loss, parameters=model)
    assert [(node.name, node.mark) for node in graph.marked] == [("1.weight", "unreached"), ("1.bias", "unreached")]
    assert Graph.of(model(np.ones((1, 3), np.float32)).sum(), parameters=model).marked == ()
    assert Graph.of(loss, parameters=list(model[1].parameters())).marked[0].kind == "parameter"
    model[0].bias.requires_grad_(False)  # on purpose: it is not waiting for a gradient
    loss = model[0](np.ones((1, 3), np.float32)).sum()
    assert [node.name for node in Graph.of(loss, parameters=model).marked] == ["1.weight", "1.bias"]
    assert len(Graph.of(loss, parameters=[model[0].bias]).marked) == 1  # which was asked for by itself
    with pytest.raises(TypeError, match="parameters: a int is not a Tensor"):
        Graph.of(loss, parameters=[3])


def test_where_a_nan_is_born():
    x = leaf(3, name="x")
    with details(), np.errstate(all="ignore"):
        y = np.log(x - 10)
        loss = (y * 2).sum()
        loss.backward()
    assert [node.op for node in Graph.of(loss).marked] == ["log"]
    zero = ag.Tensor([0.0, 1.0], requires_grad=True)
    with details(), np.errstate(all="ignore"):
        loss = np.sqrt(zero * 1.0).sum()
        loss.backward()
    assert [node.op for node in Graph.of(loss).marked] == ["sqrt"]  # finite forward, infinite backward


def test_a_nan_that_has_come_by_unknown_values_is_not_born_again():
    x = ag.Tensor([1.0, np.nan], requires_grad=True, name="x")
    graph = Graph.of((x * x + 1).sum(), values=True)
    assert [node.op for node in graph.nodes if node.kind == "op" and node.value is None] == ["multiply", "add"]
    assert [node.title for node in graph.marked] == ["x"]


def test_derivatives_of_derivatives_are_noted_too():
    x = leaf(3, name="x")
    with ag.fusion(True), details():
        y = nn.functional.mse_loss(np.tanh(x), np.zeros(3), reduction="sum")
        (g,) = ag.grad([y], [x], create_graph=True)
        z = (g * g).sum()
        z.backward()
    graph = Graph.of(z)
    assert all(node.value is not None for node in graph.nodes if node.kind in ("op", "input"))
    assert all(node.line is not None for node in graph.nodes if node.kind == "op")
    assert graph.nodes[0].gradient.norm == pytest.approx(np.linalg.norm(x.grad.numpy()))


def test_inside_vmap_checkpoint_and_functional_transforms():
    def f(x):
        return ag.checkpoint(lambda x: np.sin(x) * x, x).sum()

    x = rng.normal(size=(4, 3))
    with details():
        value, gradient = ag.func.vmap(ag.func.value_and_grad(f))(ag.Tensor(x, requires_grad=True))
        total = value.sum() + gradient.sum()
        total.backward()
    graph = Graph.of(total)
    assert by_op(graph, "vmap").value is not None


def test_details_and_anomalies_together():
    x = leaf(3)
    with details(), ag.detect_anomaly(), np.errstate(all="ignore"), pytest.raises(RuntimeError, match="log gave"):
        np.log(x - 10)
    with ag.detect_anomaly(), details(), np.errstate(all="ignore"), pytest.raises(RuntimeError, match="log gave"):
        np.log(x - 10)
    zero = ag.Tensor([0.0], requires_grad=True)
    for outer, inner in ((details, ag.detect_anomaly), (ag.detect_anomaly, details)):
        with outer(), inner(), np.errstate(all="ignore"):
            y = np.sqrt(zero).sum()
            with pytest.raises(RuntimeError, match="backward through sqrt"):
                y.backward()


def test_without_values_only_the_cheap_things_are_noted():
    x = leaf(3)
    with details(values=False):
        y = (x * 2).sum()
        y.backward()
    graph = Graph.of(y)
    assert by_op(graph, "multiply").line is not None
    assert by_op(graph, "multiply").backward_seconds > 0
    assert all(node.value is None and node.gradient is None for node in graph.nodes)


def test_the_same_numbers_with_and_without():
    def step():
        ag.manual_seed(0)
        model = nn.Sequential(nn.Linear(4, 8), nn.GELU(), nn.Dropout(0.5), nn.Linear(8, 2))
        loss = nn.functional.cross_entropy(model(np.ones((3, 4), np.float32)), np.array([0, 1, 0]))
        loss.backward()
        return [loss.item(), *(parameter.grad.numpy() for parameter in model.parameters())]

    plain = step()
    with details():
        noted_step = step()
    for a, b in zip(plain, noted_step, strict=True):
        np.testing.assert_array_equal(a, b)


def test_notes_go_with_the_graph():
    x = leaf(3)
    with details():
        y = (np.exp(x) * 2).sum()
    node = weakref.ref(y._node)
    graph = Graph.of(y, gradients=True)
    before = len(noted)
    gc.disable()
    try:
        del y
        assert node() is None
    finally:
        gc.enable()
    assert len(noted) <= before - 3
    assert graph.nodes[-1].value is not None


def test_as_a_decorator_and_nested():
    x = leaf(3)

    @details()
    def record(value):
        with details(values=False):
            inner = value * 2
        return inner + 1

    graph = Graph.of(record(x))
    assert [node.value is not None for node in graph.nodes if node.kind == "op"] == [False, True]
    assert Graph.of(x * 2).nodes[1].line is None


def test_threads_and_tasks_have_their_own():
    x = leaf(3)
    seen = {}

    def plain():
        seen["thread"] = Graph.of(x * 2).nodes[1].line

    async def task(name, inside):
        if inside:
            with details():
                await asyncio.sleep(0)
                y = x * 2
                await asyncio.sleep(0)
                seen[name] = Graph.of(y).nodes[1].line
        else:
            await asyncio.sleep(0)
            seen[name] = Graph.of(x * 2).nodes[1].line

    async def both():
        await asyncio.gather(task("in", True), task("out", False))

    with details():
        thread = threading.Thread(target=plain)
        thread.start()
        thread.join()
    asyncio.run(both())
    assert seen["thread"] is None
    assert seen["in"] is not None
    assert seen["out"] is None


def test_functions_of_the_users_own_run_once():
    runs = []

    class Double(ag.Function):
        @staticmethod
        def forward(_context, x):
            runs.append(1)
            return x * 2

        @staticmethod
        def backward(_context, g):
            return g * 2

    with details():
        y = Double.apply(leaf(3))
    node = Graph.of(y).nodes[1]
    assert runs == [1]
    assert node.value.norm == pytest.approx(np.linalg.norm(y.detach().numpy()))
    assert node.forward_seconds is None
