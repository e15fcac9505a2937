"""Layers, one family to a file: each holds its parameters and calls its function in `nn.functional`."""
