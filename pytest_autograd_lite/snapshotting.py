"""The `gradient_snapshot` fixture: values and gradients are stored beside the test, and held from then on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .snapshot_book import Book, file_name, folder_of, stem_of


class GradientSnapshot:
    """The snapshots of one test."""

    def __init__(self, item: pytest.Item, book: Book, *, update: bool) -> None:
        self._item, self._book, self._update = item, book, update
        self._names: set[str] = set()

    def __call__(
        self,
        f: Callable[..., Any],
        *inputs: Any,
        name: str | None = None,
        grad: Callable[..., Any] | str | None = None,
        rtol: float | None = None,
        atol: float | None = None,
    ) -> None:
        """Raise GradientsDiffer unless f and its gradients at `inputs` are what was stored.

        With `pytest --gradient-snapshot-update` they are stored, if there is no snapshot or they differ from it.

        Args:
            f, inputs, grad: as for `autograd_lite.testing.snapshots.take`.
            name: of this snapshot among those of the test; by default they are counted.
            rtol, atol: as for `autograd_lite.testing.snapshots.compare`.

        Raises:
            GradientsDiffer: they differ, in the way that is said; or there is no snapshot.
            ValueError: a second snapshot of the same name.
        """
        __tracebackhide__ = True
        from autograd_lite.testing import snapshots
        from autograd_lite.testing.reports import GradientsDiffer, publish

        path = self._path(name)
        taken = snapshots.take(f, *inputs, grad=grad)
        report = snapshots.compare(taken, path, rtol=rtol, atol=atol)
        if self._update and not report.ok:
            snapshots.save(taken, path)
            self._book.written.append(str(path))
        elif not publish(report).ok:
            raise GradientsDiffer(report)

    def _path(self, name: str | None) -> Path:
        number = len(self._names) + 1
        label = name if name is not None else "" if number == 1 else str(number)
        if label in self._names:
            raise ValueError(f"{self._item.nodeid} takes two gradient snapshots of the name {label!r}; give another")
        self._names.add(label)
        names = [stem_of(self._item), *([file_name(label)] if label else []), "npz"]
        path = folder_of(self._item.path) / ".".join(names)
        owner = self._book.used.setdefault(str(path), self._item.nodeid)
        if owner != self._item.nodeid:
            raise ValueError(f"{self._item.nodeid} and {owner} would share the snapshot {path}: rename one of them")
        return path
