"""AdamW: Adam whose weight decay does not pass through the running means.

    θ ← θ - lr λ θ - lr α sign(θ)        weight_decay λ, l1 α
    θ ← Adam's step, with the gradient as it is

Loshchilov and Hutter, "Decoupled weight decay regularization", ICLR 2019, https://arxiv.org/abs/1711.05101.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Unpack

from .adam import Adam
from .checkpoint import to_load
from .declaration import Common
from .groups import Params
from .options import Check, flag


def _decoupled(name: str, value: Any) -> bool:
    if not flag(name, value):
        raise ValueError(f"{name}={value!r}: the decay of AdamW is always decoupled; use Adam for one in the gradient")
    return True


class AdamW(Adam):
    """Adam with decoupled weight decay; the equations are at the top of this file.

    Args:
        params: as for `Adam`, and so are the others, but for
        weight_decay: λ; each step shrinks the parameters by lr λ of themselves.
        l1: α; each step moves the parameters by lr α towards zero.

    It may go on from a state dict of Adam: the decay is decoupled from then on.

    Raises:
        TypeError, ValueError: an argument is not what it should be; the message names it.

    >>> import autograd_lite as ag
    >>> w = ag.Tensor([3.0, -1.0], requires_grad=True)
    >>> optimizer = ag.optim.AdamW([w], lr=0.5, weight_decay=0.1)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w.data.round(2)                                   # 3 - 0.15 - 0.5, -1 + 0.05 + 0.5
    array([ 2.35, -0.45], dtype=float32)
    """

    _checks: ClassVar[dict[str, Check]] = {**Adam._checks, "decoupled_weight_decay": _decoupled}

    def __init__(
        self,
        params: Params,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        *,
        l1: float = 0.0,
        maximize: bool = False,
        **common: Unpack[Common],
    ) -> None:
        super().__init__(
            params, lr, betas, eps, weight_decay, amsgrad,
            l1=l1, maximize=maximize, decoupled_weight_decay=True, **common,
        )  # fmt: skip

    def _load(self, state_dict: Mapping[str, Any]) -> None:
        to_load(state_dict, self.param_groups, self.defaults)  # raises if there are no groups to look into
        groups = [{**group, "decoupled_weight_decay": True} for group in state_dict["param_groups"]]
        super()._load({**state_dict, "param_groups": groups})
