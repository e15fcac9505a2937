"""NumPy written by hand for each workload, with buffers made once: what is left when an engine costs nothing."""

from __future__ import annotations

from typing import Any

from benchmarks.peers.problems import Problem
from benchmarks.peers.protocol import Run

from .by_hand.decoder import Decoder
from .by_hand.dense import Binary, Dense
from .by_hand.functions import Elementwise, Hessian, Jacobian, ScalarChain, SoftmaxLayerNorm, Updates
from .by_hand.images import Images
from .by_hand.letters import Letters

MADE: dict[str, Any] = {
    "mlp_tiny": Binary, "scalar_chain": ScalarChain, "elementwise_1m": Elementwise, "softmax_ln": SoftmaxLayerNorm,
    "cnn": Images, "cnn_bn": Images, "lstm": Letters, "gpt": Decoder,
    "jacobian": Jacobian, "hessian": Hessian, "optimizer_only": Updates,
}  # fmt: skip


def make(problem: Problem) -> Run:
    made: Run = MADE.get(problem.name, Dense)(problem)
    return made
