"""docs/array_api.md has a line for everything that fails, with the number of tests."""

import re
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_failure_has_its_line():
    listed = Path(__file__).with_name("known_failures.txt").read_text()
    blocks = [block.splitlines() for block in listed.split("\n\n")[1:]]
    counted = {title.removeprefix("# "): len(tests) for title, *tests in blocks}
    page = (ROOT / "docs" / "array_api.md").read_text()
    rows = re.findall(r"^\| ([^|]*[^|-]) \| (\d+) \|", page, re.MULTILINE)
    assert {title: int(count) for title, count in rows} == counted
    run, passed, failed = map(int, re.search(r"Of (\d+) tests that run, (\d+) pass and (\d+) fail", page).groups())
    assert failed == sum(counted.values()) == run - passed
    assert passed >= 0.95 * run
    names = [test for _, *tests in blocks for test in tests]
    assert all(a != b for a, b in pairwise(sorted(names)))
