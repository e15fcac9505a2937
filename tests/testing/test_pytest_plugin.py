"""The pytest plugin, run on small projects of their own: what passes, what fails, what is printed and written."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

# What runs in here import, they import anew, each of them, unless it is there before.
from autograd_lite.testing import check_gradients, reports, snapshots, strategies  # noqa: F401
from pytest_autograd_lite import checking, failures, recording, report_files, seeding, snapshotting  # noqa: F401

HEAD = """
import numpy as np
import pytest
from autograd_lite.testing import GradientsDiffer, assert_gradients_close

x = np.array([1.0, 2.0, 4.0])

def loss(x):
    return np.mean(x**2)

def right(x):
    return 2 * x / x.size

def wrong(x):
    return 2 * x
"""


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A function that writes a file of tests and runs pytest on all that there are."""
    for name in ("CI", "BUILD_NUMBER"):  # where one is set, pytest's summary is longer
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # of other plugins: each run would set them up

    def run(*args: Any, inside: bool = True, plugins: tuple[str, ...] = (), **files: str) -> pytest.RunResult:
        for name, text in files.items():
            (pytester.path / f"{name}.py").write_text(HEAD + text, encoding="utf-8")
        # pytest inside of pytest finds modules imported that it would have rewritten
        rewriting = ["-W", "ignore:Module already imported so cannot be rewritten"]
        loaded = [part for name in ("autograd_lite", *plugins) for part in ("-p", name)]  # by their entry points
        arguments = [*loaded, "--strict-markers", "-W", "error", *rewriting, *map(str, args)]
        if inside:
            return pytester.runpytest_inprocess(*arguments)
        return pytester.runpytest_subprocess(*arguments)

    return run


# --- the fixture and the marker ----------------------------------------------------------------------------


@pytest.mark.smoke
def test_the_fixture(project: Any) -> None:
    result = project(test_a="def test_right(gradcheck): gradcheck(loss, x, grad=right)\n"
                            "def test_engine(gradcheck): gradcheck(loss, x, order=2)\n"
                            "def test_wrong(gradcheck): gradcheck(loss, x, grad=wrong)\n")  # fmt: skip
    result.assert_outcomes(passed=2, failed=1)


def test_the_closest_marker_wins_and_the_call_over_it(project: Any) -> None:
    project(
        test_a="""
pytestmark = pytest.mark.gradcheck(grad=wrong, rtol=10.0)

def test_module(gradcheck): gradcheck(loss, x)

@pytest.mark.gradcheck(rtol=1e-9)
def test_closer(gradcheck):
    with pytest.raises(GradientsDiffer): gradcheck(loss, x)

@pytest.mark.gradcheck(grad=right)
class TestGroup:
    @pytest.mark.gradcheck(rtol=1e-9)
    def test_class(self, gradcheck): gradcheck(loss, x)

    def test_call(self, gradcheck):
        with pytest.raises(GradientsDiffer): gradcheck(loss, x, grad=wrong, rtol=1e-9)

def test_another_assertion():
    with pytest.raises(GradientsDiffer): assert_gradients_close(loss, x, grad=wrong)
"""
    ).assert_outcomes(passed=5)


def test_what_a_marked_test_returns_is_checked(project: Any) -> None:
    result = project(
        test_a="""
@pytest.mark.gradcheck(order=2)
def test_right(): return loss, x

@pytest.mark.gradcheck(grad=wrong)
@pytest.mark.parametrize("n", [2, 3])
def test_wrong(n): return loss, np.arange(1.0, n)

@pytest.mark.gradcheck
def test_nothing(): pass

@pytest.mark.gradcheck
def test_something_else(): return 3

@pytest.mark.gradcheck
def test_no_input(): return loss,

@pytest.mark.gradcheck(2)
def test_by_position(): return loss, x
"""
    )
    # with one element, the mean's gradient is the sum's
    result.assert_outcomes(passed=3, failed=4)
    result.stdout.fnmatch_lines([
        "*test_something_else is marked gradcheck and returned 3: return (f, [*]inputs) to have*",
        "*the gradcheck marker takes options by name (order=2, rtol=1e-6, ...), not (2,)*",
    ])  # fmt: skip
    assert "from_call" not in result.stdout.str()  # nothing of pytest's inside


