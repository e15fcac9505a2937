"""Losses as modules; each is its function in `nn.functional`, where the mathematics is."""
