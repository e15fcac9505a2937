"""Losses."""

import numpy as np

from .case import case, integers, normal, uniform

REDUCTIONS = ("mean", "sum", "none")
X, Y = normal(3, 4), normal(3, 4, seed=1)
P, Q = uniform(3, 4, low=0.1, high=0.9), uniform(3, 4, low=0.1, high=0.9, seed=1)
SIGNS = np.array([[1, -1, -1, 1], [-1, 1, 1, -1], [1, 1, -1, -1]])
POSITIVE = uniform(3, 4, low=0.2, high=2.0)
WEIGHT4 = uniform(4, low=0.2, high=2.0, seed=3)
NO_SECOND = {"second": "PyTorch has no second derivative of it"}
NO_PUSH = {"forward mode": "the harness calls the module, and not a method of it"}


def given(nn, array):
    """An array, or a tensor of PyTorch's."""
    if nn.__name__ != "torch.nn":
        return array
    import torch

    return torch.from_numpy(array)


def like(x, array):
    """An array beside x, in its library and dtype."""
    return x.new_tensor(array) if hasattr(x, "new_tensor") else array.astype(x.dtype)


def distribution(*shape, axis=1, seed=0):
    """Positive numbers that sum to 1 along an axis."""
    found = uniform(*shape, low=0.1, seed=seed)
    return found / found.sum(axis=axis, keepdims=True)


def reductions(name, make, *inputs, **options):
    """A case for each reduction; `make` gets it as its second argument."""
    return [case(f"{name}, {r}", lambda nn, r=r: make(nn, r), *inputs, modes=("train",), **options) for r in REDUCTIONS]


def one(name, make, *inputs, **options):
    return case(name, make, *inputs, modes=("train",), **options)


ELEMENTWISE = [
    *reductions("L1Loss", lambda nn, r: nn.L1Loss(reduction=r), X, Y),
    *reductions("MSELoss", lambda nn, r: nn.MSELoss(reduction=r), X, Y),
    *reductions("SmoothL1Loss", lambda nn, r: nn.SmoothL1Loss(reduction=r), X, Y),
    *reductions("HuberLoss", lambda nn, r: nn.HuberLoss(r, 0.7), X, Y),
    one("L1Loss of equal numbers", lambda nn: nn.L1Loss(), np.round(X), np.round(Y)),
    one("SmoothL1Loss narrow", lambda nn: nn.SmoothL1Loss(beta=0.3), X, Y),
    one("SmoothL1Loss with beta 0", lambda nn: nn.SmoothL1Loss(beta=0), X, Y),
    one("SmoothL1Loss of numbers", lambda nn: nn.SmoothL1Loss(), np.array(0.5), np.array(2.0)),
    one("HuberLoss of integers", lambda nn: nn.HuberLoss("sum", 2.0), np.round(2 * X), np.round(2 * Y)),
    *[
        one(f"{name} weighted, {r}", lambda nn, name=name, r=r: lambda x, y: getattr(nn.functional, name)(
            x, y, reduction=r, weight=like(x, POSITIVE)), X, Y)
        for name in ("l1_loss", "mse_loss", "huber_loss") for r in REDUCTIONS
    ],
    *reductions("PoissonNLLLoss", lambda nn, r: nn.PoissonNLLLoss(reduction=r), X, POSITIVE),
    one("PoissonNLLLoss of counts, full", lambda nn: nn.PoissonNLLLoss(False, True, eps=1e-3), P, 3 * POSITIVE),
    one("PoissonNLLLoss full", lambda nn: nn.PoissonNLLLoss(full=True), X, 3 * POSITIVE),
    *reductions("GaussianNLLLoss", lambda nn, r: nn.GaussianNLLLoss(reduction=r), X, Y, POSITIVE),
    one("GaussianNLLLoss full", lambda nn: nn.GaussianNLLLoss(full=True, eps=1e-3), X, Y, POSITIVE),
    one("GaussianNLLLoss with small variances", lambda nn: nn.GaussianNLLLoss(eps=0.5), X, Y, POSITIVE),
    one("GaussianNLLLoss with a variance per row", lambda nn: nn.GaussianNLLLoss(), X, Y, POSITIVE[:, 0]),
    one("GaussianNLLLoss with a column of variances", lambda nn: nn.GaussianNLLLoss(), X, Y, POSITIVE[:, :1]),
    one("gaussian_nll_loss with a number", lambda nn: lambda x, y: nn.functional.gaussian_nll_loss(x, y, 0.7), X, Y),
    *reductions("KLDivLoss", lambda nn, r: nn.KLDivLoss(reduction=r), np.log(P), Q),
    one("KLDivLoss batchmean", lambda nn: nn.KLDivLoss(reduction="batchmean"), np.log(P), Q),
    one("KLDivLoss of logarithms", lambda nn: nn.KLDivLoss(reduction="batchmean", log_target=True), X, Y),
    one("KLDivLoss of certainty", lambda nn: lambda x: nn.functional.kl_div(
        x, like(x, np.eye(3, 4))), X),
]  # fmt: skip

