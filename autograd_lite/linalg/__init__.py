"""Linear algebra with gradients: `np.linalg`'s functions on Tensors, and the array API's `linalg` extension."""

__all__: list[str] = []
