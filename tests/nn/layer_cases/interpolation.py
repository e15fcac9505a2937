"""Images made larger or smaller."""

from .case import case, normal

X1, X2, X3 = normal(2, 2, 5), normal(2, 2, 4, 5), normal(1, 2, 3, 4, 3)
BY_AXES = {"linear": X1, "bilinear": X2, "bicubic": X2, "trilinear": X3}


def resized(name, x, **options):
    return case(f"interpolate {name}", lambda nn: lambda x: nn.functional.interpolate(x, **options), x)


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
]
