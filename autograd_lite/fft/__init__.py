"""Discrete Fourier transforms with gradients: `np.fft`'s functions on Tensors, and the array API's `fft` extension.

spectrum = np.fft.rfft(signal)          # the same as ag.fft.rfft(signal)
"""

from .frequencies import *
from .transforms import *
