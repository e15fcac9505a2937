"""Networks in NumPy, written by hand: forward and backward of one architecture, in buffers made once.

Nothing is recorded, looked up or checked.  It is what a step costs when NumPy does the arithmetic.
"""