def test_other_kinds_of_tests_are_left_alone(project: Any) -> None:
    result = project(
        "-W", "default",
        plugins=("hypothesispytest",),
        test_a="""
import unittest
from hypothesis import Phase, given, settings
from autograd_lite.testing import strategies

class TestOld(unittest.TestCase):
    @pytest.mark.gradcheck
    def test_it(self): self.assertTrue(True)

@settings(max_examples=3, database=None, deadline=None)
@given(y=strategies.arrays(np.float64, 3))
def test_property(gradcheck, y): gradcheck(loss, y, grad=right)

@settings(max_examples=3, database=None, deadline=None, phases=[Phase.generate])
@given(y=strategies.arrays(np.float64, 3))
def test_wrong_property(gradcheck, y): gradcheck(loss, y, grad=wrong)

@pytest.mark.gradcheck
async def test_asynchronous(): pass
"""
    )  # fmt: skip
    result.assert_outcomes(passed=2, failed=2)
    result.stdout.fnmatch_lines(["*async def functions are not natively supported*"])
    assert "is wrong: 3 of 3 differ" in result.stdout.str()


# --- failures ----------------------------------------------------------------------------------------------

FAILING = """
def helper(gradcheck):
    gradcheck(loss, x, grad=wrong)

def test_wrong(gradcheck):
    helper(gradcheck)

def broken(x):
    raise KeyError("mine")

def test_broken():
    assert_gradients_close(broken, x)

@pytest.mark.gradcheck(grad=wrong)
def test_returned(): return loss, x
"""


def test_failures_show_the_report_and_the_users_lines(project: Any, pytester: pytest.Pytester) -> None:
    out = project(test_a=FAILING).stdout.str()
    assert "gradcheck(loss, x, grad=wrong)" in out
    assert "diagnosis: all are 3 times what they should be" in out
    assert 'raise KeyError("mine")' in out
    assert "autograd_lite/testing/check.py" not in out.replace("\\", "/")
    assert "pytest_autograd_lite/" not in out
    assert "_pytest/" not in out
    table = out[out.index("gradients compared") :]
    assert "loss, test_a.py:8 (seed 0)" in table
    assert re.search(r"input 0 \(float64\[3\]\) +by hand +1 +complex step +4 +4 +\S+ +wrong: constant factor", table)


@pytest.mark.parametrize("style", ["short", "line", "native", "no"])
def test_every_style_of_traceback(style: str, project: Any) -> None:
    result = project(f"--tb={style}", test_a=FAILING)
    result.assert_outcomes(failed=3)
    assert ("diagnosis: all are 3 times" in result.stdout.str()) == (style != "no")


def test_the_full_trace_is_there_on_demand(project: Any) -> None:
    out = project("--full-trace", test_a=FAILING).stdout.str()
    assert "check.py" in out
    assert "_pytest" in out


def test_errors_of_the_checker_keep_their_traceback(project: Any) -> None:
    out = project(test_a="def test_option(): assert_gradients_close(loss, x, oracle='nonsense')\n").stdout.str()
    assert "oracle is one of" in out
    assert "check.py" in out


# --- seeds -------------------------------------------------------------------------------------------------

SEED = "from autograd_lite.testing import reports\ndef test_seed(): print('seed', reports.default_seed)\n"


def test_the_seed_is_set_and_put_back(project: Any) -> None:
    result = project("--gradient-seed=123", "-s", test_a=SEED)
    result.stdout.fnmatch_lines(["gradient seed: 123", "*seed 123*"])
    assert reports.default_seed == 0
    assert "gradient seed" not in project("-s", test_a=SEED).stdout.str()


def test_a_seed_is_drawn_and_repeats_the_run(project: Any) -> None:
    seeds = []
    for _ in range(2):
        result = project("--gradient-seed=random", "-s", test_a=SEED)
        (drawn,) = re.findall(
            r"gradient seed: (\d+) \(drawn; --gradient-seed=\1 repeats this run\)", result.stdout.str()
        )
        assert f"seed {drawn}" in result.stdout.str().split("test_a.py")[1]
        seeds.append(drawn)
    assert seeds[0] != seeds[1]
    failed = project(
        "-q", "--gradient-seed=random", test_a="def test_wrong(gradcheck): gradcheck(loss, x, grad=wrong)\n"
    )
    (drawn,) = set(re.findall(r"gradient seed: (\d+)", failed.stdout.str()))  # without a header too
    assert f"(seed {drawn};" in failed.stdout.str()


