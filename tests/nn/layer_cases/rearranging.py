"""Numbers moved from place to place, distances, bilinear forms."""

from .case import case, normal

X, IMAGES = normal(3, 4), normal(2, 8, 4, 6)
Y = normal(3, 4, seed=1)

CASES = [
    case("Identity", lambda nn: nn.Identity(54, unused=0.1), X, skip={"tensors": "it gives what it is given"}),
    case("Flatten", lambda nn: nn.Flatten(), IMAGES),
    case("Flatten some axes", lambda nn: nn.Flatten(0, -2), IMAGES),
    case("Unflatten", lambda nn: nn.Unflatten(1, (2, 2)), X),
    case("Unflatten, the rest", lambda nn: nn.Unflatten(-1, (2, -1)), IMAGES),
    case("PixelShuffle", lambda nn: nn.PixelShuffle(2), IMAGES),
    case("PixelShuffle of one image", lambda nn: nn.PixelShuffle(2), IMAGES[0]),
    case("PixelUnshuffle", lambda nn: nn.PixelUnshuffle(2), IMAGES),
    case("ChannelShuffle", lambda nn: nn.ChannelShuffle(2), IMAGES),
    case("Unfold", lambda nn: nn.Unfold(2), IMAGES),
    case("Unfold with everything", lambda nn: nn.Unfold((2, 3), (2, 1), (1, 2), (1, 2)), IMAGES[:, :2]),
    case("Unfold of one image", lambda nn: nn.Unfold(3, padding=1, stride=2), IMAGES[0]),
    case("Fold", lambda nn: nn.Fold((4, 6), 2), normal(2, 8, 15)),
    case("Fold with everything", lambda nn: nn.Fold((4, 6), (2, 3), (2, 1), (1, 2), (1, 2)), normal(2, 12, 16)),
    case("Fold of one", lambda nn: nn.Fold(4, 2, stride=2), normal(4, 4)),
    case("CosineSimilarity", lambda nn: nn.CosineSimilarity(), X, Y),
    case("CosineSimilarity along an axis", lambda nn: nn.CosineSimilarity(0, 0.1), X, Y[:, :1]),
    case("PairwiseDistance", lambda nn: nn.PairwiseDistance(), X, Y),
    case("PairwiseDistance of a norm", lambda nn: nn.PairwiseDistance(3.0, 0.1, keepdim=True), X, Y[0]),
    case("PairwiseDistance of absolute values", lambda nn: nn.PairwiseDistance(1.0), X, Y),
    case("pdist", lambda nn: nn.functional.pdist, X, skip={"second": "not implemented in PyTorch"}),
    case("pdist of a norm", lambda nn: lambda x: nn.functional.pdist(x, 3.0), X,
         skip={"second": "not implemented in PyTorch"}),
    case("Bilinear", lambda nn: nn.Bilinear(4, 2, 3), X, normal(3, 2)),
    case("Bilinear with more axes", lambda nn: nn.Bilinear(4, 2, 3, bias=False), normal(2, 3, 4), normal(2, 3, 2)),
]  # fmt: skip
