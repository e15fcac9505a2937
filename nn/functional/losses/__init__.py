"""Losses as functions, one family to a file."""
