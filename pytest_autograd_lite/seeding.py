"""`--gradient-seed`: the seed of all checks that are given none."""

from __future__ import annotations

import secrets
from typing import Any

import pytest


class Seeding:
    """Sets `reports.default_seed` for the session, and says in the header which it is."""

    def __init__(self, config: pytest.Config) -> None:
        self._drawn = config.option.gradient_seed == "random"
        asked = secrets.randbelow(2**31) if self._drawn else config.option.gradient_seed
        self._seed: int = getattr(config, "workerinput", {}).get("gradient_seed", asked)
        self._before: int | None = None

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """The workers of pytest-xdist read the command line for themselves, but the seed is drawn only here."""
        node.workerinput["gradient_seed"] = self._seed

    def pytest_report_header(self) -> str:
        drawn = f" (drawn; --gradient-seed={self._seed} repeats this run)" if self._drawn else ""
        return f"gradient seed: {self._seed}{drawn}"

    def pytest_sessionstart(self) -> None:
        from autograd_lite.testing import reports

        self._before, reports.default_seed = reports.default_seed, self._seed

    def pytest_unconfigure(self) -> None:
        from autograd_lite.testing import reports

        if self._before is not None:
            reports.default_seed = self._before

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter, exitstatus: int) -> None:
        if self._drawn and exitstatus == pytest.ExitCode.TESTS_FAILED:  # with -q there was no header
            terminalreporter.write_line(f"gradient seed: {self._seed} (--gradient-seed={self._seed} repeats this run)")
