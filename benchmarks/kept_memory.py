"""Claim: no more memory is kept between forward and backward than PyTorch keeps for the same model.

    python -m benchmarks.kept_memory

Bytes of all arrays that the graph of the loss holds, each once, without the parameters.
"""

from __future__ import annotations

from typing import Any

import torch

import autograd_lite as ag
from autograd_lite import nn
from benchmarks.networks import NETWORKS, dense
from benchmarks.peers.problems import DENSE, problem


def model_of(name: str, library: Any) -> Any:
    """The network, in the `nn` of a library."""
    return dense(library, DENSE[name]) if name in DENSE else NETWORKS[name](library)


def ours(name: str) -> int:
    """What we keep."""
    model = model_of(name, nn)
    x, y = problem(name).batches[0]
    loss = nn.CrossEntropyLoss()(model(ag.Tensor(x)), ag.Tensor(y))
    return ag.graph.kept_bytes(loss, without=model.parameters())


def theirs(name: str) -> int:
    """What PyTorch saves."""
    model = model_of(name, torch.nn)
    x, y = problem(name).batches[0]
    kept: dict[int, int] = {}

    def note(tensor: Any) -> Any:
        storage = tensor.untyped_storage()
        kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        loss = torch.nn.CrossEntropyLoss()(model(torch.from_numpy(x)), torch.from_numpy(y))
    for parameter in model.parameters():
        kept.pop(parameter.untyped_storage().data_ptr(), None)
    del loss
    return sum(kept.values())


def main() -> None:
    print(f"{'':<10} {'ours':>10} {'PyTorch':>10}   ratio")
    for name in ("mlp_digits", "mlp_mnist", "mlp_wide", *NETWORKS):
        mine, other = ours(name), theirs(name)
        print(f"{name:<10} {mine / 1024:>7.0f} kB {other / 1024:>7.0f} kB   {mine / other:.3f}")


if __name__ == "__main__":
    main()
