"""The page of a graph, in a real Chromium: what it shows is what the tape says, and all that it offers works."""

import html as html_text
import json
import re

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite import nn
from autograd_lite.graph import Graph, details
from autograd_lite.graph.page import Page, show
from autograd_lite.graph.page.data import page_data

from .test_dot import HOSTILE

pytestmark = pytest.mark.browser


class Block(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.up = nn.Linear(size, 2 * size)
        self.down = nn.Linear(2 * size, size)

    def forward(self, x):
        hidden = np.tanh(self.up(x))
        return x + self.down(hidden)


class Net(nn.Module):
    def __init__(self, blocks):
        super().__init__()
        self.blocks = nn.Sequential(*[Block(4) for _ in range(blocks)])
        self.head = nn.Linear(4, 2)

    def forward(self, x):
        return self.head(self.blocks(x))


def recorded(blocks=2):
    ag.manual_seed(0)
    model = Net(blocks)
    x = np.random.default_rng(0).normal(size=(5, 4)).astype(np.float32)
    with ag.fusion(True), details():
        logits = model(x)
        loss = nn.functional.cross_entropy(logits, np.array([0, 1, 0, 1, 1]))
        loss.backward()
    return model, loss


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    _model, loss = recorded()
    path = tmp_path_factory.mktemp("page") / "network.html"
    return show(loss, path=path, title="A network", theme="light"), path


@pytest.fixture
def page(browser, network):
    browser.open(network[1])
    return browser


def node_of(network, op, at=0):
    return [node for node in network[0].graph.nodes if node.op == op][at]


def select(page, index):
    """Select a node by a search for its id."""
    page.script("document.getElementById('search').value = ''")
    page.keys("/")
    page.keys(f"n{index}", into="#search")
    page.keys("\ue007", into="#search")  # Enter: an exact title first, else the first that contains it


def inspected(page):
    """The tables of the inspector, by section."""
    sections, title = {}, ""
    for element in page.all("#inspector > *, #inspector tr"):
        if element.tag_name == "h3":
            title = element.text.lower()
        if element.tag_name == "tr":
            head, *cells = [cell.text for cell in element.find_elements("css selector", "th, td")]
            sections.setdefault(title, {})[head] = cells
    return sections


def shown(number):
    """A number as the page writes it."""
    size = abs(number)
    if number == 0:
        return "0"
    if number == int(number) and size < 1e6:
        text = str(int(number))
    elif size >= 1e5 or size < 1e-3:
        digits, exponent = f"{number:.3e}".split("e")
        text = f"{digits}e{int(exponent)}"
    else:
        text = np.format_float_positional(float(f"{number:.4g}"), trim="-")
    return text.replace("-", "−")


def test_it_opens_without_a_complaint_and_asks_for_nothing(page, network):
    assert page.trouble == []
    assert page.requests == [network[1].as_uri()]
    assert page.text("#title") == "A network"


def test_it_needs_nothing_but_itself(network):
    text = network[0].html
    assert not re.search(r"""(?:src|href)\s*=\s*["']?(?!data:)[^"'\s>]""", text.split("<script>")[0])
    assert "default-src 'none'" in text


def test_the_boxes_are_the_graph(page, network):
    page.find("#expand").click()
    graph = network[0].graph
    labels = [element.get_attribute("aria-label") for element in page.all(".box")]
    assert len(labels) == len(graph.nodes)
    assert sorted(label.split(", ")[0] for label in labels) == sorted(
        f"{node.variable} = {node.title}" if node.variable and node.kind == "op" else node.title for node in graph.nodes
    )
    frames = [element.text for element in page.all(".frame text")]
    assert sorted(frames) == sorted(f"▾ {call.title}" for call in graph.calls)


def test_a_search_finds_and_opens_what_is_hidden(page, network):
    page.find("#collapse").click()
    assert not page.all('.box[aria-label^="hidden = tanh"]')
    page.keys("/")
    page.keys("hidden tanh blocks.1", into="#search")
    # the layer on the same line is found too, after what is called so
    assert [re.split(r"n\d+ ·", entry.text)[0].strip() for entry in page.all("#found li")] == [
        "hidden = tanh",
        "linear",
    ]
    page.keys("\ue007", into="#search")
    assert page.text("#inspector h2") == "hidden = tanh"
    selected = page.all(".box.selected")
    assert [box.get_attribute("aria-label")[:13] for box in selected] == ["hidden = tanh"]
    assert selected[0].is_displayed()


def test_a_search_by_line_and_for_nothing(page):
    page.keys("/")
    page.keys("np.tanh(self.up", into="#search")
    assert len(page.all("#found li")) >= 2
    page.keys(" no such thing", into="#search")
    assert not page.find("#found").is_displayed()
    assert page.find("#status").get_attribute("textContent") == "nothing found"


def test_modules_open_and_close(page):
    page.find("#collapse").click()
    assert [box.get_attribute("aria-label").split(",")[0] for box in page.all(".box.group")] == ["Net"]
    page.double_click(page.box("Net, module of"))
    assert len(page.all(".frame")) == 1
    assert page.box("blocks: Sequential").get_attribute("aria-expanded") == "false"
    page.double_click(page.box("blocks: Sequential"))
    assert len(page.all(".frame")) == 2
    page.keys("\ue007")  # Enter closes what is selected
    assert len(page.all(".frame")) == 1
    page.keys("e")
    everything = len(page.all(".box"))
    page.keys("c")
    assert everything > 20
    assert len(page.all(".box")) == 3  # Net, the loss, the output
    assert page.trouble == []


def test_the_numbers_are_those_of_the_tape(page, network):
    for op in ("tanh", "linear", "cross_entropy"):
        node = node_of(network, op)
        select(page, node.id[1:])
        assert page.text("#inspector h2").endswith(op)
        sections = inspected(page)
        for title, about in (("value", node.value), ("gradient", node.gradient)):
            rows = sections[title]
            assert rows["min, max"] == [f"{shown(about.min)}, {shown(about.max)}"]
            assert rows["mean"] == [shown(about.mean)]
            assert rows["deviation"] == [shown(about.std)]
            assert rows["norm"] == [shown(about.norm)]
        of = [cells for name, cells in sections[f"{op}: {node.math}"].items() if name in ("of", "")]
        flows = [flow for flow in node.flows if flow is not None]
        assert f"← ‖ḡ‖ {shown(flows[-1])}" == of[-1][-1]


def test_the_statistics_are_those_of_the_arrays():
    model, loss = recorded()
    graph = Graph.of(loss)
    weight = next(node for node in graph.nodes if node.kind == "parameter" and node.name == "weight")
    parameter = model.blocks[0].up.weight
    assert weight.gradient.norm == pytest.approx(float(np.linalg.norm(parameter.grad.numpy())), rel=1e-6)
    assert weight.value.max == float(parameter.detach().numpy().max())
    assert next(node for node in graph.nodes if node.kind == "output").value.mean == loss.item()


def test_pictures_of_arrays(page, network, tmp_path):
    x = ag.Tensor([[1.0, -2.0], [0.0, 4.0]], requires_grad=True, name="x")
    path = tmp_path / "small.html"
    with details():
        loss = (x * 3).sum()
    show(loss, path=path)
    page.open(path)
    select(page, 0)
    pictures = page.all("#inspector .heatmap")
    numbers = [
        [cell.get_attribute("textContent") for cell in each.find_elements("css selector", "title")] for each in pictures
    ]
    assert numbers == [["1", "−2", "0", "4"], ["3", "3", "3", "3"]]
    bars = page.all('#inspector svg[aria-label^="Histogram of a value"] rect')
    assert len(bars) == 4


def test_the_rule_the_line_and_the_cost(page, network):
    node = node_of(network, "tanh")
    select(page, node.id[1:])
    assert page.all("#inspector .rule math")
    assert page.find("#inspector .rule").get_attribute("aria-label") == "dy = (1 − y²) dx"
    assert page.text("#inspector mark") == "np.tanh(self.up(x))"
    assert "hidden = np.tanh(self.up(x))" in page.text("#inspector code")
    assert f"test_page.py:{node.line.line} in forward" in page.text("#inspector")
    assert set(inspected(page)["cost"]) >= {"forward", "backward"}


def test_the_scrubber_plays_forward_and_backward_to_the_end(page, network):
    nodes = network[0].graph.nodes
    backward = [node for node in nodes if node.gradient is not None]
    total = int(page.find("#scrubber").get_attribute("max"))
    assert total == len(nodes) + len(backward)
    page.find("#expand").click()
    seen = []
    for _ in range(total):
        page.keys(".")
        seen.append(page.text("#step"))
    assert page.find("#scrubber").get_property("value") == str(total)
    assert not page.find("#next").is_enabled()
    assert [text.split(":")[0] for text in seen[: len(nodes)]] == [
        f"forward {i + 1} of {len(nodes)}" for i in range(len(nodes))
    ]
    order = [text.split(": ")[1].split(",")[0].split(" = ")[-1] for text in seen[len(nodes) :]]
    assert order == [node.title for node in reversed(backward)]
    norms = [text.split("‖ḡ‖ ")[1] for text in seen[len(nodes) :]]
    assert norms == [shown(node.gradient.norm) for node in reversed(backward)]
    assert page.trouble == []


def test_the_cotangents_flow_along_the_edges(page, network):
    page.find("#expand").click()
    nodes = network[0].graph.nodes
    backward = [node for node in nodes if node.gradient is not None][::-1]
    node = node_of(network, "add")
    step = len(nodes) + 1 + backward.index(node)
    page.script(
        "const s = document.getElementById('scrubber'); s.value = arguments[0]; s.dispatchEvent(new Event('input'))",
        step,
    )
    assert page.find("#stage").get_attribute("class") == "playing backward"
    assert page.find(".box.now").get_attribute("aria-label").startswith("add")
    assert len(page.all(".edge.flowing")) >= 1
    flows = [flow for flow in node.flows if flow is not None]
    labels = [element.get_attribute("textContent") for element in page.all(".flow")]
    assert labels
    assert {f"‖ḡ‖ {shown(flow)}" for flow in flows} >= set(labels)


def test_it_plays_by_itself(page):
    from selenium.webdriver.support.wait import WebDriverWait

    page.keys(" ")
    assert page.find("#play").get_attribute("aria-label") == "Pause"
    WebDriverWait(page.driver, 10).until(lambda _: int(page.find("#scrubber").get_property("value")) >= 2)
    page.keys(" ")
    assert page.find("#play").get_attribute("aria-label") == "Play"


@pytest.mark.parametrize("by", ["gradient", "forward", "backward"])
def test_colours(page, by):
    page.find("#expand").click()
    page.script("const c = document.getElementById('colour'); c.value = arguments[0]; c.onchange()", by)
    colours = {element.value_of_css_property("fill") for element in page.all(".box .shape")}
    assert len(colours) > 5
    assert page.all("#legend .scale")


def test_the_first_nan(browser, tmp_path):
    x = ag.Tensor([1.0, -1.0], requires_grad=True, name="x")
    with np.errstate(all="ignore"), details():
        show((np.log(x) * 2).sum(), path=tmp_path / "nan.html")
    browser.open(tmp_path / "nan.html")
    assert browser.text("#inspector h2") == "log"  # what is wrong is shown first
    assert "NaN or infinity is first seen" in browser.text("#inspector .warning")
    browser.script("const c = document.getElementById('colour'); c.value = 'nonfinite'; c.onchange()")
    assert browser.text("#legend button") == "first: log"
    assert "marked" in browser.box("log").get_attribute("class")


def test_norms_that_are_no_numbers(browser, tmp_path):
    class Roots(nn.Module):
        def __init__(self):
            super().__init__()
            self.x = nn.Parameter(np.array([0.0, 2.0]))

        def forward(self, y):
            return np.sqrt(self.x).sum() * y + self.x[:0].sum()

    roots = Roots()
    with np.errstate(all="ignore"):
        graph = Graph.of(roots(1.0), values=True, gradients=True)
    show(graph, path=tmp_path / "inf.html")
    browser.open(tmp_path / "inf.html")
    select(browser, next(node.id[1:] for node in graph.nodes if node.op == "sqrt"))
    assert "‖ḡ‖ ∞" in browser.text("#inspector")
    step = "const s = document.getElementById('scrubber'); s.value = s.max; s.oninput(); return s.ariaValueText"
    assert browser.script(step).endswith(": x, ‖ḡ‖ ∞")
    browser.script("const c = document.getElementById('colour'); c.value = 'gradient'; c.onchange()")

    def fill(label):
        return browser.box(label).find_element("css selector", ".shape").get_attribute("style")

    assert "--bad-fill" in fill("x")
    assert "--bad-fill" not in fill("getitem")  # an empty array is no bad one
    browser.find("#collapse").click()
    assert "--bad-fill" in fill("Roots")


def test_an_argument_that_is_used_twice_gets_two_cotangents(browser, tmp_path):
    x = ag.Tensor([3.0, 4.0], requires_grad=True, name="x")
    show((x * x).sum(), path=tmp_path / "twice.html")
    browser.open(tmp_path / "twice.html")
    norms = """
        const s = document.getElementById("scrubber"), found = [];
        for (s.value = 0; s.value < s.max; s.value++) {
            s.oninput();
            found.push(...[...document.querySelectorAll(".flow")].map((label) => label.textContent));
        }
        return found;"""
    assert "‖ḡ‖ 5, 5" in browser.script(norms)


def test_a_function_of_the_users_own_has_no_rule_of_the_library():
    @ag.custom_vjp
    def tanh(x):
        return x * 2

    tanh.defvjp(lambda x: (x * 2, None), lambda _, g: (g * 2,))
    x = ag.Tensor([1.0], requires_grad=True)
    rules = json.loads(page_data(Graph.of(tanh(np.tanh(x))), "", "auto"))["ops"]
    assert [(rule["kind"], rule["rule"]) for rule in rules] == [("elementwise", "dy = (1 − y²) dx"), ("custom", "")]
    with pytest.raises(ValueError, match="axis") as caught:
        x.sum(axis=3)
    failed = json.loads(page_data(Graph.of(caught.value), "", "auto"))["ops"]
    assert failed[0]["rule"]


def test_keys_walk_along_the_edges(page, network):
    page.find("#expand").click()
    node = node_of(network, "tanh")
    select(page, node.id[1:])
    page.keys("\ue013")  # up
    assert page.text("#inspector h2") == "linear"
    page.keys("\ue015")  # down
    assert page.text("#inspector h2") == "hidden = tanh"
    page.keys("\ue00c")  # Escape
    assert page.text("#inspector h2") == "A network"
    page.keys("?")
    assert page.find("#keys").is_displayed()
    page.script("document.getElementById('keys').close()")
    page.script("document.body.dispatchEvent(new Event('keydown', {bubbles: true}))")  # as browsers do that fill in
    assert page.trouble == []


def test_what_a_screen_reader_is_told(page):
    tree = page.driver.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    named = {(node["role"]["value"], node.get("name", {}).get("value")) for node in tree if not node.get("ignored")}
    assert ("searchbox", "Search the graph") in named
    assert ("slider", "Step of forward and backward") in named
    assert ("button", "Play") in named
    assert any(role == "button" and (name or "").startswith("loss = cross_entropy, operation") for role, name in named)
    page.keys(".")
    assert page.find("#scrubber").get_attribute("aria-valuetext").startswith("forward 1 of")


def test_both_themes(browser, network, tmp_path):
    papers = set()
    for theme in ("light", "dark"):
        Page(network[0].graph, theme=theme).save(tmp_path / "page.html")
        browser.open(tmp_path / "page.html")
        papers.add(browser.script("return getComputedStyle(document.body).backgroundColor"))
    assert papers == {"rgb(255, 255, 255)", "rgb(18, 22, 29)"}
    browser.keys("t")
    assert browser.script("return getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    with pytest.raises(ValueError, match="theme must be auto, light or dark, not 'blue'"):
        Page(network[0].graph, theme="blue")


SCRIPTS = ["</script><script>document.title='got in'</script>", "<!--<script>", "__proto__"]


def test_names_are_shown_as_they_are(browser, tmp_path):
    names = [*HOSTILE, *SCRIPTS]
    model = nn.Sequential({name: nn.Linear(1, 1, bias=False) for name in names})
    for name, layer in model.named_children():
        layer.weight._rename(name)
    loss = model(np.ones((1, 1), np.float32)).sum()
    show(loss, path=tmp_path / "page.html")
    browser.open(tmp_path / "page.html")
    browser.find("#expand").click()
    texts = [" ".join(element.get_attribute("textContent").split()) for element in browser.all("text")]
    for name in names:
        visible = " ".join(name.split())
        assert any(text == visible or (text.endswith("…") and visible.startswith(text[:-1])) for text in texts), name
        assert any(text.startswith("▾ ") and visible in text for text in texts), name
    for i in (0, 3, len(names) - 1):
        select(browser, i)
        assert " ".join(names[i].split()) in " ".join(browser.text("#inspector h2").split())
    assert browser.trouble == []
    assert browser.driver.title == "Computation graph"


@pytest.mark.parametrize(
    "name", ["</title><script>document.title='got in'</script>", "</script>", '&lt;b&gt; "quoted"']
)
def test_a_title_is_shown_as_it_is(browser, tmp_path, name):
    show(ag.Tensor([1.0], requires_grad=True) * 2, path=tmp_path / "page.html", title=name)
    browser.open(tmp_path / "page.html")
    assert browser.text("#title") == name
    assert browser.driver.title == name
    assert browser.trouble == []


def test_a_notebook_shows_the_page_in_place(browser, network, tmp_path):
    path = tmp_path / "notebook.html"
    path.write_text(f"<!DOCTYPE html><title>Notebook</title>{network[0]._repr_html_()}", encoding="utf-8")
    browser.open(path)
    browser.driver.switch_to.frame(0)
    assert browser.text("#title") == "A network"
    assert browser.all(".box")
    browser.driver.switch_to.default_content()
    assert browser.trouble == []


def test_a_failed_operation_is_shown_first(browser, tmp_path):
    model = nn.Sequential(nn.Linear(3, 4), nn.Linear(5, 2))
    with pytest.raises(ValueError, match="linear") as caught:
        model(np.ones((2, 3), np.float32))
    show(caught.value, path=tmp_path / "failed.html")
    browser.open(tmp_path / "failed.html")
    assert browser.text("#inspector h2") == "linear"
    assert "failed on what it was given" in browser.text("#inspector")
    assert "(2, 4) float32" in browser.text("#inspector")
    assert "(2, 5) float32" in browser.text("#inspector")


def test_large_graphs(browser, tmp_path):
    """A chain of 20,000 operations, and a deep network, open; no group is too long to look at."""
    y = ag.Tensor(np.ones(2, np.float32), requires_grad=True)
    for _ in range(20_000):
        y = y * 0.5
    page = show(y, path=tmp_path / "chain.html", gradients=False)
    assert len(page.graph.nodes) == 20_002
    assert len(page.html.encode()) < 300_000 + 1_000 * len(page.graph.nodes)
    browser.open(tmp_path / "chain.html")
    assert 1 < len(browser.all(".box")) <= 48
    browser.keys("e")
    assert 48 < len(browser.all(".box")) <= 2_600
    select(browser, 12_345)
    assert browser.text("#inspector h2") == "multiply"
    assert browser.trouble == []


def test_the_size_of_a_page(network):
    _model, loss = recorded(blocks=30)
    page = show(loss, path=network[1].with_name("large.html"))
    assert len(page.html.encode()) < 300_000 + 1_000 * len(page.graph.nodes)


def test_show_opens_the_browser_or_leaves_it_to_the_notebook(monkeypatch, tmp_path):
    opened = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    x = ag.Tensor([1.0], requires_grad=True)
    show(x * 2)
    assert len(opened) == 1
    assert opened[0].startswith("file://")
    shell = type("Shell", (), {"kernel": object()})
    monkeypatch.setitem(__import__("sys").modules, "IPython", type("IPython", (), {"get_ipython": staticmethod(shell)}))
    page = show(x * 2)
    assert len(opened) == 1
    assert html_text.unescape(re.search('srcdoc="([^"]*)"', page._repr_html_()).group(1)) == page.html


def test_what_can_be_shown(tmp_path):
    path = tmp_path / "page.html"
    model = nn.Linear(2, 2)
    x = np.ones((1, 2), np.float32)
    of_model = show(model, x, path=path)
    assert 'id="title">Linear<' in of_model.html
    assert of_model.graph.nodes[-2].gradient is not None
    assert model.weight.grad is None  # the sweep is one of its own
    assert show(of_model.graph, path=path).graph is of_model.graph
    loss = model(x).sum()
    loss.backward()
    released = show(loss, path=path)
    assert all(node.gradient is None for node in released.graph.nodes)
    with pytest.raises(RuntimeError, match="second time"):
        show(loss, path=path, gradients=True)
    with pytest.raises(TypeError, match="at least one Tensor"):
        show(path=path)


def test_a_graph_whose_backward_raises_is_shown_without_gradients(tmp_path):
    @ag.custom_vjp
    def broken(x):
        return x * 2

    def backward(_residual, _g):
        raise ZeroDivisionError("my rule")

    broken.defvjp(lambda x: (x * 2, None), backward)
    loss = broken(ag.Tensor([1.0], requires_grad=True)).sum()
    with pytest.warns(
        UserWarning, match="without gradients, since a backward from here raises ZeroDivisionError: my ru"
    ):
        page = show(loss, path=tmp_path / "broken.html")
    assert [node.op for node in page.graph.nodes] == [None, "broken", "sum", None]
    with pytest.raises(ZeroDivisionError):
        show(loss, path=tmp_path / "broken.html", gradients=True)


def test_the_data_are_json_that_a_script_can_hold():
    x = ag.Tensor([1.0], requires_grad=True, name="</script>")
    page = Page(Graph.of(x * 2))
    inside = page.html.split('id="data">')[1].split("</script>")[0]
    assert "<" not in inside
    assert json.loads(inside)["nodes"][0]["t"] == "</script>"
