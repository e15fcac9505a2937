"""Images looked at in other places."""

from .case import case, normal, uniform

X2, X3 = normal(2, 2, 4, 5), normal(1, 2, 3, 4, 3)
GRID2 = uniform(2, 3, 2, 2, low=-1.9, high=1.9)
GRID3 = uniform(1, 2, 2, 3, 3, low=-1.9, high=1.9)


def sampled(image, places, mode, padding, align):
    name = f"grid_sample {mode} {padding} align_corners={align} of {image.ndim - 2} axes"
    return case(
        name, lambda nn: lambda x, grid: nn.functional.grid_sample(x, grid, mode, padding, align), image, places
    )


def affine(size, matrix, align):
    name = f"affine_grid {size} align_corners={align}"
    return case(name, lambda nn: lambda theta: nn.functional.affine_grid(theta, size, align), matrix)


CASES = [
    *(
        sampled(x, grid, mode, padding, align)
        for x, grid, modes in ((X2, GRID2, ("bilinear", "nearest", "bicubic")), (X3, GRID3, ("bilinear", "nearest")))
        for mode in modes
        for padding in ("zeros", "border", "reflection")
        for align in (False, True)
    ),
    case(
        "grid_sample of one pixel",
        lambda nn: lambda x, grid: nn.functional.grid_sample(x, grid, "bilinear", "reflection", True),
        normal(1, 2, 1, 1),
        uniform(1, 2, 2, 2, low=-1.5, high=1.5),
    ),
    *(
        affine(size, theta, align)
        for size, theta in (((2, 1, 3, 4), normal(2, 2, 3)), ((1, 1, 2, 1, 3), normal(1, 3, 4)))
        for align in (False, True)
    ),
]
