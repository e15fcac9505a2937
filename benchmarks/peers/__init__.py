"""The same small workloads in several frameworks, in turn, in one run:  python -m benchmarks

problems     what is computed: parameters, data, optimizer
frameworks   how each framework computes it, a file each; `limit` is NumPy written by hand
worker       a process for each framework, of which all stand still but the one that works
comparison   first the same numbers, then the times
report       tables, JSON and pictures
"""
