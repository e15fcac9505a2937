"""The workloads of `benchmarks.peers` in all frameworks that are installed.

python -m benchmarks                                  all of them
python -m benchmarks mlp_digits gpt                   some
python -m benchmarks --frameworks ours pytorch limit  in some frameworks
python -m benchmarks --json times.json                the figures as data, too
python -m benchmarks --list                           what there is
"""

from __future__ import annotations

import argparse

from benchmarks.peers.comparison import compare
from benchmarks.peers.frameworks import FRAMEWORKS, installed
from benchmarks.peers.problems import DECLARED
from benchmarks.peers.report import row, save


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Small workloads, framework by framework."
    )
    parser.add_argument("workloads", nargs="*", help="all, without any; or such as '64-32-10 by 100'")
    parser.add_argument("--frameworks", nargs="+", choices=FRAMEWORKS, default=installed())
    parser.add_argument("--rounds", type=int, default=31, help="of each framework (31)")
    parser.add_argument("--json", metavar="FILE", help="write the figures there")
    parser.add_argument("--list", action="store_true", help="say what there is, and run nothing")
    options = parser.parse_args()
    if options.list:
        for name, declared in DECLARED.items():
            print(f"{name:<16} {declared.says}")
        return
    if unknown := [name for name in options.workloads if name not in DECLARED and " by " not in name]:
        parser.error(f"no such workload: {', '.join(unknown)}; there are {', '.join(DECLARED)}")
    results = []
    for name in options.workloads or DECLARED:
        results.append(compare(name, options.frameworks, options.rounds))
        print(row(results[-1]), flush=True)
        if options.json:
            save(results, options.json)  # after each, so that one that fails takes nothing with it


if __name__ == "__main__":
    main()