BINARY = [
    *reductions("BCELoss", lambda nn, r: nn.BCELoss(reduction=r), P, Q),
    *reductions("BCELoss weighted", lambda nn, r: nn.BCELoss(given(nn, WEIGHT4), reduction=r), P, Q),
    *reductions("BCEWithLogitsLoss", lambda nn, r: nn.BCEWithLogitsLoss(reduction=r), X, Q),
    one("BCEWithLogitsLoss weighted", lambda nn: nn.BCEWithLogitsLoss(given(nn, POSITIVE)), X, Q),
    one("BCEWithLogitsLoss with pos_weight", lambda nn: nn.BCEWithLogitsLoss(pos_weight=given(nn, WEIGHT4)), X, Q),
    *reductions("BCEWithLogitsLoss with both", lambda nn, r: nn.BCEWithLogitsLoss(
        given(nn, POSITIVE), reduction=r, pos_weight=given(nn, WEIGHT4)), X, Q),
]  # fmt: skip

LABELS, LABELS2 = np.array([2, 0, 3]), integers(3, 2, high=4)
IGNORED, IGNORED2 = np.array([2, -100, 3]), np.where(integers(3, 2, high=2, seed=5) > 0, LABELS2, 1)
X2 = normal(3, 4, 2)
MANY = normal(2, 7)
OPTIONS = {
    "": {},
    "weighted": {"weight": WEIGHT4},
    "smoothed": {"label_smoothing": 0.2},
    "weighted and smoothed": {"weight": WEIGHT4, "label_smoothing": 0.1},
}


def classified(layer, nn, r, options):
    options = {key: given(nn, value) if key == "weight" else value for key, value in options.items()}
    return getattr(nn, layer)(reduction=r, **options)


CLASSES = [
    *[
        each
        for name, options in OPTIONS.items()
        for what, arrays, more in (
            ("", (X, LABELS), {}),
            ("with ignored", (X, IGNORED), {}),
            ("over an axis", (X2, LABELS2), {}),
            ("over an axis, ignored", (X2, IGNORED2), {"ignore_index": 1}),
            ("of one", (X[0], np.array(2)), {}),
            ("of probabilities", (X, distribution(3, 4)), {}),
            ("of probabilities over an axis", (X2, distribution(3, 4, 2)), {}),
            ("of one with probabilities", (X[0], distribution(1, 4)[0]), {}),
        )
        for each in reductions(
            f"CrossEntropyLoss {name} {what}",
            lambda nn, r, o=options | more: classified("CrossEntropyLoss", nn, r, o), *arrays,
        )
    ],
    *[
        each
        for name, options in list(OPTIONS.items())[:2]
        for what, arrays, more in (
            ("", (X, LABELS), {}),
            ("with ignored", (X, IGNORED), {}),
            ("over an axis, ignored", (X2, IGNORED2), {"ignore_index": 1}),
            ("of one", (X[0], np.array(2)), {}),
        )
        for each in reductions(
            f"NLLLoss {name} {what}", lambda nn, r, o=options | more: classified("NLLLoss", nn, r, o), *arrays
        )
    ],
    one("CrossEntropyLoss of many classes", lambda nn: nn.CrossEntropyLoss(), MANY, np.array([6, 0])),
    one("CrossEntropyLoss of many classes over axes", lambda nn: nn.CrossEntropyLoss(reduction="none"),
        normal(1, 7, 2, 2), integers(1, 2, 2, high=7)),
    one("CrossEntropyLoss of many classes, smoothed", lambda nn: nn.CrossEntropyLoss(label_smoothing=0.1), MANY,
        np.array([6, -100])),
    one("CrossEntropyLoss of one, ignored", lambda nn: nn.CrossEntropyLoss(reduction="sum"), X[0], np.array(-100)),
    one("CrossEntropyLoss of nothing", lambda nn: nn.CrossEntropyLoss(reduction="sum"), X[:0], LABELS[:0]),
    one("NLLLoss over axes", lambda nn: nn.NLLLoss(reduction="none"), normal(2, 3, 2, 2), integers(2, 2, 2, high=3)),
]  # fmt: skip

