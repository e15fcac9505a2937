"""Helpers around a training step: gradients clipped, parameters as one vector, or made of others, sequences packed.

loss.backward()
nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0)
optimizer.step()
"""

from typing import TYPE_CHECKING

from ..lazily import lazily

if TYPE_CHECKING:
    from . import parametrizations as parametrizations
    from . import parametrize as parametrize
    from . import rnn as rnn
    from .clip_grad import *
    from .convert_parameters import *
    from .fusion import *
    from .old_norms import *
else:
    __getattr__, __dir__, __all__ = lazily(__name__, {
        "clip_grad": "clip_grad_norm_ clip_grad_value_ clip_grads_with_norm_ get_total_norm",
        "convert_parameters": "parameters_to_vector vector_to_parameters",
        "fusion": "fuse_conv_bn_eval fuse_conv_bn_weights fuse_linear_bn_eval fuse_linear_bn_weights",
        "old_norms": "remove_spectral_norm remove_weight_norm spectral_norm weight_norm",
        "parametrizations": "parametrizations",
        "parametrize": "parametrize",
        "rnn": "rnn",
    })  # fmt: skip
