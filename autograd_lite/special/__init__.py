"""Special functions with gradients, as `scipy.special` has them, and named as there."""

__all__: list[str] = []
