"""Fused operations, one to a file: its reference, and its kernel."""
