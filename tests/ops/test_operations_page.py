"""The page of all operations is what the declarations say, and leads to files that exist."""

import re
from pathlib import Path

import numpy as np
import pytest

from autograd_lite.ops.implementing import implementations
from autograd_lite.primitive import registry
from autograd_lite.without_derivative import REFUSED

from .operations_page import INTERNAL, page

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.skipif(np.lib.NumpyVersion(np.__version__) < "2.2.0", reason="some functions are not there yet")
def test_the_page_is_what_is_declared() -> None:
    text = (DOCS / "operations.md").read_text()
    assert page() == text, "write it anew: python -m tests.ops.operations_page > docs/operations.md"


def test_every_operation_says_its_mathematics() -> None:
    silent = [p.name for p in registry.values() if not p.math and p.kind != "fused" and p.name not in INTERNAL]
    assert silent == []


def test_every_row_leads_to_tests() -> None:
    tables = page().partition("\n## Without derivative")[0]
    rows = [row for row in tables.splitlines() if row.startswith(("| `", "| *"))]
    assert rows
    assert [row for row in rows if "](../tests/ops/" not in row] == []


def test_what_is_refused_is_not_declared() -> None:
    declared = registry.keys() | implementations.keys()
    assert [function.__name__ for function in REFUSED if function in declared] == []


def test_links_lead_somewhere() -> None:
    links = set(re.findall(r"\]\(([^)]+)\)", page()))
    assert links
    assert [link for link in links if not (DOCS / link).exists()] == []
