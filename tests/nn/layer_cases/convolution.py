"""Convolutions and their transposes."""

from .case import case, normal

X1, X2, X3 = normal(2, 4, 7), normal(2, 4, 6, 5), normal(2, 2, 4, 5, 3)

CASES = [
    case("Conv1d", lambda nn: nn.Conv1d(4, 3, 3), X1),
    case("Conv1d of one image", lambda nn: nn.Conv1d(4, 3, 3), X1[0]),
    case("Conv1d of a pixel", lambda nn: nn.Conv1d(4, 3, 1), X1),
    case("Conv1d of a pixel with a stride", lambda nn: nn.Conv1d(4, 3, 1, stride=2), X1),
    case("Conv1d same, even kernel", lambda nn: nn.Conv1d(4, 3, 4, padding="same", dilation=2), X1),
    case("Conv1d depthwise", lambda nn: nn.Conv1d(4, 8, 3, groups=4, bias=False), X1),
    case("Conv1d as large as the image", lambda nn: nn.Conv1d(4, 3, 7), X1),
    case("Conv2d", lambda nn: nn.Conv2d(4, 3, 3), X2),
    case("Conv2d of one image", lambda nn: nn.Conv2d(4, 3, 3), X2[0]),
    case("Conv2d of no images", lambda nn: nn.Conv2d(4, 3, 3), X2[:0]),
    case("Conv2d padded", lambda nn: nn.Conv2d(4, 3, 3, padding=1), X2),
    case("Conv2d without bias", lambda nn: nn.Conv2d(4, 3, 3, bias=False), X2),
    case("Conv2d with everything", lambda nn: nn.Conv2d(4, 6, (2, 3), (2, 1), (1, 2), (2, 1), 2), X2),
    case("Conv2d same", lambda nn: nn.Conv2d(4, 3, (2, 3), padding="same"), X2),
    case("Conv2d valid", lambda nn: nn.Conv2d(4, 3, (2, 3), padding="valid"), X2),
    case("Conv2d strides larger than the kernel", lambda nn: nn.Conv2d(4, 3, 2, stride=3), X2),
    case("Conv2d of a pixel", lambda nn: nn.Conv2d(4, 3, 1, groups=1, padding=1), X2),
    *(
        case(
            f"Conv2d {mode} {padding}", lambda nn, p=padding, m=mode: nn.Conv2d(4, 2, 3, padding=p, padding_mode=m), X2
        )
        for mode in ("reflect", "replicate", "circular")
        for padding in (1, (2, 0), "same", "valid")
    ),
    case("Conv3d", lambda nn: nn.Conv3d(2, 3, 2, padding=(1, 0, 1)), X3),
    case("Conv3d with everything", lambda nn: nn.Conv3d(2, 4, (2, 3, 1), (2, 1, 1), (1, 0, 1), (1, 2, 1), 2), X3),
    case("Conv3d of one image", lambda nn: nn.Conv3d(2, 3, 2), X3[0]),
    case("ConvTranspose1d", lambda nn: nn.ConvTranspose1d(4, 3, 3), X1),
    case("ConvTranspose1d of one image", lambda nn: nn.ConvTranspose1d(4, 3, 3, stride=2, padding=1), X1[0]),
    case("ConvTranspose1d padded by more than it reaches", lambda nn: nn.ConvTranspose1d(4, 3, 2, padding=3), X1),
    case("ConvTranspose2d", lambda nn: nn.ConvTranspose2d(4, 3, 3), X2),
    case(
        "ConvTranspose2d with everything",
        lambda nn: nn.ConvTranspose2d(4, 6, (2, 3), (3, 2), (1, 2), (2, 1), 2, dilation=(2, 1)),
        X2,
    ),
    case("ConvTranspose2d without bias", lambda nn: nn.ConvTranspose2d(4, 2, 2, stride=2, bias=False), X2),
    case(
        "ConvTranspose2d to a size",
        lambda nn: nn.ConvTranspose2d(4, 2, 3, stride=2, padding=1),
        X2,
        call=lambda nn, module, x: module(x, output_size=[12, 10]),
    ),
    case("ConvTranspose3d", lambda nn: nn.ConvTranspose3d(2, 4, 2, (1, 2, 1), (0, 1, 0), groups=2), X3),
]
