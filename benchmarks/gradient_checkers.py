"""Claim: of wrong gradients every one is rejected, nine of ten with the right diagnosis; of right ones, none is.

    python -m benchmarks.gradient_checkers            # ours beside PyTorch's and JAX's
    python -m benchmarks.gradient_checkers --ours     # ours alone
    python -m benchmarks.gradient_checkers --list     # and each case in which a checker is mistaken

The cases are in `benchmarks.gradient_cases`: functions of NumPy with a gradient written by hand, which all checkers get
as it is.  Each runs with its defaults.  PyTorch's documentation asks for double precision, so it is also given every
case in double precision; JAX is in 64-bit mode.  JAX is not among the requirements of the tests: `pip install jax`.
"""

from __future__ import annotations

import argparse
import os
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

os.environ.setdefault("OMP_NUM_THREADS", "2")

from benchmarks.gradient_cases import right, wrong
from benchmarks.gradient_cases.case import Case
from benchmarks.gradient_cases.checkers import Verdict, jax, jax_available, ours, pytorch, right_diagnosis

SETTINGS = {
    "ours": "check_gradients(f, *inputs), defaults",
    "torch": "torch.autograd.gradcheck, defaults, inputs in double precision",
    "torch as is": "torch.autograd.gradcheck, defaults, inputs in the case's own precision",
    "jax": "jax.test_util.check_grads, order=1, modes=['rev'], 64-bit mode",
}


class Score(NamedTuple):
    """How a checker judged some cases."""

    rejected: int
    diagnosed: int
    seconds: float
    mistaken: Sequence[str]


def _ours(case: Case) -> tuple[Verdict, bool]:
    report = ours(case)
    return Verdict(report.ok, "" if report.ok else str(report)), right_diagnosis(case, report)


CHECKERS: dict[str, Callable[[Case], tuple[Verdict, bool]]] = {
    "ours": _ours,
    "torch": lambda case: (pytorch(case, double=True), False),
    "torch as is": lambda case: (pytorch(case), False),
    "jax": lambda case: (jax(case), False),
}


def score(check: Callable[[Case], tuple[Verdict, bool]], cases: Sequence[Case]) -> Score:
    """Run a checker on cases; those in which it is mistaken are named."""
    rejected = diagnosed = 0
    mistaken = []
    start = time.perf_counter()
    for case in cases:
        verdict, known = check(case)
        rejected += not verdict.accepted
        diagnosed += known and not verdict.accepted
        if verdict.accepted == (case.kind is not None):
            mistaken.append(f"{case.name}: {verdict.said.splitlines()[0][:160] if verdict.said else 'accepted'}")
    return Score(rejected, diagnosed, time.perf_counter() - start, mistaken)


def table(groups: Mapping[str, Sequence[Case]], names: Sequence[str], *, diagnoses: bool, listing: bool) -> None:
    """Print how many cases of each group each checker rejects, and the sums."""
    print(f"{'':<26}{'cases':>6}" + "".join(f"{name:>13}" for name in names) + ("    diagnosed" if diagnoses else ""))
    sums: dict[str, list[Score]] = {name: [] for name in names}
    named = found = 0
    for group, cases in groups.items():
        scores = {name: score(CHECKERS[name], cases) for name in names}
        for name in names:
            sums[name].append(scores[name])
        row = f"{group:<26}{len(cases):>6}" + "".join(f"{scores[name].rejected:>13}" for name in names)
        if diagnoses and any(case.kind for case in cases):
            row += f"{scores['ours'].diagnosed:>13}"
            named += len(cases)
            found += scores["ours"].diagnosed
        print(row)
        if listing:
            for name in names:
                for line in scores[name].mistaken:
                    print(f"      {name}: {line}")
    total = sum(map(len, groups.values()))
    row = f"{'all':<26}{total:>6}" + "".join(f"{sum(s.rejected for s in sums[name]):>13}" for name in names)
    if diagnoses:
        row += f"{found:>13} of {named}, {found / named:.1%}"
    print(row)
    print(f"{'seconds':<32}" + "".join(f"{sum(s.seconds for s in sums[name]):>13.1f}" for name in names))


def main() -> None:
    parser = argparse.ArgumentParser(description="Checkers of gradients beside each other.")
    parser.add_argument("--ours", action="store_true", help="leave out the others")
    parser.add_argument("--list", action="store_true", help="name each case in which a checker is mistaken")
    options = parser.parse_args()
    names = ["ours"] if options.ours else ["ours", "torch", "torch as is", "jax"]
    if "jax" in names and not jax_available():
        print("JAX is not installed: its column is left out")
        names.remove("jax")
    for name in names:
        print(f"{name:<12} {SETTINGS[name]}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # wrong gradients divide by zero
        print("\nwrong gradients rejected (all should be)")
        table(wrong.KINDS, names, diagnoses=True, listing=options.list)
        print("\nright gradients rejected (none should be)")
        table({"ordinary points": right.USUAL, **right.HARD}, names, diagnoses=False, listing=options.list)


if __name__ == "__main__":
    main()
