"""What the documentation says is so: every example in a docstring, and every snippet in a page, runs."""

import doctest
import importlib
import pkgutil
import re
from pathlib import Path

import numpy as np
import pytest

import autograd_lite
import autograd_lite.nn
import autograd_lite.optim

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
MODULES = ["autograd_lite"] + [
    name
    for package in (autograd_lite, autograd_lite.nn, autograd_lite.optim)
    for _, name, _ in pkgutil.walk_packages(package.__path__, package.__name__ + ".")
]


@pytest.mark.parametrize("name", sorted(set(MODULES)))
def test_docstrings(name):
    module = importlib.import_module(name)
    autograd_lite.manual_seed(0)
    result = doctest.testmod(module, optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    assert result.failed == 0


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_snippets(page, tmp_path, monkeypatch):
    """The Python blocks of a page run in order, in one namespace; `# raises ...` on a line says that it must."""
    monkeypatch.chdir(tmp_path)
    autograd_lite.manual_seed(0)
    np.random.seed(0)
    blocks = re.findall(r"^```python\n(.*?)^```", page.read_text(), re.DOTALL | re.MULTILINE)
    namespace = {}
    for block in blocks:
        exec(compile(block, str(page), "exec"), namespace)
    for name, value in list(namespace.items()):
        if name.startswith("test_") and callable(value):
            value()


def test_pages_have_snippets():
    assert "```python" in (ROOT / "README.md").read_text()


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
        if "://" not in target:
            assert (page.parent / target).exists(), target


def test_public_names_are_documented():
    missing = []
    for module in (autograd_lite, autograd_lite.nn, autograd_lite.optim, autograd_lite.nn.functional, autograd_lite.nn.init):
        for name, value in vars(module).items():
            if not name.startswith("_") and callable(value) and getattr(value, "__module__", "").startswith("autograd_lite"):
                if not (value.__doc__ or "").strip():
                    missing.append(f"{module.__name__}.{name}")
    assert missing == []