@pytest.mark.parametrize("seed", ["-1", "1.5", "some", ""])
def test_no_seed(seed: str, project: Any) -> None:
    result = project(f"--gradient-seed={seed}", test_a=SEED)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*a seed is 0 or a positive integer, or 'random', not '{seed}'*"])


# --- reports of a session ----------------------------------------------------------------------------------

REPORTED = """
assert_gradients_close(loss, x)

def test_b(gradcheck): gradcheck(loss, x); gradcheck(lambda x: np.sum(np.exp(x)), x, modes=["reverse"])
def test_a(gradcheck): gradcheck(loss, x, grad=wrong)

@pytest.fixture
def checked(): assert_gradients_close(loss, x, oracle="taylor")

def test_expected(checked):
    with pytest.raises(GradientsDiffer): assert_gradients_close(loss, x, grad=wrong)

@pytest.mark.xfail(strict=True)
@pytest.mark.parametrize("text", ["a|b<c>"])
def test_xfail(gradcheck, text): gradcheck(loss, x, grad=lambda x: x * np.nan)

def test_none(): pass
def test_noisy(gradcheck): gradcheck(lambda x: x / np.random.default_rng().random(), x)
"""


def test_the_report_of_a_session(project: Any, pytester: pytest.Pytester) -> None:
    (pytester.path / "deep").mkdir()
    result = project("--gradient-report=deep/er.json", test_m=REPORTED)
    result.assert_outcomes(passed=3, failed=2, xfailed=1)
    path = pytester.path / "deep" / "er.json"
    result.stdout.fnmatch_lines([f"gradient report: 8 checks, 4 wrong, in {path}"])
    written = json.loads(path.read_text(encoding="utf-8"), parse_constant=lambda name: pytest.fail(name))
    assert written["summary"] == {"checks": 8, "wrong": 4, "wrong in failed tests": 2}
    assert [(c["test"].partition("::")[2], c["outcome"], c["ok"]) for c in written["checks"]] == [
        ("", "", True),
        ("test_a", "failed", False),
        ("test_b", "passed", True),
        ("test_b", "passed", True),
        ("test_expected", "passed", True),
        ("test_expected", "passed", False),
        ("test_noisy", "failed", False),
        ("test_xfail[a|b<c>]", "xfailed", False),
    ]
    one = written["checks"][1]
    assert one["function"] == "loss"
    assert one["comparisons"][0]["input"] == "input 0 (float64[3])"
    assert one["comparisons"][0]["oracle"] == "complex step"
    assert one["comparisons"][0]["diagnosis"] == "constant factor"
    assert one["comparisons"][0]["worst"] > 1
    assert "non-determinism" in written["checks"][6]["problems"][0]
    assert written["checks"][7]["comparisons"][0]["worst"] == "inf"
    assert reports.observers == []


@pytest.mark.slow
def test_workers_hand_over_their_reports(project: Any, pytester: pytest.Pytester) -> None:
    files = {"test_m": REPORTED, "test_n": REPORTED}
    project("--gradient-report=one.json", **files)
    result = project("--gradient-report=two.json", "--gradient-seed=random", "-n", 2, inside=False, plugins=("xdist",))
    result.assert_outcomes(passed=6, failed=4, xfailed=2)
    one, two = (json.loads((pytester.path / f"{name}.json").read_text(encoding="utf-8")) for name in ("one", "two"))
    (seed,) = {check["seed"] for check in two["checks"]}
    assert f"gradient seed: {seed} " in result.stdout.str()
    assert [c["test"] for c in one["checks"]] == [c["test"] for c in two["checks"]]
    assert one["summary"] == two["summary"]


