"""Derivatives of what is found by iteration: roots, minima, fixed points, and solutions of differential equations.

    x = root(f, x0, *args)          # f(x, *args) = 0
    x = minimize(f, x0, *args)      # of a number f(x, *args)
    x = fixed_point(f, x0, *args)   # x = f(x, *args)
    ys = odeint(f, y0, t, *args)    # dy/dt = f(t, y, *args)

They are derivatives of the solution by `args`, by the implicit function theorem (for odeint by the adjoint equation),
and not of the iteration: nothing of it is kept.  The values come from SciPy (`pip install "autograd_lite[scipy]"`).
"""

from .ode import odeint
from .solutions import fixed_point, minimize, root

__all__ = ["fixed_point", "minimize", "odeint", "root"]
