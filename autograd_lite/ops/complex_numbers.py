"""Parts of complex numbers, and their conjugates: linear over the reals.

With c the cotangent of y, in dL = Re(c dy): Re z passes c on; Im z = Re(-i z) gives -i c; and
Re(c conj(dz)) = Re(conj(c) dz).
"""

import math
from typing import Any

import numpy as np

from ..primitive import elementwise, linear
from .arithmetic import direction
from .casting import stop_gradient
from .implementing import implements
from .words import whole

__all__ = ["angle", "conj", "imag", "real", "sign"]

real = linear(np.real, lambda g, _ans, _z: g, raw=lambda z: z.real, math="dy = Re dz")
imag = linear(
    np.imag, lambda g, _ans, _z: g * -1j if _z.dtype.kind == "c" else g * 0.0, raw=lambda z: z.imag, math="dy = Im dz"
)
conj = linear(np.conjugate, lambda g, _ans, _z: np.conjugate(g), math="dy = dz*")


def _angle_rule(v: Any, _ans: Any, z: Any, deg: bool = False) -> Any:
    """Im(dz / z) = Re(-i dz / z); 0 at 0, and for real numbers, whose angle is constant."""
    if z.dtype.kind != "c":
        return v * 0.0
    none = z == 0
    slope = np.where(none, 0.0, -1j) / np.where(none, 1.0, z)
    return v * (slope * (180 / math.pi) if deg else slope)


angle = elementwise(np.angle, _angle_rule, math="dθ = Im(dz / z), 0 at 0")


@implements(np.sign)
def sign(x: Any) -> Any:
    """-1, 0 or 1, without gradient; of a complex number z / |z|, and 0 at 0, which has one."""
    return direction(x) if x.dtype.kind == "c" else np.sign(stop_gradient(x))


@implements(np.real_if_close)
def real_if_close(a: Any, tol: float = 100) -> Any:
    """The real part, if all imaginary parts are within `tol` units of the last place of 0, else `a` itself."""
    values = np.asarray(whole(a))
    return np.real(a) if np.real_if_close(values, tol).dtype.kind != "c" else a
