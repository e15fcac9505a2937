"""What a derivative is, by ways that know no rule for it.

`differences`   finite differences with Richardson's extrapolation, and kinks
`complex_step`  exact to rounding, for analytic functions
`taylor`        the order of the Taylor remainder: a verdict without a tolerance
`directions`    what is moved, and how far
"""
