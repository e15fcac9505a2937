"""Speed, memory and accuracy beside the peers: `python -m benchmarks` runs the table of all frameworks, and there is a
file for each other claim.

Each runs both sides in turn in one run, first shows that they do the same work, and prints medians and the ratio of
each pair; single absolute times mean little on a shared machine.
"""
