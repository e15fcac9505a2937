"""Names of the standard for operations that the engine calls by another name of NumPy's."""

from .. import ops

__all__ = ["abs", "pow"]

abs = ops.absolute
pow = ops.power
