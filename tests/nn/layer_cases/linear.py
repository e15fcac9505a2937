"""The affine map."""

from .case import case, normal

CASES = [
    case("Linear", lambda nn: nn.Linear(3, 2), normal(4, 3)),
    case("Linear of a vector", lambda nn: nn.Linear(3, 2), normal(3)),
    case("Linear with more axes", lambda nn: nn.Linear(3, 2), normal(2, 4, 3)),
    case("Linear of no rows", lambda nn: nn.Linear(3, 2), normal(0, 3)),
    case("Linear without bias", lambda nn: nn.Linear(3, 2, bias=False), normal(4, 3)),
]
