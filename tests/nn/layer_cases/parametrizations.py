"""Parameters made of others: weight, spectral and orthogonal normalization, and functions of the user's."""

from .case import case, normal

X2, X4 = normal(4, 3), normal(2, 3, 4, 4)
WRONG = {"second": "PyTorch's weight_norm fails its own gradgradcheck"}
MOVING = {"forward mode": "while training the buffers move with each call"}
CAYLEY = {"orthogonal_map": "cayley", "use_trivialization": False}
COMPUTED = {"copies": "the weight is a computed Tensor after a call, as in PyTorch"}


def new(make, function, **options):
    """A layer with one of `utils.parametrizations`."""
    return lambda nn: getattr(nn.utils.parametrizations, function)(make(nn), **options)


def old(make, function, **options):
    """A layer with one of the older functions."""
    return lambda nn: getattr(nn.utils, function)(make(nn), **options)


def linear(nn):
    return nn.Linear(3, 5)


def square(nn):
    return nn.Linear(3, 3)


def conv(nn):
    return nn.Conv2d(3, 2, 3)


def transposed(nn):
    return nn.ConvTranspose2d(3, 2, 3)


def twice(nn):
    """Two parametrizations of one weight, the first the user's, and one of the bias."""

    class Scaled(nn.Module):
        def forward(self, x):
            return x * 3.0

        def right_inverse(self, x):
            return x / 3.0

    class Squared(nn.Module):
        def forward(self, x):
            return x * x * 0.1

    layer = nn.Linear(3, 5)
    register = nn.utils.parametrize.register_parametrization
    register(layer, "weight", Scaled())
    register(layer, "weight", Squared())
    return register(layer, "bias", Scaled())


CASES = [
    case("weight_norm", new(linear, "weight_norm"), X2, skip=WRONG),
    case("weight_norm of columns", new(linear, "weight_norm", dim=1), X2, skip=WRONG),
    case("weight_norm of the whole", new(linear, "weight_norm", dim=None), X2, skip=WRONG),
    case("weight_norm of a convolution", new(conv, "weight_norm"), X4, skip=WRONG),
    case("spectral_norm", new(linear, "spectral_norm"), X2, skip=MOVING),
    case("spectral_norm in three steps", new(linear, "spectral_norm", n_power_iterations=3, dim=1), X2, skip=MOVING),
    case("spectral_norm of a transposed convolution", new(transposed, "spectral_norm"), X4, skip=MOVING),
    case("spectral_norm of a bias", new(linear, "spectral_norm", name="bias"), X2),
    case("orthogonal", new(square, "orthogonal"), X2),
    case("orthogonal, more rows", new(linear, "orthogonal"), X2),
    case("orthogonal, more columns", new(lambda nn: nn.Linear(3, 2), "orthogonal"), X2),
    case("orthogonal by exp, more rows", new(linear, "orthogonal", orthogonal_map="matrix_exp"), X2),
    case("orthogonal by Cayley", new(linear, "orthogonal", orthogonal_map="cayley"), X2),
    case("orthogonal by Cayley from 1", new(square, "orthogonal", **CAYLEY), X2),
    case("orthogonal reflections from 1", new(linear, "orthogonal", use_trivialization=False), X2),
    case("several parametrizations", twice, X2, skip={"copies": "its classes are local"}),
    case("older weight_norm", old(linear, "weight_norm"), X2, skip=COMPUTED | WRONG),
    case("older weight_norm of the whole", old(conv, "weight_norm", dim=None), X4, skip=COMPUTED | WRONG),
    case("older spectral_norm", old(linear, "spectral_norm"), X2, skip=COMPUTED | MOVING),
    case("older spectral_norm, 2", old(transposed, "spectral_norm", n_power_iterations=2), X4, skip=COMPUTED | MOVING),
]  # fmt: skip
