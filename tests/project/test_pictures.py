"""The pictures in docs are those that their program draws."""

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"


def test_the_pictures_of_derivatives(tmp_path):
    subprocess.run([sys.executable, FOLDER / "derivatives.py", tmp_path], check=True)
    drawn = {path.name: path.read_text() for path in tmp_path.glob("*.svg")}
    assert drawn == {path.name: path.read_text() for path in FOLDER.glob("*.svg")}
    page = (FOLDER.parent / "derivatives.md").read_text()
    for name, svg in drawn.items():
        ElementTree.fromstring(svg)
        assert f"pictures/{name}" in page
