"""Parts of complex numbers; of real ones here, of complex ones in `test_complex`."""

import numpy as np
import torch

from .sample import Sample

SAMPLES = [
    Sample("real", np.real, ((3, 4),), torch.real, complex=True),
    Sample("imag", np.imag, ((3, 4),), lambda x: x.imag if x.is_complex() else x * 0, complex=True),
    Sample("conjugate", np.conjugate, ((3, 4),), torch.conj_physical, complex=True),
    Sample("angle", np.angle, ((3, 4),), lambda z: torch.angle(z) + z.abs() * 0, complex=True),
    Sample(
        "angle",
        lambda z: np.angle(z, deg=True),
        ((3, 4),),
        lambda z: torch.angle(z) * (180 / np.pi) + z.abs() * 0,
        complex=True,
        name="angle in degrees",
    ),
]
