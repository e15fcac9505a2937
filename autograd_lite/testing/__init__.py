"""Gradients compared: is a gradient right, and if not, where is it wrong."""
