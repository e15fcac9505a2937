"""Functions with gradients written by hand, right ones and wrong ones, to find out what checkers of gradients see.

    case       what a case is
    losses, networks, matrices, elements
               functions of plain NumPy and their right gradients
    wrong/     mistakes in them, as people make them, by the kind of mistake
    right/     right gradients where checkers go astray: kinks, ties, rounding, extreme numbers

Everything is plain NumPy: a checker of PyTorch's or JAX's is handed the same functions as a custom function of its
own, and so judges the very same numbers.
"""