SETS = np.array([[3, 0, -1, 1], [1, -1, 0, 0], [-1, 2, 2, 2], [0, 1, 2, 3], [2, 2, -1, 0]])
X5 = normal(5, 4)
MARGINS = [
    *reductions("SoftMarginLoss", lambda nn, r: nn.SoftMarginLoss(reduction=r), X, SIGNS),
    *reductions("HingeEmbeddingLoss", lambda nn, r: nn.HingeEmbeddingLoss(0.5, reduction=r), X, SIGNS),
    one("HingeEmbeddingLoss at the margin", lambda nn: nn.HingeEmbeddingLoss(), np.round(X), SIGNS),
    *reductions("MarginRankingLoss", lambda nn, r: nn.MarginRankingLoss(0.5, reduction=r), X, Y, SIGNS),
    one("MarginRankingLoss at the margin", lambda nn: nn.MarginRankingLoss(), np.round(X), np.round(X), SIGNS),
    *reductions("MultiMarginLoss", lambda nn, r: nn.MultiMarginLoss(reduction=r), X, LABELS, skip=NO_SECOND),
    *reductions("MultiMarginLoss squared, weighted",
                lambda nn, r: nn.MultiMarginLoss(2, 0.7, given(nn, WEIGHT4), reduction=r), X, LABELS, skip=NO_SECOND),
    one("MultiMarginLoss weighted", lambda nn: nn.MultiMarginLoss(1, 2.0, given(nn, WEIGHT4)), X, LABELS,
        skip=NO_SECOND),
    one("MultiMarginLoss at the margin", lambda nn: nn.MultiMarginLoss(), np.round(X), LABELS, skip=NO_SECOND),
    one("MultiMarginLoss of one", lambda nn: nn.MultiMarginLoss(), X[0], np.array(1), skip=NO_SECOND),
    *reductions("MultiLabelMarginLoss", lambda nn, r: nn.MultiLabelMarginLoss(reduction=r), X5, SETS, skip=NO_SECOND),
    one("MultiLabelMarginLoss at the margin", lambda nn: nn.MultiLabelMarginLoss(), np.round(X5), SETS, skip=NO_SECOND),
    one("MultiLabelMarginLoss of one", lambda nn: nn.MultiLabelMarginLoss(), X5[0], SETS[0], skip=NO_SECOND),
    *reductions("MultiLabelSoftMarginLoss", lambda nn, r: nn.MultiLabelSoftMarginLoss(reduction=r), X, Q),
    one("MultiLabelSoftMarginLoss weighted", lambda nn: nn.MultiLabelSoftMarginLoss(given(nn, WEIGHT4)), X, Q),
]  # fmt: skip

