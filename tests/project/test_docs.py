"""What the documentation says is so: every example in a docstring, and every snippet in a page, runs."""

import doctest
import importlib
import inspect
import os
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import autograd_lite.nn
import autograd_lite.optim
import pytest

import autograd_lite
import pytest_autograd_lite

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
MODULES = ["autograd_lite"] + [
    name
    for package in (autograd_lite, autograd_lite.nn, autograd_lite.optim, pytest_autograd_lite)
    for _, name, _ in pkgutil.walk_packages(package.__path__, package.__name__ + ".")
]


@pytest.mark.parametrize("name", sorted(set(MODULES)))
def test_docstrings(name):
    module = importlib.import_module(name)
    autograd_lite.manual_seed(0)
    with autograd_lite.fusion(True):  # as it is unless somebody switches it off
        result = doctest.testmod(module, optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    assert result.failed == 0


def run_snippets(page, folder):
    """Run the Python blocks of a page in order, as one program, and the tests it defines; gives what it prints."""
    blocks = re.findall(r"^```python\n(.*?)^```", page.read_text(), re.DOTALL | re.MULTILINE)
    tests = re.findall(r"^def (test_\w+)\(\)", "\n".join(blocks), re.MULTILINE)
    program = "\n".join([*blocks, *(f"{name}()" for name in tests)])
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        capture_output=True,
        text=True,
        cwd=folder,
        check=False,
        env={**os.environ, "AUTOGRAD_LITE_FUSION": "1"},  # as a reader runs them, also in the run without fusion
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_snippets(page, tmp_path):
    run_snippets(page, tmp_path)


def test_the_readme_keeps_its_promises(tmp_path):
    out = run_snippets(ROOT / "README.md", tmp_path)
    assert float(out.split("%")[0]) > 98
    drawn = (tmp_path / "graph.svg").read_text()
    shown = (ROOT / "docs" / "graph.svg").read_text()
    labels = re.compile(r"<text[^>]*>([^<]*)</text>")
    assert labels.findall(drawn) == labels.findall(shown)  # the picture shown is the one that is drawn


def test_pages_have_snippets():
    assert "```python" in (ROOT / "README.md").read_text()


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
        if "://" not in target:
            assert (page.parent / target).exists(), target


PUBLIC = {
    "autograd_lite.optim": [
        "", ".constraints", ".deterministic", ".lr_scheduler", ".regularization", ".swa_utils",
    ],
    "autograd_lite.nn": [""],
}  # fmt: skip
WITH_ALL = [package + module for package, modules in PUBLIC.items() for module in modules]


def test_public_names_are_documented():
    nn = autograd_lite.nn
    found = {
        f"{module.__name__}.{name}": value
        for module in (autograd_lite, nn, nn.functional, nn.init)
        for name, value in vars(module).items()
        if not name.startswith("_")
    }
    for name in WITH_ALL:
        module = importlib.import_module(name)
        found |= {f"{name}.{public}": getattr(module, public) for public in module.__all__}
    missing = [
        name
        for name, value in found.items()
        if (callable(value) and str(value.__module__).startswith("autograd_lite")) or inspect.ismodule(value)
        if not (value.__doc__ or "").strip()
    ]
    assert missing == []


@pytest.mark.parametrize("module", WITH_ALL)
def test_every_public_name_is_there_in_a_fresh_process(module):
    """Names that are imported when they are first asked for must not depend on what was imported before."""
    program = (
        f"import importlib; module = importlib.import_module({module!r})\n"
        "for name in module.__all__: getattr(module, name)\n"
        "assert set(module.__all__) <= set(dir(module))"
    )
    result = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
