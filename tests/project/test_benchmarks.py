"""The benchmark of all frameworks: what it refuses to time, and what it writes."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT))  # benchmarks/ is no part of the package

from benchmarks import instructions  # noqa: E402
from benchmarks.peers import comparison, report  # noqa: E402
from benchmarks.peers.problems import DECLARED, problem  # noqa: E402


def test_frameworks_that_compute_something_else_are_not_timed():
    gradient, zero, loss = np.array([1.0, -4.0]), np.array([0.0]), np.array(2.5)
    right = [gradient, zero, loss]
    comparison._same_work("some", {"pytorch": right, "ours": [gradient * 1.00001, zero + 1e-7, loss]}, True)
    for wrong in (
        [gradient * [1, 1.001], zero, loss],
        [gradient, zero + 1e-4, loss],
        [gradient, zero, loss * 1.001],
        [gradient, np.array([[0.0]]), loss],
        [gradient, np.array([np.nan]), loss],
        right[:2],
    ):
        with pytest.raises(SystemExit, match=r"do different work|other shapes"):
            comparison._same_work("some", {"pytorch": right, "ours": wrong}, True)


@pytest.mark.parametrize("name", [*DECLARED, "6-5-4 by 3"])
def test_problems_are_the_same_each_time_and_in_float32(name):
    one, other = problem(name), problem(name)
    for a, b in zip(one.parameters.values(), other.parameters.values(), strict=True):
        assert a.dtype == np.float32
        np.testing.assert_array_equal(a, b)
    for batch in one.batches:
        assert all(array.dtype in (np.float32, np.int64) for array in batch)


@pytest.mark.slow
def test_it_times_what_agrees_and_writes_it_down(tmp_path):
    times, page, picture = tmp_path / "times.json", tmp_path / "page.md", tmp_path / "picture.svg"
    command = [sys.executable, "-m", "benchmarks", "--frameworks", "ours", "limit", "pytorch", "--rounds", "3"]
    out = subprocess.run(
        [*command, "--json", times, "mlp_tiny", "6-5-4 by 3"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    assert out.count("of PyTorch [") == 4
    results = report.read(str(times))
    assert [result.workload for result in results] == ["mlp_tiny", "6-5-4 by 3"]
    for result in results:
        assert set(result.timings) == {"ours", "limit", "pytorch"}
        for timing in result.timings.values():
            assert 0 < timing.low <= timing.median <= timing.high
            assert timing.rounds == 3
    assert json.loads(times.read_text())[0]["timings"]["ours"]["to"]["pytorch"]["median"] > 0
    page.write_text(f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n")
    command = [sys.executable, "-m", "benchmarks.peers.report", times, "--plot", picture, "--into", page]
    subprocess.run(command, cwd=ROOT, check=True)
    text = page.read_text()
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "old" not in text
    assert "| `mlp_tiny` |" in text
    assert "PyTorch eager" in picture.read_text()


def test_names_that_are_none_are_refused():
    command = [sys.executable, "-m", "benchmarks", "mlp_huge"]
    run = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    assert run.returncode == 2
    assert "no such workload: mlp_huge; there are mlp_tiny, mlp_digits" in run.stderr


def test_the_guard_has_every_program_on_record(monkeypatch, tmp_path, capsys):
    record = json.loads(instructions.RECORD.read_text())
    assert set(record["counts"]) == set(instructions.PROGRAMS)
    monkeypatch.setattr(instructions, "versions", lambda: record["versions"])
    monkeypatch.setattr(sys, "argv", ["instructions"])
    counts = dict(record["counts"])
    monkeypatch.setattr(instructions, "count", lambda: counts)
    instructions.main()
    counts["chain"] *= 1 + instructions.MARGIN * 1.1
    with pytest.raises(SystemExit, match="above the record, or not on it: chain"):
        instructions.main()
    monkeypatch.setattr(instructions, "versions", lambda: {"python": "4.0", "numpy": "3.0"})
    instructions.main()
    assert "not judged" in capsys.readouterr().out


def test_the_programs_of_the_guard_run():
    for make in instructions.PROGRAMS.values():
        make()()
