"""What users install: the wheel, complete and away from the checkout, and what importing it pulls in."""

import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

HEAVY = ["scipy", "matplotlib", "graphviz", "pygraphviz", "torch", "sklearn", "pytest", "numpy.random", "zipfile"]


def run(code, *, isolated_path=None):
    """Run code in a fresh interpreter; with a path, one that sees only that path and the installed libraries."""
    args = [sys.executable, "-c", code]
    if isolated_path is not None:
        site = sysconfig.get_paths()["purelib"]
        # -S keeps out the .pth file by which an editable installation leads back to the checkout
        prefix = f"import sys; sys.path[:0] = [{str(isolated_path)!r}]; sys.path.append({site!r})\n"
        args = [sys.executable, "-I", "-S", "-c", prefix + code]
    result = subprocess.run(args, capture_output=True, text=True, cwd=os.sep, check=False)
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.mark.smoke
def test_importing_pulls_in_nothing_heavy():
    code = (
        "import json, sys, autograd_lite, autograd_lite.nn, autograd_lite.optim; print(json.dumps(list(sys.modules)))"
    )
    loaded = json.loads(run(code))
    assert [name for name in HEAVY if name in loaded] == []


def test_parts_are_found_as_attributes():
    code = (
        "import autograd_lite as ag; print(*(x.__name__ for x in (ag.nn.Linear, ag.optim.SGD, ag.draw, ag.func.jvp)))"
    )
    assert run(code).split() == ["Linear", "SGD", "draw", "jvp"]


@pytest.mark.slow
def test_the_wheel(tmp_path):
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--no-deps", "--quiet", "--wheel-dir", tmp_path, ROOT],
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    information = wheel.name.rsplit("-", 3)[0] + ".dist-info"
    assert {name.split("/")[0] for name in names} == {"autograd_lite", "pytest_autograd_lite", information}
    entry_points = zipfile.ZipFile(wheel).read(f"{information}/entry_points.txt").decode()
    assert entry_points.split("\n") == ["[pytest11]", "autograd_lite = pytest_autograd_lite.plugin", ""]
    assert "autograd_lite/py.typed" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    sources = {
        f"autograd_lite/{path.relative_to(ROOT / 'autograd_lite')}" for path in (ROOT / "autograd_lite").rglob("*.py")
    }
    sources |= {str(path.relative_to(ROOT)) for path in (ROOT / "pytest_autograd_lite").rglob("*.py")}
    for part in ("nn", "optim"):
        sources |= {f"autograd_lite/{part}/{path.relative_to(ROOT / part)}" for path in (ROOT / part).rglob("*.py")}
    assert sources == {name for name in names if name.endswith(".py")}

    site = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(site)
    modules = [name[:-3].replace("/", ".").removesuffix(".__init__") for name in sorted(sources)]
    code = (
        f"import importlib\nfor name in {modules!r}:\n    module = importlib.import_module(name)\n"
        f"    assert module.__file__.startswith({str(site)!r}), module.__file__\nprint('imported')"
    )
    assert run(code, isolated_path=site).strip() == "imported"
