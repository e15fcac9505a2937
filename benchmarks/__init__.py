"""Speed beside the peers, one file per claim:  python -m benchmarks.small_networks

Each file runs both sides in turn in one run, first shows that they do the same work, and prints medians
and the ratio of each pair; single absolute times mean little on a shared machine.
"""
