"""NumPy written by hand for each workload, with buffers made once: what is left when an engine costs nothing."""

from __future__ import annotations

from typing import Any

from benchmarks.peers.problems import Problem
from benchmarks.peers.protocol import Lacking, Run

from .by_hand.dense import Binary, Dense
from .by_hand.functions import Elementwise, Hessian, Jacobian, ScalarChain, SoftmaxLayerNorm, Updates

MADE: dict[str, Any] = {
    "mlp_tiny": Binary, "scalar_chain": ScalarChain, "elementwise_1m": Elementwise, "softmax_ln": SoftmaxLayerNorm,
    "jacobian": Jacobian, "hessian": Hessian, "optimizer_only": Updates,
}  # fmt: skip


def make(problem: Problem) -> Run:
    if problem.name not in MADE and not problem.widths:
        raise Lacking("nobody has written it by hand")
    made: Run = MADE.get(problem.name, Dense)(problem)
    return made
