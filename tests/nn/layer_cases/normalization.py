"""Batch, layer, RMS, group, instance and local response normalization."""

from .case import case, normal

X2, X3, X4, X5 = normal(6, 3), normal(4, 3, 5), normal(3, 4, 3, 2), normal(2, 3, 2, 2, 2)

CASES = [
    case("BatchNorm1d", lambda nn: nn.BatchNorm1d(3), X2),
    case("BatchNorm1d with an axis", lambda nn: nn.BatchNorm1d(3), X3),
    case("BatchNorm1d without affine", lambda nn: nn.BatchNorm1d(3, affine=False), X2),
    case("BatchNorm1d without statistics", lambda nn: nn.BatchNorm1d(3, track_running_stats=False), X2),
    case("BatchNorm1d averaging all", lambda nn: nn.BatchNorm1d(3, momentum=None), X2),
    case("BatchNorm1d with everything", lambda nn: nn.BatchNorm1d(3, 0.1, 0.3, False, False), X3),
    case("BatchNorm2d", lambda nn: nn.BatchNorm2d(4), X4),
    case("BatchNorm2d far from 0", lambda nn: nn.BatchNorm2d(4), X4 + 100.0, rtol=1e-9),
    case("BatchNorm2d of equal numbers", lambda nn: nn.BatchNorm2d(4), X4 * 0.0),
    case("BatchNorm2d without bias", lambda nn: nn.BatchNorm2d(4, bias=False), X4),
    case("GroupNorm without bias", lambda nn: nn.GroupNorm(2, 4, bias=False), X4),
    case("BatchNorm3d", lambda nn: nn.BatchNorm3d(3, momentum=0.5), X5),
    case("LayerNorm", lambda nn: nn.LayerNorm(5), X3),
    case("LayerNorm of a vector", lambda nn: nn.LayerNorm(5), X3[0, 0]),
    case("LayerNorm of two axes", lambda nn: nn.LayerNorm((3, 5), eps=0.01), X3),
    case("LayerNorm of everything", lambda nn: nn.LayerNorm([4, 3, 5]), X3),
    case("LayerNorm without bias", lambda nn: nn.LayerNorm(5, bias=False), X3),
    case("LayerNorm without affine", lambda nn: nn.LayerNorm(5, elementwise_affine=False), X3),
    case("LayerNorm of no samples", lambda nn: nn.LayerNorm(5), X3[:0]),
    case("RMSNorm", lambda nn: nn.RMSNorm(5), X3),
    case("RMSNorm of two axes", lambda nn: nn.RMSNorm((3, 5), eps=0.1), X3),
    case("RMSNorm without affine", lambda nn: nn.RMSNorm(5, elementwise_affine=False), X3),
    case("GroupNorm", lambda nn: nn.GroupNorm(2, 4), X4),
    case("GroupNorm of one", lambda nn: nn.GroupNorm(1, 4, eps=0.1), X4),
    case("GroupNorm without affine", lambda nn: nn.GroupNorm(4, 4, affine=False), X4),
    case("GroupNorm of channels only", lambda nn: nn.GroupNorm(1, 3), X2),
    case("InstanceNorm1d", lambda nn: nn.InstanceNorm1d(3), X3),
    case("InstanceNorm1d of one sample", lambda nn: nn.InstanceNorm1d(3), X3[0]),
    case("InstanceNorm2d with everything", lambda nn: nn.InstanceNorm2d(4, 0.1, 0.3, True, True), X4),
    case("InstanceNorm2d affine", lambda nn: nn.InstanceNorm2d(4, affine=True), X4),
    case("InstanceNorm3d", lambda nn: nn.InstanceNorm3d(3, track_running_stats=True), X5),
    case("LocalResponseNorm", lambda nn: nn.LocalResponseNorm(2), X4),
    case("LocalResponseNorm wide", lambda nn: nn.LocalResponseNorm(5, 0.3, 0.6, 2.0), X3),
]
