"""`pytest --mutate-gradients`: after the tests, each rule that they reach is broken in turn, and they run again."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from autograd_lite.testing.mutation.campaign import Outcome, Reached

ALIVE = ("survived", "unseen")
"""The fates of mutants that the tests do not notice; of the second kind no test could."""

HANGS = 20.0
"""A test that takes this many times as long as it did, and at least so many seconds, hangs."""


def add_options(group: pytest.OptionGroup, parser: pytest.Parser) -> None:
    """The options, without importing anything."""
    group.addoption(
        "--mutate-gradients",
        action="store_true",
        help="after the tests, break each derivative rule that they reach, one place at a time, and run those again "
        "that reach it: mutants that no test fails on are reported, and count as failures",
    )
    group.addoption("--mutate-only", metavar="GLOB,...", default="*", help="only operations whose names match")
    group.addoption(
        "--mutate-seconds", metavar="S", type=float, default=20.0, help="how long to try each mutant (default: 20)"
    )
    group.addoption(
        "--mutate-again", metavar="FILE", help="only the mutants that were alive in this earlier --mutation-report"
    )
    group.addoption("--mutation-report", metavar="FILE", help="write all mutants and their fates to FILE, as JSON")
    parser.addini(
        "gradient_mutants_accepted",
        "files that explain mutants which may survive, each by its id in backticks, in which * is anything",
        type="paths",
        default=[],
    )


class Mutating:
    """Runs the campaign when the tests are through."""

    def __init__(self, config: pytest.Config) -> None:
        if getattr(config.option, "numprocesses", None) or hasattr(config, "workerinput"):
            raise pytest.UsageError("--mutate-gradients changes rules in this process: run it without -n, or with -n 0")
        _protocol()
        self.config = config
        self.reached: Reached | None = None
        self.durations: dict[str, float] = {}
        self.failed: set[str] = set()
        self.outcomes: list[Outcome] = []

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, object, object]:
        from importlib import import_module

        for name in ("linalg", "fft", "special", "nn"):  # their operations are declared when they are imported
            try:
                import_module(f"autograd_lite.{name}")
            except ModuleNotFoundError:  # special stands on SciPy
                continue
        from autograd_lite.testing.mutation.campaign import Reached, campaign
        from autograd_lite.testing.mutation.mutants import places

        again = self.config.option.mutate_again
        alive = None if again is None else [m for m in json.loads(Path(again).read_text("utf-8")) if m["fate"] in ALIVE]
        pattern = self.config.option.mutate_only if alive is None else ",".join({m["operation"] for m in alive})
        self.reached = Reached(places(pattern))
        with self.reached.watching():
            result = yield
        if self.config.option.collectonly:
            return result
        items = {item.nodeid: item for item in session.items}
        durations = {name: time for name, time in self.durations.items() if name not in self.failed}
        accepted = "\n".join(
            path.read_text(encoding="utf-8") for path in self.config.getini("gradient_mutants_accepted")
        )
        terminal: Any = self.config.pluginmanager.getplugin("terminalreporter")
        for outcome in campaign(
            self.reached,
            durations,
            lambda name: _passes(items[name], durations[name]),
            accepted=accepted,
            seconds=self.config.option.mutate_seconds,
            only=None if alive is None else {m["id"] for m in alive},
        ):
            self.outcomes.append(outcome)
            if terminal is not None and outcome.fate in ALIVE:
                terminal.ensure_newline()
                terminal.write_line(f"{outcome.fate}: {outcome.mutant.id}")
        session.testsfailed += sum(outcome.fate in ALIVE for outcome in self.outcomes)
        if self.config.option.mutation_report:
            found = json.dumps([outcome.as_dict() for outcome in self.outcomes], indent=1, ensure_ascii=False)
            Path(self.config.option.mutation_report).write_text(found, encoding="utf-8")
        return result

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        if self.reached is not None:
            self.reached.current = item.nodeid

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.durations[report.nodeid] = self.durations.get(report.nodeid, 0.0) + report.duration
        if not report.passed:
            self.failed.add(report.nodeid)

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        fates = [outcome.fate for outcome in self.outcomes]
        rules = len({outcome.mutant.place for outcome in self.outcomes})
        terminalreporter.section("mutants of derivative rules")
        terminalreporter.write_line(
            f"{len(fates)} mutants of {rules} rules: {fates.count('killed')} killed, "
            f"{fates.count('survived')} survived, {fates.count('unseen')} unseen, {fates.count('accepted')} accepted"
        )
        if self.reached is not None:
            idle = [place.name for place in self.reached.places if not self.reached.tests.get(place)]
            if idle:
                terminalreporter.write_line(f"no test reaches {len(idle)} rules: {', '.join(idle)}")
        for outcome in self.outcomes:
            if outcome.fate in ALIVE:
                why = " gave what the rule gives in each call" if outcome.fate == "unseen" else ""
                tests = f"{outcome.run} of the {outcome.reached} tests that reach it have run"
                terminalreporter.write_line(f"{outcome.fate}: {outcome.mutant.id}")
                terminalreporter.write_line(f"    {outcome.mutant.line};{why} {tests}")


def _protocol() -> Callable[..., list[pytest.TestReport]]:
    """What runs a test and gives its reports: pytest's own, which is no part of its public interface."""
    import _pytest.runner

    protocol: Callable[..., list[pytest.TestReport]] | None = getattr(_pytest.runner, "runtestprotocol", None)
    if protocol is None or not hasattr(pytest.Function, "_initrequest"):
        raise pytest.UsageError(
            f"--mutate-gradients runs tests again by parts of pytest's inside that pytest {pytest.__version__} does "
            "not have (runtestprotocol, _initrequest): use pytest 9"
        )
    return protocol


def _passes(item: pytest.Item, usual: float) -> bool:
    """Run a test once more, in silence."""
    if hasattr(item, "_initrequest"):
        item._initrequest()  # fixtures anew
    with _limited(max(HANGS, HANGS * usual)):
        reports = _protocol()(item, log=False, nextitem=None)
    return not any(report.failed for report in reports)


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    """Raise in whatever hangs, where the platform can."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_: object) -> None:
        raise TimeoutError(f"a mutant that takes more than {seconds:.0f} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
