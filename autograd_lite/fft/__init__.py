"""Discrete Fourier transforms with gradients: `np.fft`'s functions on Tensors, and the array API's `fft` extension."""

__all__: list[str] = []
