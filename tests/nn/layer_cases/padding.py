"""Margins."""

from .case import case, normal

X1, X2, X3 = normal(2, 3, 4), normal(2, 2, 4, 5), normal(1, 2, 3, 4, 3)


def layers(kind, *more):
    """All that a family of layers can do."""
    of = lambda axes, nn, padding: getattr(nn, f"{kind}Pad{axes}d")(padding, *more)
    return [
        case(f"{kind}Pad1d", lambda nn: of(1, nn, 2), X1),
        case(f"{kind}Pad1d of one image", lambda nn: of(1, nn, (3, 0)), X1[0]),
        case(f"{kind}Pad1d that cuts off", lambda nn: of(1, nn, (-1, 2)), X1),
        case(f"{kind}Pad2d", lambda nn: of(2, nn, 1), X2),
        case(f"{kind}Pad2d of one image", lambda nn: of(2, nn, (3, 2, 0, 1)), X2[0]),
        case(f"{kind}Pad2d that cuts off", lambda nn: of(2, nn, (-1, -2, 2, -1)), X2),
        case(f"{kind}Pad2d of no images", lambda nn: of(2, nn, 1), X2[:0]),
        case(f"{kind}Pad3d", lambda nn: of(3, nn, (1, 0, 2, 2, 0, 1)), X3),
        case(f"{kind}Pad3d of one image", lambda nn: of(3, nn, 1), X3[0]),
    ]


CASES = [
    *layers("Circular"),
    *layers("Constant", 0.5),
    *layers("Reflection"),
    *layers("Replication"),
    *layers("Zero"),
    case("pad of some axes", lambda nn: lambda x: nn.functional.pad(x, (1, 2), value=-1.5), X2),
    case("pad of all axes", lambda nn: lambda x: nn.functional.pad(x, [1, 0, 0, 2, 1, 1, -1, 1]), X2),
    case("pad by nothing", lambda nn: lambda x: nn.functional.pad(x, ()), X1),
    case("pad by zeros", lambda nn: lambda x: nn.functional.pad(x, (0, 0), "reflect"), X1),
    case("pad to an image", lambda nn: lambda x: nn.functional.pad(x, (4, 4), "circular"), X1),
    case("pad by more than the image", lambda nn: lambda x: nn.functional.pad(x, (6, 5), "replicate"), X1),
    case("pad that reflects and cuts off", lambda nn: lambda x: nn.functional.pad(x, (2, -3), "reflect"), X1),
]