class Cells(HTMLParser):
    """The rows of the tables in a page, and whether its tags are closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:  # noqa: ARG002
        if tag != "meta":
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in {"td", "th"}:
            self.rows[-1][-1] += data


def test_the_pages_say_the_same(project: Any, pytester: pytest.Pytester) -> None:
    project("--gradient-report=r.html", test_m=REPORTED)
    project("--gradient-report=r.md")
    page = Cells()
    page.feed((pytester.path / "r.html").read_text(encoding="utf-8"))
    assert page.open == []
    text = (pytester.path / "r.md").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    table = [[re.sub(r"\\(.)", r"\1", cell).strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]
    assert {len(row) for row in table} == {11}
    del table[1]  # the line under the headings
    assert table == page.rows
    assert table[-1][:2] == ["test_m.py::test_xfail[a|b<c>]", "xfailed"]
    assert "## test_m.py::test_a\n\n```text\nthe gradient of loss by input 0 (float64[3])" in text


@pytest.mark.parametrize("name", ["report.xml", "report", "report.JSON"])
def test_reports_of_no_known_kind(name: str, project: Any, pytester: pytest.Pytester) -> None:
    result = project(f"--gradient-report={name}", test_m=REPORTED)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*a gradient report is a .json, .md or .html file, not '{name}'*"])
    assert not (pytester.path / name).exists()


def test_a_report_into_no_directory_is_refused(project: Any, pytester: pytest.Pytester) -> None:
    result = project("--gradient-report=deep/er/r.json", test_m="def test_one(): pass\n")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*--gradient-report=deep/er/r.json: there is no directory {pytester.path}/deep/er*"])
    assert not (pytester.path / "deep").exists()


def test_models_compared_are_in_the_report(project: Any, pytester: pytest.Pytester) -> None:
    project(
        "--gradient-report=r.json",
        test_m="""
from autograd_lite import nn
from autograd_lite.testing import compare_models

def test_models():
    compare_models(nn.Linear(3, 2), nn.Linear(3, 2), np.ones((5, 3), np.float32))
""",
    )
    (check,) = json.loads((pytester.path / "r.json").read_text(encoding="utf-8"))["checks"]
    assert check["function"] == "Linear of autograd_lite beside Linear of autograd_lite"
    assert (check["test"], check["ok"]) == ("test_m.py::test_models", False)
    weight = next(c for c in check["comparisons"] if c["input"] == "parameter weight (float32[2, 3])")
    assert (weight["compared"], weight["differing"]) == (6, 6)
    assert weight["worst"] > 1
    assert "6 of 6 differ" in weight["text"]


def test_nothing_is_written_where_nothing_is_run(project: Any, pytester: pytest.Pytester) -> None:
    project("--gradient-report=r.md", "--collect-only", test_m="def test_one(): pass\n")
    assert not (pytester.path / "r.md").exists()


# --- snapshots ---------------------------------------------------------------------------------------------

SNAPPED = """
def test_one(gradient_snapshot):
    gradient_snapshot(loss, x)
    gradient_snapshot(loss, x + 1)
    gradient_snapshot(np.sum, x, name="the sum/of all")

@pytest.mark.parametrize("kind", ["a", "A", "b/c", "d" * 99, "e::f", "1.5"])
def test_each(gradient_snapshot, kind): gradient_snapshot(loss, x + len(kind) + ord(kind[0]))

class TestGroup:
    def test_one(self, gradient_snapshot): gradient_snapshot(np.prod, x)
