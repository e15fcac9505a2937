r"""What reports in files have in common: text that Markdown leaves as it is, and data that JSON can carry.

>>> line(["a_b", escaped("_c_ | `d`")])
'| a_b | \\_c\\_ \\| \\`d\\` |'
>>> as_data({"worst": float("inf"), "shape": (2, 3)})
{'worst': 'inf', 'shape': [2, 3]}
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any


def line(cells: Sequence[str]) -> str:
    """A row of a table in Markdown."""
    return f"| {' | '.join(cells)} |"


def escaped(text: str) -> str:
    """Text that Markdown shows as it is, inside of a table too."""
    text = re.sub(r"[\\`*<|]", r"\\\g<0>", " ".join(text.split()))
    # Inside of a word an underscore is one; at its edge it would begin or end what is emphasised.
    return re.sub(r"(?<![A-Za-z0-9])_+|_+(?![A-Za-z0-9])", lambda found: "\\_" * len(found[0]), text)


def as_data(value: Any) -> Any:
    """What JSON and pytest-xdist can carry: Python's own numbers; those that are not finite by name."""
    if isinstance(value, dict):
        return {key: as_data(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_data(item) for item in value]
    if isinstance(value, (bool, str)) or value is None:
        return value
    if isinstance(value, int):
        return int(value)
    number = value.item() if hasattr(value, "item") else value
    return str(number) if isinstance(number, float) and not math.isfinite(number) else number
