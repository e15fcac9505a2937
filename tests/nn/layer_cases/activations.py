"""Activation functions, at their kinks too, and softmaxes."""

import numpy as np

from .case import case, integers, normal, uniform

X, LARGE = normal(3, 4) * 2, np.array([-1e3, -50.0, -30.0, 30.0, 50.0, 1e3])
KINKS = np.array([-6.0, -3.0, -1.0, -0.5, 0.0, 0.5, 1.0, 3.0, 6.0, 20.0])
IMAGES = normal(2, 3, 2, 2)
MADE = {
    "ReLU": [{}, {"inplace": True}],
    "Tanh": [{}], "Sigmoid": [{}], "LogSigmoid": [{}], "Softsign": [{}], "Tanhshrink": [{}],
    "SiLU": [{}, {"inplace": True}], "Mish": [{}], "SELU": [{}], "ReLU6": [{}, {"inplace": True}],
    "Hardsigmoid": [{}, {"inplace": True}], "Hardswish": [{}],
    "GELU": [{}, {"approximate": "tanh"}],
    "Softplus": [{}, {"beta": 2.5, "threshold": 3.0}],
    "LeakyReLU": [{}, {"negative_slope": 0.2, "inplace": True}],
    "PReLU": [{}, {"init": 0.1}],
    "ELU": [{}, {"alpha": 0.7}], "CELU": [{}, {"alpha": 0.5, "inplace": True}],
    "Threshold": [{"threshold": 0.5, "value": 2.0}, {"threshold": 0, "value": -1, "inplace": True}],
    "Hardtanh": [{}, {"min_val": -0.5, "max_val": 3.0, "inplace": True}],
    "Hardshrink": [{}, {"lambd": 1.0}], "Softshrink": [{}, {"lambd": 1.0}],
}  # fmt: skip

NO_SECOND = {"Hardsigmoid": {"second": "not implemented in PyTorch"}}
RTOL = {"Hardsigmoid": 1e-7}  # its backward has a 1/6 of single precision in PyTorch

CASES = []
for _name, _many in MADE.items():
    for _options in _many:
        _title = f"{_name} {' '.join(map(str, _options.values()))}".strip()

        def _make(nn, name=_name, options=_options):
            return getattr(nn, name)(**options)

        def _call(nn, module, x):
            return module(x * 1)  # PyTorch refuses to change a leaf in place

        CASES += [
            case(_title, _make, X, call=_call, skip=NO_SECOND.get(_name, {}), rtol=RTOL.get(_name, 1e-10)),
            case(
                f"{_title} at kinks",
                _make,
                KINKS,
                call=_call,
                skip={"second": "which side's it is nobody says"},
                rtol=RTOL.get(_name, 1e-10),
            ),
        ]
CASES += [
    case(f"{name} of large numbers", lambda nn, name=name: getattr(nn, name)(), LARGE)
    for name in ("Sigmoid", "LogSigmoid", "SiLU", "Softplus", "ELU", "CELU", "SELU", "GELU", "Tanh")
]
CASES += [
    case("RReLU", lambda nn: nn.RReLU(0.2, 0.4), X, modes=("eval",)),
    case("PReLU of channels", lambda nn: nn.PReLU(3), IMAGES),
    case("GLU", lambda nn: nn.GLU(), X),
    case("GLU along an axis", lambda nn: nn.GLU(0), normal(4, 3)),
    case("Softmax", lambda nn: nn.Softmax(1), X),
    case("Softmax of large numbers", lambda nn: nn.Softmax(0), LARGE),
    case("Softmax of one number", lambda nn: nn.Softmax(0), X[0, 0]),
    case("Softmax of nothing", lambda nn: nn.Softmax(-1), X[:0]),
    case("Softmin", lambda nn: nn.Softmin(dim=-2), IMAGES),
    case("LogSoftmax", lambda nn: nn.LogSoftmax(1), IMAGES),
    case("LogSoftmax of large numbers", lambda nn: nn.LogSoftmax(0), LARGE),
    case("Softmax2d", lambda nn: nn.Softmax2d(), IMAGES),
    case("Softmax2d of one image", lambda nn: nn.Softmax2d(), IMAGES[0]),
    case("normalize", lambda nn: nn.functional.normalize, X),
    case("normalize by another norm", lambda nn: lambda x: nn.functional.normalize(x, 3.0, -1, 1e-3), X),
    case("normalize of small vectors", lambda nn: lambda x: nn.functional.normalize(x, eps=1.0), X * 1e-2),
    case("one_hot", lambda nn: nn.functional.one_hot, integers(2, 3, high=4)),
    case("one_hot of more classes", lambda nn: lambda x: nn.functional.one_hot(x, 6), integers(2, 3, high=4)),
    case("prelu of a vector", lambda nn: nn.functional.prelu, normal(5), uniform(1)),
]  # fmt: skip
