"""What L-BFGS remembers: the last steps with the changes of the gradient in them, and the direction they give."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from autograd_lite.errors import describe

from .flat import Array
from .two_loops import two_loops

LISTS = ("old_dirs", "old_stps", "ro")


@dataclass
class Memory:
    """The state of `LBFGS`, with PyTorch's names.

    func_evals, n_iter   how often the closure was called, and how many moves were begun, in all steps
    d, t                 the last direction, and how far along it the parameters went
    old_dirs, old_stps   the changes y of the gradient, and the steps s
    ro                   1 / yᵀs of each pair
    H_diag               sᵀy / yᵀy of the last pair
    prev_flat_grad       the gradient where the last move began, and
    prev_loss            the loss there

    No array in it is ever changed, so that copies may share them.
    """

    func_evals: int = 0
    n_iter: int = 0
    d: Array | None = None
    t: float = 0.0
    old_dirs: list[Array] = field(default_factory=list)
    old_stps: list[Array] = field(default_factory=list)
    ro: list[float] = field(default_factory=list)
    H_diag: float = 1.0
    prev_flat_grad: Array | None = None
    prev_loss: float = 0.0

    def copied(self) -> Memory:
        """The same, with lists of its own."""
        return replace(self, old_dirs=list(self.old_dirs), old_stps=list(self.old_stps), ro=list(self.ro))

    @np.errstate(all="ignore")
    def direction(self, g: Array, history_size: int, least: float) -> Array:
        """Minus the gradient times the guessed inverse Hessian, after learning from the last move.

        Args:
            history_size: how many pairs are kept.
            least: what yᵀs must exceed for a pair to be kept.
        """
        if self.d is None or self.prev_flat_grad is None:
            return -g
        y = g - self.prev_flat_grad
        s = self.d * self.t
        curvature = float(y.dot(s))
        if curvature > least:
            while len(self.ro) >= history_size:
                for name in LISTS:
                    getattr(self, name).pop(0)
            self.old_dirs.append(y)
            self.old_stps.append(s)
            self.ro.append(1.0 / curvature)
            self.H_diag = curvature / float(y.dot(y))

        return two_loops(-g, list(zip(self.old_stps, self.old_dirs, self.ro, strict=True)), self.H_diag)

    def forget(self) -> None:
        """Drop all pairs: the next direction is that of the gradient."""
        self.old_dirs, self.old_stps, self.ro, self.H_diag = [], [], [], 1.0

    def as_dict(self) -> dict[str, Any]:
        """The state as PyTorch lays it out; empty before the first step."""
        if not self.func_evals:
            return {}
        counts = {"func_evals": self.func_evals, "n_iter": self.n_iter}
        if self.d is None:  # it was at a minimum from the start
            return counts
        names = ("d", "t", *LISTS, "H_diag", "prev_flat_grad", "prev_loss")
        kept = {name: getattr(self, name) for name in names}
        return counts | {name: list(value) if name in LISTS else value for name, value in kept.items()}

    @classmethod
    def read(cls, entry: Mapping[str, Any], size: int, kept: Callable[[Any], Any]) -> Memory:
        """The other way round; raises if it is not such a dict, for vectors of this size.

        Args:
            kept: makes an array or a number what it is in the state.
        """
        what = "load_state_dict(): the state of LBFGS"
        if not entry:
            return cls()
        counts = {"func_evals", "n_iter"}
        given = {name for name, value in entry.items() if name != "al"}  # in PyTorch, room for the recursion
        wanted = counts if given <= counts else {"d", "t", *LISTS, "H_diag", "prev_flat_grad", "prev_loss", *counts}
        if given != wanted:
            raise ValueError(
                f"{what} lacks {sorted(wanted - given)} and has unexpected {sorted(given - wanted)}; it must come from "
                "the same kind of optimizer"
            )

        def vector(name: str, value: Any) -> Array:
            array = np.asarray(value)
            if array.shape != (size,) or array.dtype.kind != "f":
                raise ValueError(
                    f"{what}: {name} is {describe(array)}, but the parameters have {size} numbers together; was it "
                    "saved with another model?"
                )
            return np.asarray(kept(array))

        memory = cls(int(entry["func_evals"]), int(entry["n_iter"]))
        if wanted == counts or entry["d"] is None:
            return memory
        memory.d, memory.prev_flat_grad = (vector(name, entry[name]) for name in ("d", "prev_flat_grad"))
        memory.t, memory.H_diag, memory.prev_loss = (float(entry[name]) for name in ("t", "H_diag", "prev_loss"))
        memory.old_dirs, memory.old_stps = ([vector(name, v) for v in entry[name]] for name in ("old_dirs", "old_stps"))
        memory.ro = [float(value) for value in entry["ro"]]
        if not len(memory.old_dirs) == len(memory.old_stps) == len(memory.ro):
            raise ValueError(f"{what}: old_dirs, old_stps and ro are not equally long; it has been changed by hand")
        return memory
