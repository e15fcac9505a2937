"""The environment of the processes that are measured."""

from __future__ import annotations

import os


def environment(**more: str) -> dict[str, str]:
    """That of this process, and more; but files are kept compiled, as they are where a package has been installed."""
    here = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return here | more
