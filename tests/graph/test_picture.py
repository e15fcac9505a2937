"""Pictures: what is drawn, by whom, and where it goes."""

import os
import stat
import subprocess
import sys
from xml.etree import ElementTree

import graphviz
import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.graph import Graph

SVG = "{http://www.w3.org/2000/svg}"


def loss():
    w = ag.Tensor(np.ones((2, 2), np.float32), requires_grad=True, name="w")
    return np.exp(w @ w).sum()


@pytest.fixture
def no_program(monkeypatch, tmp_path):
    """A machine without Graphviz's program."""
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))


@pytest.fixture
def neither(monkeypatch, no_program):
    """A machine with neither."""
    monkeypatch.setitem(sys.modules, "pygraphviz", None)


@pytest.fixture
def fake_program(monkeypatch, tmp_path):
    """A machine with a `dot` that says how it was called, or fails."""

    def install(body):
        folder = tmp_path / "bin"
        folder.mkdir()
        program = folder / "dot"
        program.write_text(f"#!{sys.executable}\nimport sys\n{body}\n")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("PATH", str(folder))

    if os.name == "nt":
        pytest.skip("the script needs a shebang line")
    return install


def elements(svg, kind):
    return [e for e in ElementTree.fromstring(svg).iter(f"{SVG}g") if e.get("class") == kind]


@pytest.mark.smoke
def test_the_svg_has_the_nodes_edges_and_clusters_of_the_graph(no_program):
    model = ag.nn.Sequential(ag.nn.Linear(2, 3), ag.nn.Tanh())
    out = model(np.ones((4, 2), np.float32))
    graph, svg = Graph.of(out), ag.draw(out).pipe("svg")
    assert len(elements(svg, "node")) == len(graph.nodes)
    assert len(elements(svg, "edge")) == len(graph.edges)
    assert len(elements(svg, "cluster")) == len(graph.calls) == 3


@pytest.mark.parametrize(
    ("suffix", "start"),
    [
        (".svg", b"<?xml"),
        (".PNG", b"\x89PNG\r\n\x1a\n"),
        (".pdf", b"%PDF"),
        (".dot", b"digraph"),
        (".gv", b"digraph"),
    ],
)
def test_the_suffix_says_what_is_saved(tmp_path, no_program, suffix, start):
    path = tmp_path / "new" / f"graph{suffix}"
    assert ag.draw(loss()).save(path) == str(path)
    assert path.read_bytes().startswith(start)
    assert os.listdir(path.parent) == [path.name]


@pytest.mark.parametrize("name", ["graph", "graph.doc", "graph.svg.gz"])
def test_another_suffix_is_refused_and_those_that_are_not_are_named(tmp_path, name):
    with pytest.raises(ValueError, match=r"one of \.svg, \.png, \.pdf \(the picture\) or \.dot, \.gv \(the DOT text\)"):
        ag.draw(loss()).save(tmp_path / name)
    assert os.listdir(tmp_path) == []


def test_save_speaks_as_graphviz_does(tmp_path):
    picture = ag.draw(loss())
    assert picture.save(directory=tmp_path) == str(tmp_path / "graph.gv")
    (tmp_path / "graph.gv").write_text("mine")
    picture.save("graph.gv", tmp_path, skip_existing=True)
    assert (tmp_path / "graph.gv").read_text() == "mine"
    picture.save("graph.gv", tmp_path)
    assert (tmp_path / "graph.gv").read_text() == picture.source


def test_a_drawing_that_fails_leaves_the_old_file(tmp_path, fake_program):
    path = tmp_path / "graph.svg"
    path.write_text("old")
    fake_program("sys.stdin.read(); print('half'); sys.exit('no more ink')")
    with pytest.raises(graphviz.CalledProcessError, match="no more ink"):
        ag.draw(loss()).save(path)
    assert path.read_text() == "old"


def test_a_disk_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "graph.gv"
    path.write_text("old")

    def fail(*args):
        raise OSError("disk full")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="disk full"):
        ag.draw(loss()).save(path)
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["graph.gv"]


def test_whoever_reads_the_old_file_can_finish(tmp_path):
    path = tmp_path / "graph.gv"
    path.write_text("old")
    with path.open() as reader:
        ag.draw(loss()).save(path)
        assert reader.read() == "old"


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "real.gv").write_text("old")
    (tmp_path / "link.gv").symlink_to(tmp_path / "real.gv")
    ag.draw(loss()).save(tmp_path / "link.gv")
    assert (tmp_path / "link.gv").is_symlink()
    assert (tmp_path / "real.gv").read_text().startswith("digraph")


