"""Parts of complex numbers, and their conjugates: linear over the reals.

With c the cotangent of y, in dL = Re(c dy): Re z passes c on; Im z = Re(-i z) gives -i c; and
Re(c conj(dz)) = Re(conj(c) dz).
"""

import numpy as np

from ..primitive import linear

__all__ = ["conj", "imag", "real"]

real = linear(np.real, lambda g, _ans, _z: g, raw=lambda z: z.real)
imag = linear(np.imag, lambda g, _ans, _z: g * -1j if _z.dtype.kind == "c" else g * 0.0, raw=lambda z: z.imag)
conj = linear(np.conjugate, lambda g, _ans, _z: np.conjugate(g))
