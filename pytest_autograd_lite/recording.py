"""`--gradient-report`: every comparison made in the session, with the test that made it, in one file.

A check travels on the report of the test's phase in which it was made, as plain data, so that it comes from the
workers of pytest-xdist to the controller like everything else that is known of a test.
"""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from autograd_lite.testing.reports import Report

Check = dict[str, Any]
"""A `Report` as a dict, with the id of its test."""


CHECKS = "gradient_checks"
"""The attribute of a test's report that they are in."""


class Recorder:
    """Collects the reports that are published, and writes the file at the end."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._worker = hasattr(config, "workerinput")
        self._path = Path(config.invocation_params.dir, config.option.gradient_report)
        self._pending: list[Check] = []
        self._outside: list[Check] = []
        self._checks: list[Check] = []
        self._outcomes: dict[str, str] = {}
        if not self._worker and not self._path.parent.is_dir():
            raise pytest.UsageError(
                f"--gradient-report={config.option.gradient_report}: there is no directory {self._path.parent}; "
                "make it first"
            )

    def _note(self, report: Report) -> None:
        from autograd_lite.testing.pages import as_data

        self._pending.append(as_data(report.as_dict()))

    def pytest_sessionstart(self) -> None:
        from autograd_lite.testing import reports

        reports.observers.append(self._note)

    def pytest_unconfigure(self) -> None:
        from autograd_lite.testing import reports

        if self._note in reports.observers:
            reports.observers.remove(self._note)

    def pytest_collection_finish(self) -> None:
        """What was checked while modules were imported belongs to no test."""
        self._outside, self._pending = self._pending, []

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        setattr(report, CHECKS, self._pending)
        self._pending = []
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._checks += [{"test": report.nodeid, **check} for check in getattr(report, CHECKS, [])]
        outcome = "x" + report.outcome if hasattr(report, "wasxfail") else report.outcome
        if report.when == "call" or outcome != "passed":
            self._outcomes[report.nodeid] = {"xskipped": "xfailed"}.get(outcome, outcome)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Each worker of pytest-xdist imports the test modules, and makes the same checks while it does."""
        self._outside = getattr(node, "workeroutput", {}).get("gradient_checks") or self._outside

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        if self._worker:
            self._config.workeroutput["gradient_checks"] = self._outside  # type: ignore[attr-defined]
            return
        from .report_files import write

        outside = [{"test": "", **check} for check in self._outside]
        checks = sorted([*outside, *self._checks], key=lambda check: str(check["test"]))
        self._checks = [{**check, "outcome": self._outcomes.get(check["test"], "")} for check in checks]
        write(self._path, self._checks, self._config.rootpath)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        wrong = sum(not check["ok"] for check in self._checks)
        terminalreporter.write_line(f"gradient report: {len(self._checks)} checks, {wrong} wrong, in {self._path}")
