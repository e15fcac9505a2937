"""The bench of wrong and right gradients (benchmarks/gradient_cases), judged by check_gradients."""

import sys
from collections import Counter
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from autograd_lite.testing.diagnosis import KINDS
from autograd_lite.testing.reports import Report

sys.path.append(str(Path(__file__).parents[2]))  # benchmarks/ is no part of the package

from benchmarks.gradient_cases import right, wrong
from benchmarks.gradient_cases.case import Case
from benchmarks.gradient_cases.checkers import ours, pytorch, right_diagnosis

GROUPS = {"ordinary points": right.USUAL, **right.HARD}


@cache
def judged(kind: str) -> list[tuple[Case, Report]]:
    """Our reports on the wrong gradients of a kind; made once, as some change by chance."""
    return [(case, ours(case)) for case in wrong.KINDS[kind]]


def test_the_bench_is_as_large_as_it_says() -> None:
    assert len(wrong.CASES) >= 200
    assert len(right.CASES) >= 200
    counts = Counter(case.kind for case in wrong.CASES)
    assert set(counts) <= {*KINDS, ""}
    assert sum(n >= 20 for kind, n in counts.items() if kind) >= 10
    names = Counter(case.name for case in wrong.CASES + right.CASES)
    assert [name for name, n in names.items() if n > 1] == []
    assert all(case.kind is None for case in right.CASES)
    dtypes = {np.asarray(x).dtype.name for case in right.CASES + wrong.CASES for x in case.inputs}
    assert {"float16", "float32", "float64", "complex64", "complex128"} <= dtypes
    assert {np.ndim(x) for case in wrong.CASES for x in case.inputs} == {0, 1, 2, 3, 4}


@pytest.mark.parametrize("kind", wrong.KINDS)
def test_every_wrong_gradient_is_rejected(kind: str) -> None:
    assert [case.name for case, report in judged(kind) if report.ok] == []


@pytest.mark.parametrize("kind", [kind for kind in wrong.KINDS if kind not in wrong.UNNAMED])
def test_nine_of_ten_diagnoses_of_a_kind_are_right(kind: str) -> None:
    missed = [(case.name, report.diagnoses) for case, report in judged(kind) if not right_diagnosis(case, report)]
    assert len(missed) <= len(judged(kind)) / 10, missed


@pytest.mark.parametrize("group", GROUPS)
def test_no_right_gradient_is_rejected(group: str) -> None:
    reports = {case.name: ours(case) for case in GROUPS[group]}
    assert {name: str(report) for name, report in reports.items() if not report.ok} == {}


def test_the_right_gradients_are_right_by_pytorch_too() -> None:
    """At ordinary points, where its checker is not led astray."""
    cases = [case for case in right.USUAL if "float32" not in case.name]
    assert len(cases) > 100
    verdicts = {case.name: pytorch(case, double=True) for case in cases}
    assert {name: verdict.said for name, verdict in verdicts.items() if not verdict.accepted} == {}


@pytest.mark.smoke
def test_a_case_of_each_side() -> None:
    assert ours(right.USUAL[0]).ok
    report = ours(wrong.CASES[0])
    assert report.diagnoses == ("constant factor",)
    assert right_diagnosis(wrong.CASES[0], report)
    assert not right_diagnosis(wrong.CASES[0]._replace(kind="sign"), report)