A, B, C = normal(3, 4, seed=5), normal(3, 4, seed=6), normal(3, 4, seed=7)
PAIRS = np.array([1, -1, -1])
EMBEDDINGS = [
    *reductions("CosineEmbeddingLoss", lambda nn, r: nn.CosineEmbeddingLoss(reduction=r), A, B, PAIRS),
    one("CosineEmbeddingLoss with a margin", lambda nn: nn.CosineEmbeddingLoss(-0.5), A, B, PAIRS),
    one("CosineEmbeddingLoss of one", lambda nn: nn.CosineEmbeddingLoss(), A[0], B[0], np.array(1)),
    *reductions("TripletMarginLoss", lambda nn, r: nn.TripletMarginLoss(reduction=r), A, B, C),
    one("TripletMarginLoss swapped", lambda nn: nn.TripletMarginLoss(2.0, 1.0, 1e-4, True), A, B, C),
    one("TripletMarginLoss of one", lambda nn: nn.TripletMarginLoss(3.0, p=3), A[0], B[0], C[0]),
    *reductions("TripletMarginWithDistanceLoss",
                lambda nn, r: nn.TripletMarginWithDistanceLoss(margin=0.7, swap=True, reduction=r), A, B, C),
    one("TripletMarginWithDistanceLoss of another distance", lambda nn: nn.TripletMarginWithDistanceLoss(
        distance_function=nn.PairwiseDistance(1.0)), A, B, C),
]  # fmt: skip

TARGETS = integers(3, 3, low=1, high=5)


def ctc(name, x, *numbers, **options):
    """CTC of a log-softmax: PyTorch's gradient has the softmax in it."""

    def call(nn, module, x, *numbers):
        return module(nn.functional.log_softmax(x, -1), *numbers)

    arrays = [np.array(each) for each in numbers]
    return reductions(
        name, lambda nn, r: nn.CTCLoss(reduction=r, **options), x, *arrays, call=call, skip=NO_SECOND,
    )  # fmt: skip


CTC = [
    *ctc("CTCLoss", normal(7, 3, 5), TARGETS, [7, 7, 7], [3, 3, 3]),
    *ctc("CTCLoss of all lengths", normal(7, 3, 5), TARGETS, [6, 4, 7], [3, 1, 0]),
    *ctc("CTCLoss of repetitions", normal(7, 3, 5), np.array([[1, 1, 2], [3, 3, 3], [2, 1, 2]]), [7, 5, 7], [3, 3, 3]),
    *ctc("CTCLoss in a row", normal(7, 3, 5), TARGETS.reshape(-1)[:6], [6, 4, 7], [3, 1, 2]),
    *ctc("CTCLoss too short, zeroed", normal(4, 2, 5), TARGETS[:2], [2, 4], [3, 2], zero_infinity=True),
    *ctc("CTCLoss with another blank", normal(7, 3, 6), TARGETS, [7, 6, 5], [3, 3, 3], blank=5),
    *ctc("CTCLoss of one", normal(7, 5), TARGETS[0], 6, 3),
]

ADAPTIVE = [
    case("AdaptiveLogSoftmaxWithLoss", lambda nn: nn.AdaptiveLogSoftmaxWithLoss(8, 10, [3, 6], 2.0), normal(5, 8),
         np.array([0, 7, 2, 4, 9])),
    case("AdaptiveLogSoftmaxWithLoss, biased, of one",
         lambda nn: nn.AdaptiveLogSoftmaxWithLoss(8, 10, [4], head_bias=True), normal(8), np.array(7)),
    case("AdaptiveLogSoftmaxWithLoss of a few clusters", lambda nn: nn.AdaptiveLogSoftmaxWithLoss(8, 10, [3, 6], 2.0),
         normal(3, 8), np.array([0, 1, 4])),
    case("AdaptiveLogSoftmaxWithLoss.log_prob", lambda nn: nn.AdaptiveLogSoftmaxWithLoss(8, 10, [3, 6], 2.0),
         normal(5, 8), call=lambda nn, module, x: module.log_prob(x), skip=NO_PUSH),
    case("AdaptiveLogSoftmaxWithLoss.predict", lambda nn: nn.AdaptiveLogSoftmaxWithLoss(8, 10, [3, 6], 2.0),
         normal(20, 8, scale=3.0), call=lambda nn, module, x: module.predict(x), skip=NO_PUSH),
]  # fmt: skip

CASES = [*ELEMENTWISE, *BINARY, *CLASSES, *MARGINS, *EMBEDDINGS, *CTC, *ADAPTIVE]