def test_it_is_a_digraph_that_can_be_added_to(no_program):
    picture = ag.draw(loss())
    assert isinstance(picture, graphviz.Digraph)
    before = len(elements(picture.pipe("svg"), "node"))
    with picture.subgraph(name="cluster_note") as note:
        note.node("mine", "a note")
    assert len(elements(picture.pipe("svg"), "node")) == before + 1
    assert len(elements(picture.copy().pipe("svg"), "cluster")) == 1


def test_render_writes_the_text_and_the_picture_beside_it(tmp_path, no_program):
    picture = ag.draw(loss())
    assert picture.render("a.gv", tmp_path) == str(tmp_path / "a.gv.svg")
    assert picture.render("b.gv", tmp_path, cleanup=True, format="png") == str(tmp_path / "b.gv.png")
    assert picture.render(outfile=tmp_path / "c.pdf") == str(tmp_path / "c.pdf")
    assert sorted(os.listdir(tmp_path)) == ["a.gv", "a.gv.svg", "b.gv.png", "c.gv", "c.pdf"]
    assert (tmp_path / "c.pdf").read_bytes().startswith(b"%PDF")
    with pytest.raises(ValueError, match="has no suffix that names a format"):
        picture.render(outfile=tmp_path / "d")
    with pytest.raises(ValueError, match="both be written to"):
        picture.render(outfile=tmp_path / "e.gv")


def test_render_can_open_what_it_has_drawn(tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr(graphviz, "view", opened.append)
    ag.draw(loss()).render("a.gv", tmp_path, view=True)
    assert opened == [str(tmp_path / "a.gv.svg")]


def test_the_program_draws_where_it_is_installed(fake_program):
    fake_program("print(sys.argv[1:], sys.stdin.read())")
    picture = ag.draw(loss())
    drawn = picture.pipe("png", encoding="utf-8")
    assert "-Tpng" in drawn
    assert "-Kdot" in drawn
    assert picture.source in drawn
    assert "-Tsvg:cairo" in picture.pipe("svg", renderer="cairo", encoding="utf-8")


def test_a_program_that_fails_is_not_hidden_behind_pygraphviz(fake_program):
    fake_program("sys.exit('I am broken')")
    with pytest.raises(graphviz.CalledProcessError, match="I am broken"):
        ag.draw(loss())._repr_mimebundle_()


def test_pygraphviz_that_fails_is_not_hidden(no_program, monkeypatch):
    picture = ag.draw(loss())
    with pytest.raises(RuntimeError, match="pygraphviz could not draw this graph as 'jp2' with 'dot'"):
        picture.pipe("jp2")
    with pytest.raises(TypeError, match="pygraphviz has no option renderer"):
        picture.pipe("svg", renderer="cairo")
    import pygraphviz

    def broken(*args, **kwargs):
        raise OSError("a library is missing")

    monkeypatch.setattr(pygraphviz.AGraph, "draw", broken)
    with pytest.raises(OSError, match="a library is missing"):
        picture._repr_svg_()


def test_with_neither_the_error_says_what_to_install(neither, tmp_path):
    picture = ag.draw(loss())
    for draw in (lambda: picture.pipe("svg"), lambda: picture.save(tmp_path / "a.svg"), lambda: picture.render()):
        with pytest.raises(RuntimeError, match=r"program 'dot'.*pygraphviz(.|\n)*pip install \"autograd_lite\[dot\]\""):
            draw()
    assert os.listdir(tmp_path) == []
    picture.save(tmp_path / "a.dot")
    assert (tmp_path / "a.dot").read_text() == picture.source


def test_a_notebook_shows_the_picture(no_program):
    picture = ag.draw(loss())
    bundle = picture._repr_mimebundle_()
    assert list(bundle) == ["image/svg+xml"]
    assert bundle["image/svg+xml"] == picture._repr_svg_() == picture.pipe("svg", encoding="utf-8")
    assert picture._repr_mimebundle_(include=["image/png"])["image/png"].startswith(b"\x89PNG")


def test_a_notebook_shows_the_text_and_the_reason_with_neither(neither):
    picture = ag.draw(loss())
    assert picture._repr_svg_() is None
    bundle = picture._repr_mimebundle_()
    assert list(bundle) == ["text/plain"]
    assert "pip install" in bundle["text/plain"]
    assert picture.source in bundle["text/plain"]


def test_data_and_text_need_no_graphviz():
    code = (
        "import sys; sys.modules['graphviz'] = sys.modules['pygraphviz'] = None; "
        "import autograd_lite as ag; str(ag.graph.Graph.of(ag.Tensor(1.0, requires_grad=True)))"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)
