"""The pictures in docs are those that their program draws."""

import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

from test_docs import run_snippets

DOCS = Path(__file__).parents[2] / "docs"
FOLDER = Path(__file__).parents[2] / "docs" / "pictures"


def test_the_pictures_of_derivatives(tmp_path):
    subprocess.run([sys.executable, FOLDER / "derivatives.py", tmp_path], check=True)
    drawn = {path.name: path.read_text() for path in tmp_path.glob("*.svg")}
    assert drawn == {path.name: path.read_text() for path in FOLDER.glob("*.svg")}
    page = (FOLDER.parent / "derivatives.md").read_text()
    for name, svg in drawn.items():
        ElementTree.fromstring(svg)
        assert f"pictures/{name}" in page


LABEL = re.compile(r"<text[^>]*>([^<]*)</text>")


def test_the_gallery_is_what_its_programs_draw(tmp_path):
    (tmp_path / "gallery").mkdir()
    out = run_snippets(DOCS / "gallery.md", tmp_path)
    drawn = {path.name: LABEL.findall(path.read_text()) for path in (tmp_path / "gallery").glob("*.svg")}
    shown = {path.name: LABEL.findall(path.read_text()) for path in (DOCS / "gallery").glob("*.svg")}
    assert drawn == shown
    assert len(drawn) == 6
    page = (DOCS / "gallery.md").read_text()
    assert all(f"](gallery/{name})" in page for name in drawn)
    assert "Block x6" in out


def test_the_flowchart_is_what_its_program_prints(tmp_path):
    shown = re.search(r"```mermaid\n(.*?)```", (DOCS / "graph.md").read_text(), re.DOTALL).group(1)
    assert shown in run_snippets(DOCS / "graph.md", tmp_path)
