"""Constraints: sets that parameters are kept in, and problems with equations and inequalities.

    from autograd_lite.optim import Adam, constraints

    optimizer = Adam([{"params": [mixture], "constraints": [constraints.Simplex()]}, {"params": others}], lr=0.01)

A constraint brings each parameter of its group to the nearest point of its set after each step, after the
regularizers.  Each is also a function on arrays: `project_simplex(x)`.

number by number    `Box`, `NonNegative`
along an axis       `Simplex`, `L1Ball`, `L2Ball`
matrices            `Orthogonal`, `PositiveDefinite`
any other           `AugmentedLagrangian`: c(θ) = 0 and d(θ) >= 0, with multipliers

Several in one list are projected onto one after the other, which ends in the last set but not always in all
of them.
"""

from ..constraint import Constraint
from .augmented_lagrangian import AugmentedLagrangian, Constrained
from .box import Box, project_box
from .l1_ball import L1Ball, project_l1_ball
from .l2_ball import L2Ball, project_l2_ball
from .non_negative import NonNegative, project_non_negative
from .orthogonal import Orthogonal, project_orthogonal
from .positive_definite import PositiveDefinite, project_positive_definite
from .simplex import Simplex, project_simplex

__all__ = [
    "AugmentedLagrangian",
    "Box",
    "Constrained",
    "Constraint",
    "L1Ball",
    "L2Ball",
    "NonNegative",
    "Orthogonal",
    "PositiveDefinite",
    "Simplex",
    "project_box",
    "project_l1_ball",
    "project_l2_ball",
    "project_non_negative",
    "project_orthogonal",
    "project_positive_definite",
    "project_simplex",
]
