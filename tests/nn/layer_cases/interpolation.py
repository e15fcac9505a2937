"""Images made larger or smaller, and looked at in other places."""

from .case import case, normal, uniform

X1, X2, X3 = normal(2, 2, 5), normal(2, 2, 4, 5), normal(1, 2, 3, 4, 3)
GRID2 = uniform(2, 3, 2, 2, low=-1.9, high=1.9)
GRID3 = uniform(1, 2, 2, 3, 3, low=-1.9, high=1.9)
BY_AXES = {"linear": X1, "bilinear": X2, "bicubic": X2, "trilinear": X3}


def resized(name, x, **options):
    return case(f"interpolate {name}", lambda nn: lambda x: nn.functional.interpolate(x, **options), x)


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
        resized(f"{mode} {sizes} of {x.ndim - 2} axes", x, mode=mode, **sizes)
        for mode in ("nearest", "nearest-exact", "area")
        for x, several in (
            (X1, [{"size": 8}]),
            (X2, [{"size": (7, 3)}, {"scale_factor": (2, 0.55)}]),
            (X3, [{"scale_factor": 1.7}]),
        )
        for sizes in several
    ),
    *(
        resized(f"{mode} {sizes} align_corners={align}", x, mode=mode, align_corners=align, **sizes)
        for mode, x in BY_AXES.items()
        for sizes in ({"scale_factor": 1.7}, {"size": 2}, {"size": 1})
        for align in (None, True)
    ),
    resized("bilinear to other scales", X2, mode="bilinear", size=(9, 2)),
    resized("linear with its own scale", X1, mode="linear", scale_factor=1.7, recompute_scale_factor=True),
    resized("nearest with its own scale", X1, mode="nearest", scale_factor=1.7, recompute_scale_factor=True),
    resized("bilinear to as many", X2, mode="bilinear", size=(4, 5)),
    *(
        resized(
            f"{mode} antialiased {sizes} align_corners={align}",
            x,
            mode=mode,
            antialias=True,
            align_corners=align,
            **sizes,
        )
        for mode, aligns in (("bilinear", (None, True)), ("bicubic", (None, True)), ("lanczos", (None,)))
        for align in aligns
        for x, sizes in ((normal(1, 2, 9, 8), {"size": (4, 3)}), (X2, {"scale_factor": (1.5, 0.4)}))
    ),
    case("Upsample", lambda nn: nn.Upsample(scale_factor=2), X2),
    case("Upsample to a size", lambda nn: nn.Upsample((3, 7), mode="bicubic", align_corners=True), X2),
    case("Upsample by several factors", lambda nn: nn.Upsample(scale_factor=(2, 1.5), mode="bilinear"), X2),
    case("Upsample linear", lambda nn: nn.Upsample(scale_factor=1.3, mode="linear", recompute_scale_factor=True), X1),
    case("Upsample trilinear", lambda nn: nn.Upsample(4, mode="trilinear"), X3),
    case("UpsamplingNearest2d", lambda nn: nn.UpsamplingNearest2d(scale_factor=2), X2),
    case("UpsamplingBilinear2d", lambda nn: nn.UpsamplingBilinear2d(size=(7, 7)), X2),
    case("UpsamplingBilinear2d by a factor", lambda nn: nn.UpsamplingBilinear2d(scale_factor=1.5), X2),
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
