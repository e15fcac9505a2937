"""What stands beside networks: `utils.data` brings data in batches."""

from . import data

__all__ = ["data"]
