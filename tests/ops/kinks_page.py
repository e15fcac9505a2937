"""The table of kinks as the page docs/kinks.md; write it anew with

python -m tests.ops.kinks_page > docs/kinks.md
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .kinks import KINKS

HEAD = """\
# At kinks and ties

Where a function has no derivative, or more than one candidate, we do what PyTorch does. This table is written
by the tests, which check every line of it against PyTorch.

| function | where | inputs | gradient of the sum, per input | in words |
|---|---|---|---|---|
"""

TAIL = """
## A pole beside a branch

`np.where` gives an exact zero to the branch that is not taken. But a zero times the infinite slope of a pole is
not a number, so guard the argument as well as the answer:

```python
import numpy as np
import autograd_lite as ag

x = ag.Tensor([0.0, 2.0], requires_grad=True)
positive = x.data > 0
y = np.where(positive, np.log(np.where(positive, x, 1.0)), 0.0)
y.sum().backward()
assert x.grad.tolist() == [0.0, 0.5]
```
"""


def _numbers(values: Any) -> str:
    if isinstance(values, list):
        return "[" + ", ".join(_numbers(value) for value in values) + "]"
    if np.isnan(values):
        return "NaN"
    return ("∞" if values > 0 else "−∞") if np.isinf(values) else f"{values:g}"


def page() -> str:
    """The text of the page."""
    rows = [
        f"| `{kink.function}` | {kink.at} | {'; '.join(map(_numbers, kink.inputs))} "
        f"| {'; '.join(map(_numbers, kink.gradients))} | {kink.rule} |\n"
        for kink in KINKS
    ]
    return HEAD + "".join(rows) + TAIL


if __name__ == "__main__":
    print(page(), end="")
