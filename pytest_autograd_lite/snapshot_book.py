"""Which gradient snapshots there are, which were used, and which are left over, in one session.

The snapshots of tests/test_layers.py are in tests/__snapshots__/test_layers/, a file for each call:
test_linear[3-relu].npz is of the test of this name, test_linear[3-relu].hidden.npz of the call with name="hidden".

One is left over if its test has passed without asking for it, or if no such test was collected, though the whole file
was.  Tests that failed, were skipped or not selected keep what they have.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

FOLDER = "__snapshots__"

LONGEST = 100
"""Names of files are cut to this many characters, and get a checksum."""

Left = dict[str, str]
"""Paths of snapshots, with the test that owns each; "" if that is gone."""


def file_name(name: str) -> str:
    """A file's name for a test or a snapshot, readable, safe on every system, and another one for each name.

    What is not a letter, digit or one of `_.,=+-[]` becomes an underscore; then, and where upper and lower case
    alone may tell two parameters apart (which not every file system does), a checksum of the name is added.

    >>> file_name("test_linear[3-relu]")
    'test_linear[3-relu]'
    >>> file_name("test_path[a/b]")
    'test_path[a_b]~c9afd296'
    """
    safe = re.sub(r"[^A-Za-z0-9_.,=+\-\[\]]", "_", name)[:LONGEST]
    parameters = name.partition("[")[2]
    if safe == name and parameters == parameters.lower():
        return safe
    return f"{safe}~{zlib.crc32(name.encode(errors='surrogatepass')):08x}"


def folder_of(test_file: Path) -> Path:
    """Where the snapshots of a file of tests are."""
    return test_file.parent / FOLDER / test_file.stem


def stem_of(item: pytest.Item) -> str:
    """The name that the snapshots of a test begin with: its class's, if it has one, and its own."""
    classes = (node.name for node in item.listchain() if isinstance(node, pytest.Class))
    return file_name(".".join([*classes, item.name]))


class Book:
    """Keeps count.  With pytest-xdist each worker does so for its own tests, and the controller puts it together."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._update: bool = config.option.gradient_snapshot_update
        self._partial: set[Path] = set()
        self._left: Left | None = None
        self._passed: set[str] = set()
        self._failed: set[str] = set()
        self.used: dict[str, str] = {}
        self.written: list[str] = []
        self._removed: list[str] = []

    def pytest_deselected(self, items: Sequence[pytest.Item]) -> None:
        self._partial |= {item.path for item in items}

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Find out what is stored for the files that were collected, and whose it is."""
        if self._config.getoption("lf", False) or self._config.option.collectonly:
            return
        by_ids = any("::" in arg for arg in self._config.args)
        owners: dict[Path, dict[str, str]] = {}
        for item in session.items:
            owners.setdefault(item.path, {})[stem_of(item)] = item.nodeid
        left: Left = {}
        for path, stems in owners.items():
            for file in folder_of(path).glob("*.npz"):
                owner = _owner(file.stem, stems)
                if owner or not (by_ids or path in self._partial):
                    left[str(file)] = owner
        for folder in {path.parent / FOLDER for path in owners}:
            for file in folder.glob("*/*.npz"):
                if not (folder.parent / f"{file.parent.name}.py").exists():
                    left[str(file)] = ""
        self._left = left

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.outcome != "passed":
            self._failed.add(report.nodeid)
        elif report.when == "teardown":
            self._passed.add(report.nodeid)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take in what a worker of pytest-xdist has seen."""
        seen = getattr(node, "workeroutput", {}).get("gradient_snapshots")
        if seen is not None:
            left, used, written = seen
            self.used.update(used)
            self.written += written
            if left is not None:
                self._left = {**(self._left or {}), **left}

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        if hasattr(self._config, "workerinput"):
            seen = [self._left, self.used, self.written]
            self._config.workeroutput["gradient_snapshots"] = seen  # type: ignore[attr-defined]
        elif self._update:
            for path in self.unused():
                Path(path).unlink(missing_ok=True)
                self._removed.append(path)
                if not any(Path(path).parent.iterdir()):
                    Path(path).parent.rmdir()

    def unused(self) -> list[str]:
        """The snapshots that nothing needs."""
        passed = self._passed - self._failed
        left = self._left or {}
        return sorted(path for path, owner in left.items() if path not in self.used and (not owner or owner in passed))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        unused = [] if self._update else self.unused()
        for words, paths in (
            ("written", self.written),
            ("removed, no test uses them", self._removed),
            ("that no test uses (pytest --gradient-snapshot-update removes them)", unused),
        ):
            if paths:
                terminalreporter.write_line(f"gradient snapshots {words}: {len(paths)}")
                for path in sorted(paths):
                    terminalreporter.write_line(f"    {_short(path, self._config.invocation_params.dir)}")


BOOK = pytest.StashKey[Book]()


def _owner(stem: str, stems: dict[str, str]) -> str:
    """The test that a file belongs to: the longest name that it begins with, up to a dot."""
    end = len(stem)
    while end > 0:
        if stem[:end] in stems:
            return stems[stem[:end]]
        end = stem.rfind(".", 0, end)
    return ""


def _short(path: str, start: Path) -> str:
    return str(Path(path).relative_to(start)) if Path(path).is_relative_to(start) else path
