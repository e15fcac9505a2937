"""Layers and losses as functions, under PyTorch's names; the modules only hold their parameters.

They take Tensors, ndarrays and lists, and give Tensors.

Each checks what it is given before any work is done, and says what does not fit and how to mend it.
"""

from typing import TYPE_CHECKING

from ..lazily import lazily

if TYPE_CHECKING:
    from .activations import *
    from .adaptive_pool import *
    from .affine import *
    from .attention import *
    from .avg_pool import *
    from .convolution import *
    from .distances import *
    from .dropping import *
    from .fractional_max_pool import *
    from .grids import *
    from .interpolation import *
    from .losses.binary_cross_entropy import *
    from .losses.cross_entropy import *
    from .losses.ctc import *
    from .losses.embeddings import *
    from .losses.likelihoods import *
    from .losses.margins import *
    from .losses.regression import *
    from .max_pool import *
    from .normalization import *
    from .padding import *
    from .positions import *
    from .rearranging import *
    from .recurrent import *
    from .shaping import *
    from .softmaxes import *
    from .tables import *
    from .unpooling import *
else:
    __getattr__, __dir__, __all__ = lazily(__name__, {
        "activations": "celu elu gelu glu hardshrink hardsigmoid hardswish hardtanh leaky_relu logsigmoid mish prelu "
        "relu relu6 rrelu selu sigmoid silu softplus softshrink softsign tanh tanhshrink threshold",
        "attention": "scaled_dot_product_attention",
        "adaptive_pool": "adaptive_avg_pool1d adaptive_avg_pool2d adaptive_avg_pool3d adaptive_max_pool1d "
        "adaptive_max_pool2d adaptive_max_pool3d",
        "avg_pool": "avg_pool1d avg_pool2d avg_pool3d lp_pool1d lp_pool2d lp_pool3d",
        "convolution": "conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d",
        "distances": "bilinear cosine_similarity pairwise_distance pdist",
        "dropping": "alpha_dropout dropout dropout1d dropout2d dropout3d feature_alpha_dropout",
        "fractional_max_pool": "fractional_max_pool2d fractional_max_pool3d",
        "grids": "affine_grid grid_sample",
        "interpolation": "interpolate",
        "tables": "embedding embedding_bag",
        "affine": "linear",
        "losses.binary_cross_entropy": "binary_cross_entropy binary_cross_entropy_with_logits",
        "losses.cross_entropy": "cross_entropy nll_loss",
        "losses.ctc": "ctc_loss",
        "losses.embeddings": "cosine_embedding_loss triplet_margin_loss triplet_margin_with_distance_loss",
        "losses.likelihoods": "gaussian_nll_loss kl_div poisson_nll_loss",
        "losses.margins": "hinge_embedding_loss margin_ranking_loss multi_margin_loss multilabel_margin_loss "
        "multilabel_soft_margin_loss soft_margin_loss",
        "losses.regression": "huber_loss l1_loss mse_loss smooth_l1_loss",
        "max_pool": "max_pool1d max_pool2d max_pool3d",
        "normalization": "batch_norm group_norm instance_norm layer_norm local_response_norm rms_norm",
        "padding": "pad",
        "positions": "rotary",
        "rearranging": "channel_shuffle fold pixel_shuffle pixel_unshuffle unflatten unfold",
        "recurrent": "gru gru_cell lstm lstm_cell rnn rnn_relu_cell rnn_tanh_cell",
        "softmaxes": "gumbel_softmax log_softmax normalize one_hot softmax softmin",
        "shaping": "flatten",
        "unpooling": "max_unpool1d max_unpool2d max_unpool3d",
    })  # fmt: skip
