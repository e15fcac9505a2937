"""What pytest sees of the plugin: its options, its marker, its fixtures, and the hooks that are always there.

Everything else is imported and registered only where an option, a fixture or a failure asks for it.
"""

from __future__ import annotations

import argparse
import inspect
import os
import sys
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import pytest

from .mutating import add_options
from .snapshot_book import BOOK, Book

if TYPE_CHECKING:
    from .checking import GradCheck
    from .snapshotting import GradientSnapshot

REPORTS = (".json", ".md", ".html")
"""What `--gradient-report` can write, by the suffix of the file."""

ITEM = pytest.StashKey[pytest.Item]()
"""The test that is running; in the configuration's stash."""

MARKER = (
    "gradcheck(**options): options of assert_gradients_close (order=, rtol=, modes=, ...) for the gradcheck fixture; "
    "and (f, *inputs), if the test returns them, are checked"
)


def _report_file(text: str) -> str:
    if os.path.splitext(text)[1] not in REPORTS:
        raise argparse.ArgumentTypeError(
            f"a gradient report is a {', '.join(REPORTS[:-1])} or {REPORTS[-1]} file, not {text!r}"
        )
    return text


def _seed(text: str) -> int | str:
    if text == "random":
        return text
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"a seed is 0 or a positive integer, or 'random', not {text!r}")
    return int(text)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("gradients", "gradients compared (autograd_lite)")
    group.addoption(
        "--gradient-report",
        metavar="FILE",
        type=_report_file,
        help="write every comparison of gradients that was made to FILE (.json, .md or .html)",
    )
    group.addoption(
        "--gradient-seed",
        metavar="N|random",
        type=_seed,
        help="the seed of the random directions of checks that are given none; 'random' draws one and prints it",
    )
    group.addoption(
        "--gradient-snapshot-update",
        action="store_true",
        help="store the gradient snapshots that are missing or differ, and remove those that no test uses",
    )
    add_options(group, parser)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", MARKER)
    config.stash[BOOK] = Book(config)
    config.pluginmanager.register(config.stash[BOOK], "gradient-snapshots")
    if config.option.gradient_seed is not None:
        from .seeding import Seeding

        config.pluginmanager.register(Seeding(config), "gradient-seed")
    if config.option.mutate_gradients:
        from .mutating import Mutating

        config.pluginmanager.register(Mutating(config), "gradient-mutants")
    if config.option.gradient_report is not None and not config.option.collectonly:
        from .recording import Recorder

        config.pluginmanager.register(Recorder(config), "gradient-report")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    item.config.stash[ITEM] = item


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> object:
    """Check what a marked test returns; one that returns nothing is a test like any other."""
    function = pyfuncitem.obj
    if pyfuncitem.get_closest_marker("gradcheck") is None or inspect.iscoroutinefunction(function):
        return None
    try:
        names = pyfuncitem._fixtureinfo.argnames
    except AttributeError as error:  # it is no part of pytest's public interface
        raise pytest.UsageError(
            f"the gradcheck marker calls tests by a part of pytest's inside that pytest {pytest.__version__} does not "
            "have (_fixtureinfo): use pytest 9, or the gradcheck fixture"
        ) from error
    returned = function(**{name: pyfuncitem.funcargs[name] for name in names})
    if returned is not None:
        from .checking import check_returned

        __tracebackhide__ = True
        check_returned(pyfuncitem, returned)
    return True


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Failures show the user's lines and what was compared, without the inside of the checker."""
    if call.excinfo is None or "autograd_lite.testing.reports" not in sys.modules:
        return (yield)
    from .failures import explain, shorten

    if not item.config.option.fulltrace:
        shorten(call.excinfo)
    report = yield
    explain(report, call.excinfo, item)
    return report


@pytest.fixture(scope="session")
def gradcheck(request: pytest.FixtureRequest) -> GradCheck:
    """`autograd_lite.testing.assert_gradients_close`, with the options of the test's `gradcheck` markers as defaults.

    It belongs to the session, so that tests of hypothesis (`@given`) may use it.
    """
    from .checking import GradCheck

    config = request.config
    return GradCheck(lambda: config.stash[ITEM])


@pytest.fixture
def gradient_snapshot(request: pytest.FixtureRequest) -> GradientSnapshot:
    """`gradient_snapshot(f, *inputs, name=None)`: the value and the gradients of f are those stored beside the test."""
    from .snapshotting import GradientSnapshot

    item: Any = request.node
    return GradientSnapshot(item, request.config.stash[BOOK], update=request.config.option.gradient_snapshot_update)