"""


def stored(pytester: pytest.Pytester, name: str = "test_s") -> set[str]:
    return {file.name for file in (pytester.path / "__snapshots__" / name).glob("*")}


def test_snapshots_are_missing_then_stored_then_held(project: Any, pytester: pytest.Pytester) -> None:
    missing = project(test_s=SNAPPED)
    missing.assert_outcomes(failed=8)
    missing.stdout.fnmatch_lines(["*there is no snapshot *test_one.npz: pytest --gradient-snapshot-update stores one*"])
    assert not (pytester.path / "__snapshots__").exists()
    result = project("--gradient-snapshot-update")
    result.assert_outcomes(passed=8)
    result.stdout.fnmatch_lines(["gradient snapshots written: 10", "*__snapshots__*test_s*TestGroup.test_one.npz"])
    names = stored(pytester)
    assert {
        "test_one.npz",
        "test_one.2.npz",
        "TestGroup.test_one.npz",
        "test_each[a].npz",
        "test_each[1.5].npz",
    } < names
    assert any(name.startswith("test_one.the_sum_of_all~") for name in names)
    assert max(map(len, names)) <= 100 + len("~01234567.npz")
    assert len({name.lower() for name in names}) == 10  # also where a file system does not tell A from a
    times = {file: file.stat().st_mtime_ns for file in (pytester.path / "__snapshots__" / "test_s").iterdir()}
    again = project("--gradient-snapshot-update")
    assert "gradient snapshots" not in again.stdout.str()
    assert times == {file: file.stat().st_mtime_ns for file in times}
    project().assert_outcomes(passed=8)
    changed = project(test_s=SNAPPED.replace("(loss, x)", "(lambda x: np.sum(x**2), x)"))
    changed.assert_outcomes(passed=7, failed=1)
    changed.stdout.fnmatch_lines([
        "*the value of <lambda> is not that of the snapshot: 1 of 1 differ*",
        "*diagnosis: all are 3 times what they should be, and that is n for n = 3*",
    ])  # fmt: skip
    project("--gradient-snapshot-update").assert_outcomes(passed=8)
    project().assert_outcomes(passed=8)
    snapshot = snapshots.load(pytester.path / "__snapshots__" / "test_s" / "test_one.npz")
    assert snapshot.gradients[0].tolist() == [2.0, 4.0, 8.0]


def test_snapshots_that_no_test_uses(project: Any, pytester: pytest.Pytester) -> None:
    project("--gradient-snapshot-update", test_s=SNAPPED, test_gone=SNAPPED)
    fewer = SNAPPED.replace("    gradient_snapshot(loss, x + 1)\n", "").split("class")[0].replace('"a", ', "")
    (pytester.path / "test_gone.py").unlink()
    result = project(test_s=fewer)
    result.assert_outcomes(passed=6)
    result.stdout.fnmatch_lines([
        "gradient snapshots that no test uses (pytest --gradient-snapshot-update removes them): 13"
    ])  # fmt: skip
    lines = result.stdout.str()
    for name in ("TestGroup.test_one.npz", "test_each[[]a].npz", "test_one.2.npz"):
        result.stdout.fnmatch_lines([f"    __snapshots__*test_s*{name}"])
    assert lines.count("test_gone") == 10
    removed = project("--gradient-snapshot-update")
    removed.stdout.fnmatch_lines(["gradient snapshots removed, no test uses them: 13"])
    assert len(stored(pytester)) == 7
    assert not (pytester.path / "__snapshots__" / "test_gone").exists()
    assert "gradient snapshots" not in project().stdout.str()


@pytest.mark.parametrize(
    "selection",
    [
        ["-k", "test_2"],
        ["test_s.py::test_2"],
        ["--deselect", "test_s.py::test_1"],
        ["-x"],
        ["--lf"],
        ["--collect-only"],
    ],
)
def test_what_was_not_run_keeps_its_snapshots(selection: Any, project: Any, pytester: pytest.Pytester) -> None:
    lines = [f"def test_{k}(gradient_snapshot): gradient_snapshot(loss, x)\n" for k in range(4)]
    project("--gradient-snapshot-update", test_s="".join(lines), test_t=lines[0])
    before = stored(pytester), stored(pytester, "test_t")
    lines[0] = "def test_0(): assert False\n"
    if "--lf" in selection:
        project(test_s="".join(lines))
    del lines[3]  # it is not known whether it was there, when others were selected
    if "-x" in selection:
        lines.append("def test_3(): pass\n")
    result = project(*selection, "--gradient-snapshot-update", test_s="".join(lines))
    assert result.ret in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}
    assert (stored(pytester), stored(pytester, "test_t")) == before


def test_tests_that_fail_or_are_skipped_keep_their_snapshots(project: Any, pytester: pytest.Pytester) -> None:
    project("--gradient-snapshot-update", test_s=SNAPPED)
    before = stored(pytester)
    for statement in ("pytest.skip('today')", "pytest.xfail('today')", "assert False", "x / None"):
        result = project(
            "--gradient-snapshot-update",
            test_s=SNAPPED.replace(
                "def test_one(gradient_snapshot):", f"def test_one(gradient_snapshot):\n    {statement}"
            ),
        )
        assert "no test uses" not in result.stdout.str()
        assert stored(pytester) == before


@pytest.mark.slow
def test_snapshots_with_workers(project: Any, pytester: pytest.Pytester) -> None:
    workers: dict[str, Any] = {"inside": False, "plugins": ("xdist",)}
    written = project("-n", 2, "--gradient-snapshot-update", **workers, test_s=SNAPPED)
    written.assert_outcomes(passed=8)
    written.stdout.fnmatch_lines(["gradient snapshots written: 10"])
    fewer = project("-n", 2, "--gradient-snapshot-update", **workers, test_s=SNAPPED.split("class")[0])
    fewer.assert_outcomes(passed=7)
    fewer.stdout.fnmatch_lines(["gradient snapshots removed, no test uses them: 1", "*TestGroup.test_one.npz"])
    assert len(stored(pytester)) == 9


def test_two_snapshots_of_one_name(project: Any) -> None:
    result = project(
        "--gradient-snapshot-update",
        test_s='def test_a(gradient_snapshot):\n    for _ in "ab": gradient_snapshot(loss, x, name="n")\n',
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*test_a takes two gradient snapshots of the name 'n'; give another*"])


def test_snapshots_are_in_the_report_of_the_session(project: Any, pytester: pytest.Pytester) -> None:
    project("--gradient-snapshot-update", test_s="def test_a(gradient_snapshot): gradient_snapshot(loss, x)\n")
    project("--gradient-report=r.json")
    (check,) = json.loads((pytester.path / "r.json").read_text(encoding="utf-8"))["checks"]
    assert [c["oracle"] for c in check["comparisons"]] == ["snapshot", "snapshot"]


# --- the plugin itself -------------------------------------------------------------------------------------


def test_it_imports_nothing_at_the_start(pytester: pytest.Pytester) -> None:
    """Also with a test that uses none of it, and to the end of the session."""
    pytester.makepyfile(test_a="def test_a(): pass\n")
    pytester.makeconftest(
        "import sys\n"
        "def pytest_unconfigure():\n"
        "    print('LOADED', sorted(m for m in sys.modules if m.partition('.')[0] in\n"
        "          ('numpy', 'autograd_lite', 'pytest_autograd_lite')))\n"
    )
    result = pytester.runpytest_subprocess("-p", "no:hypothesispytest", "-p", "no:xdist")
    result.assert_outcomes(passed=1)
    (line,) = [line for line in result.stdout.lines if line.startswith("LOADED")]
    assert "'pytest_autograd_lite.plugin'" in line
    assert "numpy" not in line
    assert "'autograd_lite" not in line
    for module in ("checking", "failures", "recording", "report_files", "seeding", "snapshotting"):
        assert module not in line


def test_it_can_be_left_out(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_a=SEED)
    result = pytester.runpytest_inprocess("-p", "no:autograd_lite", "--gradient-seed=1")
    assert result.ret == pytest.ExitCode.USAGE_ERROR


def test_a_pytest_without_what_it_needs_is_named(project: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("_pytest.runner.runtestprotocol")
    result = project("--mutate-gradients", test_a="def test_a(): pass\n")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*that pytest {pytest.__version__} does not have (runtestprotocol, _initrequest)*"])


def test_it_is_quiet(project: Any) -> None:
    result = project(test_a="def test_a(): pass\n")
    result.assert_outcomes(passed=1)
    assert "gradient" not in result.stdout.str()


def test_its_help(project: Any) -> None:
    options = project("--help").stdout.str()
    for option in ("--gradient-report=FILE", "--gradient-seed=N|random", "--gradient-snapshot-update"):
        assert option in options
    project("--markers").stdout.fnmatch_lines(["@pytest.mark.gradcheck([*][*]options): *"])


def test_the_examples_of_its_page(project: Any, pytester: pytest.Pytester) -> None:
    page = (Path(__file__).parents[2] / "docs" / "pytest_plugin.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    pytester.makepyfile(test_examples_of_the_plugin="\n".join(blocks))
    for more in (["--gradient-snapshot-update"], []):
        result = project("-q", "-p", "no:cacheprovider", *more)
        assert result.ret == pytest.ExitCode.OK, result.stdout.str()
