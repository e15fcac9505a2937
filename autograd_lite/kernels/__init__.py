"""Fused operations, one to a file: its mathematics as a reference in NumPy, and a kernel written for speed.

The kernels work on ndarrays; they are what a first derivative runs.  With `ag.fusion(False)` (or
AUTOGRAD_LITE_FUSION=0) the references run instead, recorded step by step, with the same numbers up to
rounding.
"""
