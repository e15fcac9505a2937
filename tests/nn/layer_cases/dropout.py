"""Dropout where it is not random: in evaluation, and with p = 0 or 1."""

from .case import case, normal

SHAPES = {
    "Dropout": (3, 4),
    "Dropout1d": (3, 2, 4),
    "Dropout2d": (2, 3, 2, 2),
    "Dropout3d": (2, 3, 2, 2, 2),
    "AlphaDropout": (3, 4),
    "FeatureAlphaDropout": (2, 3, 4),
}

CASES = [
    *(
        case(name, lambda nn, name=name: getattr(nn, name)(0.3, True), normal(*shape), modes=("eval",))
        for name, shape in SHAPES.items()
    ),
    *(
        case(f"{name} of {p:.0%}", lambda nn, name=name, p=p: getattr(nn, name)(p), normal(*shape))
        for name, shape in SHAPES.items()
        for p in (0.0, 1.0)
    ),
    case("Dropout1d of one", lambda nn: nn.Dropout1d(1.0), normal(3, 4)),
    case("Dropout3d of one", lambda nn: nn.Dropout3d(1.0), normal(3, 2, 2, 2)),
    case("alpha_dropout", lambda nn: lambda x: nn.functional.alpha_dropout(x, 0.3), normal(3, 4)),
    case("feature_alpha_dropout", lambda nn: lambda x: nn.functional.feature_alpha_dropout(x, 0.3), normal(3, 4)),
]
